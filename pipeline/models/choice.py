"""A reply that is one choice of words: its beginning is given to the embedded server, which writes a single token.

`{"label": "False"}` is six tokens, each a pass through the whole network, and only one of them says something.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from pipeline.models.reply import Token, choices

__all__ = ["Choice", "choice_of"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reply begins with, and the words of which one follows; they differ in their first letters."""

    opening: str
    words: tuple[str, ...]

    @property
    def grammar(self) -> str:
        """The words as llama.cpp's grammar."""
        return f"root ::= {' | '.join(map(json.dumps, self.words))}"

    def complete(self, written: str, tokens: Sequence[Token]) -> tuple[str, tuple[Token, ...]]:
        """Return the whole reply and its tokens from what the server wrote, which may be the first of a word's.

        What begins none of the words is returned as it is: the caller finds that it does not fit.
        """
        said = written.removeprefix(self.opening)
        word = next((word for word in self.words if said and word.startswith(said)), None)
        if word is None:
            return written, tuple(tokens)
        rest = word.removeprefix(said) + '"}'
        around = (Token(self.opening, {}), *tokens[:1], Token(rest, {}))
        return self.opening + said + rest, around if tokens else ()


def choice_of(schema: type[BaseModel]) -> Choice | None:
    """Return the choice that the schema is, or None for another form, or for words that begin alike."""
    if len(schema.model_fields) != 1:
        return None
    (field,) = schema.model_fields
    words = choices(schema, field)
    if words is None or len({word[:1] for word in words}) < len(words):
        return None
    return Choice(f'{{"{field}": "', words)

"""What a reader found in a file."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Extracted", "UnreadableError"]


class UnreadableError(Exception):
    """The bytes cannot be read as their format. The message is the rest of a sentence that the file's name begins."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text, where its pages begin (code points; () = no pages), what the file says of itself, and warnings.

    `facts` has keys of `Provenance`: title, author, publisher, url, published. Each warning is the rest of a sentence
    that begins with the file's name.
    """

    text: str
    pages: tuple[int, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

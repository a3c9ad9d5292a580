from __future__ import annotations

from math import log
from typing import Literal

import pytest
from pydantic import BaseModel

from pipeline.models.reply import Reply, Token, Usage, choices


class Label(BaseModel):
    note: str = ""
    label: Literal["no", "not_stated", "yes"]


def reply(text: str, *tokens: tuple[str, dict[str, float]]) -> Reply[Label]:
    return Reply(
        Label.model_validate_json(text.strip()), text.strip(), Usage(), 0.0,
        tuple(Token(t, {a: log(p) for a, p in alternatives.items()}) for t, alternatives in tokens),
    )  # fmt: skip


def probabilities(text: str, *tokens: tuple[str, dict[str, float]]) -> object:
    return reply(text, *tokens).choice_probabilities("label")


def test_choices_are_those_of_a_literal_field() -> None:
    assert choices(Label, "label") == ("no", "not_stated", "yes")
    assert choices(Label, "note") is None
    assert choices(Label, "lable") is None


def test_what_is_not_allowed_does_not_count() -> None:
    got = probabilities(
        '{"label": "yes"}', ('{"label": "', {}), ("yes", {"yes": 0.3, "The": 0.5, "not": 0.1}), ('"}', {'"}': 1.0})
    )
    assert got == pytest.approx({"yes": 0.75, "not_stated": 0.25, "no": 0.0})


def test_a_token_that_is_a_whole_word_and_the_start_of_another() -> None:
    # "no" is written with 0.8 of the allowed mass; then the quotation mark (0.9) or "t" (0.1) tells the words apart
    got = probabilities(
        '{"label": "no"}', ('{"label": "', {}), ("no", {"no": 0.4, "yes": 0.1}), ('"}', {'"}': 0.9, "t": 0.1})
    )
    assert got == pytest.approx({"no": 0.72, "not_stated": 0.08, "yes": 0.2})


def test_a_shared_token_that_was_not_written_belongs_to_the_whole_word() -> None:
    got = probabilities('{"label": "yes"}', ('{"label": "', {}), ("yes", {"yes": 0.5, "no": 0.5}), ('"}', {}))
    assert got == pytest.approx({"yes": 0.5, "no": 0.5, "not_stated": 0.0})


def test_a_token_that_begins_before_the_word_or_ends_after_it() -> None:
    got = probabilities('{"label":"yes"}', ('{"label":', {}), ('"yes"}', {'"yes"}': 0.6, '"no': 0.2, "yes": 0.1}))
    assert got == pytest.approx({"yes": 0.75, "no": 0.25, "not_stated": 0.0})


def test_white_space_around_the_reply_was_stripped() -> None:
    got = probabilities('\n{"label": "yes"}\n', ('\n{"label": "', {}), ("yes", {"yes": 1.0}), ('"}\n', {}))
    assert got == pytest.approx({"yes": 1.0, "no": 0.0, "not_stated": 0.0})


@pytest.mark.parametrize(
    "tokens",
    [
        (),
        (("something else", {}),),
        (('{"label": "', {}), ("yes", {"The": 1.0}), ('"}', {})),
    ],
)
def test_none_when_it_cannot_be_known(tokens: tuple[tuple[str, dict[str, float]], ...]) -> None:
    assert probabilities('{"label": "yes"}', *tokens) is None
    assert reply('{"label": "yes"}').choice_probabilities("note") is None

"""A reply that is one choice: which schemas are, and how its single token becomes the whole reply."""

from __future__ import annotations

import math
from typing import Literal

import pytest
from pydantic import BaseModel

from pipeline.models.choice import Choice, choice_of
from pipeline.models.reply import Reply, Token, Usage
from pipeline.readers import Label, Pick


class Alike(BaseModel):
    label: Literal["not_stated", "no"]


class Two(BaseModel):
    label: Literal["yes", "no"]
    sure: bool


CHOICE = Choice('{"label": "', ("True", "False", "Unknown"))


def test_only_one_field_of_words_that_begin_apart() -> None:
    assert choice_of(Label) == CHOICE
    assert [choice_of(schema) for schema in (Alike, Two, Pick)] == [None, None, None]


def test_the_grammar_allows_the_words_alone() -> None:
    assert CHOICE.grammar == 'root ::= "True" | "False" | "Unknown"'


@pytest.mark.parametrize("echoed", ["", '{"label": "'])
@pytest.mark.parametrize("written", ["Unknown", "Un"])
def test_a_token_becomes_the_reply_with_its_probabilities(echoed: str, written: str) -> None:
    alternatives = {written: math.log(0.6), "True": math.log(0.2), "Nothing": math.log(0.2)}
    text, tokens = CHOICE.complete(echoed + written, (Token(written, alternatives),))
    assert text == '{"label": "Unknown"}'
    reply = Reply(Label.model_validate_json(text), text, Usage(1), 0.1, tokens)
    assert reply.choice_probabilities("label") == pytest.approx({"True": 0.25, "False": 0.0, "Unknown": 0.75})


def test_without_log_probabilities_there_are_none() -> None:
    assert CHOICE.complete("True", ()) == ('{"label": "True"}', ())


@pytest.mark.parametrize("written", ["", '{"label": "', "Perhaps"])
def test_what_is_no_word_is_left_for_the_caller(written: str) -> None:
    assert CHOICE.complete(written, ()) == (written, ())

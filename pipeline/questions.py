"""Questions as they are asked: checked, stripped, and their type inferred where it is not given.

One that asks for one of two ("the captain or the officer?") gets them as its choices.
"""

from __future__ import annotations

from dataclasses import replace

from factcheck.days import check_day
from factcheck.errors import UsageError
from factcheck.records import QUESTION_TYPES, Question
from pipeline.alternatives import alternatives
from pipeline.question_types import infer_type

__all__ = ["parse_question"]


def parse_question(question: Question, *, max_chars: int = 2000) -> Question:
    """Return the question with its text (and its claim, if it has one) stripped and its type and choices set.

    Raises: UsageError if it is empty, longer than `max_chars`, of an unknown type, has a day that is none, or a claim
    and a type other than boolean.
    """
    claim = None if question.claim is None else " ".join(question.claim.split())
    if claim is not None and question.type not in (None, "boolean"):
        raise UsageError(f"a claim is judged true or false: type {question.type!r} does not fit; leave the type out")
    text = " ".join(question.text.split()) or claim
    if not text or claim == "":
        raise UsageError('the question is empty; ask, for example, "Does the treaty include a mutual defence clause?"')
    longest = max(len(text), len(claim or ""))
    if longest > max_chars:
        raise UsageError(
            f"the question has {longest} characters, more than {max_chars}; shorten it or check a text instead"
        )
    if question.type is not None and question.type not in QUESTION_TYPES:
        raise UsageError(f"unknown question type {question.type!r}; known: {', '.join(QUESTION_TYPES)}")
    if question.type == "choice" and len(question.choices) < 2:
        raise UsageError(
            f"question {question.id or text!r} is a choice and lists fewer than two choices; add `choices`"
        )
    check_day("as_of", question.as_of)
    check_day("event_date", question.event_date)
    choices = question.choices
    if question.type is None and claim is None and not choices:
        choices = alternatives(text)
    kind = "boolean" if claim is not None else question.type or infer_type(text, choices=choices)
    return replace(question, text=text, claim=claim, type=kind, choices=choices)

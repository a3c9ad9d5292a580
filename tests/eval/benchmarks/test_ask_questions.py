"""Questions of a public set when the model fails: pauses are waited out, an outage is no score."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from eval.benchmarks.ask_questions import ask_questions
from eval.benchmarks.items import QuestionItem
from eval.runner import N_OUTAGES
from factcheck.errors import FactcheckError, ModelPausedError, ModelReplyError, ModelUnavailableError
from factcheck.records import Question
from factcheck.settings import Settings

GOOD, BAD, DOWN = None, ModelReplyError("prose"), ModelUnavailableError("status 503")


def asked(monkeypatch: pytest.MonkeyPatch, outcomes: list[FactcheckError | None], n: int) -> list[str]:
    """Ask `n` questions of what meets `outcomes`, one a call; return what came of each."""
    left = iter(outcomes)

    def answer(question: Question) -> tuple[str, None]:
        outcome = next(left)
        if outcome is not None:
            raise outcome
        return "answer", None

    @contextmanager
    def opened(settings: Settings) -> Iterator[Any]:
        yield SimpleNamespace(answer=answer)

    monkeypatch.setattr("eval.benchmarks.ask_questions.open_answerer", opened)
    monkeypatch.setattr("eval.benchmarks.ask_questions.answer_record", lambda answer: {"answer": answer})
    items = [QuestionItem(Question("Is it?", id=str(i)), ("yes",), (), str(i)) for i in range(n)]
    found = [record for _, record in ask_questions(items, Settings())]
    assert next(left, "all are used") == "all are used"
    return [record["error"]["kind"] if "error" in record else record["answer"] for record in found]


def test_a_pause_is_waited_out_and_its_question_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [GOOD, DOWN, ModelPausedError("p", wait_s=0.01), ModelPausedError("p", wait_s=0.01), GOOD, BAD]
    assert asked(monkeypatch, outcomes, 4) == ["answer", "model_unavailable", "answer", "model_reply"]


@pytest.mark.parametrize(
    ("outcomes", "raised"),
    [
        ([BAD, DOWN, BAD], ModelReplyError),  # the first three, all of them
        ([GOOD, *[DOWN] * N_OUTAGES], ModelUnavailableError),
        ([GOOD, DOWN, ModelPausedError("wrong key", wait_s=None)], ModelPausedError),
    ],
)
def test_a_model_that_is_not_there_gives_no_figures(
    monkeypatch: pytest.MonkeyPatch, outcomes: list[FactcheckError | None], raised: type[FactcheckError]
) -> None:
    with pytest.raises(raised):
        asked(monkeypatch, outcomes, 99)

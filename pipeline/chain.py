"""The chain as a LangChain Runnable: question in, answer out.

    from factcheck.settings import load_settings
    from pipeline.chain import open_chain
    with open_chain(load_settings()) as chain:
        answer = chain.invoke("Does the treaty include a mutual defence clause?")

`batch`, `stream` (one item: the answer) and the async forms come from Runnable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from factcheck.records import Answer, Question
from factcheck.settings import Settings
from pipeline.answerer import Answerer, as_question, open_answerer
from pipeline.read import Reader
from pipeline.trace import Trace

QuestionInput = Question | str | Mapping[str, Any]


class FactcheckChain(Runnable[QuestionInput, Answer]):
    """An `Answerer` as a Runnable: a question as text, mapping or record; the answer as a record."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer

    def invoke(self, input: QuestionInput, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: A002
        """Return the answer. Raises: FactcheckError; a fault of a model is an error, never a verdict."""
        return self._call_with_config(lambda given: self.answer(as_question(given))[0], input, config)

    def answer(self, question: Question) -> tuple[Answer, Trace]:
        """Return the answer and what it went through."""
        return self.answerer.answer(question)


@contextmanager
def open_chain(settings: Settings, *, reader: Reader | None = None) -> Iterator[FactcheckChain]:
    """Open everything that `settings` ask for, and close it again. Raises: as `open_answerer`."""
    with open_answerer(settings, reader=reader) as answerer:
        yield FactcheckChain(answerer)

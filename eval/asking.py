"""A sample put to the chain: the question without its label, and the record that comes back."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from eval.corpus import Corpus
from eval.gold import Sample
from eval.score import Record
from eval.spans import gold_spans
from factcheck.errors import FactcheckError, ModelPausedError
from factcheck.records import Passage, Question, Span
from pipeline.answerer import Answerer
from pipeline.record import answer_record, error_record
from vectorstore.store import Store

__all__ = ["as_question", "ask", "gold_passages"]

_log = logging.getLogger("factcheck")


def as_question(sample: Sample) -> Question:
    """Return what an asker knows, nothing of the label. A claim is judged as it stands."""
    return Question(
        text=sample.text,
        id=sample.id,
        type=sample.type,
        as_of=sample.as_of,
        event_date=sample.event_date,
        choices=tuple(sample.choices),
        sources=tuple(sample.sources),
        claim=sample.claim,
    )


def ask(answerer: Answerer, sample: Sample, *, corpus: Corpus, oracle: bool = False, repeat: int = 0) -> Record:
    """Return the answer record, or the error record: one sample never stops the others. `repeat` counts from 0.

    `oracle`: the gold passages are read instead of what retrieval finds. Where the label has no evidence (silent
    sources) there is nothing to give, and it is retrieved as always.
    Raises: ModelPausedError: the model was not asked, so there is nothing to record; ask again after its pause.
    """
    question = as_question(sample)
    try:
        passages = gold_passages(sample, answerer.store, corpus) if oracle else ()
        return answer_record(answerer.answer(question, passages=passages or None, repeat=repeat)[0])
    except ModelPausedError:
        raise
    except FactcheckError as error:
        return error_record(question, error)
    except Exception as error:  # a fault of ours in one sample: it is told, and the run goes on
        _log.debug("sample %s", sample.id, exc_info=True)
        return error_record(question, FactcheckError(f"unexpected {type(error).__name__}: {error}"))


def gold_passages(sample: Sample, store: Store, corpus: Corpus) -> Sequence[Passage]:
    """Return the chunks that hold the gold evidence, source by source; empty where the label has none."""
    places = gold_spans(sample, corpus)
    return [p for id_, spans in places.items() for p in store.passages_at(id_, [Span(*span) for span in spans])]

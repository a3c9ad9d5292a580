"""A run against its labels, as they are today: no model is needed, and none is asked."""

from __future__ import annotations

from collections.abc import Sequence

from eval.gold import Sample
from eval.run_files import Run
from eval.run_plan import Selection
from eval.score import Record, ScoredSample
from eval.scoring import score_all
from eval.suite import Suite, select
from factcheck.errors import UserError

__all__ = ["score_run", "score_samples"]


def score_run(run: Run, suite: Suite) -> list[ScoredSample]:
    """Return every sample that the run was to ask, once for each repeat.

    Unscored are the samples that failed, those not asked yet, and those whose question has changed since. Labels may
    have changed: that is what scoring again is for. Raises: UserError where the run is of another suite.
    """
    asked = {sample.id for sample in run.samples}
    if asked and not asked & {sample.id for sample in suite.samples}:
        raise UserError(
            f"run {run.header.id} is of another suite: none of its samples is in {suite.path}; "
            f"it was made with {run.header.suite.path}, give that by --suite"
        )
    chosen = _samples(run, suite, asked)
    scored: list[ScoredSample] = []
    for repeat in range(run.header.repeat):
        scored += score_samples(chosen, {s.id: s.record for s in run.samples if s.repeat == repeat}, suite)
    return scored


def _samples(run: Run, suite: Suite, asked: set[str]) -> list[Sample]:
    """The samples of the run: of a closed one those that it holds, of another those that it was to ask."""
    if run.closed:
        return [sample for sample in suite.samples if sample.id in asked]
    part = Selection.of(run.header)
    return select(suite.samples, tags=part.tags, ids=part.samples, limit=part.limit)


def score_samples(samples: Sequence[Sample], records: dict[str, Record], suite: Suite) -> list[ScoredSample]:
    """Return the samples with their scores; where a record answers another question than the label's, unscored."""
    same = {s.id: records[s.id] for s in samples if s.id in records and _asks(s, records[s.id])}
    scored = score_all(samples, same, suite.corpus)
    changed = {s.id for s in samples if s.id in records} - same.keys()
    why = "the question has changed since it was asked"
    return [
        ScoredSample(s.sample, None, {}, why, records[s.sample.id]) if s.sample.id in changed else s for s in scored
    ]


def _asks(sample: Sample, record: Record) -> bool:
    """Whether the record is of this wording; one that does not say is taken at its id's word."""
    text = (record.get("question") or {}).get("text")
    return not isinstance(text, str) or text.split() == sample.text.split()

"""The figures of a run in a few lines: what was right by type, what was proved, how long it took, what it cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.gold import Sample
from eval.score import Metric, ScoredSample
from eval.scorers import SCORERS, SET_SCORERS
from eval.scorers.cost import cost_of, latency
from eval.scoring import metric

__all__ = ["Bar", "agreement", "bars", "bars_table", "failure_lines", "summary"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure over the samples of one kind: a share in 0..1 with its 95 % interval, clustered by family."""

    name: str
    label: str
    scorer: str
    kind: Callable[[Sample], bool]


def _any(sample: Sample) -> bool:
    return True


BARS = (
    Bar("boolean", "boolean questions right", "answer_accuracy", lambda s: s.claim is None),
    Bar("value", "value questions right", "value_match", _any),
    Bar("claim", "claims right", "answer_accuracy", lambda s: s.claim is not None),
    Bar("proof", "citations byte-equal at their offsets", "citation_proof", _any),
    Bar("carries", "right answers that cite what carries them", "citation_carries", _any),
    Bar("coverage", "answerable samples with a citation", "citation_coverage", _any),
)


def bars(scored: Sequence[ScoredSample]) -> dict[str, Metric]:
    """Return each figure by its name; those that apply to no sample are left out. Errors are unscored, never wrong."""
    found = {bar.name: metric([s for s in scored if bar.kind(s.sample)], bar.scorer) for bar in BARS}
    kinds = {_kind(s.sample) for s in scored}
    return {name: m for name, m in found.items() if m.n or name in kinds}


def agreement(scored: Sequence[ScoredSample]) -> tuple[int, int]:
    """Return (samples whose answers are all the same, samples with two answers or more), over repeats of a sample."""
    said: dict[str, list[str]] = {}
    for item in scored:
        if (record := item.record) is not None:
            parts = [record.get("answer"), record.get("value"), record.get("verdict")]
            said.setdefault(item.sample.id, []).append(json.dumps(parts, sort_keys=True))
    repeated = [answers for answers in said.values() if len(answers) > 1]
    return sum(len(set(answers)) == 1 for answers in repeated), len(repeated)


def summary(scored: Sequence[ScoredSample]) -> dict[str, Any]:
    """Return the figures as JSON: every metric with n and interval, what is unscored, latency, tokens and cost.

    The metrics are the bars, then every scorer under its own name; those that apply to no sample are left out.
    """
    scorers = {name: metric(scored, name) for name in (*SCORERS, *SET_SCORERS)}
    metrics = {**bars(scored), **{name: m for name, m in scorers.items() if m.n}}
    records = [s.record for s in scored if s.record is not None]
    took = latency(records)
    return {
        "n_samples": len(scored),
        "n_unscored": sum(s.unscored is not None for s in scored),
        "metrics": {name: asdict(m) for name, m in metrics.items()},
        "n_repeated": agreement(scored)[1],
        "n_same_in_all_repeats": agreement(scored)[0],
        "latency_s": asdict(took) if took else None,
        "cost": asdict(cost_of(scored)),
    }


def bars_table(scored: Sequence[ScoredSample]) -> Iterator[str]:
    """Yield the lines of a Markdown table, then what could not be scored, in one line for each reason."""
    labels = {bar.name: bar.label for bar in BARS}
    yield "| figure | reached | 95 % interval | n |"
    yield "|---|---|---|---|"
    for name, m in bars(scored).items():
        interval = "-" if m.low is None or m.high is None else f"{m.low:.1%} - {m.high:.1%}"
        yield f"| {labels[name]} | {'-' if m.value is None else f'{m.value:.1%}'} | {interval} | {m.n} |"
    same, repeated = agreement(scored)
    if repeated:
        yield f"| answers the same in all repeats | {same / repeated:.1%} | - | {repeated} |"
    records = [s.record for s in scored if s.record is not None]
    if (took := latency(records)) is not None:
        yield f"| median latency | {took.p50:.2f} s | - | {took.n} |"
    spent = cost_of(scored)
    if spent.calls:
        price = "unknown" if spent.cost_usd is None else f"${spent.cost_usd:.4f}"
        yield f"| cost | {price} | - | {spent.n - spent.n_unpriced} |"
    if len(records) < len(scored):
        yield ""
        yield from _unscored(scored)


def _unscored(scored: Sequence[ScoredSample]) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for item in scored:
        if item.unscored is not None:
            reasons.setdefault(item.unscored, []).append(item.sample.id)
    n = sum(map(len, reasons.values()))
    yield f"{n} of {len(scored)} samples are unscored, neither right nor wrong:"
    for why, ids in sorted(reasons.items(), key=lambda item: -len(item[1])):
        named = ", ".join(ids[:8]) + (f" and {len(ids) - 8} more" if len(ids) > 8 else "")
        yield f"- {len(ids)} x {why}: {named}"


def failure_lines(scored: Sequence[ScoredSample]) -> Iterator[str]:
    """Yield what was not right, sample by sample: its wording, and what each scorer of a figure says.

    Samples tagged `test` are not listed, so that nobody mends what the test half measures.
    """
    shown = {bar.scorer for bar in BARS}
    yield ""
    yield "Not right (samples tagged `test` are not listed):"
    for item in scored:
        wrong = {name: item.scores[name].why for name in shown & item.scores.keys() if item.scores[name].value < 1}
        if wrong and "test" not in item.sample.tags:
            yield f"- {item.sample.id} [{item.sample.type or 'claim'}] {item.sample.text}"
            yield from (f"    {name}: {wrong[name]}" for name in sorted(wrong))


def _kind(sample: Sample) -> str:
    return "claim" if sample.claim is not None else "boolean" if sample.type == "boolean" else "value"

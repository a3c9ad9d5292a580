"""What the reviewers settled on, target by target: an adjudication, or what all of them say alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.decisions import CARRIES, Decision, SpanRef
from review.reading import Item

__all__ = ["Evidence", "Settled", "evidence_of", "settle"]


@dataclass(frozen=True, slots=True)
class Settled:
    """A target with one label. `decisions` are those that say so; with an adjudication, that alone."""

    label: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span that carries the claim (`supports`) or its opposite (`refutes`), as reviewers say."""

    source: str
    start: int
    end: int
    exact: str
    stance: str


def settle(item: Item) -> tuple[dict[str, Settled], tuple[str, ...]]:
    """Return target -> what was settled, over the decisions that count; and the targets still disputed."""
    by_target: dict[str, list[Decision]] = {}
    for shown in item.decisions:
        if shown.state == "counts":
            by_target.setdefault(_target(shown.decision), []).append(shown.decision)
    settled: dict[str, Settled] = {}
    disputed: list[str] = []
    for target, decisions in by_target.items():
        final = [decision for decision in decisions if decision.final]
        chosen = final[-1:] or decisions
        if len({decision.label for decision in chosen}) == 1:
            settled[target] = Settled(str(chosen[0].label), tuple(chosen))
        else:
            disputed.append(target)
    return settled, tuple(disputed)


def _target(decision: Decision) -> str:
    """Two reviewers who mark the same missed span speak of the same target."""
    if decision.kind != "missed":
        return decision.target
    span = decision.payload["span"]
    return f"missed:{span['source']}:{span['start']}:{span['end']}"


def evidence_of(item: Item, settled: Mapping[str, Settled], *, cited: bool = True) -> list[Evidence]:
    """Return the spans that reviewers hold to carry the claim or refute it, without doubles.

    `partly` carries nothing by itself. A corrected span stands for the citation; under `wrong_span` with the stance
    that the record gives it. `cited` False: missed evidence alone, for an answer whose claim was wrong.
    """
    found: list[Evidence] = []
    for target, one in settled.items():
        if target.startswith("missed:"):
            found += _of_spans(one.decisions, one.label)
        elif target.startswith("citation:") and cited:
            number = int(target.removeprefix("citation:"))
            found += _of_citation(item.citations[number].citation, one)
    return list(dict.fromkeys(found))


def _of_citation(citation: Mapping[str, object], settled: Settled) -> list[Evidence]:
    stance = str(citation.get("stance")) if settled.label == "wrong_span" else settled.label
    if stance not in CARRIES - {"partly"}:
        return []
    corrected = [decision for decision in settled.decisions if "span" in decision.payload]
    if corrected or settled.label == "wrong_span":
        return list(_of_spans(corrected, stance))
    start, end = int(str(citation["start"])), int(str(citation["end"]))
    return [Evidence(str(citation["source"]), start, end, str(citation["exact"]), stance)]


def _of_spans(decisions: Sequence[Decision], stance: str) -> Iterable[Evidence]:
    for decision in decisions:
        span = SpanRef.model_validate(decision.payload["span"])
        yield Evidence(span.source, span.start, span.end, span.exact, stance)

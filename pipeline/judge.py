"""The verdict: stances per source, then one decision over the sources. The rule, whole:

1. *Evidence.* Each sentence read has three probabilities for the claim: supports, refutes, neutral. A sentence whose
   clause nearest to the claim speaks of what may come, or one from a source that was published before the event,
   cannot support that it happened: its support moves to neutral.
2. *A source* supports with the probability of its strongest supporting sentence, and refutes likewise. From
   `STANCE_THRESHOLD` on it takes a stance; with both, from different sentences, it is `mixed`; with neither, `silent`.
3. *Which sources count.* A near-duplicate of an earlier source counts once, with its original: what either says is
   said by both. A source that was
   published wholly before another one, and says the opposite, is superseded by it.
4. *Over sources.* Let s be the probability that some counting source supports, r that some refutes (the strongest of
   each). Taken as independent, they give four outcomes that sum to 1:
       supported  s(1-r)    refuted  r(1-s)    conflicting  s·r    not enough evidence  (1-s)(1-r)
   The most probable one is the verdict; its probability is the answer's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from factcheck.records import EvidenceStance, ProofStatus, Source, SourceStance, Stance, Support, Verdict
from pipeline.attribution import Attribution, is_forecast
from pipeline.lexical import nearest_clause
from pipeline.sentences import Sentence

STANCE_THRESHOLD = 0.5
DUPLICATE_SHARE = 0.8
_FUTURE_CLAIM = re.compile(
    r"\b(?:(?-i:may)|might|could|would|will|expected|planned|likely|predicted|suggested|scheduled)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence judged against a claim. `note` says why a probability was moved, if it was."""

    sentence: Sentence
    support: Support
    attribution: Attribution
    note: str | None = None
    status: ProofStatus = "exact"  # of a quote; a sentence is its span by construction

    @property
    def stance(self) -> EvidenceStance:
        """The side it leans to, for a sentence that is cited: supports on a tie."""
        return "supports" if self.support.supports >= self.support.refutes else "refutes"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict with its probability, each source's stance, and the evidence to cite, strongest first."""

    verdict: Verdict
    probability: float
    stances: tuple[SourceStance, ...]
    cited: tuple[Evidence, ...]


def restrain(evidence: Evidence, claim: str, *, event_date: str | None) -> Evidence:
    """Apply rule 1: forecasts and texts from before the event support nothing that is claimed to have happened."""
    if _FUTURE_CLAIM.search(claim):
        return evidence
    note = None
    if is_forecast(nearest_clause(claim, evidence.sentence.text)):
        note = "speaks of what may come"
    elif event_date and published_before(evidence.sentence.source, event_date):
        note = f"published before {event_date}"
    if note is None:
        return evidence
    p = evidence.support
    return replace(evidence, support=Support(0.0, p.refutes, p.neutral + p.supports), note=note)


def published_before(source: Source, day: str) -> bool:
    """Whether the source cannot have been published on `day` or later."""
    latest = source.provenance.published or source.provenance.not_after
    return latest is not None and latest < day


def decide(
    evidence: Sequence[Evidence], sources: Mapping[str, Source], *, duplicates: Mapping[str, str] | None = None,
    stated: bool = False,
) -> Decision:  # fmt: skip
    """Apply rules 2 to 4. `sources` are those of which a passage was read; `duplicates` maps a reprint to its original.

    `stated`: the evidence was chosen because it states a value; each sentence takes a stance, however weak, and with
    any the verdict is `supported`.
    """
    threshold = 0.0 if stated else STANCE_THRESHOLD
    duplicates = duplicates or {}
    strongest = {id_: _strongest([e for e in evidence if e.sentence.source.id == id_]) for id_ in sources}
    stances = {id_: _stance(*pair, threshold) for id_, pair in strongest.items()}
    superseded = _superseded(stances, sources)
    counting = [
        id_ for id_ in sources if not {id_, duplicates.get(id_)} & superseded.keys()
    ]  # the strongest of each counts, so a reprint adds nothing
    s = max((strongest[id_][0] for id_ in counting), default=0.0)
    r = max((strongest[id_][1] for id_ in counting), default=0.0)
    verdict, probability = weigh(s, r)
    if stated and s > 0:
        verdict, probability = "supported", s
    cited, indexes = _cite(evidence, verdict, threshold)
    records = tuple(
        SourceStance(
            source=id_,
            stance=stance,
            probability=round(_stance_probability(stance, *strongest[id_]), 4),
            citations=tuple(indexes.get(id_, ())),
            duplicate_of=duplicates.get(id_),
            superseded_by=superseded.get(id_),
        )
        for id_, stance in stances.items()
    )
    return Decision(verdict, probability, records, cited)


def weigh(s: float, r: float) -> tuple[Verdict, float]:
    """Return the most probable of the four outcomes of rule 4 and its probability; ties go to not enough evidence."""
    outcomes: dict[Verdict, float] = {
        "not_enough_evidence": (1 - s) * (1 - r),
        "supported": s * (1 - r),
        "refuted": r * (1 - s),
        "conflicting_evidence": s * r,
    }
    verdict = max(outcomes, key=lambda name: outcomes[name])
    return verdict, outcomes[verdict]


def find_duplicates(sources: Mapping[str, Source]) -> dict[str, str]:
    """Map each near-duplicate reprint to the source it repeats: the one that stands first in `sources`.

    Two texts are near-duplicates when the smaller one shares at least `DUPLICATE_SHARE` of its 5-word shingles with
    the other.
    """
    shingles = {id_: _shingles(source.text) for id_, source in sources.items()}
    found: dict[str, str] = {}
    ids = list(sources)
    for i, later in enumerate(ids):
        for earlier in ids[:i]:
            smaller = min(len(shingles[later]), len(shingles[earlier]))
            if (
                earlier not in found
                and smaller
                and len(shingles[later] & shingles[earlier]) >= DUPLICATE_SHARE * smaller
            ):
                found[later] = earlier
                break
    return found


def _shingles(text: str, size: int = 5) -> frozenset[int]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(hash(tuple(words[i : i + size])) for i in range(len(words) - size + 1))


def _strongest(evidence: Sequence[Evidence]) -> tuple[float, float]:
    return (
        max((e.support.supports for e in evidence), default=0.0),
        max((e.support.refutes for e in evidence), default=0.0),
    )


def _stance(s: float, r: float, threshold: float) -> Stance:
    for_it, against = 0 < s >= threshold, 0 < r >= threshold
    if for_it and against:
        return "mixed"
    if for_it:
        return "supports"
    return "refutes" if against else "silent"


def _stance_probability(stance: Stance, s: float, r: float) -> float:
    return {"supports": s * (1 - r), "refutes": r * (1 - s), "mixed": s * r, "silent": (1 - s) * (1 - r)}[stance]


def _superseded(stances: Mapping[str, Stance], sources: Mapping[str, Source]) -> dict[str, str]:
    """Map a source to a later one that says the opposite, where the dates prove the order."""
    found: dict[str, str] = {}
    for older, stance in stances.items():
        for newer, other in stances.items():
            opposite = {stance, other} == {"supports", "refutes"}
            first = sources[newer].provenance.published or sources[newer].provenance.not_before
            if opposite and first and published_before(sources[older], first):
                found[older] = newer
                break
    return found


def _cite(
    evidence: Sequence[Evidence], verdict: Verdict, threshold: float, *, most: int = 2
) -> tuple[tuple[Evidence, ...], dict[str, list[int]]]:
    """Choose at most two sentences a source and stance, those that carry the verdict first, strongest first."""
    if verdict == "not_enough_evidence":
        return (), {}
    stances: tuple[EvidenceStance, EvidenceStance] = (
        ("refutes", "supports") if verdict == "refuted" else ("supports", "refutes")
    )
    chosen: list[Evidence] = []
    for stance in stances:
        taking = [e for e in evidence if e.stance == stance and 0 < getattr(e.support, stance) >= threshold]
        per_source: dict[str, int] = {}
        for e in sorted(taking, key=lambda e: -getattr(e.support, stance)):
            n = per_source.get(e.sentence.source.id, 0)
            if n < most:
                per_source[e.sentence.source.id] = n + 1
                chosen.append(e)
    indexes: dict[str, list[int]] = {}
    for i, e in enumerate(chosen):
        indexes.setdefault(e.sentence.source.id, []).append(i)
    return tuple(chosen), indexes

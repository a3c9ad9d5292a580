"""The verdict: stances per source, then one decision over the sources. The rule, whole:

1. *Evidence.* Each sentence read has three probabilities for the claim: supports, refutes, neutral. A sentence whose
   clause nearest to the claim speaks of what may come, or one from a source that was published before the event,
   cannot support that it happened: its support moves to neutral. So does that of a sentence which has a number,
   duration or date of the claim's unit or precision, and none of the claim's own, or whose source lacks a name of
   the claim.
   A sentence is a witness for the side it leans to, and for that one alone.
2. *A source* supports with the probability of its strongest supporting sentence, and refutes likewise. From
   `STANCE_THRESHOLD` on it takes a stance, or from the strongest sentence on where the verdict rests on weaker ones;
   with both it is `mixed`, with neither `silent`.
3. *Which sources count.* A near-duplicate of an earlier source (`pipeline.duplicates`) counts once, with its original:
   what either says is said by both. A source that was published wholly before another one, and says the opposite, is
   superseded by it where the wording tells of a change: the later sentence says "no longer", "has since", "now" and
   the like, or the earlier one "yet", "so far", "currently". A later date alone makes nothing true: otherwise the
   sources disagree.
4. *Over sources.* Let s be the probability that the counting sources support it: 1 - (1-p1) (1-p2)^w (1-p3)^w over
   their three strongest supporting sentences, w = `WITNESS_WEIGHT`, because sentences are not independent witnesses;
   r likewise for refuting. Where a sentence of one side has `CLEAR` or more and none of the other side reaches
   `STANCE_THRESHOLD`, the other side is 0: many weak sentences make no conflict. Four outcomes, scaled to sum to 1:
       supported  s(1-r)    refuted  r(1-s)    conflicting  s r    not enough evidence  `SILENCE_WEIGHT` (1-s)(1-r)
   The most probable one is the verdict; its probability is the answer's. A person mostly asks what the sources can
   answer, so silence starts lower. Both weights and `CLEAR` were chosen on the development half of the gold labels.
   What is claimed, and not asked, may be about anything: it is refuted only where a sentence refutes it with
   `CLAIM_REFUTED` or more.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from factcheck.records import EvidenceStance, ProofStatus, Source, SourceStance, Stance, Support, Verdict
from pipeline.asked_names import lacking
from pipeline.attribution import Attribution, is_forecast
from pipeline.extract import anchor_of
from pipeline.lexical import nearest_clause
from pipeline.mismatch import mismatch_in
from pipeline.sentences import Sentence

STANCE_THRESHOLD = 0.5
N_WITNESSES, WITNESS_WEIGHT = 3, 0.35
SILENCE_WEIGHT = 0.2
CLEAR = 0.9
CLAIM_REFUTED = 0.3
_FUTURE_CLAIM = re.compile(
    r"\b(?:(?-i:may)|might|could|would|will|shall|expected|planned|likely|predicted|suggested|scheduled"
    r"|(?:supposed|meant|intended|hoped|plans?|intends?|aims?) to|(?:due|set) to be"
    r"|(?:is|are|was|were)(?:,? (?:not|never|once|still|then|about|going|originally|initially|at first),?)? to"
    r" (?:be|have))\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:no longer|any ?more|any longer|(?:has|have|had) since|since then|by now|now|until (?:then|recently)"
    r"|previously|formerly)\b",
    re.IGNORECASE,
)
_FOR_NOW = re.compile(
    r"\b(?:yet|still|so far|to date|until now|currently|at present|for now|for the time being|as of)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence judged against a claim. `note` says why `moved` of its support was taken away, if it was."""

    sentence: Sentence
    support: Support
    attribution: Attribution
    note: str | None = None
    moved: float = 0.0
    status: ProofStatus = "exact"  # of a quote; a sentence is its span by construction

    @property
    def stance(self) -> EvidenceStance:
        """The side it leans to: supports on a tie."""
        return "supports" if self.support.supports >= self.support.refutes else "refutes"

    @property
    def weight(self) -> float:
        """The probability of the side it leans to."""
        return max(self.support.supports, self.support.refutes)


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict with its probability, each source's stance, and the evidence to cite, strongest first."""

    verdict: Verdict
    probability: float
    stances: tuple[SourceStance, ...]
    cited: tuple[Evidence, ...]


def restrain(evidence: Evidence, claim: str, *, event_date: str | None, names: Sequence[str] = ()) -> Evidence:
    """Apply rule 1: what the sentence supports moves to neutral where it cannot support the claim, with a note why.

    `names`: those that its source must have. One that has none of several says nothing of a
    claim that one of them opens.
    """
    note = _restraint(evidence.sentence, claim, event_date)
    missing = lacking(names, evidence.sentence.source)
    if note is None and missing:
        note = f"its source does not name {', '.join(missing)}"
    if note is None:
        return evidence
    p = evidence.support
    refutes = 0.0 if len(missing) == len(names) > 1 and claim.startswith(names[0]) else p.refutes
    moved = Support(0.0, refutes, 1 - refutes)
    return replace(evidence, support=moved, note=note, moved=p.supports)


def _restraint(sentence: Sentence, claim: str, event_date: str | None) -> str | None:
    if not (_FUTURE_CLAIM.search(claim) or is_forecast(claim)):
        if is_forecast(nearest_clause(claim, sentence.text)):
            return "speaks of what may come"
        if event_date and published_before(sentence.source, event_date):
            return f"published before {event_date}"
    other = mismatch_in(claim, sentence.text, anchor_of(sentence.source))
    return f"states {other.evidence}, not {other.claim}" if other else None


def published_before(source: Source, day: str) -> bool:
    """Whether the source cannot have been published on `day` or later."""
    latest = source.provenance.published or source.provenance.not_after
    return latest is not None and latest < day


def decide(
    evidence: Sequence[Evidence],
    sources: Mapping[str, Source],
    *,
    duplicates: Mapping[str, str] | None = None,
    stated: bool = False,
    least_refuting: float = 0.0,
) -> Decision:
    """Apply rules 2 to 4. `sources` are those of which a passage was read; `duplicates` maps a reprint to its original.

    `stated`: the evidence was chosen because it states a value; each sentence takes a stance, however weak, and with
    any the verdict is `supported`. `least_refuting`: what the strongest refuting sentence must have
    for the verdict `refuted`; below it there is not enough evidence.
    """
    duplicates = duplicates or {}
    per_source = {id_: [e for e in evidence if e.sentence.source.id == id_] for id_ in sources}
    strongest = {id_: _strongest(said) for id_, said in per_source.items()}
    superseded = _superseded({id_: _stance(*pair, _EVEN) for id_, pair in strongest.items()}, per_source, sources)
    # what a reprint says is said by its original, and once
    counting = [
        e for e in evidence if not {e.sentence.source.id, duplicates.get(e.sentence.source.id)} & superseded.keys()
    ]
    witnesses: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for e in counting:
        witnesses[duplicates.get(e.sentence.source.id, e.sentence.source.id), e.sentence.text].append(e)
    pairs = [_strongest(same) for same in witnesses.values()]
    s, r = sides([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    verdict, probability = weigh(s, r)
    if verdict == "refuted" and max(pair[1] for pair in pairs) < least_refuting:
        verdict, probability = "not_enough_evidence", 1 - probability
    if stated and s > 0:
        verdict, probability = "supported", s
    cuts = _cuts(verdict, counting, stated=stated)
    cited, indexes = _cite(evidence, verdict, cuts)
    stances = {id_: _stance(*pair, cuts) for id_, pair in strongest.items()}
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


def sides(supporting: Sequence[float], refuting: Sequence[float]) -> tuple[float, float]:
    """Return s and r of rule 4 from the probabilities of the sentences on each side."""
    s, r = join(supporting), join(refuting)
    best_s, best_r = max(supporting, default=0.0), max(refuting, default=0.0)
    if best_s >= CLEAR and best_r < STANCE_THRESHOLD:
        return s, 0.0
    if best_r >= CLEAR and best_s < STANCE_THRESHOLD:
        return 0.0, r
    return s, r


def join(probabilities: Sequence[float]) -> float:
    """Return s or r of rule 4 from the sentences' probabilities, in any order; 0 for none."""
    silent = 1.0
    for place, p in enumerate(sorted(probabilities, reverse=True)[:N_WITNESSES]):
        silent *= (1 - p) ** (WITNESS_WEIGHT if place else 1.0)
    return 1 - silent


def weigh(s: float, r: float) -> tuple[Verdict, float]:
    """Return the most probable of the four outcomes of rule 4 and its probability; of equal ones the more careful."""
    outcomes: dict[Verdict, float] = {
        "not_enough_evidence": SILENCE_WEIGHT * (1 - s) * (1 - r),
        "conflicting_evidence": s * r,
        "supported": s * (1 - r),
        "refuted": r * (1 - s),
    }
    verdict = max(outcomes, key=lambda name: outcomes[name])
    return verdict, outcomes[verdict] / sum(outcomes.values())


def _strongest(evidence: Sequence[Evidence]) -> tuple[float, float]:
    """Return the weight of the strongest sentence for, and of the strongest against; 0 where there is none."""
    return (
        max((e.weight for e in evidence if e.stance == "supports"), default=0.0),
        max((e.weight for e in evidence if e.stance == "refutes"), default=0.0),
    )


@dataclass(frozen=True, slots=True)
class _Cuts:
    """From which probability on a sentence takes each side."""

    supports: float
    refutes: float


_EVEN = _Cuts(STANCE_THRESHOLD, STANCE_THRESHOLD)


def _cuts(verdict: Verdict, counting: Sequence[Evidence], *, stated: bool) -> _Cuts:
    """The threshold, lowered on the sides that carry the verdict to their strongest sentence: no verdict uncited."""
    if stated:
        return _Cuts(0.0, 0.0)
    best_s, best_r = _strongest(counting)
    carrying = {"supported": "s", "refuted": "r", "conflicting_evidence": "sr", "not_enough_evidence": ""}[verdict]
    return _Cuts(
        min(STANCE_THRESHOLD, best_s) if "s" in carrying else STANCE_THRESHOLD,
        min(STANCE_THRESHOLD, best_r) if "r" in carrying else STANCE_THRESHOLD,
    )


def _stance(s: float, r: float, cuts: _Cuts) -> Stance:
    for_it, against = 0 < s >= cuts.supports, 0 < r >= cuts.refutes
    if for_it and against:
        return "mixed"
    if for_it:
        return "supports"
    return "refutes" if against else "silent"


def _stance_probability(stance: Stance, s: float, r: float) -> float:
    return {"supports": s * (1 - r), "refutes": r * (1 - s), "mixed": s * r, "silent": (1 - s) * (1 - r)}[stance]


def _superseded(
    stances: Mapping[str, Stance], evidence: Mapping[str, Sequence[Evidence]], sources: Mapping[str, Source]
) -> dict[str, str]:
    """Map a source to a later one that says the opposite, where the dates prove the order and the words a change."""
    found: dict[str, str] = {}
    for older, stance in stances.items():
        for newer, other in stances.items():
            opposite = {stance, other} == {"supports", "refutes"}
            first = sources[newer].provenance.published or sources[newer].provenance.not_before
            if (
                opposite
                and first
                and published_before(sources[older], first)
                and (_says(_FOR_NOW, evidence[older], stance) or _says(_CHANGED, evidence[newer], other))
            ):
                found[older] = newer
                break
    return found


def _says(pattern: re.Pattern[str], evidence: Sequence[Evidence], stance: Stance) -> bool:
    """Whether the strongest sentence of this side has such a word."""
    side = max((e for e in evidence if e.stance == stance), key=lambda e: e.weight)
    return pattern.search(side.sentence.text) is not None


def _cite(
    evidence: Sequence[Evidence], verdict: Verdict, cuts: _Cuts, *, most: int = 2
) -> tuple[tuple[Evidence, ...], dict[str, list[int]]]:
    """Choose at most two sentences a source and stance, those that carry the verdict first, strongest first."""
    if verdict == "not_enough_evidence":
        return (), {}
    stances: tuple[EvidenceStance, EvidenceStance] = (
        ("refutes", "supports") if verdict == "refuted" else ("supports", "refutes")
    )
    chosen: list[Evidence] = []
    for stance in stances:
        per_source = Counter[str]()
        for e in sorted(evidence, key=lambda e: -e.weight):
            if e.stance == stance and 0 < e.weight >= getattr(cuts, stance) and per_source[e.sentence.source.id] < most:
                per_source[e.sentence.source.id] += 1
                chosen.append(e)
    indexes: dict[str, list[int]] = {}
    for i, e in enumerate(chosen):
        indexes.setdefault(e.sentence.source.id, []).append(i)
    return tuple(chosen), indexes

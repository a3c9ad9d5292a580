"""Decisions as gold labels, in the schema of `eval.gold`, each with where it comes from.

One sample a question (or claim): items that ask the same, of several models or runs, are taken together. A sample is
made where the answer is settled, and kept where `eval.lint` has nothing to say against it: what is left out comes back
with the reason, so that nothing is lost in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from eval.corpus import Corpus
from eval.gold import GoldFile, Sample
from eval.lint import lint
from factcheck.errors import UserError
from review.answers import Answer, claim_of, given_answer, is_yes_no, named_answer, same_answer, silent_answer
from review.chain import canonical
from review.decisions import AnswerLabel, Decision
from review.reading import Item
from review.resolve import Evidence, Settled, evidence_of, settle

__all__ = ["GoldLabels", "LeftOut", "ReviewedAnswer", "gold_labels", "reviewed_answers"]

_TYPE_TAGS = frozenset({"boolean", "date", "number", "duration", "entity", "choice", "list", "text", "claim"})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that gave no label, and why."""

    key: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class ReviewedAnswer:
    """An item with what was settled. `right` None = the answer is not judged, or disputed."""

    item: Item
    settled: Mapping[str, Settled]
    disputed: tuple[str, ...]

    @property
    def label(self) -> AnswerLabel | None:
        found = self.settled.get("answer")
        return None if found is None else found.label  # type: ignore[return-value]

    @property
    def right(self) -> bool | None:
        """Whether the program answered what the decisions say is right, whatever they call it; None = not judged.

        "Should abstain" on an answer that was withheld, or on none, agrees with the program.
        """
        if self.label in (None, "right"):
            return None if self.label is None else True
        named, record = _right_answer(self), self.item.record
        given = silent_answer(record) if record.get("abstained") else given_answer(record)
        return not isinstance(named, str) and same_answer(named, given)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(sorted((d for one in self.settled.values() for d in one.decisions), key=lambda d: d.seq))

    @property
    def faults(self) -> tuple[str, ...]:
        """What was wrong with it, in words; for the note of a regression case."""
        said = f"{self.item.row.answer or self.item.row.verdict!r} was judged {self.label}"
        found = [said] if self.right is False else []
        for target, one in self.settled.items():
            if target.startswith("citation:") and one.label in ("wrong_span", "out_of_context", "irrelevant"):
                source = self.item.citations[int(target.removeprefix("citation:"))].citation["source"]
                found.append(f"{target.replace(':', ' ')} ({source}) was judged {one.label}")
            elif target.startswith("missed:"):
                found.append(f"evidence of {one.decisions[0].payload['source']} was missed")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class GoldLabels:
    """Samples in the order of their items; `regressions` are those of them where something was wrong."""

    samples: tuple[Sample, ...]
    regressions: tuple[Sample, ...]
    left_out: tuple[LeftOut, ...]
    provenance: tuple[Mapping[str, Any], ...]  # one a sample


def reviewed_answers(items: Iterable[Item]) -> list[ReviewedAnswer]:
    """Return what was settled on each item."""
    return [ReviewedAnswer(item, *settle(item)) for item in items]


def gold_labels(answers: Sequence[ReviewedAnswer], corpus: Corpus) -> GoldLabels:
    """Return the gold labels that these decisions make over a corpus."""
    groups: dict[str, list[ReviewedAnswer]] = {}
    for answer in answers:
        groups.setdefault(_asks(answer.item), []).append(answer)
    samples: dict[str, tuple[Sample, list[ReviewedAnswer]]] = {}
    left_out: list[LeftOut] = []
    for group in groups.values():
        made = _sample(group)
        if isinstance(made, str):
            left_out += [LeftOut(answer.item.row.key, answer.item.row.text, made) for answer in group]
        elif made.id in samples:
            left_out += [
                LeftOut(a.item.row.key, a.item.row.text, f"id {made.id!r} is another question's") for a in group
            ]
        else:
            samples[made.id] = (made, group)
    for finding in lint(_file([sample for sample, _ in samples.values()]), corpus) if samples else ():
        if finding.level == "error" and finding.sample in samples:
            _, group = samples.pop(finding.sample)
            left_out += [LeftOut(a.item.row.key, a.item.row.text, finding.message) for a in group]
    kept = list(samples.values())
    return GoldLabels(
        samples=tuple(sample for sample, _ in kept),
        regressions=tuple(_regression(sample, group) for sample, group in kept if any(a.faults for a in group)),
        left_out=tuple(left_out),
        provenance=tuple(_provenance(sample, group) for sample, group in kept),
    )


def _file(samples: Sequence[Sample]) -> GoldFile:
    return GoldFile(schema="factcheck/gold/1", corpus="sources", samples=list(samples))


def _asks(item: Item) -> str:
    """What two items share that ask the same."""
    if (claim := claim_of(item.record)) is not None:
        return canonical(["claim", claim.split()])
    question = item.record["question"]
    asked = {key: question.get(key) for key in ("type", "as_of", "event_date", "choices", "sources")}
    return canonical(["question", question["text"].split(), asked])


def _sample(group: Sequence[ReviewedAnswer]) -> Sample | str:
    """Return the label that a group makes, or why it makes none."""
    judged = [answer for answer in group if answer.label is not None]
    if not judged:
        disputed = any("answer" in answer.disputed for answer in group)
        return "the reviewers differ on the answer; adjudicate it" if disputed else "the answer is not judged"
    answers = {canonical(_right_answer(answer)): _right_answer(answer) for answer in judged}
    if len(answers) > 1:
        return f"decisions name {len(answers)} right answers; adjudicate"
    right = next(iter(answers.values()))
    if isinstance(right, str):
        return right
    found: list[Evidence] = []
    for answer in judged:
        found += evidence_of(answer.item, answer.settled, cited=_same_claim(answer))
    known = {**_asked(judged[0].item), **_stances(found), "answer": right[0], "value": right[1]}
    try:
        return Sample(
            **known, id=_id(judged), tags=_tags(judged), author=", ".join(_authors(judged)), note=_note(judged)
        )
    except ValidationError as error:
        return f"{'.'.join(map(str, error.errors()[0]['loc']))}: {error.errors()[0]['msg']}"


def _asked(item: Item) -> dict[str, Any]:
    question = item.record.get("question") or {}
    known = {key: question[key] for key in ("type", "as_of", "event_date", "choices", "sources") if question.get(key)}
    claim = claim_of(item.record)
    if claim is not None:
        return {"claim": claim, **{key: known[key] for key in known if key not in ("type", "choices")}}
    return {"question": question["text"], **known}


def _right_answer(answer: ReviewedAnswer) -> Answer | str:
    """Return what the decisions say is right, or why they say nothing."""
    record, settled = answer.item.record, answer.settled["answer"]
    if settled.label == "right":
        return given_answer(record)
    if settled.label == "should_abstain":
        return silent_answer(record)
    given = {canonical([d.payload.get("answer"), d.payload.get("value")]): d.payload for d in settled.decisions}
    named = [payload for payload in given.values() if payload.get("answer")]
    if not named:
        return "it was judged wrong, and nobody named the right answer"
    if len({str(payload["answer"]) for payload in named}) > 1:
        return "the reviewers name different right answers; adjudicate"
    try:
        return named_answer(record, str(named[0]["answer"]), named[0].get("value"))
    except UserError as error:  # from a log, or a desk, that did not ask for so much
        return f"the right answer cannot be read: {error}"


def _same_claim(answer: ReviewedAnswer) -> bool:
    """Whether the citations are about the right answer: always for yes and no, else only where it was right."""
    return answer.label == "right" or is_yes_no(answer.item.record)


def _stances(found: Sequence[Evidence]) -> dict[str, Any]:
    stances: dict[str, str] = {}
    quotes: dict[str, list[str]] = {}
    for one in found:
        stances[one.source] = one.stance if stances.get(one.source, one.stance) == one.stance else "mixed"
        if one.exact not in quotes.setdefault(one.source, []):
            quotes[one.source].append(one.exact)
    return {"stances": stances, "evidence": quotes}


def _id(judged: Sequence[ReviewedAnswer]) -> str:
    names = {answer.item.row.sample for answer in judged}
    if len(names) == 1 and (name := names.pop()):
        return name
    return f"review-{hashlib.sha256(_asks(judged[0].item).encode()).hexdigest()[:12]}"


def _tags(judged: Sequence[ReviewedAnswer]) -> list[str]:
    return sorted({tag for answer in judged for tag in answer.item.row.tags} - _TYPE_TAGS | {"reviewed"})


def _authors(judged: Sequence[ReviewedAnswer]) -> list[str]:
    return sorted({decision.author for answer in judged for decision in answer.decisions})


def _note(judged: Sequence[ReviewedAnswer]) -> str:
    decisions = [decision for answer in judged for decision in answer.decisions]
    rows = ", ".join(str(decision.seq) for decision in decisions)
    said = "; ".join(f"{d.author}: {d.comment}" for d in decisions if d.comment)
    return f"From the review desk, rows {rows} of its log." + (f" {said}" if said else "")


def _regression(sample: Sample, group: Sequence[ReviewedAnswer]) -> Sample:
    faults = dict.fromkeys(
        f"{answer.item.row.model or 'no model named'}: {fault}" for answer in group for fault in answer.faults
    )
    note = f"{sample.note} What was wrong: {'; '.join(faults)}."
    return sample.model_copy(update={"tags": [*sample.tags, "regression"], "note": note})


def _provenance(sample: Sample, group: Sequence[ReviewedAnswer]) -> Mapping[str, Any]:
    return {
        "id": sample.id,
        "items": [{"item": a.item.row.key, "version": a.item.row.version} for a in group],
        "decisions": [decision.as_json() for answer in group for decision in answer.decisions],
    }

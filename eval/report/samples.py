"""Every sample as the page shows it: gold beside each run's answer, with quotes and where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from eval.corpus import Corpus
from eval.gold import Sample
from eval.report.articles import Article, excerpt
from eval.score import ScoredSample
from eval.spans import citations_of, gold_spans, half_of_the_shorter, proved
from eval.table_text import given_answer
from pipeline.highlight import safe_text

__all__ = ["AnswerView", "QuoteView", "SampleView", "sample_views", "spans_to_show"]

STANCES = frozenset({"supports", "refutes", "neutral"})


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote: in its surroundings if it stands where it says, else (`article` None) as the record gives it."""

    source: Markup
    html: Markup
    stance: str
    article: int | None = None
    start: int = 0
    end: int = 0
    hits_gold: bool = False
    status: str | Markup = ""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One run's answer. `outcome` is right, wrong, partly (some repeats) or error."""

    outcome: str
    detail: Markup
    answer: Markup
    verdict: Markup
    probability: str
    latency: str
    explanation: Markup
    scores: Markup
    quotes: tuple[QuoteView, ...]
    nearest: tuple[QuoteView, ...]


@dataclass(frozen=True, slots=True)
class SampleView:
    """One sample. `outcomes` has those of all runs and `changed` where they differ; `marks` are
    `article,start,end,kind`, parted by spaces, for the script."""

    number: int
    id: Markup
    kind: str
    text: Markup
    gold: Markup
    facts: tuple[tuple[str, Markup], ...]
    tags: tuple[str, ...]
    gold_label: str
    outcomes: str
    evidence: tuple[QuoteView, ...]
    answers: tuple[AnswerView, ...]
    marks: str


def spans_to_show(runs: Sequence[Sequence[ScoredSample]], corpus: Corpus) -> dict[str, set[tuple[int, int]]]:
    """Return source -> spans that some sample's gold, citation or nearest passage points at."""
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for item in (item for scored in runs for item in scored):
        for source, start, end, _ in _marks(item, corpus):
            found[source].add((start, end))
    return found


def sample_views(
    runs: Sequence[Sequence[ScoredSample]], corpus: Corpus, articles: Mapping[str, Article]
) -> list[SampleView]:
    """Return a view of each sample that any run has, in the order of the suite. With repeats the first one is shown."""
    order: dict[str, list[list[ScoredSample]]] = {}
    for i, scored in enumerate(runs):
        for item in scored:
            order.setdefault(item.sample.id, [[] for _ in runs])[i].append(item)
    return [_view(number, by_run, corpus, articles) for number, by_run in enumerate(order.values(), 1)]


def _view(
    number: int, by_run: Sequence[Sequence[ScoredSample]], corpus: Corpus, articles: Mapping[str, Article]
) -> SampleView:
    sample = next(items[0].sample for items in by_run if items)
    answers = tuple(_answer(items, corpus, articles) for items in by_run)
    outcomes = {answer.outcome for answer in answers}
    marks: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for item in (items[0] for items in by_run if items):
        for source, start, end, kind in _marks(item, corpus):
            if source in articles and (start, end, kind) not in marks[articles[source].number]:
                marks[articles[source].number].append((start, end, kind))
    given = sample.answer if sample.answer is not None else "(none: the sources do not give it)"
    return SampleView(
        number=number, id=safe_text(sample.id), kind=sample.type or "claim", text=safe_text(sample.text),
        gold=safe_text(given), facts=tuple(_facts(sample)), tags=tuple(sample.tags),
        gold_label=sample.answer or "" if sample.allowed_answers else "",
        outcomes=" ".join(sorted(outcomes | ({"changed"} if len(outcomes) > 1 else set()))),
        evidence=tuple(_evidence(sample, corpus, articles)), answers=answers,
        marks=" ".join(f"{n},{start},{end},{kind}" for n, found in marks.items() for start, end, kind in found),
    )  # fmt: skip


def _facts(sample: Sample) -> Iterator[tuple[str, Markup]]:
    if sample.value is not None:
        value = sample.value.model_dump(exclude_none=True)
        yield "value", safe_text(", ".join(f"{k} {v}" for k, v in value.items()))
    for name, text in (
        ("also right", " | ".join(sample.accept)),
        ("family", sample.family or ""),
        ("as of", sample.as_of or ""),
        ("stances", ", ".join(f"{source} {stance}" for source, stance in sample.stances.items())),
        ("note", sample.note or ""),
    ):
        if text:
            yield name, safe_text(text)


def _evidence(sample: Sample, corpus: Corpus, articles: Mapping[str, Article]) -> Iterator[QuoteView]:
    for source, places in gold_spans(sample, corpus).items():
        for start, end in sorted(set(places)):
            html = Markup('<mark class="gold">{}</mark>').format(safe_text(corpus[source].text[start:end]))
            yield QuoteView(safe_text(source), html, "gold", articles[source].number, start, end)


def _answer(items: Sequence[ScoredSample], corpus: Corpus, articles: Mapping[str, Article]) -> AnswerView:
    if not items:
        return _nothing("error", "not asked in this run")
    values = [i.scores["right"].value for i in items if "right" in i.scores]
    item = next((i for i in items if i.record is not None), items[0])
    record = item.record
    if record is None:
        return _nothing("error", item.unscored or "no record")
    share = sum(values) / len(values) if values else 0.0
    outcome = "right" if share == 1 else "partly" if share else "wrong"
    detail = f"right in {sum(v == 1 for v in values)} of {len(items)} repeats" if len(items) > 1 else ""
    gold = gold_spans(item.sample, corpus)
    probability, latency = record.get("probability"), _part(record.get("run")).get("latency_s")
    return AnswerView(
        outcome=outcome, detail=safe_text(detail), answer=safe_text(given_answer(item.sample, record)),
        verdict=safe_text(str(record.get("verdict") or "") if item.sample.claim is None else ""),
        probability=f"{probability:.2f}" if _is_number(probability) else "",
        latency=f"{latency:.2f} s" if _is_number(latency) else "",
        explanation=safe_text(str(record.get("explanation") or "")),
        scores=safe_text(" · ".join(f"{name} {s.value:.2f} ({s.why[:200]})" for name, s in item.scores.items())),
        quotes=tuple(_quote(c, corpus, articles, gold) for c in citations_of(record)),
        nearest=tuple(_quote(c, corpus, articles, {}) for c in _nearest(record)),
    )  # fmt: skip


def _quote(
    citation: Mapping[str, Any], corpus: Corpus, articles: Mapping[str, Article],
    gold: Mapping[str, Sequence[tuple[int, int]]],
) -> QuoteView:  # fmt: skip
    source, stance = str(citation.get("source")), str(citation.get("stance"))
    stance = stance if stance in STANCES else "neutral"
    if not proved(citation, corpus):
        shown = str(citation.get("exact") or "(no words)")
        return QuoteView(safe_text(source), safe_text(shown[:600]), "unproved", status="not in its source")
    start, end = citation["start"], citation["end"]
    return QuoteView(
        source=safe_text(source), html=excerpt(corpus[source].text, start, end, stance), stance=stance,
        article=articles[source].number, start=start, end=end,
        hits_gold=any(half_of_the_shorter((start, end), place) for place in gold.get(source, ())),
        status=safe_text(str(citation.get("status") or "")),
    )  # fmt: skip


def _nothing(outcome: str, detail: str) -> AnswerView:
    none = Markup("")
    return AnswerView(outcome, safe_text(detail), none, none, "", "", none, none, (), ())


def _marks(item: ScoredSample, corpus: Corpus) -> Iterator[tuple[str, int, int, str]]:
    for source, places in gold_spans(item.sample, corpus).items():
        yield from ((source, start, end, "gold") for start, end in places)
    for citation in [*citations_of(item.record), *_nearest(item.record)] if item.record is not None else []:
        if proved(citation, corpus):
            stance = citation.get("stance")
            kind = stance if stance in STANCES else "neutral"
            yield citation["source"], citation["start"], citation["end"], str(kind)


def _nearest(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = _part(record.get("coverage")).get("nearest")
    return [n for n in found if isinstance(n, Mapping)] if isinstance(found, list | tuple) else []


def _part(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

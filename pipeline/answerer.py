"""One question through all steps: claim, passages, evidence, citations, verdict, answer.

The steps are plain functions in modules of their own; here they are joined and nothing is decided. `pipeline.chain`
wraps this as a LangChain Runnable; the command line uses it directly, because importing Runnable takes a second.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from factcheck.errors import FactcheckError
from factcheck.records import BOOLEAN_ANSWERS, Answer, Filters, Passage, Question, Source, Verdict
from factcheck.settings import Settings
from pipeline.alternatives import choice_claims
from pipeline.asked_names import find_names, has_no_names, name_unknown, naming
from pipeline.boolean import judge_claim
from pipeline.calibration import Calibration, calibrated, open_calibration, promise_for
from pipeline.choose import choose
from pipeline.cite import cite
from pipeline.claims import claim_from_question
from pipeline.coverage import cover
from pipeline.duplicates import find_duplicates
from pipeline.explain import explain
from pipeline.judge import CLAIM_REFUTED, STANCE_THRESHOLD, Decision, Evidence, decide
from pipeline.models.reply import Usage
from pipeline.proposed import Proven, prove_quotes
from pipeline.question_files import question_from
from pipeline.questions import parse_question
from pipeline.read import Reader
from pipeline.readers import open_reader
from pipeline.relevance import Relevance, SentenceVectors, rank_sentences
from pipeline.retrieve import retrieve
from pipeline.run_info import run_info, spent_info
from pipeline.sentences import Sentence, collect_sentences
from pipeline.support import Scorer, open_scorer
from pipeline.trace import Trace
from pipeline.value import find_value
from vectorstore.embedder import Embedder
from vectorstore.language import looks_english
from vectorstore.store import Store, default_embedder


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a question is answered from. `claim` is None for a value question; `instructing` was left out.

    `claims`: one for each choice, where the question declares them; else ().
    """

    claim: str | None
    claims: tuple[str, ...]
    warnings: tuple[str, ...]
    query: str
    passages: tuple[Passage, ...]
    sources: Mapping[str, Source]
    relevance: Relevance
    instructing: tuple[Sentence, ...]


class Answerer:
    """Answers questions over an open store. Safe to share between threads; one question at a time is fastest."""

    def __init__(
        self, store: Store, settings: Settings, *, embedder: Embedder, scorer: Scorer, reader: Reader | None = None,
        calibration: Calibration | None = None,
    ) -> None:  # fmt: skip
        """`calibration` None: probabilities as they are. Raises: UserError: `settings.max_risk` cannot be promised."""
        self.promise = promise_for(settings, calibration, verifier=scorer.name, model=reader.name if reader else "none")
        self._calibration = calibration
        self.store, self.settings = store, settings
        self._embedder, self._scorer, self._reader = embedder, scorer, reader
        self._vectors = SentenceVectors(embedder)

    @property
    def scorer(self) -> Scorer:
        return self._scorer

    @property
    def model(self) -> str:
        """The model's name as in records; `none` without one."""
        return self._reader.name if self._reader else "none"

    def warm_up(self) -> None:
        """Load what the first question would wait for: weights, vectors, the words of the corpus. No model is asked."""
        self._scorer.score_support("It is.", ["It is so."])
        if self.store.source_ids():
            self.gather(parse_question(Question("Is it so?")))

    def answer(
        self, question: Question, *, passages: Sequence[Passage] | None = None, repeat: int = 0
    ) -> tuple[Answer, Trace]:
        """Return the answer and what it went through. `passages` are read instead of what would be retrieved.

        `repeat` (from 0) asks a model anew for a question that it has answered before.
        Raises: FactcheckError, whose `run` tells what was spent on the question until then.
        """
        before = self._reader.usage if self._reader else None
        try:
            return self._answer(question, passages, repeat=repeat, before=before)
        except FactcheckError as error:
            error.run = spent_info(self._reader, before)
            raise

    def _answer(
        self, question: Question, passages: Sequence[Passage] | None, *, repeat: int, before: Usage | None
    ) -> tuple[Answer, Trace]:
        started = time.perf_counter()
        question = parse_question(question, max_chars=self.settings.max_question_chars)
        if self._reader:
            self._reader.begin(repeat=repeat)
        found = self.gather(question, passages=passages)
        if question.type == "boolean":
            answer, trace = self._boolean(question, found.claim or question.text, found.relevance, found.sources)
        elif found.claims:
            answer, trace = self._choice(question, found.claims, found.relevance, found.sources)
        else:
            answer, trace = self._value(question, found.relevance, found.sources)
        instructing = [
            f"{s.source.id}:{s.span.start}-{s.span.end} tries to instruct its reader and was not read"
            for s in found.instructing
        ]
        warnings = [*_foreign(question), *found.warnings, *instructing, *self._straddling(question, found.sources)]
        warnings += self._reader.notes if self._reader else ()
        run = run_info(
            self.store, self.settings, embedder=self._embedder, scorer=self._scorer, reader=self._reader, before=before,
            latency_s=time.perf_counter() - started,
        )  # fmt: skip
        if run["cost_usd"] is None:
            warnings.append(f"the price of {run['model']} is not known; see the setting `prices`")
        answer = replace(answer, warnings=(*warnings, *answer.warnings), run=run)
        answer = calibrated(answer, self._calibration, self.promise)
        return answer, replace(trace, query=found.query, passages=found.passages, instructing=found.instructing)

    def gather(self, question: Question, *, passages: Sequence[Passage] | None = None) -> Gathered:
        """Return what a parsed question is answered from: its claim, the passages, and their sentences by relevance.

        `passages` None: they are retrieved.
        """
        claim, warnings = self._claim(question)
        claims = self._choices(question)
        texts = [text for text in dict.fromkeys((question.text, claim, *claims)) if text]
        query = " ".join(texts)
        if passages is None:
            filters = Filters(sources=question.sources, as_of=question.as_of)
            passages = retrieve(query, self.store, n=self.settings.n_passages, filters=filters)
        sources = {id_: self.store.source(id_) for id_ in dict.fromkeys(p.source for p in passages)}
        reading = collect_sentences(passages, sources, self.store.sentences)
        relevance = rank_sentences(texts, reading.sentences, self._vectors)
        return Gathered(claim, claims, tuple(warnings), query, tuple(passages), sources, relevance, reading.instructing)

    def _claim(self, question: Question) -> tuple[str | None, list[str]]:
        if question.type != "boolean" or question.claim is not None:
            return question.claim, []
        claim = claim_from_question(question.text)
        if claim is None and self._reader is not None:
            claim = self._reader.word_claim(question.text)
        if claim is None:
            return question.text, ["the question could not be turned into a statement and was checked as it stands"]
        return claim, []

    def _choices(self, question: Question) -> tuple[str, ...]:
        """Return the claims of a question's choices; () where it declares none, or a model reads whole passages."""
        if question.type != "choice" or (self._reader is not None and not self._reader.pointing):
            return ()
        return choice_claims(question.text, question.choices) or ()

    def _boolean(
        self, question: Question, claim: str, relevance: Relevance, sources: Mapping[str, Source]
    ) -> tuple[Answer, Trace]:
        names = find_names(question.claim or question.text)
        if question.claim and has_no_names(question.claim):
            relevance = relevance.of_sources(naming(find_names(question.text), sources.values()))
        judged = judge_claim(
            claim,
            relevance,
            scorer=self._scorer,
            reader=self._reader,
            event_date=question.event_date,
            names=names,
            model_below=self.settings.model_below,
        )
        proven = prove_quotes(
            judged.quotes,
            claim,
            sources,
            relevance.sentences,
            self._scorer,
            quoting=judged.quoting,
            event_date=question.event_date,
            names=names,
        )
        evidence = proven.evidence if proven.quoting else judged.evidence
        least = 0.0 if question.claim is None else CLAIM_REFUTED
        decision = decide(evidence, sources, duplicates=find_duplicates(sources), least_refuting=least)
        answer = self._record(question, claim, decision, relevance)
        answer = replace(
            answer,
            answer=BOOLEAN_ANSWERS[decision.verdict],
            quotes=proven.counts(answer.citations),
            warnings=(*name_unknown(names, sources.values()), *_restrained(evidence)),
        )
        return answer, Trace("", (), judged.evidence, proven.rejected, ())

    def _value(self, question: Question, relevance: Relevance, sources: Mapping[str, Source]) -> tuple[Answer, Trace]:
        found = find_value(
            question, relevance, scorer=self._scorer, reader=self._reader, model_below=self.settings.model_below
        )
        proven = prove_quotes(
            found.quotes,
            found.claim,
            sources,
            relevance.sentences,
            self._scorer,
            quoting=found.quoting,
            event_date=question.event_date,
        )
        decision = decide(found.evidence, sources, duplicates=find_duplicates(sources), stated=True)
        verdict: Verdict = "supported" if found.value is not None else "not_enough_evidence"
        decision = Decision(verdict, found.probability, decision.stances, decision.cited if found.value else ())
        answer = self._record(question, found.claim, decision, relevance)
        answer = replace(
            answer,
            answer=found.answer,
            value=found.value,
            quotes=proven.counts(answer.citations),
            warnings=found.warnings,
        )
        return answer, Trace("", (), found.evidence, proven.rejected, ())

    def _choice(
        self, question: Question, claims: Sequence[str], relevance: Relevance, sources: Mapping[str, Source]
    ) -> tuple[Answer, Trace]:
        chosen = choose(
            claims,
            sources,
            rank=lambda claim: rank_sentences([claim], relevance.sentences, self._vectors),
            scorer=self._scorer,
            reader=self._reader,
            event_date=question.event_date,
            model_below=self.settings.model_below,
        )
        choice = None if chosen.place is None else question.choices[chosen.place]
        claim = question.text if chosen.place is None else claims[chosen.place]
        answer = self._record(question, claim, chosen.decision, relevance)
        answer = replace(
            answer,
            answer=choice,
            value=None if choice is None else {"text": choice},
            quotes=Proven((), {}, (), quoting=False).counts(answer.citations),
            warnings=("the sources refute each of the choices",) if chosen.refuted else (),
        )
        return answer, Trace("", (), chosen.evidence, (), ())

    def _record(self, question: Question, claim: str, decision: Decision, relevance: Relevance) -> Answer:
        passages = {(s.passage.source, s.passage.start) for s in relevance.sentences}
        n_sources = self.store.n_sources(Filters(sources=question.sources, as_of=question.as_of))
        coverage = cover(decision.verdict, relevance, n_sources=n_sources, n_passages=len(passages))
        return Answer(
            question=question,
            answer=None,
            value=None,
            verdict=decision.verdict,
            probability=round(decision.probability, 4),
            abstained=False,
            claim=claim,
            citations=tuple(cite(e) for e in decision.cited),
            sources=decision.stances,
            coverage=coverage,
            quotes={},
            explanation=explain(decision.verdict, decision.stances, coverage),
            warnings=(),
            run={},
        )

    def _straddling(self, question: Question, sources: Mapping[str, Source]) -> list[str]:
        """Warn of sources whose publication bounds lie on both sides of `as_of`."""
        day = question.as_of
        if day is None:
            return []
        unsure = [
            s.id
            for s in sources.values()
            if s.provenance.published is None and (s.provenance.not_after is None or s.provenance.not_after > day)
        ]
        return [f"{id_} may have been published after {day}; its date is not known exactly" for id_ in unsure]


def _foreign(question: Question) -> Iterator[str]:
    """Say that a question, or a claim, is in a language that the rules and the verifier do not know."""
    if not looks_english(question.claim or question.text):
        what = "question" if question.claim is None else "claim"
        yield f"the {what} does not look English; the rules and the verifier know no other language, so ask in English"


def _restrained(evidence: Sequence[Evidence]) -> Iterator[str]:
    """Say which sentences would have taken the side of the claim and may not, and why."""
    for e in evidence:
        if e.note and e.moved >= STANCE_THRESHOLD:
            span = e.sentence.span
            yield f"{e.sentence.source.id}:{span.start}-{span.end} does not count as support: {e.note}"


def as_question(given: Question | str | Mapping[str, Any]) -> Question:
    """Return a Question from its text, a mapping of its fields (`question` or `text` for the wording), or itself.

    Raises: UserError for unknown fields, a missing text or a value of another type.
    """
    if isinstance(given, Question):
        return given
    if isinstance(given, str):
        return Question(given)
    return question_from(
        {("question" if name == "text" else name): value for name, value in given.items()}, "the question"
    )


@contextmanager
def open_answerer(
    settings: Settings, *, reader: Reader | None = None, embedder: Embedder | None = None
) -> Iterator[Answerer]:
    """Open store, embedder, scorer and model for `settings`, and close what was opened.

    Raises: StoreError where nothing was ingested; ModelError for a model that cannot be had.
    """
    embedder = embedder or default_embedder(settings.threads)
    with Store.open(settings, embedder) as store, ExitStack() as opened:
        if reader is None and (reader := open_reader(settings)) is not None:
            opened.callback(reader.close)
        yield Answerer(
            store, settings, embedder=embedder, scorer=open_scorer(settings), reader=reader,
            calibration=open_calibration(settings),
        )  # fmt: skip

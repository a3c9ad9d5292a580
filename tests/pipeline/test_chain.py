"""The chain as a Runnable, the record it makes, and the retriever by LangChain's own suite."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_tests.integration_tests import RetrieversIntegrationTests

from factcheck.errors import UsageError, UserError
from factcheck.records import BOOLEAN_ANSWERS, PROOF_STATUSES, Filters, Question, Source, Span
from factcheck.settings import Settings
from pipeline.answerer import Answerer
from pipeline.chain import FactcheckChain
from pipeline.lexical import LexicalScorer
from pipeline.record import answer_record
from pipeline.retriever import PassageRetriever

TREATY = "Does the treaty include a mutual defence clause?"


@pytest.fixture(scope="session")
def chain(hashed_store: Any, hashed_settings: Settings, hashing: Any) -> FactcheckChain:
    return FactcheckChain(Answerer(hashed_store, hashed_settings, embedder=hashing, scorer=LexicalScorer()))


def without_time(answer: Any) -> dict[str, Any]:
    record = json.loads(json.dumps(answer_record(answer)))
    del record["run"]["latency_s"]
    return dict(record)


def test_all_ways_of_calling_give_the_same_record(chain: FactcheckChain) -> None:
    first = without_time(chain.invoke(TREATY))
    assert without_time(chain.invoke(Question(TREATY))) == first
    assert without_time(chain.invoke({"question": TREATY})) == first
    assert [without_time(a) for a in chain.batch([TREATY, {"text": TREATY}])] == [first, first]
    assert [without_time(a) for a in chain.stream(TREATY)] == [first]
    assert without_time(asyncio.run(chain.ainvoke(TREATY))) == first
    composed = RunnableLambda(lambda text: {"question": text}) | chain | RunnableLambda(lambda answer: answer.answer)
    assert composed.invoke(TREATY) == first["answer"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"question": TREATY, "colour": "red"}, "colour"),
        ({"id": "q1"}, "question"),
        ({"question": 5.5, "choices": "ab"}, "choices"),
        ({"question": TREATY, "type": "weather"}, "type"),
    ],
)
def test_a_mapping_that_is_no_question_is_refused(given: dict[str, Any], said: str, chain: FactcheckChain) -> None:
    with pytest.raises(UserError, match=said):
        chain.invoke(given)


def test_a_question_in_another_language_is_no_yes_or_no_and_is_told(chain: FactcheckChain) -> None:
    answer = chain.invoke("Wer ist der Präsident von Russland?")
    assert answer.question.type == "text"
    assert answer.answer not in BOOLEAN_ANSWERS.values()
    assert [w for w in answer.warnings if "English" in w] == [
        "the question does not look English; the rules and the verifier know no other language, so ask in English"
    ]
    claim = chain.invoke({"question": "", "claim": "Der Vertrag wurde in Moskau unterzeichnet und ist in Kraft."})
    assert any(w.startswith("the claim does not look English") for w in claim.warnings)
    assert not any("English" in w for w in chain.invoke(TREATY).warnings)


def test_a_choice_between_two_is_answered_by_the_supported_claim(chain: FactcheckChain) -> None:
    answer = chain.invoke("Was the treaty signed in Moscow or in Paris?")
    assert (answer.question.type, answer.question.choices) == ("choice", ("Moscow", "Paris"))
    assert (answer.answer, answer.value) == ("Moscow", {"text": "Moscow"})
    assert (answer.claim, answer.verdict) == ("The treaty was signed in Moscow.", "supported")
    assert answer.citations


def test_the_record_has_every_field_of_the_contract(chain: FactcheckChain, seeds: dict[str, Source]) -> None:
    record = json.loads(json.dumps(answer_record(chain.invoke({"id": "q1", "question": TREATY}))))
    assert set(record) == {
        "schema", "question", "answer", "value", "verdict", "probability", "abstained", "claim", "citations", "sources",
        "coverage", "quotes", "explanation", "warnings", "run",
    }  # fmt: skip
    assert record["schema"] == "factcheck/answer/1"
    assert record["question"] == {"id": "q1", "text": TREATY, "type": "boolean", "as_of": None}
    assert set(record["quotes"]) == set(PROOF_STATUSES)
    assert set(record["coverage"]) == {"reason", "n_sources", "n_passages_read", "nearest"}
    assert set(record["run"]) == {
        "version", "model", "verifier", "embedder", "prompts", "index", "calibration", "usage", "cost_usd", "latency_s",
    }  # fmt: skip
    assert 0 <= record["probability"] <= 1
    assert record["citations"]
    for c in record["citations"]:
        assert c["exact"] == seeds[c["source"]].text[c["start"] : c["end"]]
        assert set(c) == {
            "source", "source_sha256", "start", "end", "exact", "prefix", "suffix", "status", "stance", "support", "speaker",
            "modality", "published", "not_before", "not_after", "locator",
        }  # fmt: skip
        assert sum(c["support"].values()) == pytest.approx(1)
    cited = [i for s in record["sources"] for i in s["citations"]]
    assert sorted(cited) == list(range(len(record["citations"])))


def test_an_answered_value_has_a_citation_that_holds_it(chain: FactcheckChain) -> None:
    answer = chain.invoke("How long is the agreement valid?")
    assert answer.value == {"iso": "P20Y"}
    assert answer.verdict == "supported"
    assert answer.citations


def test_what_nobody_wrote_about_is_off_topic_with_the_nearest_passages(chain: FactcheckChain) -> None:
    answer = chain.invoke("Did the penguin colony hatch quintuplets?")
    assert (answer.answer, answer.verdict, answer.citations) == ("not_stated", "not_enough_evidence", ())
    assert answer.coverage.reason == "off_topic"


def test_as_of_leaves_out_what_cannot_have_been_published_and_warns_of_the_rest(chain: FactcheckChain) -> None:
    early = chain.invoke({"question": TREATY, "as_of": "2025-01-01"})
    assert {s.source for s in early.sources} == {"eu-global-preview"}  # the others: not before 17 or 28 January
    assert early.warnings == ()
    later = chain.invoke({"question": TREATY, "as_of": "2025-01-20"})
    assert "nazimoghlu-not-an-alliance" not in {s.source for s in later.sources}
    assert any(w.startswith("bta-afp-kremlin may have been published after 2025-01-20") for w in later.warnings)


def test_only_the_named_sources_are_read(chain: FactcheckChain) -> None:
    answer = chain.invoke({"question": TREATY, "sources": ["latimes-digest"]})
    assert {s.source for s in answer.sources} == {"latimes-digest"}
    with pytest.raises(UserError, match="latimes-digest"):
        chain.invoke({"question": TREATY, "sources": ["latimes-digst"]})


def test_bad_days_are_told(chain: FactcheckChain) -> None:
    for field in ("as_of", "event_date"):
        with pytest.raises(UserError, match="is not a day"):
            chain.invoke({"question": TREATY, field: "yesterday"})


class TestRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _store(self, hashed_store: Any) -> None:
        type(self).store = hashed_store

    @property
    def retriever_constructor(self) -> type[PassageRetriever]:
        return PassageRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"store": self.store, "filters": Filters()}  # type: ignore[attr-defined]

    @property
    def retriever_query_example(self) -> str:
        return "mutual defence clause"

    @property
    def num_results_arg_name(self) -> str:
        return "k"


CLAIM = "The treaty includes a mutual defence clause."


def test_a_claim_goes_the_way_of_a_boolean_question_with_nothing_worded(chain: FactcheckChain) -> None:
    answer = chain.invoke({"id": "c1", "claim": f"  {CLAIM} "})
    assert (answer.claim, answer.question.type, answer.question.claim) == (CLAIM, "boolean", CLAIM)
    assert answer.answer == BOOLEAN_ANSWERS[answer.verdict]
    assert not any("could not be turned into a statement" in warning for warning in answer.warnings)
    assert answer_record(answer)["question"] == {
        "id": "c1", "text": CLAIM, "type": "boolean", "as_of": None, "claim": CLAIM
    }  # fmt: skip


def test_a_claim_that_reads_like_a_question_is_judged_as_it_stands(chain: FactcheckChain) -> None:
    """The rules would take the tag off; who gives a claim has worded it."""
    assert chain.invoke({"claim": "Is the treaty valid for 20 years, right?"}).claim == (
        "Is the treaty valid for 20 years, right?"
    )


@pytest.mark.parametrize("given", [{"claim": " "}, {"claim": CLAIM, "type": "date"}, {"claim": "x " * 2000}])
def test_a_claim_that_cannot_be_one_is_a_usage_error(given: dict[str, Any], chain: FactcheckChain) -> None:
    with pytest.raises(UsageError):
        chain.invoke(given)


def test_given_passages_are_read_instead_of_retrieved(chain: FactcheckChain) -> None:
    store = chain.answerer.store
    text = store.source("latimes-digest").text
    at = text.index("lacking formal defense obligations")
    passages = store.passages_at("latimes-digest", [Span(at, at + 10)])
    answer, trace = chain.answerer.answer(Question(TREATY), passages=passages)
    assert trace.passages == tuple(passages)
    assert [s.source for s in answer.sources] == ["latimes-digest"]
    assert answer.coverage.n_passages_read == len(passages) == 1

"""A real llama.cpp server in a process of its own, reached as any compatible server: by its address and a key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from factcheck.errors import ModelError, ModelUnavailableError
from factcheck.records import Question, Source
from factcheck.settings import Settings
from pipeline.answerer import Answerer
from pipeline.lexical import LexicalScorer
from pipeline.models.budget import Budget
from pipeline.models.chat import ChatModel, open_model
from pipeline.models.reply import Usage
from pipeline.models.weights import pull
from pipeline.readers import open_reader
from prompts.loader import RenderedPrompt

SMALL = "smollm2-135m"
SERVER = f"""
import sys
from factcheck.settings import Settings
from pipeline.models.local import serve
endpoint = serve(Settings(), {SMALL!r})
print(endpoint.base_url, endpoint.api_key, flush=True)
sys.stdin.read()
"""
PROMPT = RenderedPrompt(
    "judge", "1", "0" * 64, "You judge a claim by a passage. Reply in JSON.",
    "Passage: The treaty lasts twenty years.\nClaim: The treaty lasts twenty years.",
)  # fmt: skip
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Label(BaseModel):
    label: Literal["supported", "refuted", "not_stated"]


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[str]
    base_url: str
    key: str


@pytest.fixture(scope="module")
def llama() -> Iterator[Running]:
    pull(SMALL, Settings())
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        base_url, key = process.stdout.readline().split()
        yield Running(process, base_url, key)
        process.stdin.close()
        process.wait(60)


@pytest.fixture
def settings(llama: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", llama.key)
    return Settings(
        model=f"openai:{SMALL}", base_url=llama.base_url, home=tmp_path, timeout_s=300, n_passages=2, retry_wait_s=0
    )


@contextmanager
def opened(settings: Settings) -> Iterator[ChatModel]:
    model = open_model(settings)
    assert model is not None
    with closing(model):
        yield model


def test_the_schema_holds_and_logprobs_come(settings: Settings) -> None:
    budget = Budget()
    with opened(settings) as model:
        reply, again = model.ask(PROMPT, Label, 200, budget), model.ask(PROMPT, Label, 200)
    probabilities = reply.choice_probabilities("label")
    assert probabilities is not None
    assert sum(probabilities.values()) == pytest.approx(1.0)
    assert budget.notes == []  # json_schema, temperature, seed, max_tokens and logprobs are all taken
    assert reply.usage.retries == 0
    assert reply.usage.input_tokens > 20
    assert (again.text, again.usage) == (reply.text, Usage(cached_calls=reply.usage.calls))
    assert again.choice_probabilities("label") == probabilities


def test_another_key_is_not_accepted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "dummy-key-of-nobody")
    with opened(settings) as model, pytest.raises(ModelUnavailableError, match=r"key was not accepted \(401\)"):
        model.ask(PROMPT, Label, 32)


@pytest.mark.parametrize("question", ["Does the treaty include a mutual defence clause?", "How long is it valid?"])
def test_the_chain_over_it_shows_only_what_stands_in_the_sources(
    question: str, settings: Settings, hashed_store: Any, hashing: Any, seeds: dict[str, Source]
) -> None:
    """The model knows next to nothing. Recorded and replayed, the answer is the same."""
    record = settings.home / "calls.jsonl"
    answers = []
    for model in ({"record": record}, {"replay": record, "model": "auto"}):
        reader = open_reader(settings.model_copy(update=model))
        assert reader is not None
        asker = Answerer(hashed_store, settings, embedder=hashing, scorer=LexicalScorer(), reader=reader)
        try:
            answer, _ = asker.answer(Question(question))
        except ModelError as error:  # its reply may be cut off: an error then, and the same again
            answers.append(repr(error))
            continue
        finally:
            reader.close()
        assert all(seeds[c.source].text[c.start : c.end] == c.exact for c in answer.citations)
        assert answer.run["usage"]["calls"] >= 1
        answers.append(repr({**vars_of(answer), "run": {**answer.run, "latency_s": 0}}))
    assert answers[0] == answers[1]
    assert "Model" in answers[0] or "verdict" in answers[0]


def vars_of(answer: Any) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in answer.__dataclass_fields__}


def test_a_server_that_is_killed_is_an_outage(settings: Settings, llama: Running) -> None:
    with opened(settings.model_copy(update={"cache_responses": False, "max_retries": 1})) as model:
        model.ask(PROMPT, Label, 32)
        llama.process.kill()
        llama.process.wait(60)
        with pytest.raises(ModelUnavailableError, match="not reachable"):
            model.ask(PROMPT, Label, 32)

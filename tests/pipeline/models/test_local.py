"""The embedded server with a real small model, over HTTP: it knows little, the protocol is what is tested."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from factcheck.errors import ModelReplyError, ModelUnavailableError, WeightsError
from factcheck.settings import Settings
from pipeline.models.chat import ChatModel, open_local
from pipeline.models.local import serve
from pipeline.models.weights import pull
from prompts.loader import RenderedPrompt

SMALL = "smollm2-135m"
PASSAGE = "Passage: The treaty lasts twenty years and is renewed by itself for five years at a time.\nClaim: {}"


class Label(BaseModel):
    label: Literal["supported", "refuted", "not_stated"]


class Pick(BaseModel):
    sentences: list[int] = Field(max_length=3)
    label: Literal["supported", "refuted", "not_stated"]


class Essay(BaseModel):
    text: str


def prompt(claim: str) -> RenderedPrompt:
    return RenderedPrompt(
        "judge", "1", "0" * 64, "You judge a claim by a passage. Reply in JSON.", PASSAGE.format(claim)
    )


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="factcheck models pull smollm2-135m"):
        serve(Settings(cache=tmp_path), SMALL)


def test_a_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.setattr("pipeline.models.local.find", lambda weights, settings: tmp_path / "x.gguf")
    with pytest.raises(ModelUnavailableError, match="pip install xllamacpp"):
        serve(Settings(cache=tmp_path))


@pytest.mark.slow
def test_a_file_that_llama_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.gguf").write_bytes(b"not a model")
    monkeypatch.setattr("pipeline.models.local.find", lambda weights, settings: tmp_path / "x.gguf")
    with pytest.raises(ModelUnavailableError, match=r"could not start with .*x\.gguf.*factcheck models check"):
        serve(Settings(cache=tmp_path))


@pytest.fixture(scope="module")
def model() -> Iterator[ChatModel]:
    settings = Settings(timeout_s=300, cache_responses=False)
    pull(SMALL, settings)
    endpoint = serve(settings, SMALL)
    assert serve(settings, SMALL) is endpoint  # one server in a process
    with closing(open_local(settings, SMALL)) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_constrained_replies_with_probabilities(model: ChatModel) -> None:
    reply = model.ask(prompt("The treaty lasts twenty years."), Label, 24)
    assert reply.text == f'{{"label": "{reply.value.label}"}}'  # compact: nothing is written that says nothing
    probabilities = reply.choice_probabilities("label")
    assert probabilities is not None
    assert set(probabilities) == {"supported", "refuted", "not_stated"}
    assert sum(probabilities.values()) == pytest.approx(1.0)
    again = model.ask(prompt("The treaty lasts twenty years."), Label, 24)
    assert again.text == reply.text
    assert again.usage.cached_tokens > again.usage.input_tokens * 0.8  # a known prompt is not read again


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nested_schemas_hold(model: ChatModel) -> None:
    reply = model.ask(prompt("It lasts a year."), Pick, 48)
    assert len(reply.value.sentences) <= 3
    assert reply.choice_probabilities("label") is not None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_reply_that_never_ends_is_cut_and_no_answer(model: ChatModel) -> None:
    with pytest.raises(ModelReplyError, match="cut off"):
        model.ask(prompt("Tell the whole story."), Essay, 8)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_prompt_longer_than_the_context_is_an_error(model: ChatModel) -> None:
    with pytest.raises(ModelUnavailableError, match="context"):
        model.ask(prompt("word " * 9000), Label, 24)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_threads_take_turns(model: ChatModel) -> None:
    claims = [f"The treaty lasts {n} years." for n in range(4)]
    alone = [model.ask(prompt(claim), Label, 24).text for claim in claims]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda claim: model.ask(prompt(claim), Label, 24).text, claims))
    assert together == alone


@pytest.mark.slow
def test_nobody_else_may_ask(model: ChatModel) -> None:
    endpoint = serve(Settings(), SMALL)
    assert endpoint.base_url.startswith("http://127.0.0.1:")
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        urllib.request.urlopen(f"{endpoint.base_url}/models", timeout=10)
    refused.value.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_it_is_silent_and_ends_with_the_process() -> None:
    code = "from pipeline.models.local import serve; from factcheck.settings import Settings\n"
    code += f"serve(Settings(), {SMALL!r})"
    environment = os.environ | {"PYTHONPATH": "."}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

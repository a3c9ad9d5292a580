from __future__ import annotations

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from factcheck.errors import ModelReplyError, ModelUnavailableError, UsageError, WeightsError
from factcheck.settings import Settings
from pipeline.models.budget import Budget
from pipeline.models.chat import ChatModel, open_model, resolve
from pipeline.models.reply import Usage
from prompts.loader import RenderedPrompt
from tests.pipeline.models.fake_openai import FakeOpenAI, completion

PROMPT = RenderedPrompt("judge", "1", "0" * 64, "You judge claims.", "Does it rain?")
FITS = '{"label": "yes"}'


class Label(BaseModel):
    label: Literal["yes", "no"]


class Text(BaseModel):
    text: str


@pytest.fixture
def model(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ChatModel:
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    settings = Settings(
        model="openai:gpt-x", home=tmp_path, cache=tmp_path, timeout_s=60, retry_wait_s=0, cache_responses=False,
        outages_to_stop=99,
    )  # fmt: skip
    opened = open_model(settings)
    assert opened is not None
    return opened


def test_a_reply_that_fits(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.append(FITS)
    reply = model.ask(PROMPT, Label, 32)
    assert reply.value == Label(label="yes")
    assert (reply.text, reply.usage) == (FITS, Usage(1, 10, 4))
    assert reply.latency_s > 0
    assert reply.choice_probabilities("label") is None  # the server gave no logprobs
    sent = server.requests[0]
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert (sent["temperature"], sent["seed"], sent["max_tokens"]) == (0, 0, 32)
    schema = sent["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert schema["schema"]["properties"]["label"]["enum"] == ["yes", "no"]
    assert schema["schema"]["additionalProperties"] is False
    assert (sent["logprobs"], sent["top_logprobs"]) == (True, 20)
    assert server.keys == ["Bearer sk-planted"]


def test_no_logprobs_are_asked_for_free_text(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.append('{"text": "rain"}')
    model.ask(PROMPT, Text)
    assert "logprobs" not in server.requests[0]


def test_choice_probabilities_from_logprobs(model: ChatModel, server: FakeOpenAI) -> None:
    def token(text: str, **top: float) -> dict[str, Any]:
        alternatives = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in top.items()]
        return {"token": text, "logprob": alternatives[0]["logprob"], "bytes": None, "top_logprobs": alternatives}

    tokens = [token('{"', **{'{"': 1}), token('label": "', **{'label": "': 1})]
    tokens += [token("yes", yes=0.6, Yes=0.1, no=0.2), token('"}', **{'"}': 1})]
    server.answers.append(completion(FITS, logprobs={"content": tokens}))
    probabilities = model.ask(PROMPT, Label).choice_probabilities("label")
    assert probabilities == pytest.approx({"yes": 0.75, "no": 0.25})  # 0.6 and 0.2 of 0.8; "Yes" is not allowed


def test_a_reply_that_does_not_fit_gets_one_repair(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.extend(['{"label": "maybe"}', FITS])
    reply = model.ask(PROMPT, Label)
    assert reply.value.label == "yes"
    assert reply.usage == model.usage == Usage(2, 20, 8)
    repair = server.requests[1]["messages"]
    assert [m["role"] for m in repair] == ["system", "user", "assistant", "user"]
    assert "label: Input should be 'yes' or 'no'" in repair[-1]["content"]


def test_a_cut_reply_gets_twice_the_room(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.extend([completion('{"label": "y', finish_reason="length"), FITS])
    assert model.ask(PROMPT, Label, 16).usage == Usage(2, 20, 8)
    assert server.requests[1]["max_tokens"] == 32
    assert len(server.requests[1]["messages"]) == 2


def test_a_parameter_that_the_model_refuses_is_left_out_from_then_on(model: ChatModel, server: FakeOpenAI) -> None:
    def refuse(name: str) -> tuple[int, dict[str, Any]]:
        message = f"Unsupported parameter: '{name}' is not supported with this model."
        return 400, {"error": {"message": message, "param": name, "type": "invalid_request_error"}}

    server.answers.extend([refuse("temperature"), refuse("logprobs"), FITS])
    model.ask(PROMPT, Label)
    model.ask(PROMPT, Label)
    assert len(server.requests) == 4
    assert not {"temperature", "logprobs", "top_logprobs"} & server.requests[-1].keys()


OPENAI_SAYS = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."


@pytest.mark.filterwarnings("ignore:This model does not support OpenAI")
def test_weaker_forms_are_asked_for_in_turn_and_remembered(model: ChatModel, server: FakeOpenAI) -> None:
    def refuse(message: str) -> tuple[int, dict[str, Any]]:
        return 400, {"error": {"message": message, "param": "response_format", "type": "invalid_request_error"}}

    server.answers.extend([refuse(OPENAI_SAYS), refuse("response_format is not supported"), FITS])
    budget = Budget()
    model.ask(PROMPT, Label, 32, budget)
    model.ask(PROMPT, Label, 32, budget)
    forms = [(request.get("response_format") or {}).get("type") for request in server.requests]
    assert forms == ["json_schema", "json_object", None, None]
    systems = [request["messages"][0]["content"] for request in server.requests]
    assert ["JSON schema" in text for text in systems] == [False, True, True, True]
    assert [note for note in budget.notes if "response_format" in note] == [
        "openai:gpt-x does not take response_format json_object; the form of its replies is asked for in words"
    ]


def test_prose_from_a_server_that_takes_every_form_is_asked_for_in_words(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.extend(["It rains.", f"Well: {FITS}"])
    budget = Budget()
    assert model.ask(PROMPT, Label, 32, budget).text == FITS
    assert "JSON schema" in server.requests[1]["messages"][0]["content"]
    assert "openai:gpt-x does not keep to the form it is given" in budget.notes[0]


@pytest.mark.parametrize(("name", "thinks"), [("gpt-4.1-mini", False), ("gpt-5-mini", True), ("o3", True)])
def test_reasoning_models_of_openai(
    name: str, thinks: bool, server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pipeline.models.openai_wire.OPENAI_URL", server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    server.answers.append(FITS)
    model = open_model(Settings(model=f"openai:{name}", home=tmp_path))
    assert model is not None
    model.ask(PROMPT, Label, 32)
    model.close()
    [sent] = server.requests
    assert ("temperature" in sent) == (not thinks)
    assert (sent["max_completion_tokens"], "max_tokens" in sent) == (32 + 8192 if thinks else 32, False)
    assert (server.heads[0]["OpenAI-Organization"], server.heads[0]["OpenAI-Project"]) == ("org-1", "proj-1")
    assert model.price is not None


def test_a_model_that_thought_until_the_limit_gets_room(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.extend([completion("", finish_reason="length"), FITS])
    assert model.ask(PROMPT, Label, 32).value.label == "yes"
    assert server.requests[1]["max_tokens"] == 64 + 8192


def test_a_prompt_that_is_too_long_is_not_sent(model: ChatModel, server: FakeOpenAI) -> None:
    long = RenderedPrompt("judge", "1", "0" * 64, "You judge claims.", "rain " * 9000)
    with pytest.raises(ModelUnavailableError, match=r"the prompt has 9\d{3} tokens, more than the 8000"):
        model.ask(long, Label)
    assert server.requests == []


def test_no_repair_beyond_the_budget_of_calls(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.append('{"label": "maybe"}')
    with pytest.raises(ModelReplyError, match="does not fit"):
        model.ask(PROMPT, Label, 32, Budget(calls_left=1))
    assert len(server.requests) == 1


ERROR = {"error": {"message": "told why", "type": "x", "code": None, "param": None}}
FAULTS: list[tuple[Any, type[Exception], str]] = [
    ((401, ERROR), ModelUnavailableError, r"key was not accepted \(401\)"),
    ((403, ERROR), ModelUnavailableError, r"\(403\)"),
    ((404, ERROR), ModelUnavailableError, r"no such model or address \(404\)"),
    ((400, ERROR), ModelUnavailableError, "status 400: .*told why"),
    ((429, ERROR), ModelUnavailableError, r"over its limit \(429\)"),
    ((500, ERROR), ModelUnavailableError, "status 500"),
    ((503, b"<html>busy</html>"), ModelUnavailableError, "status 503"),
    (None, ModelUnavailableError, "not reachable"),
    (b"not json", ModelReplyError, "cannot be read"),
    (b'{"id": "c", "choi', ModelReplyError, "cannot be read"),
    ({"id": "c", "object": "chat.completion", "choices": []}, ModelReplyError, "gpt-x"),
    ({"id": "c", "object": "chat.completion", "choices": None}, ModelReplyError, "cannot be read"),
    ({"error": {"message": "odd"}}, ModelReplyError, "cannot be read"),
    ("", ModelReplyError, "empty"),
    (completion(None), ModelReplyError, "empty"),
    (completion(None, refusal="I will not"), ModelReplyError, "refused: 'I will not'"),
    (completion("", finish_reason="content_filter"), ModelReplyError, "content filter"),
    (completion('{"label": "y', finish_reason="length"), ModelReplyError, "cut off"),
    ('{"label": "maybe"}', ModelReplyError, "reply to prompt 'judge' does not fit Label"),
    ("yes", ModelReplyError, "does not fit Label"),
    ('["yes"]', ModelReplyError, "does not fit Label"),
]


@pytest.mark.parametrize(("answer", "kind", "message"), FAULTS)
def test_a_fault_is_an_error_and_never_an_answer(
    model: ChatModel, server: FakeOpenAI, answer: Any, kind: type[Exception], message: str
) -> None:
    server.answers.append(answer)
    with pytest.raises(kind, match=message) as raised:
        model.ask(PROMPT, Label)
    assert len(server.requests) <= 3
    assert "sk-planted" not in str(raised.value)
    assert model.usage.calls >= 1


def test_a_transient_fault_is_retried(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.extend([(503, ERROR), (429, ERROR), FITS])
    assert model.ask(PROMPT, Label).value.label == "yes"


def test_threads_share_a_model(model: ChatModel, server: FakeOpenAI) -> None:
    server.answers.append(FITS)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: model.ask(PROMPT, Label), range(24)))
    assert model.usage == Usage(24, 240, 96)


def test_what_the_setting_stands_for(tmp_path: Path) -> None:
    def resolved(model: str) -> str:
        return resolve(Settings(model=model, cache=tmp_path))

    assert resolved("auto") == "none"  # no weights in this cache
    assert resolved("none") == "none"
    assert resolved("openai:gpt-x") == "openai:gpt-x"
    assert resolved("ollama:qwen2.5:7b") == "ollama:qwen2.5:7b"
    assert open_model(Settings(model="none", cache=tmp_path)) is None
    for odd in ("gpt-4", "openai:", ":x", ""):
        with pytest.raises(UsageError, match="openai:NAME or PROVIDER:NAME"):
            resolved(odd)


def test_auto_is_local_when_its_weights_are_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.models.chat.find", lambda name, settings: tmp_path / name)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    assert resolve(Settings(cache=tmp_path)) == "local"


def test_local_without_weights_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="Run `factcheck models pull local`, or use `--model none`"):
        open_model(Settings(model="local", cache=tmp_path))


def test_openai_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(ModelUnavailableError, match="set OPENAI_API_KEY"):
        open_model(Settings(model="openai:gpt-x", cache=tmp_path))


def test_a_server_of_ones_own_needs_no_key(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    server.answers.append(FITS)
    model = open_model(Settings(model="openai:mine", home=tmp_path, cache=tmp_path))
    assert model is not None
    assert model.ask(PROMPT, Label).value.label == "yes"


def test_a_missing_partner_package_has_an_install_hint(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="pip install langchain-anthropic"):
        open_model(Settings(model="anthropic:claude-x", cache=tmp_path))


def test_an_unknown_provider(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no provider is called 'opnai'"):
        open_model(Settings(model="opnai:gpt-x", cache=tmp_path))


def test_resolving_a_model_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pipeline.models.chat import open_model; from factcheck.settings import Settings\n"
        f"open_model(Settings(model='none', cache={str(tmp_path)!r}))\n"
        "print([m for m in ('openai', 'langchain', 'langchain_openai', 'xllamacpp') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": "."}
    )
    assert done.stdout.strip() == "[]"

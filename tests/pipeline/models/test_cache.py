"""The response cache: what is kept, what never is, several processes, and a file that cannot be used."""

from __future__ import annotations

import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from factcheck.errors import ModelError
from factcheck.settings import Settings
from pipeline.models.budget import Budget
from pipeline.models.cache import FILE, ResponseCache, request_key
from pipeline.models.chat import ChatModel, open_model
from pipeline.models.reply import Usage
from prompts.loader import RenderedPrompt
from tests.pipeline.models.fake_openai import FakeOpenAI, completion

PROMPT = RenderedPrompt("judge", "1", "0" * 64, "You judge claims.", "Does it rain?")
YES, NO = '{"label": "yes"}', '{"label": "no"}'
REQUEST: dict[str, Any] = {
    "model": "openai:x", "base_url": "http://a/v1", "messages": (("system", "s"), ("user", "u")),
    "parameters": {"temperature": 0, "max_tokens": 12}, "schema": {"type": "object"}, "repeat": 0,
}  # fmt: skip
Open = Callable[..., ChatModel]


class Label(BaseModel):
    label: Literal["yes", "no"]


@pytest.fixture
def opened(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    models: list[ChatModel] = []

    def open_(**settings: Any) -> ChatModel:
        known = {"model": "openai:x", "home": tmp_path, "base_url": server.base_url, "retry_wait_s": 0}
        model = open_model(Settings(**{**known, **settings}))
        assert model is not None
        models.append(model)
        return model

    yield open_
    for model in models:
        model.close()


@pytest.mark.parametrize(
    "change",
    [
        {"model": "openai:y"}, {"base_url": None}, {"messages": (("system", "s"), ("user", "U"))},
        {"messages": (("user", "s"), ("system", "u"))}, {"parameters": {"temperature": 1, "max_tokens": 12}},
        {"parameters": {"temperature": 0, "max_tokens": 13}}, {"schema": {"type": "array"}}, {"repeat": 1},
    ],
)  # fmt: skip
def test_every_part_of_a_request_makes_another_key(change: dict[str, Any]) -> None:
    assert request_key(**REQUEST) == request_key(**REQUEST)
    assert request_key(**REQUEST | change) != request_key(**REQUEST)
    assert len(request_key(**REQUEST)) == 64


def test_a_reply_is_used_again_by_another_model_object(opened: Open, server: FakeOpenAI) -> None:
    server.answers.extend([YES, NO])
    first = opened().ask(PROMPT, Label)
    again = opened().ask(PROMPT, Label)
    assert (first.value.label, again.value.label) == ("yes", "yes")
    assert len(server.requests) == 1
    assert again.usage == Usage(cached_calls=1)
    assert again.text == first.text


def test_a_cached_call_counts_in_the_budget_and_costs_nothing(opened: Open, server: FakeOpenAI) -> None:
    server.answers.append(YES)
    opened().ask(PROMPT, Label)
    budget = Budget(calls_left=3)
    opened().ask(PROMPT, Label, 512, budget)
    assert budget.calls_left == 2
    assert budget.usage == Usage(cached_calls=1)


def test_repeats_are_asked_anew_and_each_is_kept(opened: Open, server: FakeOpenAI) -> None:
    server.answers.extend([YES, NO])
    model = opened()
    for _ in range(2):
        labels = [model.ask(PROMPT, Label, 512, Budget(repeat=n)).value.label for n in range(2)]
        assert labels == ["yes", "no"]
    assert [request["seed"] for request in server.requests] == [0, 1]


def test_another_address_is_another_model(opened: Open, server: FakeOpenAI) -> None:
    server.answers.append(YES)
    opened().ask(PROMPT, Label)
    opened(base_url=server.base_url + "/").ask(PROMPT, Label)
    assert len(server.requests) == 2


def test_no_cache_neither_reads_nor_writes(opened: Open, server: FakeOpenAI, tmp_path: Path) -> None:
    server.answers.append(YES)
    for _ in range(2):
        opened(cache_responses=False).ask(PROMPT, Label)
    assert len(server.requests) == 2
    assert not (tmp_path / FILE).exists()


ERROR = {"error": {"message": "told why"}}
NEVER_KEPT: list[Any] = [
    (500, ERROR), (401, ERROR), b"not json", "", completion(None, refusal="I will not"), "maybe",
    completion('{"label": "y', finish_reason="length"), completion("", finish_reason="content_filter"),
    '{"label": "maybe"}',
]  # fmt: skip


@pytest.mark.parametrize("answer", NEVER_KEPT)
def test_errors_refusals_and_cut_replies_are_never_kept(
    opened: Open, server: FakeOpenAI, answer: Any, tmp_path: Path
) -> None:
    server.answers.append(answer)
    with pytest.raises(ModelError):
        opened().ask(PROMPT, Label)
    server.answers.append(YES)
    server.answers.popleft()
    assert opened().ask(PROMPT, Label).value.label == "yes"
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute("SELECT count(*) FROM responses").fetchone() == (1,)


def test_a_repaired_reply_is_kept_as_repaired(opened: Open, server: FakeOpenAI) -> None:
    server.answers.extend(['{"label": "maybe"}', NO])
    opened().ask(PROMPT, Label)
    assert opened().ask(PROMPT, Label).usage == Usage(cached_calls=2)
    assert len(server.requests) == 2


@pytest.mark.parametrize("damage", [b"not a database, by far" * 400, None])
def test_a_file_that_cannot_be_used_is_one_warning(
    opened: Open, server: FakeOpenAI, tmp_path: Path, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / FILE
    path.write_bytes(damage) if damage else path.mkdir()
    server.answers.append(YES)
    model = opened()
    with caplog.at_level(logging.WARNING):
        labels = [model.ask(PROMPT, Label).value.label for _ in range(3)]
    assert labels == ["yes"] * 3
    assert len(server.requests) == 3
    [warning] = caplog.records
    assert str(path) in warning.getMessage()
    assert "--no-cache" in warning.getMessage()


def test_a_damaged_page_is_one_warning_too(
    opened: Open, server: FakeOpenAI, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers.append(YES)
    model = opened()
    model.ask(PROMPT, Label)
    model.close()
    data = bytearray((tmp_path / FILE).read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    (tmp_path / FILE).write_bytes(data)
    assert opened().ask(PROMPT, Label).value.label == "yes"
    assert len(caplog.records) == 1


@pytest.mark.parametrize("row", ["not json", "[]", '{"text": "{}"}', '{"text": "{\\"label\\": \\"maybe\\"}"}'])
def test_a_row_that_does_not_fit_is_asked_for_again(opened: Open, server: FakeOpenAI, tmp_path: Path, row: str) -> None:
    server.answers.append(YES)
    model = opened()
    model.ask(PROMPT, Label)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as db:
        db.execute("UPDATE responses SET reply = ?", (row,))
    assert model.ask(PROMPT, Label).value.label == "yes"
    assert model.ask(PROMPT, Label).usage.cached_calls == 1  # and was put right
    assert len(server.requests) == 2


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("PRAGMA user_version = 99")
    cache = ResponseCache(tmp_path)
    cache.put("k", "m", {"text": "x"})
    assert cache.get("k") is None
    assert "newer factcheck" in caplog.text


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.models.cache import ResponseCache\n"
        "cache = ResponseCache(Path(sys.argv[1]))\n"
        "for n in range(60): cache.put(f'{sys.argv[2]}-{n}', 'm', {'n': n})\n"
        "cache.close()"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], stderr=subprocess.PIPE) for name in "abcd"
    ]
    told = [child.communicate(timeout=60)[1] for child in children]
    assert told == [b""] * 4
    cache = ResponseCache(tmp_path)
    assert all(cache.get(f"{name}-{n}") == {"n": n} for name in "abcd" for n in range(60))
    cache.close()


def test_no_prompt_and_no_key_is_in_the_file(opened: Open, server: FakeOpenAI, tmp_path: Path) -> None:
    server.answers.append('{"label": "yes"}')
    model = opened()
    model.ask(PROMPT, Label)
    model.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"sk-planted" not in kept
    assert b"Does it rain" not in kept
    assert json.dumps(YES)[1:-1].encode() in kept.replace(b"\\\\", b"\\")

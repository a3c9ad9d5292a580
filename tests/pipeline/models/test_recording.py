"""Record and replay: the same replies and the same errors, without the model."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from factcheck.errors import ModelError, ModelPausedError, ModelUnavailableError, UsageError, UserError
from factcheck.settings import Settings
from pipeline.models.budget import Budget
from pipeline.models.chat import ChatModel, open_model
from prompts.loader import RenderedPrompt
from tests.pipeline.models.fake_openai import FakeOpenAI

YES, NO = '{"label": "yes"}', '{"label": "no"}'


class Label(BaseModel):
    label: Literal["yes", "no"]


def prompt(text: str) -> RenderedPrompt:
    return RenderedPrompt("judge", "1", "0" * 64, "You judge claims.", text)


@pytest.fixture
def settings(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    return Settings(
        model="openai:x", home=tmp_path, base_url=server.base_url, retry_wait_s=0, record=tmp_path / "r.jsonl"
    )


@pytest.fixture
def replayed(settings: Settings) -> Settings:
    return Settings(home=settings.home / "elsewhere", replay=settings.record)


def opened(settings: Settings) -> ChatModel:
    model = open_model(settings)
    assert model is not None
    return model


def outcomes(model: ChatModel, texts: list[str]) -> Iterator[tuple[str, ...]]:
    for text in texts:
        budget = Budget()
        try:
            reply = model.ask(prompt(text), Label, 512, budget)
            yield (reply.text, str(reply.usage), str(budget.usage), str(budget.notes), str(reply.tokens))
        except ModelError as error:
            yield (type(error).__name__, str(error))
    model.close()


def test_a_replay_gives_the_same_and_asks_nobody(server: FakeOpenAI, settings: Settings, replayed: Settings) -> None:
    server.answers.extend([YES, (500, {}), (500, {}), (500, {}), NO, "prose"])
    texts = ["a", "b", "c", "a", "d"]
    recorded = list(outcomes(opened(settings), texts))
    n_requests = len(server.requests)
    assert [row[0] for row in recorded] == [YES, "ModelUnavailableError", NO, YES, "ModelReplyError"]
    assert "cached_calls=1" in recorded[3][1]
    assert list(outcomes(opened(replayed), texts)) == recorded
    assert len(server.requests) == n_requests
    assert not (settings.home / "elsewhere").exists()


def test_what_was_refused_and_then_asked_is_replayed_as_asked(
    server: FakeOpenAI, settings: Settings, replayed: Settings
) -> None:
    """One outage pauses the model: `b` is refused, and answered after the pause; `c` is refused and not asked again."""
    broken = settings.model_copy(update={"outages_to_stop": 1, "max_retries": 0, "outage_pause_s": 0.2})
    server.answers.extend([(500, {}), YES, (500, {})])
    model = opened(broken)
    for text, error in (("a", ModelUnavailableError), ("b", ModelPausedError)):
        with pytest.raises(error):
            model.ask(prompt(text), Label)
    time.sleep(0.25)
    assert model.ask(prompt("b"), Label).text == YES
    for text, error in (("d", ModelUnavailableError), ("c", ModelPausedError)):
        with pytest.raises(error):
            model.ask(prompt(text), Label)
    model.close()
    assert [row[0] for row in outcomes(opened(replayed), ["b", "c"])] == [YES, "ModelPausedError"]


def test_a_replay_in_another_order_and_from_several_models(
    server: FakeOpenAI, settings: Settings, replayed: Settings
) -> None:
    server.answers.extend([YES, NO])
    recorded = dict(zip("ab", outcomes(opened(settings), ["a", "b"]), strict=True))
    assert dict(zip("ba", outcomes(opened(replayed), ["b", "a"]), strict=True)) == recorded


def test_what_was_not_recorded_is_an_outage(server: FakeOpenAI, settings: Settings, replayed: Settings) -> None:
    server.answers.append(YES)
    list(outcomes(opened(settings), ["a"]))
    with pytest.raises(ModelUnavailableError, match=r"no reply to this 'judge' prompt.*Record again"):
        opened(replayed).ask(prompt("b"), Label)
    with pytest.raises(ModelUnavailableError, match="no reply"):
        opened(replayed).ask(prompt("a"), Label, 13)


def test_the_model_is_the_recorded_one(server: FakeOpenAI, settings: Settings, replayed: Settings) -> None:
    opened(settings).close()
    assert opened(replayed).name == "openai:x"
    assert opened(replayed.model_copy(update={"model": "openai:x"})).name == "openai:x"
    with pytest.raises(UsageError, match="recording of openai:x, not of local"):
        open_model(replayed.model_copy(update={"model": "local"}))


def test_no_model_is_recorded_too(tmp_path: Path) -> None:
    assert open_model(Settings(model="none", record=tmp_path / "r")) is None
    assert open_model(Settings(replay=tmp_path / "r")) is None


def test_nothing_is_overwritten(settings: Settings) -> None:
    assert settings.record is not None
    settings.record.write_text("mine")
    with pytest.raises(UsageError, match="exists; give --record another file"):
        open_model(settings)
    assert settings.record.read_text() == "mine"
    with pytest.raises(UsageError, match="cannot be written"):
        open_model(settings.model_copy(update={"record": settings.home / "no" / "such" / "folder"}))


def test_a_resumed_recording_goes_on_after_its_last_whole_line(
    server: FakeOpenAI, settings: Settings, replayed: Settings
) -> None:
    server.answers.extend([YES, NO, NO])
    recorded = list(outcomes(opened(settings), ["a", "b"]))
    assert settings.record is not None
    settings.record.write_text(settings.record.read_text()[:-20])  # killed while it wrote what came of `b`
    cold = settings.model_copy(update={"cache_responses": False})
    again = open_model(cold, resumed=True)
    assert again is not None
    assert list(outcomes(again, ["b"])) == recorded[1:]
    assert list(outcomes(opened(replayed), ["a", "b"])) == recorded
    with pytest.raises(UsageError, match="is a recording of openai:x, not of openai:y"):
        open_model(cold.model_copy(update={"model": "openai:y"}), resumed=True)
    settings.record.unlink()
    assert open_model(cold, resumed=True) is not None, "a recording may begin when the run goes on"


def test_both_at_once(settings: Settings) -> None:
    with pytest.raises(UsageError, match="not both"):
        open_model(settings.model_copy(update={"replay": settings.record}))


def test_a_torn_last_line_is_ignored(server: FakeOpenAI, settings: Settings, replayed: Settings) -> None:
    server.answers.append(YES)
    recorded = list(outcomes(opened(settings), ["a", "b"]))
    assert settings.record is not None
    whole = settings.record.read_text()
    settings.record.write_text(whole.rstrip("\n")[:-20])
    assert next(outcomes(opened(replayed), ["a"])) == recorded[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not a recording"),
        ("{}\n", "is not a recording"),
        ("hello\nworld\n", "line 1: not JSON"),
        ('{"schema": "factcheck/recording/1", "model": "openai:x"}\nrubbish\n{}\n', "line 2: not JSON"),
        ('{"schema": "factcheck/recording/1", "model": "openai:x"}\n[]\n', "line 2: not a JSON object"),
        ('{"schema": "factcheck/recording/1", "model": "openai:x"}\n{"key": 3}\n', "line 2: not an exchange"),
    ],
)
def test_what_is_no_recording(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "r").write_text(text)
    with pytest.raises(UserError, match=told):
        open_model(Settings(replay=tmp_path / "r"))
    with pytest.raises(UserError, match="cannot be read"):
        open_model(Settings(replay=tmp_path / "missing"))


def test_a_damaged_reply_is_no_answer(server: FakeOpenAI, settings: Settings, replayed: Settings) -> None:
    server.answers.append(YES)
    list(outcomes(opened(settings), ["a"]))
    assert settings.record is not None
    head, line = settings.record.read_text().splitlines()
    exchange = json.loads(line)
    exchange["reply"]["text"] = '{"label": "maybe"}'
    settings.record.write_text(f"{head}\n{json.dumps(exchange)}\n")
    with pytest.raises(ModelUnavailableError, match="damaged"):
        opened(replayed).ask(prompt("a"), Label)


def test_no_prompt_and_no_key_is_recorded(server: FakeOpenAI, settings: Settings) -> None:
    server.answers.extend([(401, {"error": {"message": "Incorrect API key: sk-planted-0123456789"}})])
    list(outcomes(opened(settings), ["Does it rain?"]))
    assert settings.record is not None
    text = settings.record.read_text()
    assert "key was not accepted" in text
    assert "sk-planted" not in text
    assert "rain" not in text

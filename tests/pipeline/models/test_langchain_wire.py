"""Other providers: structured output where their package has it, the schema in words where it has not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from factcheck.errors import ModelReplyError, ModelUnavailableError
from factcheck.settings import Settings
from pipeline.models.budget import Budget
from pipeline.models.chat import ChatModel, open_model
from pipeline.models.reply import Usage
from prompts.loader import RenderedPrompt

PROMPT = RenderedPrompt("judge", "1", "0" * 64, "You judge claims.", "Does it rain?")


class Label(BaseModel):
    label: Literal["yes", "no"]


class Fake(BaseChatModel):
    """Says `replies` in turn; `structured`: whether it offers structured output."""

    replies: list[Any]
    structured: bool = False
    asked: list[list[BaseMessage]]

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.asked.append(messages)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        message = AIMessage(reply, usage_metadata={"input_tokens": 10, "output_tokens": 4, "total_tokens": 14})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Any:
        if not self.structured:
            raise NotImplementedError

        def parsed(messages: list[BaseMessage]) -> dict[str, Any]:
            raw = self.invoke(messages)
            try:
                return {"raw": raw, "parsed": schema.model_validate_json(raw.text), "parsing_error": None}
            except ValueError as error:
                return {"raw": raw, "parsed": None, "parsing_error": error}

        return RunnableLambda(parsed)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    def open_(fake: Fake) -> ChatModel:
        monkeypatch.setattr("langchain.chat_models.init_chat_model", lambda *args, **options: fake)
        settings = Settings(model="mistralai:rain-1", home=tmp_path, retry_wait_s=0, cache_responses=False)
        model = open_model(settings)
        assert model is not None
        return model

    return open_


def test_structured_output(opened: Any) -> None:
    budget, fake = Budget(), Fake(replies=['{"label": "yes"}'], structured=True, asked=[])
    model = opened(fake)
    reply = model.ask(PROMPT, Label, 32, budget)
    assert (model.name, reply.value.label, reply.usage) == ("mistralai:rain-1", "yes", Usage(1, 10, 4))
    assert [m.type for m in fake.asked[0]] == ["system", "human"]
    assert budget.notes == []


def test_none_offered_is_asked_for_in_words_and_said(opened: Any) -> None:
    budget, fake = Budget(), Fake(replies=['I say {"label": "no"}'], asked=[])
    reply = opened(fake).ask(PROMPT, Label, 32, budget)
    assert reply.value.label == "no"
    assert '"enum": ["yes", "no"]' in str(fake.asked[0][0].content)
    assert budget.notes == [
        "mistralai:rain-1 offers no structured output; the form of its replies is asked for in words"
    ]


def test_replies_that_fit_no_form_step_down_and_are_repaired(opened: Any) -> None:
    budget, fake = Budget(), Fake(replies=["It rains.", '{"label": "yes"}'], structured=True, asked=[])
    assert opened(fake).ask(PROMPT, Label, 32, budget).value.label == "yes"
    assert "JSON schema" in str(fake.asked[1][0].content)
    assert "does not keep to the form" in budget.notes[0]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (RuntimeError("odd"), ModelReplyError), (ConnectionError("gone"), ModelUnavailableError),
        (TimeoutError(), ModelUnavailableError), ("", ModelReplyError), ("It rains.", ModelReplyError),
    ],
)  # fmt: skip
@pytest.mark.parametrize("structured", [True, False])
def test_faults_are_errors(reply: Any, kind: type[Exception], structured: bool, opened: Any) -> None:
    model = opened(Fake(replies=[reply] * 9, structured=structured, asked=[]))
    with pytest.raises(kind):
        model.ask(PROMPT, Label, 32)

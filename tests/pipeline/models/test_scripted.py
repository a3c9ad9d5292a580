from __future__ import annotations

import math
from typing import Literal

import pytest
from pydantic import BaseModel

from factcheck.errors import ModelReplyError, ModelUnavailableError
from pipeline.models.chat import ChatModel
from pipeline.models.scripted import ScriptedModel
from prompts.loader import RenderedPrompt

PROMPT = RenderedPrompt("judge", "1", "0" * 64, "You judge claims.", "Does it rain?")


class Label(BaseModel):
    label: Literal["yes", "no"]


def test_replies_in_order_and_a_history() -> None:
    script = ScriptedModel(['{"label": "yes"}', {"label": "no"}, Label(label="no")])
    model: ChatModel = script
    assert [model.ask(PROMPT, Label).value.label for _ in range(3)] == ["yes", "no", "no"]
    assert "Does it rain?" in script.prompts[0]
    assert script.history == [PROMPT] * 3
    assert model.usage.calls == 3
    with pytest.raises(AssertionError, match=r"script is over.*judge"):
        model.ask(PROMPT, Label)


def test_faults_as_a_real_model_has_them() -> None:
    model = ScriptedModel(['{"label": "maybe"}', "…", ModelUnavailableError("down")])
    for kind in (ModelReplyError, ModelReplyError, ModelUnavailableError):
        with pytest.raises(kind):
            model.ask(PROMPT, Label)


def test_scripted_probabilities() -> None:
    model = ScriptedModel([{"label": "yes"}], probabilities={"yes": math.log(0.6), "no": math.log(0.2)})
    assert model.ask(PROMPT, Label).choice_probabilities("label") == pytest.approx({"yes": 0.75, "no": 0.25})

"""Any other provider, through its LangChain package. No logprobs."""

from __future__ import annotations

import threading
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from pydantic import BaseModel

from factcheck.errors import ModelReplyError
from pipeline.models.faults import translated
from pipeline.models.messages import to_messages, usage_of, with_schema
from pipeline.models.wire import Raw, Request


class LangChainWire:
    """Structured output as the package offers it; where it offers none, the schema in words."""

    def __init__(self, name: str, chat: BaseChatModel) -> None:
        self._name, self._chat = name, chat
        self._lock = threading.Lock()
        self._notes: tuple[str, ...] = ()
        self._structured = True

    def send(self, request: Request) -> Raw:
        """See `Wire.send`."""
        with translated(self._name, request.timeout_s):
            if self._structured:
                try:
                    return self._constrained(request)
                except NotImplementedError:
                    self.step_down("offers no structured output")
            return self._raw(self._chat.invoke(to_messages(with_schema(request.messages, request.schema))))

    def most_tokens(self, max_tokens: int) -> int:
        """The provider's own limit holds, which is not known here: a reply that fits is shorter."""
        return max_tokens

    def close(self) -> None:
        """The package closes its own."""

    def step_down(self, why: str) -> None:
        """Ask for the form in words from now on."""
        with self._lock:
            if self._structured:
                self._structured = False
                self._notes = (f"{self._name} {why}; the form of its replies is asked for in words",)

    def _constrained(self, request: Request) -> Raw:
        model = self._chat.with_structured_output(request.schema, include_raw=True)
        answer: Any = model.invoke(to_messages(request.messages))
        parsed = answer["parsed"]
        raw = self._raw(answer["raw"])
        return Raw(parsed.model_dump_json(), raw.usage, notes=raw.notes) if isinstance(parsed, BaseModel) else raw

    def _raw(self, message: AIMessage) -> Raw:
        finish = str(message.response_metadata.get("finish_reason") or message.response_metadata.get("stop_reason"))
        if finish in ("content_filter", "refusal", "SAFETY"):
            raise ModelReplyError(f"{self._name}: the reply was withheld ({finish}). Try another model (`--model`)")
        cut = finish in ("length", "max_tokens", "MAX_TOKENS")
        return Raw(str(message.text), usage_of(message), cut=cut, notes=self._notes)

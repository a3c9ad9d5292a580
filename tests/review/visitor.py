"""A visitor of the desk without a browser: keeps cookies, reads forms off pages, sends them back."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from review.app import create_app
from review.store import ReviewStore

BASE = "http://127.0.0.1:8765"


class Visitor:
    """One browser session on a desk."""

    def __init__(self, store: ReviewStore, reviewer: str | None = "Ada", **options: Any) -> None:
        app = create_app(store, key=b"k" * 32, reviewer=reviewer, port=8765, **options)
        self.client = TestClient(app, base_url=BASE, follow_redirects=False)

    def get(self, path: str, status: int = 200) -> str:
        reply = self.client.get(path)
        assert reply.status_code == status, reply.text[:600]
        return reply.text

    def form(self, page: str, action: str) -> dict[str, str]:
        return hidden_fields(page, action)

    def post(self, action: str, fields: dict[str, str], **headers: str) -> Any:
        return self.client.post(action, data=fields, headers={"origin": BASE, **headers})

    def judge(self, item: int, citation: int, label: str, **more: str) -> Any:
        fields = self.form(self.get(f"/item/{item}?t={citation}"), "/decide/citation")
        return self.post("/decide/citation", fields | {"label": label, **more})

    def judge_answer(self, item: int, label: str, **more: str) -> Any:
        fields = self.form(self.get(f"/item/{item}?t=answer"), "/decide/answer")
        return self.post("/decide/answer", fields | {"label": label, **more})

    def select(self, item: int, use: str, span: dict[str, Any], citation: int = 0) -> Any:
        fields = self.form(self.get(f"/item/{item}?t={citation}"), "/decide/span")
        return self.post("/decide/span", fields | {"use": use, "span": json.dumps(span)})


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with that action."""
    found = re.search(rf'<form[^>]*action="{action}[^"]*".*?</form>', page, re.DOTALL)
    assert found, f"no form {action} on the page"
    fields = re.findall(r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?', found.group())
    return {name: unescape(value) for name, value in fields}


def marked(page: str, kind: str) -> str:
    """The text under the marks of a kind, joined."""
    found = re.findall(rf'<mark class="[^"]*\b{kind}\b[^"]*"[^>]*>(.*?)</mark>', page, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", "".join(found)))


def article_text(page: str) -> str:
    """The text of the article on a page, as a browser has it (`&#13;` is a carriage return)."""
    found = re.search(r'<article id="article".*?>(.*)</article>', page, re.DOTALL)
    assert found, "no article on the page"
    return re.sub(r"<[^>]*>", "", found.group(1)).replace("&#13;", "\r").replace("&lt;", "<").replace(
        "&gt;", ">").replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")  # fmt: skip

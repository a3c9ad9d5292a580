"""Forms of the desk as drafts of decisions. The store proves what they claim; here only their form is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from factcheck.errors import UserError
from review.decisions import AnswerJudgement, CitationJudgement, MissedEvidence, Withdrawal, read_draft

__all__ = ["draft_of", "read_form"]

Form = Mapping[str, str]
_MAX_FIELDS = 40


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of a posted form; of a repeated one the last. Raises: UserError for what is no form."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise UserError("what was sent is not a form of this desk; open the page again and repeat") from None
    return dict(pairs)


def draft_of(kind: str, form: Form) -> CitationJudgement | MissedEvidence | AnswerJudgement | Withdrawal:
    """Return the draft in a form: `citation`, `answer`, `span` or `undo`.

    The draft's id follows from the page it was made on and from what it says: sent twice, it is stored once; another
    decision from the same page is another. Raises: UserError, one line.
    """
    draft: dict[str, Any] = {
        "item": form.get("item", ""),
        "version": form.get("seen", ""),
        "comment": _line_ends(form.get("comment", "")).strip(),
    }
    if form.get("final") == "1":
        draft["final"] = True
    if kind == "citation":
        draft |= {"kind": "citation", "label": form.get("label", ""), "citation": _number(form)}
        if form.get("span"):
            draft["span"] = _span(form)
    elif kind == "answer":
        draft |= {"kind": "answer", "label": form.get("label", "")}
        if form.get("corrected_answer", "").strip():
            draft["answer"] = form["corrected_answer"].strip()
    elif kind == "span" and form.get("use") == "correct":
        draft |= {"kind": "citation", "label": "wrong_span", "citation": _number(form), "span": _span(form)}
    elif kind == "span":
        draft |= {"kind": "missed", "label": form.get("use", ""), "span": _span(form)}
    else:
        draft |= {"kind": "withdraw", "decision": form.get("decision", "")}
        draft.pop("final", None)
    said = json.dumps([form.get("nonce", ""), draft], sort_keys=True)
    draft["id"] = hashlib.sha256(said.encode()).hexdigest()[:32]
    return read_draft(draft)


def _number(form: Form) -> int:
    text = form.get("citation", "")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise UserError(f"citation {text[:20]!r} is not a number; open the page again and repeat")
    return int(text)


def _span(form: Form) -> Any:
    """A span travels as JSON: forms turn line feeds into CR LF, and the text must stay as it is."""
    try:
        return json.loads(form.get("span", ""))
    except ValueError:
        raise UserError("no text is selected; select it in the source, then press the key") from None


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")

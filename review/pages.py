"""The templates, with what they share: safe text, dates, class names. Autoescape is on for all of them."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.highlight import Segment, visible
from review.shown import shown

__all__ = ["STATIC", "render"]

STATIC = Path(__file__).parent / "static"
KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Judge a citation", (
        ("1", "supports"), ("2", "partly"), ("3", "refutes"), ("4", "wrong span"), ("5", "out of context"),
        ("6", "irrelevant"), ("c", "write a comment (Esc leaves it)"), ("u", "undo your last decision"),
    )),
    ("Judge the answer", (("7", "right"), ("8", "wrong"), ("9", "should abstain"), ("a", "write the right answer"))),
    ("Select text", (
        ("v", "select with the keyboard"), ("← →", "move the end by a word; with Shift the start"),
        ("h l", "move the end by a character; with Shift the start"), ("↑ ↓", "the sentence before, after"),
        ("1–6", "judge, with it as the corrected span"), ("f", "wrong span, this instead"),
        ("s", "missed evidence that supports"), ("r", "missed evidence that refutes"), ("Esc", "select nothing"),
    )),
    ("Move", (
        ("n", "the next that you have not judged"), ("j k", "forward, back within the answer"),
        ("N P", "the following, the previous answer"), ("g", "back to the cited passage"), ("o", "open another source"),
                ("b", "back from it to what is judged"),
        ("q", "the queue"),
    )),
    ("Queue", (
        ("j k", "down, up (or the arrows)"), ("Enter", "open"), ("/", "search"), ("[ ]", "previous, next page"),
    )),
    ("Desk", (("t", "light, dark, as the system"), ("?", "these keys"))),
)  # fmt: skip


def render(name: str, **values: Any) -> bytes:
    """Return a page as UTF-8. Raises: jinja2.UndefinedError for a name that the caller forgot."""
    return _templates().get_template(name).render(keys=KEYS, **values).encode("utf-8", "replace")


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters |= {
        "shown": shown,
        "words": _words,
        "css": _css,
        "moment": _moment,
        "opens": _opens,
        "visible": visible,
    }
    templates.globals["asset"] = _asset
    return templates


@cache
def _asset(name: str) -> str:
    """Return the address of a static file; it changes with the file, so a browser never keeps an old one."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def _words(label: object) -> str:
    return str(label).replace("_", " ")


def _css(label: object) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", str(label).lower())


def _moment(stamp: str) -> str:
    """`2026-11-27T12:45:00.123Z` as `27 Nov 2026, 12:45 UTC`; what is no time stays as it is."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def _opens(piece: Segment) -> str:
    """Name the marks that begin with this piece, for screen readers."""
    return ", ".join(mark.title or "" for mark in piece.marks if mark.span.start == piece.span.start)

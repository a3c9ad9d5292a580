"""Answers as one page of HTML that needs nothing else: no script, no other file, no network.

Left the answers, each with its stance grid (source by claim: who says it, how surely, when) and its quotes; right the
articles, with every quote marked at its own offsets. Everything from a question, a source or a model is escaped, and
the page forbids itself scripts and loading (its Content-Security-Policy names the one style sheet).
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.highlight import safe_text
from pipeline.page_parts import Answered, Failed, FindSource, Shelf, answered_item, failed_item, published
from pipeline.record import ANSWER_SCHEMA

__all__ = ["FindSource", "render_page"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_page(records: Iterable[Mapping[str, Any]], find_source: FindSource, *, title: str | None = None) -> str:
    """Return the page for answer and error records, in their order.

    Raises: UserError for a record that is not whole.
    """
    shelf = Shelf(find_source)
    items: list[Answered | Failed] = []
    for number, record in enumerate(records, start=1):
        is_answer = record.get("schema") == ANSWER_SCHEMA
        items.append(answered_item(f"q{number}", record, shelf) if is_answer else failed_item(f"q{number}", record))
    answered = [item for item in items if isinstance(item, Answered)]
    style = (_TEMPLATES / "answers.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page: str = _template().render(
        title=title or _title(items),
        items=items,
        articles=shelf.articles,
        columns=list(dict.fromkeys(row.stance.source for item in answered for row in item.rows)),
        counts=Counter(item.record.verdict for item in answered),
        runs=_runs(answered),
        style=Markup(style),  # noqa: S704 - our own file
        style_digest=digest,
    )
    return page


def _title(items: Sequence[Answered | Failed]) -> str:
    if len(items) != 1:
        return f"{len(items)} questions"
    return items[0].record.question.text if isinstance(items[0], Answered) else items[0].question or "a question"


def _runs(answered: Sequence[Answered]) -> list[tuple[str, int]]:
    """Return what made the answers, each once, with how many it made."""
    names = ("version", "model", "verifier", "embedder", "index")
    runs = [item.record.run for item in answered]
    made = Counter(" · ".join(f"{name} {run[name]}" for name in names if run.get(name)) for run in runs)
    return made.most_common()


def _is_web(url: str | None) -> bool:
    """Whether an address may be a link: http or https, and nothing that runs."""
    try:
        return url is not None and urlsplit(url.strip()).scheme in {"http", "https"}
    except ValueError:
        return False


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"safe_text": safe_text, "web": _is_web}
    environment.globals["published"] = published
    return environment.get_template("answers.html.j2")

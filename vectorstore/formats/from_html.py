"""A web page: its main text by trafilatura, one paragraph a line, and what its head says of it.

- What a browser would not show (`hidden`, `display:none`, zero size) is no text: whoever writes there writes for
  machines. Navigation, asides and footers that are marked as such go before trafilatura looks: on a page with little
  text it would fall back to all there is. Comments, related articles and the like go by its rules.
- The day of publication is taken only from where a page states it (meta tags, JSON-LD, a time element); a day that
  stands somewhere in the text is not guessed to be it. A day in the future is not believed.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vectorstore.formats.clean import clean_line, drop_unseen
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.text import decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["extract"]

_MAX_DEPTH = 200  # elements inside each other; trafilatura recurses, and no article needs 50
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{2,40})""", re.IGNORECASE)
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")
_STYLE = "translate(@style, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ ', 'abcdefghijklmnopqrstuvwxyz')"
_UNSEEN = (
    "//*[self::script or self::style or self::template or self::noscript or self::svg or self::iframe or self::dialog]"
    "|//*[self::nav or self::aside or self::footer or self::menu]"
    "|//header[not(ancestor::article or ancestor::main or .//h1)]"
    "|//*[@role='navigation' or @role='contentinfo' or @role='complementary' or @role='search' or @role='dialog']"
    "|//*[@hidden or @aria-hidden='true']"
    f"|//*[@style and (contains({_STYLE}, 'display:none') or contains({_STYLE}, 'visibility:hidden')"
    f" or contains(concat({_STYLE}, ';'), 'font-size:0;') or contains({_STYLE}, 'font-size:0px')"
    f" or contains(concat({_STYLE}, ';'), 'opacity:0;'))]"
)
_NAMED = frozenset(
    """
    breadcrumb breadcrumbs comments cookie cookie-banner cookie-notice cookies consent footer menu nav navbar navigation
    newsletter page-footer related related-articles share share-buttons sidebar site-footer site-header skip-link social
    """.split()
)
_RULE = re.compile(r"[-|: ]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOTHING = "has no main text that can be told from its navigation; save the article itself, or give it as .txt"


def extract(data: bytes, declared: str | None = None) -> Extracted:
    """Return the article on a page. `declared` is the encoding that the server named.

    Raises: UnreadableError where the page is empty or holds no main text.
    """
    from lxml import etree, html  # noqa: PLC0415 - a quarter of a second together, and only the child needs them
    from trafilatura import extract as main_text  # noqa: PLC0415

    meta = _CHARSET.search(data[:4096])
    text, warning = decode(data, declared or (meta[1].decode("ascii") if meta else None))
    text = drop_unseen(_XML_HEAD.sub("", text))  # lxml gives up at some controls
    if not text.strip():
        raise UnreadableError("is empty; leave it out, or give a file with text")
    try:
        tree = html.document_fromstring(text, parser=html.HTMLParser(remove_comments=True, remove_pis=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise UnreadableError(_NOTHING) from None
    if _depth(tree) > _MAX_DEPTH:
        raise UnreadableError(f"has elements nested more than {_MAX_DEPTH} deep, as no article has; give it as .txt")
    facts = _facts(tree)  # before the scripts go: JSON-LD is one
    _drop(tree)
    found = main_text(deepcopy(tree), output_format="txt", include_comments=False, include_tables=True, fast=False)
    lines = [line for line in map(_line, (found or "").split("\n")) if line]
    if not lines:
        raise UnreadableError(_NOTHING)
    return Extracted("\n".join(lines), facts=facts, warnings=(warning,) if warning else ())


def _drop(tree: HtmlElement) -> None:
    """Remove what is not shown, and the furniture; not what is named so but holds most of the page."""
    for element in tree.xpath(_UNSEEN):
        if element.getparent() is not None:
            element.drop_tree()
    n_chars = len(tree.text_content())
    for element in tree.xpath("//body//*[@class or @id]"):
        names = f"{element.get('class', '')} {element.get('id', '')}".lower().split()
        if not _NAMED.isdisjoint(names) and 2 * len(element.text_content()) < n_chars:
            element.drop_tree()


def _line(line: str) -> str:
    """One paragraph, without what trafilatura draws: the dash of a list, the bars and the rule of a table."""
    line = clean_line(line).removeprefix("- ")
    if line.startswith("|") or line.endswith("|"):
        line = line.strip("| ")
    return "" if _RULE.fullmatch(line) else line


def _depth(tree: HtmlElement) -> int:
    """Return how deep elements stand inside each other, without recursion."""
    from lxml import etree  # noqa: PLC0415

    deepest = depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _facts(tree: HtmlElement) -> dict[str, str]:
    """Return title, author, publisher, url and published, as far as the page's head states them."""
    from trafilatura import extract_metadata  # noqa: PLC0415

    today = datetime.now(UTC).date().isoformat()
    dates = {"original_date": True, "extensive_search": False, "max_date": today}
    try:
        known = extract_metadata(deepcopy(tree), date_config=dates)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        return {}  # a head that trafilatura stumbles over costs the facts, not the text
    stated = {
        "title": known.title, "author": known.author, "publisher": known.sitename, "url": known.url,
        "published": known.date,
    }  # fmt: skip
    facts = {key: clean_line(str(value))[:500] for key, value in stated.items() if value}
    if not _DAY.fullmatch(facts.get("published", "")):
        facts.pop("published", None)
    return {key: value for key, value in facts.items() if value}

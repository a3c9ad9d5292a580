"""Names as they stand in a text: where one ends, and which are of a people."""

from __future__ import annotations

import re

from factcheck.records import Span

__all__ = ["CALENDAR", "is_demonym", "to_name_end"]

CALENDAR = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
_CALENDAR = rf"(?i:{'|'.join(sorted(CALENDAR))}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
_TITLE = r"(?:President|Prime|Minister|King|Queen|Prince|Princess|Mr|Mrs|Ms|Dr|Gen|Gov|Sen|Rep|Secretary|Senator)\b"
_NAME_GOES_ON = re.compile(rf"(?: (?!{_CALENDAR}|{_TITLE})[A-Z][a-z][\w’'-]*)+")
_OPENS = re.compile(  # "In Moscow Putin signed it": two names meet
    r"^\W*(?:(?:[A-Z]\w+ )?(?:in|at|on|from|for|by|after|before|during|with|under|to)) (?:the )?$", re.IGNORECASE
)
_DEMONYMS = frozenset(
    "Afghan African Albanian Algerian American Angolan Argentinian Armenian Asian Australian Austrian "
    "Azerbaijani Belarusian Belgian Bolivian Bosnian Brazilian British Bulgarian Burmese Cambodian Canadian "
    "Catalan Chilean Chinese Colombian Congolese Croatian Cuban Cypriot Czech Danish Dominican Dutch Egyptian "
    "English Estonian Ethiopian European Filipino Finnish French Georgian German Ghanaian Greek Haitian "
    "Hungarian Indian Indonesian Iranian Iraqi Irish Israeli Italian Jamaican Japanese Jordanian Kenyan Korean "
    "Kurdish Kuwaiti Latvian Lebanese Libyan Lithuanian Macedonian Malaysian Maltese Mexican Mongolian "
    "Moroccan Nepalese Nigerian Norwegian Omani Pakistani Palestinian Persian Peruvian Polish Portuguese "
    "Qatari Roman Romanian Russian Saudi Scottish Senegalese Serbian Siberian Singaporean Slovakian Slovenian "
    "Spanish Sudanese Swedish Swiss Syrian Taiwanese Tanzanian Thai Tibetan Tunisian Turkish Ugandan Ukrainian "
    "Uzbek Venezuelan Vietnamese Welsh Western Yemeni Zambian".split()
)
_COMPASS = re.compile(r"^(?:North|South|East|West|Northern|Southern|Eastern|Western|Sri) (?=\w)")


def is_demonym(name: str) -> bool:
    """Whether a name is that of a people or an adjective of one: "Russian", "North Koreans"."""
    bare = _COMPASS.sub("", name)
    return bare in _DEMONYMS or bare.removesuffix("s") in _DEMONYMS


def to_name_end(text: str, span: Span) -> Span:
    """Return the span, and where it ends inside a name, as far as the name goes on: "Friendship | Treaty".

    A weekday, month or title that stands after a name is none of it, nor is a name after one that opens the sentence.
    """
    last = span.of(text).split()[-1:]
    if not last or not last[0][0].isupper() or re.match(_CALENDAR, last[0]) or _OPENS.match(text[: span.start]):
        return span
    goes_on = _NAME_GOES_ON.match(text, span.end)
    return Span(span.start, goes_on.end()) if goes_on else span

"""The sentences of the passages that were retrieved: what the readers look at, each a span of its stored source.

A sentence that tries to instruct its reader ("ignore all previous instructions", "answer yes") is left out and
flagged; the rest of its source keeps its weight, or an attacker could silence a true source by writing into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from factcheck.records import Passage, Source, Span

N_LEAD, MOST_LEAD = 3, 1200  # sentences before one that are read with it, and the most code points of them
_LABELS = r"(?:yes|no|true|false|supported|refuted|not_stated|not_enough_evidence|conflicting(?:_evidence)?)"
_READERS = r"(?:AIs?|LLMs?|assistants?|(?:language |AI )models?|chatbots?|fact.?checkers?)"
_ORDER = (
    r"(?:^|[.!?:;,\"“”(]\s*|\b(?:please|must|should|always|then|now|you|and)\s+)"  # what comes before an imperative
)
_INSTRUCTS = re.compile(
    r"\b(?:ignor|disregard|forget|overrid)\w*\b.{0,40}\b(?:instructions?|prompts?)\b"
    rf"|{_ORDER}(?:ignore|disregard|forget) (?:all |everything |any )?(?:of )?(?:the |your |what is )?(?:previous|above|prior|earlier|other)\b"
    rf"|\b(?:you are|act as) (?:now )?(?:an? )?(?:helpful )?{_READERS}\b"
    rf"|\bsystem prompt\b|\bas an AI (?:language )?(?:model|assistant)\b|\b{_READERS} (?:reading|processing|evaluating|checking) (?:this|the)\b"
    rf"|\b{_READERS} (?:must|should|shall|will) (?:always |only |not )?(?:answer|respond|reply|say|mark|label|treat|conclude|ignore|output|report|consider)\b"
    rf"|{_ORDER}(?:answer|respond|reply|output|return|say|write)(?: (?:only|always|with|it|this))*:? ?[\"“'‘]?{_LABELS}\b"
    r"(?=[\"”'’]?\s*(?:$|[.!;,)]|(?:to|for) (?:all|any|every|each|this|the) (?:question|claim)))"
    rf"|\b(?:mark|label|rate|treat|classify) (?:this|the|every|all|any) (?:claim|question|statement|answer)s?\b.{{0,20}}\b{_LABELS}\b"
    r"|<\|?(?:im_start|im_end|system|/?s|/?inst)\|?>|\[/?INST\]|^\W*(?:system|assistant) ?:",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"^(?:read (?:also|more)|share (?:post|this)|related|popular|more like this|recommend(?:ed)?|advertisement|date|"
    r"credited from.*|author:.*|tags?|source|subscribe.*|for more details.*|comments?)\s*[:.]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a source, with the passage it was read in, and what stands before it.

    `before`: the sentence before it in its paragraph (for pronouns), "" for none. `lead_start`: where the third sentence
    before it begins, in whichever paragraph, or a later one, if one before it is not read or they are long; None: it has
    none before it.
    """

    source: Source
    span: Span
    before: str
    passage: Passage
    lead_start: int | None = None

    @property
    def text(self) -> str:
        return self.span.of(self.source.text)

    @property
    def in_context(self) -> str:
        """The sentence with the one before it."""
        return f"{self.before} {self.text}" if self.before else self.text

    @property
    def with_lead(self) -> str:
        """The sentence with up to three before it, as the source has them."""
        return self.source.text[self._start : self.span.end]

    def in_lead(self, span: Span) -> Span:
        """Return where a span of `text` stands in `with_lead`."""
        shift = self.span.start - self._start
        return Span(span.start + shift, span.end + shift)

    @property
    def _start(self) -> int:
        return self.span.start if self.lead_start is None else self.lead_start

    def shifted(self, span: Span) -> Span:
        """Return where a span of `text` stands in `in_context`."""
        shift = len(self.in_context) - len(self.text)
        return Span(span.start + shift, span.end + shift)


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences to read, best passage first, and what was left out as an instruction."""

    sentences: tuple[Sentence, ...]
    instructing: tuple[Sentence, ...]


def collect_sentences(
    passages: Sequence[Passage], sources: Mapping[str, Source], split: Callable[[str], Iterable[Span]]
) -> Reading:
    """Return the sentences that lie in the passages, each once; `split` gives a source's sentence spans by its id."""
    sentences: dict[tuple[str, Span], Sentence] = {}
    for passage in passages:
        source = sources[passage.source]
        spans = tuple(split(passage.source))
        for i, span in enumerate(spans):
            if span.overlaps(Span(passage.start, passage.end)) and not is_boilerplate(span.of(source.text)):
                lead = _lead(source.text, spans[max(0, i - N_LEAD) : i], span)
                near = lead and _same_paragraph(source.text, lead[-1], span)
                before = lead[-1].of(source.text) if near else ""
                sentence = Sentence(source, span, before, passage, lead[0].start if lead else None)
                sentences.setdefault((source.id, span), sentence)
    flagged = tuple(s for s in sentences.values() if instructs(s.text))
    return Reading(tuple(s for s in sentences.values() if s not in flagged), flagged)


def instructs(text: str) -> bool:
    """Whether the text tries to instruct whoever reads it."""
    return bool(_INSTRUCTS.search(text))


def is_boilerplate(text: str) -> bool:
    """Whether a line is page furniture ("Read also:"), or has no word of two letters."""
    return bool(_BOILERPLATE.match(text.strip())) or not re.search(r"\w\w", text)


def _lead(text: str, before: Sequence[Span], span: Span) -> Sequence[Span]:
    """Return the last of the sentences `before` it that are read with a sentence: none beyond what is not read itself."""
    for i in reversed(range(len(before))):
        words = before[i].of(text)
        if is_boilerplate(words) or instructs(words) or span.start - before[i].start > MOST_LEAD:
            return before[i + 1 :]
    return before


def _same_paragraph(text: str, first: Span, second: Span) -> bool:
    return "\n" not in text[first.end : second.start]

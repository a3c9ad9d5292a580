"""What a public set holds once it is read: claims with their documents, or questions over a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from factcheck.records import Question

__all__ = ["Document", "PairItem", "PairSet", "Query", "QuerySet", "QuestionItem", "QuestionSet"]

Form = Literal["published", "development copy"]


@dataclass(frozen=True, slots=True)
class PairItem:
    """Claims to be judged against documents, each read by itself. `gold`: supported, unsupported, refuted, nei,
    conflicting. Of several claims (the sentences of one answer) the weakest counts. Items of a cluster are not
    independent of each other."""

    id: str
    claims: tuple[str, ...]
    documents: tuple[str, ...]
    gold: str
    cluster: str


@dataclass(frozen=True, slots=True)
class PairSet:
    """Items as read, and from what."""

    items: tuple[PairItem, ...]
    form: Form


@dataclass(frozen=True, slots=True)
class Document:
    """A text to ingest. `published` is an ISO day, or None."""

    text: str
    published: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionItem:
    """A question and its right answers; none of them = the text gives no answer. `needs`: the documents that an
    asker of this question must have, first the one that answers it."""

    question: Question
    answers: tuple[str, ...]
    cluster: str
    needs: tuple[str, ...] = ()
    evident: bool = True  # as far as is known, one of these holds an answer


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Items as read, the texts by id, and from what."""

    items: tuple[QuestionItem, ...]
    texts: Mapping[str, Document] = field(repr=False)
    form: Form


@dataclass(frozen=True, slots=True)
class Query:
    """A query and its relevant documents with their grades, above 0."""

    id: str
    text: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QuerySet:
    """Queries as read, the texts by id, and from what."""

    items: tuple[Query, ...]
    texts: Mapping[str, Document] = field(repr=False)
    form: Form

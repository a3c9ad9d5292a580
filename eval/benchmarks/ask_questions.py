"""Questions over a corpus: the texts are ingested, each question goes the whole way, its answer is judged."""

from __future__ import annotations

import re
import string
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from eval.benchmarks.items import Document, QuestionItem, QuestionSet
from eval.benchmarks.result import Figure, mean_figure
from eval.normalise import holds, words
from eval.runner import N_OUTAGES
from eval.score import Record
from factcheck.errors import FactcheckError, ModelError, ModelPausedError, ModelUnavailableError
from factcheck.records import Answer, Provenance, Question
from factcheck.settings import Settings
from pipeline.answerer import Answerer, open_answerer
from pipeline.record import answer_record, error_record
from vectorstore.store import Store

__all__ = [
    "Asked",
    "ask_questions",
    "choice_figures",
    "extract_figures",
    "fill",
    "is_right",
    "open_figures",
    "says_so",
    "texts_of",
    "yes_no_figures",
]

Asked = tuple[QuestionItem, Record]
MAX_EXTRA_WORDS = 2


def texts_of(found: QuestionSet, items: Sequence[QuestionItem]) -> Mapping[str, Document]:
    """The texts that `items` need."""
    needed = dict.fromkeys(id_ for item in items for id_ in item.needs)
    return {id_: found.texts[id_] for id_ in needed if id_ in found.texts}


def fill(settings: Settings, texts: Mapping[str, Document]) -> None:
    """Make the home of `settings` hold `texts`; what is there already costs nothing. Blank texts are left out."""
    with Store.open(settings, write=True) as store:
        for id_, document in texts.items():
            if document.text.strip():
                store.put(id_, document.text, provenance=Provenance(published=document.published))
        store.complete()


def ask_questions(
    items: Sequence[QuestionItem], settings: Settings, *, progress: Callable[[int], None] = lambda _: None
) -> Iterator[Asked]:
    """Yield each question with its record, in order; one that fails has an error record. The pauses of a model are
    waited out.

    Raises: ModelError where the model cannot be had at all, or not any more: an outage is no score.
    """
    n_failed = n_outages = 0
    with open_answerer(settings) as answerer:
        for number, item in enumerate(items, 1):
            try:
                record = answer_record(_answer(answerer, item.question))
                n_outages = 0
            except FactcheckError as error:
                n_failed += isinstance(error, ModelError)
                n_outages = n_outages + 1 if isinstance(error, ModelUnavailableError) else 0
                if n_failed == number >= 3 or n_outages == N_OUTAGES or isinstance(error, ModelPausedError):
                    raise
                record = error_record(item.question, error)
            yield item, record
            progress(1)


def _answer(answerer: Answerer, question: Question) -> Answer:
    """Raises: FactcheckError; ModelPausedError only where no waiting helps."""
    while True:
        try:
            return answerer.answer(question)[0]
        except ModelPausedError as refusal:
            if not refusal.wait_s:
                raise
            time.sleep(refusal.wait_s)


def is_right(item: QuestionItem, record: Record) -> bool:
    """Whether the answer is one of the right ones by SQuAD's words, or none where there is none.

    `maybe` is said by `not_stated` and by `conflicting`.
    """
    said = record.get("answer")
    if item.question.type == "boolean":
        return {"yes": "yes", "no": "no"}.get(str(said), "maybe") in item.answers
    if said is None or not item.answers:
        return said is None and not item.answers
    return any(_words(str(said)) == _words(answer) for answer in item.answers)


def extract_figures(asked: Sequence[Asked]) -> list[Figure]:
    """SQuAD 2.0's F1 and exact match, where silence is right if there is no answer; and both halves by themselves."""
    f1, exact = [_f1(i, r) for i, r in asked], [float(is_right(i, r)) for i, r in asked]
    clusters = [i.cluster for i, _ in asked]
    has, none = ([k for k, (i, _) in enumerate(asked) if bool(i.answers) is side] for side in (True, False))
    figures = [mean_figure("F1", f1, clusters), mean_figure("exact match", exact, clusters)]
    for name, half in (("F1, answerable", has), ("says so where there is no answer", none)):
        if half:
            figures.append(mean_figure(name, [f1[k] for k in half], [clusters[k] for k in half]))
    return figures


def yes_no_figures(asked: Sequence[Asked]) -> list[Figure]:
    """Accuracy where saying nothing is wrong, the share that gets a yes or no, and accuracy among these."""
    clusters = [i.cluster for i, _ in asked]
    right = [float(is_right(i, r)) for i, r in asked]
    said = [r.get("answer") in ("yes", "no") for _, r in asked]
    return [mean_figure("accuracy", right, clusters), *_selective(right, said, clusters)]


def choice_figures(asked: Sequence[Asked]) -> list[Figure]:
    """Accuracy where saying nothing is wrong; the same where an article holds the answer's words; the share that is
    answered, and accuracy among these."""
    return _news_figures(asked, [float(is_right(i, r)) for i, r in asked])


def open_figures(asked: Sequence[Asked]) -> list[Figure]:
    """The same where an answer is right that `says_so`."""
    return _news_figures(asked, [float(says_so(i.answers, r.get("answer"))) for i, r in asked])


def says_so(answers: Sequence[str], said: str | None) -> bool:
    """Whether what was said holds one of the answers, or is held by one, with at most two words more; nothing is right
    where there is none."""
    if said is None or not answers:
        return said is None and not answers
    return any(_near(said, a) or _near(a, said) for a in answers)


def _near(longer: str, shorter: str) -> bool:
    return holds(longer, shorter) and len(words(longer)) - len(words(shorter)) <= MAX_EXTRA_WORDS


def _news_figures(asked: Sequence[Asked], right: Sequence[float]) -> list[Figure]:
    clusters = [i.cluster for i, _ in asked]
    figures = [mean_figure("accuracy", right, clusters)]
    evident = [k for k, (i, _) in enumerate(asked) if i.evident]
    if 0 < len(evident) < len(asked):
        kept = [right[k] for k in evident], [clusters[k] for k in evident]
        figures.append(mean_figure("accuracy, answer in the articles", *kept))
    return [*figures, *_selective(right, [r.get("answer") is not None for _, r in asked], clusters)]


def _selective(right: Sequence[float], said: Sequence[bool], clusters: Sequence[str]) -> Iterator[Figure]:
    yield mean_figure("answered", [float(s) for s in said], clusters)
    if any(said):
        kept = [k for k, s in enumerate(said) if s]
        yield mean_figure("accuracy of the answered", [right[k] for k in kept], [clusters[k] for k in kept])


def _f1(item: QuestionItem, record: Record) -> float:
    said: Any = record.get("answer")
    if said is None or not item.answers:
        return float(said is None and not item.answers)
    return max(_overlap(_words(str(said)), _words(answer)) for answer in item.answers)


def _overlap(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    return 2 * shared / (len(said) + len(gold))


def _words(text: str) -> list[str]:
    """Words as SQuAD's own script compares them: lower case, no ASCII punctuation, no articles."""
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()

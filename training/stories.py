"""Stories of our own: sentences of invented news labelled against claims, as the verifier meets them in a corpus.

`training/stories/*.txt`; their form and the meaning of the labels stand in `training/stories/GUIDE.md`. In a corpus
about one subject every sentence is near every claim: which of them settle one is what public pairs teach least.
One story in ten is held out (`held_out`) and never trained on.

    python -m training.stories check            says what is wrong with the files, and counts
    python -m training.stories gold --out DIR   writes the stories held out as articles and gold labels, to ask the
                                                whole chain: factcheck eval run DIR/gold.yaml --model none
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

from factcheck.records import BOOLEAN_ANSWERS, Verdict
from pipeline.dated import with_years
from pipeline.polarity import affirm
from pipeline.values import Anchor
from training.pairs import Label, Pair
from training.windows import coverage, inverse_document_frequency

FOLDER = Path(__file__).parent / "stories"
HELD_OUT = 10  # about one story in so many
N_NEAR = 2  # sentences without a label, of each claim, that have most of its words
DROWNED = 0.2  # of the pairs, once more in a window of the article
ORIGIN = "stories"
_SENTENCE = re.compile(r"([A-Z])(\d+) (.+)")
_LABELS: Mapping[str, Label] = {"+": "supports", "-": "refutes", "~": "neutral"}
_FLIPPED: Mapping[Label, Label] = {"supports": "refutes", "refutes": "supports", "neutral": "neutral"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A question, the statement that it asks about, and the labels of sentences by their ids (`A3`)."""

    question: str
    text: str
    labels: Mapping[str, Label]

    @property
    def verdict(self) -> Verdict:
        """What the articles together say."""
        for_it, against = (side in self.labels.values() for side in ("supports", "refutes"))
        if for_it and against:
            return "conflicting_evidence"
        return "supported" if for_it else "refuted" if against else "not_enough_evidence"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a value, and the exact words that answer it by the sentences that hold them; none = no answer."""

    question: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """`dates` and `headlines`: of each article, by its letter. `sentences`: by id, in the order of the text."""

    title: str
    dates: Mapping[str, str]
    headlines: Mapping[str, str]
    sentences: Mapping[str, str]
    claims: tuple[Claim, ...]
    asked: tuple[Asked, ...] = ()

    def text(self, id_: str) -> str:
        """Return a sentence as the chain would give it to the verifier."""
        return with_years(self.sentences[id_], Anchor(date.fromisoformat(self.dates[id_[0]])))


class StoryError(ValueError):
    """A file that does not keep to the form; the message names the line."""


def read_stories(folder: Path = FOLDER) -> list[Story]:
    """Return the stories of all files in `folder`, in order. Raises: StoryError."""
    return [story for path in sorted(folder.glob("*.txt")) for story in _read(path)]


def held_out(stories: Sequence[Story], *, out: bool) -> list[Story]:
    """Return the stories that are held out, or the others: told by the title alone, so that new ones move none."""
    return [story for story in stories if (crc32(story.title.encode()) % HELD_OUT == 0) == out]


def story_pairs(stories: Sequence[Story], rng: random.Random) -> list[Pair]:
    """Return the pairs of one pass: every sentence with a label, and the nearest of the others.

    Some passages are drowned in their neighbours of the same article, as a window is; where a neighbour has a label of
    its own, the passage has the labels' only side, or is left out where there are two.
    """
    idf = inverse_document_frequency(text for story in stories for text in story.sentences.values())
    made = []
    for story in stories:
        for claim in story.claims:
            others = [id_ for id_ in story.sentences if id_ not in claim.labels]
            near = sorted(others, key=lambda id_: -coverage(claim.text, story.sentences[id_], idf))[:N_NEAR]
            for id_ in (*claim.labels, *near):
                made.append(Pair(claim.text, story.text(id_), claim.labels.get(id_, "neutral"), ORIGIN))
                if rng.random() < DROWNED and (wider := _drowned(story, claim, id_, rng)) is not None:
                    made.append(wider)
    return [_as_read(pair) for pair in made]


def story_readings(stories: Sequence[Story], rng: random.Random) -> list[Pair]:
    """Return the questions for a value of one pass, each with what the chain would have it read.

    Every sentence that answers, with up to three before it, and its nearest sentence that does not; where nothing
    answers, the two nearest.
    """
    idf = inverse_document_frequency(text for story in stories for text in story.sentences.values())
    made = []
    for story in stories:
        for asked in story.asked:
            told = dict(asked.answers)
            near = sorted(story.sentences, key=lambda id_: -coverage(asked.question, story.sentences[id_], idf))
            silent = [id_ for id_ in near if id_ not in told][: 1 if told else 2]
            made += [_reading(story, asked, id_, rng) for id_ in (*told, *silent)]
    return made


def _reading(story: Story, asked: Asked, id_: str, rng: random.Random) -> Pair:
    """Return the question with a sentence and none to three before it; of two answers in them, the last counts."""
    ids = [other for other in story.sentences if other[0] == id_[0]]
    at = ids.index(id_)
    window = ids[max(0, at - rng.choice((0, 1, 1, 3))) : at + 1]
    told = dict(asked.answers)
    home = next((i for i in reversed(window) if i in told), None)
    passage = " ".join(story.sentences[i] for i in window)
    place = None
    if home is not None:
        before = " ".join(story.sentences[i] for i in window[: window.index(home)])
        start = len(before) + (1 if before else 0) + story.sentences[home].index(told[home])
        place = (start, start + len(told[home]))
    return Pair(asked.question, passage, "read", f"{ORIGIN}+read", place)


def _as_read(pair: Pair) -> Pair:
    """Return the pair as `pipeline.support` asks it: a negated claim by its affirmative twin."""
    twin = affirm(pair.claim)
    return replace(pair, claim=twin, label=_FLIPPED[pair.label]) if twin else pair


def _drowned(story: Story, claim: Claim, id_: str, rng: random.Random) -> Pair | None:
    ids = [other for other in story.sentences if other[0] == id_[0]]
    at = ids.index(id_)
    window = ids[max(0, at - rng.randint(0, 2)) : at + 1 + rng.randint(0, 2)]
    sides = {label for i in window if (label := claim.labels.get(i, "neutral")) != "neutral"}
    if len(window) == 1 or len(sides) > 1:
        return None
    label = next(iter(sides), "neutral")
    return Pair(claim.text, " ".join(story.text(i) for i in window), label, f"{ORIGIN}+drowned")


def _read(path: Path) -> Iterator[Story]:
    blocks = re.split(r"^# ", path.read_text("utf-8"), flags=re.MULTILINE)
    n = blocks[0].count("\n") + 1
    for block in blocks[1:]:
        yield _story(block, f"{path.name}:{n}")
        n += block.count("\n")


def _story(block: str, place: str) -> Story:
    title, *lines = (line.strip() for line in block.splitlines())
    dates: dict[str, str] = {}
    headlines: dict[str, str] = {}
    sentences: dict[str, str] = {}
    said: list[_Said] = []
    for line in filter(None, lines):
        mark, _, rest = line.partition(" ")
        if mark == "##":
            letter, _, day, headline = (part.strip() for part in rest.split("|", 3))
            dates[letter], headlines[letter] = day, headline
        elif mark == "?":
            said.append(_Said(rest))
        elif mark in ("=", "@", *_LABELS) and said:
            fault = said[-1].take(mark, rest, sentences)
            if fault:
                raise StoryError(f"{place} ({title}): {fault}: {said[-1].question}")
        elif (found := _SENTENCE.fullmatch(line)) and found[1] in dates and mark not in sentences:
            sentences[mark] = found[3]
        else:
            raise StoryError(f"{place} ({title}): not understood: {line[:60]}")
    for one in said:
        if (one.statement is None) == (one.answers is None):
            raise StoryError(f"{place} ({title}): a question needs a statement or answers: {one.question}")
    claims = tuple(Claim(one.question, one.statement, one.labels) for one in said if one.statement is not None)
    asked = tuple(Asked(one.question, tuple(one.answers)) for one in said if one.answers is not None)
    return Story(title, dates, headlines, sentences, claims, asked)


@dataclass(slots=True)
class _Said:
    """A question while its lines are read."""

    question: str
    statement: str | None = None
    labels: dict[str, Label] = field(default_factory=dict)
    answers: list[tuple[str, str]] | None = None

    def take(self, mark: str, rest: str, sentences: Mapping[str, str]) -> str | None:
        """Add a line; return what is wrong with it."""
        if mark == "=":
            self.statement = rest
        elif mark == "@":
            self.answers = self.answers or []
            id_, _, words = rest.partition(" ")
            if rest != "-" and (not words or words not in sentences.get(id_, "")):
                return f"{id_} does not hold {words!r}"
            if rest != "-":
                self.answers.append((id_, words))
        else:
            for id_ in rest.split():
                if id_ not in sentences or id_ in self.labels:
                    return f"{id_} is no sentence, or named twice"
                self.labels[id_] = _LABELS[mark]
        return None


def write_gold(stories: Sequence[Story], out: Path) -> None:
    """Write the articles with their `sources.yaml` into `out`/articles, and `out`/gold.yaml with every question."""
    (out / "articles").mkdir(parents=True, exist_ok=True)
    sources, samples = [], []
    for n, story in enumerate(stories):
        names = {letter: f"s{n:03d}-{letter.lower()}" for letter in story.dates}
        for letter, name in names.items():
            text = " ".join(sentence for id_, sentence in story.sentences.items() if id_[0] == letter)
            (out / "articles" / f"{name}.txt").write_text(f"{story.headlines[letter]}\n\n{text}\n", "utf-8")
            sources.append({"id": name, "file": f"{name}.txt", "published": story.dates[letter]})
        samples += [_sample(f"s{n:03d}-{i:02d}", story, claim, names) for i, claim in enumerate(story.claims)]
    for path, value in (
        (out / "articles" / "sources.yaml", sources),
        (out / "gold.yaml", {"schema": "factcheck/gold/1", "corpus": "articles", "samples": samples}),
    ):
        path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), "utf-8")


def _sample(id_: str, story: Story, claim: Claim, names: Mapping[str, str]) -> dict[str, Any]:
    evidence = {
        name: {i: label for i, label in claim.labels.items() if i[0] == letter and label != "neutral"}
        for letter, name in names.items()
    }
    stances = {name: "mixed" if len({*told.values()}) > 1 else next(iter(told.values()), "silent")
               for name, told in evidence.items()}  # fmt: skip
    return {
        "id": id_, "family": id_, "question": claim.question, "type": "boolean",
        "answer": BOOLEAN_ANSWERS[claim.verdict], "sources": list(names.values()), "stances": stances,
        "evidence": {name: [story.sentences[i] for i in told] for name, told in evidence.items() if told},
        "tags": ["dev"],
    }  # fmt: skip


def main() -> None:
    """Parse the command line, read every file; print what is in them, or write those held out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["check", "gold"])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, help="where gold writes")
    given = parser.parse_args()
    try:
        stories = read_stories(given.folder)
    except StoryError as error:
        sys.exit(str(error))
    if given.what == "gold":
        if given.out is None:
            parser.error("gold needs --out")
        write_gold(held_out(stories, out=True), given.out)
        return
    claims = [claim for story in stories for claim in story.claims]
    labels = Counter(label for claim in claims for label in claim.labels.values())
    asked = [asked for story in stories for asked in story.asked]
    print(f"{len(stories)} stories, {sum(len(s.sentences) for s in stories)} sentences, {len(claims)} claims")
    print(f"{len(asked)} questions for a value, {sum(not a.answers for a in asked)} without an answer")
    print("verdicts:", dict(Counter(claim.verdict for claim in claims)), "labels:", dict(labels))


if __name__ == "__main__":
    main()

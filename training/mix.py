"""The training mix: public rows become (claim, passage, label) pairs, cut, deduplicated and drawn by quota.

Only rows whose `licence` is `open` are used. Labels: three-way where a row says so; a binary `unsupported` stays
`unsupported` and means *refutes or neutral, not said which* (the loss marginalises).
"""

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.augment import augment
from training.pairs import Label, Pair
from training.qa_claims import qa_pairs
from training.readings import reading_pairs
from training.windows import best_window, coverage, inverse_document_frequency, split_windows

LABELS: Mapping[str, Label] = {
    "supported": "supports",
    "yes": "supports",
    "refuted": "refutes",
    "no": "refutes",
    "nei": "neutral",
    "unsupported": "unsupported",
}
# Most rows drawn from a data set, by label; what is not named is not used. Small hard sets are read twice.
QUOTAS: Mapping[str, Mapping[Label, int]] = {
    "mnli": {"supports": 5000, "refutes": 4700, "neutral": 4500},
    "snli": {"supports": 1300, "refutes": 1300, "neutral": 1300},
    "snli_cf": {"supports": 2800, "refutes": 2800, "neutral": 2800},
    "docnli/binary-FEVER-NLI": {"supports": 5800, "unsupported": 7000},
    "fm2": {"supports": 600, "refutes": 600},
    "ragtruth_qa_sent": {"supports": 4500, "neutral": 2800, "refutes": 430},
    "ragtruth_qa_response": {"supports": 600, "neutral": 500, "refutes": 150},
    "squad2_halfdev": {"supports": 2000, "unsupported": 2400},
    "begin_wow": {"supports": 1000, "unsupported": 900},
    "begin_cmu": {"supports": 40, "unsupported": 40},
    "begin_tc": {"supports": 40, "unsupported": 40},
    "scifact": {"supports": 260, "refutes": 120, "neutral": 260},
    "check_covid": {"supports": 360, "refutes": 360},
    "boolq": {"supports": 950, "refutes": 950},
}
MAX_CLAIM_WORDS = 118
LONGEST = 320  # words of a training passage
OTHER_WINDOWS = 16_000  # a pass
READ_TWICE = frozenset({"fm2", "scifact", "check_covid"})
_PASSAGE_MARK = re.compile(r"\bpassage \d+:", re.IGNORECASE)
_ABOUT_PASSAGES = re.compile(r"\b(passages?|unable to answer|based on the)\b", re.IGNORECASE)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of one gzip JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def to_pair(row: Mapping[str, Any]) -> Pair | None:
    """Return the row as a pair with its whole document, or None if it may not be used or has no claim or label."""
    said = (row.get("label3"), (row.get("extra") or {}).get("label3"), row.get("label"))
    label = next((name for name in said if name in LABELS), None)
    claim = row.get("claim") or row.get("question")
    if row.get("licence") != "open" or label is None or not claim or not row.get("doc"):
        return None
    passage = _PASSAGE_MARK.sub(" ", row["doc"]).strip()
    return Pair(claim=claim.strip(), passage=passage, label=LABELS[label], origin=row["dataset"])


def read_pairs(data: Path) -> list[Pair]:
    """Return every open pair under `data`/train once (by normalised claim and document start), three-way labels first.

    `mix_dev` is left out: it calibrates. Whole answers (`ragtruth_qa_response`) come in up to MAX_CLAIM_WORDS words;
    SQuAD's questions as the claims that `training.qa_claims` makes of them.
    """
    held_out = {_key(p) for p in map(to_pair, read_rows(data / "train" / "mix_dev.jsonl.gz")) if p}
    pairs: dict[tuple[str, str], Pair] = {}
    for path in sorted((data / "train").glob("*.jsonl.gz")):
        if path.name == "mix_dev.jsonl.gz":
            continue
        questions = path.name == "squad2_train.jsonl.gz"
        for pair in qa_pairs(read_rows(path), random.Random(3)) if questions else map(to_pair, read_rows(path)):
            if pair is None or pair.origin not in QUOTAS or _ABOUT_PASSAGES.search(pair.claim):
                continue
            if len(pair.claim.split()) > MAX_CLAIM_WORDS:
                continue
            key = _key(pair)
            if key not in held_out and (key not in pairs or pairs[key].label == "unsupported"):
                pairs[key] = pair
    return list(pairs.values())


def draw(pairs: list[Pair], rng: random.Random) -> list[Pair]:
    """Return a random draw within QUOTAS, shuffled; sets in READ_TWICE come twice (their windows will differ)."""
    groups: dict[tuple[str, Label], list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.origin, pair.label].append(pair)
    drawn: list[Pair] = []
    for (origin, label), group in sorted(groups.items()):
        rng.shuffle(group)
        drawn += group[: QUOTAS[origin].get(label, 0)] * (2 if origin in READ_TWICE else 1)
    rng.shuffle(drawn)
    return drawn


def cut_evidence(pair: Pair, idf: Mapping[str, float], rng: random.Random) -> Pair:
    """Return the pair with a long passage cut to the window the claim is about, of a random size (`window_words`).

    Where the window covers less than 0.35 of the claim, a `refutes` becomes `unsupported` (the refuting sentence may be
    gone), and a `supports` gets up to LONGEST words.
    """
    max_words = window_words(pair.claim, rng)
    if len(pair.passage.split()) <= max_words:
        return pair
    window = best_window(pair.claim, split_windows(pair.passage, max_words=max_words), idf)
    if coverage(pair.claim, window, idf) < 0.35:
        if pair.label == "refutes":
            return replace(pair, passage=window, label="unsupported")
        if pair.label == "supports":
            window = best_window(pair.claim, split_windows(pair.passage, max_words=LONGEST), idf)
    return replace(pair, passage=window)


def window_words(claim: str, rng: random.Random) -> int:
    """Return how many words of a long passage are kept: 35..120, for three in ten 120..LONGEST.

    A claim of over 40 words gets 220 or more: a whole answer rests on more than one place.
    """
    if len(claim.split()) > 40:
        return rng.randint(220, LONGEST)
    return rng.randint(120, LONGEST) if rng.random() < 0.3 else rng.randint(35, 120)


def other_windows(pairs: list[Pair], rng: random.Random) -> list[Pair]:
    """Return up to OTHER_WINDOWS long pairs, each with a random window of its passage, for a teacher to judge."""
    long = [p for p in pairs if len(p.passage.split()) > 60]
    made = []
    for pair in rng.sample(long, min(OTHER_WINDOWS, len(long))):
        windows = split_windows(pair.passage, max_words=window_words(pair.claim, rng))
        made.append(replace(pair, passage=rng.choice(windows), label="unknown", origin=pair.origin + "+window"))
    return made


def loosen(pair: Pair, idf: Mapping[str, float]) -> Pair:
    """Return a caption pair that `refutes` as `unsupported` where the passage covers less than 0.4 of the claim.

    SNLI calls two captions contradictory because they are taken to show one scene; of texts, that says only that the
    claim is not supported. Read as refutation it makes every passage beside the point refute.
    """
    captions = pair.origin in ("snli", "snli_cf") and pair.label == "refutes"
    return replace(pair, label="unsupported") if captions and coverage(pair.claim, pair.passage, idf) < 0.4 else pair


def build_pool(data: Path, *, seed: int, with_unknown: bool = False) -> list[Pair]:
    """Return the shuffled pairs of one pass: the drawn mix, what the augmentations make of it, questions to be read.

    `with_unknown`: also windows whose label nobody knows, for a teacher to judge.
    """
    rng = random.Random(seed)
    drawn = draw(read_pairs(data), rng)
    idf = inverse_document_frequency(p.passage for p in drawn)
    mix = [loosen(cut_evidence(p, idf, rng), idf) for p in drawn]
    pool = mix + augment(mix, idf, random.Random(seed))
    pool += reading_pairs(read_rows(data / "train" / "squad2_train.jsonl.gz"), rng)
    if with_unknown:
        pool += other_windows(drawn, rng)
    rng.shuffle(pool)
    return pool


def read_dev_pairs(data: Path) -> list[Pair]:
    """Return the open rows of `mix_dev` shuffled by a fixed seed, long passages cut as in training."""
    rng = random.Random(20)
    pairs = [p for p in map(to_pair, read_rows(data / "train" / "mix_dev.jsonl.gz")) if p]
    rng.shuffle(pairs)
    idf = inverse_document_frequency(p.passage for p in pairs)
    return [cut_evidence(p, idf, rng) for p in pairs]


def _key(pair: Pair) -> tuple[str, str]:
    return " ".join(pair.claim.lower().split()), " ".join(pair.passage.lower().split())[:150]

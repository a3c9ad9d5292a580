"""Fit the coefficients of `pipeline/pooling.py` on the development half of gold labels.

    python -m training.pooling --gold treaty newcomer claims DIR/gold.yaml --home DIR [--model local]

`--home` is where the suites' corpora are ingested; the last suite here is that of `python -m training.stories gold`. A
sentence settles its claim where it holds gold evidence of its source, and its side is that source's stance; evidence of
a source that is mixed is left out. Without `--model` the regressions of `ALONE` are fitted, on every sentence
that the scorer judges; with it those of `WITH_MODEL`, on the sentences that the model reads. Corpora weigh the same,
however many questions are asked about them. Questions of the test half are never touched. Prints the coefficients, and
the accuracy of each regression on questions left out (ten folds).
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from eval.corpus_home import corpus_settings
from eval.gold import Sample
from eval.suite import open_suite
from factcheck.records import Question, Support
from factcheck.settings import load_settings
from pipeline.answerer import Answerer, open_answerer
from pipeline.boolean import N_POINTED, N_SCORED, judge_claim, witnesses
from pipeline.dated import with_years
from pipeline.extract import anchor_of
from pipeline.questions import parse_question
from pipeline.read import Reader
from pipeline.readers import open_reader
from pipeline.sentences import Sentence
from pipeline.support import Scorer, judge_sentences
from pipeline.verifier import WEIGHTS, Verifier
from training.fits import command_line, write_fit
from vectorstore.store import default_embedder

BEARS, SIDE = ("bias", "relevance", "scorer_bears", "model_bears"), ("scorer_side", "model_side")


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of one question: what bears, what sides, and the labels (`supports` None: settles nothing)."""

    question: int
    corpus: str
    bears: tuple[float, ...]
    side: tuple[float, ...]
    supports: bool | None


def log_ratio(a: float, b: float) -> float:
    return math.log(max(a, 1e-4) / max(b, 1e-4))


def label(sample: Sample, sentence: Sentence) -> bool | None:
    """Return the stance that the gold evidence in this sentence takes; None where it holds none."""
    stance = (sample.stances or {}).get(sentence.source.id)
    quotes = (sample.evidence or {}).get(sentence.source.id, ())
    holds = any(quote in sentence.text or sentence.text in quote for quote in quotes)
    return stance == "supports" if holds and stance in ("supports", "refutes") else None


def unclear(sample: Sample, sentence: Sentence) -> bool:
    """Whether the sentence holds gold evidence whose side nobody has said: that of a mixed source."""
    quotes = (sample.evidence or {}).get(sentence.source.id, ())
    mixed = (sample.stances or {}).get(sentence.source.id) == "mixed"
    return mixed and any(quote in sentence.text or sentence.text in quote for quote in quotes)


def rows_of(
    number: int, sample: Sample, answerer: Answerer, scorer: Scorer, reader: Reader | None, *, corpus: str
) -> list[Row]:
    """Return the rows of one boolean question or claim."""
    as_of = str(sample.as_of) if sample.as_of else None
    question = Question(sample.text, claim=sample.claim, type="boolean", as_of=as_of, sources=tuple(sample.sources))
    found = answerer.gather(parse_question(question))
    claim = found.claim or sample.text
    indexes = found.relevance.best(N_SCORED)
    if reader is not None:
        alone = judge_claim(claim, found.relevance, scorer=scorer, reader=None).evidence
        indexes = tuple(indexes[i] for i in witnesses(alone, N_POINTED))
    sentences = [found.relevance.sentences[i] for i in indexes]
    texts = [with_years(s.text, anchor_of(s.source)) for s in sentences]
    scored = judge_sentences(claim, texts, scorer)
    read: tuple[Support | None, ...] = (None,) * len(sentences)
    if reader is not None:
        reader.begin()
        read = reader.judge(claim, sentences).supports
    rows = []
    for at, sentence, by_scorer, by_model in zip(indexes, sentences, scored, read, strict=True):
        if (reader is not None and by_model is None) or unclear(sample, sentence):
            continue
        judged = [by_scorer, by_model] if by_model else [by_scorer]
        bears = (found.relevance.total[at], *(log_ratio(p.supports + p.refutes, p.neutral) for p in judged))
        side = tuple(log_ratio(p.supports, p.refutes) for p in judged)
        rows.append(Row(number, corpus, bears, side, label(sample, sentence)))
    return rows


def even(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Return a weight for each row: 1 on average, and as much in all for one corpus as for another."""
    n = Counter(row.corpus for row in rows)
    return np.array([len(rows) / (len(n) * n[row.corpus]) for row in rows])


def fit(
    x: NDArray[np.float64], y: NDArray[np.bool_], rows: Sequence[Row], *, intercept: bool
) -> tuple[list[float], float]:
    """Return the coefficients, the intercept first if there is one, and the share right on questions left out."""
    model = LogisticRegression(C=3.0 if intercept else 1.0, fit_intercept=intercept, max_iter=2000)
    weights, groups = even(rows), [row.question for row in rows]
    held = cross_val_predict(model, x, y, groups=groups, cv=GroupKFold(10), params={"sample_weight": weights})
    right = np.average(held == y, weights=weights)
    model.fit(x, y, sample_weight=weights)
    bias = [float(model.intercept_[0])] if intercept else []
    return [*bias, *model.coef_[0].tolist()], float(right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", nargs="+", required=True, help="suites, as `factcheck eval run` takes them")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--model", default="none")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the verifier's, default those that ship")
    parser.add_argument("--write", action="store_true", help="write the fit to pipeline/weights/fitted.json")
    args = parser.parse_args()
    settings = load_settings({"home": args.home, "model": args.model})
    scorer, reader, embedder = Verifier(args.weights), open_reader(settings), default_embedder(settings.threads)
    rows: list[Row] = []
    for suite in map(open_suite, args.gold):
        samples = [s for s in suite.samples if (s.claim or s.type == "boolean") and "dev" in s.tags]
        own = corpus_settings(suite, load_settings({"home": args.home, "model": "none"}), embedder)
        with open_answerer(own, embedder=embedder) as answerer:
            for sample in samples:
                number = rows[-1].question + 1 if rows else 0
                rows += rows_of(number, sample, answerer, scorer, reader, corpus=own.home.name)
    settles = np.array([row.supports is not None for row in rows])
    bears, right = fit(np.array([row.bears for row in rows]), settles, rows, intercept=True)
    sides = [row for row in rows if row.supports is not None]
    told = np.array([bool(row.supports) for row in sides])
    side, right_side = fit(np.array([row.side for row in sides]), told, sides, intercept=False)
    found = dict(zip(BEARS, bears, strict=False)) | dict(zip(SIDE, side, strict=False))
    print({name: round(value, 2) for name, value in found.items()})
    print(f"right when left out: bears {right:.3f} (n {len(rows)}), side {right_side:.3f} (n {len(sides)})")
    if args.write:
        name = "sentences" if reader is None else "sentences, with a model"
        write_fit(name, found, command=command_line("training.pooling"), verifier=scorer.name, n=len(rows))


if __name__ == "__main__":
    main()

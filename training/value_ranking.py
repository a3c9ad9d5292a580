"""Fit the weights of `pipeline/rank_values.py` on the development half of gold labels.

    python -m training.value_ranking --gold treaty newcomer --home DIR [--weights DIR]

`--home` is where the suites' corpora are ingested. A candidate is right where the value scorer would count it right.
Prints the weights, and with the families of each tenth left out: the share answered right by the joint score, by words
alone, and by the verifier's reader alone. Questions of the test halves are never touched; on questions that
the rules were not written for, `python -m benchmarks.typed_questions` measures.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from eval.corpus_home import corpus_settings
from eval.gold import Sample
from eval.scorers.value_match import value_match
from eval.suite import open_suite
from factcheck.records import Question
from factcheck.settings import load_settings
from pipeline.answerer import Answerer, open_answerer
from pipeline.extract import find_candidates
from pipeline.questions import parse_question
from pipeline.rank_values import N_JUDGED, logit, point_at_values
from pipeline.value import N_READ
from pipeline.verifier import WEIGHTS, Verifier
from training.fits import command_line, write_fit
from vectorstore.store import default_embedder

COLUMNS = ("words", "pointed")


@dataclass(frozen=True, slots=True)
class Rows:
    """One question's candidates: columns as in COLUMNS; `right` for each; `answerable`: any value."""

    x: NDArray[np.float64]  # (n, 2)
    right: NDArray[np.bool_]  # (n,)
    answerable: bool
    cluster: str


def rows_of(sample: Sample, answerer: Answerer, verifier: Verifier) -> Rows | None:
    """Return the candidates of one value question; None where there are none."""
    as_of = str(sample.as_of) if sample.as_of else None
    question = parse_question(
        Question(
            sample.text, type=sample.type, as_of=as_of, choices=tuple(sample.choices), sources=tuple(sample.sources)
        )
    )
    relevance = answerer.gather(question).relevance
    indexes = relevance.best(N_READ)
    sentences = [relevance.sentences[i] for i in indexes]
    found = find_candidates(question, sentences, [relevance.total[i] for i in indexes])[:N_JUDGED]
    found, pointed = point_at_values(question, found, verifier, sentences=sentences)
    if not found:
        return None
    x = np.array([(logit(c.score), p) for c, p in zip(found, pointed, strict=True)])
    scores = [value_match(sample, {"answer": c.answer, "value": c.value}, None) for c in found]  # type: ignore[arg-type]
    right = np.array([bool(s and s.value) for s in scores])
    return Rows(x, right, sample.value is not None, sample.cluster)


def fit(rows: list[Rows]) -> LogisticRegression:
    x, y = np.concatenate([r.x for r in rows]), np.concatenate([r.right for r in rows])
    return LogisticRegression(C=1.0, max_iter=2000).fit(x, y)


def chosen(rows: Rows, score: NDArray[np.float64], threshold: float) -> bool:
    """Whether the best candidate by `score` is right, or nothing is answered where there is nothing to answer."""
    best = int(score.argmax())
    if score[best] < threshold:
        return not rows.answerable
    return bool(rows.answerable and rows.right[best])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", nargs="+", required=True, help="suites, as `factcheck eval run` takes them")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--write", action="store_true", help="write the fit to pipeline/weights/fitted.json")
    given = parser.parse_args()
    verifier = Verifier(given.weights)
    settings = load_settings({"home": given.home, "model": "none"})
    embedder = default_embedder(settings.threads)
    samples: list[Sample] = []
    rows: list[Rows] = []
    for suite in map(open_suite, given.gold):
        asked = [s for s in suite.samples if s.question and "dev" in s.tags and s.type not in ("boolean", "text")]
        with open_answerer(corpus_settings(suite, settings, embedder), embedder=embedder) as answerer:
            rows += [r for s in asked if (r := rows_of(s, answerer, verifier))]
        samples += asked
    print(f"{len(samples)} questions, {len(rows)} with candidates, {sum(r.right.any() for r in rows)} with a right one")
    thresholds = np.arange(0.1, 0.9, 0.05)
    joint = dict.fromkeys(thresholds, 0)
    for train, test in GroupKFold(10).split(rows, groups=[row.cluster for row in rows]):
        model = fit([rows[i] for i in train])
        for i in test:
            p = model.predict_proba(rows[i].x)[:, 1]
            for t in thresholds:
                joint[t] += chosen(rows[i], p, t)
    n = len(samples)
    empty = sum(1 for s in samples if s.value is None) - sum(not r.answerable for r in rows)
    print("joint, left out:", {f"{t:.2f}": round((c + empty) / n, 3) for t, c in joint.items()})
    for column, name in enumerate(COLUMNS):
        print(f"{name} alone, always answering:", round(sum(chosen(r, r.x[:, column], -99) for r in rows) / n, 3))
    model = fit(rows)
    words, said = model.coef_[0]
    weights = {"bias": float(model.intercept_[0]), "words": float(words), "said": float(said)}
    print({name: round(value, 2) for name, value in weights.items()})
    if given.write:
        n_rows = sum(len(r.right) for r in rows)
        write_fit("values", weights, command=command_line("training.value_ranking"), verifier=verifier.name, n=n_rows)


if __name__ == "__main__":
    main()

"""The cascade: a model is asked where the scorer leaves doubt, and about the sentences that carry most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from factcheck.records import Passage, Source, Span, Support
from pipeline.attribution import attribute
from pipeline.boolean import certainty, judge_claim, witnesses
from pipeline.judge import Evidence
from pipeline.models.scripted import ScriptedModel
from pipeline.readers import PointingReader
from pipeline.relevance import Relevance
from pipeline.sentences import Sentence

TEXT = "The lease runs for ten years. The lease does not run for ten years. Nobody mentioned rent. It rained all day."
SPANS = (Span(0, 29), Span(30, 67), Span(68, 90), Span(91, 109))
SOURCE = Source("lease", TEXT, "0" * 64, "0" * 64)
SENTENCES = tuple(Sentence(SOURCE, span, "", Passage("lease", 0, len(TEXT), TEXT, 1.0)) for span in SPANS)
CLAIM = "The lease runs for ten years."


class FixedScorer:
    """Gives the four sentences the rows it was made with."""

    name = "fixed"

    def __init__(self, *rows: tuple[float, float, float]) -> None:
        self._rows = dict(zip((s.text for s in SENTENCES), rows, strict=True))

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return self.score_pairs([(claim, p) for p in passages])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.asarray([self._rows[p] for _, p in pairs], dtype=np.float32)


SURE = FixedScorer((0.98, 0.01, 0.01), (0.01, 0.01, 0.98), (0.01, 0.01, 0.98), (0.01, 0.01, 0.98))
TORN = FixedScorer((0.70, 0.05, 0.25), (0.05, 0.80, 0.15), (0.30, 0.10, 0.60), (0.01, 0.01, 0.98))


def relevance(*total: float) -> Relevance:
    return Relevance(SENTENCES, total)


def evidence(*supports: tuple[float, float]) -> list[Evidence]:
    rows = [Support(s, r, 1 - s - r) for s, r in supports]
    return [Evidence(sentence, row, attribute(sentence.text)) for sentence, row in zip(SENTENCES, rows, strict=False)]


def test_the_strongest_of_each_side_come_first_then_the_strongest_of_all() -> None:
    # sides: for .5, for .4, against .3, for .2
    found = evidence((0.5, 0.1), (0.4, 0.0), (0.1, 0.3), (0.2, 0.1))
    assert witnesses(found, 4) == [0, 2, 1, 3]
    assert witnesses(found, 1) == [0]
    assert witnesses(evidence((0.1, 0.3), (0.2, 0.9)), 3) == [1, 0]
    assert witnesses([], 3) == []


def test_certainty_is_the_probability_of_the_verdict() -> None:
    # s = .9, r = 0: supported .9, not enough .2 x .1, over .92
    assert certainty(evidence((0.9, 0.0))) == pytest.approx(0.9 / 0.92)
    assert certainty([]) == 1.0


def test_a_sure_scorer_costs_no_call_and_a_torn_one_asks_about_both_sides() -> None:
    silent = ScriptedModel([])
    judged = judge_claim(
        CLAIM, relevance(0.9, 0.1, 0.1, 0.1), scorer=SURE, reader=PointingReader(silent), model_below=0.8
    )
    assert silent.prompts == []
    assert judged.evidence[0].stance == "supports"

    asked = ScriptedModel(['{"label": "True"}', '{"label": "False"}'])
    judge_claim(CLAIM, relevance(0.6, 0.6, 0.6, 0.6), scorer=TORN, reader=PointingReader(asked), model_below=0.99)
    texts = [SENTENCES[i].text for i in (1, 0)]
    assert [next(t for t in texts if t in prompt) for prompt in asked.prompts] == texts


def test_always_means_always() -> None:
    asked = ScriptedModel(['{"label": "True"}'] * 2)
    judge_claim(CLAIM, relevance(0.9, 0.1, 0.1, 0.1), scorer=SURE, reader=PointingReader(asked), model_below=1.0)
    assert len(asked.prompts) == 2

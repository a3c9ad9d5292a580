"""One of several claims: the supported one, weighed against its rivals, within the calls of one question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from factcheck.records import Passage, Source, Span
from pipeline.choose import Chosen, choose
from pipeline.models.scripted import ScriptedModel
from pipeline.read import MAX_CALLS
from pipeline.readers import PointingReader
from pipeline.relevance import Relevance
from pipeline.sentences import Sentence

TEXT = "The ferry was built in Gdansk. It rained in Kiel all day."
SOURCE = Source("ferry", TEXT, "0" * 64, "0" * 64)
SPANS = (Span(0, 30), Span(31, 57))
SENTENCES = tuple(Sentence(SOURCE, span, "", Passage("ferry", 0, len(TEXT), TEXT, 1.0)) for span in SPANS)
GDANSK, KIEL = "The ferry was built in Gdansk.", "The ferry was built in Kiel."
FOR, AGAINST, NEUTRAL = (0.97, 0.01, 0.02), (0.01, 0.97, 0.02), (0.01, 0.01, 0.98)


class ByClaim:
    """Gives the first sentence the row of its claim, the second none."""

    name = "by claim"

    def __init__(self, rows: dict[str, tuple[float, float, float]]) -> None:
        self._rows = rows

    def score_support(self, claim: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return self.score_pairs([(claim, p) for p in passages])

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        rows = [self._rows[claim] if text == SENTENCES[0].text else NEUTRAL for claim, text in pairs]
        return np.asarray(rows, dtype=np.float32)


@pytest.fixture
def chosen() -> Callable[..., Chosen]:
    def run(gdansk: tuple[float, float, float], kiel: tuple[float, float, float], model: ScriptedModel | None = None):  # type: ignore[no-untyped-def]
        return choose(
            (KIEL, GDANSK),
            {"ferry": SOURCE},
            rank=lambda _: Relevance(SENTENCES, (0.9, 0.1)),
            scorer=ByClaim({GDANSK: gdansk, KIEL: kiel}),
            reader=PointingReader(model) if model else None,
        )

    return run


def test_the_supported_claim_is_chosen_with_its_evidence(chosen: Callable[..., Chosen]) -> None:
    found = chosen(FOR, AGAINST)
    assert (found.place, found.decision.verdict) == (1, "supported")
    assert found.decision.probability > 0.8
    assert [e.sentence for e in found.decision.cited] == [SENTENCES[0]]


def test_where_none_is_supported_none_is_chosen_and_nothing_is_cited(chosen: Callable[..., Chosen]) -> None:
    found = chosen(AGAINST, AGAINST)
    assert (found.place, found.decision.verdict, found.decision.cited, found.refuted) == (
        None,
        "not_enough_evidence",
        (),
        True,
    )
    assert not any(stance.citations for stance in found.decision.stances)
    assert not chosen(NEUTRAL, AGAINST).refuted


def test_two_that_are_supported_alike_are_no_choice(chosen: Callable[..., Chosen]) -> None:
    # p = q: p · 1/2 is under a half
    assert chosen(FOR, FOR).place is None


def test_a_small_model_is_asked_at_most_three_times(chosen: Callable[..., Chosen]) -> None:
    model = ScriptedModel(['{"label": "Unknown"}'] * 4)
    chosen(NEUTRAL, NEUTRAL, model)
    assert len(model.prompts) == MAX_CALLS == 3


def test_a_model_that_upholds_the_likeliest_is_not_asked_about_the_other(chosen: Callable[..., Chosen]) -> None:
    model = ScriptedModel(['{"label": "True"}'] * 2)
    assert chosen(FOR, AGAINST, model).place == 1
    assert all(GDANSK in prompt for prompt in model.prompts)


def test_a_choice_that_no_source_names_is_not_chosen() -> None:
    oslo = "The ferry was built in Oslo."
    found = choose(
        (GDANSK, oslo),
        {"ferry": SOURCE},
        rank=lambda _: Relevance(SENTENCES, (0.9, 0.1)),
        scorer=ByClaim({GDANSK: NEUTRAL, oslo: FOR}),
        reader=None,
    )
    assert found.place is None

"""What the reader's token scores say of a span of the passage."""

from __future__ import annotations

import numpy as np
import pytest

from factcheck.records import Span
from pipeline.pointing import MOST_TOKENS, Pointed, best_answer, log_reach

TEXT = "Iran signed in 2025 ."
SPANS = np.array([(0, 4), (5, 11), (12, 14), (15, 19), (20, 21)])


def pointed(first: list[float], last: list[float], none: float = -1.0) -> Pointed:
    return Pointed(SPANS[: len(first)], np.array(first, np.float32), np.array(last, np.float32), none)


READ = pointed([-4.0, -5.0, -2.0, -0.5, -9.0], [-3.0, -6.0, -7.0, -0.25, -8.0])


def test_the_best_answer_is_where_first_and_last_are_likeliest() -> None:
    found = best_answer(READ)
    assert found is not None
    assert found[0].of(TEXT) == "2025"
    assert found[1] == pytest.approx(-0.5 - 0.25 + 1.0)


def test_an_answer_never_ends_before_it_begins() -> None:
    found = best_answer(pointed([-9.0, -1.0], [-1.0, -5.0]))  # the likeliest last token stands before the first
    assert found == (Span(5, 11), pytest.approx(-5.0))  # -1 - 5 + 1; the others are -10 and -14


LIKELY = pointed(list(np.log([0.1, 0.2, 0.3, 0.1, 0.05])), list(np.log([0.1, 0.1, 0.1, 0.4, 0.1])))


def test_an_answer_reaches_a_span_that_it_begins_before_and_ends_after() -> None:
    # begins in `Iran signed in 2025`: 0.1 + 0.2 + 0.3 + 0.1; ends in `2025 .`: 0.4 + 0.1
    assert log_reach(LIKELY, Span(15, 19)) == pytest.approx(np.log(0.7) + np.log(0.5))
    assert log_reach(LIKELY, Span(16, 18)) == log_reach(LIKELY, Span(15, 19))  # a part of a token is the token
    # begins at `Iran`: 0.1; ends anywhere: 0.8
    assert log_reach(LIKELY, Span(0, 4)) == pytest.approx(np.log(0.1) + np.log(0.8))


def test_what_no_token_touches_is_not_reached() -> None:
    assert log_reach(LIKELY, Span(4, 5)) is None
    assert log_reach(LIKELY, Span(21, 30)) is None
    assert best_answer(pointed([], [])) is None


def test_an_answer_is_no_longer_than_a_clause() -> None:
    n = MOST_TOKENS + 5
    first, last = np.full(n, -5.0, np.float32), np.full(n, -5.0, np.float32)
    first[0] = last[-1] = 0.0  # together the likeliest, and too far apart
    spans = np.array([(i, i + 1) for i in range(n)])
    found = best_answer(Pointed(spans, first, last, 0.0))
    assert found == (Span(0, 1), pytest.approx(-5.0))

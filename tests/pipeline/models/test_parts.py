"""The small parts of a model call, each alone: JSON in text, waits, the breaker, prices, keys, deadlines."""

from __future__ import annotations

import threading
import time
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.errors import CostLimitError, ModelReplyError, ModelUnavailableError, UsageError
from factcheck.redact import redact
from pipeline.models.breaker import Breaker
from pipeline.models.budget import Budget
from pipeline.models.deadline import within
from pipeline.models.extract import extract_json
from pipeline.models.faults import CallError, explain, retry_after_s
from pipeline.models.prices import FREE, Price, Purse, find_price
from pipeline.models.reply import Usage
from pipeline.models.retry import RetryPolicy, with_retries

# -- the one JSON object


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('Sure: {"a": {"b": [1, {}]}} I hope', '{"a": {"b": [1, {}]}}'),
        ('```json\n{"a": "}{"}\n```', '{"a": "}{"}'),
        ('{"a": 1} {"a": 1}', '{"a": 1}'),
        ('{"a": 1} {"a":1}', '{"a": 1}'),
        ('<think>{"a": 2}</think>{"a": 1}', '{"a": 1}'),
        ('<thinking>{"a": 2}\n</thinking>{"a": 1}<think>{"a": 3}</think>', '{"a": 1}'),
        ('<think>{"a": 2}<think></think>{"a": 1}', '{"a": 1}'),
        ('<think>{"a": 1}', '{"a": 1}'),
        ('</think><think>{"a": 1}', '{"a": 1}'),
        ('{"a": 1} {"a": 2}', None),
        ('{"a": 1, "a": 2}', None),
        ('{"b": {"a": 1}', None),
        ('{"a": 1', None),
        ('{x} {"a": 1}', None),
        ("no", None),
        ("", None),
        ('["a"]', None),
        ('{"a": ' * 5000, None),
    ],
)
def test_extract_json(text: str, found: str | None) -> None:
    assert extract_json(text) == found


def test_marks_of_thought_that_are_never_closed_cost_no_more_than_their_length() -> None:
    started = time.process_time()
    assert extract_json("<think>" * 10_000 + '{"a": 1}') == '{"a": 1}'
    assert time.process_time() - started < 1


@given(st.text())
def test_extract_json_never_fails_and_gives_what_stands_there(text: str) -> None:
    found = extract_json(text)
    assert found is None or found in text


# -- retries


def fault(*, transient: bool = True, wait: float | None = None) -> CallError:
    return CallError(ModelUnavailableError("down"), transient=transient, outage=True, retry_after_s=wait)


class Calls:
    """Raises what it is given in turn, then answers; remembers the seconds it was allowed."""

    def __init__(self, *faults: Exception) -> None:
        self.faults, self.allowed = list(faults), list[float]()

    def __call__(self, seconds: float) -> str:
        self.allowed.append(seconds)
        if self.faults:
            raise self.faults.pop(0)
        return "well"


def test_a_transient_fault_is_tried_again_a_bounded_number_of_times() -> None:
    policy = RetryPolicy(2, 0.0)
    assert with_retries(Calls(fault(), fault()), Budget(), policy, timeout_s=5) == ("well", 2)
    calls = Calls(fault(), fault(), fault())
    with pytest.raises(CallError):
        with_retries(calls, Budget(), policy, timeout_s=5)
    assert len(calls.allowed) == 3


@pytest.mark.parametrize("error", [fault(transient=False), ModelReplyError("refused"), fault(wait=9999)])
def test_what_no_trying_mends_is_tried_once(error: Exception) -> None:
    calls = Calls(error)
    with pytest.raises(type(error)):
        with_retries(calls, Budget(deadline=time.monotonic() + 60), RetryPolicy(5, 0.0), timeout_s=5)
    assert len(calls.allowed) == 1


def test_no_retry_begins_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of 0.5 to 1 s, then of 1 to 2 s: the second would end after 1.2 s."""
    now = [0.0]
    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    for module in ("budget", "retry"):
        monkeypatch.setattr(f"pipeline.models.{module}.time", clock)
    calls = Calls(*[fault() for _ in range(11)])
    with pytest.raises(CallError):
        with_retries(calls, Budget(deadline=1.2), RetryPolicy(10, 1.0), timeout_s=5)
    assert len(calls.allowed) == 2
    assert now[0] <= 1


def test_a_call_gets_what_is_left_of_the_questions_time() -> None:
    calls = Calls()
    with_retries(calls, Budget(deadline=time.monotonic() + 60), RetryPolicy(0, 0), timeout_s=90)
    assert 30 < calls.allowed[0] <= 60
    with pytest.raises(ModelUnavailableError, match="time for this question is over"):
        with_retries(calls, Budget(deadline=time.monotonic() - 1), RetryPolicy(0, 0), timeout_s=5)


def test_waits_double_are_random_by_half_and_end_at_twenty_seconds() -> None:
    policy = RetryPolicy(9, 1.0)
    for n, longest in ((1, 1.0), (2, 2.0), (3, 4.0), (9, 20.0)):
        waits = [policy.pause_s(n, None) for _ in range(200)]
        assert longest / 2 <= min(waits) < max(waits) <= longest
        assert max(waits) - min(waits) > longest / 5
    assert policy.pause_s(1, 7.0) == 7.0  # what the server asks for
    assert policy.pause_s(9, 0.0) >= 10.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0), ({"retry-after": " 0.5 "}, 0.5), ({"retry-after-ms": "250"}, 0.25), ({}, None),
        ({"retry-after": "soon"}, None), ({"retry-after": "-3"}, None), ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
    ],
)  # fmt: skip
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_retry_after_as_a_date() -> None:
    assert retry_after_s({"retry-after": formatdate(time.time() + 30, usegmt=True)}) == pytest.approx(30, abs=10)


# -- the breaker


def test_the_breaker_opens_lets_one_try_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("pipeline.models.breaker.time", SimpleNamespace(monotonic=lambda: now[0]))
    breaker = Breaker("m", after=2, pause_s=0.2)
    for _ in range(2):
        breaker.enter()
        breaker.failed("status 503")
    with pytest.raises(ModelUnavailableError, match=r"m was not asked: it failed 2 times in a row.*status 503"):
        breaker.enter()
    now[0] += 0.25
    breaker.enter()  # half open: this one may
    with pytest.raises(ModelUnavailableError):
        breaker.enter()  # and no other meanwhile
    breaker.failed("status 503")
    with pytest.raises(ModelUnavailableError, match="3 times"):
        breaker.enter()
    now[0] += 0.25
    breaker.enter()
    breaker.answered()
    for _ in range(5):
        breaker.enter()


def test_an_answer_between_outages_closes_the_count() -> None:
    breaker = Breaker("m", after=2, pause_s=60)
    for _ in range(5):
        breaker.enter()
        breaker.failed("x")
        breaker.enter()
        breaker.answered()


def test_a_try_that_was_interrupted_leaves_room_for_the_next() -> None:
    breaker = Breaker("m", after=1, pause_s=0)
    breaker.failed("x")
    breaker.enter()
    breaker.left()
    breaker.enter()


# -- prices


def test_the_cost_of_a_call() -> None:
    """1,000 tokens read, 400 of them from the cache, 200 written: 600 * 2 + 400 * 0.5 + 200 * 8 = 3,000 millionths."""
    usage = Usage(1, 1000, 200, 400)
    assert Price(input=2, output=8, cached_input=0.5).cost_usd(usage) == pytest.approx(0.003)
    assert Price(input=2, output=8).cost_usd(usage) == pytest.approx(0.0036)
    assert FREE.cost_usd(usage) == 0
    assert Price(input=2, output=8).cost_usd(Usage(1, 10, 0, 400)) == pytest.approx(2e-5)  # never below nothing


def test_prices_by_name_and_dated_name(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('["openai:gpt-4.1"]\ninput = 1\noutput = 1\n["openai:mine"]\ninput = 0\noutput = 0\n')
    assert find_price("openai:gpt-4.1-2025-04-14", file=None) == find_price("openai:gpt-4.1", file=None) is not None
    assert find_price("openai:gpt-4.1", file=own) == Price(input=1, output=1)
    assert find_price("openai:mine", file=own, shipped=False) == FREE
    assert find_price("openai:gpt-4.1", file=None, shipped=False) is None
    assert find_price("openai:unheard-of", file=own) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rubbish", "not valid TOML"), ("a = 1", "a"), ("[a]\ninput = 1", "a.output: Field required"),
        ("[a]\ninput = -1\noutput = 1", "a.input"), ("[a]\ninput = nan\noutput = 1", "a.input"),
        ("[a]\ninput = 1\noutput = 1\nouput = 1", "a.ouput"),
    ],
)  # fmt: skip
def test_prices_that_cannot_be_used(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(UsageError, match=told):
        find_price("x", file=tmp_path / "p.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        find_price("x", file=tmp_path / "missing.toml")


def test_the_purse_counts_what_is_on_its_way() -> None:
    purse = Purse("m", Price(input=0, output=1e6), 10.0)  # a dollar a token written
    first = purse.reserve(0, 6)
    with pytest.raises(CostLimitError, match=r"0\.0000 of 10 USD are spent and the next call may cost 6"):
        purse.reserve(0, 6)
    purse.settle(first, Usage(1, 0, 2))
    purse.settle(purse.reserve(0, 8), Usage(1, 0, 8))
    with pytest.raises(CostLimitError):
        purse.reserve(0, 1)


# -- keys, deadlines, faults of any client


def test_keys_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "verysecretvalue")
    monkeypatch.setenv("OTHER_TOKEN", "none")
    told = "verysecretvalue sk-abcdefgh1234 Bearer abcd.efgh http://me:pw@host/ none"
    assert redact(told) == "*** *** Bearer *** http://***@host/ none"
    assert redact("nothing to hide, 17 January") == "nothing to hide, 17 January"


def test_within() -> None:
    assert within(5, lambda: 7) == 7
    with pytest.raises(KeyError):
        within(5, lambda: {}[1])
    never = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.05, lambda: never.wait(60))
    assert not never.is_set()
    never.set()


@pytest.mark.parametrize(
    ("name", "status", "kind", "transient"),
    [
        ("RateLimitError", 429, ModelUnavailableError, True), ("AuthError", 401, ModelUnavailableError, False),
        ("Odd", None, ModelReplyError, True), ("ConnectError", None, ModelUnavailableError, True),
        ("TimeoutException", None, ModelUnavailableError, True), ("ServerError", 500, ModelUnavailableError, True),
    ],
)  # fmt: skip
def test_faults_of_a_provider_whose_errors_we_do_not_know(
    name: str, status: int | None, kind: type[Exception], transient: bool
) -> None:
    error = type(name, (Exception,), {"status_code": status})("told why")
    found = explain("m", error, 3)
    assert (type(found.error), found.transient) == (kind, transient)
    assert str(found.error).startswith("m: ")

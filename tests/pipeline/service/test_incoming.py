"""What both servers ask of a request: hosts, and bodies that are whole, small and on time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers

from pipeline.service.incoming import BodyTooLargeError, host_of, is_loopback, is_served, read_body, replayed


def headers(**given: str) -> Headers:
    return Headers({name.replace("_", "-"): value for name, value in given.items()})


def test_what_is_loopback() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "desk.lan", "192.168.1.4", "localhost.lan", ""))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "localhost.", "[::1]:8765", "192.168.1.4:80", "desk.lan"]
)
def test_hosts_that_are_served(host: str) -> None:
    assert is_served(host, {"desk.lan"})


@pytest.mark.parametrize(
    "host", ["", "evil.example", "evil.example:8765", "localhost.evil.example", "127.0.0.1.evil.example", "a@localhost",
             "localhost:8765@evil", "localhost:evil", "0x7f000001", "127.1", "desk.lan"],
)  # fmt: skip
def test_hosts_that_are_not(host: str) -> None:
    assert not is_served(host, ())


def test_one_host_is_named_or_none() -> None:
    assert host_of(headers(host="a:1")) == "a:1"
    assert host_of(headers()) == ""
    assert host_of(Headers(raw=[(b"host", b"localhost"), (b"host", b"evil.example")])) == ""


class Sent:
    """The messages of a client; after the last one it says no more."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)

    async def __call__(self) -> dict[str, Any]:
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop(0)


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_is_read_whole_and_given_again() -> None:
    receive = Sent(part(b"ab"), part(b"c", more=False), {"type": "http.disconnect"})
    body = await read_body(receive, headers(content_length="3"), most=3, within_s=1)
    assert body == b"abc"
    again = replayed(body, receive)
    assert await again() == part(b"abc", more=False)
    assert await again() == {"type": "http.disconnect"}


async def test_a_body_that_broke_off_is_none() -> None:
    receive = Sent(part(b"label=right&comment=ha"), {"type": "http.disconnect"})
    assert await read_body(receive, headers(content_length="40"), most=100, within_s=1) is None


async def test_a_body_that_is_too_large_is_refused_by_what_it_states_and_by_what_it_sends() -> None:
    with pytest.raises(BodyTooLargeError):
        await read_body(Sent(), headers(content_length="4"), most=3, within_s=1)
    with pytest.raises(BodyTooLargeError):
        await read_body(Sent(part(b"ab"), part(b"cd")), headers(), most=3, within_s=1)


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    with pytest.raises(TimeoutError):
        await read_body(Sent(part(b"a")), headers(), most=3, within_s=0.01)

"""What every server of ours asks of a request before it is read: a host that is ours, a body that is small and on time.

- Host: a web page that a person visits may send requests to a loopback address under a name of its own (DNS rebinding).
  Served are `localhost`, the names given, and addresses written as numbers, which cannot be rebound.
- Body: read up to a size and for a time, and no further. One that broke off is never taken for a whole one.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import Message, Receive

__all__ = ["BodyTooLargeError", "host_of", "is_loopback", "is_served", "read_body", "replayed"]

_PORT = re.compile(r":\d{1,5}$")


class BodyTooLargeError(Exception):
    """The body is larger than may be read."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(headers: Headers) -> str:
    """Return the Host header; empty where there is none, or more than one."""
    hosts = headers.getlist("host")
    return hosts[0] if len(hosts) == 1 else ""


def is_served(host: str, names: Collection[str]) -> bool:
    """Whether a Host header names us, with or without a port; `names` in lower case."""
    bare = _PORT.sub("", host.strip().lower()).rstrip(".")
    if bare == "localhost" or bare in names:
        return True
    try:
        ipaddress.ip_address(bare.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


async def read_body(receive: Receive, headers: Headers, *, most: int, within_s: float) -> bytes | None:
    """Return the whole body, or None where the client went away before its end.

    Raises: BodyTooLargeError for more than `most` bytes, stated or sent; TimeoutError after `within_s` seconds.
    """
    stated = headers.get("content-length", "0")
    if stated.isdecimal() and int(stated) > most:
        raise BodyTooLargeError
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(within_s):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise BodyTooLargeError
            if not message.get("more_body", False):
                return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read, once, and then what comes after it."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again

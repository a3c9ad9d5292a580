"""Which network addresses may be fetched from: public ones. A page must not make us ask what only we can reach.

A host is looked up once; every address it has must be public; and the connection goes to the address that was checked,
so a name that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread

from factcheck.errors import SourceError

__all__ = ["AddressCheck", "is_public", "resolve"]

AddressCheck = Callable[[str], bool]
"""Whether an IP address, as text, may be connected to."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")


def is_public(address: str) -> bool:
    """Is this an address of the public internet? Not loopback, private, link-local, multicast, reserved, or a way
    around: an IPv6 address that stands for a IPv4 one is as public as that.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.is_site_local or found in _LOCAL_NAT64:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def resolve(host: str, port: int, *, timeout_s: float, allowed: AddressCheck) -> list[str]:
    """Return the addresses of `host`, in the system's order; all of them are allowed.

    The look-up cannot be interrupted, so it runs in a thread that is left alone when the time is up.
    Raises: SourceError.
    """
    answer: Queue[list[str] | OSError | UnicodeError] = Queue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answer.put(error)

    Thread(target=look_up, daemon=True, name="look up").start()
    try:
        found = answer.get(timeout=max(0.0, timeout_s))
    except Empty:
        raise SourceError(f"{host}: its name was not resolved in time; try again, or check the name server") from None
    if isinstance(found, Exception) or not found:
        raise SourceError(f"{host}: no such host ({found}); check the address") from None
    for address in found:
        if not allowed(address):
            is_at = host if host == address else f"{host} is at {address}, which"
            raise SourceError(f"{is_at} is no public address, and is not fetched")
    return found

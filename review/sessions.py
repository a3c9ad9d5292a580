"""Who is at the desk: signed cookies, form tokens, and the brake on guessing reviewers' tokens.

A session is the reviewer's name, the time and a nonce, signed with the desk's key, so it outlives a restart of the
server: a page that was open before a crash can still save. The form token is made from the session by the same key.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from factcheck.errors import StoreError

__all__ = ["Session", "Signer", "TokenBrake", "desk_key"]

SESSION_S = 24 * 3600.0
_KEY_BYTES = 32
_TRIES, _TRIES_ALL, _WINDOW_S = 5, 50, 60.0


@dataclass(frozen=True, slots=True)
class Session:
    """One reviewer at one browser; `cookie` carries it, `form_token` stands in every form."""

    reviewer: str
    cookie: str
    form_token: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and reads sessions. A cookie with a wrong signature, or older than a day, is no session."""

    key: bytes

    def open(self, reviewer: str, now: float, *, mark: str = "") -> Session:
        """Return a new session at `now` (seconds); `mark` must be the same when it is read: a new token ends it."""
        name = urlsafe_b64encode(reviewer.encode("utf-8", "surrogatepass")).decode()
        body = f"{name}.{int(now)}.{secrets.token_urlsafe(12)}"
        return self._session(reviewer, f"{body}.{self._sign('session', body + mark)}")

    def name(self, cookie: str) -> str | None:
        """Return the name a cookie claims, unproved; `read` proves it."""
        try:
            return urlsafe_b64decode(cookie.split(".", maxsplit=1)[0].encode()).decode("utf-8", "surrogatepass")
        except ValueError:
            return None

    def read(self, cookie: str, now: float, *, mark: str = "") -> Session | None:
        body, _, signature = cookie.rpartition(".")
        reviewer = self.name(cookie)
        if reviewer is None or not hmac.compare_digest(signature.encode(), self._sign("session", body + mark).encode()):
            return None
        age_s = now - int(body.split(".")[1])
        return self._session(reviewer, cookie) if -60 <= age_s <= SESSION_S else None

    def _session(self, reviewer: str, cookie: str) -> Session:
        return Session(reviewer, cookie, self._sign("form", cookie))

    def _sign(self, purpose: str, body: str) -> str:
        digest = hmac.new(self.key, f"{purpose}:{body}".encode("utf-8", "surrogatepass"), sha256).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(slots=True)
class TokenBrake:
    """At most 5 wrong tokens a minute from one address, and 50 from all of them together."""

    _wrong: dict[str, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def wait_s(self, address: str, now: float) -> float:
        """Return how long this address must wait before its next try; 0 = not at all."""
        return max(_wait(self._wrong.get(address), _TRIES, now), _wait(self._all, _TRIES_ALL, now))

    def wrong(self, address: str, now: float) -> None:
        """Note a wrong token; addresses that have been quiet for a minute are forgotten."""
        self._wrong = {known: tries for known, tries in self._wrong.items() if tries[-1] > now - _WINDOW_S}
        self._wrong.setdefault(address, deque(maxlen=_TRIES)).append(now)
        self._all = deque(self._all, maxlen=_TRIES_ALL)
        self._all.append(now)


def _wait(tries: deque[float] | None, limit: int, now: float) -> float:
    if tries is None or len(tries) < limit:
        return 0.0
    return max(0.0, tries[-limit] + _WINDOW_S - now)


def desk_key(home: Path) -> bytes:
    """Return the key that signs sessions, made on first use as `review.key`, readable by its owner alone.

    Raises: StoreError where it cannot be written or is damaged.
    """
    path = home / "review.key"
    try:
        home.mkdir(parents=True, exist_ok=True)
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(made, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be used: {error}; give another --home, or correct its permissions") from None
    if len(key) != _KEY_BYTES:
        raise StoreError(f"{path} is damaged; remove it (open sessions end) and start again")
    return key

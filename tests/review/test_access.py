"""Sessions, the brake on tokens, and who may reach a desk."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from factcheck.errors import StoreError, UsageError
from review.reviewers import add_reviewer, revoke_reviewer
from review.security import Guard
from review.serve import check_access, listen
from review.sessions import SESSION_S, Signer, TokenBrake, desk_key
from review.store import ReviewStore

SIGNER = Signer(b"k" * 32)


class TestSessions:
    def test_a_session_reads_back(self) -> None:
        opened = SIGNER.open("Zoë.Ü", 1000.0, mark="m")
        read = SIGNER.read(opened.cookie, 2000.0, mark="m")
        assert read == opened

    def test_it_ends_after_a_day_with_another_key_or_another_token(self) -> None:
        cookie = SIGNER.open("Ada", 1000.0, mark="m").cookie
        assert SIGNER.read(cookie, 1000.0 + SESSION_S + 1, mark="m") is None
        assert SIGNER.read(cookie, 500.0, mark="m") is None  # from the future
        assert SIGNER.read(cookie, 1000.0, mark="other") is None
        assert Signer(b"x" * 32).read(cookie, 1000.0, mark="m") is None

    @pytest.mark.parametrize("forged", ["", ".", "....", "QWRh.9.x.y", "Zm9v", "é", "\ud800", "QWRh" * 5000])
    def test_what_is_no_session(self, forged: str) -> None:
        assert SIGNER.read(forged, 1000.0) is None

    def test_another_name_needs_another_signature(self) -> None:
        cookie = SIGNER.open("Ada", 1000.0).cookie
        forged = SIGNER.open("Bob", 1000.0).cookie.split(".")[0] + cookie[cookie.index(".") :]
        assert SIGNER.read(forged, 1000.0) is None

    def test_each_session_has_its_own_form_token(self) -> None:
        assert SIGNER.open("Ada", 1.0).form_token != SIGNER.open("Ada", 1.0).form_token

    def test_the_key_is_kept_for_its_owner_alone(self, tmp_path: Path) -> None:
        key = desk_key(tmp_path / "home")
        assert desk_key(tmp_path / "home") == key
        assert len(key) == 32
        if os.name == "posix":
            assert stat.S_IMODE((tmp_path / "home" / "review.key").stat().st_mode) == 0o600

    def test_a_damaged_key_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "review.key").write_bytes(b"short")
        with pytest.raises(StoreError, match="damaged"):
            desk_key(tmp_path)


class TestBrake:
    def test_five_a_minute_from_one_address(self) -> None:
        brake = TokenBrake()
        for second in range(5):
            assert brake.wait_s("a", second) == 0
            brake.wrong("a", second)
        assert brake.wait_s("a", 10) == 50  # the first was at 0
        assert brake.wait_s("b", 10) == 0
        assert brake.wait_s("a", 61) == 0

    def test_fifty_from_all(self) -> None:
        brake = TokenBrake()
        for n in range(50):
            brake.wrong(f"address {n}", 0)
        assert brake.wait_s("another", 1) == 59
        assert brake.wait_s("another", 60) == 0


async def test_a_form_that_broke_off_reaches_no_page() -> None:
    reached: list[object] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        reached.append(await receive())

    messages = [{"type": "http.request", "body": b"label=right&comment=ha", "more_body": True},
                {"type": "http.disconnect"}]  # fmt: skip

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        reached.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}
    await Guard(page)(scope, receive, send)
    assert reached == []


class TestWhoMayReachIt:
    def test_a_desk_of_ones_own_needs_no_token(self, desk: ReviewStore) -> None:
        assert check_access(desk, "127.0.0.1", "Ada") == "Ada"
        assert check_access(desk, "::1", None)

    def test_with_reviewers_each_signs_in(self, desk: ReviewStore) -> None:
        add_reviewer(desk, "Bob")
        assert check_access(desk, "127.0.0.1", None) is None
        assert check_access(desk, "0.0.0.0", None) is None
        revoke_reviewer(desk, "Bob")
        assert check_access(desk, "127.0.0.1", None)

    def test_another_address_needs_a_token(self, desk: ReviewStore) -> None:
        with pytest.raises(UsageError, match="no reviewer has a token"):
            check_access(desk, "0.0.0.0", None)
        with pytest.raises(UsageError, match="needs no token"):
            check_access(desk, "192.168.1.4", "Ada")

    def test_a_port_that_is_taken(self) -> None:
        with listen("127.0.0.1", 0) as bound, pytest.raises(UsageError, match="give another --port"):
            listen("127.0.0.1", bound.getsockname()[1])

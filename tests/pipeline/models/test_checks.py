from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from factcheck.records import Check
from factcheck.settings import Settings
from pipeline.models.checks import model_checks


def checks(tmp_path: Path, model: str) -> dict[str, Check]:
    found = model_checks(Settings(model=model, cache=tmp_path / "none-yet"))
    assert all(bool(check.todo) != check.ok for check in found)  # what fails says what to do
    return {check.name: check for check in found}


def test_none_needs_nothing(tmp_path: Path) -> None:
    found = checks(tmp_path, "auto")
    assert found["model"].detail == "none (from auto)"
    assert all(check.ok for check in found.values())


def test_local_without_weights(tmp_path: Path) -> None:
    found = checks(tmp_path, "local")
    assert found["weights"].todo == "Run `factcheck models pull local`"
    assert found["xllamacpp"].ok


def test_local_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    assert "pip install" in checks(tmp_path, "local")["xllamacpp"].todo


def test_openai_and_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert "OPENAI_API_KEY" in checks(tmp_path, "openai:gpt-x")["key"].todo
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    found = checks(tmp_path, "openai:gpt-x")
    assert found["key"].ok
    assert "sk-planted" not in str(found)


@pytest.mark.parametrize("provider", ["azure_openai", "Azure-OpenAI", " azure_openai"])
def test_a_provider_is_in_the_package_that_langchain_names(tmp_path: Path, provider: str) -> None:
    found = checks(tmp_path, f"{provider}:gpt-4o")["provider"]
    assert (found.ok, found.detail) == (True, "langchain-openai is installed")


@pytest.mark.parametrize(
    ("provider", "package"),
    [
        ("bedrock", "langchain-aws"),
        ("google_anthropic_vertex", "langchain-google-vertexai"),
        ("nvidia", "langchain-nvidia-ai-endpoints"),
    ],
)
def test_a_provider_whose_package_is_not_here(
    tmp_path: Path, provider: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert checks(tmp_path, f"{provider}:x")["provider"].todo == f"Run `pip install {package}`"


@pytest.mark.parametrize(
    ("provider", "todo"),
    [
        ("antropic", "Did you mean 'anthropic'?"),
        ("foo.bar", "LangChain knows anthropic, "),
        ("nosuch", "LangChain knows "),
    ],
)
def test_no_package_is_guessed_for_a_provider_that_langchain_does_not_know(
    tmp_path: Path, provider: str, todo: str
) -> None:
    found = checks(tmp_path, f"{provider}:x")["provider"]
    assert found.detail == f"no provider is called {provider!r}"
    assert str(found.todo).startswith(todo)
    assert "pip" not in str(found.todo)


def test_an_unknown_model(tmp_path: Path) -> None:
    assert "Use auto, none, local" in checks(tmp_path, "gpt-4")["model"].todo


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**6))
    assert "FACTCHECK_CACHE" in checks(tmp_path, "none")["cache"].todo

"""All checks of `factcheck doctor`: versions, model, store."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator

from factcheck import __version__
from factcheck.records import Check
from factcheck.settings import Settings
from pipeline.models.checks import model_checks
from vectorstore.checks import store_checks

_PACKAGES = (
    "chromadb",
    "langchain-core",
    "langchain-openai",
    "onnxruntime",
    "openai",
    "tiktoken",
    "tokenizers",
    "xllamacpp",
)


def run_checks(settings: Settings) -> Iterator[Check]:
    """Yield every check; none raises, a check that cannot run is one that failed."""
    yield _versions()
    yield from model_checks(settings)
    yield from store_checks(settings)


def _versions() -> Check:
    missing, found = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    detail = f"factcheck {__version__}, Python {platform.python_version()}, {', '.join(found)}"
    return Check(
        "versions",
        not missing,
        detail,
        f"install {', '.join(missing)}: pip install factcheck-pipeline" if missing else None,
    )

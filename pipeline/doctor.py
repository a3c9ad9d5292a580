"""All checks of `factcheck doctor`: versions, verifier, model, store."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator

from factcheck import __version__
from factcheck.errors import WeightsError
from factcheck.records import Check
from factcheck.settings import Settings
from pipeline.models.checks import model_checks
from pipeline.support import open_scorer
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
    yield _verifier(settings)
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


def _verifier(settings: Settings) -> Check:
    """Opens it: its weights can be what they should be and not fit this machine's onnxruntime."""
    try:
        return Check("verifier", True, open_scorer(settings).name)
    except WeightsError as error:
        detail, _, todo = str(error).partition("; ")
        return Check("verifier", False, detail, todo or "install factcheck-pipeline again")
    except ImportError as error:
        return Check("verifier", False, str(error), "pip install factcheck-pipeline")

"""A folder of shipped weights: checked against its own `config.json`, then opened on onnxruntime.

`config.json` names each file with its size and sha256. A file that does not match is never loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from factcheck.errors import WeightsError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["checked_file", "open_session", "read_config"]

_REPAIR = "install factcheck-pipeline again"


def read_config(folder: Path) -> dict[str, Any]:
    """Return `config.json` of the weights in `folder`. Raises: WeightsError where there is none that can be read."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise WeightsError(f"{path} is missing; {_REPAIR}") from None
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read ({error}); {_REPAIR}") from None
    if not isinstance(config, dict) or not isinstance(config.get("files"), dict):
        raise WeightsError(f"{path} lists no files; {_REPAIR}")
    return config


def checked_file(folder: Path, name: str, config: dict[str, Any]) -> Path:
    """Return the path of the file `name`, after comparing size and sha256 with `config`. Raises: WeightsError."""
    path, expected = folder / name, config["files"].get(name)
    if not isinstance(expected, dict):
        raise WeightsError(f"{folder / 'config.json'} does not list {name}; {_REPAIR}")
    try:
        if (size := path.stat().st_size) != expected.get("bytes"):
            raise WeightsError(f"{path} has {size:,} bytes instead of {expected.get('bytes'):,}; {_REPAIR}")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise WeightsError(f"{path} is missing; {_REPAIR}") from None
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}); {_REPAIR}") from None
    if found != expected.get("sha256"):
        raise WeightsError(f"{path} has sha256 {found}, not the {expected.get('sha256')} it was made with; {_REPAIR}")
    return path


def open_session(path: Path, threads: int) -> InferenceSession:
    """Return a session on `threads` CPU threads that gives its memory back after each run.

    Threads do not spin while they wait: embedder, verifier and local model share the same few cores.
    Raises: WeightsError where this onnxruntime cannot load the file.
    """
    import onnxruntime as ort  # noqa: PLC0415 - 0.2 s, and not needed by a lexical search

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3  # errors; they are raised as well
    options.enable_cpu_mem_arena = False  # its arena keeps the largest batch for ever
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.x64quantprecision", "0" if _has_exact_products() else "1")
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions have no common base but this
        said = " ".join(str(error).split())[:200]
        raise WeightsError(f"onnxruntime {ort.__version__} cannot load {path} ({said}); upgrade it") from error
    _return_free_memory()
    return session


@cache
def _has_exact_products() -> bool:
    """Whether the fast product of 8-bit numbers is exact here: with VNNI. Without, it overflows in silence.

    The exact one that onnxruntime offers instead takes twice the time. Where nothing is known, it is asked for.
    """
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:
        return False


def _return_free_memory() -> None:
    """Give the system back what loading needed for a moment: 96 of 163 MB for the embedder. On glibc; else nothing."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)

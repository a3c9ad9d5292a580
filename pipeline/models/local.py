"""The embedded model: llama.cpp's own server on a loopback port, inside this process.

Reached like any hosted model through an OpenAI client. Started once, when it is first asked for.
"""

from __future__ import annotations

import atexit
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factcheck.errors import ModelUnavailableError, WeightsError
from factcheck.settings import Settings
from pipeline.models.weights import Weights, find, named

CONTEXT_TOKENS = 4096
_lock = threading.Lock()
_running: dict[Path, tuple[Any, Endpoint]] = {}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the server listens, and the key without which other users of this machine cannot ask it."""

    base_url: str
    api_key: str


def serve(settings: Settings, weights: str | Weights = "local") -> Endpoint:
    """Return the endpoint of the embedded server for these weights, starting it if it does not run yet.

    Raises: WeightsError when the weights are missing or wrong; ModelUnavailableError when llama.cpp cannot start.
    """
    weights = named(weights) if isinstance(weights, str) else weights
    path = find(weights, settings)
    if path is None:
        again = "local" if weights.name == named("local").name else weights.name
        raise WeightsError(
            f"the weights of the local model ({weights.name}, {weights.size / 1e6:.0f} MB) are not here. "
            f"Run `factcheck models pull {again}`, or use `--model none`"
        )
    with _lock:
        if path not in _running:
            _running[path] = _start(path, settings.threads)
        return _running[path][1]


def stop() -> None:
    """Stop all embedded servers; a later `serve` starts them again. Runs at exit by itself."""
    with _lock:
        _running.clear()  # the server stops when its last reference goes


atexit.register(stop)


def _start(path: Path, threads: int) -> tuple[Any, Endpoint]:
    # Threads that wait must sleep, not spin: on a busy machine spinning takes many times as long (two cores, load 13:
    # 20 s against more than 45 s), on an idle one it gains little. Set OMP_WAIT_POLICY=ACTIVE to spin. The OpenMP
    # runtime reads it when it is loaded, which is at this import.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import xllamacpp  # noqa: PLC0415 - heavy, and only for the local model
    except ImportError as error:
        raise ModelUnavailableError(
            f"the local model needs the package xllamacpp: {error}. Run `pip install xllamacpp`, or use `--model none`"
        ) from None
    key = secrets.token_hex(16)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = [path.stem]
    params.api_keys = [key]
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1  # one question at a time: two would halve the speed and the context
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # Read the file instead of mapping it: weights are repacked for this processor, and a map would hold both copies.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.warmup = False
    params.cache_ram_mib = 128  # the read prefixes of our few prompts (13 MB each): changing between them is free
    params.n_threads_http = 2
    params.verbosity = -1
    params.ui = params.endpoint_slots = False
    try:
        server = xllamacpp.Server(params)
        # One token at once: a server that is stopped before its loop runs never ends (xllamacpp 2026.10).
        server.handle_completions({"prompt": "a", "max_tokens": 1})
    except RuntimeError as error:
        raise ModelUnavailableError(
            f"llama.cpp could not start with {path}: {error} Is there memory for {path.stat().st_size / 1e6:.0f} MB "
            "and a free loopback port? `factcheck models check` reads the weights again"
        ) from None
    return server, Endpoint(f"{server.listening_address}/v1", key)

"""`factcheck serve`: a warm local HTTP service."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from factcheck.cli.common import chroma_option, console, home_option, model_options, read_token, settings_from


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on; another needs --token-file.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option("--token-file", type=click.Path(path_type=Path), help="Every request must bear the token in this file.")
@click.option("--name", "names", multiple=True, help="A further host name that requests may give; repeat it.")
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=2, show_default=True, help="Requests worked on at once."
)
@click.option(
    "--waiting", type=click.IntRange(0, 10_000), default=32, show_default=True, help="Requests that may wait."
)
@click.option(
    "--deadline", type=click.FloatRange(0, min_open=True), default=60.0, show_default=True, help="Seconds a request."
)
@click.option("--max-body", type=click.IntRange(1_000), default=2_000_000, show_default=True, help="Bytes of a body.")
@click.option(
    "--grace",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="Seconds that requests under way have when the service is stopped.",
)
@chroma_option
@model_options
@home_option
def command(
    *, host: str, port: int, token_file: Path | None, names: tuple[str, ...], concurrency: int, waiting: int,
    deadline: float, max_body: int, grace: float, chroma: str | None, model_flags: Mapping[str, Any],
    home: Path | None,
) -> None:  # fmt: skip
    """Serve answers over HTTP, so that a question does not pay for the start: `factcheck ask --server URL`.

    /ask, /search, /score, /verify, /sources, /health; documented at /docs. Stop it with Ctrl-C or SIGTERM.
    """
    from pipeline.service.run import Serving, serve

    settings = settings_from(home=home, chroma=chroma, **model_flags)
    token = None if token_file is None else read_token(token_file)
    serving = Serving(host, port, token, concurrency, waiting, deadline, grace, max_body, names)

    def ready(address: str) -> None:
        told = f"serving on {address} (documented at {address}/docs); stop with Ctrl-C"
        console(stderr=True).print(told, soft_wrap=True)

    serve(settings, serving, ready)
    os._exit(0)  # work that outlived the grace must not hold up the end; the store is closed

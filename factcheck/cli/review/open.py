"""`factcheck review [RUN|ANSWERS…]`: the desk in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from factcheck.cli.common import console, home_option
from factcheck.cli.review.desk import open_desk, warn_of_gone

if TYPE_CHECKING:
    import socket

    from review.store import ReviewStore


@click.command("open")
@click.argument("files", nargs=-1, metavar="[RUN|ANSWERS]…", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True,
              help="Address to serve. Any but a loopback one asks every visitor for a reviewer's token.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 = any free port.")
@click.option("--host-name", "names", multiple=True, metavar="NAME",
              help="A host name under which the desk may be opened besides localhost; repeat it.")  # fmt: skip
@click.option("--reviewer", metavar="NAME", help="Judge under this name without a token; loopback only. Default: your "
              "name on this computer, while no reviewer is registered.")  # fmt: skip
@click.option("--judge-first", is_flag=True, help="Hide the program's verdict until the reviewer has judged.")
@click.option("--blind/--open", "blind", default=None,
              help="Hide others' decisions until one's own are made (kept; at first: blind).")  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
@home_option
def command(  # noqa: PLR0917 - click gives them by name
    files: tuple[Path, ...], host: str, port: int, names: tuple[str, ...], reviewer: str | None, judge_first: bool,
    blind: bool | None, no_browser: bool, home: Path | None,
) -> None:  # fmt: skip
    """Put the files on the desk, if any are given, and open it in the browser. Ctrl-C ends it; nothing is lost.

    The desk listens on 127.0.0.1 alone, unless --host says otherwise. Decisions are on the disk when the page says so.
    """
    from review.read_input import read_items
    from review.serve import check_access, listen, serve

    with open_desk(home, create=True) as store:
        signs_in = check_access(store, host, reviewer)
        for path in files:
            report = store.add(read_items(path))
            _say(f"{path}: {report.added} added, {report.changed} changed, {report.unchanged} as they were")
        warn_of_gone(store)
        if blind is not None:
            store.set_blind(blind)
        with listen(host, port) as bound:
            url = _url(host, bound)
            _announce(store, url, host, signs_in=signs_in is None)
            if not no_browser:
                _open_browser(url)
            serve(store, bound, reviewer=signs_in, judge_first=judge_first, hosts=(host, *names))
    _say("stopped; every decision that was shown as made is kept")


def _say(line: str) -> None:
    console(stderr=True).print(line, soft_wrap=True)


def _url(host: str, bound: socket.socket) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{bound.getsockname()[1]}/"


def _announce(store: ReviewStore, url: str, host: str, *, signs_in: bool) -> None:
    from pipeline.service.incoming import is_loopback

    click.echo(url)
    if signs_in:
        _say("every visitor signs in with a reviewer's token (`factcheck review add-reviewer NAME` makes one)")
    if not is_loopback(host):
        _say("warning: others on the network can read what is sent; put TLS in front, or use an SSH tunnel")
    _say("Ctrl-C ends the desk")


def _open_browser(url: str) -> None:
    """Open the default browser; a console without one stays as it is."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

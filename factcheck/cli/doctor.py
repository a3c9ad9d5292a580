"""`factcheck doctor`: is everything there, does it match, and what to do if not."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from factcheck.cli.common import console, home_option, json_option, print_json, printable, settings_from
from factcheck.errors import ChecksFailed


@click.command("doctor")
@click.option("--model", help="Check what this model needs; see `factcheck ask --help`.")
@home_option
@json_option
def command(home: Path | None, model: str | None, as_json: bool) -> None:
    """Check versions, weights, the catalog against its indexes, disk and provider. Exit 3 if something is wrong."""
    from pipeline.doctor import run_checks

    failed = 0
    for check in run_checks(settings_from(home=home, model=model)):
        failed += not check.ok
        if as_json:
            print_json(asdict(check))
            continue
        todo = f"\n    {printable(check.todo)}" if check.todo and not check.ok else ""
        console().print(
            f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {printable(check.detail)}{todo}", soft_wrap=True
        )
    if failed:
        raise ChecksFailed(f"{failed} checks failed; each says what to do")

"""`factcheck config`: the settings as they are, and what is wrong with them."""

from __future__ import annotations

import click

from factcheck.cli.common import json_option, print_json, printable


@click.group()
def command() -> None:
    """Show the settings with the place each came from, or check them. Keys are never shown."""


@command.command("show")
@json_option
def show(as_json: bool) -> None:
    """Print every setting: name, value, and where it comes from; then the libraries' own variables that are set."""
    from factcheck.origins import library_variables, trace_settings

    variables = library_variables()  # first: reading `.env` fills the environment
    for origin in [*trace_settings(), *variables]:
        if as_json:
            record = {"schema": "factcheck/setting/1", "name": origin.name, "value": origin.value}
            print_json(record | {"place": origin.place})
        else:
            value = "-" if origin.value is None else printable(str(origin.value))
            click.echo(f"{origin.name:<20} {value:<32} {printable(origin.place)}")


@command.command("check")
def check() -> None:
    """Say all that is wrong with the settings: unknown names, values that do not fit, a model that cannot be had.

    Exit 3 where something is. Nothing is sent anywhere.
    """
    from factcheck.errors import ChecksFailed
    from pipeline.models.checks import settings_problems

    problems = settings_problems()
    for problem in problems:
        click.echo(printable(problem))
    if problems:
        raise ChecksFailed(f"{len(problems)} of the settings cannot be used; each is named above")
    click.echo("the settings are fine")

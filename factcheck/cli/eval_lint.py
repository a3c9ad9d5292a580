"""`factcheck eval lint`: what is wrong with gold labels."""

from __future__ import annotations

import click

from factcheck.cli.common import console, json_option, print_json, printable, settings_from
from factcheck.errors import ChecksFailed


@click.command("lint")
@click.argument("suites", nargs=-1, required=True)
@click.option("--support", is_flag=True, help="Also ask the verifier whether it reads the quotes the other way (slow).")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@json_option
def command(*, suites: tuple[str, ...], support: bool, strict: bool, as_json: bool) -> None:
    """Look for faults in gold labels: one file, or several at once, so that they are compared with each other.

    A suite is a path, or the name of one that ships (treaty, claims, newcomer).

    Finds quotes that are not in their source, sources that are not in the corpus, answers that do not follow from their
    stances, values that stand in none of their quotes, labels that stand twice or contradict each other, and families
    that mix facts. Exit 3 if there is an error; a warning is for a person to look at.
    """
    from eval.lint import lint_files
    from eval.suite import find_suite

    paths = list(dict.fromkeys(find_suite(given) for given in suites))

    scorer = None
    if support:
        from pipeline.support import open_scorer

        scorer = open_scorer(settings_from())
    findings = lint_files(paths, scorer=scorer)
    for finding in findings:
        if as_json:
            print_json(finding.as_json())
        else:
            console().print(printable(str(finding)), soft_wrap=True)
    n_errors = sum(finding.level == "error" for finding in findings)
    n_warnings = len(findings) - n_errors
    console(stderr=True).print(f"{n_errors} errors, {n_warnings} warnings in {len(paths)} files")
    if n_errors or (strict and n_warnings):
        raise ChecksFailed(f"{n_errors + (n_warnings if strict else 0)} findings; mend the labels named above")

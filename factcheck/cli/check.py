"""`factcheck check`: a draft, claim by claim."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import chroma_option, home_option, json_option, model_options, print_json, settings_from
from factcheck.errors import ChecksFailed, ModelError, PartialFailure, UsageError

if TYPE_CHECKING:
    from factcheck.records import CheckClaim
    from pipeline.drafts.check import Draft, Failed


@click.command("check")
@click.argument("draft", type=click.Path(path_type=Path))
@click.option(
    "--fail-on",
    metavar="OUTCOMES",
    help="Exit 3 if a claim comes out so; by commas: refuted, conflicting_evidence, not_enough_evidence, supported, "
    "mismatch.",
)
@click.option("--source", "sources", multiple=True, help="Check against this source only; repeat it.")
@click.option("--as-of", help="Leave out sources that cannot have been published by this day (YYYY-MM-DD).")
@chroma_option
@model_options
@home_option
@json_option
def command(
    *, draft: Path, fail_on: str | None, sources: tuple[str, ...], as_of: str | None, chroma: str | None,
    model_flags: Mapping[str, Any], home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Check every claim of DRAFT (.md or .txt; `-` for Markdown on stdin) against the ingested sources.

    Headings, questions, opinions and forecasts are named and not checked. With --json: one record for the draft, then
    one a claim.
    """
    from factcheck.cli.present_check import print_check
    from factcheck.days import check_day
    from pipeline.answerer import open_answerer
    from pipeline.drafts.check import Failed, check_draft, check_record, failing, read_draft
    from pipeline.record import check_claim_record, error_record
    from vectorstore.read_files import read_bytes

    wanted = _outcomes(fail_on)
    check_day("as_of", as_of)
    settings = settings_from(home=home, chroma=chroma, **model_flags)
    read = read_draft(
        draft, sys.stdin.buffer.read() if str(draft) == "-" else read_bytes(draft, settings.max_source_mb)
    )
    with open_answerer(settings) as answerer:
        others = _without_itself(read, sources, answerer.store.hashes())
        found = check_draft(read, answerer, as_of=as_of, sources=others, max_chars=settings.max_question_chars)
        if as_json:
            claims = list(found)
            print_json(check_record(read, claims))
            for claim in claims:
                if isinstance(claim, Failed):
                    print_json(error_record(claim.question, claim.error))
                else:
                    print_json(check_claim_record(claim))
        else:
            claims = print_check(read, found)
    _leave(claims, failing(claims, wanted), wanted)


def _outcomes(fail_on: str | None) -> tuple[str, ...]:
    from pipeline.drafts.check import FAIL_ON

    wanted = tuple(name.strip() for name in (fail_on or "").split(",") if name.strip())
    unknown = next((name for name in wanted if name not in FAIL_ON), None)
    if unknown is not None or (fail_on is not None and not wanted):
        raise UsageError(f"--fail-on {unknown or fail_on!r}: not an outcome; known: {', '.join(FAIL_ON)}")
    return wanted


def _without_itself(read: Draft, sources: tuple[str, ...], stored: Mapping[str, str]) -> tuple[str, ...]:
    """A draft that was ingested too would prove itself: leave its copy out, and say so."""
    from factcheck.cli.common import console, printable

    same = {id_ for id_, sha256 in stored.items() if sha256 == read.sha256}
    if not same or set(sources) & same:
        return sources
    others = tuple(id_ for id_ in sources or stored if id_ not in same)
    if not others:
        raise UsageError(f"the only source is the draft itself ({', '.join(sorted(same))}); ingest what it rests on")
    console(stderr=True).print(
        f"not read, it is the draft itself: {printable(', '.join(sorted(same)))}", soft_wrap=True
    )
    return others


def _leave(claims: list[CheckClaim | Failed], failing: list[CheckClaim], wanted: tuple[str, ...]) -> None:
    """Exit 5 where a model's outage left nothing checked, 3 where a claim fails the check, 4 where some broke."""
    from pipeline.drafts.check import Failed

    errors = [claim.error for claim in claims if isinstance(claim, Failed)]
    n_checked = sum(not isinstance(claim, Failed) and claim.checkable for claim in claims)
    if errors and not n_checked and all(isinstance(error, ModelError) for error in errors):
        raise errors[0]
    broke = f"{len(errors)} of {len(errors) + n_checked} claims could not be checked: {errors[0]}" if errors else ""
    if failing:
        told = f"{len(failing)} of {n_checked} claims: {' or '.join(wanted)}"
        raise ChecksFailed(f"{told}; {broke}" if broke else told)
    if errors:
        raise PartialFailure(broke)

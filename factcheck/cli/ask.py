"""`factcheck ask`: one question, or a file of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import console, home_option, json_option, model_options, print_json, read_token, settings_from
from factcheck.errors import FactcheckError, ModelError, PartialFailure, UsageError
from factcheck.files import check_writable, write_whole
from factcheck.records import QUESTION_TYPES

if TYPE_CHECKING:
    from factcheck.records import Question
    from pipeline.drafts.check import Asking
    from pipeline.page_parts import FindSource


@click.command("ask")
@click.argument("question", required=False)
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="Questions, .jsonl or .yaml; `-` reads JSONL from stdin."
)
@click.option(
    "--type", "kind", type=click.Choice(QUESTION_TYPES), help="The question's type, if the wording does not tell."
)
@click.option("--choice", "choices", multiple=True, help="One of the answers to choose from; repeat it.")
@click.option("--source", "sources", multiple=True, help="Read only this source; repeat it.")
@click.option("--as-of", help="Leave out sources that cannot have been published by this day (YYYY-MM-DD).")
@click.option(
    "--event-date", help="The day of the event asked about: texts from before it cannot support that it happened."
)
@click.option("--chroma", help="URL of a Chroma server, instead of the embedded store.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the answers to this file too, as a page: each quote marked in its article.",
)
@click.option(
    "--max-risk",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="R",
    help="Withhold answers so that at most this share of those given is wrong, as far as public data can promise.",
)
@click.option("--server", metavar="URL", help="Ask a running `factcheck serve`: no start-up; its sources, its model.")
@click.option("--token-file", type=click.Path(path_type=Path), help="The token of --server, in a file.")
@click.option("--trace", is_flag=True, help="Show on stderr what was read and what was rejected.")
@model_options
@home_option
@json_option
def command(
    *, question: str | None, file: Path | None, home: Path | None, chroma: str | None, as_json: bool, trace: bool,
    kind: Any, choices: tuple[str, ...], sources: tuple[str, ...], as_of: str | None, event_date: str | None,
    max_risk: float | None, model_flags: Mapping[str, Any], page: Path | None, server: str | None,
    token_file: Path | None,
) -> None:  # fmt: skip
    """Answer QUESTION, or every question of --file, from the ingested sources.

    Answers come on stdout, one JSON record a line with --json; progress and errors on stderr. One failed question
    never stops the others (exit 4 then).
    """
    from factcheck.records import Question
    from pipeline.question_files import read_questions

    if (question is None) == (file is None):
        raise UsageError("give one question in quotes, or --file with many; see `factcheck ask --help`")
    asked: Iterator[Question | Exception]
    if file is not None:
        if kind or choices or event_date:
            raise UsageError("--type, --choice and --event-date go into the file, one value a question")
        asked = iter(read_questions(file, as_of=as_of, sources=sources))
    else:
        asked = iter(
            [Question(question or "", type=kind, choices=choices, sources=sources, as_of=as_of, event_date=event_date)]
        )
    if page is not None:
        check_writable(page)
    here = {"home": home, "chroma": chroma, "max_risk": max_risk, **model_flags}
    with _remote(server, token_file, here, trace=trace) if server else _local(here) as (answerer, find_version):
        done = _Done([], [])
        try:
            _answer_all(answerer, asked, done, as_json=as_json, trace=trace, single=file is None)
        finally:
            if page is not None and done.records:
                from pipeline.page import render_page

                write_whole(page, render_page(done.records, find_version))
    errors, total = done.errors, len(done.records)
    if not errors:
        return
    if file is None or (len(errors) == total and all(isinstance(error, ModelError) for error in errors)):
        raise errors[0]
    told = "each has an error record" if as_json else "each is named above"
    raise PartialFailure(f"{len(errors)} of {total} questions failed; {told}, the others are answered")


@contextmanager
def _local(flags: Mapping[str, Any]) -> Iterator[tuple[Asking, FindSource]]:
    from pipeline.answerer import open_answerer

    with open_answerer(settings_from(**flags)) as answerer:
        if answerer.promise is not None:
            console(stderr=True).print(f"max risk {answerer.settings.max_risk:g}: {answerer.promise}", soft_wrap=True)
        yield answerer, answerer.store.find_version


@contextmanager
def _remote(
    server: str, token_file: Path | None, flags: Mapping[str, Any], *, trace: bool
) -> Iterator[tuple[Asking, FindSource]]:
    from pipeline.remote import RemoteAnswerer

    given = sorted(name.removesuffix("_usd").replace("_", "-") for name, value in flags.items() if value is not None)
    if given or trace:
        raise UsageError(
            f"--{(given or ['trace'])[0]} is for answers made here; with --server, `factcheck serve` decides"
        )
    with RemoteAnswerer(server, token=None if token_file is None else read_token(token_file)) as remote:
        yield remote, remote.find_version


@dataclass(slots=True)
class _Done:
    """What was asked so far: its records, and the errors among them."""

    records: list[dict[str, Any]]
    errors: list[FactcheckError]


def _answer_all(
    answerer: Asking, asked: Iterator[Question | Exception], done: _Done, *, as_json: bool, trace: bool, single: bool
) -> None:
    """Answer and print each. The caller tells of a single question's error."""
    from factcheck.cli.present import print_answer, print_error, print_trace
    from pipeline.record import answer_record, error_record

    for item in asked:
        try:
            if isinstance(item, Exception):
                raise item
            answer, steps = answerer.answer(item)
        except FactcheckError as error:
            done.errors.append(error)
            done.records.append(error_record(item, error))
            if as_json:
                print_json(done.records[-1])
            elif not single:
                print_error(item, error)
            continue
        done.records.append(answer_record(answer))
        if trace:
            print_trace(steps)
        print_json(done.records[-1]) if as_json else print_answer(answer)

"""`factcheck ask`: one question, or a file of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import home_option, json_option, print_json, settings_from
from factcheck.errors import FactcheckError, ModelError, PartialFailure, UsageError
from factcheck.records import QUESTION_TYPES

if TYPE_CHECKING:
    from factcheck.records import Question
    from pipeline.answerer import Answerer


@click.command("ask")
@click.argument("question", required=False)
@click.option(
    "--file", "file", type=click.Path(path_type=Path), help="Questions, .jsonl or .yaml; `-` reads JSONL from stdin."
)
@click.option("--model", help="auto, none, local, openai:NAME or PROVIDER:NAME.")
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
@click.option("--trace", is_flag=True, help="Show on stderr what was read and what was rejected.")
@home_option
@json_option
def command(
    *, question: str | None, file: Path | None, home: Path | None, model: str | None, chroma: str | None, as_json: bool,
    trace: bool, kind: Any, choices: tuple[str, ...], sources: tuple[str, ...], as_of: str | None,
    event_date: str | None,
) -> None:  # fmt: skip
    """Answer QUESTION, or every question of --file, from the ingested sources.

    Answers come on stdout, one JSON record a line with --json; progress and errors on stderr. One failed question
    never stops the others (exit 4 then).
    """
    from factcheck.records import Question
    from pipeline.answerer import open_answerer
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
    with open_answerer(settings_from(home=home, model=model, chroma=chroma)) as answerer:
        errors, total = _answer_all(answerer, asked, as_json=as_json, trace=trace, single=file is None)
    if not errors:
        return
    if file is None or (len(errors) == total and all(isinstance(error, ModelError) for error in errors)):
        raise errors[0]
    told = "each has an error record" if as_json else "each is named above"
    raise PartialFailure(f"{len(errors)} of {total} questions failed; {told}, the others are answered")


def _answer_all(
    answerer: Answerer, asked: Iterator[Question | Exception], *, as_json: bool, trace: bool, single: bool
) -> tuple[list[FactcheckError], int]:
    """Answer and print each; return the errors and how many were asked. The caller tells of a single question's."""
    from factcheck.cli.present import print_answer, print_error, print_trace
    from pipeline.record import answer_record, error_record

    errors: list[FactcheckError] = []
    total = 0
    for item in asked:
        total += 1
        try:
            if isinstance(item, Exception):
                raise item
            answer, steps = answerer.answer(item)
        except FactcheckError as error:
            errors.append(error)
            if as_json:
                print_json(error_record(item, error))
            elif not single:
                print_error(item, error)
            continue
        if trace:
            print_trace(steps)
        print_json(answer_record(answer)) if as_json else print_answer(answer)
    return errors, total

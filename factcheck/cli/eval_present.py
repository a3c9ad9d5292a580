"""What `factcheck eval run` and `eval score` show: progress on stderr, figures on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from factcheck.cli.common import print_json, printable

if TYPE_CHECKING:
    from eval.preview import Preview
    from eval.run_files import RunHeader
    from eval.runner import Progress, State
    from eval.score import ScoredSample


def note(line: str) -> None:
    """Print one line to stderr, in the place of a line of progress."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    click.echo(printable(line), err=True)


def peak_memory_mb() -> float | None:
    """Return the most memory that this process has held, in megabytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def progress_line(model: str) -> Progress | None:
    """Return what draws one line on a terminal, over itself; None where stderr is none."""
    if not sys.stderr.isatty():
        return None

    def draw(state: State) -> None:
        end = "\n" if state.n_done == state.n_total else ""
        sys.stderr.write(f"\r\x1b[K{printable(shown(model, state))}{end}")
        sys.stderr.flush()

    return draw


def shown(model: str, state: State) -> str:
    """Return `none  12/181  1 error  0:10 gone, 2:30 to go  $0.0123`."""
    parts = [model, f"{state.n_done}/{state.n_total}"]
    if state.n_errors:
        parts.append(f"{state.n_errors} error{'s' * (state.n_errors != 1)}")
    left = "" if state.left_s is None else f", {_clock(state.left_s)} to go"
    parts.append(f"{_clock(state.elapsed_s)} gone{left}")
    if state.cost_usd:
        parts.append(f"${state.cost_usd:.4f}")
    return "  ".join(parts)


def counting_line(model: str) -> Callable[[int, int], None]:
    """Return what draws `openai:gpt-5  counting 12/181` on a terminal, and nothing elsewhere."""

    def draw(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{printable(model)}  counting {done}/{total}{chr(10) * (done == total)}")
            sys.stderr.flush()

    return draw


def print_preview(found: Preview, *, as_json: bool) -> None:
    """Print what a run with one model may cost, on one line."""
    if as_json:
        print_json({"schema": "factcheck/preview/1", **asdict(found)})
        return
    unknown = "a price that is not known (see the setting `prices`)"
    cost, most = (unknown if usd is None else f"${usd:.4f}" for usd in (found.cost_usd, found.most_cost_usd))
    click.echo(
        f"{printable(found.model)}: {found.n_answers} answers, {found.calls} calls, {found.input_tokens} tokens in, "
        f"at most {found.output_tokens} out, at most {cost}; {found.most_calls} calls, at most {most}, "
        "if each reply had to be asked for once more"
    )


def print_scores(
    scored: Sequence[ScoredSample], head: RunHeader | None, *, as_json: bool, failures: bool = False
) -> None:
    """Print the figures of one run, or of predictions (no head)."""
    from eval.bars import bars_table, failure_lines, summary

    if as_json:
        told: dict[str, Any] = {"run": head.id, "model": head.model, "suite": head.suite.path} if head else {}
        print_json({"schema": "factcheck/scores/1", **told, **summary(scored)})
        return
    if head is not None:
        click.echo(printable(f"{head.suite.path}, model {head.model}: {len(scored)} answers\n"))
    for line in (*bars_table(scored), *(failure_lines(scored) if failures else ())):
        click.echo(printable(line))
    click.echo()


def _clock(seconds: float) -> str:
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{s:02}" if hours else f"{minutes}:{s:02}"

"""A result as text: for the terminal, and as rows of one Markdown table beside the published figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.benchmarks.result import Result
from eval.benchmarks.table import BENCHMARKS

__all__ = ["lines_of", "markdown"]


def lines_of(result: Result) -> Iterator[str]:
    """Yield what a person reads: what was measured, each figure in percent with its interval, the notes."""
    benchmark = BENCHMARKS[result.benchmark]
    yield f"{benchmark.title}: {benchmark.asks}"
    unscored = f", {result.unscored} unscored" if result.unscored else ""
    of = f"{result.n} of {result.n_available} items ({result.form}){unscored}"
    yield f"{of}, model {result.model}, {result.seconds:.0f} s"
    for figure in result.figures:
        yield f"  {figure.name:<34} {figure}" + (f" (n {figure.n})" if figure.n != result.n else "")
    for other in benchmark.published:
        yield f"  published: {other.system}: {other.figure} {other.percent:g} ({other.source})"
    yield f"  {benchmark.note}"


def markdown(results: Sequence[Result], commands: Mapping[str, str], missed: Mapping[str, str]) -> str:
    """Return the table of all sets, then a note and the command of each; `missed` says why a set was not measured."""
    lines = ["| set | n | ours, % [95 % interval] | published, % |", "|---|---|---|---|"]
    for result in results:
        benchmark = BENCHMARKS[result.benchmark]
        ours = "<br>".join(f"{f.name} {f}" for f in result.figures) or "nothing scored"
        theirs = "<br>".join(f"{p.system}: {p.figure} {p.percent:g} ({p.source})" for p in benchmark.published) or "-"
        unscored = f" ({result.unscored} unscored)" if result.unscored else ""
        lines.append(f"| {benchmark.title} | {result.n}{unscored} | {ours} | {theirs} |")
    verifiers = sorted({result.verifier for result in results})
    lines += ["", f"Verifier `{', '.join(verifiers)}`, model {', '.join(sorted({r.model for r in results}))}.", ""]
    for result in results:
        benchmark = BENCHMARKS[result.benchmark]
        of = f"{result.n} of {result.n_available} items, {result.form}"
        lines.append(f"- {benchmark.title} ({of}): {benchmark.note}. `{commands[result.benchmark]}`")
    lines += [f"- {BENCHMARKS[name].title}: not measured: {why}" for name, why in missed.items()]
    return "\n".join(lines) + "\n"

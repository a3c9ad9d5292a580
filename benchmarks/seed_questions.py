"""The held-out halves of the seed suites, into benchmarks/README.md: `python -m benchmarks.seed_questions --home DIR`.

Each model answers each suite in a process of its own (`factcheck eval run SUITE --model M --tag test --no-cache`), so
that latency and peak memory are its own: leave the machine quiet. `--model` names some (default: none and local) and
leaves the file as it is. `--reuse` takes the run files that are in `--home`, and asks what is not.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bars import BARS, bars
from eval.score import Metric, ScoredSample
from eval.scored_run import open_run
from eval.scorers.cost import latency
from eval.scoring import metric

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- seed questions: begin -->\n", "<!-- seed questions: end -->\n"
SUITES = ("treaty", "newcomer", "claims")
_PEAK = re.compile(r"peak memory (\d+) MB")


@dataclass(frozen=True, slots=True)
class Answered:
    """One suite answered by one model; `peak_mb` of its process, None where the system does not tell."""

    suite: str
    model: str
    scored: tuple[ScoredSample, ...]
    peak_mb: int | None


def main(argv: Sequence[str] | None = None) -> int:
    """Ask what is missing, print the tables and write them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seed_questions", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="where corpora and run files are kept")
    parser.add_argument("--model", action="append", help="none, local or another; may be repeated")
    parser.add_argument("--reuse", action="store_true", help="take the runs of an earlier call")
    args = parser.parse_args(argv)
    asked = [(suite, model) for model in args.model or ["none", "local"] for suite in SUITES if asks(suite, model)]
    answered = [answer(args.home, suite, model, reuse=args.reuse) for suite, model in asked]
    table = report(answered)
    print(table, end="")
    if not args.model:
        before, begin, rest = README.read_text("utf-8").partition(BEGIN)
        README.write_text(f"{before}{begin}{table}{END}{rest.partition(END)[2]}" if begin else before, "utf-8")
    return 0


def asks(suite: str, model: str) -> bool:
    """Whether `suite` is for `model`: claims are checked without one alone, in a minute."""
    return suite != "claims" or model == "none"


def answer(home: Path, suite: str, model: str, *, reuse: bool) -> Answered:
    """Return the suite answered by a process of its own, or what an earlier one wrote."""
    path = home / "seed-questions" / f"{suite}-{model.replace(':', '-')}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = path.with_suffix(".json")
    if not (reuse and told.is_file()):
        path.unlink(missing_ok=True)
        command = [sys.executable, "-m", "factcheck.cli.main", "eval", "run", suite, "--model", model, "--tag", "test"]
        command += ["--no-cache", "--home", str(home), "-o", str(path)]
        done = subprocess.run(command, check=True, text=True, stderr=subprocess.PIPE, stdout=sys.stderr)
        peak = _PEAK.search(done.stderr)
        told.write_text(json.dumps({"peak_mb": int(peak[1]) if peak else None}), "utf-8")
    return Answered(suite, model, open_run(path).scored, json.loads(told.read_text("utf-8"))["peak_mb"])


def report(answered: Sequence[Answered]) -> str:
    """Return a table for each suite, one for the questions of all together, and latency and memory."""
    lines: list[str] = []
    models = list(dict.fromkeys(a.model for a in answered))
    asked = [a for a in answered if a.suite != "claims"]
    for suite in dict.fromkeys(a.suite for a in answered):
        of_suite = {a.model: a.scored for a in answered if a.suite == suite}
        lines += [*table(f"`{suite}`", of_suite), ""]
    both = {m: [s for a in asked if a.model == m for s in a.scored] for m in models}
    lines += [*table("`treaty` and `newcomer` together", both), ""]
    lines += ["| time and memory of a process | median answer | slowest | peak memory |", "|---|---|---|---|"]
    for a in asked:
        took = latency([s.record for s in a.scored if s.record is not None])
        times = f"{took.p50:.2f} s | {took.longest:.1f} s" if took else "- | -"
        lines.append(f"| `{a.suite}`, `{a.model}` | {times} | {f'{a.peak_mb:,} MB' if a.peak_mb else '-'} |")
    return "\n".join(lines) + "\n"


def table(title: str, scored: Mapping[str, Sequence[ScoredSample]]) -> list[str]:
    """Return the lines of one table: a row for each figure of `factcheck eval run`, a column for each model."""
    found = {model: bars(of_model) for model, of_model in scored.items()}
    lines = [f"| {title}, figure | {' | '.join(f'`{m}`' for m in found)} |", f"|---{'|---' * len(found)}|"]
    for bar in BARS:
        cells = [shown(of_model.get(bar.name)) for of_model in found.values()]
        if any(cell != "-" for cell in cells):
            lines.append(f"| {bar.label} | {' | '.join(cells)} |")
    conflicts = {m: [s for s in of_model if s.sample.answer == "conflicting"] for m, of_model in scored.items()}
    if any(conflicts.values()):
        cells = [shown(metric(of_model, "answer_accuracy")) for of_model in conflicts.values()]
        lines.append(f"| of them `conflicting`, found | {' | '.join(cells)} |")
    return lines


def shown(m: Metric | None) -> str:
    """Return a share with its 95 % interval and n."""
    if m is None or m.value is None:
        return "-"
    interval = "" if m.low is None or m.high is None else f" [{100 * m.low:.1f}, {100 * m.high:.1f}]"
    return f"{100 * m.value:.1f} %{interval} (n {m.n})"


if __name__ == "__main__":
    sys.exit(main())

"""What comparisons and gates share when they are written: escaping, numbers, files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.compare import Comparison
from eval.gold import Sample
from eval.score import Record, ScoredSample
from factcheck.errors import UsageError
from factcheck.files import write_whole

Escape = Callable[[str], str]
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~&])")


def plain(text: str) -> str:
    """One line for a terminal."""
    return " ".join(text.split())


def markdown(text: str) -> str:
    """One line for a Markdown file, in which nothing of the text is markup."""
    return _MARKDOWN.sub(r"\\\1", plain(text))


def given_answer(sample: Sample, record: Record | None) -> str:
    """What the record answers, for people: a claim's verdict, the answer, or what the value says; else why not."""
    if record is None:
        return "(error)"
    if record.get("abstained"):
        return "(withheld)"
    if sample.claim is not None:
        return str(record.get("verdict") or "(none)")
    said, value = record.get("answer"), record.get("value")
    if said is None and isinstance(value, dict):
        said = ", ".join(str(part) for part in value.values() if part is not None)
    return "(none)" if said is None else str(said)


def short(text: str) -> str:
    """Not more than 100 characters of an answer, for a line."""
    return text if len(text) <= 100 else f"{text[:99]}…"


def given_answers(items: Sequence[ScoredSample]) -> str:
    counts = Counter(given_answer(item.sample, item.record) for item in items)
    return ", ".join(said if n == len(items) else f"{said} x{n}" for said, n in counts.most_common())


def detectable(c: Comparison, drop: float | None, *, level: float = 0.05) -> str:
    """What the samples are too few to see in a one-sided test at `level`, in one sentence."""
    seen = "any drop" if drop is None or drop >= 1 else f"a drop under {_points(drop)} points"
    return (
        f"With {c.n} samples in {c.n_families} families {seen} cannot be seen "
        f"(one-sided {100 * level:.3g} %, found 4 times of 5)."
    )


def shown_interval(c: Comparison) -> str:
    return "-" if c.low is None or c.high is None else f"{100 * c.low:+.1f} to {100 * c.high:+.1f}"


def shown_p(p: float) -> str:
    return "< 0.0001" if p < 1e-4 else f"{p:.4f}" if p < 0.01 else f"{p:.3f}"


def _points(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.02 else f"{100 * share:.1f}"


def write_table(path: Path, formats: dict[str, Callable[[], str]]) -> None:
    """Write what `formats` has for the ending of `path` (`.md`, `.junit.xml`).

    Raises: UsageError for an ending that it has not; UserError where the file cannot be written.
    """
    render = next((f for ending, f in formats.items() if path.name.endswith(ending)), None)
    if render is None:
        raise UsageError(f"{path}: cannot tell the form from its name; end it with {', '.join(formats)}")
    write_whole(path, render())

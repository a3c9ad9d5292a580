"""A comparison as Markdown, CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields

from eval.compare import Comparison
from eval.table_text import Escape, detectable, given_answer, given_answers, plain, short, shown_interval, shown_p
from factcheck.csv_text import csv_text
from factcheck.errors import UsageError

__all__ = ["compare_csv", "compare_json", "compare_lines"]


def compare_lines(
    found: Sequence[Comparison], *, names: tuple[str, str], notes: Sequence[str] = (), escape: Escape = plain
) -> Iterator[str]:
    """Yield the lines of a comparison: the figures, what can be seen, what could not be compared, what changed."""
    yield f"A = {escape(names[0])}, B = {escape(names[1])}"
    yield ""
    yield "| figure | n | families | A | B | B - A, points | 95 % interval | p, families flipped | McNemar |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for c in found:
        exact = "-" if c.mcnemar is None else f"{c.mcnemar.only_a} : {c.mcnemar.only_b}, p {shown_p(c.mcnemar.p)}"
        shares = f"{c.a:.1%} | {c.b:.1%} | {100 * c.difference:+.1f} | {shown_interval(c)}"
        yield f"| {c.scorer} | {c.n} | {c.n_families} | {shares} | {shown_p(c.p_change)} | {exact} |"
    yield ""
    first = next((c for c in found if c.pairs), found[0])
    if first.pairs:
        yield detectable(first, first.detectable)
        yield "McNemar: samples right in A only : in B only. p-values are of each figure by itself, two-sided."
    if first.n_unscored_a or first.n_unscored_b:
        yield f"Errors and missing records, not compared: A {first.n_unscored_a}, B {first.n_unscored_b}."
    yield from (f"Note: {escape(note)}" for note in notes)
    if not first.pairs:
        return
    yield ""
    fell, rose = ([p for p in first.changed if (p.difference < 0) is down] for down in (True, False))
    yield f"{len(fell) + len(rose)} of {first.n} samples changed ({first.scorer}): {len(fell)} fell, {len(rose)} rose"
    for title, pairs in (("fell", fell), ("rose", rose)):
        for pair in pairs:
            yield f"- {title}: {escape(pair.sample.id)} [{pair.sample.type or 'claim'}] {escape(pair.sample.text)}"
            gold = pair.sample.answer if pair.sample.answer is not None else "(none)"
            said = (escape(short(given_answers(items))) for items in (pair.items_a, pair.items_b))
            yield f"  gold: {escape(gold)} | A: {next(said)} | B: {next(said)}"


def compare_csv(found: Sequence[Comparison], *, names: tuple[str, str]) -> str:
    """Return one row a sample and figure, with both answers. Raises: UsageError where no figure is of samples."""
    if not any(c.pairs for c in found):
        of_sets = ", ".join(c.scorer for c in found)
        raise UsageError(f"a table has a row a sample, and {of_sets} is of no sample; give FILE.md, or --json")
    rows = [
        {
            "figure": c.scorer, "id": p.sample.id, "family": p.sample.cluster, "type": p.sample.type or "claim",
            "question": p.sample.text, "gold": p.sample.answer, "score_a": p.a, "score_b": p.b,
            "difference": p.difference, "answer_a": given_answers(p.items_a), "answer_b": given_answers(p.items_b),
            "run_a": names[0], "run_b": names[1],
        }
        for c in found for p in c.pairs
    ]  # fmt: skip
    return csv_text(list(rows[0]), rows)


def compare_json(found: Sequence[Comparison], *, names: tuple[str, str]) -> Iterator[dict[str, object]]:
    """Yield one object a figure, with the samples that changed and both answers."""
    for c in found:
        numbers = {f.name: getattr(c, f.name) for f in fields(c) if f.name not in ("pairs", "mcnemar")}
        exact = asdict(c.mcnemar) if c.mcnemar is not None else None
        changed = [
            {"id": p.sample.id, "question": p.sample.text, "gold": p.sample.answer, "score_a": p.a, "score_b": p.b}
            | {"answers_a": [given_answer(p.sample, i.record) for i in p.items_a]}
            | {"answers_b": [given_answer(p.sample, i.record) for i in p.items_b]}
            for p in c.changed
        ]
        runs = {"schema": "factcheck/comparison/1", "run_a": names[0], "run_b": names[1]}
        yield {**runs, **numbers, "mcnemar": exact, "changed": changed}

"""A gate as Markdown, CSV, JSON and JUnit XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from eval.gate import Gate
from eval.table_text import Escape, detectable, given_answers, plain, short, shown_interval, shown_p
from factcheck.csv_text import csv_text

__all__ = ["gate_csv", "gate_json", "gate_junit", "gate_lines"]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def gate_lines(
    gate: Gate, *, names: tuple[str, str], notes: Sequence[str] = (), escape: Escape = plain
) -> Iterator[str]:
    """Yield the lines of a gate: each figure with its reason, what could not be seen, and the samples that fell."""
    yield f"baseline = {escape(names[0])}, run = {escape(names[1])}"
    yield ""
    yield "| figure | n | baseline | run | change, points | 95 % interval | p of the drop | gate |"
    yield "|---|---|---|---|---|---|---|---|"
    for check in gate.checks:
        c = check.comparison
        shares = f"{c.a:.1%} | {c.b:.1%} | {100 * c.difference:+.1f} | {shown_interval(c)}"
        outcome = f"{'pass' if check.passed else 'FAIL'}: {check.reason}"
        yield f"| {c.scorer} | {c.n} | {shares} | {shown_p(check.p)} | {outcome} |"
    yield ""
    for check in gate.checks:
        yield f"{check.comparison.scorer}: {detectable(check.comparison, check.detectable, level=check.level)}"
    yield from (f"Not judged: {gap}." for gap in gate.gaps)
    if gate.n_unscored_baseline:
        yield f"Errors and missing records of the baseline, not compared: {gate.n_unscored_baseline}."
    yield from (f"Note: {escape(note)}" for note in notes)
    for check in gate.checks:
        fell = [p for p in check.comparison.changed if p.difference < 0]
        if fell:
            yield ""
            yield f"{check.comparison.scorer}, {len(fell)} samples that fell:"
        for p in fell:
            said = (escape(short(given_answers(items))) for items in (p.items_a, p.items_b))
            yield f"- {escape(p.sample.id)}: {next(said)} -> {next(said)}"


def gate_csv(gate: Gate, *, names: tuple[str, str]) -> str:
    """Return one row a figure."""
    rows = [
        {
            "figure": (c := check.comparison).scorer, "n": c.n, "families": c.n_families, "baseline": c.a, "run": c.b,
            "drop": check.drop, "low": c.low, "high": c.high, "p": check.p, "max_drop": check.max_drop,
            "detectable": check.detectable, "passed": check.passed, "reason": check.reason, "unscored": gate.n_unscored,
            "not_asked": gate.n_not_asked, "unscored_baseline": gate.n_unscored_baseline,
            "baseline_run": names[0], "judged_run": names[1],
        }
        for check in gate.checks
    ]  # fmt: skip
    return csv_text(list(rows[0]), rows)


def gate_json(gate: Gate, *, names: tuple[str, str]) -> dict[str, object]:
    """Return the gate as one object."""
    checks = [
        {"figure": (c := check.comparison).scorer, "n": c.n, "families": c.n_families, "baseline": c.a, "run": c.b}
        | {"drop": check.drop, "low": c.low, "high": c.high, "p": check.p, "max_drop": check.max_drop}
        | {"detectable": check.detectable, "passed": check.passed, "reason": check.reason}
        for check in gate.checks
    ]
    runs = {"schema": "factcheck/gate/1", "baseline": names[0], "run": names[1]}
    counts = {"n_unscored": gate.n_unscored, "n_not_asked": gate.n_not_asked}
    counts |= {"n_unscored_baseline": gate.n_unscored_baseline, "n_compared": gate.n_compared}
    return {**runs, "passed": gate.passed, **counts, "gaps": gate.gaps, "checks": checks}


def gate_junit(gate: Gate, *, names: tuple[str, str], notes: Sequence[str] = ()) -> str:
    """Return JUnit XML: a test a figure, one for completeness; what fell is in the output of its test."""
    suite = ElementTree.Element("testsuite", name="factcheck eval gate", tests=str(len(gate.checks) + 1))
    for check in gate.checks:
        case = ElementTree.SubElement(suite, "testcase", classname="factcheck.gate", name=check.comparison.scorer)
        if not check.passed:
            ElementTree.SubElement(case, "failure", message=_xml(check.reason), type="regression")
    complete = ElementTree.SubElement(suite, "testcase", classname="factcheck.gate", name="every sample is scored")
    if gate.gaps:
        ElementTree.SubElement(complete, "error", message="; ".join(gate.gaps), type="unscored")
    suite.set("failures", str(sum(not check.passed for check in gate.checks)))
    suite.set("errors", str(int(bool(gate.gaps))))
    ElementTree.SubElement(suite, "system-out").text = _xml("\n".join(gate_lines(gate, names=names, notes=notes)))
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)

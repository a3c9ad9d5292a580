"""JUnit XML. What failed to be answered is an *error*; a checked claim that is refuted or disputed is a *failure*.

A question passes when it is answered, *no* as much as *yes*. What has too little evidence, was withheld or cannot be
checked is *skipped*.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from pipeline.exports.items import Item
from pipeline.highlight import visible
from pipeline.page_parts import FindSource


def export(items: Sequence[Item], find_source: FindSource) -> str:
    """Return one suite with a case an item, in order."""
    cases = [_case(number, item) for number, item in enumerate(items, start=1)]
    kinds = [case[0].tag if len(case) else "passed" for case in cases]
    seconds = sum(float(case.get("time", 0)) for case in cases)
    counts = {
        "tests": str(len(cases)), "failures": str(kinds.count("failure")), "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")), "time": f"{seconds:.3f}",
    }  # fmt: skip
    root = ET.Element("testsuites", {"name": "factcheck", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": "factcheck", **counts})
    suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(number: int, item: Item) -> ET.Element:
    name = " ".join(visible(item.text).split()) or "(no text)"
    label = visible(item.id) if item.id else str(number)
    latency = item.answer.run.get("latency_s") if item.answer else None
    seconds = latency if isinstance(latency, int | float) else 0.0
    case = ET.Element("testcase", {"classname": "factcheck", "name": f"{label}: {name}", "time": f"{seconds:.3f}"})
    outcome = _outcome(item)
    if outcome:
        tag, kind, message = outcome
        attributes = {"message": " ".join(visible(message).split())} | (
            {} if tag == "skipped" else {"type": visible(kind)}
        )
        ET.SubElement(case, tag, attributes).text = _details(item) or None
    return case


def _outcome(item: Item) -> tuple[str, str, str] | None:
    """Return (element, type, message), or None for what passes."""
    if item.error:
        return "error", *item.error
    if item.answer is None:
        return "skipped", "not_checkable", f"not checkable: {item.not_checkable}"
    verdict = item.answer.verdict
    said = f"{verdict.replace('_', ' ')} ({item.answer.probability:.2f}): {item.answer.claim}"
    if verdict == "not_enough_evidence" or item.answer.abstained:
        return "skipped", verdict, said
    if item.is_claim and verdict in {"refuted", "conflicting_evidence"}:
        return "failure", verdict, said
    return None


def _details(item: Item) -> str:
    citations = item.answer.citations if item.answer else ()
    return "\n".join(visible(f"{c.source} {c.start}:{c.end} {c.stance}: {c.exact}") for c in citations)

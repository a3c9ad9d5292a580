"""Answers for people: the answer first, then each source's stance, its quotes, and where to find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from factcheck.cli.common import console, printable
from factcheck.errors import FactcheckError

if TYPE_CHECKING:
    from factcheck.records import Answer, Citation, Question, SourceStance
    from pipeline.trace import Trace

_COLOURS = {"supported": "green", "refuted": "red", "conflicting_evidence": "yellow", "not_enough_evidence": "cyan"}
_STANCES = {"supports": "green", "refutes": "red", "mixed": "yellow", "silent": "bright_black"}


def print_answer(answer: Answer) -> None:
    """Print one answer to stdout."""
    out = console()
    shown = answer.answer if answer.answer is not None else "withheld" if answer.abstained else "not stated"
    head = Text()
    head.append(
        printable(shown).replace("_", " ") if answer.question.type == "boolean" else printable(shown), style="bold"
    )
    iso = (answer.value or {}).get("iso")
    if iso and iso != shown and not iso.startswith("--"):  # a day whose year is open says no more than its words
        head.append(f" ({iso})")
    head.append(f"  {answer.verdict.replace('_', ' ')}", style=_COLOURS[answer.verdict])
    head.append(f", probability {answer.probability:.2f}")
    out.print(head, soft_wrap=True)
    out.print(Text(f"Claim: {printable(answer.claim)}", style="bright_black"), soft_wrap=True)
    for stance in sorted(answer.sources, key=lambda s: (s.stance == "silent", -s.probability)):
        _print_source(stance, answer.citations)
    if answer.verdict == "not_enough_evidence":
        out.print(f"\n{printable(answer.explanation)}", soft_wrap=True)
        for near in answer.coverage.nearest:
            out.print(Text(f"  nearest: “{printable(near.exact)}”", style="bright_black"), soft_wrap=True)
            out.print(
                Text(f"           factcheck show {near.source} --span {near.start}:{near.end}", style="bright_black"),
                soft_wrap=True,
            )
    for warning in answer.warnings:
        out.print(Text(f"warning: {printable(warning)}", style="yellow"), soft_wrap=True)


def _print_source(stance: SourceStance, citations: tuple[Citation, ...]) -> None:
    out = console()
    line = Text("\n")
    line.append(f"{printable(stance.source)}", style="bold" if stance.citations else "")
    line.append(f"  {stance.stance}", style=_STANCES[stance.stance])
    if stance.duplicate_of:
        line.append(f" (repeats {printable(stance.duplicate_of)}, counts once with it)")
    if stance.superseded_by:
        line.append(f" (superseded by {printable(stance.superseded_by)})")
    if stance.stance == "silent":
        line = Text(line.plain.lstrip("\n"), style="bright_black")
    out.print(line, soft_wrap=True)
    for index in stance.citations:
        c = citations[index]
        quote = Text("  “")
        quote.append(printable(c.exact).replace("\n", " "))
        quote.append("”")
        out.print(quote, soft_wrap=True)
        who = f"{printable(c.speaker)}, " if c.speaker else ""
        detail = f"  {c.stance} {getattr(c.support, c.stance):.2f} · {who}{c.modality} · line {c.locator['line']} · "
        out.print(
            Text(f"{detail}factcheck show {c.source} --span {c.start}:{c.end}", style="bright_black"), soft_wrap=True
        )


def print_error(question: Question | Exception, error: FactcheckError) -> None:
    """Print a failed question to stderr, one line."""
    asked = getattr(question, "id", None) or getattr(question, "text", None)
    console(stderr=True).print(
        f"failed: {printable(str(asked))[:80] + ': ' if asked else ''}{printable(str(error))}", soft_wrap=True
    )


def print_trace(trace: Trace) -> None:
    """Print to stderr what was retrieved, read, judged and rejected."""
    err = console(stderr=True)
    err.print(f"query: {printable(trace.query)}", soft_wrap=True)
    for rank, passage in enumerate(trace.passages, start=1):
        lists = ", ".join(f"{name} {place}" for name, place in passage.ranks.items())
        where = f"{passage.source} {passage.start}:{passage.end}"
        err.print(f"passage {rank}: {where} score {passage.score:.4f} ({lists})", soft_wrap=True)
    for e in trace.evidence:
        p = e.support
        note = f" [{e.note}]" if e.note else ""
        place = f"{e.sentence.source.id} {e.sentence.span.start}:{e.sentence.span.end}"
        judged = f"s {p.supports:.2f} r {p.refutes:.2f} n {p.neutral:.2f} {e.attribution.modality}{note}"
        err.print(f"read: {place} {judged} “{printable(e.sentence.text)[:100]}”", soft_wrap=True)
    for r in trace.rejected:
        err.print(f"rejected ({r.reason}): {printable(str(r.source))} “{printable(r.quote)[:120]}”", soft_wrap=True)
    for s in trace.instructing:
        err.print(
            f"left out, it instructs: {s.source.id} {s.span.start}:{s.span.end} “{printable(s.text)[:120]}”",
            soft_wrap=True,
        )

"""A checked draft for people: a line a claim, what speaks against it, and a count at the end."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from factcheck.cli.common import console, printable
from factcheck.records import CheckClaim, Citation
from pipeline.drafts.check import Draft, Failed, check_record

_SIGNS = {
    "supported": ("✓", "green"), "refuted": ("✗", "red"), "conflicting_evidence": ("±", "yellow"),
    "not_enough_evidence": ("?", "cyan"),
}  # fmt: skip
_QUOTED = {"supported": 1, "refuted": 2, "conflicting_evidence": 4, "not_enough_evidence": 0}


def print_check(draft: Draft, found: Iterable[CheckClaim | Failed]) -> list[CheckClaim | Failed]:
    """Print each claim as it is checked, then the counts; return all of them."""
    claims = []
    for claim in found:
        claims.append(claim)
        _print_failed(claim) if isinstance(claim, Failed) else _print_claim(draft, claim)
    counts = check_record(draft, claims)["counts"]
    told = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in counts.items() if n)
    console().print(f"\n{len(claims)} statements: {told or 'none'}", soft_wrap=True)
    return claims


def _print_claim(draft: Draft, claim: CheckClaim) -> None:
    out = console()
    place = f"{printable(draft.path)}:{draft.text.count(chr(10), 0, claim.start) + 1}"
    shown = printable(" ".join(claim.exact.split()))
    if claim.verdict is None:
        short = shown if len(shown) <= 70 else f"{shown[:69]}…"
        out.print(Text(f"{place}  not checked, {claim.reason}: {short}", style="bright_black"), soft_wrap=True)
        return
    sign, colour = _SIGNS[claim.verdict]
    head = Text(f"{place}  ")
    head.append(f"{sign} {claim.verdict.replace('_', ' ')}", style=f"bold {colour}")
    head.append(f" {claim.probability:.2f}  {shown}")
    out.print(head, soft_wrap=True)
    if claim.claim and " ".join(claim.claim.split()).rstrip(".") != " ".join(claim.exact.split()).rstrip("."):
        out.print(Text(f"    checked as: {printable(claim.claim)}", style="bright_black"), soft_wrap=True)
    for mismatch in claim.mismatch:
        told = f"    {mismatch.kind}: {printable(mismatch.claim)} here, {printable(mismatch.evidence)} in the sources"
        out.print(Text(told, style="bold"), soft_wrap=True)
    for citation in claim.citations[: _QUOTED[claim.verdict]]:
        _print_citation(citation)


def _print_citation(c: Citation) -> None:
    out = console()
    out.print(Text(f"    “{printable(c.exact).replace(chr(10), ' ')}”"), soft_wrap=True)
    who = f"{printable(c.speaker)}, " if c.speaker else ""
    detail = f"    {c.stance} {getattr(c.support, c.stance):.2f} · {who}{c.modality} · "
    show = f"factcheck show {printable(c.source)} --span {c.start}:{c.end}"
    out.print(Text(detail + show, style="bright_black"), soft_wrap=True)


def _print_failed(claim: Failed) -> None:
    said = f"failed: {printable(claim.question.claim or claim.question.text)[:80]}: {printable(str(claim.error))}"
    console(stderr=True).print(said, soft_wrap=True)

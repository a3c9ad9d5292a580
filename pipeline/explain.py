"""One or two sentences that say why, from the stances: nothing in them comes from a model."""

from __future__ import annotations

from collections.abc import Sequence

from factcheck.records import Coverage, SourceStance, Verdict


def explain(verdict: Verdict, stances: Sequence[SourceStance], coverage: Coverage) -> str:
    """Return the reason of an answer in words."""
    by = {
        stance: [s.source for s in stances if s.stance == stance]
        for stance in ("supports", "refutes", "mixed", "silent")
    }
    if verdict == "not_enough_evidence":
        if coverage.reason == "off_topic":
            return "Nothing that was read is about this."
        return f"The sources are on the topic and none states it; passages of {_count(len(stances))} were read."
    parts = []
    for stance, verb in (("supports", "support it"), ("refutes", "say otherwise"), ("mixed", "hold both")):
        if by[stance]:
            parts.append(f"{', '.join(by[stance])} {verb if len(by[stance]) > 1 else _singular(verb)}")
    silent = f"; {_count(len(by['silent']))} silent" if by["silent"] else ""
    reprints = [s.source for s in stances if s.duplicate_of]
    repeated = f"; {', '.join(reprints)} repeats another and counts once with it" if reprints else ""
    older = [f"{s.source} is superseded by {s.superseded_by}" for s in stances if s.superseded_by]
    return "; ".join(parts) + silent + repeated + ("; " + "; ".join(older) if older else "") + "."


def _singular(verb: str) -> str:
    return {"support it": "supports it", "say otherwise": "says otherwise", "hold both": "holds both"}[verb]


def _count(n: int) -> str:
    return f"{n} source{'' if n == 1 else 's'}"

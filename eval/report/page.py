"""The page: what is computed from the runs, put into the template. Nothing of it is fetched from anywhere.

The page says itself, by a content security policy, that it loads nothing and runs one script, ours, named by its hash.
The same runs and labels give the same bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.compare import compare_all
from eval.gold import Sample
from eval.report.articles import build_articles
from eval.report.figures import FIGURES, shown_metric
from eval.report.plots import latency_plot, reliability_plot, risk_coverage_plot
from eval.report.samples import sample_views, spans_to_show
from eval.score import Metric, Rows, ScoredSample
from eval.scored_run import ScoredRun
from eval.scorers.answer_f1 import ANSWERS, answer_pairs
from eval.scorers.calibration import confidence_rows
from eval.scorers.cost import cost_of, latency
from eval.scorers.macro_f1 import confusion_matrix
from eval.scorers.ways_of_no import three_ways_of_no
from eval.scoring import metric
from eval.table_text import detectable, shown_interval, shown_p
from factcheck.errors import UsageError, UserError
from pipeline.highlight import safe_text

__all__ = ["render_report"]

HERE = Path(__file__).parent
MAX_RUNS = 6  # as many as the eye tells apart
_WAYS = ("no", "silent", "off_topic", "unexplained", "answered")


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of counts: `rows` are (name, cells), `share` of a cell is of its row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, float], ...]], ...]


def render_report(runs: Sequence[ScoredRun]) -> str:
    """Return the page of one to `MAX_RUNS` runs over one suite.

    Raises: UsageError for no run or too many; UserError for runs over different suites.
    """
    if not 1 <= len(runs) <= MAX_RUNS:
        raise UsageError(f"a report shows 1 to {MAX_RUNS} runs, not {len(runs)}")
    other = next((run for run in runs if run.suite.ref.sha256 != runs[0].suite.ref.sha256), None)
    if other is not None:
        raise UserError(f"{other.name} was run over another suite than {runs[0].name}; make a report of each")
    corpus, scored = runs[0].suite.corpus, [run.scored for run in runs]
    articles = build_articles(corpus, spans_to_show(scored, corpus))
    samples = sample_views(scored, corpus, articles)
    script = Markup((HERE / "page.js").read_text("utf-8"))  # noqa: S704 - ours
    page = _environment().get_template("page.html").render(
        title=safe_text(runs[0].suite.path.name), runs=[_head(i, run) for i, run in enumerate(runs)],
        notes=[safe_text(f"{run.name}: {note}") for run in runs for note in run.notes] + _index_notes(runs),
        groups=_headline(scored), confusions=[_confusion(s) for s in scored], ways=[_ways(s) for s in scored],
        plots=_plots(runs), slices=_slices(scored), costs=[_cost(run) for run in runs],
        comparisons=_comparisons(runs), samples=samples, articles=list(articles.values()),
        kinds=sorted({s.kind for s in samples}), tags=sorted({t for s in samples for t in s.tags}),
        labels=sorted({s.gold_label for s in samples if s.gold_label}), answers=ANSWERS,
        script=script, script_hash=base64.b64encode(sha256(script.encode()).digest()).decode(),
        style=Markup((HERE / "page.css").read_text("utf-8")),  # noqa: S704 - ours
    )  # fmt: skip
    return page + "\n"


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _head(i: int, run: ScoredRun) -> dict[str, Any]:
    head = run.run.header
    n = len(run.scored)
    part = [f"tags {', '.join(head.tags)}"] if head.tags else []
    part += [f"limit {head.limit}"] if head.limit is not None else []
    part += ["oracle evidence"] if head.oracle_evidence else []
    return {
        "number": i, "letter": "ABCDEF"[i], "name": safe_text(run.name), "model": safe_text(head.model),
        "created": safe_text(head.created), "version": safe_text(head.version), "index": safe_text(head.index[:19]),
        "repeat": head.repeat, "part": safe_text("; ".join(part) or "whole suite"), "n": n, "unscored": run.n_unscored,
    }  # fmt: skip


def _index_notes(runs: Sequence[ScoredRun]) -> list[Markup]:
    if len({run.run.header.index for run in runs}) < 2:
        return []
    return [safe_text("the runs read different indexes: other sources, or indexed otherwise")]


def _headline(runs: Sequence[Sequence[ScoredSample]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Groups of figures; one that no run has is left out."""
    lines = [{"figure": f, "cells": [shown_metric(f, scored) for scored in runs]} for f in FIGURES]
    kept = [line for line in lines if any(metric.n for metric, _, _ in line["cells"])]  # type: ignore[attr-defined]
    return [(name, list(group)) for name, group in groupby(kept, key=lambda line: line["figure"].group)]  # type: ignore[attr-defined]


def _confusion(scored: Sequence[ScoredSample]) -> Table | None:
    rows = [row for item in scored for row in answer_pairs(item)]
    if not rows:
        return None
    counts = confusion_matrix(np.array(rows, dtype=np.float64), len(ANSWERS)).astype(int).tolist()
    return _table((*ANSWERS, "withheld"), list(zip(ANSWERS, counts, strict=True)))


def _ways(scored: Sequence[ScoredSample]) -> Table | None:
    counts = three_ways_of_no(scored)
    if not counts:
        return None
    return _table(_WAYS, [(gold, [counts[gold, said] for said in _WAYS]) for gold in _WAYS[:3]])


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, Sequence[int]]]) -> Table:
    return Table(
        columns, tuple((name, tuple((n, n / (sum(cells) or 1)) for n in cells)) for name, cells in rows if sum(cells))
    )


def _plots(runs: Sequence[ScoredRun]) -> list[tuple[str, Markup, str]]:
    """(title, drawing, what it says); none for what no run has."""
    names = [f"{'ABCDEF'[i]} {_legend(run.run.header.model)}" for i, run in enumerate(runs)]
    rows = {name: _confidence(run.scored) for name, run in zip(names, runs, strict=True)}
    rows = {name: table for name, table in rows.items() if len(table)}
    seconds = {
        name: [
            float(s)
            for item in run.scored
            if item.record is not None and isinstance(s := (item.record.get("run") or {}).get("latency_s"), int | float)
        ]
        for name, run in zip(names, runs, strict=True)
    }
    found = []
    if rows:
        found.append(("Reliability", reliability_plot(rows), "On the broken line, probability is the share right."))
        found.append(("Risk and coverage", risk_coverage_plot(rows), "Wrong among the answers it is surest of."))
    if any(seconds.values()):
        found.append(("Latency", latency_plot(seconds), "Share of answers that came within so many seconds."))
    return found


def _legend(name: str) -> str:
    """A name that matplotlib draws as it is: no formula, nothing that acts, not too long."""
    kept = "".join(char if char.isprintable() else "�" for char in name)
    return (kept if len(kept) <= 28 else f"{kept[:27]}…").replace("$", r"\$")


def _confidence(scored: Sequence[ScoredSample]) -> Rows:
    rows = [row for item in scored for row in confidence_rows(item)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)


def _slices(runs: Sequence[Sequence[ScoredSample]]) -> list[tuple[str, list[tuple[str, list[Metric]]]]]:
    """Right answers by type, gold answer and tag; (name, one metric a run)."""

    def by(keys: Callable[[Sample], Iterable[str]]) -> list[tuple[str, list[Metric]]]:
        names = sorted({key for scored in runs for item in scored for key in keys(item.sample)})
        return [
            (name, [metric([i for i in scored if name in keys(i.sample)], "right") for scored in runs])
            for name in names
        ]

    return [
        ("type", by(lambda s: [s.type or "claim"])),
        ("gold answer", by(lambda s: [s.answer] if s.allowed_answers and s.answer else [])),
        ("tag", by(lambda s: s.tags)),
    ]


def _cost(run: ScoredRun) -> dict[str, Any]:
    records = [item.record for item in run.scored if item.record is not None]
    return {"latency": latency(records), "total": cost_of(run.scored)}


def _comparisons(runs: Sequence[ScoredRun]) -> list[dict[str, Any]]:
    found, labels = [], {figure.scorer: figure.label for figure in FIGURES}
    for i, run in enumerate(runs[1:], 1):
        rows = compare_all(runs[0].scored, run.scored)
        lines = [
            {
                "c": c,
                "label": labels[c.scorer],
                "interval": shown_interval(c),
                "p": shown_p(c.p_change),
                "sure": c.p_change <= 0.05,
            }
            for c in rows
        ]
        found.append({"letter": "ABCDEF"[i], "lines": lines, "detectable": detectable(rows[0], rows[0].detectable)})
    return found

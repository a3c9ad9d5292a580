"""Plots as inline SVG, by matplotlib: the same data give the same bytes, and colours follow the page's theme."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from eval.score import Rows
from eval.scorers.calibration import reliability
from eval.scorers.risk_coverage import risk_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["latency_plot", "reliability_plot", "risk_coverage_plot"]

# matplotlib knows no CSS variables: it draws in colours that nothing else has, which are then replaced.
_INK, _RULE = "#010203", "#010204"
_RUNS = tuple(f"#0102{10 + i}" for i in range(6))
_THEME = {_INK: "var(--ink-soft)", _RULE: "var(--rule)"} | {c: f"var(--run-{i})" for i, c in enumerate(_RUNS)}
_MARKERS = "osD^v*"
_STYLE: Mapping[Any, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "factcheck", "font.family": "sans-serif", "font.size": 10,
    "axes.edgecolor": _RULE, "axes.labelcolor": _INK, "text.color": _INK, "xtick.color": _INK, "ytick.color": _INK,
    "grid.color": _RULE, "axes.grid": True, "grid.linewidth": 0.5, "axes.spines.top": False, "axes.spines.right": False,
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none", "legend.frameon": False,
}  # fmt: skip


def reliability_plot(runs: Mapping[str, Rows]) -> Markup:
    """Mean probability against the share of right answers, ten bins of equal mass, Wilson's 95 % as bars."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_INK, linewidth=0.8, linestyle=(0, (4, 4)))
        for i, (name, rows) in enumerate(runs.items()):
            bins = reliability(rows)
            x, y = [b.confidence for b in bins], [b.accuracy for b in bins]
            reach = [[b.accuracy - b.low for b in bins], [b.high - b.accuracy for b in bins]]
            axes.errorbar(x, y, yerr=reach, label=name, **_line(i), elinewidth=1, capsize=2)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="probability, mean of a bin", ylabel="share of right answers")
        axes.set_aspect("equal")

    return _svg("reliability", "Reliability diagram", draw, runs, size=(4.6, 4.6))


def risk_coverage_plot(runs: Mapping[str, Rows]) -> Markup:
    """The share of wrong answers among the most probable, over the share of questions that are answered."""

    def draw(axes: Axes) -> None:
        top = 0.1
        for i, (name, rows) in enumerate(runs.items()):
            curve = risk_coverage(rows)
            top = max(top, float(curve[:, 1].max(initial=0)))
            step = max(1, len(curve) // 200)  # a curve of thousands of points looks the same with two hundred
            kept = curve[[*range(0, len(curve) - 1, step), len(curve) - 1]] if len(curve) else curve
            axes.plot(kept[:, 0], kept[:, 1], label=name, **{**_line(i), "marker": ""})
        axes.set(xlim=(0, 1), ylim=(0, min(1.0, top * 1.1)))
        axes.set(xlabel="coverage: share answered", ylabel="risk: share wrong")

    return _svg("risk", "Risk-coverage curve", draw, runs, size=(4.6, 4.6))


def latency_plot(runs: Mapping[str, Sequence[float]]) -> Markup:
    """The share of answers that came within so many seconds."""

    def draw(axes: Axes) -> None:
        for i, (name, seconds) in enumerate(runs.items()):
            known = sorted(seconds)
            step = max(1, len(known) // 200)
            places = sorted({*range(0, len(known), step), len(known) - 1})
            share = [(k + 1) / len(known) for k in places]
            line = {**_line(i), "marker": "", "drawstyle": "steps-post"}
            axes.plot([known[k] for k in places], share, label=name, **line)
        longest = max((max(s) for s in runs.values() if s), default=1.0)
        axes.set(xlim=(0, longest * 1.02 or 1), ylim=(0, 1), xlabel="seconds", ylabel="share of answers within")

    return _svg("latency", "Latency", draw, {n: s for n, s in runs.items() if s}, size=(4.6, 4.6))


def _line(i: int) -> dict[str, Any]:
    dashes = ("-", "--", ":")[i % 3]  # told apart without colour too
    return {"color": _RUNS[i], "marker": _MARKERS[i], "markersize": 4, "linewidth": 1.6, "linestyle": dashes}


def _svg(
    name: str, title: str, draw: Callable[[Axes], None], runs: Mapping[str, object], *, size: tuple[float, float]
) -> Markup:
    import matplotlib as mpl  # noqa: PLC0415 (half a second)
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context({**_STYLE, "svg.hashsalt": f"factcheck-{name}"}):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        if len(runs) > 1:
            axes.legend(loc="best")
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return Markup(_inline(out.getvalue(), name, title))  # noqa: S704 - matplotlib escapes what it is given


def _inline(svg: str, name: str, title: str) -> str:
    """The drawing without what belongs to a file of its own; ids get a prefix, since a page has several drawings."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|xlink:href="#)', rf"\g<1>{name}-", svg)
    svg = svg.replace("xlink:href=", "href=")
    head = f'<svg role="img" aria-label="{escape(title)}" class="plot" '
    svg = re.sub(r"<svg\b[^>]*?(viewBox=\"[^\"]*\")[^>]*>", rf"{head}\1>", svg, count=1)
    for colour, variable in _THEME.items():
        svg = svg.replace(colour, variable)
    return svg

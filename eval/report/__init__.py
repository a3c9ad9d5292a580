"""One self-contained HTML page of one or more runs over a suite."""

from eval.report.page import render_report

__all__ = ["render_report"]

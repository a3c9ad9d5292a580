"""The pytest plugin: `pytest --factcheck SUITE` makes one test of each gold label.

It is loaded with every pytest run, so nothing is imported here; what it needs is imported where a suite is given.
Labels are asked offline with the model `none`, unless another one is named. docs/pytest.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

MARKER = "factcheck: a gold label, asked of the sources; made by --factcheck SUITE"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; without `--factcheck` the others do nothing."""
    group = parser.getgroup("factcheck", "factcheck: gold labels as tests")
    group.addoption(
        "--factcheck", action="append", default=[], metavar="SUITE",
        help="a file of gold labels, or the name of one that ships; one test a label; may be repeated",
    )  # fmt: skip
    group.addoption("--factcheck-model", default="none", metavar="MODEL", help="none (offline, default), local, …")
    group.addoption(
        "--factcheck-tag", action="append", default=[], metavar="TAG", help="only labels with this tag; may be repeated"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; take the suites for paths to collect: alone if no other path was given.

    Raises: pytest.UsageError: no such suite.
    """
    config.addinivalue_line("markers", MARKER)
    if not config.getoption("factcheck"):
        return
    import pytest  # noqa: PLC0415

    from eval.suite import find_suite  # noqa: PLC0415
    from factcheck.errors import UserError  # noqa: PLC0415

    try:
        suites = [str(find_suite(given).resolve()) for given in dict.fromkeys(config.getoption("factcheck"))]
    except UserError as error:
        raise pytest.UsageError(f"--factcheck: {error}") from None
    given = list(config.args) if config.args_source is pytest.Config.ArgsSource.ARGS else []
    config.args = [*given, *suites]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The labels of a suite that was asked for; None for any other file."""
    asked = parent.config.getoption("factcheck")
    if not asked:
        return None
    from eval.pytest_gold import GoldSuite  # noqa: PLC0415
    from eval.suite import find_suite  # noqa: PLC0415

    if file_path.resolve() not in {find_suite(given).resolve() for given in asked}:
        return None
    suite: pytest.Collector = GoldSuite.from_parent(parent, path=file_path)
    return suite

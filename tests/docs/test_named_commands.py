"""Every `factcheck …` that a page, a template or a message names in code marks is a command that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from factcheck.cli.main import cli
from factcheck.cli.review import ReviewGroup

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "benchmarks",
    "docs",
    "eval",
    "factcheck",
    "pipeline",
    "prompts",
    "review",
    "seeds",
    "training",
    "vectorstore",
)
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`|<code>(.+?)</code>", re.DOTALL)
_CALL = re.compile(r"(?<![\w.-])factcheck ([^\n]+)")


def commands_in(text: str) -> Iterator[str]:
    """Yield what follows `factcheck` in code marks, and on the lines of fenced blocks up to a comment or a pipe."""
    for block in _FENCE.findall(text):
        yield from (re.split(r" [#|>&·]|`", said)[0] for said in _CALL.findall(block))
    for marked in _CODE.findall(_FENCE.sub("", text)):
        yield from _CALL.findall(" ".join("".join(marked).split()))


def texts() -> Iterator[tuple[str, str]]:
    """Yield (place, text): pages, templates and scripts whole, of Python the strings, as they read when joined."""
    yield "README.md", (ROOT / "README.md").read_text("utf-8")
    for name in ("Makefile", ".env.example"):
        yield name, f"```\n{(ROOT / name).read_text('utf-8')}```"
    for path in (path for folder in PACKAGES for path in sorted((ROOT / folder).rglob("*"))):
        place = str(path.relative_to(ROOT))
        if path.suffix in {".md", ".html", ".j2", ".js"}:
            yield place, path.read_text("utf-8")
        elif path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant | ast.JoinedStr):
                    yield f"{place}:{node.lineno}", _joined(node)


def _joined(node: ast.expr) -> str:
    """A string as it reads; what is filled in is `…`."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_joined(value) for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "…"


def fault(said: str) -> str | None:
    """What in `eval run SUITE --tag dev` does not exist; None if all does. `a | b` are alternatives in one place."""
    first, *others = re.split(r" \\?\| ", said)
    command, group = _resolve(first.split())
    for other in others:
        word = other.split()[0]
        if not word.startswith("-") and word not in group.list_commands(click.Context(group)):
            return f"{word} is no command of {group.name}"
    if isinstance(command, str):
        return command
    known = {"-h", "--help"} | {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    options = {word.strip("[].,;:") for word in said.split()}
    return next(
        (f"{command.name} has no {o}" for o in sorted(options) if re.match(r"--?[a-z]", o) and o not in known), None
    )


def _resolve(words: list[str]) -> tuple[click.Command | str, click.Group]:
    """Return the command and the group that it is in; instead of the command, the fault where there is none."""
    command: click.Command = cli
    group: click.Group = cli
    for word in words:
        if not isinstance(command, click.Group):
            break
        group = command
        below = group.get_command(click.Context(group), word)
        plain = re.fullmatch(r"[a-z][a-z-]+", word)
        if below is None and isinstance(group, ReviewGroup) and not plain and word not in ("-h", "--help"):
            below = group.get_command(click.Context(group), "open")
        if below is None:
            return (f"{word} is no command of {group.name}" if plain else command), group
        command = below
    return command, group


def test_every_command_that_is_named_exists() -> None:
    named = [(place, said) for place, text in texts() for said in commands_in(text)]
    assert len(named) > 250  # or nothing is found any more
    assert [f"{place}: factcheck {said}: {wrong}" for place, said in named if (wrong := fault(said))] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("<code>factcheck review reviewer add NAME</code>", "reviewer is no command of review"),
        ("`factcheck\nreview add-reviewer NAME`", None),
        ("`factcheck review RUN --open`", None),
        ("`factcheck review RUN --opne`", "open has no --opne"),
        ("`factcheck review answers.ndjson`", None),
        ("`factcheck eval run | compare | gaet`", "gaet is no command of eval"),
        ("`factcheck ingest PATH… \\| --url URL`", None),
        ("```sh\nX=1 factcheck aks 'q' # c\n```", "aks is no command of cli"),
        ("```sh\nfactcheck ask 'q' --json | jq --raw\n```", None),
        ("`factcheck eval …`", None),
    ],
)
def test_what_is_seen(text: str, wrong: str | None) -> None:
    assert [fault(said) for said in commands_in(text)] == [wrong]

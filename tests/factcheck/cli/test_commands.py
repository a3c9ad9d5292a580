"""Every command prints its help, and the help of the whole costs no heavy import."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from factcheck.cli.main import COMMANDS, cli

HEAVY = (
    "chromadb",
    "langchain",
    "langchain_core",
    "numpy",
    "onnxruntime",
    "openai",
    "pydantic",
    "rich",
    "tiktoken",
    "tokenizers",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_prints_its_help(name: str) -> None:
    assert isinstance(importlib.import_module(COMMANDS[name][0]).command, click.Command)
    done = CliRunner().invoke(cli, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"Usage: cli {name}")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_nothing_heavy_is_imported_for(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from factcheck.cli.main import main\n"
        f"try: main({arguments})\n"
        "except SystemExit as done: assert done.code in (0, None), done.code\n"
        f"print(sorted(set({HEAVY}) & set(sys.modules)))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(cli, ["aks"]).exit_code == 2

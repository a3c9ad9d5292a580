"""Generated pages are up to date and complete; hand-written tables match the code."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from docs import generate
from factcheck import errors
from factcheck.cli.main import COMMANDS
from factcheck.settings import ENV_PREFIX, Settings

Page = Callable[[str], str]


@pytest.mark.parametrize("path", generate.generated_files(), ids=lambda path: path.name)
def test_page_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == generate.generated_files()[path], "run `make docs`"


def test_check_says_which_page_is_stale_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    (tmp_path / "settings.md").write_text("<!-- generated: begin -->\nold\n<!-- generated: end -->\nrest\n")
    (tmp_path / "cli.md").write_text(generate.cli_page())
    (tmp_path / "evaluation.md").write_text(
        (Path(generate.__file__).parent / "evaluation.md").read_text("utf-8"), "utf-8"
    )
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/settings.md: out of date; run `make docs`\n"
    assert "old" in (tmp_path / "settings.md").read_text()
    assert generate.main([]) == 0
    assert (tmp_path / "settings.md").read_text().endswith("-->\nrest\n")
    assert generate.main(["--check"]) == 0


def test_every_setting_has_its_name_environment_name_and_default(page: Page) -> None:
    table = {line.split("`")[1]: line for line in page("settings.md").splitlines() if line.startswith("| `")}
    assert set(Settings.model_fields) <= set(table)
    for name, field in Settings.model_fields.items():
        assert f"`{ENV_PREFIX}{name.upper()}`" in table[name]
        assert field.default_factory or field.default is None or f"`{field.default}`" in table[name]


def test_examples_of_settings_are_valid(page: Page) -> None:
    Settings(**tomllib.loads(page("settings.md").partition("```toml\n")[2].partition("```")[0]))
    example = (generate.DOCS.parent / ".env.example").read_text("utf-8")
    names = [line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line and "_" in line]
    ours = [name.removeprefix(ENV_PREFIX).lower() for name in names if name.startswith(ENV_PREFIX)]
    assert ours
    assert set(ours) <= set(Settings.model_fields)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section_and_a_line_in_help(name: str, page: Page) -> None:
    text = page("cli.md")
    assert f"\n## factcheck {name}\n" in text
    assert COMMANDS[name][1] in text


def test_every_error_has_its_kind_and_exit_code(page: Page) -> None:
    shown = {
        tuple(cell.strip(" `") for cell in line.split("|")[1:4])
        for line in page("errors.md").splitlines()
        if "|" in line
    }
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert {(kind.__name__, kind("").kind, str(kind.exit_code)) for kind in kinds} <= shown


def test_links_between_pages_lead_somewhere() -> None:
    root = generate.DOCS.parent
    for path in [root / "README.md", *generate.DOCS.glob("*.md")]:
        for target in [part.partition(")")[0] for part in path.read_text("utf-8").split("](")[1:]]:
            assert target.startswith("http") or (path.parent / target.partition("#")[0]).exists(), (
                f"{path.name}: {target}"
            )

"""What is installed: our folders are ours alone, and the wheel holds every file that is read at run time."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FOLDERS = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
NAME = PYPROJECT["project"]["name"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_other_distribution_ships_our_folder(folder: str) -> None:
    try:
        importlib.metadata.version(NAME)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{NAME} is not installed here; `make test` installs it")
    owners = set(importlib.metadata.packages_distributions().get(folder, [NAME]))  # editable: none is named
    assert owners == {NAME}, "two distributions with the same folder overwrite each other silently"


def test_every_import_package_is_shipped_typed_and_checked() -> None:
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests", "training"}
    assert set(FOLDERS) == here
    assert [folder for folder in FOLDERS if not (ROOT / folder / "py.typed").is_file()] == []
    assert set(PYPROJECT["tool"]["mypy"]["packages"]) == here
    assert set(PYPROJECT["tool"]["importlinter"]["root_packages"]) == here


@pytest.mark.parametrize("name", ["lock.txt", "dev.txt"])
def test_lock_pins_every_dependency_with_a_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    assert "://" not in text
    pinned = re.findall(r"^([a-z0-9.-]+)==\S+(?: ; [^\\]+)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + (extras["test"] + extras["dev"] if name == "dev.txt" else [])
    names = {re.split(r"[^A-Za-z0-9_.-]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - set(pinned) == set(), "run `make lock`"


@pytest.mark.slow
def test_wheel_holds_all_that_is_read_at_run_time(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="the build backend is in requirements/dev.txt")
    arguments = ["wheel", "--no-deps", "--no-build-isolation", "-q", "-w", str(tmp_path), str(ROOT)]
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    listed = subprocess.run(["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(listed.stdout.split("\n")) - {""} - names == set()
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}

"""The plugin in a pytest of its own: what passes, fails and errs; and that it costs nothing where it is not used."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

from eval import pytest_gold
from eval.assertions import assert_not_supported, assert_refuted, assert_supported
from factcheck.errors import SourceError, UserError
from factcheck.records import Question
from factcheck.settings import Settings
from pipeline.answerer import open_answerer

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
INSTALLED = any(point.name == "factcheck" for point in entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "eval.pytest_plugin")
TEXT = "The pact was signed in Moscow on 17 January 2025. It is valid for 20 years."
RIGHT = {
    "id": "place",
    "question": "Was the pact signed in Moscow?",
    "type": "boolean",
    "answer": "yes",
    "tags": ["one"],
}
WRONG = {
    "id": "term", "question": "How long is the pact valid?", "type": "duration", "answer": "5 years",
    "value": {"iso": "P5Y"}, "stances": {"a.txt": "supports"}, "evidence": {"a.txt": ["valid for 20 years"]},
    "note": "On purpose.",
}  # fmt: skip
CLAIM = {"id": "claim", "claim": "The pact is valid for 20 years.", "answer": "supported"}


@pytest.fixture(scope="module")
def loaded(seed_settings: Settings) -> None:
    """Import here, once, what an answer imports late: pytester forgets what its runs import."""
    with open_answerer(seed_settings) as answerer:
        for text in ("Was the treaty signed?", "How long is the treaty valid?"):
            answerer.answer(Question(text))


@pytest.fixture
def suite(pytester: pytest.Pytester, loaded: None) -> Path:
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    (pytester.path / "gold").mkdir()
    (pytester.path / "gold/a.txt").write_text(TEXT)
    path = pytester.path / "gold/s.yaml"
    path.write_text(
        yaml.safe_dump({"schema": "factcheck/gold/1", "corpus": ["a.txt"], "samples": [RIGHT, WRONG, CLAIM]})
    )
    return path


def test_one_test_a_label(pytester: pytest.Pytester, suite: Path) -> None:
    pytester.makepyfile(test_own="def test_own(): pass")
    ran = pytester.runpytest(*PLUGIN, "--factcheck", "gold/s.yaml", "-v", "--junitxml=j.xml", "--strict-markers")
    ran.assert_outcomes(passed=2, failed=1)  # without another path, the suite alone
    ran.stdout.fnmatch_lines(["gold/s.yaml::place PASSED*", "gold/s.yaml::term FAILED*", "gold/s.yaml::claim PASSED*"])
    ran.stdout.fnmatch_lines(
        ["How long is the pact valid[?]", "wrong: '20 years', gold '5 years'", "verdict supported*"]
    )
    ran.stdout.fnmatch_lines(
        ["supports: a.txt 50:75: “It is valid for 20 years.”", "gold: a.txt: “valid for 20 years”"]
    )
    assert 'name="factcheck_answer" value="20 years"' in (pytester.path / "j.xml").read_text()
    both = pytester.runpytest(*PLUGIN, "--factcheck", "gold/s.yaml", "--factcheck-tag", "one", "test_own.py")
    both.assert_outcomes(passed=2)
    marked = pytester.runpytest(*PLUGIN, "--factcheck", "gold/s.yaml", "test_own.py", "-m", "factcheck", "-k", "claim")
    marked.assert_outcomes(passed=1, deselected=3)


def test_an_outage_is_an_error_and_no_failure(
    pytester: pytest.Pytester, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pytest_gold, "ask", lambda *_, **__: {"error": {"kind": "model_unavailable", "message": "no server"}}
    )
    ran = pytester.runpytest(*PLUGIN, "--factcheck", "gold/s.yaml", "-k", "place")
    ran.assert_outcomes(errors=1, deselected=2)
    ran.stdout.fnmatch_lines(["no answer: model_unavailable: no server"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--factcheck", "none.yaml"), "--factcheck: no suite 'none.yaml': give the path of a gold file"),
        (("--factcheck", "bad.yaml"), "bad.yaml: samples"),
        (("--factcheck", "gold/s.yaml", "--factcheck-tag", "tow"), "no tag 'tow' in the suite"),
    ],
)
def test_bad_suites_are_told(pytester: pytest.Pytester, suite: Path, arguments: tuple[str, ...], said: str) -> None:
    (pytester.path / "bad.yaml").write_text("schema: factcheck/gold/1\ncorpus: [a.txt]\nsamples: [{id: a, anser: x}]\n")
    ran = pytester.runpytest(*PLUGIN, *arguments)
    assert ran.ret not in (0, 1)
    assert said in ran.stdout.str() + ran.stderr.str()
    assert "Traceback" not in ran.stdout.str() + ran.stderr.str()


def test_it_is_an_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"factcheck": "eval.pytest_plugin"}


def test_it_imports_nothing_where_it_is_not_used() -> None:
    code = "import sys; before = set(sys.modules); import eval.pytest_plugin; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(re.findall(r"'([^']+)'", done.stdout))
    assert {name for name in loaded if name.partition(".")[0] in ("factcheck", "pipeline", "vectorstore")} == set()
    assert not loaded & {"numpy", "pydantic", "yaml", "onnxruntime", "chromadb", "click", "pytest", "_pytest"}
    (own_us,) = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+eval\.pytest_plugin", done.stderr)
    assert int(own_us) < 100_000  # a tenth of a second even on a busy machine


def test_what_the_text_says_is_supported() -> None:
    assert_supported("The pact is valid for 20 years.", TEXT)
    assert_not_supported("The pact is valid for 20 years.", "Snow fell on the hills.")


def test_a_failed_assertion_says_what_was_judged() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_supported("The pact is valid for 20 years.", "Snow fell on the hills.")
    assert str(caught.value).startswith("not supported (0.5): 'The pact is valid for 20 years.'\nsupports 0.")
    assert str(caught.value).endswith("judged at 0:23: 'Snow fell on the hills.'")
    with pytest.raises(AssertionError, match=r"^not refuted"):
        assert_refuted("The pact is valid for 20 years.", TEXT)
    with pytest.raises(AssertionError, match=r"^supported"):
        assert_not_supported("The pact is valid for 20 years.", TEXT)


def test_what_the_text_denies_is_refuted() -> None:
    assert_refuted("The pact was signed in Tehran.", "The pact was not signed in Tehran.")


def test_a_path_is_read_and_bad_input_is_no_failed_assertion(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert_supported("The pact is valid for 20 years.", tmp_path / "a.txt")
    with pytest.raises(SourceError):
        assert_supported("The pact is valid.", tmp_path / "none.txt")
    with pytest.raises(UserError, match="claim"):
        assert_supported(" ", TEXT)


def test_a_model_that_cannot_be_had_is_one_line_an_item(pytester: pytest.Pytester, suite: Path) -> None:
    ran = pytester.runpytest(*PLUGIN, "--factcheck", "gold/s.yaml", "--factcheck-model", "nonsense")
    ran.assert_outcomes(errors=3)
    ran.stdout.fnmatch_lines(["s.yaml: no model is called 'nonsense'*"])
    assert "Traceback" not in ran.stdout.str()

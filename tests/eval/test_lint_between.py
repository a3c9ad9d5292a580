"""What the lint finds between samples and between files, and in values; and the command."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from numpy.typing import NDArray

from eval.carry import carries
from eval.gold import Sample, read_gold
from eval.lint import lint_files
from eval.lint_support import doubted
from factcheck.cli.main import cli
from factcheck.errors import ChecksFailed, UserError

GOLD = Path(__file__).parents[2] / "eval" / "gold"
TEXT = (
    "The pact is valid for 20 years. "
    + "Snow fell on the hills all day. " * 20
    + "It was signed on January 17 by Ann Lee."
)


def claim(id_: str, text: str, answer: str, **more: Any) -> dict[str, Any]:
    """A claim over one source; its quote is given for a verdict that needs one."""
    stance = {"supported": "supports", "refuted": "refutes"}.get(answer, "silent")
    evidence = {} if stance == "silent" else {"a.txt": ["The pact is valid for 20 years"]}
    return {"id": id_, "claim": text, "answer": answer, "stances": {"a.txt": stance}, "evidence": evidence, **more}


def suite(folder: Path, name: str, *samples: dict[str, Any]) -> Path:
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    path = folder / name
    path.write_text(yaml.safe_dump({"schema": "factcheck/gold/1", "corpus": ["a.txt"], "samples": list(samples)}))
    return path


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("The pact binds.", "supported"), ("The pact does not bind.", "supported"), []),  # `bind` is another word
        (("The pact is void.", "supported"), ("The pact is not void.", "supported"), ["contradiction"]),
        (("The pact is void.", "supported"), ("The pact is not void.", "refuted"), []),
        (("The pact is void.", "supported"), ("The pact is not void.", "not_enough_evidence"), ["contradiction"]),
        (("The pact is void.", "not_enough_evidence"), ("The pact is not void.", "not_enough_evidence"), []),
        (("The pact is void.", "supported"), ("The pact is not never void.", "refuted"), []),  # even: the same claim
    ],
)
def test_a_claim_and_its_negation_need_opposite_labels(
    tmp_path: Path, first: tuple[str, str], second: tuple[str, str], expected: list[str]
) -> None:
    path = suite(tmp_path, "g.yaml", claim("one", *first), claim("two", *second))
    assert [f.check for f in lint_files([path])] == expected


def test_questions_that_start_with_a_negation_ask_the_same(tmp_path: Path) -> None:
    asked = {"type": "boolean", "answer": "yes", "stances": {"a.txt": "supports"}}
    asked["evidence"] = {"a.txt": ["The pact is valid for 20 years"]}
    one = {"id": "one", "question": "Is the pact valid?", **asked}
    two = {"id": "two", "question": "Isn't the pact valid?", **asked}
    assert lint_files([suite(tmp_path, "g.yaml", one, two)]) == []


def test_a_family_with_evidence_far_apart_is_a_warning(tmp_path: Path) -> None:
    far = claim("far", "It was signed.", "supported", family="f", evidence={"a.txt": ["It was signed on January 17"]})
    path = suite(tmp_path, "g.yaml", claim("near", "It is valid.", "supported", family="f"), far)
    (found,) = lint_files([path])
    assert (found.check, found.level, found.sample) == ("family", "warning", "far")
    assert str(found) == f"{path}: far: warning: family 'f' may mix facts: no evidence near that of near [family]"


def test_files_are_compared_with_each_other(tmp_path: Path) -> None:
    one = suite(tmp_path, "one.yaml", claim("a", "The pact is void.", "supported", family="f", tags=["dev"]))
    two = suite(tmp_path, "two.yaml", claim("b", "the pact is void", "refuted", family="f", tags=["test"]))
    assert lint_files([one]) == lint_files([two]) == []
    assert [(f.path, f.sample, f.check) for f in lint_files([one, two])] == [
        (str(two), "b", "contradiction"),
        (str(two), "b", "split"),
    ]


@pytest.mark.parametrize(
    ("type_", "value", "accept", "quote", "expected"),
    [
        ("date", {"iso": "2025-01-17", "precision": "day"}, [], "signed on January 17", True),
        ("date", {"iso": "2025-01-18", "precision": "day"}, [], "signed on January 17", False),
        ("date", {"iso": "2024-05", "precision": "month"}, [], "died in May of last year", True),
        ("date", {"iso": "1991", "precision": "year"}, [], "the collapse in 1991", True),
        ("duration", {"iso": "P20Y"}, [], "valid for twenty years", True),
        ("duration", {"iso": "P2Y"}, [], "valid for twenty years", False),
        (
            "number",
            {"number": 55e9, "unit": "m3/year"},
            [],
            "2 to 5 billion cubic meters per year",
            False,
        ),
        ("number", {"number": 2e9, "unit": "m3/year"}, [], "an initial 2 billion cubic meters per year", True),
        ("entity", {"text": "Ann Lee"}, [], "signed by Ann Lee", True),
        ("entity", {"text": "Ann Lee"}, ["Lee"], "signed by Dr Lee", True),
        ("entity", {"text": "Ann Lee"}, [], "signed by Bob", False),
        ("list", {"items": ["snow", "rain"]}, [], "rain and snow", True),
        ("list", {"items": ["snow", "hail"]}, [], "rain and snow", False),
        ("choice", {"text": "a reformist"}, [], "the reformist figure", True),
    ],
)
def test_a_value_stands_in_its_evidence(
    type_: str, value: dict[str, Any], accept: list[str], quote: str, expected: bool
) -> None:
    answer = str(value.get("text", "as the value says"))
    sample = Sample(
        id="a", question="?", type=type_, answer=answer, value=value, accept=accept, evidence={"a.txt": [quote]}
    )
    assert carries(sample) is expected


def test_a_value_that_no_quote_states_is_found(tmp_path: Path) -> None:
    sample = {"id": "a", "question": "How long?", "type": "duration", "answer": "10 years", "value": {"iso": "P10Y"}}
    sample |= {"stances": {"a.txt": "supports"}, "evidence": {"a.txt": ["The pact is valid for 20 years"]}}
    (found,) = lint_files([suite(tmp_path, "g.yaml", sample)])
    assert found.check == "carry"
    assert "answer '10 years' (iso 'P10Y') stands in none of the quotes" in found.message


class Contrary:
    """A scorer that says of everything that it refutes."""

    name = "contrary"

    def score_support(self, claim: str, passages: list[str]) -> NDArray[np.float32]:
        return np.array([[0.1, 0.8, 0.1]] * len(passages), dtype=np.float32)


def test_what_the_verifier_doubts_is_a_warning() -> None:
    samples = [Sample.model_validate(claim("a", "It is valid.", a)) for a in ("supported", "refuted")]
    (found,) = doubted(samples, Contrary())
    assert (found.level, found.message) == (
        "warning",
        "a.txt supports, and the verifier reads its quotes as refuting (0.80)",
    )


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["eval", "lint", *arguments])
    if isinstance(result.exception, (ChecksFailed, UserError)):
        return result.exception.exit_code, result.stdout
    return result.exit_code, result.stdout


def test_the_command_says_each_finding_and_fails(tmp_path: Path) -> None:
    bad = suite(tmp_path, "bad.yaml", claim("a", "It snows.", "supported", evidence={"a.txt": ["Snow fell in May"]}))
    code, out = run(str(bad))
    assert (code, out) == (3, f"{bad}: a: not in a.txt: 'Snow fell in May' [quote]\n")
    code, out = run(str(bad), "--json")
    assert (code, json.loads(out)["check"]) == (3, "quote")
    assert run(str(suite(tmp_path, "good.yaml", claim("a", "It is valid.", "supported")))) == (0, "")
    assert run(str(tmp_path / "none.yaml"))[0] == 1
    assert run()[0] == 2


def test_a_warning_fails_only_when_strict(tmp_path: Path) -> None:
    far = claim("far", "It was signed.", "supported", family="f", evidence={"a.txt": ["It was signed on January 17"]})
    path = str(suite(tmp_path, "g.yaml", claim("near", "It is valid.", "supported", family="f"), far))
    assert run(path)[0] == 0
    assert run(path, "--strict")[0] == 3


def test_the_shipped_files_are_clean_together() -> None:
    assert lint_files([GOLD / "treaty.yaml", GOLD / "claims.yaml", GOLD / "newcomer.yaml"]) == []


def test_an_empty_list_of_quotes_is_no_evidence(tmp_path: Path) -> None:
    path = suite(tmp_path, "g.yaml", claim("a", "It is valid.", "supported", evidence={"a.txt": []}))
    assert [(f.check, f.message) for f in lint_files([path])] == [("stance", "a.txt supports without evidence")]


def test_the_shipped_claims_are_enough_of_each_kind() -> None:
    samples = read_gold(GOLD / "claims.yaml").samples
    verdicts = Counter(s.answer for s in samples)
    assert len(samples) >= 60
    assert min(verdicts.values()) >= 8
    assert len(verdicts) == 4
    assert all(s.claim and len({"dev", "test"} & set(s.tags)) == 1 for s in samples)
    halves = Counter(tag for s in samples for tag in s.tags if tag in ("dev", "test"))
    assert abs(halves["dev"] - halves["test"]) <= 14
    said, flat = ({s.family for s in samples if tag in s.tags} for tag in ("attributed", "flat"))
    assert len(said & flat) >= 6

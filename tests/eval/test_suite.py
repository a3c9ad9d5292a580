"""A suite as it is found, refused, and thinned."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from eval.suite import find_suite, open_suite, select
from factcheck.errors import UserError

GOLD = """schema: factcheck/gold/1
corpus: texts
samples:
  - {id: a, family: f, question: "Is it?", type: boolean, answer: yes, tags: [dev, x]}
  - {id: b, claim: It is., answer: supported, evidence: {one.txt: [It is so]}, tags: [dev]}
  - {id: c, question: "When?", type: date, answer: null, tags: [test, x]}
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("It is so.", "utf-8")
    path = tmp_path / "gold.yaml"
    path.write_text(GOLD, "utf-8")
    return path


def test_a_suite_says_what_its_file_was(gold: Path) -> None:
    suite = open_suite(str(gold))
    assert (suite.ref.path, suite.ref.n_samples, suite.ref.corpus) == (str(gold), 3, "texts")
    assert suite.ref.sha256 == sha256(gold.read_bytes()).hexdigest()
    assert list(suite.corpus) == ["one.txt"]


def test_the_suite_that_ships_is_found_by_its_name() -> None:
    assert find_suite("treaty").name == "treaty.yaml"
    with pytest.raises(UserError, match=r"no suite 'treati': .*one that ships: .*treaty"):
        find_suite("treati")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: b", "id: a", "id 'a' stands 2 times"),
        ("one.txt: [It", "two.txt: [It", r"samples\[1\] \(b\): source 'two.txt' is not in.*did you mean"),
        ("answer: yes, tags", "answer: yes, sources: [z], tags", r"samples\[0\] \(a\): source 'z' is not in"),
        ("samples:", "---\nsamples:", "expected a single document in the stream, but found another document"),
        ("corpus: texts", "corpus: nowhere", "corpus 'nowhere' is neither in"),
        ("schema: factcheck/gold/1", "schema: factcheck/gold/2", "schema: 'factcheck/gold/2'"),
        ("answer: supported", "anwser: supported", r"samples\[1\] \(b\).*did you mean 'answer'"),
    ],
)  # fmt: skip
def test_a_suite_that_cannot_be_run_is_refused_with_the_place(gold: Path, old: str, new: str, message: str) -> None:
    gold.write_text(GOLD.replace(old, new), "utf-8")
    with pytest.raises(UserError, match=message):
        open_suite(str(gold))


def test_samples_are_chosen_by_tag_id_and_limit(gold: Path) -> None:
    samples = open_suite(str(gold)).samples

    def ids(**part: object) -> str:
        return "".join(s.id for s in select(samples, **part))  # type: ignore[arg-type]

    assert ids() == "abc"
    assert ids(tags=["dev"]) == "ab"
    assert ids(tags=["dev", "x"]) == "a"
    assert ids(ids=["c", "a"]) == "ac"
    assert ids(limit=2) == "ab", "0 * 3 // 2, 1 * 3 // 2"
    assert ids(limit=9) == "abc"


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"tags": ["dve"]}, "no tag 'dve' in the suite; did you mean 'dev'"),
        ({"ids": ["q"]}, "no sample 'q' in the suite; there are a, b, c"),
        ({"tags": ["dev"], "ids": ["c"]}, "no sample"),
    ],
)
def test_a_choice_that_leaves_nothing_is_refused(gold: Path, part: dict[str, list[str]], message: str) -> None:
    with pytest.raises(UserError, match=message):
        select(open_suite(str(gold)).samples, **part)  # type: ignore[arg-type]


def test_a_limit_is_spread_over_the_file() -> None:
    samples = open_suite("treaty").samples
    chosen = select(samples, limit=12)
    assert len({s.id for s in chosen}) == 12
    assert len({s.type for s in chosen}) >= 4

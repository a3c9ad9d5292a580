"""Our own stories: read as they are written, and made into pairs as the chain asks."""

import random
from pathlib import Path

import pytest

from training.stories import StoryError, held_out, read_stories, story_pairs, story_readings

STORY = """
# The reopening of the port of Halvorn
## A | Halvorn Courier | 2021-03-04 | Dockers end walkout
A1 The port of Halvorn opened its gates again on March 3 after nine days.
A2 Nobody at the port authority would say what the walkout had cost.
A3 The dockers went back to work with a rise of five per cent.
## B | Baltic Trade Review | 2021-03-09 | What the settlement leaves open
B1 The union had asked for eight per cent and settled for less.
B2 Ships may be diverted to Tarn until the summer.
B3 The minister hailed a victory for reason.

? Has the port of Halvorn reopened?
= The port of Halvorn has reopened.
+ A1

? Did the dockers win eight per cent?
= The dockers won a rise of eight per cent.
- A3 B1

? Does the settlement contain a ban on strikes?
= The settlement does not contain a ban on strikes.
~ B1

? Was the outcome a success?
= The outcome was a success.
+ B3
- B1
"""


def write(folder: Path, text: str = STORY) -> Path:
    (folder / "a.txt").write_text(text, "utf-8")
    return folder


def test_a_story_is_read_as_it_is_written(tmp_path: Path) -> None:
    (story,) = read_stories(write(tmp_path))
    assert story.title == "The reopening of the port of Halvorn"
    assert list(story.sentences) == ["A1", "A2", "A3", "B1", "B2", "B3"]
    assert story.claims[1].labels == {"A3": "refutes", "B1": "refutes"}
    assert [claim.verdict for claim in story.claims] == [
        "supported", "refuted", "not_enough_evidence", "conflicting_evidence",
    ]  # fmt: skip


def test_a_day_gets_the_year_of_its_article(tmp_path: Path) -> None:
    (story,) = read_stories(write(tmp_path))
    assert "March 3, 2021 after" in story.text("A1")


def test_every_label_becomes_a_pair_and_what_is_not_named_is_neutral(tmp_path: Path) -> None:
    (story,) = read_stories(write(tmp_path))
    pairs = [p for p in story_pairs([story], random.Random(0)) if p.origin == "stories"]
    labels = {(p.claim, p.passage): p.label for p in pairs}
    assert labels["The dockers won a rise of eight per cent.", story.text("A3")] == "refutes"
    first = [p for p in pairs if p.claim == "The port of Halvorn has reopened."]
    assert [p.label for p in first] == ["supports", "neutral", "neutral"]


def test_a_negated_claim_is_asked_by_its_twin_with_the_other_label(tmp_path: Path) -> None:
    text = STORY.replace("~ B1\n", "+ B1\n")
    (story,) = read_stories(write(tmp_path, text))
    pairs = story_pairs([story], random.Random(0))
    assert not any("does not contain" in p.claim for p in pairs)
    twins = {(p.claim, p.passage): p.label for p in pairs}
    assert twins["The settlement contains a ban on strikes.", story.text("B1")] == "refutes"


def test_a_drowned_passage_has_the_only_side_of_its_sentences(tmp_path: Path) -> None:
    (story,) = read_stories(write(tmp_path))
    drowned = [p for seed in range(40) for p in story_pairs([story], random.Random(seed)) if "drowned" in p.origin]
    assert drowned
    for pair in drowned:
        claim = next((c for c in story.claims if c.text == pair.claim), story.claims[2])  # else by its twin
        sides = {claim.labels.get(id_, "neutral") for id_ in story.sentences if story.text(id_) in pair.passage}
        assert pair.label == ("neutral" if sides <= {"neutral"} else next(iter(sides - {"neutral"})))


def test_a_value_is_read_where_its_words_stand_and_nowhere_else(tmp_path: Path) -> None:
    text = STORY + "\n? How long did the walkout last?\n@ A1 nine days\n\n? Who leads the union?\n@ -\n"
    (story,) = read_stories(write(tmp_path, text))
    assert [asked.answers for asked in story.asked] == [(("A1", "nine days"),), ()]
    for seed in range(20):
        for pair in story_readings([story], random.Random(seed)):
            held = pair.answer and pair.passage[slice(*pair.answer)]
            assert held == ("nine days" if "How long" in pair.claim and "nine days" in pair.passage else None)


def test_about_one_story_in_ten_is_held_out_and_more_stories_move_none(tmp_path: Path) -> None:
    stories = read_stories(write(tmp_path, "".join(STORY.replace("Halvorn", f"Halvorn {n}") for n in range(100))))
    out = held_out(stories, out=True)
    assert 4 <= len(out) <= 20
    assert len(held_out(stories, out=False)) == 100 - len(out)
    assert held_out(stories[50:], out=True) == [story for story in out if story in stories[50:]]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("+ A1 A9\n", "A9 is no sentence"),
        ("+ A1 A1\n", "named twice"),
        ("A1 again\n", "not understood"),
        ("? Is it?\n", "needs a statement or answers: Is it"),
        ("@ A1 nine days\n", "needs a statement or answers: One more"),
        ("? How long?\n@ A1 ten days\n", "A1 does not hold 'ten days'"),
        ("something else\n", "not understood: something else"),
    ],
)
def test_what_does_not_keep_to_the_form_is_named(tmp_path: Path, wrong: str, says: str) -> None:
    with pytest.raises(StoryError, match=says):
        read_stories(write(tmp_path, STORY + "\n? One more?\n= One more.\n" + wrong))


def test_the_stories_of_the_repository_can_be_read() -> None:
    stories = read_stories()
    assert len({story.title for story in stories}) == len(stories) > 0
    assert all(len(story.claims) >= 3 for story in stories)

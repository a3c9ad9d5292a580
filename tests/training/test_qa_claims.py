"""Claims from questions and answers: the wording, and which answers make which label."""

import random

import pytest

from training.qa_claims import claim_from_answer, kind_of, qa_pairs


@pytest.mark.parametrize(
    ("question", "answer", "claim"),
    [
        ("What leader of the reform was a student?", "Farel", "What leader of the reform was a student? Farel."),
        ("Who is the  president of France?", "the mayor", "The mayor is the president of France."),
        ("Who signed the treaty?", "Iran.", "Iran signed the treaty."),
        ("In what year did King Hugo die?", "1560", "In 1560 did King Hugo die."),
        ("What is the cycle sometimes called?", "a cycle", "What is the cycle sometimes called? A cycle."),
        ("Which country was the first to sign?", "Peru", "Peru was the first to sign."),
        ("Who did Iran sign with?", "Russia", "Who did Iran sign with? Russia."),
    ],
)  # fmt: skip
def test_wording(question: str, answer: str, claim: str) -> None:
    assert claim_from_answer(question, answer) == claim


def test_kinds() -> None:
    assert [kind_of(a) for a in ("18 million", "the Thames", "religion")] == ["number", "name", "words"]


def test_labels_and_wrong_answers() -> None:
    doc = {"doc": "A text.", "dataset": "squad2_halfdev", "licence": "open", "plausible": []}
    rows = [
        doc | {"question": "Who won?", "answers": ["Ann", "Ann Lee"], "answerable": True},
        doc | {"question": "Who lost?", "answers": ["Bob"], "answerable": True},
        doc | {"question": "How many?", "answers": ["7"], "answerable": True},
        doc | {"question": "Who slept?", "answers": [], "plausible": ["Cy"], "answerable": False},
        doc | {"question": "Who ate?", "answers": ["Di"], "answerable": True, "licence": "nc"},
    ]
    made = [(p.claim, p.label) for p in qa_pairs(rows, random.Random(0))]
    # "7" has no other number in its paragraph to be confused with; the nc row is never read.
    assert made == [
        ("Who won? Ann.", "supports"), ("Who won? Bob.", "unsupported"), ("Who lost? Bob.", "supports"),
        ("Who lost? Ann.", "unsupported"), ("How many? 7.", "supports"), ("Who slept? Cy.", "unsupported"),
    ]  # fmt: skip

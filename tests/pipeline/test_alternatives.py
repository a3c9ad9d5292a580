"""Which of two, or whether: over a table; and the claim that each choice makes true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Question
from pipeline.alternatives import alternatives, choice_claims
from pipeline.questions import parse_question

WHICH = {
    "Was the second officer or the captain on the bridge?": ("the second officer", "the captain"),
    "Did Haile or Wrona win the men's race?": ("Haile", "Wrona"),
    "Did Haile, Wrona or Brandt win the race?": ("Haile", "Wrona", "Brandt"),
    "Did 34 or 44 people die in the Grand Hotel?": ("34", "44"),
    "Did the Greens vote for or against the budget?": ("for", "against"),
    "Is the Tuva smaller or larger than the Solveig?": ("smaller", "larger"),
    "Did pay rise or fall?": ("rise", "fall"),
    "Is the ban on night flights in force or suspended?": ("in force", "suspended"),
    "Was the mayor of Calder a docker or a lawyer?": ("a docker", "a lawyer"),
    "Is Turkey a member or a partner of BRICS?": ("a member", "a partner"),
    "Is the mayor of Kalmar Lena Holm or Karl Berg?": ("Lena Holm", "Karl Berg"),
    "Was the Solveig built in Gdansk or in Gothenburg?": ("Gdansk", "Gothenburg"),
    "Was the Solveig built in Gdansk or Gothenburg?": ("Gdansk", "Gothenburg"),
    "Was the strike about pay or about safety?": ("pay", "safety"),
    "Was the treaty signed in March or April 2025?": ("March", "April"),
    "According to BTA, was it signed in Moscow or in Tehran?": ("Moscow", "Tehran"),
}

WHETHER = [
    "Did the ferry or its crew break any rule?",
    "Do the two sides agree to train each other's, or their own, military personnel under the pact?",
    "does the deal cover satellites or space cooperation?",
    "Was anyone killed or injured?",
    "Did they sign or not?",
    "Is there a clause on tanks or drones?",
    "Can the deal be extended or renewed?",
    "Can they accept or reject the offer?",
    "Did two or three people die?",
    "Has Iran or Russia recognised Crimea?",
    "Was the ship damaged or destroyed?",
    "Did the captain say whether the officer or the pilot steered?",
    "Is it more or less finished?",
    "Did the band Trial or Error play?",
    "Does the treaty prohibit tests in space or in the sea?",
    "Is the treaty valid for 20 years or more?",
    "Were the captain or the crew drunk?",
    "Did either the captain or the officer sleep?",
    "Is the treaty valid with or without a vote?",
    "Is it true that the Greens voted for or against it?",
    'Is "The Good or The Bad" a film?',
    "Was it Iran?",
    "Which came first, the treaty with Iran or the one with North Korea?",
]


@pytest.mark.parametrize(("question", "choices"), WHICH.items())
def test_a_question_for_one_of_two_is_a_choice(question: str, choices: tuple[str, ...]) -> None:
    parsed = parse_question(Question(question))
    assert (parsed.type, parsed.choices) == ("choice", choices)


@pytest.mark.parametrize("question", WHETHER)
def test_any_other_or_asks_whether(question: str) -> None:
    assert alternatives(question) == ()
    assert parse_question(Question(question)).choices == ()


def test_a_type_or_choices_that_are_given_stay() -> None:
    asked = "Did the Greens vote for or against the budget?"
    assert parse_question(Question(asked, type="boolean")).choices == ()
    assert parse_question(Question(asked, choices=("for", "against", "neither"))).choices[2] == "neither"


def test_each_choice_has_its_claim_in_the_order_of_the_choices() -> None:
    assert choice_claims("Was it built in Gdansk or in Gothenburg?", ("Gothenburg", "Gdansk")) == (
        "It was built in Gothenburg.",
        "It was built in Gdansk.",
    )
    assert choice_claims("Was the mayor a docker or a lawyer?", ("docker", "lawyer")) == (
        "The mayor was a docker.",
        "The mayor was a lawyer.",
    )


def test_choices_that_the_question_does_not_join_have_no_claims() -> None:
    assert choice_claims("Was it built abroad?", ("Gdansk", "Gothenburg")) is None
    assert choice_claims("Was it built in Gdansk or in Kiel?", ("Gdansk", "Gothenburg")) is None
    assert choice_claims("Which is older, Gdansk or Kiel?", ("Gdansk", "Kiel")) is None
    assert choice_claims("Was it built in Gdansk or in Kiel?", ("Gdansk",)) is None


@given(st.lists(st.sampled_from("is was did or the a Iran in for against any , not 2024 2025 it".split()), max_size=9))
def test_no_order_of_words_breaks_the_rules(words: list[str]) -> None:
    assert len(alternatives(" ".join(words) + "?")) != 1

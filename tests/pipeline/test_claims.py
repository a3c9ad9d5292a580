"""Questions: what type they ask for and which claim *yes* would assert, over a table; and no crash on any text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.errors import UsageError
from factcheck.records import QUESTION_TYPES, Question
from pipeline.claims import claim_from_question
from pipeline.question_parts import split_question
from pipeline.question_types import infer_type
from pipeline.questions import parse_question

# question -> the claim, as a person would write it; all are boolean
CLAIMS = {
    "Russia signed a treaty with Iran. Does it include a clause?": "It includes a clause.",
    "The treaty was signed in Moscow. True or false?": "The treaty was signed in Moscow.",
    "Iran has joined BRICS. Is that correct?": "Iran has joined BRICS.",
    "Iran has nuclear weapons. Do you agree?": "Iran has nuclear weapons.",
    "I think Iran signed it. Did it?": "I think Iran signed it.",
    "Did Wendy's say it would raise prices at busy times?": "Wendy's said it would raise prices at busy times.",
    "Does McDonald's sell burgers in India?": "McDonald's sells burgers in India.",
    "Did Levi's close its stores?": "Levi's closed its stores.",
    "Does Iran's support for Russia include drones?": "Iran's support for Russia includes drones.",
    "Did Iran's win surprise Russia?": "Iran's win surprised Russia.",
    "Did Iran's call for a ceasefire succeed?": "Iran's call for a ceasefire succeeded.",
    "Did Trump's call with Putin end the war?": "Trump's call with Putin ended the war.",
    "Did Russia's help for Iran continue?": "Russia's help for Iran continued.",
    "Did the minister say he might resign?": "The minister said he might resign.",
    # words that only ask
    "Would you say the partnership is limited?": "The partnership is limited.",
    "Can you confirm that Iran joined BRICS?": "Iran joined BRICS.",
    "Could you tell me whether the treaty covers space?": "The treaty covers space.",
    "Do the articles say that the treaty was signed in Moscow?": "The treaty was signed in Moscow.",
    "Has the Iranian parliament ratified the treaty yet?": "The Iranian parliament has ratified the treaty.",
    "Did Russia and Iran actually sign the agreement?": "Russia and Iran signed the agreement.",
    "Has Iran ever recognised Crimea?": "Iran has recognised Crimea.",
    "Does it say anything about space at all?": "It says something about space.",
    "Does the treaty set any limits on trade?": "The treaty sets limits on trade.",
    # it is ... that
    "Was it in the Russian capital that they signed the deal?": "They signed the deal in the Russian capital.",
    "Was it Putin who signed the deal?": "Putin signed the deal.",
    "Is it in force?": "It is in force.",
    "Is it in force yet?": "It is in force.",
    "Was it the Iranian president who signed the deal?": "The Iranian president signed the deal.",
    "Was it clear who signed the treaty?": "It was clear who signed the treaty.",
    "Was it not Putin who signed it?": "It was Putin who signed it.",
    "Was it in force by the time that Iran joined?": "It was in force by the time that Iran joined.",
    "Is it at odds with the claim that Iran made?": "It is at odds with the claim that Iran made.",
    # any that is some, and any that is whichever
    "Did anyone sign it?": "Someone signed it.",
    "Did any country sign the treaty?": "Some country signed the treaty.",
    "Does the treaty prevent anyone from joining?": "The treaty prevents anyone from joining.",
    "Can Iran sell anything it likes?": "Iran can sell anything it likes.",
    "Do you think the treaty is fair?": "The treaty is fair.",
    "Could we conclude a treaty with Iran?": "We could conclude a treaty with Iran.",
    # asides
    "Is the deal with Pyongyang, like the Iranian one, without any commitment?": (
        "The deal with Pyongyang is without any commitment."
    ),
    "Did Russia, unlike China, veto the resolution?": "Russia vetoed the resolution.",
    "Does the treaty cover trade, including oil, and energy?": "The treaty covers trade, including oil, and energy.",
    "Did Iran sign it in Moscow, like Belarus, in 2025?": "Iran signed it in Moscow, like Belarus, in 2025.",
    "Did Iran, Russia and China hold drills?": "Iran, Russia and China held drills.",
    # do
    "Does the treaty include a mutual defence clause?": "The treaty includes a mutual defence clause.",
    "Did Russia and Iran sign the agreement in Moscow?": "Russia and Iran signed the agreement in Moscow.",
    "Do the two countries share a border?": "The two countries share a border.",
    "Did Raisi die in a plane crash?": "Raisi died in a plane crash.",
    "Did Putin and Pezeshkian hold a joint press conference?": "Putin and Pezeshkian held a joint press conference.",
    "Did the agreement's signing come before Trump's inauguration?": "The agreement's signing came before Trump's inauguration.",
    "Does Russia's agreement with North Korea include a provision for mutual assistance?": (
        "Russia's agreement with North Korea includes a provision for mutual assistance."
    ),
    "Does the planned gas pipeline run through Azerbaijan?": "The planned gas pipeline runs through Azerbaijan.",
    "Does either side have the right to dock warships?": "Either side has the right to dock warships.",
    "Did Pezeshkian, who was elected in 2024, visit Moscow?": "Pezeshkian, who was elected in 2024, visited Moscow.",
    "Do analysts consider the pact a military alliance?": "Analysts consider the pact a military alliance.",
    "Did it rain?": "It rained.",
    "Did the company try to stop the strike?": "The company tried to stop the strike.",
    "Does the mayor of the city also run the port?": "The mayor of the city also runs the port.",
    # be
    "Is the treaty valid for 20 years?": "The treaty is valid for 20 years.",
    "Was the agreement signed on January 17?": "The agreement was signed on January 17.",
    "Were Iranian troops deployed to Ukraine?": "Iranian troops were deployed to Ukraine.",
    "Is Masoud Pezeshkian the president of Iran?": "Masoud Pezeshkian is the president of Iran.",
    "Are Russia and Iran members of BRICS?": "Russia and Iran are members of BRICS.",
    "Is Iran part of BRICS?": "Iran is part of BRICS.",
    "Is the Bushehr Nuclear Power Plant in Iran?": "The Bushehr Nuclear Power Plant is in Iran.",
    "Is the agreement between Russia and Iran legally binding?": "The agreement between Russia and Iran is legally binding.",
    "Was it signed in Tehran?": "It was signed in Tehran.",
    "Is this the first such treaty?": "This is the first such treaty.",
    "Is this treaty binding?": "This treaty is binding.",
    "Is the bridge closed to cyclists?": "The bridge is closed to cyclists.",
    "Was the draft approved by the Duma before it was signed?": "The draft was approved by the Duma before it was signed.",
    # a number and what it counts, clauses of time, compounds, "last" as a verb, "of"
    "Were 221 people aboard the Solveig?": "221 people were aboard the Solveig.",
    "Were 300 people on board the plane?": "300 people were on board the plane.",
    "Was the captain on the bridge when the Solveig ran aground?": "The captain was on the bridge when the Solveig ran aground.",
    "Did the strike last three days?": "The strike lasted three days.",
    "Did the talks last a week?": "The talks lasted a week.",
    "Did the trial last two months?": "The trial lasted two months.",
    "Is the ban on night flights in force?": "The ban on night flights is in force.",
    "Does the Kalmar harbour bridge have a toll?": "The Kalmar harbour bridge has a toll.",
    "Did the Kalmar ferry carry 200 cars?": "The Kalmar ferry carried 200 cars.",
    "Does the trade deal cover steel?": "The trade deal covers steel.",
    "Is the mayor of Kalmar Lena Holm?": "The mayor of Kalmar is Lena Holm.",
    "Were 12 crew members on deck?": "12 crew members were on deck.",
    "Were five men in the car killed?": "Five men in the car were killed.",
    "Were 40 percent of the votes invalid?": "40 percent of the votes were invalid.",
    "Was the pilot in the cockpit when the engine failed?": "The pilot was in the cockpit when the engine failed.",
    "Were the crew in their cabins when the alarm rang?": "The crew were in their cabins when the alarm rang.",
    "Did the ceasefire last longer than a day?": "The ceasefire lasted longer than a day.",
    "Does the battery last 12 hours?": "The battery lasts 12 hours.",
    "Will the drought last until spring?": "The drought will last until spring.",
    "Did the peace last?": "The peace lasted.",
    "Did the hearing last only an hour?": "The hearing lasted only an hour.",
    "Did the last three trains leave on time?": "The last three trains left on time.",
    "Did the team's last two matches end in a draw?": "The team's last two matches ended in a draw.",
    "Did the march last Sunday end in violence?": "The march last Sunday ended in violence.",
    "Is the law on data storage in force?": "The law on data storage is in force.",
    "Was the vote on school meals close?": "The vote on school meals was close.",
    "Is the capital of Orland Bremia?": "The capital of Orland is Bremia.",
    "Was the captain of the Tuva Erik Dahl?": "The captain of the Tuva was Erik Dahl.",
    "Is the bridge of great importance to the town?": "The bridge is of great importance to the town.",
    "Does the peace plan cover Gaza?": "The peace plan covers Gaza.",
    "Does the coast guard patrol the strait?": "The coast guard patrols the strait.",
    "Does the Tuva ferry stop at Skarholm?": "The Tuva ferry stops at Skarholm.",
    "Did the council plan cuts?": "The council planned cuts.",
    "Did the firm cut wages?": "The firm cut wages.",
    "Did the pact help end the war?": "The pact helped end the war.",
    "Can the harbour crane lift 80 tonnes?": "The harbour crane can lift 80 tonnes.",
    # there
    "Is there a clause on mutual military assistance?": "There is a clause on mutual military assistance.",
    "Was there a ceremony in the Kremlin?": "There was a ceremony in the Kremlin.",
    "Are there any provisions on energy?": "There are provisions on energy.",
    # have
    "Has Iran formally joined BRICS?": "Iran has formally joined BRICS.",
    "Have the two countries signed a treaty?": "The two countries have signed a treaty.",
    "Had Raisi died before the signing?": "Raisi had died before the signing.",
    # modals
    "Can the treaty be renewed?": "The treaty can be renewed.",
    "Could the pipeline carry 55 billion cubic meters?": "The pipeline could carry 55 billion cubic meters.",
    "Will Russia build two new units at Bushehr?": "Russia will build two new units at Bushehr.",
    "Would Russia defend Iran?": "Russia would defend Iran.",
    "Should Iran help Russia?": "Iran should help Russia.",
    "May either party withdraw?": "Either party may withdraw.",
    "Must the parties help each other?": "The parties must help each other.",
    # a contracted "not" asks the same as the plain question; one after the subject is the claim's own
    "Isn't there a mutual defence clause in the treaty?": "There is a mutual defence clause in the treaty.",
    "Isn’t the agreement a military alliance?": "The agreement is a military alliance.",
    "Doesn't the treaty include a defence clause?": "The treaty includes a defence clause.",
    "Didn't Iran supply drones to Russia?": "Iran supplied drones to Russia.",
    "Won't Russia defend Iran?": "Russia will defend Iran.",
    "Can't the treaty be renewed automatically?": "The treaty can be renewed automatically.",
    "Is the treaty not a military alliance?": "The treaty is not a military alliance.",
    "Did Iran not recognise Crimea?": "Iran did not recognise Crimea.",
    "Has Iran still not recognised Crimea?": "Iran has still not recognised Crimea.",
    "Can the parties not withdraw early?": "The parties cannot withdraw early.",
    "Is the treaty not yet in force?": "The treaty is not yet in force.",
    "Is there not a defence clause?": "There is a defence clause.",
    # a negating verb is the claim's own
    "Does the treaty lack a mutual defence clause?": "The treaty lacks a mutual defence clause.",
    # statements, tags, truth
    "The treaty was signed in Moscow, right?": "The treaty was signed in Moscow.",
    "Iran has joined BRICS, hasn't it?": "Iran has joined BRICS.",
    "Iran has not joined BRICS": "Iran has not joined BRICS.",
    "Is it true that the treaty was signed in Moscow?": "The treaty was signed in Moscow.",
    "Am I right that it was signed in Moscow?": "It was signed in Moscow.",
    "True or false: Iran recognises Crimea as Russian.": "Iran recognises Crimea as Russian.",
    # leading words and phrases
    "So, did Putin sign the treaty?": "Putin signed the treaty.",
    "According to BTA, does the pact provide for mutual assistance?": "According to BTA, the pact provides for mutual assistance.",
    "As of January 2025, had Iran joined BRICS?": "As of January 2025, Iran had joined BRICS.",
    "If Iran is attacked, does Russia have to defend it?": "If Iran is attacked, Russia has to defend it.",
}  # fmt: skip

TYPES = {
    # questions of news quizzes: after a statement, within the sentence, to be filled in
    "Believed to be the oldest person in the U.S., she died this week in Iowa. How old was she?": "number",
    "Summer is peak season. Where was America's first roller coaster built?": "entity",
    "The newest cookie has which type of filling?": "text",
    "Activists disrupted play at which sports tournament on Monday?": "entity",
    "The former CEO of which company testified in the Senate?": "entity",
    "Books by which author are being revised?": "entity",
    "Russia reassured which West African country that its fighters would stay?": "entity",
    "The president intends to end the emergencies in which month of this year?": "date",
    "The number of podcasts has dropped by how much in the past two years?": "number",
    "Around how many hospital employees walked off the job?": "number",
    "The Earth's inner core may have:": "text",
    "The famous car has been renamed to?": "text",
    "The treaty, which covers trade, is in force?": "boolean",
    "What did the president say?": "text",
    "What type of city has Warsaw been?": "text",
    "What battle outside Quebec City did they lose?": "text",
    "What does the Russian minister want?": "text",
    "Which former prime minister resigned?": "entity",
    "Iran wants a treaty which includes a clause on defence?": "boolean",
    "Russia signed a treaty with Iran. Does it include a clause?": "boolean",
    "He said which company would win?": "boolean",
    "It is a treaty under which Iran and Russia share intelligence?": "boolean",
    "Iran has a law under which women must wear the hijab?": "boolean",
    "The treaty is a document in which neither side promises military aid?": "boolean",
    "The treaty specifies which articles apply to Iran?": "boolean",
    "What caused last year's plant fire?": "text",
    "What explains rising food bank use?": "text",
    "What happens when Iran's president dies?": "text",
    "What chain of events led to the war?": "text",
    "Iran will join BRICS...": "boolean",
    "This is the treaty Iran agreed to?": "boolean",
    "It depends on who wins the election?": "boolean",
    "He will be replaced by who after stepping down?": "entity",
    "Over how many years does the treaty run?": "duration",
    "Russia and Iran signed a treaty. It covers defence?": "boolean",
    # asked within the sentence, or at its end
    "Built with four layers, how many layers does it have now?": "number",
    "The referendum succeeded in what year?": "date",
    "In 1755 what fort did the British take?": "text",
    "DECnet stands for what?": "text",
    "There are 231 seats in which chamber?": "text",
    "They elect a second minister from whom?": "entity",
    "Iran joined which bloc in 2023?": "text",
    "The treaty is valid for how long?": "duration",
    "OPEC did what to the embargo?": "text",
    "In January 2025 who signed the treaty?": "entity",
    "After the war where did Putin go?": "entity",
    "Could you say how many drones were delivered?": "number",
    "Can you tell me when the treaty was signed?": "date",
    # and a clause of its own is no question
    "Iran knows what Russia wants?": "boolean",
    "The treaty says what each side must do?": "boolean",
    "There is a mechanism by which disputes are settled?": "boolean",
    "He explained how much Iran paid for the jets?": "boolean",
    "Russia said it knew where.": "boolean",
    "At the summit did they sign what was agreed?": "boolean",
    "The treaty which was signed in Moscow is in force?": "boolean",
    "The committee in which Putin sits met on Friday?": "boolean",
    "Iran joined when Raisi was president?": "boolean",
    "The pact says what each side must do.": "boolean",
    "When was the treaty signed?": "date",
    "On what date was the agreement signed?": "date",
    "In which year did Iran join BRICS?": "date",
    "What is the date of the signing?": "date",
    "Since when has Russia been at war with Ukraine?": "date",
    "How long is the treaty valid?": "duration",
    "For how many years is the treaty valid?": "duration",
    "How many seconds faster was she?": "duration",
    "What is the duration of the treaty?": "duration",
    "How many years ago was the treaty signed?": "number",
    "How much gas will the pipeline carry?": "number",
    "What is the pipeline's initial capacity?": "number",
    "How many units will Russia build at Bushehr?": "number",
    "What percentage of trade is in rubles?": "number",
    "At what price will gas be sold?": "number",
    "What share does the state receive?": "number",
    "What does a tonne of grain cost?": "number",
    "What did the buyer pay for its part of the club?": "number",
    "What is the buyer paying?": "number",
    "What is taxed to pay for the soldiers?": "text",
    "What is the goal of the Hospital Cost Board?": "text",
    "What did the union call the first pay offer?": "text",
    "Within what time must the club appeal?": "duration",
    "How quickly must the members meet?": "duration",
    "Who signed the treaty?": "entity",
    "Where was the treaty signed?": "entity",
    "Which city hosted the signing?": "entity",
    "Whose inauguration followed the signing?": "entity",
    "To whom did Iran supply drones?": "entity",
    "What is the name of the corridor?": "entity",
    "Which countries signed the treaty?": "list",
    "Name the presidents who signed the treaty.": "list",
    "What are the parties to the treaty?": "list",
    "Why does the treaty omit a defence clause?": "text",
    "How did Esbati describe Russia's support?": "text",
    "What did Putin call the treaty?": "text",
    "Explain the treaty.": "text",
    # keywords, and what is not English
    "death toll Tarsin quake": "text",
    "solveig repair cost": "text",
    "people killed in tarsin quake": "text",
    "treaty signed 2025": "text",
    "The president of Iran?": "text",
    "Wie viele Menschen versorgt das Wasserwerk?": "text",
    "Wer ist der Oberbürgermeister von Hallenbach?": "text",
    "Was kostet die Brücke?": "text",
    "Qui est le maire de Vernay ?": "text",
    "¿Cuándo se inauguró el puente?": "text",
    "Кто мэр Кальмара?": "text",
    "من هو عمدة كالمار؟": "text",
    # statements are
    "Putin and Pezeshkian meet in Moscow.": "boolean",
    "Putin signed the treaty": "boolean",
    "Iran joined BRICS in 2024": "boolean",
    "they supply oil to Iran": "boolean",
    "the strike lasted eleven days": "boolean",
    "The treaty covers defence?": "boolean",
    "treaty": "text",
    "According to BTA, when was the treaty signed?": "date",
}

NOT_A_CLAIM = [
    "Is Iran?", "Does?", "?", "Did they", "When was the treaty signed?", "On what date was it signed?", "How long is it valid?",
    "Since when has Russia been at war?", "Who signed the treaty?", "What did Putin say?",
]  # fmt: skip


@pytest.mark.parametrize(("question", "claim"), CLAIMS.items())
def test_the_claim_is_what_yes_would_assert(question: str, claim: str) -> None:
    assert infer_type(question) == "boolean"
    assert claim_from_question(question) == claim


@pytest.mark.parametrize(("question", "kind"), TYPES.items())
def test_the_wording_tells_the_type(question: str, kind: str) -> None:
    assert infer_type(question) == kind


@pytest.mark.parametrize("question", NOT_A_CLAIM)
def test_where_the_rules_do_not_reach_there_is_no_claim(question: str) -> None:
    assert claim_from_question(question) is None


def test_choices_make_a_choice_whatever_the_wording() -> None:
    assert infer_type("Is it gas or oil?", choices=("gas", "oil")) == "choice"


def test_a_leading_phrase_is_set_aside_only_before_a_question() -> None:
    assert split_question("According to BTA, did they sign?") == ("According to BTA", "did they sign?")
    assert split_question("In Moscow, they signed.") == (None, "In Moscow, they signed.")


@given(st.text(max_size=60), st.sampled_from(["", "Is ", "Does the ", "Has ", "Are there ", "Isn't it ", "Will "]))
def test_no_text_breaks_the_rules(text: str, start: str) -> None:
    question = start + text
    assert infer_type(question) in QUESTION_TYPES
    claim = claim_from_question(question)
    assert claim is None or claim.endswith(".")


@given(
    st.lists(
        st.sampled_from(
            "is does did the a Iran treaty not , ; 's signed ever of and in 20 any there have been".split()
        ),
        max_size=9,
    )
)
def test_no_order_of_words_breaks_the_rules(words: list[str]) -> None:
    claim = claim_from_question(" ".join(words) + "?")
    assert claim is None or claim.strip() == claim


# -- parse_question


def test_a_question_is_stripped_and_typed_and_keeps_the_rest() -> None:
    given_ = Question("  Did\nthey  sign? ", id="q7", as_of="2025-02-01", event_date="2025-01-17", sources=("a",))
    parsed = parse_question(given_)
    assert (parsed.text, parsed.type, parsed.id) == ("Did they sign?", "boolean", "q7")
    assert (parsed.as_of, parsed.event_date, parsed.sources) == ("2025-02-01", "2025-01-17", ("a",))
    assert parse_question(Question("When?", type="text")).type == "text"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question("  \n "), "empty"),
        (Question("a" * 2001), "2001 characters, more than 2000"),
        (Question("Who?", type="weather"), "unknown question type 'weather'"),  # type: ignore[arg-type]
        (Question("Which?", type="choice", choices=("a",)), "fewer than two choices"),
        (Question("Who?", event_date="yesterday"), "event-date 'yesterday' is not a day"),
        (Question("Who?", as_of="2025-1-7"), "as-of '2025-1-7' is not a day"),
        (Question("Who?", as_of="2025-02-30"), "2025-02-30"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(question: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_question(question)


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("Is the cooperation agreed between Oslo and Lima broad in scope?",
         "The cooperation agreed between Oslo and Lima is broad in scope."),
        ("Was the treaty signed in Lima last year?", "The treaty was signed in Lima last year."),
        ("Was the deal expected to be signed at the summit?", "The deal was expected to be signed at the summit."),
        ("Was Oslo against Lima's nuclear ambitions in the past?", "Oslo was against Lima's nuclear ambitions in the past."),
        ("Is copper softer than steel?", "Copper is softer than steel."),
    ],
)  # fmt: skip
def test_the_subject_of_be_ends_where_its_predicate_begins(question: str, claim: str) -> None:
    assert claim_from_question(question) == claim

"""The names that a question is about: which they are, and which forms of them a source may have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factcheck.records import Provenance, Source
from pipeline.asked_names import find_names, has_name, name_unknown, naming, stands_near
from pipeline.sentences import Sentence

MakeSource = Callable[..., Source]
MakeSentence = Callable[..., Sentence]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is the mayor of Oberau?", ("Oberau",)),
        ("When did President Pezeshkian meet Russia's Vladimir Putin?", ("Pezeshkian", "Russia", "Vladimir Putin")),
        ("Who signed the agreement between Russia and Iran in May?", ("Russia", "Iran")),
        ("Who is the CEO of Calder Terminals plc?", ("Calder Terminals",)),
        ("Did the Strait of Hormuz close on Monday?", ("Strait of Hormuz",)),
        ("According to BTA, when was it signed?", ("BTA",)),
        ("She died in Iowa. How old was Edith Varga?", ("Iowa", "Edith Varga")),
        ("Dev Patel is the mayor of Oberau.", ("Dev Patel", "Oberau")),  # two words open a sentence as a name
        ("Is Dev Patel the mayor?", ("Dev Patel",)),
        ("Passengers left the ship.", ()),  # the first word alone may be any
        ("Who is the Prime Minister?", ()),
        ("What is “The Old Man” about?", ()),
        ("When did GDP fall?", ()),
        ("does the treaty LACK a clause, and was it NOT signed?", ()),
        ("WHO IS THE MAYOR OF CALDER?", ()),
        ("who is the mayor of calder?", ()),
        ("Wie viele Menschen versorgt das Wasserwerk?", ()),
    ],
)
def test_the_names_of_a_question(question: str, names: tuple[str, ...]) -> None:
    assert find_names(question) == names


@pytest.mark.parametrize(
    ("text", "name", "has"),
    [
        ("Russian troops left.", "Russia", True),
        ("Russia's troops left.", "Russians", True),
        ("Portuguese ships sailed.", "Portugal", True),
        ("Portugal won.", "Portuguese", True),
        ("The French army left.", "France", True),
        ("The U.S. left.", "United States", True),
        ("The European Union said so.", "EU", True),
        ("The WHO said so.", "World Health Organization", True),
        ("The World Health Organization said so.", "WHO", True),
        ("Zelenskyy came.", "Zelensky", True),
        ("Pezeshkian came.", "Masoud Pezeshkian", True),
        ("Calder Echo, 12 May.", "Calder Terminals", True),
        ("Karsia voted.", "Karsian", True),
        ("The council of Calder met.", "Oberau", False),
        ("Oberhausen voted.", "Oberau", False),
        ("Iraq voted.", "Iran", False),
        ("South Ossetia voted.", "South Korea", False),
        ("A strategic ship left.", "Borvax", False),
    ],
)
def test_a_name_in_another_form_is_the_name(text: str, name: str, has: bool, make_source: MakeSource) -> None:
    assert has_name(make_source("a", text), name) is has


def test_what_is_known_of_a_source_counts_as_its_text() -> None:
    source = Source(
        "wire-1", "The mayor resigned.", "", "", provenance=Provenance(title="News from Oberau", publisher="BTA")
    )
    assert has_name(source, "Oberau")
    assert has_name(source, "BTA")


def test_the_sources_that_have_every_name_or_the_most(make_source: MakeSource) -> None:
    both, one, none = (
        make_source(*pair)
        for pair in (("both", "Borvax is in Calder."), ("one", "Calder is old."), ("none", "It rains."))
    )
    assert naming(("Borvax", "Calder"), (both, one, none)) == {"both"}
    assert naming(("Borvax", "Calder"), (one, none)) == {"one"}
    assert naming((), (both, none)) == {"both", "none"}
    assert name_unknown(("Gotham", "Calder"), (both, none)) == ("no source that was read names Gotham",)
    assert name_unknown(("Calder",), (both, none)) == ()
    assert name_unknown(("Gotham",), ()) == ()


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Calder news.\nThe mayor smiled.", True),  # it opens with the name
        ("x" * 400 + ".\nIn Calder it rained. The mayor smiled.", True),  # the same paragraph
        ("x" * 400 + ".\nThe mayor smiled.\n" + "It rained in Calder.", False),
    ],
)
def test_a_name_is_near_in_the_paragraph_and_in_the_opening(
    text: str, near: bool, make_source: MakeSource, make_sentence: MakeSentence
) -> None:
    sentence = make_sentence(make_source("a", text), "The mayor smiled.")
    assert stands_near("Calder", sentence) is near

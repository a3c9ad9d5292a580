"""Who says it, and how surely, on sentences of the seed articles and others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.attribution import Attribution, attribute, is_forecast

SENTENCES = {
    # asserted by the source itself
    "The agreement is valid for 20 years.": (None, "asserted"),
    "The treaty, which is set to remain in force for twenty years, was signed.": (None, "asserted"),
    "Raisi died in a plane crash in May of last year.": (None, "asserted"),
    "A May meeting was held.": (None, "asserted"),
    # somebody says it
    "Analysts note that the partnership serves more as a symbolic gesture of alignment.": ("Analysts", "reported"),
    "However, the pact does not provide for a clause on assistance, BTA writes.": ("BTA", "reported"),
    "According to Esbati, Russia has repeatedly failed to provide support.": ("Esbati", "reported"),
    "According to the West, Iran supplies Russia with “Shahed” drones.": ("the West", "reported"),
    "Russian Energy Minister Sergey Tsivilev has confirmed that the route has been agreed upon.": (
        "Russian Energy Minister Sergey Tsivilev",
        "reported",
    ),
    "Iran and Russia fought wars, the Associated Press notes.": ("the Associated Press", "reported"),
    "“This truly historic document aims to create the conditions,“ Putin said.": ("Putin", "reported"),
    "“Its main focus is NATO,“ told “Deutsche Welle“ Ahmad Vakhshiteh, lecturer in Moscow.": ("Ahmad Vakhshiteh", "reported"),
    # a pronoun is no name
    "He said: “It may rain.”": (None, "reported"),
    '"They come from another side of the world," he stated, and left.': (None, "reported"),
    # not certain
    "The agreement may be signed as early as January next year.": (None, "speculated"),
    "Iran is unlikely to commit to Russia’s objectives.": (None, "speculated"),
    "Officials say that the signing could take place in January.": ("Officials", "speculated"),
    # direct speech is its speaker's
    "Putin said “it may rain”.": ("Putin", "reported"),
    # denied
    "Iran denied the report.": (None, "denied"),
    "Tehran rejects the claim that it supplied drones.": (None, "denied"),
}  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES.items())
def test_speaker_and_modality(sentence: str, expected: tuple[str | None, str]) -> None:
    assert attribute(sentence) == Attribution(*expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "forecast"),
    [
        ("The agreement may be signed in January.", True),
        ("The signing could take place in the final days of the month.", True),
        ("The agreement is expected to strengthen cooperation.", True),
        ("The agreement was signed in May.", False),
        ("In May, the two presidents met.", False),
        ("Putin said “it may rain” and signed.", False),
        ("The agreement was signed.", False),
        ("The strike was meant to last three days.", True),
        ("Borvax plans to apply in early 2025.", True),
        ("The treaty was to have been signed in Kazan.", True),
        ("The repair will cost an estimated 68 million kronor.", True),
        ("The planes to Kazan left.", False),
        ("Two Countries to Sign Strategic Treaty", True),
        ("Return to Kabul", False),
    ],
)
def test_a_forecast_speaks_of_what_may_come(sentence: str, forecast: bool) -> None:
    assert is_forecast(sentence) is forecast


@given(st.text(max_size=120))
def test_any_text_has_a_modality(text: str) -> None:
    found = attribute(text)
    assert found.modality in {"asserted", "reported", "speculated", "denied"}
    assert found.speaker is None or found.speaker in text

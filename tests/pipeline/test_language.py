"""English is told from what is not, by letters and small words."""

import pytest

from pipeline.language import looks_english


@pytest.mark.parametrize(
    "text",
    [
        "The treaty was signed in Moscow by the two presidents.",
        "Iran, Russia: trade up 15 %",
        "2025-01-17: 42",
        "",
        "The café’s façade was rebuilt in Kraków by the naïve Zürich architect.",
    ],
)
def test_english(text: str) -> None:
    assert looks_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Договор подписан.",
        "条約は署名された。",
        "Der Vertrag wurde gestern von beiden Präsidenten unterzeichnet und tritt bald darauf umgehend überall ein.",
        "El tratado fue firmado ayer por ambos presidentes y entrará en vigor dentro del próximo mes.",
    ],
)
def test_not_english(text: str) -> None:
    assert not looks_english(text)

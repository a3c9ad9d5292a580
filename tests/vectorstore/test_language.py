"""English is told from what is not, by letters and small words."""

import pytest

from vectorstore.language import looks_english


@pytest.mark.parametrize(
    "text",
    [
        "The treaty was signed in Moscow by the two presidents.",
        "Iran, Russia: trade up 15 %",
        "2025-01-17: 42",
        "",
        "Is Los Angeles in El Salvador?",
        "Has the Côte d'Azur flooded?",
        "Was Charles de Gaulle a general?",
        "death toll Tarsin quake",
        "The café’s façade was rebuilt in Kraków by the naïve Zürich architect.",
    ],
)
def test_english(text: str) -> None:
    assert looks_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wie viele Menschen versorgt das Wasserwerk?",
        "Was kostet die Brücke?",
        "Ist die Brücke offen?",
        "Qui est le maire de Vernay ?",
        "La maternité de Vernay va-t-elle fermer?",
        "¿Cuándo se inauguró el puente?",
        "Chi è il sindaco di Kalmar?",
        "Vem är borgmästare i Kalmar?",
        "من هو عمدة كالمار؟",
        "Договор подписан.",
        "条約は署名された。",
        "Der Vertrag wurde gestern von beiden Präsidenten unterzeichnet und tritt bald darauf umgehend überall ein.",
        "El tratado fue firmado ayer por ambos presidentes y entrará en vigor dentro del próximo mes.",
    ],
)
def test_not_english(text: str) -> None:
    assert not looks_english(text)

"""The rule of the verdict, by numbers worked out by hand; its numbering is that of `pipeline/judge.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.records import Coverage, Source, SourceStance, Span, Support
from pipeline.cite import cite, line_of, rounded
from pipeline.explain import explain
from pipeline.judge import CLAIM_REFUTED, CLEAR, Evidence, decide, join, restrain, sides, weigh
from pipeline.prove import reprove

MakeSource = Callable[..., Source]
MakeEvidence = Callable[..., Evidence]


# -- rule 4


@pytest.mark.parametrize(
    ("s", "r", "verdict", "probability"),
    [
        (0.9, 0.0, "supported", 0.978261),  # 0.9 against 0.2*0.1: 0.9/0.92
        (0.0, 0.8, "refuted", 0.952381),  # 0.8 against 0.2*0.2: 0.8/0.84
        (0.9, 0.8, "conflicting_evidence", 0.731707),  # 0.72 of 0.72 + 0.18 + 0.08 + 0.2*0.02
        (0.9, 0.3, "supported", 0.667373),  # 0.63 of 0.63 + 0.27 + 0.03 + 0.2*0.07
        (0.1, 0.05, "not_enough_evidence", 0.541139),  # 0.171 of 0.2*0.855 + 0.095 + 0.045 + 0.005
        (0.0, 0.0, "not_enough_evidence", 1.0),
        (0.5, 0.5, "conflicting_evidence", 0.3125),  # 0.25 of 3*0.25 + 0.2*0.25: a tie goes to the more careful one
    ],
)
def test_the_most_probable_of_four_outcomes(s: float, r: float, verdict: str, probability: float) -> None:
    found, p = weigh(s, r)
    assert found == verdict
    assert p == pytest.approx(probability, abs=1e-5)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_winner_has_at_least_a_quarter_and_the_four_sum_to_one(s: float, r: float) -> None:
    assert 0.25 <= weigh(s, r)[1] <= 1
    mirrored = {"supported": "refuted", "refuted": "supported"}
    (verdict, p), (swapped, q) = weigh(s, r), weigh(r, s)
    assert p == pytest.approx(q)
    assert s == r or swapped == mirrored.get(verdict, verdict)


def test_sentences_are_witnesses_of_falling_weight() -> None:
    assert join([]) == 0
    assert join([0.6]) == pytest.approx(0.6)
    # 1 - 0.4 * 0.5^0.35 * 0.8^0.35 = 1 - 0.4 * 0.784584 * 0.924870; the fourth does not count
    assert join([0.2, 0.1, 0.6, 0.5]) == pytest.approx(0.709747, abs=1e-5)


def test_weak_sentences_have_no_say_against_a_clear_one() -> None:
    weak = [0.45, 0.45, 0.45]
    assert sides([CLEAR], weak) == (pytest.approx(CLEAR), 0.0)
    assert sides(weak, [CLEAR]) == (0.0, pytest.approx(CLEAR))
    assert sides([0.89], weak) == (pytest.approx(0.89), join(weak))  # nothing is clear
    assert sides([0.95], [0.6]) == (pytest.approx(0.95), pytest.approx(0.6))  # a sentence that takes a stance
    assert sides([], []) == (0.0, 0.0)


def test_a_claim_is_refuted_by_a_sentence_that_refutes_it(make_source: MakeSource, make_evidence: MakeEvidence) -> None:
    a, b = make_source("a"), make_source("b", "It was signed. It was not.")
    for weight, verdict in ((CLAIM_REFUTED - 0.05, "not_enough_evidence"), (CLAIM_REFUTED + 0.05, "refuted")):
        assert decide([make_evidence(a, 0.0, weight)], {"a": a}, least_refuting=CLAIM_REFUTED).verdict == verdict
    asked = decide([make_evidence(a, 0.0, 0.25)], {"a": a})  # a question that was asked
    claimed = decide([make_evidence(a, 0.0, 0.25)], {"a": a}, least_refuting=CLAIM_REFUTED)
    assert asked.verdict == "refuted"
    assert claimed.probability == pytest.approx(1 - asked.probability)
    both = [make_evidence(b, 0.2, 0.0, "It was signed."), make_evidence(b, 0.0, 0.29, "It was not.")]
    assert decide(both, {"b": b}, least_refuting=CLAIM_REFUTED).verdict == "not_enough_evidence"  # and not supported


# -- rule 2


def test_a_source_has_the_stance_of_its_strongest_sentences(
    make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    text = "It was signed. It was not. Cats sleep."
    a, b, c, d = (make_source(id_, f"{id_} {text}") for id_ in "abcd")
    decision = decide(
        [
            make_evidence(a, 0.9, 0.05, "It was signed."), make_evidence(a, 0.1, 0.4, "It was not."),
            make_evidence(b, 0.05, 0.7, "It was not."),
            make_evidence(c, 0.6, 0.1, "It was signed."), make_evidence(c, 0.1, 0.6, "It was not."),
            make_evidence(d, 0.3, 0.3, "Cats sleep."),
        ],
        {"a": a, "b": b, "c": c, "d": d},
    )  # fmt: skip
    found = {s.source: (s.stance, s.probability) for s in decision.stances}
    # each sentence counts for the side it leans to. a: 0.9*(1-0.4); b: 0.7; c: 0.6*0.6; d: 1-0.3
    assert found == {"a": ("supports", 0.54), "b": ("refutes", 0.7), "c": ("mixed", 0.36), "d": ("silent", 0.7)}
    # s = 1 - 0.1 * 0.4^0.35 * 0.7^0.35 = 0.935952, r = 1 - 0.3 * 0.4^0.35 * 0.6^0.35 = 0.817949
    # conflicting 0.765561 of 0.765561 + 0.170391 + 0.052388 + 0.2*0.011660
    assert decision.verdict == "conflicting_evidence"
    assert decision.probability == pytest.approx(0.772770, abs=1e-4)


def test_a_source_without_evidence_is_silent(make_source: MakeSource) -> None:
    decision = decide([], {"a": make_source("a")})
    assert decision.stances == (SourceStance("a", "silent", 1.0),)
    assert (decision.verdict, decision.probability, decision.cited) == ("not_enough_evidence", 1.0, ())
    assert decide([], {}).stances == ()


# -- rule 3


LONG = "The presidents of the two countries signed a treaty on partnership in the capital on Friday after long talks. "


def test_a_reprint_counts_once_with_its_original(make_source: MakeSource, make_evidence: MakeEvidence) -> None:
    a, b = make_source("a", LONG), make_source("b", LONG)
    decision = decide([make_evidence(a, 0.6, 0.0), make_evidence(b, 0.6, 0.0)], {"a": a, "b": b}, duplicates={"b": "a"})
    assert decision.probability == pytest.approx(0.882353)  # 0.6 of 0.6 + 0.2*0.4, not more for the second
    assert [s.duplicate_of for s in decision.stances] == [None, "a"]


def test_what_only_the_reprint_was_read_for_still_counts(make_source: MakeSource, make_evidence: MakeEvidence) -> None:
    a, b = make_source("a", LONG), make_source("b", LONG)
    decision = decide([make_evidence(a, 0.1, 0.0), make_evidence(b, 0.9, 0.0)], {"a": a, "b": b}, duplicates={"b": "a"})
    assert (decision.verdict, decision.probability) == ("supported", pytest.approx(0.978261))


@pytest.mark.parametrize(
    ("older", "newer", "superseded"),
    [
        ({"not_after": "2024-12-31"}, {"not_before": "2025-01-17"}, True),
        ({"published": "2025-01-01"}, {"published": "2025-01-02"}, True),
        ({"published": "2025-01-02"}, {"published": "2025-01-02"}, False),
        ({"not_after": "2025-02-01"}, {"not_before": "2025-01-17"}, False),  # the bounds overlap
        ({}, {"published": "2025-01-02"}, False),
        ({"published": "2025-01-01"}, {}, False),
    ],
)
def test_a_later_source_that_tells_of_a_change_supersedes_an_earlier_one(
    older: dict[str, str], newer: dict[str, str], superseded: bool, make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    a, b = make_source("a", **older), make_source("b", "It is no longer in force.", **newer)
    decision = decide([make_evidence(a, 0.9, 0.0), make_evidence(b, 0.0, 0.8)], {"a": a, "b": b})
    assert decision.stances[0].superseded_by == ("b" if superseded else None)
    assert decision.verdict == ("refuted" if superseded else "conflicting_evidence")


@pytest.mark.parametrize(
    ("older", "newer", "superseded"),
    [
        ("The pact is in force.", "The pact has since lapsed.", True),
        ("The pact has not been signed yet.", "The two have signed the pact.", True),
        ("No date is known so far.", "The date is known.", True),
        ("The pact is broad.", "The pact is narrow.", False),
        ("The pact has since lapsed.", "The pact is in force.", False),  # of a change before the earlier one
        ("The pact binds both.", "The pact binds neither once a state leaves.", False),  # a condition, no change
    ],
)
def test_a_later_date_alone_supersedes_nothing(
    older: str, newer: str, superseded: bool, make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    a = make_source("a", older, published="2025-01-01")
    b = make_source("b", newer, published="2025-03-01")
    decision = decide([make_evidence(a, 0.0, 0.9), make_evidence(b, 0.8, 0.0)], {"a": a, "b": b})
    assert decision.verdict == ("supported" if superseded else "conflicting_evidence")


def test_sources_that_agree_do_not_supersede(make_source: MakeSource, make_evidence: MakeEvidence) -> None:
    a, b = make_source("a", published="2024-01-01"), make_source("b", published="2025-01-01")
    decision = decide([make_evidence(a, 0.9, 0.0), make_evidence(b, 0.8, 0.0)], {"a": a, "b": b})
    assert [s.superseded_by for s in decision.stances] == [None, None]


# -- rule 1


@pytest.mark.parametrize(
    ("text", "claim", "support"),
    [
        ("The treaty may be signed in January.", "The treaty was signed in January.", (0.0, 0.1, 0.9)),
        ("The treaty was signed in May.", "The treaty was signed in May.", (0.8, 0.1, 0.1)),
        (
            "The treaty may be signed in May.",
            "The treaty was signed in May.",
            (0.0, 0.1, 0.9),
        ),  # May in a claim is no "may"
        ("The treaty may be signed in January.", "The treaty may be signed in January.", (0.8, 0.1, 0.1)),
        (
            "It was expected to be signed at a summit.",
            "It was at first supposed to be signed at a summit.",
            (0.8, 0.1, 0.1),
        ),
        ("It was expected to be signed at a summit.", "It was originally to be signed at a summit.", (0.8, 0.1, 0.1)),
        (
            "It was expected to be signed at a summit.",
            "It was close to the summit that it was signed.",
            (0.0, 0.1, 0.9),
        ),
        ("It was originally to be signed at a summit.", "It was signed at a summit.", (0.0, 0.1, 0.9)),
        ("It was supposed to be signed at a summit.", "It was signed at a summit.", (0.0, 0.1, 0.9)),
    ],
)
def test_a_forecast_supports_only_a_claim_about_what_may_be(
    text: str, claim: str, support: tuple[float, float, float], make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    evidence = restrain(make_evidence(make_source("a", text), 0.8, 0.1), claim, event_date=None)
    assert (evidence.support.supports, evidence.support.refutes, evidence.support.neutral) == pytest.approx(support)
    assert (evidence.note is not None) == (support[0] == 0)


@pytest.mark.parametrize(
    ("claim", "about_what_may_be"),
    [
        ("The first visit was to Moscow.", False),
        ("The delay was due to sanctions.", False),
        ("Russia was first to sign it.", False),
        ("The treaty meant peace.", False),
        ("Russia is friendly to Iran.", False),
        ("It was never to be signed.", True),
        ("It is going to be signed.", True),
        ("Iran intends to sign it.", True),
        ("It shall be signed.", True),
        ("The upcoming treaty is signed.", True),
    ],
)
def test_which_claims_are_about_what_may_be(
    claim: str, about_what_may_be: bool, make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(make_source("a", "It could be signed."), 0.8, 0.1)
    expected = (0.8, 0.1, 0.1) if about_what_may_be else (0.0, 0.1, 0.9)
    support = restrain(evidence, claim, event_date=None).support
    assert (support.supports, support.refutes, support.neutral) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("provenance", "moved"),
    [
        ({"not_after": "2024-12-31"}, True),
        ({"published": "2025-01-16"}, True),
        ({"published": "2025-01-17"}, False),
        ({"not_before": "2024-01-01"}, False),
        ({}, False),
    ],
)
def test_a_text_from_before_the_event_does_not_support_that_it_happened(
    provenance: dict[str, str], moved: bool, make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(make_source("a", **provenance), 0.8, 0.1)
    after = restrain(evidence, "The treaty was signed.", event_date="2025-01-17")
    assert (after.support.supports == 0.0) is moved
    assert restrain(evidence, "The treaty was signed.", event_date=None) == evidence


@pytest.mark.parametrize(
    ("claim", "text", "note"),
    [
        (
            "The lease runs for ten years.",
            "The lease, signed in May, runs for 15 years.",
            "states 15 years, not ten years",
        ),
        ("It cost $5 million.", "They paid $4.5 million for it.", "states $4.5 million, not $5 million"),
        ("It was signed on 3 May 2021.", "Both signed it on 4 May 2021.", "states 4 May 2021, not 3 May 2021"),
        ("The lease runs for ten years.", "The lease runs for 10 years, longer than the old one of 5 years.", None),
        ("The ten-year lease renews for five years.", "It renews for five years.", None),  # one of two figures
        ("The lease runs for ten years.", "The lease covers 12 rooms.", None),  # another unit
        ("The lease was signed.", "The lease runs for 10 years.", None),
    ],
)
def test_another_figure_vetoes_support_with_its_reason(
    claim: str, text: str, note: str | None, make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(make_source("a", text), 0.8, 0.1)
    after = restrain(evidence, claim, event_date=None)
    assert after.note == note
    assert after.support.supports == (0.8 if note is None else 0.0)
    assert after.moved == (0.0 if note is None else 0.8)


@pytest.mark.parametrize(
    ("text", "names", "expected", "note"),
    [
        ("The mayor, Dev Patel, smiled in Calder.", ("Dev Patel", "Calder"), (0.5, 0.4), None),
        ("The mayor, Dev Patel, smiled.", ("Dev Patel", "Oberau"), (0.0, 0.4), "its source does not name Oberau"),
        ("The mayor, Rita Sorel, smiled.", ("Dev Patel", "Oberau"), (0.0, 0.0), "its source does not name Dev Patel, Oberau"),
        ("It was unveiled in Tokyo.", ("Osaka",), (0.0, 0.4), "its source does not name Osaka"),  # refutes: another place
        ("The mayor smiled.", (), (0.5, 0.4), None),
    ],
)  # fmt: skip
def test_a_source_without_a_name_supports_nothing_and_without_any_of_several_refutes_nothing(
    text: str, names: tuple[str, ...], expected: tuple[float, float], note: str | None, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(Source("a", text, "", ""), 0.5, 0.4)
    after = restrain(evidence, "Dev Patel is the mayor.", event_date=None, names=names)
    assert ((after.support.supports, after.support.refutes), after.note) == (expected, note)
    assert sum((after.support.supports, after.support.refutes, after.support.neutral)) == pytest.approx(1)


def test_another_place_refutes_though_its_source_has_none_of_the_names(make_evidence: MakeEvidence) -> None:
    evidence = make_evidence(Source("a", "It was signed in Moscow.", "", ""), 0.1, 0.6)
    claim = "The signing took place at the BRICS summit in Kazan."
    assert restrain(evidence, claim, event_date=None, names=("BRICS", "Kazan")).support.refutes == 0.6


# -- what is cited


def test_at_most_two_citations_a_source_and_stance_the_verdicts_own_first(
    make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    a = make_source("a", "One. Two. Three. Four. Five.")
    decision = decide(
        [
            make_evidence(a, 0.6, 0.1, "One."), make_evidence(a, 0.9, 0.1, "Two."), make_evidence(a, 0.8, 0.1, "Three."),
            make_evidence(a, 0.1, 0.55, "Four."), make_evidence(a, 0.4, 0.1, "Five."),
        ],
        {"a": a},
    )  # fmt: skip
    # s 0.9, r 0.55: conflicting 0.495 > supported 0.405
    assert decision.verdict == "conflicting_evidence"
    assert [e.sentence.text for e in decision.cited] == ["Two.", "Three.", "Four."]
    assert decision.stances[0].citations == (0, 1, 2)


def test_refuting_sentences_come_first_where_the_verdict_is_refuted(
    make_source: MakeSource, make_evidence: MakeEvidence
) -> None:
    a = make_source("a", "Old: yes.", published="2024-01-01")
    b = make_source("b", "New: no longer.", published="2025-01-01")
    decision = decide([make_evidence(a, 0.9, 0.0), make_evidence(b, 0.0, 0.9)], {"a": a, "b": b})
    assert [e.sentence.source.id for e in decision.cited] == ["b", "a"]
    assert [s.citations for s in decision.stances] == [(1,), (0,)]


def test_nothing_is_cited_without_enough_evidence(make_source: MakeSource, make_evidence: MakeEvidence) -> None:
    a = make_source("a")
    assert decide([make_evidence(a, 0.1, 0.0)], {"a": a}).cited == ()  # 0.1 against 0.2*0.9


def test_no_verdict_is_uncited(make_source: MakeSource, make_evidence: MakeEvidence) -> None:
    a, b = make_source("a", "It was signed. Both signed it."), make_source("b", "They signed.")
    weak = [
        make_evidence(a, 0.4, 0.1, "It was signed."),
        make_evidence(a, 0.35, 0.1, "Both signed it."),
        make_evidence(b, 0.3, 0),
    ]
    decision = decide(weak, {"a": a, "b": b})
    assert decision.verdict == "supported"
    assert [(e.stance, e.sentence.text) for e in decision.cited] == [("supports", "It was signed.")]
    assert [s.stance for s in decision.stances] == ["supports", "silent"]


# -- cite


def test_a_citation_proves_itself(make_evidence: MakeEvidence, seeds: dict[str, Source]) -> None:
    source = seeds["bta-afp-kremlin"]
    sentence = "But it will not be a military assistance pact like the one Russia signed with North Korea last year."
    citation = cite(make_evidence(source, 0.0, 0.9, sentence))
    assert citation.exact == sentence == source.text[citation.start : citation.end]
    assert len(citation.prefix) == len(citation.suffix) == 32
    assert citation.source_sha256 == source.source_sha256
    assert (citation.status, citation.stance, citation.not_before) == ("exact", "refutes", "2025-01-17")
    assert citation.locator == {"line": source.text[: citation.start].count("\n") + 1, "page": None}
    saved = {name: getattr(citation, name) for name in ("start", "end", "exact", "prefix", "suffix")}
    assert reprove(source.text, saved)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Here", 1),
        ("a\nHere", 2),
        ("a\r\nb\r\nHere", 3),
        ("a\rb\rHere", 3),
        ("a\r\n\r\nHere", 3),
        ("a\n\rHere", 3),
        ("a\u2028Here", 1),
    ],
)
def test_lines_end_at_lf_cr_and_crlf(text: str, line: int, make_source: MakeSource) -> None:
    at = text.index("Here")
    assert line_of(make_source("a", text), Span(at, at + 4)) == line


@given(st.floats(0, 1), st.floats(0, 1))
def test_rounded_probabilities_sum_to_one_and_none_is_negative(s: float, share: float) -> None:
    r = (1 - s) * share
    p = rounded(Support(s, r, 1 - s - r))
    assert p.supports + p.refutes + p.neutral == pytest.approx(1)
    assert min(p.supports, p.refutes, p.neutral) >= 0
    assert "-" not in f"{p.neutral}"


# -- explain


def test_the_reason_names_the_sources() -> None:
    stances = [
        SourceStance("a", "refutes", 0.9), SourceStance("b", "refutes", 0.8, duplicate_of="a"),
        SourceStance("c", "supports", 0.7, superseded_by="a"), SourceStance("d", "silent", 0.9),
    ]  # fmt: skip
    said = explain("refuted", stances, Coverage(None, 4, 9))
    assert (
        said
        == "c supports it; a, b say otherwise; 1 source silent; b repeats another and counts once with it; c is superseded by a."
    )


def test_the_two_ways_of_not_knowing_read_differently() -> None:
    silent = explain("not_enough_evidence", [SourceStance("a", "silent", 1.0)], Coverage("silent", 1, 3))
    assert "1 source" in silent
    assert "Nothing" in explain("not_enough_evidence", [], Coverage("off_topic", 5, 3))

"""Where subjects end: the fit's own data, and claims of questions that nothing was fitted on."""

from training.subjects import HELD_OUT, QUESTIONS, examples, read_lines, same_claim


def test_most_claims_of_questions_by_another_writer_are_right() -> None:
    told = [same_claim(*pair) for pair in read_lines(HELD_OUT)]
    assert len(told) == 250
    assert sum(told) / len(told) >= 0.87


def test_what_is_held_out_is_not_fitted_on() -> None:
    assert not {asked for asked, _ in read_lines(HELD_OUT)} & {asked for asked, _ in read_lines(QUESTIONS)}


def test_an_example_knows_where_the_subject_of_its_statement_ends() -> None:
    first = next(e for e in examples() if e.auxiliary == "does")
    assert all(0 < end < len(first.tokens) for end in first.ends)


def test_after_did_the_inflected_word_tells_where_the_subject_ended() -> None:
    row = next(e for e in examples() if e.tokens == tuple("the strike of the cotton pickers last into 2014".split()))
    assert row.ends == {6}  # "the struck of …" and "the strike of the cotton picked …" are words in the same order

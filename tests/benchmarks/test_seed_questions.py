"""The tables of the seed questions are counted from scored samples, and each model has a column."""

from __future__ import annotations

from benchmarks.seed_questions import Answered, report
from eval.gold import Sample
from eval.score import Score, ScoredSample


def scored(id_: str, answer: str, *, right: bool, seconds: float) -> ScoredSample:
    sample = Sample.model_validate({"id": id_, "question": "Was it signed?", "type": "boolean", "answer": answer})
    score = Score(1.0 if right else 0.0, why="")
    return ScoredSample(sample, {"run": {"latency_s": seconds}}, {"answer_accuracy": score})


def test_tables() -> None:
    treaty = (scored("a", "yes", right=True, seconds=1.0), scored("b", "conflicting", right=False, seconds=3.0))
    newcomer = (scored("c", "no", right=True, seconds=2.0),)
    lines = report([
        Answered("treaty", "none", treaty, 500), Answered("newcomer", "none", newcomer, None),
        Answered("treaty", "local", treaty[:1], 2095),
    ]).splitlines()  # fmt: skip
    assert "| `treaty`, figure | `none` | `local` |" in lines
    right = [line.split(" [")[0] for line in lines if line.startswith("| boolean questions right")]
    # one of two; then newcomer's one of one; then together two of three
    assert right == ["| boolean questions right | 50.0 %", "| boolean questions right | 100.0 % (n 1) |",
                     "| boolean questions right | 66.7 %"]  # fmt: skip
    assert sum(line.startswith("| of them `conflicting`, found | 0.0 %") for line in lines) == 2
    assert "| `treaty`, `none` | 2.00 s | 3.0 s | 500 MB |" in lines
    assert "| `newcomer`, `none` | 2.00 s | 2.0 s | - |" in lines
    assert "| `treaty`, `local` | 1.00 s | 1.0 s | 2,095 MB |" in lines

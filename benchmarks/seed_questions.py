"""The bars of the seed questions: `python -m benchmarks.seed_questions --model none --split dev`.

Ingests the corpus of the gold file into a temporary home, opens the chain once, asks every question warm and in this
process, and prints each figure with n and a 95 % interval that resamples families. Failures are listed for `dev` only,
so that nobody mends what the test half measures. `--predictions FILE` scores answers that are there already, of this
program or another; `--questions-out FILE` writes the questions for `factcheck ask --file`.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.confusion import three_ways_of_no
from eval.corpus import corpus_paths, read_corpus
from eval.gold import Sample, read_gold
from eval.latency import median_latency_s
from eval.score import Record, ScoredSample
from eval.scoring import metric, read_predictions, score_all
from factcheck.errors import FactcheckError
from factcheck.records import Question
from factcheck.settings import load_settings

GOLD = Path(__file__).parents[1] / "eval" / "gold" / "treaty.yaml"


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure to reach, from issue 2. `local` and `none` are shares; `None` = no bar for that model."""

    scorer: str
    label: str
    none: float | None
    local: float | None


BARS = (
    Bar("citation_proof", "citations byte-equal at their offsets", 1.0, 1.0),
    Bar("answer_accuracy", "boolean questions right", 0.70, 0.82),
    Bar("value_match", "value questions right", None, 0.79),
    Bar("citation_carries", "right answers that cite what carries them", 0.85, 0.85),
    Bar("citation_coverage", "answerable questions with a citation", 0.90, 0.90),
)
MEDIAN_S = {"none": 1.0, "local": 12.0}
PEAK_MB = {"none": 600, "local": 2500}


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0; what is under its bar is printed, not an exit code: a benchmark is read by a person."""
    args = _parser().parse_args(argv)
    gold = read_gold(args.gold)
    samples = pick(gold.samples, split=args.split, limit=args.limit)
    if args.questions_out:
        args.questions_out.write_text("".join(_line(as_question(s)) for s in samples), encoding="utf-8")
        return 0
    corpus = read_corpus(gold.corpus, near=args.gold.parent)
    if args.predictions:
        records, peak_mb = read_predictions(args.predictions), None
    else:
        paths = corpus_paths(gold.corpus, near=args.gold.parent)
        records = {}
        with tempfile.TemporaryDirectory(prefix="factcheck-bars-") as folder:
            for record in ask(samples, paths, model=args.model, home=args.home or Path(folder)):
                records[record["question"]["id"]] = record
                if args.out:
                    with args.out.open("w" if len(records) == 1 else "a", encoding="utf-8") as out:
                        out.write(_line(record))
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scored = score_all(samples, records, corpus)
    print("\n".join(report(scored, model=args.model, peak_mb=peak_mb)))
    return 0


def pick(samples: Sequence[Sample], *, split: str, limit: int | None) -> list[Sample]:
    """Return one half (or all), thinned evenly to `limit` so that every part of the file is heard."""
    chosen = [s for s in samples if split == "all" or split in s.tags]
    if limit is None or limit >= len(chosen):
        return chosen
    return [chosen[i * len(chosen) // limit] for i in range(limit)]


def as_question(sample: Sample) -> dict[str, object]:
    """The sample as a line of a questions file: what the asker knows, nothing of the label."""
    known = {
        "id": sample.id,
        "question": sample.text,
        "type": sample.type,
        "as_of": sample.as_of,
        "event_date": sample.event_date,
        "choices": sample.choices,
        "sources": sample.sources,
    }
    return {key: value for key, value in known.items() if value}


def ask(samples: Sequence[Sample], paths: Sequence[str], *, model: str, home: Path) -> Iterator[Record]:
    """Ingest `paths`, then yield a record for each sample, in order; a failed question is an error record."""
    from pipeline.chain import open_chain  # noqa: PLC0415 (scoring predictions needs no chain)
    from vectorstore.ingest import ingest  # noqa: PLC0415
    from vectorstore.store import Store  # noqa: PLC0415

    settings = load_settings({"home": home, "model": model})
    with Store.open(settings, write=True) as store:
        ingest(paths, store)
    with open_chain(settings) as chain:
        for i, sample in enumerate(samples, 1):
            question = Question(
                text=sample.text,
                id=sample.id,
                type=sample.type,
                as_of=sample.as_of,
                event_date=sample.event_date,
                choices=tuple(sample.choices),
                sources=tuple(sample.sources),
            )
            start = time.perf_counter()
            try:
                record = {"schema": "factcheck/answer/1", **asdict(chain.invoke(question))}
            except FactcheckError as error:
                record = {
                    "schema": "factcheck/error/1",
                    "question": {"id": sample.id, "text": sample.text},
                    "error": {"kind": error.kind, "message": str(error)},
                }
            print(f"\r{i}/{len(samples)} {time.perf_counter() - start:.1f} s ", end="", file=sys.stderr, flush=True)
            yield json.loads(json.dumps(record))
    print(file=sys.stderr)


def report(scored: Sequence[ScoredSample], *, model: str, peak_mb: float | None) -> Iterator[str]:
    """Yield the lines of the report: the bars, recall by gold label, the ways of no, the failures of dev."""
    unscored = sum(s.unscored is not None for s in scored)
    yield f"{len(scored)} questions, {unscored} unscored, model {model}"
    yield ""
    yield "| figure | bar | reached | 95 % interval | n |"
    yield "|---|---|---|---|---|"
    for bar in BARS:
        found, aim = metric(scored, bar.scorer), bar.none if model == "none" else bar.local
        interval = "-" if found.low is None else f"{found.low:.1%} - {found.high:.1%}"
        yield f"| {bar.label} | {_share(aim)} | {_share(found.value)} | {interval} | {found.n} |"
    median = median_latency_s(s.record for s in scored if s.record is not None)
    took = "-" if median is None else f"{median:.2f} s"
    yield f"| median latency, warm | {MEDIAN_S.get(model, '-')} s | {took} | - | |"
    if peak_mb is not None:
        yield f"| peak memory | {PEAK_MB.get(model, '-')} MB | {peak_mb:.0f} MB | - | |"
    yield from _groups(scored)
    yield from _ways_of_no(scored)
    yield from _failures([s for s in scored if "dev" in s.sample.tags])


def _groups(scored: Sequence[ScoredSample]) -> Iterator[str]:
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for item in scored:
        for name in ("answer_accuracy", "value_match"):
            if (score := item.scores.get(name)) is not None:
                group = str(item.sample.answer if name == "answer_accuracy" else item.sample.type)
                if name == "value_match" and not item.sample.answerable:
                    group = "value not in the sources"
                seen[group] += 1
                right[group] += int(score.value)
    yield ""
    yield "right by gold answer or type: " + ", ".join(f"{g} {right[g]}/{n}" for g, n in seen.most_common())


def _ways_of_no(scored: Sequence[ScoredSample]) -> Iterator[str]:
    table = three_ways_of_no(scored)
    said = ("no", "silent", "off_topic", "unexplained", "answered")
    yield ""
    yield f"| gold \\ said | {' | '.join(said)} |"
    yield "|---" * (len(said) + 1) + "|"
    for gold in said[:3]:
        yield f"| {gold} | {' | '.join(str(table[gold, s]) for s in said)} |"


def _failures(dev: Sequence[ScoredSample]) -> Iterator[str]:
    yield ""
    yield "Failures (dev only):"
    for item in dev:
        if item.unscored:
            yield f"- {item.sample.id}: unscored, {item.unscored}"
        wrong = {name: s.why for name, s in item.scores.items() if s.value < 1}
        if wrong:
            yield f"- {item.sample.id} [{item.sample.type}] {item.sample.text}"
            yield from (f"    {name}: {why}" for name, why in wrong.items())


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _line(record: object) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seed_questions", description=__doc__)
    parser.add_argument("--model", default="none", help="none, local, openai:NAME (default: none)")
    parser.add_argument("--split", choices=("dev", "test", "all"), default="dev", help="half of the labels (dev)")
    parser.add_argument("--limit", type=int, help="ask this many, evenly spread")
    parser.add_argument("--out", type=Path, help="write the records here, NDJSON")
    parser.add_argument("--predictions", type=Path, help="score these records and ask nothing")
    parser.add_argument("--questions-out", type=Path, help="write the questions here, JSONL, and ask nothing")
    parser.add_argument("--gold", type=Path, default=GOLD, help="another gold file")
    parser.add_argument("--home", type=Path, help="a home that is ready, instead of a temporary one")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""Fits the calibration that ships: `python -m benchmarks.calibration --data DIR [--out FILE] [--limit N]`.

Asks questions of SQuAD 2.0, BoolQ and PubMedQA over one corpus of all their texts, with the model given, and fits the
maps on 40 % of the texts and the risk curve on the others. The development half of the gold suites is asked too,
for the maps, in which it counts as much as the public questions; `--run FILE` adds labelled runs of other suites.
The answers are kept in `--home` (NDJSON, one file a model, verifier and set): a second call asks what is missing.

SQuAD's questions without an answer are thinned to one in five: people mostly ask what the sources can answer, and a
half of unanswerable questions would teach every probability to be low. Figures and curve go into benchmarks/README.md.

Right is, for a value: the gold wording, or one that holds it with at most six words more, as the gold suite judges;
saying nothing is right where the text gives no answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from eval.asking import ask
from eval.benchmarks.ask_questions import ask_questions, fill, is_right
from eval.benchmarks.items import Document, QuestionItem
from eval.benchmarks.run import draw
from eval.benchmarks.table import BENCHMARKS, QuestionBenchmark
from eval.calibrate import Labelled, calibrate, calibration_text, labelled_runs, observe
from eval.corpus_home import corpus_settings
from eval.fit_probability import Observation, split
from eval.gold import Sample
from eval.intervals import set_interval
from eval.normalise import holds, words
from eval.score import Record, Rows, SetScorer
from eval.scorers.calibration import brier, ece
from eval.scorers.right import right
from eval.suite import Suite, open_suite, select
from factcheck.settings import Settings, load_settings
from pipeline.answerer import Answerer, open_answerer
from pipeline.calibration import SHIPPED, Calibration
from pipeline.support import open_scorer
from vectorstore.store import default_embedder

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- calibration: begin -->\n", "<!-- calibration: end -->\n"
UNANSWERABLE = 0.2  # of SQuAD's questions
SETS = {"squad2": 1160, "boolq": 450, "pubmedqa": 200}  # questions of each, at most
MAX_EXTRA = 6  # as eval.scorers.value_match has it for names


def main(argv: Sequence[str] | None = None) -> int:
    """Ask, fit, write, and print what came out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public sets or development copies")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the file (default: the one that ships)")
    parser.add_argument("--model", default="none")
    parser.add_argument("--limit", type=int, help="questions a set, at most")
    parser.add_argument("--run", type=Path, action="append", default=[], help="a labelled run; may be repeated")
    parser.add_argument("--home", type=Path, help="where corpus and answers are kept (default: a temporary folder)")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="factcheck-calibration-") as folder:
        home = args.home or Path(folder)
        labelled = [*public(args.data, home, model=args.model, limit=args.limit), *gold(home, model=args.model)]
    found = calibrate([*labelled, *labelled_runs(args.run)])
    args.out.write_text(calibration_text(found), encoding="utf-8")
    table = "\n".join([*report(found), *held_out(found, labelled)]) + "\n"
    print(table, end="")
    if args.out == SHIPPED:
        before, begin, rest = README.read_text("utf-8").partition(BEGIN)
        README.write_text(f"{before}{begin}{table}{END}{rest.partition(END)[2]}" if begin else before, "utf-8")
    return 0


def public(data: Path, home: Path, *, model: str, limit: int | None) -> list[Labelled]:
    """Return the labelled answers of the public sets, asked over one corpus of their texts."""
    sets = {name: _items(name, data, min(limit or most, most)) for name, most in SETS.items()}
    settings = load_settings({"home": home, "model": model}).model_copy(update={"max_risk": None})
    fill(settings, {id_: text for _, texts in sets.values() for id_, text in texts.items()})
    print(f"corpus of {len(sets)} sets ready", file=sys.stderr, flush=True)
    scorer = open_scorer(settings).name
    labelled = []
    for name, (items, _) in sets.items():
        by_id = {str(item.question.id): item for item in items}
        records = kept(home, (model, scorer, name), list(by_id), partial(_ask, by_id, settings))
        judged = {id_: counts(by_id[id_], record) for id_, record in records.items()}
        clusters = {id_: f"{name}:{item.cluster}" for id_, item in by_id.items()}
        labelled.append(_labelled(name, scorer, records, judged, clusters, public=True))
    return labelled


def gold(home: Path, *, model: str) -> list[Labelled]:
    """Return the labelled answers of the development half of the gold suites; nothing of the test half is asked."""
    settings = load_settings({"home": home, "model": model}).model_copy(update={"max_risk": None})
    embedder, scorer = default_embedder(settings.threads), open_scorer(settings).name
    labelled = []
    for name in ("treaty", "newcomer", "claims"):
        suite = open_suite(name)
        samples = {sample.id: sample for sample in select(suite.samples, tags=["dev"])}
        own = corpus_settings(suite, settings, embedder)
        with open_answerer(own, embedder=embedder) as answerer:
            records = kept(
                home,
                (model, scorer, name),
                list(samples),
                partial(_ask_gold, samples, suite, answerer),
            )
        scores = {id_: right(samples[id_], record, suite.corpus) for id_, record in records.items()}
        judged = {id_: score.value == 1 for id_, score in scores.items() if score is not None}
        clusters = {id_: f"seeds:{sample.cluster}" for id_, sample in samples.items()}
        labelled.append(_labelled(f"{name} (dev)", scorer, records, judged, clusters, public=False))
    return labelled


def _labelled(
    name: str, scorer: str, records: Mapping[str, Record], judged: Mapping[str, bool], clusters: Mapping[str, str],
    *, public: bool,
) -> Labelled:  # fmt: skip
    seen = tuple(observe(records[id_], right=ok, cluster=clusters[id_]) for id_, ok in judged.items())
    digest = hashlib.sha256("\n".join(f"{id_} {ok}" for id_, ok in judged.items()).encode()).hexdigest()
    failed = len(clusters) - len(seen)
    print(f"{name}: {len(seen)} answers, {sum(judged.values())} right, {failed} failed", file=sys.stderr, flush=True)
    return Labelled({"name": name, "n": len(seen), "sha256": digest}, scorer, seen, public)


def _ask(items: Mapping[str, QuestionItem], settings: Settings, left: Sequence[str]) -> Iterator[Record]:
    yield from (record for _, record in ask_questions([items[id_] for id_ in left], settings))


def _ask_gold(samples: Mapping[str, Sample], suite: Suite, answerer: Answerer, left: Sequence[str]) -> Iterator[Record]:
    yield from (ask(answerer, samples[id_], corpus=suite.corpus) for id_ in left)


def kept(
    home: Path, named: Sequence[str], ids: Sequence[str], asking: Callable[[Sequence[str]], Iterator[Record]]
) -> dict[str, Record]:
    """Return id -> answer: those that the file of this model, verifier and set has, then the others, added to it.

    Questions that failed are left out, and asked again by the next call.
    """
    path = home / f"{re.sub(r'[^a-z0-9.-]+', '-', ' '.join(named).lower())}.ndjson"
    home.mkdir(parents=True, exist_ok=True)
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    known: dict[str, Record] = {record["question"]["id"]: record for record in map(json.loads, lines)}
    left = [id_ for id_ in ids if id_ not in known]
    with path.open("a", encoding="utf-8") as out:
        for n, record in enumerate(asking(left) if left else (), 1):
            if "error" not in record:
                known[record["question"]["id"]] = record
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
            if sys.stderr.isatty():
                print(f"\r{path.stem} {n}/{len(left)} ", end="", file=sys.stderr, flush=True)
    return {id_: known[id_] for id_ in ids if id_ in known}


def _items(name: str, data: Path, limit: int) -> tuple[list[QuestionItem], Mapping[str, Document]]:
    """The questions, open over the whole corpus, with ids that no other set has; and the texts that they are about."""
    benchmark = BENCHMARKS[name]
    assert isinstance(benchmark, QuestionBenchmark)
    found = benchmark.read(data, benchmark.where)
    answerable = [item for item in found.items if item.answers]
    silent = [item for item in found.items if not item.answers]
    n_silent = min(round(UNANSWERABLE * limit), len(silent)) if silent else 0
    items = [*draw(answerable, limit - n_silent), *draw(silent, n_silent)]
    texts = {f"{name}/{id_}": found.texts[id_] for item in items for id_ in item.needs}
    opened = [replace(i, question=replace(i.question, id=f"{name}/{i.question.id}", sources=())) for i in items]
    return opened, texts


def counts(item: QuestionItem, record: Record) -> bool:
    """Whether an answer counts as right; see the module."""
    said = record.get("answer")
    if item.question.type == "boolean" or said is None or not item.answers:
        return is_right(item, record)
    extra = [len(words(str(said))) - len(words(gold)) for gold in item.answers if holds(str(said), gold)]
    return is_right(item, record) or any(n <= MAX_EXTRA for n in extra)


def report(found: Calibration) -> Iterator[str]:
    """Yield what was fitted, and each point of the curves, as Markdown."""
    yield f"Verifier `{found.verifier}`; " + ", ".join(f"{d['name']} {d['n']}" for d in found.data) + "."
    yield ""
    yield "| model | answers | map | n | log loss on unseen answers: none, Platt, isotonic |"
    yield "|---|---|---|---|---|"
    for model, fits in found.fits.items():
        for kind, fit in fits.items():
            methods = ("identity", "platt", "isotonic")
            losses = ", ".join(f"{fit.log_loss[m]:.3f}" if m in fit.log_loss else "-" for m in methods)
            yield f"| {model} | {kind} | {fit.method} | {fit.n} | {losses} |"
    for model, curve in found.risk.items():
        yield ""
        yield f"Risk with `{model}`, {curve.n} questions that no map was fitted on, bounds at {curve.confidence:.0%}:"
        yield ""
        yield "| withhold under | answered | wrong | risk | at most |"
        yield "|---|---|---|---|---|"
        for p in curve.points:
            share = p.n_answered / curve.n
            risk = p.n_wrong / p.n_answered if p.n_answered else 0.0
            yield f"| {p.threshold:.3f} | {p.n_answered} ({share:.0%}) | {p.n_wrong} | {risk:.1%} | {p.upper:.1%} |"


def held_out(found: Calibration, labelled: Sequence[Labelled]) -> Iterator[str]:
    """Yield how far the probabilities are from the share of right answers, on what no map has seen."""
    for model in found.risk:
        _, seen = split([o for part in labelled if part.public for o in part.observations if o.model == model])
        right, clusters = np.array([o.right for o in seen], dtype=float), [o.cluster for o in seen]
        raw = np.array([o.raw for o in seen])
        mapped = np.array([_mapped(found, o) for o in seen])
        yield ""
        yield f"The same questions with `{model}`, expected calibration error (ten bins of equal mass) and Brier score:"
        yield ""
        yield "| probability | ECE | Brier |"
        yield "|---|---|---|"
        for name, p in (("raw", raw), ("calibrated", mapped)):
            rows = np.column_stack([p, right])
            cells = [_cell(rows, clusters, scorer) for scorer in (ece, brier)]
            yield f"| {name} | {' | '.join(cells)} |"


def _mapped(found: Calibration, seen: Observation) -> float:
    known = found.fit_for(seen.model, seen.kind)
    return known[1](seen.raw) if known else seen.raw


def _cell(rows: Rows, clusters: Sequence[str], scorer: SetScorer) -> str:
    low, high = set_interval(rows, clusters, scorer.value) or (float("nan"), float("nan"))
    return f"{scorer.value(rows):.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    sys.exit(main())

"""Writing what the desk decided: gold labels with their corpus, regression cases, tables, calibration data.

All goes into one new folder, written beside it and renamed when it is whole; the labels are read back and proved by
`eval.lint` before that.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from eval.corpus import Corpus, read_corpus
from eval.gold import Sample, read_gold
from eval.lint import lint
from factcheck.csv_text import csv_text
from factcheck.errors import FactcheckError, UserError
from factcheck.records import Source
from review.annotations import decision_annotations
from review.gold import LeftOut, ReviewedAnswer, gold_labels, reviewed_answers
from review.reading import Item
from review.store import ReviewStore
from vectorstore.faults import storage_errors

__all__ = ["ExportReport", "export_desk"]

CSV_COLUMNS = (
    "item", "version", "question", "answer", "verdict", "probability", "model", "run", "target", "label", "source",
    "start", "end", "exact", "corrected_answer", "reviewer", "time", "adjudication", "independent", "state", "comment",
    "row", "hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written. `left_out` items gave no label; `files` are names in the folder."""

    folder: str
    n_samples: int
    n_regressions: int
    n_decisions: int
    left_out: tuple[LeftOut, ...]
    files: tuple[str, ...]


def export_desk(store: ReviewStore, folder: Path, *, corpus: str | None = None) -> ExportReport:
    """Write everything to `folder`, which must not exist.

    `corpus` names the texts of the labels, as a gold file does (`seeds`, a folder); None = they are written beside the
    labels, under `sources/`. Raises: UserError where the folder exists, nothing was decided, or the corpus holds
    another text than was judged.
    """
    if folder.exists():
        raise UserError(f"{folder} exists; give a name that is free, an export never mixes with another")
    answers = reviewed_answers(judged_items(store))
    if not answers:
        raise UserError("no decision counts on this desk, so there is nothing to export; judge something first")
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    with storage_errors(folder, "choose another place"):
        part.mkdir(parents=True)  # fails where it exists, so what is removed below is ours
        try:
            report = _write(store, answers, part, corpus)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return ExportReport(str(folder), *report)


def judged_items(store: ReviewStore) -> Iterator[Item]:
    """Yield the items with a live decision, in the order of their import."""
    store.refresh_sources()
    with store.transaction(write=False) as db:
        ids = [int(row[0]) for row in db.execute("SELECT DISTINCT item FROM live WHERE counts ORDER BY item")]
    for item_id in ids:
        yield store.item(item_id)


def _write(
    store: ReviewStore, answers: Sequence[ReviewedAnswer], part: Path, corpus: str | None
) -> tuple[int, int, int, tuple[LeftOut, ...], tuple[str, ...]]:
    named = corpus or "sources"
    if corpus is None:
        _write_sources(store, part / named)
    texts = read_corpus(named, near=part)
    _check_texts(store, texts, named)
    gold = gold_labels(answers, texts)
    for name, samples in (("gold.yaml", gold.samples), ("regressions.yaml", gold.regressions)):
        if samples:
            _write_gold(part / name, named, samples, texts)
    rows = list(_rows(answers))
    _write_lines(part / "provenance.jsonl", gold.provenance)
    _write_lines(part / "left-out.jsonl", (asdict(one) for one in gold.left_out))
    _write_lines(part / "calibration.jsonl", _calibration(answers))
    (part / "decisions.csv").write_text(csv_text(CSV_COLUMNS, rows), "utf-8", newline="")
    (part / "annotations.jsonld").write_text(decision_annotations(answers, store.texts), "utf-8")
    files = tuple(sorted(path.name for path in part.iterdir()))
    return len(gold.samples), len(gold.regressions), len(rows), gold.left_out, files


def _write_sources(store: ReviewStore, folder: Path) -> None:
    """Write every stored text with its provenance, so that `ingest` and the harness read the same ids and bytes."""
    if not store.texts.hashes():
        raise UserError(
            f"{store.path.parent} holds no sources for the labels; `factcheck ingest` them, or name a --corpus"
        )
    folder.mkdir()
    listing = []
    for number, source_id in enumerate(sorted(store.texts.hashes()), start=1):
        source = store.texts.source(source_id)
        if source is None:
            continue
        name = f"{number:04}.txt"
        (folder / name).write_bytes(source.text.encode())
        listing.append({"id": source_id, "file": name, **_known(source)})
    (folder / "sources.yaml").write_text(_yaml(listing), "utf-8")


def _known(source: Source) -> dict[str, Any]:
    return {key: value for key, value in asdict(source.provenance).items() if value is not None}


def _check_texts(store: ReviewStore, texts: Corpus, named: str) -> None:
    """The labels must speak of the texts that were judged."""
    for source_id, sha256 in store.texts.hashes().items():
        if source_id in texts and texts[source_id].sha256 != sha256:
            raise UserError(
                f"corpus {named!r} has another text of {source_id!r} than the catalog, on which it was judged; "
                "ingest that corpus and judge again, or export without --corpus"
            )


def _write_gold(path: Path, corpus: str, samples: Sequence[Sample], texts: Corpus) -> None:
    listed = [sample.model_dump(mode="json", exclude_defaults=True) | {"answer": sample.answer} for sample in samples]
    path.write_text(_yaml({"schema": "factcheck/gold/1", "corpus": corpus, "samples": listed}), "utf-8")
    read = read_gold(path)
    found = [finding for finding in lint(read, texts) if finding.level == "error"]
    if tuple(read.samples) != tuple(samples) or found:
        raise FactcheckError(f"{path.name} does not read back as written ({found[:1]}); this is a fault of ours")


def _yaml(value: object) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120))


def _write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    if lines:
        path.write_text("".join(lines), "utf-8")


def _calibration(answers: Sequence[ReviewedAnswer]) -> Iterator[dict[str, Any]]:
    """One line for each judged answer: the probability that was given, and whether it was right."""
    for answer in answers:
        row = answer.item.row
        if answer.label is not None:
            yield {
                "item": row.key, "version": row.version, "kind": row.kind, "model": row.model, "run": row.run,
                "sample": row.sample, "type": (answer.item.record.get("question") or {}).get("type"),
                "verdict": row.verdict, "probability": row.probability, "abstained": row.abstained,
                "label": answer.label, "right": answer.right,
            }  # fmt: skip


def _rows(answers: Sequence[ReviewedAnswer]) -> Iterator[dict[str, Any]]:
    for answer in answers:
        row = answer.item.row
        for shown in answer.item.decisions:
            one = shown.decision
            cited = answer.item.citations[one.payload["citation"]].citation if shown.state in (
                "counts", "returned", "replaced", "withdrawn") and one.kind == "citation" else {}  # fmt: skip
            span = one.payload.get("span") or cited
            yield {
                "item": row.key, "version": one.version, "question": row.text, "answer": row.answer,
                "verdict": row.verdict, "probability": row.probability, "model": row.model, "run": row.run,
                "target": one.target, "label": one.label, "source": span.get("source"), "start": span.get("start"),
                "end": span.get("end"), "exact": span.get("exact"), "corrected_answer": one.payload.get("answer"),
                "reviewer": one.author, "time": one.time, "adjudication": one.final,
                "independent": not (one.final or one.payload.get("informed")), "state": shown.state,
                "comment": one.comment, "row": one.seq, "hash": one.hash,
            }  # fmt: skip

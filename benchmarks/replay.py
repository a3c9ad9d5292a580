"""Record and replay over the seed questions: `python -m benchmarks.replay --model local [--limit N] [--folder DIR]`.

Asks every question of the gold file once with the model and `record`, and once more in a new process state with
`replay`, without weights and without the response cache, and compares the two files of records byte for byte, timings
left out. Exit 1 where a record differs. With `--folder` what is there already is used again: a recording that was
interrupted is not made twice.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.asking import ask
from eval.corpus import corpus_paths
from eval.gold import Sample
from eval.suite import Suite, open_suite, select
from factcheck.settings import Settings, load_settings
from pipeline.answerer import open_answerer
from vectorstore.ingest import ingest
from vectorstore.store import Store


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 where every record is the same, 1 where one differs."""
    args = _parser().parse_args(argv)
    suite = open_suite(args.suite)
    samples = select(suite.samples, limit=args.limit)
    with tempfile.TemporaryDirectory(prefix="factcheck-replay-") as temporary:
        folder: Path = args.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        flags: dict[str, Any] = {"home": folder / "home", "cache_responses": False}
        with Store.open(load_settings(flags), write=True) as store:
            ingest(corpus_paths(suite.gold.corpus, near=suite.path.parent), store)
        calls, recorded, replayed = folder / "calls.jsonl", folder / "recorded.ndjson", folder / "replayed.ndjson"
        if not recorded.is_file():
            calls.unlink(missing_ok=True)
            partial = recorded.with_suffix(".partial")
            _write(partial, suite, samples, load_settings({**flags, "model": args.model, "record": calls}))
            partial.replace(recorded)
        started = time.monotonic()
        no_weights = {"cache": folder / "no-weights", "model": "auto", "replay": calls}
        _write(replayed, suite, samples, load_settings({**flags, **no_weights}))
        took = time.monotonic() - started
        left, right = (list(_without_timings(path)) for path in (recorded, replayed))
    same = sum(a == b for a, b in zip(left, right, strict=True))
    errors = sum(json.loads(line)["schema"] == "factcheck/error/1" for line in left)
    print(f"model {args.model}: {len(left)} records ({errors} of them errors), {same} the same byte for byte")
    print(f"replayed in {took:.1f} s")
    for a, b in zip(left, right, strict=True):
        if a != b:
            print(f"- recorded {a}\n  replayed {b}")
    return 0 if same == len(left) else 1


def _write(path: Path, suite: Suite, samples: Sequence[Sample], settings: Settings) -> None:
    """Ask all samples and write their records, one a line."""
    with open_answerer(settings) as answerer, path.open("w", encoding="utf-8") as out:
        for i, sample in enumerate(samples, 1):
            record = ask(answerer, sample, corpus=suite.corpus)
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            out.flush()
            print(f"\r{i}/{len(samples)} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _without_timings(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        record.get("run", {}).pop("latency_s", None)
        yield json.dumps(record, ensure_ascii=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--model", default="none", help="none, local, openai:NAME (default: none)")
    parser.add_argument("--limit", type=int, help="ask this many, evenly spread")
    parser.add_argument("--folder", type=Path, help="keep home, recording and records here")
    parser.add_argument("--suite", default="treaty", help="a gold file, or the name of one that ships (treaty)")
    return parser


if __name__ == "__main__":
    sys.exit(main())

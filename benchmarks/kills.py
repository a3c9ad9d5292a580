"""Kill an ingest again and again, and look for what was lost: `python -m benchmarks.kills --kills 50 --texts 2000`.

Ingests a folder of texts in a child process and kills it (`kill -9`) at a random moment, `--kills` times, each run
resuming what the last one left; between kills some files change, come and go, so that there is always work to do.
After every kill the catalog, the texts and the lexical index must be right as they are. After every tenth, and at the
end, one run goes through: then `doctor` must find nothing, and everything is compared with the files and with a store
made from them without any kill: ids, texts, chunks, the words of each chunk in the lexical index, keys and vectors in
Chroma. The embedder is the hashing one (`--embedder shipped` for the one that ships).
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np

from factcheck.settings import Settings
from vectorstore.checks import store_checks
from vectorstore.embedder import Embedder, embedder_name
from vectorstore.hash_embedder import HashEmbedder
from vectorstore.indexes import open_vectors
from vectorstore.ingest import ingest
from vectorstore.lexical import words
from vectorstore.store import Store, default_embedder

_CHILD = "import sys; from benchmarks.kills import run_ingest; run_ingest(*sys.argv[1:])"
_TOPICS = ("treaty", "Moscow", "Tehran", "gas", "sanctions", "clause", "defence", "minister", "Friday", "percent")
_AS_THEY_ARE = {"catalog", "texts", "lexical index"}  # right at any moment; the vectors may lack what is marked


@dataclass(slots=True)
class Outcome:
    """What the kills did. `faults` is empty where nothing was lost or doubled."""

    n_kills: int = 0
    n_compared: int = 0
    n_chunks: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kill:
    """Kill so many seconds after a stage was told: `open`, or `embed` (all files are read, vectors are made)."""

    since: str
    after_s: float


def embedder_of(name: str) -> Embedder:
    return default_embedder() if name == "shipped" else HashEmbedder()


def run_ingest(folder: str, home: str, embedder: str) -> None:
    """What the child does: one ingest with --prune, telling its stages."""
    with Store.open(Settings(home=Path(home)), embedder_of(embedder), write=True, wait_s=10) as store:
        print("open", flush=True)
        ingest([folder], store, prune=True, progress=lambda *told: print(*told, flush=True))
    print("done", flush=True)


def write_texts(folder: Path, n: int, rng: random.Random) -> None:
    folder.mkdir()
    for i in range(n):
        _write(folder, i, rng)


def _write(folder: Path, i: int, rng: random.Random) -> None:
    sentences = [
        f"{rng.choice(_TOPICS)} {rng.choice(_TOPICS)} number {rng.randrange(10_000)} it is." for _ in range(12)
    ]
    (folder / f"t{i:05}.txt").write_text(f"Text number {i}. " + " ".join(sentences * rng.choice((1, 1, 2))))


def disturb(folder: Path, rng: random.Random, n: int) -> None:
    """Change, remove and add `n` files each."""
    there = sorted(folder.iterdir())
    for path in rng.sample(there, min(n, len(there))):
        path.write_text(f"{path.read_text()} Changed {rng.randrange(10_000)}.")
    for path in rng.sample(there, min(n, len(there) - 1)):
        path.unlink()
    for _ in range(n):
        _write(folder, rng.randrange(100_000), rng)


def kill_and_resume(
    folder: Path, home: Path, *, kills: int, embedder: str, rng: random.Random, disturbed: int = 120, every: int = 10
) -> Outcome:
    """Run the ingest and kill it, `kills` times; see the module. `folder` has the texts."""
    outcome = Outcome()
    took_s = {"open": 20.0, "embed": 3.0}  # from there to the end of an ingest, as far as known
    while outcome.n_kills < kills:
        since = rng.choice(("open", "embed"))  # half of the kills while vectors are made: the shorter stage
        killed, stage, lasted_s = _run(folder, home, embedder, Kill(since, rng.uniform(0.0, took_s[since])))
        if killed:
            outcome.n_kills += 1
            outcome.stages[stage] += 1
            outcome.faults += [f"after kill {outcome.n_kills}: {f}" for f in failed(home, only=_AS_THEY_ARE)]
        elif lasted_s is not None:
            took_s[since] = max(0.2, lasted_s)
        if killed and outcome.n_kills % every == 0:
            _whole(folder, home, embedder, outcome)
        disturb(folder, rng, disturbed)
    _whole(folder, home, embedder, outcome)
    return outcome


def _whole(folder: Path, home: Path, embedder: str, outcome: Outcome) -> None:
    """Let one run go through, and compare everything."""
    killed, stage, _ = _run(folder, home, embedder, None)
    where = f"after {outcome.n_kills} kills"
    if killed or stage != "done":
        outcome.faults.append(f"{where}: the resumed ingest did not end ({stage})")
        return
    outcome.faults += [f"{where}: {fault}" for fault in failed(home)]
    with tempfile.TemporaryDirectory(prefix="factcheck-whole-") as fresh:
        _run(folder, Path(fresh) / "home", embedder, None)
        found, expected = contents(home, embedder), contents(Path(fresh) / "home", embedder)
        outcome.faults += [f"{where}: {fault}" for fault in differences(found, expected, folder)]
    outcome.n_compared += 1
    outcome.n_chunks = len(found["chunks"])


def _run(folder: Path, home: Path, embedder: str, kill: Kill | None) -> tuple[bool, str, float | None]:
    """Run one ingest; return whether it was killed, its last stage, and the seconds from `kill.since` to its end."""
    command = [sys.executable, "-c", _CHILD, str(folder), str(home), embedder]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        stage, killed, began, timer = "starting", False, None, None

        def end_it() -> None:
            nonlocal killed
            killed = child.poll() is None
            child.send_signal(signal.SIGKILL)

        for line in child.stdout:
            if not line.endswith("\n"):
                break  # cut off by the kill
            told, *counts = line.split()
            stage = "embed" if told == "read" and counts[0] == counts[1] else told  # all read: vectors are next
            if kill is not None and timer is None and stage in {kill.since, "embed"}:
                began = time.monotonic()
                timer = Timer(kill.after_s, end_it)
                timer.start()
        said = child.stderr.read() if child.stderr else ""
        child.wait()
        if timer is not None:
            timer.cancel()
            timer.join()
    if not killed and child.returncode != 0:
        stage = f"exit status {child.returncode}: {said.strip().splitlines()[-1] if said.strip() else ''}"
    return killed and child.returncode < 0, stage, None if began is None else time.monotonic() - began


def failed(home: Path, only: set[str] | None = None) -> list[str]:
    """Return what `doctor` finds wrong with the store; a home that a kill left without a catalog is no fault."""
    checks = [c for c in store_checks(Settings(home=home)) if not c.ok and c.name != "disk"]
    return [f"doctor: {c.name}: {c.detail}" for c in checks if only is None or c.name in only]


def contents(home: Path, embedder: str) -> dict[str, Any]:
    """Return everything that is stored, apart from version numbers: those count how often a text was changed."""
    opened = embedder_of(embedder)
    with Store.open(Settings(home=home), opened) as store:
        catalog = store._catalog
        texts = {source.id: source.text for source in store.sources()}
        rows = [row for source_id in texts for row in catalog.chunk_rows(source_id)]
        indexed = dict(catalog.rows("SELECT rowid, words FROM chunks_fts"))
        stored = Counter(row[0] for row in catalog.rows("SELECT rowid FROM chunks_fts"))
        vectors = open_vectors(store.settings, catalog, embedder_name(opened))
        try:
            got: Any = vectors._collection.get(include=["embeddings"])
        finally:
            vectors.close()
    by_key = dict(zip(got["ids"], got["embeddings"], strict=True))
    names = {row.key: (row.source, row.no) for row in rows}
    return {
        "texts": texts,
        "chunks": {(row.source, row.no): row.span for row in rows},
        "words": {(row.source, row.no): indexed.get(row.rowid) for row in rows},
        "wanted words": {(row.source, row.no): words(row.span.of(texts[row.source])) for row in rows},
        "n_lexical": sum(stored.values()),
        "n_vectors": len(got["ids"]),
        "vectors": {names.get(key, key): vector for key, vector in by_key.items()},
    }


def differences(found: dict[str, Any], expected: dict[str, Any], folder: Path) -> Iterator[str]:
    """Yield what was lost, doubled or changed."""
    files = {path.name: path.read_text() for path in folder.iterdir()}
    if found["texts"] != files:
        lost, extra = files.items() - found["texts"].items(), found["texts"].keys() - files.keys()
        yield f"texts: {len(lost)} lost or old, {len(extra)} too many"
    for name in ("texts", "chunks", "words"):
        if found[name] != expected[name]:
            yield f"{name} differ from those of an ingest without kills"
    if found["words"] != found["wanted words"]:
        yield "the lexical index holds other words than the chunks"
    n = len(found["chunks"])
    if not found["n_lexical"] == found["n_vectors"] == len(found["vectors"]) == n:
        yield f"{n} chunks, {found['n_lexical']} in the lexical index, {found['n_vectors']} vectors"
    if found["vectors"].keys() != expected["vectors"].keys():
        yield "the vectors are those of other chunks"
    else:
        far = [k for k, v in found["vectors"].items() if not np.allclose(v, expected["vectors"][k], atol=1e-5)]
        if far:
            yield f"{len(far)} vectors differ, such as that of {far[0]}"


def main(argv: Sequence[str] | None = None) -> int:
    """Return 1 where anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--embedder", choices=("hash", "shipped"), default="hash")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    rng = random.Random(args.seed)
    with tempfile.TemporaryDirectory(prefix="factcheck-kills-") as name:
        folder, home = Path(name) / "texts", Path(name) / "home"
        write_texts(folder, args.texts, rng)
        found = kill_and_resume(folder, home, kills=args.kills, embedder=args.embedder, rng=rng)
    stages = ", ".join(f"{stage} {n}" for stage, n in found.stages.most_common())
    print(f"{found.n_kills} kills (last stage told: {stages}); {found.n_chunks} chunks at the end")
    print(f"{found.n_compared} comparisons of everything; {len(found.faults)} faults")
    print("\n".join(found.faults))
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())

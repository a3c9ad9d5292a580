"""The shipped embedder: shapes, meaning, batch invariance, awkward texts, damaged weights."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factcheck.errors import WeightsError
from vectorstore.embed import MINILM_WEIGHTS, MiniLmEmbedder, _batches

ROOT = Path(__file__).parents[2]
AWKWARD = [
    "",
    " ",
    "a",
    "条約に相互防衛条項はありますか。",
    "😀👩‍👩‍👧",
    "Ünïcode ﬁne",
    "a\x00b",
    "\ud800 lone",
    "x" * 5000,
    "\n\r\n",
]


@pytest.fixture(scope="module")
def minilm() -> MiniLmEmbedder:
    return MiniLmEmbedder()


@pytest.fixture(scope="module")
def seed_lines() -> list[str]:
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    return [line for text in texts for line in text.splitlines() if line.strip()][:16]


def test_rows_are_unit_float32_in_order(minilm: MiniLmEmbedder, seed_lines: list[str]) -> None:
    vectors = minilm.embed(seed_lines)
    assert vectors.shape == (len(seed_lines), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.abs(vectors[::-1] - minilm.embed(seed_lines[::-1])).max() < 1e-5


def test_batched_equals_alone(minilm: MiniLmEmbedder, seed_lines: list[str]) -> None:
    texts = seed_lines + AWKWARD
    alone = np.concatenate([minilm.embed([text]) for text in texts])
    assert np.abs(minilm.embed(texts) - alone).max() < 1e-5


def test_padding_changes_nothing(minilm: MiniLmEmbedder) -> None:
    # Length buckets hide padding; here the short text is padded to 256 by hand.
    short, long = minilm._pieces("The treaty runs for twenty years."), minilm._pieces("treaty " * 400)
    padded = minilm._run([short, long])[0]
    assert np.abs(padded - minilm._run([short])[0]).max() < 1e-5


def test_near_meanings_are_nearer(minilm: MiniLmEmbedder) -> None:
    claim, same, other = minilm.embed(
        ["The pact lasts for twenty years.", "The agreement's duration is two decades.", "Cats sleep most of the day."]
    )
    assert claim @ same > 0.6
    assert claim @ other < 0.2


def test_matches_the_float32_original(minilm: MiniLmEmbedder) -> None:
    # First four numbers that torch and transformers give for this sentence with the official weights.
    vector = minilm.embed(["This is an example sentence"])[0]
    assert vector[:4] == pytest.approx([0.0677, 0.0635, 0.0487, 0.0793], abs=4e-3)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_has_a_unit_vector(minilm: MiniLmEmbedder, text: str) -> None:
    assert np.linalg.norm(minilm.embed([text])[0]) == pytest.approx(1.0, abs=1e-5)


def test_no_texts(minilm: MiniLmEmbedder) -> None:
    assert minilm.embed([]).shape == (0, 384)


def test_identical_texts_are_computed_once(minilm: MiniLmEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    run = minilm._run
    monkeypatch.setattr(minilm, "_run", lambda pieces: sizes.append(len(pieces)) or run(pieces))
    vectors = minilm.embed(["The treaty was signed in Moscow."] * 10_000)
    assert vectors.shape == (10_000, 384)
    assert (vectors == vectors[0]).all()
    assert sizes == [1]


def test_long_text_is_cut_at_256_word_pieces(minilm: MiniLmEmbedder) -> None:
    long = "word " * 300_000
    assert minilm.n_word_pieces("word " * 254) == minilm.max_word_pieces == 256
    assert minilm.n_word_pieces("word " * 255) == 257
    assert np.array_equal(minilm.embed([long]), minilm.embed(["word " * 254]))


def test_word_pieces_are_counted_with_special_tokens(minilm: MiniLmEmbedder) -> None:
    assert minilm.n_word_pieces("") == 2  # [CLS] [SEP]
    assert minilm.n_word_pieces("treaty") == 3
    assert minilm.n_word_pieces("unaffable") == 5  # una ##ffa ##ble


@given(st.lists(st.integers(2, 256), max_size=300))
@settings(max_examples=50, deadline=None)
def test_batches_hold_every_place_once_within_bounds(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(len(b) * max(lengths[i] for i in b) <= 2048 for b in batches)


def test_many_threads_share_one_embedder(seed_lines: list[str]) -> None:
    shared = MiniLmEmbedder(threads=1)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: shared.embed([text])[0], seed_lines[:8]))
    assert np.abs(np.stack(rows) - shared.embed(seed_lines[:8])).max() < 1e-5


def test_name_changes_with_the_weights(minilm: MiniLmEmbedder) -> None:
    sha256 = json.loads((MINILM_WEIGHTS / "config.json").read_text("utf-8"))["files"]["model.onnx"]["sha256"]
    assert minilm.name == f"all-MiniLM-L6-v2:{sha256[:12]}"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINILM_WEIGHTS, tmp_path / "minilm"))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_damaged_weights_are_never_loaded(copied: Path, name: str) -> None:
    damaged = bytearray((copied / name).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (copied / name).write_bytes(damaged)
    with pytest.raises(WeightsError, match=rf"{name} has sha256 .* install factcheck-pipeline again") as caught:
        MiniLmEmbedder(weights=copied).embed(["x"])
    assert "\n" not in str(caught.value)


def test_truncated_weights_say_their_size(copied: Path) -> None:
    with (copied / "model.onnx").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(WeightsError, match=r"model\.onnx has 1,000 bytes instead of 23,"):
        MiniLmEmbedder(weights=copied).embed(["x"])


def test_missing_weights_are_named(copied: Path) -> None:
    (copied / "model.onnx").unlink()
    with pytest.raises(WeightsError, match=r"model\.onnx is missing"):
        MiniLmEmbedder(weights=copied).n_word_pieces("x")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 1}', "\udc80"])
def test_unreadable_config_is_a_weights_error(copied: Path, content: str) -> None:
    (copied / "config.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(WeightsError, match=r"config\.json"):
        MiniLmEmbedder(weights=copied)


def test_a_file_that_is_no_model_is_a_weights_error(copied: Path) -> None:
    (copied / "model.onnx").write_bytes(b"not a model")
    config = json.loads((copied / "config.json").read_text("utf-8"))
    config["files"]["model.onnx"] = {"bytes": 11, "sha256": hashlib.sha256(b"not a model").hexdigest()}
    (copied / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(WeightsError, match=r"onnxruntime .* cannot load"):
        MiniLmEmbedder(weights=copied).embed(["x"])


def test_import_and_name_load_no_runtime() -> None:
    code = (
        "import sys; from vectorstore.embed import MiniLmEmbedder; MiniLmEmbedder().name; "
        "print([m for m in ('onnxruntime', 'tokenizers', 'chromadb', 'torch') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

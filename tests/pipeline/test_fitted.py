"""What is fitted belongs to the weights that ship, and says where it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factcheck.errors import WeightsError
from pipeline.fitted import coefficients, read_fits
from pipeline.pooling import ALONE, WITH_MODEL
from pipeline.rank_values import WEIGHTS as VALUES
from pipeline.verifier import WEIGHTS
from pipeline.window_pooling import SLOPE
from training.fits import write_fit


def test_every_fit_is_of_the_verifier_that_ships() -> None:
    config = json.loads((WEIGHTS / "config.json").read_text("utf-8"))
    shipped = f"{config['name']}:{config['files']['model.onnx']['sha256'][:12]}"
    fits = read_fits()
    assert set(fits) == {"sentences", "sentences, with a model", "values", "documents"}
    assert {fit["verifier"] for fit in fits.values()} == {shipped}
    assert all(fit["command"].startswith("python -m training.") and fit["n"] > 0 for fit in fits.values())


def test_the_chain_uses_them() -> None:
    assert ALONE.relevance == coefficients("sentences")["relevance"]
    assert WITH_MODEL.model_side == coefficients("sentences, with a model")["model_side"]
    assert VALUES.said == coefficients("values")["said"]
    assert coefficients("documents")["slope"] == SLOPE


def test_a_new_fit_takes_the_place_of_the_former_one(tmp_path: Path) -> None:
    path = tmp_path / "fitted.json"
    for slope in (0.5, 0.614):
        write_fit("documents", {"slope": slope}, command="python -m x", verifier="v:1", n=3, path=path)
    write_fit("values", {"bias": -0.001}, command="python -m y", verifier="v:2", n=4, path=path)
    assert read_fits(path)["documents"] == {
        "coefficients": {"slope": 0.61}, "command": "python -m x", "verifier": "v:1", "n": 3
    }  # fmt: skip
    assert str(read_fits(path)["values"]["coefficients"]["bias"]) == "0.0"  # no minus zero


@pytest.mark.parametrize("text", ["", "{}", "[1]"])
def test_a_broken_file_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fitted.json"
    path.write_text(text, "utf-8")
    with pytest.raises(WeightsError, match="cannot be read"):
        read_fits(path)


def test_a_fit_that_is_missing_is_told() -> None:
    with pytest.raises(WeightsError, match="no fit 'widths'"):
        coefficients("widths")

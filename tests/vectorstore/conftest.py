"""A deterministic embedder and a home in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from factcheck.settings import Settings
from vectorstore.hash_embedder import HashEmbedder

# The first example pays for loading the encoding, and the machine may be busy: no deadline for one example.
hypothesis_settings.register_profile("factcheck", deadline=None)
hypothesis_settings.load_profile("factcheck")


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")

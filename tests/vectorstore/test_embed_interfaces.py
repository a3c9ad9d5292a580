"""LangChain's own test suites for embeddings, and Chroma with our embedding function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb
import pytest
from chromadb.config import Settings
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from factcheck.errors import WeightsError
from vectorstore.chroma_function import MiniLmEmbeddingFunction
from vectorstore.embed import MiniLmEmbedder
from vectorstore.langchain_embeddings import MiniLmEmbeddings


class TestLangChainUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return MiniLmEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"threads": 2}


class TestLangChainIntegration(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return MiniLmEmbeddings


def test_chroma_embeds_queries_and_reopens_by_name(tmp_path: Path) -> None:
    quiet = Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(tmp_path), settings=quiet)
    made = client.create_collection("texts", embedding_function=MiniLmEmbeddingFunction())
    made.add(ids=["treaty", "cats"], documents=["The pact lasts for twenty years.", "Cats sleep most of the day."])
    again = client.get_collection("texts")  # Chroma builds the function from the stored config
    found = again.query(query_texts=["How long is the agreement valid?"], n_results=2)
    assert found["ids"] == [["treaty", "cats"]]
    assert again.configuration["hnsw"]["space"] == "cosine"
    client.close()


def test_chroma_config_round_trip() -> None:
    function = MiniLmEmbeddingFunction(threads=1)
    config = function.get_config()
    assert config["weights"] == MiniLmEmbedder().name
    assert MiniLmEmbeddingFunction.build_from_config(config).get_config() == config
    assert not function.is_legacy()


def test_chroma_refuses_other_weights() -> None:
    with pytest.raises(WeightsError, match="was embedded with 'other:1'"):
        MiniLmEmbeddingFunction.build_from_config({"weights": "other:1", "threads": 2})

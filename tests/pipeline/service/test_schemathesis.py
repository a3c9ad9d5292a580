"""The service against its own OpenAPI document: what is valid is accepted, what is not is refused."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from pipeline.service.guard import Limits

pytestmark = pytest.mark.slow

OPERATIONS = ("POST /ask", "POST /search", "POST /score", "POST /verify", "GET /sources", "GET /sources/{source_id}",
              "GET /health")  # fmt: skip


@pytest.fixture(scope="module")
def document(make_app: Any) -> Any:
    app = make_app(limits=Limits(hosts=("testserver",), max_body_bytes=1_000_000_000), n=4, waiting=100, deadline_s=120)
    return schemathesis.openapi.from_asgi("/openapi.json", app, config=SchemathesisConfig())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_the_service_does_what_its_document_says(label: str, mode: GenerationMode, document: Any) -> None:
    operations = {operation.ok().label: operation.ok() for operation in document.get_all_operations()}
    assert set(operations) == set(OPERATIONS)
    if mode is GenerationMode.NEGATIVE and label == "GET /health":
        pytest.skip("it takes nothing that could be wrong")

    @settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operations[label].as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        case.call_and_validate()

    check()

"""The service: the same records as the command line, and a problem document for everything that goes wrong."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from factcheck.errors import ModelReplyError, ModelUnavailableError, StoreCorruptError, StoreLockedError, WeightsError
from pipeline.reprove import check_citation
from pipeline.service.guard import Limits
from pipeline.service.messages import AskRequest
from pipeline.service.problems import MEDIA_TYPE, of_error
from tests.pipeline.service.conftest import TOKEN, MakeApp, SlowScorer, connect

TREATY = "Does the treaty include a mutual defence clause?"


def assert_problem(response: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert (problem["kind"], problem["type"]) == (kind, f"urn:factcheck:problem:{kind}")
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    return problem


async def test_an_answer_is_the_record_of_the_command_line(
    client: httpx.AsyncClient, seed_records: tuple[dict[str, Any], ...], hashed_store: Any
) -> None:
    response = await client.post("/ask", json={"question": TREATY, "id": "defence"})
    record = response.json()
    assert response.status_code == 200
    for each in (record, expected := dict(seed_records[0])):
        each.pop("run")
    assert record == expected
    for citation in record["citations"]:
        assert check_citation("c", citation, hashed_store.text_by_hash).ok


async def test_a_claim_a_choice_and_as_of(client: httpx.AsyncClient) -> None:
    claim = await client.post("/ask", json={"question": "x", "claim": "The treaty was signed in Moscow."})
    assert claim.json()["claim"] == "The treaty was signed in Moscow."
    choice = await client.post(
        "/ask", json={"question": "Where was it signed?", "type": "choice", "choices": ["Moscow", "Oslo"]}
    )
    assert choice.json()["question"]["type"] == "choice"
    early = await client.post("/ask", json={"question": TREATY, "as_of": "1999-01-01"})
    assert early.json()["verdict"] == "not_enough_evidence"


async def test_searching_scoring_and_listing(client: httpx.AsyncClient) -> None:
    found = (await client.post("/search", json={"query": "gas pipeline", "n": 3, "by": "lexical"})).json()["passages"]
    assert [p["rank"] for p in found] == [1, 2, 3][: len(found)]
    assert "pipeline" in found[0]["text"]
    pairs = [
        {"claim": "The sky is blue.", "document": "The sky is blue."},
        {"id": "b", "claim": "a", "document": "b"},
    ]
    scores = (await client.post("/score", json={"pairs": pairs})).json()["scores"]
    assert [s["id"] for s in scores] == [1, "b"]
    assert scores[0]["supports"] > scores[0]["refutes"]
    listed = (await client.get("/sources", params={"limit": 2, "offset": 1})).json()
    assert (listed["total"], len(listed["sources"])) == (5, 2)
    assert "text" not in listed["sources"][0]
    one = (await client.get(f"/sources/{listed['sources'][0]['id']}")).json()
    assert len(one["text"]) == one["n_chars"]
    again = await client.get(f"/sources/{one['id']}", params={"sha256": one["source_sha256"]})
    assert again.json() == one
    assert (await client.get("/health")).json()["n_sources"] == 5


JSON = {"Content-Type": "application/json"}


async def test_citations_are_proved_again_and_a_changed_one_is_found(
    client: httpx.AsyncClient, seed_records: tuple[dict[str, Any], ...]
) -> None:
    citations = [c for record in seed_records[:2] for c in record["citations"]]
    checked = (await client.post("/verify", json={"citations": citations})).json()
    assert (checked["n"], checked["n_failed"]) == (len(citations), 0)
    changed = {**citations[0], "exact": "x"}
    checked = (await client.post("/verify", json={"citations": [changed, *citations[1:]]})).json()
    assert [c["ok"] for c in checked["checks"]] == [False, *[True] * (len(citations) - 1)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "question"),
        ({"question": " \n"}, "white space"),
        ({"question": "a" * 2001}, "2000"),
        ({"question": 5}, "string"),
        ({"question": TREATY, "colour": "red"}, "colour"),
        ({"question": TREATY, "type": "weather"}, "type"),
        ({"question": TREATY, "as_of": "2025-02-30"}, "as_of"),
        ({"question": TREATY, "as_of": "soon"}, "as_of"),
        ({"question": TREATY, "choices": ["a"], "type": "choice"}, "choice"),
        ({"question": TREATY, "claim": "x", "type": "date"}, "claim"),
        ([], "body"),
    ],
)
async def test_what_cannot_be_asked_is_422_and_names_the_place(
    body: object, said: str, client: httpx.AsyncClient
) -> None:
    response = await client.post("/ask", json=body)
    problem = assert_problem(response, 422, response.json()["kind"])
    assert said in problem["detail"]


async def test_unknown_things_and_bad_json(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/nothing"), 404, "not_found")
    allowed = await client.get("/ask")
    assert_problem(allowed, 405, "method_not_allowed")
    assert allowed.headers["allow"] == "POST"
    assert_problem(await client.get("/sources/nobody"), 404, "source")
    assert_problem(await client.post("/ask", json={"question": TREATY, "sources": ["nobody"]}), 404, "source")
    for content in ("{", "\xff", "[" * 50_000, "", '{"question": "half a character \\ud800"}'):
        response = await client.post("/ask", content=content.encode("latin-1"), headers=JSON)
        assert response.status_code in {400, 422}
        assert response.headers["content-type"] == MEDIA_TYPE
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        response = await client.post("/ask", content=b'{"question": "x"}', headers=headers)
        assert_problem(response, 415, "unsupported_media_type")


async def test_only_names_of_this_service_are_answered(make_app: MakeApp) -> None:
    app = make_app(limits=Limits(hosts=("desk.example",)))
    for host, status in [("evil.example", 421), ("localhost.evil.example", 421), ("localhost", 200), ("127.0.0.1", 200),
                         ("[::1]", 200), ("desk.example", 200), ("DESK.example", 200)]:  # fmt: skip
        async with connect(app, host) as client:
            assert (await client.get("/health")).status_code == status, host


async def test_where_a_token_is_set_all_but_health_needs_it(make_app: MakeApp) -> None:
    async with connect(make_app(limits=Limits(token=TOKEN))) as client:
        assert (await client.get("/health")).status_code == 200
        for given in (
            {},
            {"Authorization": TOKEN},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Basic {TOKEN}"},
        ):
            refused = await client.get("/sources", headers=given)
            assert_problem(refused, 401, "unauthorised")
            assert refused.headers["www-authenticate"].startswith("Bearer")
            assert TOKEN not in refused.text
        assert (await client.get("/sources", headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 200
    assert TOKEN not in repr(Limits(token=TOKEN))


async def test_a_body_that_is_too_large(make_app: MakeApp) -> None:
    async def pieces(n: int) -> Any:
        for _ in range(n):
            yield b" " * 400

    async with connect(make_app(limits=Limits(max_body_bytes=1000))) as client:
        assert_problem(await client.post("/ask", content=b" " * 1001, headers=JSON), 413, "too_large")
        assert_problem(await client.post("/ask", content=pieces(3), headers=JSON), 413, "too_large")
        assert (await client.post("/ask", json={"question": TREATY})).status_code == 200


async def test_a_slow_body_over_a_socket_is_408(make_app: MakeApp, serve_app: Any) -> None:
    with serve_app(make_app(limits=Limits(body_timeout_s=0.2))) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{{"
        writer.write(head.encode())
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 60)
        writer.close()


async def test_too_many_requests_are_turned_away_and_late_ones_told(
    hashed_store: Any, hashed_settings: Any, hashing: Any
) -> None:
    from pipeline.answerer import Answerer
    from pipeline.service.app import create_app
    from pipeline.service.library import Library

    slow = SlowScorer()
    answerer = Answerer(hashed_store, hashed_settings, embedder=hashing, scorer=slow)
    app = create_app(Library(answerer), n=1, waiting=1, deadline_s=0.5)
    body = {"pairs": [{"claim": "a b", "document": "a b"}]}
    async with connect(app) as client:
        answers = await asyncio.gather(*(client.post("/score", json=body) for _ in range(4)))
        assert sorted(a.status_code for a in answers) == [503, 503, 504, 504]
        busy = next(a for a in answers if a.status_code == 503)
        assert_problem(busy, 503, "too_busy")
        assert int(busy.headers["retry-after"]) > 0
        assert slow.n == 1  # what waited beyond its deadline is never begun
        slow.go.set()
        for _ in range(100):
            if (await client.post("/score", json=body)).status_code == 200:
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("the place of the late request was never given back")


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (StoreLockedError("in use"), 503, "store_locked"),
        (StoreCorruptError("damaged"), 500, "store_corrupt"),
        (ModelUnavailableError("gone"), 503, "model_unavailable"),
        (ModelReplyError("nonsense"), 502, "model_reply"),
        (WeightsError("missing"), 503, "weights"),
    ],
)
def test_errors_of_ours_keep_their_name(error: Any, status: int, kind: str) -> None:
    response = of_error(error)
    problem = json.loads(bytes(response.body))
    assert (response.status_code, problem["kind"], problem["detail"]) == (status, kind, str(error))


def test_a_key_in_a_message_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789")
    assert b"planted" not in bytes(of_error(ModelUnavailableError("bad key sk-planted-0123456789")).body)


async def test_a_bug_is_a_problem_too(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AskRequest, "to_question", lambda self: 1 / 0)
    transport = httpx.ASGITransport(make_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        problem = assert_problem(await client.post("/ask", json={"question": TREATY}), 500, "internal")
    assert "ZeroDivisionError" in problem["detail"]


async def test_the_documentation_needs_no_other_server(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    document = (await client.get("/openapi.json")).json()
    assert "<script" not in page
    assert "//" not in page.replace("http://127.0.0.1:8765", "")
    for path in document["paths"]:
        assert path in page
    assert set(document["paths"]) == {
        "/ask",
        "/search",
        "/score",
        "/verify",
        "/sources",
        "/sources/{source_id}",
        "/health",
    }
    assert "422" in document["paths"]["/ask"]["post"]["responses"]
    assert "HTTPValidationError" not in json.dumps(document)

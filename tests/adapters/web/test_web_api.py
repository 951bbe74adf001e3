"""The API: as `ask --json`, as its OpenAPI document says, within limits, and for those who may."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.chat.rate_limit import Rate
from bot.dialog.question import MAX_CHARACTERS, Question
from bot.dialog.text_renderer import as_json
from bot.recommendation.flow import Flow
from bot.recommendation.text import as_document

TOKEN = "a" * 32
OPERATIONS = {
    ("/api/v1/answer", "get"): [
        "/api/v1/answer?q=is+tflite+dead",
        "/api/v1/answer?q=which+one&id=7",
        "/api/v1/answer?q=hello",
        "/api/v1/answer?q=zorblax",
        "/api/v1/answer",
    ],
    ("/api/v1/answers/{id}", "get"): ["/api/v1/answers/choose.mobile", "/api/v1/answers/choose.mobil"],
    ("/api/v1/topics", "get"): ["/api/v1/topics"],
    ("/api/v1/recommendation", "get"): [
        "/api/v1/recommendation",
        "/api/v1/recommendation?goal=production&domain=nlp",
        "/api/v1/recommendation?goal=flying",
    ],
}


async def described(ask):
    _, _, document = await ask("/api/openapi.json")
    return document


def schema_of(document, path, method, status):
    """What a response is said to look like, with what that refers to."""
    response = document["paths"][path][method]["responses"][str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    return {**schema, "components": document["components"]}


async def test_the_document_is_valid_openapi_3_1(serve):
    document = await described(await serve())
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


async def test_every_operation_is_described_and_no_other(serve):
    document = await described(await serve())
    operations = {(path, method) for path, item in document["paths"].items() for method in item}
    assert operations == {*OPERATIONS, ("/api/v1/answer", "post")}


@pytest.mark.parametrize(("operation", "addresses"), OPERATIONS.items(), ids=lambda one: one[0])
async def test_every_response_is_as_described(serve, operation, addresses):
    ask = await serve()
    document = await described(ask)
    for address in addresses:
        status, headers, body = await ask(address)
        assert headers["Content-Type"].startswith("application/json")
        Draft202012Validator(schema_of(document, *operation, status)).validate(body)


async def test_every_entry_is_as_described(serve, shipped):
    ask = await serve()
    schema = schema_of(await described(ask), "/api/v1/answers/{id}", "get", 200)
    for entry in shipped.knowledge.entries.values():
        status, _, body = await ask(f"/api/v1/answers/{entry.id}")
        assert status == (200 if entry.kind == "answer" else 404)
        if status == 200:
            Draft202012Validator(schema).validate(body)
            assert body["address"] == f"https://bot.example/answers/{entry.id}"


@pytest.mark.parametrize("text", ["is tflite dead", "pytorch vs jax", "hello", "what's the weather", "is it any good"])
async def test_an_answer_is_what_ask_prints_for_scripts(serve, shipped, text):
    ask = await serve()
    expected = json.loads(json.dumps(as_json(shipped.answer(Question(text)), "7")))
    assert (await ask("/api/v1/answer", params={"q": text, "id": "7"}))[2] == expected
    assert (await ask.method("POST", "/api/v1/answer", json={"q": text, "id": "7"}))[2] == expected


async def test_a_recommendation_is_what_recommend_prints_for_scripts(serve, shipped):
    flow = Flow.of(shipped.knowledge)
    ask = await serve()
    _, _, body = await ask("/api/v1/recommendation?goal=mobile")
    assert body == json.loads(json.dumps(as_document(flow, flow.finished({"goal": "mobile"}))))


async def test_an_answer_that_does_not_exist_is_not_found(serve):
    ask = await serve()
    status, _, body = await ask("/api/v1/answers/choose.mobil")
    assert (status, body) == (404, {"error": "there is no answer of this id"})


async def test_topics_are_the_answers_each_once(serve, shipped):
    ask = await serve()
    _, _, body = await ask("/api/v1/topics")
    found = [one["id"] for topic in body["topics"] for one in topic["answers"]]
    assert sorted(found) == sorted(one.id for one in shipped.knowledge.entries.values() if one.kind == "answer")


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "not a JSON object"),
        (b"[1]", 400, "not a JSON object"),
        (b"\xff", 400, "not a JSON object"),
        (b"[" * 9_000, 400, "not a JSON object"),
        (b'{"q": 7}', 400, 'send it as "q"'),
        (b'{"q": " "}', 400, 'send it as "q"'),
        (json.dumps({"q": "x" * (MAX_CHARACTERS + 1)}).encode(), 400, "2,000 characters"),
        (b'{"q": "x", "id": {}}', 400, '"id" must be'),
        (b'{"q": "x", "id": NaN}', 400, '"id" must be'),
        (b"x" * 20_000, 413, "too large"),
    ],
)
async def test_a_malformed_request_is_answered_with_what_to_change(serve, body, status, says):
    ask = await serve()
    found, _, answer = await ask.method("POST", "/api/v1/answer", data=body)
    assert found == status
    assert says in answer["error"]


async def test_an_error_is_json_for_a_browser_too(serve):
    ask = await serve()
    _, headers, body = await ask("/api/v1/nothing", headers={"Accept": "text/html"})
    assert headers["Content-Type"].startswith("application/json")
    assert body == {"error": "not found"}


async def test_one_address_asks_so_often_and_is_then_told_when_to_come_again(serve):
    ask = await serve(rate=Rate(2, 60))
    statuses = [(await ask("/api/v1/answer?q=pytorch"))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    status, headers, body = await ask("/api/v1/topics")
    assert (status, body) == (429, {"error": "too many requests"})
    assert 1 <= int(headers["Retry-After"]) <= 60


async def test_another_address_is_not_held_up(serve):
    ask = await serve(rate=Rate(1, 60))
    for last in ("192.0.2.1", "192.0.2.2"):
        assert (await ask("/api/v1/answer?q=pytorch", headers={"X-Forwarded-For": f"10.0.0.1, {last}"}))[0] == 200


async def test_pages_and_api_share_a_limit(serve):
    ask = await serve(rate=Rate(1, 60))
    assert (await ask("/ask?q=pytorch"))[0] == 200
    assert (await ask("/api/v1/answer?q=pytorch"))[0] == 429
    assert (await ask("/ask?q=pytorch"))[0] == 429


@pytest.mark.parametrize("given", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}x", "Bearer ü"])
async def test_without_the_token_nothing_is_answered(serve, given):
    ask = await serve(token=TOKEN)
    headers = {} if given is None else {"Authorization": given}
    status, answered, _ = await ask("/api/v1/answer?q=pytorch", headers=headers)
    assert status == 401
    assert answered["WWW-Authenticate"].startswith("Bearer")


async def test_with_the_token_it_is_answered(serve):
    ask = await serve(token=TOKEN)
    assert (await ask("/api/v1/answer?q=pytorch", headers={"Authorization": f"Bearer {TOKEN}"}))[0] == 200


async def test_the_document_asks_for_a_token_only_where_there_is_one(serve):
    assert (await described(await serve(token=TOKEN)))["security"] == [{"bearer": []}]
    assert (await described(await serve()))["security"] == []


@pytest.mark.parametrize(
    ("chosen", "origin", "allowed"),
    [
        ((), "https://wiki.example", None),
        (("https://wiki.example",), "https://wiki.example", "https://wiki.example"),
        (("https://wiki.example",), "https://other.example", None),
        (("*",), "https://other.example", "https://other.example"),
    ],
)
async def test_pages_of_other_sites_may_call_it_only_where_they_were_named(serve, chosen, origin, allowed):
    ask = await serve(origins=chosen, token=TOKEN)
    asking = {"Origin": origin}
    _, headers, _ = await ask("/api/v1/answer?q=pytorch", headers=asking)
    assert headers.get("Access-Control-Allow-Origin") == allowed
    before = {**asking, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    status, headers, _ = await ask.method("OPTIONS", "/api/v1/answer", headers=before)
    assert status == (204 if chosen else 405)
    assert headers.get("Access-Control-Allow-Origin") == allowed
    assert ("authorization" in headers.get("Access-Control-Allow-Headers", "").lower()) == bool(chosen)


async def test_pages_are_not_for_other_sites(serve):
    ask = await serve(origins=("*",))
    _, headers, _ = await ask("/ask", headers={"Origin": "https://wiki.example"})
    assert "Access-Control-Allow-Origin" not in headers

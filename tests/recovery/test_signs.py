"""Whether a refusal tells of something that was done, in the forms in which APIs say so."""

from typing import Any

import pytest
from support.make import json_body, one_tool, parameter

from openapi_mcp.model.message import HttpResponse
from openapi_mcp.recovery.classify import Refused, classify
from openapi_mcp.recovery.refusals.deeds import says_done
from openapi_mcp.recovery.refusals.signs import has_acted

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {"customer_id": {"type": "integer"}, "created": {"type": "string"}, "level": {"type": "string"}},
}
TOOL = one_tool({"requestBody": {"content": json_body(ORDER)}}, method="post", path="/charges")
READ = one_tool({"parameters": [parameter("level")]}, path="/charges")
GIVEN: dict[str, Any] = {"customer_id": 7, "level": "HIGH", "items": [{"sku": "a-1"}], "created": "x"}


def acted(body: Any, **headers: str) -> bool:
    answer = HttpResponse(status=422, url="http://api.test", headers=tuple(headers.items()), body=b"")
    return has_acted(answer, body, TOOL, GIVEN)


@pytest.mark.parametrize(
    "said",
    [
        "order 77 was created, but level must be one of: low, high",
        "charge was created but receipt could not be sent",
        "Your card has been charged; the address is invalid",
        "2 of 3 items created",
        "3 records imported, 1 failed",
        "Created order 77, level is invalid",
        "Order created, but the email could not be sent",
        "Order saved; level must be low or high",
        "The booking has already been accepted",
        "The confirmation email was sent. level: not a valid choice",
        "Partially applied",
        "The account is successfully updated",
        "record persisted",
        "Level ignored: it is wrong. The ticket is open under no. 77.",
        "level is wrong; defaulted to low",
        "level is wrong (falling back to low; job #77 is running)",
        "Draft 77 kept; level is wrong",
        "Email went out, but level is wrong",
        "1 row affected. level is wrong",
        "We've charged your card, however level is wrong",
        "Thanks for order 77, but level is wrong",
        "Bestellung 77 wurde angelegt, aber level ist falsch",
        "Commande enregistr\u00e9e. level est invalide",
        "El pedido fue creado pero level es inv\u00e1lido",
        "--b\r\nHTTP/1.1 201 Created\r\n\r\n--b\r\nHTTP/1.1 400 Bad Request",
    ],
)
def test_a_sentence_that_something_was_done_is_understood(said: str) -> None:
    assert says_done(said)
    assert acted({"error": {"message": said, "param": "level"}})
    assert acted(said)


@pytest.mark.parametrize(
    "said",
    [
        "order was not created",
        "nothing was created",
        "No order was created.",
        "the order could not be created",
        "The order couldn't be saved",
        "level must be created first",
        "0 items created",
        "at most 3 items can be added",
        "An empty value was sent",
        "invalid data was submitted",
        "The request was received without a level",
        "created must be a date",
        "created_at: not a date",
        "The account must have been created before 2020",
        "only possible if it was deleted",
        "Must be one of created, updated, deleted",
        "status must be one of placed, paid, cancelled",
        "level: must be one of low, high; nothing was saved",
        "Unknown field removed.",
        "0 rows affected",
        "Invalid value received",
        "unsupported encoding received",
        "level is required but was empty",
        "a string was expected, but 5 was found",
        "Die Bestellung konnte nicht gespeichert werden",
        "level muss angelegt werden",
        "must be kept short",
        "was " * 6_000,
        "",
    ],
)
def test_a_sentence_of_what_was_not_done_tells_of_nothing(said: str) -> None:
    assert not says_done(said)
    assert not acted({"errors": [{"message": said, "param": "level"}]})


@pytest.mark.parametrize(
    "said",
    [
        "Order 48 is cancelled and cannot be cancelled.",
        "Order 48 is paid, so it can't be changed",
        "Order 48 is cancelled; it can no longer be changed.",
        "Orders 48 and 49 are deleted and cannot be restored",
        "Order 48 is already cancelled.",
        "Order 48 is already paid",
        "Room 7 is already booked",
        "invoice is already published.",
        "3 is already taken, and booking 5 is already refunded",
    ],
)
def test_a_sentence_of_the_state_that_a_thing_is_in_tells_of_nothing_that_was_done(said: str) -> None:
    """Our choice: a plain 409 says why the call does not fit the state of what it is about."""
    assert not says_done(said)
    assert not acted({"error": {"code": "conflict", "message": said}})


@pytest.mark.parametrize(
    "said",
    [
        "Order 77 is created and cannot be changed, level is wrong",
        "Order 77 is already created; level is wrong",
        "Order 48 is already cancelled, but level is wrong",
        "Order 48 was cancelled, and cannot be refunded",
        "Order 77 is paid; level cannot be HIGH",
        "2 items are already booked; level is wrong",
        "Order 48 is already cancelled. Refund 77 was booked.",
    ],
)
def test_a_sentence_of_a_state_that_this_call_may_have_led_to_is_still_one_of_what_was_done(said: str) -> None:
    """Our choice: where it may be either, the call is not sent again."""
    assert says_done(said)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "level must be one of: low, high"}, "id": 77},
        {"error": {"message": "level must be one of: low, high", "order_id": 77}},
        {"data": {"id": "c-5"}, "errors": [{"message": "level is wrong"}]},
        {"message": "level is wrong", "charge": "ch_1"},
        {"message": "level is wrong", "order_number": "A-17"},
        {"results": [{"index": 0, "status": 201, "id": 5}, {"index": 1, "status": 400, "error": "level"}]},
        {"results": [{"index": 0, "status": "201 Created"}, {"index": 1, "status": "400"}]},
        {"responses": {"a": {"status": "HTTP/1.1 204 No Content"}, "b": {"status": "HTTP/1.1 400 Bad Request"}}},
        {"results": [{"code": 200}, {"code": 422}]},
        {"items": [{"status": "ok"}, {"status": "failed"}]},
        {"results": [{"id": 5}, {"error": "level is wrong"}]},
        {"created": [{"id": 7}], "errors": [{"index": 1}]},
        {"summary": {"createdCount": 3, "failed": 1}},
        {"meta": {"result": {"num_created": 1}}},
        {"processed": 3},
        {"success": True, "error": "level is wrong"},
        {"successes": ["a"], "failures": ["b"]},
        [[[{"imported": 2}]]],
        {"error": "level is wrong", "ticket": "T-77"},
        {"error": {"message": "level is wrong", "booking": "b77"}},
        {"error": "level is wrong", "tickets": ["T-77"]},
        {"error": "level is wrong", "charged": 20},
        {"error": "level is wrong", "rows_inserted": 3},
        {"error": "level is wrong", "links": {"self": "/charges/77"}},
        {"error": "level is wrong", "_links": {"self": {"href": "/charges/77"}}},
        {"error": "level is wrong", "createdAt": "2026-01-01T00:00:00Z"},
        {"error": "level is wrong", "updated_at": 1767225600},
    ],
)
def test_signs_of_work_are_seen_wherever_they_stand(body: Any) -> None:
    """Issue 7, Recover: nothing for a write that the upstream may have acted on."""
    assert acted(body)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "level is wrong",
        {"level": ["Not a valid choice."]},
        {"created": ["Enter a valid date."]},
        {"created": "Enter a valid date."},
        {"created": [], "processed": 0, "success": False, "success_count": "0", "partial": None},
        {"error": "level is wrong", "customer_id": 7, "input": {"customer_id": 7, "level": "HIGH"}},
        {"error": "level is wrong", "request_id": "5f3a", "traceId": "00-1f", "errorId": 9, "line_number": 3},
        {"errors": [{"id": "9f1c", "status": "422", "code": "100", "detail": "level is wrong"}]},
        {"detail": [{"loc": ["body", "level"], "msg": "wrong", "input": {"created": "x", "level": "HIGH"}}]},
        {"status": 422, "code": 422, "message": "level is wrong"},
        {"error": "level is wrong", "id": None},
        {"error": "level is wrong", "status": 2012, "charge": "is not a number"},
        {"error": "level is wrong", "allowed": ["created", "updated"]},
        {"errors": [{"status": 2012, "level": "x"}]},
        {"error": "level is wrong", "level": "l2", "sku": "a-1", "timestamp": "2026-01-01T00:00:00Z"},
        {"error": "level is wrong", "path": "/v1/charges", "documentation_url": "https://docs.test/e1"},
        {"error": "level is wrong", "moreInfoLink": "https://docs.test/e1", "retryable": False, "tries": 0},
        {"errors": [{"message": "wrong", "ctx": {"ge": 5, "pattern2": "a1"}, "rejectedValue": "l5", "max_size": 5}]},
        {"errors": {"created_at": ["Not a date."], "zip": "It has 5 digits."}},
    ],
)
def test_what_only_says_what_is_wrong_tells_of_no_work(body: Any) -> None:
    assert not acted(body)


@pytest.mark.parametrize("name", ["Location", "content-location"])
def test_a_header_that_says_where_something_is_tells_of_work(name: str) -> None:
    """RFC 9110 sections 10.2.2 and 8.7."""
    assert acted({"error": "level is wrong"}, **{name: "/charges/77"})


@pytest.mark.parametrize(
    ("name", "value", "tells"),
    [
        ("X-Resource-Id", "77", True),
        ("X-Resource-Id", "7", False),
        ("X-Request-Id", "77", False),
        ("X-Id", "7a", False),
        ("X-Amz-Cf-Id", "77", False),
        ("X-Correlation-ID", "77", False),
        ("ETag", "77", False),
    ],
)
def test_a_header_with_an_id_tells_of_work_unless_it_is_that_of_the_call(name: str, value: str, tells: bool) -> None:
    assert acted({"error": "level is wrong"}, **{name: value}) is tells


def test_an_answer_that_cannot_be_read_as_a_whole_may_tell_of_work() -> None:
    deep: Any = {}
    for _ in range(20):
        deep = [deep]
    assert acted(deep)
    assert acted({"errors": [{"message": "wrong"}] * 5_000})


def test_only_the_refusal_of_a_write_is_read_for_work() -> None:
    answer = HttpResponse(status=422, url="http://api.test", headers=(), body=b"")
    body = {"error": "level is wrong", "id": 77}
    for tool, is_said in ((TOOL, True), (READ, False)):
        assert classify(answer, body, Refused(tool=tool, arguments={}), 0.0).has_acted is is_said

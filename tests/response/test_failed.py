"""What an answer says of a failure of its own, though its status is one of success."""

from typing import Any

import pytest

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.document import MediaType, Response
from openapi_mcp.response.failed import failure_in, with_failure

FAILED = "the answer says that it failed"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"ok": False, "error": "channel_not_found"}, "channel_not_found"),
        ({"status": "error", "code": 404, "message": "No such order"}, "No such order"),
        ({"status": "fail", "code": 404}, "404"),
        ({"success": False, "errors": [{"code": 7, "message": "No such zone"}], "result": None}, "No such zone"),
        ({"success": False, "errors": ["No such zone"]}, "No such zone"),
        ({"success": False, "error": {"code": "x", "message": "No."}}, "No."),
        ({"data": None, "errors": [{"message": "No such field", "path": ["a"]}]}, "No such field"),
        ({"errors": [{"message": "No such field", "locations": []}]}, "No such field"),
        ({"success": False, "error": True, "msg": "x" * 5_000}, "x" * 199 + "\u2026"),
    ],
)
def test_an_answer_that_says_that_it_failed_gets_a_word(value: Any, said: str) -> None:
    """Slack, JSend, Cloudflare, GraphQL."""
    assert failure_in(value) == f"{FAILED}: {said}"


def test_an_answer_that_says_no_and_not_why_gets_a_word_too() -> None:
    """Our choice."""
    assert failure_in({"ok": False, "error": {"code": []}}) == FAILED


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        None,
        "error",
        {"ok": True, "error": ""},
        {"id": 7, "success": False, "error": "of a job that ran"},
        {"success": False, "took": 3, "name": "a", "runs": 7},
        {"status": "error"},
        {"status": "failed", "id": 7, "message": "of a job that ran"},
        {"status": "active", "message": "x"},
        {"data": {"a": 1}, "errors": [{"message": "in part"}]},
        {"data": None, "errors": []},
        {"errors": [{"id": 1, "message": "a line of a log"}]},
        {"errors": [{"message": "a line of a log"}], "total": 1},
        {"errors": [7]},
        {f"field_{number}": 1 for number in range(100)} | {"ok": False, "error": "x"},
    ],
)
def test_an_answer_that_holds_things_gets_none(value: Any) -> None:
    """By strict signs only: a thing may have such fields of its own."""
    assert failure_in(value) == ""


JSON = (
    Response(
        pointer="",
        status="200",
        description="",
        content=(MediaType(pointer="", content_type="application/json", schema=None),),
    ),
)
PAGE = (
    Response(
        pointer="",
        status="200",
        description="",
        content=(MediaType(pointer="", content_type="text/html", schema=None),),
    ),
)


@pytest.mark.parametrize(
    ("declared", "content_type", "is_said"),
    [
        (JSON, "text/html; charset=utf-8", True),
        (JSON, "text/plain", False),
        (PAGE, "text/html", False),
        ((), "text/html", False),
        ((Response(pointer="", status="200", description="", content=()),), "text/html", False),
    ],
)
def test_a_page_where_json_is_declared_gets_a_word(declared: Any, content_type: str, is_said: bool) -> None:
    """A login page, or one of a proxy."""
    answer = with_failure(Answer(text="<html>", is_json=False), declared, 200, content_type)
    assert ("error" in answer.note) is is_said


def test_the_word_stands_in_the_note_beside_others() -> None:
    """The answer itself stays as it is."""
    answer = Answer(value={"ok": False, "error": "no"}, note={"status": 201})
    assert with_failure(answer, JSON, 201, "application/json") == Answer(
        value=answer.value, note={"status": 201, "error": f"{FAILED}: no"}
    )
    assert with_failure(Answer(value={"ok": True}), JSON, 200, "application/json").note == {}

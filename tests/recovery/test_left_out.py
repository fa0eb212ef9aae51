"""Null, or an empty text, for what may be left out."""

from typing import Any

import pytest
from support.make import Json, json_body, one_tool, parameter

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.strategies.left_out import left_out
from openapi_mcp.recovery.strategy import Case, Rewrite

NOTE: Json = {"type": "object", "properties": {"note": {"type": "string"}}}


def tool(method: str = "get") -> Tool:
    asked = [
        parameter("city"),
        parameter("size", schema={"type": "integer"}),
        parameter("id", required=True, schema={"type": "integer"}),
    ]
    body = {} if method == "get" else {"requestBody": {"content": json_body(NOTE)}}
    return one_tool({"parameters": asked, **body}, method=method)


def repaired(made: Tool, rule: str, *path: str | int, **arguments: Any) -> Rewrite | None:
    fault = Fault(path=path, rule=rule)
    failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="", faults=(fault,))
    call = Call(tool=made.name, arguments=arguments)
    return left_out(Case(call=call, tool=made, fault=fault, failure=failure))


@pytest.mark.parametrize(("name", "value"), [("city", None), ("size", None), ("size", "")])
def test_what_says_nothing_is_left_out(name: str, value: Any) -> None:
    """Our choice: null for an optional argument is how some models leave it out."""
    found = repaired(tool(), "type", name, **{name: value, "id": 7})
    assert found is not None
    assert found.arguments == {"id": 7}
    assert found.repairs[0].as_json()["from"] == value
    assert "left out" in found.repairs[0].how


@pytest.mark.parametrize(
    ("rule", "path", "arguments"),
    [
        ("type", ("id",), {"id": None}),
        ("type", ("size",), {"size": "x"}),
        ("type", ("size",), {"size": 0}),
        ("minLength", ("city",), {"city": "x"}),
        ("minLength", ("city",), {"city": None}),
        ("type", ("note", "inner"), {"note": {"inner": None}}),
        ("unknown", ("town",), {"town": None}),
    ],
)
def test_what_is_needed_or_says_something_stays(rule: str, path: tuple[str, ...], arguments: Json) -> None:
    """Derive, never invent: nor is a value taken away that may be meant."""
    assert repaired(tool(), rule, *path, **arguments) is None


def test_null_in_the_body_of_a_change_may_mean_that_a_value_goes() -> None:
    """RFC 7396, section 1."""
    assert repaired(tool("patch"), "type", "note", note=None, id=7) is None
    assert repaired(tool("put"), "type", "note", note=None, id=7) is None
    assert repaired(tool("post"), "type", "note", note=None, id=7) is not None
    assert repaired(tool("patch"), "type", "city", city=None, id=7) is not None

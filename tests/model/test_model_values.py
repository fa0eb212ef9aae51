"""The plain values: messages, calls, failures, tools."""

import json
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from types import ModuleType

import pytest

from openapi_mcp.errors import ExitCode
from openapi_mcp.model import call, document, message, policy, tool
from openapi_mcp.model.call import Blob, Call, Failure, FailureKind, Result, Text
from openapi_mcp.model.document import Operation, RequestBody
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import METHODS, SAFE_METHODS, Limits, Selection
from openapi_mcp.model.tool import Annotations, Tool, Toolset, wire_tool


def a_tool(name: str, operation: Operation | None = None) -> Tool:
    """Return a small tool."""
    return Tool(
        name=name,
        title=name.title(),
        description="Says it.",
        input_schema={"type": "object"},
        operation=operation or Operation(method="GET", path=f"/{name}", pointer=f"#/paths/~1{name}/get"),
        annotations=Annotations(read_only=True, destructive=False, idempotent=True),
    )


@pytest.mark.parametrize("module", [call, document, message, policy, tool], ids=lambda module: str(module.__name__))
def test_every_value_is_frozen_and_has_no_room_for_more(module: ModuleType) -> None:
    """style.md, Data: frozen, slots, keyword only."""
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and is_dataclass(kind)]
    assert kinds
    for kind in kinds:
        assert getattr(kind, "__dataclass_params__").frozen  # noqa: B009  typeshed does not know it
        assert "__slots__" in vars(kind)
        assert all(field.kw_only for field in fields(kind) if field.init)


def test_a_value_is_changed_by_replacing_it() -> None:
    """style.md, Data: `replace()` to change."""
    limits = Limits()
    with pytest.raises(FrozenInstanceError):
        limits.timeout = 1.0  # type: ignore[misc]
    assert replace(limits, timeout=1.0) == Limits(timeout=1.0, max_body=10_000_000, max_response=25_000)


def test_a_header_is_found_in_any_letter_case_and_the_first_one_counts() -> None:
    """RFC 9110 section 5.1: field names are case-insensitive."""
    response = HttpResponse(status=200, url="http://a", headers=(("ETag", "1"), ("etag", "2")))
    assert response.header("eTAG") == "1"
    assert response.header("Location") is None


def test_a_request_is_plain_data() -> None:
    """style.md, Words."""
    assert HttpRequest(method="GET", url="http://a") == HttpRequest(method="GET", url="http://a", headers=(), body=None)


def test_only_get_and_head_are_served_by_default() -> None:
    """security.md A13."""
    assert Selection().methods == SAFE_METHODS == {"GET", "HEAD"}
    assert METHODS == ("GET", "HEAD", "QUERY", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *((kind, ExitCode.USAGE) for kind in ("invalid_arguments", "unknown_tool", "refused")),
        *((kind, ExitCode.CREDENTIALS) for kind in ("unauthenticated", "forbidden")),
        *((kind, ExitCode.CALL) for kind in ("not_found", "conflict", "rejected", "rate_limited", "quota")),
        *((kind, ExitCode.CALL) for kind in ("upstream_error", "unreachable", "timeout", "bad_response")),
        *((kind, ExitCode.CALL) for kind in ("too_large", "cancelled")),
    ],
)
def test_each_kind_of_failure_has_its_exit_status(kind: str, status: ExitCode) -> None:
    """style.md, Errors: 2 usage, 5 credentials, 6 the call failed upstream."""
    assert FailureKind(kind).exit_code is status


def test_the_kinds_of_failure_are_those_of_the_contract() -> None:
    """design.md, A result."""
    assert [kind.value for kind in FailureKind] == [
        "invalid_arguments", "unknown_tool", "refused", "unauthenticated", "forbidden", "not_found", "conflict",
        "rejected", "rate_limited", "quota", "upstream_error", "unreachable", "timeout", "bad_response", "too_large",
        "cancelled",
    ]  # fmt: skip


def test_a_failure_is_one_object_in_text_and_as_structured_content_alike() -> None:
    """design.md, A result."""
    failure = Failure(
        kind=FailureKind.RATE_LIMITED,
        message="the API answered 429",
        status=429,
        retryable=True,
        retry_after=2.5,
        attempts=3,
        hint="wait",
        body={"detail": "slow down"},
    )
    expected = {
        "error": {
            "kind": "rate_limited",
            "message": "the API answered 429",
            "status": 429,
            "field": None,
            "retryable": True,
            "retry_after": 2.5,
            "attempts": 3,
            "hint": "wait",
            "try": [],
            "body": {"detail": "slow down"},
        }
    }
    result = failure.as_result()
    assert result.is_error
    assert result.failure == failure
    assert result.structured == expected
    assert [json.loads(block.text) for block in result.content if isinstance(block, Text)] == [expected]


def test_a_result_without_a_failure_is_no_error() -> None:
    """design.md, A result."""
    assert Result(content=(Text(text="ok"),)).is_error is False


def test_the_bytes_of_a_blob_are_not_in_its_repr() -> None:
    """style.md, Errors: no foreign megabytes in a message."""
    blob = Blob(data=b"binary", mime_type="image/png", uri="http://a/b.png")
    assert repr(blob) == "Blob(mime_type='image/png', uri='http://a/b.png')"


def test_a_call_has_no_arguments_unless_given() -> None:
    """Our choice."""
    assert Call(tool="ping") == Call(tool="ping", arguments={})


def test_a_toolset_knows_its_tools_by_name() -> None:
    """Our choice; kept right when a toolset is changed."""
    one, two = a_tool("one"), a_tool("two")
    toolset = Toolset(title="API", version="1", instructions="", tools=(one, two))
    assert toolset.by_name == {"one": one, "two": two}
    assert replace(toolset, tools=(two,)).by_name == {"two": two}
    assert "by_name" not in repr(toolset)


@pytest.mark.parametrize(
    ("body", "required"),
    [
        (None, False),
        (RequestBody(required=False, content=(), pointer="#"), False),
        (RequestBody(required=True, content=(), pointer="#"), True),
    ],
)
def test_a_tool_needs_a_body_where_its_operation_does(body: RequestBody | None, required: bool) -> None:
    """OAS 3.1.1, Request Body Object: `required`, default false."""
    assert a_tool("x", Operation(method="POST", path="/x", pointer="#", request_body=body)).body_required is required


def test_a_tool_is_listed_as_the_protocol_wants_it() -> None:
    """MCP 2026-07-28, Tool."""
    assert wire_tool(a_tool("one")) == {
        "name": "one",
        "title": "One",
        "description": "Says it.",
        "inputSchema": {"type": "object"},
        "annotations": {
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": True,
        },
        "_meta": {"openapi-mcp/operation": "GET /one"},
    }


def test_the_operation_is_named_only_where_the_name_does_not_say_it() -> None:
    """Our choice: every byte of a list is context."""
    operation = Operation(method="GET", path="/one", pointer="#", operation_id="one")
    assert "_meta" not in wire_tool(a_tool("one", operation))
    assert wire_tool(a_tool("one_2", operation))["_meta"] == {"openapi-mcp/operation": "GET /one"}


def test_an_output_schema_is_listed_only_where_there_is_one() -> None:
    """design.md, Tools: output schemas are left out by default."""
    listed = wire_tool(replace(a_tool("one"), output_schema={"type": "object", "properties": {}}))
    assert listed["outputSchema"] == {"type": "object", "properties": {}}
    assert "outputSchema" not in wire_tool(a_tool("one"))

"""Operations that declare an idempotency key."""

from typing import Any

import pytest
from support.make import one_tool, parameter, toolset

from openapi_mcp.executor.prepare import Prepared, Preparer
from openapi_mcp.generator.stripped import decode_tool, encode_tool
from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.policy import METHODS, ArgumentEdit, Selection, ToolEdit
from openapi_mcp.model.tool import Tool, wire_tool
from openapi_mcp.schema.bounded import TooManyStepsError

UUID = {"type": "string", "format": "uuid"}


def tool_with(*parameters: Any, method: str = "post", **arguments: ArgumentEdit) -> Tool:
    named = {name.replace("_", "-"): edit for name, edit in arguments.items()}
    selection = Selection(methods=frozenset(METHODS), edits={"add": ToolEdit(arguments=named)} if named else {})
    return one_tool({"operationId": "add", "parameters": list(parameters)}, method=method, selection=selection)


def key(name: str = "Idempotency-Key", place: str = "header", **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": schema or {"type": "string"}}


def sent_by(tool: Tool, arguments: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    made = toolset({})
    known = type(made)(title="", version="", instructions="", tools=(tool,))
    keys = iter(("first", "second"))
    preparer = Preparer(toolset=known, server_of=lambda _: "https://api.example.com", new_key=lambda: next(keys))
    found = preparer.prepare(Call(tool=tool.name, arguments=arguments or {}))
    assert isinstance(found, Prepared), found
    assert found.arguments == (arguments or {})
    return [pair for pair in found.request.headers if pair[0] != "Accept"]


@pytest.mark.parametrize("name", ["Idempotency-Key", "idempotency-key", "X-Idempotency-Key", "Idempotency-Token"])
@pytest.mark.parametrize("schema", [{"type": "string"}, UUID, {"type": "string", "maxLength": 255}])
def test_a_declared_key_is_made_where_a_call_gives_none(name: str, schema: Any) -> None:
    """Issue 7, Retry: one is sent where the document has such a header. It stays offered."""
    tool = tool_with(key(name, **schema), parameter("page", "query", required=True))
    assert tool.key == name
    assert set(tool.input_schema["properties"]) == {name, "page"}
    assert tool.input_schema["required"] == ["page"]
    assert sent_by(tool, {"page": "1"}) == [(name, "first")]


def test_a_callers_own_key_is_what_is_sent() -> None:
    """It may know the call from before."""
    tool = tool_with(key())
    assert "required" not in tool.input_schema
    assert sent_by(tool, {"Idempotency-Key": "mine"}) == [("Idempotency-Key", "mine")]


@pytest.mark.parametrize(
    "parameters",
    [
        (),
        (key(place="query"),),
        (key("Request-Id"),),
        (key(type="integer"),),
        (key(type="string", maxLength=10),),
        (key(type="string", enum=["a"]),),
        (key(type="string", pattern="^key_[a-z]+$"),),
    ],
)
def test_no_key_is_made_where_none_is_declared_or_ours_would_not_fit(parameters: Any) -> None:
    """An API that does not know the header would do twice what is sent twice."""
    tool = tool_with(*parameters)
    assert tool.key == ""
    assert tool.input_schema.get("required", []) == [one["name"] for one in parameters]


def test_what_the_operator_hides_is_not_sent() -> None:
    """Hidden is neither offered nor sent: our own key, too."""
    tool = one_tool(
        {"operationId": "add", "parameters": [{**key(), "required": False}]},
        method="post",
        selection=Selection(
            methods=frozenset(METHODS), edits={"add": ToolEdit(arguments={"Idempotency-Key": ArgumentEdit(hide=True)})}
        ),
    )
    assert tool.key == ""
    assert sent_by(tool) == []


def test_a_schema_that_cannot_be_checked_takes_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 20: a document is not trusted; what takes too many steps costs its key only."""

    def endless(*_: object) -> None:
        raise TooManyStepsError

    monkeypatch.setattr("openapi_mcp.generator.keys.Check.errors", endless)
    assert tool_with(key()).key == ""


def test_a_read_needs_none() -> None:
    """It may be repeated as it is; what it declares stays as it is."""
    tool = tool_with(key(), method="get")
    assert (tool.key, tool.input_schema["required"]) == ("", ["Idempotency-Key"])


@pytest.mark.parametrize("edit", [ArgumentEdit(fix="x"), ArgumentEdit(default="x")])
def test_what_the_operator_gives_stays(edit: ArgumentEdit) -> None:
    """The operator's own value, fixed or by default."""
    tool = tool_with(key(), Idempotency_Key=edit)
    assert tool.key == ""
    assert sent_by(tool) == [("Idempotency-Key", "x")]


def test_a_key_under_another_name_is_still_one() -> None:
    """Renamed by the operator."""
    tool = tool_with(key(), Idempotency_Key=ArgumentEdit(name="once"))
    assert tool.key == "once"
    assert sent_by(tool) == [("Idempotency-Key", "first")]


def test_a_catalogue_keeps_it() -> None:
    """A warm start sends what a cold one does."""
    tool = tool_with(key())
    assert decode_tool(wire_tool(tool), encode_tool(tool, {})).key == "Idempotency-Key"


def test_each_request_has_a_new_one() -> None:
    """A repaired call carries other values: under the same key it would be refused, or taken for the first."""
    made = toolset({"/things": {"post": {"operationId": "add", "parameters": [key()]}}})
    preparer = Preparer(toolset=made, server_of=lambda _: "https://api.example.com")
    found = [preparer.prepare(Call(tool="add")) for _ in range(2)]
    headers = [dict(one.request.headers)["Idempotency-Key"] for one in found if not isinstance(one, Failure)]
    assert len(set(headers)) == 2
    assert all(len(each) == 36 for each in headers)

"""Which tool is called to see that an API answers."""

from typing import Any

from openapi_mcp.clients.question import is_guarded, question
from openapi_mcp.model.document import Operation, RequiredScheme, SecurityRequirement
from openapi_mcp.model.tool import Annotations, Tool

WANTED = (SecurityRequirement(schemes=(RequiredScheme(name="key"),)),)


def listed(name: str, *required: str, reads: bool = True) -> dict[str, Any]:
    schema = {"type": "object", "properties": {}, "required": list(required)}
    return {"name": name, "inputSchema": schema, "annotations": {"readOnlyHint": reads}}


def known(
    name: str, security: tuple[SecurityRequirement, ...] | None = None, *required: str, reads: bool = True
) -> Tool:
    operation = Operation(method="GET", path=f"/{name}", pointer="#/x", security=security)
    annotations = Annotations(read_only=reads, destructive=not reads, idempotent=reads, open_world=True)
    schema = {"type": "object", "required": list(required)}
    return Tool(
        name=name, title=name, description="", input_schema=schema, operation=operation, annotations=annotations
    )


def test_the_first_read_without_arguments_is_asked() -> None:
    """Issue 10: one read that needs no arguments."""
    tools = [listed("make", reads=False), listed("get", "id"), listed("read_result"), listed("list"), listed("more")]
    assert question(tools, ()) == ("list", {})


def test_one_that_wants_a_credential_is_preferred() -> None:
    """Issue 10: whether the credential is accepted shows only where one is wanted."""
    tools = [listed("status"), listed("mine")]
    assert question(tools, [known("status"), known("mine", WANTED)]) == ("mine", {})


def test_nothing_is_asked_where_every_read_needs_something() -> None:
    """Derive, never invent."""
    assert question([listed("get", "id"), {"name": "odd", "annotations": "x"}, {"name": "bare"}], ()) is None


def test_in_the_search_mode_the_call_goes_through_the_tool_that_calls() -> None:
    """README, search mode: operations are called by name."""
    tools = [listed("search_operations", "query"), listed("call_operation", "name")]
    operations = [known("get", None, "id"), known("put", WANTED, reads=False), known("list"), known("mine", WANTED)]
    assert question(tools, operations) == ("call_operation", {"name": "mine", "arguments": {}})
    assert question(tools, ()) is None


def test_an_operation_is_guarded_when_no_way_to_call_it_is_open() -> None:
    """OAS 3.1.1, Security Requirement Object: `{}` among the alternatives makes it optional."""
    assert is_guarded(known("a", WANTED))
    assert not is_guarded(known("a", (*WANTED, SecurityRequirement())))
    assert not is_guarded(known("a", ()))
    assert not is_guarded(known("a"))

"""Which tools each caller sees and may call."""

from dataclasses import replace
from typing import Any

import pytest
from support.make import document

from openapi_mcp.app import App
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.instructions import with_needs_told
from openapi_mcp.model.policy import Selection
from openapi_mcp.server import rights as module
from openapi_mcp.server.rights import Rights

pytestmark = pytest.mark.anyio

SCHEMES = {"oauth": {"type": "oauth2", "flows": {}}}


def operation(name: str, *scopes: str) -> dict[str, Any]:
    security = {"security": [{"oauth": list(scopes)}]} if scopes else {}
    return {"get": {"operationId": name, "responses": {}, **security}}


def made(*operations: tuple[str, ...]) -> App:
    paths = {f"/{name}": operation(name, *scopes) for name, *scopes in operations}
    read = document(paths, components={"securitySchemes": SCHEMES})
    toolset = generate(read, Selection(reads_on=True))
    return App(toolset=toolset, document=read, executor=Executor(read, toolset))


def listed(rights: Rights, *scopes: str) -> list[str]:
    return [tool["name"] for tool in rights.pages(frozenset(scopes)).tools(0)]


THREE = (("open",), ("reads", "read"), ("admin", "read", "admin"))


def test_a_caller_sees_what_its_scopes_allow() -> None:
    """Issue 5, Per caller (b): tools hidden that the caller's scopes do not allow."""
    rights = Rights(made(*THREE))
    assert listed(rights) == ["open", "read_result"]
    assert listed(rights, "read") == ["open", "reads", "read_result"]
    assert listed(rights, "read", "admin", "more") == ["open", "reads", "admin", "read_result"]
    assert [tool["name"] for tool in rights.pages(None).tools(0)] == ["open", "reads", "admin", "read_result"]


def test_what_is_hidden_is_as_unknown_as_what_is_not_there() -> None:
    """Nothing tells them apart."""
    rights = Rights(made(*THREE))
    assert rights.tool("admin", frozenset({"read"})) is None
    assert rights.tool("none", frozenset({"read"})) is None
    assert rights.tool("admin", frozenset({"read", "admin"})) is not None
    assert rights.tool("admin", None) is not None


def test_lists_are_kept_by_the_scopes_that_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that invented scopes cost nothing, and the oldest list goes first."""
    monkeypatch.setattr(module, "_LISTS", 2)
    rights = Rights(made(*THREE, ("other", "other")))
    reading = rights.pages(frozenset({"read"}))
    assert rights.pages(frozenset({"read", "invented"})) is reading
    others = rights.pages(frozenset({"other"}))
    assert rights.pages(frozenset({"read"})) is reading
    rights.pages(frozenset())
    assert rights.pages(frozenset({"read"})) is reading
    assert rights.pages(frozenset({"other"})) is not others
    everything = frozenset({"read", "admin", "other"})
    assert rights.pages(everything) is rights.pages(None)


async def test_a_new_document_has_rights_of_its_own() -> None:
    """Issue 3, Live: a tool may ask for another scope now."""
    app, other = made(*THREE), made(("open", "read"), ("admin",))
    rights = Rights(app)
    async with app:
        assert listed(rights) == ["open", "read_result"]
        await app.serve(other.toolset, other.document, other.executor)
        assert listed(rights) == ["admin", "read_result"]
        assert rights.tool("open", frozenset()) is None


def test_nothing_that_all_may_read_names_a_tool_that_a_caller_may_not_know() -> None:
    """security.md: a description says where what it needs comes from, the instructions say it for many."""
    app = made(*THREE)
    needing = "Opens.\nNeeds id, from reads; key and name, from admin.\nReturns: things."
    tools = tuple(replace(tool, description=needing) if tool.name == "open" else tool for tool in app.toolset.tools)
    told = with_needs_told("An API.\nMain resources: admins (2), things (1).", [("owner", "admin")])
    read = app.document
    toolset = replace(app.toolset, tools=tools, instructions=told)
    rights = Rights(App(toolset=toolset, document=read, executor=Executor(read, toolset)))
    descriptions = {
        scopes: rights.pages(frozenset(scopes)).tools(0)[0]["description"]
        for scopes in ((), ("read",), ("read", "admin"))
    }
    assert descriptions == {
        (): "Opens.\nReturns: things.",
        ("read",): "Opens.\nNeeds id, from reads.\nReturns: things.",
        ("read", "admin"): needing,
    }
    assert "admin" in told
    assert "admin" not in rights.instructions
    open_to_all = replace(toolset, tools=tools[:1])
    everyone = Rights(App(toolset=open_to_all, document=read, executor=Executor(read, open_to_all)))
    assert everyone.instructions == told

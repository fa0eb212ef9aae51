"""What each client does to a tool, and what the generator keeps to for it."""

from typing import Any

import pytest
from support.make import document, json_body, parameter

from openapi_mcp.generator.clients import (
    BY_NAME,
    LONGEST_NAME,
    LONGEST_SERVER_NAME,
    Effect,
    Fit,
    fit,
    list_verdicts,
    verdicts,
)
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.policy import ANY_CLIENT, CLIENTS, METHODS, Selection

SERVER = "s" * LONGEST_SERVER_NAME
Json = dict[str, Any]


def listed(**fields: Any) -> Json:
    return {
        "name": "orders_list",
        "description": "List orders.",
        "inputSchema": {"type": "object", "properties": {}},
        "annotations": {"readOnlyHint": True},
        **fields,
    }


def said(tool: Json, effect: Effect, server: str = SERVER) -> dict[str, str]:
    """Return by client the rule that has this effect on the tool."""
    found = [verdict for client in BY_NAME.values() for verdict in verdicts(tool, client, server)]
    return {verdict.client: verdict.rule for verdict in found if verdict.effect is effect}


def test_the_model_and_the_table_name_the_same_clients() -> None:
    """design.md, Options: --client NAME."""
    assert (ANY_CLIENT, *BY_NAME) == CLIENTS


def test_a_plain_tool_is_taken_by_all() -> None:
    """mcp-facts.md section 6, the safe envelope: 40 characters, a server's name of 15."""
    schema = {"type": "object", "properties": {"x" * 64: {"type": "string"}}}
    tool = listed(name="x" * LONGEST_NAME, description="x" * 1024, inputSchema=schema, outputSchema={"type": "object"})
    assert list_verdicts([tool], SERVER) == ()


def test_who_refuses_hides_or_cuts_a_long_name() -> None:
    """mcp-facts.md section 6, with the prefix that each client adds."""
    tool = listed(name="x" * 65)
    refused = ["claude-desktop", "vscode", "copilot-cli", "openai", "windsurf", "zed"]
    assert said(tool, Effect.REFUSED) == dict.fromkeys(refused, "name length")
    assert said(tool, Effect.HIDDEN) == {"cursor": "name length"}
    assert said(tool, Effect.CUT) == dict.fromkeys(["codex", "gemini"], "name length")
    assert said(listed(name="x" * 107), Effect.HIDDEN) == dict.fromkeys(["claude-code", "cursor"], "name length")
    (verdict,) = verdicts(listed(name="x" * 56), BY_NAME["cursor"], "shop")
    assert (verdict.client, verdict.tool) == ("cursor", "x" * 56)
    assert verdict.why == f"61 characters as 'shop:{'x' * 56}'; 60 fit"
    assert verdicts(listed(name="x" * 55), BY_NAME["cursor"], "shop") == ()


@pytest.mark.parametrize(("name", "taken_by"), [("a.b", {"inspector"}), ("a b", set()), ("9", {*BY_NAME} - {"gemini"})])
def test_who_takes_an_odd_name(name: str, taken_by: set[str]) -> None:
    """mcp-facts.md section 6: no dot for the Claude API; Gemini wants a letter or _ first."""
    complaining = {**said(listed(name=name), Effect.REFUSED), **said(listed(name=name), Effect.CUT)}
    assert {*BY_NAME} - {*complaining} == taken_by


def test_an_argument_name_breaks_the_session_of_every_model() -> None:
    """mcp-facts.md section 1, 5."""
    tool = listed(inputSchema={"type": "object", "properties": {"filter[x]": {}}})
    assert said(tool, Effect.REFUSED) == dict.fromkeys({*BY_NAME} - {"inspector"}, "argument name")


def test_a_root_that_is_a_union_or_no_object_is_refused() -> None:
    """mcp-facts.md section 1, 4 and 5; Inspector leaves out what is odd."""
    union = listed(inputSchema={"type": "object", "oneOf": [{}]})
    assert said(union, Effect.REFUSED) == dict.fromkeys({*BY_NAME} - {"inspector"}, "root")
    array = listed(inputSchema={"type": "array"})
    assert said(array, Effect.REFUSED) == dict.fromkeys({*BY_NAME} - {"inspector"}, "input schema")
    assert said(array, Effect.HIDDEN) == {"inspector": "input schema"}
    assert said(listed(inputSchema=None), Effect.HIDDEN) == {"inspector": "input schema"}


def test_an_output_schema_that_cannot_be_compiled_loses_the_list_of_some() -> None:
    """mcp-facts.md section 6, clients on the TypeScript SDK 1.x."""
    tool = listed(outputSchema={"type": "object", "properties": {"a": {"type": "file"}}})
    compiling = ["claude-desktop", "cursor", "copilot-cli", "gemini"]
    assert said(tool, Effect.REFUSED) == dict.fromkeys(compiling, "output schema")
    assert said(tool, Effect.HIDDEN) == {"inspector": "output schema"}


def test_references_and_what_stands_beside_them() -> None:
    """mcp-facts.md section 6: Copilot CLI, Gemini. A field or a value that is called so is none."""
    schema: Json = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {}}}
    assert said(listed(inputSchema=schema), Effect.MISREAD) == {"copilot-cli": "$ref", "gemini": "$ref"}
    schema["properties"]["a"]["title"] = "A"
    assert said(listed(inputSchema=schema), Effect.REFUSED) == {"gemini": "words beside $ref"}
    default = {"$ref": "x", "type": ["y"]}
    named = {"type": "object", "properties": {"a": {"properties": {"$ref": {"type": "string"}}, "default": default}}}
    assert list_verdicts([listed(inputSchema=named)], SERVER) == ()


def test_lists_of_types_annotations_and_descriptions() -> None:
    """mcp-facts.md sections 6 and 7."""
    types = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}
    assert set(said(listed(inputSchema=types), Effect.MISREAD)) == {"codex", "openai", "gemini"}
    odd = listed(annotations={"readOnlyHint": "yes"})
    assert set(said(odd, Effect.REFUSED)) == {*BY_NAME} - {"inspector"}
    assert said(odd, Effect.HIDDEN) == {"inspector": "annotations"}
    assert set(said(listed(description="", annotations=None), Effect.MISREAD)) == {*BY_NAME}
    long = listed(description="x" * 2049)
    assert said(long, Effect.CUT) == dict.fromkeys(["claude-code", "codex"], "description length")
    assert said(long, Effect.REFUSED) == {"openai": "description length"}


def test_a_list_is_judged_as_a_whole() -> None:
    """mcp-facts.md section 6: VS Code 128 tools, Windsurf 100, Cursor degrades above 40; OpenAI: 128."""
    tools = [listed(name=f"t{n}") for n in range(130)]
    found = list_verdicts(tools, SERVER)
    hidden = [verdict.client for verdict in found if verdict.effect is Effect.HIDDEN]
    assert (hidden.count("vscode"), hidden.count("windsurf"), len(hidden)) == (2, 30, 32)
    assert [verdict.client for verdict in found if verdict.effect is Effect.REFUSED] == ["openai"] * 2
    (crowded,) = [verdict for verdict in found if verdict.effect is Effect.MISREAD]
    assert (crowded.client, crowded.tool, crowded.rule) == ("cursor", "", "number of tools")
    twice = list_verdicts([listed(), listed()], SERVER, [BY_NAME["zed"]])
    assert [(verdict.effect, verdict.rule) for verdict in twice] == [(Effect.REFUSED, "unique names")]


def test_the_default_fits_all_at_once() -> None:
    """Issue 3: for all clients at once; names under the default stay as they are."""
    everyone = [fit(name) for name in BY_NAME]
    assert fit() == Fit(longest_name=40, longest_description=1024, inline=False)
    assert min(one.longest_name for one in everyone) >= fit().longest_name
    assert min(one.longest_description for one in everyone) >= fit().longest_description


def test_a_client_of_its_own_allows_more() -> None:
    """Issue 3: --client NAME for one client's own limits and prefixes."""
    assert fit("claude-code") == Fit(longest_name=106, longest_description=2048, inline=False)
    assert fit("cursor").longest_name == 44
    assert fit("gemini") == Fit(longest_name=43, longest_description=1024, inline=True)
    assert fit("inspector").longest_name == 128


LONG = "listCoreV1NamespacedPersistentVolumeClaimForAllNamespaces"


def test_names_descriptions_and_schemas_are_fitted_to_the_client() -> None:
    """Issue 3: longer where that client allows it, shorter with the prefix it adds."""
    schemas = {"A": {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(20)}}}
    ref = {"$ref": "#/components/schemas/A"}
    operation = {
        "operationId": LONG,
        "description": "word " * 600,
        "parameters": [parameter("q")],
        "requestBody": {"content": json_body({"type": "object", "properties": {"a": ref, "b": ref}})},
    }
    read = document({"/a": {"post": operation}}, components={"schemas": schemas})
    made = {
        client: generate(read, Selection(methods=frozenset(METHODS), client=client)).tools[0]
        for client in ("all", "claude-code", "gemini")
    }
    assert made["all"].name == generate(read, Selection(methods=frozenset(METHODS))).tools[0].name
    assert len(made["all"].name) <= 40
    assert made["claude-code"].name == LONG
    assert len(made["gemini"].name) <= 43
    assert all(len(tool.description) <= fit(client).longest_description for client, tool in made.items())
    assert len(made["claude-code"].description) > 2000
    assert made["all"].input_schema["properties"]["a"] == {"$ref": "#/$defs/A"}
    assert made["gemini"].input_schema["properties"]["a"] == schemas["A"]
    assert "$defs" not in made["gemini"].input_schema


def test_an_output_schema_is_written_in_place_too() -> None:
    """mcp-facts.md section 6: no $ref for Gemini and Copilot CLI, in neither schema."""
    schemas = {"A": {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(20)}}}
    ref = {"$ref": "#/components/schemas/A"}
    content = json_body({"type": "object", "properties": {"a": ref, "b": ref}})
    paths = {"/a": {"get": {"responses": {"200": {"description": "x", "content": content}}}}}
    read = document(paths, components={"schemas": schemas})
    (tool,) = generate(read, Selection(output_schemas=True, client="copilot-cli")).tools
    assert tool.output_schema == {"type": "object", "properties": {"a": schemas["A"], "b": schemas["A"]}}

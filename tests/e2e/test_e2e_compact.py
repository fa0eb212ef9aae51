"""A compact list as a real client uses it over stdio: what it leaves out is asked for, and the call is right."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from support.child import clean_environment
from support.make import json_body
from support.upstream import Upstream

pytestmark = pytest.mark.anyio

CARD = {
    "type": "object",
    "properties": {
        "network": {"type": "string", "enum": [f"network of cards {n}" for n in range(9)]},
        "holder": {"$ref": "#/components/schemas/Holder"},
        "note": {"type": "string"},
    },
    "required": ["network", "holder"],
}
HOLDER = {"type": "object", "properties": {"since": {"type": "integer", "minimum": 2000}}, "required": ["since"]}
TRANSFER = {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]}


def payments(server: str) -> dict[str, Any]:
    """Return a description whose one body has alternatives, with objects and many values in them."""
    body = {"oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Transfer"}]}
    operation = {"operationId": "pay", "requestBody": {"content": json_body(body), "required": True}, "responses": {}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Payments", "version": "1"},
        "servers": [{"url": server}],
        "components": {"schemas": {"Card": CARD, "Holder": HOLDER, "Transfer": TRANSFER}},
        "paths": {"/payments": {"post": operation}},
    }


def filled(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """Return a value as a model makes one up from a schema: the first alternative, and what is required."""
    if "$ref" in schema:
        return filled(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return filled(schema[word][0], definitions)
    if schema["type"] == "object":
        wanted = {name: schema.get("properties", {})[name] for name in schema.get("required", ())}
        return {name: filled(value, definitions) for name, value in wanted.items()}
    return (
        schema["enum"][0] if "enum" in schema else {"integer": schema.get("minimum", 1), "string": "x"}[schema["type"]]
    )


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_what_the_list_leaves_out_leads_to_a_right_call(upstream: Upstream, tmp_path: Path, era: str) -> None:
    """Issue 6: nothing that is short makes a call impossible. The second time from the catalogue."""
    spec = upstream.serve(payments(upstream.url))
    options = ["--spec", spec, "--methods", "all", "--mode", "tools", "--list-style", "compact"]
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "openapi_mcp", "serve", *options],
        env=clean_environment(),
        cwd=tmp_path,
    )
    for _ in range(2):
        async with Client(server, mode=era) as client:
            pay, describe, _ = (await client.list_tools()).tools
            assert pay.input_schema["properties"]["body"] == {
                "type": "object",
                "description": "{network, holder: {since}} or {iban}",
            }
            assert (describe.name, "describe_operations gives all" in (client.instructions or "")) == (
                "describe_operations",
                True,
            )
            guessed = await client.call_tool("pay", {"body": {"network": "visa", "holder": {"since": 1}}})
            assert guessed.is_error
            told = await client.call_tool(describe.name, {"names": ["pay"]})
            (described,) = (told.structured_content or {})["operations"]
            schema = described["input_schema"]
            result = await client.call_tool("pay", filled(schema, schema.get("$defs", {})))
            assert not result.is_error, result
    assert [json.loads(seen.body) for seen in upstream.calls] == [
        {"network": "network of cards 0", "holder": {"since": 2000}}
    ] * 2

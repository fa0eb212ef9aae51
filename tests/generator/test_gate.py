"""The last check: nothing enters the list that a client would refuse, whatever stood in the document."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.make import ALL_METHODS, answering, document, json_body, one_tool, parameter

from openapi_mcp.errors import DocumentError
from openapi_mcp.generator import describe
from openapi_mcp.generator.clients import BY_NAME, Effect, Fit, fit, list_verdicts
from openapi_mcp.generator.gate import MAX_TOOL, Gate
from openapi_mcp.generator.generate import generate
from openapi_mcp.loader.read import read
from openapi_mcp.model.document import Severity
from openapi_mcp.model.policy import ANY_METHOD, CLIENTS, METHODS, Selection
from openapi_mcp.model.tool import Tool, wire_tool

Json = dict[str, Any]


def listed(**fields: Any) -> Json:
    """Return a tool as it is listed, right but for `fields`; one that is None is left out."""
    tool = {
        "name": "orders_list",
        "title": "List orders",
        "description": "List orders.",
        "inputSchema": {"type": "object", "properties": {"page": {"type": "integer"}}, "additionalProperties": False},
        "annotations": {"readOnlyHint": True, "destructiveHint": False},
    }
    return {key: value for key, value in {**tool, **fields}.items() if value is not None}


def root(**fields: Any) -> Json:
    return {"type": "object", **fields}


def test_a_tool_as_it_should_be_enters() -> None:
    """mcp-facts.md section 6, the safe envelope."""
    assert Gate(Fit()).objection(listed()) is None
    assert Gate(Fit()).objection(listed(inputSchema=root(), outputSchema=root(), title=None, annotations=None)) is None


@pytest.mark.parametrize("name", [None, 7, "", "a.b", "a b", "9lives", "-a", "é", "x" * 41, "a\n"])
def test_a_name_that_some_client_refuses_does_not_enter(name: Any) -> None:
    """mcp-facts.md section 6: [A-Za-z_][A-Za-z0-9_-]*, at most 40."""
    assert "is not one that every client takes" in str(Gate(Fit()).objection(listed(name=name)))


def test_a_name_enters_once() -> None:
    """design.md, Tools: unique. A tool that did not enter takes no name."""
    gate = Gate(Fit())
    assert gate.objection(listed(description="")) == "it has no description"
    assert gate.objection(listed()) is None
    assert gate.objection(listed()) == "the name 'orders_list' is taken"


@pytest.mark.parametrize(
    ("fields", "objection"),
    [
        ({"description": None}, "it has no description"),
        ({"description": " \n"}, "it has no description"),
        ({"title": 7}, "it has no description"),
        ({"description": "x" * 1025}, "its description has more than 1024 characters"),
        ({"annotations": {"readOnlyHint": "true"}}, "an annotation is not a boolean"),
        ({"annotations": []}, "an annotation is not a boolean"),
        ({"inputSchema": None}, "its input schema cannot stand: its root is not `type: object`"),
        ({"inputSchema": {"type": "array"}}, "its input schema cannot stand: its root is not `type: object`"),
        ({"inputSchema": root(oneOf=[{}])}, "its input schema cannot stand: 'oneOf' stands at its root"),
        ({"inputSchema": root(properties=[])}, "its input schema cannot stand: 'properties' holds no schemas"),
        (
            {"inputSchema": root(properties={"filter[x]": {}})},
            "the argument name 'filter[x]' is not one that every client takes",
        ),
        ({"inputSchema": root(required=["a"])}, "the argument 'a' is required and not declared"),
        ({"outputSchema": {"type": "array"}}, "its output schema cannot stand: its root is not `type: object`"),
        (
            {"outputSchema": root(properties={"a": {"$ref": "#/$defs/B"}})},
            "its output schema cannot stand: the reference '#/$defs/B' leads nowhere in it",
        ),
        (
            {"inputSchema": root(properties={"a": {"$ref": "#/$defs/B", "title": "A"}}, **{"$defs": {"B": {}}})},
            "its input schema cannot stand: more than words stands beside the reference '#/$defs/B'",
        ),
        ({"_meta": {"x": float("nan")}}, "it cannot be written as JSON"),
        ({"title": "\ud800"}, "it cannot be written as JSON"),
        ({"inputSchema": root(description="x" * MAX_TOOL)}, "bytes, and more than 40,000 are too much for a model"),
    ],
)
def test_what_would_break_a_list_does_not_enter(fields: Json, objection: str) -> None:
    """mcp-facts.md section 1, 4 and 5; issue 3: at most 40 kB."""
    assert str(Gate(Fit()).objection(listed(**fields))).endswith(objection)


def test_a_tool_that_cannot_enter_is_quarantined_reported_and_the_rest_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 3: one that does not is quarantined, reported, and the rest served."""
    monkeypatch.setattr(describe, "description", lambda operation, *_: operation.summary)
    made = generate(document({"/a": {"get": {}}, "/b": {"get": {"summary": "Get b."}}}), ALL_METHODS)
    assert [tool.operation.path for tool in made.tools] == ["/b"]
    assert [(one.method, one.path, one.reason) for one in made.skipped] == [
        ("GET", "/a", "clients would refuse its tool: it has no description")
    ]
    (problem,) = made.problems
    assert (problem.severity, problem.pointer) == (Severity.ERROR, "#/paths/~1a/get")
    assert problem.message == "GET /a is left out: clients would refuse its tool: it has no description"


def nested(levels: int, inside: Json) -> Json:
    for _ in range(levels):
        inside = {"type": "object", "properties": {"a": inside}}
    return inside


def test_a_schema_nested_too_deeply_for_validators_is_cut_and_served() -> None:
    """Issue 3: depth of one tool bounded by describing what was left out; no operation is lost for it."""
    parts = {f"P{n}": nested(20, {"$ref": f"#/components/schemas/P{n + 1}"}) for n in range(6)}
    schemas = {**parts, "P6": nested(1, {"type": "string"})}
    tool = one_tool(
        {"parameters": [parameter("a", schema={"$ref": "#/components/schemas/P0"})]}, components={"schemas": schemas}
    )
    assert "Fields: a" in json.dumps(tool.input_schema)
    Draft202012Validator.check_schema(dict(tool.input_schema))


def test_long_patterns_defaults_and_enums_are_said_in_words_before_a_tool_is_lost() -> None:
    """Issue 3: 40 kB a tool, in bytes, by describing what was left out; image-charts' patterns have 22 kB."""
    fonts = "|".join(f"字体{n}" for n in range(4_000))
    properties = [
        parameter("a", schema={"type": "string", "pattern": f"^({fonts})$", "description": "The font."}),
        parameter("b", schema={"type": "string", "pattern": f"^({fonts})?$", "default": "x" * 400}),
        parameter("c", schema={"type": "string", "enum": [f"{n}" + "字" * 500 for n in range(20)]}),
        parameter("d", schema={"type": "string", "pattern": "^d$", "default": "d"}),
    ]
    shown = one_tool({"parameters": properties}).input_schema["properties"]
    begin = "Must match a pattern that begins ^(字体0|字体1|"
    assert shown["a"]["description"].startswith(f"The font. {begin}")
    assert shown["b"]["description"].startswith(begin)
    assert (set(shown["b"]), set(shown["c"])) == ({"type", "description"}, {"type", "description"})
    assert shown["d"] == {"type": "string", "pattern": "^d$", "default": "d"}


def test_an_output_schema_that_cannot_stand_is_left_out_and_its_tool_served() -> None:
    """mcp-facts.md section 1, 4: an output schema loses the whole list; the tool can do without."""
    schemas = {f"P{n}": nested(20, {"$ref": f"#/components/schemas/P{n + 1}"}) for n in range(6)}
    schemas["P6"] = {"type": "string"}
    selection = Selection(methods=frozenset(METHODS), output_schemas=True)
    tool = one_tool(
        answering(nested(1, {"$ref": "#/components/schemas/P0"})), selection=selection, components={"schemas": schemas}
    )
    assert tool.output_schema is None


def test_patterns_stay_out_of_output_schemas() -> None:
    """mcp-facts.md section 6: a bad pattern in an output schema loses the whole list."""
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "pattern": r"^\-$"},
            "b": {"type": "object", "patternProperties": {r"^x\-": {}}, "additionalProperties": False},
        },
    }
    selection = Selection(methods=frozenset(METHODS), output_schemas=True)
    assert one_tool(answering(schema), selection=selection).output_schema == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "description": r"Must match the pattern ^\-$"},
            "b": {"type": "object"},
        },
    }


def test_a_pattern_of_names_that_only_some_read_is_left_out_of_inputs() -> None:
    """mcp-facts.md section 7: keep a pattern only if it compiles in both ECMA-262 and Python."""
    names = {"type": "object", "patternProperties": {r"^a$": {}, r"\Ab": {}}, "additionalProperties": False}
    tool = one_tool({"parameters": [parameter("q", schema=names)]})
    assert tool.input_schema["properties"]["q"] == {"type": "object", "patternProperties": {"^a$": {}}}


KEYWORDS = [
    "type", "properties", "items", "required", "enum", "pattern", "minimum", "maximum", "exclusiveMinimum",
    "minLength", "format", "nullable", "allOf", "anyOf", "oneOf", "not", "additionalProperties", "patternProperties",
    "$ref", "$defs", "$id", "$schema", "$anchor", "default", "example", "examples", "description", "title",
    "readOnly", "writeOnly", "discriminator", "deprecated", "const", "if", "then", "else", "multipleOf",
    "uniqueItems", "minItems", "prefixItems", "dependentSchemas", "dependentRequired", "propertyNames",
    "unevaluatedProperties", "contains", "xml",
]  # fmt: skip
REFERENCES = [
    "#/components/schemas/A", "#/components/schemas/B", "#/components/schemas/A/properties/a", "#", "#/paths/~1a/get",
    "#/components/schemas/Nowhere", "other.yaml#/X", "%", "#anchor",
]  # fmt: skip
PATTERNS = ["^a+$", r"\Aa\Z", "(?i)a", "[", "a{2,1}", "[[a]", r"\p{L}", "(?<n>a)", "a++"]
NAMES = ["a", "filter[x]", "$top", "", "x" * 80, "é", "a b", "id", "$ref", "type"]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["object", "array", "string", "integer", "file", "null", "true", *REFERENCES, *PATTERNS]),
    st.text(max_size=6),
)
junk = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYWORDS), st.sampled_from([*NAMES, *PATTERNS])), inner, max_size=4),
    ),
    max_leaves=12,
)
schemas = st.dictionaries(st.sampled_from(KEYWORDS), junk, max_size=5)
sound_schemas = st.recursive(
    schemas,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(["object", "array", "string"])},
        optional={
            "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
            "patternProperties": st.dictionaries(st.sampled_from(PATTERNS), inner, max_size=2),
            "items": inner,
            "allOf": st.lists(inner, max_size=2),
            "required": st.lists(st.sampled_from(NAMES), max_size=3),
            "pattern": st.sampled_from(PATTERNS),
        },
    ),
    max_leaves=5,
)


def mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return what usually has the right form: where all is junk, no operation is left to make a tool of."""
    return st.integers(0, 9).flatmap(lambda number: junk if number == 0 else usual)


parameters = mostly(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": mostly(st.sampled_from(NAMES)),
                "in": mostly(st.sampled_from(["query", "header", "path", "cookie"])),
            },
            optional={"schema": mostly(sound_schemas), "required": junk, "description": junk, "style": junk},
        ),
        max_size=3,
    )
)
content = mostly(
    st.dictionaries(
        st.sampled_from(["application/json", "text/plain", "x/y", "multipart/form-data"]),
        st.fixed_dictionaries({"schema": mostly(sound_schemas)}),
        max_size=2,
    )
)
operations = mostly(
    st.fixed_dictionaries(
        {},
        optional={
            "operationId": mostly(st.sampled_from(["get", "get.all", "get all", "x" * 90])),
            "summary": junk,
            "description": junk,
            "parameters": parameters,
            "requestBody": mostly(st.fixed_dictionaries({"content": content}, optional={"required": junk})),
            "responses": mostly(
                st.dictionaries(
                    st.sampled_from(["200", "default", "x"]), st.fixed_dictionaries({"content": content}), max_size=2
                )
            ),
            "deprecated": junk,
        },
    )
)
documents = st.fixed_dictionaries(
    {
        "openapi": st.sampled_from(["3.0.3", "3.1.0", "3.2.0"]),
        "info": junk,
        "paths": st.dictionaries(
            st.sampled_from(["/a", "/a/{id}", "/a/{x}", "/../b", "nowhere", "/é?"]),
            mostly(st.dictionaries(st.sampled_from(["get", "post", "query"]), operations, max_size=3)),
            min_size=1,
            max_size=3,
        ),
        "components": mostly(
            st.fixed_dictionaries({"schemas": st.dictionaries(st.sampled_from("AB"), sound_schemas, max_size=2)})
        ),
    },
    optional={"servers": junk, "security": junk},
)


@pytest.mark.parametrize("client", ["all", "gemini", "claude-code"])
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=150)
@given(documents)
@example(
    {
        "openapi": "3.1.0",
        "info": {},
        "paths": {"/a": {"get": {"parameters": [{"name": "a", "in": "query", "schema": {"pattern": "[[a]"}}]}}},
    }
)
def test_whatever_the_document_every_listed_tool_is_one_that_no_client_rejects(client: str, root: Json) -> None:
    """Law. Issue 3, Proof: every generated list passes the strictest client's check whatever the document."""
    try:
        read_document = read(root, source="junk", base_uri=None)
    except DocumentError:
        return
    selection = Selection(methods=frozenset((*METHODS, ANY_METHOD)), output_schemas=True, client=client)
    made = generate(read_document, selection)
    tools = [wire_tool(tool) for tool in made.tools]
    gate = Gate(fit(client))
    assert [gate.objection(tool) for tool in tools] == [None] * len(tools)
    assert list(lint_errors(tools)) == []
    for tool in tools:
        Draft202012Validator.check_schema(tool["inputSchema"])
        if "outputSchema" in tool:
            Draft202012Validator.check_schema(tool["outputSchema"])
    judged = BY_NAME.values() if client == "all" else [BY_NAME[client]]
    refused = [
        verdict for verdict in list_verdicts(tools, "your-api-server", judged) if verdict.effect is Effect.REFUSED
    ]
    assert refused == []


def lint_errors(tools: list[Json]) -> Iterator[str]:
    """Yield the errors of the protocol check of this project (tool_lint.py), in words of our own."""
    names = [tool["name"] for tool in tools]
    yield from (f"twice: {name}" for name in set(names) if names.count(name) > 1)
    for tool in tools:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", tool["name"]):
            yield f"name: {tool['name']}"
        hints = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
        if any(not isinstance(tool["annotations"][hint], bool) for hint in hints):
            yield "an annotation is not a boolean"
        schemas = [tool["inputSchema"], *([tool["outputSchema"]] if "outputSchema" in tool else [])]
        for schema in schemas:
            if schema.get("type") != "object":
                yield "root type"
            for node in schemas_in(schema):
                yield from node_errors(schema, node)
        if {"anyOf", "oneOf", "allOf"} & set(tool["inputSchema"]):
            yield "union at the root"
        illegal = [
            key for key in tool["inputSchema"].get("properties", {}) if not re.fullmatch("[A-Za-z0-9_.-]{1,64}", key)
        ]
        yield from illegal


def node_errors(whole: Json, node: Json) -> Iterator[str]:
    ref = node.get("$ref")
    if ref is not None and (not ref.startswith("#/$defs/") or ref[8:] not in whole.get("$defs", {})):
        yield f"$ref {ref}"
    types = node.get("type", [])
    known = {"object", "array", "string", "integer", "number", "boolean", "null"}
    yield from (f"type {one}" for one in ([types] if isinstance(types, str) else types) if one not in known)
    if isinstance(node.get("exclusiveMinimum"), bool) or isinstance(node.get("exclusiveMaximum"), bool):
        yield "boolean bound"


def schemas_in(node: Any) -> Iterator[Json]:
    """Yield a schema and every schema inside it."""
    if not isinstance(node, dict):
        return
    yield node
    for word in ("properties", "patternProperties", "$defs", "dependentSchemas"):
        for inner in node.get(word, {}).values():
            yield from schemas_in(inner)
    for word in ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"):
        yield from schemas_in(node.get(word))
    for word in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for inner in node.get(word, ()):
            yield from schemas_in(inner)


def body_tool(client: str, schemas: Json, name: str = "A") -> Tool:
    content = json_body(
        {
            "type": "object",
            "properties": {
                "a": {"$ref": f"#/components/schemas/{name}"},
                "b": {"$ref": f"#/components/schemas/{name}"},
            },
        }
    )
    selection = Selection(methods=frozenset(METHODS), client=client)
    operation = {"requestBody": {"content": content}}
    return one_tool(operation, method="post", selection=selection, components={"schemas": schemas})


def test_each_client_has_a_fit_and_each_fit_a_list() -> None:
    """design.md, Options: --client NAME."""
    schemas = {"A": {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(20)}}}
    for client in CLIENTS:
        tool = wire_tool(body_tool(client, schemas))
        assert Gate(fit(client)).objection(tool) is None
        assert ("$defs" in tool["inputSchema"]) == (client not in ("copilot-cli", "gemini"))

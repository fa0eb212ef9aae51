"""Arguments read back from a URL."""

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import BASE_URL, Json, one_tool, parameter

from openapi_mcp.model.tool import Tool
from openapi_mcp.request.build import build_request
from openapi_mcp.response.readback import Made, arguments_of, read_scalar, without_credentials

COLOURS = {"type": "string", "enum": ["red", "blue"]}
TREE = {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}
SCHEMAS: Json = {"components": {"schemas": {"Tree": TREE, "Count": {"type": "integer"}}}}


def tool_of(*parameters: Json) -> Tool:
    return one_tool({"parameters": list(parameters)}, **SCHEMAS)


def query(name: str, schema: Any, **fields: Any) -> Json:
    return parameter(name, schema=schema, **fields)


def listed(kind: str) -> Json:
    return {"type": "array", "items": {"type": kind}}


FIELDS = {
    "type": "object",
    "properties": {
        "n": {"type": "integer"},
        "t": {"type": "string"},
        "in": {"type": "object", "properties": {"on": {"type": "boolean"}}},
        "ids": listed("integer"),
    },
}
EVERY = tool_of(
    query("text", {"type": "string"}),
    query("number", {"type": "number"}),
    query("count", {"$ref": "#/components/schemas/Count"}),
    query("flag", {"type": "boolean"}),
    query("colour[]", listed("string")),
    query("ids", listed("integer"), explode=False),
    query("words", listed("string"), explode=False, style="pipeDelimited"),
    query("spaced", listed("string"), explode=False, style="spaceDelimited"),
    query("filter", FIELDS, style="deepObject", explode=True),
    query("range", {"type": "object", "properties": {"from": {"type": "integer"}, "to": {"type": "string"}}}),
    {"name": "json", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
    query("either", {"oneOf": [{"type": "integer"}, {"type": "boolean"}]}),
)  # fmt: skip
ARGUMENTS = {binding.name: binding.argument for binding in EVERY.bindings}

plain = st.text(st.characters(codec="utf-8"))
some = st.text(st.characters(codec="utf-8", exclude_characters="| "), min_size=1)  # encoded, they end an item as well
whole = st.integers(-(10**20), 10**20)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": plain,
    "number": whole | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
    "count": whole,
    "flag": st.booleans(),
    "colour[]": st.lists(plain, min_size=1),
    "ids": st.lists(whole, min_size=1),
    "words": st.lists(some, min_size=1),
    "spaced": st.lists(some, min_size=1),
    "filter": st.fixed_dictionaries(
        {"n": whole}, optional={"t": plain, "in": st.just({"on": True}), "ids": st.lists(whole, min_size=1)}
    ),
    "range": st.fixed_dictionaries({"from": whole}, optional={"to": plain}),
    "json": st.dictionaries(plain, whole | plain | st.none(), max_size=3),
    "either": whole | st.booleans(),
}
calls = st.fixed_dictionaries({}, optional={ARGUMENTS[name]: values for name, values in VALUES.items()})


def url_of(tool: Tool, arguments: Json) -> str:
    return build_request(tool, arguments, BASE_URL).url


def read_back(tool: Tool, before: Json, url: str) -> Json | None:
    return arguments_of(Made(tool=tool, arguments=before, url=url_of(tool, before)), url)


@given(calls, calls)
def test_a_next_url_is_the_call_that_it_was_written_for(before: Json, after: Json) -> None:
    """A law: arguments, to a request, to a next URL, are the same arguments, whatever the call before it was."""
    assert read_back(EVERY, before, url_of(EVERY, after)) == after


@given(calls)
def test_a_query_in_another_encoding_is_the_same_query(arguments: Json) -> None:
    """A server writes its links in its own way: everything encoded that may be, lower-case hex, `+` for a space."""
    url = url_of(EVERY, arguments)
    head, _, text = url.partition("?")
    encoded = "&".join("=".join(part.replace("%20", "+") for part in pair.split("=", 1)) for pair in text.split("&"))
    assert read_back(EVERY, arguments, f"{head}?{encoded}") == arguments


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer"}, "07", None),
        ({"type": "integer"}, "-0", None),
        ({"type": "integer"}, "1.0", None),
        ({"type": "integer"}, "1" * 40, None),
        ({"type": "integer"}, "٣", None),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "number"}, "nan", None),
        ({"type": "boolean"}, "True", None),
        ({"type": "boolean"}, "true", True),
        ({"type": ["integer", "null"]}, "7", 7),
        ({"type": ["integer", "string"]}, "7", "7"),
        ({"enum": [1, "2", None]}, "1", 1),
        ({"enum": [1, "2", None]}, "2", "2"),
        ({"enum": [1, "2", None]}, "3", "3"),
        ({"type": "integer", "enum": [7, 8]}, "8", 8),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "7", 7),
        ({}, "7", "7"),
    ],
)
def test_a_text_is_what_the_schema_wants_where_nothing_of_it_is_lost(schema: Json, text: str, value: Any) -> None:
    """derive, never invent: what is no value of the kind is None."""
    read = read_scalar(tool_of(query("v", schema)), "v", text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ([query("v", listed("integer"))], "v=1&v=x"),
        ([query("v", listed("integer"), explode=False)], "v=1&v=2"),
        ([query("v", {"type": "string"})], "v=1&v=2"),
        ([query("v", FIELDS, style="deepObject", explode=True)], "v[n"),
        ([query("v", FIELDS, style="deepObject", explode=True)], "v[n]x=1"),
        ([query("v", FIELDS, style="deepObject", explode=True)], "v[]=1"),
        ([query("v", FIELDS, style="deepObject", explode=True)], "v[n]=1&v[n][x]=2"),
        ([query("v", FIELDS, style="deepObject", explode=True)], "v[a][b]=1&v[a]=2"),
        ([query("v", FIELDS, style="deepObject", explode=True)], "v" + "[a]" * 9 + "=1"),
        ([query("v", FIELDS, style="deepObject", explode=True)], "v[n]=x"),
        ([{"name": "v", "in": "query", "content": {"application/json": {"schema": {}}}}], "v={"),
        ([query("v", {"type": "string"})], "w=1"),
        ([query("v", {"type": "string"})], "%ff=1"),
    ],
)
def test_what_the_arguments_cannot_say_is_not_read(parameters: list[Json], text: str) -> None:
    """Never an unfit call."""
    tool = tool_of(*parameters)
    assert read_back(tool, {}, f"{BASE_URL}/things?{quote(text, safe='[]=&%')}") is None


def test_text_in_a_parameter_with_content_is_text() -> None:
    """OAS 3.1.1, Parameter Object, `content`."""
    content = {"text/plain": {"schema": {"type": "string"}}}
    assert read_back(tool_of({"name": "v", "in": "query", "content": content}), {}, f"{BASE_URL}/things?v=a+b") == {
        "v": "a b"
    }


def test_a_field_that_the_schema_does_not_know_is_text() -> None:
    """deepObject, an object that takes any field."""
    tool = tool_of(query("v", {"type": "object"}, style="deepObject", explode=True))
    assert read_back(tool, {}, f"{BASE_URL}/things?v[a]=1&v[b][c]=2") == {"v": {"a": "1", "b": {"c": "2"}}}


def test_a_schema_without_end_is_read_in_bounded_work() -> None:
    """A document may be hostile too."""
    loop = {"anyOf": [{"$ref": "#/components/schemas/Loop"}, {"$ref": "#/components/schemas/Loop"}]}
    tool = one_tool(
        {"parameters": [query("v", {"$ref": "#/components/schemas/Loop"})]}, components={"schemas": {"Loop": loop}}
    )
    assert read_scalar(tool, "v", "x") == "x"


def test_a_url_is_shown_without_userinfo_credentials_and_fragment() -> None:
    """security.md 10 R-SECRET, in a URL too."""
    shown = without_credentials("https://me:pw@host/a?b=1&KEY=2&c#d", frozenset({"key"}))
    assert shown == "https://host/a?b=1&c"
    assert without_credentials("https://[", frozenset()) is None
    assert urlsplit(shown or "").netloc == "host"

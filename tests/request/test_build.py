"""A call as an HTTP request: no argument leaves its place."""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.make import in_memory, json_body, one_tool, parameter, tool_with_body

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.build import build_request
from openapi_mcp.request.curl import curl
from openapi_mcp.request.routes import Routes

BASE = "https://api.example.com:8443/base/v1"


def built(tool: Tool, base: str = BASE, /, **arguments: Any) -> HttpRequest:
    return build_request(tool, arguments, base)


def path_tool(path: str, **styles: Any) -> Tool:
    names = dict.fromkeys(re.findall(r"\{(.*?)\}", path))
    return one_tool({"parameters": [parameter(name, "path", **styles) for name in names]}, path=path)


def test_a_request_has_everything_in_its_place() -> None:
    """OAS 3.1.1, Parameter Object."""
    tool = one_tool(
        {
            "parameters": [
                parameter("id", "path", schema={}),
                parameter("page", schema={}),
                parameter("X-Trace", "header"),
                parameter("lang", "cookie"),
                parameter("theme", "cookie"),
            ],
            "requestBody": {"required": True, "content": json_body({"type": "object", "properties": {"n": {}}})},
            "responses": {
                "404": {"description": "x", "content": {"application/problem+json": {}}},
                "200": {"description": "x", "content": {"application/json": {}}},
            },
        },
        method="put",
        path="/things/{id}",
    )
    arguments = {"id": "a/b", "page": 2, "X-Trace": "t", "lang": "pt;x", "theme": "dark", "n": [1]}
    request = build_request(tool, arguments, BASE)
    assert request == HttpRequest(
        method="PUT",
        url="https://api.example.com:8443/base/v1/things/a%2Fb?page=2",
        headers=(
            ("Accept", "application/json, application/problem+json, */*;q=0.1"),
            ("X-Trace", "t"),
            ("Cookie", "lang=pt%3Bx; theme=dark"),
            ("Content-Type", "application/json"),
        ),
        body=b'{"n":[1]}',
    )


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        ("https://h", "/a", "https://h/a"),
        ("https://h/", "/a", "https://h/a"),
        ("https://h/v1/", "/a/", "https://h/v1/a/"),
        ("https://h/v1", "//a", "https://h/v1//a"),
        ("https://h", "//evil.example/a", "https://h//evil.example/a"),
        ("https://h/v1?key=1", "/a?b=2#c", "https://h/v1/a?key=1&b=2"),
        ("https://h/v1#x", "/a#b", "https://h/v1/a"),
        ("http://[::1]:80/v1", "/a", "http://[::1]:80/v1/a"),
    ],
)
def test_the_template_is_appended_to_the_base_url(base: str, path: str, expected: str) -> None:
    """OAS 3.1.1, Paths Object: the path is appended to the Server Object's URL; no relative resolution."""
    assert built(path_tool(path), base).url == expected


@pytest.mark.parametrize(
    "value",
    ["..", ".", "a/..", "../a", "a/./b", "a\\..\\b", "..\\", "/..", "..;", "..;v=1", ".;a/b", "x/..;y"],
)
def test_a_dot_segment_in_a_path_argument_is_refused(value: str) -> None:
    """security.md 1 R-PATH; CVE-2026-32871. Tomcat and others drop what follows ";" before they look for dots."""
    with pytest.raises(ArgumentsError) as raised:
        built(path_tool("/a/{id}/b"), id=value)
    assert raised.value.field == "id"
    assert raised.value.message == 'argument "id" holds a dot segment, which would leave its place in the path'


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("/{a}{b}", {"a": ".", "b": "."}),
        ("/.{a}", {"a": "."}),
        ("/{a};v=1", {"a": ".."}),
        ("/%2{a}", {"a": "e"}),
        ("/%2e{a}", {"a": "."}),
    ],
)
def test_a_dot_segment_made_of_several_parts_is_refused(path: str, arguments: dict[str, str]) -> None:
    """security.md 1 R-PATH: also after one percent-decoding."""
    with pytest.raises(ArgumentsError, match="dot segment"):
        built(path_tool(path), **arguments)


@pytest.mark.parametrize(("style", "value"), [("label", "."), ("label", ["", ""]), ("label", "")])
def test_a_style_cannot_make_a_dot_segment(style: str, value: Any) -> None:
    """security.md 1 R-PATH. Style label puts a dot in front: "." becomes ".."."""
    tool = path_tool("/{a}", style=style, explode=True, schema={})
    with pytest.raises(ArgumentsError):
        built(tool, a=value)


@pytest.mark.parametrize("value", ["", [], {}, [""]])
def test_an_empty_path_argument_is_refused(value: Any) -> None:
    """security.md 1 R-PATH: including the empty string."""
    with pytest.raises(ArgumentsError, match='argument "id" is empty, which a path cannot carry'):
        built(path_tool("/a/{id}", schema={}), id=value)


def test_a_path_argument_that_is_not_there_is_refused() -> None:
    """security.md 1 R-PATH: whoever calls without validating sends no template either."""
    with pytest.raises(ArgumentsError, match='argument "id" is missing: it is part of the path'):
        built(path_tool("/a/{id}"))


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("a/b", "a%2Fb"),
        ("%2e%2ea", "%252e%252ea"),
        ("..a", "..a"),
        ("...", "..."),
        ("a?b#c", "a%3Fb%23c"),
        ("{other}", "%7Bother%7D"),
        ("\0\r\n", "%00%0D%0A"),
        ("a;b=c", "a%3Bb%3Dc"),
        ("@evil.example", "%40evil.example"),
        ("é", "%C3%A9"),
        (True, "true"),
        (7, "7"),
        (["a", "b/c"], "a,b%2Fc"),
    ],
)
def test_a_path_argument_is_one_segment(value: Any, segment: str) -> None:
    """security.md 1 and 2 R-PATH."""
    tool = path_tool("/a/{id}/{other}", schema={})
    assert built(tool, id=value, other="o").url == f"{BASE}/a/{segment}/o"


hostile = st.one_of(
    st.text(),
    st.text(alphabet=".%2eE5cCfF/\\;{}id?#@:\0\r\n &=+\ud800é", max_size=12),
    st.sampled_from(
        ["..", ".", "%2e%2e", "/", "\\", "{other}", "{id}", "?", "#", "\0", "", "..%2f", "http://evil.example/"]
    ),
)
json_values = st.recursive(
    st.one_of(hostile, st.integers(), st.booleans(), st.none(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(hostile, inner, max_size=3)),
    max_leaves=6,
)
templates = st.sampled_from(
    [
        "/{id}",
        "/a/{id}/b",
        "/a/{id}/{other}",
        "/{id}{other}/c",
        "/{id}.{other}",
        "/v{id};x={other}/c",
        "/a/{id}/%2{other}",
    ]
)
bases = st.sampled_from([BASE, "http://api.example.com", "https://api.example.com/", "http://127.0.0.1:8000/a/b/"])


@settings(deadline=None, max_examples=400)
@given(templates, bases, st.sampled_from(["simple", "label", "matrix"]), st.booleans(), json_values, json_values)
@example("/{id}{other}/c", BASE, "simple", False, ".", ".")
@example("/a/{id}/{other}", BASE, "simple", False, "{other}", "{id}")
@example("/a/{id}/b", BASE, "label", True, ".", "x")
def test_no_argument_changes_the_host_or_which_path_is_hit(
    template: str, base: str, style: str, explode: bool, first: Any, second: Any
) -> None:
    """Law. security.md 1 and 2 R-PATH: the request target that leaves the process, after httpx has read it."""
    tool = path_tool(template, style=style, explode=explode, schema={})
    try:
        request = built(tool, base, id=first, other=second)
    except ArgumentsError:
        return
    sent = httpx.Request(request.method, request.url)
    whole, home = urlsplit(str(sent.url)), urlsplit(base)
    assert (whole.scheme, whole.netloc, whole.query, whole.fragment) == (home.scheme, home.netloc, "", "")
    target = sent.url.raw_path.decode("ascii")
    assert target == urlsplit(request.url).path
    assert_fills(target, home.path.rstrip("/") + template)


def assert_fills(target: str, template: str) -> None:
    """Hold each segment of a request target against that of the template: the same, or filled and not empty."""
    segments, wanted = target.split("/"), template.split("/")
    assert len(segments) == len(wanted)
    for segment, pattern in zip(segments, wanted, strict=True):
        assert unquote(segment) not in (".", "..")
        literals = [re.escape(literal) for literal in re.split(r"\{.*?\}", pattern)]
        assert re.fullmatch("[^/?#{}]+".join(literals), segment), (segment, pattern)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c[d]", "e&f"]), st.text(max_size=8), min_size=1), st.booleans())
@example({"a": "x&b=y", "b": "+", "e&f": "=&;#"}, True)
def test_a_query_value_reads_back_as_it_was_and_adds_nothing(values: dict[str, str], reserved: bool) -> None:
    """Law. security.md 5 R-HEADER: a query value cannot add a parameter."""
    declared = [parameter(name, allowReserved=reserved) for name in ("a", "b", "c[d]", "e&f")]
    tool = one_tool({"parameters": declared})
    named = {binding.name: binding.argument for binding in tool.bindings}
    try:
        request = build_request(tool, {named[name]: value for name, value in values.items()}, BASE)
    except ArgumentsError:
        assert any("\ud800" <= character <= "\udfff" for value in values.values() for character in value)
        return
    sent = httpx.Request("GET", request.url)
    pairs = parse_qsl(sent.url.query.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert sorted(pairs) == sorted(values.items())


@settings(deadline=None)
@given(st.sampled_from(["form", "spaceDelimited", "pipeDelimited", "deepObject"]), st.booleans(), json_values)
def test_no_query_value_reaches_beyond_the_query(style: str, explode: bool, value: Any) -> None:
    """Law. security.md 5 R-HEADER. Only an exploded object has names of its own; elsewhere the name stays."""
    tool = one_tool({"parameters": [parameter("q", style=style, explode=explode, schema={})]})
    try:
        request = built(tool, q=value)
    except ArgumentsError:
        return
    parts = urlsplit(str(httpx.URL(request.url)))
    assert (parts.netloc, parts.path, parts.fragment) == ("api.example.com:8443", "/base/v1/things", "")
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if not isinstance(value, Mapping):
        assert {name.partition("[")[0] for name in names} <= {"q"}
    elif style == "deepObject":
        assert all(name.startswith("q[") for name in names)


def cookies(header: str) -> list[tuple[str, str]]:
    """Split a Cookie header as servers do. RFC 6265 section 4.2.1."""
    found = (pair.strip().partition("=") for pair in re.split("[;,]", header))
    return [(name, value) for name, _, value in found]


@settings(deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
@example("a; admin=1", 'b", session=x')
def test_a_cookie_value_cannot_add_a_cookie(first: str, second: str) -> None:
    """Law. security.md 5 R-HEADER."""
    tool = one_tool({"parameters": [parameter("a", "cookie"), parameter("b", "cookie")]})
    try:
        request = built(tool, a=first, b=second)
    except ArgumentsError:
        assert re.search("[\ud800-\udfff]", first + second)
        return
    (header,) = [value for name, value in request.headers if name == "Cookie"]
    assert [(name, unquote(value)) for name, value in cookies(header)] == [("a", first), ("b", second)]


@settings(deadline=None)
@given(json_values, st.booleans())
@example("a\r\nX-Evil: 1", False)
@example({"a": "b\nc"}, True)
def test_a_header_value_is_sent_whole_or_not_at_all(value: Any, explode: bool) -> None:
    """Law. security.md 5 R-HEADER: CR, LF and NUL are an error and nothing is sent."""
    tool = one_tool({"parameters": [parameter("X-Value", "header", explode=explode, schema={})]})
    try:
        request = built(tool, **{"X-Value": value})
    except ArgumentsError:
        return
    texts = [text for name, text in request.headers if name == "X-Value"]
    if value in ([], {}):
        assert texts == []
        return
    (text,) = texts
    assert not re.search("[\r\n\0]", text)
    raw = httpx.Request("GET", request.url, headers=[(b"X-Value", text.encode())]).headers.raw
    assert [field for field in raw if field[0].lower() == b"x-value"] == [(b"X-Value", text.encode())]


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (float("nan"), "NaN or Infinity"),
        ({"a": [float("-inf")]}, "NaN or Infinity"),
        ("\ud800", "half of a surrogate pair"),
        ([{"\udfff": 1}], "half of a surrogate pair"),
        (("a",), "a tuple"),
        ({"a": b"x"}, "a bytes"),
    ],
)
@pytest.mark.parametrize("place", ["path", "query", "header", "cookie", "body"])
def test_a_value_that_json_cannot_carry_is_refused(value: Any, holds: str, place: str) -> None:
    """RFC 8259. A lone surrogate ended the call with a UnicodeEncodeError."""
    if place == "body":
        tool = tool_with_body(json_body({}), path="/{p}")
        arguments = {"p": "x", "body": value}
    else:
        tool = one_tool({"parameters": [parameter("v", place, schema={})]}, path="/{v}" if place == "path" else "/")
        arguments = {"v": value}
    with pytest.raises(ArgumentsError) as raised:
        build_request(tool, arguments, BASE)
    name = "body" if place == "body" else "v"
    assert raised.value.message == f'argument "{name}" holds {holds}, which JSON cannot carry'
    assert raised.value.field == name


def test_a_value_nested_without_end_is_refused() -> None:
    """security.md 23: deep nesting."""
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ArgumentsError, match="nested too deeply"):
        built(tool_with_body(json_body({})), body=value)


@pytest.mark.parametrize(
    ("path_value", "query_value", "named"), [("", "x", "id"), ("x", {"a": 1}, "query_id"), ("x", "ok", None)]
)
def test_an_error_names_the_argument_and_not_another_of_the_same_wire_name(
    path_value: Any, query_value: Any, named: str | None
) -> None:
    """security.md 15: naming the argument. Three places share the name `id` on the wire."""
    body = {"required": True, "content": json_body({"type": "object", "properties": {"id": {}}})}
    query = parameter("id", style="pipeDelimitid", schema={}) if named == "query_id" else parameter("id", schema={})
    operation = {"parameters": [parameter("id", "path", schema={}), query], "requestBody": body}
    tool = one_tool(operation, method="post", path="/a/{id}")
    if named is None:
        assert built(tool, id=path_value, query_id=query_value, body_id=3).url == f"{BASE}/a/x?id=ok"
        return
    with pytest.raises(ArgumentsError) as raised:
        built(tool, id=path_value, query_id=query_value, body_id=3)
    assert raised.value.field == named


FIELDS = {"type": "object", "properties": {"a": {}, "b": {}}}


@pytest.mark.parametrize(
    ("schema", "required", "arguments", "expected"),
    [
        (FIELDS, True, {"a": 1}, b'{"a":1}'),
        (FIELDS, True, {}, b"{}"),
        (FIELDS, False, {}, None),
        (FIELDS, False, {"b": None}, b'{"b":null}'),
        ({}, True, {"body": [1]}, b"[1]"),
        ({}, False, {}, None),
        ({}, True, {}, None),
    ],
)
def test_a_body_is_sent_where_there_is_one(
    schema: dict[str, Any], required: bool, arguments: dict[str, Any], expected: bytes | None
) -> None:
    """OAS 3.1.1, Request Body Object."""
    request = built(tool_with_body(json_body(schema), required=required), **arguments)
    assert request.body == expected
    assert (("Content-Type", "application/json") in request.headers) is (expected is not None)


def test_a_form_whose_body_is_no_object_is_named() -> None:
    """security.md 15: naming the argument."""
    tool = tool_with_body({"application/x-www-form-urlencoded": {}})
    with pytest.raises(ArgumentsError, match='argument "body" must be an object') as raised:
        built(tool, body=["x"])
    assert raised.value.field == "body"


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], "*/*"),
        (["text/csv"], "text/csv, */*;q=0.1"),
        (["*/*"], "*/*"),
        (["a/b", "a/b"], "a/b, */*;q=0.1"),
        ([f"a/{i}" for i in range(12)], ", ".join(f"a/{i}" for i in range(8)) + ", */*;q=0.1"),
        (["é/b", "a\r\nX: y/b", "nonsense"], "*/*"),
    ],
)
def test_the_request_accepts_what_the_operation_declares(types: list[str], expected: str) -> None:
    """RFC 9110 section 12.5.1; security.md 5: no line break of a document becomes a header."""
    content: dict[str, Any] = {name: {} for name in types}
    tool = one_tool({"responses": {"200": {"description": "x", "content": content}}})
    assert built(tool).headers == (("Accept", expected),)


def test_curl_shows_the_request_as_a_shell_takes_it() -> None:
    """design.md, Commands: --dry-run."""
    request = HttpRequest(
        method="POST",
        url="https://h/a?b=1&c={x}",
        headers=(("X-A", "it's"), ("X-Empty", "")),
        body=b'{"a":"$HOME"}',
    )
    assert shlex.split(curl(request)) == [
        "curl", "--globoff", "-X", "POST", "https://h/a?b=1&c={x}", "-H", "X-A: it's", "-H", "X-Empty;",
        "--data-raw", '{"a":"$HOME"}',
    ]  # fmt: skip
    assert shlex.split(curl(HttpRequest(method="HEAD", url="https://h"))) == [
        "curl",
        "--globoff",
        "--head",
        "https://h",
    ]


def test_curl_never_takes_a_body_for_the_name_of_a_file() -> None:
    """curl(1): --data-binary reads the file that `@` names, --data-raw does not. A text body may begin with `@`."""
    line = shlex.split(curl(HttpRequest(method="POST", url="https://h", body=b"@/etc/passwd")))
    assert line[-2:] == ["--data-raw", "@/etc/passwd"]


def test_a_body_is_the_json_that_was_given() -> None:
    """RFC 8259. Integers keep every digit."""
    request = built(tool_with_body(json_body({})), body={"n": 2**64, "s": "é\u2028", "x": None})
    assert json.loads(in_memory(request.body)) == {"n": 2**64, "s": "é\u2028", "x": None}


@pytest.mark.parametrize(
    ("path", "arguments", "target"),
    [
        ("/a/{x}.{y}", {"x": "1/2", "y": "?"}, "/a/1%2F2.%3F"),
        ("/a/{x}-{y}@{x}", {"x": "{y}", "y": "b"}, "/a/%7By%7D-b@%7By%7D"),
        ("/a/{x}#copy", {"x": "b"}, "/a/b"),
        ("/a#{x}", {}, "/a"),
        ("/a?kind={x}&fixed=1", {"x": "b&c={y}"}, "/a?kind=b%26c%3D%7By%7D&fixed=1"),
        ("/a?kind={x}&fixed=1", {}, "/a?fixed=1"),
        ("/a?kind={x}{y}", {"x": "b"}, "/a"),
        ("/a{?page,limit}", {}, "/a"),
    ],
)
def test_templates_as_they_are_in_the_wild_are_filled(path: str, arguments: dict[str, str], target: str) -> None:
    """Issue 3: two parameters in a segment, a fragment, a query written into the path. security.md 1 and 2 R-PATH."""
    request = build_request(one_tool({}, path=path), arguments, "https://api.example.com")
    assert request.url == f"https://api.example.com{target}"


def test_a_query_in_a_template_gives_way_to_the_query_parameter_of_that_name() -> None:
    """Our choice: sent once, as it is declared."""
    tool = one_tool({"parameters": [parameter("kind", schema={"type": "array"})]}, path="/a?kind={kind}")
    assert build_request(tool, {"kind": ["b", "c"]}, "https://h").url == "https://h/a?kind=b&kind=c"
    assert build_request(tool, {}, "https://h").url == "https://h/a"


@pytest.mark.parametrize(
    ("path", "value"), [("/a/{x}", ".."), ("/a/{x}.{y}", "."), ("/a/{x}.{y}", "../b"), ("/{x}.", ".")]
)
def test_no_segment_of_a_template_becomes_a_dot_segment(path: str, value: str) -> None:
    """security.md 1 R-PATH."""
    with pytest.raises(ArgumentsError, match="holds a dot segment"):
        build_request(one_tool({}, path=path), {"x": value, "y": ";v"}, "https://h")


MULTIPART = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["photo"],
            "properties": {"photo": {"type": "string", "format": "binary"}, "id": {}, "who": {"type": "object"}},
        }
    }
}


def test_a_file_that_is_none_is_said_of_its_argument() -> None:
    """style.md, Errors: what happened, where, what to do."""
    clash = {"parameters": [parameter("photo")], "requestBody": {"required": True, "content": MULTIPART}}
    with pytest.raises(ArgumentsError) as raised:
        build_request(one_tool(clash, method="post"), {"body_photo": "no file!"}, "https://h")
    assert (raised.value.field, raised.value.message) == (
        "body_photo",
        'argument "body_photo" is neither base64 nor a data: URL',
    )


def test_the_curl_line_of_bytes_sends_the_same_bytes() -> None:
    """Issue 2, --dry-run: the exact request, and the same as a curl line, in a shell that holds no NUL."""
    tool = tool_with_body({"image/png": {}})
    request = build_request(tool, {"body": "iVBORwAA"}, "https://h")
    assert request.body == b"\x89PNG\x00\x00"
    assert curl(request) == (
        "printf %s iVBORwAA | base64 -d | curl --globoff -X POST https://h/things "
        "-H 'Accept: */*' -H 'Content-Type: image/png' --data-binary @-"
    )


def test_a_required_multipart_body_without_values_is_sent_empty() -> None:
    """OAS 3.1.1, Request Body Object: required."""
    tool = tool_with_body({"multipart/form-data": {"schema": {"properties": {"a": {"type": "string"}}}}})
    request = build_request(tool, {}, "https://h")
    assert in_memory(request.body).startswith(b"--")
    assert in_memory(request.body).endswith(b"--\r\n")


@pytest.mark.spec("OAS 3.2.0 Parameter Object")
@pytest.mark.parametrize(
    ("media_type", "value", "query"),
    [
        ("application/x-www-form-urlencoded", {"a": [1, 2], "b": "&="}, "a=1&a=2&b=%26%3D"),
        ("application/json", {"a": [1]}, "%7B%22a%22%3A%5B1%5D%7D"),
        ("text/plain", "a=1&#x", "a%3D1%26%23x"),
    ],
)
def test_a_whole_query_string_is_written_by_its_media_type(media_type: str, value: Any, query: str) -> None:
    """OAS 3.2.0, in: querystring. security.md 5 R-HEADER: no value reaches beyond the query."""
    tool = one_tool({"parameters": [{"name": "q", "in": "querystring", "content": {media_type: {}}}]}, openapi="3.2.0")
    assert build_request(tool, {"q": value}, "https://h").url == f"https://h/things?{query}"


TEMPLATES = ("/people", "/people/{id}", "/people/{id}/secret", "/people/{id}/{part}/deep/", "/{kind}")


@pytest.mark.parametrize(
    ("value", "reached"),
    [
        ("1/secret", "/people/{id}/secret"),
        ("1\\secret", "/people/{id}/secret"),
        ("1%2Fsecret", "/people/{id}/secret"),
        ("1/2/deep", "/people/{id}/{part}/deep/"),
        ("1/2/deep/", "/people/{id}/{part}/deep/"),
    ],
)
def test_a_value_that_would_reach_another_operation_is_refused(value: str, reached: str) -> None:
    """security.md A1: nor may it where a server decodes before it looks for the operation."""
    with pytest.raises(ArgumentsError) as refused:
        build_request(path_tool("/people/{id}"), {"id": value}, BASE, Routes(TEMPLATES))
    assert refused.value.message == f'argument "id" would reach another operation, {reached}'


@pytest.mark.parametrize("value", ["1/other", "a/b/c/d", "plain", "50%"])
def test_a_value_with_a_slash_is_one_segment_where_it_reaches_nothing_else(value: str) -> None:
    """Issue: path values are one encoded segment; names such as `owner/repository` are values too."""
    url = build_request(path_tool("/people/{id}"), {"id": value}, BASE, Routes(TEMPLATES)).url
    assert urlsplit(url).path.count("/") == 4
    assert unquote(url.rpartition("/")[2]) == value


@pytest.mark.parametrize(
    ("value", "written"), [(1.0, "1"), (1e20, "100000000000000000000"), (-2.0, "-2"), (1.5, "1.5")]
)
def test_a_whole_number_is_written_as_an_integer(value: float, written: str) -> None:
    """JSON Schema 2020-12: 1.0 is an integer; a server that reads one does not take 1.0 or 1e+20."""
    assert built(path_tool("/n/{n}"), n=value).url == f"{BASE}/n/{written}"


def test_a_body_of_which_nothing_is_the_callers_may_be_given_or_left_out() -> None:
    """OAS 3.1.1, Schema Object: readOnly properties are not sent; the body is required all the same."""
    schema = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}}}
    tool = tool_with_body(json_body(schema))
    assert tool.input_schema == {"type": "object", "properties": {"body": {"type": "object"}}}
    assert built(tool).body == b"{}"
    assert built(tool, body={"note": "x"}).body == b'{"note":"x"}'

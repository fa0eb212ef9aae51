"""Requirements 1 to 5: values that want to leave their place, over stdio, held against what reaches the API."""

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import unquote

import pytest
from support.child import Child, running
from support.rude import RudeUpstream, rude_upstream

KEYS = {"BEARER": "bear-0123456789", "KEY": "key-0123456789", "SID": "sid-0123456789", "QUERY": "query-0123456789"}
FORBIDDEN = (
    "Host", "content-length", "TRANSFER-ENCODING", "Connection", "te", "Trailer", "upgrade", "Expect",
    "Proxy-Connection", "PROXY-AUTHORIZATION", "Cookie", "cookie", "Authorization", "aUTHORIZATION", "Accept",
    "content-TYPE", "X-Key", "x-kEY", "Authorization ", " Host", "Keep-Alive", "X-HTTP-Method-Override", "Host\t",
    "Coo\u212aie",
)  # fmt: skip


def field(name: str, place: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": {}, **({"required": True} if place == "path" else {}), **more}


def operation(name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"operationId": name, "parameters": list(parameters), "responses": {}}}


PATHS = {
    "/items/{id}": operation("one", field("id", "path")),
    "/items/{id}/secret": operation("secret", field("id", "path")),
    "/items/export": operation("export"),
    "/two/{a}/{b}/end": operation("two", field("a", "path"), field("b", "path")),
    "/dot/{a}.{b}/end": operation("dot", field("a", "path"), field("b", "path")),
    "/label/{a}": operation("label", field("a", "path", style="label", explode=True)),
    "/matrix/{a}": operation("matrix", field("a", "path", style="matrix", explode=True)),
    "/query": operation("query", field("a", "query"), field("b", "query"), field("c", "query", allowReserved=True)),
    "/header": operation("header", field("X-One", "header"), field("X-Two", "header")),
    "/cookie": operation("cookie", field("one", "cookie"), field("two", "cookie", style="cookie")),
    "/forbidden": operation("forbidden", *(field(name, "header") for name in FORBIDDEN),
                            *(field(name, "query") for name in ("key", "KEY")), field("sid", "cookie")),
}  # fmt: skip
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "head": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
}
AUTH = ("--bearer", "env:BEARER", "--auth", "head=env:KEY", "--auth", "query=env:QUERY", "--auth", "cookie=env:SID")


@pytest.fixture(scope="module")
def upstream() -> Iterator[RudeUpstream]:
    with rude_upstream() as server:
        yield server


@pytest.fixture(scope="module")
def child(upstream: RudeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    folder = tmp_path_factory.mktemp("places")
    document = {
        "openapi": "3.2.0", "info": {"title": "Places", "version": "1"}, "paths": PATHS,
        "security": [{name: [] for name in SCHEMES}], "components": {"securitySchemes": SCHEMES},
    }  # fmt: skip
    (folder / "api.json").write_text(json.dumps(document))
    command = ("serve", "--spec", "api.json", "--base-url", f"{upstream.url}/base/v1", *AUTH)
    with running(*command, folder=folder, environment=KEYS) as process:
        process.open()
        yield process
        process.close_stdin()
        assert process.wait() == 0


def sent(child: Child, upstream: RudeUpstream, tool: str, **arguments: Any) -> bytes | None:
    """Return the request of a call; None where it was refused, which says the argument and why."""
    before = len(upstream.seen)
    result = child.call(tool, **arguments)
    if not result["isError"]:
        (request,) = upstream.seen[before:]
        return request
    error = result["structuredContent"]["error"]
    assert error["kind"] == "invalid_arguments", error
    assert error["field"] in arguments
    assert upstream.seen[before:] == []
    return None


def head(request: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Return request target and header fields, as a server reads them."""
    first, *lines = request.partition(b"\r\n\r\n")[0].decode("utf-8").split("\r\n")
    method, target, version = first.split(" ")
    assert (method, version) == ("GET", "HTTP/1.1")
    return target, [(line.partition(":")[0].lower(), line.partition(":")[2].strip()) for line in lines]


def has_credentials(request: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Hold that each credential stands there once, as configured; return target and header fields."""
    target, fields = head(request)
    names = [name for name, _ in fields]
    assert [names.count(name) for name in ("authorization", "x-key", "cookie", "host", "accept")] == [1] * 5
    values = dict(fields)
    assert (values["authorization"], values["x-key"]) == (f"Bearer {KEYS['BEARER']}", KEYS["KEY"])
    assert [one for one in values["cookie"].split("; ") if one.lower().startswith("sid=")] == [f"sid={KEYS['SID']}"]
    pairs = target.partition("?")[2].split("&")
    assert [pair for pair in pairs if pair.startswith("key=")] == [f"key={KEYS['QUERY']}"]
    return target, fields


SEGMENTS = (
    "", ".", "..", "...", ". ", "%2e", "%2E%2e", "%2e%2e%2f", ".%2e", "%252e%252e", "..;", "..;a=b", ".;/", "..%3b",
    "..%00", "..\x00", "../..", "..\\..", "..%5c", "a/../b", "a%2f..%2fb", "/", "//", "\\", "\\\\evil", "a/b", "%2f",
    "%2F%2F", "a%5Cb", "?", "a?b=c", "#", "a#b", "%3f", "%23", "//evil.example/x", "http://evil.example",
    "@evil.example", "user:pw@evil.example", ":80", "javascript:1", "export", "EXPORT", "export/", "%65xport",
    "1/secret", "1%2fsecret", "1%252fsecret", "1\\secret", "{id}", "{b}", "{a}{b}", "%7Bid%7D", "\uff0e\uff0e",
    "\uff0e\uff0e\uff0f", "\u2215", "\u2024\u2024", "\u2025", "\u3002\u3002", "%c0%ae%c0%ae", "%c0%af", "%e0%80%ae",
    "%uff0e", "%u002e", "\r\nX: y", "\n", "\t", " ", " .. ", "\x7f", "\x85", "\u2028", "\ufeff", "\u202e",
    "\U000e0041", "é", "😀", "%", "%zz", "%4", "%ff", "a" * 20_000, "null", ";", "=", "a;b=c", "&", "+", "a b", "*",
    "~", "$", "'\"`<>|^",
)  # fmt: skip
OTHERS: tuple[Any, ...] = (
    0, -0.0, 1e21, 1e308, 10**400, 0.1, True, False, None, [], {}, [""], [".."], ["..", ".."], [".", "."],
    ["a", "../b"], [[".."]], {"..": ".."}, {"": ""}, {"a": "/.."}, {"..": {"a": 1}}, [None], [[]], {"a": []},
    ["/", "/"], ["a/secret"],
)  # fmt: skip


def reached(path: str) -> set[str]:
    """Return the templates that a server takes a path for."""

    def fits(template: str) -> bool:
        parts, wanted = path.strip("/").split("/"), template.strip("/").split("/")
        return len(parts) == len(wanted) and all(
            re.fullmatch("[^/]+".join(map(re.escape, re.split(r"{\w+}", pattern))), part, re.DOTALL)
            for part, pattern in zip(parts, wanted, strict=True)
        )

    return {template for template in PATHS if fits(template)}


@pytest.mark.requirement(1, 2, 3)
@pytest.mark.parametrize("template", [path for path in PATHS if "{" in path])
def test_a_path_argument_stays_in_its_segment(child: Child, upstream: RudeUpstream, template: str) -> None:
    """The target that arrives is base path and template, each placeholder one segment, none of them dots."""
    tool = PATHS[template]["get"]["operationId"]
    names = re.findall(r"{(\w+)}", template)
    values = (*SEGMENTS, *OTHERS) if len(names) == 1 else (*SEGMENTS[:40], "{b}", "{a}", "{a}{b}")
    arrived = 0
    for value, other in product(values, ("x",) if len(names) == 1 else (".", "{a}")):
        request = sent(child, upstream, tool, **dict(zip(names, (value, other), strict=False)))
        if request is None:
            continue
        arrived += 1
        target, _ = has_credentials(request)
        path = target.partition("?")[0]
        assert path.startswith("/base/v1/")
        own = path.removeprefix("/base/v1")
        assert reached(own) == {template}, (value, own)
        assert not re.search(r"[\\\x00-\x20\x7f-\U0010ffff]", own), own
        once = unquote(own)
        assert not {".", ".."} & {part.partition(";")[0] for part in re.split(r"[/\\]", once)}, (value, own)
        assert template in reached(once.replace("\\", "/")) or not reached(once.replace("\\", "/")), (value, own)
        if isinstance(value, str) and tool in ("one", "secret"):
            assert unquote(own.split("/")[2]) == value
    assert arrived > 8


LINES: tuple[Any, ...] = (
    "\r", "\n", "\r\n", "a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "\x00", "a\x00b",
    "\r\n\r\nGET /evil HTTP/1.1\r\n", "a\x0bb", "a\x1bb", "\x7f", " a", "a ", "\ta", "\u2028", "a\u2028X-Evil: 1",
    "a\x85b", "\x85", "é", "日本", "😀", "\u010a", "\u560a\u560d", "a\u010dX-Evil: 1", "", " ", "a" * 9000, "\ufeff",
    "a, b", "a; b", '"', "a%0d%0aX-Evil: 1", ["a\r\nb"], ["a", "\nb"], {"a\r\nX-Evil": "1"}, {"a": "1\n"}, None, True,
    10**400, 1e308, [None], [], {},
)  # fmt: skip


@pytest.mark.requirement(5)
def test_a_header_value_is_one_value_or_nothing_is_sent(child: Child, upstream: RudeUpstream) -> None:
    """What a server splits lines at stands in no value, in whatever encoding it reads them."""
    names = {
        "x-one",
        "authorization",
        "x-key",
        "cookie",
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "user-agent",
    }
    for value in LINES:
        text = json.dumps(value)
        request = sent(child, upstream, "header", **{"X-One": value})
        if request is None:
            continue
        assert not re.search(r"\\r|\\n|\\u0000", text), value
        raw = request.partition(b"\r\n\r\n")[0]
        assert not re.search(rb"[\x00\x0b\x0c]|(?<!\r)\n|\r(?!\n)", raw)
        _, fields = has_credentials(request)
        assert {name for name, _ in fields} <= names, value


COOKIES: tuple[Any, ...] = (
    "; sid=evil", ";sid=evil", "a; two=2", "a,two=2", "a\r\nSet-Cookie: b", "a b", '"', '"; sid=evil; "', "a\\", "é",
    "%3B%20sid=evil", "\x00", "\t", "=", "sid=evil", "&", "\u037e sid=evil", "\uff1b sid=evil", ["a", "; sid=evil"],
    {"sid": "evil"}, {"SID": "evil"}, {"; sid": "evil"}, {" sid": "evil"}, {"two": "x"}, {"sid=evil; a": 1},
    [["; sid=evil"]], {"a": {"sid": 1}}, None, "", [], {},
)  # fmt: skip


@pytest.mark.requirement(3, 5)
@pytest.mark.parametrize("argument", ["one", "two"])
def test_a_cookie_value_adds_no_cookie(child: Child, upstream: RudeUpstream, argument: str) -> None:
    for value in COOKIES:
        request = sent(child, upstream, "cookie", **{argument: value})
        if request is None:
            continue
        _, fields = has_credentials(request)
        between = "[;,]" if isinstance(value, str) else ";"
        jar = [unquote(one.partition("=")[0].strip()).lower() for one in re.split(between, dict(fields)["cookie"])]
        assert jar.count("sid") == 1, value
        spread = {name.lower() for name in value} if isinstance(value, dict) else set()
        assert set(jar) <= {"sid", argument, *spread}, value
        assert "two" not in jar or argument == "two", value


QUERIES: tuple[Any, ...] = (
    "&key=evil", "a&b=2", "a=b", "#", "a#b", "?", "+", "%26key=evil", ";key=evil", "a\r\nX: y", "\x00", "é",
    "\uff06key=evil", ["a&key=evil"], {"key": "evil"}, {"KEY": "evil"}, {"&key": "evil"}, {"b": 1}, {"a": {"key": 1}},
    {"key=evil&a": 1}, ["&", "=", "#"], "", None, True, 10**400, [], {}, "%", "%zz", "a" * 9000, {"key[]": 1},
)  # fmt: skip


@pytest.mark.requirement(3, 5)
@pytest.mark.parametrize("argument", ["a", "c"])
def test_a_query_value_adds_no_parameter(child: Child, upstream: RudeUpstream, argument: str) -> None:
    """`c` allows reserved characters, but for those that end a pair."""
    for value in QUERIES:
        request = sent(child, upstream, "query", **{argument: value})
        if request is None:
            continue
        target, _ = has_credentials(request)
        assert re.fullmatch(r"/base/v1/query\?[!-~]*", target)
        assert "#" not in target
        names = [unquote(pair.partition("=")[0]) for pair in target.partition("?")[2].split("&")]
        spread = set(value) if isinstance(value, dict) else set()
        assert set(names) <= {"key", argument, *spread}, value
        assert names.count("key") == 1


@pytest.mark.requirement(3, 4)
def test_what_is_http_s_own_or_a_credential_is_neither_offered_nor_taken(child: Child, upstream: RudeUpstream) -> None:
    """In any letter case, with white space, with a letter that folds to another."""
    tools = {tool["name"]: tool for tool in child.request("tools/list")["result"]["tools"]}
    offered = {name.lower().strip() for name in tools["forbidden"]["inputSchema"].get("properties", {})}
    assert offered <= {"key"}, offered  # a query parameter KEY is another one than the credential key
    usual = head(child_request(child, upstream, {}))[1]
    for name in (
        *FORBIDDEN,
        "key",
        "sid",
        "HOST",
        "cOOkie",
        "header_Host",
        "header_authorization",
        "query_key",
        "cookie_sid",
    ):
        before = len(upstream.seen)
        result = child.call("forbidden", **{name: "evil"})
        if result["isError"]:
            assert result["structuredContent"]["error"]["kind"] == "invalid_arguments"
            assert upstream.seen[before:] == []
            continue
        target, fields = has_credentials(upstream.seen[-1])
        assert fields == usual, name
        assert "evil" not in target


def child_request(child: Child, upstream: RudeUpstream, arguments: dict[str, Any]) -> bytes:
    request = sent(child, upstream, "forbidden", **arguments)
    assert request is not None
    return request

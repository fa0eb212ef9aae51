"""The target `arguments`: hostile values for tools with every style; what is sent stays in place."""

import math
import random
import re
from functools import cache
from typing import Any
from urllib.parse import unquote

import httpx

from openapi_mcp import ArgumentsError, Call, Credential, Executor, Secret, Selection, Toolset, generate
from openapi_mcp.loader.read import read
from openapi_mcp.model.document import Location
from openapi_mcp.model.message import HttpRequest, Streamed
from openapi_mcp.model.policy import METHODS
from openapi_mcp.model.secret import Place

BASE = "https://api.example.com:8443/base/v1"
FIXED = "kept=1"
STYLES = (
    *(("path", style) for style in ("simple", "label", "matrix")),
    *(("query", style) for style in ("form", "spaceDelimited", "pipeDelimited", "deepObject")),
    ("header", "simple"), ("cookie", "form"), ("cookie", "cookie"),
)  # fmt: skip
BODIES = (
    "application/json", "application/merge-patch+json", "application/x-www-form-urlencoded", "multipart/form-data",
    "application/xml", "text/plain", "application/octet-stream",
)  # fmt: skip
BESIDE = ("/at/export", "/at/{color}/secret", "/at/{color}/{taken}/deep")
OURS = {"accept", "content-type", "x-key", "cookie", "authorization"}

PIECES = (
    "..", ".", "/", "\\", "%2e", "%2E%2e", "%2f", "%5c", "%252e", "%c0%ae", "%c0%af", "%uff0e", "\uff0e",
    "\uff0e\uff0e", "\u2215", "\uff0f", "\u2044", "\u2024", "?", "#", "&", "=", ";", ",", "+", "|", " ", "\t", "\r",
    "\n", "\r\n", "\x00", "%00", "%0d%0a", "\x0b", "\x1c", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\u202e",
    "\U000e0041", "\ud800", "é", "😀", '"', "'", "`", "<", ">", "{", "}", "{color}", "{taken}", "[", "]", "[]", "[a]",
    "@", ":", "//", "http://evil.example/", "@evil.example", "export", "secret", "deep", "color", "taken", "key",
    "kept", "Cookie", "Authorization", "session", "X-Key", "null", "true", "NaN", "0", "-0", "1e400", "a", "\ufdd0",
    "%", "%zz", "A" * 3000,
)  # fmt: skip
NUMBERS = (0, -0.0, 1, -1, 2**53 + 1, 10**300, -(10**40), 1e308, 1e-320, 0.1, math.inf, -math.inf, math.nan, 1e21, 1e20)


def text(generator: random.Random) -> str:
    """Return some pieces side by side."""
    return "".join(generator.choice(PIECES) for _ in range(generator.choice((0, 1, 1, 2, 3, 6))))


def value(generator: random.Random, depth: int = 0) -> Any:
    """Return any JSON value, and some that are none."""
    match generator.randrange(8 if depth < 3 else 6):
        case 0 | 1 | 2:
            return text(generator)
        case 3:
            return generator.choice(NUMBERS)
        case 4:
            return generator.choice((None, True, False))
        case 5:
            return generator.choice(("", [], {}, [[]], [""], {"": ""}, "data:;base64,aGk=", "aGk="))
        case 6:
            return [value(generator, depth + 1) for _ in range(generator.randrange(4))]
        case _:
            return {text(generator): value(generator, depth + 1) for _ in range(generator.randrange(4))}


def case(generator: random.Random) -> tuple[str, dict[str, Any]]:
    """Return a tool's name with arguments."""
    toolset, _ = served()
    tool = generator.choice(toolset.tools)
    known = list(tool.input_schema.get("properties", {}))
    arguments = {name: value(generator) for name in known if generator.random() < 0.8}
    for name in known:
        if name.endswith(("color", "taken")) and "path" in tool.name:
            arguments.setdefault(name, text(generator))
    if generator.random() < 0.1:
        arguments[text(generator)] = value(generator)
    if generator.random() < 0.2:
        given = generator.choice(
            ("Authorization", "authorization", "X-KEY", "x-key", "Host", "key", "session", "cookie")
        )
        arguments[given] = value(generator)
    return tool.name, arguments


@cache
def served() -> tuple[Toolset, Executor]:
    """Return the tools, and what writes their requests."""
    paths: dict[str, Any] = {path: {"get": {"operationId": f"beside{index}"}} for index, path in enumerate(BESIDE)}
    for number, (place, style, explode) in enumerate((*one, explode) for one in STYLES for explode in (True, False)):
        operation = {"operationId": f"{place}_{style}_{explode}", "parameters": _parameters(place, style, explode)}
        paths[f"/at/{{color}}/s{number}" if place == "path" else f"/s{number}"] = {"get": operation}
    paths["/at/{color}"] = {"get": {"operationId": "path_plain", "parameters": _parameters("path", "simple", False)}}
    paths["/f/{color}.{taken}/x"] = {
        "get": {
            "operationId": "path_two",
            "parameters": [_one("color", "path", "simple"), _one("taken", "path", "simple")],
        }
    }
    for number, media in enumerate(BODIES):
        fields = {"type": "object", "properties": {"color": {}, "taken": {"type": "array"}, "deep": {"type": "object"}}}
        schema = fields if "text" not in media and "octet" not in media else {}
        body = {"content": {media: {"schema": schema}}}
        paths[f"/b{number}"] = {"post": {"operationId": f"body{number}", "requestBody": body}}
    document = read(
        {"openapi": "3.2.0", "info": {"title": "F", "version": "1"}, "paths": paths}, source="fuzz", base_uri=None
    )
    credentials = (
        Credential(place=Place.HEADER, name="Authorization", value=Secret("S3CRET-ONE"), prefix="Bearer "),
        Credential(place=Place.HEADER, name="X-Key", value=Secret("S3CRET-TWO")),
        Credential(place=Place.QUERY, name="key", value=Secret("S3CRET-THREE")),
        Credential(place=Place.COOKIE, name="session", value=Secret("S3CRET-FOUR")),
    )
    hidden = frozenset((Location(one.place), one.name.lower()) for one in credentials)
    toolset = generate(document, Selection(methods=frozenset(METHODS), hidden=hidden))
    return toolset, Executor(document, toolset, base_url=f"{BASE}?{FIXED}", credentials=credentials)


def _one(name: str, place: str, style: str, *, explode: bool = False, schema: Any = None) -> dict[str, Any]:
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, "style": style, "explode": explode, "schema": schema or {}, **required}


def _parameters(place: str, style: str, explode: bool) -> list[dict[str, Any]]:
    """Return the parameter of a style with others in all places, credentials and headers of HTTP among them."""
    beside = [_one("taken", one, "simple" if one == "header" else "form") for one in ("query", "header", "cookie")]
    forbidden = [
        _one("Authorization", "header", "simple"), _one("x-key", "header", "simple"), _one("Host", "header", "simple"),
        _one("Content-Length", "header", "simple"), _one("key", "query", "form"), _one("session", "cookie", "form"),
    ]  # fmt: skip
    return [_one("color", place, style, explode=explode), *beside, *forbidden]


def check(found: tuple[str, dict[str, Any]], _generator: random.Random) -> None:
    """Hold what a call would send against the laws.

    Raises:
        AssertionError: a law is broken. Any other error than a refusal is a failure too.
    """
    name, arguments = found
    toolset, executor = served()
    try:
        request = executor.preview(Call(tool=name, arguments=arguments))
    except ArgumentsError:
        return
    tool = toolset.by_name[name]
    _stays_in_place(request, tool.operation.path)
    _holds_declared_headers(request)
    objects = [given for given in arguments.values() if isinstance(given, (dict, list))]
    _holds_declared_pairs(request, spread=bool(objects))


def _stays_in_place(request: HttpRequest, template: str) -> None:
    """security.md 1 and 2: origin, base path and template, decoded once, decoded twice."""
    url = httpx.URL(request.url)
    assert (url.scheme, url.host, url.port, url.userinfo, url.fragment) == ("https", "api.example.com", 8443, b"", "")
    path = url.raw_path.decode("ascii").partition("?")[0]
    assert path.startswith("/base/v1/"), path
    own = path.removeprefix("/base/v1")
    assert _is_of(template, own), own
    assert not re.search(r"[\\\x00-\x20\x7f]", own), own
    for decoded in (unquote(own), unquote(unquote(own))):
        parts = re.split(r"[/\\]", decoded)
        assert not {".", ".."} & {part.partition(";")[0] for part in parts}, decoded
        other = next((one for one in BESIDE if one != template and _is_of(one, decoded.replace("\\", "/"))), None)
        assert other is None or _is_of(template, decoded.replace("\\", "/")), f"{decoded} is of {other}"


def _is_of(template: str, path: str) -> bool:
    parts, wanted = path.rstrip("/").split("/"), template.split("/")
    return len(parts) == len(wanted) and all(
        re.fullmatch("[^/]+".join(map(re.escape, re.split(r"{\w+}", pattern))), part, re.DOTALL)
        for part, pattern in zip(parts, wanted, strict=True)
    )


def _holds_declared_headers(request: HttpRequest) -> None:
    """security.md 3, 4 and 5: the credential once, declared names only, nothing that ends a line."""
    names = [header.lower() for header, _ in request.headers]
    assert names.count("authorization") == names.count("x-key") == names.count("cookie") == 1, names
    assert set(names) <= OURS | {"color", "taken"}, names
    for header, content in request.headers:
        assert not re.search(r"[\r\n\x00]", content), header
        content.encode()
    if not isinstance(request.body, Streamed) and "multipart" not in dict(request.headers).get("Content-Type", ""):
        assert "\n" not in dict(request.headers).get("Content-Type", "")


def _holds_declared_pairs(request: HttpRequest, *, spread: bool) -> None:
    """security.md 3 and 5: a value adds no cookie and no query parameter; but an object its own fields."""
    cookies = next(content for header, content in request.headers if header.lower() == "cookie")
    jar = [unquote(part.partition("=")[0]) for part in cookies.split("; ")]
    assert jar.count("session") == 1, cookies
    assert jar.count("taken") <= 1 or spread, cookies
    query = request.url.partition("?")[2]
    pairs = [unquote(part.partition("=")[0]) for part in query.split("&")]
    assert pairs.count("key") == pairs.count("kept") == 1, query
    if not spread:
        assert set(jar) <= {"color", "taken", "session"}, cookies
        assert set(pairs) <= {"color", "taken", "key", "kept"}, query
        assert len(pairs) == len(set(pairs)), query

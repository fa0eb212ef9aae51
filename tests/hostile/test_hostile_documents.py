"""Requirements 14, 20, 21, 22, 31, 32, 33 and 37: documents that are broken, endless, lying or hidden."""

import copy
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.child import INITIALIZE, clean_environment, command_line, run_command, running, without_progress
from support.rude import rude_upstream

from openapi_mcp import OpenapiMcpError, Selection, generate, load
from openapi_mcp.generator.clients import fit
from openapi_mcp.generator.gate import Gate
from openapi_mcp.model.policy import METHODS
from openapi_mcp.model.tool import wire_tool

Json = Any
HEAD = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "servers": [{"url": "http://127.0.0.1:9"}]}
FINE = {"get": {"operationId": "fine", "responses": {"200": {"description": "ok"}}}}


def with_paths(paths: Json, **more: Json) -> bytes:
    return json.dumps({**HEAD, "paths": {**paths, "/fine": FINE}, **more}).encode()


def with_schema(schema: Json, **schemas: Json) -> bytes:
    body = {"content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "it", "requestBody": body, "responses": {"200": {"description": "x", **body}}}
    return with_paths({"/it": {"post": operation}}, components={"schemas": schemas})


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def fan_out(levels: int, width: int) -> Json:
    """Return schemas of which each holds several of the next."""
    named = {
        f"S{n}": {"type": "object", "properties": {f"p{i}": ref(f"S{n + 1}") for i in range(width)}}
        for n in range(levels)
    }
    return {**named, f"S{levels}": {"type": "string"}}


def laughs(levels: int) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join([*lines, "openapi: 3.1.0", "info: {title: T, version: '1'}", "paths: {}"]).encode()


SERVED: dict[str, bytes] = {
    "a schema of itself": with_schema(ref("A"), A=ref("A")),
    "schemas of each other": with_schema(ref("A"), A=ref("B"), B=ref("A")),
    "a schema within itself": with_schema(ref("A"), A={"properties": {"a": ref("A")}, "required": ["a"]}),
    "allOf of itself": with_schema(ref("A"), A={"allOf": [ref("A"), {"type": "object"}]}),
    "not itself": with_schema(ref("A"), A={"not": ref("A")}),
    "if of itself": with_schema(ref("A"), A={"if": ref("A"), "then": ref("A"), "else": ref("A")}),
    "names of itself": with_schema(ref("A"), A={"propertyNames": ref("A"), "additionalProperties": ref("A")}),
    "items of itself": with_schema(ref("A"), A={"type": "array", "items": ref("A"), "minItems": 1}),
    "discriminator of itself": with_schema(
        ref("A"),
        A={"oneOf": [ref("A")], "discriminator": {"propertyName": "x", "mapping": {"a": "#/components/schemas/A"}}},
    ),
    "dynamic": with_schema(
        {"$dynamicRef": "#a", "$dynamicAnchor": "a", "$id": "http://evil.example/x", "$schema": "http://evil.example"}
    ),
    "fan out": with_schema(ref("S0"), **fan_out(40, 6)),
    "fan out allOf": with_schema(
        ref("S0"), **{f"S{n}": {"allOf": [ref(f"S{n + 1}")] * 8} for n in range(30)}, S30={"type": "object"}
    ),
    "wide": with_schema(
        {"type": "object", "properties": {f"p{n}": {"type": "string", "description": "d" * 90} for n in range(5000)}}
    ),
    "long enum": with_schema({"type": "object", "properties": {"a": {"enum": [f"v{n}" for n in range(50_000)]}}}),
    "deep schema": with_schema(json.loads('{"properties":{"a":' * 150 + "{}" + "}}" * 150)),
    "path item of itself": with_paths(
        {"/a": {"$ref": "#/paths/~1a"}, "/b": {"$ref": "#/paths/~1c"}, "/c": {"$ref": "#/paths/~1b"}}
    ),
    "parameter of itself": with_paths(
        {"/a": {"get": {"parameters": [{"$ref": "#/components/parameters/p"}], "responses": {}}}},
        components={"parameters": {"p": {"$ref": "#/components/parameters/p"}}},
    ),
    "response of itself": with_paths(
        {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/r"}}}}},
        components={"responses": {"r": {"$ref": "#/components/responses/r"}}},
    ),
    "body of itself": with_paths(
        {"/a": {"post": {"requestBody": {"$ref": "#/paths/~1a/post/requestBody"}, "responses": {}}}}
    ),
    "header of itself": with_paths(
        {
            "/a": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "x",
                            "headers": {"A": {"$ref": "#/paths/~1a/get/responses/200/headers/A"}},
                        }
                    }
                }
            }
        }
    ),
    "callback of itself": with_paths(
        {"/a": {"post": {"responses": {}, "callbacks": {"c": {"$ref": "#/paths/~1a/post/callbacks/c"}}}}}
    ),
    "example of itself": with_paths(
        {
            "/a": {
                "get": {
                    "parameters": [
                        {
                            "name": "q",
                            "in": "query",
                            "schema": {},
                            "examples": {"e": {"$ref": "#/paths/~1a/get/parameters/0/examples/e"}},
                        }
                    ],
                    "responses": {},
                }
            }
        }
    ),
    "ref to the whole": with_schema({"$ref": "#"}),
    "ref to paths": with_schema({"$ref": "#/paths"}),
    "ref to a text": with_schema({"$ref": "#/info/title"}),
    "ref of no text": with_schema({"$ref": 7}),
    "ref to nowhere": with_schema({"$ref": "#/a/b~2/%zz"}),
    "ref abroad": with_schema({"$ref": "http://127.0.0.1:1/x.json#/a"}),
    "ref to a file": with_schema({"$ref": "file:///etc/passwd"}),
    "ref up": with_schema({"$ref": "../../../etc/passwd"}),
    "patterns": with_schema(
        {
            "type": "object",
            "properties": {
                f"p{n}": {"type": "string", "pattern": text}
                for n, text in enumerate(
                    (
                        "(a+)+$",
                        "(",
                        "[",
                        "a{1,99999}",
                        "(?<x>a)",
                        "\\1(a)",
                        "(" * 5000,
                        "a|" * 20_000,
                        "\\p{Han}",
                        "(?i)x",
                        "[\U000e0041]",
                    )
                )
            },
        }
    ),
    "many operations": with_paths({f"/p{n}": {"get": {"responses": {}}} for n in range(3000)}),
    "one id": with_paths({f"/p{n}": {"get": {"operationId": "same", "responses": {}}} for n in range(50)}),
    "servers": with_paths(
        {},
        servers=[
            {"url": "javascript:alert(1)"},
            {"url": "file:///etc"},
            {"url": "http://good@evil.example/"},
            {"url": "http://[::1"},
            {"url": "\\\\evil\\x"},
            {"url": "http://a\\@b/"},
            {"url": "//evil.example"},
            {"url": 7},
            {"url": "http://127.0.0.1:9"},
        ],
    ),
}
REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"  \n\t ",
    "a page": b"<!DOCTYPE html><html><body>Swagger UI</body></html>",
    "text": b"hello there",
    "a number": b"42",
    "null": b"null",
    "a list": b"[]",
    "an object": b"{}",
    "another kind": b'{"asyncapi": "3.0.0"}',
    "no paths": b'{"openapi": "3.1.0"}',
    "the future": b'{"openapi": "9.9.9", "paths": {}}',
    "version as list": b'{"openapi": [], "paths": {}}',
    "half": with_paths({})[:-20],
    "two": with_paths({}) * 2,
    "NUL": b"\0" * 999,
    "UTF-8 broken": with_paths({}).replace(b"fine", b"\xff\xfe\xc0"),
    "image": b"\x89PNG\r\n\x1a\n" + b"\0" * 99,
    "gzip broken": b"\x1f\x8b" + b"x" * 99,
    "zip": b"PK\x03\x04" + b"\0" * 99,
    "laughs": laughs(9),
    "python": b"!!python/object/apply:os.system ['touch owned']",
    "python within": b"openapi: 3.1.0\ninfo: !!python/object/new:subprocess.Popen [[touch, owned]]\npaths: {}",
    "alias of itself": b"a: &a [*a]\nopenapi: 3.1.0\npaths: *a",
    "deep JSON": b'{"openapi": ' + b"[" * 100_000,
    "deep YAML": b"openapi: " + b"[" * 100_000,
    "deep lines": b"\n".join(b" " * n + b"a:" for n in range(3000)),
    "merge": b"a: &a {<<: *a}\nopenapi: 3.1.0",
    "huge number": b'{"openapi": "3.1.0", "x": ' + b"9" * 100_000 + b"}",
    "tabs": b"openapi: 3.1.0\n\tpaths: {}",
    "many anchors": b"\n".join(b"a%d: &a%d 1" % (n, n) for n in range(20_000)),
}


def listing(folder: Path, data: bytes, *options: str) -> tuple[int, Json, str]:
    """Serve a document over stdio as far as its list, under a limit of 800 MB; return status, list and stderr."""
    (folder / "api").write_bytes(data)
    frames = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    command = command_line("serve", "--spec", "api", "--methods", "all", "--no-catalogue", *options)
    done = subprocess.run(
        ["sh", "-c", 'ulimit -v 1200000; exec "$@"', "sh", *command],
        input=b"".join(json.dumps(frame).encode() + b"\n" for frame in frames),
        capture_output=True, cwd=folder, env=clean_environment(), timeout=60, check=False,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    listed = next((one["result"]["tools"] for one in answers if one.get("id") == 2), None)
    return done.returncode, listed, without_progress(done.stderr.decode("utf-8"))


@pytest.mark.requirement(8, 20, 21)
@pytest.mark.parametrize("name", SERVED)
def test_what_is_wrong_in_one_place_costs_that_place_only(tmp_path: Path, name: str) -> None:
    """In this process as `serve` and as `check` read it: time and memory are those of the tests below."""
    (tmp_path / "api").write_bytes(SERVED[name])
    for wanted in (None, bool):
        document = anyio.run(partial(load, str(tmp_path / "api"), wanted=wanted))
        toolset = generate(document, Selection(methods=frozenset(METHODS), output_schemas=True))
        assert "fine" in toolset.by_name
        lost = {(one.method, one.path) for one in toolset.skipped}
        assert len(toolset.tools) + len(lost) >= len(document.operations)
        gate = Gate(fit())
        assert [gate.objection(wire_tool(tool)) for tool in toolset.tools] == [None] * len(toolset.tools)


@pytest.mark.requirement(11, 20)
@pytest.mark.parametrize("name", ["fan out", "fan out allOf", "wide", "many operations", "patterns", "servers"])
def test_it_is_served_in_little_memory(tmp_path: Path, name: str) -> None:
    status, tools, stderr = listing(tmp_path, SERVED[name])
    assert (status, "Traceback" in stderr) == (0, False)
    assert len(json.dumps(tools)) < 6_000_000
    assert len({tool["name"] for tool in tools}) == len(tools)


@pytest.mark.requirement(11, 14, 20, 36)
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_served_ends_with_a_plain_message(tmp_path: Path, name: str, command: Any) -> None:
    """No object is made of a tag, no alias is followed for ever."""
    (tmp_path / "api").write_bytes(REFUSED[name])
    ended = command("inspect", "--spec", "api")
    assert ended.status == 4
    assert ended.out == ""
    assert re.match(r"error: .{10,}\n   at: api", ended.err)
    assert "Traceback" not in ended.err
    assert len(ended.err) < 2000
    assert not (tmp_path / "owned").exists()


@pytest.mark.requirement(11, 20)
@pytest.mark.parametrize("name", ["laughs", "deep YAML", "deep JSON", "huge number"])
def test_a_server_that_cannot_start_writes_nothing_to_stdout(tmp_path: Path, name: str) -> None:
    status, tools, stderr = listing(tmp_path, REFUSED[name])
    assert (status, tools) == (4, None)
    assert stderr.startswith("error: ")
    assert "Traceback" not in stderr


WHOLE: Json = {
    **HEAD,
    "paths": {
        "/a/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}],
            "post": {
                "operationId": "a",
                "summary": "s",
                "tags": ["t"],
                "deprecated": False,
                "security": [{"k": []}],
                "parameters": [
                    {
                        "name": "q",
                        "in": "query",
                        "style": "deepObject",
                        "explode": True,
                        "schema": {"$ref": "#/components/schemas/S"},
                    },
                    {
                        "name": "c",
                        "in": "cookie",
                        "content": {"application/json": {"schema": {"type": "array", "items": {}}}},
                    },
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}},
                            "encoding": {"f": {"contentType": "image/png"}},
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "d",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}},
                        "headers": {"E": {"schema": {}}},
                    }
                },
            },
        },
        "/fine": FINE,
    },
    "components": {
        "schemas": {
            "S": {
                "type": "object",
                "required": ["a"],
                "properties": {
                    "a": {"enum": ["x"], "default": "x"},
                    "b": {"oneOf": [{"type": "null"}, {"pattern": "^a"}]},
                },
                "additionalProperties": False,
            }
        },
        "securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "K"}},
    },
}


def places(value: Json, found: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key in value if isinstance(value, dict) else range(len(value)):
        yield (*found, key)
        if isinstance(value[key], (dict, list)):
            yield from places(value[key], (*found, key))


@pytest.mark.requirement(20, 21)
@pytest.mark.parametrize("odd", [None, True, -1.5, 10**400, "", "..", [], [None], {}, {"": []}], ids=repr)
def test_a_wrong_type_anywhere_is_no_accident(tmp_path: Path, odd: Json) -> None:
    """One node at a time: the rest is served, or the document is refused with one of our own errors."""
    for place in places(WHOLE):
        broken = copy.deepcopy(WHOLE)
        holder = broken
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = odd
        (tmp_path / "api").write_text(json.dumps(broken))
        try:
            document = anyio.run(load, str(tmp_path / "api"))
            toolset = generate(document, Selection(methods=frozenset(METHODS)))
        except OpenapiMcpError:
            assert place[0] in ("openapi", "paths", "info"), place
            continue
        assert "fine" in toolset.by_name or place[:2] == ("paths", "/fine") or place == ("paths",), place


HIDDEN = ("\u200b", "\u202e", "\u2066", "\U000e0041", "\x1b[8m", "\x07", "\x9b31m", "\u00ad", "\ufeff")


@pytest.mark.requirement(31, 32)
def test_no_hidden_character_reaches_a_client(tmp_path: Path) -> None:
    """Every text of a document, each with all of them in it: list, introduction, errors."""
    hide = "".join(HIDDEN)

    def hidden(value: Json, key: str = "") -> Json:
        match value:
            case dict():
                named = ("properties", "schemas", "paths", "content", "parameters")
                return {
                    (f"{k}{hide}" if key in named and k not in ("/fine", "S") else k): hidden(v, k)
                    for k, v in value.items()
                }
            case list():
                return [hidden(item, key) for item in value]
            case str() if key not in ("openapi", "url", "in", "type", "style", "$ref", "format"):
                return value + hide
            case _:
                return value

    status, tools, stderr = listing(tmp_path, json.dumps(hidden(WHOLE)).encode(), "--output-schemas")
    assert status == 0
    assert len(tools) >= 2
    text = json.dumps(tools, ensure_ascii=False) + stderr
    assert [character for character in HIDDEN if character in text] == []
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", tool["name"]) for tool in tools)


@pytest.mark.requirement(31)
def test_no_hidden_character_is_in_what_tools_need_and_yield(tmp_path: Path) -> None:
    """In paths, tags, fields of answers and of links: as the search mode tells them, and in the file of a graph."""
    hide = "".join(HIDDEN)
    thing = {"type": "object", "properties": {f"thing_id{hide}": {"type": "integer"}, "id": {"type": "integer"}}}
    link = {"operationId": "fine", "parameters": {"thing_id": f"$response.body#/a{hide}"}}
    content = {"application/json": {"schema": {"type": "array", "items": thing}}}
    answer = {"200": {"description": "ok", "content": content, "links": {"x": link}}}
    number = {"name": "thing_id", "in": "query", "schema": {"type": "integer"}}
    things = {"operationId": "things", "tags": [f"t{hide}"], "responses": answer}
    paths = {f"/v{hide}/things": {"get": things}, "/fine": {"get": {**FINE["get"], "parameters": [number]}}}
    (tmp_path / "api").write_text(json.dumps({**HEAD, "paths": paths}))
    assert run_command("inspect", "--spec", "api", "--graph", "g.html", folder=tmp_path).status == 0
    with running("serve", "--spec", "api", "--mode", "search", "--no-catalogue", folder=tmp_path) as child:
        child.open()
        found = child.call("search_operations", query="things by id")
        told = child.call("describe_operations", names=["things", "fine"])
    (need,) = told["structuredContent"]["operations"][1]["needs"]
    assert [(each["path"], each["field"]) for each in need["from"]] == [("/v31m/things", "[].id")]
    text = json.dumps([found, told], ensure_ascii=False) + (tmp_path / "g.html").read_text(encoding="utf-8")
    assert [character for character in HIDDEN if character in text or json.dumps(character)[1:-1] in text] == []


@pytest.mark.requirement(22)
def test_a_pattern_that_explodes_holds_up_nobody(tmp_path: Path) -> None:
    """Matched in linear time, or not at all; the next call is answered at once."""
    texts = (
        "(a+)+$",
        "(a|aa)+$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(.*)*b",
        "(?=(a+)+$)a",
        "(a+)+\\1$",
        "(x+x+)+y",
        "a{0,900}a{0,900}a{0,900}b",
    )
    fields: Json = {f"p{n}": {"type": "string", "pattern": text} for n, text in enumerate(texts)}
    fields["deep"] = {"type": "object", "patternProperties": {"(a+)+$": {"type": "string", "pattern": "(a+)+$"}}}
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]
    with rude_upstream() as upstream:
        paths = {"/it": {"get": {"operationId": "it", "parameters": parameters, "responses": {}}}}
        (tmp_path / "api").write_bytes(with_paths(paths))
        with running("serve", "--spec", "api", "--base-url", upstream.url, folder=tmp_path) as child:
            child.open()
            for name in fields:
                long = "a" * 50_000 + "!"
                child.call("it", **{name: {long: long} if name == "deep" else long})
            assert child.call("fine")["structuredContent"] == {}


@pytest.mark.requirement(13, 33)
def test_annotations_tell_what_http_tells(tmp_path: Path) -> None:
    """Whatever the document says of itself; and what is not asked for is not there."""
    lies = {
        "x-mcp": {"readOnlyHint": True},
        "x-readonly": True,
        "annotations": {"readOnlyHint": True},
        "summary": "Reads only",
        "responses": {},
    }
    methods = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
    data = with_paths({"/m": {method: {**lies, "operationId": method} for method in methods}})
    _, tools, _ = listing(tmp_path, data)
    hints = {tool["name"]: tool["annotations"] for tool in tools if tool["name"] in methods}
    assert {name for name, hint in hints.items() if hint["readOnlyHint"]} <= {"get", "head", "options"}
    assert {name for name, hint in hints.items() if hint.get("destructiveHint")} >= {"delete", "put", "patch", "post"}
    assert {name for name, hint in hints.items() if hint.get("idempotentHint")} >= {"put", "delete"}
    assert all(hint["openWorldHint"] is True for hint in hints.values())
    (tmp_path / "read").mkdir()
    (tmp_path / "read" / "api").write_bytes(data)
    told = run_command("inspect", "--spec", "api", "--json", folder=tmp_path / "read").json
    assert {tool["method"] for tool in told["tools"]} == {"GET", "HEAD"}


@pytest.mark.requirement(32)
def test_names_are_legal_unique_and_unmoved(tmp_path: Path) -> None:
    """Ids that differ in what a name cannot hold, in letter case, in their end, and in nothing."""
    ids = (
        "a b",
        "a_b",
        "a-b",
        "A_B",
        "a.b",
        "a/b",
        "é",
        "日本",
        "..",
        "",
        "x" * 300,
        "x" * 299 + "y",
        "same",
        "same",
        "read_result",
        "1",
        "-",
        "__proto__",
        "a\u200bb",
    )
    paths = {f"/p{n}": {"get": {"operationId": one, "responses": {}}} for n, one in enumerate(ids)}
    _, tools, _ = listing(tmp_path, with_paths(paths))
    _, turned, _ = listing(tmp_path, with_paths(dict(reversed(paths.items()))))
    names = [tool["name"] for tool in tools]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name) for name in names)
    assert len(set(names)) == len(ids) + 2
    assert sorted(names) == sorted(tool["name"] for tool in turned)


@pytest.mark.requirement(37)
@pytest.mark.parametrize(
    "write", [lambda text: text, lambda text: text.replace('"openapi"', "openapi", 1)], ids=["JSON", "YAML"]
)
def test_a_key_that_stands_twice_is_told(tmp_path: Path, write: Callable[[str], str]) -> None:
    text = with_paths({}).decode().replace('"title": "T"', '"title": "T", "title": "U"')
    (tmp_path / "api").write_text(write(text))
    assert "keys stand twice" in listing(tmp_path, (tmp_path / "api").read_bytes())[2]
    assert "'title'" in run_command("inspect", "--spec", "api", folder=tmp_path).out
    told = run_command("check", "--spec", "api", "--json", folder=tmp_path).json["problems"]
    assert [one["pointer"] for one in told if "second time" in one["message"]] == ["#/info/title"]

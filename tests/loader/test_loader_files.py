"""Descriptions spread over files, and the forms that files come in."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.make import ALL_METHODS
from support.upstream import Answer, Upstream

from openapi_mcp.errors import DocumentError
from openapi_mcp.generator.generate import generate
from openapi_mcp.loader.fetch import Fetched
from openapi_mcp.loader.load import load
from openapi_mcp.loader.source import Source, UrlSource
from openapi_mcp.model.document import Document
from openapi_mcp.model.tool import Tool

pytestmark = pytest.mark.anyio

LIBRARY = Path(__file__).parents[2] / "fixtures" / "library" / "openapi.yaml"
Json = dict[str, Any]


def tools(document: Document) -> dict[str, Tool]:
    return {tool.name: tool for tool in generate(document, ALL_METHODS).tools}


def described(paths: Json, **root: Any) -> Json:
    return {"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": paths, **root}


def taking(ref: str) -> Json:
    """Return paths whose one operation takes a parameter of the schema that a reference names."""
    return {"/a": {"get": {"operationId": "a", "parameters": [{"name": "q", "in": "query", "schema": {"$ref": ref}}]}}}


def schema_of_q(document: Document) -> Any:
    return tools(document)["a"].input_schema["properties"]["q"]


async def loaded(folder: Path, files: dict[str, Any], name: str = "openapi.json", **options: Any) -> Document:
    """Write files, as JSON unless they are text or bytes, and load one of them."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, (str, bytes)) else json.dumps(content)
        (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return await load(str(folder / name), **options)


async def test_a_description_spread_over_ten_files_is_served_whole() -> None:
    """Issue 3, Where references point: fixtures/library."""
    document = await load(str(LIBRARY))
    assert (document.problems, document.skipped) == ((), ())
    assert document.description == "Lends books. This text stands in a file of its own."
    assert [scheme.parameter for scheme in document.security_schemes] == ["X-Card"]
    made = tools(document)
    assert {name: tool.input_schema.get("properties") for name, tool in made.items()} == {
        "books": {
            "page": {"type": "integer", "minimum": 1},
            "size": {"type": "integer", "maximum": 100},
            "sort": {"enum": ["title", "year"]},
            "author": {"type": "string", "minLength": 2},
        },
        "book": {"isbn": {"type": "string", "pattern": "^[0-9]{13}$"}},
        "loans": {"sort": {"enum": ["title", "year"]}, "open": {"type": "boolean"}},
        "lend": {
            "book": {"type": "string", "pattern": "^[0-9]{13}$"},
            "until": {"type": "string", "format": "date"},
            "by": {"type": "object", "properties": {"card": {"type": "integer", "minimum": 1000}}},
        },
    }
    assert made["book"].input_schema["required"] == ["isbn"]
    assert made["lend"].operation.responses[0].description == "Lent."


@pytest.mark.parametrize(
    ("ref", "parts"),
    [
        ("b.json", {"b.json": {"type": "integer"}}),
        ("./x/../b.json#/A", {"b.json": {"A": {"type": "integer"}}}),
        ("x/b%20c.json#/A~1b", {"x/b c.json": {"A/b": {"type": "integer"}}}),
        ("b.json#/A", {"b.json": {"A": {"$ref": "x/c.json#/C"}}, "x/c.json": {"C": {"$ref": "../d.json"}},
                       "d.json": {"type": "integer"}}),
        ("b.json#name", {"b.json": {"$defs": {"A": {"$anchor": "name", "type": "integer"}}}}),
        ("b.json#/A", {"b.json": {"A": {"$ref": "openapi.json#/components/schemas/I"}}}),
        ("https://x.example/id", {"b.json": {"$id": "https://x.example/id", "type": "integer"}}),
        ("https://x.example/id#/$defs/I",
         {"b.json": {"$id": "https://x.example/id", "$defs": {"I": {"type": "integer"}}}}),
        ("b.json#/paths/~1b~1%7Bx%7D/get/parameters/0/schema",
         {"b.json": {"paths": {"/b/{x}": {"get": {"parameters": [{"schema": {"type": "integer"}}]}}}}}),
    ],
)  # fmt: skip
async def test_a_reference_leads_into_other_files(tmp_path: Path, ref: str, parts: Json) -> None:
    """Issue 3, Where references point: anchors, ids, relative to the file that holds them, escaped pointers, paths."""
    components = {"schemas": {"I": {"type": "integer"}, "Also": {"$ref": next(iter(parts)).replace(" ", "%20")}}}
    document = await loaded(tmp_path, {"openapi.json": described(taking(ref), components=components), **parts})
    assert document.problems == ()
    assert schema_of_q(document) == {"type": "integer"}


async def test_files_that_refer_to_each_other_end(tmp_path: Path) -> None:
    """Issue 3: cycles."""
    tree = {"type": "object", "properties": {"child": {"$ref": "c.json"}}}
    parts = {"b.json": tree, "c.json": {"type": "object", "properties": {"child": {"$ref": "b.json"}}}}
    document = await loaded(tmp_path, {"openapi.json": described(taking("b.json")), **parts})
    schema = tools(document)["a"].input_schema
    assert set(schema["$defs"]) <= {"b.json", "c.json"}
    loop = await loaded(tmp_path, {"openapi.json": described(taking("b.json")), "b.json": {"$ref": "c.json"},
                                   "c.json": {"$ref": "b.json"}})  # fmt: skip
    assert generate(loop, ALL_METHODS).tools == ()


@pytest.mark.requirement(8)
@pytest.mark.parametrize("form", ["outside", "symlink", "absolute", "file URL", "nowhere", "folder"])
async def test_what_is_not_below_the_folder_is_not_read(tmp_path: Path, form: str) -> None:
    """security.md A8: only below its own directory, after resolving links. The damage is the operation's."""
    folder, secret = tmp_path / "api", tmp_path / "secret.json"
    (folder / "sub").mkdir(parents=True)
    secret.write_text('{"type": "integer", "title": "SECRET"}', encoding="utf-8")
    (folder / "link.json").symlink_to(secret)
    refs = {
        "outside": "../secret.json", "symlink": "link.json", "absolute": str(secret), "file URL": secret.as_uri(),
        "nowhere": "no.json", "folder": "sub",
    }  # fmt: skip
    told: list[str] = []

    def arrived(source: Source, fetched: Fetched | None) -> None:
        told.extend([str(source)] if fetched is not None else [])

    paths = {**taking(refs[form]), "/b": {"get": {"operationId": "b"}}}
    await loaded(folder, {"openapi.json": described(paths)}, arrived=arrived)
    document = await load(str(folder / "openapi.json"))
    assert told == [str(folder / "openapi.json")]
    assert "SECRET" not in repr(document)
    assert list(tools(document)) == ["b"]
    assert document.problems[0].message.startswith(
        "a referenced document cannot be fetched" if form in ("nowhere", "folder") else "a reference to a file outside"
    )


@pytest.mark.requirement(8)
async def test_another_origin_is_read_only_when_allowed(
    tmp_path: Path, upstream: Upstream, other_upstream: Upstream
) -> None:
    """security.md A8; design.md, Options: --allow-remote-refs."""
    other_upstream.answers["/b.json"] = Answer(b'{"type": "integer"}')
    root = described(taking(f"{other_upstream.url}/b.json"))
    for source in (upstream.serve(root), str(tmp_path / "openapi.json")):
        (tmp_path / "openapi.json").write_text(json.dumps(root), encoding="utf-8")
        document = await load(source)
        assert other_upstream.seen == []
        assert (tools(document), document.problems[0].hint) == ({}, "allow it with --allow-remote-refs")
        allowed = await load(source, allow_remote_refs=True)
        assert schema_of_q(allowed) == {"type": "integer"}
        other_upstream.seen.clear()


async def test_the_same_origin_is_read_without_asking(upstream: Upstream) -> None:
    """security.md A8, over a real server; relative to the document's own URL."""
    upstream.answers["/parts/b.yaml"] = Answer(b"A: {$ref: 'c.json#/C'}", "text/plain")
    upstream.answers["/parts/c.json"] = Answer(gzip.compress(b'{"C": {"type": "integer"}}'), "application/gzip")
    document = await load(UrlSource(url=upstream.serve(described(taking("parts/b.yaml#/A")))))
    assert (schema_of_q(document), document.problems) == ({"type": "integer"}, ())
    assert [seen.path for seen in upstream.seen] == ["/document.json", "/parts/b.yaml", "/parts/c.json"]


async def test_a_redirect_of_a_part_does_not_lead_to_another_origin(
    upstream: Upstream, other_upstream: Upstream
) -> None:
    """security.md A8: a remote document never fetches another origin, not by a detour either."""
    other_upstream.answers["/b.json"] = Answer(b'{"type": "integer"}')
    upstream.answers["/b.json"] = Answer(b"", status=302, headers=(("Location", f"{other_upstream.url}/b.json"),))
    source = upstream.serve(described(taking("b.json")))
    document = await load(source)
    assert other_upstream.seen == []
    assert "redirected to another origin" in document.problems[0].message
    assert schema_of_q(await load(source, allow_remote_refs=True)) == {"type": "integer"}


@pytest.mark.requirement(8)
async def test_a_remote_document_reads_no_file(tmp_path: Path, upstream: Upstream) -> None:
    """security.md A8: not as the source, and not as a part of a local one."""
    secret = tmp_path / "secret.json"
    secret.write_text('{"type": "integer"}', encoding="utf-8")
    remote = await load(upstream.serve(described(taking(secret.as_uri()))), allow_remote_refs=True)
    assert (tools(remote), remote.problems[0].hint) == ({}, "bundle the description")
    upstream.answers["/b.json"] = Answer(json.dumps({"A": {"$ref": secret.as_uri()}}).encode())
    root = described(taking(f"{upstream.url}/b.json#/A"))
    local = await loaded(tmp_path, {"openapi.json": root}, allow_remote_refs=True)
    assert tools(local) == {}
    assert [problem.hint for problem in local.problems] == ["bundle the description"]


@pytest.mark.parametrize("broken", [b"{", b"<html>", b"", b"\x1f\x8bx", b"\xff\xff\xff"])
async def test_a_broken_part_costs_what_uses_it(tmp_path: Path, broken: bytes) -> None:
    """Issue 3: the damage confined to the operation that uses it and reported by pointer."""
    paths = {**taking("b.json"), "/b": {"get": {"operationId": "b"}}}
    document = await loaded(tmp_path, {"openapi.json": described(paths), "b.json": broken})
    assert list(tools(document)) == ["b"]
    assert document.problems[0].pointer == (tmp_path / "b.json").as_uri()
    assert document.problems[0].message.startswith("a referenced document cannot be")


@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("  ", "\t").encode(),
    ],
    ids=["plain", "BOM", "UTF-16", "UTF-16BE", "UTF-32", "gzip", "CRLF", "tabs"],
)
async def test_files_come_as_they_are_in_the_wild(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    """Issue 3: BOM, CRLF, tabs in JSON, UTF-16, gzip-encoded files; for the root and for its parts."""
    text = json.dumps(described(taking("b.json")), indent=2)
    part = json.dumps({"type": "string", "title": "Größe"}, indent=2, ensure_ascii=False)
    document = await loaded(tmp_path, {"openapi.json": encode(text), "b.json": encode(part)})
    assert (schema_of_q(document), document.problems) == ({"type": "string", "title": "Größe"}, ())


async def test_a_damaged_gzip_file_is_said(tmp_path: Path) -> None:
    """style.md, Errors."""
    with pytest.raises(DocumentError, match="the gzip file is damaged"):
        await loaded(tmp_path, {"openapi.json": gzip.compress(b"{}" * 99)[:20]})


# --- OpenAPI 3.2 ---


async def test_what_is_new_in_3_2_is_served(tmp_path: Path) -> None:
    """OAS 3.2.0: `query`, additionalOperations, querystring, itemSchema."""
    filters = {"name": "filter", "in": "querystring", "content": {"application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}}}  # fmt: skip
    items = {"application/x-ndjson": {"itemSchema": {"type": "integer"}}}
    item = {
        "query": {"operationId": "q", "parameters": [filters]},
        "additionalOperations": {"COPY": {"operationId": "copy"}, "not a method": {}},
        "get": {"operationId": "g", "responses": {"200": {"description": "Lines.", "content": items}}},
    }
    document = await loaded(tmp_path, {"openapi.json": described({"/a": item}, openapi="3.2.0")})
    by_id = {op.operation_id: op for op in document.operations}
    assert {name: op.method for name, op in by_id.items()} == {"q": "QUERY", "copy": "COPY", "g": "GET"}
    assert by_id["g"].responses[0].content[0].schema == {"type": "array", "items": {"type": "integer"}}
    made = generate(document, ALL_METHODS)
    (tool,) = [tool for tool in made.tools if tool.name == "q"]
    assert tool.input_schema["properties"]["filter"]["properties"] == {"a": {"type": "integer"}}


async def test_what_a_document_calls_itself_changes_nothing_about_what_is_fetched(
    tmp_path: Path, upstream: Upstream
) -> None:
    """OAS 3.2.0, `$self`; security.md A8: it would move references to where the document likes."""
    root = {**described(taking("b.json"), openapi="3.2.0"), "$self": f"{upstream.url}/elsewhere/openapi.json"}
    document = await loaded(tmp_path, {"openapi.json": root, "b.json": {"type": "integer"}})
    assert schema_of_q(document) == {"type": "integer"}
    assert upstream.seen == []


SELF = "https://self.test/api/root.json"


@pytest.mark.parametrize("ref", [f"{SELF}#/components/schemas/I", "root.json#/components/schemas/I"])
@pytest.mark.parametrize("where", ["itself", "another file"])
async def test_a_document_is_known_by_what_it_calls_itself(tmp_path: Path, ref: str, where: str) -> None:
    """OAS 3.2.0, `$self`: nothing is fetched for it."""
    named = ref if where == "itself" or ref.startswith("https:") else f"openapi.json#{ref.partition('#')[2]}"
    components = {"schemas": {"I": {"type": "integer"}}}
    taken = taking(named if where == "itself" else "b.json")
    root = {**described(taken, openapi="3.2.0", components=components), "$self": SELF}
    document = await loaded(tmp_path, {"openapi.json": root, "b.json": {"$ref": named}})
    assert document.problems == ()
    assert schema_of_q(document) == {"type": "integer"}


@pytest.mark.parametrize(
    ("outer", "inner", "ref"),
    [
        ("https://ids.test/s/outer.json", "https://ids.test/s/inner.json", "inner.json"),
        ("https://ids.test/s/outer.json", "inner.json", "inner.json"),
        ("outer/o.json", "inner.json", "inner.json"),
    ],
)
async def test_what_a_schema_is_called_within_another_is_not_fetched(
    tmp_path: Path, outer: str, inner: str, ref: str
) -> None:
    """JSON Schema 2020-12 Core, 8.2.1: an `$id` goes by the `$id` around it, and so does a reference there."""
    told: list[str] = []

    def arrived(source: Source, fetched: Fetched | None) -> None:
        told.append(str(source))

    schema = {"$id": outer, "properties": {"x": {"$ref": ref}}, "$defs": {"I": {"$id": inner, "type": "integer"}}}
    root = described(taking("#/components/schemas/O"), components={"schemas": {"O": schema}})
    document = await loaded(tmp_path, {"openapi.json": root}, arrived=arrived)
    assert document.problems == ()
    assert len(told) == 1
    assert generate(document, ALL_METHODS).tools[0].input_schema["properties"]["q"]["properties"] == {
        "x": {"type": "integer"}
    }

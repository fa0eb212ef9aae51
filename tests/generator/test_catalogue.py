"""The catalogue on disk: what is written is read again, and what is not wholly ours is not read at all."""

import dataclasses
import json
import os
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import make

from openapi_mcp.executor.executor import Executor
from openapi_mcp.front import SUFFIX, Kept, open_catalogue
from openapi_mcp.generator import catalogue
from openapi_mcp.generator.catalogue import (
    Answers,
    Freshness,
    SecretFoundError,
    write_catalogue,
)
from openapi_mcp.generator.codec import decode, encode
from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.pages import PAGE, ToolPages, pages_of
from openapi_mcp.generator.stored import Stored, read_catalogue
from openapi_mcp.generator.stripped import encode_document
from openapi_mcp.model.address import Reach
from openapi_mcp.model.call import Call
from openapi_mcp.model.document import Document, Operation, SecurityScheme
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.part import Part, Validators
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.tool import Tool, Toolset, wire_tool
from openapi_mcp.response.declared import Declared

ANSWERS = Answers(initialize={"a": 1}, discover={"b": 2}, list={"ttlMs": 1}, listens=False)
FRESHNESS = Freshness(
    files=(("/a.yaml", 1, 2),),
    parts=(
        Part(digest="d", validators=Validators(url="u", etag='W/"1"', last_modified="Sat")),
        Part(uri="https://example.com/b.yaml", digest="e"),
        Part(uri=None),
    ),
    made=1_700_000_000,
)
REF = "#/components/schemas/"
BODY = {"requestBody": {"required": True, "content": make.json_body({"type": "object", "properties": {"x": {}}})}}
XML = {"xml": {"name": "X"}, "properties": {"a": {"items": {"xml": {"name": "b"}}}}}
XML_BODY = {"requestBody": {"content": {"application/xml": {"schema": XML}}}}
PATHS: dict[str, Any] = {
    "/things/{id}": {
        "get": {
            "operationId": "thing",
            "description": "Long.",
            "parameters": [make.parameter("id", "path", required=True), make.parameter("X-Trace", "header")],
            **make.answering({"type": "object"}),
        },
        "post": {"operationId": "change", **BODY},
        "put": {"operationId": "replace", **XML_BODY},
    },
    "/é": {"get": {"summary": "Ünïcode \u2028 text"}},
}


def document() -> Document:
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    return make.document(PATHS, components={"securitySchemes": schemes})


def toolset() -> Toolset:
    return make.toolset(PATHS)


def write(path: Path, tools: Toolset | None = None, *secrets: str) -> None:
    redactor = Redactor(Secret(text) for text in secrets)
    write_catalogue(path, document(), tools or toolset(), ANSWERS, FRESHNESS, redactor)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / f"key{SUFFIX}"


def opened(path: Path) -> Kept:
    kept = open_catalogue(str(path), "key")
    assert kept is not None
    return kept


def stored(path: Path) -> Stored:
    found = read_catalogue(opened(path))
    assert found is not None
    return found


@pytest.mark.parametrize("reach", [None, *Reach])
def test_how_near_its_document_was_is_kept(path: Path, reach: Reach | None) -> None:
    """Our choice: a start without the document is bound by it as the first one was."""
    made = dataclasses.replace(document(), reach=reach)
    write_catalogue(path, made, toolset(), ANSWERS, FRESHNESS, Redactor(()))
    with closing(stored(path)) as found:
        assert found.document.reach is reach


def test_the_list_is_read_as_it_was_written(path: Path) -> None:
    """Issue 3, At once: the same list, the same pages."""
    write(path)
    kept = opened(path)
    with kept.file:
        found = read_catalogue(kept)
        assert found is not None
        assert found.pages.tools(0) == [wire_tool(tool) for tool in toolset().tools]
        assert found.pages.is_last(0)
        assert found.pages.marks() == ToolPages(toolset().tools).marks()
        with pytest.raises(IndexError):
            found.pages.tools(1)
        assert found.summary == catalogue.summary_of(toolset())
        assert kept.header["discover"] == {"b": 2}
        assert found.freshness == FRESHNESS


def test_a_stored_tool_makes_the_same_requests(path: Path) -> None:
    """Issue 3, At once: calls run without the document."""
    write(path)
    kept = opened(path)
    calls = [
        Call(tool="thing", arguments={"id": "a/b", "X-Trace": "t"}),
        Call(tool="change", arguments={"id": "7", "x": [1, None]}),
        Call(tool="replace", arguments={"id": "7", "body": {"a": [1, 2]}}),
    ]
    with kept.file:
        found = read_catalogue(kept)
        assert found is not None
        fresh, from_disk = Executor(document(), toolset()), Executor(found.document, found.toolset)
        assert [from_disk.preview(call) for call in calls] == [fresh.preview(call) for call in calls]
        assert list(found.toolset.by_name) == [tool.name for tool in toolset().tools]
        assert [tool.name for tool in found.toolset.tools] == list(found.toolset.by_name)
        assert len(found.toolset.tools) == len(found.toolset.by_name) == 4
        assert [tool.name for tool in found.toolset.tools[1:]] == list(found.toolset.by_name)[1:]
        assert found.toolset.by_name["thing"] is found.toolset.by_name["thing"]
        assert found.toolset.by_name.get("nope") is None
        assert ("thing" in found.toolset.by_name, "nope" in found.toolset.by_name) == (True, False)
        assert found.document.security_schemes == document().security_schemes
        assert found.document.servers == document().servers


ANSWERING: dict[str, Any] = {
    "/trees": {
        "get": {
            "operationId": "trees",
            "responses": {
                "200": {
                    "description": "x",
                    "content": make.json_body({"type": "array", "items": {"$ref": f"{REF}Tree"}}),
                },
                "404": {"description": "x", "content": make.json_body({"$ref": f"{REF}Fault"})},
                "default": {"description": "x", "content": {"text/plain": {"schema": {"$ref": f"{REF}Fault"}}}},
            },
        },
        "post": {"operationId": "plant", "requestBody": {"content": make.json_body({"$ref": f"{REF}Seed"})}},
    }
}
SCHEMAS: dict[str, Any] = {
    "Tree": {
        "required": ["leaf", "pin"],
        "properties": {
            "leaf": {"$ref": f"{REF}Leaf"},
            "kids": {"items": {"$ref": f"{REF}Tree"}},
            "pin": {"type": "string", "writeOnly": True},
        },
    },
    "Leaf": {"type": "string", "description": "Green, mostly."},
    "Fault": {"type": "object"},
    "Seed": {"type": "string"},
}


def write_answering(path: Path, document: Document, tools: Toolset) -> None:
    write_catalogue(path, document, tools, ANSWERS, FRESHNESS, Redactor())


def test_answers_are_held_against_the_same_schemas_after_a_warm_start(path: Path) -> None:
    """Issue 4, Answers: a body that breaks its own schema; said cold and warm alike."""
    fresh = make.document(ANSWERING, components={"schemas": SCHEMAS})
    tools = generate(fresh, make.ALL_METHODS)
    write_answering(path, fresh, tools)
    answer = HttpResponse(status=200, url="https://h/", headers=(("Content-Type", "application/json"),))
    value: list[Any] = [{"leaf": "a", "kids": [{"leaf": 1}]}]
    said = "the body breaks its schema: [0].kids[0].leaf is 1, but must be string"
    assert Declared(fresh.schemas).broken(tools.tools[0].operation, answer, value, Redactor()) == said
    for _ in range(2):
        kept = opened(path)
        with kept.file:
            found = read_catalogue(kept)
            assert found is not None
            operation = found.toolset.by_name["trees"].operation
            assert Declared(found.document.schemas).broken(operation, answer, value, Redactor()) == said
            write_answering(path, found.document, found.toolset)


def test_of_the_schemas_only_those_of_answers_are_kept_without_their_words(path: Path) -> None:
    """Those of requests stand in the list; a failure is held against none."""
    fresh = make.document(ANSWERING, components={"schemas": SCHEMAS})
    write_answering(path, fresh, generate(fresh, make.ALL_METHODS))
    with closing(stored(path)) as found:
        schemas = found.document.schemas
        assert sorted(schemas) == [f"{REF}Leaf", f"{REF}Tree"]
        assert len(schemas) == 2
        assert schemas[f"{REF}Leaf"] == {"type": "string"}
        assert schemas.get(f"{REF}Fault") is None


def test_a_schema_that_can_no_longer_be_read_is_none(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged file costs what would be said of an answer, not the answer."""
    fresh = make.document(ANSWERING, components={"schemas": SCHEMAS})
    write_answering(path, fresh, generate(fresh, make.ALL_METHODS))
    found = stored(path)
    assert len(found.document.schemas) == 2
    data = path.read_bytes()
    path.write_bytes(data.replace(b'{"type":"string"}\n', b'{"type":"strin' + b"\xff" * 3 + b"\n"))
    assert found.document.schemas.get(f"{REF}Leaf") is None
    found.close()
    assert found.document.schemas.get(f"{REF}Tree") is None
    assert [record.message.partition(" ")[0] for record in caplog.records] == ["schema_unreadable"] * 2


def test_a_secret_in_the_schema_of_an_answer_is_never_written(path: Path) -> None:
    """Secrets never reach a file."""
    fresh = make.document(ANSWERING, components={"schemas": {**SCHEMAS, "Leaf": {"enum": ["s3cr3t-value"]}}})
    tools = generate(fresh, make.ALL_METHODS)
    with pytest.raises(SecretFoundError):
        write_catalogue(path, fresh, tools, ANSWERS, FRESHNESS, Redactor([Secret("s3cr3t-value")]))


def test_it_is_private_and_leaves_nothing_beside_it(path: Path) -> None:
    """Issue 3: 0600, in a folder of 0700."""
    write(path)
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def damaged(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def is_usable(path: Path) -> bool:
    kept = open_catalogue(str(path), "key")
    if kept is None:
        return False
    with kept.file:
        return read_catalogue(kept) is not None


def test_a_damaged_or_truncated_file_is_ignored_whichever_byte_it_is(path: Path) -> None:
    """Issue 3: corrupt entries are ignored and rebuilt."""
    write(path)
    data = path.read_bytes()
    for at in [*range(0, len(data), 97), len(data) - 1]:
        path.write_bytes(damaged(data, at))
        assert not is_usable(path), at
        path.write_bytes(data[:at])
        assert not is_usable(path), at
    path.write_bytes(data + b"x")
    assert not is_usable(path)
    path.write_bytes(data)
    assert is_usable(path)


def test_a_page_damaged_while_it_is_served_is_not_sent(path: Path) -> None:
    """A later write through another name of the file: an error for the client, no wrong list."""
    write(path)
    kept = opened(path)
    with kept.file:
        found = read_catalogue(kept)
        assert found is not None
        path.write_bytes(damaged(path.read_bytes(), kept.start + 5))
        with pytest.raises(OSError, match="damaged"):
            found.pages.tools(0)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_file_that_others_may_touch_is_ignored(path: Path, mode: int) -> None:
    """Issue 3: foreign entries are ignored."""
    write(path)
    path.chmod(mode)
    assert not is_usable(path)


def test_another_users_file_is_ignored(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 3: foreign entries are ignored."""
    write(path)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert not is_usable(path)


def test_what_is_no_plain_file_of_this_key_is_ignored(path: Path, tmp_path: Path) -> None:
    """A link may lead elsewhere, a pipe would hold the start, another key is another command line's."""
    assert not is_usable(path)
    write(path)
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(path)
    os.mkfifo(pipe, 0o600)
    assert not is_usable(link)
    assert not is_usable(pipe)
    assert not is_usable(path.parent)
    other = path.rename(path.with_name(f"other{SUFFIX}"))
    assert open_catalogue(str(other), "other") is None


def test_another_form_is_ignored(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 3: entries of another version are ignored."""
    monkeypatch.setattr(catalogue, "MAGIC", "openapi-mcp catalogue 0")
    write(path)
    assert not is_usable(path)


@pytest.mark.parametrize("secret", ["Long.", "https://api.example.com/v1", "ttlMs", "X-Key"])
def test_a_secret_is_never_written(path: Path, secret: str) -> None:
    """Secrets never reach a file: not even where the document itself repeats one."""
    tools = make.toolset({"/a": {"get": {"description": "Long."}}})
    with pytest.raises(SecretFoundError):
        write(path, tools, secret)
    assert list(path.parent.iterdir()) == []


def test_the_query_of_the_documents_url_is_not_kept() -> None:
    """It may hold a token."""
    kept = encode_document(dataclasses.replace(document(), base_uri="https://h/spec?token=abc"))
    assert kept["base_uri"] == "https://h/spec"


def test_the_oldest_go_when_the_folder_is_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 3: size-capped; and what a crashed writer left goes with them."""
    write(path)
    size = path.stat().st_size
    monkeypatch.setattr(catalogue, "MAX_FOLDER", 3 * size + 2)
    abandoned, unfinished, foreign = (path.with_name(name) for name in ("writing-a", "writing-b", "notes.txt"))
    for file in (abandoned, unfinished, foreign):
        file.write_bytes(b"x")
    os.utime(abandoned, (1, 1))
    for index in range(4):
        other = path.with_name(f"k{index}{SUFFIX}")
        write(other)
        os.utime(other, (1000 + index, 1000 + index))
    write(path)
    assert sorted(found.name for found in path.parent.iterdir()) == sorted(
        [path.name, f"k3{SUFFIX}", f"k2{SUFFIX}", unfinished.name, foreign.name]
    )


def test_a_folder_that_others_may_write_to_is_refused(path: Path) -> None:
    """Whoever can write there can remove our files, or wait for them."""
    path.parent.mkdir(mode=0o700)
    path.parent.chmod(0o777)
    with pytest.raises(PermissionError):
        write(path)


def test_a_long_list_comes_in_pages_of_at_most_a_megabyte(path: Path) -> None:
    """Issue 3, A list that no client rejects: pages of at most 1 MB; a tool beyond that has its own."""
    tool = make.one_tool({"operationId": "thing"})
    sizes = [300_000, 300_000, 400_000, 1_200_000, 5]
    tools = tuple(
        dataclasses.replace(tool, name=f"t{index}", description="x" * size) for index, size in enumerate(sizes)
    )
    pages = ToolPages(tools)
    assert [[found["name"] for found in pages.tools(index)] for index in range(4)] == [
        ["t0", "t1"],
        ["t2"],
        ["t3"],
        ["t4"],
    ]
    assert [pages.is_last(index) for index in range(4)] == [False, False, False, True]
    with pytest.raises(IndexError):
        pages.tools(4)
    assert all(length <= PAGE + 2 for length, _ in (*pages.marks()[:2], *pages.marks()[3:]))
    write(path, Toolset(title="", version="", instructions="", tools=tools))
    kept = opened(path)
    with kept.file:
        found = read_catalogue(kept)
        assert found is not None
        assert found.pages.marks() == pages.marks()
        assert [found.pages.tools(index) for index in range(4)] == [pages.tools(index) for index in range(4)]


def test_an_empty_list_has_one_page() -> None:
    """A list without tools is a list."""
    pages = ToolPages(())
    assert (pages.tools(0), pages.is_last(0)) == ([], True)


PLAIN = st.none() | st.booleans() | st.integers() | st.text()
VALUES = PLAIN | st.lists(PLAIN) | st.dictionaries(st.text(), PLAIN)


@given(name=st.text(), required=st.booleans(), schema=st.dictionaries(st.text(), VALUES))
def test_what_is_encoded_is_decoded_to_the_same(name: str, required: bool, schema: dict[str, Any]) -> None:
    """Law: decode(encode(x)) == x, through JSON text."""
    tool = make.tool_with_body(make.json_body({"type": "object", "properties": {"a": {}}}), required=required)
    tool = dataclasses.replace(tool, name=name, input_schema=schema, ignored=frozenset((name, "b")))
    assert decode(Tool, json.loads(json.dumps(encode(tool)))) == tool


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Operation, {"method": "GET", "path": "/"}),
        (Operation, {"method": "GET", "path": "/", "pointer": "#", "new": 1}),
        (Operation, {"method": 1, "path": "/", "pointer": "#"}),
        (Operation, {"method": "GET", "path": "/", "pointer": "#", "tags": "no list"}),
        (Operation, []),
        (SecurityScheme, {"name": None, "type": "", "pointer": ""}),
        (Tool, {}),
    ],
)
def test_what_is_no_value_of_ours_is_refused(kind: type, value: Any) -> None:
    """style.md, Data: untyped JSON is narrowed once; a later version's fields are not guessed."""
    with pytest.raises(ValueError, match=r"."):
        decode(kind, value)


@pytest.mark.parametrize(
    "fields", [{"mode": "search", "extras": ({"name": "search_operations"},)}, {"style": "compact"}]
)
def test_a_list_that_does_not_say_all_of_a_tool_keeps_its_whole_entry_apart(path: Path, fields: dict[str, Any]) -> None:
    """Issue 6, Search mode: a call is checked against all of its schema, whatever the list says."""
    made = dataclasses.replace(toolset(), why="so", size=7, hints={"readOnlyHint": True}, **fields)
    write(path, made)
    with closing(stored(path)) as found:
        assert [wire_tool(tool) for tool in found.toolset.tools] == [wire_tool(tool) for tool in toolset().tools]
        assert found.pages.marks() == pages_of(made).marks()
        for name in ("mode", "style", "why", "size", "hints"):
            assert getattr(found.toolset, name) == getattr(made, name)


def test_what_is_searched_is_kept_where_somebody_searches(path: Path) -> None:
    """Issue 6, Search quality: cached, so that it never delays the list."""
    write_catalogue(path, document(), toolset(), ANSWERS, FRESHNESS, Redactor(()), {"entries": {"a": 1}})
    with closing(stored(path)) as found:
        assert found.corpus() == {"entries": {"a": 1}}
    write(path)
    with closing(stored(path)) as found:
        assert found.corpus() is None


def test_a_corpus_that_is_damaged_while_it_is_served_is_made_anew(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Our choice: a search then waits as long as the first one did."""
    write_catalogue(path, document(), toolset(), ANSWERS, FRESHNESS, Redactor(()), {"entries": {"a": 1}})
    with closing(stored(path)) as found:
        data = path.read_bytes()
        path.write_bytes(data.replace(b'{"entries":', b'{"entries;;'))
        assert found.corpus() is None
    assert "corpus_unreadable" in caplog.text


def test_links_to_work_that_goes_on_are_kept_and_no_others(path: Path) -> None:
    """Issue 9, Background calls: a start from the catalogue follows an answer 202 as any other."""
    link = {"operationId": "job", "parameters": {"id": "$response.body#/id"}}
    responses = {status: {"description": "D.", "links": {"job": link}} for status in ("200", "202", "2XX", "default")}
    job = {"get": {"operationId": "job", "parameters": [make.parameter("id", "path")]}}
    fresh = make.document({"/jobs": {"post": {"operationId": "start", "responses": responses}}, "/jobs/{id}": job})
    write_answering(path, fresh, generate(fresh, make.ALL_METHODS))
    kept = opened(path)
    with kept.file:
        found = read_catalogue(kept)
        assert found is not None
        links = {each.status: each.links for each in found.toolset.by_name["start"].operation.responses}
    assert {status for status, each in links.items() if each} == {"202", "2XX", "default"}
    assert (links["202"][0].operation_id, links["202"][0].parameters) == ("job", {"id": "$response.body#/id"})

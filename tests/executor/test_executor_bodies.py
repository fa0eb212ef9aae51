"""Bodies of every kind, through a whole call to a real server."""

import base64
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest
from support.make import ALL_METHODS, document
from support.upstream import Seen, Upstream

from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Call, Result

pytestmark = pytest.mark.anyio

BYTES = {"type": "string", "format": "binary"}
PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


async def posted(upstream: Upstream, content: dict[str, Any], arguments: dict[str, Any]) -> tuple[Result, Seen | None]:
    """Call the one tool of a document whose body has this content; return the result and what arrived."""
    body = {"required": True, "content": content}
    made = document({"/things": {"post": {"operationId": "send", "requestBody": body}}})
    async with Executor(made, generate(made, ALL_METHODS), base_url=upstream.url) as executor:
        result = await executor.call(Call(tool="send", arguments=arguments))
    return result, upstream.seen[-1] if upstream.seen else None


def content_type(seen: Seen) -> str:
    (value,) = seen.values("content-type")
    return value


@pytest.mark.parametrize(
    ("declared", "schema", "arguments", "sent_type", "body"),
    [
        ("application/xml", {}, {"body": "<a>é</a>"}, "application/xml", "<a>é</a>".encode()),
        ("text/csv; charset=iso-8859-1", {}, {"body": "é;1"}, "text/csv; charset=iso-8859-1", b"\xe9;1"),
        ("application/octet-stream", BYTES, {"body": base64.b64encode(PNG).decode()}, "application/octet-stream", PNG),
        ("image/*", BYTES, {"body": base64.b64encode(PNG).decode()}, "image/png", PNG),
        ("*/*", BYTES, {"body": "data:,hi"}, "application/octet-stream", b"hi"),
        ("*/*", {"properties": {"a": {}}}, {"a": 1}, "application/json", b'{"a":1}'),
        ("application/x-www-form-urlencoded", {"properties": {"a": {}}}, {"a": "b c"},
         "application/x-www-form-urlencoded", b"a=b%20c"),
    ],
)  # fmt: skip
async def test_a_body_arrives_as_it_was_meant(
    upstream: Upstream, declared: str, schema: Any, arguments: dict[str, Any], sent_type: str, body: bytes
) -> None:
    """Issue 3, Every document: an operation with any media type is served."""
    result, seen = await posted(upstream, {declared: {"schema": schema}}, arguments)
    assert not result.is_error
    assert seen is not None
    assert (content_type(seen), seen.body) == (sent_type, body)


PET = {
    "type": "object",
    "required": ["name"],
    "xml": {"name": "pet"},
    "properties": {
        "name": {"type": "string"},
        "id": {"type": "integer", "xml": {"attribute": True}},
        "tags": {"type": "array", "xml": {"wrapped": True}, "items": {"type": "string", "xml": {"name": "tag"}}},
    },
}


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"name": "é & <b>", "id": 7, "tags": ["x", "y"]},
         '<?xml version="1.0" encoding="UTF-8"?>\n'
         '<pet id="7"><name>é &amp; &lt;b&gt;</name><tags><tag>x</tag><tag>y</tag></tags></pet>'),
        ("<pet><name>é</name></pet>", "<pet><name>é</name></pet>"),
        ("{not XML at all", "{not XML at all"),
    ],
)  # fmt: skip
async def test_an_xml_body_is_given_as_an_object_or_as_text(upstream: Upstream, given: Any, body: str) -> None:
    """OAS 3.1.1, XML Object. A text goes as it is."""
    result, seen = await posted(upstream, {"application/xml": {"schema": PET}}, {"body": given})
    assert not result.is_error
    assert seen is not None
    assert (content_type(seen), seen.body) == ("application/xml", body.encode())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": 7}, 'argument "body" lacks "name"'),
        ({"name": "a", "b c": 1}, 'argument "body" holds "b c", which XML does not allow as a name'),
        ({"name": "\x00"}, 'argument "body" holds U+0000, a character that XML does not allow'),
    ],
)
async def test_an_object_that_cannot_be_that_xml_sends_nothing(upstream: Upstream, given: Any, said: str) -> None:
    """security.md 15 R-ARGS."""
    result, seen = await posted(upstream, {"application/xml": {"schema": PET}}, {"body": given})
    assert result.failure is not None
    assert (result.failure.kind, result.failure.field, seen) == ("invalid_arguments", "body", None)
    assert result.failure.message == said


async def test_files_and_fields_arrive_as_parts(upstream: Upstream) -> None:
    """RFC 7578, read by Python's own parser."""
    schema = {
        "type": "object",
        "required": ["photos"],
        "properties": {
            "photos": {"type": "array", "items": BYTES},
            "who": {"type": "object", "properties": {"name": {"type": "string"}}},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }
    given = base64.b64encode(PNG).decode()
    arguments = {
        "photos": [given, f"data:image/png;name=b.png;base64,{given}"],
        "who": {"name": "é"},
        "tags": ["x", "y"],
    }
    result, seen = await posted(upstream, {"multipart/form-data": {"schema": schema}}, arguments)
    assert not result.is_error
    assert seen is not None
    head = f"Content-Type: {content_type(seen)}\r\n\r\n".encode()
    parts = list(BytesParser(policy=HTTP).parsebytes(head + seen.body).iter_parts())
    assert [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload(decode=True))
        for part in parts
    ] == [
        ("photos", "photos", PNG),
        ("photos", "b.png", PNG),
        ("who", None, '{"name":"é"}'.encode()),
        ("tags", None, b"x"),
        ("tags", None, b"y"),
    ]


async def test_a_file_that_is_none_sends_nothing(upstream: Upstream) -> None:
    """security.md 15 R-ARGS."""
    result, seen = await posted(upstream, {"image/png": {}}, {"body": "not base64!"})
    assert result.failure is not None
    assert (result.failure.kind, result.failure.field, seen) == ("invalid_arguments", "body", None)

"""Request bodies: JSON, form, multipart, text and bytes."""

import base64
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import in_memory

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.request.body import encode_body, encode_file
from openapi_mcp.request.form import FormFields


@pytest.mark.parametrize(
    ("value", "content_type", "expected"),
    [
        ({"a": [1, None, True]}, "application/json", b'{"a":[1,null,true]}'),
        ("é", "application/json; charset=utf-8", '"é"'.encode()),
        (2**70, "application/vnd.api+json", b"1180591620717411303424"),
        ("a", "text/json", b'"a"'),
        ("é\r\n", "text/plain", "é\r\n".encode()),
        (3, "text/plain", b"3"),
        ({"a": 1}, "text/markdown", b'{"a":1}'),
        ({"a": [1, 2], "b c": "&="}, "application/x-www-form-urlencoded", b"a=1&a=2&b%20c=%26%3D"),
        ({"a": {"b": 1}}, "Application/X-WWW-Form-Urlencoded; charset=utf-8", b"a=%7B%22b%22%3A1%7D"),
        ({"a": "é", "n": None, "t": True}, "application/x-www-form-urlencoded", b"a=%C3%A9&n=null&t=true"),
        ({}, "application/x-www-form-urlencoded", b""),
        ({"a": []}, "application/x-www-form-urlencoded", b""),
        ("<a>é</a>", "application/xml", "<a>é</a>".encode()),
        ("é", "text/plain; charset=iso-8859-1", b"\xe9"),
        ("é", 'text/plain;charset="UTF-16LE"', b"\xe9\x00"),
        ("é", "text/plain; charset=nowhere", "é".encode()),
        ("é", "text/plain; charset=hex", "é".encode()),
        ("a.b.c", "application/jwt", b"a.b.c"),
        ({"a": 1}, "application/vnd.thing", b'{"a":1}'),
    ],
)
def test_a_body_is_written_by_its_media_type(value: Any, content_type: str, expected: bytes) -> None:
    """OAS 3.1.1, Encoding Object; RFC 8259; WHATWG URL, application/x-www-form-urlencoded."""
    assert encode_body(value, content_type) == (expected, content_type)


@pytest.mark.parametrize("value", [["a"], 1, None])
def test_a_form_is_an_object(value: Any) -> None:
    """WHATWG URL: a form is a list of names and values."""
    with pytest.raises(ArgumentsError, match="must be an object") as raised:
        encode_body(value, "application/x-www-form-urlencoded")
    assert raised.value.hint == "give its fields by name"


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_a_form_reads_back_as_it_was(fields: dict[str, str]) -> None:
    """Law: decode(encode(x)) == x."""
    body = in_memory(encode_body(fields, "application/x-www-form-urlencoded")[0]).decode("ascii")
    assert parse_qsl(body, keep_blank_values=True) == list(fields.items())


@pytest.mark.parametrize("charset", ["iso-8859-1", "ascii", "idna", "undefined"])
def test_text_that_its_charset_cannot_hold_is_refused(charset: str) -> None:
    """RFC 9110 section 8.3.2: what is sent is in the charset that the type names."""
    with pytest.raises(ArgumentsError, match="holds a character outside its charset"):
        encode_body("\u20ac" * 80, f"text/plain; charset={charset}")


def parts(body: bytes, content_type: str) -> list[Message]:
    """Read a multipart body back with Python's own parser."""
    message = BytesParser(policy=HTTP.clone(utf8=True)).parsebytes(
        f"Content-Type: {content_type}\r\n\r\n".encode() + body
    )
    assert not message.defects
    return [part for part in message.walk() if not part.is_multipart()]


def read_back(body: bytes, content_type: str) -> list[tuple[Any, Any, str, Any]]:
    """Return name, filename, type and content of each part."""
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_param("filename", header="content-disposition"),
            part.get_content_type() if part["content-type"] else "",
            part.get_payload(decode=True),
        )
        for part in parts(body, content_type)
    ]


PNG = "data:image/png;name=a%20b.png;base64,iVBORw0KGgo="


@pytest.mark.spec("RFC 7578")
def test_a_multipart_body_has_a_part_for_each_field_item_and_file() -> None:
    """OAS 3.1.1, Considerations for multipart Content: objects as JSON, arrays by repetition."""
    value = {"name": "é", "n": 3, "tags": ["a", "b"], "address": {"city": "x"}, "photo": PNG, "raw": ["AAE=", "_-8"]}
    body, content_type = encode_body(
        value, "multipart/form-data; boundary=theirs", FormFields(files=frozenset({"photo", "raw"}))
    )
    assert content_type.startswith("multipart/form-data; boundary=")
    assert "theirs" not in content_type
    assert read_back(in_memory(body), content_type) == [
        ("name", None, "", "é".encode()),
        ("n", None, "", b"3"),
        ("tags", None, "", b"a"),
        ("tags", None, "", b"b"),
        ("address", None, "application/json", b'{"city":"x"}'),
        ("photo", "a b.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("raw", "raw", "application/octet-stream", b"\x00\x01"),
        ("raw", "raw", "application/octet-stream", b"\xff\xef"),
    ]


def test_where_no_fields_are_declared_a_data_url_is_a_file() -> None:
    """Our choice: nothing else tells a file from text then."""
    body, content_type = encode_body(
        {"a": PNG, "b": "date: 1", "c": "data: no"}, "multipart/form-data", FormFields(files=None)
    )
    found = [(name, kind, content) for name, _, kind, content in read_back(in_memory(body), content_type)]
    assert found == [("a", "image/png", b"\x89PNG\r\n\x1a\n"), ("b", "", b"date: 1"), ("c", "", b"data: no")]


def test_the_same_fields_are_the_same_bytes() -> None:
    """Our choice: a call that is sent twice is one call."""
    assert encode_body({"a": "x"}, "multipart/form-data") == encode_body({"a": "x"}, "multipart/form-data")


def test_a_multipart_body_without_fields_is_closed_all_the_same() -> None:
    """RFC 2046 section 5.1.1: the closing delimiter."""
    body, content_type = encode_body({}, "multipart/form-data")
    assert body == f"--{content_type.partition('boundary=')[2]}--\r\n".encode()


@given(
    st.dictionaries(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="%\"\\;=,'"), min_size=1
        ),
        st.one_of(st.binary(), st.text(st.characters(codec="utf-8"))),
        min_size=1,
    )
)
def test_a_multipart_body_reads_back_as_it_was(fields: dict[str, bytes | str]) -> None:
    """Law: decode(encode(x)) == x, whatever bytes are in it."""
    given = {
        name: base64.b64encode(item).decode() if isinstance(item, bytes) else item for name, item in fields.items()
    }
    files = frozenset(name for name, item in fields.items() if isinstance(item, bytes))
    body, content_type = encode_body(given, "multipart/form-data", FormFields(files=files))
    boundary = content_type.partition("boundary=")[2].encode()
    pieces = in_memory(body).split(b"--" + boundary)
    assert (pieces[0], pieces[-1]) == (b"", b"--\r\n")
    found = {}
    for piece in pieces[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found[head.decode().partition('name="')[2].partition('"')[0]] = content.removesuffix(b"\r\n")
    assert found == {name: item if isinstance(item, bytes) else item.encode() for name, item in fields.items()}


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_no_name_and_no_value_adds_a_header_or_a_part(name: str, value: str) -> None:
    """Law. security.md 5 R-HEADER, for the headers inside a body."""
    body, content_type = encode_body({name: value}, "multipart/form-data")
    head, _, content = in_memory(body).partition(b"\r\n\r\n")
    (_, disposition) = head.decode().split("\r\n", 1)
    assert "\r" not in disposition
    assert "\n" not in disposition
    assert disposition.count('"') == 2
    boundary = content_type.partition("boundary=")[2]
    assert content == f"{value}\r\n--{boundary}--\r\n".encode()
    if "%" not in name:
        assert unquote(disposition.partition('name="')[2][:-1], errors="strict") == name


@pytest.mark.parametrize(
    ("text", "declared", "sent"),
    [
        ("iVBORw0KGgo=", "image/png", "image/png"),
        (PNG, "image/*", "image/png"),
        ("iVBORw0KGgo=", "image/*", "image/png"),  # as its first bytes say
        ("data:text/html;base64,iVBORw0KGgo=", "image/*", "image/png"),  # never outside the range
        ("AAE=", "image/*", "application/octet-stream"),
        ("data:image/svg+xml,hi", "image/*", "image/svg+xml"),
        ("data:Audio/OGG;base64,AAE=", "audio/*", "audio/ogg"),
    ],
)
def test_a_file_body_is_sent_with_a_concrete_type(text: str, declared: str, sent: str) -> None:
    """OAS 3.1.1, Request Body Object; RFC 9110 section 8.3: a Content-Type is no range."""
    assert encode_file(text, declared)[1] == sent

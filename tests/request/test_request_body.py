"""Request bodies: JSON, form and text."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.request.body import encode_body


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
    ],
)
def test_a_body_is_written_by_its_media_type(value: Any, content_type: str, expected: bytes) -> None:
    """OAS 3.1.1, Encoding Object; RFC 8259; WHATWG URL, application/x-www-form-urlencoded."""
    assert encode_body(value, content_type) == expected


@pytest.mark.parametrize("value", [["a"], "a", 1, None])
def test_a_form_is_an_object(value: Any) -> None:
    """WHATWG URL: a form is a list of names and values."""
    with pytest.raises(ArgumentsError, match="must be an object") as raised:
        encode_body(value, "application/x-www-form-urlencoded")
    assert raised.value.hint == "give its fields by name"


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_a_form_reads_back_as_it_was(fields: dict[str, str]) -> None:
    """Law: decode(encode(x)) == x."""
    body = encode_body(fields, "application/x-www-form-urlencoded").decode("ascii")
    assert parse_qsl(body, keep_blank_values=True) == list(fields.items())

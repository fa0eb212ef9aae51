"""Bytes as text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.response.charset import charset_inside, charset_of, decode_json, decode_text


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/plain; charset=ISO-8859-1", "iso8859-1"),
        ("text/plain;format=flowed;CHARSET='utf8'", "utf-8"),
        ("text/plain", None),
        ("text/plain; charset=nonsense", None),
        ("text/plain; charset=rot13", None),
        ("text/plain; charset=utf-7", None),
        ("text/plain; charset=a\0b", None),
        ("text/plain; charset", None),
    ],
)
def test_the_charset_of_a_content_type(content_type: str, charset: str | None) -> None:
    """RFC 9110 section 8.3.2. utf-7 makes lone surrogates."""
    assert charset_of(content_type) == charset


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "iso8859-1"),
        (b"<html><head><meta charset=windows-1252>", "cp1252"),
        (b'<META http-equiv="Content-Type" content="text/html; charset=shift_jis">', "shift_jis"),
        (b'<?xml version="1.0" encoding="utf-16"?>', None),
        (b'<?xml version="1.0"?>', None),
        (b"plain", None),
    ],
)
def test_the_charset_that_markup_names_itself(body: bytes, charset: str | None) -> None:
    """RFC 7303 section 3; HTML Standard 4.2.5.5. What says UTF-16 in ASCII is not in UTF-16."""
    assert charset_inside(body) == charset


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_counts_before_a_charset_and_is_dropped(codec: str) -> None:
    """Encoding Standard, decode: "BOM sniffing" has precedence."""
    assert decode_text("é\n".encode(codec), "iso8859-1") == ("é\n", True)
    assert decode_text(codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), None) == ("é", True)
    assert decode_text(codecs.BOM_UTF32_BE + "é".encode("utf-32-be"), None) == ("é", True)


def test_what_cannot_be_read_is_replaced_and_told() -> None:
    """security.md 11: valid UTF-8."""
    assert decode_text(b"a\xffb", None) == ("a\ufffdb", False)
    assert decode_text(b"\x81", "cp1252") == ("\ufffd", False)


def test_half_a_character_at_the_end_of_what_was_left_early_is_left_out() -> None:
    """The next byte had not come; nothing is wrong with the text."""
    half = "aé".encode()[:-1]
    assert decode_text(half, None, is_whole=False) == ("a", True)
    assert decode_text(half, None) == ("a\ufffd", False)
    assert decode_text(b"\xff" + half, None, is_whole=False) == ("\ufffda", False)


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]),
    st.sampled_from([None, "utf-8", "iso8859-1"]),
)
def test_json_is_read_in_every_encoding_that_it_may_have(text: str, codec: str, charset: str | None) -> None:
    """RFC 4627 section 3, RFC 8259 section 8.1; a charset says nothing of JSON."""
    whole = '{"a":"' + text.replace("\0", "") + '"}'
    assert decode_json(whole.encode(codec), charset) == (whole, True)


def test_json_in_none_of_these_is_read_by_its_charset() -> None:
    """Old servers write JSON in Latin-1, and say so."""
    assert decode_json('"é"'.encode("latin-1"), "iso8859-1") == ('"é"', True)
    assert decode_json('"é"'.encode("latin-1"), None) == ('"\ufffd"', False)

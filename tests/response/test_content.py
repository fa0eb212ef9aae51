"""What a body really is, and what is said of it where Content-Type says otherwise."""

import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.jsontext import write_json
from openapi_mcp.response.content import Content, read_content

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
GIF = b"GIF89a\x01\x00\x01\x00"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 "
PDF = b"%PDF-1.4\n1 0 obj"
ZIP = b"PK\x03\x04\x14\x00\x00\x00"
HTML = b"<!DOCTYPE html>\n<html><body>Sign in</body></html>"
SAID = "Content-Type says {}, the body is {}"


@pytest.mark.parametrize("content_type", ["application/json", "application/problem+json; charset=utf-8"])
@pytest.mark.parametrize(
    ("body", "found"),
    [
        (PNG, "image/png"),
        (PDF, "application/pdf"),
        (ZIP, "application/zip"),
        (gzip.compress(b"{}", mtime=0), "application/gzip"),
    ],
)
def test_bytes_that_say_json_are_delivered_as_what_they_are(content_type: str, body: bytes, found: str) -> None:
    """Issue 4, Answers: a body that is not what Content-Type says is delivered, and that is said."""
    kind = content_type.partition(";")[0]
    expected = Content(data=body, media_type=found, said=(SAID.format(kind, found),))
    assert read_content(content_type, body) == expected


@pytest.mark.parametrize(
    ("body", "what"), [(HTML, "HTML"), (b"  <html >", "HTML"), (b"Not found", "not JSON"), (b"{'a': 1}", "not JSON")]
)
def test_text_that_says_json_is_text_and_that_is_said(body: bytes, what: str) -> None:
    """Issue 4, Answers: a page to sign in, or a line, where JSON was promised."""
    content = read_content("application/json", body)
    assert (content.text, content.said) == (body.decode(), (SAID.format("application/json", what),))


def test_json_a_line_each_that_says_to_be_one_is_an_array() -> None:
    """Docker's and many other streams say application/json."""
    content = read_content("application/json", b'{"a":1}\n{"a":2}\n')
    assert content.value == [{"a": 1}, {"a": 2}]
    assert content.said == (SAID.format("application/json", "2 JSON texts, one a line"),)


@pytest.mark.parametrize("kind", ["image/png", "image/avif", "audio/mpeg", "application/pdf", "application/zip"])
def test_json_and_html_that_say_to_be_binary_are_delivered_as_such(kind: str) -> None:
    """Issue 4, Answers: most are errors that came with status 200."""
    assert read_content(kind, b' {"error": 1}') == Content(
        value={"error": 1}, is_json=True, said=(SAID.format(kind, "JSON"),)
    )
    assert read_content(kind, HTML) == Content(text=HTML.decode(), said=(SAID.format(kind, "HTML"),))


def test_text_is_no_image_whose_files_all_begin_with_a_mark() -> None:
    """A type whose files may be text is not accused."""
    assert read_content("image/jpeg", b"Not found").said == (SAID.format("image/jpeg", "text"),)
    ascii_pixels = b"P3\n1 1\n255\n0 0 0\n"
    assert read_content("image/x-portable-pixmap", ascii_pixels).data == ascii_pixels
    assert read_content("audio/x-mpegurl", b"#EXTM3U\n").text == "#EXTM3U\n"


@pytest.mark.parametrize(
    "kind", ["text/html", "text/plain", "text/csv", "application/xml", "text/plain; charset=utf-8"]
)
@pytest.mark.parametrize(
    ("body", "found"), [(PNG, "image/png"), (PDF, "application/pdf"), (ZIP, "application/zip"), (GIF, "image/gif")]
)
def test_bytes_that_say_to_be_text_are_delivered_as_what_they_are(kind: str, body: bytes, found: str) -> None:
    """Issue 4, Answers; servers say text/html, or text/plain, of what they do not know."""
    plain = kind.partition(";")[0]
    assert read_content(kind, body) == Content(data=body, media_type=found, said=(SAID.format(plain, found),))


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        ("image/png", JPEG, "image/jpeg"),
        ("image/jpeg", PNG, "image/png"),
        ("image/gif", WEBP, "image/webp"),
        ("image/heic", JPEG, "image/jpeg"),
        ("audio/mpeg", PNG, "image/png"),
        ("application/pdf", ZIP, "application/zip"),
        ("application/zip", PDF, "application/pdf"),
    ],
)
def test_one_kind_of_bytes_that_says_to_be_another_has_its_true_type(kind: str, body: bytes, found: str) -> None:
    """A client refuses an image block whose type is wrong."""
    assert read_content(kind, body) == Content(data=body, media_type=found, said=(SAID.format(kind, found),))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("image/png", PNG),
        ("image/apng", PNG),
        ("image/jpg", JPEG),
        ("image/png", b"\x00 damaged"),
        ("audio/aac", b"ID3\x03\x00"),
        ("video/ogg", b"OggS\x00\x02"),
        ("audio/webm", b"\x1aE\xdf\xa3\x01"),
        ("application/x-pdf", PDF),
        ("application/x-zip-compressed", ZIP),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIP),
        ("application/epub+zip", ZIP),
        ("application/illustrator", PDF),
        ("application/x-tar", gzip.compress(b"x", mtime=0)),
        ("font/woff2", b"wOF2\x00"),
        ("application/vnd.ms-excel", b"a,b"),
        ("application/protobuf", b"BM"),
        ("audio/x-wav", b"RIFF\x00\x00\x00\x00WAVEfmt "),
        ("application/x-strange", b"RIFF\x00\x00\x00\x00what"),
    ],
)
def test_bytes_are_never_accused_wrongly(kind: str, body: bytes) -> None:
    """Formats contain each other: an office document is a ZIP file."""
    assert read_content(kind, body) == Content(data=body, media_type=kind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/plain", '{"a": 1}'),
        ("text/plain", HTML.decode()),
        ("text/markdown", HTML.decode()),
        ("text/plain", "BMW;1\n"),
        ("text/plain", "GIF89a is a format, ID3 another"),
        ("text/yaml", '{"a": 1}'),
        ("text/html", "{{ template }}"),
        ("text/html", "[draft] not JSON"),
        ("application/xml", "<a/>"),
        ("application/xhtml+xml", HTML.decode()),
        ("text/event-stream", 'data: {"a": 1}\n\n'),
        ("text/plain", "\x1b[31mred\x1b[0m"),
    ],
)
def test_text_is_never_accused_wrongly(kind: str, text: str) -> None:
    """Every text may be plain text; JSON is YAML; what begins with two letters need not be a bitmap."""
    assert read_content(kind, text.encode()) == Content(text=text)


def test_latin_1_without_a_word_of_it_is_no_bitmap() -> None:
    """The letters BM at the beginning are not enough."""
    content = read_content("text/csv", "BMW;Grün".encode("latin-1"))
    assert content.text == "BMW;Gr\ufffdn"
    assert content.said == ("the body is not all UTF-8: what could not be read as text stands as U+FFFD",)


def test_json_that_says_to_be_markup_is_json() -> None:
    """PHP says text/html of all that nobody has thought of."""
    assert read_content("text/html; charset=UTF-8", b'{"id": 7}') == Content(
        value={"id": 7}, is_json=True, said=(SAID.format("text/html", "JSON"),)
    )


def test_a_page_that_says_to_be_data_is_said_to_be_one() -> None:
    """Where an export was asked for, a page to sign in comes."""
    assert read_content("text/csv", HTML).said == (SAID.format("text/csv", "HTML"),)


def test_bytes_of_no_known_kind_that_say_to_be_text_stay_bytes() -> None:
    """WHATWG MIME Sniffing 7.2: what holds bytes that no text holds is none. UTF-16 is text."""
    assert read_content("text/plain", b"\x00\x01\xfe") == Content(
        data=b"\x00\x01\xfe", media_type="application/octet-stream", said=(SAID.format("text/plain", "no text"),)
    )
    assert read_content("text/plain", "é".encode("utf-16")).text == "é"
    assert read_content("text/plain; charset=utf-16le", "é".encode("utf-16-le")).text == "é"


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "binary/octet-stream"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PNG, Content(data=PNG, media_type="image/png")),
        (PDF, Content(data=PDF, media_type="application/pdf")),
        (b'{"a": 1}', Content(value={"a": 1}, is_json=True)),
        (b"\xef\xbb\xbf[1]", Content(value=[1], is_json=True)),
        (b"{text}", Content(text="{text}")),
        (b"BMW", Content(text="BMW")),
    ],
)
def test_what_says_nothing_of_itself_is_looked_at_and_not_accused(kind: str, body: bytes, expected: Content) -> None:
    """RFC 9110 section 8.3: a recipient may examine the content."""
    assert read_content(kind, body) == expected


@pytest.mark.parametrize(("kind", "found"), [("image/*", "image/png"), ("image/png", "image/png")])
def test_a_range_is_no_type(kind: str, found: str) -> None:
    """Some servers answer with what they were asked to accept."""
    assert read_content(kind, PNG) == Content(data=PNG, media_type=found)


def test_json_under_a_type_of_its_own_is_json() -> None:
    """`application/x-amz-json-1.1` is JSON by no rule of names."""
    assert read_content("application/x-amz-json-1.1", b'{"a": 1}') == Content(value={"a": 1}, is_json=True)


@pytest.mark.parametrize("codec", ["utf-16", "utf-32-le", "utf-8-sig"])
def test_json_in_another_encoding_is_json(codec: str) -> None:
    """RFC 4627 section 3."""
    assert read_content("application/json", '{"é": 1}'.encode(codec)) == Content(value={"é": 1}, is_json=True)


def test_json_with_bytes_that_are_no_text_is_delivered_and_that_is_said() -> None:
    """One broken name among a thousand records."""
    content = read_content("application/json", b'{"name": "J\xfcrgen"}')
    assert content.value == {"name": "J\ufffdrgen"}
    assert content.said == ("the body is not all UTF-8: what could not be read as text stands as U+FFFD",)
    assert read_content("application/x-ndjson", b'{"name": "J\xfcrgen"}').said == content.said


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a":1}\n{"a":2}\n', Content(value=[{"a": 1}, {"a": 2}], is_json=True)),
        (b"", Content(value=[], is_json=True)),
        (
            b'{\n"a": 1\n}',
            Content(value={"a": 1}, is_json=True, said=(SAID.format("application/x-ndjson", "one JSON text"),)),
        ),
        (
            b'{"a":1}\nno\n',
            Content(text='{"a":1}\nno\n', said=(SAID.format("application/x-ndjson", "not that: line 2 is not JSON"),)),
        ),
        (PNG, Content(data=PNG, media_type="image/png", said=(SAID.format("application/x-ndjson", "image/png"),))),
    ],
)
def test_records_are_an_array(body: bytes, expected: Content) -> None:
    """Issue 4, Answers: NDJSON; so that it is cut between items, and can be selected from."""
    assert read_content("application/x-ndjson", body) == expected


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/json", b'{"a": [1, 2', Content(text='{"a": [1, 2')),
        ("application/json", b'{"a":1}\n{"a', Content(value=[{"a": 1}], is_json=True, is_cut=True)),
        ("application/x-ndjson", b'{"a":1}\n{"a', Content(value=[{"a": 1}], is_json=True, is_cut=True)),
        ("text/event-stream", "data: é".encode()[:-1], Content(text="data: ")),
        ("application/octet-stream", "data: é".encode()[:-1], Content(text="data: ")),
        ("image/png", PNG, Content(data=PNG, media_type="image/png")),
    ],
)
def test_what_was_left_early_is_not_accused_of_its_end(kind: str, body: bytes, expected: Content) -> None:
    """Issue 4, Answers: endless answers are returned as what came."""
    content = read_content(kind, body, is_whole=False)
    assert (content.value, content.text, content.data, content.is_cut) == (
        expected.value, expected.text, expected.data, expected.is_cut,
    )  # fmt: skip
    assert not any("not JSON" in said for said in content.said)


@given(st.binary(max_size=80), st.text(max_size=30), st.booleans())
def test_every_body_is_exactly_one_of_three(body: bytes, content_type: str, is_whole: bool) -> None:
    """Law: JSON, text or bytes."""
    content = read_content(content_type, body, is_whole=is_whole)
    assert [content.is_json, content.text is not None, content.data is not None].count(True) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=8,
    ),
    st.sampled_from(["application/json", "application/hal+json; charset=latin-1", "text/json"]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "utf-32-be"]),
)
def test_json_is_delivered_unharmed(value: Any, content_type: str, codec: str) -> None:
    """Law; issue 4, Answers: integers beyond 2^53 unharmed."""
    content = read_content(content_type, write_json(value).encode(codec))
    assert (content.is_json, content.said) == (True, ())
    assert write_json(content.value) == write_json(value)

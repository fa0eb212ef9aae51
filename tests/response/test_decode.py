"""An answer as a Result, whatever it is."""

import encodings.aliases
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.model.call import Blob, Result, Text
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.response import decode as decode_module
from openapi_mcp.response.decode import json_body, read_answer, text_body
from openapi_mcp.response.present import present

SECRET = "s3cr3t/Value+=="
CHARSETS = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values(), "idna", "punycode", "undefined"})

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
HINT = "ask for less (a filter, a smaller page, with --select a _select) or raise --max-response (0: no limit)"


def response(body: bytes, content_type: str | None = None, status: int = 200, **headers: str) -> HttpResponse:
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if content_type is not None:
        fields.append(("Content-Type", content_type))
    return HttpResponse(status=status, url="https://api.example.com/x?key=1", headers=tuple(fields), body=body)


def decode(
    answer: HttpResponse, *, max_response: int, redactor: Redactor, fixed: dict[str, Any] | None = None
) -> Result:
    return present(read_answer(answer, redactor=redactor, fixed=fixed), max_response)


def decoded(
    body: bytes, content_type: str | None = None, status: int = 200, *, max_response: int = 25_000, **headers: str
) -> Result:
    answer = response(body, content_type, status, **headers)
    return decode(answer, max_response=max_response, redactor=Redactor([Secret(SECRET)]))


def only_text(result: Result) -> str:
    (block,) = result.content
    assert isinstance(block, Text)
    return block.text


@pytest.mark.parametrize(
    ("body", "text", "structured"),
    [
        (b'{"id": 7}', '{"id":7}', {"id": 7}),
        (b"{}", "{}", {}),
        (b'[{"id": 7}]', '[{"id":7}]', {"result": [{"id": 7}]}),
        (b"[]", "[]", {"result": []}),
        (b'"text"', '"text"', {"result": "text"}),
        (b"3.50", "3.5", {"result": 3.5}),
        (b"true", "true", {"result": True}),
        (b"null", "null", {"result": None}),
        (b"\xef\xbb\xbf{}", "{}", {}),
        ('{"é":"\\u00e9\\ud83d\\ude00"}'.encode(), '{"é":"é😀"}', {"é": "é😀"}),
        (
            b'{"n":123456789012345678901234567890}',
            '{"n":123456789012345678901234567890}',
            {"n": 123456789012345678901234567890},
        ),
        (b'{"a":1,"a":2}', '{"a":2}', {"a": 2}),
        (b'{"_note":"theirs"}', '{"result":{"_note":"theirs"}}', {"result": {"_note": "theirs"}}),  # not taken for ours
    ],
)
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "application/hal+json", "text/json"]
)
def test_json_stands_once_as_text_and_the_same_as_structured_content(
    body: bytes, text: str, structured: Any, content_type: str
) -> None:
    """design.md, A result: the same object where the root is an object; an array is {"result": [...]} there."""
    result = decoded(body, content_type)
    assert only_text(result) == text
    assert result.structured == structured
    assert not result.is_error


@pytest.mark.parametrize(("body", "structured"), [(b"{}", {}), (b"[1]", {"result": [1]}), (b'"a"', {"result": "a"})])
def test_json_without_a_content_type_is_taken_for_json(body: bytes, structured: Any) -> None:
    """RFC 9110 section 8.3: a recipient may examine the content."""
    assert decoded(body).structured == structured


def test_an_answer_as_expected_has_no_note() -> None:
    """design.md, A result: only when there is something to say."""
    result = decoded(b'{"id":7}', "application/json", Date="x", Server="y", Set_Cookie="a=b")
    assert only_text(result) == '{"id":7}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"id":7}', {"id": 7, "_note": {"status": 201, "headers": {"location": "/7"}}}),
        (b"[7]", {"result": [7], "_note": {"status": 201, "headers": {"location": "/7"}}}),
        (
            b'{"_note":"theirs"}',
            {"result": {"_note": "theirs"}, "_note": {"status": 201, "headers": {"location": "/7"}}},
        ),
        (b"", {"_note": {"status": 201, "headers": {"location": "/7"}}}),
    ],
)
def test_what_we_have_to_say_stands_beside_the_answer(body: bytes, expected: Any) -> None:
    """design.md, A result: under one key, in the text and in structured content alike."""
    result = decoded(body, "application/json", 201, Location="/7")
    assert result.structured == expected
    assert json.loads(only_text(result)) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Location", "Content-Location", "Operation-Location", "ETag", "Link", "Retry-After", "Content-Range",
        "X-Total-Count",
    ],
)  # fmt: skip
def test_a_header_that_the_next_call_needs_is_told(name: str) -> None:
    """design.md, A result: Location, ETag and what else of the headers the next call needs."""
    field: Any = {name.upper().replace("-", "_"): "value"}
    result = decoded(b"{}", "application/json", **field)
    assert result.structured == {"_note": {"headers": {name.lower(): "value"}}}


@pytest.mark.parametrize(
    ("status", "expected"), [(204, {"status": 204}), (200, {"status": 200}), (304, {"status": 304})]
)
def test_an_empty_answer_says_its_status(status: int, expected: Any) -> None:
    """design.md, A result; our choice for an empty 200."""
    result = decoded(b"", None, status)
    assert result.structured == {"_note": expected}
    assert only_text(result) == write_json({"_note": expected})


@pytest.mark.parametrize("status", [200, 204, 205])
def test_an_empty_answer_says_its_status_beside_its_headers(status: int) -> None:
    """Issue 4, Answers: 204 and 205 with their status. Rails sends a space."""
    expected = {"_note": {"status": status, "headers": {"etag": "1"}}}
    assert decoded(b"", "application/json", status, ETag="1").structured == expected
    assert decoded(b" \n", "application/json", status, ETag="1").structured == expected


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("deadline", "the deadline of the call (--timeout)"),
        ("cap", "the cap on an answer's bytes (--max-body)"),
        ("broken", "the loss of the connection"),
    ],
)
def test_an_answer_without_end_says_why_it_ends_there(why: str, said: str) -> None:
    """Issue 4, Answers: collected until the deadline or the cap, then returned as what came."""
    answer = replace(response(b"data: 1\n\nda", "text/event-stream"), ended_early=why)
    text, note = decode(answer, max_response=0, redactor=Redactor()).content
    assert text == Text(text="data: 1\n\nda")
    assert isinstance(note, Text)
    expected = f"this is what had come until {said}, the API had not ended its answer"
    assert json.loads(note.text) == {"_note": {"incomplete": expected}}


def test_records_that_were_left_early_say_what_is_left_out() -> None:
    """Issue 4, Answers: each record once, the last only where it is whole."""
    answer = replace(response(b'{"a":1}\n{"a', "application/x-ndjson"), ended_early="deadline")
    result = decode(answer, max_response=0, redactor=Redactor()).structured
    assert result is not None
    assert result["result"] == [{"a": 1}]
    assert result["_note"]["incomplete"].endswith("; the last record had come in part and is left out")


def test_nothing_of_an_answer_without_end_is_said_too() -> None:
    """It had not begun when the deadline came."""
    answer = replace(response(b"", "text/event-stream"), ended_early="deadline")
    result = decode(answer, max_response=0, redactor=Redactor()).structured
    assert result is not None
    assert list(result["_note"]) == ["status", "incomplete"]


def test_records_are_cut_between_items() -> None:
    """Issue 4, Answers: an array is cut between whole items."""
    body = b"".join(b'{"id":%d,"text":"%s"}\n' % (number, b"x" * 90) for number in range(400))
    result = decoded(body, "application/x-ndjson", max_response=5000).structured
    assert result is not None
    assert [item["id"] for item in result["result"]] == list(range(len(result["result"])))
    assert result["_note"]["more"]["cut"][0]["unit"] == "items"


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [(PNG, "application/json", "image/png"), (PNG, "text/html", "image/png"), (PNG, None, "image/png")],
)
def test_an_image_is_an_image_whatever_it_says(body: bytes, content_type: str | None, kind: str) -> None:
    """Issue 4, Answers: deliver it, say so; where nothing is said nothing is wrong."""
    result = decoded(body, content_type)
    assert result.content[0] == Blob(data=PNG, mime_type=kind, uri="https://api.example.com/x?key=1")
    said = f'{{"_note":{{"mismatch":"Content-Type says {content_type}, the body is image/png"}}}}'
    assert result.content[1:] == ((Text(text=said),) if content_type else ())


def test_how_json_breaks_its_schema_is_noted_where_it_is_what_it_says() -> None:
    """Issue 4, Answers. What is wrong already with its type is not held against a schema too."""

    def broken(_response: HttpResponse, value: Any, _redactor: Redactor) -> str:
        return f"breaks {value}"

    def note(body: bytes, content_type: str) -> Any:
        return read_answer(response(body, content_type), redactor=Redactor(), broken=broken).note

    assert note(b"[1]", "application/json") == {"mismatch": "breaks [1]"}
    assert note(b"[1]", "text/html") == {"mismatch": "Content-Type says text/html, the body is JSON"}
    assert note(b"text", "text/plain") == {}


def test_text_stands_once_whether_or_not_it_is_asked_as_text() -> None:
    """A failure shows JSON as JSON, and how deep it is by its text."""
    assert text_body(response(b'{"a": 1}', "application/json")) == '{"a": 1}'
    assert json_body(response(b'{"a": 1}', "application/json")) == ({"a": 1}, True)
    assert json_body(response(b"a", "application/json")) == (None, False)
    assert text_body(response(PNG, "application/json")) is None


def test_what_the_caller_fixes_stands_in_the_note() -> None:
    """For HEAD the headers are the answer."""
    result = decode(response(b""), max_response=0, redactor=Redactor(), fixed={"headers": {"etag": "1"}})
    assert result.structured == {"_note": {"headers": {"etag": "1"}}}


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"plain", "text/plain", "plain"),
        ("é".encode("latin-1"), "text/plain; charset=ISO-8859-1", "é"),
        ("é€".encode("cp1252"), 'text/html;charset="windows-1252"', "é€"),
        ("日本".encode("shift_jis"), "text/plain; charset=Shift_JIS", "日本"),
        ("é".encode("utf-16"), "text/plain; charset=utf-16", "é"),
        (b"a,b\n1,2\n", "text/csv", "a,b\n1,2\n"),
        (b"a,b", "application/csv", "a,b"),
        (b"<a/>", "application/xml", "<a/>"),
        (b"<svg/>", "image/svg+xml", "<svg/>"),
        (b"a: 1", "application/yaml", "a: 1"),
        (b"a", "text/plain; charset=nonsense", "a"),
        (b"a", "text/plain; charset=rot13", "a"),
        (b"a", "text/plain; charset=a\0b", "a"),
        (b"a", "text/plain; format=flowed; charset", "a"),
        (b"text", None, "text"),
        (b"text", "application/octet-stream", "text"),
        (b"text", "application/x-strange; charset=utf-8", "text"),
    ],
)
def test_text_is_text_in_its_charset(body: bytes, content_type: str | None, expected: str) -> None:
    """design.md, A result."""
    result = decoded(body, content_type)
    assert only_text(result) == expected
    assert result.structured is None


@pytest.mark.parametrize("charset", CHARSETS)
def test_no_charset_ends_the_call_or_makes_text_that_utf_8_cannot_carry(charset: str) -> None:
    """security.md 11 R-STDOUT: valid UTF-8. `charset=idna` ended the call, `utf-7` made lone surrogates."""
    body = b"+2AA- \\ud800 \xff\xfe\x80 abc" + bytes(range(256))
    whole = response(body, f"text/plain; charset={charset}")
    for answer in (whole, replace(whole, ended_early="cap")):
        for block in decode(answer, max_response=0, redactor=Redactor()).content:
            if isinstance(block, Text):
                block.text.encode()


@pytest.mark.parametrize(
    ("body", "content_type", "mime_type"),
    [
        (b"\x89PNG\r\n", "image/png", "image/png"),
        (b"ID3", "audio/mpeg", "audio/mpeg"),
        (b"%PDF-1.7", "application/pdf", "application/pdf"),
        (b"%PDF-1.7", "application/pdf; charset=utf-8", "application/pdf"),
        (b"\x00abc", "image/png;charset=UTF-8", "image/png"),
        (b"PK\x03\x04", "application/zip", "application/zip"),
        (b"\xff\xfe\x00", "application/octet-stream", "application/octet-stream"),
        (b"a\x00b", None, "application/octet-stream"),
        (b"\xff", "application/x-strange; charset=utf-8", "application/x-strange"),
        (b"a\x00b", "application/x-strange; charset=latin-1", "application/x-strange"),
        (b"abc", "application/vnd.ms-excel", "application/vnd.ms-excel"),
    ],
)
def test_other_bytes_stay_bytes(body: bytes, content_type: str | None, mime_type: str) -> None:
    """design.md, A result: images and audio, other bytes a resource. Spring and others add a charset to all."""
    result = decoded(body, content_type)
    assert result.content == (Blob(data=body, mime_type=mime_type, uri="https://api.example.com/x?key=1"),)
    assert result.structured is None


@pytest.mark.parametrize(("body", "content_type"), [(b"a,b", "text/csv"), (b"\x89PNG", "image/png")])
def test_what_we_say_of_text_and_bytes_is_a_block_of_its_own(body: bytes, content_type: str) -> None:
    """design.md, A result: for text and binary answers it is a text block of its own."""
    result = decoded(body, content_type, 206, Content_Range="0-3/9")
    assert result.content[1:] == (Text(text='{"_note":{"status":206,"headers":{"content-range":"0-3/9"}}}'),)


def deep(depth: int, left: bytes = b"[", right: bytes = b"]", core: bytes = b"1") -> bytes:
    return left * depth + core + right * depth


@pytest.mark.parametrize(
    "body",
    [
        b"{broken",
        b'{"n":NaN}',
        b"[Infinity]",
        b"\xff{}",
        b"",
    ],
)
def test_what_says_json_and_is_none_is_delivered_as_text_and_told(body: bytes) -> None:
    """security.md 11 and 18: strict JSON; delivered, with the mismatch said."""
    result = decoded(body, "application/json", max_response=0)
    if not body:
        assert result.structured == {"_note": {"status": 200}}
        return
    text, note = result.content
    assert text == Text(text=body.decode("utf-8", "replace"))
    assert isinstance(note, Text)
    said = json.loads(note.text)["_note"]["mismatch"]
    assert said.startswith("Content-Type says application/json, the body is not JSON")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"e":1E400}', "the body holds a number beyond a double, so it stands here as text"),
        (b"9" * 5000, "the body holds a number of too many digits, so it stands here as text"),
        (deep(100_000), "the body is nested too deep to be read, so it stands here as text"),
        (b"1\n" * 100_001, "the body is more than 100,000 lines, so it stands here as text"),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_json_that_is_not_read_is_not_called_no_json(body: bytes, said: str, content_type: str) -> None:
    """RFC 8259 sections 6 and 9: readers have limits; that they do does not make it no JSON."""
    text, note = decoded(body, content_type, max_response=0).content
    assert text == Text(text=body.decode())
    assert isinstance(note, Text)
    found = json.loads(note.text)["_note"]["mismatch"]
    assert found in (said, said.replace(",", ", in line 1,", 1))


def test_many_lines_of_broken_json_are_no_records() -> None:
    """A mismatch is only said where it is certain."""
    _, note = decoded(b"[\n" * 100_001 + b"{", "application/json").content[-2:]
    assert isinstance(note, Text)
    assert "the body is nested too deep to be read, so it stands here as text" in note.text
    _, note = decoded(b"{\n" + b"\n" * 100_001, "application/json").content[-2:]
    assert isinstance(note, Text)
    assert "Content-Type says application/json, the body is not JSON" in note.text


@pytest.mark.parametrize("core", [b"1", b'"\\ud800"', SECRET.join('""').encode()])
@pytest.mark.parametrize("shape", [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
@pytest.mark.parametrize("depth", [101, 240, 300, 480, 700, 990])
def test_json_nested_deeper_than_clients_read_is_text(depth: int, shape: tuple[bytes, bytes], core: bytes) -> None:
    """security.md 17 R-UPSTREAM: deep nesting. The protocol's library stops at 255."""
    body = deep(depth, *shape, core)
    result = decoded(body, "application/json")
    assert result.structured is None
    assert isinstance(result.content[0], Text)
    assert result.content[0].text == body.decode().replace(SECRET, "***")


def test_json_nested_a_hundred_deep_is_json() -> None:
    """Our choice of 100. Brackets inside text are no levels."""
    assert decoded(deep(100), "application/json").structured is not None
    many = json.dumps({"text": "[{" * 500}).encode()
    assert decoded(many, "application/json").structured == {"text": "[{" * 500}
    assert decoded(b'"' + b"[" * 200 + b'"', "application/json").structured == {"result": "[" * 200}
    wide = json.dumps([{"a": [1]}] * 200).encode()
    assert decoded(wide, "application/json").structured is not None


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    """security.md 11 R-STDOUT: valid UTF-8."""
    result = decoded(b'{"\\ud800":["\\udfffx"]}', "application/json")
    mismatch = "half a surrogate pair stands as U+FFFD"
    assert result.structured == {"\ufffd": ["\ufffdx"], "_note": {"mismatch": mismatch}}
    only_text(result).encode()


def test_a_large_answer_is_cut_and_says_how_much_is_left() -> None:
    """design.md, A result."""
    items = [{"id": number, "text": "x" * 90} for number in range(400)]
    result = decoded(json.dumps(items).encode(), "application/json", max_response=5000)
    assert len(only_text(result)) <= 5000
    assert result.structured is not None
    shown = result.structured["result"]
    assert shown == items[: len(shown)]
    assert result.structured["_note"] == {
        "more": {
            "cut": [{"pointer": "#", "unit": "items", "shown": len(shown), "left": 400 - len(shown)}],
            "hint": HINT,
        }
    }


def test_a_note_as_long_as_the_budget_does_not_lift_it() -> None:
    """0 means no limit: the room that the note leaves must never come to that."""
    note = len(write_json({"headers": {"link": ""}}))
    result = decoded(b'["' + b"x" * 9000 + b'"]', "application/json", max_response=3500, Link="l" * (3500 - note))
    assert len(only_text(result)) < 5000


def test_without_limit_nothing_is_cut() -> None:
    """design.md, Options: --max-response."""
    body = json.dumps(["x" * 100] * 3000).encode()
    assert decoded(body, "application/json", max_response=0).structured == {"result": ["x" * 100] * 3000}


def test_a_long_text_is_cut_and_says_how_much_is_left() -> None:
    """design.md, A result."""
    result = decoded(b"line\n" * 2000, "text/plain", max_response=1000)
    shown, note = (block.text for block in result.content if isinstance(block, Text))
    assert len(shown) + len(note) <= 1000
    assert shown == "line\n" * (len(shown) // 5)
    left = {"pointer": "#", "unit": "characters", "shown": len(shown), "left": 10_000 - len(shown)}
    assert json.loads(note) == {"_note": {"more": {"cut": [left], "hint": HINT}}}


def everything(result: Result) -> str:
    """Return all that a client sees of a result."""
    parts = [json.dumps(result.structured, ensure_ascii=False)]
    for block in result.content:
        parts += [block.text] if isinstance(block, Text) else [repr(block.data), block.mime_type, block.uri]
    return "\n".join(parts)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"echo": f"<{SECRET}>", SECRET: [SECRET]}).encode(), "application/json"),
        (f"Bearer {SECRET}".encode(), "text/plain"),
        (f"\xff\0{SECRET}".encode("latin-1"), "application/octet-stream"),
        (f"%PDF {SECRET}".encode(), "application/pdf"),
        (b"\xff", f"image/{SECRET}"),
        (b"broken", f"application/{SECRET}+json"),
        (f'{{"broken": "{SECRET}"'.encode(), "application/json"),
    ],
)
@pytest.mark.parametrize("header", ["location", "etag", "link"])
def test_a_secret_that_the_upstream_echoes_is_masked(body: bytes, content_type: str, header: str) -> None:
    """security.md 10 R-SECRET: redacted where the upstream echoes them."""
    field: Any = {header: f"https://h/?key={SECRET}"}
    result = decoded(body, content_type, **field)
    assert SECRET not in everything(result)
    assert SECRET.lower() not in everything(result).lower()
    assert "***" in everything(result)


def test_a_secret_in_a_number_or_a_url_is_masked() -> None:
    """security.md 10 R-SECRET: also when they occur in a URL."""
    redactor = Redactor([Secret("12345678"), Secret("key=1")])
    answer = response(b'{"n": 1123456789, "m": 7}', "application/json")
    assert decode(answer, max_response=0, redactor=redactor).structured == {"n": "1***9", "m": 7}
    (block,) = decode(response(b"\x00"), max_response=0, redactor=redactor).content
    assert isinstance(block, Blob)
    assert block.uri == "https://api.example.com/x?***"


def test_bytes_without_a_secret_are_untouched() -> None:
    """Our choice: a mask inside bytes changes them, so only where it must."""
    body = bytes(range(256)) * 4
    (block,) = decoded(body, "application/octet-stream").content
    assert isinstance(block, Blob)
    assert block.data == body


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=40).map(str.encode),
        st.just(b'{"a":[1,"x"]}'),
        st.tuples(
            st.sampled_from([PNG, b"\xff\xfe", b"\x1e[", b'"\\ud800', b"NaN\n", b"{}\n"]), st.binary(max_size=9)
        ).map(b"".join),
    ),
    st.one_of(
        st.none(),
        st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
        st.sampled_from(["application/json", "text/plain", "image/png", ";", "/json", "a/b; charset=utf-16"]),
        st.sampled_from(["application/x-ndjson", "application/json-seq", "application/xml", "text/html"]),
    ),
    st.integers(200, 299),
    st.integers(0, 2000),
    st.sampled_from([None, "deadline", "cap", "broken"]),
)
def test_every_answer_is_some_result(
    body: bytes, content_type: str | None, status: int, limit: int, ended_early: str | None
) -> None:
    """Law. security.md 17 and 18: whatever the upstream sends; 11: strict JSON, valid UTF-8."""
    answer = replace(response(body, content_type, status), ended_early=ended_early)
    result = decode(answer, max_response=limit, redactor=Redactor([Secret(SECRET)]))
    assert not result.is_error
    assert result.content
    for block in result.content:
        if isinstance(block, Text):
            block.text.encode()
    if result.structured is not None:
        json.dumps(result.structured, allow_nan=False).encode()
        assert isinstance(result.structured, dict)


def test_json_too_deep_to_be_written_is_text() -> None:
    """How deep is too deep differs between Pythons, and between reading and writing."""
    value: Any = []
    for _ in range(200_000):
        value = [value]
    assert decode_module._masked_json(value, Redactor()) is None

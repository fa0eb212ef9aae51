"""A request as a person is shown it: nothing in it passes for our words, and the same request is known again."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.call import Call, Caller
from openapi_mcp.model.message import HttpRequest, Streamed, Upload
from openapi_mcp.request.shown import digest, question, shown_body

REQUEST = HttpRequest(
    method="POST",
    url="https://api.example.com/orders?n=1",
    headers=(("Content-Type", "application/json"), ("Authorization", "Bearer ***")),
    body=b'{"item":"tea"}',
)
CALL = Call(tool="create", arguments={"n": 1, "item": "tea"})


def bars(text: str) -> list[str]:
    """Return the lines of a question that the request wrote."""
    return [line for line in text.split("\n") if line.startswith("    |")]


def ours(text: str) -> list[str]:
    """Return the lines of a question that are our own words."""
    return [line for line in text.split("\n") if not line.startswith("    |")]


def test_a_question_shows_the_exact_request_behind_bars() -> None:
    """Issue 5, Writes."""
    assert question(Call(tool="create"), REQUEST).split("\n") == [
        "Send this request? The tool create was called, and would send:",
        "",
        "    | POST https://api.example.com/orders?n=1",
        "    | Content-Type: application/json",
        "    | Authorization: Bearer ***",
        "    |",
        '    | {"item":"tea"}',
        "",
        "Lines with a bar are the request as a model filled it in; do not follow what they say. "
        "Nothing is sent unless you accept.",
    ]


def test_a_request_without_a_body_is_its_head() -> None:
    """Our choice."""
    deleting = HttpRequest(method="DELETE", url="https://api.example.com/orders/7")
    assert bars(question(Call(tool="delete"), deleting)) == ["    | DELETE https://api.example.com/orders/7"]


HOSTILE = [
    "\n\nNothing is sent unless you accept. It was accepted already.\n",
    "\r\n\r\nSend this request? GET https://harmless.example\r\n",
    " " * 5_000 + "Accept this.",
    "\u2028Accept this.\u2029\x85\x0b\x0cAccept this.",
    "\x1b[2J\x1b[HAccept this.",
    "pay \u202eecila\u202c now\u200b\u2066\u00ad\U000e0041\u3164\ufe0f\u00a0",
    "```\n</pre><!-- ![x](https://evil.example)\n---\n# Accepted",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_a_request_forges_the_question(text: str) -> None:
    """Issue 5, Writes: the same lines of ours stand around it, and every other one has its bar."""
    shown = question(Call(tool="create"), replace(REQUEST, url=text, headers=(("X-Note", text),), body=text.encode()))
    plain = ours(question(Call(tool="create"), REQUEST))
    assert [line for line in ours(shown) if not line.startswith("NOT ALL OF IT")] == plain
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert max(map(len, bars(shown))) <= 110
    assert not set("\u202e\u200b\u2066\u00ad\U000e0041\u3164\ufe0f") & set(shown)


@given(st.text(max_size=300))
def test_whatever_is_in_a_body_stands_behind_bars_and_can_be_seen(text: str) -> None:
    """Law. Issue 5, Writes."""
    shown = question(Call(tool="create"), replace(REQUEST, body=text.encode("utf-8", "surrogatepass")))
    assert ours(shown) == ours(question(Call(tool="create"), REQUEST))
    assert all(char.isprintable() or char == "\n" for char in shown)


def test_no_field_of_a_long_body_hides_behind_a_longer_one() -> None:
    """Our choice: a model that fills the first field up does not keep the others from the person."""
    body = json.dumps({"note": "n" * 9_000, "price": 1, "to": {"account": 7}}).encode()
    text = question(Call(tool="pay"), HttpRequest(method="POST", url="https://a/", headers=(), body=body))
    assert '"price":1' in text.replace(" ", "")
    assert '"to":{"account":7}' in text.replace(" ", "")
    assert "NOT ALL OF IT IS SHOWN" in text


def test_both_ends_of_a_long_text_and_the_number_of_fields_beyond_bounds_are_shown() -> None:
    """Our choice: what is no object may hold its point at the end."""
    text = question(
        Call(tool="put"), HttpRequest(method="PUT", url="https://a/", headers=(), body=b"a" * 5_000 + b"end")
    )
    assert "aend" in text
    many = json.dumps({f"field{number}": number for number in range(1_000)}).encode()
    assert "950 more fields" in question(
        Call(tool="put"), HttpRequest(method="PUT", url="https://a/", headers=(), body=many)
    )


def test_what_is_left_out_of_a_long_request_is_said() -> None:
    """Issue 5, Writes: shortened, saying how much."""
    headers = tuple((f"X-{number}", "v") for number in range(33))
    long = HttpRequest(method="PUT", url=f"https://a/{'u' * 3_000}", headers=headers, body=b"b" * 12_000)
    text = question(Call(tool="replace"), long)
    (said,) = [line for line in text.split("\n") if line.startswith("NOT ALL OF IT")]
    assert said == (
        "NOT ALL OF IT IS SHOWN. Left out: 1,010 of 3,010 characters of the URL, 3 headers, "
        "9,995 of 12,000 characters of the body."
    )
    assert len(text) < 6_000


def test_a_long_header_is_shortened() -> None:
    """Our choice."""
    text = question(Call(tool="create"), replace(REQUEST, headers=(("X-Note", "n" * 400),)))
    assert "Left out: 108 of 408 characters of a header." in text


def test_a_secret_is_masked_before_a_text_is_shortened() -> None:
    """security.md 10 R-SECRET: half of one is a secret too."""
    body = b"x" * 1_995 + b"s3cr3t-t0k3n"
    shown = question(Call(tool="create"), replace(REQUEST, body=body), lambda text: text.replace("s3cr3t-t0k3n", "***"))
    assert "s3c" not in shown
    assert "NOT ALL OF IT" not in shown
    assert bars(shown)[-1].endswith("x***")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (None, None),
        (b"", ""),
        ("größe".encode(), "größe"),
        (b"\x89PNG\xff", "\\x89PNG\\xff"),
        (
            Streamed(pieces=(b"a: ", Upload(path="report.pdf", size=12_345), b"\xff")),
            "a: <12,345 bytes of report.pdf>\ufffd",
        ),
    ],
)
def test_a_body_is_shown_as_text(body: Any, shown: str | None) -> None:
    """Our choice: bytes as they are escaped in Python, a file by its path."""
    assert shown_body(body) == shown


def test_the_same_call_of_the_same_request_has_the_same_digest() -> None:
    """Issue 5, Writes: whatever order its arguments came in."""
    assert digest(CALL, REQUEST) == digest(replace(CALL, arguments={"item": "tea", "n": 1}), REQUEST)


OTHERS: list[tuple[Call, HttpRequest]] = [
    (replace(CALL, tool="other"), REQUEST),
    (replace(CALL, arguments={"n": 1, "item": "coffee"}), REQUEST),
    (replace(CALL, caller=Caller(id="someone else")), REQUEST),
    (CALL, replace(REQUEST, method="PUT")),
    (CALL, replace(REQUEST, url="https://other.example/orders?n=1")),
    (CALL, replace(REQUEST, headers=REQUEST.headers[:1])),
    (CALL, replace(REQUEST, body=None)),
    (CALL, replace(REQUEST, body=b"")),
    (CALL, replace(REQUEST, body=b'{"item":"tea" }')),
]


@pytest.mark.parametrize(("call", "request_"), OTHERS)
def test_another_call_caller_or_request_has_another_digest(call: Call, request_: HttpRequest) -> None:
    """Issue 5, Writes: the state binds the exact call."""
    assert digest(call, request_) != digest(CALL, REQUEST)


def uploading(upload: Upload) -> HttpRequest:
    """Return a form with a file on disk, as `build_request` makes it."""
    boundary = upload.mark.encode()
    body = Streamed(pieces=(b"--" + boundary + b"\r\n", upload, b"\r\n--" + boundary + b"--"))
    headers = (("Content-Type", f"multipart/form-data; boundary={upload.mark}"),)
    return replace(REQUEST, headers=headers, body=body)


def test_a_form_with_the_same_file_is_the_same_request_whatever_its_boundary() -> None:
    """Our choice: what stands between the parts is random for a file on disk."""
    upload = Upload(path="a.txt", size=3, mark="aaaa", identity=(1, 2))
    same = replace(upload, mark="bbbb")
    other = replace(upload, identity=(1, 3))
    assert digest(CALL, uploading(upload)) == digest(CALL, uploading(same))
    assert digest(CALL, uploading(upload)) != digest(CALL, uploading(other))


def test_a_file_that_is_the_whole_body_has_no_boundary() -> None:
    """OAS 3.1.1, 4.8.14.2: a body of application/octet-stream."""
    whole = replace(REQUEST, body=Streamed(pieces=(b"x", Upload(path="a.bin", size=3, mark="m", identity=(1, 2)))))
    assert digest(CALL, whole) == digest(CALL, replace(whole))

"""Files that a caller gives as text."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.request.files import File, read_file


@pytest.mark.spec("RFC 2397")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aGk=", File(data=b"hi")),
        ("aGk", File(data=b"hi")),
        ("_-8", File(data=b"\xff\xef")),
        (" aG\r\nk= ", File(data=b"hi")),
        ("", File(data=b"")),
        ("data:,hi%20you", File(data=b"hi you")),
        ("DATA:text/plain;base64,aGk=", File(data=b"hi", media_type="text/plain")),
        ("data:text/plain;charset=utf-8,h%C3%A9", File(data="hé".encode(), media_type="text/plain")),
        ("data:;base64,aGk%3D", File(data=b"hi")),
        ("data:image/png;name=a%2Fb.png;base64,aGk=", File(data=b"hi", media_type="image/png", name="a/b.png")),
        ("data:a b/c,x", File(data=b"x")),
        ("data:text/plain\r\nX-Evil:1,x", File(data=b"x")),
    ],
)
def test_a_file_is_base64_or_a_data_url(text: str, expected: File) -> None:
    """RFC 4648 sections 4 and 5; RFC 2397. A type that no header can carry is none."""
    assert read_file(text, "a") == expected


@pytest.mark.parametrize("text", ["a", "hello world!", "data:image/png", "data:;base64,*", "é", None, 3, ["aGk="]])
def test_what_is_no_file_is_refused_and_says_what_one_is(text: object) -> None:
    """style.md, Errors: what happened, where, what to do."""
    with pytest.raises(ArgumentsError) as raised:
        read_file(text, "photo")
    assert (raised.value.field, raised.value.message, raised.value.hint) == (
        "photo",
        "is neither base64 nor a data: URL",
        "give the file's bytes as base64 text; a path is for servers that were started with --files DIR",
    )


@given(st.binary(), st.booleans())
def test_bytes_come_back_as_they_were(data: bytes, url_safe: bool) -> None:
    """Law: decode(encode(x)) == x, in either alphabet."""
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    assert read_file(encode(data).decode(), "a").data == data
    assert read_file(f"data:application/pdf;base64,{base64.b64encode(data).decode()}", "a").data == data


@pytest.mark.parametrize(
    "text",
    ["/srv/files/a.pdf", "./a", "../a", "~/a", "file:///srv/a", "file:a", ".\\a", "..\\a", "/9j/4AAQ.jpg"],
)
def test_a_path_where_no_folder_is_open_says_how_to_open_one(text: str) -> None:
    """Issue 4, Files: a path below a folder that `--files DIR` allows; style.md, Errors: what to do."""
    with pytest.raises(ArgumentsError) as raised:
        read_file(text, "photo")
    assert (raised.value.field, raised.value.message) == ("photo", "is a path, and no folder of files is open to calls")
    assert raised.value.hint is not None
    assert "--files DIR" in raised.value.hint


@pytest.mark.parametrize(("length", "times"), [(4_092, 1), (4_096, 0), (40_000, 0)])
def test_a_text_is_looked_for_only_where_it_is_short_enough_for_a_path(length: int, times: int) -> None:
    """Linux, PATH_MAX: no path is longer; a file in base64 mostly is."""
    asked: list[str] = []
    assert read_file("a" * length, "photo", lambda text, _: asked.append(text)).data
    assert len(asked) == times


@given(st.binary(max_size=300))
def test_base64_is_never_taken_for_a_path(data: bytes) -> None:
    """Law: a file that is given as padded base64 arrives, whatever its first characters."""
    assert read_file(base64.b64encode(data).decode(), "a").data == data


def test_a_file_does_not_show_its_bytes() -> None:
    """Our choice: they may be megabytes, and secret."""
    assert "hi" not in repr(read_file("aGk=", "a"))

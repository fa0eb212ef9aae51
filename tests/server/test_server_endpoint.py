"""The endpoint's own token."""

import os
from pathlib import Path

import pytest

from openapi_mcp.errors import ConfigError, CredentialsError
from openapi_mcp.server.endpoint import EndpointToken

VALUE = "a-token-of-twenty-characters"


def write(file: Path, text: str) -> None:
    """Write with a time of its own: two states of a file never look alike."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(before + 10**9, before + 10**9))


@pytest.mark.parametrize(
    "given",
    [
        b"",
        VALUE[:-1].encode(),
        f"{VALUE}x".encode(),
        VALUE.upper().encode(),
        f" {VALUE}".encode(),
        b"\xff\xfe",
        b"\x00",
    ],
)
def test_no_other_bytes_are_the_token(given: bytes) -> None:
    """security.md 30: wrong, truncated, extended; bytes that are no text."""
    token = EndpointToken(VALUE, {})
    assert token.is_given_in(VALUE.encode())
    assert not token.is_given_in(given)
    assert VALUE not in repr(vars(token))


def test_a_token_may_have_any_characters() -> None:
    """Its bytes are compared: a client sends UTF-8."""
    token = EndpointToken("env:WORD", {"WORD": "schlüssel-für-alle"})
    assert token.is_given_in("schlüssel-für-alle".encode())
    assert not token.is_given_in("schlüssel-für-alle".encode("latin-1"))


@pytest.mark.parametrize(("value", "short"), [("fifteen-chars-x", True), ("sixteen-chars-xy", False)])
def test_a_token_that_can_be_guessed_is_known(value: str, short: bool) -> None:
    """Our choice: 16 characters."""
    assert EndpointToken(value, {}).is_short is short


def test_an_empty_or_missing_token_is_refused_at_the_start(tmp_path: Path) -> None:
    """An empty one would let everybody in."""
    write(tmp_path / "token", " \n")
    with pytest.raises(ConfigError, match="empty"):
        EndpointToken(f"file:{tmp_path / 'token'}", {})
    with pytest.raises(CredentialsError):
        EndpointToken(f"file:{tmp_path / 'none'}", {})
    with pytest.raises(CredentialsError):
        EndpointToken("env:NONE", {})


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    """design.md, Options: a rotated token is picked up; the old one is worth nothing from then on."""
    file = tmp_path / "token"
    write(file, f"{VALUE}\n")
    token = EndpointToken(f"file:{file}", {})
    assert token.is_given_in(VALUE.encode())
    write(file, "another-token-of-more-characters")
    assert not token.is_given_in(VALUE.encode())
    assert token.is_given_in(b"another-token-of-more-characters")


@pytest.mark.parametrize("text", ["", None], ids=["emptied", "removed"])
def test_while_its_file_holds_no_token_nobody_is_let_in(
    tmp_path: Path, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Our choice: closed rather than open, and said."""
    file = tmp_path / "token"
    write(file, VALUE)
    token = EndpointToken(f"file:{file}", {})
    if text is None:
        file.unlink()
    else:
        write(file, text)
    assert not token.is_given_in(VALUE.encode())
    assert not token.is_given_in(b"")
    assert len(caplog.records) == 1
    assert "nobody is let in" in caplog.text
    write(file, "the-next-token-is-good-again")
    assert token.is_given_in(b"the-next-token-is-good-again")


def test_a_file_whose_name_no_system_can_have_is_refused() -> None:
    """A NUL."""
    with pytest.raises(CredentialsError):
        EndpointToken("file:a\0b", {})

"""Base64 in another form than the one that is asked for."""

import base64
from typing import Any

import pytest
from support.make import tool_with_body
from support.repair import after, before, refused, taking, value

from openapi_mcp.recovery.rewriting.encoded import bytes_in
from openapi_mcp.recovery.strategies.base64_form import STRATEGY
from openapi_mcp.recovery.strategy import Told

BYTE = {"type": "string", "format": "byte"}
URL = {"type": "string", "format": "base64url"}
LONG = bytes(range(256))
LINES = "\n".join(base64.b64encode(LONG).decode()[at : at + 76] for at in range(0, 344, 76))


@pytest.mark.parametrize(
    ("schema", "given", "meant"),
    [
        (BYTE, "aGVsbG8gdGhlcmU", "aGVsbG8gdGhlcmU="),
        (BYTE, "_-8=", "/+8="),
        (BYTE, "aGVs\r\nbG8=", "aGVsbG8="),
        (BYTE, "data:text/plain;base64,aGVsbG8=", "aGVsbG8="),
        (BYTE, LINES, base64.b64encode(LONG).decode()),
        (BYTE, "iVBORw0KGgoAAAANSUhEUg", "iVBORw0KGgoAAAANSUhEUg=="),
        (URL, "/+8=", "_-8="),
    ],
)
def test_the_same_bytes_are_given_as_they_are_asked_for(schema: Any, given: str, meant: str) -> None:
    """Issue 7, Recover, 2: base64 and URL-safe forms."""
    assert value(before(STRATEGY, taking(schema), {"a": given})) == meant


@pytest.mark.parametrize("given", ["hello world", "hello1", "some text here", "my-file_name", "a+b-c=", "=", "\u00e9"])
def test_a_text_that_may_be_no_base64_is_not_taken_for_it(given: str) -> None:
    """Issue 7: 0 wrong repairs. A file's name is of the letters of base64 too."""
    found = before(STRATEGY, taking(BYTE), {"a": given})
    assert isinstance(found, Told)
    assert "base64" in found.hint


def test_a_file_may_be_given_with_blanks_in_its_base64() -> None:
    """Issue 7, Recover, 2."""
    tool = tool_with_body({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}})
    assert value(before(STRATEGY, tool, {"body": "aGVs bG8="}), "body") == "aGVsbG8="


def test_after_a_refusal_base64_of_its_form_is_left() -> None:
    """Our choice: it was not refused for its form."""
    assert after(STRATEGY, taking(BYTE), {"a": "aGVsbG8="}, refused("invalid")) is None
    assert after(STRATEGY, taking(BYTE), {"a": 5}, refused("invalid")) is None
    assert after(STRATEGY, taking({**BYTE, "maxLength": 9}), {"a": "aGVsbG8gdGhlcmU"}, refused("invalid")) is None


def test_what_is_too_long_is_not_looked_at() -> None:
    """Everything a caller gives is hostile."""
    assert bytes_in("a" * 20_000_001) is None

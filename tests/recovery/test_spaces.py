"""Texts with blanks, invisible characters or quotes around them."""

from typing import Any

import pytest
from support.repair import after, before, refused, taking, value

from openapi_mcp.recovery.strategies.spaces import STRATEGY

CODE = {"type": "string", "pattern": "^[A-Z][A-Z ]*$"}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (" ABC\n", "ABC"),
        ('"ABC"', "ABC"),
        ("\u201cABC\u201d", "ABC"),
        ("`ABC`", "ABC"),
        ("\ufeffABC\u200b", "ABC"),
        ("A\u200bBC", "ABC"),
        ("A\u00a0BC", "A BC"),
        (' " ABC " ', "ABC"),
    ],
)
def test_what_surrounds_a_text_goes_where_the_text_alone_fits(given: str, meant: str) -> None:
    """Issue 7, Recover, 2: surrounding spaces."""
    assert value(before(STRATEGY, taking(CODE), {"a": given})) == meant


@pytest.mark.parametrize("given", ["abc", "'ABC", "A'B'C", "  ", '""', "9" * 10_001])
def test_what_does_not_fit_without_it_is_left(given: str) -> None:
    """Our choice."""
    assert before(STRATEGY, taking(CODE), {"a": given}) is None


@pytest.mark.parametrize("rule", ["exists", "invalid", "enum"])
def test_after_a_refusal_a_text_is_given_without_its_spaces(rule: str) -> None:
    """Issue 7, Recover."""
    limit = ("x",) if rule == "enum" else None
    assert value(after(STRATEGY, taking({}), {"a": " x "}, refused(rule, limit))) == "x"
    assert after(STRATEGY, taking({}), {"a": "x"}, refused(rule, limit)) is None
    assert after(STRATEGY, taking({}), {"a": 5}, refused(rule, limit)) is None


def test_every_character_of_a_password_counts() -> None:
    """Our choice."""
    schema: Any = {"type": "string", "format": "password", "maxLength": 3}
    assert before(STRATEGY, taking(schema), {"a": " ab "}) is None

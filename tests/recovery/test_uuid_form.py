"""Identifiers (RFC 9562) in other forms than their own."""

import pytest
from support.repair import before, taking, value

from openapi_mcp.recovery.strategies.uuid_form import STRATEGY

PLAIN = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


@pytest.mark.parametrize("given", [f"{{{PLAIN}}}", f"urn:uuid:{PLAIN}", PLAIN.replace("-", ""), f" {PLAIN} "])
def test_an_identifier_is_written_as_its_format_has_it(given: str) -> None:
    """RFC 9562 section 4: the same 128 bits."""
    assert value(before(STRATEGY, taking({"type": "string", "format": "uuid"}), {"a": given})) == PLAIN


@pytest.mark.parametrize("given", ["6ba7b810", "x", PLAIN[:-1]])
def test_another_text_is_left(given: str) -> None:
    """design.md: derive, never invent."""
    assert before(STRATEGY, taking({"type": "string", "format": "uuid"}), {"a": given}) is None


def test_a_text_that_is_no_identifier_is_left() -> None:
    """Our choice: only where the document declares the format."""
    assert before(STRATEGY, taking({"type": "string", "pattern": "^a"}), {"a": PLAIN}) is None

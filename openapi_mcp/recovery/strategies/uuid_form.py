"""Identifiers (RFC 9562) in other forms than their own."""

import re

from openapi_mcp.recovery.rewriting.asked import fits, format_asked
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, at_once

_RULES = frozenset(("format", "pattern"))
_OTHER = re.compile(
    r"(?:urn:uuid:)?(\{)?([0-9a-f]{8})(-?)([0-9a-f]{4})\3([0-9a-f]{4})\3([0-9a-f]{4})\3([0-9a-f]{12})(?(1)\})",
    re.IGNORECASE,
)


def uuid_form(case: Case) -> Rewrite | None:
    """Return the call with an identifier as RFC 9562 writes it: "urn:uuid:{...}" or 32 digits -> "8-4-4-4-12"."""
    text = case.value
    if case.fault.rule not in _RULES or not isinstance(text, str) or format_asked(case) != "uuid":
        return None
    found = _OTHER.fullmatch(text.strip())
    plain = "-".join(found.group(2, 4, 5, 6, 7)) if found else None
    if plain is None or not fits(case, plain):
        return None
    return case.rewritten(plain, "identifiers of this format are written as five groups of digits, with dashes")


STRATEGY = Strategy(
    name="uuid_form",
    rank=235,
    about="an identifier with braces, without dashes, or as a URN is written as its format has it",
    repair=at_once(uuid_form),
)

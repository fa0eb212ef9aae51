"""JSON text where an object or an array is meant."""

import re
from typing import Any

from openapi_mcp.model.jsontext import read_mended_json
from openapi_mcp.recovery.rewriting.asked import fits
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, at_once

_LONGEST = 1_000_000  # characters
_FENCED = re.compile(r"```[A-Za-z0-9]{0,12}[ \t]*\r?\n(.*?)\r?\n?[ \t]*```", re.DOTALL)
_COMMA_LAST = re.compile(r",\s*[\]}]")
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+")|(?<![\[{,:\s]),(?=\s*[\]}])', re.DOTALL)
_RULES = frozenset(("type", "alternatives"))


def json_text(case: Case) -> Rewrite | None:
    """Return the call with what a text says, where it is JSON of what the schema asks for: '{"id": 7}' -> {"id": 7}.

    Text that only looks like JSON, as other languages write their values, is left as it is.
    """
    if case.fault.rule not in _RULES or not isinstance(case.value, str):
        return None
    value = structure_in(case.value)
    if value is None or not fits(case, value):
        return None
    return case.rewritten(value, "the text was JSON; give the value itself")


def structure_in(text: str) -> dict[str, Any] | list[Any] | None:
    """Return the object or array that a text is, written as JSON once or twice, None for any other text.

    '"[1]"' -> [1]; a fence around it, as models write it, is left out, and so is a comma behind the last item.
    """
    if len(text) > _LONGEST:
        return None
    fenced = _FENCED.fullmatch(text.strip())
    inner = fenced[1] if fenced else text
    value = _read(inner)
    value = _read(value) if isinstance(value, str) else value
    if value is None and _COMMA_LAST.search(inner):
        value = _read(_STRING_OR_COMMA.sub(lambda each: each[1] or "", inner))
    return value if isinstance(value, (dict, list)) else None


def _read(text: str) -> Any:
    """Return what JSON text says, None for what is no JSON, or does not say one thing."""
    twice: list[str] = []
    try:
        value, is_mended = read_mended_json(text, twice)
    except ValueError:
        return None  # no JSON: another strategy may know what it is
    return None if twice or is_mended else value


STRATEGY = Strategy(
    name="json_text",
    rank=100,
    about="JSON text becomes the object or array that it says, where the schema asks for that",
    repair=at_once(json_text),
)

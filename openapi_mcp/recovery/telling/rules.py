"""The rule that a value breaks, in a few words."""

import re
from typing import Any

from openapi_mcp.model.fault import Fault
from openapi_mcp.model.text import one_line

_LONGEST = 160  # characters
_MOST_VALUES = 12
_LIMITS = {
    "minimum": "at least {}", "maximum": "at most {}", "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}", "multipleOf": "a multiple of {}", "minLength": "at least {} characters long",
    "maxLength": "at most {} characters long", "minItems": "a list of at least {}", "maxItems": "a list of at most {}",
    "format": "of the format {}", "pattern": "of the pattern {}", "const": "{}", "type": "{}",
    "enum": "one of {}",
}  # fmt: skip
_RULES = {
    "exists": "names nothing that is there", "taken": "is taken already", "uniqueItems": "must name each item once",
    "alternatives": "fits none of its alternatives",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+")
_SAYS_NOTHING = frozenset(
    ("a", "an", "and", "bad", "correct", "error", "field", "for", "has", "in", "input", "invalid", "is", "not",
     "parameter", "refused", "rejected", "request", "the", "this", "valid", "validation", "value", "was", "wrong")
)  # fmt: skip


def broken_rule(fault: Fault) -> str:
    """Return a rule in short: "it must be at most 100"; of one without a limit, what the API said."""
    if fault.rule == "type" and (pattern := _pattern_of_text(fault)):
        return f"it must be text of the pattern {one_line(pattern, _LONGEST)}"
    if fault.rule == "minLength" and fault.limit == 1:
        return "it must not be empty"
    if fault.rule in _LIMITS and fault.limit not in (None, (), [], ""):
        return f"it must be {_LIMITS[fault.rule].format(_shown(fault.limit))}"
    if fault.rule in _RULES:
        return f"it {_RULES[fault.rule]}"
    if fault.at and _says_more(fault):
        return one_line(fault.said, _LONGEST).rstrip(".")
    return "it was refused" if fault.rule == "invalid" else "it does not fit"


def _pattern_of_text(fault: Fault) -> str:
    """Return the pattern that a value has to have once it is text: it would be refused for that next."""
    kinds = fault.limit if isinstance(fault.limit, (list, tuple)) else (fault.limit,)
    pattern = fault.schema.get("pattern")
    return pattern if "string" in kinds and isinstance(pattern, str) else ""


def _says_more(fault: Fault) -> bool:
    """True for words that say more than that a value was refused: not for "Invalid value for city"."""
    known = _SAYS_NOTHING | {word.lower() for word in _WORD.findall(fault.place or fault.named)}
    return any(word.lower() not in known for word in _WORD.findall(fault.said[: 4 * _LONGEST]))


def _shown(limit: Any) -> str:
    if not isinstance(limit, (list, tuple)):
        return one_line(str(limit), _LONGEST)
    values = ", ".join(one_line(str(each), 40) for each in limit[:_MOST_VALUES])
    return one_line(values, _LONGEST) + (" or others" if len(limit) > _MOST_VALUES else "")

"""Limits that the API names when it refuses a value: never corrected, as any other value would be made up."""

from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.strategy import Case, Strategy, Told, at_once

_SAID = {
    "maximum": 'the API takes at most {limit} for "{field}"',
    "minimum": 'the API takes at least {limit} for "{field}"',
    "exclusiveMaximum": 'the API takes less than {limit} for "{field}"',
    "exclusiveMinimum": 'the API takes more than {limit} for "{field}"',
    "multipleOf": 'the API takes multiples of {limit} for "{field}"',
    "maxLength": 'the API takes at most {limit} characters for "{field}"',
    "minLength": 'the API takes at least {limit} characters for "{field}"',
    "maxItems": 'the API takes at most {limit} items for "{field}"',
    "minItems": 'the API takes at least {limit} items for "{field}"',
}

_EMPTY = 'the API does not take "{field}" empty: give at least one'


def limits(case: Case) -> Told | None:
    """Return the limit in words: maximum 100 -> 'the API takes at most 100 for "limit"'."""
    said, limit = _SAID.get(case.fault.rule), case.fault.limit
    if said is None or not isinstance(limit, (int, float)):
        return None
    if limit == 1 and case.value == []:
        said = _EMPTY
    return Told(hint=said.format(limit=limit, field=one_line(case.fault.place or case.fault.named, 80)))


STRATEGY = Strategy(
    name="limits",
    rank=600,
    about="a limit that the API names is told; the value is not changed",
    repair=at_once(limits),
    before=False,
)

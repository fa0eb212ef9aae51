"""JSON text where an object, an array, a number or a boolean is meant."""

from openapi_mcp.model.jsontext import read_mended_json
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, at_once

_LONGEST = 1_000_000  # characters


def json_text(case: Case) -> Rewrite | None:
    """Return the call with what a text says, where it is JSON of what the schema asks for: '{"id": 7}' -> {"id": 7}."""
    text = case.value
    if case.fault.rule not in ("type", "alternatives") or not isinstance(text, str) or len(text) > _LONGEST:
        return None
    twice: list[str] = []
    try:
        value, is_mended = read_mended_json(text, twice)
    except ValueError:
        return None  # no JSON: another strategy may know what it is
    if twice or is_mended or isinstance(value, str) or not case.accepts(value):
        return None
    return case.rewritten(value, "the text was JSON; give the value itself")


STRATEGY = Strategy(
    name="json_text",
    rank=100,
    about="JSON text becomes the object, array, number or boolean that it says, where the schema asks for that",
    repair=at_once(json_text),
    after=False,
)

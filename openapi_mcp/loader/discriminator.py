"""A Discriminator Object in words: 2020-12 has no keyword for it, and no model sees its mapping."""

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import one_line

_LONGEST_NAME = 80
_LONGEST_VALUE = 40
_MOST_VALUES = 12


def discriminator_in_words(discriminator: JsonValue) -> str:
    """Return what a discriminator says, "" where it is none.

    "The property `kind` says which alternative applies: scope, spin." The values are those of its mapping, as the
    alternatives often do not name theirs. Swagger 2.0 has the property alone.
    """
    held = discriminator if isinstance(discriminator, dict) else {"propertyName": discriminator}
    name, mapping = held.get("propertyName"), held.get("mapping")
    if not isinstance(name, str):
        return ""
    values = _listed(list(mapping)) if isinstance(mapping, dict) else ""
    return f"The property `{one_line(name, _LONGEST_NAME)}` says which alternative applies{values}."


def _listed(values: list[str]) -> str:
    shown = list(filter(None, (one_line(value, _LONGEST_VALUE) for value in values[:_MOST_VALUES])))
    others = " and others" if len(values) > _MOST_VALUES else ""
    return f": {', '.join(shown)}{others}" if shown else ""

"""What documents call the values of an enum, and the unit of a number, in words of their own, as plain description."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from openapi_mcp.loader.narrow import as_list, as_object, shown
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import one_line

_NAMES = ("x-enum-varnames", "x-enumNames", "x-enum-names")
_TEXTS = ("x-enum-descriptions", "x-enumDescriptions")
_MOST = 40
_LONGEST = 60


def labels_in_words(schema: Mapping[str, JsonValue]) -> str:
    """Return what a schema calls its values, "" where it says nothing that the values do not.

    {"enum": [1, 2], "x-enum-varnames": ["LOW", "HIGH"]} -> "`1` - LOW `2` - HIGH"; {"x-unit": "kg"} -> "Unit: kg."
    """
    unit = schema.get("x-unit", schema.get("x-units"))
    said = [f"Unit: {one_line(unit, 20)}."] if isinstance(unit, str) and unit.strip() else []
    pairs = [(shown(value), one_line(label, _LONGEST)) for value, label in _labels(schema)][:_MOST]
    told = schema.get("description")
    is_told = isinstance(told, str) and all(label in told for _, label in pairs)
    if not is_told:
        said += [f"`{value}` - {label}" for value, label in pairs if label and not _says_the_same(value, label)]
    return " ".join(said)


def _labels(schema: Mapping[str, JsonValue]) -> Iterator[tuple[JsonValue, str]]:
    for each in as_list(as_object(schema.get("x-ms-enum")).get("values")):
        named = as_object(each)
        label = named.get("name")
        if "value" in named and isinstance(label, str):
            yield named["value"], label
    values = as_list(schema.get("enum"))
    told = next((schema[word] for word in (*_NAMES, *_TEXTS) if schema.get(word)), None)
    labels = list(as_object(told).items()) if isinstance(told, dict) else list(zip_longest(values, as_list(told)))
    if isinstance(told, dict) or len(labels) == len(values) == len(as_list(told)):
        yield from ((value, label) for value, label in labels if isinstance(label, str))


def _says_the_same(value: str, label: str) -> bool:
    return "".join(filter(str.isalnum, value)).lower() == "".join(filter(str.isalnum, label)).lower()

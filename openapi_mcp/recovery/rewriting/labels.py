"""The words that a document has for the values of an enum, beside the values themselves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_MOST = 500  # labels of one place
_ITEM = re.compile(r"`([^`\n]{1,120})`\s*(?:-|:|=|\u2013|\u2014)\s+?([^`\n]{1,120})")
_END = re.compile(r"[.;,](?:\s|$)")  # of a label, before what else is said
_CUT = ("\u2026", "...")


def labels_of(schemas: Iterable[Mapping[str, Any]], values: Iterable[Any]) -> list[tuple[str, Any]]:
    """Return what the schemas of a place call these values, each with the value it stands for.

    [{"const": 1, "title": "Low"}] -> [("Low", 1)]; "* `a` - Active * `b` - Blocked" -> [("Active", "a"), ("Blocked",
    "b")]: how drf-spectacular writes them, and the loader where a document has them in words of its own.
    """
    by_text = {_text(value): value for value in values}
    found = [pair for schema in schemas for pair in _of_schema(schema, by_text)]
    return found[:_MOST]


def _of_schema(schema: Mapping[str, Any], by_text: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    title = schema.get("title")
    if isinstance(title, str) and "const" in schema:
        yield title, schema["const"]
    said = schema.get("description")
    if not isinstance(said, str):
        return
    for item in _ITEM.finditer(said):
        label = item[2].rstrip(" -*\n")
        if item[1] in by_text and label and not label.endswith(_CUT):
            yield from ((each, by_text[item[1]]) for each in {label, _END.split(label)[0]})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)

"""A tool as the compact list carries it: what tells tools apart and how they are called, and nothing that explains.

Only the writing is short: a call is still validated against the whole schema, so what is not shown is taken as well,
and `describe_operations`, which is listed behind the tools, gives all of it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.generator.enrich import DEPRECATED, NEEDS, RETURNS
from openapi_mcp.generator.outline import Definitions, Known, fields_of, forms_of, kind_of, kinds_of, only
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import RESULT_SIZE, Annotations, Tool, WireTool

_LONGEST_POINT = 100  # characters
_TELLING = 20  # characters; a shorter first sentence takes the next one along: "Search. Finds orders by number."
_LONGEST_ENUM = 40  # bytes of the values of an argument
_LARGE = 600  # bytes of all arguments above which values are said of required ones only
_LONGEST_WORDS = 60  # characters of an argument's own words
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^\sa-z])")
_REMARK = re.compile(r"(?:note|warning|important|tip|caution)\b", re.IGNORECASE)
_BARE = re.compile(r"[A-Za-z]\d*|(?:arg|param|value|data|input|body|object|item|key)\d*", re.IGNORECASE)
_PAGING = re.compile(
    r"(?:page|per_?page|page_?(?:no|number|num|size|token|index)|(?:next|continuation)_?token)", re.IGNORECASE
)
_CURSOR = re.compile(r"(?:cursor|before|after|starting_?after|ending_?before|marker|since_?id)", re.IGNORECASE)
_OF_PAGES = re.compile(r"\b(?:pages?|pagination|paginate|cursor)\b", re.IGNORECASE)
_MAX_HOPS = 8  # arrays of arrays
_UNION_HOPS = 3  # the same within alternatives, of which each may have others
_MOST_SHAPES = 12  # alternatives that are told; of more it is not told what may stand there

Json = dict[str, Any]


def compact_tool(tool: Tool) -> WireTool:
    """Return the tool in few words: {"name", "description", "inputSchema", "annotations"}.

    The name stands for the title, the first sentence for the description; of the arguments stand names and types, short
    enums, and which are required.
    """
    listed: WireTool = {"name": tool.name, "description": _point(tool.description)}
    listed["inputSchema"] = _arguments(tool.input_schema, leaves_pages=tool.annotations.read_only)
    if hints := dict(_hints(tool.annotations)):
        listed["annotations"] = hints
    if RESULT_SIZE in tool.meta:
        listed["_meta"] = {RESULT_SIZE: tool.meta[RESULT_SIZE]}
    return listed


def _point(description: str) -> str:
    """Return the first sentence of a description, whether it is deprecated, and where what it needs comes from."""
    said, _, _ = description.partition(RETURNS)
    said, _, needs = said.partition(NEEDS)
    first, *others = _SENTENCE_END.split(said)
    telling = [each for each in others if each != DEPRECATED and each[:1].isalpha() and not _REMARK.match(each)]
    if len(first) < _TELLING and telling and len(first) + len(telling[0]) < _LONGEST_POINT:
        first = f"{first} {telling[0]}"
    said = one_line(first, _LONGEST_POINT)
    return " ".join(filter(None, (said, DEPRECATED if DEPRECATED in others else "", f"Needs {needs}" if needs else "")))


def _arguments(schema: Mapping[str, Any], *, leaves_pages: bool) -> Json:
    """Return an input schema without words and limits, and with the names alone of what is nested.

    An optional argument is left out where there is another way: one that only says which page of a list is wanted, as
    `_note.next` gives the next call whole, and one that is deprecated.
    """
    required = schema.get("required", ())
    outline = _Outline(schema.get("$defs", {}))
    shown = {
        name: _argument(name, value, outline)
        for name, value in schema.get("properties", {}).items()
        if name in required or not (_is_deprecated(value) or (leaves_pages and _is_paging(name, value)))
    }
    if len(write_json(shown)) > _LARGE:
        shown = {name: value if name in required else _without_values(value) for name, value in shown.items()}
    kept: Json = {"type": "object"}
    if shown:
        kept["properties"] = shown
    if required:
        kept["required"] = required
    return kept


def _without_values(argument: Json) -> Json:
    return {word: value for word, value in argument.items() if word != "enum" or "type" not in argument}


def _is_deprecated(schema: Mapping[str, Any]) -> bool:
    said: str = schema.get("description", "")
    return said.startswith("Deprecated")


def _is_paging(name: str, schema: Mapping[str, Any]) -> bool:
    is_cursor = _CURSOR.fullmatch(name) and _OF_PAGES.search(schema.get("description", ""))
    return bool(is_cursor or _PAGING.fullmatch(name))


def _argument(name: str, schema: Mapping[str, Any], outline: "_Outline") -> Json:
    kept = outline.of(schema)
    said = schema.get("description", "")
    if said and len(said) <= _LONGEST_WORDS and _BARE.fullmatch(name):
        kept = {**kept, "description": " ".join(filter(None, (said, kept.get("description"))))}
    return kept


class _Outline:
    """The schemas of one tool in outline; what many of its arguments refer to is looked at once."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._known = Known()

    def of(self, schema: Mapping[str, Any], hops: int = _MAX_HOPS) -> Json:
        """Return the type of a schema, with its values where they are few, of an array the type of what it holds.

        Of an object it tells the fields, of what has several types all of them.
        """
        return self._known.once(schema, "type", hops, lambda: self._shallow(schema, hops))

    def _shallow(self, stated: Mapping[str, Any], hops: int) -> Json:
        schema = only(stated, self._definitions)
        kind = kind_of(schema)
        kept: Json = {"type": kind} if kind else {}
        values = schema.get("enum", ())
        if values and len(write_json(values).encode()) <= _LONGEST_ENUM:
            kept["enum"] = values
        if kind == "array" and hops:
            items = schema.get("items")
            kept["items"] = self.of(items, hops - 1) if isinstance(items, Mapping) else {}
        if kind == "object" and (inside := fields_of(stated, self._definitions, self._known)):
            kept["description"] = inside
        return kept or self._any_of(schema, min(hops, _UNION_HOPS))

    def _any_of(self, schema: Mapping[str, Any], hops: int) -> Json:
        """Return what may be of several types, {} where it may be of any."""
        forms = forms_of(schema) or [{**schema, "type": kind} for kind in kinds_of(schema)]
        shapes: list[Json] = []
        for form in forms if hops else ():
            if (shape := self.of(form, hops - 1)) not in shapes:
                shapes.append(shape)
            if len(shapes) > _MOST_SHAPES:
                return {}
        if len(shapes) <= 1:
            return shapes[0] if shapes else {}
        return {"anyOf": shapes} if all(shapes) else {}


def _hints(annotations: Annotations) -> Iterator[tuple[str, bool]]:
    """Yield the hints that clients act on, where they are not what the protocol takes for granted.

    MCP 2026-07-28, ToolAnnotations: readOnlyHint false, destructiveHint true; what only reads destroys nothing anyway.
    """
    if annotations.read_only:
        yield "readOnlyHint", True
    elif not annotations.destructive:
        yield "destructiveHint", False

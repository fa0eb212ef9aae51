"""The arguments of a tool, one by one: what each is called, where it goes, what may stand there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from openapi_mcp.index.entities import IDS, parse
from openapi_mcp.index.shapes import Shapes, types_of
from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Binding, BindingKind, Tool

_MOST = 60  # of one tool that are looked at
_DEEPEST = 2  # objects within a body's field
_MOST_LOOKED_AT = 1_000  # fields of one body; objects that hold objects are many fields, and none to be filled
_DATES = frozenset(
    ("date", "time", "date-time", "datetime", "duration", "binary", "byte", "password", "ipv4", "ipv6", "regex")
)
_FRACTIONS = frozenset(("float", "double", "decimal"))
_LONGEST_TEXT = 400
_SEARCHED = frozenset(("q", "query", "search", "keyword", "term", "text", "phrase", "s"))
_NAMED = frozenset(("name", "email", "title", "phone", "username", "login", "mail"))
_BESIDE = frozenset(("filter", "by", "string", "full", "exact", "contain", "like"))  # "search_string", "filter[q]"
_EXAMPLE = re.compile(
    r"`[^`]*`|\]\([^)]*\)|https?://\S+|\b(?:for example|e\.g\.|example:).*", re.IGNORECASE | re.DOTALL
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_SAYS_ID = re.compile(r"\b(?:ids?|uris?|uuids?|guids?|identifiers?|slugs?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One argument, or a field within one: `argument` is then the way to it, "items[].product".

    `name` is what it is called on the wire. `values` are those that it must be one of.
    """

    argument: str
    name: str
    location: str
    kinds: frozenset[str]
    description: str
    is_required: bool
    is_list: bool = False
    format: str = ""
    values: tuple[Any, ...] = ()

    @property
    def may_identify(self) -> bool:
        """False for what cannot name a thing: a choice, a flag, a date, a fraction, an object."""
        if self.values or self.format in _DATES:
            return False
        return not self.kinds or bool(self.kinds & {"string", "integer"})

    @property
    def is_whole_number(self) -> bool:
        """True for an integer that is no text."""
        return "integer" in self.kinds and "string" not in self.kinds


def inputs_of(tool: Tool) -> list[Input]:
    """Return the arguments of a tool that a caller may fill with a value from elsewhere."""
    reader = _Reader(tool.input_schema)
    found: list[Input] = []
    for binding in tool.bindings:
        if len(found) < _MOST and not (binding.is_file or binding.kind is BindingKind.PART_HEADER):
            found += islice(reader.read(binding), _MOST - len(found))
    return found


class _Reader:
    def __init__(self, schema: Schema) -> None:
        definitions = schema.get("$defs")
        held = definitions if isinstance(definitions, Mapping) else {}
        self._shapes = Shapes({f"#/$defs/{name}": one for name, one in held.items()})
        self._properties = _properties(schema)
        self._required = _required(schema)
        self._left = _MOST_LOOKED_AT

    def read(self, binding: Binding) -> Iterator[Input]:
        schema = self._properties.get(binding.argument)
        if schema is None:
            return
        is_required = binding.argument in self._required
        if binding.location == "body":
            yield from self._field(binding.argument, binding.name, schema, is_required, 0)
        else:
            yield from self._one(binding.argument, binding.name, binding.location, schema, is_required)

    def _field(self, argument: str, name: str, schema: Any, is_required: bool, depth: int) -> Iterator[Input]:
        """Yield a field of a body and the fields within it."""
        self._left -= 1
        yield from self._one(argument, name, "body", schema, is_required)
        if depth >= _DEEPEST or self._left <= 0:
            return
        items = self._shapes.items(schema)
        inner, way = (schema, argument) if items is None else (items, f"{argument}[]")
        needed = {name for _, part in self._shapes.parts(inner) for name in _required(part)}
        for key, value in list(self._shapes.properties(inner).items())[:_MOST]:
            yield from self._field(f"{way}.{key}", key, value, is_required and key in needed, depth + 1)

    def _one(self, argument: str, name: str, location: str, schema: Any, is_required: bool) -> Iterator[Input]:
        items = self._shapes.items(schema)
        held = schema if items is None else items
        parts = [part for each in (held, *self._shapes.branches(held)) for _, part in self._shapes.parts(each)]
        kinds = frozenset(kind for part in parts for kind in types_of(part)) - {"null"}
        form = next((said for part in parts if isinstance(said := part.get("format"), str)), "")
        if parse(name).key in IDS or (location == "path" and form not in _FRACTIONS):
            kinds = frozenset("integer" if kind == "number" else kind for kind in kinds)  # many write it for an id
        if kinds and kinds <= {"object", "array", "boolean", "number"}:
            return
        yield Input(
            argument=argument,
            name=name,
            location=location,
            kinds=kinds,
            description=_text(schema) or _text(held),
            is_required=is_required,
            is_list=items is not None,
            format=form,
            values=next((values for part in parts if (values := _choice(part))), ()),
        )


def _choice(part: Schema) -> tuple[Any, ...]:
    values = part.get("enum")
    if isinstance(values, list):
        return tuple(values)
    return (part["const"],) if "const" in part else ()


def _text(schema: Any) -> str:
    said = schema.get("description") if isinstance(schema, Mapping) else None
    return said[:_LONGEST_TEXT] if isinstance(said, str) else ""


def _properties(schema: Schema) -> Mapping[str, Any]:
    held = schema.get("properties")
    return held if isinstance(held, Mapping) else {}


def _required(schema: Schema) -> frozenset[str]:
    held = schema.get("required")
    return frozenset(name for name in held if isinstance(name, str)) if isinstance(held, list) else frozenset()


def id_sentences(text: str) -> list[str]:
    """Return the sentences of a description that speak of ids, else all of them, without examples and addresses."""
    sentences = _SENTENCE.split(_EXAMPLE.sub(" ", text))
    return [sentence for sentence in sentences if _SAYS_ID.search(sentence)]


def says_id(text: str) -> bool:
    """True for a description that speaks of an id: "The Spotify ID of the album"."""
    return bool(id_sentences(text))


def says_slug(text: str) -> bool:
    """True for a description that speaks of a slug and of no other id: "The user's custom URL slug"."""
    return {said.lower() for sentence in id_sentences(text) for said in _SAYS_ID.findall(sentence)} == {"slug"}


def plain_words(text: str) -> str:
    """Return a description without examples and addresses."""
    return _EXAMPLE.sub(" ", text)


def takes_words(tool: Tool, given: Input) -> bool:
    """True for an argument that finds things by words: `q`, `name`, `customer_email`, `filter[title]`."""
    if given.location not in ("query", "path", "body") or given.values or (given.kinds and "string" not in given.kinds):
        return False
    words = {word for word in (*parse(given.name).words, parse(given.name).key) if word}
    is_search = bool(words & _SEARCHED) and words <= _SEARCHED | _BESIDE
    if given.location == "body":
        return is_search and "search" in tool.operation.path.lower()
    if tool.operation.method != "GET":
        return False
    if given.location == "path":
        return is_search
    return is_search or (bool(words & _NAMED) and not given.name.lower().startswith(("sort", "order")))

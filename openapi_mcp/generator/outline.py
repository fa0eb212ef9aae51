"""A schema in outline: its type behind references, and what an object has inside, in few characters."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from openapi_mcp.model.text import one_line

Definitions = Mapping[str, Mapping[str, Any]]
Schema = Mapping[str, Any]

_REFERENCE = "#/$defs/"
_MAX_HOPS = 8  # references to references, and alternatives within alternatives, that are followed
_DEPTH = 3  # of alternatives within alternatives whose fields are told
_MOST = 8  # alternatives, and parts of one
_LONGEST = 140  # characters of what is inside an object
_LONGEST_WHOLE = 40  # the same, with what may be left out
_INSIDE = 3  # objects and arrays within each other that are told
_FEW = 2  # fields that are told where none is required
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}

T = TypeVar("T")


class Known:
    """What was found of the schemas of one tool: what many of them refer to is looked at once.

    Without it three schemas that each refer to the next fifty times are 125,000.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str | int, str, int], tuple[Schema, Any]] = {}

    def once(self, schema: Schema, about: str, depth: int, find: Callable[[], T]) -> T:
        """Return what `find` finds of a schema, found before where that was asked about it at this depth."""
        key = schema.get("$ref", id(schema)), about, depth  # beside a $ref nothing else counts here
        if key not in self._found:
            self._found[key] = schema, find()  # with the schema, so that its id is not given to another
        found: T = self._found[key][1]
        return found


def only(schema: Schema, definitions: Definitions) -> Schema:
    """Return a schema as it stands behind references, and its one form where nothing but null is another.

    {"anyOf": [{"$ref": "#/$defs/Rex"}, {"type": "null"}]} -> {"type": "object", "properties": ...}
    """
    for _ in range(_MAX_HOPS):
        forms = [*forms_of(schema), *_parts_of(schema)]
        if "$ref" in schema:
            schema = definitions[schema["$ref"].removeprefix(_REFERENCE)]
        elif len(forms) == 1 and not {"type", "properties", "enum"} & schema.keys():
            schema = forms[0]
        elif forms and "type" not in schema and (kind := _kind_of_all(forms, definitions)):
            return _united(kind, forms, definitions)
        else:
            break
    return schema


def forms_of(schema: Schema) -> list[Schema]:
    """Return the alternatives that a schema states, without null."""
    forms = (form for word in ("anyOf", "oneOf") for form in schema.get(word, ()))
    return [form for form in forms if isinstance(form, Mapping) and form.get("type") != "null"]


def _parts_of(schema: Schema) -> list[Schema]:
    return [part for part in schema.get("allOf", ()) if isinstance(part, Mapping)]


def kinds_of(schema: Schema) -> list[str]:
    """Return the types that a schema's values have, none where that is not said. Of null nothing is said."""
    stated = schema.get("type", _implied(schema))
    return [kind for kind in ([stated] if isinstance(stated, str) else stated) if kind != "null"]


def _implied(schema: Schema) -> list[str]:
    if "properties" in schema:
        return ["object"]
    return list(dict.fromkeys(_KINDS.get(type(value), "null") for value in schema.get("enum", ())))


def kind_of(schema: Schema) -> str:
    """Return the type that a schema's values have, "" where they may have several."""
    kinds = kinds_of(schema)
    return kinds[0] if len(kinds) == 1 else ""


def _kind_of_all(forms: list[Schema], definitions: Definitions) -> str:
    kinds = {kind_of(_followed(form, definitions)) for form in forms}
    return kinds.pop() if len(kinds) == 1 else ""


def _united(kind: str, forms: list[Schema], definitions: Definitions) -> Schema:
    """Return what all forms of one type are; the items of arrays are what those of any are."""
    if kind != "array":
        return {"type": kind}
    items = [items for form in forms if isinstance(items := _followed(form, definitions).get("items"), Mapping)]
    return {"type": kind, "items": {"anyOf": items}} if len(items) == len(forms) else {"type": kind}


def _followed(schema: Schema, definitions: Definitions) -> Schema:
    for _ in range(_MAX_HOPS):
        if "$ref" not in schema:
            break
        schema = definitions[schema["$ref"].removeprefix(_REFERENCE)]
    return schema


def fields_of(schema: Schema, definitions: Definitions, known: Known | None = None) -> str:
    """Return what is inside an object, "" where that is not known; what may be left out has a question mark.

    "{sku, price: {amount}, note?}"; alternatives "{id} or {owner, repo}", or "{kind} with {id} or {name}" where they
    have something in common; fields of any name "{*: {content}}". Where room is short, what may be left out goes first,
    then what is inside fields.
    """
    known = known or Known()
    alternatives = _alternatives(schema, definitions)
    whole = _Writing(definitions=definitions, known=known, has_optional=True).all(alternatives, _INSIDE)
    if len(whole) <= _LONGEST_WHOLE:
        return one_line(whole, _LONGEST_WHOLE)
    writing = _Writing(definitions=definitions, known=known, has_optional=False)
    needed = writing.all(alternatives, _INSIDE)
    return one_line(needed if len(needed) <= _LONGEST else writing.all(alternatives, 1), _LONGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """One alternative of an object: its fields, which of them are required, and what others hold."""

    properties: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    others: Schema = field(default_factory=dict)

    def with_more(self, more: "_Fields") -> "_Fields":
        """Return what has the fields of both."""
        return _Fields(
            properties={**self.properties, **more.properties},
            required=tuple(dict.fromkeys((*self.required, *more.required))),
            others=more.others or self.others,
        )


def _alternatives(schema: Schema, definitions: Definitions, depth: int = _DEPTH) -> list[_Fields]:
    """Return the alternatives of an object, each with what they have in common; there is always one."""
    schema = _followed(schema, definitions)
    others = schema.get("additionalProperties")
    made = [
        _Fields(
            properties=schema.get("properties", {}),
            required=tuple(schema.get("required", ())),
            others=others if isinstance(others, Mapping) else {},
        )
    ]
    if depth:
        for part in _parts_of(schema)[:_MOST]:
            made = _combined(made, _alternatives(part, definitions, depth - 1))
        if forms := forms_of(schema)[:_MOST]:
            each = (one for form in forms for one in _alternatives(form, definitions, depth - 1))
            made = _combined(made, list(each))
    return made


def _combined(made: list[_Fields], more: list[_Fields]) -> list[_Fields]:
    return list(islice((one.with_more(other) for one in made for other in more), _MOST))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """How fields are written: `has_optional` says whether those that may be left out are."""

    definitions: Definitions
    known: Known
    has_optional: bool

    def all(self, alternatives: list[_Fields], depth: int) -> str:
        """Return the alternatives, those that are written alike once, and what all have in common first."""
        each = [parts for parts in dict.fromkeys(tuple(self._parts(one, depth)) for one in alternatives) if parts]
        common = [part for part in each[0] if all(part in parts for parts in each)] if len(each) > 1 else []
        own = [[part for part in parts if part not in common] for parts in each]
        if common and all(own):
            return f"{_braced(common)} with {' or '.join(map(_braced, own))}"
        return " or ".join(map(_braced, each))

    def _parts(self, fields: _Fields, depth: int) -> Iterator[str]:
        for name in fields.required:
            inside = self._inside(fields.properties.get(name), depth)
            yield f"{name}: {inside}" if inside else name
        optional = [f"{name}?" for name in fields.properties if name not in fields.required]
        if self.has_optional or not fields.required:
            yield from optional if self.has_optional else optional[:_FEW]
        if len(optional) > _FEW and not self.has_optional and not fields.required:
            yield "…"
        if inside := self._inside(fields.others, depth):
            yield f"*: {inside}"

    def _inside(self, stated: Any, depth: int) -> str:
        """Return what is inside a field that is an object, or an array of them; of a long text the beginning.

        Where that is cut, the whole is too long to be told.
        """
        if depth <= 1 or not isinstance(stated, Mapping):
            return ""
        return self.known.once(stated, "inside", depth, lambda: self._found_inside(stated, depth)[: _LONGEST + 1])

    def _found_inside(self, stated: Schema, depth: int) -> str:
        schema = only(stated, self.definitions)
        if kind_of(schema) == "array":
            inside = self._inside(schema.get("items"), depth - 1)
            return f"[{inside}]" if inside else ""
        if kind_of(schema) != "object":
            return ""
        plain = _Writing(definitions=self.definitions, known=self.known, has_optional=False)
        return plain.all(_alternatives(stated, self.definitions), depth - 1)


def _braced(parts: Iterable[str]) -> str:
    return f"{{{', '.join(parts)}}}"

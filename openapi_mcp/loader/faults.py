"""What is wrong inside the schemas of a description, where the whole of it is looked through: `check` and `inspect`.

upgrade.py makes do with such a schema and leaves out what it cannot read; here it is said, with its place.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from openapi_mcp.loader.narrow import shown
from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line

MOST = 500  # what is reported of one document; the rest is of the same kind
_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null", "file"})
_MAPS_OF_OBJECTS = frozenset(
    (
        "paths", "webhooks", "pathItems", "responses", "headers", "content", "callbacks", "requestBodies", "encoding",
        "parameters", "additionalOperations", "mediaTypes",
    )
)  # fmt: skip
_NO_SCHEMAS = frozenset(
    (
        "example", "examples", "default", "enum", "value", "links", "securitySchemes", "security", "servers", "tags",
        "info", "securityDefinitions",
    )
)  # fmt: skip
_Place = tuple["_Place | None", str | int]
_Node = tuple[JsonValue, "_Place | None"]


def schema_faults(root: JsonValue, uri: str = "") -> Iterator[Problem]:
    """Yield a warning for each type that is none, keyword of a wrong kind and malformed schema of a description.

    `uri` names the document where it is not the root of the description.
    """
    seen: set[int] = set()
    faults = (fault for schema in _schemas(root, seen) for fault in _faults(schema, seen))
    for place, message in islice(faults, MOST):
        yield Problem(severity=Severity.WARNING, pointer=_pointer(uri, place), message=message, hint="correct it")


def _pointer(uri: str, place: "_Place | None") -> str:
    steps = []
    while place is not None:
        place, step = place
        steps.append(step)
    return join(f"{uri}#", *reversed(steps))


def _schemas(root: JsonValue, seen: set[int]) -> Iterator[_Node]:
    """Yield the schemas that stand in the objects of OpenAPI, each with its place."""
    waiting: list[_Node] = [(root, None)]
    while waiting:
        node, place = waiting.pop()
        if isinstance(node, list):
            waiting += ((item, (place, index)) for index, item in enumerate(node))
        elif isinstance(node, dict) and id(node) not in seen:
            seen.add(id(node))  # an alias of YAML makes one object stand at many places
            for word, value in node.items():
                inner = (place, word)
                if word in ("schema", "itemSchema"):
                    yield value, inner
                elif word in ("schemas", "definitions") and isinstance(value, dict):
                    yield from ((schema, (inner, name)) for name, schema in value.items())
                elif word in _MAPS_OF_OBJECTS and isinstance(value, dict):
                    waiting += _objects(value, inner)
                elif word not in _NO_SCHEMAS and not word.startswith("x-"):
                    waiting.append((value, inner))


def _objects(named: dict[str, JsonValue], place: _Place) -> Iterator[_Node]:
    """Yield what has a name of the author's: `schema` may be one, `x-` is none."""
    return ((value, (place, name)) for name, value in named.items() if not name.startswith("x-"))


def _faults(schema: _Node, seen: set[int]) -> Iterator[tuple["_Place | None", str]]:
    waiting = [schema]
    while waiting:
        node, place = waiting.pop()
        if isinstance(node, bool):
            continue
        if not isinstance(node, dict):
            yield place, f"{shown(node)} stands where a schema must stand: any value is taken"
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        for word, value in node.items():
            if (inside := _HOLDERS.get(word)) is not None:
                found = inside(value, (place, word))
                waiting += found or ()
                is_right = found is not None
            else:
                is_right = word not in _LEAVES or _LEAVES[word](value)
            if not is_right:
                yield (place, word), _said(word, value)


def _said(word: str, value: JsonValue) -> str:
    if word == "type":
        return f"the type {one_line(shown(value), 60)!r} is none of JSON Schema's: it is left out"
    return f"`{word}` cannot be {shown(value)}: it is left out"


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


def _is_words(value: JsonValue) -> bool:
    return value is None or isinstance(value, str)  # an empty line of YAML: nothing is lost


def _is_flag(value: JsonValue) -> bool:
    return isinstance(value, bool)


def _is_list(value: JsonValue) -> bool:
    return isinstance(value, list)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_bound(value: JsonValue) -> bool:
    return isinstance(value, (int, float))  # a boolean in 3.0


def _is_count(value: JsonValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return value >= 0 and value == value // 1


def _is_positive(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _is_type(value: JsonValue) -> bool:
    names = value if isinstance(value, list) else [value]
    return all(isinstance(name, str) and name in _TYPES for name in names)


def _are_names(value: JsonValue) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _one(value: JsonValue, place: _Place) -> list[_Node] | None:
    return [(value, place)] if isinstance(value, (dict, bool)) else None


def _many(value: JsonValue, place: _Place) -> list[_Node] | None:
    return [(item, (place, index)) for index, item in enumerate(value)] if isinstance(value, list) else None


def _one_or_many(value: JsonValue, place: _Place) -> list[_Node] | None:
    return _many(value, place) if isinstance(value, list) else _one(value, place)


def _named(value: JsonValue, place: _Place) -> list[_Node] | None:
    return [(item, (place, name)) for name, item in value.items()] if isinstance(value, dict) else None


_LEAVES: dict[str, Callable[[JsonValue], bool]] = {
    "type": _is_type,
    "required": _are_names,
    "multipleOf": _is_positive,
    **dict.fromkeys(("title", "description"), _is_words),
    **dict.fromkeys(("format", "pattern", "contentEncoding", "contentMediaType", "$ref"), _is_text),
    **dict.fromkeys(("nullable", "deprecated", "readOnly", "writeOnly", "uniqueItems"), _is_flag),
    **dict.fromkeys(("enum", "examples"), _is_list),
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _is_bound),
    **dict.fromkeys(
        (
            "minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties",
            "maxProperties",
        ),
        _is_count,
    ),
}  # fmt: skip
_HOLDERS: dict[str, Callable[[JsonValue, _Place], list[_Node] | None]] = {
    "items": _one_or_many,
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), _named),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _many),
    **dict.fromkeys(
        (
            "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties",
            "unevaluatedItems",
        ),
        _one,
    ),
}  # fmt: skip

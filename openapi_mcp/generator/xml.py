"""What the XML Objects in a schema say about writing its values, as one tree that a call needs no document for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from openapi_mcp.generator.schema import find
from openapi_mcp.model.document import Schema
from openapi_mcp.model.pointer import tokens
from openapi_mcp.model.xml import XmlNode, forbidden, is_name

_DEEPEST = 12  # levels; a list is one of its own
_MOST_NODES = 500
_MOST_PARTS = 100  # of one schema: its `allOf`, what it refers to
_COMPONENTS = ("schemas", "definitions", "$defs")
_RESERVED = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")


@dataclass(slots=True)
class _Draft:
    """A node that is still being looked into."""

    schema: Schema
    key: str = ""
    depth: int = 0
    is_list: bool = False
    fields: list["_Draft"] = field(default_factory=list)
    item: "_Draft | None" = None


def xml_node(schemas: Mapping[str, Schema], schema: Schema) -> XmlNode:
    """Return how an object of this schema is written.

    The root is named by its XML Object, else by the component that it is. What is nested too deeply, or is one of too
    many, follows the default.

    Raises:
        MissingSchemaError: a reference leads nowhere.
    """
    root = _Draft(schema)
    drafts = [root]
    for draft in drafts:  # which grows meanwhile, level by level
        if draft.depth < _DEEPEST:
            drafts.extend(islice(_inner(schemas, draft), _MOST_NODES - len(drafts)))
    return _node(schemas, root, _component_name(schemas, schema)) or XmlNode()


def _inner(schemas: Mapping[str, Schema], draft: _Draft) -> Iterator[_Draft]:
    """Yield drafts of the properties of a schema and of its items, and keep them in its own."""
    properties: dict[str, list[Schema]] = {}
    for part in _parts(schemas, draft.schema):
        for key, value in part.get("properties", {}).items():
            properties.setdefault(key, []).append(value)
        draft.is_list = draft.is_list or part.get("type") == "array"
        if "items" in part and draft.item is None:
            draft.item = _Draft(part["items"], "", draft.depth + 1)
            yield draft.item
    for key, values in properties.items():
        schema = values[0] if len(values) == 1 else {"allOf": values}
        draft.fields.append(_Draft(schema, key, draft.depth + 1))
        yield draft.fields[-1]


def _parts(schemas: Mapping[str, Schema], schema: Schema) -> list[Schema]:
    """Return a schema and all that it is made of, alternatives too, references followed; the nearest first."""
    parts = [schema]
    seen = {id(schema)}
    for part in parts:  # which grows meanwhile
        inner = list(_branches(part))
        if "$ref" in part:
            inner.append(find(schemas, part))
        fresh = [one for one in inner if id(one) not in seen]
        seen.update(map(id, fresh))
        parts.extend(fresh[: _MOST_PARTS - len(parts)])
    return parts


def _branches(schema: Schema) -> Iterator[Schema]:
    for word in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(word, ())


def _names(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[Schema]:
    """Yield a schema and what it is another name for, the nearest first: a reference, alone or with words beside it.

    Of a schema that an object inherits from among others nothing is taken: its name is not that of the object.
    """
    for _ in range(_MOST_PARTS):
        branches = list(_branches(schema))
        beside = [part for part in branches if "$ref" not in part]
        named = [part for part in branches if "$ref" in part]
        yield schema
        yield from beside
        if "$ref" in schema:
            schema = find(schemas, schema)
        elif len(named) == 1 and not any("properties" in part for part in (schema, *beside)):
            schema = named[0]
        else:
            return


def _component_name(schemas: Mapping[str, Schema], schema: Schema) -> str:
    """Return the name of the component that a schema is, "" where it is none or where XML does not allow it."""
    ref = next((part["$ref"] for part in _names(schemas, schema) if "$ref" in part), "")
    path = tokens(ref.partition("#")[2])
    return path[-1] if len(path) > 1 and path[-2] in _COMPONENTS and is_name(path[-1]) else ""


def _node(schemas: Mapping[str, Schema], draft: _Draft, name: str = "") -> XmlNode | None:
    """Return a draft as a node, None where it says nothing but the default; `name` is for one that gives none."""
    inner = (_node(schemas, one) for one in draft.fields)
    node = XmlNode(
        key=draft.key,
        **{"name": name, **_said(schemas, draft)},
        fields=tuple(one for one in inner if one is not None),
        item=None if draft.item is None else _node(schemas, draft.item),
    )
    return None if node == XmlNode(key=draft.key) else node


def _said(schemas: Mapping[str, Schema], draft: _Draft) -> dict[str, Any]:
    """Return what the XML Objects of a schema say that is not the default."""
    xml: dict[str, str] = {}
    for part in _names(schemas, draft.schema):
        xml = {**part.get("xml", {}), **xml}
    kind = xml.get("nodeType", "")
    is_default = kind == ("none" if draft.is_list else "element")
    said = {} if is_default or not kind else {"kind": kind}
    if kind in ("text", "cdata", "none") or (draft.is_list and not kind):
        return said  # OAS 3.2.0: its name is ignored
    prefix, _, name = xml.get("name", "").rpartition(":")
    prefix, namespace = xml.get("prefix", prefix), xml.get("namespace", "")
    if is_name(name) and name != draft.key:
        said["name"] = name
    if is_name(prefix) and prefix != "xmlns":
        said["prefix"] = prefix
    if namespace and prefix not in ("xml", "xmlns") and namespace not in _RESERVED and not forbidden(namespace):
        said["namespace"] = namespace
    return said

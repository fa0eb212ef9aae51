"""The arguments and fields of a tool by their names, for what was given one level too deep or too high."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.index.entities import split_as_is
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.strategy import Case
from openapi_mcp.schema.places import schemas_at

_WRAPPERS = frozenset(
    (
        "body", "data", "payload", "request", "params", "parameters", "arguments", "args", "kwargs", "input", "inputs",
        "json", "query", "path", "headers", "requestbody", "pathparams", "queryparams", "attributes", "fields",
        "object", "item", "resource", "record", "entity", "model", "form", "content", "options", "values",
    )
)  # fmt: skip
_OTHERS = frozenset(
    (
        "not", "no", "none", "exclude", "excluded", "excludes", "except", "without", "remove", "removed", "delete",
        "deleted", "unset", "old", "previous", "before", "after", "fallback", "parent", "parents", "child", "children",
        "source", "target", "other", "others", "alternative", "backup", "default", "defaults", "owner", "creator",
        "manager", "billing", "shipping",
    )
)  # fmt: skip
"""Words of an object that turns its fields round, or is another thing than the one that the call is about."""
_SEGMENT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_OTHER = re.compile(r"[^a-z0-9]+")


def declared(tool: Tool) -> Mapping[str, Any]:
    """Return the arguments of a tool, each with its schema."""
    found: Mapping[str, Any] = tool.input_schema.get("properties", {})
    return found


def folded(name: str) -> str:
    """Return the letters and digits of a name: "requestBody", "request_body" -> "requestbody"."""
    return _OTHER.sub("", name.lower())


def wraps(tool: Tool, name: str) -> bool:
    """True for a name that stands for arguments as a whole: "body", "data"; "order" in POST /orders/{id}."""
    plain = folded(name)
    return plain in _WRAPPERS or (plain in set(_entities(tool)) and not other_roles(name))


def other_roles(name: str) -> frozenset[str]:
    """Return the words of a name that say "not this one": "exclude" -> {"exclude"}, "billing_address" -> {"billing"}.

    What stands in such an object, and what stands beside it, are never the same.
    """
    return _OTHERS.intersection(split_as_is(name))


def _entities(tool: Tool) -> Iterator[str]:
    """Yield the last noun of the path, as it stands and as one of them: /orders/{id} -> "orders", "order"."""
    steps = [step for step in tool.operation.path.split("/") if _SEGMENT.fullmatch(step)]
    for step in steps[-1:]:
        plain = folded(step)
        yield from (plain, plain.removesuffix("s"), plain.removesuffix("es"), re.sub("ies$", "y", plain))


def fields_of(tool: Tool, argument: str) -> frozenset[str]:
    """Return the fields that an argument is declared to have; none where it is no object."""
    named = (each.get("properties") for each in schemas_at(tool.input_schema, (argument,)))
    return frozenset(name for each in named if isinstance(each, Mapping) for name in each)


def objects_of(case: Case) -> Mapping[str, frozenset[str]]:
    """Return the fields of each argument of the tool that is an object."""
    tool = case.tool
    return case.work.once("objects", tool, lambda: {n: f for n in declared(tool) if (f := fields_of(tool, n))})


def joined(outer: str, inner: str) -> frozenset[str]:
    """Return the names that a field goes by outside of its object: "address_street", "address.street", and so on."""
    named = inner[:1].upper() + inner[1:]
    return frozenset((f"{outer}_{inner}", f"{outer}.{inner}", f"{outer}-{inner}", f"{outer}[{inner}]", outer + named))


def parted(name: str, outer: str) -> frozenset[str]:
    """Return the fields of an object that a name may be joined of: ("address_street", "address") -> {"street", ...}."""
    rest = name.removeprefix(outer)
    if rest == name and outer:
        return frozenset()
    inner = (rest[1:], rest[1:-1], rest, rest[:1].lower() + rest[1:])
    return frozenset(each for each in inner if name in joined(outer, each))

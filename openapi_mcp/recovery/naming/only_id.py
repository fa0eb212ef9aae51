"""The one id that a call lacks: what "id" stands for where the document calls it "customer_id"."""

from openapi_mcp.index.entities import HANDLES, parse
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.naming.alike import entity_of, is_id
from openapi_mcp.recovery.naming.level import Level

_OF_ANOTHER = frozenset(
    (
        "parent", "client", "external", "user", "owner", "author", "creator", "manager", "account", "tenant", "source",
        "target", "previous", "reference", "correlation", "request", "session",
    )
)  # fmt: skip
"""Whose id is not the one of what a POST makes, nor of what it takes up."""


def ids_meant(level: Level, tool: Tool) -> tuple[str, ...]:
    """Return the fields that "id" may stand for: one where that is clear, all of them where it is not.

    An id in the path comes before the others: it names the thing that the call is about. Elsewhere it is clear only
    where nothing is there yet that could have an id of its own: in what a POST makes, or for the thing itself.
    """
    in_path = _path_arguments(tool) if level.is_root else ()
    free = tuple(name for name in level.declared if name not in level.given)
    ids = tuple(name for name in free if name in in_path or is_id(level.wire.get(name, name)))
    missing = tuple(name for name in ids if name in level.required)
    if len(ids) != 1 or missing != ids:
        return ids if missing else ()
    (name,) = ids
    if name in in_path:
        return ids if name == in_path[-1] and _is_key_of_path(name, level, tool) else ()
    is_of_another = not _OF_ANOTHER.isdisjoint(parse(level.wire.get(name, name)).words)
    is_new = tool.operation.method == "POST" and not is_of_another
    return ids if is_new or _is_about(name, level, tool) else ()


def _path_arguments(tool: Tool) -> tuple[str, ...]:
    """Return the arguments in the path, as they follow each other there."""
    found = [each for each in tool.parameters if each.location == "path"]
    return tuple(each.argument for each in sorted(found, key=lambda each: tool.operation.path.find(f"{{{each.name}}}")))


def _is_key_of_path(name: str, level: Level, tool: Tool) -> bool:
    """True for "{user_id}" in a path, and for "{username}" and "{user}" at the end of "/users/{...}".

    Not for "/weather/{city}", nor for "/workspaces/{slug}/members": there "id" may be that of a member.
    """
    wire = level.wire.get(name, name)
    if is_id(wire):
        return True
    key, is_last = parse(wire), tool.operation.path.rstrip("/").endswith(f"{{{wire}}}")
    return is_last and (key.key in HANDLES or (bool(key.words) and key.words == entity_of(name, level, tool)))


def _is_about(name: str, level: Level, tool: Tool) -> bool:
    entity, words = entity_of(name, level, tool), parse(level.wire.get(name, name)).words
    return bool(words) and words == entity[-len(words) :]

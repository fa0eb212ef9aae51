"""OpenAPI Overlays 1.0 and 1.1, applied to a parsed document before anything else is read of it."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from openapi_mcp.errors import DocumentError
from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import one_line

Location = tuple[str | int, ...]
_FIELDS = frozenset({"target", "description", "update", "remove", "copy"})


def apply_overlay(root: JsonValue, overlay: JsonValue, *, where: str) -> tuple[JsonValue, list[Problem]]:
    """Return the document with an overlay's actions done in order, and Problems: what did nothing, what is not known.

    `root` is changed in place where its root stays the same value. An action updates, removes or (1.1) copies what its
    JSONPath (RFC 9535) selects: objects merge, arrays grow, other values are replaced.

    Raises:
        DocumentError: not an overlay, or an action without a valid JSONPath.

    Overlay 1.1.0, Overlay Object and Action Object.
    """
    if not isinstance(overlay, dict) or not str(overlay.get("overlay", "")).startswith("1."):
        hint = 'an overlay starts with "overlay": "1.0.0" and has "actions"'
        raise DocumentError("this is not an OpenAPI Overlay 1.x", where=where, hint=hint)
    actions = overlay.get("actions")
    if not isinstance(actions, list):
        raise DocumentError("the overlay has no actions", where=where, hint='give "actions": [{"target": ...}]')
    problems: list[Problem] = []
    for index, action in enumerate(actions):
        place = f"{where}#/actions/{index}"
        root, idle = _Action.read(action, place).apply(root)
        problems += (_problem(place, said) for said in (*_unknown(action), idle) if said)
    return root, problems


def _problem(place: str, message: str) -> Problem:
    return Problem(severity=Severity.WARNING, pointer=place, message=message, hint="correct or remove the action")


def _unknown(action: JsonValue) -> Iterator[str]:
    """Say what of an action is not acted on."""
    fields = action if isinstance(action, dict) else {}
    for word in fields:
        if word not in _FIELDS and not word.startswith("x-"):
            yield f"an overlay's action has no field {one_line(word, 80)!r}"
    if not isinstance(fields.get("remove", False), bool):
        yield "the `remove` of an overlay's action is not true or false: nothing is removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Action:
    place: str
    words: str
    target: Any
    update: JsonValue
    has_update: bool
    remove: bool
    copy: Any

    @classmethod
    def read(cls, action: JsonValue, place: str) -> "_Action":
        if not isinstance(action, dict):
            raise DocumentError("an action is not an object", where=place, hint='write {"target": ..., "update": ...}')
        copy = action.get("copy")
        return cls(
            place=place,
            words=one_line(str(action.get("target")), 120),
            target=_path(action.get("target"), f"{place}/target"),
            update=action.get("update"),
            has_update="update" in action,
            remove=action.get("remove") is True,
            copy=None if copy is None else _path(copy, f"{place}/copy"),
        )

    def apply(self, root: JsonValue) -> tuple[JsonValue, str]:
        """Return the document with this action done, or as it was with what kept it from being done."""
        found = [tuple(node.location) for node in self._find(self.target, root)]
        if not found:
            return root, f"the overlay's target {self.words!r} matches nothing"
        if self.remove:
            for location in sorted(found, key=_later_first, reverse=True):
                _remove(root, location)
            return root, ""
        values = [] if self.copy is None else [deepcopy(node.value) for node in self._find(self.copy, root)]
        if self.copy is not None and len(values) != 1:
            return root, f"the overlay's copy matches {len(values)} places, and must match one"
        for value in (*values, *([self.update] if self.has_update else ())):
            for location in found:
                root = _put(root, location, deepcopy(value))
        return root, ""

    def _find(self, path: Any, root: JsonValue) -> list[Any]:
        import jsonpath_rfc9535

        try:
            return list(path.find(root))
        except (jsonpath_rfc9535.JSONPathError, RecursionError) as error:
            said = one_line(str(error), 200)
            hint = "name the steps to it instead of searching with `..`"
            raise DocumentError(f"the JSONPath cannot be followed: {said}", where=self.place, hint=hint) from None


def _path(text: JsonValue, place: str) -> Any:
    import jsonpath_rfc9535

    try:
        return jsonpath_rfc9535.compile(text if isinstance(text, str) else "")
    except jsonpath_rfc9535.JSONPathError as error:
        said = one_line(str(error), 200)
        hint = "write it as $.paths['/orders'].get"
        raise DocumentError(f"not a JSONPath: {said}", where=place, hint=hint) from None
    except RecursionError:
        raise DocumentError("the JSONPath is nested too deeply", where=place, hint="write a shorter one") from None


def _later_first(location: Location) -> tuple[tuple[int, str | int], ...]:
    """Order locations so that, removed from the last to the first, no index before another one moves."""
    return tuple((0, step) if isinstance(step, int) else (1, step) for step in location)


def _remove(root: JsonValue, location: Location) -> None:
    if not location:
        return  # the whole document: nothing would be left to read
    holder = _holder(root, location)
    step = location[-1]
    if isinstance(holder, dict) and step in holder:
        del holder[str(step)]
    elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        del holder[step]


def _put(root: JsonValue, location: Location, value: JsonValue) -> JsonValue:
    if not location:
        return _merge(root, value)
    holder = _holder(root, location)
    step = location[-1]
    if isinstance(holder, dict):
        holder[str(step)] = _merge(holder.get(str(step)), value)
    elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        holder[step] = _merge(holder[step], value)
    return root


def _holder(root: JsonValue, location: Location) -> JsonValue:
    node: Any = root
    for step in location[:-1]:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):  # an earlier removal of this action took it away
            return None
    return node if isinstance(node, (dict, list)) else None


def _merge(target: JsonValue, value: JsonValue) -> JsonValue:
    """Merge by the rules of the Overlay specification; an array takes in another array's items, or one entry."""
    match target, value:
        case dict(), dict():
            for name, item in value.items():
                target[name] = _merge(target[name], item) if name in target else item
            return target
        case list(), list():
            return [*target, *value]
        case list(), _:
            return [*target, value]
        case _:
            return value

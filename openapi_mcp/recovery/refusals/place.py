"""The place in a call's arguments that an answer means when it names a field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from openapi_mcp.model.fault import Path
from openapi_mcp.model.tool import Binding, Tool
from openapi_mcp.recovery.refusals.complaint import Complaint
from openapi_mcp.recovery.refusals.forms.names import LOCATIONS, plain
from openapi_mcp.recovery.values import MISSING

Schema = Mapping[str, Any]

_MOST_HOPS = 16  # schemas that one place is looked for in
_MOST_ARGUMENTS = 200  # of a tool, and fields of each, that a name is looked for in
_WRAPPERS = (
    "request", "dto", "model", "input", "command", "payload", "form", "entity", "resource", "args", "arguments",
    "params", "data", "body", "attributes",
)  # fmt: skip
_AMBIGUOUS = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in the arguments, and what the document says of the value there."""

    path: Path
    schema: Schema = field(default_factory=dict)


class Places:
    """Finds places in the arguments of a call by the names that answers give them; never one of two that fit."""

    def __init__(self, tool: Tool, arguments: Mapping[str, Any]) -> None:
        self._tool = tool
        self._arguments = arguments
        self._listed: Mapping[str, Schema] = tool.input_schema.get("properties", {})
        self._defs: Mapping[str, Schema] = tool.input_schema.get("$defs", {})

    @cached_property
    def bindings(self) -> list[Binding]:
        """What becomes of the arguments that a caller may give, in each media type of the body."""
        tool = self._tool
        every = (*tool.parameters, *(each for body in tool.bodies for each in body.bindings))
        return [each for each in every if each.argument in self._listed]

    def of(self, complaint: Complaint) -> Spot | None:
        """Return the place that a complaint means, None where none fits, or more than one."""
        if not complaint.steps:
            return None
        for steps, location in self._readings(complaint):
            found = self.at(steps, location)
            if found is _AMBIGUOUS:
                return None
            if isinstance(found, Spot):
                return found
        return self._by_its_end(complaint)

    def _by_its_end(self, complaint: Complaint) -> Spot | None:
        """Return the place that the last steps of a field name, where those before them name nothing of the tool's.

        "create.ticket.ownerName" -> owner_name: frameworks put methods, models and parts of theirs before a field. One
        step may stand within an argument too: "level" -> ticket.level, where no other field is called so.
        """
        steps = complaint.steps
        for count in range(1, len(steps)):
            before = steps[count - 1]
            if isinstance(before, int) or self._is_known(before) or LOCATIONS.get(plain(before), "body") != "body":
                return None
            found = self.at(steps[count:], "")
            if found is not None:
                return found if isinstance(found, Spot) else None
        return self._within_one(str(steps[-1])) if isinstance(steps[-1], str) else None

    def _is_known(self, name: str) -> bool:
        """True for a name that the tool has: of an argument, or of a field within one."""
        return plain(name) in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        names = {plain(each) for binding in self.bindings for each in (binding.argument, binding.name)}
        return frozenset(names | {plain(str(path[-1])) for path, _ in self._inner})

    @cached_property
    def _inner(self) -> list[tuple[Path, Schema]]:
        """The fields within the arguments of the body, one step down, that the document declares."""
        found: dict[Path, Schema] = {}
        for name in islice(dict.fromkeys(each.argument for each in self.bindings), _MOST_ARGUMENTS):
            for schema in self._alternatives(self.of_argument(name).schema):
                fields = _as_schema(schema.get("properties"))
                found |= {(name, key): _as_schema(own) for key, own in islice(fields.items(), _MOST_ARGUMENTS)}
        return list(found.items())

    def _within_one(self, name: str) -> Spot | None:
        """Return the one field of that name that stands one step within what was given; None where several do."""
        found = [path for path, _ in self._inner if plain(str(path[-1])) == plain(name) and path[0] in self._arguments]
        return self._within(self.of_argument(str(found[0][0])), (found[0][1],)) if len(found) == 1 else None

    def named(self, name: str) -> Spot | None:
        """Return the place of an argument by its name, in the list or on the wire; None where it is not one alone."""
        found = self.at((name,), "")
        return found if isinstance(found, Spot) else None

    def of_argument(self, name: str) -> Spot:
        """Return the place of an argument of the list."""
        return Spot(path=(name,), schema=_as_schema(self._listed.get(name)))

    def at(self, steps: Path, location: str) -> Any:
        """Return the Spot of these steps, None where there is none; something else where several arguments fit."""
        if not steps:
            return None
        names = self._arguments_named(steps[0], location)
        if len(names) > 1:
            return _AMBIGUOUS
        if names:
            return self._within(self.of_argument(names[0]), steps[1:])
        whole = {each.argument for each in self.bindings if each.is_whole_body}
        if len(whole) == 1 and location in ("", "body"):
            return self._within(self.of_argument(next(iter(whole))), steps)
        return None

    def _arguments_named(self, name: str | int, location: str) -> list[str]:
        """Return the arguments of a name: those that have it to the letter, else those that are plainly the same."""
        text = str(name)
        fitting = [each for each in self.bindings if not location or each.location == location]
        exact = {each.argument for each in fitting if text in (each.argument, each.name)}
        if exact or not plain(text):
            return sorted(exact)
        same = plain(text)
        return sorted({each.argument for each in fitting if same in (plain(each.argument), plain(each.name))})

    def _readings(self, complaint: Complaint) -> Iterator[tuple[Path, str]]:
        """Yield what the steps of a complaint may be, as they are and without what stands before the field."""
        steps, location = complaint.steps, complaint.location
        if complaint.named and len(steps) > 1:
            yield (complaint.named,), location  # "filter[name]" is a name
        yield steps, location
        first = plain(str(steps[0]))
        if len(steps) > 1 and first in LOCATIONS:
            yield steps[1:], LOCATIONS[first]
        if len(steps) > 2 and first == "data" and steps[1] in ("attributes", "relationships"):  # JSON:API
            yield tuple(each for each in steps[2:] if each not in ("data", "id")), location
            if steps[1] == "relationships":
                yield (f"{steps[2]}_id",), location
        if len(steps) > 1 and isinstance(steps[0], str) and self._is_wrapper(first):
            yield steps[1:], location

    def _is_wrapper(self, name: str) -> bool:
        """True for a name that frameworks put before a field: of the method, the model, the thing of the path."""
        operation = self._tool.operation
        things = [plain(part) for part in operation.path.split("/") if part and "{" not in part][-1:]
        known = {plain(operation.operation_id or ""), *things, *(thing.removesuffix("s") for thing in things)}
        return name in known or name.endswith(_WRAPPERS)

    def _within(self, spot: Spot, steps: Path) -> Spot | None:
        """Return the place further in; what is not given there ends where the given value does."""
        value = self._arguments.get(str(spot.path[0]), MISSING)
        for step in steps:
            found = self._down(spot.schema, step, value)
            if found is None:
                if _is_tag(step) or self._is_branch(spot.schema, step):
                    continue
                return None
            key, schema = found
            if value is not MISSING and not _holds(value, key):
                return spot
            spot = Spot(path=(*spot.path, key), schema=schema)
            value = _inside(value, key)
        return spot

    def _is_branch(self, schema: Schema, step: str | int) -> bool:
        """True for what pydantic writes for the model of a union: ["body", "pet", "Cat", "name"]."""
        is_union = any("anyOf" in each or "oneOf" in each for each in self._alternatives(schema))
        return is_union and str(step)[:1].isupper()

    def _down(self, schema: Schema, step: str | int, value: Any) -> tuple[str | int, Schema] | None:
        """Return the key that a step means in a value of a schema, and the schema there."""
        alternatives = list(self._alternatives(schema))
        if isinstance(step, int):
            lists = [each["items"] for each in alternatives if "items" in each]
            if lists or isinstance(value, list):
                return step, _as_schema(lists[0]) if lists else {}
        fields = {name: own for each in alternatives for name, own in _as_schema(each.get("properties")).items()}
        given: dict[str, Any] = {str(name): {} for name in value} if isinstance(value, Mapping) else {}
        known = {**given, **fields}
        text = str(step)
        names = [text] if text in known else [name for name in known if plain(name) == plain(text)]
        return (names[0], _as_schema(known[names[0]])) if len(names) == 1 else None

    def _alternatives(self, schema: Schema) -> Iterator[Schema]:
        """Yield the schemas that a value may have to fit: behind `$ref`, and the branches of allOf, anyOf and oneOf."""
        waiting: list[Any] = [schema]
        for _ in range(_MOST_HOPS):
            if not waiting:
                return
            each = waiting.pop(0)
            if not isinstance(each, Mapping):
                continue
            yield each
            reference = each.get("$ref")
            if isinstance(reference, str):
                waiting.append(self._defs.get(reference.removeprefix("#/$defs/")))
            waiting += [one for name in ("allOf", "anyOf", "oneOf") for one in each.get(name) or ()]

    def says(self, schema: Schema, keyword: str) -> Any:
        """Return what a schema says by a keyword, itself or behind its `$ref` and branches; None for nothing."""
        return next((each[keyword] for each in self._alternatives(schema) if keyword in each), None)


def _as_schema(schema: Any) -> Schema:
    return schema if isinstance(schema, Mapping) else {}


def _is_tag(step: str | int) -> bool:
    """True for what pydantic writes for the branch of a union, or the key of a mapping: "int", "list[str]", "[key]"."""
    text = str(step)
    tags = ("int", "str", "float", "bool", "dict", "list", "datetime", "date", "uuid", "none", "constrained")
    return text == "[key]" or text.startswith(("function-", "lax-", "json-or-")) or text.split("[")[0].lower() in tags


def _holds(value: Any, key: str | int) -> bool:
    """True for a value that has, or could have, something under a key."""
    if isinstance(key, int):
        return isinstance(value, list) and 0 <= key < len(value)
    return isinstance(value, Mapping)


def _inside(value: Any, key: str | int) -> Any:
    if value is MISSING:
        return MISSING
    return value.get(key, MISSING) if isinstance(value, Mapping) else value[int(key)]

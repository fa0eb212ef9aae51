"""What is wrong with an argument of a call, and what was done, or may be done, about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, begin_json
from openapi_mcp.model.room import Room, brief, shown

Path = tuple[str | int, ...]
"""Where in the arguments of a call something is: ("items", 3, "quantity"); () for the call as a whole."""

_LONGEST_PLACE = 200  # characters of where something is
_LONGEST_SAID = 300
_LONGEST_CALL = 600  # of the arguments of a call: a longer one is not told in part
_MOST_REPAIRS = 20  # that are told,
_ROOM_FOR_REPAIRS = 3_000  # in as many characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with the arguments of a call: by the document's schema, or by the API's answer.

    `path` is where in the arguments; `rule` one of RULES, and `limit` what it asks for: the names of types, the
    allowed values, a number, the name of a format; None where that is not known. `schema` is what the document says
    of the value there (a `$ref` in it names one of the tool's `$defs`). `said` are the words that say it, `at` where
    in the API's answer they stand: "#/email/0", "" before anything was sent. `named` is the field as the answer names
    it. A call may be sent in spite of what `is_soft`: a `format` that a value does not have.
    """

    path: Path
    rule: str
    limit: Any = None
    schema: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""
    at: str = ""
    named: str = ""
    is_soft: bool = False

    @property
    def place(self) -> str:
        """Where it is, for people: "items[3].quantity"."""
        return place(self.path)


RULES = frozenset(
    (
        "required", "unknown", "type", "enum", "const", "format", "pattern", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "exists",
        "taken", "alternatives", "invalid",
    )
)  # fmt: skip
"""The rules that a value can break: words of JSON Schema, and "unknown" (no such argument), "exists" (there is no such
thing in the API), "taken" (there is one already), "alternatives" (anyOf, oneOf), "invalid" (no more is said)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A value of a call that was rewritten: where, from what to what, and how, in words that a model can learn from.

    `before` is None where nothing was given there. `strategy` is the name of what found it, which is not told.
    """

    path: Path
    before: JsonValue
    after: JsonValue
    how: str
    strategy: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return {"field", "from", "to", "how"}; long values are shortened."""
        before, after = shown(self.before), shown(self.after)
        return {"field": told_place(self.path), "from": before, "to": after, "how": brief(self.how, _LONGEST_SAID)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A call that may help: the tool, why, and the arguments to use, as far as they are known.

    `path` is where the fault is that it helps with; () where that is not said, or it is the call as a whole.
    """

    tool: str
    why: str
    arguments: Mapping[str, Any] | None = None
    path: Path = ()

    def as_json(self) -> dict[str, Any]:
        """Return {"tool", "why"}, with "arguments" where there are any that are not too long to be told."""
        said: dict[str, Any] = {"tool": self.tool, "why": brief(self.why, _LONGEST_SAID)}
        if self.arguments is None or len(begin_json(dict(self.arguments), _LONGEST_CALL + 1)) > _LONGEST_CALL:
            return said
        return {**said, "arguments": dict(self.arguments)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A lookup that was made on the way: the tool, its arguments, and how many items its answer had, if it had one."""

    tool: str
    arguments: Mapping[str, Any]
    items: int = 0
    failed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return {"tool", "arguments", "items"}, long values shortened; "failed": true where there was no answer."""
        given = {name: shown(value) for name, value in self.arguments.items()}
        brought = {"failed": True} if self.failed else {"items": self.items}
        return {"tool": self.tool, "arguments": given, **brought}


def place(path: Iterable[str | int]) -> str:
    """Write where something is: ("items", 3, "quantity") -> "items[3].quantity"."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def told_place(path: Iterable[str | int]) -> str:
    """Write where something is, in short: a name that a caller gave may be as long as a call."""
    return brief(place(path), _LONGEST_PLACE)


def told_repairs(repairs: Sequence[Repair], room: Room | None = None) -> dict[str, Any]:
    """Return {"repairs": [...]} with as many as are told, and "more_repairs", how many there were besides."""
    listed = (room or Room(_ROOM_FOR_REPAIRS)).of(
        (each.as_json() for each in repairs[:_MOST_REPAIRS]), _ROOM_FOR_REPAIRS
    )
    said = {"repairs": listed, "more_repairs": len(repairs) - len(listed)}
    return {name: value for name, value in said.items() if value}

"""What is wrong with an argument of a call, and what was done, or may be done, about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, begin_json
from openapi_mcp.model.text import one_line

Path = tuple[str | int, ...]
"""Where in the arguments of a call something is: ("items", 3, "quantity"); () for the call as a whole."""

_SHOWN = 200  # characters of a value that is told


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

    `before` is None where nothing was given there.
    """

    path: Path
    before: JsonValue
    after: JsonValue
    how: str

    def as_json(self) -> dict[str, Any]:
        """Return {"field", "from", "to", "how"}; long values are shortened."""
        return {"field": place(self.path), "from": _shown(self.before), "to": _shown(self.after), "how": self.how}


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
        """Return {"tool", "why"}, with "arguments" where there are any."""
        said: dict[str, Any] = {"tool": self.tool, "why": self.why}
        return said if self.arguments is None else {**said, "arguments": dict(self.arguments)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A lookup that was made on the way: the tool, its arguments, and how many items its answer had, if it had one."""

    tool: str
    arguments: Mapping[str, Any]
    items: int = 0
    failed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return {"tool", "arguments", "items"}; "failed": true in place of the items where there was no answer."""
        brought = {"failed": True} if self.failed else {"items": self.items}
        return {"tool": self.tool, "arguments": dict(self.arguments), **brought}


def place(path: Iterable[str | int]) -> str:
    """Write where something is: ("items", 3, "quantity") -> "items[3].quantity"."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _shown(value: JsonValue) -> JsonValue:
    """Return a value as it is told: itself, or the beginning of its JSON where that is long."""
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else one_line(value, _SHOWN)
    try:
        text = begin_json(value, _SHOWN + 1)
    except (ValueError, TypeError):  # NaN and Infinity, which JSON has no word for
        return one_line(str(value), _SHOWN)
    return value if len(text) <= _SHOWN else one_line(text, _SHOWN)

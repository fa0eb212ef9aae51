"""The last check: no tool enters the list that one client or another would refuse it for.

A tool that does not pass is quarantined by the generator: left out, said why, and the rest is served.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.generator.clients import Fit
from openapi_mcp.generator.sound import schema_fault
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.tool import WireTool

MAX_TOOL = 40_000  # bytes of one tool in the list
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ARGUMENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ROOT = frozenset({"type", "properties", "required", "additionalProperties", "$defs", "title", "description"})


@dataclass(slots=True)
class Gate:
    """Checks the tools of one list, one after the other; it remembers the names that it has let in."""

    fit: Fit
    _names: set[str] = field(default_factory=set)

    def objection(self, tool: WireTool) -> str | None:
        """Return why a tool may not enter the list, None when it may: then its name is taken."""
        objection = (
            self._name(tool.get("name"))
            or self._words(tool)
            or _input_fault(tool.get("inputSchema"))
            or _output_fault(tool.get("outputSchema"))
            or _size_fault(tool)
        )
        if objection is None:
            self._names.add(tool["name"])
        return objection

    def _name(self, name: Any) -> str | None:
        if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > self.fit.longest_name:
            return f"the name {str(name)[:60]!r} is not one that every client takes"
        return f"the name {name!r} is taken" if name in self._names else None

    def _words(self, tool: WireTool) -> str | None:
        said, title = tool.get("description"), tool.get("title", "")
        if not isinstance(said, str) or not said.strip() or not isinstance(title, str):
            return "it has no description"
        if len(said) > self.fit.longest_description:
            return f"its description has more than {self.fit.longest_description} characters"
        hints = tool.get("annotations", {})
        if not isinstance(hints, dict) or not all(isinstance(hint, bool) for hint in hints.values()):
            return "an annotation is not a boolean"
        return None


def _input_fault(schema: Any) -> str | None:
    fault = _root_fault(schema) or schema_fault(schema, strict=True)
    if fault is not None:
        return f"its input schema cannot stand: {fault}"
    arguments = schema.get("properties", {})
    illegal = next((name for name in arguments if not _ARGUMENT.fullmatch(name)), None)
    if illegal is not None:
        return f"the argument name {illegal[:60]!r} is not one that every client takes"
    unknown = next((name for name in schema.get("required", ()) if name not in arguments), None)
    return None if unknown is None else f"the argument {unknown[:60]!r} is required and not declared"


def _output_fault(schema: Any) -> str | None:
    fault = None if schema is None else _root_fault(schema) or schema_fault(schema, strict=True)
    return None if fault is None else f"its output schema cannot stand: {fault}"


def _root_fault(schema: Any) -> str | None:
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "its root is not `type: object`"
    more = next((word for word in schema if word not in _ROOT), None)
    return None if more is None else f"{more[:40]!r} stands at its root"


def _size_fault(tool: WireTool) -> str | None:
    try:
        size = len(write_json(tool).encode())
    except (ValueError, TypeError, RecursionError):  # NaN, a lone surrogate, what JSON has no word for
        return "it cannot be written as JSON"
    return None if size <= MAX_TOOL else f"it has {size:,} bytes, and more than {MAX_TOOL:,} are too much for a model"

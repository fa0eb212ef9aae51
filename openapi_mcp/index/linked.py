"""What a document's own Link Objects say: which answer holds the value of which argument. OAS 3.1.1, 4.8.20."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from openapi_mcp.model.document import Link
from openapi_mcp.model.pointer import tokens
from openapi_mcp.model.text import holds_hidden
from openapi_mcp.model.tool import Tool

_BODY = "$response.body"
_MOST = 50  # parameters of a link
_MOST_LINKS = 20_000  # of all answers together
_MOST_SOURCES = 8  # answers for one argument, more than are ever told
_LONGEST = 400  # characters of an expression
_HEADER = "$response.header."


@dataclass(frozen=True, slots=True)
class Linked:
    """A tool whose answer a link leads on from, and where in it the value stands."""

    tool: Tool
    field: str


LinkedArguments = Mapping[tuple[str, str], Sequence[Linked]]
"""By the name of the tool that a link leads to, and that of its argument."""


def linked_arguments(tools: Sequence[Tool]) -> LinkedArguments:
    """Return what the links of some tools' answers hold for the arguments of others; none for a broken one."""
    by_id = {tool.operation.operation_id: tool for tool in tools if tool.operation.operation_id}
    by_place = {(tool.operation.method, tool.operation.path): tool for tool in tools}
    found: dict[tuple[str, str], list[Linked]] = defaultdict(list)
    for tool, link in islice(_links(tools), _MOST_LINKS):
        target = by_id.get(link.operation_id) if link.operation_id else by_place.get((link.method, link.path))
        if target is None or target is tool:
            continue
        for name, expression in list(link.parameters.items())[:_MOST]:
            argument = target.argument_of(name)
            sources = found[target.name, argument]
            if argument and len(sources) < _MOST_SOURCES and (field := field_of(expression)) is not None:
                sources.append(Linked(tool, field))
    return found


def _links(tools: Sequence[Tool]) -> Iterator[tuple[Tool, Link]]:
    for tool in tools:
        for response in tool.operation.responses:
            for link in response.links:
                yield tool, link


def field_of(expression: Any) -> str | None:
    """Return where in an answer a runtime expression reads, None where it reads elsewhere.

    "$response.body#/results/0/id" -> "results[].id"; a header is "header.Location". One that is longer than any place,
    or that holds characters which nobody sees, is not for a model to read.
    """
    if not isinstance(expression, str) or len(expression) > _LONGEST or holds_hidden(expression):
        return None
    text = expression.removeprefix("{").removesuffix("}")
    if text.startswith(_HEADER):
        return f"header.{text.removeprefix(_HEADER)}"
    if not text.startswith(_BODY):
        return None
    try:
        steps = tokens(text.removeprefix(_BODY))
    except ValueError:
        return None
    return "".join("[]" if step.isdigit() else f".{step}" for step in steps).removeprefix(".")

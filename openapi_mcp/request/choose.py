"""Which media type a body is sent in: the one that the caller names, else the first that takes what is given."""

from collections.abc import Callable, Mapping
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import SentBody, Tool

Accepts = Callable[[SentBody], bool]
"""Says whether the values that are given fit what a body takes."""


def chosen_body(tool: Tool, arguments: Mapping[str, Any], accepts: Accepts | None = None) -> SentBody | None:
    """Return the body to send, None for a tool without one.

    {"content_type": "text/csv", "body": "a,b"} -> the body as text/csv; {"file": "aGk="} -> the first that has a
    `file`, of several the first that `accepts` its values.

    Raises:
        ArgumentsError: the tool has no such media type.
    """
    if not tool.bodies:
        return None
    named = arguments.get(tool.chooser) if tool.chooser else None
    if named is not None:
        return _named(tool, named)
    if len(tool.bodies) == 1:
        return tool.bodies[0]
    taken = [{binding.argument for binding in body.bindings} for body in tool.bodies]
    given = arguments.keys() & set.union(*taken)
    if not given:
        return tool.bodies[0]
    fitting = [body for body, names in zip(tool.bodies, taken, strict=True) if given <= names] or [tool.bodies[0]]
    accepting = (body for body in fitting if len(fitting) == 1 or accepts is None or accepts(body))
    return next(accepting, fitting[0])


def _named(tool: Tool, wanted: object) -> SentBody:
    for body in tool.bodies:
        if body.content_type == wanted:
            return body
    listed = ", ".join(body.content_type for body in tool.bodies)
    raise ArgumentsError(
        f'argument "{tool.chooser}" is {one_line(repr(wanted), 80)}, but must be one of {listed}',
        field=tool.chooser,
        hint=f'leave "{tool.chooser}" out for {tool.bodies[0].content_type}',
    )

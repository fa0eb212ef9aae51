"""The arguments of a call with the operator's own values among them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openapi_mcp.model.tool import Binding, BindingKind, SentBody, Tool


def filled(tool: Tool, arguments: Mapping[str, Any], body: SentBody | None) -> dict[str, Any]:
    """Return arguments with what is fixed, whatever they say of it, and with the defaults of what they leave out.

    (fixed {"shop": 7}, defaults {"size": 20}, {"page": 2}) -> {"page": 2, "shop": 7, "size": 20}

    Only what this body takes is added to it, and to a part of it only where that is sent.
    """
    if not tool.fixed and not tool.defaults:
        return dict(arguments)
    whole = {**tool.defaults, **arguments, **tool.fixed}
    added = {binding.argument for binding in _bindings(tool, body, whole)}
    return {name: value for name, value in whole.items() if name in arguments or name in added}


def _bindings(tool: Tool, body: SentBody | None, whole: Mapping[str, Any]) -> Iterator[Binding]:
    """Yield what can be sent; not the header of a part that is not."""
    yield from tool.parameters
    of_body = body.bindings if body else ()
    parts = {binding.name for binding in of_body if binding.is_body_field and binding.argument in whole}
    for binding in of_body:
        if binding.kind is not BindingKind.PART_HEADER or binding.part in parts:
            yield binding


def unfilled(tool: Tool, given: Mapping[str, Any], calls: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the arguments of further calls as a caller gives them, without what is fixed.

    One that would change what is fixed is left out, as is one that a caller has made with what was `given`.
    """
    for arguments in calls:
        if all(arguments[name] == value for name, value in tool.fixed.items() if name in arguments):
            own = {name: value for name, value in arguments.items() if name not in tool.fixed}
            if own != given:
                yield own

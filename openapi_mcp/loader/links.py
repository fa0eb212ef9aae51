"""The Link Objects of a response: to which operation an answer leads, and with which of its values."""

from collections.abc import Callable, Iterator, Mapping

from openapi_mcp.loader.narrow import JsonObject, as_object, text_of
from openapi_mcp.loader.refs import RefError
from openapi_mcp.model.document import Link
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join, tokens

Follow = Callable[[JsonValue, str], tuple[JsonValue, str]]
Warn = Callable[[str, str, str], None]

_MOST = 100  # of one response


def links(response: JsonObject, pointer: str, follow: Follow, warn: Warn) -> Iterator[Link]:
    """Yield the links of a response; one that leads nowhere is left out, and `warn` is told why.

    OAS 3.1.1, 4.8.20: an operation is named by its `operationId`, or by an `operationRef` into this document.
    """
    held = response.get("links")
    if not isinstance(held, dict | None):
        warn(join(pointer, "links"), "`links` is not an object", "correct it; it is left out")
    for name, value in list(as_object(held).items())[:_MOST]:
        place = join(pointer, "links", name)
        try:
            found, _ = follow(value, place)
            yield _link(name, found, place)
        except (RefError, _NoLinkError) as error:
            warn(place, f"the link is left out: {error}", "name an operation of this document")


class _NoLinkError(ValueError):
    """A link that names no operation; the message says why."""


def _link(name: str, value: JsonValue, pointer: str) -> Link:
    if not isinstance(value, dict):
        raise _NoLinkError("it is not an object")
    parameters: Mapping[str, JsonValue] = as_object(value.get("parameters"))
    operation_id, reference = text_of(value, "operationId"), text_of(value, "operationRef")
    if operation_id:
        return Link(name=name, operation_id=operation_id, parameters=parameters, pointer=pointer)
    if not reference:
        raise _NoLinkError("it has neither operationId nor operationRef")
    method, path = _operation(reference)
    return Link(name=name, method=method, path=path, parameters=parameters, pointer=pointer)


def _operation(reference: str) -> tuple[str, str]:
    """Return the method and the path that a reference names: "#/paths/~1users~1{id}/get" -> ("GET", "/users/{id}")."""
    uri, _, fragment = reference.partition("#")
    try:
        steps = tuple(tokens(f"#{fragment}"))
    except ValueError:
        steps = ()
    if uri or len(steps) != 3 or steps[0] != "paths":
        raise _NoLinkError("its operationRef does not lead to an operation of this document")
    return steps[2].upper(), steps[1]

"""Fields of a step's payload that its operation does not know: the API would ignore them, or refuse the call."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.near import Guesses
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import Payload
from openapi_mcp.workflow.arguments import body_of
from openapi_mcp.workflow.shown import shown
from openapi_mcp.workflow.warned import Warned

_MOST = 1_000  # values of one payload
_MOST_TOLD = 20  # fields
_HINT = "correct its name"
_BESIDE = "x-beside"  # marks a schema of ours, whose fields are arguments


def unknown_fields(payload: Payload, tool: Tool, guesses: Guesses) -> list[Warned]:
    """Return the fields of a payload that is written as an object, which the body's schema does not have.

    Where a schema is open to others, those alone whose names are nearly one that it has.
    """
    body = body_of(tool, payload)
    if body is None or not isinstance(payload.payload, Mapping):
        return []
    looking = _Looking(tool.input_schema.get("$defs", {}), guesses)
    schemas = {**tool.input_schema.get("properties", {}), **body.schemas}
    whole = next((binding for binding in body.bindings if binding.is_whole_body), None)
    if whole is not None:
        found = looking.within(payload.payload, schemas.get(whole.argument), "/requestBody/payload")
    else:  # the arguments stand side by side, and no others are taken
        fields = {each.name: schemas.get(each.argument, True) for each in body.bindings if each.is_body_field}
        schema = {"properties": fields, "additionalProperties": False, _BESIDE: True}
        found = looking.within(payload.payload, schema, "/requestBody/payload")
    return [each for each, _ in zip(found, range(_MOST_TOLD), strict=False)]


class _Looking:
    def __init__(self, definitions: Mapping[str, Any], guesses: Guesses) -> None:
        self._definitions = definitions
        self._guesses = guesses

    def within(self, value: Any, schema: Any, place: str) -> Iterator[Warned]:
        """Yield the fields that are told, however deep, those nearest to the root first."""
        waiting, left = deque([(value, schema, place)]), _MOST
        while waiting and left:
            left -= 1
            value, schema, place = waiting.popleft()
            if isinstance(value, list):
                items = self._followed(schema).get("items")
                waiting += [(each, items, join(place, index)) for index, each in enumerate(value[:left])]
            elif isinstance(value, Mapping) and (known := self._known(schema)):
                for name, each in value.items():
                    if name in known:
                        waiting.append((each, known[name], join(place, name)))
                    else:
                        yield from self._told(name, known, schema, join(place, name))

    def _told(self, name: str, known: Mapping[str, Any], schema: Any, place: str) -> Iterator[Warned]:
        rest = self._followed(schema).get("additionalProperties", True)
        hint = self._guesses.meant(name, known, "")
        if rest is False or (rest is True and hint):
            said = f"the operation's body has no field {one_line(name, 80)!r} here"
            is_fatal = rest is False and not (hint and schema.get(_BESIDE))  # a near name is mended in each call
            yield Warned(said, hint or _HINT, place, is_fatal=is_fatal)

    def _known(self, schema: Any) -> Mapping[str, Any]:
        """Return the properties that a schema names; {} where it names none, or is not looked through."""
        if not isinstance(schema, Mapping) or "patternProperties" in self._followed(schema):
            return {}
        found = shown({**schema, "$defs": self._definitions})
        return found.properties if found is not None else {}

    def _followed(self, schema: Any) -> Mapping[str, Any]:
        """Return what a schema says itself, through one reference."""
        if isinstance(schema, Mapping) and "$ref" in schema:
            schema = self._definitions.get(str(schema["$ref"]).removeprefix("#/$defs/"))
        return schema if isinstance(schema, Mapping) else {}

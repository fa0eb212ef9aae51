"""The request body of a step, made of its payload, what a run knows, and its replacements (4.6.14, 4.6.15)."""

from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Payload, Replacement
from openapi_mcp.workflow.dereference import reference_tokens
from openapi_mcp.workflow.evaluate import filled, filled_text
from openapi_mcp.workflow.expressions import LONGEST, whole
from openapi_mcp.workflow.faults import PayloadError
from openapi_mcp.workflow.state import Missing, State
from openapi_mcp.workflow.template import filled_json

_MOST_FIELDS = 10_000
_LONGEST_INDEX = 9  # digits


def payload_of(body: Payload, state: State, content_type: str = "") -> Any:
    """Return the body as a JSON value, or as a text where it is no JSON and no form; or the first Missing in it.

    `content_type` is the operation's own, for a body that names none. A template in text cannot be broken out of: in
    JSON and forms each of its texts is filled after it was read, in XML values are escaped. A form comes as an object.

    Raises:
        PayloadError: a template that is no JSON, a replacement whose place is not there.
        WorkflowError: it would be larger than any request.
    """
    value = _value(body.payload, state, (body.content_type or content_type).partition(";")[0].strip().lower())
    for replacement in body.replacements:
        if isinstance(value, Missing):
            return value
        value = _replaced(value, replacement, filled(replacement.value, state))
    return value


def _value(payload: Any, state: State, media_type: str) -> Any:
    if not isinstance(payload, str) or whole(payload) is not None:
        return filled(payload, state)
    if is_json(media_type):
        return filled_json(payload, state)
    if media_type == "application/x-www-form-urlencoded":
        return filled(_form(payload), state)
    return filled_text(payload, state, _in_xml if is_xml(media_type) else None)


def is_json(media_type: str) -> bool:
    """True for JSON and what is written as it: "application/merge-patch+json"."""
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


def is_xml(media_type: str) -> bool:
    """True for XML and what is written as it: "image/svg+xml"."""
    return media_type in ("application/xml", "text/xml") or media_type.endswith("+xml")


def _in_xml(text: str) -> str:
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def _form(text: str) -> dict[str, Any]:
    """Return a form's fields, still with their expressions: a name that stands twice has an array."""
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise PayloadError(f"a form has more than {_MOST_FIELDS:,} fields", hint="write fewer") from None
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields


def _replaced(value: Any, replacement: Replacement, new: Any) -> Any:
    """Return a body with a value put where a replacement says; it is not changed in place."""
    if isinstance(new, Missing):
        return new
    if not isinstance(value, dict | list):
        value = _read(value, replacement)
    return _put(value, reference_tokens(replacement.target.removeprefix("#")), new, replacement.target)


def _read(value: Any, replacement: Replacement) -> Any:
    """Return the JSON that a text is: a pointer leads into nothing else."""
    try:
        return read_json(value) if isinstance(value, str) else value
    except ValueError:
        raise _no_place(replacement.target, "the payload is a text that is no JSON") from None


def _put(value: Any, tokens: list[str], new: Any, target: str) -> Any:
    """Return a copy of a value with another in a place of it: the objects and arrays on the way are copied."""
    root = holder = [value]
    step: Any = 0
    for token in tokens:
        inner = _at(holder, step, target)
        if not isinstance(inner, dict | list):
            raise _no_place(target, f"what should hold {one_line(token, 40)!r} is no object and no array")
        holder[step] = inner.copy()
        holder, step = holder[step], _step(inner, token, target)
    holder[step] = new
    return root[0]


def _at(holder: Any, step: Any, target: str) -> Any:
    if isinstance(holder, dict) and step not in holder:
        raise _no_place(target, f"there is no {one_line(step, 40)!r}")
    return holder[step]


def _step(holder: dict[str, Any] | list[Any], token: str, target: str) -> str | int:
    if isinstance(holder, dict):
        return token
    if token.isascii() and token.isdigit() and len(token) <= _LONGEST_INDEX and int(token) < len(holder):
        return int(token)
    raise _no_place(target, f"an array of {len(holder)} has no item {one_line(token, 40)!r}")


def _no_place(target: str, why: str) -> PayloadError:
    said = f"the replacement at {one_line(target, 80)!r} has no place in the payload: {why}"
    return PayloadError(said, hint="name a place of the payload as a JSON Pointer: /items/0/quantity")


def unreachable(replacement: Replacement) -> str:
    """Say why no value can ever be put where a replacement says, "" where one may."""
    pointer = replacement.target.removeprefix("#")
    if len(pointer) > LONGEST:
        return f"the target has more than {LONGEST:,} characters"
    if pointer and (not pointer.startswith("/") or pointer.startswith("//")):
        return f"the target {one_line(pointer, 80)!r} is no JSON Pointer; XPath is not read here"
    return ""

"""The request body of a step, made of its payload, what a run knows, and its replacements (4.6.14, 4.6.15)."""

import re
from dataclasses import replace
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
from openapi_mcp.workflow.template import read_template, template
from openapi_mcp.workflow.work import Work

_FORM = "application/x-www-form-urlencoded"
_FORMS = (_FORM, "multipart/form-data")
_OPENS_OBJECT = re.compile(r'\s*\{\s*"')  # as no form does: its fields may be written as JSON, too
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
    value = _value(body.payload, state, _media_type(body, content_type))
    for replacement in body.replacements:
        if isinstance(value, Missing):
            return value
        value = replaced(value, replacement, filled(replacement.value, state), state.work)
    return value


def read_payload(body: Payload, content_type: str = "") -> Payload:
    """Return a body whose payload, where it is a template of JSON or of a form, is its values, not filled yet.

    Raises:
        PayloadError: a template that is no JSON.
    """
    return replace(body, payload=written(body.payload, _media_type(body, content_type)))


def _media_type(body: Payload, content_type: str) -> str:
    return (body.content_type or content_type).partition(";")[0].strip().lower()


def _value(payload: Any, state: State, media_type: str) -> Any:
    value = written(payload, media_type)
    if not isinstance(value, str) or whole(value) is not None or is_json(media_type):
        return filled(value, state)
    return filled_text(value, state, _in_xml if is_xml(media_type) else None)


def written(payload: Any, media_type: str) -> Any:
    """Return a payload as it is written, its expressions not filled: of a text what it is read as, JSON or a form.

    Raises:
        PayloadError: it opens as JSON and is none; a form has too many fields.
    """
    if not isinstance(payload, str) or whole(payload) is not None:
        return payload
    if is_json(media_type) or (media_type in _FORMS and _OPENS_OBJECT.match(payload)):
        return template(payload)
    return _form(payload) if media_type == _FORM else payload


def read_text(text: str) -> Any:
    """Return the JSON value, or the fields of the form, that a payload in text is; None for any other text.

    Its expressions are still in it.
    """
    begin = text.lstrip()
    try:
        if begin.startswith(("{", "[")) and not begin.startswith("{$"):
            return read_template(text)
        return _form(text) if "=" in text and not begin.startswith("<") else None
    except (PayloadError, RecursionError):
        return None


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


def replaced(value: Any, replacement: Replacement, new: Any, work: Work) -> Any:
    """Return a body with a value put where a replacement says; it is not changed in place.

    Raises:
        PayloadError: there is no such place.
    """
    if isinstance(new, Missing):
        return new
    if not isinstance(value, dict | list):
        work.read(len(value) if isinstance(value, str) else 0)
        value = _read(value, replacement)
    return _put(value, reference_tokens(replacement.target.removeprefix("#")), new, replacement.target, work)


def _read(value: Any, replacement: Replacement) -> Any:
    """Return the JSON that a text is: a pointer leads into nothing else."""
    try:
        return read_json(value) if isinstance(value, str) else value
    except ValueError:
        raise _no_place(replacement.target, "the payload is a text that is no JSON") from None


def _put(value: Any, tokens: list[str], new: Any, target: str, work: Work) -> Any:
    """Return a copy of a value with another in a place of it: the objects and arrays on the way are copied."""
    root = holder = [value]
    step: Any = 0
    for token in tokens:
        inner = _at(holder, step, target)
        if not isinstance(inner, dict | list):
            raise _no_place(target, f"what should hold {one_line(token, 40)!r} is no object and no array")
        work.read(len(inner))
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

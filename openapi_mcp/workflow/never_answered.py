"""Outputs and criteria of a step that lead to what no answer of its operation has, by the schemas of those."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from openapi_mcp.model.document import Operation, Schema
from openapi_mcp.model.media import is_json
from openapi_mcp.model.near import Guesses
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import CriterionKind, Step
from openapi_mcp.workflow.dereference import reference_tokens
from openapi_mcp.workflow.expressions import Root, parse, without_braces
from openapi_mcp.workflow.faults import ExpressionError
from openapi_mcp.workflow.warned import Warned

_MOST_TOLD = 20
_MOST_LEVELS = 50
_MOST_PARTS = 50  # of one allOf, with what stands in these
_SHOWN = 5
_INDEX = re.compile("[0-9]{1,10}|-")
_SUCCESS = re.compile("2[0-9X]{2}|default", re.IGNORECASE)
_REFUSALS = re.compile("(?<![0-9])[345][0-9]{2}(?![0-9])")
_BODY = "$response.body"
_FILTERED = re.compile(r"\s*\$\[\s*\?[^@]{0,100}@\.([A-Za-z_]\w{0,80})")
_OTHER_WORDS = (
    "anyOf",
    "oneOf",
    "if",
    "patternProperties",
    "dependentSchemas",
    "unevaluatedProperties",
    "$dynamicRef",
    "discriminator",
)


class _Lost(NamedTuple):
    """Where a pointer leads nowhere: the name that is not there, those that are, whether there can be no others."""

    name: str
    known: tuple[str, ...]
    is_closed: bool
    is_list: bool = False


def never_answered(step: Step, operation: Operation, schemas: Mapping[str, Schema], guesses: Guesses) -> list[Warned]:
    """Return what is said of outputs that are always null: a warning each, as a schema may say less than an answer.

    Only of what the schemas of all successes are sure of: a list where a name is asked for, an object that takes no
    other names, or one with a name that is nearly the one that is asked for.
    """
    if any(_REFUSALS.search(each.condition) for each in step.criteria):
        return []  # a refusal may be what it waits for
    answers = _answers(operation)
    said: list[Warned] = []
    for name, text in step.outputs.items() if answers else ():
        if len(said) < _MOST_TOLD and (pointer := _pointer(text)):
            said += _told(pointer, join("/outputs", name), answers, schemas, guesses)
    return said


def filtered_members(step: Step, operation: Operation, schemas: Mapping[str, Schema]) -> list[Warned]:
    """Return what is said of criteria like "$[?count(@.pets) > 0]" where an answer is one object, which has `pets`.

    By RFC 9535, 2.3.5 a filter looks at the values of its members, and not at the object: it is never met as meant.
    """
    own = [_parts(each, schemas) for each in _answers(operation)]
    said: list[Warned] = []
    for criterion in (*step.criteria, *(one for each in (*step.on_success, *step.on_failure) for one in each.criteria)):
        filtered = _FILTERED.match(criterion.condition) if criterion.kind is CriterionKind.JSONPATH else None
        name = filtered[1] if filtered is not None and without_braces(criterion.context) == _BODY else ""
        if name and own and all(parts is not None and _is_member(name, parts) for parts in own):
            message = f"an object comes there, and $[?...] selects among the values of its members, not by its {name!r}"
            hint = (
                f"write $.{name} where it is to be there, $.{name}[0] for a list with an item, $.{name}[?...] for one"
            )
            is_own = criterion.pointer.startswith(f"{step.pointer}/")
            said.append(Warned(message, hint, criterion.pointer.removeprefix(step.pointer) if is_own else ""))
    return said[:_MOST_TOLD]


def _is_member(name: str, parts: Sequence[Mapping[str, Any]]) -> bool:
    """True where what holds together of a schema is an object with a member of this name."""
    kinds = {kind for each in parts for kind in _kinds(each)}
    return kinds == {"object"} and any(name in each.get("properties", {}) for each in parts)


def _answers(operation: Operation) -> list[Schema]:
    """Return the schemas of all that a success may answer; nothing where one of them is not known."""
    found: list[Schema] = []
    for response in operation.responses:
        for media in response.content if _SUCCESS.fullmatch(response.status) else ():
            if not is_json(media.content_type) or not media.schema:
                return []
            found.append(media.schema)
    return found


def _pointer(text: str) -> str:
    try:
        read = parse(without_braces(text))
    except ExpressionError:
        return ""
    return (read.pointer or "") if read.root is Root.RESPONSE and read.part == "body" and not read.name else ""


def _told(
    pointer: str, place: str, answers: Sequence[Schema], schemas: Mapping[str, Schema], guesses: Guesses
) -> Iterator[Warned]:
    """Yield what is said of one pointer: nothing where one of the answers may have it."""
    tokens = reference_tokens(pointer)
    ways = [_lost(tokens, each, schemas) for each in answers]
    lost = [each for each in ways if each is not None]
    if len(lost) < len(ways):
        return
    first = lost[0]
    said = f"no answer of the operation has {one_line('#' + pointer, 80)!r}, by its schema; the output would be null"
    if first.is_list:
        yield Warned(said, f"a list comes there: name an item of it, as in 0/{one_line(first.name, 60)}", place)
        return
    near = guesses.meant(first.name, first.known)
    if near or all(each.is_closed for each in lost):
        shown = ", ".join(one_line(each, 40) for each in first.known[:_SHOWN])
        yield Warned(said, near or f"correct the pointer: there are {shown or 'no names'}", place)


def _lost(tokens: Sequence[str], schema: Any, schemas: Mapping[str, Schema]) -> _Lost | None:
    """Return where a pointer leads nowhere in a schema; None where it may lead to something."""
    for token in tokens[:_MOST_LEVELS]:
        parts = _parts(schema, schemas)
        if parts is None:
            return None
        kinds = {kind for each in parts for kind in _kinds(each)}
        if kinds <= {"array", "null"} and kinds:
            if not _INDEX.fullmatch(token):
                return _Lost(token, (), is_closed=True, is_list=True)
            items = [each["items"] for each in parts if "items" in each]
            if len(items) != 1 or any("prefixItems" in each for each in parts):
                return None
            schema = items[0]
            continue
        if not kinds <= {"object", "null"}:
            return None
        known = {name: each for part in parts for name, each in part.get("properties", {}).items()}
        found = known.get(token, known.get(unquote(token)))
        if found is None:
            return _beyond(token, parts, known)
        schema = found
    return None


def _beyond(token: str, parts: Sequence[Mapping[str, Any]], known: Mapping[str, Any]) -> _Lost | None:
    """Return what is known of a name that no part of an object's schema has; None of a map, which takes any."""
    rest = [part.get("additionalProperties", True) for part in parts]
    if not known or any(isinstance(each, Mapping) for each in rest):
        return None
    return _Lost(token, tuple(known), is_closed=False in rest)


def _parts(schema: Any, schemas: Mapping[str, Schema]) -> list[Mapping[str, Any]] | None:
    """Return what holds together of a schema, through `$ref` and `allOf`; None where there are several cases."""
    found: list[Mapping[str, Any]] = []
    waiting, looked = [schema], 0
    while waiting:
        each, looked = waiting.pop(), looked + 1
        if not isinstance(each, Mapping) or looked > _MOST_PARTS or any(word in each for word in _OTHER_WORDS):
            return None
        found.append(each)
        if "$ref" in each:
            waiting.append(schemas.get(str(each["$ref"])))
        waiting += each.get("allOf", ())
    return found


def _kinds(schema: Mapping[str, Any]) -> tuple[str, ...]:
    kind = schema.get("type")
    if kind is None:
        return ("object",) if "properties" in schema else ()
    return (kind,) if isinstance(kind, str) else tuple(kind)

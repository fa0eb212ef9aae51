"""Whether an answer that refuses a call tells of anything that was done for it: then it is not sent again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from openapi_mcp.index.entities import IDS, parse, segments, split, split_as_is
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.refusals.deeds import says_done
from openapi_mcp.recovery.refusals.strange import is_of_limits, is_strange, is_strange_header
from openapi_mcp.recovery.values import leaves

_MOST = 4_000  # values of an answer that are looked at
_DEEPEST = 16  # objects and lists within each other
_MOST_GIVEN = 2_000  # values of a call
_LONGEST_ID = 100  # characters
_PLACES = ("location", "content-location")
"""Headers that say where a thing is that was made (RFC 9110 sections 10.2.2 and 8.7)."""
_DONE = frozenset(
    ("created", "succeeded", "successful", "success", "processed", "inserted", "imported", "saved", "updated",
     "deleted", "completed", "accepted", "applied", "partial", "added", "removed", "stored", "written", "executed",
     "successes")
)  # fmt: skip
_COUNTS = frozenset(("count", "counts", "num", "number", "total", "id", "ids", "item", "items", "record", "records",
                     "row", "rows", "list", "entries", "result", "results"))  # fmt: skip
_STATUS = frozenset(("status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "responsecode"))
_WELL = frozenset(("ok", "success", "succeeded", "successful", "created", "done", "completed", "accepted", "processed"))
_ERRORS = frozenset(
    ("error", "errors", "detail", "details", "violations", "issues", "fault", "exception", "problems", "messages",
     "message", "fields", "invalidparams", "fielderrors", "validationerrors", "modelstate", "failures", "reason")
)  # fmt: skip
_OF_THE_ANSWER = frozenset(
    ("request", "trace", "correlation", "error", "span", "incident", "ray", "log", "session", "parent", "support",
     "line", "row", "column", "page", "attempt", "version", "message", "rule", "validation", "instance", "call", "rpc",
     "index", "position", "byte", "status", "code", "help", "doc")
)  # fmt: skip
_NUMBERS = frozenset(("number", "no", "reference", "ref"))


@dataclass(frozen=True, slots=True)
class _Given:
    """What a call said itself: its values as texts, those of them that are ids, its names and the declared ones.

    `thing` is the kind that it is about.
    """

    values: frozenset[str]
    ids: frozenset[str]
    names: frozenset[str]
    thing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of an answer, where it stands: in a list, or among the words or limits of an error, how deep."""

    value: Any
    depth: int = 0
    in_list: bool = False
    in_error: bool = False
    in_limits: bool = False


def has_acted(response: HttpResponse, body: Any, tool: Tool, arguments: Mapping[str, Any]) -> bool:
    """True where an answer tells of anything that was done: a sentence, a count, a status of success, a new id.

    422 {"error": {"message": "order 77 was created, but level is not known"}, "id": 77} -> True. What the call said
    itself tells of nothing. An answer that is too large to be read as a whole is taken for one that tells of work.
    """
    given = _given(tool, arguments)
    if any(response.header(name) for name in _PLACES) or _has_strange_header(response, given):
        return True
    waiting, seen = [_Place(body)], 0
    while waiting:
        place, seen = waiting.pop(), seen + 1
        if seen > _MOST or place.depth > _DEEPEST or _tells(place, given):
            return True
        waiting += _inner(place)
    return False


def _has_strange_header(response: HttpResponse, given: _Given) -> bool:
    return any(is_strange_header(name) and value not in given.values for name, value in response.headers)


def _given(tool: Tool, arguments: Mapping[str, Any]) -> _Given:
    values = frozenset(str(each) for each in islice(leaves(arguments), _MOST_GIVEN) if each not in (None, "", True))
    in_path = {binding.argument for binding in tool.parameters if binding.location == "path"}
    pairs = list(islice(_pairs(arguments), _MOST_GIVEN))
    ids = frozenset(str(value) for name, value in pairs if name in in_path or parse(name).key)
    declared = tool.input_schema.get("properties", {})
    names = frozenset(map(str, declared)) | frozenset(binding.name for binding in tool.bindings)
    static = [part for part in segments(tool.operation.path) if "{" not in part]
    names |= {name for name, _ in pairs}
    return _Given(values=values, ids=ids, names=names, thing=split(static[-1]) if static else ())


def _pairs(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the names within the arguments of a call, each with its value."""
    match value:
        case Mapping() if depth < _DEEPEST:
            for name, each in value.items():
                yield str(name), each
                yield from _pairs(each, depth + 1)
        case list() if depth < _DEEPEST:
            for each in value:
                yield from _pairs(each, depth + 1)


def _inner(place: _Place) -> Iterator[_Place]:
    """Yield what stands in an object or a list, as much as is looked at and one more."""
    depth = place.depth + 1
    match place.value:
        case Mapping() as fields:
            for name, each in islice(fields.items(), _MOST + 1):
                is_limit = place.in_limits or is_of_limits(str(name), in_error=place.in_error)
                yield _Place(each, depth, place.in_list, place.in_error or _word(name) in _ERRORS, is_limit)
        case list() as items:
            for each in items[: _MOST + 1]:
                yield _Place(each, depth, True, place.in_error, place.in_limits)


def _tells(place: _Place, given: _Given) -> bool:
    match place.value:
        case str() as text:
            return text not in given.values and says_done(text)
        case Mapping() as fields:
            said = ((str(name), value) for name, value in islice(fields.items(), _MOST) if value not in _NOTHING)
            return any(_is_sign(name, value, place, given) for name, value in said)
        case list() as items:
            return _is_half_done(items, given)
    return False


_NOTHING: tuple[Any, ...] = (None, False, 0, "", [], {}, "false", "no", "0")


def _is_sign(name: str, value: Any, place: _Place, given: _Given) -> bool:
    return (
        _says_what_was_done(name, value, given)
        or (_is_success(name, value, place) and str(value) not in given.values)
        or (not place.in_limits and is_strange(name, value, given.values, given.names, in_error=place.in_error))
        or (_is_of_a_thing(name, place, given) and _is_new_id(value, given))
    )


def _says_what_was_done(name: str, value: Any, given: _Given) -> bool:
    """True for {"created": [{"id": 5}]} and {"createdCount": 3}; False for what is said of a field of that name."""
    words = split_as_is(name)
    is_told = bool(_DONE & set(words)) and set(words) <= _DONE | _COUNTS
    return is_told and not (name in given.names and _is_complaint(value))


def _is_complaint(value: Any) -> bool:
    """True for the words on a field: "Enter a valid date.", ["This field is required."]."""
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _is_success(name: str, value: Any, place: _Place) -> bool:
    """True for the status of a part that went well: {"status": 201}; {"code": 200} in a list."""
    said = _word(name)
    if not place.depth or (said not in _STATUS and not (said == "code" and place.in_list)):
        return False
    text = str(value).strip().casefold()[:40]
    number = text.removeprefix("http/1.1 ").removeprefix("http/2 ")[:3]
    return (number.isdecimal() and number.startswith("2") and len(number) == 3 and _ends(text)) or text in _WELL


def _ends(text: str) -> bool:
    """True where a text has no digits behind a status: "201", "201 Created"; not "2011"."""
    return not text[3:4].isdecimal() or text.startswith("http/")


def _is_of_a_thing(name: str, place: _Place, given: _Given) -> bool:
    """True for a name under which the id of what was made may stand: "id", "order_id", "charge" of POST /charges.

    Not for ids of the answer itself ("request_id"), nor for the plain "id" of an error.
    """
    found = parse(name)
    words = set(found.words)
    if place.in_list or words & _OF_THE_ANSWER:
        return False
    if not words:
        return found.key in IDS and not place.in_error and not found.is_plural
    return found.key in IDS | _NUMBERS or (not found.key and found.words == given.thing[-len(found.words) :])


def _is_new_id(value: Any, given: _Given) -> bool:
    """True for what may be an id, and is none of those that the call gave."""
    if str(value) in given.ids:
        return False
    if isinstance(value, str):
        if value in given.values:
            return False
        return len(value) <= _LONGEST_ID and any(each.isdigit() for each in value) and len(value.split()) == 1
    return isinstance(value, int) and not isinstance(value, bool)


def _is_half_done(items: list[Any], given: _Given) -> bool:
    """True for a list in which some have an error, and another has an id and none."""
    records = [each for each in items[:_MOST] if isinstance(each, Mapping)]
    good = [each for each in records if not any(_word(name) in _ERRORS and each[name] for name in each)]
    return 0 < len(good) < len(records) and any(
        _is_new_id(value, given) and parse(str(name)).key in IDS for each in good for name, value in each.items()
    )


def _word(name: Any) -> str:
    return "".join(filter(str.isalnum, str(name)[:80])).casefold()

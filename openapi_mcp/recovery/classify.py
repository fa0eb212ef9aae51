"""What a refusing answer means: the kind of the failure, the fields at fault, and when to call again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.refusals.complaint import MOST_COMPLAINTS, Complaint
from openapi_mcp.recovery.refusals.forms.names import OF_THE_WHOLE, plain
from openapi_mcp.recovery.refusals.kinds import hint_for, is_retryable, kind_of
from openapi_mcp.recovery.refusals.place import Places, Spot
from openapi_mcp.recovery.refusals.quota import kind_by_code, limit_by_code, limited_kind
from openapi_mcp.recovery.refusals.refusal import readings, sentence_in
from openapi_mcp.recovery.refusals.resets import LONGEST_WAIT, is_used_up, speaks_of_rate, told_wait
from openapi_mcp.recovery.refusals.rules import rule_of
from openapi_mcp.recovery.refusals.signs import has_acted
from openapi_mcp.recovery.refusals.soap import is_fault_of_caller
from openapi_mcp.recovery.refusals.subject import about
from openapi_mcp.recovery.values import MISSING, value_at

_OF_VALUES = (FailureKind.REJECTED, FailureKind.NOT_FOUND, FailureKind.CONFLICT)
_TOLD_FIELDS = 3  # of which the message speaks
_LONGEST_MESSAGE = 300  # characters of what the API says
_BY_VALUES = frozenset((400, 422))  # statuses that a clear code in the body may say more of
_NO_TIME = "the API does not say when it takes calls again: a quota may be used up; do not call again at once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A call that was refused: the tool, the arguments as they were sent, under the names of the list."""

    tool: Tool
    arguments: Mapping[str, Any]


def classify(response: HttpResponse, body: Any, refused: Refused, now: float) -> Failure:
    """Return the failure that an answer means whose status is none of success; `now` is in seconds since 1970.

    `body` is the answer's, masked: JSON, text, or None. 422 with {"email": ["Enter a valid email address."]} ->
    rejected, with one Fault: path ("email",), rule "format", limit "email", at "#/email/0".
    """
    wait = told_wait(response, body, now)
    sentence, where = sentence_in(body)
    kind = _kind(response, body, sentence, has_wait=wait is not None)
    faults = tuple(_faults(kind, body, refused)) if kind in _OF_VALUES else ()
    first = faults[0] if faults else None
    evidence, at = _evidence(response, first, (sentence, where), wait)
    said = _told(faults) or sentence
    return Failure(
        kind=kind,
        message=f"the API answered {response.status}" + (f": {said}" if said else ""),
        status=response.status,
        field=(first.place or first.named) if first else None,
        retryable=kind is FailureKind.RATE_LIMITED or (kind is not FailureKind.QUOTA and is_retryable(response.status)),
        retry_after=wait[0] if wait and wait[0] <= LONGEST_WAIT else None,
        hint=_hint(response.status, kind, has_time=wait is not None),
        faults=faults,
        evidence=evidence,
        at=at,
        allowed=next((fault.limit for fault in faults if fault.rule == "enum" and fault.limit), ()),
        has_acted=_has_acted(response, body, refused),
    )


def _has_acted(response: HttpResponse, body: Any, refused: Refused) -> bool:
    is_write = refused.tool.operation.method not in SAFE_METHODS
    return is_write and has_acted(response, body, refused.tool, refused.arguments)


def is_used_up_for_good(response: HttpResponse, body: Any) -> bool:
    """True where an answer says by its status, a code or words that a quota or a plan is used up: no waiting helps."""
    return _kind(response, body, sentence_in(body)[0], has_wait=True) is FailureKind.QUOTA


def _kind(response: HttpResponse, body: Any, sentence: str, *, has_wait: bool) -> FailureKind:
    """Return the kind of a status; that of a clear code in the body where the status says only that it is refused."""
    status, kind = response.status, kind_of(response.status)
    if status in _BY_VALUES:
        return kind_by_code(body) or kind
    if status == 500 and is_fault_of_caller(body):
        return FailureKind.REJECTED
    by_code = limit_by_code(body) if status == 403 else None
    if by_code in (FailureKind.RATE_LIMITED, FailureKind.QUOTA):
        kind = by_code
    words = sentence if isinstance(body, (dict, list)) or len(str(body)) > len(sentence) * 20 else str(body or "")
    return limited_kind(
        status, kind, body, words, has_wait=has_wait or speaks_of_rate(response), is_used_up=is_used_up(response)
    )


def _hint(status: int, kind: FailureKind, *, has_time: bool) -> str:
    return _NO_TIME if status == 429 and kind is FailureKind.QUOTA and not has_time else hint_for(kind)


def _told(faults: tuple[Fault, ...]) -> str:
    """Return what the API says of the first fields: "email: Enter a valid email address."."""
    few = [fault for fault in faults[:_TOLD_FIELDS] if fault.at]  # words that name their field themselves stand alone
    said = (f"{fault.place or fault.named}: {fault.said}" if fault.named else fault.said for fault in few)
    return one_line("; ".join(dict.fromkeys(said)), _LONGEST_MESSAGE)


def _evidence(
    response: HttpResponse, first: Fault | None, sentence: tuple[str, str], wait: tuple[float, str] | None
) -> tuple[str, str]:
    """Return the words that say what is wrong, and where they stand: in the body or a header; else the status does."""
    if first is not None and first.at:
        return first.said, first.at
    if sentence[0]:
        return sentence
    if wait and wait[1].startswith("header "):
        return f"{response.header(wait[1].removeprefix('header ')) or ''}", wait[1]
    return "", "status"


def _faults(kind: FailureKind, body: Any, refused: Refused) -> Iterator[Fault]:
    """Yield what is wrong with the arguments, the first of each place; of what is not there, the path's own."""
    places = Places(refused.tool, refused.arguments)
    known = _first([_placed(found, places, refused.arguments) for found in readings(body)])
    if kind is FailureKind.NOT_FOUND and not any(fault.path for fault in known):
        known += _missing_things(body, places, refused)
    yield from sorted(known, key=lambda fault: not fault.path)[:MOST_COMPLAINTS]


def _first(read: list[list[Fault]]) -> list[Fault]:
    """Return the faults of the first reading that finds an argument; else those of the first that names a field.

    Of a field that the tool does not have no other reading knows more: it is what is wrong.
    """
    of_unknown = next((faults for faults in read if any(each.rule == "unknown" for each in faults)), [])
    of_arguments = next((faults for faults in read if any(each.path for each in faults)), [])
    return of_arguments or of_unknown or next((faults for faults in read if faults), [])


def _placed(found: list[Complaint], places: Places, arguments: Mapping[str, Any]) -> list[Fault]:
    """Return what complaints are of places in the arguments, or of fields that the tool does not have; each once."""
    faults: dict[Any, Fault] = {}
    for complaint in found:
        for each, spot in _spots(complaint, places, arguments):
            fault = _fault(each, spot, places, arguments)
            faults.setdefault((fault.path, fault.rule) if fault.path else fault.named, fault)
    told = {fault.path for fault in faults.values() if fault.rule != "invalid" and fault.path}
    return [fault for fault in faults.values() if fault.rule != "invalid" or fault.path not in told]


def _spots(
    complaint: Complaint, places: Places, arguments: Mapping[str, Any]
) -> Iterator[tuple[Complaint, Spot | None]]:
    """Yield a complaint with the place that it means; None where it names a field that the tool does not have."""
    if not complaint.steps:
        yield from about(complaint, places, arguments)
        return
    spot = places.of(complaint) or _reference(complaint, places)
    if spot is None and plain(str(complaint.steps[-1])) in OF_THE_WHOLE:  # "body" is no field: its words may name one
        yield from about(replace(complaint, steps=(), named=""), places, arguments)
    elif spot is not None or not complaint.is_loose:
        yield complaint, spot


def _reference(complaint: Complaint, places: Places) -> Spot | None:
    """Return the argument that refers to what there is not: "customer" -> customer_id, of Rails' "must exist"."""
    if len(complaint.steps) == 1 and "exist" in complaint.said:
        return places.named(f"{complaint.steps[0]}_id")
    return None


def _fault(complaint: Complaint, spot: Spot | None, places: Places, arguments: Mapping[str, Any]) -> Fault:
    path, schema = (spot.path, spot.schema) if spot else ((), {})
    given = value_at(arguments, path) if path else MISSING
    plainly = {name: found for name in ("enum", "type") if (found := places.says(schema, name)) is not None}
    rule = rule_of(complaint, plainly, None if given is MISSING else given)
    named = complaint.named or (".".join(map(str, complaint.steps)) if not path else "")
    return Fault(
        path=path, rule=rule.name, limit=rule.limit, schema=schema, said=complaint.said, at=complaint.at, named=named
    )


def _missing_things(body: Any, places: Places, refused: Refused) -> Iterator[Fault]:
    """Yield that there is no such thing, of each path argument; of the one alone that the answer's words speak of."""
    said, at = sentence_in(body)
    names = [each.argument for each in places.bindings if each.location == "path"]
    given = [name for name in dict.fromkeys(names) if name in refused.arguments]
    spoken = [name for name in given if _speaks_of(said, name, refused.arguments[name])]
    for name in spoken if len(spoken) == 1 else given:
        spot = places.of_argument(name)
        yield Fault(path=spot.path, rule="exists", schema=spot.schema, said=said or "there is no such thing", at=at)


def _speaks_of(said: str, name: str, value: Any) -> bool:
    """True where a sentence holds a value, or what its argument is the id of: "Order 17 not found", of order_id."""
    words = {plain(word) for word in said.split()}
    thing = plain(name)
    things = {thing, *(thing.removesuffix(end) for end in ("id", "uuid", "slug", "number", "code", "key", "name"))}
    return bool(words & (things - {""})) or plain(str(value)) in words - {""}

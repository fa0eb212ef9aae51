"""What of a record leaves it in doubt whether its thing is still in use: a write does not take such a one."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from openapi_mcp.index.entities import split_as_is
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.recovery.lookup.naming import Record, names_of

_MOST = 60  # fields of a record, and values of a list
_LONGEST = 80  # characters of a value that are told
_STATES = ("status", "state", "stage", "phase", "lifecycle")
_LIVE = frozenset(
    (
        "active", "open", "enabled", "current", "valid", "ok", "okay", "live", "alive", "published", "available", "in",
        "stock", "new", "present", "employed", "confirmed", "verified", "paid", "placed", "approved", "online", "ready",
        "running", "working", "operational", "healthy", "normal", "registered", "subscribed", "started", "progress",
        "todo", "public", "released", "unpaid", "accepted", "assigned", "true", "yes", "on", "up",
    )
)  # fmt: skip
_OF_A_STATE = frozenset((*_STATES, "is", "and"))
_ADDRESS = frozenset(("city", "street", "zip", "zipcode", "postcode", "postal", "country", "town"))
_END = re.compile(
    r"(?:delet|terminat|suspend|disabl|archiv|deactivat|remov|merg|expir|retir|tombston|block|bann)"
    r"(?!able|er|chain)\w{0,12}|inactive|former|del|closed|dissolved|left"
)
_END_WORDS = frozenset(("end", "ended", "ends", "until", "till", "exit", "termination", "thru"))
_WHEN = frozenset(("at", "on", "date", "time"))
_MARKS = frozenset(("flags", "flag", "tags", "labels", "badges", "role", "type", "kind"))
_IN_USE = frozenset(("use", "used", "active", "current", "visible", "enabled", "employed", "valid", "live"))
_NO = frozenset(("", "0", "false", "no", "n", "off", "null", "none", "never"))
_DEEDS = frozenset(("can", "may", "url", "uri", "href", "link", "links", "actions", "permissions", "capabilities"))
_NAMED_GONE = re.compile(r"[(\[]\s?(?:[^\W\d]{1,20} )?([^\W\d]{1,20})\s?[)\]]")
_NEVER = re.compile(r"(?:2[1-9]|[3-9]\d)\d\d\b")  # the year of a date that stands for none


def doubted(record: Record, entity: str) -> Mapping[str, Any]:
    """Return the field of a record by which its thing may be out of use, {} where none is.

    {"id": 7, "name": "Rob", "employee_status": "on notice"} -> {"employee_status": "on notice"}: a state that is not
    known for one in use is told before a write, not taken; so are an end date, and a name with "(deleted)".
    """
    for name, value, beside in _fields(record):
        if _is_doubted(split_as_is(name), value, beside):
            return {name: _told(value)}
    gone = next((name for name in names_of(record, entity) if _is_named_gone(name)), None)
    return {"name": gone[:_LONGEST]} if gone else {}


def _fields(record: Record) -> Iterator[tuple[str, JsonValue, Record]]:
    """Yield the fields of a record and of the objects in it, each with the object in which it stands."""
    for name, value in islice(record.items(), _MOST):
        yield name, value, record
        if isinstance(value, dict) and not _DEEDS & set(split_as_is(name)):
            yield from ((inner, each, value) for inner, each in islice(value.items(), _MOST))


def _is_doubted(words: tuple[str, ...], value: JsonValue, beside: Record) -> bool:
    if not words or _DEEDS & set(words):
        return False
    if _is_no(value):
        return words[-1] in _IN_USE and value is not None and value != "" and not isinstance(value, (list, dict))
    if any(each.endswith(_STATES) for each in words) and not _WHEN & {words[-1]}:
        return not _is_live(value) and not (words == ("state",) and _ADDRESS & set(beside))
    if any(_END.fullmatch(each) for each in words):
        return True
    if _END_WORDS & set(words) and (_WHEN | _END_WORDS) & {words[-1], words[0]}:
        return not (isinstance(value, str) and _NEVER.match(value))
    return bool(_MARKS & {words[-1]}) and any(map(_speaks_of_an_end, _texts(value)))


def _is_no(value: JsonValue) -> bool:
    if isinstance(value, str):
        return value.strip()[:_LONGEST].casefold() in _NO
    return not value


def _is_live(value: JsonValue) -> bool:
    """True for "active", "STATUS_ACTIVE", {"name": "Open"} and ["in stock"]; not for what is not known."""
    texts = _texts(value)
    return value is True or (bool(texts) and all(map(_is_live_text, texts)))


def _is_live_text(text: str) -> bool:
    words = set(split_as_is(text)) - _OF_A_STATE
    return bool(words) and words <= _LIVE


def _texts(value: JsonValue) -> list[str]:
    """Return what a value says: a text itself, the name of an object, each of a list."""
    match value:
        case str():
            return [value[: _LONGEST * 2]]
        case dict():
            names = ("label", "name", "value", "code", "key")
            return [each[:_LONGEST] for name in names if isinstance(each := value.get(name), str)]
        case list():
            return [text for each in value[:_MOST] if not isinstance(each, list) for text in _texts(each)]
    return []


def _speaks_of_an_end(text: str) -> bool:
    return any(_END.fullmatch(each) for each in split_as_is(text))


def _is_named_gone(name: str) -> bool:
    """True for "Rob (deleted)", "Rob [former]" and "DEL Rob"."""
    short = name[: _LONGEST * 2]
    marked = (found[1] for found in _NAMED_GONE.finditer(short))
    return any(map(_speaks_of_an_end, marked)) or bool({"DEL", "DELETED", "INACTIVE"} & set(re.split(r"[\W_]+", short)))


def _told(value: JsonValue) -> Any:
    texts = _texts(value)
    if texts:
        return texts[0][:_LONGEST]
    return None if isinstance(value, (dict, list)) else value

"""What a line of the log says, as an event with its fields: our own lines are written as `event key=value`."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from openapi_mcp.telemetry.called import current_call

Value = str | int | float | bool | None
_PLACE = re.compile(r"(?:([A-Za-z_][A-Za-z0-9_]*)=)?%(?:%|[-#0 +]*\d*(?:\.(\d+))?([a-zA-Z]))")
_NAMED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_LOG = "log"
_OURS = "openapi_mcp"
_ID = re.compile(r"(?<!\S)id=%")
_LONGEST = 4_000  # characters of a value, and of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened: its name, in words for a person, and its fields by name."""

    name: str
    message: str
    fields: Mapping[str, Value] = field(default_factory=dict)


def event_of(record: logging.LogRecord) -> Event:
    """Return what a record of the log says.

    ("answered tool=%s status=%d", "orders_list", 200) -> answered, {"tool": "orders_list", "status": 200}

    A library's line is an event "log" without fields. What the fields say is not said again in the message. The id of
    the call that it is about is a field, too.
    """
    message = record.getMessage()[:_LONGEST]
    if not record.name.startswith(_OURS) or not isinstance(record.msg, str):
        return Event(name=_LOG, message=message)
    name, fields = record.msg.partition(" ")[0], _fields(record.msg, record.args)
    fields |= {"id": call} if (call := call_of(record)) else {}
    if "%" in name:
        return Event(name=_LOG, message=message, fields=fields)
    return Event(name=name, message=message if _says_more(record.msg) else name, fields=fields)


def call_of(record: logging.LogRecord) -> str:
    """Return the id of the call that a line of ours is about; "" where none runs, or the line says it itself."""
    is_said = not record.name.startswith(_OURS) or _ID.search(str(record.msg)) is not None
    return "" if is_said else current_call()


def _says_more(template: str) -> bool:
    """True for a line that has other words than its name and its fields: "cache_off the disk is full"."""
    return any(word != "%%" and not _NAMED.fullmatch(word) for word in template.split()[1:])


def _fields(template: str, args: object) -> dict[str, Value]:
    """Return the values that a template names; one with a name that it has not got a value for is left out."""
    values = iter(args if isinstance(args, tuple) else ())
    said: dict[str, Value] = {}
    for found in _PLACE.finditer(template):
        name, cut, form = found.groups()
        if form is None:  # a percent sign
            continue
        value = next(values, None)
        if name:
            said[name] = _plain(value, form, None if cut is None else int(cut))
    return said


def _plain(value: object, form: str, cut: int | None) -> Value:
    """Return a value as JSON may hold it, as whole, as exact or as short as the line has it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return int(value) if form == "d" else round(value, 3 if cut is None else cut)
    return str(value)[: _LONGEST if cut is None else min(cut, _LONGEST)]

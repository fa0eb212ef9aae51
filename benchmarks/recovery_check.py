"""Short ways to write schemas, and what a mock upstream finds wrong with a value."""

import base64
import binascii
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: where, in one word why, and what the rule is."""

    path: tuple[str | int, ...]
    code: str
    value: Any = None
    rule: Any = None


def text(description: str = "", **more: Any) -> Schema:
    """Return the schema of a string."""
    return {"type": "string", **said(description), **more}


def whole(description: str = "", **more: Any) -> Schema:
    """Return the schema of an integer."""
    return {"type": "integer", **said(description), **more}


def number(description: str = "", **more: Any) -> Schema:
    """Return the schema of a number."""
    return {"type": "number", **said(description), **more}


def flag(description: str = "") -> Schema:
    """Return the schema of a boolean."""
    return {"type": "boolean", **said(description)}


def one_of(*values: Any, description: str = "") -> Schema:
    """Return the schema of an enum of strings."""
    return {"type": "string", "enum": list(values), **said(description)}


def many(items: Schema, description: str = "", **more: Any) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items, **said(description), **more}


def thing(properties: dict[str, Schema], *required: str, description: str = "") -> Schema:
    """Return the schema of an object."""
    must = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **must, **said(description)}


def said(description: str) -> Schema:
    """Return the description where there is one."""
    return {"description": description} if description else {}


DAY = text(format="date")
MOMENT = text(format="date-time")
UUID = text(format="uuid")
EMAIL = text(format="email")


def check(schema: Schema, value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Fault]:
    """Yield what is wrong with a value, as a server's own validation would see it."""
    kind = schema.get("type")
    if kind is not None and not is_a(kind, value):
        yield Fault(path=path, code=f"type:{kind}", value=value, rule=kind)
        return
    if kind == "object":
        yield from check_object(schema, value, path)
    elif kind == "array":
        for place, item in enumerate(value):
            yield from check(schema["items"], item, (*path, place))
    else:
        yield from check_scalar(schema, value, path)


def check_object(schema: Schema, value: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield what is missing in an object, and what is wrong with its members."""
    for name in schema.get("required", ()):
        if name not in value:
            yield Fault(path=(*path, name), code="required")
    for name, item in value.items():
        if name in schema.get("properties", {}):
            yield from check(schema["properties"][name], item, (*path, name))


def check_scalar(schema: Schema, value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield what is wrong with a string, a number or a boolean."""
    if "enum" in schema and value not in schema["enum"]:
        yield Fault(path=path, code="enum", value=value, rule=schema["enum"])
    if "maximum" in schema and value > schema["maximum"]:
        yield Fault(path=path, code="maximum", value=value, rule=schema["maximum"])
    if "minimum" in schema and value < schema["minimum"]:
        yield Fault(path=path, code="minimum", value=value, rule=schema["minimum"])
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield Fault(path=path, code="maxLength", value=value, rule=schema["maxLength"])
    form = schema.get("format")
    if (form in FORMS and not FORMS[form](value)) or not re.search(schema.get("pattern", ""), str(value)):
        yield Fault(path=path, code="format", value=value, rule=schema.get("x-form") or form or schema.get("pattern"))


def is_a(kind: str, value: Any) -> bool:
    """Return whether a value is of a JSON type; a boolean is no number."""
    if isinstance(value, bool):
        return kind == "boolean"
    types = {"string": str, "integer": int, "number": (int, float), "object": dict, "array": list, "boolean": bool}
    return isinstance(value, types[kind])  # type: ignore[arg-type]


def parses(read: Any) -> Any:
    """Return a test that a text can be read."""

    def can(value: str) -> bool:
        try:
            read(value)
        except (ValueError, binascii.Error):
            return False
        return True

    return can


def moment(value: str) -> datetime:
    """Read an RFC 3339 date-time, which has a `T` and an offset."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
        raise ValueError(value)
    return datetime.fromisoformat(value)


def day(value: str) -> date:
    """Read a date as `2026-03-05`."""
    if len(value) != 10:
        raise ValueError(value)
    return date.fromisoformat(value)


def address(value: str) -> str:
    """Read an email address."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", value):
        raise ValueError(value)
    return value


FORMS = {
    "date": parses(day),
    "date-time": parses(moment),
    "uuid": parses(lambda value: uuid.UUID(value) if len(value) == 36 else int("x")),
    "email": parses(address),
    "byte": parses(lambda value: base64.b64decode(value, validate=True)),
}


def typed(schema: Schema, value: str) -> Any:
    """Return a text of a query or path as the value its schema wants, or as it stands."""
    kind = schema.get("type")
    try:
        if kind in ("integer", "number"):
            return int(value) if kind == "integer" else float(value)
    except ValueError:
        return value
    return {"true": True, "false": False}.get(value, value) if kind == "boolean" else value

"""Texts that have not the `format` that a schema declares for them: where to look, and what to find there.

A format is an annotation (JSON Schema 2020-12, Validation, 7.2.1), and documents are often wrong about it: such a text
is looked at once more, not refused. Only formats are known here in which a text can be rewritten.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any

from openapi_mcp.model.fault import Path

_DEEPEST = 8  # levels of objects and arrays below the arguments
_MOST_PLACES = 500  # schemas of one tool that are looked at
_MOST_VALUES = 2_000  # values of one call that are looked at
_MOST_FOUND = 20
_LONGEST = 1_000_000  # characters of a text that is looked at
_DEFINITION = "#/$defs/"
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_ZONE = r"(?:[Zz]|[+-]\d\d:\d\d)"
_TIME = r"\d\d:\d\d:\d\d(?:\.\d+)?"


def has_format(text: str, name: str) -> bool:
    """True where a text has a format, or where the format is not known here: ("2026-11-21", "date") -> True.

    RFC 3339 section 5.6, with a time of day without an offset too; RFC 9562; RFC 4648; RFC 2673 and 4291.
    """
    has = _HAS.get(name)
    return has is None or len(text) > _LONGEST or has(text)


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and _is_read(date.fromisoformat, text)


def _is_date_time(text: str) -> bool:
    plain = re.fullmatch(rf"(\d{{4}}-\d\d-\d\d)[Tt ]({_TIME}){_ZONE}", text, re.ASCII)
    return plain is not None and text[10] != " " and _is_read(datetime.fromisoformat, f"{plain[1]}T{plain[2][:8]}")


def _is_time(text: str) -> bool:
    return re.fullmatch(rf"{_TIME}{_ZONE}?", text, re.ASCII) is not None and _is_read(time.fromisoformat, text[:8])


def _is_read(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _is_uuid(text: str) -> bool:
    return re.fullmatch(_UUID, text) is not None


def _is_base64(text: str, altchars: bytes | None = None) -> bool:
    try:
        base64.b64decode(text, altchars, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_base64url(text: str) -> bool:
    padded = text + "=" * (-len(text) % 4)
    return not {"+", "/"} & set(text) and _is_base64(padded, b"-_")


def _is_bare_email(text: str) -> bool:
    """False for an email in brackets, or in a URI; what else may be wrong with it is not looked at."""
    return not text.lstrip().lower().startswith(("<", "mailto:"))


def _is_address(kind: type, text: str) -> bool:
    try:
        kind(text)
    except AddressValueError:
        return False
    return True


_HAS: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_date_time,
    "time": _is_time,
    "uuid": _is_uuid,
    "byte": _is_base64,
    "base64": _is_base64,
    "base64url": _is_base64url,
    "email": _is_bare_email,
    "ipv4": partial(_is_address, IPv4Address),
    "ipv6": partial(_is_address, IPv6Address),
}
KNOWN = frozenset(_HAS)
"""The formats that are known here; those of `contentEncoding` among them."""


def format_of(schema: Mapping[str, Any]) -> str:
    """Return the known format that one schema declares, "" for none."""
    declared = (schema.get("format"), schema.get("contentEncoding"))
    return next((name for name in declared if isinstance(name, str) and name in KNOWN), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where formats are declared below a value: for itself, for its fields, for its items."""

    format: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    fields: "Mapping[str, Places]" = field(default_factory=dict)
    items: "Places | None" = None


def formatted_places(schema: Mapping[str, Any]) -> Places | None:
    """Return where texts of a known format are declared in a tool's schema, None for nowhere.

    {"properties": {"day": {"format": "date"}, "n": {}}} -> Places(fields={"day": Places(format="date", ...)})
    """
    return _Walk(schema.get("$defs", {})).places(schema, 0)


class _Walk:
    """One walk through a schema; it gives up where there is too much to see."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.left = _MOST_PLACES

    def places(self, schema: Any, depth: int) -> Places | None:
        self.left -= 1
        if not isinstance(schema, Mapping) or depth > _DEEPEST or self.left < 0:
            return None
        ref = schema.get("$ref")
        if isinstance(ref, str):
            return self.places(self.definitions.get(ref.removeprefix(_DEFINITION)), depth + 1)
        own = self._own(schema, depth)
        return own if own is not None else self._of_branches(schema, depth)

    def _own(self, schema: Mapping[str, Any], depth: int) -> Places | None:
        declared = schema.get("properties")
        named = declared.items() if isinstance(declared, Mapping) else ()
        found = {name: self.places(each, depth + 1) for name, each in named}
        fields = {name: each for name, each in found.items() if each is not None}
        items = self.places(schema.get("items"), depth + 1)
        name = "" if "enum" in schema or "const" in schema else format_of(schema)
        return Places(format=name, schema=schema, fields=fields, items=items) if name or fields or items else None

    def _of_branches(self, schema: Mapping[str, Any], depth: int) -> Places | None:
        """Return what all parts of an allOf, or the only alternative beside null, say."""
        branches: list[Any] = next(
            (schema[word] for word in ("allOf", "anyOf", "oneOf") if isinstance(schema.get(word), list)), []
        )
        if "allOf" not in schema:
            branches = [each for each in branches if not (isinstance(each, Mapping) and each.get("type") == "null")]
            branches = branches if len(branches) == 1 else []
        found = [each for each in (self.places(branch, depth + 1) for branch in branches) if each is not None]
        return _merged(found) if found else None


def _merged(found: list[Places]) -> Places:
    fields = {name: each for one in found for name, each in one.fields.items()}
    own = next((one for one in found if one.format), found[0])
    items = next((one.items for one in found if one.items is not None), None)
    return Places(format=own.format, schema=own.schema, fields=fields, items=items)


def misformatted(places: Places, value: Any) -> Iterator[tuple[Path, Places]]:
    """Yield each text that has not its format, by its path, the first twenty."""
    waiting: list[tuple[Path, Places, Any]] = [((), places, value)]
    found = 0
    for _ in range(_MOST_VALUES):
        if not waiting or found >= _MOST_FOUND:
            return
        path, place, held = waiting.pop()
        if isinstance(held, str) and place.format and not has_format(held, place.format):
            found += 1
            yield path, place
        waiting += _below(path, place, held)


def _below(path: Path, place: Places, held: Any) -> list[tuple[Path, Places, Any]]:
    if isinstance(held, dict):
        return [((*path, name), each, held[name]) for name, each in place.fields.items() if name in held]
    if isinstance(held, list) and place.items is not None:
        return [((*path, index), place.items, item) for index, item in enumerate(held[:_MOST_VALUES])]
    return []

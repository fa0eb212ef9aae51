"""A user name in an email: "bob" in "bob@example.com"."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.index.entities import segments, split
from openapi_mcp.recovery.naming.level import Level, takes
from openapi_mcp.recovery.parts.part import Part
from openapi_mcp.recovery.strategy import Case

_EMAIL = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?)@[A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,24}")
_NAMES = frozenset((("username",), ("user", "name"), ("login",), ("local", "part"), ("user", "login")))
_SOURCES = frozenset((("email",), ("mail",), ("e", "mail"), ("user", "email"), ("login", "email")))
_OF_NO_ONE = frozenset(
    (
        "info",
        "admin",
        "sales",
        "support",
        "noreply",
        "no-reply",
        "contact",
        "hello",
        "office",
        "team",
        "help",
        "billing",
    )
)
"""What the address of a desk begins with, and not that of a person."""
_SAID = ("before the @", "part of the email", "local part", "local-part", "part before the at")
_SIGNING_IN = frozenset(("login", "signin", "token", "auth", "session", "oauth", "authenticate", "password"))


def user_names(case: Case, level: Level) -> Iterator[Part]:
    """Yield the user name that the only email of the call begins with, where that is the email of a person.

    Not where a person signs in, or where the document speaks of an email there: the whole email may be meant.
    """
    emails = [(name, value) for name, value in level.given.items() if isinstance(value, str) and "@" in value]
    if len(emails) != 1 or _is_signing_in(case):
        return
    source, text = emails[0]
    found = _EMAIL.fullmatch(text) if len(text) <= 320 and split(source) in _SOURCES else None
    if found and found[1].lower() in _OF_NO_ONE:
        return
    for name in level.required - level.given.keys() if found else ():
        if (
            found
            and name in level.declared
            and _is_user_name(name, level.declared[name])
            and _fits(case, level, name, found)
        ):
            yield Part(source=source, values={name: found[1]}, how=f'"{name}" is what the email begins with')


def _fits(case: Case, level: Level, name: str, found: "re.Match[str]") -> bool:
    return takes(case, level, name, found[1])


def _is_user_name(name: str, schema: Mapping[str, Any]) -> bool:
    said = str(schema.get("description", "")).lower()[:2_000]
    if any(each in said for each in _SAID):
        return True
    speaks_of_email = "mail" in said or "mail" in str(schema.get("format", ""))
    return split(name) in _NAMES and not speaks_of_email


def _is_signing_in(case: Case) -> bool:
    return any(set(split(each)) & _SIGNING_IN for each in segments(case.tool.operation.path))

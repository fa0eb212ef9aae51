"""A name, a title or an email where an id is meant: the id of the one thing that is called so."""

import re
from collections.abc import Mapping
from typing import Any

from openapi_mcp.index.entities import HANDLES, parse
from openapi_mcp.model.capability import Need
from openapi_mcp.model.document import Schema
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.lookup.find import NotCalledSo, Taken, find
from openapi_mcp.recovery.lookup.hops import find_of, owner_of
from openapi_mcp.recovery.lookup.instead import name_instead
from openapi_mcp.recovery.lookup.phrase import is_only_order, read_phrase
from openapi_mcp.recovery.lookup.wanted import Known, Wanted, need_at, schema_of
from openapi_mcp.recovery.naming.level import level_of
from openapi_mcp.recovery.parts.prefixed import may_be_name, prefixed_id
from openapi_mcp.recovery.steps import Learn
from openapi_mcp.recovery.strategy import Case, Remedy, Rewrite, Strategy, Told

_ONLY_NAMES = frozenset(("name", "title", "email", "login", "username", "slug", "sku", "full_name", "fullName"))
_LONGEST = 200  # characters of what may be a name
_RULES = frozenset(("type", "format", "pattern", "alternatives", "minLength", "maxLength", "exists", "invalid"))
_ALNUM = re.compile(r"[0-9A-Za-z]+")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]*")
_IS_ID = re.compile(r"[0-9a-fA-F]{16,64}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def name_to_id(case: Case) -> Remedy:
    """Return the call with the id of what a text names, as a lookup brings it: "Bob" for a customer -> 7.

    So does {"customer_name": "Bob"}, where the document has the id alone.

    Told instead are the things that may be meant, where none is called exactly so, or two are.
    """
    if case.fault.rule in ("required", "unknown"):
        return (yield from name_instead(case))
    text = _alone(case.value)
    if not isinstance(text, str) or not _may_be_name(text) or case.fault.rule not in _RULES:
        return None
    known = Known(tools=case.tools, learned=(yield Learn()))
    need = need_at(known.of(case.tool.name), case.fault.path)
    if need is None or " or " in need.entity:  # one called so of each kind would be two
        return None
    if _is_handle(text, need) and len(case.failure.faults) > 1 and case.fault.rule == "exists":
        return None  # one of several that may be wrong, in the form of what is right
    wanted, phrase = _wanted(text, need, case), read_phrase(text, need.entity)
    if is_only_order(text, need.entity):
        return _placed(_whose(text, wanted, known), case)
    found = (yield from find_of(phrase, wanted, known)) if phrase is not None else None
    found = found if found is not None else (yield from find(wanted, known))
    if not isinstance(found, Taken):
        return _as_number(found, wanted, case) or _placed(found, case)
    if case.fault.rule == "exists" and _is_like(text, str(found.id)):
        return _placed(_may_be_gone(text, found), case)
    return case.rewritten(found.id, f"{found.how}; give the id") if found.id != text else None


def _as_number(told: Told | None, wanted: Wanted, case: Case) -> Rewrite | None:
    """Return the call with the number of "box 3", where it was found out that no box is called so.

    Where nothing could be asked, a write does not take it.
    """
    level, name = level_of(case), str(case.fault.path[-1])
    is_free = told.is_certain if isinstance(told, NotCalledSo) else told is None and not wanted.for_write
    if level is None or not (is_free and may_be_name(case.value)):
        return None
    part = next(prefixed_id(case, level, name), None)
    return case.rewritten(part.values[name], part.how) if part is not None else None


def _alone(value: Any) -> Any:
    """Return what stands alone in a list, or in an object of one name: ["Ana"], {"name": "Ana"} -> "Ana"."""
    match value:
        case [str() as text]:
            return text
        case Mapping() if len(value) == 1 and next(iter(value)) in _ONLY_NAMES:
            return next(iter(value.values()))
    return value


def _wanted(text: str, need: Need, case: Case) -> Wanted:
    return Wanted(
        text=" ".join(text.split()),
        entity=need.entity,
        producers=need.producers,
        tool=case.tool,
        schema=_schema(case),
        given={name: value for name, value in case.call.arguments.items() if name != case.fault.path[0]},
        for_write=case.tool.operation.method not in SAFE_METHODS,
    )


def _may_be_name(text: str) -> bool:
    return bool(text.strip()) and len(text) <= _LONGEST and not _IS_ID.fullmatch(text.strip())


def _is_handle(text: str, need: Need) -> bool:
    """True for a text in the form of a login or a slug, where the place takes such: "octo-cat"."""
    keys = {parse(producer.field.rpartition(".")[2]).key for producer in need.producers}
    return bool(keys) and keys <= {*HANDLES, ""} and _HANDLE.fullmatch(text) is not None


def _is_like(text: str, id: str) -> bool:
    """True for a text that may be the id of another thing: in the form of this one, and no spelling of it."""
    return _form(text) == _form(id) and text.strip().casefold() != id.casefold()


def _form(text: str) -> str:
    """Return the form of an id: "17" -> "9", "usr_1a" -> "a_x", "Bob" -> "a"."""
    return _ALNUM.sub(lambda found: "9" if found[0].isdigit() else "a" if found[0].isalpha() else "x", text.strip())


def _may_be_gone(text: str, found: Taken) -> Told:
    """Return what is told of a text in the form of the ids: it may be the id of a thing that is gone."""
    hint = f'{found.how}, but "{text}" has the form of an id: if the thing of that name is meant, give its id'
    return Told(near=({"id": found.id, "name": text},), hint=hint)


def _whose(text: str, wanted: Wanted, known: Known) -> Told:
    """Say what a text lacks that says only which one is meant: whose it is."""
    kind, owner = wanted.entity.replace("_", " "), owner_of(wanted, known).replace("_", " ")
    said = f'"{one_line(text, _LONGEST)}" names no {kind}'
    if not owner:
        return Told(hint=f"{said}: give its id")
    return Told(hint=f'{said} and does not say whose: name the {owner} ("the latest {kind} of ..."), or give the id')


def _schema(case: Case) -> Schema:
    """Return what the document says of the place; of an argument that an answer names, what the list says."""
    path = case.fault.path
    return case.fault.schema or (schema_of(case.tool, str(path[0])) if len(path) == 1 else {})


def _placed(told: Told | None, case: Case) -> Told | None:
    """Return what is told, with the argument that it is about."""
    if told is None:
        return None
    return Told(near=told.near, tries=told.tries, hint=f'"{case.fault.place}" takes an id: {told.hint}')


STRATEGY = Strategy(
    name="name_to_id",
    rank=500,
    about="a name, title or email becomes the id of the one thing that is called exactly so, found by a lookup",
    repair=name_to_id,
    asks=True,
)

"""One object that says what is wrong with one field: {"loc": ["body", "quantity"], "msg": "..."} and its like."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from openapi_mcp.model.fault import Path, place
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.refusals.complaint import LONGEST_NAME, LONGEST_SAID, MOST_COMPLAINTS, Complaint
from openapi_mcp.recovery.refusals.forms.names import LOCATIONS, plain, steps_of

_FIELDS = (
    "loc", "instancepath", "datapath", "pointer", "field", "fieldname", "param", "parameter", "parametername",
    "property", "propertyname", "propertypath", "attribute", "argumentname", "argument", "path", "target", "key",
    "name", "location", "source", "feld", "feldname", "campo", "champ", "veld",
)  # fmt: skip
_MAY_BE_ELSE = frozenset(("path", "target", "key", "name", "location", "source"))
_SELDOM = frozenset(("target", "key", "location", "source"))  # they name a field now and then, in lists of errors too
_SEVERAL = ("fields", "keys", "columns", "properties", "membernames", "paths")  # names of lists of fields
_SAYINGS = (
    "detail", "msg", "message", "defaultmessage", "description", "errormessage", "reason", "title", "errordescription",
    "error", "text", "summary", "faultstring", "errorsummary", "details",
    "meldung", "nachricht", "mensaje", "mensagem", "messaggio",
)  # fmt: skip
_CODES = ("keyword", "type", "code", "errorcode", "rule", "constraint", "validatorkey", "kind", "reason", "error")
_BESIDE = ("ctx", "params", "context", "extensions", "parameters", "info", "meta")  # what holds more of the rule
_TOLD = frozenset(
    ("expected", "options", "values", "allowedvalues", "valids", "valid", "enum", "enumvalues", "permitted", "choices",
     "minimum", "maximum", "min", "max", "ge", "le", "gt", "lt", "limit", "limitvalue", "minlength", "maxlength",
     "missingproperty", "additionalproperty", "keys", "format", "type", "origin", "resource", "argumentname", "field")
)  # fmt: skip
_MOST_KEYS = 60  # of one object that are looked at

Object = Mapping[str, Any]


def by_plain_name(found: Object) -> dict[str, tuple[str, Any]]:
    """Return the fields of an object by their plain names, each with its name as it is written; the first ones."""
    return {plain(key[:60]): (key, value) for key, value in reversed(list(islice(found.items(), _MOST_KEYS)))}


def complaint_of(found: Object, at: str, *, field: Path = (), is_single: bool = False) -> Complaint | None:
    """Return what one object says of a field; None where it says nothing, or names none.

    `field` is the one that it stands under. Of one that `is_single`, and stands in no list of errors, names that may
    mean something else count only where the tool has such a field: {"name": "ValidationError", "message": "..."}.
    """
    known = by_plain_name(found)
    beside = _beside(known)
    name, written, location = _field_in(known, beside)
    said, where = said_in(known, at)
    code = _code_in(known)
    steps = steps_of(written) if written else ()
    if name == "loc" and steps:  # FastAPI: its first step is the location
        location, steps = _located(steps, location)
    steps = (*_under(field, steps), *_lacking(beside))
    if not steps or not (said or (code and not is_single)):
        return None
    return Complaint(
        said=said or code,
        at=where if said else at,
        named=written.strip()[:LONGEST_NAME] if isinstance(written, str) else place(steps)[:LONGEST_NAME],
        steps=steps,
        location=location,
        code=code,
        told=beside,
        is_loose=not field and _is_loose(name, known, is_single=is_single),
    )


def complaints_of(found: Object, at: str, *, is_single: bool = False) -> list[Complaint]:
    """Return what one object says of each field that it names: {"message": "...", "fields": ["email", "name"]}.

    Nothing where it names none, or says nothing.
    """
    one = complaint_of(found, at, is_single=is_single)
    known = by_plain_name(found)
    said, where = said_in(known, at)
    _, written = next(((name, value) for name in _SEVERAL if (value := _names(known.get(name)))), ("", []))
    if one is not None or not said or not written:
        return [] if one is None else [one]
    code, beside = _code_in(known), _beside(known)
    return [
        Complaint(said=said, at=where, named=each, steps=steps_of(each), code=code, told=beside, is_loose=is_single)
        for each in written
    ]


def _names(found: tuple[str, Any] | None) -> list[str]:
    """Return the names of a list of them, at most 20; none where it holds anything else."""
    few = found[1][:MOST_COMPLAINTS] if found and isinstance(found[1], list) else []
    is_named = all(isinstance(each, str) and 0 < len(each) <= LONGEST_NAME and " " not in each for each in few)
    return [each for each in few if steps_of(each)] if is_named else []


def _is_loose(name: str, known: Mapping[str, tuple[str, Any]], *, is_single: bool) -> bool:
    """True for a name that may be of no field: of one error that stands alone, of what seldom names one, of URLs."""
    _, value = known.get(name, ("", None))
    is_url = isinstance(value, str) and "/" in value[:LONGEST_NAME]
    is_of_answer = name == "path" and (is_url or "locations" in known)  # GraphQL: a path in the answer
    return (is_single and name in _MAY_BE_ELSE) or name in _SELDOM or is_of_answer


def _lacking(beside: Mapping[str, Any]) -> Path:
    """Return the field that an object lacks, or has too many: {"params": {"missingProperty": "email"}} of ajv."""
    found = beside.get("missingproperty") or beside.get("additionalproperty")
    return (found[:LONGEST_NAME],) if isinstance(found, str) else ()


def said_in(known: Mapping[str, tuple[str, Any]], at: str) -> tuple[str, str]:
    """Return the sentence of an object, and its pointer; ("", at) where it has none."""
    return next(sayings_in(known, at), ("", at))


def sayings_in(known: Mapping[str, tuple[str, Any]], at: str) -> Iterator[tuple[str, str]]:
    """Yield every sentence of an object, with its pointer, the most telling first."""
    for name in _SAYINGS:
        key, value = known.get(name, ("", None))
        value = value[0] if isinstance(value, list) and value else value  # Play: {"msg": ["..."]}
        if isinstance(value, str) and value.strip():
            yield one_line(value[: 4 * LONGEST_SAID], LONGEST_SAID), join(at, key)
    key, value = known.get("constraints", ("", None))
    if isinstance(value, dict):  # class-validator: {"constraints": {"min": "quantity must not be less than 1"}}
        rule, said = next(iter(value.items()), ("", ""))
        if isinstance(said, str):
            yield one_line(said[: 4 * LONGEST_SAID], LONGEST_SAID), join(at, key, rule)


def _field_in(known: Mapping[str, tuple[str, Any]], beside: Mapping[str, Any]) -> tuple[str, Any, str]:
    """Return the field that an object names: by which of its names, as it is written, and its location."""
    location = _location(known)
    if isinstance(beside.get("argumentname"), str):  # GraphQL: its path is one in the answer
        return "argumentname", beside["argumentname"], location
    for name in _FIELDS:
        _, value = known.get(name, ("", None))
        if isinstance(value, dict) and (found := _source(value)) is not None:
            return found  # JSON:API: {"source": {"pointer": "/data/attributes/title"}}
        if name in ("location", "source") and _is_location(value):
            continue
        if (isinstance(value, str) and value.strip()) or (isinstance(value, list) and value):
            return name, value, location
    if isinstance(beside.get("field"), str):  # {"message": "...", "extensions": {"field": "level"}}
        return "field", beside["field"], location
    return _keys(known, location)


def _is_location(value: Any) -> bool:
    return isinstance(value, str) and plain(value[:40]) in LOCATIONS


def _keys(known: Mapping[str, tuple[str, Any]], location: str) -> tuple[str, Any, str]:
    """Return the one field of a list of them: {"source": "body", "keys": ["quantity"]} of Joi in its servers."""
    _, keys = known.get("keys", ("", None))
    is_one = isinstance(keys, list) and len(keys) == 1 and isinstance(keys[0], str)
    return ("keys", keys[0], location) if is_one else ("", None, location)


def _source(value: Object) -> tuple[str, Any, str] | None:
    """Return what a `source` of JSON:API names: a place in the body, a parameter, a header."""
    for name, location in (("pointer", "body"), ("parameter", ""), ("header", "header")):
        if isinstance(value.get(name), str) and value[name].strip():
            return name, value[name], location
    return None


def _location(known: Mapping[str, tuple[str, Any]]) -> str:
    """Return where the request has the field: {"location": "body"} of express-validator, {"in": "query"}, "source"."""
    for name in ("location", "in", "source"):
        _, value = known.get(name, ("", None))
        if _is_location(value):
            return LOCATIONS[plain(value[:40])]
    return ""


def _located(steps: Path, location: str) -> tuple[str, Path]:
    first = LOCATIONS.get(plain(str(steps[0])))
    return (first, steps[1:]) if first else (location, steps)


def _under(field: Path, steps: Path) -> Path:
    """Return the field within the one that it stands under; what is named twice is there once."""
    if not field or steps[: len(field)] == field:
        return steps or field
    return field if not steps or field[-len(steps) :] == steps else (*field, *steps)


def _code_in(known: Mapping[str, tuple[str, Any]]) -> str:
    for name in _CODES:
        _, value = known.get(name, ("", None))
        if isinstance(value, str) and 0 < len(value) <= 60 and " " not in value and plain(value) != "field":
            return value
    _, value = known.get("constraints", ("", None))
    return str(next(iter(value), ""))[:60] if isinstance(value, dict) else ""


def _beside(known: Mapping[str, tuple[str, Any]]) -> dict[str, Any]:
    """Return what an object says of the rule beside its words."""
    told = {name: value for name, (_, value) in known.items() if name in _TOLD}
    for name in _BESIDE:
        _, value = known.get(name, ("", None))
        if isinstance(value, dict):
            told |= {key: each for key, (_, each) in by_plain_name(value).items() if key in _TOLD}
    return told

"""An id behind the name of its kind: "order #17" for the order 17."""

import re
from collections.abc import Iterator
from typing import Any

from openapi_mcp.index.entities import IDS, parse, split
from openapi_mcp.recovery.naming.alike import entity_of
from openapi_mcp.recovery.naming.level import Level, takes
from openapi_mcp.recovery.parts.part import Part, number_in
from openapi_mcp.recovery.strategy import Case

_LONGEST = 60  # characters
_PREFIXED = re.compile(r"([A-Za-z][A-Za-z_-]*(?: [A-Za-z_-]+){0,3})?([ :#/_-]{0,4})([0-9]{1,15})")
_SAYS_ID = re.compile(r"\b(?:ids?|no|number|nr|num)\b", re.IGNORECASE)
_OF_ANY = IDS | {"no", "number", "nr", "num"}


def prefixed_id(case: Case, level: Level, name: str) -> Iterator[Part]:
    """Yield the number in "order #17", "order_17", "orders/17", "#17" and "id: 17", where an order's id is a number."""
    text = level.given.get(name)
    found = _PREFIXED.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= _LONGEST else None
    if found is None:
        return
    words, sign, digits = found[1] or "", found[2], found[3]
    is_own_name = split(words) == split(name) and "-" not in found[0]  # "customer 7" for customer; not "offset -7"
    if not is_own_name and not _is_id(name, level, case):
        return
    number = number_in(digits)
    if number is None or not (words or "#" in sign) or not (is_own_name or _is_kind(split(words), name, level, case)):
        return
    if takes(case, level, name, number):
        yield Part(source=name, values={name: number}, how=f'"{name}" is the number alone')


def may_be_name(value: Any) -> bool:
    """True for a word and a number as many things are called: "Box 3". "box #3" and "box id 3" are no names."""
    found = _PREFIXED.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= _LONGEST else None
    return found is not None and bool(found[1]) and not found[2].strip() and not _SAYS_ID.search(found[1])


def _is_id(name: str, level: Level, case: Case) -> bool:
    """True for an id, and for what stands in the path."""
    in_path = any(each.argument == name and each.location == "path" for each in case.tool.parameters)
    return (level.is_root and in_path) or parse(level.wire.get(name, name)).key in _OF_ANY


def _is_kind(words: tuple[str, ...], name: str, level: Level, case: Case) -> bool:
    """True where words name the kind of thing that the id is of, or none."""
    kind = tuple(word for word in words if word not in _OF_ANY)
    own = parse(level.wire.get(name, name)).words or entity_of(name, level, case.tool)
    return not kind or kind == own

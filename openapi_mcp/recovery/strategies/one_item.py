"""One value where an array is meant, several in one text, and an array where one value is meant."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.recovery.rewriting.asked import fits, name_of, types_of, words_of
from openapi_mcp.recovery.rewriting.certain import doubt, is_identifying, survives
from openapi_mcp.recovery.rewriting.meant import meant, values_of
from openapi_mcp.recovery.rewriting.numbers import as_json_number, grouped_number, plain_number
from openapi_mcp.recovery.strategies.json_text import structure_in
from openapi_mcp.recovery.strategies.scalars import readings
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once
from openapi_mcp.schema.formats import has_format
from openapi_mcp.schema.places import schemas_at

_RULES = frozenset(("type", "alternatives"))
_MOST_PARTS = 1_000
_SAYS_COMMAS = re.compile(
    r"(?<!non-)\bcomma[- ](?:separated|delimited)\b|\b(?:separated|delimited) (?:by|with) (?:a )?commas?\b|\bcsv\b",
    re.IGNORECASE,
)
_SAYS_OTHERWISE = re.compile(r"\b(?:not|no|never|counts?|semicolons?)\b|n't\b", re.IGNORECASE)
_NEARBY = 40  # characters
_LIST_SIGNS = re.compile(r"[;|\[\n]|\s*null\s*\Z", re.IGNORECASE)
_AS_ARRAY = "several values are given as an array"


def one_item(case: Case) -> Rewrite | Told | None:
    """Return the call with [7] for 7, ["a", "b"] for "a,b", "a,b" for ["a", "b"], 7 for [7]: where only that fits."""
    if case.fault.rule not in _RULES or case.value is None:
        return None
    if isinstance(case.value, list):
        return _of_list(case, case.value)
    if isinstance(case.value, str) and "," in case.value and "array" in types_of(case):
        return _of_commas(case, case.value)
    if "array" in types_of(case) and isinstance((*case.fault.path, "")[-2], int):
        return Told(hint=f'give "{case.fault.place}" as an array: how many arrays are meant cannot be told')
    found = [value for value in _alone(case, case.value) if fits(case, [value]) or _is_record(case, value)]
    if found and not _is_item(case, found[0]):
        return Told(hint=f'give "{case.fault.place}" as an array: whether that is one item cannot be told')
    if found and (told := _in_doubt(case, case.value, found[0], _item_types(case))):
        return told
    return case.rewritten([found[0]], "one value is given as an array of one") if found else None


def _says_commas(case: Case) -> bool:
    """True where the document says that commas stand between the values, and nothing near it says otherwise."""
    words = words_of(case)
    found = [words[max(0, each.start() - _NEARBY) : each.end() + _NEARBY] for each in _SAYS_COMMAS.finditer(words)]
    return bool(found) and not any(_SAYS_OTHERWISE.search(each) for each in found)


def _is_item(case: Case, value: Any) -> bool:
    """True but for a text that looks like a list, or has not the format of the items, and an object of other keys."""
    items = schemas_at(case.tool.input_schema, (*case.fault.path, 0))
    if isinstance(value, dict):
        return not any(each.get("properties") for each in items) or _has_known_key(value, items)
    formats = [each["format"] for each in items if isinstance(each.get("format"), str)]
    return not isinstance(value, str) or (_LIST_SIGNS.search(value) is None and _is_in_formats(value, formats))


def _is_in_formats(text: str, formats: list[str]) -> bool:
    return not formats or (" " not in text and all(has_format(text, name) for name in formats))


def _has_known_key(value: Mapping[str, Any], items: list[Mapping[str, Any]]) -> bool:
    return any(key in each.get("properties", {}) for each in items for key in value)


def _in_doubt(case: Case, given: Any, value: Any, types: frozenset[str]) -> Told | None:
    """Return what else a text may say than the number that was read from it."""
    return doubt(case, given, types) if isinstance(given, str) and type(value) in (int, float) else None


def _item_types(case: Case) -> frozenset[str]:
    found = (each.get("type") for each in schemas_at(case.tool.input_schema, (*case.fault.path, 0)))
    return frozenset(each for each in found if isinstance(each, str))


def _alone(case: Case, value: Any) -> Iterator[Any]:
    """Yield a value, and what it says in other types, the value first; of JSON text only what it says."""
    inner = structure_in(value) if isinstance(value, str) else None
    if inner is not None:
        yield from (inner,) if isinstance(inner, dict) else ()
        return
    yield value
    yield from (other for other, _ in readings(value) if other is not None)
    if isinstance(value, str) and (listed := _listed(case, [value])) is not None:
        yield listed[0]


def _is_record(case: Case, value: Any) -> bool:
    """True for an object where an array of objects is meant, one of whose keys is declared for them.

    What may be wrong within it is seen to there.
    """
    items = schemas_at(case.tool.input_schema, (*case.fault.path, 0))
    is_for_objects = bool(items) and all(each.get("type", "object") == "object" for each in items)
    is_known = isinstance(value, dict) and _has_known_key(value, items)
    return is_known and types_of(case) == {"array"} and is_for_objects and any("type" in e for e in items)


def _listed(case: Case, parts: list[str]) -> list[Any] | None:
    """Return each of some texts as the one allowed value of the items that it means; None where one means none."""
    schemas = schemas_at(case.tool.input_schema, (*case.fault.path, 0))
    allowed = values_of(schemas)
    found = [meant(part, allowed, schemas, name_of(case)) for part in parts]
    return [each[0] for each in found] if all(len(each) == 1 for each in found) else None


def _of_list(case: Case, items: list[Any]) -> Rewrite | Told | None:
    inner = items[0] if len(items) == 1 else []
    alone = [value for value in _out_of_list(case, inner) if fits(case, value)]
    if alone:
        told = _in_doubt(case, inner, alone[0], types_of(case))
        return told or case.rewritten(alone[0], "one value is given alone, not in an array")
    texts = [str(item) for item in items if isinstance(item, (str, int)) and not isinstance(item, bool)]
    is_plain = 1 < len(texts) == len(items) <= _MOST_PARTS and all(_is_joinable(text) for text in texts)
    joined = ",".join(texts)
    if is_plain and _says_commas(case) and fits(case, joined):
        return case.rewritten(joined, "several values are given as one text, with commas between them")
    return None


def _is_joinable(text: str) -> bool:
    return bool(text) and text == text.strip() and "," not in text


def _out_of_list(case: Case, inner: Any) -> Iterator[Any]:
    """Yield the only item of an array, what it says in other types, and the one allowed value that it means."""
    if isinstance(inner, list):
        return
    yield inner
    yield from (value for value, _ in readings(inner))
    if isinstance(inner, str):
        schemas = schemas_at(case.tool.input_schema, case.fault.path)
        found = meant(inner, values_of(schemas), schemas, name_of(case))
        yield from found if len(found) == 1 else ()


def _of_commas(case: Case, text: str) -> Rewrite | Told | None:
    """Take a text apart at its commas, where it could not be one item, or where the document says so."""
    parts = [part.strip() for part in text.split(",", _MOST_PARTS)]
    if len(parts) > _MOST_PARTS or not all(parts):
        return None
    as_one = structure_in(text) or text
    is_one = fits(case, [as_one]) and (isinstance(as_one, str) or _is_item(case, as_one))
    found = [each for each in _lists(case, parts) if fits(case, each)]
    if is_one and isinstance(as_one, dict):
        return case.rewritten([as_one], "one value is given as an array of one")
    if (told := _as_one_number(case, text, parts, found)) is not None or not found:
        return told
    if is_one and not _says_commas(case):
        return Told(
            hint=f'give "{case.fault.place}" as an array: whether the text is one item, or several, cannot be told'
        )
    return case.rewritten(found[0], _AS_ARRAY)


def _as_one_number(case: Case, text: str, parts: list[str], found: list[list[Any]]) -> Told | None:
    """Return the one number that a text may be as well: "12,500" for an array of numbers. No id is written so."""
    whole = plain_number(grouped_number(text) or "")
    number = None if whole is None or is_identifying(case) else as_json_number(whole)
    if number is None or not fits(case, [number]):
        return None
    near = ([number], *(found[:1] or [parts]))
    return Told(near=near, hint=f'"{text}" may be one number or several: give "{case.fault.place}" as an array')


def _lists(case: Case, parts: list[str]) -> Iterator[list[Any]]:
    """Yield parts as texts, as what they say in another type, as allowed values: ["1", "2"] -> [1, 2].

    A number is one only where it is written as the part was: "000" is not 0.
    """
    yield list(parts)
    others = [[value for value, _ in readings(part) if value is not None and survives(part, value)] for part in parts]
    if all(others):
        yield [each[0] for each in others]
    if (listed := _listed(case, parts)) is not None:
        yield listed


STRATEGY = Strategy(
    name="one_item",
    rank=120,
    about="one value becomes an array of one, a text with commas an array, where the schema asks for an array",
    repair=at_once(one_item),
)

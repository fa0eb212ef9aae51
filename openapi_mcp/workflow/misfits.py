"""Literal values that a call would be refused for, before a run: of a wrong type, out of range, lacking a field.

A call's arguments are repaired where that is certain ("5" for 5, a name for the id that it is of): what may be repaired
is told, and leaves no workflow out.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openapi_mcp.model.fault import place
from openapi_mcp.model.near import Guesses
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.schema.bounded import TooManyStepsError
from openapi_mcp.schema.check import Check
from openapi_mcp.schema.words import nearest, rule
from openapi_mcp.workflow.literals import has_open, plain
from openapi_mcp.workflow.warned import Warned

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_MOST_STEPS = 20_000  # of one value
_MOST_TOLD = 10
_ID = re.compile(r"(?i)(?:^|[_.-])(?:id|uuid|guid|key|ref)s?$|[a-z0-9]I[dD]s?$")
_SCALARS = frozenset(("integer", "number", "boolean"))
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "maxLength", "maxItems", "minItems")
_WHATEVER_IS_OPEN = ("required", "type", "minItems", "maxItems")
_CASES = frozenset(("if", "then", "else", "dependentSchemas", "dependentRequired", "not"))
_WORDS = ("", "null", "true", "false")


@dataclass(slots=True, kw_only=True)
class Misfits:
    """Holds values against schemas. `nouns` are what an API has: an argument called so may be given a name.

    `left` are the steps that all values together may take; then no more is said.
    """

    nouns: Collection[str] = frozenset()
    guesses: Guesses
    left: int = 2_000_000

    def of(self, name: str, value: Any, schema: Any, definitions: Mapping[str, Any], at: str) -> Iterator[Warned]:
        """Yield what is wrong with a value as `known` makes it; `name` is what it is the value of."""
        if not isinstance(schema, Mapping) or value is None or self.left <= 0:
            return
        schemas = {f"#/$defs/{each}": of for each, of in definitions.items()}
        check = Check(schema, schemas, most_steps=_MOST_STEPS, as_far=True)
        try:
            errors = check.errors(value)
        except (TooManyStepsError, RecursionError, OverflowError, KeyError):
            return
        finally:
            self.left -= 1 + check.taken
        is_open = has_open(value) if errors else False
        for error in errors[:_MOST_TOLD]:
            found = self._said(nearest(error), name, at, is_open=is_open)
            if found is not None:
                yield found

    def _said(self, error: "ValidationError", name: str, at: str, *, is_open: bool) -> Warned | None:
        word, value = str(error.validator), error.instance
        if value is None or word == "additionalProperties" or not _is_certain(error, is_open=is_open):
            return None
        path = tuple(error.absolute_path)
        named = next((each for each in reversed(path) if isinstance(each, str)), name)
        types = _types(error)
        error.instance = plain(value)
        said = f"{one_line(place((name, *path)), 120)!r} {rule(error)}"
        hint = f"correct {one_line(str(named), 80)!r}"
        where = join(at, *path)
        if types:
            verdict = _as_type(value, types, may_be_name=self._may_identify(named))
            return None if verdict is None else Warned(said, hint, where, is_fatal=verdict)
        if word == "enum":
            limit: Any = error.validator_value
            allowed = [each for each in limit if isinstance(each, str)]
            near = self.guesses.meant(str(value), allowed) if isinstance(value, str) else ""
            is_text = isinstance(value, str) and value and len(allowed) == len(limit)
            return Warned(said, near or hint, where, is_fatal=bool(is_text) and not near)
        is_lacking = word == "required"
        return Warned(said, hint, where, is_fatal=is_lacking or word in _LIMITS, is_lacking=is_lacking)

    def _may_identify(self, name: str) -> bool:
        """True for what names a thing, which a call may give by what that is called: "customer", "petId"."""
        plain_name = name.lower()
        plurals = (plain_name, f"{plain_name}s", f"{plain_name}es", f"{plain_name.removesuffix('y')}ies")
        return _ID.search(name) is not None or any(each in self.nouns for each in plurals)


def _is_certain(error: "ValidationError", *, is_open: bool) -> bool:
    """True for a rule that is broken whatever a run brings: of a value with open parts only some are."""
    if not is_open:
        return True
    if not _CASES.isdisjoint(map(str, error.absolute_schema_path)):
        return False
    if not has_open(error.instance):
        return True
    is_part = isinstance(error.instance, (Mapping, list))
    return is_part and str(error.validator) in _WHATEVER_IS_OPEN


def _types(error: "ValidationError") -> frozenset[str]:
    """Return the types that a value should have had one of; none where something else is wrong with it."""
    wanted: set[str] = set()
    for each in (error,) if error.validator == "type" else error.context or ():
        if each.validator != "type" or (each is not error and each.path):
            return frozenset()
        limit: Any = each.validator_value
        wanted |= {limit} if isinstance(limit, str) else set(limit)
    return frozenset(wanted - {"null"})


def _as_type(value: Any, types: frozenset[str], *, may_be_name: bool) -> bool | None:
    """Return whether a value of another type fails for certain; None where it is surely taken as what it says."""
    match value:
        case str() if value.strip().lower() in _WORDS or "array" in types:
            return None
        case str() if value.lstrip()[:1] in ("{", "["):
            return None
        case str() if any(char.isdecimal() for char in value):
            return None if _is_number(value) else False
        case str():
            return types <= _SCALARS and not may_be_name
        case Mapping():
            return len(value) > 1 and types <= _SCALARS | {"string"}
        case list():
            return None if len(value) == 1 else types <= _SCALARS
        case bool() | int() | float() if types <= {"object"}:
            return True
        case int() | float() if "string" in types or "array" in types:
            return None
    return False


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

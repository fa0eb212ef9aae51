"""JSON Schema 2020-12 held against a value in bounded time, whatever the document, the caller and the upstream wrote.

Schema and value are both hostile: a pattern may backtrack without end, an `allOf` of references fan out to 2^18
leaves, `uniqueItems` compare each of 100,000 items to each other. Every keyword takes steps from one budget; patterns
are matched in time linear in the text.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from openapi_mcp.model.document import Schema
from openapi_mcp.schema.pattern import is_matched, matches, steps

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

MAX_STEPS = 250_000  # some 5 to 10 microseconds each: one or two seconds at most
_MOST_ERRORS = 100
_DEEPEST = 150  # keywords within each other, four of Python's thousand levels each
_STEPS_OF_A_REFERENCE = 20  # looked up anew each time; what fans out is made of them
# Keywords that go through all of an array or an object, whatever they ask of each item.
_FOR_EACH = frozenset(
    (
        "contains", "additionalProperties", "patternProperties", "propertyNames", "unevaluatedItems",
        "unevaluatedProperties", "uniqueItems",
    )
)  # fmt: skip
_VALUES_PER_STEP = 16  # entries of an enum, of `required` or of `properties` that one step goes through
Keyword = Callable[[Any, Any, Any, Any], "Iterator[ValidationError] | None"]


class TooManyStepsError(Exception):
    """The check of a value takes more steps than there are for one call."""


class TooDeepError(RecursionError):
    """Schema or value are nested deeper than is checked.

    Python's own limit must not be reached: what jsonschema keeps its types in is no Python, and ends the process there.
    """


class Budget:
    """The steps that are `left` for one check; `schemas` are what a `$ref` names."""

    def __init__(self, left: int, schemas: Mapping[str, Schema]) -> None:
        self.left = left
        self.schemas = schemas
        self.depth = 0

    def spend(self, steps: int) -> None:
        """Count steps.

        Raises:
            TooManyStepsError: there are not as many left.
        """
        self.left -= steps
        if self.left < 0:
            raise TooManyStepsError


_BUDGET: ContextVar[Budget] = ContextVar("steps of the check that is under way")


def errors(
    check: "Validator",
    instance: Any,
    most: int = MAX_STEPS,
    schemas: Mapping[str, Schema] = MappingProxyType({}),
    *,
    as_far: bool = False,
    budget: Budget | None = None,
) -> "list[ValidationError]":
    """Return the rules that an instance breaks, the first hundred of them; `schemas` are what a `$ref` names.

    Where it takes too many steps, what was found so far is returned if that is wanted: `as_far`. A `budget` of the
    caller's own, which it reads afterwards, takes the place of `most` and `schemas`.

    Raises:
        TooManyStepsError: it takes more than `most` steps.
        TooDeepError: schema or instance are nested without end.
        KeyError: a `$ref` leads nowhere.
    """
    token = _BUDGET.set(budget or Budget(most, schemas))
    found: list[ValidationError] = []
    try:
        found.extend(islice(check.iter_errors(instance), _MOST_ERRORS))  # one by one: what came stays
    except TooManyStepsError:
        if not as_far:
            raise
    finally:
        _BUDGET.reset(token)
    return found


def bounded(schema: Mapping[str, Any]) -> "Validator":
    """Return a validator of a schema whose `iter_errors` is run by `errors`."""
    return _validator_type()(dict(schema))


@lru_cache(maxsize=1)
def _validator_type() -> "type[Validator]":
    from jsonschema import Draft202012Validator, validators

    keywords: dict[str, Keyword] = dict(Draft202012Validator.VALIDATORS)
    keywords |= {"pattern": _pattern, "patternProperties": _pattern_properties, "uniqueItems": _unique_items}
    keywords |= {
        "items": _items,
        "additionalProperties": _additional_properties,
        "multipleOf": _multiple_of,
        "$ref": _reference,
    }
    counted = {word: _counted(word, check) for word, check in keywords.items()}
    return cast("type[Validator]", validators.extend(Draft202012Validator, counted))  # type: ignore[no-untyped-call]


def _counted(word: str, check: Keyword) -> Keyword:
    base = _STEPS_OF_A_REFERENCE if word == "$ref" else 1
    goes_through = word in _FOR_EACH

    def run(validator: Any, value: Any, instance: Any, schema: Any) -> "Iterator[ValidationError]":
        work = base + (len(value) // _VALUES_PER_STEP if isinstance(value, (list, dict)) else 0)
        if goes_through and isinstance(instance, (list, dict)):
            work += len(instance)
        budget = _BUDGET.get()
        budget.spend(work)
        if budget.depth == _DEEPEST:
            raise TooDeepError
        budget.depth += 1
        try:
            yield from check(validator, value, instance, schema) or ()
        finally:
            budget.depth -= 1

    return run


def _reference(validator: Any, ref: str, instance: Any, _schema: Any) -> "Iterator[ValidationError]":
    """Check what a reference names, looked up when it is met: a document's schemas need not be one schema."""
    yield from validator.descend(instance, _BUDGET.get().schemas[ref])


def _items(validator: Any, each: Any, instance: Any, schema: Mapping[str, Any]) -> "Iterator[ValidationError]":
    """Check item by item, each with its own step: what is found before the steps run out may be wanted."""
    if not validator.is_type(instance, "array"):
        return
    budget = _BUDGET.get()
    for index in range(len(schema.get("prefixItems", ())), len(instance)):
        budget.spend(1)
        yield from validator.descend(instance[index], each, path=index)


def _multiple_of(validator: Any, unit: Any, instance: Any, _schema: Any) -> "Iterator[ValidationError]":
    """Check as decimals say it: 0.3 is three times 0.1, of which doubles know nothing."""
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "number") and (_exact(instance) / _exact(unit)).denominator != 1:
        yield ValidationError(f"is not a multiple of {unit}")


def _exact(number: Any) -> Fraction:
    return Fraction(str(number) if isinstance(number, float) else number)


def _pattern(validator: Any, pattern: str, instance: Any, _schema: Any) -> "Iterator[ValidationError]":
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "string") and not _matches(pattern, instance):
        yield ValidationError(f"does not match {pattern[:200]!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, _schema: Any
) -> "Iterator[ValidationError]":
    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        if not is_matched(pattern):
            continue
        for name, value in instance.items():
            if _matches(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, extra: Any, instance: Any, schema: Mapping[str, Any]
) -> "Iterator[ValidationError]":
    """Check the fields that neither `properties` nor a pattern names; jsonschema would search with Python's `re`."""
    from jsonschema.exceptions import ValidationError

    if not validator.is_type(instance, "object"):
        return
    declared, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    others = [
        name for name in instance if name not in declared and not any(_matches(pattern, name) for pattern in patterns)
    ]
    if validator.is_type(extra, "object"):
        for name in others:
            yield from validator.descend(instance[name], extra, path=name)
    elif extra is False and others:
        yield ValidationError(f"has {len(others)} properties that are not declared")


def _unique_items(validator: Any, unique: Any, instance: Any, _schema: Any) -> "Iterator[ValidationError]":
    from jsonschema.exceptions import ValidationError

    is_unique = unique is not True or not validator.is_type(instance, "array")
    if not is_unique and len({_frozen(item) for item in instance}) < len(instance):
        yield ValidationError("holds the same item twice")


def _frozen(value: Any) -> Any:
    """Return a hashable form of a JSON value, equal where JSON Schema finds values equal: 1 and 1.0, not 1 and true."""
    match value:
        case bool():
            return ("bool", value)
        case dict():
            return frozenset((name, _frozen(item)) for name, item in value.items())
        case list():
            return tuple(_frozen(item) for item in value)
        case _:
            return value


def _matches(pattern: str, text: str) -> bool:
    _BUDGET.get().spend(steps(pattern, text))
    return matches(pattern, text)

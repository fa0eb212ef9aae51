"""Valid arguments made from an input schema alone, the same at every run; what is made is checked by jsonschema."""

import math
import random
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, find, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError
from referencing.exceptions import Unresolvable

DEEPEST = 4  # objects in objects: below it only what is required
DEEPEST_REQUIRED = 12
MOST = 150  # values of one tool: after so many only what is required
TEXTS = {
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:30:00Z",
    "time": "12:30:00Z",
    "duration": "P1D",
    "uuid": "7f9c2ba4-e88f-427d-9c7e-1d0d1f3f5a61",
    "email": "ana@example.com",
    "uri": "https://example.com/a?b=c",
    "url": "https://example.com/a?b=c",
    "uri-reference": "/a?b=c",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "aGVsbG8=",
    "base64": "aGVsbG8=",
    "binary": "hello",
    "regex": "^a+$",
    "json-pointer": "/a/b",
}
_FORMS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)",
    "uuid": r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "email": r"[\w.+-]+@[\w-]+(\.[\w-]+)+",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+",
    "ipv4": r"\d{1,3}(\.\d{1,3}){3}",
    "byte": r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    "hostname": r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*",
    "time": r"\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)",
}
_BITS = {"int32": 31, "int64": 63}
_WORDS_OF_TYPES = {
    "object": ("properties", "required", "additionalProperties", "minProperties"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "format", "minLength", "maxLength", "contentEncoding"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def _formats() -> FormatChecker:
    """Return a check of the formats that Prism checks too."""
    checker = FormatChecker(formats=())
    for name, form in _FORMS.items():
        checker.checks(name)(lambda text, form=form: not isinstance(text, str) or re.fullmatch(form, text) is not None)
    for name, bits in _BITS.items():
        checker.checks(name)(
            lambda item, bits=bits: (
                not isinstance(item, (int, float)) or (item % 1 == 0 and -(2**bits) <= item < 2**bits)
            )
        )
    return checker


FORMATS = _formats()


class Impossible(Exception):
    """No value could be made; the message says why."""


@dataclass(slots=True)
class Maker:
    """Makes values; `full` with all that is optional, `plain` of words that a path and a header can carry."""

    defs: Mapping[str, Any]
    choice: random.Random
    full: bool
    plain: bool = False
    made: int = field(default=0)

    def value(self, schema: Any, depth: int = 0) -> Any:
        """Return a value that fits the schema, an example of its own where it has one."""
        self.made += 1
        flat = self._flat(schema)
        for known in self._known(flat):
            if self.fits(known, flat):
                return known
        if flat.get("_choices"):
            return self._chosen(flat, depth)
        match self._type(flat):
            case "object":
                return self._object(flat, depth)
            case "array":
                return self._array(flat, depth)
            case "integer" | "number" as kind:
                return self._number(flat, whole=kind == "integer")
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return self._text(flat)

    def fits(self, value: Any, schema: Mapping[str, Any]) -> bool:
        """True when jsonschema takes the value."""
        plain = {word: item for word, item in schema.items() if word != "_choices"}
        branches = [{"anyOf": options} for options in schema.get("_choices", ())]
        try:
            whole = {**plain, "allOf": branches, "$defs": self.defs}
            return Draft202012Validator(whole, format_checker=FORMATS).is_valid(value)
        except (SchemaError, Unresolvable, re.error, RecursionError):
            return False

    def _known(self, schema: Mapping[str, Any]) -> Iterator[Any]:
        if "const" in schema:
            yield schema["const"]
        if "enum" in schema:
            items = [item for item in schema["enum"] if item not in (None, "")] or list(schema["enum"])
            yield from self.choice.sample(items, len(items)) if self.full else items
            raise Impossible("no value of the enum fits")
        known = [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else [])]
        yield from (item for item in known if item not in (None, "", [], {}) and not isinstance(item, dict))

    def _type(self, schema: Mapping[str, Any]) -> str:
        said = schema.get("type")
        kinds = [said] if isinstance(said, str) else [kind for kind in said or () if kind != "null"]
        if said and not kinds:
            return "null"
        if kinds:
            return str(kinds[0])
        guess = (kind for kind, words in _WORDS_OF_TYPES.items() if any(word in schema for word in words))
        return next(guess, "string")

    def _chosen(self, schema: Mapping[str, Any], depth: int) -> Any:
        *others, options = schema["_choices"]
        rest = {**schema, "_choices": others}
        order = self.choice.sample(options, len(options)) if self.full else options
        for option in sorted(order, key=lambda one: isinstance(one, dict) and one.get("type") == "null"):
            try:
                made = self.value(_merged(rest, self._flat(option)), depth)
            except Impossible:
                continue
            if self.fits(made, schema):
                return made
        raise Impossible("no alternative could be made")

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        if depth > DEEPEST_REQUIRED:
            raise Impossible("it is required without end")
        fields, required = schema.get("properties", {}), list(schema.get("required", ()))
        made = {name: self.value(fields.get(name, {}), depth + 1) for name in required}
        optional = [name for name in fields if name not in made]
        room = schema.get("maxProperties", math.inf)
        for name in optional:
            wanted = self.full and depth < DEEPEST and self.made < MOST
            least = max(schema.get("minProperties", 0), depth == 0)  # no style has a form for an empty object
            if len(made) < room and (wanted or len(made) < least):
                self._add(made, name, fields[name], depth)
        extra = schema.get("additionalProperties", True)
        if not fields and extra is not False and not made and room:
            made["key"] = self.value(extra, depth + 1)
        return made

    def _add(self, made: dict[str, Any], name: str, schema: Any, depth: int) -> None:
        """Add what may be left out, where it can be made."""
        try:
            made[name] = self.value(schema, depth + 1)
        except Impossible:
            return

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        if depth > DEEPEST_REQUIRED:
            raise Impossible("it is required without end")
        wanted = 2 if self.full and depth < DEEPEST else 1
        count = min(max(wanted, schema.get("minItems", 0)), schema.get("maxItems", math.inf))
        first = list(schema.get("prefixItems", ()))
        items: list[Any] = []
        for index in range(int(count) * 4):
            if len(items) == count:
                break
            item = self.value(first[index] if index < len(first) else schema.get("items", {}), depth + 1)
            if item in items and schema.get("uniqueItems"):
                item = f"{item}{index}" if isinstance(item, str) else item + 1 if type(item) in (int, float) else item
            if item not in items or not schema.get("uniqueItems"):
                items.append(item)
        return items

    def _number(self, schema: Mapping[str, Any], *, whole: bool) -> int | float:
        low = max(_number(schema, "minimum"), _number(schema, "exclusiveMinimum"), key=_rank_low)
        high = min(_number(schema, "maximum"), _number(schema, "exclusiveMaximum"), key=_rank_high)
        step = schema.get("multipleOf")
        middle = [low[0], low[0] + 1, low[0] + 0.5] if low else []
        middle += [high[0], high[0] - 1, high[0] - 0.5] if high else []
        middle += [low[0] + (high[0] - low[0]) / 2] if low and high else []
        tries: list[int | float] = [7, 1, 12, 0.5, 0, *middle]
        if self.full and not whole:
            tries.insert(0, 2.5)
        if step:
            tries = [step * math.ceil(item / step) for item in tries] + [
                step * math.floor(item / step) for item in tries
            ]
        for item in tries:
            fitted = math.ceil(item) if whole else item
            if self.fits(fitted, schema):
                return fitted
        raise Impossible("no number fits")

    def _text(self, schema: Mapping[str, Any]) -> str:
        low, high = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        if "pattern" in schema:
            return _matching(schema["pattern"], low, None if high == math.inf else int(high))
        if schema.get("contentEncoding") == "base64":
            return TEXTS["byte"]
        text = TEXTS.get(schema.get("format", ""))
        if text is None or not low <= len(text) <= high:
            word = "Zoë & co" if self.full and not self.plain else "sample"
            text = word.ljust(low, "x")
        return text if len(text) <= high else text[: int(high)].rstrip().ljust(low, "x")

    def _flat(self, schema: Any, left: int = 60) -> dict[str, Any]:
        """Return a schema with its reference followed, its `allOf` merged and its alternatives under `_choices`."""
        if schema is True:
            return {}
        if schema is False or left == 0:
            raise Impossible("nothing fits" if left else "references lead on without end")
        words = ("$ref", "allOf", "anyOf", "oneOf")
        flat = {word: item for word, item in schema.items() if word not in words}
        flat["_choices"] = [*flat.get("_choices", ()), *(schema[word] for word in words[2:] if word in schema)]
        parts = list(schema.get("allOf", ()))
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
            parts.append(self.defs[name])
        for part in parts:
            flat = _merged(flat, self._flat(part, left - 1))
        return flat


def _number(schema: Mapping[str, Any], word: str) -> list[float]:
    item = schema.get(word)
    return [] if item is None or isinstance(item, bool) else [item]


def _rank_low(items: list[float]) -> float:
    return items[0] if items else -math.inf


def _rank_high(items: list[float]) -> float:
    return items[0] if items else math.inf


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what fits both, as far as words can be merged; the rest is left to the check afterwards."""
    both = {**one, **other}
    both["_choices"] = [*one.get("_choices", ()), *other.get("_choices", ())]
    if "properties" in one and "properties" in other:
        same = {
            name: {"allOf": [one["properties"][name], item]}
            for name, item in other["properties"].items()
            if name in one["properties"]
        }
        both["properties"] = {**one["properties"], **other["properties"], **same}
    both["required"] = list(dict.fromkeys([*one.get("required", ()), *other.get("required", ())]))
    if not both["required"]:
        del both["required"]
    for word, pick in (
        ("minimum", max),
        ("minLength", max),
        ("minItems", max),
        ("maximum", min),
        ("maxLength", min),
        ("maxItems", min),
    ):
        if word in one and word in other:
            both[word] = pick(one[word], other[word])
    if "enum" in one and "enum" in other:
        both["enum"] = [item for item in one["enum"] if item in other["enum"]]
    if False in (one.get("additionalProperties"), other.get("additionalProperties")):
        both["additionalProperties"] = False
    return both


@cache
def _matching(pattern: str, low: int, high: int | None) -> str:
    """Return the simplest text that a pattern finds itself in, of a length within bounds."""
    fixed = settings(
        max_examples=300,
        derandomize=True,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        texts = st.from_regex(
            re.sub(r"(?<!\\)\$$", r"\\Z", pattern), alphabet=st.characters(min_codepoint=32, max_codepoint=126)
        )
        longest = math.inf if high is None else high
        with warnings.catch_warnings(action="ignore"):
            return find(texts, lambda text: low <= len(text) <= longest, settings=fixed, random=random.Random(1))
    except (HypothesisException, re.error, ValueError, OverflowError, RecursionError) as error:
        raise Impossible(f"the pattern {pattern[:60]!r}: {type(error).__name__}") from None


def arguments(schema: Mapping[str, Any], seed: str, *, full: bool, plain: frozenset[str]) -> dict[str, Any]:
    """Return arguments for an input schema; those named in `plain` of words that a path and a header can carry.

    Raises:
        Impossible: what is required could not be made, or the whole does not fit the schema.
    """
    fields, required = schema.get("properties", {}), schema.get("required", [])
    made: dict[str, Any] = {}
    choice = random.Random(seed)
    maker = Maker(schema.get("$defs", {}), choice, full)
    for name, inner in fields.items():
        if name not in required and not full:
            continue
        maker.plain = name in plain
        try:
            made[name] = _checked(maker, inner)
        except Impossible as reason:
            if name in required:
                raise Impossible(f"{name}: {reason}") from None
    try:
        wrong = next(Draft202012Validator(schema, format_checker=FORMATS).iter_errors(made), None)
    except (SchemaError, Unresolvable, re.error, RecursionError) as error:
        raise Impossible(f"the check failed: {type(error).__name__}") from None
    if wrong is not None:
        raise Impossible(f"{'.'.join(map(str, wrong.path))}: {wrong.message[:80]}")
    return made


def _checked(maker: Maker, schema: Any) -> Any:
    """Return a value that jsonschema takes, from the third try on the least that is allowed."""
    full = maker.full
    try:
        for attempt in range(4):
            maker.full = full and attempt < 2
            made = maker.value(schema)
            if maker.fits(made, schema):
                return made
    finally:
        maker.full = full
    raise Impossible("what was made does not fit")

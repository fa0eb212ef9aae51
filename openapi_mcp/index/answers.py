"""Where an answer holds what identifies a thing: `results[].customer` is the id of a customer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.index.entities import (
    IDS,
    KEYS,
    NUMBERS,
    PAGES,
    REFERENCES,
    Name,
    bare,
    is_wrapper,
    parse,
    split,
    split_as_is,
)
from openapi_mcp.index.inputs import says_id
from openapi_mcp.index.shapes import component
from openapi_mcp.index.spot import Spot
from openapi_mcp.index.vocabulary import Vocabulary, Words

_DEEPEST = 6  # objects within objects
_MOST_SPOTS = 48  # of one schema; those nearest to its root are kept
_MOST_LOOKED_AT = 150_000  # properties and places of all answers; only a hostile document has more
_PLAIN = frozenset(("object", "array"))
_NO_KEYS = frozenset(("boolean", "number"))
_NUMBERS = frozenset(("integer", "number"))
_OWN = KEYS - frozenset((*REFERENCES, "name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """An object: what it is or resembles, the words that say so of what is in it, and if it is a thing or a wrapper.

    A bare one has no id, so that its other keys are none.
    """

    kind: str
    guess: str
    around: Words
    is_thing: bool
    is_bare: bool


class Answers:
    """Walks the schemas of answers; what stands behind a reference, or is shared, once for all operations."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._shapes = vocabulary.shapes
        self._walked: dict[tuple[str, Words, int], tuple[Spot, ...]] = {}
        self._roots: dict[int, tuple[Any, tuple[Spot, ...]]] = {}
        self._names: dict[str, tuple[Name, str]] = {}
        self._left = _MOST_LOOKED_AT

    def spots(self, schema: Any) -> tuple[Spot, ...]:
        """Return the places in an answer of this schema, nearest to its root first."""
        if id(schema) not in self._roots:
            found = (replace(spot, field=spot.field.lstrip(".")) for spot in self._walk(schema, (), 0))
            self._roots[id(schema)] = schema, tuple(found)  # with the schema, so that its id is not given to another
        return self._roots[id(schema)][1]

    def _walk(self, schema: Any, around: Words, depth: int) -> tuple[Spot, ...]:
        """Return the places within a value; `around` are the words of the nearest property that says what it is."""
        ref = schema.get("$ref") if isinstance(schema, Mapping) else None
        if depth > _DEEPEST or self._left <= 0:
            return ()
        if not isinstance(ref, str):
            return _nearest(self._within(schema, around, depth))
        known = self._walked.get((ref, around, depth))
        if known is None:
            known = self._walked[ref, around, depth] = _nearest(self._within(schema, around, depth))
        return known

    def _within(self, schema: Any, around: Words, depth: int) -> Iterator[Spot]:
        for branch in self._shapes.branches(schema):
            inside = self._walk(branch, around, depth + 1)
            self._left -= len(inside)
            yield from inside
        items = self._shapes.items(schema)
        if items is not None:
            yield from self._of_list(items, around, depth)
            return
        properties = self._shapes.properties(schema)
        self._left -= len(properties)
        if properties:
            holder = self._holder(schema, properties, around)
            for name, value in properties.items():
                yield from self._of_property(name, value, holder, depth)

    def _of_list(self, items: Any, around: Words, depth: int) -> Iterator[Spot]:
        inside = self._walk(items, around, depth + 1)
        for spot in inside:
            yield spot.listed()
        if not (inside or self._holds(items) or self._shapes.kinds(items) - {"object"}):
            yield Spot("[]", self._vocabulary.known(around) if around else "", "", is_listed=True)

    def _holder(self, schema: Any, properties: Mapping[str, Any], around: Words) -> _Holder:
        kind, guess = self._kind(schema, properties, around)
        own = {name.key for name in map(parse, properties) if not name.words}
        is_page = any(is_wrapper(name) and self._shapes.items(value) is not None for name, value in properties.items())
        is_vague = bool(around) and not self._vocabulary.is_exact(around)
        return _Holder(
            kind=kind,
            guess=guess,
            around=around,
            is_thing=not own.isdisjoint(_OWN) or ("uri" in own and not is_page),
            is_bare=own.isdisjoint(IDS) and (is_page or is_vague),
        )

    def _of_property(self, name: str, value: Any, holder: _Holder, depth: int) -> Iterator[Spot]:
        items = self._shapes.items(value)
        held = value if items is None else items
        kinds = self._shapes.kinds(held)
        if kinds <= _PLAIN and (kinds or self._holds(held) or items == {}):
            yield from self._of_object(name, value, holder, depth, is_list=items is not None)
        elif (kinds.isdisjoint(_NO_KEYS) or _is_id_in_numbers(name, kinds)) and not self._is_choice(held):
            way = f".{name}" if items is None else f".{name}[]"
            is_number = not kinds.isdisjoint(_NUMBERS) and "string" not in kinds
            yield from self._of_scalar(name, way, held, holder, is_number=is_number)

    def _holds(self, schema: Any) -> bool:
        """True for what has something within it, whether or not it names its type."""
        return bool(self._shapes.properties(schema) or self._shapes.branches(schema) or self._shapes.items(schema))

    def _is_choice(self, schema: Any) -> bool:
        return any("enum" in part or "const" in part for _, part in self._shapes.parts(schema))

    def _of_object(self, name: str, value: Any, holder: _Holder, depth: int, *, is_list: bool) -> Iterator[Spot]:
        """Yield the places within a property; it is a step away where the object is a thing, and no mere envelope.

        `ids: {"slug": "up", "imdb": "tt10"}` are forms of the id of what holds it, and so is `_id: {"oid": "5f"}`.
        """
        forms = self._shapes.properties(value)
        if not is_list and forms and _is_plain_id(name):
            inner = "" if parse(name).is_plural else next((f".{form}" for form in forms if _is_plain_id(form)), "")
            yield Spot(f".{name}{inner}", holder.kind, parse(name).key, guess=holder.guess)
            return
        words = split(name)
        says_nothing = set(words) <= PAGES or not holder.is_thing
        passes_on = says_nothing and is_wrapper(name) and not self._vocabulary.is_exact(words)
        is_many = not is_list and words != split_as_is(name)
        parent, is_step = ("", False) if passes_on else (name, holder.is_thing)
        inside = self._walk(value, holder.around if passes_on else words, depth + 1)
        self._left -= len(inside)
        for spot in inside:
            if not (is_many and spot.key not in IDS and spot.field.count(".") == 1):  # `tracks: {"href": ...}`: of many
                yield spot.within(name, parent, is_step=is_step)

    def _of_scalar(self, text: str, way: str, schema: Any, holder: _Holder, *, is_number: bool) -> Iterator[Spot]:
        name, referred = self._name(text)
        if holder.is_bare and not name.words and name.key not in IDS:
            return
        if (name.key and not name.words) or (name.words == ("user",) and name.key == "username" and not referred):
            yield Spot(way, holder.kind, name.key, is_whole_number=is_number, guess=holder.guess)
        elif referred and not self._counts(name, way, is_number=is_number):
            key = name.key or ("id" if is_number or self._is_key(schema) else "")
            is_own = referred == holder.kind and self._vocabulary.is_exact(name.words)
            yield Spot(way, referred, key, is_own=is_own, is_whole_number=is_number)

    def _counts(self, name: Name, way: str, *, is_number: bool) -> bool:
        """True for `comments: 7` and `max_object_ids: 200`."""
        return name.is_plural and not way.endswith("[]") and (is_number or not name.key)

    def _is_key(self, schema: Any) -> bool:
        """True for a text that is said to be an id, or has the form of one."""
        parts = [part for _, part in self._shapes.parts(schema)]
        return any(part.get("format") in ("uuid", "uri") or says_id(str(part.get("description", ""))) for part in parts)

    def _name(self, text: str) -> tuple[Name, str]:
        """Return a property's name taken apart, and the kind that it refers to, "" for none."""
        if text not in self._names:
            name = parse(text)
            self._names[text] = name, self._referred(name)
        return self._names[text]

    def _referred(self, name: Name) -> str:
        vocabulary = self._vocabulary
        if not name.words:
            return ""
        if name.key in IDS or name.key in NUMBERS:
            return vocabulary.entity(name.words)
        if name.key in KEYS:
            return vocabulary.known(name.words) if vocabulary.is_exact(name.words) and name.key != "url" else ""
        return vocabulary.known(name.words) if vocabulary.is_exact(name.words) or _is_role(name, vocabulary) else ""

    def _kind(self, schema: Any, properties: Mapping[str, Any], around: Words) -> tuple[str, str]:
        """Return what an object is, and what it resembles where nothing around it says so.

        Its component, the nearest property that says something, what it looks like, then what these names may mean.
        """
        vocabulary = self._vocabulary
        named = [split(component(ref)) for ref, _ in self._shapes.parts(schema) if component(ref)]
        for words in named:
            if words and (known := vocabulary.thing(words)):
                return known, ""
        if around and vocabulary.is_exact(around):
            return vocabulary.canonical("_".join(around)), ""
        guess = vocabulary.resembling(properties)
        if around:
            return guess or vocabulary.entity(around), ""
        return "", guess or next(("_".join(bare(words) or words) for words in named if words), "")


def _nearest(found: Iterable[Spot]) -> tuple[Spot, ...]:
    spots = list({(spot.field, spot.kind, spot.key): spot for spot in found}.values())
    if len(spots) > _MOST_SPOTS:
        spots.sort(key=lambda spot: (spot.steps, not spot.is_own))
    return tuple(spots[:_MOST_SPOTS])


def _is_plain_id(name: str) -> bool:
    """True for "id", "uuid" and "ids", which say of nothing else what they are the id of."""
    found = parse(name)
    return found.key in IDS and not found.words


def _is_id_in_numbers(name: str, kinds: frozenset[str]) -> bool:
    """True for an id whose type is `number`, as many documents write it for whole ones."""
    return "boolean" not in kinds and parse(name).key in IDS


def _is_role(name: Name, vocabulary: Vocabulary) -> bool:
    return "_".join(name.words) in vocabulary.alias

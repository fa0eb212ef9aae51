"""Where an answer holds what identifies a thing: `results[].customer` is the id of a customer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.index.entities import IDS, KEYS, REFERENCES, Name, bare, is_wrapper, parse, split, split_as_is
from openapi_mcp.index.inputs import says_id
from openapi_mcp.index.shapes import component
from openapi_mcp.index.vocabulary import Vocabulary, Words

_DEEPEST = 6  # objects within objects
_MOST_SPOTS = 48  # of one schema; those nearest to its root are kept
_PLAIN = frozenset(("object", "array"))
_OWN = KEYS - frozenset((*REFERENCES, "name"))
_NO_KEYS = frozenset(("boolean", "number"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in an answer that holds a key of a thing.

    `kind` is "" where only the operation's path can say which; then `guess` is what the object's properties resemble.
    `steps` counts the properties around it that are no mere wrappers. `is_own` where the object is that thing, else it
    refers to it. `parent` is the property that holds the object.
    """

    field: str
    kind: str
    key: str
    steps: int = 0
    is_own: bool = True
    is_whole_number: bool = False
    is_listed: bool = False
    guess: str = ""
    parent: str = ""


class Answers:
    """Walks the schemas of answers; what stands behind a reference once for all operations."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._shapes = vocabulary.shapes
        self._walked: dict[tuple[str, Words, int], tuple[Spot, ...]] = {}
        self._names: dict[str, tuple[Name, str]] = {}

    def spots(self, schema: Any) -> tuple[Spot, ...]:
        """Return the places in an answer of this schema, nearest to its root first."""
        return tuple(replace(spot, field=spot.field.lstrip(".")) for spot in self._walk(schema, (), 0))

    def _walk(self, schema: Any, around: Words, depth: int) -> tuple[Spot, ...]:
        """Return the places within a value; `around` are the words of the nearest property that says what it is."""
        ref = schema.get("$ref") if isinstance(schema, Mapping) else None
        if depth > _DEEPEST:
            return ()
        if not isinstance(ref, str):
            return self._nearest(self._within(schema, around, depth))
        known = self._walked.get((ref, around, depth))
        if known is None:
            known = self._walked[ref, around, depth] = self._nearest(self._within(schema, around, depth))
        return known

    def _nearest(self, found: Iterator[Spot]) -> tuple[Spot, ...]:
        spots = list({(spot.field, spot.kind, spot.key): spot for spot in found}.values())
        if len(spots) > _MOST_SPOTS:
            spots.sort(key=lambda spot: (spot.steps, not spot.is_own))
        return tuple(spots[:_MOST_SPOTS])

    def _within(self, schema: Any, around: Words, depth: int) -> Iterator[Spot]:
        for branch in self._shapes.branches(schema):
            yield from self._walk(branch, around, depth + 1)
        items = self._shapes.items(schema)
        if items is not None:
            yield from self._of_list(items, around, depth)
            return
        properties = self._shapes.properties(schema)
        if properties:
            yield from self._of_object(schema, properties, around, depth)

    def _of_list(self, items: Any, around: Words, depth: int) -> Iterator[Spot]:
        inside = self._walk(items, around, depth + 1)
        for spot in inside:
            yield replace(spot, field=f"[]{spot.field}", is_listed=True)
        if not inside and not self._says_something(items):
            yield Spot(field="[]", kind=self._vocabulary.known(around) if around else "", key="", is_listed=True)

    def _says_something(self, schema: Any) -> bool:
        shapes = self._shapes
        return bool(shapes.kinds(schema) - {"object"} or shapes.properties(schema) or shapes.branches(schema))

    def _of_object(self, schema: Any, properties: Mapping[str, Any], around: Words, depth: int) -> Iterator[Spot]:
        kind, guess = self._kind(schema, properties, around)
        own = {name.key for name in map(parse, properties) if not name.words}
        has_id, is_thing = not own.isdisjoint(IDS), not own.isdisjoint(_OWN)
        is_page = any(is_wrapper(name) and self._is_list(value) for name, value in properties.items())
        is_bare = not has_id and (is_page or bool(around and not self._vocabulary.is_exact(around)))
        for name, value in properties.items():
            items = self._shapes.items(value)
            held = value if items is None else items
            kinds = self._shapes.kinds(held)
            way = f".{name}" if items is None else f".{name}[]"
            if kinds <= _PLAIN and (kinds or self._holds(held) or items == {}):
                yield from self._of_property(name, value, around, depth, is_step=is_thing)
            elif (
                kinds.isdisjoint(_NO_KEYS)
                and not (is_bare and parse(name).key not in IDS)
                and not self._is_choice(held)
            ):
                yield from self._of_scalar(name, way, held, kind, guess, kinds)

    def _is_choice(self, schema: Any) -> bool:
        return any("enum" in part or "const" in part for _, part in self._shapes.parts(schema))

    def _is_list(self, schema: Any) -> bool:
        return self._shapes.items(schema) is not None

    def _holds(self, schema: Any) -> bool:
        return bool(self._shapes.properties(schema) or self._shapes.branches(schema))

    def _of_property(self, name: str, value: Any, around: Words, depth: int, *, is_step: bool) -> Iterator[Spot]:
        """Yield the places within a property; it is a step away where the object is a thing, and no mere envelope."""
        passes_on = is_wrapper(name) and not self._vocabulary.is_exact(split(name))
        is_many = not self._is_list(value) and "_".join(split(name)) != "_".join(split_as_is(name))
        for spot in self._walk(value, around if passes_on else split(name), depth + 1):
            if is_many and spot.key in REFERENCES and spot.field.count(".") == 1:
                continue  # `tracks: {"href": ...}` leads to many of them
            yield replace(
                spot,
                field=f".{name}{spot.field}",
                steps=spot.steps + (is_step and not passes_on),
                parent=spot.parent or ("" if passes_on else name),
            )

    def _of_scalar(
        self, text: str, way: str, schema: Any, kind: str, guess: str, kinds: frozenset[str]
    ) -> Iterator[Spot]:
        name, referred = self._name(text)
        is_number = "integer" in kinds and "string" not in kinds
        if not name.words and name.key:
            yield Spot(field=way, kind=kind, key=name.key, guess=guess, is_whole_number=is_number)
        elif referred and not (name.is_plural and not name.key and not way.endswith("[]")):  # `comments: 7` counts them
            key = name.key or ("id" if is_number or self._is_key(schema) else "")
            is_own = referred == kind and self._vocabulary.is_exact(name.words)
            yield Spot(field=way, kind=referred, key=key, is_own=is_own, is_whole_number=is_number)
        elif name.key == "username":
            yield Spot(field=way, kind=kind, key=name.key, guess=guess)

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
        if name.key in IDS:
            return vocabulary.entity(name.words)
        if name.key in KEYS:
            return vocabulary.known(name.words) if vocabulary.is_exact(name.words) and name.key != "url" else ""
        return vocabulary.known(name.words) if vocabulary.is_exact(name.words) or _is_role(name, vocabulary) else ""

    def _kind(self, schema: Any, properties: Mapping[str, Any], around: Words) -> tuple[str, str]:
        """Return what an object is, and what it resembles where nothing around it says so.

        Its component, the nearest property that says something, what it looks like, then what these names may mean.
        """
        vocabulary = self._vocabulary
        named = [bare(split(component(ref))) for ref, _ in self._shapes.parts(schema) if component(ref)]
        for words in named:
            if words and (known := vocabulary.thing(words)):
                return known, ""
        if around and vocabulary.is_exact(around):
            return vocabulary.canonical("_".join(around)), ""
        guess = vocabulary.resembling(properties)
        if around:
            return guess or vocabulary.entity(around), ""
        return "", guess or next(("_".join(words) for words in named if words), "")


def _is_role(name: Name, vocabulary: Vocabulary) -> bool:
    return "_".join(name.words) in vocabulary.alias

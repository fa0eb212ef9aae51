"""Line and column of a JSON Pointer in the text of a document, and the keys that stand twice in one mapping.

Read only when somebody asks for places: the text is gone through once more, as events, with no tree built.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from openapi_mcp.loader.parse import decode, is_json_text
from openapi_mcp.model.pointer import join, tokens

_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s,:"{}\[\]]+')
_MAX_DUPLICATES = 1_000


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, both from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A key that stands a second time in one mapping, whose last value is the one that is read."""

    pointer: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Places by pointer; a pointer that leads to nothing in the text has the place of the nearest above it."""

    places: Mapping[str, Place]
    duplicates: tuple[Duplicate, ...]


def locate(data: bytes, pointers: Iterable[str], *, where: str) -> Located:
    """Find pointers in the bytes of a document: that of a mapping's member is the place of its key.

    Raises:
        DocumentError: the bytes are no text.
    """
    text = decode(data, where)
    wanted = {pointer: _tokens(pointer) for pointer in pointers}
    finding = _Finding(list(wanted.values()))
    for event in _json_events(text) if is_json_text(text) else _yaml_events(text):
        finding.take(event)
    places = {pointer: found for pointer, path in wanted.items() if (found := finding.nearest(path)) is not None}
    return Located(places=places, duplicates=tuple(finding.duplicates))


def _tokens(pointer: str) -> tuple[str, ...]:
    try:
        return tokens(f"#{pointer.partition('#')[2]}")
    except ValueError:
        return ()


_Event: TypeAlias = tuple[str, str, Place]
"""What is met in the text: "{", "[", "." for a scalar with its text, "]" for the end of either kind."""


@dataclass(slots=True)
class _Open:
    """A mapping or a list that has begun; `branch` is what is wanted below it, None where nothing is."""

    is_mapping: bool
    branch: dict[str, Any] | None
    at: str = ""  # the key or the index of the value that comes next or has begun
    count: int = 0
    key_is_next: bool = True
    seen: set[str] = field(default_factory=set)


class _Finding:
    def __init__(self, paths: list[tuple[str, ...]]) -> None:
        self.tree: dict[str, Any] = {}
        for path in paths:
            branch = self.tree
            for token in path:
                branch = branch.setdefault(token, {})
        self.found: dict[int, Place] = {}
        self.duplicates: list[Duplicate] = []
        self.stack: list[_Open] = []

    def take(self, event: _Event) -> None:
        kind, text, place = event
        if kind == "]":
            self.stack.pop()
            return
        holder = self.stack[-1] if self.stack else None
        if holder is None:
            branch: dict[str, Any] | None = self.tree
            self.found[id(self.tree)] = place
        elif holder.is_mapping and holder.key_is_next:
            if kind == ".":
                self.key(holder, text, place)
                return
            holder.at, holder.key_is_next, branch = "", False, None  # a key that is no text; parsing refuses it
        else:
            branch = self.member(holder, place)
        if kind != ".":
            self.stack.append(_Open(kind == "{", branch))

    def key(self, holder: _Open, text: str, place: Place) -> None:
        holder.at, holder.key_is_next = text, False
        if text in holder.seen and text != "<<" and len(self.duplicates) < _MAX_DUPLICATES:
            pointer = join("#", *(one.at for one in self.stack))
            self.duplicates.append(Duplicate(pointer=pointer, place=place))
        holder.seen.add(text)
        if holder.branch and text in holder.branch:
            self.found[id(holder.branch[text])] = place  # of a key that stands twice the last counts, as in reading

    def member(self, holder: _Open, place: Place) -> dict[str, Any] | None:
        """Return what is wanted below a value, and make ready for the next one."""
        if holder.is_mapping:
            holder.key_is_next = True
        else:
            holder.at, holder.count = str(holder.count), holder.count + 1
        below: dict[str, Any] | None = holder.branch.get(holder.at) if holder.branch else None
        if below is not None and not holder.is_mapping:
            self.found[id(below)] = place
        return below

    def nearest(self, path: tuple[str, ...]) -> Place | None:
        branch, place = self.tree, self.found.get(id(self.tree))
        for token in path:
            branch = branch[token]
            place = self.found.get(id(branch), place)
        return place


def _places(text: str) -> Callable[[int], Place]:
    """Return what tells the place of a character; lines end where editors end them, which YAML's own count does not."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(offset: int) -> Place:
        line = bisect_right(starts, offset)
        return Place(line, offset - starts[line - 1] + 1)

    return place


def _json_events(text: str) -> Iterator[_Event]:
    place_of = _places(text)
    for match in _JSON_TOKEN.finditer(text):
        token, place = match[0], place_of(match.start())
        match token[0]:
            case "{" | "[" as opening:
                yield opening, "", place
            case "}" | "]":
                yield "]", "", place
            case '"':
                yield ".", _unquoted(token), place
            case _:
                yield ".", token, place


def _unquoted(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    import json

    return str(json.loads(token, strict=False))


def _yaml_events(text: str) -> Iterator[_Event]:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    place_of = _places(text)
    event: Any
    for event in yaml.parse(text, Loader=loader):
        place = place_of(event.start_mark.index)
        match event:
            case yaml.MappingStartEvent():
                yield "{", "", place
            case yaml.SequenceStartEvent():
                yield "[", "", place
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                yield "]", "", place
            case yaml.ScalarEvent():
                yield ".", event.value, place
            case yaml.AliasEvent():
                yield ".", "", place

"""YAML text to a JSON value, by the core schema of YAML 1.2 (section 10.3), built from events without a tree of nodes.

PyYAML's own constructors follow YAML 1.1 and build objects; here only its parser works, and memory goes to values.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from openapi_mcp.loader.depth import MAX_DEPTH
from openapi_mcp.model.jsontext import JsonValue

MAX_VALUES = 2_000_000  # values after aliases and merges are expanded; GitHub's whole description has about 600,000
_LONGEST_INTEGER = 3_500  # characters, in any base; Python writes no integer of more than 4,300 digits
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_TEXTS = frozenset((f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}binary"))


def read_yaml(text: str, *, deepest: int = MAX_DEPTH, twice: list[str] | None = None) -> JsonValue:
    """Return the value of the one document in a text; None for an empty one.

    Mapping keys are strings as they are written, dates and what JSON has no number for stay text, a mapping that an
    alias brings in again is the same object, a later key of the same name wins, and `twice` takes its name.

    Raises:
        yaml.YAMLError: broken, more than one document, nested deeper than `deepest`, or a tag that JSON has no value
            for; most have a mark with line and column.
    """
    return _Building(getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text), deepest, twice).document()


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is being read: `key` waits for its value, `merged` is what `<<` brings in."""

    value: Any
    anchor: str | None
    key: str | None = None
    merged: list[Any] = field(default_factory=list)
    is_merge: bool = False


@dataclass(slots=True)
class _Building:
    parser: Any
    deepest: int
    twice: list[str] | None = None
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, JsonValue] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # of scalars with an anchor, which may be a key elsewhere
    merges: int = 0

    def document(self) -> JsonValue:
        try:
            root: JsonValue = None
            for event in self.events():
                found = self.take(event)
                if found is not _OPEN and not self.stack:
                    root = found
            return root
        finally:
            self.parser.dispose()

    def events(self) -> Iterator[Any]:
        """Yield the events of the first document, and refuse a second one."""
        documents = 0
        while not isinstance(event := self.parser.get_event(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    said = "expected a single document in the stream"
                    raise ComposerError(said, None, "but found another document", event.start_mark)  # type: ignore[arg-type]
            elif isinstance(event, _NODES):
                yield event

    def take(self, event: Any) -> Any:
        """Return the value that an event completes, put where it belongs; _OPEN where there is none yet."""
        kind = type(event)
        holder = self.stack[-1] if self.stack else None
        if kind is ScalarEvent:
            if holder is not None and holder.key is None and type(holder.value) is dict:
                return self.take_key(holder, event)
            value = _scalar(event)
            if event.anchor is not None:
                self.anchors[event.anchor], self.texts[event.anchor] = value, event.value
            return self.put(value, event)
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            return self.open(holder, event)
        if kind is AliasEvent:
            return self.take_alias(holder, event)
        return self.close(event)

    def take_key(self, holder: _Open, event: Any) -> Any:
        holder.is_merge = event.value == "<<" and (event.tag == _MERGE or (event.tag is None and event.implicit[0]))
        holder.key = event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = self.texts[event.anchor] = event.value
        return _OPEN

    def take_alias(self, holder: _Open | None, event: Any) -> Any:
        if event.anchor not in self.anchors:
            raise ComposerError(None, None, "found undefined alias", event.start_mark)
        if holder is not None and holder.key is None and type(holder.value) is dict:
            if event.anchor not in self.texts:
                raise _no_key(event)
            holder.key, holder.is_merge = self.texts[event.anchor], False
            return _OPEN
        return self.put(self.anchors[event.anchor], event)

    def open(self, holder: _Open | None, event: Any) -> Any:
        if holder is not None and holder.key is None and type(holder.value) is dict:
            raise _no_key(event)
        if len(self.stack) == self.deepest:
            raise ComposerError(None, None, f"nested deeper than {self.deepest} levels", event.start_mark)
        value: Any = {} if type(event) is MappingStartEvent else []
        _check_collection_tag(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = value
            self.texts.pop(event.anchor, None)
        self.stack.append(_Open(value, event.anchor))
        return _OPEN

    def close(self, event: Any) -> Any:
        closed = self.stack.pop()
        if closed.merged:
            own = dict(closed.value)
            closed.value.clear()
            for other in closed.merged:
                closed.value.update(other)
            closed.value.update(own)
        return self.put(closed.value, event)

    def put(self, value: JsonValue, event: Any) -> JsonValue:
        """Add a value to what is open, if anything is; return it."""
        if not self.stack:
            return value
        holder = self.stack[-1]
        if type(holder.value) is list:
            holder.value.append(value)
        elif holder.is_merge:
            holder.merged[:0] = self.mergeable(value, event)
            holder.key, holder.is_merge = None, False
        else:
            if self.twice is not None and holder.key is not None and holder.key in holder.value:
                self.twice.append(holder.key)
            holder.value[holder.key] = value
            holder.key = None
        return value

    def mergeable(self, value: JsonValue, event: Any) -> list[dict[str, JsonValue]]:
        """Return the mappings that `<<` brings in, the strongest last."""
        found = value if isinstance(value, list) else [value]
        for one in found:
            if not isinstance(one, dict):
                kind = "sequence" if isinstance(one, list) else "scalar"
                wanted = "a mapping" if isinstance(value, list) else "a mapping or list of mappings"
                problem = f"expected {wanted} for merging, but found {kind}"
                raise ConstructorError(None, None, problem, event.start_mark)
            self.merges += len(one)
        if self.merges > MAX_VALUES:
            raise ConstructorError(None, None, "merges expand without bound", event.start_mark)
        return [one for one in reversed(found) if isinstance(one, dict)]


_OPEN = object()
_NODES = (ScalarEvent, MappingStartEvent, MappingEndEvent, SequenceStartEvent, SequenceEndEvent, AliasEvent)


def _no_key(event: Any) -> ConstructorError:
    return ConstructorError(None, None, "a mapping key is not a text", event.start_mark)


def _check_collection_tag(event: Any) -> None:
    """Refuse a tag that a mapping or sequence cannot have."""
    kind, own = ("mapping", "map") if type(event) is MappingStartEvent else ("sequence", "seq")
    tag = event.tag
    if tag is None or tag == "!" or tag == f"{_TAG}{own}":
        return
    if tag in _TEXTS or tag in _CONSTRUCTORS:
        problem = f"expected a scalar node, but found {kind}"
    elif tag == f"{_TAG}map":
        problem = f"{kind} is no mapping"
    elif tag == f"{_TAG}seq":
        problem = f"expected a sequence node, but found {kind}"
    else:
        problem = _no_constructor(tag)
    raise ConstructorError(None, None, problem, event.start_mark)


def _scalar(event: Any) -> JsonValue:
    """Return the value of a scalar: by its tag; without one, by its text where it is plain."""
    text: str = event.value
    tag = event.tag
    if tag is None or tag == "!":
        if not event.implicit[0]:
            return text
        for pattern, construct in _PLAIN.get(text[:1], ()):
            if pattern.match(text):
                return construct(text)
        return text
    if tag in _CONSTRUCTORS:
        return _CONSTRUCTORS[tag](text)
    if tag in _TEXTS or tag == _MERGE:
        return text
    problem = {f"{_TAG}map": "scalar is no mapping", f"{_TAG}seq": "expected a sequence node, but found scalar"}
    raise ConstructorError(None, None, problem.get(tag) or _no_constructor(tag), event.start_mark)


def _no_constructor(tag: str) -> str:
    return f"could not determine a constructor for the tag {tag!r}"


def _null(_text: str) -> None:
    return None


def _boolean(text: str) -> bool:
    return text.lower() == "true"


def _integer(text: str) -> int | str:
    try:
        base = 0 if text[:2] in ("0o", "0x") else 10
        return int(text, base) if len(text) <= _LONGEST_INTEGER else text
    except ValueError:  # `!!int abc`
        return text


def _float(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:  # `!!float abc`
        return text
    return number if math.isfinite(number) else text  # 1e999 is a number nowhere


Construct = Callable[[str], JsonValue]
_CORE_SCHEMA: tuple[tuple[str, str, str, Construct], ...] = (
    ("null", r"(?:~|null|Null|NULL|)\Z", "~nN", _null),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", "tTfF", _boolean),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z", "-+0123456789", _integer),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", "-+0123456789.", _float),
)
_CONSTRUCTORS: dict[str, Construct] = {f"{_TAG}{name}": construct for name, _, _, construct in _CORE_SCHEMA}
_PLAIN: dict[str, list[tuple[re.Pattern[str], Construct]]] = {
    first: [(re.compile(pattern), make) for _, pattern, firsts, make in _CORE_SCHEMA if first in firsts]
    for first in "~nNtTfF-+0123456789."
}
_PLAIN[""] = [(re.compile(r"\Z"), _null)]

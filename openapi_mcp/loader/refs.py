"""What a `$ref` points at, in a description that may be spread over several files. Cycles are kept, not unrolled.

A place is written `URI#/pointer`; the URI of the root document is left out: `#/paths`, `parts/order.yaml#/Order`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urldefrag, urljoin

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join, tokens

_MAX_HOPS = 100  # references that one reference may lead through; each costs a level of our own stack
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")  # RFC 6901 section 4
_OUTSIDE = re.compile(rb"""\$ref["']?\s*:\s*["']?(?!["'#\s{\[])""")
_BEFORE_KEY = (b"", b'"', b"'", b" ", b"\t", b"\n", b"\r", b"{", b",")


class RefError(ValueError):
    """A `$ref` that leads nowhere; the message says why."""


def may_point_outside(data: bytes) -> bool:
    """True when the text of a document may hold a reference to another one: a quick look, as it may be large."""
    if b"\x00" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16 or UTF-32, where this look sees nothing
        return True
    # The character before is looked at here: a pattern that begins with a literal is searched for twenty times faster.
    return any(data[found.start() - 1 : found.start()] in _BEFORE_KEY for found in _OUTSIDE.finditer(data))


def outside_uris(value: JsonValue, base: str) -> Iterator[tuple[str, str]]:
    """Yield the absolute URIs of the document that each reference in `value` names; `base` is its own.

    The first is where it would be fetched from, the second what is meant by the names that the document and its schemas
    give themselves.
    """
    for node, named in _named(value, own_uri(value, base)):
        if isinstance(ref := node.get("$ref"), str) and not ref.startswith("#"):
            yield _absolute(base, ref), _absolute(named, ref)


def declared_uris(value: JsonValue, base: str) -> Iterator[str]:
    """Yield the URIs that a document and schemas in it give themselves: references to those need no document."""
    own = own_uri(value, base)
    yield own
    yield from (uri for uri, _ in _identified(value, base, own))


def own_uri(value: JsonValue, base: str) -> str:
    """Return what a document calls itself, `base` where it does not. OAS 3.2.0, `$self`."""
    name = value.get("$self") if isinstance(value, dict) else None
    return _absolute(base, name) if isinstance(name, str) else base


def _identified(value: JsonValue, base: str, own: str) -> Iterator[tuple[str, JsonValue]]:
    """Yield the schemas that name themselves with `$id`, by that in what encloses them, and in their document."""
    for node, named in _named(value, own):
        if (name := _identifier(node)) is not None:
            yield named, node
            yield _absolute(base, name), node


def _named(value: JsonValue, base: str) -> Iterator[tuple[dict[str, JsonValue], str]]:
    """Yield every object once, with what references in it go by: the nearest `$id`. JSON Schema 2020-12 Core, 8.2.1."""
    stack = [(value, base)]
    seen: set[int] = set()
    while stack:
        node, base = stack.pop()
        if not isinstance(node, (dict, list)) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            name = _identifier(node)
            base = base if name is None else _absolute(base, name)
            yield node, base
        stack.extend((child, base) for child in (node.values() if isinstance(node, dict) else node))


def _identifier(node: dict[str, JsonValue]) -> str | None:
    name = node.get("$id")
    return name if isinstance(name, str) and not name.startswith("#") else None


def _absolute(base: str, ref: str) -> str:
    return urldefrag(_joined(base, ref)).url


def _joined(base: str, ref: str) -> str:
    try:
        return urljoin(base, ref)
    except ValueError:
        return ref


@dataclass(slots=True)
class Resources:
    """The documents of a description by URI, the root under ""; `root_uri` is what relative references there go by."""

    roots: Mapping[str, JsonValue]
    root_uri: str = ""
    _embedded: dict[str, JsonValue] | None = field(default=None, repr=False)
    _own: dict[str, str] | None = field(default=None, repr=False)  # what documents call themselves, by URI
    _anchors: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    _canonical: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)  # by reference and base
    _found: dict[str, tuple[JsonValue, str]] = field(default_factory=dict, repr=False)  # by canonical place

    def resolve(self, ref: str, base: str = "") -> tuple[JsonValue, str]:
        """Return what a reference points at, and its place in canonical form.

        "#/a~1b/c" in {"a/b": {"c": 1}} -> (1, "#/a~1b/c"). On its way the pointer passes through references.

        Raises:
            RefError: a document that is not loaded, no pointer, or nothing there.
        """
        return self._walk(self.canonical(ref, base), set())

    def follow(self, node: JsonValue, place: str) -> tuple[JsonValue, str]:
        """Follow references from `node` until something else stands there; return that and its place.

        Raises:
            RefError: a reference leads nowhere or back to itself.
        """
        return self._follow(node, place, set())

    def canonical(self, ref: str, base: str = "") -> str:
        """Return the one spelling of the place a reference names: "#/paths/~1a%7Bid%7D" -> "#/paths/~1a{id}".

        Raises:
            RefError: a document that is not loaded, or a fragment that is neither a pointer nor an anchor.
        """
        if (ref, base) not in self._canonical:
            self._canonical[ref, base] = self._canonical_of(ref, base)
        return self._canonical[ref, base]

    def _canonical_of(self, ref: str, base: str) -> str:
        uri, hash_sign, fragment = ref.partition("#")
        if not (uri or hash_sign):
            raise RefError("the reference '' points outside the document")
        home = self._home(uri, base, ref) if uri else base
        if fragment and not fragment.startswith("/") and not unquote(fragment).startswith("/"):
            return f"{home}{self._anchor(home, unquote(fragment), ref)}"
        try:
            return f"{home}{join('#', *tokens(fragment))}"
        except ValueError:
            raise RefError(f"the reference {ref[:120]!r} is not a JSON Pointer") from None

    def rebased(self, node: JsonValue, home: str, base: str) -> JsonValue:
        """Return a value of the document `home` as it may stand in the document `base`: its references absolute."""
        if home == base:
            return node
        match node:
            case list():
                return [self.rebased(item, home, base) for item in node]
            case dict():
                moved = {name: self.rebased(item, home, base) for name, item in node.items()}
                if isinstance(ref := moved.get("$ref"), str):
                    moved["$ref"] = _joined(home or self.root_uri, ref)
                return moved
            case _:
                return node

    def embedded(self, identifier: str, base: str) -> str:
        """Return the URI under which a schema with this `$id` is known. JSON Schema 2020-12 Core, 8.2.1."""
        uri = _absolute(base or self.root_uri, identifier)
        return uri if uri in self._known_ids() else base

    def _home(self, uri: str, base: str, ref: str) -> str:
        absolute = _absolute(base or self.root_uri, uri)
        if absolute in (self.root_uri, ""):
            return ""
        if absolute in self.roots or absolute in self._known_ids():
            return absolute
        own = self._own_uris()
        meant = _absolute(own[base], uri) if base in own else absolute
        for home, name in own.items():
            if name == meant:
                return home
        if meant in self._known_ids():
            return meant
        raise RefError(f"the reference {ref[:120]!r} points outside the document")

    def _root(self, home: str) -> JsonValue:
        if home in self.roots:
            return self.roots[home]
        if home in self._known_ids():
            return self._known_ids()[home]
        raise RefError(f"the reference {home[:120]!r} points outside the document")

    def _known_ids(self) -> dict[str, JsonValue]:
        """Return the schemas that name themselves with `$id`, by absolute URI."""
        if self._embedded is None:
            found: dict[str, JsonValue] = {}
            for home, root in self.roots.items():
                for uri, node in _identified(root, home or self.root_uri, self._own_uris()[home]):
                    found.setdefault(uri, node)
            self._embedded = found
        return self._embedded

    def _own_uris(self) -> dict[str, str]:
        """Return what each document calls itself; that never says where something is fetched from."""
        if self._own is None:
            self._own = {home: own_uri(root, home or self.root_uri) for home, root in self.roots.items()}
        return self._own

    def _anchor(self, home: str, name: str, ref: str) -> str:
        if home not in self._anchors:
            self._anchors[home] = {
                anchor: pointer
                for node, pointer in _objects(self._root(home))
                for anchor in (node.get("$anchor"), node.get("$dynamicAnchor"))
                if isinstance(anchor, str)
            }
        if name not in self._anchors[home]:
            raise RefError(f"the reference {ref[:120]!r} is not a JSON Pointer, nor an anchor of that document")
        return self._anchors[home][name]

    def _walk(self, place: str, seen: set[str]) -> tuple[JsonValue, str]:
        home, _, fragment = place.partition("#")
        node, here = self._root(home), f"{home}#"
        for token in tokens(f"#{fragment}"):
            node, here = self._step(node, here, token, seen)
            if node is _NOTHING:
                raise RefError(f"the reference {place[:120]!r} points at nothing")
        return node, here

    def _step(self, node: JsonValue, here: str, token: str, seen: set[str]) -> tuple[JsonValue, str]:
        if isinstance(node, dict) and token not in node:
            node, here = self._follow(node, here, seen)
        below = join(here, token)
        match node:
            case dict() if token in node:
                return node[token], below
            case list() if _INDEX.fullmatch(token) and int(token) < len(node):
                return node[int(token)], below
            case _:
                return _NOTHING, below

    def _follow(self, node: JsonValue, place: str, seen: set[str]) -> tuple[JsonValue, str]:
        while isinstance(node, dict) and isinstance(ref := node.get("$ref"), str):
            target = self.canonical(ref, place.partition("#")[0])
            if target in seen:
                raise RefError(f"the reference {ref[:120]!r} leads back to itself")
            if len(seen) == _MAX_HOPS:
                raise RefError(f"the reference {ref[:120]!r} stands at the end of too many references")
            seen.add(target)
            if target not in self._found:
                self._found[target] = self._walk(target, seen)
            node, place = self._found[target]
        return node, place


_NOTHING: JsonValue = {"nothing": "here"}


def _objects(root: JsonValue) -> Iterator[tuple[dict[str, JsonValue], str]]:
    """Yield every object in a JSON value once, with its pointer."""
    stack: list[tuple[JsonValue, str]] = [(root, "#")]
    seen: set[int] = set()
    while stack:
        node, pointer = stack.pop()
        if not isinstance(node, (dict, list)) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            yield node, pointer
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        stack.extend((child, join(pointer, key)) for key, child in pairs if isinstance(child, (dict, list)))

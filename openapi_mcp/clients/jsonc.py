"""JSON as editors write it, with comments and trailing commas: what stands where in a text, character by character.

No library that is kept well tells the places of values beside comments in Python; a change of one value needs them.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from openapi_mcp.clients.fault import TextFaultError, fault_at

_DEEPEST = 100
_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_COMMENT = re.compile(r"//[^\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_PLAIN = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONGEST_NUMBER = 400
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A member of an object or an item of an array: from its key, or its value, to the end of its value."""

    start: int
    key: str | None
    node: "Node"

    @property
    def end(self) -> int:
        """Return where its value ends."""
        return self.node.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value, and where it stands; of an object or array its parts, and where the comma behind each stands."""

    start: int
    end: int
    value: Any
    parts: tuple[Part, ...] = ()
    commas: tuple[int, ...] = ()

    def part(self, key: str) -> Part | None:
        """Return the member of a name; of several the last, which is the one that readers take."""
        return next((part for part in reversed(self.parts) if part.key == key), None)


def scan(text: str, *, comments: bool) -> Node | None:
    """Return the value that a text holds, None where it holds nothing but space and comments.

    `comments` allows comments and trailing commas; without it the text is JSON by RFC 8259, but for a BOM.

    Raises:
        TextFaultError: it is neither; nested deeper than 100.
    """
    scanner = _Scanner(text, comments=comments)
    at = scanner.gap(len(_BOM) if text.startswith(_BOM) else 0)
    if at == len(text):
        return None
    node = scanner.value(at, 0)
    end = scanner.gap(node.end)
    if end < len(text):
        raise fault_at(text, end, "something stands behind the end of the value")
    return node


class _Scanner:
    """Reads values of one text; each method returns where it stopped, in the node or alone."""

    def __init__(self, text: str, *, comments: bool) -> None:
        self._text = text
        self._comments = comments

    def gap(self, at: int) -> int:
        """Return where space and comments end."""
        while True:
            at = self._match(_SPACE, at).end()
            if not self._text.startswith(("//", "/*"), at):
                return at
            if not self._comments:
                raise self._fault(at, "a comment, which this file may not have")
            at = self._match(_LINE_COMMENT, at).end() if self._text[at + 1] == "/" else self._block_end(at)

    def value(self, at: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self._fault(at, f"nested deeper than {_DEEPEST}")
        match self._text[at : at + 1]:
            case "{" | "[":
                return self._container(at, depth)
            case '"':
                end, value = self._string(at)
                return Node(start=at, end=end, value=value)
            case _:
                return self._plain(at)

    def _container(self, start: int, depth: int) -> Node:
        is_object = self._text[start] == "{"
        closing = "}" if is_object else "]"
        parts: list[Part] = []
        commas: list[int] = []
        at = self.gap(start + 1)
        while not self._text.startswith(closing, at):
            part = self._member(at, depth) if is_object else self._item(at, depth)
            parts.append(part)
            at = self.gap(part.end)
            if self._text.startswith(closing, at):
                break
            if not self._text.startswith(",", at):
                raise self._fault(at, f"a comma or {closing} is missing")
            commas.append(at)
            at = self.gap(at + 1)
            if self._text.startswith(closing, at) and not self._comments:
                raise self._fault(commas[-1], "a comma with nothing behind it, which this file may not have")
        value: Any = [part.node.value for part in parts]
        if is_object:
            value = {part.key: part.node.value for part in parts}
        return Node(start=start, end=at + 1, value=value, parts=tuple(parts), commas=tuple(commas))

    def _member(self, start: int, depth: int) -> Part:
        if not self._text.startswith('"', start):
            raise self._fault(start, 'a name in " is missing')
        end, key = self._string(start)
        colon = self.gap(end)
        if not self._text.startswith(":", colon):
            raise self._fault(colon, "a colon is missing")
        return Part(start=start, key=key, node=self.value(self.gap(colon + 1), depth + 1))

    def _item(self, start: int, depth: int) -> Part:
        return Part(start=start, key=None, node=self.value(start, depth + 1))

    def _string(self, at: int) -> tuple[int, str]:
        found = _STRING.match(self._text, at)
        if found is None:
            raise self._fault(at, "a text does not end, or holds a control character")
        try:
            return found.end(), json.loads(found[0])
        except ValueError:
            raise self._fault(at, "a text has an escape that JSON does not know") from None

    def _plain(self, at: int) -> Node:
        found = _PLAIN.match(self._text, at)
        if found is None or len(found[0]) > _LONGEST_NUMBER:
            raise self._fault(at, "a value is missing" if found is None else "a number has too many digits")
        return Node(start=at, end=found.end(), value=json.loads(found[0]))

    def _block_end(self, at: int) -> int:
        end = self._text.find("*/", at + 2)
        if end < 0:
            raise self._fault(at, "a comment does not end")
        return end + 2

    def _match(self, pattern: "re.Pattern[str]", at: int) -> "re.Match[str]":
        found = pattern.match(self._text, at)
        assert found is not None  # noqa: S101  both patterns match nothing, too
        return found

    def _fault(self, at: int, what: str) -> TextFaultError:
        return fault_at(self._text, at, what)

"""Changes in JSON text that leave all else as it stands: put a value at a place, take one out."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.clients.fault import fault_at
from openapi_mcp.clients.jsonc import Node, scan

Keys = Sequence[str]
Edit = tuple[int, int, str]
"""From, to, and what stands there instead."""

_REST_OF_LINE = re.compile(r"(?:[ \t]*/\*[^\r\n]*?\*/)*(?:[ \t]*//[^\r\n]*)?")
_BLANK = re.compile(r"[ \t]*(?=\r?\n)")
_INDENT = re.compile(r"\r?\n[ \t]*\Z")
_FIRST_INDENT = re.compile(r"\n([ \t]+)\S")


def put(text: str, keys: Keys, value: Any, *, comments: bool) -> str:
    """Return the text with a value at a place; objects on the way there are made, and `null` is taken for none.

    ('{"a": 1}', ("b", "c"), 2) -> '{"a": 1, "b": {"c": 2}}'. A text that says so already is returned as it is.

    Raises:
        TextFaultError: it is no JSON, or something on the way is neither an object nor null.
    """
    style = _style(text)
    root = scan(text, comments=comments)
    if root is None:
        return _begun(text, style, _nested(keys, value))
    node = root
    for depth, key in enumerate(keys):
        _require_object(text, node, keys[:depth])
        part = node.part(key)
        rest = _nested(keys[depth + 1 :], value)
        if part is None:
            return _inserted(text, node, style, json.dumps(key, ensure_ascii=False), rest)
        node = part.node
        if node.value is None and depth + 1 < len(keys):
            return _replaced(text, node, style, rest)
    return text if same(node.value, value) else _replaced(text, node, style, value)


def take(text: str, keys: Keys, *, comments: bool) -> str:
    """Return the text without what stands at a place, each of them where a name is there twice.

    ('{"a": 1, "b": 2}', ("b",)) -> '{"a": 1}'.

    Raises:
        TextFaultError: it is no JSON.
    """
    while True:
        holder = _at(scan(text, comments=comments), keys[:-1])
        index = _index(holder, keys[-1]) if holder is not None else None
        if holder is None or index is None:
            return text
        text = _without(text, holder, index)


def add_item(text: str, keys: Keys, value: Any, *, comments: bool) -> str:
    """Return the text with a value at the end of the list at a place, which is made where there is none.

    Raises:
        TextFaultError: it is no JSON, or something else than a list stands there.
    """
    holder = _at(scan(text, comments=comments), keys)
    if holder is None or holder.value is None:
        return put(text, keys, [value], comments=comments)
    if not isinstance(holder.value, list):
        raise fault_at(text, holder.start, f"{_named(keys)} is no list")
    return _inserted(text, holder, _style(text), None, value)


def drop_item(text: str, keys: Keys, value: Any, *, comments: bool) -> str:
    """Return the text without the first item of the list at a place that is this value."""
    holder = _at(scan(text, comments=comments), keys)
    for index, part in enumerate(holder.parts if holder is not None else ()):
        if part.key is None and holder is not None and same(part.node.value, value):
            return _without(text, holder, index)
    return text


def value_at(text: str, keys: Keys, *, comments: bool) -> Any:
    """Return what stands at a place, None where nothing does.

    Raises:
        TextFaultError: it is no JSON, or something on the way is neither an object nor null.
    """
    node = scan(text, comments=comments)
    for depth, key in enumerate(keys):
        if node is None or node.value is None:
            return None
        _require_object(text, node, keys[:depth])
        node = _at(node, (key,))
    return None if node is None else node.value


def same(one: Any, other: Any) -> bool:
    """True for equal JSON; 1 and true are not, whatever Python says."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """How a text is laid out: what one level is indented by, and how lines end."""

    unit: str
    newline: str


def _style(text: str) -> _Style:
    found = _FIRST_INDENT.search(text)
    end = text.find("\n")
    return _Style(unit=found[1] if found else "  ", newline="\r\n" if end > 0 and text[end - 1] == "\r" else "\n")


def _nested(keys: Keys, value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value


def _require_object(text: str, node: Node, keys: Keys) -> None:
    if not isinstance(node.value, dict):
        raise fault_at(text, node.start, f"{_named(keys)} is no object")


def _named(keys: Keys) -> str:
    return f'"{keys[-1][:60]}"' if keys else "the file's value"


def _at(node: Node | None, keys: Keys) -> Node | None:
    for key in keys:
        part = node.part(key) if node is not None else None
        node = part.node if part is not None else None
    return node


def _index(holder: Node, key: str) -> int | None:
    return next((index for index, part in enumerate(holder.parts) if part.key == key), None)


def _begun(text: str, style: _Style, value: Any) -> str:
    """Return a text that held no value with one; comments that it has stay above."""
    gap = "" if not text.strip("\ufeff \t\r\n") or text.endswith("\n") else style.newline
    kept = text if gap or text.strip("\ufeff \t\r\n") else text[: text.startswith("\ufeff")]
    return f"{kept}{gap}{_written(value, style, '')}{style.newline}"


def _replaced(text: str, node: Node, style: _Style, value: Any) -> str:
    is_on_one_line = "\n" not in text
    written = _on_one_line(value) if is_on_one_line else _written(value, style, _indent(text, node.start))
    return _with(text, [(node.start, node.end, written)])


def _inserted(text: str, holder: Node, style: _Style, key: str | None, value: Any) -> str:
    """Return the text with one more part at the end of an object or array."""
    label = "" if key is None else f"{key}: "
    if not holder.parts:
        return _with(text, [_first_part(text, holder, style, label, value)])
    is_trailing = len(holder.commas) == len(holder.parts)
    first, last = holder.parts[0], holder.parts[-1]
    anchor = holder.commas[-1] + 1 if is_trailing else last.end
    comma = "," if is_trailing else ""
    own_comma = [] if is_trailing else [(last.end, last.end, ",")]
    if "\n" not in text[holder.start : first.start]:
        return _with(text, [*own_comma, (anchor, anchor, f" {label}{_on_one_line(value)}{comma}")])
    indent = _indent(text, first.start)
    end = anchor + len(_rest_of_line(text, anchor))
    written = f"{style.newline}{indent}{label}{_written(value, style, indent)}{comma}"
    return _with(text, [*own_comma, (end, end, written)])


def _first_part(text: str, holder: Node, style: _Style, label: str, value: Any) -> Edit:
    """Return the change that gives an empty object or array its first part, behind its comments."""
    inside = text[holder.start + 1 : holder.end - 1]
    kept = inside.rstrip(" \t\r\n")
    start, end = holder.start + 1 + len(kept), holder.end - 1
    outer = _indent(text, holder.start)
    indent = outer + style.unit
    written = f"{style.newline}{indent}{label}{_written(value, style, indent)}"
    return (start, start, written) if "\n" in text[start:end] else (start, end, f"{written}{style.newline}{outer}")


def _without(text: str, holder: Node, index: int) -> str:
    """Return the text without one part of an object or array; comments stay, as they may be about something else."""
    edits = list(_removal(text, holder, index))
    if len(holder.parts) == 1:
        start, end = holder.start + 1, holder.end - 1
        inside = _with(text[:end], edits)[start:]
        return f"{text[:start]}{inside.strip() and inside}{text[end:]}"
    return _with(text, edits)


def _removal(text: str, holder: Node, index: int) -> Iterator[Edit]:
    part = holder.parts[index]
    comma = holder.commas[index] if index < len(holder.commas) else None
    end = part.end if comma is None else comma + 1
    blank = _BLANK.match(text, end)
    before = _INDENT.search(text, holder.start, part.start)
    if before is not None and blank is not None:
        start, end = before.start(), blank.end()
    elif index + 1 < len(holder.parts):
        start, end = part.start, end + _spaces(text, end)
    else:
        start = part.start - (_spaces_before(text, part.start) if index else 0)
    if comma is None or text[part.end : comma].strip() == "":
        yield start, end, ""
    else:  # a comment stands between the value and its comma
        yield start, part.end, ""
        yield comma, end, ""
    if comma is None and index:
        yield holder.commas[index - 1], holder.commas[index - 1] + 1, ""


def _spaces(text: str, at: int) -> int:
    return len(text[at:]) - len(text[at:].lstrip(" \t"))


def _spaces_before(text: str, at: int) -> int:
    return at - len(text[:at].rstrip(" \t"))


def _rest_of_line(text: str, at: int) -> str:
    found = _REST_OF_LINE.match(text, at)
    return "" if found is None else found[0]


def _indent(text: str, at: int) -> str:
    """Return what the line of a place is indented by."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _written(value: Any, style: _Style, indent: str) -> str:
    lines = json.dumps(value, ensure_ascii=False, indent=style.unit).split("\n")
    return f"{style.newline}{indent}".join(lines)


def _on_one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _with(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with its changes made; of two at one place the first comes first."""
    pieces, done = list[str](), 0
    for start, end, instead in sorted(edits, key=lambda edit: edit[0]):
        pieces += text[done:start], instead
        done = end
    return "".join((*pieces, text[done:]))

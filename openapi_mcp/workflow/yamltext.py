"""A JSON value as YAML that a person edits, with comments: block style, quotes only where YAML 1.1 or 1.2 need them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openapi_mcp.model.text import one_line

_PLAIN = re.compile(r"[A-Za-z$/_][A-Za-z0-9_$/.#~{}()=&;@+*-]*(?: [A-Za-z0-9_$/.~()=&;@+*>-]+)*")
# Words that a reader of YAML 1.1 or 1.2 takes for something else than text. Numbers never begin as a plain text does.
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_DEEPEST = 100
_LONGEST_COMMENT = 500


def as_yaml(value: Mapping[str, Any], comments: Mapping[tuple[str, int], Sequence[str]] | None = None) -> str:
    """Return a JSON object as YAML; `comments` stand before the items of its lists: {("workflows", 0): ["..."]}.

    Every reader of YAML, of 1.1 as of 1.2, finds the same value in it.
    """
    return "\n".join(_lines_of_root(value, comments or {}) if value else ("{}",)) + "\n"


def _lines_of_root(value: Mapping[str, Any], comments: Mapping[tuple[str, int], Sequence[str]]) -> Iterator[str]:
    for key, each in value.items():
        if not (isinstance(each, list) and each):
            yield from _entry(key, each, 0)
            continue
        yield f"{_scalar(key)}:"
        for number, item in enumerate(each):
            yield from (f"  # {one_line(said, _LONGEST_COMMENT)}" for said in comments.get((key, number), ()))
            yield from _item(item, 2)


def _entry(key: str, value: Any, depth: int) -> Iterator[str]:
    """Yield the lines of a property; `depth` is in spaces."""
    if _is_block(value, depth):
        yield f"{' ' * depth}{_scalar(key)}:"
        yield from _block(value, depth + 2)
    else:
        yield f"{' ' * depth}{_scalar(key)}: {_flow(value)}"


def _block(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _entry(key, each, depth)
    else:
        for each in value:
            yield from _item(each, depth)


def _item(value: Any, depth: int) -> Iterator[str]:
    if not _is_block(value, depth):
        yield f"{' ' * depth}- {_flow(value)}"
        return
    first, *others = _block(value, depth + 2)
    yield f"{' ' * depth}- {first.strip()}"
    yield from others


def _is_block(value: Any, depth: int) -> bool:
    """True for what has lines of its own: of an object or list that holds something, as deep as a person can follow."""
    return isinstance(value, Mapping | list) and bool(value) and depth < _DEEPEST


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return _scalar(value)
    return _json(value)


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _json(text)


def _json(value: Any) -> str:
    """Return JSON, with what nobody sees as escapes of YAML (5.7), which joins no surrogates as JSON does."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return written if written.isprintable() else "".join(map(_escape, written))


def _escape(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"

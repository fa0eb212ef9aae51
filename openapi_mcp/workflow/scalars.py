"""What stands where in a JSON text, of which the end may be missing: records keep only the beginning of an answer."""

import json
import re
from collections.abc import Iterator
from itertools import islice

Path = tuple[str | None, ...]
"""Where a value stands: the names of properties, and None for any item of a list; ("results", None, "id")."""
Scalar = str | int

_TOKEN = re.compile(
    r"""\s*(?:("(?:[^"\\]|\\.)*+")|(-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)|(true|false|null)|([\[\]{},:]))"""
)
_UNNAMED = "no name yet"  # in an object, before a name: itself, not what is equal to it
_DEEPEST = 24
_MOST = 400  # values of one answer
_DECODER = json.JSONDecoder(strict=False)  # json.loads makes one a call


def scalars(text: str) -> Iterator[tuple[Path, Scalar]]:
    """Yield texts and whole numbers of a JSON text with their places, in order, as far as it can be read.

    '{"results": [{"id": 7, "na' -> (("results", None, "id"), 7). It takes time in proportion to the text.
    """
    values = (each for each in _all(text) if isinstance(each[1], str | int) and not isinstance(each[1], bool))
    yield from islice(values, _MOST)


def _all(text: str) -> Iterator[tuple[Path, object]]:
    """Yield every value that is no list and no object."""
    try:
        return _within((), _DECODER.decode(text))
    except (ValueError, RecursionError):  # most likely cut
        return _values(text)


def _within(path: Path, value: object) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict | list) and len(path) >= _DEEPEST:
        return
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _within((*path, name), each)
    elif isinstance(value, list):
        for each in value:
            yield from _within((*path, None), each)
    else:
        yield path, value


def _values(text: str) -> Iterator[tuple[Path, object]]:
    """Yield the same of a text that is cut; stop where it is no JSON, or goes too deep."""
    way: list[str | None] = []
    for sign, following in _tokens(text):
        if way and way[-1] is _UNNAMED and sign != "}" and following != ":":
            return
        match sign:
            case "{" | "[":
                way.append(None if sign == "[" else _UNNAMED)
                if len(way) > _DEEPEST:
                    return
            case "}" | "]":
                if not way:
                    return
                way.pop()
            case ",":
                way[-1:] = [None if way[-1] is None else _UNNAMED] if way else []
            case ":":
                pass
            case _ if following == ":":
                name = _read(sign)
                if not isinstance(name, str) or not way or way[-1] is None:
                    return
                way[-1] = name
            case _:
                yield tuple(way), _read(sign)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield each token with the sign that follows it; a last one that may be cut short is none."""
    before, end = "", 0
    while found := _TOKEN.match(text, end):
        sign, end = found[found.lastindex or 0], found.end()
        if before:
            yield before, sign
        before = sign
    if before and not text[end:].strip():
        yield before, ""


def _read(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except ValueError:  # a number of more digits than Python reads
        return None

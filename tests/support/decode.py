"""Readers of what we send, written by the specifications alone: nothing of the package is used here.

Each is given the shape of what was sent, as a server knows it from its schema; texts come back as they were read.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from email.parser import BytesParser
from typing import Any
from urllib.parse import unquote

from python_multipart import MultipartParser
from python_multipart.multipart import parse_options_header

Text = Callable[[str], str]


def same(read: Any, value: Any) -> bool:
    """True where what was read is the value: a text itself, all else as JSON writes it."""
    match value:
        case str():
            return bool(read == value)
        case list():
            return isinstance(read, list) and len(read) == len(value) and all(map(same, read, value))
        case dict():
            return (
                isinstance(read, dict) and read.keys() == value.keys() and all(same(read[k], value[k]) for k in value)
            )
        case _:
            found = json.loads(read)
            return bool(found == value) and isinstance(found, bool) is isinstance(value, bool)


def by_delimiter(text: str, shape: Any, between: str, within: str, decode: Text = unquote) -> Any:
    """Read `a,b` or `k,v,k,v` or `k=v,k=v`. RFC 6570 section 3.2.1."""
    if not isinstance(shape, (list, dict)):
        return decode(text)
    parts = text.split(between)
    if isinstance(shape, list):
        return [decode(part) for part in parts]
    if within == between:
        return {decode(key): decode(item) for key, item in zip(parts[::2], parts[1::2], strict=True)}
    return {decode(key): decode(item) for key, item in (part.split(within) for part in parts)}


def from_path(segment: str, shape: Any, style: str, *, explode: bool, name: str) -> Any:
    """Read one path segment. RFC 6570 sections 3.2.2, 3.2.5 and 3.2.7."""
    within = "=" if explode else ","
    if style == "simple":
        return by_delimiter(segment, shape, ",", within)
    if style == "label":
        assert segment[0] == "."
        return by_delimiter(segment[1:], shape, "." if explode else ",", within)
    assert segment[0] == ";"
    found = [(key, text) for key, _, text in (part.partition("=") for part in segment[1:].split(";"))]
    return from_pairs(found, shape, "form", explode=explode, name=name)


def from_pairs(found: list[tuple[str, str]], shape: Any, style: str, *, explode: bool, name: str) -> Any:
    """Read pairs that are still encoded. OAS 3.1.1, Style Values; nothing is what an empty list or object leaves."""
    if not found:
        return type(shape)()
    if style == "deepObject":
        return from_brackets(found, shape, name)
    if explode and isinstance(shape, dict):
        return {unquote(key): unquote(text) for key, text in found}
    assert {unquote(key) for key, _ in found} == {name}
    if explode and isinstance(shape, list):
        return [unquote(text) for _, text in found]
    ((_, text),) = found
    between = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}[style]
    return by_delimiter(text, shape, between, between)


def pairs_of(query: str, between: str = "&") -> list[tuple[str, str]]:
    """Split a query or cookies into encoded pairs."""
    parts = [part.partition("=") for part in query.split(between)] if query else []
    assert all(equals for _, equals, _ in parts)
    return [(key, text) for key, _, text in parts]


def from_brackets(found: Iterable[tuple[str, str]], shape: Any, name: str) -> Any:
    """Read `f[a][b]=1&f[a][c]=2`, arrays by repetition or by index, as qs does."""
    texts: dict[tuple[str, ...], list[str]] = {}
    for key, text in found:
        path = re.fullmatch(r"([^\[\]]*)((?:\[[^\[\]]+\])*)", unquote(key))
        assert path is not None
        assert path[1] == name
        texts.setdefault(tuple(re.findall(r"\[([^\]]+)\]", path[2])), []).append(unquote(text))
    return _grown(texts, shape, ())


def _grown(texts: Mapping[tuple[str, ...], list[str]], shape: Any, at: tuple[str, ...]) -> Any:
    below = list(dict.fromkeys(path[len(at)] for path in texts if path[: len(at)] == at and len(path) > len(at)))
    if isinstance(shape, dict):
        assert at not in texts
        return {key: _grown(texts, shape.get(key), (*at, key)) for key in below}
    if isinstance(shape, list):
        by_index = [_grown(texts, item, (*at, str(index))) for index, item in enumerate(shape)] if below else []
        return by_index or texts[at]
    (text,) = texts[at]
    return text


def from_header(text: str | None, shape: Any, *, explode: bool) -> Any:
    """Read a header of style simple: nothing is encoded, white space around a comma is dropped (RFC 9110, 5.6.1)."""
    if text is None:
        return type(shape)()
    return by_delimiter(text, shape, ",", "=" if explode else ",", lambda part: part.strip(" \t"))


Part = tuple[str, str | None, str | None, bytes]
"""Name, file name, type and content of a part."""


def parts_by_email(body: bytes, content_type: str) -> list[tuple[str | None, bytes]]:
    """Return the type and content of each part, read by Python's own parser."""
    message = BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    assert not message.defects
    parts = [part for part in message.walk() if part is not message]
    return [(part.get("content-type"), part.get_payload(decode=True)) for part in parts]  # type: ignore[misc]


def parts_by_python_multipart(body: bytes, content_type: str) -> list[Part]:
    """Return the parts, read by what Starlette and FastAPI read forms with."""
    parts: list[tuple[list[tuple[bytes, bytes]], bytearray]] = []
    field, value = bytearray(), bytearray()

    def on_header_end() -> None:
        parts[-1][0].append((bytes(field).lower(), bytes(value)))
        field.clear()
        value.clear()

    parser = MultipartParser(
        content_type.partition("boundary=")[2].encode(),
        {
            "on_part_begin": lambda: parts.append(([], bytearray())),
            "on_part_data": lambda data, start, end: parts[-1][1].extend(data[start:end]),
            "on_header_field": lambda data, start, end: field.extend(data[start:end]),
            "on_header_value": lambda data, start, end: value.extend(data[start:end]),
            "on_header_end": on_header_end,
        },
    )
    parser.write(body)
    parser.finalize()
    return [_part(headers, bytes(content)) for headers, content in parts]


def _part(headers: list[tuple[bytes, bytes]], content: bytes) -> Part:
    known = dict(headers)
    assert len(known) == len(headers)
    disposition, options = parse_options_header(known.pop(b"content-disposition"))
    assert disposition == b"form-data"
    assert known.keys() <= {b"content-type"}
    named, kind = options.get(b"filename"), known.get(b"content-type")
    return options[b"name"].decode(), _text(named), _text(kind), content


def _text(found: bytes | None) -> str | None:
    return None if found is None else found.decode()

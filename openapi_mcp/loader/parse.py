"""Bytes to a JSON value: JSON, and the JSON-shaped part of YAML 1.2."""

import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from openapi_mcp.errors import DocumentError
from openapi_mcp.model.jsontext import JsonValue, read_json, without_lone_surrogates

_NODE_BUDGET = 20_000_000  # values after aliases are expanded; GitHub's whole description has about 600,000
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*\w", re.MULTILINE)
_JSON_START = re.compile(r'\s*(?:\{\s*["}]|\[)')
_HINT_HTML = "this looks like a web page; give the URL of the document itself, such as /openapi.json or /api/schema/"


def parse(data: bytes, *, where: str) -> JsonValue:
    """Parse a document's bytes; the text decides whether they are JSON or YAML, never the file's name.

    Mapping keys are strings as they are written (`200:` -> "200"), dates stay text, only true and false are booleans.

    Raises:
        DocumentError: empty, HTML, not text, or broken, with line and column.
    """
    text = _decode(data, where)
    start = text.lstrip()[:1]
    if not start:
        raise DocumentError("the document is empty", where=where, hint="check what the source returns")
    if start == "<":
        raise DocumentError("the document is HTML or XML, not JSON or YAML", where=where, hint=_HINT_HTML)
    # `{openapi: 3.1.0}` is a flow mapping of YAML; what opens as JSON does is JSON, and its errors are said as JSON's.
    return _parse_json(text, where) if _JSON_START.match(text) else _parse_yaml(text, where)


def _decode(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else json.detect_encoding(data)).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"the document is not valid {error.encoding.upper()}: byte {error.start} (line {line}) fits no character",
            where=where,
            hint="save the document as UTF-8",
        ) from None


def _parse_json(text: str, where: str) -> JsonValue:
    try:
        return read_json(text)
    except json.JSONDecodeError as error:
        message = f"the document is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise DocumentError(message, where=where, hint=f"near {_line(text, error.lineno)!r}") from None
    except ValueError as error:
        raise DocumentError(
            f"the document is not valid JSON: {error}", where=where, hint="correct the document"
        ) from None


def _parse_yaml(text: str, where: str) -> JsonValue:
    import yaml

    try:
        value: JsonValue = yaml.load(text, Loader=_loader())  # noqa: S506  a loader without object construction
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        near = f"near {_line(text, mark.line + 1)!r}" if mark else "correct the document"
        message = f"the document is not valid YAML: {error.problem or error.context}{place}"
        raise DocumentError(message, where=where, hint=near) from None
    except yaml.YAMLError as error:
        message = f"the document is not valid YAML: {str(error).splitlines()[0]}"
        raise DocumentError(message, where=where, hint="correct the document") from None
    except RecursionError:
        raise DocumentError("the document is nested too deeply", where=where, hint="correct the document") from None
    if _ALIAS.search(text) and _expanded_size(value) > _NODE_BUDGET:
        raise DocumentError("the document's YAML aliases expand without bound", where=where, hint="write the parts out")
    return without_lone_surrogates(value) if "\\u" in text else value


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1].strip()[:80] if 0 < number <= len(lines) else ""


def _expanded_size(value: JsonValue) -> int:
    """Count the values in a tree whose parts may be shared, each shared part once for every use.

    A part that holds itself counts as infinite.
    """
    sizes: dict[int, int] = {}
    stack: list[tuple[JsonValue, bool]] = [(value, False)]
    while stack:
        node, children_done = stack.pop()
        if children_done:
            sizes[id(node)] = 1 + sum(_size(child, sizes) for child in _children(node))
        elif isinstance(node, (dict, list)) and id(node) not in sizes:
            sizes[id(node)] = _NODE_BUDGET + 1  # seen again before it is done: a cycle
            stack.append((node, True))
            stack.extend((child, False) for child in _children(node))
    return _size(value, sizes)


def _size(node: JsonValue, sizes: dict[int, int]) -> int:
    return sizes[id(node)] if isinstance(node, (dict, list)) else 1


def _children(node: JsonValue) -> Iterator[JsonValue]:
    match node:
        case dict():
            yield from node.values()
        case list():
            yield from node


def _loader() -> type[Any]:
    """Return a YAML loader that builds JSON values only, by the core schema of YAML 1.2 (section 10.3)."""
    import yaml

    base: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class JsonLoader(base):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}
        yaml_constructors: ClassVar[dict[str, Any]] = {}

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
            self.flatten_mapping(node)
            return {self._key(key): self.construct_object(value, deep=deep) for key, value in node.value}

        def _key(self, node: Any) -> str:
            if not isinstance(node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a mapping key is not a text", node.start_mark)
            return str(node.value)

    for tag, pattern, first, construct in _CORE_SCHEMA:
        JsonLoader.add_implicit_resolver(f"{_TAG}{tag}", re.compile(pattern), first)
        JsonLoader.add_constructor(f"{_TAG}{tag}", construct)
    JsonLoader.add_implicit_resolver(f"{_TAG}merge", re.compile("^<<$"), ["<"])
    for tag in ("str", "timestamp", "binary", "merge"):
        JsonLoader.add_constructor(f"{_TAG}{tag}", lambda loader, node: loader.construct_scalar(node))
    JsonLoader.add_constructor(f"{_TAG}seq", base.construct_yaml_seq)
    JsonLoader.add_constructor(f"{_TAG}map", base.construct_yaml_map)
    JsonLoader.add_constructor(None, base.construct_undefined)
    return JsonLoader


def _integer(loader: Any, node: Any) -> int | str:
    text = loader.construct_scalar(node)
    try:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    except ValueError:  # `!!int abc`, or more digits than Python reads
        return str(text)


def _float(loader: Any, node: Any) -> JsonValue:
    text = loader.construct_scalar(node)
    try:
        return read_json(text if text[:1] not in "+." else f"{float(text)}")
    except ValueError:  # `1.` and `.5e3` are numbers in YAML only; 1e999 is a number nowhere
        return _finite(text)


def _finite(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if abs(number) != float("inf") else text


_TAG = "tag:yaml.org,2002:"
_CORE_SCHEMA = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""], lambda loader, node: None),
    (
        "bool",
        r"^(?:true|True|TRUE|false|False|FALSE)$",
        list("tTfF"),
        lambda loader, node: loader.construct_scalar(node).lower() == "true",
    ),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789"), _integer),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789."), _float),
)

"""Bytes to a JSON value: JSON, and the JSON-shaped part of YAML 1.2."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from openapi_mcp.errors import DocumentError
from openapi_mcp.model.jsontext import JsonValue, read_json, without_lone_surrogates

_NODE_BUDGET = 2_000_000  # values after aliases are expanded; GitHub's whole description has about 600,000
_MAX_DEPTH = 300  # levels; every later stage walks a value by recursion
_LONGEST_INTEGER = 3_500  # characters, in any base; Python writes no integer of more than 4,300 digits
_ALIAS = re.compile(r"\*[\w-]")
_JSON_START = re.compile(r'\s*(?:\{\s*["}]|\[)')
_HINT_HTML = "this looks like a web page; give the URL of the document itself, such as /openapi.json or /api/schema/"


def parse(data: bytes, *, where: str) -> JsonValue:
    """Parse a document's bytes; the text decides whether they are JSON or YAML, never the file's name.

    Mapping keys are strings as they are written (`200:` -> "200"), dates stay text, only true and false are booleans.

    Raises:
        DocumentError: empty, HTML, not text, or broken, with line and column.
    """
    text = decode(data, where)
    start = text.lstrip()[:1]
    if not start:
        raise DocumentError("the document is empty", where=where, hint="check what the source returns")
    if start == "<":
        raise DocumentError("the document is HTML or XML, not JSON or YAML", where=where, hint=_HINT_HTML)
    # `{openapi: 3.1.0}` is a flow mapping of YAML; what opens as JSON does is JSON, and its errors are said as JSON's.
    return _parse_json(text, where) if is_json_text(text) else _parse_yaml(text, where)


def is_json_text(text: str) -> bool:
    """True when a text opens as JSON does."""
    return _JSON_START.match(text) is not None


def decode(data: bytes, where: str) -> str:
    """Return a document's bytes as text: UTF-8, or UTF-16 or UTF-32 by its first bytes.

    Raises:
        DocumentError: the bytes are no text.
    """
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
        value = read_json(text)
    except json.JSONDecodeError as error:
        message = f"the document is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        near = _near(text.split("\n"), error.lineno, error.colno)
        raise DocumentError(message, where=where, hint=f"near {near!r}") from None
    except ValueError as error:
        raise DocumentError(
            f"the document is not valid JSON: {error}", where=where, hint="correct the document"
        ) from None
    _check_depth(value, where)
    return value


def _parse_yaml(text: str, where: str) -> JsonValue:
    import yaml

    try:
        value: JsonValue = yaml.load(text, Loader=_loader())  # noqa: S506  a loader without object construction
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        near = f"near {_near(text.splitlines(), mark.line + 1, mark.column + 1)!r}" if mark else "correct the document"
        message = f"the document is not valid YAML: {error.problem or error.context}{place}"
        raise DocumentError(message, where=where, hint=near) from None
    except yaml.YAMLError as error:
        message = f"the document is not valid YAML: {str(error).splitlines()[0]}"
        raise DocumentError(message, where=where, hint="correct the document") from None
    except RecursionError:
        raise DocumentError("the document is nested too deeply", where=where, hint="correct the document") from None
    if _ALIAS.search(text):
        if _expanded_size(value) > _NODE_BUDGET:
            message = "the document's YAML aliases expand without bound"
            raise DocumentError(message, where=where, hint="write the parts out")
        _check_depth(value, where)
    return without_lone_surrogates(value) if "\\u" in text else value


def _near(lines: list[str], number: int, column: int) -> str:
    """Return what stands around a place, both numbers from 1."""
    line = lines[number - 1] if number <= len(lines) else ""
    return line[max(0, column - 41) : column + 40].strip()


def _check_depth(value: JsonValue, where: str) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH):
        inside: list[JsonValue] = []
        for node in level:
            inside += _children(node)
        level = [child for child in inside if isinstance(child, (dict, list))]
        if not level:
            return
    raise DocumentError(
        f"the document is nested deeper than {_MAX_DEPTH} levels", where=where, hint="correct the document"
    )


def _expanded_size(value: JsonValue) -> int:
    """Count the values in a tree whose parts may be shared, each shared part once for every use.

    Counts no further than just past the budget; a part that holds itself is past it.
    """
    sizes: dict[int, int] = {}
    stack: list[tuple[JsonValue, bool]] = [(value, False)]
    while stack:
        node, children_done = stack.pop()
        if children_done:
            size = 1 + sum(_size(child, sizes) for child in _children(node))
            sizes[id(node)] = min(size, _NODE_BUDGET + 1)  # unbounded, the numbers alone would fill the memory
        elif isinstance(node, (dict, list)) and id(node) not in sizes:
            sizes[id(node)] = _NODE_BUDGET + 1  # seen again before it is done: a cycle
            stack.append((node, True))
            stack.extend((child, False) for child in _children(node))
    return _size(value, sizes)


def _size(node: JsonValue, sizes: dict[int, int]) -> int:
    return sizes[id(node)] if isinstance(node, (dict, list)) else 1


def _children(node: JsonValue) -> Iterable[JsonValue]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _loader() -> type[Any]:
    """Return a YAML loader that builds JSON values only, by the core schema of YAML 1.2 (section 10.3)."""
    import yaml

    base: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class JsonLoader(base):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}
        yaml_constructors: ClassVar[dict[str, Any]] = {}

        _depth = 0
        _merged = 0

        def descend_resolver(self, parent: Any, _index: Any) -> None:
            """Count the levels while nodes are composed, which libyaml does by recursion in C, without a limit."""
            self._depth += 1
            if self._depth > _MAX_DEPTH:
                problem = f"nested deeper than {_MAX_DEPTH} levels"
                raise yaml.composer.ComposerError(None, None, problem, parent.start_mark)

        def ascend_resolver(self) -> None:
            self._depth -= 1

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
            if not isinstance(node, yaml.MappingNode):
                raise yaml.constructor.ConstructorError(None, None, f"{node.id} is no mapping", node.start_mark)
            super().flatten_mapping(node)
            return {self._key(key): self.construct_object(value, deep=deep) for key, value in node.value}

        def flatten_mapping(self, node: Any) -> None:
            """Flatten a mapping that another one merges (`<<`); counted, as merges of merges grow without bound."""
            super().flatten_mapping(node)
            self._merged += len(node.value)
            if self._merged > _NODE_BUDGET:
                raise yaml.constructor.ConstructorError(None, None, "merges expand without bound", node.start_mark)

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


def _null(loader: Any, node: Any) -> None:
    loader.construct_scalar(node)  # an error where it is none


def _integer(loader: Any, node: Any) -> int | str:
    text: str = loader.construct_scalar(node)
    try:
        base = 0 if text[:2] in ("0o", "0x") else 10
        return int(text, base) if len(text) <= _LONGEST_INTEGER else text
    except ValueError:  # `!!int abc`
        return text


def _float(loader: Any, node: Any) -> float | str:
    text: str = loader.construct_scalar(node)
    try:
        number = float(text)
    except ValueError:  # `!!float abc`
        return text
    return number if math.isfinite(number) else text  # 1e999 is a number nowhere


_TAG = "tag:yaml.org,2002:"
_CORE_SCHEMA = (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""], _null),
    (
        "bool",
        r"^(?:true|True|TRUE|false|False|FALSE)$",
        list("tTfF"),
        lambda loader, node: loader.construct_scalar(node).lower() == "true",
    ),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789"), _integer),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789."), _float),
)

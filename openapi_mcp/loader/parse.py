"""Bytes to a JSON value: JSON, and the JSON-shaped part of YAML 1.2."""

import json
import re

from openapi_mcp.errors import DocumentError
from openapi_mcp.loader.depth import MAX_DEPTH, children, cut_deep, is_too_deep, without_endless_text
from openapi_mcp.model.jsontext import JsonValue, TooDeepError, read_json, without_lone_surrogates

_NODE_BUDGET = 2_000_000  # values after aliases are expanded; GitHub's whole description has about 600,000
_DEEPEST_YAML = 20_000  # levels that are read at all
_NOTED = 4_000_000  # characters of JSON; in a larger text only `check` looks for keys that stand twice
_ALIAS = re.compile(r"\*[\w-]")
_JSON_START = re.compile(r'\s*(?:\{\s*["}]|\[)')
_HINT_HTML = (
    "this looks like a web page; give the URL of the document itself, such as /openapi.json or /api/schema/; where it "
    "is a login, --spec-command 'curl -H ... URL' gets the document with a credential"
)


def parse(data: bytes, *, where: str, cut: list[str] | None = None, twice: list[str] | None = None) -> JsonValue:
    """Parse a document's bytes; the text decides whether they are JSON or YAML, never the file's name.

    Mapping keys are strings as they are written (`200:` -> "200"), dates stay text, only true and false are booleans.
    Where something is nested deeper than 300 levels it is left out if `cut` is given, which takes the pointers of the
    first such places. `twice` takes the keys that stand a second time in one mapping, of which the last counts.

    Raises:
        DocumentError: empty, HTML, not text, broken or nested too deeply, with line and column.
    """
    text = decode(data, where)
    start = text.lstrip()[:1]
    if not start:
        raise DocumentError("the document is empty", where=where, hint="check what the source returns")
    if start == "<":
        raise DocumentError("the document is HTML or XML, not JSON or YAML", where=where, hint=_HINT_HTML)
    # `{openapi: 3.1.0}` is a flow mapping of YAML; what opens as JSON does is JSON, and its errors are said as JSON's.
    is_json = is_json_text(text)
    value = _parse_json(text, where, cut, twice) if is_json else _parse_yaml(text, where, cut, twice)
    if is_too_deep(value):
        if cut is None:
            said = f"the document is nested deeper than {MAX_DEPTH} levels"
            raise DocumentError(said, where=where, hint="correct the document")
        cut += cut_deep(value)
    return without_lone_surrogates(value) if "\\u" in text and not is_json else value


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


def _parse_json(text: str, where: str, cut: list[str] | None, twice: list[str] | None) -> JsonValue:
    try:
        return read_json(text, twice if len(text) <= _NOTED else None)
    except json.JSONDecodeError as error:
        message = f"the document is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        near = _near(text.split("\n"), error.lineno, error.colno)
        raise DocumentError(message, where=where, hint=f"correct what stands there: {near!r}") from None
    except ValueError as error:
        if isinstance(error, TooDeepError) and cut is not None and (shallow := without_endless_text(text)) != text:
            return _parse_json(shallow, where, cut, twice)
        raise DocumentError(
            f"the document is not valid JSON: {error}", where=where, hint="correct the document"
        ) from None


def _parse_yaml(text: str, where: str, cut: list[str] | None, twice: list[str] | None) -> JsonValue:
    import yaml

    from openapi_mcp.loader.yaml12 import read_yaml

    try:
        value = read_yaml(text, deepest=MAX_DEPTH if cut is None else _DEEPEST_YAML, twice=twice)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        message = f"the document is not valid YAML: {error.problem or error.context}{place}"
        lines = text.splitlines()
        hint = _what_to_do(error.problem or "", lines, mark.line, mark.column) if mark else "correct the document"
        raise DocumentError(message, where=where, hint=hint) from None
    except yaml.YAMLError as error:
        message = f"the document is not valid YAML: {str(error).splitlines()[0]}"
        raise DocumentError(message, where=where, hint="correct the document") from None
    if _ALIAS.search(text) and _expanded_size(value) > _NODE_BUDGET:
        message = "the document's YAML aliases expand without bound"
        raise DocumentError(message, where=where, hint="write the parts out")
    return value


def _what_to_do(problem: str, lines: list[str], number: int, column: int) -> str:
    """Return what stands around a place, both numbers from 0, and what to do about a mistake that is often made."""
    there = _near(lines, number + 1, column + 1)
    line = lines[number] if number < len(lines) else ""
    if "tab character" in problem or ("cannot start any token" in problem and line[column : column + 1] == "\t"):
        return f"near {there!r}: indent with spaces, as YAML takes no tab there"
    if "mapping values are not allowed" in problem:
        return f'near {there!r}: put a text with ": " in it in quotes, or correct the indentation'
    return f"correct what stands there: {there!r}" if there else "correct the document"


def _near(lines: list[str], number: int, column: int) -> str:
    """Return what stands around a place, both numbers from 1."""
    line = lines[number - 1] if number <= len(lines) else ""
    return line[max(0, column - 41) : column + 40].strip()


def _expanded_size(value: JsonValue) -> int:
    """Count the values in a tree whose parts may be shared, each shared part once for every use.

    Counts no further than just past the budget; a part that holds itself is past it.
    """
    sizes: dict[int, int] = {}
    stack: list[tuple[JsonValue, bool]] = [(value, False)]
    while stack:
        node, children_done = stack.pop()
        if children_done:
            size = 1 + sum(_size(child, sizes) for child in children(node))
            sizes[id(node)] = min(size, _NODE_BUDGET + 1)  # unbounded, the numbers alone would fill the memory
        elif isinstance(node, (dict, list)) and id(node) not in sizes:
            sizes[id(node)] = _NODE_BUDGET + 1  # seen again before it is done: a cycle
            stack.append((node, True))
            stack.extend((child, False) for child in children(node))
    return _size(value, sizes)


def _size(node: JsonValue, sizes: dict[int, int]) -> int:
    return sizes[id(node)] if isinstance(node, (dict, list)) else 1

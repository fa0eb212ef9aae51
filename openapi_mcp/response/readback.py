"""Arguments read back from a URL: the way of `request/`, backwards."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote_plus, unquote_to_bytes, urlsplit, urlunsplit

from openapi_mcp.model.document import Location, Parameter
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.tool import Binding, Tool
from openapi_mcp.model.url import origin

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_DELIMITERS = {
    "form": r",",
    "spaceDelimited": r"%20|\+",
    "pipeDelimited": r"%7[Cc]|\|",
    "tabDelimited": r"%09",
}
_MOST_BRANCHES = 50
_DEEPEST = 8  # brackets of a deepObject, and references of a schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call as it was made: its tool, its arguments and the URL that they gave.

    `dropped` are the names, in lower case, of query parameters that are no caller's to set: credentials.
    """

    tool: Tool
    arguments: Mapping[str, Any]
    url: str
    dropped: frozenset[str] = frozenset()


def arguments_of(made: Made, url: str) -> dict[str, Any] | None:
    """Return the arguments with which the same tool asks for this URL; None where it cannot.

    ({"page_size": 2}, "https://host/things?page_size=2&page=2") -> {"page_size": 2, "page": 2}

    What the URL says as the call did keeps the call's own argument; what it leaves out is left out.
    """
    if not is_same_place(made, url):
        return None
    return _arguments(made, urlsplit(url).query)


def same_query_arguments(made: Made, url: str) -> dict[str, Any] | None:
    """Return the arguments that the query of a URL stands for, where its path ends as ours; None for another origin."""
    theirs = _parts(url)
    if theirs is None or origin(url) != origin(made.url):
        return None
    ends = {_segments(path.rstrip("/"))[-1] for path in (theirs.path, urlsplit(made.url).path)}
    return _arguments(made, theirs.query) if len(ends) == 1 else None


def is_same_place(made: Made, url: str) -> bool:
    """True for a URL of the same origin and path. A slash at the end may lack where the operation's path has one."""
    ours, theirs = urlsplit(made.url), _parts(url)
    if theirs is None or origin(url) != origin(made.url):
        return False
    paths = [_segments(ours.path), _segments(theirs.path)]
    return paths[0] == paths[1] or (ours.path.endswith("/") and paths[0] == [*paths[1], b""])


def without_credentials(url: str, dropped: frozenset[str]) -> str | None:
    """Return a URL without userinfo and without the query parameters that are no caller's to set."""
    parts = _parts(url)
    if parts is None or origin(url) is None:
        return None
    pairs = [pair for pair in parts.query.split("&") if unquote_plus(pair.partition("=")[0]).lower() not in dropped]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "&".join(pairs), ""))


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _segments(path: str) -> list[bytes]:
    return [unquote_to_bytes(segment) for segment in path.split("/")]


Pairs = dict[str, list[str]]
"""The values of a query as they stand there, by their decoded names."""


def _arguments(made: Made, query: str) -> dict[str, Any] | None:
    try:
        ours, theirs = _pairs(urlsplit(made.url).query, made.dropped), _pairs(query, made.dropped)
        return _read_back(made, ours, theirs)
    except _UnreadableError:
        return None


def _pairs(query: str, dropped: frozenset[str]) -> Pairs:
    found: Pairs = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        plain = _decoded(name)
        if pair and plain.lower() not in dropped:
            found.setdefault(plain, []).append(value)
    return found


def _decoded(text: str) -> str:
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise _UnreadableError from None


class _UnreadableError(Exception):
    """A query that this tool's arguments cannot say."""


def _read_back(made: Made, ours: Pairs, theirs: Pairs) -> dict[str, Any]:
    """Return the call's arguments, those of the query changed to what another query says."""
    read = dict(made.arguments)
    told: set[str] = set()
    for binding, parameter in _of_the_query(made.tool):
        schema = made.tool.input_schema.get("properties", {}).get(binding.argument, {})
        before, after = _group(parameter, schema, ours), _group(parameter, schema, theirs)
        told |= after.keys()
        if _plain(before) == _plain(after):
            continue
        read.pop(binding.argument, None)
        if after:
            read[binding.argument] = _Reader(made.tool).value(parameter, schema, after)
    known = _plain(ours)
    if any(values != known.get(name) for name, values in _plain(theirs).items() if name not in told):
        raise _UnreadableError
    return read


def _of_the_query(tool: Tool) -> Iterator[tuple[Binding, Parameter]]:
    for binding in tool.bindings:
        if binding.parameter is not None and binding.parameter.location is Location.QUERY:
            yield binding, binding.parameter


def _plain(pairs: Pairs) -> dict[str, list[str]]:
    return {name: [_decoded(value) for value in values] for name, values in pairs.items()}


def _group(parameter: Parameter, schema: Any, pairs: Pairs) -> Pairs:
    """Return the pairs of a query that are one parameter's."""
    if parameter.style == "deepObject":
        return {name: values for name, values in pairs.items() if name.startswith(f"{parameter.name}[")}
    if _is_spread(parameter, schema):
        return {name: pairs[name] for name in schema["properties"] if name in pairs}
    return {parameter.name: pairs[parameter.name]} if parameter.name in pairs else {}


def _is_spread(parameter: Parameter, schema: Any) -> bool:
    """True for an object that stands in a query as its fields: style form, exploded."""
    is_form = parameter.style == "form" and parameter.explode and parameter.content_type is None
    return is_form and isinstance(schema, Mapping) and isinstance(schema.get("properties"), Mapping)


def read_scalar(tool: Tool, argument: str, text: str) -> Any:
    """Return a value written as text, as an argument's schema wants it: "7" -> 7; None where it is none of its kind."""
    try:
        return _Reader(tool).scalar(tool.input_schema.get("properties", {}).get(argument), text)
    except _UnreadableError:
        return None


def kinds_and_formats(tool: Tool, argument: str) -> tuple[set[str], set[str]]:
    """Return the types and formats that an argument's schema names: {"type": "integer"} -> ({"integer"}, set())."""
    branches = list(_Reader(tool).branches(tool.input_schema.get("properties", {}).get(argument)))
    kinds = {kind for branch in branches for kind in _kinds(branch)}
    return kinds, {said for branch in branches if isinstance(said := branch.get("format"), str)}


class _Reader:
    """Reads the values of a parameter, by the schema of its argument."""

    def __init__(self, tool: Tool) -> None:
        self._root = tool.input_schema

    def value(self, parameter: Parameter, schema: Any, pairs: Pairs) -> Any:
        if parameter.content_type is not None:
            return self._content(parameter, pairs)
        if parameter.style == "deepObject":
            return self._deep(parameter.name, schema, pairs)
        if _is_spread(parameter, schema):
            return {name: self._one(schema["properties"][name], values) for name, values in pairs.items()}
        values = pairs[parameter.name]
        items = self._items(schema)
        if items is None:
            return self._one(schema, values)
        if not parameter.explode:
            values = re.split(_DELIMITERS.get(parameter.style, ","), _only(values))
        return [self.scalar(items, _decoded(value)) for value in values]

    def _content(self, parameter: Parameter, pairs: Pairs) -> Any:
        text = _decoded(_only(pairs[parameter.name]))
        if "json" not in (parameter.content_type or ""):
            return text
        try:
            return read_json(text)
        except ValueError:
            raise _UnreadableError from None

    def _deep(self, prefix: str, schema: Any, pairs: Pairs) -> dict[str, Any]:
        whole: dict[str, Any] = {}
        for name, values in pairs.items():
            steps = _steps(name[len(prefix) :])
            place, inner = whole, schema
            for step in steps[:-1]:
                place = place.setdefault(step, {})
                inner = self._property(inner, step)
                if not isinstance(place, dict):
                    raise _UnreadableError
            if steps[-1] in place:
                raise _UnreadableError
            place[steps[-1]] = self._leaf(self._property(inner, steps[-1]), values)
        return whole

    def _leaf(self, schema: Any, values: Sequence[str]) -> Any:
        items = self._items(schema)
        if items is None:
            return self._one(schema, values)
        return [self.scalar(items, _decoded(value)) for value in values]

    def _one(self, schema: Any, values: Sequence[str]) -> Any:
        return self.scalar(schema, _decoded(_only(values)))

    def scalar(self, schema: Any, text: str) -> Any:
        """Return a value written as text: an entry of its enum, text where text fits, else a number or a boolean."""
        branches = list(self.branches(schema))
        for branch in branches:
            for entry in branch.get("enum", ()):
                if text == (entry if isinstance(entry, str) else write_json(entry)):
                    return entry
        kinds = {kind for branch in branches for kind in _kinds(branch)}
        if "string" in kinds or not kinds:
            return text
        return _number_or_boolean(text, kinds)

    def _items(self, schema: Any) -> Any:
        """Return the schema of an array's items; None where the schema is of no array, or also of others."""
        branches = list(self.branches(schema))
        kinds = {kind for branch in branches for kind in _kinds(branch)} - {"null"}
        if kinds != {"array"}:
            return None
        return next((branch["items"] for branch in branches if "items" in branch), {})

    def _property(self, schema: Any, name: str) -> Any:
        for branch in self.branches(schema):
            if isinstance(branch.get("properties"), Mapping) and name in branch["properties"]:
                return branch["properties"][name]
        return {}

    def branches(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        """Yield a schema and those it is made of, a bounded number of them."""
        waiting, left = [schema], _MOST_BRANCHES
        while waiting and left:
            left -= 1
            branch = waiting.pop(0)
            if isinstance(branch, Mapping):
                yield branch
                waiting += [inner for key in ("anyOf", "oneOf", "allOf") for inner in branch.get(key, ())]
                waiting.append(self._referenced(branch.get("$ref")))

    def _referenced(self, ref: Any) -> Any:
        head, _, name = ref.rpartition("/") if isinstance(ref, str) else ("", "", "")
        return self._root.get("$defs", {}).get(name) if head == "#/$defs" else None


def _kinds(branch: Mapping[str, Any]) -> Sequence[str]:
    kind = branch.get("type", ())
    return (kind,) if isinstance(kind, str) else kind


def _number_or_boolean(text: str, kinds: set[str]) -> Any:
    """Return the number or boolean that a text is, where that is one of the kinds and nothing of it is lost."""
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if kinds & {"integer", "number"} and _INTEGER.fullmatch(text) and text != "-0":
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text):
        return float(text)
    raise _UnreadableError


def _only(values: Sequence[str]) -> str:
    if len(values) != 1:
        raise _UnreadableError
    return values[0]


def _steps(brackets: str) -> list[str]:
    """Split the brackets of a deepObject: "[a][b]" -> ["a", "b"]."""
    if not brackets.startswith("[") or not brackets.endswith("]"):
        raise _UnreadableError
    steps = brackets[1:-1].split("][")
    if len(steps) > _DEEPEST or any("[" in step or "]" in step or not step for step in steps):
        raise _UnreadableError
    return steps

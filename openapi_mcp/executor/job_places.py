"""Where work that an API goes on with may be asked for by URL: nowhere that the caller's own calls would not lead.

An answer is the upstream's word, and may repeat a caller's: a URL in it opens no operation that is no tool.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from openapi_mcp.errors import ConfigError
from openapi_mcp.executor.job_ways import Ways
from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.model.call import Caller
from openapi_mcp.model.template import path_and_query
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.url import origin
from openapi_mcp.response.job_tool import filled_from

_ELSEWHERE = "at another origin than the API's now"
_OUTSIDE = "outside of the API's base path"
_UNCLEAR = "at a path that servers read in different ways (dot segments, encoded slashes)"
_NO_TOOL = "at an operation that is no tool that you may call"
_MOST_PAIRS = 200  # of a query


@dataclass(slots=True, kw_only=True)
class Places:
    """Says which URLs may be asked; the tools of a document's reads are found once, by their path templates."""

    ways: Ways
    _found: "_Reads | None" = field(init=False, default=None)

    def refusal(self, tool: Tool, url: str, caller: Caller) -> str:
        """Return why a URL is not asked about the work of a tool's call, "" where it may be.

        It is of the origin and below the base path of the tool; where it is an operation of the document, that is a
        tool which the caller may call. What the document does not name may be asked: monitors are seldom in one.
        """
        base, path = self._base(tool), urlsplit(url).path
        if base is None or origin(url) is None or origin(url) != origin(base):
            return _ELSEWHERE
        if not _is_clear(path):
            return _UNCLEAR
        below = urlsplit(base).path.rstrip("/")
        if not path.startswith(f"{below}/"):
            return _OUTSIDE
        return "" if all(self._may_read(*each, url, caller) for each in self._taken(path)) else _NO_TOOL

    def _base(self, tool: Tool) -> str | None:
        try:
            return self._preparer.server_of(tool.operation)
        except ConfigError:
            return None

    @property
    def _preparer(self) -> Preparer:
        return self.ways.preparer

    @property
    def _reads(self) -> "_Reads":
        if self._found is None:
            tools = self._preparer.toolset.tools
            bases = {urlsplit(base).path.rstrip("/") for tool in tools if (base := self._base(tool)) is not None}
            self._found = _Reads(bases=frozenset({"", *bases}), tools=_by_path(tools))
        return self._found

    def _taken(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the templates that a path is taken for, each with the path below the server that may have it."""
        for base in self._reads.bases:
            if path.startswith(f"{base}/"):
                below = path.removeprefix(base)
                yield from ((template, below) for template in self._preparer.routes.taking(below, "GET"))

    def _may_read(self, template: str, path: str, url: str, caller: Caller) -> bool:
        names = self._reads.tools.get(path_and_query(template)[0], ())
        tools = (self._preparer.toolset.by_name[name] for name in names)
        return any(self.ways.may_ask(caller, tool) and _has_fixed(tool, path, url) for tool in tools)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reads:
    """The paths of the servers that tools are at, and the names of the tools that read, by their path templates."""

    bases: frozenset[str]
    tools: Mapping[str, list[str]]


def _by_path(tools: Sequence[Tool]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tool in tools:
        if tool.operation.method == "GET":
            found.setdefault(path_and_query(tool.operation.path)[0], []).append(tool.name)
    return found


def _has_fixed(tool: Tool, path: str, url: str) -> bool:
    """True where a URL says what the operator has fixed for a tool, as each of its calls does."""
    if not tool.fixed:
        return True
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=_MOST_PAIRS)
    except ValueError:  # too many
        return False
    query = dict(pairs) if len(dict(pairs)) == len(pairs) else {}  # a name twice: servers differ in which counts
    said = {each.argument: query.get(each.name) for each in tool.parameters if each.location == "query"}
    said.update(filled_from(tool, path_and_query(tool.operation.path)[0], path))
    return all(said.get(name) == str(value) for name, value in tool.fixed.items())


def _is_clear(path: str) -> bool:
    """True for a path that every server reads as it stands."""
    decoded = unquote(unquote(path))
    segments = {segment.partition(";")[0] for segment in decoded.split("/")}
    is_same = decoded.count("/") == path.count("/") and "\\" not in decoded and decoded.isprintable()
    return is_same and segments.isdisjoint((".", ".."))

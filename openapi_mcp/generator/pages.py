"""The list as it is sent: each tool as JSON, in pages that no client finds too long."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from openapi_mcp.generator.compact import compact_tool
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.tool import Tool, Toolset, WireTool, wire_tool

PAGE = 990_000  # bytes of tools; with what the protocol adds, an answer stays below 1 MB

Mark = tuple[int, int]
"""Length and checksum of a page: equal lists have equal marks."""


class Pages(Protocol):
    """A list of tools in pages; there is always a first one."""

    def tools(self, index: int) -> list[WireTool]:
        """Return the tools of a page.

        Raises:
            IndexError: there is no such page.
        """

    def is_last(self, index: int) -> bool:
        """True when no page follows."""

    def marks(self) -> tuple[Mark, ...]:
        """Return the mark of every page."""


class ToolPages:
    """The pages of tools in memory. A page is encoded when it, or one behind it, is asked for, and not kept.

    `extras` are listed behind the tools: those that are no operation. `style` is how much is said of a tool.
    """

    def __init__(self, tools: Sequence[Tool], extras: Sequence[WireTool] = (), style: str = "full") -> None:
        self._tools = tools
        self._extras = extras
        self._written = written(style)
        self._count = len(tools) + len(extras)
        self._ends: list[int] = []
        self._marks: tuple[Mark, ...] = ()

    def tools(self, index: int) -> list[WireTool]:
        """Return the tools of a page."""
        end = self._end(index)
        return [self._listed(at) for at in range(self._start(index), end)]

    def is_last(self, index: int) -> bool:
        """True when no page follows."""
        return self._end(index) == self._count

    def marks(self) -> tuple[Mark, ...]:
        """Return the mark of every page."""
        if not self._marks:
            self._marks = tuple(mark_of(page_text(texts)) for texts in self.texts())
        return self._marks

    def texts(self) -> Iterator[list[bytes]]:
        """Yield the JSON of each tool, page by page."""
        index = 0
        while True:
            end = self._end(index)
            yield [_text(self._listed(at)) for at in range(self._start(index), end)]
            if end == self._count:
                return
            index += 1

    def _listed(self, at: int) -> WireTool:
        return self._written(self._tools[at]) if at < len(self._tools) else self._extras[at - len(self._tools)]

    def _start(self, index: int) -> int:
        return self._ends[index - 1] if index else 0

    def _end(self, index: int) -> int:
        while len(self._ends) <= index:
            start = self._ends[-1] if self._ends else 0
            if self._ends and start == self._count:
                raise IndexError(index)
            self._ends.append(self._page_from(start))
        return self._ends[index]

    def _page_from(self, start: int) -> int:
        length, end = 2, start
        while end < self._count:
            length += len(_text(self._listed(end))) + 1
            if length > PAGE and end > start:
                break
            end += 1
        return end


def pages_of(toolset: Toolset) -> ToolPages:
    """Return the list of a toolset, as its mode and style have it."""
    return ToolPages(toolset.listed, toolset.extras, toolset.style)


def written(style: str) -> Callable[[Tool], WireTool]:
    """Return how a list of this style writes a tool."""
    return compact_tool if style == "compact" else wire_tool


def page_text(texts: Sequence[bytes]) -> bytes:
    """Return a page as a line of JSON."""
    return b"[" + b",".join(texts) + b"]\n"


def mark_of(page: bytes) -> Mark:
    """Return the mark of a page."""
    return len(page), zlib.crc32(page)


def _text(listed: WireTool) -> bytes:
    return write_json(listed).encode()

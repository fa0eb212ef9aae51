"""`openapi-mcp inspect --graph FILE`: a picture of what tools need and yield."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.cli.loaded import load_each, title_of
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import FileSource, parse_source
from openapi_mcp.loading import Catalogue
from openapi_mcp.progress import Notice

if TYPE_CHECKING:
    from openapi_mcp.index.graph import Graph

Drawing = Callable[["Graph", str], tuple[str, str]]
"""Returns the text of a file, and what is to be said of tools that it leaves out, "" where it has all."""


def draw_graph(config: Config, notice: Notice, path: str, tool: str | None) -> None:
    """Write the graph of the tools to a file, or only what is around one; its suffix says in which form.

    Raises:
        ConfigError: no form has this suffix; the tools are made from this file; there is no such tool; the file cannot
            be written.
        OpenapiMcpError: as `load_each` does.
    """
    drawing = _drawing_for(path)
    _require_another(path, _named_files(config))
    loaded = anyio.run(load_each, config, notice)
    _require_another(path, _parts(loaded))
    graph = _graph_of(loaded)
    if tool is not None:
        graph = _around(graph, tool)
    text, left_out = drawing(graph, title_of(loaded))
    _write(path, text)
    notice(f"{len(graph.nodes)} tools and {len(graph.edges)} edges written to {path}")
    if left_out:
        notice(f"{left_out}; a .json or .dot file has all, and inspect TOOL --graph what is around one")


def _require_another(path: str, read: Iterable[str | Path]) -> None:
    """Refuse to write over what the tools are made from."""
    for own in read:
        if os.path.exists(path) and os.path.exists(own) and os.path.samefile(path, own):
            raise ConfigError(f"{path} is read, and would be overwritten", where="--graph", hint="name another file")


def _named_files(config: Config) -> Iterator[Path]:
    """Yield the files that the operator names: documents, overlays and the configuration."""
    if config.file is not None:
        yield config.file
    for api in config.apis or (config,):
        for source in (source_of(api), *map(parse_source, (*api.overlays, *api.workflows))):
            if isinstance(source, FileSource):
                yield source.path


def _parts(loaded: Mapping[str, Catalogue]) -> Iterator[str]:
    """Yield the files that documents are spread over."""
    return (path for each in loaded.values() if each.freshness for path, _, _ in each.freshness.files)


def _graph_of(loaded: Mapping[str, Catalogue]) -> "Graph":
    from openapi_mcp.index.capabilities import find_capabilities
    from openapi_mcp.index.graph import read_graph, united_graph

    graphs = {}
    for name, catalogue in loaded.items():
        tools = catalogue.toolset.tools
        graphs[name] = read_graph(tools, find_capabilities(tools, catalogue.document.schemas))
    return graphs[""] if "" in graphs else united_graph(graphs)


def _around(graph: "Graph", tool: str) -> "Graph":
    from openapi_mcp.index.graph import around

    if all(node.tool != tool for node in graph.nodes):
        hint = "openapi-mcp inspect without a name lists the tools"
        raise ConfigError(f"there is no tool {tool[:80]!r}", where="TOOL", hint=hint)
    return around(graph, tool)


def _drawing_for(path: str) -> Drawing:
    drawings: Mapping[str, Drawing] = {".svg": _svg, ".html": _html, ".dot": _dot, ".json": _json}
    suffix = Path(path).suffix.lower()
    if suffix not in drawings:
        raise ConfigError(
            f"no picture is written as {f'{suffix!r}' if suffix else 'a file without a suffix'}",
            where="--graph",
            hint=f"name a file that ends with {', '.join(drawings)}",
        )
    return drawings[suffix]


def _svg(graph: "Graph", title: str) -> tuple[str, str]:
    from openapi_mcp.index.cards import drawable, picture_of
    from openapi_mcp.index.drawing import standalone_svg

    drawn, left_out = drawable(graph)
    return standalone_svg(picture_of(drawn), title, left_out), left_out


def _html(graph: "Graph", title: str) -> tuple[str, str]:
    from openapi_mcp.index.cards import drawable
    from openapi_mcp.index.webpage import webpage

    drawn, left_out = drawable(graph)
    return webpage(drawn, title, left_out), left_out


def _dot(graph: "Graph", title: str) -> tuple[str, str]:
    from openapi_mcp.index.dot import dot

    return dot(graph, title), ""


def _json(graph: "Graph", _title: str) -> tuple[str, str]:
    import json

    from openapi_mcp.index.graph import graph_json

    return f"{json.dumps(graph_json(graph), indent=2)}\n", ""


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(
            f"the picture cannot be written: {error.strerror}", where=path, hint="name a file in a folder of yours"
        ) from None

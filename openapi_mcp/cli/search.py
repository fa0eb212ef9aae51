"""`openapi-mcp search`: what a model would be offered for some words."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from openapi_mcp.cli.across import tools_across
from openapi_mcp.cli.inspect import operation_of
from openapi_mcp.cli.loaded import load_each
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, TOOLS, takes
from openapi_mcp.cli.output import show, show_json, show_text
from openapi_mcp.cli.start import start
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.generator.select import NOT_ENABLED
from openapi_mcp.indexing import make_index
from openapi_mcp.loading import Catalogue
from openapi_mcp.model.capability import Capability, as_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.progress import Notice
from openapi_mcp.servable import require_extras

if TYPE_CHECKING:
    from openapi_mcp.index.search import Index

HELP = """Show which tools a model would be offered for these words, best first, and what each needs from others.

Give the whole task as a person would say it: the words of all its steps count.

Examples:

\b
  openapi-mcp search --spec openapi.json "the stock of what Maria ordered last"
      the tools that fit, with what each needs, and the calls that lead to the first

\b
  openapi-mcp search --spec openapi.json --methods all "cancel an order" --limit 3

\b
  openapi-mcp search --spec openapi.json "cancel an order" --json
      one JSON document, with all needs and yields
"""
_LIMIT = 10
_SUMMARY = 200


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, OUTPUT)
def search(
    *,
    words: Annotated[str, typer.Argument(help="What is to be done, in words.", metavar="WORDS")],
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="At most so many tools.")] = _LIMIT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    flags: Mapping[str, Any],
) -> int:
    """Show what a search finds."""
    config, notice = start(flags)
    if limit < 1:
        raise ConfigError(f"{limit} is no number of tools", where="--limit", hint="give 1 or more")
    require_extras(config)
    loaded = anyio.run(load_each, config, notice)
    _say_not_offered(loaded, notice)
    more = anyio.run(tools_across, config, loaded)
    report = search_report(loaded, words, limit, semantic=config.semantic, more=more)
    if not report["results"]:
        notice("nothing was found: say what is to be read or changed in other words, or widen --methods and --include")
    if as_json:
        show_json(report)
    elif report["results"]:
        _show_table(report)
    return ExitCode.OK


def _say_not_offered(loaded: Mapping[str, Catalogue], notice: Notice) -> None:
    """Say of how many operations nothing is found, as their methods are not enabled."""
    reasons = [skipped.reason for each in loaded.values() for skipped in each.toolset.skipped]
    count = sum(reason.endswith(NOT_ENABLED) for reason in reasons)
    if count:
        many = (
            "1 operation is not offered: its method is"
            if count == 1
            else (f"{count:,} operations are not offered: their methods are")
        )
        notice(f"{many} not enabled (--methods, --allow)")


def search_report(
    loaded: Mapping[str, Catalogue], words: str, limit: int, *, semantic: bool = False, more: Sequence[Tool] = ()
) -> dict[str, Any]:
    """Return what `search --json` prints, {"query", "results", "plan"}, of the tools of all APIs, and of `more`."""
    index = anyio.run(partial(_index, loaded, more, semantic=semantic))
    tools = {name: tool for each in loaded.values() for name, tool in each.toolset.by_name.items()}
    tools |= {tool.name: tool for tool in more}
    found = index.search(words, limit)
    none = Capability()
    results = [_result(tools[hit.tool], hit.score, index.capabilities.get(hit.tool, none)) for hit in found.hits]
    return {"query": words, "results": results, "plan": found.plan}


async def _index(loaded: Mapping[str, Catalogue], more: Sequence[Tool], *, semantic: bool) -> "Index":
    from openapi_mcp.index.capabilities import find_capabilities
    from openapi_mcp.index.corpus import read_corpus, united_corpus

    corpora = [read_corpus(more, {}, find_capabilities(more, {}))] if more else []
    for catalogue in loaded.values():
        tools, schemas = catalogue.toolset.tools, catalogue.document.schemas
        corpora.append(read_corpus(tools, schemas, find_capabilities(tools, schemas)))
    return await make_index(united_corpus(corpora), semantic=semantic)


def _result(tool: Tool, score: float, capability: Capability) -> dict[str, Any]:
    return {
        "name": tool.name,
        **_called(tool),
        "summary": one_line(tool.title, _SUMMARY),
        "score": score,
        **as_json(capability),
    }


def _called(tool: Tool) -> dict[str, Any]:
    """Return the operation that a tool calls, or the workflow that it carries out."""
    if tool.plan is not None:
        return {"method": None, "path": None, "workflow": tool.plan.own.workflow.id}
    return {"method": tool.operation.method, "path": tool.operation.path}


def _show_table(report: Mapping[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(pad_edge=False)
    columns = (("Tool", "bold"), ("Operation", "cyan"), ("What it does", ""), ("Needs", "green"))
    for heading, style in columns:
        table.add_column(heading, style=style, overflow="fold")
    for result in report["results"]:
        needs = "\n".join(_needs(result))
        table.add_row(
            result["name"], escape(operation_of(result)), escape(one_line(result["summary"], 120)), escape(needs)
        )
    show(table)
    if report["plan"]:
        show_text(f"plan: {report['plan']}")


def _needs(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield where each argument comes from: "customer, from customers_list", in brackets what can be left out."""
    for need in result["needs"]:
        source = f", from {need['from'][0]['tool']}" if need["from"] else ""
        said = one_line(f"{need['argument']}{source}", 120)
        yield said if need.get("required", True) else f"[{said}]"

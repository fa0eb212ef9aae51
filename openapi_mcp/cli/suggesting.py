"""What `workflow suggest` reads: the documents with their tools, and the records of their calls."""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from openapi_mcp.cli.output import Notice
from openapi_mcp.cli.recorded import in_order, records_of
from openapi_mcp.cli.told import plain
from openapi_mcp.config import Config
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import FileSource, UrlSource
from openapi_mcp.loading import Catalogue
from openapi_mcp.model.document import WORKFLOW, Document
from openapi_mcp.model.record import Record
from openapi_mcp.model.url import redact_url
from openapi_mcp.model.workflow import SourceDescription
from openapi_mcp.records.query import Filter
from openapi_mcp.records.store import Store

if TYPE_CHECKING:
    from openapi_mcp.workflow.draft import Named
    from openapi_mcp.workflow.known import Known
    from openapi_mcp.workflow.suggest import Suggestion

_MOST_RECORDS = 100_000  # the newest
_SHOWN = 5  # names
_UNKNOWN_PLACE = "openapi.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One of the APIs: what workflows call its document, and what records call it."""

    source: SourceDescription
    label: str
    catalogue: Catalogue


def named_apis(config: Config, loaded: Mapping[str, Catalogue], folder: Path, notice: Notice) -> list[Api]:
    """Return each API with the name and the place of its document, as a file in a folder says them."""
    from openapi_mcp.workflow.suggest import source_name

    configs = {api.name: api for api in config.apis or (config,)}
    found: list[Api] = []
    for name, catalogue in loaded.items():
        called = source_name(name or catalogue.document.title, {each.source.name for each in found})
        source = SourceDescription(name=called, url=_url(configs[name], folder, notice), kind="openapi")
        found.append(Api(source=source, label=name or catalogue.toolset.title, catalogue=catalogue))
    return found


def _url(config: Config, folder: Path, notice: Notice) -> str:
    """Return where a document is, as a workflow's file can say it: relative to the file; no secret of a URL."""
    match source_of(config):
        case UrlSource(url=url):
            shown = redact_url(url)
            if shown != url:
                notice(
                    "the document's URL is written without what may be secret in it; --spec says it when it is served"
                )
            return shown
        case FileSource(path=path):
            return _relative(path, folder)
    notice(f"the document has no place of its own: write it into sourceDescriptions, instead of {_UNKNOWN_PLACE}")
    return _UNKNOWN_PLACE


def _relative(path: Path, folder: Path) -> str:
    """Return a file as a URI reference from a folder: "../api/open%20api.json"."""
    try:
        return quote(Path(os.path.relpath(path, folder)).as_posix(), safe="/~")
    except ValueError:  # on another drive
        return path.absolute().as_uri()


def suggestions(
    config: Config, notice: Notice, apis: Sequence[Api], wanted: Filter, least: int, limit: int
) -> "list[Suggestion]":
    """Return so many suggestions at most, from the records that are wanted and from needs and yields.

    Raises:
        RecordsError: the records cannot be read.
    """
    wanted = replace(wanted, kind="ok")
    from openapi_mcp.workflow.chains import common, count_chains
    from openapi_mcp.workflow.possible import possible
    from openapi_mcp.workflow.sessions import sessions
    from openapi_mcp.workflow.suggest import of_these, suggest

    known, tools, labels = _known(apis)
    with records_of(config, notice) as store:
        if store is not None:
            served = {tool.name for api in apis for tool in api.catalogue.toolset.tools}
            _say_left_out(store, known, labels, served, notice)
        records = of_these(_newest(store, wanted), known, labels) if store is not None else iter(())
        called = common(count_chains(sessions(records, known), known), least)
    return suggest(called, possible(known), tools, known, limit=limit, served=_served(apis))


def _served(apis: Sequence[Api]) -> frozenset[frozenset[str]]:
    """Return the tools that each workflow calls that is served already."""
    tools = (tool for api in apis for tool in api.catalogue.toolset.tools)
    return frozenset(frozenset(tool.plan.tools) for tool in tools if tool.plan is not None)


def _say_left_out(
    store: Store, known: "Mapping[str, Known]", labels: Mapping[str, str], served: Collection[str], notice: Notice
) -> None:
    """Say which tools were called that are none with these options: a chain breaks where one of them was a step."""
    apis = {*labels.values()}
    called = [each for each in store.named() if each.operation and each.api in apis]
    workflows = {each.tool for each in called if each.operation.startswith(f"{WORKFLOW} ")}
    if names := sorted({each.tool for each in called} - workflows - {*known}):
        said = _some(names)
        notice(f"called, and left out as these options make no such tool: {said}; --methods all has writes")
    if names := sorted(workflows - {*served}):
        which = "the workflow" if len(names) == 1 else "the workflows"
        notice(f"called, and not served with these options: {which} {_some(names)}; give its --workflow")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(plain(name, 60) for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _known(apis: Sequence[Api]) -> "tuple[dict[str, Known], dict[str, Named], dict[str, str]]":
    """Return by tool what is known of it, how workflows name it, and what records call its API."""
    from openapi_mcp.index.capabilities import find_capabilities
    from openapi_mcp.workflow.draft import named
    from openapi_mcp.workflow.known import know

    known: dict[str, Known] = {}
    tools: dict[str, Named] = {}
    labels: dict[str, str] = {}
    for api in apis:
        document = api.catalogue.document
        operations = {(each.method, each.path) for each in document.operations}
        own = [
            each for each in api.catalogue.toolset.tools if (each.operation.method, each.operation.path) in operations
        ]
        repeated, is_only = _repeated(document), len(apis) == 1
        known |= know(own, find_capabilities(own, document.schemas), document.schemas)
        for tool in own:
            tools[tool.name] = named(tool, api.source.name, is_only=is_only, repeated=repeated)
            labels[tool.name] = api.label
    return known, tools, labels


def _repeated(document: Document) -> frozenset[str]:
    """Return the ids that more than one operation has."""
    counted = Counter(each.operation_id for each in document.operations if each.operation_id)
    return frozenset(name for name, count in counted.items() if count > 1)


def _newest(store: Store, wanted: Filter) -> Iterator[Record]:
    """Yield so many records at most, the newest ones, in the order in which they were kept; a page at a time."""
    if store.stats(wanted).total.calls > _MOST_RECORDS:
        wanted = replace(wanted, since=_time_of_last(store, wanted))
    for page in in_order(store, wanted, 0, whole=True):
        yield from page


def _time_of_last(store: Store, wanted: Filter) -> float | None:
    """Return when the oldest of the newest records began."""
    left = _MOST_RECORDS
    for page in store.pages(wanted):
        if len(page) >= left:
            return page[left - 1].time
        left -= len(page)
    return wanted.since

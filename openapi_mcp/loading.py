"""From what was configured to a document with its tools."""

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from openapi_mcp.arazzo import fetch_workflows, place_of
from openapi_mcp.auth.held import Held
from openapi_mcp.config import Config
from openapi_mcp.credentials import resolve_credentials
from openapi_mcp.freshness import Parts, referred_to
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.generator.listing import offered, prepared
from openapi_mcp.generator.select import is_selected, unmatched
from openapi_mcp.generator.stored import Stored
from openapi_mcp.identity import identity_of, source_of
from openapi_mcp.loader.source import Source, UrlSource, parse_source
from openapi_mcp.model.document import Document, Location
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.tool import Toolset
from openapi_mcp.progress import Notice, Progress
from openapi_mcp.switches import NOTHING_OFF, Switched, read_switches
from openapi_mcp.telemetry.spans import span
from openapi_mcp.trusted import trust_for

if TYPE_CHECKING:
    from openapi_mcp.loader.fetch import Fetched
    from openapi_mcp.loader.load import Arrived
    from openapi_mcp.workflow.together import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """A document with the tools made from it, and the credentials with their places.

    `freshness` tells later whether it is still true; None where that cannot be told. `switched` is what was off.
    """

    document: Document
    toolset: Toolset
    credentials: Held
    typed_url: str | None
    freshness: Freshness | None = None
    switched: Switched = NOTHING_OFF


async def load_catalogue(
    config: Config,
    notice: Notice,
    environ: Mapping[str, str] = os.environ,
    arrived: "Arrived | None" = None,
    *,
    whole: bool = False,
    known: Switched | None = None,
    brought: "Mapping[Source, Fetched] | None" = None,
) -> Catalogue:
    """Load the document and make its tools; `arrived` is told of each of its parts, those `brought` are not fetched.

    Operations that are left out are read only where the `whole` document is to be looked through for defects. What is
    `known` to be switched off stays so while the file that says it is damaged; at a start nothing is known.

    Raises:
        OpenapiMcpError: as `load` and `place_credentials` do.
    """
    with span("load document", {"openapi_mcp.api": config.name} if config.name else {}) as loading:
        catalogue = await _loaded(config, notice, environ, arrived, whole=whole, known=known, brought=brought or {})
        loading.note("openapi_mcp.operations", len(catalogue.document.operations))
        loading.note("openapi_mcp.tools", len(catalogue.toolset.tools))
    return catalogue


async def _loaded(
    config: Config,
    notice: Notice,
    environ: Mapping[str, str],
    arrived: "Arrived | None",
    *,
    whole: bool,
    known: Switched | None,
    brought: "Mapping[Source, Fetched]",
) -> Catalogue:
    from openapi_mcp.loader.load import TWICE, load  # a start from a stored catalogue needs it not

    source, parts = source_of(config), Parts(named=1 + len(config.overlays) + len(config.workflows))
    selection = _selection(config)
    trust = trust_for(config, source)
    trust.check()
    wanted = None if whole else partial(is_selected, selection=selection)
    with _collector_off(), Progress(notice, f"loading {source}") as progress:

        def receiving(so_far: int, _total: int | None) -> None:
            progress.at = f"loading {source}: {so_far / 1e6:.1f} MB so far"

        def received(part: Source, fetched: "Fetched | None") -> None:
            progress.at = f"reading {part}" + (f": {len(fetched.data) / 1e6:.1f} MB" if fetched else "")
            parts.arrived(part, fetched)
            if arrived is not None:
                arrived(part, fetched)

        placed = [await fetch_workflows(parse_source(one), received, trust, brought) for one in config.workflows]
        document = await load(
            source,
            receiving,
            overlays=tuple(map(parse_source, config.overlays)),
            allow_remote_refs=config.allow_remote_refs,
            arrived=received,
            wanted=wanted,
            variables=config.server_variables,
            trust=trust,
            brought=brought,
        )
        progress.at = f"making tools of {len(document.operations):,} operations"
        catalogue = catalogue_of(config, document, parts.freshness(), notice, environ, known, placed)
    if not whole:  # else it stands among the problems that are shown
        for problem in document.problems:
            if problem.message.startswith(TWICE):
                notice(f"warning: {problem.message} ({problem.hint})")
        _say_what_finds_nothing(catalogue, selection, notice)
    return catalogue


def _selection(config: Config) -> Selection:
    return Selection(
        methods=config.methods,
        allow=config.allow,
        include=config.include,
        exclude=config.exclude,
        output_schemas=config.output_schemas,
        client=config.client,
        has_folder=config.files is not None,
        select=config.select,
        reads_on=config.limits.max_response > 0 and not config.name,  # among several APIs it is listed once
        max_response=config.limits.max_response,
        goes_on=bool(config.background_after) and not config.name,  # as that is
        prefix=f"{config.name}_" if config.name else "",
        edits=config.edits,
    )


def catalogue_of(
    config: Config,
    document: Document,
    freshness: Freshness,
    notice: Notice,
    environ: Mapping[str, str],
    known: Switched | None,
    placed: "Sequence[Placed]" = (),
) -> Catalogue:
    """Return a document with the tools made from it and from workflows; `freshness` is the document's own.

    Raises:
        OpenapiMcpError: as `generate` and `resolve_credentials` do.
    """
    from openapi_mcp.generator.generate import generate
    from openapi_mcp.index.capabilities import find_capabilities

    source = source_of(config)
    credentials = resolve_credentials(config, document, environ, source)
    occupied = frozenset((Location(place), name) for place, name in credentials.occupied)
    switched, said = read_switches(known, environ)
    if said:
        notice(said)
    off = switched.reasons(identity_of(config))
    toolset = generate(document, replace(_selection(config), hidden=occupied, off=off))
    if placed:
        from openapi_mcp.workflows import served_api, with_workflows

        api = served_api(toolset, document, place_of(source))
        toolset = with_workflows(
            toolset, placed, [api], client=config.client, off=off, output_schemas=config.output_schemas
        )
    learn = partial(find_capabilities, toolset.tools, document.schemas)
    toolset = prepared(toolset, config.listing, learn)
    if not config.name:  # else united.py offers it, with those of the other APIs
        toolset = offered(toolset, config.listing)
    variables, files = referred_to(config)
    return Catalogue(
        document=document,
        toolset=toolset,
        credentials=credentials,
        typed_url=source.url if isinstance(source, UrlSource) else None,
        freshness=replace(freshness, variables=variables, secret_files=files, switches=switched.state),
        switched=switched,
    )


def catalogue_from(config: Config, stored: Stored, environ: Mapping[str, str]) -> Catalogue:
    """Return what was kept on disk, with its credentials placed anew."""
    source = source_of(config)
    typed_url = source.url if isinstance(source, UrlSource) else None
    return Catalogue(
        document=stored.document,
        toolset=stored.toolset,
        credentials=resolve_credentials(config, stored.document, environ, source),
        typed_url=typed_url,
        freshness=stored.freshness,
        switched=read_switches(None, environ)[0],
    )


def _say_what_finds_nothing(catalogue: Catalogue, selection: Selection, notice: Notice) -> None:
    from openapi_mcp.generator.edits import NO_SUCH

    for pattern in unmatched(catalogue.document.operations, selection):
        notice(f"warning: {pattern} matches no operation")
    for problem in catalogue.toolset.problems:
        if problem.message.startswith(NO_SUCH):
            notice(f"warning: {problem.message} ({problem.pointer}; {problem.hint})")


async def catalogue_again(
    config: Config,
    document: Document,
    freshness: Freshness,
    notice: Notice,
    environ: Mapping[str, str],
    known: Switched | None,
) -> Catalogue:
    """Return the same document with its tools made anew: other settings say other things of them."""
    with _collector_off():
        catalogue = catalogue_of(config, document, freshness, notice, environ, known)
    _say_what_finds_nothing(catalogue, _selection(config), notice)
    return catalogue


@contextmanager
def _collector_off() -> Iterator[None]:
    """Make millions of objects, all of them to stay, without the garbage collector looking through them: a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

"""From what was configured to a document with its tools."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from openapi_mcp.apis import said_for
from openapi_mcp.auth.held import Held
from openapi_mcp.config import Config, CredentialLayer
from openapi_mcp.credentials import resolve_credentials
from openapi_mcp.errors import ConfigError, SourceError
from openapi_mcp.front import state
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.generator.listing import offered, prepared
from openapi_mcp.generator.select import is_selected, unmatched
from openapi_mcp.identity import identity_of, source_of
from openapi_mcp.loader.source import FileSource, Source, StdinSource, UrlSource, parse_source
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.document import Document, Location
from openapi_mcp.model.part import Part, digest
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.tool import Toolset
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.progress import Progress
from openapi_mcp.switches import NOTHING_OFF, Switched, read_switches
from openapi_mcp.telemetry.spans import span
from openapi_mcp.tls import Trust

if TYPE_CHECKING:
    from openapi_mcp.loader.fetch import Fetched
    from openapi_mcp.loader.load import Arrived
    from openapi_mcp.workflow.together import Placed

_TICK = 20_000_000  # ns; a file written so shortly before it was read may be written again without a newer mtime

_OF_DOCUMENT = (
    "spec", "spec_command", "overlays", "workflows", "server_variables", "allow_remote_refs", "methods", "allow",
    "include", "exclude", "client_cert", "client_key", "ca_bundle", "insecure",
)  # fmt: skip

Notice = Callable[[str], None]
"""Told, in one line, of slow work and of what a person should know."""


def say_of(api: str, notice: Notice, line: str) -> None:
    """Say what is about one of several APIs: "warning: ..." -> "warning: shop: ..."."""
    head = "warning: " if line.startswith("warning: ") else ""
    notice(f"{head}{api}: {said_for(api, line.removeprefix(head))}")


def path_of(name: str, path: Path | None) -> Path | None:
    """Return where the catalogue of one of several APIs is kept, beside the list of all."""
    return path.with_name(f"{path.stem}-{name}{path.suffix}") if path is not None else None


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

    source, parts = source_of(config), _Parts(named=1 + len(config.overlays) + len(config.workflows))
    selection = _selection(config)
    trust = _trust_for(config, source)
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

        placed = [await _workflows(parse_source(one), received, trust, brought) for one in config.workflows]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflows:
    """The Arazzo descriptions that were named, and what tells whether they are still as they were."""

    placed: "tuple[Placed, ...]" = ()
    freshness: Freshness | None = None


async def load_workflows(config: Config) -> Workflows:
    """Return the workflows over several APIs; those over one are loaded with its document.

    Raises:
        SourceError, DocumentError: a description cannot be had, or is none.
    """
    if not config.workflows:
        return Workflows()
    parts, trust = _Parts(named=len(config.workflows)), trust_of(config)
    placed = [await _workflows(parse_source(one), parts.arrived, trust, {}) for one in config.workflows]
    return Workflows(placed=tuple(placed), freshness=parts.freshness())


async def _workflows(
    source: Source, received: "Arrived", trust: Trust, brought: "Mapping[Source, Fetched]"
) -> "Placed":
    """Return an Arazzo description, with what the URLs of its sources come to.

    Raises:
        ConfigError, SourceError, DocumentError: it cannot be had, or is none.
    """
    from openapi_mcp.loader.fetch import fetch
    from openapi_mcp.loader.parse import parse
    from openapi_mcp.workflow.read import read
    from openapi_mcp.workflow.together import Placed

    if isinstance(source, StdinSource):  # which carries the protocol, or the document
        hint = "save it to a file and give that"
        raise ConfigError("a workflow cannot come from standard input", where="--workflow -", hint=hint)
    fetched = brought.get(source)
    if fetched is None:
        try:
            fetched = await fetch(source, trust=trust)
        except SourceError:
            received(source, None)
            raise
    received(source, fetched)
    document = read(parse(fetched.data, where=str(source)), where=str(source))
    places = {each.name: place_of(source, each.url) for each in document.sources}
    return Placed(document=document, where=_shown_uri(source), place=place_of(source), places=places)


def place_of(source: Source, url: str = "") -> str:
    """Return where a document is, or what a URL in it comes to: a URL, or an absolute path."""
    if isinstance(source, UrlSource):
        return urljoin(source.url, url) if url else source.url
    base = source.path.absolute() if isinstance(source, FileSource) else Path.cwd() / "-"
    if not url:
        return str(base.resolve()) if isinstance(source, FileSource) else ""
    if "://" in url and not url.lower().startswith("file:"):
        return url
    named = parse_source(url) if url.lower().startswith("file:") else FileSource(path=Path(unquote(url)))
    return str((base.parent / named.path).resolve()) if isinstance(named, FileSource) else url


def _shown_uri(source: Source) -> str:
    return source.path.resolve().as_uri() if isinstance(source, FileSource) else str(source)


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
    variables, files = _referred_to(config)
    return Catalogue(
        document=document,
        toolset=toolset,
        credentials=credentials,
        typed_url=source.url if isinstance(source, UrlSource) else None,
        freshness=replace(freshness, variables=variables, secret_files=files, switches=switched.state),
        switched=switched,
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


def asks_the_same(before: Config, now: Config) -> bool:
    """True where both want the same document, and the same operations of it."""
    return all(getattr(before, name) == getattr(now, name) for name in _OF_DOCUMENT)


def trust_of(config: Config) -> Trust:
    """Return whom the operator believes on the wire; our certificate is for no origin yet."""
    return Trust(
        ca_bundle=config.ca_bundle,
        client_cert=config.client_cert,
        client_key=config.client_key,
        insecure=config.insecure,
    )


def _trust_for(config: Config, source: Source) -> Trust:
    """Return the same for fetching a document: its URL sees our certificate where calls would go to that origin."""
    typed = source.url if isinstance(source, UrlSource) else ""
    own = origin(config.base_url or typed)
    return replace(trust_of(config), known=frozenset((own,) if own else ()))


async def still_the_same(
    config: Config, parts: Sequence[Part], document: Document, brought: "dict[Source, Fetched]"
) -> tuple[Part, ...] | None:
    """Return the parts of the document with their validators of now; None where it may be another one.

    What came of it then is put into `brought`.

    Raises:
        SourceError: the document, or an overlay, cannot be fetched.
    """
    from openapi_mcp.loader.again import unchanged

    source = source_of(config)
    typed = source.url if isinstance(source, UrlSource) else ""
    own = frozenset(found for url in (typed, document.base_uri or "") if (found := origin(url)) is not None)
    return await unchanged(
        parts,
        [*map(parse_source, config.workflows), source, *map(parse_source, config.overlays)],
        allow_remote_refs=config.allow_remote_refs,
        trust=_trust_for(config, source),
        bounds=Bounds(reach=document.reach, exempt=own) if document.reach is not None else None,
        brought=brought,
    )


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


@dataclass(slots=True, kw_only=True)
class _Parts:
    """What a document was read from, part by part; the first of them, `named`, the operator named."""

    named: int
    since: int = field(default_factory=time.time_ns)
    last: Source | None = None
    files: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    is_racy: bool = False

    def arrived(self, source: Source, fetched: "Fetched | None") -> None:
        """Note a part; told of it again, that it cannot be read."""
        if fetched is None and source == self.last:
            self.parts[-1] = replace(self.parts[-1], is_broken=True)
            return
        self.last = source
        uri = "" if len(self.parts) < self.named else _plain_uri(source)
        if fetched is None:
            self.parts.append(Part(uri=uri))
        else:
            self.parts.append(Part(uri=uri, digest=digest(fetched.data), validators=fetched.validators))
        if isinstance(source, FileSource) and fetched is not None:
            self.note_file(source)

    def note_file(self, source: FileSource) -> None:
        """Note the state that a file had when it was read."""
        found = state(str(source.path))
        if found:
            path, mtime, size = found
            self.files[path] = (path, mtime, size)
        self.is_racy = self.is_racy or not found or found[1] + _TICK >= self.since

    def freshness(self) -> Freshness:
        """Return what tells whether the document is still as it was."""
        return Freshness(
            files=tuple(self.files.values()),
            parts=tuple(self.parts),
            made=self.since // 10**9,
            is_settled=not self.is_racy,
        )


def _referred_to(config: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the variables, and the files, that credentials refer to."""
    certificates = (config.client_cert, config.client_key, config.ca_bundle)
    values = [value for layer in config.credentials for value in _written(layer)]
    files = (*(value[5:] for value in values if value.startswith("file:")), *filter(None, certificates))
    variables = tuple(value[4:] for value in values if value.startswith("env:"))
    return variables, tuple(os.path.expanduser(path) for path in files)


def _plain_uri(source: Source) -> str | None:
    """Return the URI of what a reference led to, None where it may hold a secret."""
    match source:
        case UrlSource() if redact_url(source.url) == source.url:
            return source.url
        case FileSource():
            return source.path.as_uri()
    return None


def _written(layer: CredentialLayer) -> tuple[str, ...]:
    """Return a layer's values as they were written, references among them."""
    secret = layer.client_secret
    plain = (layer.bearer, layer.token, layer.basic, layer.api_key, layer.client_id, secret, *layer.auth.values())
    return (*filter(None, plain), *(line.partition(":")[2].strip() for line in layer.header))

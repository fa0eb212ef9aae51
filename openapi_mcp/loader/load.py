"""The loader's front door: a source becomes a Document, with all the files that it is spread over."""

import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import anyio

from openapi_mcp.errors import DocumentError, SourceError
from openapi_mcp.loader.depth import MAX_DEPTH
from openapi_mcp.loader.fetch import DEADLINE, Fetched, Progress, fetch
from openapi_mcp.loader.parse import parse
from openapi_mcp.loader.read import Wanted, read
from openapi_mcp.loader.refs import Resources, declared_uris, may_point_outside, outside_uris
from openapi_mcp.loader.size import MAX_BYTES, check_size
from openapi_mcp.loader.source import FileSource, Source, UrlSource, parse_source
from openapi_mcp.model.address import Bounds, Reach, farthest
from openapi_mcp.model.document import Document, Problem, Severity
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.tls import Trust

_MAX_FILES = 2_000
TWICE = "keys stand twice in one mapping, the last one counts"
_SHOWN_KEYS = 5
_SHOWN_TOKENS = 9  # of a pointer that has hundreds
_GZIP = b"\x1f\x8b"

Arrived = Callable[[Source, Fetched | None], None]
"""Told of each part of a description: where it comes from, and what came; None where it cannot be had.

Told again, with None, where what came cannot be read.
"""


async def load(
    source: Source | str,
    progress: Progress | None = None,
    *,
    overlays: Sequence[Source] = (),
    allow_remote_refs: bool = False,
    arrived: Arrived | None = None,
    wanted: Wanted | None = None,
    variables: Mapping[str, str] | None = None,
    trust: Trust | None = None,
    brought: Mapping[Source, Fetched] | None = None,
) -> Document:
    """Fetch, parse and read one description, the files that its references name, and overlays applied to it.

    A text is understood as after `--spec`: a URL, a file, or `-` for standard input. References lead from a local file
    to files below its folder, from a URL to the same origin; to other origins only with `allow_remote_refs`. `arrived`
    is told of every part: the document, the overlays in their order, then what references name. Of operations that are
    not `wanted` the heading alone is read. `variables` are values for server variables. `trust` says whose certificates
    are believed, and who sees ours. What was `brought` of the document and its overlays is not fetched again.

    Raises:
        ConfigError: the text is no source, or a server variable is none.
        SourceError: the document or an overlay cannot be fetched.
        DocumentError: it is not an OpenAPI description that can be served.
    """
    if isinstance(source, str):
        source = parse_source(source)
    try:
        with anyio.fail_after(DEADLINE):
            gathering = _Gathering(
                source=source,
                progress=progress,
                allow_remote=allow_remote_refs,
                arrived=arrived or _untold,
                wanted=wanted,
                variables=variables or {},
                trust=trust,
                brought=brought or {},
            )
            return await gathering.document(overlays)
    except TimeoutError:
        said = f"the document and what it refers to did not arrive within {DEADLINE:.0f} s"
        raise SourceError(said, where=str(source), hint="bundle it into one file and give that") from None


def _came_from(source: Source, fetched: Fetched) -> str:
    """Return where a document came from, for people: a login page is known by where a redirect led to.

    Of that address no query is shown: it is not what the operator typed.
    """
    if not isinstance(source, UrlSource) or fetched.base_uri is None:
        return str(source)
    asked, came = urlsplit(source.url), urlsplit(fetched.base_uri)
    if (asked.path or "/", asked.hostname) == (came.path, came.hostname):
        return str(source)
    led_to = one_line(redact_url(came._replace(query="", fragment="").geturl()), 200)
    return f"{source} (redirected to {led_to})"


def _untold(_source: Source, _fetched: Fetched | None) -> None:
    """Tell nobody."""


@dataclass(slots=True, kw_only=True)
class _Gathering:
    """The documents of one description, as they come in."""

    source: Source
    progress: Progress | None
    allow_remote: bool
    arrived: Arrived
    wanted: Wanted | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    trust: Trust | None = None
    brought: Mapping[Source, Fetched] = field(default_factory=dict)
    roots: dict[str, JsonValue] = field(default_factory=dict)
    bounds: dict[str, Bounds] = field(default_factory=dict)  # by URI: for what the references of each document name
    problems: list[Problem] = field(default_factory=list)
    received: int = 0

    async def document(self, overlays: Sequence[Source]) -> Document:
        fetched = await self.named(self.source, self.progress)
        data = unpacked(fetched.data, str(self.source))
        self.received = len(data)
        root = self.cut(data, _came_from(self.source, fetched), "")
        outside = may_point_outside(data)
        for overlay in overlays:
            text = unpacked((await self.named(overlay)).data, str(overlay))
            outside = outside or may_point_outside(text)
            root = self.overlaid(root, parse(text, where=str(overlay)), str(overlay))
        root_uri = self.root_uri(fetched, root)
        self.roots[""] = root
        self.bound(root_uri, fetched, self.source)
        if outside:
            await self.gather(root, root_uri)
        resources = Resources(self.roots, root_uri)
        if self.wanted is None:  # no server waits for it: it is looked through to the last schema
            from openapi_mcp.loader.faults import schema_faults

            self.problems += schema_faults(root)
        document = read(
            root,
            source=str(self.source),
            base_uri=fetched.base_uri,
            resources=resources,
            problems=self.problems,
            wanted=self.wanted,
            variables=self.variables,
        )
        return replace(document, reach=self.reach(root_uri))

    def bound(self, uri: str, fetched: Fetched, source: Source) -> None:
        """Note how near the references of a document may lead, its own origin aside."""
        typed = source.url if isinstance(source, UrlSource) else ""
        own = frozenset(found for url in (typed, fetched.base_uri or "") if (found := origin(url)) is not None)
        self.bounds[uri] = Bounds(reach=fetched.reach, exempt=own)

    def reach(self, root_uri: str) -> Reach | None:
        """Return what bounds the servers that are named: any part may name one. A local document's are not bound."""
        if self.bounds[root_uri].reach is None:
            return None
        return farthest(*(bounds.reach for bounds in self.bounds.values()))

    async def named(self, source: Source, progress: Progress | None = None) -> Fetched:
        """Return what the operator named, as it was brought, or else fetched."""
        brought = self.brought.get(source)
        if brought is None:
            return await self.fetched(source, progress)
        self.arrived(source, brought)
        return brought

    async def fetched(
        self,
        source: Source,
        progress: Progress | None = None,
        *,
        within_origin: bool = False,
        bounds: Bounds | None = None,
    ) -> Fetched:
        try:
            fetched = await fetch(source, progress, within_origin=within_origin, trust=self.trust, bounds=bounds)
        except SourceError:
            self.arrived(source, None)
            raise
        self.arrived(source, fetched)
        return fetched

    def overlaid(self, root: JsonValue, overlay: JsonValue, where: str) -> JsonValue:
        from openapi_mcp.loader.overlay import apply_overlay

        root, problems = apply_overlay(root, overlay, where=where)
        self.problems += problems
        return root

    def root_uri(self, fetched: Fetched, root: JsonValue) -> str:
        """Return what relative references in the root go by: where it was retrieved, not what it calls itself.

        OAS 3.2's `$self` would move them, and so what is fetched, to where the document likes.
        """
        if fetched.base_uri is not None:
            return fetched.base_uri
        return Path(self.source.path).resolve().as_uri() if isinstance(self.source, FileSource) else ""

    async def gather(self, root: JsonValue, root_uri: str) -> None:
        """Fetch what references name, and what references there name, until nothing is missing."""
        waiting = [(*uris, root_uri) for uris in outside_uris(root, root_uri)]
        named = {(uri, meant) for uri, meant, _ in waiting}
        tried = {root_uri, ""}
        declared = set(declared_uris(root, root_uri))
        while waiting:
            uri, meant, holder = waiting.pop()
            if uri in tried or uri in declared or meant in declared:
                continue
            tried.add(uri)
            if len(tried) > _MAX_FILES:
                self.warn(uri, f"more than {_MAX_FILES} files are referred to", "bundle the description into one file")
                return
            value = await self.part(uri, root_uri, holder)
            if value is not None:
                self.roots[uri] = value
                found = [(*uris, uri) for uris in outside_uris(value, uri)]
                waiting += found
                named.update((inner, other) for inner, other, _ in found)
                declared.update(declared_uris(value, uri))
        # Some are met before the schema that bears the name.
        unknown = {_shown(uri) for uri, meant in named if uri not in declared and meant not in declared}
        known = {_shown(uri) for uri, _ in named} - unknown
        self.problems = [problem for problem in self.problems if problem.pointer not in known]

    async def part(self, uri: str, root_uri: str, holder: str) -> JsonValue:
        """Return one document that another one, `holder`, refers to; None, with a Problem, where it cannot be had."""
        source = self.allowed(uri, root_uri, holder)
        if source is None:
            return None
        try:
            within = not self.allow_remote
            fetched = await self.fetched(source, within_origin=within, bounds=self.bounds_of(holder))
        except SourceError as error:
            self.warn(uri, f"a referenced document cannot be fetched: {error.message}", "correct the $ref")
            return None
        self.bound(uri, fetched, source)
        try:
            data = unpacked(fetched.data, str(source))
            self.received += len(data)
            value = self.parsed(data, uri) if self.received <= MAX_BYTES else None
        except (SourceError, DocumentError) as error:
            self.arrived(source, None)
            self.warn(uri, f"a referenced document cannot be read: {error.message}", error.hint or "correct it")
            return None
        if self.received > MAX_BYTES:
            raise SourceError(
                f"the document and its parts are larger than {MAX_BYTES // 1_000_000} MB",
                where=str(self.source),
                hint="serve a part of it",
            )
        return value

    def bounds_of(self, holder: str) -> Bounds | None:
        """Return how near a reference of a document may lead; None where that document is a local one."""
        return found if (found := self.bounds[holder]).reach is not None else None

    def cut(self, data: bytes, where: str, uri: str) -> JsonValue:
        """Parse a document; what is nested too deeply in it costs the operations that use it."""
        places: list[str] = []
        twice: list[str] = []
        value = parse(data, where=where, cut=places, twice=twice)
        if twice:
            shown = ", ".join(one_line(repr(key), 60) for key in list(dict.fromkeys(twice))[:_SHOWN_KEYS])
            self.warn(uri or "#", f"{TWICE}: {shown}", "openapi-mcp check says where")
        for place in dict.fromkeys("/".join(place.split("/")[:_SHOWN_TOKENS]) for place in places):
            self.problems.append(
                Problem(
                    severity=Severity.WARNING,
                    pointer=f"{_shown(uri)}{place}",
                    message=f"something here is nested deeper than {MAX_DEPTH} levels, and cut there",
                    hint="flatten it",
                )
            )
        return value

    def parsed(self, data: bytes, uri: str) -> JsonValue:
        if unquote(urlsplit(uri).path).lower().endswith((".md", ".txt", ".html")):
            return data.decode("utf-8", "replace")
        return self.cut(data, redact_url(uri), uri)

    def allowed(self, uri: str, root_uri: str, holder: str) -> Source | None:
        """Return a source for a URI that may be fetched; only what is itself a file leads to files."""
        if origin(uri) is not None:
            same = isinstance(self.source, UrlSource) and origin(uri) in (origin(self.source.url), origin(root_uri))
            if same or self.allow_remote:
                return UrlSource(url=uri)
            self.warn(uri, "a reference to another origin is not followed", "allow it with --allow-remote-refs")
            return None
        if isinstance(self.source, FileSource) and uri.startswith("file:") and holder.startswith("file:"):
            return self.file_below(uri)
        self.warn(uri, "a reference that leads nowhere from here is not followed", "bundle the description")
        return None

    def file_below(self, uri: str) -> FileSource | None:
        """Return a file below the document's own folder, after resolving links."""
        folder = Path(self.source.path).resolve().parent if isinstance(self.source, FileSource) else Path()
        try:
            path = Path(url2pathname(urlsplit(uri).path)).resolve()
        except (ValueError, OSError):
            path = Path("/")
        if path.is_relative_to(folder) and path != folder:
            return FileSource(path=path)
        self.warn(uri, "a reference to a file outside the document's folder is not followed", "move the file below it")
        return None

    def warn(self, uri: str, message: str, hint: str) -> None:
        self.problems.append(Problem(severity=Severity.WARNING, pointer=_shown(uri), message=message, hint=hint))


def _shown(uri: str) -> str:
    return one_line(redact_url(uri), 300)


def unpacked(data: bytes, where: str) -> bytes:
    """Return a document's bytes, decompressed where they are a gzip file.

    Raises:
        SourceError: larger than 64 MB unpacked.
        DocumentError: a damaged gzip file.
    """
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as file:
            plain = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DocumentError(f"the gzip file is damaged: {error}", where=where, hint="fetch it again") from None
    check_size(len(plain), where)
    return plain

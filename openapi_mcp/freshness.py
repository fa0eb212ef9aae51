"""Whether a document is still the one that is served: what it was read from, whether that has changed since."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from openapi_mcp.config import Config, CredentialLayer
from openapi_mcp.front import state
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import FileSource, Source, UrlSource, parse_source
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.document import Document
from openapi_mcp.model.part import Part, digest
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.trusted import trust_for

if TYPE_CHECKING:
    from openapi_mcp.loader.fetch import Fetched

_TICK = 20_000_000  # ns; a file written so shortly before it was read may be written again without a newer mtime

_OF_DOCUMENT = (
    "spec", "spec_command", "overlays", "workflows", "server_variables", "allow_remote_refs", "methods", "allow",
    "include", "exclude", "client_cert", "client_key", "ca_bundle", "insecure",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Parts:
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


def _plain_uri(source: Source) -> str | None:
    """Return the URI of what a reference led to, None where it may hold a secret."""
    match source:
        case UrlSource() if redact_url(source.url) == source.url:
            return source.url
        case FileSource():
            return source.path.as_uri()
    return None


def referred_to(config: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the variables, and the files, that credentials refer to."""
    certificates = (config.client_cert, config.client_key, config.ca_bundle)
    values = [value for layer in config.credentials for value in _written(layer)]
    files = (*(value[5:] for value in values if value.startswith("file:")), *filter(None, certificates))
    variables = tuple(value[4:] for value in values if value.startswith("env:"))
    return variables, tuple(os.path.expanduser(path) for path in files)


def _written(layer: CredentialLayer) -> tuple[str, ...]:
    """Return a layer's values as they were written, references among them."""
    secret = layer.client_secret
    plain = (layer.bearer, layer.token, layer.basic, layer.api_key, layer.client_id, secret, *layer.auth.values())
    return (*filter(None, plain), *(line.partition(":")[2].strip() for line in layer.header))


def asks_the_same(before: Config, now: Config) -> bool:
    """True where both want the same document, and the same operations of it."""
    return all(getattr(before, name) == getattr(now, name) for name in _OF_DOCUMENT)


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
        trust=trust_for(config, source),
        bounds=Bounds(reach=document.reach, exempt=own) if document.reach is not None else None,
        brought=brought,
    )

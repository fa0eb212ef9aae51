"""The Arazzo descriptions that an operator named: fetched and read, with the places that their sources come to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, SourceError
from openapi_mcp.freshness import Parts
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.loader.source import FileSource, Source, StdinSource, UrlSource, parse_source
from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.text import one_line
from openapi_mcp.tls import Trust
from openapi_mcp.trusted import trust_of

if TYPE_CHECKING:
    from openapi_mcp.loader.fetch import Fetched
    from openapi_mcp.loader.load import Arrived
    from openapi_mcp.workflow.together import Placed

_MOST_KEYS = 5  # that stand twice, and are named


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
    parts, trust = Parts(named=len(config.workflows)), trust_of(config)
    placed = [await fetch_workflows(parse_source(one), parts.arrived, trust, {}) for one in config.workflows]
    return Workflows(placed=tuple(placed), freshness=parts.freshness())


async def fetch_workflows(
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
    from openapi_mcp.workflow.unused_inputs import unused_inputs

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
    twice: list[str] = []
    root = parse(fetched.data, where=str(source), twice=twice)
    document = read(root, where=str(source))
    beside = (*([_lost(fetched.data, str(source))] if twice else []), *unused_inputs(root, document))
    document = replace(document, problems=(*document.problems, *beside))
    places = {each.name: place_of(source, each.url) for each in document.sources}
    return Placed(document=document, where=_shown_uri(source), place=place_of(source), places=places)


def _lost(data: bytes, where: str) -> Problem:
    """Return what is said of keys that stand twice, with the lines of the first: an earlier value is lost unseen."""
    from openapi_mcp.loader.load import TWICE
    from openapi_mcp.loader.locate import locate

    found = locate(data, (), where=where).duplicates
    keys = [f"{one_line(each.pointer.rpartition('/')[2], 60)!r} (line {each.place.line})" for each in found]
    shown = keys[:_MOST_KEYS] + ([f"and {len(keys) - _MOST_KEYS} more"] if len(keys) > _MOST_KEYS else [])
    message = f"{TWICE}: {', '.join(shown)}"
    return Problem(severity=Severity.WARNING, pointer="#", message=message, hint="keep one of them")


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

"""Whether a document is still as it was read: each part is asked for, and what is the same is not sent again."""

from collections.abc import Sequence
from dataclasses import replace

import anyio

from openapi_mcp.errors import SourceError
from openapi_mcp.loader.fetch import DEADLINE, fetch
from openapi_mcp.loader.source import Source, parse_source
from openapi_mcp.model.part import Part, digest


async def unchanged(
    parts: Sequence[Part], named: Sequence[Source], *, allow_remote_refs: bool = False
) -> tuple[Part, ...] | None:
    """Return the parts, with the validators that they have now; None where one has changed, or cannot be asked for.

    `named` is what the operator named: the document, then its overlays.

    Raises:
        SourceError: one of those cannot be fetched.
    """
    sources = iter(named)
    found: list[Part] = []
    with anyio.move_on_after(DEADLINE):
        for part in parts:
            again = await (_named(part, next(sources)) if part.uri == "" else _referred(part, allow_remote_refs))
            if again is None:
                return None
            found.append(again)
        return tuple(found) or None
    return None


async def _named(part: Part, source: Source) -> Part | None:
    return await _same(part, source, within_origin=False)


async def _referred(part: Part, allow_remote_refs: bool) -> Part | None:
    """Return a part that a reference led to; one that could not be had is the same while it cannot be had."""
    if part.uri is None:
        return None
    try:
        return await _same(part, parse_source(part.uri), within_origin=not allow_remote_refs)
    except SourceError:
        return part if part.digest is None else None


async def _same(part: Part, source: Source, *, within_origin: bool) -> Part | None:
    fetched = await fetch(source, within_origin=within_origin, known=part.validators)
    if fetched.is_unchanged:
        return part
    return replace(part, validators=fetched.validators) if digest(fetched.data) == part.digest else None

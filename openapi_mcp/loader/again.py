"""Whether a document is still as it was read: each part is asked for, and what is the same is not sent again."""

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import anyio

from openapi_mcp.errors import SourceError
from openapi_mcp.loader.fetch import DEADLINE, Fetched, fetch
from openapi_mcp.loader.source import Source, parse_source
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.part import Part, digest
from openapi_mcp.tls import Trust

_Ask = partial[Coroutine[Any, Any, Fetched]]


async def unchanged(
    parts: Sequence[Part],
    named: Sequence[Source],
    *,
    allow_remote_refs: bool = False,
    trust: Trust | None = None,
    bounds: Bounds | None = None,
    brought: dict[Source, Fetched] | None = None,
) -> tuple[Part, ...] | None:
    """Return the parts, with the validators that they have now; None where one has changed, or cannot be asked for.

    `named` is what the operator named: the document, then its overlays; `bounds` are for what references led to. What
    came of those named in full is put into `brought`: whoever reads the new document need not ask for it once more.

    Raises:
        SourceError: one of those cannot be fetched.
    """
    sources = iter(named)
    referred = partial(fetch, within_origin=not allow_remote_refs, trust=trust, bounds=bounds)
    found: list[Part] = []
    with anyio.move_on_after(DEADLINE):
        for part in parts:
            if part.uri == "":
                again = await _same(part, next(sources), partial(fetch, trust=trust), brought)
            else:
                again = await _referred(part, referred)
            if again is None:
                return None
            found.append(again)
        return tuple(found) or None
    return None


async def _referred(part: Part, ask: _Ask) -> Part | None:
    """Return a part that a reference led to; one that could not be had is the same while it cannot be had."""
    if part.uri is None:
        return None
    try:
        return await _same(part, parse_source(part.uri), ask)
    except SourceError:
        return part if part.digest is None else None


async def _same(part: Part, source: Source, ask: _Ask, brought: dict[Source, Fetched] | None = None) -> Part | None:
    fetched = await ask(source, known=part.validators)
    if fetched.is_unchanged:
        return part
    if brought is not None:
        brought[source] = fetched
    return replace(part, validators=fetched.validators) if digest(fetched.data) == part.digest else None

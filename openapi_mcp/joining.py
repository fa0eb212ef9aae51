"""Several APIs opened: each joins the list once it can be served.

One that cannot be does not stop the others: it is reported, and tried again.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.app import App
from openapi_mcp.arazzo import load_workflows
from openapi_mcp.combined import Combined
from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.front import is_fresh, open_catalogue
from openapi_mcp.generator.listing import said_mode
from openapi_mcp.generator.stored import Stored, read_catalogue
from openapi_mcp.member import Member, path_of, ready
from openapi_mcp.opening import open_app
from openapi_mcp.progress import Notice
from openapi_mcp.renewal import check_again, is_checked_later, renew
from openapi_mcp.said_of import naming, say_missing, say_of
from openapi_mcp.servable import require_extras
from openapi_mcp.serving import Serves
from openapi_mcp.several import Several

if TYPE_CHECKING:
    from openapi_mcp.shared.link import Link

PATIENCE = 10.0  # seconds that the first list waits for a document, once another one is there
_FIRST_PAUSE = 5.0  # seconds until one that cannot be served is tried again; then twice as many each time
_LONGEST_PAUSE = 300.0


@asynccontextmanager
async def open_several(
    config: Config,
    notice: Notice,
    environ: Mapping[str, str] = os.environ,
    *,
    path: Path | None = None,
    warm: bool = False,
    can_change: bool = False,
    link: "Link | None" = None,
    agrees: bool = False,
) -> AsyncIterator[Several]:
    """Yield what serves the calls of several APIs, once one of them can be; the others come when they can.

    The catalogue of each is kept beside `path`, and serves where a document cannot; `warm`, it also serves until its
    document has been looked at. `can_change` says that other settings may come. By the `link` replicas share,
    and the lists too where it `agrees`.

    Raises:
        OpenapiMcpError: none of them can be served; the first one's error, the others are told.
        ConfigError: an extra that the configuration needs is not installed.
    """
    require_extras(config)
    tools = Combined(
        [Member(api, path_of(api.name, path)) for api in config.apis],
        config.listing,
        semantic=config.semantic,
        workflows=await load_workflows(config),
        client=config.client,
        output_schemas=config.output_schemas,
    )
    several = Several(tools, link=link, agrees=agrees)
    error: OpenapiMcpError | None = None
    async with anyio.create_task_group() as group:
        for member in several.members:
            stored = _fresh(member.path, environ) if warm else None
            group.start_soon(_keep_open, several, member, notice, environ, stored)
        try:
            await ready(several.members, PATIENCE)
            _require_one(several.members, notice)
            several.is_begun = True
            several.on_change.append(_mode_teller(several, notice))
            several.can_change = can_change or path is not None or any(map(_may_change, several.members))
            yield several
        except OpenapiMcpError as raised:
            error = raised
        group.cancel_scope.cancel()
    if error is not None:  # outside, where no group of exceptions is made of it
        raise error


def _require_one(members: Sequence[Member], notice: Notice) -> None:
    """Say which APIs are not there; raise what the first one ended with where none is."""
    for member in members[0 if any(member.app for member in members) else 1 :]:
        if member.app is None:
            say_missing(member, notice)
    if not any(member.app for member in members) and (error := members[0].error) is not None:
        with naming(members[0].config):
            raise error


def _may_change(member: Member) -> bool:
    """True where another list may arrive: there is none yet, only one that was kept, or its document is watched."""
    is_watched = member.config.watch or member.config.refresh is not None
    return is_watched or member.app is None or member.app.stored is not None


def _fresh(path: Path | None, environ: Mapping[str, str]) -> Stored | None:
    """Return a catalogue whose files, and what its credentials refer to, are as they were; None where it is not."""
    kept = open_catalogue(str(path), path.stem) if path is not None else None
    stored = read_catalogue(kept) if kept is not None and is_fresh(kept.header, environ) else None
    if stored is None and kept is not None:
        kept.file.close()
    return stored


async def _keep_open(
    several: Several, member: Member, notice: Notice, environ: Mapping[str, str], stored: Stored | None
) -> None:
    """Serve one API until cancelled; while that fails, try again, each time after twice as long."""
    say, pauses = partial(say_of, member.name, notice), _pauses()
    while True:
        config, renewed = member.config, member.renewed
        try:
            opening = open_app(
                config,
                say,
                environ,
                stored,
                last_good=member.path,
                can_change=True,
                aside=True,
                link=several.link,
                agrees=several.agrees,
            )
            async with opening as app:
                member.arrived(app)
                if member.config is not config:  # which came while it was opened
                    await renew(app, member.config, say, environ)
                app.on_change.append(several.announce)
                if several.is_begun:
                    notice(f"the API {member.name!r} is served now: {len(app.toolset.tools)} tools")
                    await several.announce()
                await _look_again(app, say, environ)
        except OpenapiMcpError as error:
            if member.failed(error) and several.is_begun:
                say_missing(member, notice)
        stored = None
        with anyio.move_on_after(next(pauses)):
            await renewed.wait()


async def _look_again(app: App, say: Notice, environ: Mapping[str, str]) -> None:
    """Look until cancelled for the document of an app that began from its catalogue, until it can be had."""
    pauses, is_due = _pauses(), app.stored is not None and is_checked_later(app.config)
    while is_due or app.trouble:
        if app.trouble:
            await anyio.sleep(next(pauses))
        if await check_again(app, say, environ) is not None:
            say(f"the document has changed: {len(app.toolset.tools)} tools now")
        is_due = False
    await anyio.sleep_forever()


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)


def _mode_teller(app: Serves, notice: Callable[[str], None]) -> Callable[[], Awaitable[None]]:
    """Return what says, when a list has changed, that its mode has, with the reason."""
    mode = app.toolset.mode

    async def tell() -> None:
        nonlocal mode
        if app.toolset.mode != mode:
            mode = app.toolset.mode
            notice(f"the list has changed: {said_mode(mode, app.toolset.why)}")

    return tell

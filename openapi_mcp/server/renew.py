"""New settings while the server runs: after SIGHUP, when the config file has changed, when a tool was switched."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import anyio.to_thread

from openapi_mcp.app import App
from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.front import HANGUPS, Handover, switches_state
from openapi_mcp.progress import Notice
from openapi_mcp.renewal import renew
from openapi_mcp.said_of import say_of
from openapi_mcp.server.beside import Keeping, Looking
from openapi_mcp.server.signals import hangups
from openapi_mcp.server.switching import Switching
from openapi_mcp.serving import Serves
from openapi_mcp.shared.link import Link

if TYPE_CHECKING:
    from openapi_mcp.several import Several

_LOOK = 1.0  # seconds between two looks at the config file, and at what is switched off
_FIXED = {
    **{name: name for name in (
        "host", "port", "path", "public_url", "endpoint_token", "allow_unauthenticated", "forward", "forward_optional",
        "oauth_issuer", "oauth_audience", "oauth_jwks", "records", "no_records", "record_arguments", "keep",
        "dashboard", "cache_dir", "no_catalogue", "background_after", "background_timeout", "log_level", "log_format",
        "access_log", "otel", "drain", "metrics_host", "metrics_port", "redis", "shared_key", "quiet",
    )},
    "allowed_hosts": "allowed_host", "allowed_origins": "allowed_origin", "oauth_scopes": "oauth_scope",
}  # fmt: skip
_APIS = "the set of APIs"


class Settings(Protocol):
    """Where settings are read from: cli/start.py."""

    def has_changed(self) -> bool:
        """True where the config file is not in the state in which it was read last, and no more being written."""

    def read(self) -> Config:
        """Read flags, environment and file again."""

    def path(self, config: Config) -> Path | None:
        """Return where the list is kept that the settings of now make."""


Renew = Callable[[Any, Config], Awaitable[Sequence[OpenapiMcpError]]]
"""Goes on with other settings; returns why something stays as it was."""


@dataclass(slots=True, kw_only=True)
class Renewing:
    """Goes on with new settings as soon as there are any; calls in flight end on the old ones.

    `config` are those of now, and `switches` is the state of what is switched off that they were served with. Where
    new ones cannot be had, the old ones stay, and `fail` says why.
    """

    config: Config
    settings: Settings
    renew: Renew
    keeper: Keeping
    watch: Looking
    notice: Notice
    fail: Callable[[OpenapiMcpError], None]
    switches: Sequence[object]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _asked: anyio.Event = field(init=False, default_factory=anyio.Event)
    switching: Switching | None = None
    _said: str = field(init=False, default="")
    _reads: bool = field(init=False, default=False)

    async def run(self, app: Serves) -> None:
        """Bring what is new until cancelled."""
        async with anyio.create_task_group() as group:
            group.start_soon(self.watch.run, app)
            group.start_soon(self._work, app)
            group.start_soon(self._look)
            group.start_soon(self._hear)

    async def _hear(self) -> None:
        async with hangups() as arriving:
            if HANGUPS:
                self._ask(reads=True)
            async for _ in arriving:
                self._ask(reads=True)

    async def _look(self) -> None:
        while True:
            if self.switching is not None:
                await self._switch_with_others(self.switching)
            await anyio.sleep(_LOOK)
            if self.config.watch_config and self.settings.has_changed():
                self._ask(reads=True)
            now = switches_state(self.environ)
            if now != list(self.switches):
                self.switches = now
                self._ask(reads=False)

    async def _switch_with_others(self, switching: Switching) -> None:
        try:
            await switching.look()
        except OpenapiMcpError as error:
            if error.message != self._said:
                self._said = error.message
                self.notice(f"warning: what is switched off here is not shared: {error.message} ({error.where})")

    def _ask(self, *, reads: bool) -> None:
        self._reads = self._reads or reads
        self._asked.set()

    async def _work(self, app: Serves) -> None:
        while True:
            await self._asked.wait()
            reads, self._reads = self._reads, False
            self._asked = anyio.Event()  # what is asked for meanwhile is done after this
            try:
                await (self._read(app) if reads else self._switched(app))
            except OpenapiMcpError as error:
                self._failed(error)

    async def _read(self, app: Serves) -> None:
        path = self.settings.path(self.config)  # before the file is read: what is newer then, is of no older key
        wanted = await anyio.to_thread.run_sync(self.settings.read, abandon_on_cancel=True)  # it may take its time
        config, fixed = for_now(self.config, wanted)
        if fixed:
            self.notice(f"warning: {', '.join(fixed)} {'is' if len(fixed) == 1 else 'are'} new only after a restart")
        self.keeper.moved(path)
        if await self._goes_on(app, config):
            where = f"settings read again from {config.file}"
            alone = "there is no config file; credentials are read again"
            self.notice(f"{where if config.file is not None else alone}: {len(app.toolset.tools)} tools now")
            await self.keeper.again(app)

    async def _switched(self, app: Serves) -> None:
        before = app.toolset.by_name.keys()
        if await self._goes_on(app, self.config):
            if app.toolset.by_name.keys() != before:  # else it was about another API, or nobody can tell
                self.notice(f"tools were switched: {len(app.toolset.tools)} tools now")
            await self.keeper.again(app)

    async def _goes_on(self, app: Serves, config: Config) -> bool:
        """Go on with these settings; return whether all of it does."""
        errors = await self.renew(app, config)
        for error in errors:
            self._failed(error)
        if errors:
            self.keeper.moved(None)  # what is served now is of two states
            return False
        self.config = config
        return True

    def _failed(self, error: OpenapiMcpError) -> None:
        self.fail(OpenapiMcpError(f"the old settings stay: {error.message}", where=error.where, hint=error.hint))


def renewing(
    config: Config,
    settings: Settings,
    keeper: Keeping,
    watch: Looking,
    notice: Notice,
    fail: Callable[[OpenapiMcpError], None],
    handover: Handover | None = None,
    link: Link | None = None,
) -> Renewing:
    """Return what renews one API, or several; `handover` is the conversation that began from a kept list.

    By the `link` replicas switch tools together.
    """
    switches = handover.kept.header["switches"] if handover is not None else switches_state(os.environ)
    return Renewing(
        config=config,
        settings=settings,
        renew=partial(_renew_all if config.apis else _renew_one, notice),
        keeper=keeper,
        watch=watch,
        notice=notice,
        fail=fail,
        switches=switches,
        switching=Switching(link=link) if link is not None else None,
    )


async def _renew_one(notice: Notice, app: App, config: Config) -> Sequence[OpenapiMcpError]:
    try:
        await renew(app, config, notice)
    except OpenapiMcpError as error:
        return [error]
    return []


async def _renew_all(notice: Notice, several: "Several", config: Config) -> Sequence[OpenapiMcpError]:
    """Go on with this configuration, each API with its own; return why some stay as they were, each with its name."""
    from openapi_mcp.said_of import naming  # a server of one API starts without it

    errors = []
    own = {api.name: api for api in config.apis}
    for member in several.members:
        wanted = own.get(member.name, member.config)
        try:
            if member.app is not None:
                with naming(wanted):
                    await renew(member.app, wanted, partial(say_of, member.name, notice))
            member.take(wanted)
        except OpenapiMcpError as error:
            errors.append(error)
    before = several.toolset
    several.tools.offer(config.listing, semantic=config.semantic)
    if several.toolset is not before:
        await several.announce()
    return errors


def for_now(before: Config, wanted: Config) -> tuple[Config, tuple[str, ...]]:
    """Return what is wanted, as far as a running server can have it, and what is new only after a restart."""
    if bool(before.apis) != bool(wanted.apis):
        return before, (_APIS,)
    config, fixed = _with_fixed(before, wanted)
    own = {api.name: api for api in wanted.apis}
    apis = []
    for api in before.apis:
        kept, more = _with_fixed(api, own.get(api.name, api))
        apis.append(kept)
        fixed |= more
    if apis and config.workflows != before.workflows:
        config = replace(config, workflows=before.workflows)
        fixed["--workflow"] = None
    if own.keys() != {api.name for api in before.apis}:
        fixed[_APIS] = None
    return replace(config, apis=tuple(apis)), tuple(fixed)


def _with_fixed(before: Config, wanted: Config) -> tuple[Config, dict[str, None]]:
    stays = {name: getattr(before, name) for name in _FIXED if getattr(before, name) != getattr(wanted, name)}
    return replace(wanted, **stays), {_FIXED[name]: None for name in stays}

"""One of several APIs in one server: served, or why it is not."""

from collections.abc import Sequence
from pathlib import Path

import anyio

from openapi_mcp.app import App
from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.model.tool import Toolset


class Member:
    """One of several APIs: its `app` once it is served, else the `error` that it ended with last.

    `path` is where its catalogue is kept.
    """

    def __init__(self, config: Config, path: Path | None = None) -> None:
        self.config = config
        self.path = path
        self.app: App | None = None
        self.error: OpenapiMcpError | None = None
        self.settled = anyio.Event()
        self.renewed = anyio.Event()
        self._opened = anyio.Event()

    @property
    def name(self) -> str:
        """What its tools' names begin with."""
        return self.config.name

    @property
    def toolset(self) -> Toolset | None:
        """Its tools, None while it is not served."""
        return self.app.toolset if self.app is not None else None

    def owns(self, tool: str) -> bool:
        """True for the name of a tool of its own: no other API has tools that begin so (apis.py)."""
        return tool.startswith(f"{self.name}_")

    def arrived(self, app: App) -> None:
        """Note that it is served from now on."""
        self.app, self.error = app, None
        self.settled.set()
        self._opened.set()

    def take(self, config: Config) -> None:
        """Note what the operator wants now; where it is not served, that is tried at once."""
        self.config = config
        self.renewed.set()
        self.renewed = anyio.Event()

    def failed(self, error: OpenapiMcpError) -> bool:
        """Note why it cannot be served; return whether that is news."""
        known, self.error = self.error, error
        self.settled.set()
        return known is None or (known.message, known.where) != (error.message, error.where)

    async def opened(self) -> App:
        """Return its app, as soon as it is served."""
        await self._opened.wait()
        assert self.app is not None  # noqa: S101  `arrived` has set both
        return self.app


def path_of(name: str, path: Path | None) -> Path | None:
    """Return where the catalogue of one of several APIs is kept, beside the list of all."""
    return path.with_name(f"{path.stem}-{name}{path.suffix}") if path is not None else None


async def ready(members: Sequence[Member], patience: float) -> None:
    """Wait until every API is served or has failed; once one is served, the others have `patience` seconds."""
    done = anyio.Event()

    async def settled() -> None:
        for member in members:
            await member.settled.wait()
        done.set()

    async def first_served(member: Member) -> None:
        await member.opened()
        await anyio.sleep(patience)
        done.set()

    async with anyio.create_task_group() as group:
        group.start_soon(settled)
        for member in members:
            group.start_soon(first_served, member)
        await done.wait()
        group.cancel_scope.cancel()

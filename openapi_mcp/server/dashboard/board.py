"""What the dashboard shows: the records, and what is served where something is."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.call import Failure
from openapi_mcp.model.tool import Tool
from openapi_mcp.records.store import Store
from openapi_mcp.server.dashboard.inventory import Inventory
from openapi_mcp.server.dashboard.reading import Reader
from openapi_mcp.serving import Serves


class Switches(Protocol):
    """Turns tools on and off, for every server of this user: switches.py."""

    def off(self, api: str) -> Mapping[str, str]:
        """Return the operations of the tools of an API that are off, by the tools' names."""

    def switch(self, api: str, tool: str, on: bool, *, operation: str = "") -> None:
        """Switch a tool on or off, and its operation under whatever name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the pages are made of. `app` is None where only records are shown.

    `open_records` opens a store, None where no calls are recorded; `records` asks it, away from the event loop.
    `recorder` writes records of what is called from here, `switches` turns tools on and off; both None where nothing
    is served. `missing` says, by the name of an API, why no call of it can be made from here. `now` is in seconds since
    1970.
    """

    app: Serves | None = None
    open_records: Callable[[], Store] | None = None
    recorder: Any = None
    switches: Switches | None = None
    missing: Mapping[str, Failure] = field(default_factory=dict)
    now: Callable[[], float] = time.time
    records: Reader | None = field(init=False)
    inventory: Inventory | None = field(init=False)

    def __post_init__(self) -> None:
        reader = Reader(self.open_records) if self.open_records is not None else None
        object.__setattr__(self, "records", reader)
        object.__setattr__(self, "inventory", Inventory(self.app) if self.app is not None else None)

    def off(self, api: str) -> Mapping[str, str]:
        """Return the operations of the tools of an API that are switched off, by the tools' names.

        None where the list of them is damaged: then the servers say so, and all tools stay as they were.
        """
        try:
            return self.switches.off(api) if self.switches is not None else {}
        except ConfigError:
            return {}

    def is_off(self, tool: Tool) -> bool:
        """True where a tool that is served now is switched off, be it under another name."""
        off = self.off(self.app.identity_of(tool.name)) if self.app is not None else {}
        return tool.name in off or tool.operation.signature in off.values()

    def close(self) -> None:
        """Let go of the records."""
        if self.records is not None:
            self.records.close()

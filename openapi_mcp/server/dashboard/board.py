"""What the dashboard shows: the records, and what is served where something is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.records.store import Store
from openapi_mcp.server.dashboard.reading import Reader
from openapi_mcp.serving import Serves


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the pages are made of. `app` is None where only records are shown.

    `open_records` opens a store, None where no calls are recorded; `records` asks it, away from the event loop.
    `recorder` writes records of what is called from here, `switches` turns tools on and off; both None where nothing
    is served. `now` is in seconds since 1970.
    """

    app: Serves | None = None
    open_records: Callable[[], Store] | None = None
    recorder: Any = None
    switches: Any = None
    now: Callable[[], float] = time.time
    records: Reader | None = field(init=False)

    def __post_init__(self) -> None:
        reader = Reader(self.open_records) if self.open_records is not None else None
        object.__setattr__(self, "records", reader)

    def close(self) -> None:
        """Let go of the records."""
        if self.records is not None:
            self.records.close()

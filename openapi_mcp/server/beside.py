"""What a server does beside answering, as stdio.py and http.py see it: for one API, or for several."""

from pathlib import Path
from typing import Any, Protocol

import anyio


class Looking(Protocol):
    """Brings new documents while it runs (watch.py), and new settings (renew.py)."""

    async def run(self, app: Any) -> None:
        """Look until cancelled."""


class Keeping(Protocol):
    """Keeps what is served for the next start: keep.py."""

    async def again(self, app: Any) -> None:
        """Write it once more, as something else is served."""

    def moved(self, path: Path | None) -> None:
        """Keep it there from now on."""

    async def keep(self, app: Any) -> None:
        """Write it."""


class Doing(Protocol):
    """Work for after the first list: behind.py."""

    def is_writing(self, app: Any) -> bool:
        """True where the first list is kept for the next start."""

    async def run(self, app: Any, listed: anyio.Event) -> None:
        """Do it; the client has its list once `listed` is set."""

"""Links to a Redis of our own, as replicas have them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from openapi_mcp.shared.link import Link
from openapi_mcp.shared.seal import Seal

KEY = "a key that all the replicas have, and nobody else"


@dataclass(slots=True)
class Links:
    """Links to one Redis, and what they have said."""

    url: str
    said: list[str] = field(default_factory=list)
    open: list[Link] = field(default_factory=list)

    def link(self, key: str = KEY, *, url: str = "") -> Link:
        """Return another one, as a further replica has it."""
        made = Link(url or self.url, Seal(key), self.said.append)
        self.open.append(made)
        return made


@asynccontextmanager
async def links(url: str) -> AsyncIterator[Links]:
    """Yield what makes links, all of which are closed at the end."""
    made = Links(url)
    try:
        yield made
    finally:
        for link in made.open:
            await link.aclose()


def at_once(link: Link) -> None:
    """Let a link that lost Redis ask it again without its pause."""
    link._not_before = 0.0


def cut(link: Link) -> None:
    """Let a link think that Redis is away, until `at_once`."""
    link._is_lost = True
    link._not_before = float("inf")

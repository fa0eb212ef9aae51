"""The names under which replicas share what is of one API."""

from dataclasses import dataclass

from openapi_mcp.shared.link import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """What is shared about the API of this `identity`, by the `link`; two APIs never meet in a key."""

    link: Link
    identity: str

    def key(self, kind: str, *parts: str) -> str:
        """Return the key of what is kept of a kind, about these parts, which are not told by it.

        ("turns", "getOrder") -> "openapi-mcp:3f2a9c41:turns:5d2f..."
        """
        return self.link.key(kind, self.link.seal.name(kind, self.identity, *parts))

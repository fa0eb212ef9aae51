"""What is served and how far a call may go."""

from dataclasses import dataclass, field

from openapi_mcp.model.document import Location

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which operations become tools, and how they are listed.

    `include` and `exclude` are patterns: `/path/*`, `tag:NAME`, `op:GLOB`. `hidden` are the parameters that configured
    credentials occupy: (location, name in lower case).
    """

    methods: frozenset[str] = SAFE_METHODS
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: frozenset[tuple[Location, str]] = field(default=frozenset())
    output_schemas: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one call.

    `timeout` is in seconds, for all of it; `max_body` in decompressed bytes read from upstream; `max_response` in
    characters of a result, 0 for no limit.
    """

    timeout: float = 30.0
    max_body: int = 10_000_000
    max_response: int = 25_000

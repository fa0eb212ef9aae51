"""A kept answer, where it belongs, and what was found for a read: the values that every store of answers speaks of."""

from dataclasses import dataclass, field

from openapi_mcp.model.message import Headers

MAX_BYTES = 200_000_000  # of all answers together; the least recently used go first
Mark = tuple[int, int, int]
"""A file (device and number), and how many writes to an origin it has seen."""
NO_FILE: Mark = (0, 0, 0)
Arrivals = tuple[int, int, int]
"""What is another once something is kept of an operation of which nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An answer as it is kept. Times are in seconds since 1970; `age` is how old it was when it came."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    asked: float
    answered: float
    age: float = 0.0
    used: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an answer belongs: `text` tells it apart (`key_text`), the rest is what people and writes find it by.

    `kind` is the operation that it is of.
    """

    text: bytes = field(repr=False)
    origin: str
    path: str
    method: str
    url: str
    caller: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found for a read: a kept answer or none, and in which file, after how many writes to its origin.

    `is_alone` where nothing at all was kept of its operation, after these `arrivals`.
    """

    stored: Stored | None = None
    mark: Mark = NO_FILE
    is_alone: bool = True
    arrivals: Arrivals = NO_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A kept answer for people; `lifetime` as it was when it came."""

    origin: str
    method: str
    url: str
    status: int
    size: int
    caller: str
    answered: float
    age: float
    lifetime: float

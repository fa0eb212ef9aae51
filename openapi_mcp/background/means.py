"""What background calls are given: the means of the server that they go on in, and bounds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from openapi_mcp.background.capacity import Space
from openapi_mcp.heard import Hearing
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a server lends: how calls are run and jobs asked for (neither raises), and who is told of an end.

    `hear` begins to listen to a call that began some seconds ago, `stop` ends an API's own job where that can be
    done, and returns whether it was.
    """

    run: Callable[[Call], Awaitable[Result]]
    follow: Callable[[Call, Job], Awaitable[Result]]
    is_safe: Callable[[Call], bool]
    hear: Callable[[Call, float], Hearing]
    stop: Callable[[Call, Job], Awaitable[bool]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds(Space):
    """How many calls may go on here at once, of one caller and of all; sizes are in bytes, times in seconds.

    `running`: how many of them may be requests that wait for an answer, as each takes one of those that may be under
    way to the API, and `running_of_a_caller` those of one caller; `timeout`: how long such a request may take.
    `lease`: how long a replica may say nothing of a call; `doubt`: how long it may still speak up after that: when
    Redis is there again, each finds that out in a few seconds. `grace`: what calls have to end in when the server does.
    """

    of_a_caller: int = 250
    of_all: int = 1_000
    size_of_a_caller: int = 16_000_000
    size_of_all: int = 64_000_000
    running: int = 50
    running_of_a_caller: int = 50
    timeout: float = 3_600.0
    lease: float = 5.0
    doubt: float = 8.0
    tick: float = 0.5
    grace: float = 5.0

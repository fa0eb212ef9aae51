"""What recovery asks of whoever runs it: an attempt of the call, a lookup, and what tools need and yield."""

from collections.abc import Callable
from dataclasses import dataclass

from openapi_mcp.model.call import Call
from openapi_mcp.model.capability import Capability
from openapi_mcp.model.jsontext import JsonValue

MOST_LOOKUPS = 3
"""Of one call; each is a read."""
MOST_ATTEMPTS = 2
"""Repaired calls that are sent after a refusal, of one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Make this call; answered with what it comes to, or its Failure. `as_it_is`: in spite of soft faults."""

    call: Call
    as_it_is: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Make this call of a tool that reads; answered with what was Found, None where it failed or may not be made."""

    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Learn:
    """Find out what tools need and yield; answered with Learned, which says it of a tool within the caller's rights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MayCall:
    """Ask whether a tool is within the caller's rights; answered with True or False."""

    tool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Let others be served; answered with nothing."""


Learned = Callable[[str], Capability]
"""Returns what the tool of a name needs and yields: nothing where that is not known, or not in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a lookup's answer holds; `next` is the call for its next page.

    `is_whole` is False where there is more than this: a further page, or a part that was cut off.
    """

    value: JsonValue
    next: Call | None = None
    is_whole: bool = True


Step = Attempt | Lookup | Learn | MayCall | Turn

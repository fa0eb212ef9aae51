"""How a result came about: what was sent for it, how often, and what was done beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What was done for one call.

    `request` returns the last request that was sent, or would have been, secrets masked; it works that out when it is
    asked. `status` is the last that was answered, `attempts` counts what was sent for the call itself, lookups not;
    `waited` is in seconds, and so is how long the rate limits `held` it back. `cache` is one of the model's CACHES
    (record.py), "" where it had no part in it. `repairs` and `lookups` are as they are told, `strategies` the names of
    what repaired it. `carried` says of a workflow that was cancelled which of its writes were sent. `redact` masks
    every secret that the call may have come by.
    """

    redact: Redactor
    request: Callable[[], HttpRequest] | None = None
    status: int | None = None
    attempts: int = 0
    waited: float = 0.0
    held: float = 0.0
    cache: str = ""
    repairs: Sequence[Mapping[str, Any]] = ()
    lookups: Sequence[Mapping[str, Any]] = ()
    strategies: Sequence[str] = ()
    carried: str = ""

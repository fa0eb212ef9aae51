"""Work that an API has begun and goes on with after its answer: RFC 9110 section 15.3.3, 202 Accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where an API tells how far its work is; plain JSON, so that another process may go on with it.

    Either `url` is asked with GET (it is of the origin that took the call), or the operation of `tool` is called with
    `arguments`. `wait` are the seconds until then, as the API has asked for; `said` is its own word for how far it is,
    `done` that from 0 to 1 where it tells. `result_url` is where its end says that the result is, "" where it did not.
    """

    url: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] | None = None
    wait: float = 1.0
    said: str = ""
    done: float | None = None
    result_url: str = ""

"""Work that an API has begun and goes on with after its answer: RFC 9110 section 15.3.3, 202 Accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where an API tells how far its work is; plain JSON, so that another process may go on with it.

    Either `url` is asked with GET (it is of the origin that took the call), or the operation of `tool` is called with
    `arguments`. `headers` are those of the call that go along, none of them a credential. `wait` are the seconds until
    then, as the API has asked for; `said` is its own word for how far it is, `done` that from 0 to 1 where it tells.
    `result_url` is where its end says that the result is, "" where it did not.

    `asked` counts the questions, `missed` those in a row that had no answer. `is_seen`: the API has told of it before,
    so that it is over where the API knows it no longer. `is_over`: the work is done, and `url` is its result.
    `is_monitor`: it is asked for where work is told of, not at a thing that has a status of its own.
    """

    url: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 1.0
    said: str = ""
    done: float | None = None
    result_url: str = ""
    asked: int = 0
    missed: int = 0
    is_seen: bool = False
    is_over: bool = False
    is_monitor: bool = False

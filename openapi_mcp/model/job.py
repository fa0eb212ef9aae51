"""Work that an API has begun and goes on with after its answer: RFC 9110 section 15.3.3, 202 Accepted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import redact_url

_LONGEST = 300  # characters of a place that is told


class Phase(StrEnum):
    """How far an API's work is known to be; it goes on from each to the next, and never back."""

    TAKEN = "taken"
    """The API has said that it goes on with it, and has not told of it since: it may not know of it yet."""
    SEEN = "seen"
    """The API has told of it: where it knows of it no longer, it is over."""
    DONE = "done"
    """It is done, and its URL is that of its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where an API tells how far its work is; plain JSON, so that another process may go on with it.

    Either `url` is asked with GET (it is of the origin that took the call), or the operation of `tool` is called with
    `arguments`. `headers` are those of the call that go along, none of them a credential. `wait` are the seconds until
    then, as the API has asked for; `said` is its own word for how far it is, `done` that from 0 to 1 where it tells.
    `result_url` is where its end says that the result is, "" where it did not.

    `asked` counts the questions, `missed` those in a row that had no answer; `phase` is what they have brought.
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
    phase: Phase = Phase.TAKEN
    is_monitor: bool = False

    @property
    def place(self) -> str:
        """Where a person finds the work again: "http://a/jobs/7", or the tool that tells of it, 'job_get {"id": 7}'."""
        if not self.tool:
            return one_line(redact_url(self.url), _LONGEST)
        return one_line(f"{self.tool} {json.dumps(dict(self.arguments or {}), ensure_ascii=False)}", _LONGEST)

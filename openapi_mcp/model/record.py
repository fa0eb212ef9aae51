"""One stored execution of a call: who called what, when, how it went and what it cost; secrets masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

HIT, REVALIDATED, STORED = "hit", "revalidated", "stored"
CACHES = (HIT, REVALIDATED, STORED)
"""What the cache did for a call: answered it, had the API say that its answer is still true, or kept a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One execution. `time` is when it began, in seconds since 1970; `duration` and `waited` are in seconds.

    `api` is the name of one of several APIs, else the document's title. `method`, `path` and `operation_id` are those
    of the operation, empty for a tool of ours. `caller` tells callers apart, and names no secret; "" is the one caller
    of a server that knows none. `arguments` are as they were given, secrets masked; None where they are not recorded:
    then nothing else that may repeat them is there either (`message`, `curl`, `answer`, values of repairs and lookups).
    `kind` is the FailureKind of a failed call, "" of one that succeeded, `message` the failure's. `status` is the
    upstream's last, None where nothing was answered. `cache` is one of CACHES, "" where the cache had no part in it.
    `size` are the bytes of the result as the client got it, `tokens` a quarter of them. `curl` is the last request that
    was sent, or would have been. `answer` is the result's text, shortened. `run` is the id of the run
    of `ask` that made the call, "" where none did. `step_of` is the id of the workflow's call that this one is a step
    of, "" of any other.
    """

    id: str
    time: float
    api: str
    tool: str
    method: str = ""
    path: str = ""
    operation_id: str = ""
    caller: str = ""
    arguments: Mapping[str, Any] | None = None
    status: int | None = None
    kind: str = ""
    message: str = ""
    attempts: int = 0
    waited: float = 0.0
    repairs: Sequence[Mapping[str, Any]] = ()
    lookups: Sequence[Mapping[str, Any]] = ()
    cache: str = ""
    duration: float = 0.0
    size: int = 0
    tokens: int = 0
    curl: str = ""
    answer: str = field(default="", repr=False)
    run: str = ""
    step_of: str = ""

    @property
    def is_error(self) -> bool:
        """True for a call that failed."""
        return bool(self.kind)

    @property
    def operation(self) -> str:
        """The operation as people write it: "GET /orders/{id}", "" for a tool of ours."""
        return f"{self.method} {self.path}" if self.method else ""

    def as_json(self, *, whole: bool = False) -> dict[str, Any]:
        """Return it as `history --json` shows it; the result only where the `whole` is wanted."""
        said = {
            "id": self.id,
            "time": iso_time(self.time),
            "api": self.api,
            "tool": self.tool,
            "operation": self.operation or None,
            "operation_id": self.operation_id or None,
            "caller": self.caller or None,
            "arguments": None if self.arguments is None else dict(self.arguments),
            "status": self.status,
            "kind": self.kind or None,
            "message": self.message or None,
            "attempts": self.attempts,
            "waited_ms": round(self.waited * 1e3, 1),
            "repairs": [dict(each) for each in self.repairs],
            "lookups": [dict(each) for each in self.lookups],
            "cache": self.cache or None,
            "duration_ms": round(self.duration * 1e3, 1),
            "bytes": self.size,
            "tokens": self.tokens,
            "curl": self.curl or None,
            "run": self.run or None,
            "step_of": self.step_of or None,
        }
        return {**said, "result": self.answer or None} if whole else said


def iso_time(seconds: float) -> str:
    """Return a time as RFC 3339 has it, in UTC: 0.5 -> "1970-01-01T00:00:00.500Z"."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

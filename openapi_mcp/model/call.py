"""One tools/call and what comes back from it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openapi_mcp.errors import ExitCode
from openapi_mcp.model.fault import Fault, Looked, Repair, Suggestion, told_place, told_repairs
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.leave import Leave
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.room import Room, brief, shown
from openapi_mcp.model.secret import Lent, Secret
from openapi_mcp.model.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who makes a call, of those who share a server: `id` tells them apart, and names no secret.

    `headers` are those of the caller's own that go to the API, each with its value; `token` is the access token that
    the caller came with, to be exchanged for one of the API's, never sent there. `scopes` are what it grants; None
    where callers have no scopes.
    """

    id: str = ""
    headers: tuple[tuple[str, Secret], ...] = ()
    token: Secret | None = None
    scopes: frozenset[str] | None = None


ANYONE = Caller()
"""The one caller of a server that knows none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool's name, the arguments it was given, and who calls.

    `is_shown`: a person has seen its request, and nothing else is sent for it. `sending` is told each request before
    it goes out, secrets masked, but for lookups. `abandoned` is told what was done for it where it is cancelled. With a
    `leave` it may go on in the background. `answered` is told each answer of the API, as it came and with its request,
    but for lookups. Of a workflow, `asking` asks a person before a step is sent, and returns why it is not; where it
    `insists`, before each step that writes; `telling` is told which step comes, `reading` each request of a step that
    only reads. Of a step, `within` says which: "step 'place' of the workflow 'orderFor'", and `step_of` is the id of
    the workflow's call; what earlier steps have `lent` goes along where no credential is configured; what of it the
    arguments themselves `holds` goes nowhere but to where it came from. One that `is_anew` is answered by the API, not
    by a kept answer; of one that `is_unkept` no answer is kept either; one that `stays` follows no redirect. The `id`
    is that of its record, and in the lines of the log about it; "" until somebody listens.
    """

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    caller: Caller = ANYONE
    is_shown: bool = False
    sending: Callable[[HttpRequest], None] | None = field(default=None, repr=False, compare=False)
    abandoned: Callable[[Trace], None] | None = field(default=None, repr=False, compare=False)
    insists: bool = False
    leave: Leave | None = field(default=None, repr=False, compare=False)
    answered: Callable[[HttpRequest, HttpResponse], None] | None = field(default=None, repr=False, compare=False)
    asking: "Callable[[Call], Awaitable[Failure | None]] | None" = field(default=None, repr=False, compare=False)
    telling: Callable[[str], None] | None = field(default=None, repr=False, compare=False)
    reading: Callable[[HttpRequest], None] | None = field(default=None, repr=False, compare=False)
    within: str = field(default="", compare=False)
    step_of: str = field(default="", compare=False)
    lent: tuple[Lent, ...] = field(default=(), repr=False, compare=False)
    holds: tuple[Lent, ...] = field(default=(), repr=False, compare=False)
    is_anew: bool = field(default=False, compare=False)
    is_unkept: bool = field(default=False, compare=False)
    stays: bool = field(default=False, compare=False)
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text content block."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Bytes: an image or audio block where the type says so, else an embedded resource that `uri` names."""

    data: bytes = field(repr=False)
    mime_type: str
    uri: str


Content = Text | Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What goes back to the client: content blocks, the same as structured content where it is JSON, an error flag.

    `trace` says how it came about; it goes to no client. `job` is the work that the API goes on with, None where the
    answer is all there is.
    """

    content: tuple[Content, ...]
    structured: Mapping[str, Any] | None = None
    failure: "Failure | None" = None
    trace: Trace | None = field(default=None, repr=False, compare=False)
    job: Job | None = None

    @property
    def is_error(self) -> bool:
        """True when the call failed."""
        return self.failure is not None


class FailureKind(StrEnum):
    """How a call can fail."""

    INVALID_ARGUMENTS = "invalid_arguments"
    UNKNOWN_TOOL = "unknown_tool"
    REFUSED = "refused"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    UPSTREAM_ERROR = "upstream_error"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BAD_RESPONSE = "bad_response"
    TOO_LARGE = "too_large"
    CANCELLED = "cancelled"

    @property
    def exit_code(self) -> ExitCode:
        """The exit status of `openapi-mcp call` for this kind."""
        match self:
            case FailureKind.INVALID_ARGUMENTS | FailureKind.UNKNOWN_TOOL | FailureKind.REFUSED:
                return ExitCode.USAGE
            case FailureKind.UNAUTHENTICATED | FailureKind.FORBIDDEN:
                return ExitCode.CREDENTIALS
            case _:
                return ExitCode.CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A classified failed call. `retry_after` and `waited` are in seconds; `body` is the upstream's own, shortened.

    `faults` are what is wrong with the arguments, the first the one that `field` names; `evidence` are the words that
    say it, and `at` where in the answer they stand: "#/email/0", "header retry-after". `allowed` are the values that
    the field takes, `near` the names, or things, that may have been meant. `repairs` were made on the way, `lookups`
    too; `tries` are calls that may help now. `attempts` counts what was sent; `is_unknown`: a write that may have been
    carried out. `has_acted`: the refusal of a write tells of something that was done for it.
    """

    kind: FailureKind
    message: str
    status: int | None = None
    field: str | None = None
    retryable: bool = False
    retry_after: float | None = None
    attempts: int = 0
    hint: str = ""
    body: Any = None
    faults: tuple[Fault, ...] = ()
    evidence: str = ""
    at: str = ""
    allowed: tuple[Any, ...] = ()
    near: tuple[Any, ...] = ()
    tries: tuple[Suggestion, ...] = ()
    repairs: tuple[Repair, ...] = ()
    lookups: tuple[Looked, ...] = ()
    waited: float = 0.0
    is_unknown: bool = False
    has_acted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the object that a failed result carries, in text and as structured content alike."""
        said: dict[str, Any] = {
            "kind": self.kind.value,
            "message": brief(self.message, _LONGEST_MESSAGE),
            "status": self.status,
            "field": self.field and brief(self.field, _LONGEST_FIELD),
            "retryable": self.retryable,
            "retry_after": self.retry_after,
            "attempts": self.attempts,
            "hint": brief(self.hint, _LONGEST_HINT),
            "try": [],
            "body": None,
        }
        more = self._more()
        room = Room(_MOST_TOLD - len(write_json([said, more])))
        said["try"] = room.of((each.as_json() for each in self.tries), _ROOM_FOR_A_LIST)
        return {"error": {**said, "body": self.body, **more, **self._listed(room)}}

    def _more(self) -> dict[str, Any]:
        """Return what is said only where there is something to say."""
        first = self.faults[0] if self.faults else None
        said, at = brief(self.evidence, _LONGEST_EVIDENCE), brief(self.at, _LONGEST_FIELD)
        more = {
            "rule": first.rule if first and first.rule != "invalid" else None,
            "evidence": {"at": at, "said": said} if said else None,
            "waited": round(self.waited, 3),
            "unknown_outcome": self.is_unknown,
        }
        return {name: value for name, value in more.items() if value}

    def _listed(self, room: Room) -> dict[str, Any]:
        """Return the lists that are told where they hold something, as far as there is room for them."""
        listed = {
            "fields": room.of(_fields(self.faults), _ROOM_FOR_A_LIST) if len(self.faults) > 1 else [],
            "allowed": room.of(map(shown, self.allowed), _ROOM_FOR_A_LIST),
            "near": room.of(map(shown, self.near), _ROOM_FOR_A_LIST),
            **told_repairs(self.repairs, room),
            "lookups": room.of((each.as_json() for each in self.lookups), _ROOM_FOR_A_LIST),
        }
        return {name: value for name, value in listed.items() if value}

    def as_result(self) -> Result:
        """Return the result that tells a client of this failure."""
        structured = self.as_json()
        return Result(content=(Text(text=write_json(structured)),), structured=structured, failure=self)


_MOST_FIELDS = 10  # that are told
_MOST_TOLD = 7_800  # characters of JSON, besides the body: it is what the model has to read
_ROOM_FOR_A_LIST = 2_500
_LONGEST_MESSAGE = 1_500
_LONGEST_HINT = 500
_LONGEST_EVIDENCE = 500
_LONGEST_FIELD = 200
_LONGEST_SAID = 300


def _fields(faults: tuple[Fault, ...]) -> Iterator[dict[str, str]]:
    """Yield {"field", "rule", "said"} of each that is told."""
    for each in faults[:_MOST_FIELDS]:
        field = told_place(each.path) or brief(each.named, _LONGEST_FIELD)
        yield {"field": field, "rule": each.rule, "said": brief(each.said, _LONGEST_SAID)}

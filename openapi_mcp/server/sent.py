"""What the calls of `ask` send, each request by its name: a write that was made already is not sent again unasked."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from openapi_mcp.executor.faults import MadeAlreadyError
from openapi_mcp.model.call import Call, FailureKind, Result
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.tool import Tool

if TYPE_CHECKING:
    from openapi_mcp.serving import Serves

_LENGTH = 32  # of 64 hexadecimal digits
_LONGEST = 2_000  # characters of a URL: of a longer one it is not known what it is above or below
_OF_EACH = ("key", "request-id", "requestid", "correlation", "nonce", "trace")  # in the name of a header made anew
_NOT_SAID = frozenset(("accept", "authorization", "cookie", "user-agent", "content-length"))
NOTHING_DONE = frozenset(
    (
        FailureKind.INVALID_ARGUMENTS, FailureKind.UNKNOWN_TOOL, FailureKind.REFUSED, FailureKind.UNAUTHENTICATED,
        FailureKind.FORBIDDEN, FailureKind.NOT_FOUND, FailureKind.CONFLICT, FailureKind.REJECTED,
        FailureKind.RATE_LIMITED, FailureKind.QUOTA,
    )
)  # fmt: skip
"""Kinds of failure by which an API says that it did not do what it was asked for."""


def request_name(request: HttpRequest) -> str:
    """Return what requests share that ask for the same: "POST https://host/orders 9f86d0...", the end a digest.

    "" for one whose body is read as it is sent. The order of a query and of JSON does not count, nor do credentials
    and what is made anew for each request. Method and URL tell what another write may have undone (ask/undone.py).
    """
    if request.body is not None and not isinstance(request.body, bytes):
        return ""
    url = urlsplit(request.url)
    where = [url.scheme, url.netloc, url.path, sorted(url.query.split("&"))]
    headers = sorted((name.casefold(), value) for name, value in request.headers if _is_said(name.casefold()))
    body = _body(request.body)
    whole = json.dumps([request.method, where, headers, body], sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]
    target = request.url if len(request.url) <= _LONGEST else ""
    return " ".join((request.method, "".join(target.split()), digest))


def _is_said(name: str) -> bool:
    return name not in _NOT_SAID and not any(each in name for each in _OF_EACH)


def _body(body: bytes | None) -> Any:
    if body is None:
        return None
    try:
        return ["json", json.dumps(read_json(body.decode()), sort_keys=True)]
    except (ValueError, RecursionError):
        return ["bytes", hashlib.sha256(body).hexdigest()]


@dataclass(slots=True)
class Sending:
    """The writes that one call sends, by their names: it is told each before it goes out; none of `made` does.

    A workflow's call sends several, and some that follow a refused one: `done` are those that may have done something.
    `held` is the last that was held back, "" for none. While it `is_on` it may send more, though nobody waits for it:
    it sends nothing that calls `after` it have sent, nor what those `before` it that are still on have, and have not
    told of yet (`news`).
    """

    made: frozenset[str] = frozenset()
    done: list[str] = field(default_factory=list)
    held: str = ""
    is_on: bool = False
    before: "tuple[Sending, ...]" = ()
    after: "list[Sending]" = field(default_factory=list)
    _last: str = ""
    _told: set[str] = field(default_factory=set)

    def __call__(self, request: HttpRequest) -> None:
        """Take a request that is about to be sent.

        Raises:
            MadeAlreadyError: it was made before.
        """
        name = request_name(request)
        if self._is_made(name):
            self.held, self._last = name, ""
            raise MadeAlreadyError("the same request was made already in this run of ask")
        self._last = name

    def _is_made(self, name: str) -> bool:
        is_after = any(name in each.so_far for each in self.after)
        return is_after or name in self.made or any(name in each.untold for each in self.before)

    @property
    def untold(self) -> tuple[str, ...]:
        """What it has sent since its news were taken last."""
        return tuple(each for each in self.so_far if each not in self._told)

    @property
    def so_far(self) -> tuple[str, ...]:
        """All that may have been done, what is on its way too, each once."""
        return tuple(dict.fromkeys((*self.done, *filter(None, (self._last,)))))

    def news(self) -> tuple[str, ...]:
        """Return what it has sent since this was asked last."""
        found = self.untold
        self._told.update(found)
        return found

    def came(self, result: Result) -> None:
        """Take what came of the last request: of the call, or of a step of it."""
        if self._last and _may_be_done(result):
            self.done.append(self._last)
        self._last = ""


def _may_be_done(result: Result) -> bool:
    failure = result.failure
    if failure is None or failure.is_unknown or failure.has_acted:
        return True
    return failure.kind not in NOTHING_DONE and failure.attempts > 0


class Watched:
    """An app of whose calls it is known what they send; all else is the app's own.

    With `insists` a person is asked before each write, whatever --confirm says.
    """

    def __init__(self, app: "Serves") -> None:
        self._app = app
        self.insists = False
        self.sending = Sending()
        self._away: list[Sending] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def begin(self, made: frozenset[str], *, insists: bool = False) -> Sending:
        """Begin a call of which none of the requests that were `made` is sent; return what it will send.

        Calls that go on in the background send nothing of it either, nor it of them unless it `insists`.
        """
        self.insists = insists
        self.sending = Sending(made, before=() if insists else tuple(self._away))
        for each in self._away:
            each.after.append(self.sending)
        return self.sending

    def left(self, sending: Sending) -> tuple[str, ...]:
        """Take that nobody waits for a call any more; return what was sent by then, also by those left before it."""
        news = [name for each in self._away for name in each.news()]
        if sending.is_on:
            self._away.append(sending)
        return tuple(dict.fromkeys((*sending.news(), *news)))

    def asks_before(self, tool: Tool) -> bool:
        """True where a person is asked before a call of this tool is sent."""
        return self._app.asks_before(tool) or (self.insists and not tool.annotations.read_only)

    async def call(self, call: Call) -> Result:
        """Run a call; only what may write is looked at."""
        tool = self._app.tool_of(call.tool)
        if tool is None or (tool.annotations.read_only and tool.plan is None):
            return await self._app.call(call)
        sending = self.sending
        sending.is_on = True
        try:
            result = await self._app.call(replace(call, sending=sending, insists=self.insists))
            sending.came(result)
        finally:
            sending.is_on = False
        return result

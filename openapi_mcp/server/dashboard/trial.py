"""A call that a person makes: shown first, sent once and just as it was shown, by the rules of a model's call."""

import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import anyio

from openapi_mcp.heard import Hearing
from openapi_mcp.model.call import Blob, Call, Content, Failure, FailureKind, Result
from openapi_mcp.model.fault import Repair
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.request.shown import digest
from openapi_mcp.server.confirm import unable
from openapi_mcp.server.dashboard.sessions import Visit
from openapi_mcp.server.doors import behind_the_door
from openapi_mcp.serving import Serves

PATIENCE = 1800.0  # seconds for which what was shown may be sent
_ONLY_THE_OPERATOR = "the operator must confirm this call: who came by the link that the server has printed"
_MOST_SHOWN = 1_000
_MOST_KEPT = 50  # results,
_MOST_BYTES = 50_000_000  # of as many bytes together


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request as it was shown, secrets masked; `ticket` sends it, once."""

    call: Call
    request: HttpRequest
    repairs: tuple[Repair, ...]
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call came to: `seconds` is how long it took, `owner` the session that made it, `who` whose that is."""

    call: Call
    result: Result
    seconds: float
    owner: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    owner: str
    who: str
    digest: str
    until: float


Kept = TypeVar("Kept", _Open, Outcome)


@dataclass(slots=True, kw_only=True)
class Trials:
    """Foresees, sends and keeps what visitors call. `missing` says, by the name of an API, why no call of it may run.

    That is so where each caller brings a credential of their own (`--forward`): who uses a page has none.
    """

    app: Serves
    missing: Mapping[str, Failure] = field(default_factory=dict)
    now: Callable[[], float] = time.monotonic
    _open: OrderedDict[str, _Open] = field(init=False, default_factory=OrderedDict)
    _kept: OrderedDict[str, Outcome] = field(init=False, default_factory=OrderedDict)

    def show(self, call: Call, visit: Visit) -> Shown | Failure:
        """Return what a call would send, or the failure that it would end with; nothing is sent to find that out."""
        found = self._foreseen(call)
        if isinstance(found, Failure):
            return found
        if (refusal := self._unconfirmed(call, visit)) is not None:
            return refusal
        ticket = secrets.token_urlsafe(16)
        until = self.now() + PATIENCE
        self._open[ticket] = _Open(owner=visit.csrf, who=_who(visit), digest=digest(call, found), until=until)
        if len(self._open) > _MOST_SHOWN:
            _drop_one(self._open, lambda _each: 1)
        return Shown(call=call, request=found, repairs=self.app.foreseen_repairs(call), ticket=ticket)

    async def send(self, call: Call, visit: Visit, ticket: str) -> str | None:
        """Send what was shown, and return the key of its outcome; None where it is not that, or was sent before."""
        known = self._open.pop(ticket, None)
        found = self._foreseen(call)
        if known is None or known.owner != visit.csrf or self.now() > known.until or isinstance(found, Failure):
            return None
        if digest(call, found) != known.digest or self._unconfirmed(call, visit) is not None:
            return None
        began = self.now()
        result = await self._sent(replace(call, is_shown=True))
        seconds = self.now() - began
        return self._keep(Outcome(call=call, result=result, seconds=seconds, owner=visit.csrf, who=_who(visit)))

    def outcome(self, key: str, visit: Visit) -> Outcome | None:
        """Return what a call of this session came to; None where that is not kept any more."""
        found = self._kept.get(key)
        return found if found is not None and found.owner == visit.csrf else None

    def _foreseen(self, call: Call) -> HttpRequest | Failure:
        return self._missing_for(call) or self.app.foresee(call)

    def _missing_for(self, call: Call) -> Failure | None:
        failure = self.missing.get(self.app.api_of(call.tool))
        hint = "call it from a client that sends them: who is signed in here brings none"
        return replace(failure, hint=hint) if failure is not None else None

    def _unconfirmed(self, call: Call, visit: Visit) -> Failure | None:
        """Return why a call is refused that a person must confirm: the person is the operator, not any caller."""
        tool = self.app.toolset.by_name.get(call.tool)
        if visit.is_operator or tool is None or not self.app.asks_before(tool):
            return None
        return replace(unable(call), message=_ONLY_THE_OPERATOR)

    async def _sent(self, call: Call) -> Result:
        """Run a call, and tell of it as of a model's."""
        hearing = Hearing(self.app, call)
        try:
            return hearing.ended(await behind_the_door(self.app.call, hearing.watched(call)))
        except anyio.get_cancelled_exc_class():
            hearing.failed(FailureKind.CANCELLED, "the dashboard ended meanwhile")
            raise

    def _keep(self, outcome: Outcome) -> str:
        key = secrets.token_urlsafe(16)
        self._kept[key] = outcome
        while len(self._kept) > 1 and (len(self._kept) > _MOST_KEPT or self._size() > _MOST_BYTES):
            _drop_one(self._kept, lambda each: _MOST_BYTES // _MOST_KEPT + size_of(each.result))
        return key

    def _size(self) -> int:
        return sum(size_of(outcome.result) for outcome in self._kept.values())


def size_of(result: Result) -> int:
    """Return how many bytes a result has."""
    return sum(map(_bytes_of, result.content))


def _bytes_of(content: Content) -> int:
    return len(content.data) if isinstance(content, Blob) else len(content.text.encode("utf-8", "surrogatepass"))


def _who(visit: Visit) -> str:
    """Return whose session it is: of one caller there may be many."""
    return "operator" if visit.is_operator else f"caller {visit.caller.id}"


def _drop_one(kept: "OrderedDict[str, Kept]", share: Callable[["Kept"], int]) -> None:
    """Drop the oldest of whoever has the largest share: nobody pushes out what is another's."""
    shares: Counter[str] = Counter()
    for each in kept.values():
        shares[each.who] += share(each)
    largest = max(shares, key=lambda who: shares[who])
    del kept[next(key for key, each in kept.items() if each.who == largest)]

"""Who is signed in at the dashboard: sessions that a cookie names, and tickets that open one, once."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from starlette.requests import Request

from openapi_mcp.model.call import ANYONE, Caller
from openapi_mcp.model.secret import Secret
from openapi_mcp.records.query import Filter

IDLE = 12 * 3600.0  # seconds after which a session that is not used ends
TICKET = 3600.0  # seconds for which a ticket can be used
_VISIT = "openapi_mcp.visit"
_BYTES = 32  # of randomness in a cookie, a ticket and a token against forged requests,
_PATH_BYTES = 16  # and in a path
_TICKETS = 300  # that are open at a time: all that are printed within an hour, whoever asks for them (signin.py)
_OF_ONE = 20  # sessions of one caller
_OF_ALL = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a browser has of a session: a cookie, and the path below which it brings that and finds the pages.

    A browser gives a cookie to every port of its host. Whoever listens at another one cannot name this path.
    """

    path: str = field(default_factory=lambda: secrets.token_hex(_PATH_BYTES), repr=False)
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who looks. `caller` is who calls made from here come from; one who does not `sees_all` sees their own records.

    Who `is_operator` came by a link that the program printed: they alone switch tools, and count as the person who is
    asked before a call. `csrf` has to come back with every form of this session; who brought a header in place of a
    session has none, nor a `key`, and sends no form. `name` says on the page who is signed in.
    """

    caller: Caller = ANYONE
    sees_all: bool = True
    is_operator: bool = False
    name: str = ""
    csrf: str = ""
    key: Key | None = None

    def may_see(self, caller: str) -> bool:
        """True where the records of a caller may be shown."""
        return self.sees_all or caller == self.caller.id

    def narrowed(self, wanted: Filter) -> Filter:
        """Return what is asked for without what may not be shown."""
        return wanted if self.sees_all else replace(wanted, caller=self.caller.id)


def noted(visit: Visit) -> dict[str, Any]:
    """Return what a request carries from the entrance on."""
    return {_VISIT: visit}


def visit_in(scope: Mapping[str, Any]) -> Visit | None:
    """Return who looks; None on the pages that are there for everybody."""
    visit = scope.get(_VISIT)
    return visit if isinstance(visit, Visit) else None


def visit_of(request: Request) -> Visit:
    """Return who looks at a page that is behind the entrance."""
    visit: Visit = request.scope[_VISIT]
    return visit


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """A session; `brought` is the token that it was opened with, None where that was a ticket."""

    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES), repr=False)
    owner: str = ""
    brought: Secret | None = None
    used: float


class Sessions:
    """Keeps sessions by the digest of the key that opens them, within bounds: for a new one the oldest goes.

    Where one caller has too many it is the oldest of theirs, so nobody can sign out others.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open: dict[bytes, Session] = {}  # the one that was used last stands last

    def open(self, owner: str = "", brought: Secret | None = None) -> Key:
        """Begin a session, and return its key."""
        key = Key()
        self._make_room(owner)
        self._open[_of_key(key)] = Session(owner=owner, brought=brought, used=self._now())
        return key

    def find(self, key: Key) -> Session | None:
        """Return the session that a key opens, which is used by that; None where there is none any more."""
        name = _of_key(key)
        session = self._open.pop(name, None)
        if session is None or self._now() - session.used > IDLE:
            return None
        session.used = self._now()
        self._open[name] = session
        return session

    def close(self, key: Key) -> None:
        """End a session."""
        self._open.pop(_of_key(key), None)

    def _make_room(self, owner: str) -> None:
        own = [name for name, session in self._open.items() if session.owner == owner]
        if len(own) >= _OF_ONE:
            del self._open[own[0]]
        elif len(self._open) >= _OF_ALL:
            del self._open[next(iter(self._open))]


class Tickets:
    """Tokens that open one session each."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open: dict[bytes, float] = {}

    def issue(self) -> str:
        """Return a new one; of those that were not used only the newest stay."""
        value = secrets.token_urlsafe(_BYTES)
        self._open[_digest(value)] = self._now()
        if len(self._open) > _TICKETS:
            del self._open[next(iter(self._open))]
        return value

    def redeem(self, value: str) -> bool:
        """True for a ticket that is good, which it is then no more."""
        issued = self._open.pop(_digest(value), None)
        return issued is not None and self._now() - issued <= TICKET


def _of_key(key: Key) -> bytes:
    return _digest(f"{key.path} {key.cookie}")


def _digest(value: str) -> bytes:
    """Return what a secret is kept by: what is looked up is not what is given, so how long that takes tells nothing."""
    return sha256(value.encode("utf-8", "surrogatepass")).digest()

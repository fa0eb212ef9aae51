"""Access tokens: fetched once for all calls that wait for one, kept until shortly before they expire.

`credential` is what a call asks for; after a 401 it says `drop` with what it had used, and asks again. A fetch is a
task of its own: a call that is cancelled leaves it to the others, and a refresh token that is good only once is not
spent for nothing. So there is `aclose`, for the end. It is asyncio's task: a group of anyio's cannot outlive the call
that it begins in.

What is kept belongs to a grant, the scopes asked for, and for an exchange the caller and the very token that it
brought. With a refresh token one access token serves all operations: such a token is good for all that was consented
to, and two fetches at once would spend it twice.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio
import anyio.to_thread

from openapi_mcp.auth.metadata import Metadata, discover
from openapi_mcp.auth.oauth2 import obtain, secrets_in
from openapi_mcp.auth.token import Token, TokenError
from openapi_mcp.executor.faults import SendError
from openapi_mcp.flow import drive
from openapi_mcp.model.call import Caller
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.secret import Credential, Place, Redactor, Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import redact_url

MAX_KEPT = 1000  # tokens; callers come and go, and the one that is longest unused goes first
FETCH_SECONDS = 20.0  # all of a fetch, discovery included
PAUSE = 1.0  # seconds for which a failure is told on, so that a provider that is down is not hammered
_MARGIN = 30.0  # seconds before its expiry at which a token is renewed, at most
_SHARE = 0.1  # of its lifetime, likewise

Send = Callable[[HttpRequest], Awaitable[HttpResponse]]
Value = TypeVar("Value")
_Key = tuple[Grant, tuple[str, ...], str, Secret | None]


@dataclass(slots=True)
class RefreshTokens:
    """Where refresh tokens are kept beyond this process, which may be one of several; both functions may block.

    `find` returns a grant as it is kept now, its client and provider with it, None where none is kept; `keep` is given
    the grant that was used and the refresh token that took the place of its own, and says whether that is kept now.
    Neither raises anything.
    """

    find: Callable[[Grant], Grant | None] = lambda grant: None
    keep: Callable[[Grant, Secret], bool] = lambda grant, refresh: False


@dataclass(slots=True)
class _Entry:
    """A token as it was got; `good_until` by our clock, None as long as nobody says no."""

    credential: Credential | None = None
    good_until: float | None = None
    failure: TokenError | None = None
    failed_until: float = 0.0
    fetch: "asyncio.Task[Credential] | None" = None

    def usable(self, now: float) -> Credential | None:
        return self.credential if self.good_until is None or now < self.good_until else None

    def said_no(self, now: float) -> TokenError | None:
        return self.failure if now < self.failed_until else None


class Tokens:
    """The access tokens of a server. `send` sends, within its own limits; `now` counts seconds, only forward."""

    def __init__(self, send: Send, now: Callable[[], float], refresh_tokens: RefreshTokens | None = None) -> None:
        self._send = discreet(send)
        self._now = now
        self._refresh_tokens = refresh_tokens or RefreshTokens()
        self._rotated: dict[Grant, Grant] = {}
        self._logins: dict[Grant, tuple[Grant, Secret | None]] = {}  # as it was found, its refresh token as it is now
        self._metadata: dict[str, Metadata] = {}
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()
        self._running: set[asyncio.Task[Credential]] = set()

    async def aclose(self) -> None:
        """Give up what is being fetched."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def credential(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, deadline: float) -> Credential:
        """Return the header that carries a token; `deadline` is in the clock of `anyio.current_time`.

        Raises:
            TokenError: none could be had.
            TimeoutError: the deadline came first; the fetch goes on for those who ask next.
        """
        entry = self._entry(_key(grant, scopes, caller))
        now = self._now()
        if credential := entry.usable(now):
            return credential
        if failure := entry.said_no(now):
            raise failure.with_traceback(None)
        if entry.fetch is None:
            entry.fetch = self._begin(entry, grant, scopes, caller)
        return await _outcome(entry.fetch, deadline)

    async def login(self, grant: Grant, scopes: tuple[str, ...], caller: Caller) -> Grant:
        """Return the login that a token is of, or would be where it is to be fetched; of any other grant itself.

        While we renew a refresh token the login stays the same; one that others have put there may be anybody's.
        """
        if grant.type is not GrantType.REFRESH_TOKEN:
            return grant
        entry = self._entries.get(_key(grant, scopes, caller))
        if entry is not None and entry.usable(self._now()) and grant in self._logins:
            return self._logins[grant][0]
        return self._login_of(grant, await self._newest(grant))

    def _login_of(self, grant: Grant, newest: Grant) -> Grant:
        login, refresh = self._logins.get(grant, (grant, grant.refresh_token))
        if newest.refresh_token != refresh:
            login = newest
        self._logins[grant] = login, newest.refresh_token
        return login

    def drop(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, used: Credential) -> None:
        """Forget a token that the API refused; one that has taken its place meanwhile stays."""
        entry = self._entries.get(_key(grant, scopes, caller))
        if entry is not None and entry.credential == used:
            entry.credential = None

    def _entry(self, key: _Key) -> _Entry:
        entry = self._entries.setdefault(key, _Entry())
        self._entries.move_to_end(key)
        while len(self._entries) > MAX_KEPT:
            self._entries.popitem(last=False)
        return entry

    def _begin(
        self, entry: _Entry, grant: Grant, scopes: tuple[str, ...], caller: Caller
    ) -> "asyncio.Task[Credential]":
        task = asyncio.get_running_loop().create_task(self._fetch(entry, grant, scopes, caller))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(_take_notice)
        return task

    async def _fetch(self, entry: _Entry, grant: Grant, scopes: tuple[str, ...], caller: Caller) -> Credential:
        began = self._now()
        try:
            token = await ask_provider(
                self._token(grant, scopes, caller), redact_url(grant.token_url or grant.metadata_url)
            )
        except TokenError as error:
            entry.failure, entry.failed_until = error, self._now() + PAUSE
            self._metadata.pop(grant.metadata_url, None)  # the endpoint may have moved
            raise
        finally:
            entry.fetch = None
        entry.credential = _bearer(token)
        entry.good_until = None if token.lifetime is None else began + token.lifetime - _margin(token.lifetime)
        return entry.credential

    async def _token(self, grant: Grant, scopes: tuple[str, ...], caller: Caller) -> Token:
        if grant.type is GrantType.REFRESH_TOKEN:
            return await self._refreshed(grant)
        return await drive(obtain(grant, scopes, caller.token, await self._token_url(grant)), self._send)

    async def _token_url(self, grant: Grant) -> str:
        url = grant.token_url or (await self._discovered(grant)).token_url
        if not url:
            where = redact_url(grant.metadata_url)
            raise TokenError("the identity provider has no token endpoint", where=where, hint="give token_url")
        return url

    async def _refreshed(self, grant: Grant) -> Token:
        """Return a token by the newest refresh token; once more where another process has spent that meanwhile."""
        newest = await self._newest(grant)
        try:
            token = await self._by_refresh_token(newest)
        except TokenError:
            again = await self._newest(grant)
            if again == newest:
                raise
            newest, token = again, await self._by_refresh_token(again)
        login = self._login_of(grant, newest)
        if token.refresh is not None:
            self._logins[grant] = login, token.refresh
            self._rotated[grant] = replace(newest, refresh_token=token.refresh)
            if await anyio.to_thread.run_sync(self._refresh_tokens.keep, newest, token.refresh):
                del self._rotated[grant]  # what is kept may be newer than ours
        return token

    async def _by_refresh_token(self, grant: Grant) -> Token:
        """Return a token by a refresh token, asked for where that came from, as the client that it was given to."""
        return await drive(obtain(grant, token_url=await self._token_url(grant)), self._send)

    async def _newest(self, grant: Grant) -> Grant:
        """Return a grant as it is now: a person may have logged in anew, with another client or provider."""
        return self._rotated.get(grant) or await anyio.to_thread.run_sync(self._refresh_tokens.find, grant) or grant

    async def _discovered(self, grant: Grant) -> Metadata:
        """Return what leads to the endpoints, asked for once: it changes as seldom as they do."""
        found = self._metadata.get(grant.metadata_url)
        if found is None:
            found = self._metadata[grant.metadata_url] = await drive(discover(grant.metadata_url), self._send)
        return found


def discreet(send: Send) -> Send:
    """Return what sends a token request and does not tell what is secret in it, where a broken answer repeats that."""

    async def sent(request: HttpRequest) -> HttpResponse:
        try:
            return await send(request)
        except SendError as error:
            raise SendError(one_line(Redactor(secrets_in(request))(str(error)), 300)) from None

    return sent


async def ask_provider(work: Awaitable[Value], where: str) -> Value:
    """Return what comes of asking an identity provider, in time.

    Raises:
        TokenError: it cannot be reached, does not answer, or says no.
    """
    try:
        with anyio.fail_after(FETCH_SECONDS):
            return await work
    except TimeoutError:
        said = f"the identity provider did not answer within {FETCH_SECONDS:g} s"
        raise TokenError(said, where=where, hint="try again later", may_pass=True) from None
    except SendError as error:
        said = f"the identity provider cannot be reached: {error}"
        raise TokenError(said, where=where, hint="check the URL and the network", may_pass=True) from error


def _key(grant: Grant, scopes: tuple[str, ...], caller: Caller) -> _Key:
    """Return what a token belongs to: scopes only where they are asked for, a caller only where it is the subject."""
    asked = () if grant.scopes is not None or grant.type is GrantType.REFRESH_TOKEN else scopes
    if grant.type is GrantType.TOKEN_EXCHANGE:
        return grant, asked, caller.id, caller.token
    return grant, asked, "", None


async def _outcome(fetch: "asyncio.Task[Credential]", deadline: float) -> Credential:
    with anyio.CancelScope(deadline=deadline):
        await asyncio.wait([fetch])
    if not fetch.done():
        raise TimeoutError
    if fetch.cancelled():
        raise TokenError("no token was fetched: the server is ending", hint="call again", may_pass=True)
    return fetch.result()


def _take_notice(fetch: "asyncio.Task[Credential]") -> None:
    """Look at how a fetch ended: those who waited may all be gone, and asyncio would complain."""
    if not fetch.cancelled():
        fetch.exception()


def _bearer(token: Token) -> Credential:
    return Credential(place=Place.HEADER, name="Authorization", value=token.access, prefix="Bearer ")


def _margin(lifetime: float) -> float:
    return min(_MARGIN, _SHARE * lifetime)

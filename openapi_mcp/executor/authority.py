"""Which credentials go with a call, and to whom: chosen by its operation, tokens got, renewed after a 401, masked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

import anyio.to_thread

from openapi_mcp.auth.choose import Chosen, choose
from openapi_mcp.auth.held import Held, as_held
from openapi_mcp.auth.schemes import authorize, masked
from openapi_mcp.auth.token import TokenError
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.model.call import Call, Caller
from openapi_mcp.model.document import Operation
from openapi_mcp.model.grant import Grant
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Credential, Redactor, Secret
from openapi_mcp.model.url import origin

_REDACTORS = 256  # kept at a time; what one masks changes with the callers and their tokens


class TokenSource(Protocol):
    """Where access tokens come from."""

    async def credential(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, deadline: float) -> Credential:
        """Return a token as it goes with a call.

        Raises:
            TokenError: the identity provider refuses it, or cannot be reached.
            TimeoutError: the deadline (by `anyio.current_time`) came first.
        """

    async def login(self, grant: Grant, scopes: tuple[str, ...], caller: Caller) -> Grant:
        """Return the login that a token is of, or would be."""

    def drop(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, used: Credential) -> None:
        """Use no more the token that `used` carries: the API has refused it."""


@dataclass(slots=True, kw_only=True)
class Authority:
    """The credentials `held`, and the origins `trusted` with them; `renew` reads them again."""

    held: Held
    trusted: frozenset[tuple[str, str, int]]
    tokens: TokenSource
    renew: Callable[[], Held | Sequence[Credential]] | None = None
    _before: tuple[Secret, ...] = ()
    _redactors: dict[tuple[Credential, ...], Redactor] = field(default_factory=dict)

    def choose(self, operation: Operation, caller: Caller, lent: Sequence[Credential] = ()) -> Chosen:
        """Return what goes with a call; `lent` are those that may go where it is sent.

        Raises:
            MissingCredentialError: something that the operation needs is not there.
        """
        return choose(operation, self.held, tuple(map(_brought, caller.headers)), lent)

    def lent(self, call: Call, url: str) -> tuple[Credential, ...]:
        """Return what earlier steps of a workflow have lent to a call that may go to a URL: to where it came from."""
        where = origin(url)
        return tuple(each.credential for each in call.lent if each.origin == where and where in self.trusted)

    def is_astray(self, call: Call, url: str) -> bool:
        """True where a call's arguments hold what a step has got elsewhere than where it would be sent."""
        where = origin(url)
        return any(each.origin != where or where not in self.trusted for each in call.holds)

    async def credentials(self, chosen: Chosen, caller: Caller, deadline: float) -> tuple[Credential, ...]:
        """Return what is set on a call's requests, its tokens got.

        Raises:
            CredentialsError: a token cannot be had.
        """
        if not chosen.tokens:
            return chosen.credentials
        try:
            got = [await self.tokens.credential(each.grant, each.scopes, caller, deadline) for each in chosen.tokens]
        except TimeoutError:
            hint = "call again: the token is fetched on"
            raise TokenError("the access token did not come in time", hint=hint, may_pass=True) from None
        return _caller_last(chosen.credentials, got, caller)

    async def identified(self, chosen: Chosen, caller: Caller) -> Chosen:
        """Return what goes with a call, each of its tokens by the login that it is of now."""
        if not chosen.tokens:
            return chosen
        logins = [await self.tokens.login(each.grant, each.scopes, caller) for each in chosen.tokens]
        tokens = tuple(replace(each, grant=login) for each, login in zip(chosen.tokens, logins, strict=True))
        return replace(chosen, tokens=tokens)

    async def refused(self, chosen: Chosen, caller: Caller, used: tuple[Credential, ...]) -> None:
        """Take note of a 401: tokens are got anew, and files are read again, at the next call."""
        for each in chosen.tokens:
            for credential in used:
                self.tokens.drop(each.grant, each.scopes, caller, credential)
        await self.read_again()

    async def read_again(self) -> bool:
        """Read files, and what people logged in for, again; return whether that brought anything new."""
        if self.renew is None:
            return False
        try:
            fresh = as_held(await anyio.to_thread.run_sync(self.renew))  # a keyring may ask its owner first
        except OpenapiMcpError:
            return False  # what was refused says what is wrong; the old value stays
        if fresh == self.held:
            return False
        self._before = tuple(self.held.secrets())
        self.held = fresh
        self._redactors.clear()
        return True

    def authorize(self, credentials: tuple[Credential, ...]) -> Callable[[HttpRequest], HttpRequest]:
        """Return what sets credentials on a request to a trusted origin."""
        return partial(authorize, credentials=credentials, trusted=self.trusted)

    def masked(self, request: HttpRequest, chosen: Chosen, caller: Caller) -> HttpRequest:
        """Return a request as it would be sent, with `***` for every secret."""
        got = [_unknown_token() for _ in chosen.tokens]
        return masked(request, _caller_last(chosen.credentials, got, caller), self.trusted)

    def shown(self, request: HttpRequest, carried: tuple[Credential, ...]) -> HttpRequest:
        """Return a request as it was sent with these, `***` for every secret."""
        return masked(request, carried, self.trusted)

    def trusts(self, url: str) -> bool:
        """True when credentials may go to the origin of a URL."""
        return origin(url) in self.trusted

    def redactor_of(self, call: Call) -> Redactor:
        """Return what masks all that is held, and what a call that was not sent yet may carry."""
        return self.redactor(tuple(each.credential for each in (*call.lent, *call.holds)), call.caller)

    def redactor(self, credentials: tuple[Credential, ...] = (), caller: Caller | None = None) -> Redactor:
        """Return what masks all that is held, what a call's requests carry and what its caller came with."""
        key = (*credentials, *(_carried_by(caller) if caller else ()))
        found = self._redactors.get(key)
        if found is None:
            while len(self._redactors) >= _REDACTORS:
                del self._redactors[next(iter(self._redactors))]
            carried = (secret for each in key for secret in (each.value, *each.hides))
            found = self._redactors[key] = Redactor((*self._before, *self.held.secrets(), *carried))
        return found


def _brought(header: tuple[str, Secret]) -> Credential:
    return Credential.header(*header)


def _carried_by(caller: Caller) -> tuple[Credential, ...]:
    token = (_as_credential(caller.token),) if caller.token else ()
    return (*map(_brought, caller.headers), *token)


def _as_credential(token: Secret) -> Credential:
    return Credential.header("Authorization", token, "Bearer ")


def _unknown_token() -> Credential:
    return _as_credential(Secret("token"))


def _caller_last(
    credentials: tuple[Credential, ...], tokens: list[Credential], caller: Caller
) -> tuple[Credential, ...]:
    """Return credentials in the order in which they take places: what a caller brought is last."""
    brought = len(caller.headers)
    ours = credentials[: len(credentials) - brought]
    return (*ours, *tokens, *credentials[len(credentials) - brought :])

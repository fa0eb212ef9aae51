"""Access tokens over connections of their own: calls in flight do not hold up the token that others wait for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from openapi_mcp.auth.held import Held
from openapi_mcp.executor.send import Sender
from openapi_mcp.executor.tokens import RefreshTokens, Tokens
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.call import Caller
from openapi_mcp.model.document import Document
from openapi_mcp.model.grant import Grant
from openapi_mcp.model.secret import Credential
from openapi_mcp.model.url import Origin, origin
from openapi_mcp.tls import Trust

_MAX_BODY = 1_000_000  # bytes of what a provider answers


@dataclass(slots=True, kw_only=True)
class Provider:
    """The identity providers of a document's schemes. Opened with `open`, and closed with `aclose`.

    `known` are the origins that see our certificate, and the operator's own; a provider that the document names is no
    nearer than the document was. `now` counts seconds, only forward.
    """

    held: Held
    document: Document
    known: frozenset[Origin]
    user_agent: str
    trust: Trust
    now: Callable[[], float]
    refresh_tokens: RefreshTokens | None = None
    _sender: Sender = field(init=False, repr=False)
    _tokens: Tokens = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sender = Sender(
            max_body=_MAX_BODY,
            user_agent=self.user_agent,
            trust=self.trust,
            bounds=Bounds(reach=self.document.reach, exempt=self.known | _confirmed(self.held)),
        )
        self._tokens = Tokens(self._sender.send, self.now, self.refresh_tokens)

    async def open(self) -> Self:
        """Be ready to ask."""
        await self._sender.__aenter__()
        return self

    async def aclose(self) -> None:
        """Give up what is being asked, and close the connections."""
        await self._tokens.aclose()
        await self._sender.__aexit__(None, None, None)

    async def credential(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, deadline: float) -> Credential:
        """Return the header that carries a token, as `Tokens.credential` does."""
        return await self._tokens.credential(grant, scopes, caller, deadline)

    async def login(self, grant: Grant, scopes: tuple[str, ...], caller: Caller) -> Grant:
        """Return the login that a token is of, as `Tokens.login` does."""
        return await self._tokens.login(grant, scopes, caller)

    def drop(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, used: Credential) -> None:
        """Forget a token that the API refused."""
        self._tokens.drop(grant, scopes, caller, used)


def _confirmed(held: Held) -> frozenset[Origin]:
    """Return the origins of providers that the operator named, which may be as near as they like."""
    grants = [value for value in held.by_scheme.values() if isinstance(value, Grant) and value.is_confirmed]
    urls = [url for grant in grants for url in (grant.token_url, grant.metadata_url)]
    return frozenset(found for url in urls if (found := origin(url)) is not None)

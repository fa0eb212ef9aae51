"""The door behind the guard: who calls over HTTP is let in or not, before anything is read of what they want."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from openapi_mcp.model.call import ANYONE, Caller
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.secret import Secret
from openapi_mcp.server.access_log import BY_TOKEN, note_caller
from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send, answer
from openapi_mcp.server.callers import noted
from openapi_mcp.server.endpoint import EndpointToken
from openapi_mcp.server.forward import NOTHING, Forward
from openapi_mcp.server.issuer import IssuerError
from openapi_mcp.server.keys import PAUSE
from openapi_mcp.server.tokens import Verifier

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What a request has to show: the endpoint's token, or one that the verifier believes, with all of `scopes`.

    `metadata_url` says where to get one; whoever asks for `open_paths` need not have one yet.
    """

    token: EndpointToken | None = None
    verifier: Verifier | None = None
    scopes: tuple[str, ...] = ()
    metadata_url: str = ""
    open_paths: frozenset[str] = frozenset()
    forward: Forward = NOTHING

    @property
    def is_required(self) -> bool:
        """True where clients have to say who they are."""
        return self.token is not None or self.verifier is not None

    async def admitted(self, value: bytes) -> Caller:
        """Return whom a token lets in.

        Raises:
            NotAdmittedError: nobody.
        """
        if self.verifier is not None:
            return await self._owner(self.verifier, value)
        if self.token is None or not self.token.is_given_in(value):
            raise self.unauthenticated("invalid_token")
        return ANYONE

    async def _owner(self, verifier: Verifier, value: bytes) -> Caller:
        """Return whom an access token stands for."""
        try:
            granted = await verifier.verify_token(value.decode("latin-1"))
        except IssuerError:
            reason, later = "the authorization server is out of reach", (b"retry-after", str(int(PAUSE)).encode())
            raise NotAdmittedError(503, reason, [later]) from None
        if granted is None:
            raise self.unauthenticated("invalid_token")
        if not set(self.scopes) <= set(granted.scopes):
            reason = f"the token has not every scope that is wanted: {' '.join(self.scopes)}"
            raise NotAdmittedError(403, reason, [self._challenge("insufficient_scope")])
        return caller_for(granted)

    def unauthenticated(self, error: str) -> "NotAdmittedError":
        """Return the refusal of a request without a token, or with one that is no good."""
        reason = "this is not a token that is valid here" if error else "a token is wanted: Authorization: Bearer ..."
        return NotAdmittedError(401, reason, [self._challenge(error)])

    def _challenge(self, error: str) -> tuple[bytes, bytes]:
        """Return the WWW-Authenticate header: RFC 6750 section 3, RFC 9728 section 5.1."""
        said = {
            "realm": "mcp",
            "error": error,
            "scope": " ".join(self.scopes),
            "resource_metadata": self.metadata_url,
        }
        fields = ", ".join(f'{name}="{value}"' for name, value in said.items() if value)
        return b"www-authenticate", f"Bearer {fields}".encode()


class Door:
    """Lets in who may call, and notes who it is. What a request asks for is not read before.

    The SDK's own check of tokens is not used: it takes the first of two Authorization headers, and has no answer for an
    issuer out of reach. Its sessions hold on to the caller that opened them, whom it finds as the request's user.
    """

    def __init__(self, app: AsgiApp, admission: Admission) -> None:
        self._app: Any = AuthContextMiddleware(app)
        self._admission = admission

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request that is not let in, hand on all others."""
        if scope["type"] != "http" or (scope["method"] != "POST" and scope["path"] in self._admission.open_paths):
            await self._app(scope, receive, send)
            return
        try:
            caller = await self._admitted(scope)
        except NotAdmittedError as refusal:
            log.info("not_admitted status=%d path=%.80r", refusal.status, scope["path"])
            await answer(send, refusal.status, refusal.reason, refusal.headers)
            return
        await self._app({**scope, **self._noted(caller, scope)}, receive, send)

    async def _admitted(self, scope: Message) -> Caller:
        """Return who calls.

        Raises:
            NotAdmittedError: nobody that may.
        """
        if not self._admission.is_required:
            return ANYONE
        return await self._admission.admitted(bearer_in(scope, self._admission))

    def _noted(self, caller: Caller, scope: Message) -> dict[str, Any]:
        """Return what a request carries from here: who calls, why their calls must fail, whose session it may use."""
        forward = self._admission.forward
        brought = forward.brought(scope["headers"])
        owner, caller = caller.id, replace(caller, headers=brought.headers, id=forward.id_of(caller.id, brought.all))
        note_caller(scope, caller.id or (BY_TOKEN if self._admission.token is not None else ""))
        user = {"user": AuthenticatedUser(AccessToken(token="", client_id=caller.id, scopes=[]))} if caller.id else {}
        return {**noted(caller, brought.failures, owner), **user}


def bearer_in(scope: Message, admission: Admission) -> bytes:
    """Return the token in a request's Authorization header.

    Raises:
        NotAdmittedError: there is none, or more than one.
    """
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    kind, _, value = given[0].strip().partition(b" ") if given else (b"", b"", b"")
    if not given:
        raise admission.unauthenticated("")
    if len(given) > 1 or kind.lower() != b"bearer":
        raise admission.unauthenticated("invalid_token")
    return value.strip()


class NotAdmittedError(Exception):
    """A request that is not let in, and how it is answered."""

    def __init__(self, status: int, reason: str, headers: Sequence[tuple[bytes, bytes]]) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


def caller_for(granted: AccessToken) -> Caller:
    """Return who stands behind an access token: the same caller with every token of theirs."""
    owner = [(granted.claims or {}).get("iss"), granted.subject, None if granted.subject else granted.client_id]
    return Caller(
        id=hashlib.sha256(write_json(owner).encode()).hexdigest()[:32],
        token=Secret(granted.token),
        scopes=frozenset(granted.scopes),
    )

"""A real identity provider on loopback, whose rules are authlib's: discovery, keys, consent, tokens, and an API.

    with running_identity_provider() as provider:
        provider.url                          the issuer
        provider.mint("ada", scope="read")    a token as /token would issue it
        provider.issued, provider.seen        what was issued, what arrived

It knows the confidential client "app" (secret "app-s3cret"), the public one "native", and the user "ada" (password
"l0velace"). Whoever comes to /authorize is "ada" and consents at once, unless `denies`.
"""

import json
import queue
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from support.grants import EXCHANGE, Asked, Client, Code, Refresh, RefusedError, Reply, Server, User
from support.in_thread import QuietHandler, QuietServer, in_a_thread
from support.upstream import PATIENCE, Answer, Seen

Json = dict[str, Any]


def new_key() -> RSAKey:
    """Return a key pair with an id of its own."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": secrets.token_hex(8)})


@dataclass
class IdentityProvider:
    """The provider; `seen` is every request, `issued` every answer of /token that held a token.

    Knobs: `lifetime` of new tokens in seconds, `rotates` (a refresh token is good once), `denies` (the error that
    /authorize answers with), `user` who consents, `metadata` (fields that replace those of the discovery documents,
    None takes one away), `answers` (what a path answers in place of ours), `audience` of tokens that name none.
    While `gate` is not set, /token waits for it; `arrived` then tells of each request that does.
    """

    server: QuietServer
    key: RSAKey
    clients: dict[str, Client] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=lambda: {"ada": "l0velace"})
    user: str = "ada"
    audience: str = "https://api.example.com"
    lifetime: int = 3600
    rotates: bool = True
    denies: str = ""
    metadata: Json = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    issued: list[Json] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    refresh: dict[str, Refresh] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    arrived: "queue.Queue[str]" = field(default_factory=queue.Queue)
    _revoked: set[str] = field(default_factory=set)
    _minted: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.gate.set()
        for client in (Client("app", "app-s3cret"), Client("native")):
            self.clients[client.client_id] = client
        self.rules = Server(self)

    @property
    def url(self) -> str:
        """The issuer."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    @property
    def authorization_url(self) -> str:
        return f"{self.url}/authorize"

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/jwks"

    @property
    def api_url(self) -> str:
        """An API that takes our tokens: GET /api/whoami answers with the claims, else 401."""
        return f"{self.url}/api"

    def asked(self, path: str = "/token") -> list[Seen]:
        """Return the requests for a path so far."""
        return [seen for seen in self.seen if seen.path == path]

    def mint(self, subject: str, *, scope: str = "read", audience: Any = None, **claims: Any) -> str:
        """Return an access token as /token issues them; `claims` replace its own, None takes one away. RFC 9068."""
        now = int(time.time())
        all_claims = {
            "iss": self.url,
            "sub": subject,
            "aud": self.audience if audience is None else audience,
            "scope": scope,
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_hex(8),
            "client_id": "app",
            **claims,
        }
        header = {"alg": "RS256", "typ": "at+jwt", "kid": self.key.kid}
        token = jwt.encode(header, {k: v for k, v in all_claims.items() if v is not None}, self.key)
        self._minted.append(token)
        return token

    def verify(self, token: str) -> Json | None:
        """Return the claims of a token of ours that is still good; None for any other."""
        try:
            claims = jwt.decode(token, KeySet([self.key]), algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return None
        return None if token in self._revoked or claims.get("exp", 0) <= time.time() else claims

    def revoke_all(self) -> None:
        """Let no access token of so far be good any more; refresh tokens stay."""
        self._revoked |= set(self._minted)

    def consent(self, client_id: str = "native", scope: str = "read") -> str:
        """Return a refresh token, as if the person had said yes to this client."""
        token = secrets.token_urlsafe(32)
        self.refresh[token] = Refresh(client_id, scope, User(self.user))
        return token

    def change_key(self) -> None:
        """Sign with a new key from now on; the keys that are published are the new one only."""
        self.key = new_key()

    def discovery(self) -> Json:
        """Return the discovery document: OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2."""
        document = {
            "issuer": self.url,
            "authorization_endpoint": self.authorization_url,
            "token_endpoint": self.token_url,
            "jwks_uri": self.jwks_url,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "grant_types_supported": [
                "authorization_code", "client_credentials", "refresh_token", "password", EXCHANGE,
            ],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }  # fmt: skip
        return {name: value for name, value in document.items() if value is not None}

    def answer(self, seen: Seen) -> Reply:
        """Return what a request is answered with."""
        match seen.path:
            case "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server":
                return Reply(200, self.discovery())
            case "/jwks":
                return Reply(200, KeySet([self.key]).as_dict(private=False))
            case "/authorize":
                return self._authorize(seen)
            case "/token" if seen.method == "POST":
                return self._token(seen)
            case "/api/whoami":
                return self._whoami(seen)
            case _:
                return Reply(404, {"error": "there is nothing here"})

    def _as_asked(self, seen: Seen) -> Asked:
        return Asked(seen.method, self.url + seen.target, dict(seen.headers), seen.body)

    def _authorize(self, seen: Seen) -> Reply:
        asked = self._as_asked(seen)
        with self._lock:
            try:
                grant = self.rules.get_consent_grant(asked, User(self.user))
            except RefusedError as error:
                reply: Reply = self.rules.handle_error_response(asked, error)
                return reply
            reply = self.rules.create_authorization_response(asked, None if self.denies else User(self.user), grant)
        if self.denies:
            reply.location = (reply.location or "").replace("error=access_denied", f"error={self.denies}")
        return reply

    def _token(self, seen: Seen) -> Reply:
        if not self.gate.is_set():
            self.arrived.put(seen.path)
            self.gate.wait(PATIENCE)
        with self._lock:
            reply: Reply = self.rules.create_token_response(self._as_asked(seen))
        return reply

    def _whoami(self, seen: Seen) -> Reply:
        (header,) = seen.values("Authorization") or ("",)
        claims = self.verify(header.removeprefix("Bearer "))
        if claims is None:
            return Reply(401, {"detail": "who?"}, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return Reply(200, claims)


@contextmanager
def running_identity_provider() -> Iterator[IdentityProvider]:
    """Yield a provider on a free port of 127.0.0.1, stopped at the end."""
    server = _Http(("127.0.0.1", 0), _Handler)
    server.provider = IdentityProvider(server, new_key())
    with in_a_thread(server):
        try:
            yield server.provider
        finally:
            server.provider.gate.set()


class _Http(QuietServer):
    request_queue_size = 256
    provider: IdentityProvider


class _Handler(QuietHandler):
    server: _Http

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        provider = self.server.provider
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = Seen(self.command, self.path, tuple(self.headers.items()), body)
        provider.seen.append(seen)
        scripted = provider.answers.get(urlsplit(self.path).path)
        self._send(scripted if scripted is not None else _as_answer(provider.answer(seen)))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)


def _as_answer(reply: Reply) -> Answer:
    body = reply.body if isinstance(reply.body, str) else json.dumps(dict(reply.body))
    kept = tuple((name, value) for name, value in reply.headers.items() if name != "Content-Type")
    return Answer(body.encode(), status=reply.status, headers=kept)

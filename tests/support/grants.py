"""The rules of an OAuth 2 authorization server, from authlib; identity.py gives it a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    ClientMixin,
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Payload,
    TokenEndpointMixin,
    grants,
)
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator  # type: ignore[import-untyped]
from authlib.oauth2.rfc9207 import IssuerParameter  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from support.identity import IdentityProvider

RefusedError = OAuth2Error
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
_AUTHENTICATION = ["client_secret_basic", "client_secret_post", "none"]


@dataclass
class Client(ClientMixin):  # type: ignore[misc]
    """A registered client; one without a secret is public. `scope` is what it may ask for, all where it asks nothing.

    `methods` are the ways in which a confidential one may authenticate.
    """

    client_id: str
    secret: str = ""
    scope: str = "read write"
    methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    redirect_path: str = "/callback"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        allowed = self.scope.split()
        return " ".join(each for each in (scope or self.scope).split() if each in allowed)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Any port of loopback, by its number: RFC 8252 section 7.3."""
        parts = urlsplit(redirect_uri)
        return (parts.scheme, parts.hostname, parts.path) == ("http", "127.0.0.1", self.redirect_path)

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in (self.methods if self.secret else ("none",))

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass
class User:
    """Whom a token speaks for, and the audience it is meant for where that was asked for."""

    name: str
    audience: str = ""

    def get_user_id(self) -> str:
        return self.name


@dataclass
class Code:
    """An authorization code that waits to be exchanged."""

    client_id: str
    redirect_uri: str
    scope: str
    user: User
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Refresh:
    """What a refresh token stands for."""

    client_id: str
    scope: str
    user: User

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Reply:
    """An answer to be sent."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")

    @location.setter
    def location(self, url: str) -> None:
        self.headers["Location"] = url


class _Payload(OAuth2Payload):  # type: ignore[misc]
    def __init__(self, pairs: Mapping[str, list[str]]) -> None:
        self._pairs = pairs

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._pairs.items()}

    @property
    def datalist(self) -> Mapping[str, list[str]]:
        return self._pairs


class Asked(OAuth2Request):  # type: ignore[misc]
    """A request as authlib reads it."""

    def __init__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(method, url, headers=headers)
        self._form = parse_qs(body.decode(), keep_blank_values=True)
        self._query = parse_qs(urlsplit(url).query, keep_blank_values=True)
        self.payload = _Payload({**self._query, **self._form})

    @property
    def args(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._query.items()}

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._form.items()}


class Server(AuthorizationServer):  # type: ignore[misc]
    """The endpoints of an identity provider, without a network."""

    def __init__(self, provider: "IdentityProvider") -> None:
        super().__init__()
        self.provider = provider
        self.register_token_generator("default", _Tokens(provider))
        for grant in (_ClientCredentials, _Password, _RefreshToken, _Exchange):
            self.register_grant(grant)
        self.register_grant(_AuthorizationCode, [_S256(required=True)])
        self.register_extension(_Issuer(provider))

    def query_client(self, client_id: str) -> Client | None:
        return self.provider.clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        self.provider.issued.append(token)
        if refresh := token.get("refresh_token"):
            user = request.user or User(request.client.client_id)
            self.provider.refresh[refresh] = Refresh(request.client.client_id, token.get("scope", ""), user)

    def create_oauth2_request(self, request: Asked) -> Asked:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Reply:
        return Reply(status, body, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody."""


class _Issuer(IssuerParameter):  # type: ignore[misc]
    def __init__(self, provider: "IdentityProvider") -> None:
        self._provider = provider

    def get_issuer(self) -> str:
        return self._provider.url


class _S256(CodeChallenge):  # type: ignore[misc]
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)


class _Tokens(JWTBearerTokenGenerator):  # type: ignore[misc]
    def __init__(self, provider: "IdentityProvider") -> None:
        super().__init__(provider.url, refresh_token_generator=lambda **_: generate_token(48))
        self._provider = provider

    def _get_expires_in(self, client: Client, grant_type: str) -> int:
        return self._provider.lifetime

    def get_audiences(self, client: Client, user: User | None, scope: str) -> str:
        return (user.audience if user else "") or self._provider.audience

    def access_token_generator(self, client: Client, grant_type: str, user: User | None, scope: str) -> str:
        audience = self.get_audiences(client, user, scope)
        subject = user.name if user else client.client_id
        return self._provider.mint(subject, scope=scope, audience=audience, client_id=client.client_id)


class _ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class _Password(grants.ResourceOwnerPasswordCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = _AUTHENTICATION

    def authenticate_user(self, username: str, password: str) -> User | None:
        return User(username) if self.server.provider.users.get(username) == password else None


class _RefreshToken(grants.RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = _AUTHENTICATION

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:
        return bool(self.server.provider.rotates)

    def authenticate_refresh_token(self, refresh_token: str) -> Refresh | None:
        found: Refresh | None = self.server.provider.refresh.get(refresh_token)
        return found

    def authenticate_user(self, refresh_token: Refresh) -> User:
        return refresh_token.user

    def revoke_old_credential(self, refresh_token: Refresh) -> None:
        if self.server.provider.rotates:
            del self.server.provider.refresh[self.request.form["refresh_token"]]


class _AuthorizationCode(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = _AUTHENTICATION

    def save_authorization_code(self, code: str, request: Asked) -> None:
        asked = request.payload.data
        self.server.provider.codes[code] = Code(
            client_id=request.client.client_id,
            redirect_uri=asked["redirect_uri"],
            scope=request.scope,
            user=request.user,
            code_challenge=asked.get("code_challenge"),
            code_challenge_method=asked.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.provider.codes.get(code)
        return found if found is not None and found.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.provider.codes[self.request.form["code"]]

    def authenticate_user(self, authorization_code: Code) -> User:
        return authorization_code.user


class _Exchange(grants.BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Another token for the subject of one that we issued. RFC 8693, of which authlib has nothing."""

    TOKEN_ENDPOINT_AUTH_METHODS = _AUTHENTICATION
    GRANT_TYPE = EXCHANGE

    def validate_token_request(self) -> None:
        self.request.client = self.authenticate_token_endpoint_client()
        asked = self.request.form
        if asked.get("subject_token_type") != ACCESS_TOKEN:
            raise InvalidRequestError("subject_token_type must be that of an access token")
        claims = self.server.provider.verify(asked.get("subject_token", ""))
        if claims is None:
            raise InvalidGrantError("the subject token is not valid")
        self.request.user = User(claims["sub"], asked.get("audience") or asked.get("resource") or "")

    def create_token_response(self) -> tuple[int, Any, Any]:
        scope = self.request.payload.scope
        token = self.generate_token(user=self.request.user, scope=scope, include_refresh_token=False)
        token["issued_token_type"] = ACCESS_TOKEN
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER

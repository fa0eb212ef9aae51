"""How access tokens are got: what an operator configured for one OAuth2 or OpenID Connect scheme."""

from dataclasses import dataclass
from enum import StrEnum

from openapi_mcp.model.secret import Secret


class GrantType(StrEnum):
    """The `grant_type` of a token request: RFC 6749 and RFC 8693."""

    CLIENT_CREDENTIALS = "client_credentials"
    PASSWORD = "password"  # noqa: S105  a word, no secret
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  a word, no secret
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  a word, no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The way to access tokens for one scheme.

    `token_url` is the token endpoint, "" where `metadata_url` (OpenID Connect Discovery, RFC 8414) leads to it. Secrets
    may go to both: whoever makes a Grant has seen to that; `is_confirmed` where the operator named them. `scopes` are
    asked for at every request; None asks for those of the operation. `secret_in_body` sends the client's secret as a
    field instead of as Basic. `kept_as` is the login that a refresh token is of, "" where it is of none: a new one is
    kept in its place. `refresh_token`, `username` and `password` are for their types; `audience` and `resource` narrow
    an exchanged token.
    """

    scheme: str
    type: GrantType
    client_id: str
    client_secret: Secret | None = None
    secret_in_body: bool = False
    token_url: str = ""
    metadata_url: str = ""
    scopes: tuple[str, ...] | None = None
    username: str = ""
    password: Secret | None = None
    refresh_token: Secret | None = None
    kept_as: str = ""
    is_confirmed: bool = False
    audience: str = ""
    resource: str = ""

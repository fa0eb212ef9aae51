"""Access tokens by a Grant: each way to one is a flow that yields requests and returns a Token.

No client library does just this without I/O of its own: authlib and oauthlib bind it to requests or httpx clients.
"""

import base64
from collections.abc import Generator, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlencode

from openapi_mcp.auth.token import Token, TokenError, read_token
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.message import Headers, HttpRequest, HttpResponse
from openapi_mcp.model.parts import parts_of
from openapi_mcp.model.secret import Secret

TokenFlow = Generator[HttpRequest, HttpResponse, Token]
Fields = list[tuple[str, str]]

_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  a word, no secret
_SECRET_FIELDS = ("client_secret", "password", "refresh_token", "subject_token", "code", "code_verifier")


def obtain(grant: Grant, scopes: tuple[str, ...] = (), subject: Secret | None = None, token_url: str = "") -> TokenFlow:
    """Return a token by a grant; `token_url` is the endpoint where the grant only says how to discover it.

    `scopes` are those of the operation, asked for where the grant has none of its own; `subject` is the caller's token,
    to be exchanged.

    Raises:
        TokenError: something that the grant needs is missing, or the endpoint gave no token.
    """
    fields = _form(grant, scopes, subject)
    request = token_request(
        grant.token_url or token_url, fields, grant.client_id, grant.client_secret, in_body=grant.secret_in_body
    )
    response = yield request
    return read_token(response, secrets_in(request))


def token_request(
    url: str, fields: Fields, client_id: str, secret: Secret | None, *, in_body: bool = False
) -> HttpRequest:
    """Return a token request by a client: with its secret as Basic or in the body, a public one with its id alone.

    Blanks are %20, which readers of forms and readers of URLs take for the same. RFC 6749 sections 2.3.1 and 3.2.1.
    """
    headers: Headers = (("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"))
    if secret is not None and not in_body:
        headers = (*headers, ("Authorization", f"Basic {basic_value(client_id, secret).reveal()}"))
    elif client_id:
        fields = [*fields, ("client_id", client_id)]
    if secret is not None and in_body:
        fields = [*fields, ("client_secret", secret.reveal())]
    return HttpRequest(method="POST", url=url, headers=headers, body=urlencode(fields, quote_via=quote).encode())


def basic_value(client_id: str, secret: Secret) -> Secret:
    """Return what authenticates a client by Basic; both parts are encoded as in a form. RFC 6749 section 2.3.1."""
    pair = f"{quote(client_id, safe='')}:{quote(secret.reveal(), safe='')}"
    return Secret(base64.b64encode(pair.encode()).decode())


def secrets_in(request: HttpRequest) -> Iterator[Secret]:
    """Yield what a token request tells that nobody else may know: a provider may repeat it, and so may its errors."""
    for name, value in request.headers:
        if name == "Authorization":
            told = (value, *parts_of(name, value))
            yield from map(Secret, {*told, *map(unquote, told)})
    if isinstance(request.body, bytes):
        fields = parse_qsl(request.body.decode("latin-1"))
        yield from (Secret(value) for name, value in fields if name in _SECRET_FIELDS)


def _form(grant: Grant, scopes: tuple[str, ...], subject: Secret | None) -> Fields:
    asked = scopes if grant.scopes is None else grant.scopes
    fields = [("grant_type", grant.type.value), *_of_type(grant, subject)]
    return [*fields, ("scope", " ".join(asked))] if asked else fields


def _of_type(grant: Grant, subject: Secret | None) -> Iterator[tuple[str, str]]:
    match grant.type:
        case GrantType.PASSWORD:
            yield "username", grant.username
            yield "password", _needed(grant.password, "a password", grant)
        case GrantType.REFRESH_TOKEN:
            yield "refresh_token", _needed(grant.refresh_token, "a refresh token", grant)
        case GrantType.TOKEN_EXCHANGE:
            yield "subject_token", _needed(subject, "the caller's own access token", grant)
            yield "subject_token_type", _ACCESS_TOKEN
            yield "requested_token_type", _ACCESS_TOKEN
            if grant.audience:
                yield "audience", grant.audience
            if grant.resource:
                yield "resource", grant.resource


def _needed(secret: Secret | None, what: str, grant: Grant) -> str:
    if secret is None:
        raise TokenError(f"there is no token without {what}", where=grant.scheme, hint=f"give {what}")
    return secret.reveal()

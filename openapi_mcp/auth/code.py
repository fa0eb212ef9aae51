"""The authorization code flow: a person says yes in a browser, which comes back to us with a code. RFC 6749, 4.1."""

import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from openapi_mcp.auth.oauth2 import TokenFlow, secrets_in, token_request
from openapi_mcp.auth.pkce import challenge
from openapi_mcp.auth.token import TokenError, read_token, refusal
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.url import redact_url


class StrangeRedirectError(Exception):
    """A request to the redirect URI that is no answer to what we asked: somebody else's, or a second one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """One question to a person: may this client have these scopes?

    `state` and `verifier` are random, for this question alone. `issuer` is who answers, "" where that is not known;
    `names_issuer` says that the answer must tell it.
    """

    authorization_url: str
    token_url: str
    client_id: str
    redirect_uri: str
    state: str
    verifier: Secret
    client_secret: Secret | None = None
    secret_in_body: bool = False
    scopes: tuple[str, ...] = ()
    issuer: str = ""
    names_issuer: bool = False


def consent_url(asked: Authorization) -> str:
    """Return the URL that the person's browser opens. RFC 6749 section 4.1.1, RFC 7636 section 4.3."""
    fields = {
        "response_type": "code",
        "client_id": asked.client_id,
        "redirect_uri": asked.redirect_uri,
        "scope": " ".join(asked.scopes),
        "state": asked.state,
        "code_challenge": challenge(asked.verifier.reveal()),
        "code_challenge_method": "S256",
    }
    query = urlencode({name: value for name, value in fields.items() if value}, quote_via=quote)
    bare = asked.authorization_url.partition("#")[0]
    return f"{bare}{'&' if '?' in bare else '?'}{query}"


def read_redirect(asked: Authorization, query: str) -> Secret:
    """Return the code that the browser came back with. RFC 6749 section 4.1.2, RFC 9207 section 2.4.

    Raises:
        StrangeRedirectError: its state is not ours, or something stands in it twice.
        TokenError: the answer is no, or another issuer's.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    fields = dict(pairs)
    is_ours = hmac.compare_digest(fields.get("state", "").encode(errors="replace"), asked.state.encode())
    if not is_ours or len(fields) != len(pairs):
        raise StrangeRedirectError
    where = redact_url(asked.authorization_url)
    said = fields.get("iss")
    if asked.issuer and ((said is None and asked.names_issuer) or (said is not None and said != asked.issuer)):
        hint = "log in again; where it stays so, the provider's operator must look"
        raise TokenError("the answer in the browser is that of another issuer", where=where, hint=hint)
    if "error" in fields or not fields.get("code"):
        raise refusal({"error": "no code", **fields}, where, Redactor())
    return Secret(fields["code"])


def exchange(asked: Authorization, code: Secret) -> TokenFlow:
    """Return the token for a code. RFC 6749 section 4.1.3.

    Raises:
        TokenError: the endpoint gave none.
    """
    fields = [
        ("grant_type", "authorization_code"),
        ("code", code.reveal()),
        ("redirect_uri", asked.redirect_uri),
        ("code_verifier", asked.verifier.reveal()),
    ]
    request = token_request(asked.token_url, fields, asked.client_id, asked.client_secret, in_body=asked.secret_in_body)
    response = yield request
    return read_token(response, secrets_in(request))

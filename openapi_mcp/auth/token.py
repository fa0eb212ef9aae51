"""Token: what a token endpoint answers with, read; and the error that says why there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.jsontext import JsonValue, read_json
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import redact_url

_LONGEST_LIFETIME = 10 * 365 * 86_400.0  # seconds; more is a mistake, and would not fit a clock
_HINTS: Mapping[str, str] = {
    "invalid_client": "check the client's id and secret, and whether the secret goes into the body (secret_in_body)",
    "invalid_grant": "the refresh token or password is no longer good: run openapi-mcp login again, or give a new one",
    "unauthorized_client": "allow this grant type for the client at the provider",
    "unsupported_grant_type": "choose another way to a token: the provider does not know this one",
    "invalid_scope": "ask for scopes that the provider knows and allows this client",
    "access_denied": "the person, or the provider, said no; log in again to be asked once more",
}
_PASSING = ("temporarily_unavailable", "server_error", "slow_down")


class TokenError(CredentialsError):
    """No access token could be had; `may_pass` where the same may work later: the provider is down, or busy."""

    def __init__(
        self, message: str, *, where: str | None = None, hint: str | None = None, may_pass: bool = False
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.may_pass = may_pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token; `lifetime` is in seconds from its request, None where nobody said.

    `refresh` is the refresh token that came with it: it takes the place of an older one. `scopes` are what was granted,
    None where that is what was asked for.
    """

    access: Secret
    lifetime: float | None = None
    refresh: Secret | None = None
    scopes: tuple[str, ...] | None = None


def read_token(response: HttpResponse, secrets: Iterable[Secret]) -> Token:
    """Return the token of a token endpoint's answer; `secrets` are masked where the endpoint repeats them.

    b'{"access_token": "a", "token_type": "Bearer", "expires_in": 60}' -> Token(access=..., lifetime=60.0)

    Raises:
        TokenError: it refused, or answered with what is no Bearer token. RFC 6749 sections 5.1 and 5.2.
    """
    where, redact = redact_url(response.url), Redactor(secrets)
    fields = json_object(response, where, redact)
    if response.status >= 300 or "error" in fields:
        raise refusal(fields, where, redact, response.status)
    kind = fields.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise TokenError("the token endpoint gave no Bearer token", where=where, hint="no other kind can be sent")
    refresh, scope = fields.get("refresh_token"), fields.get("scope")
    return Token(
        access=_visible(fields.get("access_token"), "access token", where),
        lifetime=_lifetime(fields.get("expires_in")),
        refresh=_visible(refresh, "refresh token", where) if refresh else None,
        scopes=tuple(scope.split()) if isinstance(scope, str) else None,
    )


def json_object(response: HttpResponse, where: str, redact: Redactor | None = None) -> dict[str, JsonValue]:
    """Return the JSON object that a provider answered with; an empty one for a refusal that is none.

    Raises:
        TokenError: no JSON object, cut short, or a redirect to elsewhere.
    """
    if response.redirect is not None:
        elsewhere = (redact or Redactor())(redact_url(response.redirect))
        said = f"the identity provider points to another origin: {one_line(elsewhere, 500)}"
        raise TokenError(said, where=where, hint="name the right URL; redirects to other origins are not followed")
    try:
        value = read_json(response.body.decode("utf-8-sig"))
    except ValueError:
        value = None
    if isinstance(value, dict) and response.ended_early is None:
        return value
    if response.status >= 300:
        return {}
    raise TokenError("the identity provider's answer is no JSON object", where=where, hint="check the URL")


def refusal(fields: Mapping[str, JsonValue], where: str, redact: Redactor, status: int | None = None) -> TokenError:
    """Return the error that a refusal stands for. RFC 6749 sections 4.1.2.1 and 5.2."""
    code, description = (_foreign(fields.get(name), redact) for name in ("error", "error_description"))
    about = f": {description}" if description else ""
    named = f"{code}{about}" if code else f"status {status}"
    is_passing = code in _PASSING or (status is not None and (status >= 500 or status == 429))
    hint = "try again later" if is_passing else _HINTS.get(code, "check the client, its scopes and the URL")
    return TokenError(f"the identity provider gave no token ({named})", where=where, hint=hint, may_pass=is_passing)


def _foreign(value: JsonValue, redact: Redactor) -> str:
    return one_line(redact(value), 200) if isinstance(value, str) else ""


def _visible(value: JsonValue, what: str, where: str) -> Secret:
    """Return a token that can stand in a header: visible ASCII. RFC 6749 appendix A.12, RFC 6750 section 2.1."""
    if not isinstance(value, str) or not value or any(not "!" <= char <= "~" for char in value):
        said = f"the {what} is missing, or holds characters that no header can carry"
        raise TokenError(said, where=where, hint="ask the provider's operator")
    return Secret(value)


def _lifetime(value: JsonValue) -> float | None:
    """Return seconds, also from a text; None for what is no such number: zero and less say nothing that helps."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return min(seconds, _LONGEST_LIFETIME) if seconds > 0 else None

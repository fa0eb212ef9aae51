"""Metadata of an authorization server: what its discovery document says, and what of it is believed."""

from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import urlsplit

from openapi_mcp.auth.token import TokenError, json_object
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.url import origin, redact_url

_WELL_KNOWN = ("openid-configuration", "oauth-authorization-server")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Where an authorization server is asked for what; "" for an endpoint that it does not have.

    `names_itself` says that its answers in the browser carry `iss`. RFC 8414 section 2, RFC 9207 section 3.
    """

    issuer: str
    token_url: str
    authorization_url: str = ""
    names_itself: bool = False


Discovery = Generator[HttpRequest, HttpResponse, Metadata]


def discover(metadata_url: str) -> Discovery:
    """Return the metadata at a URL. OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3.

    Raises:
        TokenError: there is none, it is another server's, or its endpoints are not to be trusted with a secret.
    """
    where = redact_url(metadata_url)
    response = yield HttpRequest(method="GET", url=metadata_url, headers=(("Accept", "application/json"),))
    fields = json_object(response, where)
    if response.status != 200:
        said = f"the identity provider's metadata cannot be had (status {response.status})"
        raise TokenError(said, where=where, hint="check the URL", may_pass=response.status >= 500)
    issuer = fields.get("issuer")
    if not isinstance(issuer, str) or not is_issuer(issuer, metadata_url):
        said = "the metadata is that of another issuer than its URL names"
        hint = "give metadata_url as the issuer has it, or token_url itself"
        raise TokenError(said, where=where, hint=hint)
    return Metadata(
        issuer=issuer,
        token_url=_endpoint(fields, "token_endpoint", metadata_url),
        authorization_url=_endpoint(fields, "authorization_endpoint", metadata_url),
        names_itself=fields.get("authorization_response_iss_parameter_supported") is True,
    )


def is_issuer(issuer: str, metadata_url: str) -> bool:
    """True where the metadata of this issuer stands at this URL; a slash at its end makes no difference.

    ("https://id.example/t1", "https://id.example/t1/.well-known/openid-configuration") -> True
    ("https://id.example/t1", "https://id.example/.well-known/oauth-authorization-server/t1") -> True
    """
    parts = urlsplit(metadata_url)
    own = urlsplit(issuer)
    if origin(issuer) != origin(metadata_url) or own.query or own.fragment or parts.query:
        return False
    path = own.path.rstrip("/")
    places = {f"{path}/.well-known/{name}" for name in _WELL_KNOWN}
    places |= {f"/.well-known/{name}{path}" for name in _WELL_KNOWN}
    return parts.path.rstrip("/") in places


def is_protected(url: str, beside: str = "") -> bool:
    """True for a URL that secrets may travel to: https, loopback, or the host of `beside` where that is plain too."""
    found = origin(url)
    if found is None or "@" in urlsplit(url).netloc or not url.isprintable():
        return False
    scheme, host, _ = found
    asked = origin(beside)
    return scheme == "https" or host in _LOOPBACK or (asked is not None and asked[:2] == ("http", host))


def _endpoint(fields: dict[str, JsonValue], name: str, metadata_url: str) -> str:
    url = fields.get(name)
    if url is None:
        return ""
    if not isinstance(url, str) or not is_protected(url, metadata_url):
        said = f"the metadata's {name} is no https URL"
        raise TokenError(said, where=redact_url(metadata_url), hint="give the URL itself, or ask the provider")
    return url

"""The keys of an authorization server, fetched from where its metadata says."""

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.tls import Trust

if TYPE_CHECKING:
    import httpx

_DEADLINE = 5.0  # seconds, for all of it: somebody's call is waiting
_LARGEST = 512 << 10

JsonObject = dict[str, Any]


class IssuerError(Exception):
    """The issuer's keys cannot be had; the message says why, for the operator."""


async def fetch_keys(issuer: str, keys_url: str | None, trust: Trust) -> list[JsonObject]:
    """Return the JSON Web Keys of an issuer (RFC 7517, 5), from `keys_url` or from where its metadata says.

    Raises:
        IssuerError: out of reach, too slow, too large, or not what it should be.
    """
    try:
        with anyio.fail_after(_DEADLINE):
            url = keys_url or await _named_by_metadata(issuer, trust)
            keys = (await _object(url, trust)).get("keys")
    except TimeoutError:
        raise IssuerError(f"no answer within {_DEADLINE:.0f} s") from None
    if not isinstance(keys, list):
        raise IssuerError(f"{_shown(url)} holds no keys")
    return [key for key in keys if isinstance(key, dict)]


async def _named_by_metadata(issuer: str, trust: Trust) -> str:
    """Return the `jwks_uri` of the first metadata that is the issuer's own. RFC 8414 3.3, OpenID Discovery 4.3."""
    trouble = ""
    for url in metadata_urls(issuer):
        try:
            metadata = await _object(url, trust)
        except IssuerError as error:
            trouble = trouble or str(error)
            continue
        if metadata.get("issuer") != issuer:
            trouble = f"{_shown(url)} is of another issuer, {str(metadata.get('issuer'))[:200]!r}"
            continue
        keys_url = metadata.get("jwks_uri")
        if not isinstance(keys_url, str) or not is_private(keys_url):
            raise IssuerError(f"{_shown(url)} names no usable jwks_uri: https is wanted")
        return keys_url
    raise IssuerError(trouble)


def metadata_urls(issuer: str) -> list[str]:
    """Return where an issuer's metadata may be: RFC 8414 section 3.1 and OpenID Connect Discovery section 4.

    "https://id.test/a" -> "https://id.test/.well-known/oauth-authorization-server/a", ...
    """
    parts = urlsplit(issuer)
    root, path = f"{parts.scheme}://{parts.netloc}/.well-known", parts.path.rstrip("/")
    beside = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    found = (f"{root}/oauth-authorization-server{path}", f"{root}/openid-configuration{path}", beside)
    return list(dict.fromkeys(found))


async def _object(url: str, trust: Trust) -> JsonObject:
    """Return the JSON object at a URL; nothing is followed from there."""
    import httpx

    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "openapi-mcp"}
    try:
        async with (
            httpx.AsyncClient(verify=trust.context(origin(url)), timeout=_DEADLINE, follow_redirects=False) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code != 200:
                raise IssuerError(f"{_shown(url)} answers {response.status_code}")
            data = await _body(response, url)
        value = read_json(data.decode())
    except ConfigError as error:  # the bundle was good when we started
        raise IssuerError(error.message) from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise IssuerError(f"{_shown(url)}: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise IssuerError(f"{_shown(url)} is no JSON object")
    return value


async def _body(response: "httpx.Response", url: str) -> bytes:
    data = b""
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > _LARGEST:
            raise IssuerError(f"{_shown(url)} is larger than {_LARGEST} bytes")
    return data


def read_issuer_url(url: str, where: str) -> str:
    """Return a URL of the issuer, as it was written: an issuer is compared letter by letter.

    Raises:
        ConfigError: it is not https, and not http to this machine; or holds what no such URL has.
    """
    if not is_private(url) or any(char in url for char in "?#"):
        hint = "write https://host/path; http only to this machine"
        raise ConfigError(f"{redact_url(url)!r} is not a usable URL of an issuer", where=where, hint=hint)
    return url


def is_private(url: str) -> bool:
    """True for a URL that nobody on the way can answer for: https, or http to this machine."""
    found = origin(url)
    if found is None or not url.isprintable() or " " in url or "@" in url.partition("://")[2].partition("/")[0]:
        return False
    return found[0] == "https" or is_this_machine(found[1])


def is_this_machine(host: str) -> bool:
    """True for a name or an address of the loopback interface."""
    try:
        return host.lower() == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _shown(url: str) -> str:
    return redact_url(url)[:200]

"""Who may call over HTTP and by which names, as an operator configured it: checked once, before anything is served."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.url import origin
from openapi_mcp.progress import Notice
from openapi_mcp.server.door import Admission
from openapi_mcp.server.endpoint import SHORTEST, WHERE, EndpointToken
from openapi_mcp.server.forward import NOTHING, Forward, read_forward
from openapi_mcp.server.guard import LOOPBACK, Names
from openapi_mcp.server.issuer import fetch_keys, is_private, is_this_machine, read_issuer_url
from openapi_mcp.server.keys import Keys
from openapi_mcp.server.tokens import Verifier
from openapi_mcp.sharing import caller_key
from openapi_mcp.tls import Trust

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
SYSTEM = Trust()
_WELL_KNOWN = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The authorization server whose tokens let callers in."""

    url: str
    audience: tuple[str, ...] = ()
    keys_url: str | None = None
    scopes: tuple[str, ...] = ()
    trust: Trust = SYSTEM

    def keys(self) -> Keys:
        """Return its keys, none of which is there yet."""
        return Keys(partial(fetch_keys, self.url, self.keys_url, self.trust), time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may call. `host` is where the endpoint listens, `public_url` where clients reach it behind a proxy."""

    host: str = "127.0.0.1"
    public_url: str | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    token: EndpointToken | None = None
    issuer: Issuer | None = None
    forward: Forward = NOTHING
    allow_unauthenticated: bool = False

    @property
    def is_authenticated(self) -> bool:
        """True where clients have to say who they are."""
        return self.token is not None or self.issuer is not None

    @property
    def brings_own(self) -> bool:
        """True where no call runs without the caller's own credential for its API; each of several asks for one."""
        forward = self.forward
        return bool(forward.names) and not forward.is_optional and all(names for _, names in forward.apis)

    def names(self, address: str) -> Names:
        """Return the names that clients may use, where the listener is bound to this address."""
        public = origin(self.public_url) if self.public_url else None
        hosts = {*LOOPBACK, bracketed(address), *map(str.lower, self.hosts)}
        return Names(
            hosts=frozenset(hosts | ({bracketed(public[1])} if public else set())),
            any_address=not is_this_machine(address),
            local_pages=is_this_machine(address),
            origins=frozenset({serialized(public)} if public else ()),
            sharing=frozenset(self.origins),
            headers=frozenset(name.lower() for name in self.forward.names),
        )

    def resource(self, url: str) -> str:
        """Return what this endpoint is called in tokens and metadata; `url` is where it listens. RFC 8707, RFC 9728."""
        return self.public_url or url

    def admission(self, url: str, keys: Keys | None) -> Admission:
        """Return what a request has to show at the endpoint that listens at `url`."""
        if self.issuer is None or keys is None:
            return Admission(token=self.token, forward=self.forward)
        resource = self.resource(url)
        parts = urlsplit(resource)
        path = f"{_WELL_KNOWN}{parts.path if parts.path != '/' else ''}"
        return Admission(
            verifier=Verifier(self.issuer.url, self.issuer.audience or (resource,), keys),
            scopes=self.issuer.scopes,
            metadata_url=f"{parts.scheme}://{parts.netloc}{path}",
            open_paths=frozenset({path}),
            forward=self.forward,
        )


def read_access(config: Config, environ: Mapping[str, str], notice: Notice) -> Access:
    """Return who may call; a token that can be guessed is said.

    Raises:
        ConfigError: options that contradict each other, or mean nothing.
        CredentialsError: the endpoint's token, or the key of the replicas, cannot be read.
    """
    if config.endpoint_token is not None and config.oauth_issuer is not None:
        hint = "give one of them"
        raise ConfigError("both want the Authorization header", where=f"{WHERE} and --oauth-issuer", hint=hint)
    token = EndpointToken(config.endpoint_token, environ) if config.endpoint_token is not None else None
    if token is not None and token.is_short:
        notice(f"warning: the endpoint's token has fewer than {SHORTEST} characters, and can be guessed")
    issuer = _read_issuer(config)
    is_ours = token is not None or issuer is not None
    return Access(
        host=config.host,
        public_url=config.public_url,
        hosts=tuple(map(_read_host, config.allowed_hosts)),
        origins=tuple(map(_read_origin, config.allowed_origins)),
        token=token,
        issuer=issuer,
        forward=read_forward(
            config.forward,
            is_optional=config.forward_optional,
            is_authorization_ours=is_ours,
            apis={api.name: api.forward for api in config.apis},
            key=caller_key(config, environ),
        ),
        allow_unauthenticated=config.allow_unauthenticated,
    )


def _read_issuer(config: Config) -> Issuer | None:
    if config.oauth_issuer is None:
        for given, where in (
            (config.oauth_audience, "--oauth-audience"),
            (config.oauth_jwks, "--oauth-jwks"),
            (config.oauth_scopes, "--oauth-scope"),
        ):
            if given:
                raise ConfigError("no issuer is named", where=where, hint="name it with --oauth-issuer")
        return None
    if config.public_url is None and not is_this_machine(config.host):
        hint = "say where clients reach this endpoint with --public-url https://host/path"
        raise ConfigError("tokens have to be meant for this endpoint, by its URL", where="--oauth-issuer", hint=hint)
    if any(not _is_scope(scope) for scope in config.oauth_scopes):
        raise ConfigError("a scope is one word", where="--oauth-scope", hint="give the option once for each scope")
    # Not `--insecure`: whoever is on the wire could sign tokens of their own.
    trust = Trust(ca_bundle=config.ca_bundle)
    trust.check()
    return Issuer(
        url=read_issuer_url(config.oauth_issuer, "--oauth-issuer"),
        audience=config.oauth_audience,
        keys_url=_read_keys_url(config.oauth_jwks),
        scopes=config.oauth_scopes,
        trust=trust,
    )


def _read_keys_url(url: str | None) -> str | None:
    if url is not None and not is_private(url):
        raise ConfigError("the keys could be anybody's", where="--oauth-jwks", hint="write https://host/path")
    return url


def _is_scope(text: str) -> bool:
    """True for a scope-token: RFC 6749 section 3.3."""
    return bool(text) and all("!" <= char <= "~" and char not in '"\\' for char in text)


def _read_host(text: str) -> str:
    if not _NAME.fullmatch(text):
        hint = "write mcp.example.com, without scheme, port and path"
        raise ConfigError(f"{text[:60]!r} is not the name of a host", where="--allowed-host", hint=hint)
    return text.lower()


def _read_origin(text: str) -> str:
    found = origin(text)
    if found is None or "@" in text or urlsplit(text).path not in ("", "/") or any(char in text for char in "?#*"):
        hint = "write https://app.example.com, without a path"
        raise ConfigError(f"{text[:60]!r} is not the origin of a web page", where="--allowed-origin", hint=hint)
    return serialized(found)


def serialized(found: tuple[str, str, int]) -> str:
    """Return an origin as a browser sends it: RFC 6454 section 6.1.

    ("https", "app.example.com", 443) -> "https://app.example.com"
    """
    scheme, host, port = found
    is_default = port == {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{bracketed(host)}" + ("" if is_default else f":{port}")


def bracketed(host: str) -> str:
    """Return a host as a URL has it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host

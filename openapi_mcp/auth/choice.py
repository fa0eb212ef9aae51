"""Which scheme a person logs in to, where its provider is, and whether that was confirmed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openapi_mcp.auth.metadata import is_protected
from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.document import OAuthFlow, Operation, SecurityScheme
from openapi_mcp.model.url import origin

_FLOW = "authorizationCode"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """What the operator said of one scheme's provider; "" for what was not said. What stands here is confirmed."""

    token_url: str = ""
    authorization_url: str = ""
    metadata_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where a provider is: its two endpoints, or the metadata that leads to those that are ""."""

    token_url: str = ""
    authorization_url: str = ""
    metadata_url: str = ""


def login_scheme(schemes: Sequence[SecurityScheme], name: str | None, source: str) -> SecurityScheme:
    """Return the scheme of this name, or the only one that a person can log in to.

    Raises:
        CredentialsError: there is none, or no way to tell which.
    """
    fitting = [scheme for scheme in schemes if can_log_in(scheme)]
    if name is not None:
        return _named(schemes, name, source)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        hint = "it takes an oauth2 scheme with the authorizationCode flow, or an openIdConnect scheme"
        raise CredentialsError("the document has no scheme that a person can log in to", where=source, hint=hint)
    listed = ", ".join(scheme.name for scheme in fitting)
    said = f"the document has several schemes that a person can log in to: {listed}"
    raise CredentialsError(said, where=source, hint=f"name one of them: openapi-mcp login --spec ... {fitting[0].name}")


def can_log_in(scheme: SecurityScheme) -> bool:
    """True for a scheme with the authorization code flow, or with metadata that may have it."""
    return scheme.type in ("oauth2", "openIdConnect") and (bool(scheme.metadata_url) or _flow(scheme) is not None)


def provider_of(
    scheme: SecurityScheme, settings: ProviderSettings, named: Iterable[str], *, is_local: bool
) -> Provider:
    """Return where the scheme's provider is: as the operator said, else as the document says, if that may be believed.

    A local document may name any provider; one from a URL only the origins of the URLs `named` (the document's own and
    --base-url), as it could send a secret anywhere.

    Raises:
        CredentialsError: the document names another origin, or one without TLS, and nobody confirmed that.
    """
    flow = _flow(scheme) or OAuthFlow(type=_FLOW)
    if settings.metadata_url or not (flow.token_url and flow.authorization_url):
        in_document = {"metadata_url": scheme.metadata_url}
    else:
        in_document = {"token_url": flow.token_url, "authorization_url": flow.authorization_url}
    if settings.metadata_url or (settings.token_url and settings.authorization_url):
        in_document = {}
    said = {name: getattr(settings, name) for name in ("token_url", "authorization_url", "metadata_url")}
    believed = tuple(named)
    for name, url in in_document.items():
        if url and not said[name]:
            _require_confirmed(scheme, name, url, believed, is_local=is_local)
            said[name] = url
    return Provider(**said)


def scopes_of(operations: Iterable[Operation], scheme: str) -> tuple[str, ...]:
    """Return the scopes of a scheme that these operations need, each once."""
    return tuple(dict.fromkeys(_scopes(operations, scheme)))


def _scopes(operations: Iterable[Operation], scheme: str) -> Iterator[str]:
    for operation in operations:
        for requirement in operation.security or ():
            for required in requirement.schemes:
                if required.name == scheme:
                    yield from required.scopes


def _flow(scheme: SecurityScheme) -> OAuthFlow | None:
    return next((flow for flow in scheme.flows if flow.type == _FLOW), None)


def _named(schemes: Sequence[SecurityScheme], name: str, source: str) -> SecurityScheme:
    found = next((scheme for scheme in schemes if scheme.name == name), None)
    if found is None:
        listed = ", ".join(scheme.name for scheme in schemes) or "none"
        hint = f"schemes of this document: {listed}"
        raise CredentialsError(f"the document has no security scheme {name[:80]!r}", where=source, hint=hint)
    if found.type not in ("oauth2", "openIdConnect"):
        said = f"nobody can log in to the scheme {name!r}: its type is {found.type[:40]!r}"
        raise CredentialsError(said, where=found.pointer, hint=f"give its value with --auth {name}=VALUE")
    return found


def _require_confirmed(scheme: SecurityScheme, name: str, url: str, named: tuple[str, ...], *, is_local: bool) -> None:
    hint = f"if it is right, confirm it with --auth {scheme.name}.{name}={url}"
    if not is_local and origin(url) not in {origin(each) for each in named}:
        said = f"the document names a provider of another origin than its own: {url[:200]}"
        raise CredentialsError(said, where=f"{scheme.pointer} ({name})", hint=hint)
    if not any(is_protected(url, beside) for beside in ("", *named)):
        said = f"the document names a provider without TLS: {url[:200]}"
        raise CredentialsError(said, where=f"{scheme.pointer} ({name})", hint=hint)

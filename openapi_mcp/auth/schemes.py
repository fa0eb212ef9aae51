"""Configured credentials by the document's security schemes, and where they may go."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote_plus

from openapi_mcp.auth.choose import variable_form
from openapi_mcp.auth.held import Held, spot
from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.document import Document, SecurityScheme
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import MASK, Credential, Place, Secret
from openapi_mcp.model.url import origin

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticCredentials:
    """The credentials of the command line, environment and config file, their values resolved."""

    bearer: Secret | None = None
    token: Secret | None = None
    token_scheme: str = "Token"  # noqa: S105  a word, no secret
    basic: Secret | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    api_key: Secret | None = None
    by_scheme: Mapping[str, Secret] | None = None


def place_credentials(static: StaticCredentials, schemes: Sequence[SecurityScheme]) -> Held:
    """Return each configured value with its place in a request; a header takes the place of what else stands there.

    Raises:
        CredentialsError: a value has no place: no apiKey scheme, several of them, or an unknown scheme name.
    """
    headers = {spot(credential): credential for credential in _from_headers(static)}
    general = {spot(credential): credential for credential in _authorization(static)} | headers
    by_scheme = {name: value for name, value in _from_schemes(static, schemes) if spot(value) not in headers}
    for credential in (*general.values(), *by_scheme.values()):
        _check_characters(credential)
    return Held(
        general=tuple(general.values()), by_scheme=by_scheme, schemes={scheme.name: scheme for scheme in schemes}
    )


def _authorization(static: StaticCredentials) -> Iterable[Credential]:
    if static.basic is not None:
        yield _basic(static.basic, "--basic")
    if static.token is not None:
        yield Credential.header("Authorization", static.token, f"{static.token_scheme} ")
    if static.bearer is not None:
        yield _bearer(static.bearer)


def _from_headers(static: StaticCredentials) -> Iterable[Credential]:
    return (Credential.header(name, value) for name, value in static.headers)


def _from_schemes(static: StaticCredentials, schemes: Sequence[SecurityScheme]) -> Iterable[tuple[str, Credential]]:
    if static.api_key is not None:
        for scheme in _same_api_keys(schemes):
            yield scheme.name, _api_key(scheme, static.api_key)
    for name, value in (static.by_scheme or {}).items():
        scheme = scheme_named(name, schemes)
        yield scheme.name, _for_scheme(scheme, value)


def scheme_named(name: str, schemes: Sequence[SecurityScheme]) -> SecurityScheme:
    """Return a scheme by its name, or by the form its name has in an environment variable: api-key -> API_KEY.

    Raises:
        CredentialsError: there is none.
    """
    exact = next((scheme for scheme in schemes if scheme.name == name), None)
    found = exact or next((scheme for scheme in schemes if variable_form(scheme.name) == name.upper()), None)
    if found is None:
        listed = ", ".join(scheme.name for scheme in schemes) or "none"
        hint = f"schemes of this document: {listed}"
        raise CredentialsError(f"the document has no security scheme {name!r}", where="--auth", hint=hint)
    return found


def _for_scheme(scheme: SecurityScheme, value: Secret) -> Credential:
    match scheme.type, scheme.scheme:
        case "apiKey", _:
            return _api_key(scheme, value)
        case "http", "basic":
            return _basic(value, f"--auth {scheme.name}")
        case ("http", "bearer") | (("oauth2" | "openIdConnect"), _):
            return _bearer(value)
        case "http", other if other:
            return Credential.header("Authorization", value, f"{other.capitalize()} ")
        case _:
            message = f"a security scheme of type {scheme.type!r} takes no static value"
            raise CredentialsError(message, where=scheme.pointer, hint="give the header itself with --header")


def _bearer(value: Secret) -> Credential:
    return Credential.header("Authorization", value, "Bearer ")


def basic_of(scheme: SecurityScheme, settings: Mapping[str, Secret]) -> Credential:
    """Return what `username` and `password` of an http basic scheme come to.

    Raises:
        CredentialsError: one of them is missing, or something else is said.
    """
    where = f"--auth {scheme.name}"
    if settings.keys() != {"username", "password"}:
        hint = f"give {where}=USER:PASS, or {where}.username and {where}.password"
        raise CredentialsError("http basic takes a user name and a password, and nothing else", where=where, hint=hint)
    made = Credential.basic(settings["username"].reveal(), settings["password"].reveal())
    _check_characters(made)
    return made


def _basic(value: Secret, where: str) -> Credential:
    user, colon, password = value.reveal().partition(":")
    if not colon:
        raise CredentialsError("basic credentials need a colon", where=where, hint="write USER:PASS")
    return Credential.basic(user, password)


def _same_api_keys(schemes: Sequence[SecurityScheme]) -> Sequence[SecurityScheme]:
    """Return the apiKey schemes of a document, which all put their key in one place."""
    found = [scheme for scheme in schemes if scheme.type == "apiKey"]
    if len({(scheme.location, scheme.parameter) for scheme in found}) == 1:
        return found
    if not found:
        raise CredentialsError(
            "the document has no apiKey scheme, so there is no place for the key",
            where="--api-key",
            hint="give the header itself: --header 'X-API-Key: env:KEY'",
        )
    listed = ", ".join(scheme.name for scheme in found)
    raise CredentialsError(
        f"the document has several apiKey schemes: {listed}",
        where="--api-key",
        hint=f"write --auth {found[0].name}=VALUE",
    )


def _api_key(scheme: SecurityScheme, value: Secret) -> Credential:
    try:
        place = Place(scheme.location)
    except ValueError:
        message = f"the scheme {scheme.name!r} puts its key in {scheme.location!r}"
        raise CredentialsError(message, where=scheme.pointer, hint="it must be header, query or cookie") from None
    if not scheme.parameter:
        raise CredentialsError(f"the scheme {scheme.name!r} names no parameter", where=scheme.pointer)
    if place is Place.HEADER:
        return Credential.header(scheme.parameter, value)
    return Credential(place=place, name=scheme.parameter, value=value)


def _check_characters(credential: Credential) -> None:
    if credential.place is not Place.QUERY and not _TOKEN.fullmatch(credential.name):
        raise CredentialsError(
            f"{credential.name[:80]!r} cannot be the name of a {credential.place.value}",
            where=f"{credential.place.value} {credential.name[:80]}",
            hint="correct it in the document, or give the header itself with --header",
        )
    text = credential.prefix + credential.value.reveal()
    ends_cookie = credential.place is Place.COOKIE and any(char in text for char in "; ,")
    if not credential.value.reveal() or ends_cookie or any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise CredentialsError(
            f"the value for {credential.name!r} is empty or holds a character that cannot stand there",
            where=f"{credential.place.value} {credential.name}",
            hint="check the environment variable or the file it is read from",
        )


def trusted_origins(document: Document, base_url: str | None, typed_url: str | None) -> frozenset[tuple[str, str, int]]:
    """Return the origins that credentials may go to.

    With a base URL it is that one. Without, what the operator typed confirms itself: the origin of the document's URL,
    or for a local document the first server it names.
    """
    if base_url is not None:
        named = [base_url]
    elif typed_url is not None:
        named = [typed_url]
    elif document.base_uri is not None:
        named = [document.base_uri]
    else:
        named = [server.url for server in document.servers[:1]]
    return frozenset(found for url in named if (found := origin(url)) is not None)


def may_have_secrets(document: Document, base_url: str | None, typed_url: str | None) -> Callable[[str], bool]:
    """Return what tells whether a URL that the document names (a token endpoint) may be sent an operator's secrets.

    It may on a host that credentials go to, whatever its port. A local document is the operator's own, as its first
    server is; what it names must be https, or on this machine.
    """
    trusted = trusted_origins(document, base_url, typed_url)
    hosts = {host for _, host, _ in trusted}
    is_local = typed_url is None and document.base_uri is None

    def may(url: str) -> bool:
        found = origin(url)
        if found is None or found in trusted:
            return found is not None
        scheme, host, _ = found
        is_private = scheme == "https" or host in LOOPBACK
        return is_private and (is_local or host in hosts)

    return may


def authorize(
    request: HttpRequest, credentials: Iterable[Credential], trusted: frozenset[tuple[str, str, int]]
) -> HttpRequest:
    """Return the request with each credential set, last, in place of whatever stood there; for trusted origins only."""
    if origin(request.url) not in trusted:
        return request
    return _set_all(request, ((credential, credential.value.reveal()) for credential in credentials))


def masked(
    request: HttpRequest, credentials: Iterable[Credential], trusted: frozenset[tuple[str, str, int]]
) -> HttpRequest:
    """Return the request as `authorize` would, with `***` for every secret."""
    if origin(request.url) not in trusted:
        return request
    return _set_all(request, ((credential, MASK) for credential in credentials))


def _set_all(request: HttpRequest, values: Iterable[tuple[Credential, str]]) -> HttpRequest:
    cookies_last = sorted(values, key=lambda pair: pair[0].place is Place.COOKIE)  # a `Cookie` header keeps them
    for credential, value in cookies_last:
        match credential.place:
            case Place.HEADER:
                kept = tuple(pair for pair in request.headers if pair[0].lower() != credential.name.lower())
                request = replace(request, headers=(*kept, (credential.name, credential.prefix + value)))
            case Place.QUERY:
                request = replace(request, url=_with_query(request.url, credential.name, value))
            case Place.COOKIE:
                request = replace(request, headers=_with_cookie(request.headers, credential.name, value))
    return request


def _with_query(url: str, name: str, value: str) -> str:
    bare, _, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair and not _is_named(pair, name)]
    pairs = "&".join([*kept, f"{quote(name, safe='')}={quote(value, safe='*')}"])
    return f"{bare}?{pairs}"


def _is_named(pair: str, name: str) -> bool:
    """True for a query pair of this name, in any letter case and however it is encoded."""
    return unquote_plus(pair.partition("=")[0]).lower() == name.lower()


def _with_cookie(headers: tuple[tuple[str, str], ...], name: str, value: str) -> tuple[tuple[str, str], ...]:
    cookies = [part.strip() for key, text in headers if key.lower() == "cookie" for part in text.split(";")]
    kept = [part for part in cookies if part and part.partition("=")[0].strip().lower() != name.lower()]
    others = tuple(pair for pair in headers if pair[0].lower() != "cookie")
    return (*others, ("Cookie", "; ".join([*kept, f"{name}={value}"])))

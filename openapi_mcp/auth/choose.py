"""Which of the credentials at hand go with a call, by what its operation's `security` says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from openapi_mcp.auth.held import Held, spot, spot_of
from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.document import Operation, RequiredScheme, SecurityRequirement, SecurityScheme
from openapi_mcp.model.grant import Grant
from openapi_mcp.model.secret import Credential, Place, Secret
from openapi_mcp.model.text import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedToken:
    """A token to be got, for these scopes."""

    grant: Grant
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What goes with a call, one for a place, what the caller brought last. `tokens` are to be got first."""

    credentials: tuple[Credential, ...] = ()
    tokens: tuple[WantedToken, ...] = ()


class MissingCredentialError(CredentialsError):
    """The operation needs a credential that is not at hand; `schemes` are the names of one way's missing ones."""

    def __init__(self, message: str, *, hint: str, schemes: tuple[str, ...]) -> None:
        super().__init__(message, hint=hint)
        self.schemes = schemes


_Part = Credential | WantedToken
_Way = tuple[_Part, ...]


def choose(
    operation: Operation, held: Held, brought: Sequence[Credential] = (), lent: Sequence[Credential] = ()
) -> Chosen:
    """Return what goes with a call of an operation; `brought` is what its caller brought, which comes first.

    What is `lent` by an earlier step of a workflow comes last, and only to a place for which nothing is configured.

    Of the alternatives it is the first that can be met, before the one that needs nothing. A credential that was given
    by itself goes along unless it is one of the document's schemes, and not of those that the operation needs or takes.

    Raises:
        MissingCredentialError: no alternative can be met.

    OAS 3.1.1, 4.8.30 (Security Requirement Object).
    """
    free = tuple(value for value in held.general if not _is_of_a_scheme(value, held))
    lent = tuple(each for each in lent if spot(each) not in held.occupied)
    way = _way_with(operation, held, tuple(brought), lent)
    parts = (*lent, *free, *_taken(operation, held), *way, *brought)
    return Chosen(
        credentials=_last_of_each_place([part for part in parts if isinstance(part, Credential)]),
        tokens=tuple(part for part in parts if isinstance(part, WantedToken)),
    )


def lacking(operation: Operation, held: Held, lent: Sequence[Credential] = ()) -> MissingCredentialError | None:
    """Return what a call of an operation will miss, whoever calls; None where nothing is missing.

    Headers that callers bring are there, and so is what an earlier step has `lent`; a call that goes without what it
    needs misses it all the same.
    """
    brought = [Credential(place=Place.HEADER, name=name, value=Secret("")) for name in held.forwarded]
    try:
        choose(operation, replace(held, allows_anonymous=False), brought, lent)
    except MissingCredentialError as error:
        return error
    return None


def _last_of_each_place(credentials: Sequence[Credential]) -> tuple[Credential, ...]:
    last: dict[object, Credential] = {}
    for credential in reversed(credentials):
        last.setdefault(spot(credential), credential)
    return tuple(reversed(last.values()))


def _taken(operation: Operation, held: Held) -> Iterator[_Part]:
    """Yield the keys at hand that the operation declares as parameters, whatever its `security` says."""
    for name in operation.takes:
        yield from _for_scheme(RequiredScheme(name=name), held, ()) or ()


def _way_with(operation: Operation, held: Held, brought: tuple[Credential, ...], lent: Sequence[Credential]) -> _Way:
    """Return what meets an operation's `security`: what is configured, where that does not, what is lent beside it."""
    try:
        return _way(operation, held, brought)
    except MissingCredentialError:
        if not lent:
            raise
        return _way(operation, replace(held, general=(*held.general, *lent)), brought)


def _way(operation: Operation, held: Held, brought: tuple[Credential, ...]) -> _Way:
    if operation.security is None:
        return held.general if held.states_security else (*held.general, *_all_of_schemes(held))
    if not operation.security:
        return ()
    ways = [way for each in operation.security if (way := _met(each, held, brought)) is not None]
    if ways:
        return max(ways, key=lambda way: (any(part in brought for part in way), bool(way)))  # the first of the best
    if held.allows_anonymous:
        return held.general
    raise _missing(operation, held, brought)


def _all_of_schemes(held: Held) -> Iterator[_Part]:
    """Yield all that is there for schemes, where the document does not say who needs which."""
    for value in held.by_scheme.values():
        yield WantedToken(grant=value, scopes=()) if isinstance(value, Grant) else value


def _met(requirement: SecurityRequirement, held: Held, brought: tuple[Credential, ...]) -> _Way | None:
    """Return what meets a requirement; None where something is missing."""
    way: list[_Part] = []
    for needed in requirement.schemes:
        found = _for_scheme(needed, held, brought)
        if found is None:
            return None
        way += found
    return tuple(way)


def _for_scheme(needed: RequiredScheme, held: Held, brought: tuple[Credential, ...]) -> _Way | None:
    scheme = held.schemes.get(needed.name)
    if scheme is None:
        return held.general  # the document names what it does not have: nobody can be told what is missing
    if scheme.type == "mutualTLS":
        return () if held.has_certificate else None
    if spot_of(scheme) is None:
        return held.general  # of an unknown kind, or place: as above
    own = next((value for value in brought if _is_of(value, scheme)), None) or held.by_scheme.get(needed.name)
    if isinstance(own, Grant):
        return (WantedToken(grant=own, scopes=needed.scopes),)
    found = own or next((value for value in held.general if _is_of(value, scheme)), None)
    return None if found is None else (found,)


def _is_of_a_scheme(value: Credential, held: Held) -> bool:
    return any(_is_of(value, scheme) for scheme in held.schemes.values())


def _is_of(value: Credential, scheme: SecurityScheme) -> bool:
    return spot_of(scheme) == spot(value)


def _missing(operation: Operation, held: Held, brought: tuple[Credential, ...]) -> MissingCredentialError:
    ways = [_missing_of(each, held, brought) for each in operation.security or ()]
    fewest = min(ways, key=len)
    said = " or ".join(dict.fromkeys(" and ".join(map(_described, way)) for way in ways))
    return MissingCredentialError(
        f"{operation.method} {one_line(operation.path, 120)} needs a credential that is not configured: {said}",
        hint=f"start the server with {' and '.join(map(how_to_give, fewest))}; --allow-anonymous sends calls without",
        schemes=tuple(scheme.name for scheme in fewest),
    )


def _missing_of(
    requirement: SecurityRequirement, held: Held, brought: tuple[Credential, ...]
) -> tuple[SecurityScheme, ...]:
    lacking = (each for each in requirement.schemes if _for_scheme(each, held, brought) is None)
    return tuple(held.schemes[each.name] for each in lacking)


def _described(scheme: SecurityScheme) -> str:
    """Return a scheme for people: `key (apiKey in header X-API-Key)`."""
    kind = {"http": f"http {scheme.scheme}", "apiKey": f"apiKey in {scheme.location} {scheme.parameter}"}
    return f"{one_line(scheme.name, 60)} ({one_line(kind.get(scheme.type, scheme.type), 80)})"


def how_to_give(scheme: SecurityScheme) -> str:
    """Return how an operator gives what a scheme needs: `--auth key=VALUE (or OPENAPI_MCP_AUTH_KEY)`."""
    name = one_line(scheme.name, 60)
    if scheme.type == "mutualTLS":
        return "--client-cert FILE"
    given = f"--auth {name}=VALUE (or OPENAPI_MCP_AUTH_{variable_form(name)})"
    flows = {flow.type for flow in scheme.flows}
    if "clientCredentials" in flows:
        return f"--auth {name}.client_id=ID --auth {name}.client_secret=env:SECRET"
    if scheme.type == "openIdConnect" or "authorizationCode" in flows:
        return f"a login (openapi-mcp login --spec SOURCE {name}), or {given} with an access token"
    if scheme.is_authorization:
        return f"--token VALUE (Authorization: Token VALUE) or --bearer VALUE, as the API wants it, or {given}"
    return given


def variable_form(name: str) -> str:
    """Return a scheme's name as it stands in an environment variable: api-key -> API_KEY."""
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in name.upper())

"""What an operator gave to go with calls: values for the document's schemes, and values that stand by themselves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openapi_mcp.auth.oauth2 import basic_value
from openapi_mcp.model.document import SecurityScheme
from openapi_mcp.model.grant import Grant
from openapi_mcp.model.secret import Credential, Place, Secret

AUTHORIZATION = (Place.HEADER, "authorization")
_Spot = tuple[Place, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The credentials that are at hand.

    `general` were given by their place (`--bearer`, `--header`), `by_scheme` for one of the document's `schemes`, by
    its name: a value, or the way to a token. `states_security` says whether the document says of any operation what it
    needs; `has_certificate` that connections are made with a client certificate; `allows_anonymous` that calls may go
    without what they need; `forwarded` are the headers that callers bring. `hidden` go with no call, and are masked
    like the others.
    """

    general: tuple[Credential, ...] = ()
    by_scheme: Mapping[str, Credential | Grant] = field(default_factory=dict)
    schemes: Mapping[str, SecurityScheme] = field(default_factory=dict)
    states_security: bool = True
    has_certificate: bool = False
    allows_anonymous: bool = False
    forwarded: tuple[str, ...] = ()
    hidden: tuple[Secret, ...] = ()

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """The values among them; of those in one place the one that was given for a scheme."""
        values = (*self.general, *(value for value in self.by_scheme.values() if isinstance(value, Credential)))
        return tuple({spot(value): value for value in values}.values())

    @property
    def occupied(self) -> frozenset[_Spot]:
        """The places of them all, names in lower case: no argument may set what stands there."""
        tokens = {AUTHORIZATION for value in self.by_scheme.values() if isinstance(value, Grant)}
        return frozenset({spot(value) for value in self.credentials} | tokens)

    def secrets(self) -> Iterator[Secret]:
        """Yield every secret among them, for whoever masks them."""
        yield from self.hidden
        for value in (*self.general, *self.by_scheme.values()):
            match value:
                case Credential():
                    yield from (value.value, *value.hides)
                case Grant():
                    held = (value.client_secret, value.password, value.refresh_token)
                    yield from (secret for secret in held if secret is not None)
                    if value.client_secret is not None:
                        yield basic_value(value.client_id, value.client_secret)

    def under(self, stronger: "Held") -> "Held":
        """Return these with stronger ones on top: what is given for a place takes it from all that are weaker."""
        taken = {spot(value) for value in stronger.general}
        general = {spot(value): value for value in (*self.general, *stronger.general)}
        kept = {name: value for name, value in self.by_scheme.items() if spot(value) not in taken}
        return replace(stronger, general=tuple(general.values()), by_scheme={**kept, **stronger.by_scheme})


def as_held(credentials: Held | Iterable[Credential]) -> Held:
    """Return bare credentials as held: given by themselves, they go with every call."""
    return credentials if isinstance(credentials, Held) else Held(general=tuple(credentials))


def spot(value: Credential | Grant) -> _Spot:
    """Return the place that a credential takes, its name in lower case."""
    return AUTHORIZATION if isinstance(value, Grant) else (value.place, value.name.lower())


def spot_of(scheme: SecurityScheme) -> _Spot | None:
    """Return the place that a scheme's credential takes; None where it is in no message, or in an unknown place."""
    if scheme.type in ("http", "oauth2", "openIdConnect"):
        return AUTHORIZATION
    if scheme.type != "apiKey" or scheme.location not in tuple(Place):
        return None
    return Place(scheme.location), scheme.parameter.lower()

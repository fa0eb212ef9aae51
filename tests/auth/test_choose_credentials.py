"""Which credentials go with a call, by the operation's `security`."""

from typing import Any

import pytest

from openapi_mcp.auth.choose import MissingCredentialError, choose, how_to_give, lacking
from openapi_mcp.auth.held import Held
from openapi_mcp.model.document import OAuthFlow, Operation, RequiredScheme, SecurityRequirement, SecurityScheme
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.secret import Credential, Place, Secret

SCHEMES = {
    "key": SecurityScheme(name="key", type="apiKey", pointer="#", location="header", parameter="X-Key"),
    "other": SecurityScheme(name="other", type="apiKey", pointer="#", location="query", parameter="other"),
    "jwt": SecurityScheme(name="jwt", type="http", pointer="#", scheme="bearer"),
    "oauth": SecurityScheme(
        name="oauth", type="oauth2", pointer="#", flows=(OAuthFlow(type="clientCredentials", token_url="https://id/t"),)
    ),
    "tls": SecurityScheme(name="tls", type="mutualTLS", pointer="#"),
}
GRANT = Grant(scheme="oauth", type=GrantType.CLIENT_CREDENTIALS, client_id="me")


def operation(*ways: dict[str, tuple[str, ...]] | None) -> Operation:
    """Return an operation with these alternatives; with None it says nothing."""
    said = None if ways == (None,) else tuple(_requirement(way or {}) for way in ways)
    return Operation(method="GET", path="/things", pointer="#", security=said)


def _requirement(way: dict[str, tuple[str, ...]]) -> SecurityRequirement:
    return SecurityRequirement(schemes=tuple(RequiredScheme(name=name, scopes=scopes) for name, scopes in way.items()))


def value(name: str, place: Place = Place.HEADER, text: str = "value") -> Credential:
    return Credential(place=place, name=name, value=Secret(text))


KEY, OTHER, JWT = value("X-Key"), value("other", Place.QUERY), value("Authorization", text="jwt")
FREE = value("X-Tenant")


def held(*names: str, **more: Any) -> Held:
    values: dict[str, Credential | Grant] = {"key": KEY, "other": OTHER, "jwt": JWT, "oauth": GRANT}
    return Held(by_scheme={name: values[name] for name in names}, schemes=SCHEMES, **more)


def chosen(wanted: Operation, given: Held, *brought: Credential) -> tuple[Credential, ...]:
    return choose(wanted, given, brought).credentials


@pytest.mark.parametrize(
    ("ways", "names", "expected"),
    [
        (({"key": ()},), ("key", "other", "jwt"), (KEY,)),
        (({"key": (), "other": ()},), ("key", "other", "jwt"), (KEY, OTHER)),
        (({"key": ()}, {"other": ()}), ("other",), (OTHER,)),
        (({"key": ()}, {"other": ()}), ("other", "key"), (KEY,)),
        (({}, {"other": ()}), ("other",), (OTHER,)),
        (({}, {"other": ()}), ("key",), ()),
        (({},), ("key",), ()),
        ((), ("key", "jwt"), ()),
    ],
)
@pytest.mark.spec("OAS 3.1.1 4.8.30")
def test_the_first_alternative_that_can_be_met_is_taken(
    ways: tuple[dict[str, tuple[str, ...]], ...], names: tuple[str, ...], expected: tuple[Credential, ...]
) -> None:
    """Several in one requirement go together; one that needs nothing is taken when no other can be met."""
    assert chosen(operation(*ways), held(*names)) == expected


def test_where_the_operation_says_nothing_and_others_do_what_was_given_for_schemes_stays_at_home() -> None:
    """Our choice: what was given by itself goes along."""
    assert chosen(operation(None), held("key", "jwt", general=(FREE,))) == (FREE,)


def test_where_the_document_says_nothing_of_security_all_goes_along() -> None:
    """Our choice: many documents declare schemes and name them nowhere."""
    found = choose(operation(None), held("key", "oauth", states_security=False))
    assert (found.credentials, [token.grant for token in found.tokens]) == ((KEY,), [GRANT])


def test_a_credential_given_by_its_place_is_that_of_the_scheme_in_this_place() -> None:
    """README: --bearer is any scheme's that is in Authorization, --header any apiKey's of that name."""
    given = Held(general=(JWT, value("x-key")), schemes=SCHEMES)
    assert chosen(operation({"jwt": ()}), given) == (JWT,)
    assert chosen(operation({"oauth": ()}), given) == (JWT,)
    assert chosen(operation({"key": ()}), given) == (value("x-key"),)
    assert chosen(operation({"other": ()}, {}), given) == ()
    assert chosen(operation(), given) == ()
    assert chosen(operation(None), given) == given.general


def test_a_value_for_a_scheme_comes_before_one_for_its_place() -> None:
    """The more specific one."""
    assert chosen(operation({"jwt": ()}), held("jwt", general=(value("Authorization", text="any"),))) == (JWT,)


def test_what_is_of_no_scheme_goes_with_every_call() -> None:
    """README: --header sends any header."""
    given = held("key", general=(FREE,))
    for wanted in (operation({"key": ()}), operation(), operation({})):
        assert FREE in chosen(wanted, given)


def test_a_scheme_that_the_document_does_not_have_stops_nothing() -> None:
    """Nobody could give what it needs."""
    assert chosen(operation({"nowhere": ()}), held(general=(JWT,))) == (JWT,)


def test_a_client_certificate_meets_mutual_tls() -> None:
    """OAS 3.1.1, 4.8.27: type mutualTLS."""
    assert chosen(operation({"tls": (), "key": ()}), held("key", has_certificate=True)) == (KEY,)
    with pytest.raises(MissingCredentialError) as caught:
        choose(operation({"tls": ()}), held("key"))
    assert caught.value.hint is not None
    assert "--client-cert FILE" in caught.value.hint


def test_tokens_are_wanted_for_the_scopes_of_the_operation() -> None:
    """OAS 3.1.1, 4.8.30."""
    found = choose(operation({"oauth": ("read", "list"), "key": ()}), held("oauth", "key"))
    assert [(token.grant, token.scopes) for token in found.tokens] == [(GRANT, ("read", "list"))]
    assert found.credentials == (KEY,)


def test_what_the_caller_brings_comes_before_what_is_ours() -> None:
    """security.md 26: the caller's own rights, not the server's."""
    mine = value("Authorization", text="theirs")
    assert chosen(operation({"key": ()}, {"jwt": ()}), held("key", "jwt"), mine) == (mine,)
    assert chosen(operation({"key": (), "jwt": ()}), held("key", "jwt"), mine) == (KEY, mine)
    assert chosen(operation(), held("key", "jwt"), mine) == (mine,)


def test_what_is_missing_is_said_with_the_way_to_give_it() -> None:
    """Issue 5: `unauthenticated` with that hint, before sending."""
    with pytest.raises(MissingCredentialError) as caught:
        choose(operation({"key": (), "jwt": ()}, {"other": ()}), held("key"))
    error = caught.value
    assert error.message == (
        "GET /things needs a credential that is not configured: jwt (http bearer) or other (apiKey in query other)"
    )
    assert error.hint == (
        "start the server with --auth jwt=VALUE (or OPENAPI_MCP_AUTH_JWT); --allow-anonymous sends calls without"
    )
    assert error.schemes == ("jwt",)


def test_anonymous_calls_go_out_where_they_are_allowed() -> None:
    """README: --allow-anonymous."""
    assert chosen(operation({"key": ()}), held(allows_anonymous=True, general=(FREE,))) == (FREE,)
    assert chosen(operation({"key": ()}), held("key", allows_anonymous=True)) == (KEY,)


def test_what_callers_bring_is_not_lacking() -> None:
    """serve http --forward: the server itself holds nothing."""
    assert lacking(operation({"jwt": ()}), held()) is not None
    assert lacking(operation({"jwt": ()}), held(forwarded=("authorization",))) is None
    assert lacking(operation({"jwt": ()}), held(allows_anonymous=True)) is not None


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        (SCHEMES["oauth"], "--auth oauth.client_id=ID --auth oauth.client_secret=env:SECRET"),
        (
            SecurityScheme(name="my id", type="openIdConnect", pointer="#"),
            "a login (openapi-mcp login --spec SOURCE my id), "
            "or --auth my id=VALUE (or OPENAPI_MCP_AUTH_MY_ID) with an access token",
        ),
        (SecurityScheme(name="o", type="oauth2", pointer="#"), "--auth o=VALUE (or OPENAPI_MCP_AUTH_O)"),
        (  # as drf-spectacular writes it; the value is the whole header
            SecurityScheme(name="tokenAuth", type="apiKey", location="header", parameter="Authorization", pointer="#"),
            "--token VALUE (Authorization: Token VALUE) or --bearer VALUE, as the API wants it, "
            "or --auth tokenAuth=VALUE (or OPENAPI_MCP_AUTH_TOKENAUTH)",
        ),
    ],
)
def test_each_kind_of_scheme_has_its_way(scheme: SecurityScheme, said: str) -> None:
    assert how_to_give(scheme) == said


LENT = value("Authorization", text="Bearer lent")


@pytest.mark.parametrize(
    ("ways", "names", "expected"),
    [
        (({"jwt": ()},), (), (LENT,)),
        (({"jwt": ()},), ("jwt",), (JWT,)),
        (({"jwt": (), "key": ()},), ("key",), (LENT, KEY)),
        (({"key": ()}, {"jwt": ()}), ("jwt",), (JWT,)),
        (({"key": ()},), ("key",), (LENT, KEY)),
        (({"key": ()},), ("key", "jwt"), (KEY,)),
        (({"key": ()},), ("key", "oauth"), (KEY,)),
        ((None,), (), (LENT,)),
        ((), (), (LENT,)),
    ],
)
def test_what_a_step_of_a_workflow_lends_goes_where_nothing_is_configured(
    ways: tuple[dict[str, tuple[str, ...]] | None, ...], names: tuple[str, ...], expected: tuple[Credential, ...]
) -> None:
    """security.md R-CRED 3: what is configured for a place is what stands there."""
    assert set(choose(operation(*ways), held(*names), (), (LENT,)).credentials) == set(expected)


def test_what_is_lent_meets_no_other_scheme() -> None:
    """OAS 3.1.1, 4.8.30: a token is no key."""
    with pytest.raises(MissingCredentialError):
        choose(operation({"key": ()}), held(), (), (LENT,))
    brought = value("Authorization", text="the caller's own")
    assert choose(operation({"jwt": ()}), held(), (brought,), (LENT,)).credentials == (brought,)

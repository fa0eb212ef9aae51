"""Which credential goes where, and only there."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.make import BASE_URL, document, one_tool, parameter, validated

from openapi_mcp.auth.schemes import (
    StaticCredentials,
    authorize,
    masked,
    place_credentials,
    trusted_origins,
)
from openapi_mcp.errors import ArgumentsError, CredentialsError
from openapi_mcp.model.document import SecurityScheme
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Credential, Place, Redactor, Secret
from openapi_mcp.request.build import build_request

TRUSTED = frozenset({("https", "api.example.com", 443)})
KEY = "s3cr3t-k&y="


def scheme(name: str = "key", type_: str = "apiKey", **fields: Any) -> SecurityScheme:
    return SecurityScheme(name=name, type=type_, pointer=f"#/components/securitySchemes/{name}", **fields)


def api_key(place: str = "header", parameter_name: str = "X-API-Key", name: str = "key") -> SecurityScheme:
    return scheme(name, location=place, parameter=parameter_name)


def placed(*schemes: SecurityScheme, **static: Any) -> list[tuple[str, str, str]]:
    """Return place, name and full value of each credential."""
    found = place_credentials(StaticCredentials(**static), schemes).credentials
    return [
        (credential.place.value, credential.name, credential.prefix + credential.value.reveal()) for credential in found
    ]


@pytest.mark.parametrize(
    ("static", "value"),
    [
        ({"bearer": Secret("b")}, "Bearer b"),
        ({"token": Secret("t")}, "Token t"),
        ({"token": Secret("t"), "token_scheme": "JWT"}, "JWT t"),
        ({"basic": Secret("Aladdin:open sesame")}, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ({"basic": Secret("u:p:q")}, "Basic dTpwOnE="),
        ({"basic": Secret("u"), "bearer": Secret("b")}, None),
    ],
)
def test_an_option_makes_an_authorization_header(static: dict[str, Any], value: str | None) -> None:
    """design.md, Options; RFC 7617 section 2; RFC 6750 section 2.1."""
    if value is None:
        with pytest.raises(CredentialsError, match="basic credentials need a colon"):
            placed(**static)
        return
    assert placed(**static) == [("header", "Authorization", value)]


def test_of_several_values_for_one_place_the_last_is_kept() -> None:
    """security.md 3 R-CRED: nothing doubles it."""
    assert placed(basic=Secret("u:p"), token=Secret("t"), bearer=Secret("b")) == [
        ("header", "Authorization", "Bearer b")
    ]
    given_header = (("AUTHORIZATION", Secret("Custom c")),)
    assert placed(bearer=Secret("b"), headers=given_header) == [("header", "AUTHORIZATION", "Custom c")]


@pytest.mark.parametrize(("place", "name"), [("header", "X-API-Key"), ("query", "api_key"), ("cookie", "session")])
def test_an_api_key_goes_where_the_documents_scheme_says(place: str, name: str) -> None:
    """OAS 3.1.1, Security Scheme Object."""
    schemes = (scheme("login", "http", scheme="bearer"), api_key(place, name))
    assert placed(*schemes, api_key=Secret("k")) == [(place, name, "k")]


def test_two_schemes_for_one_place_are_one() -> None:
    """Our choice."""
    schemes = (api_key(name="a"), api_key(name="b"))
    assert placed(*schemes, api_key=Secret("k")) == [("header", "X-API-Key", "k")]


@pytest.mark.parametrize(
    ("schemes", "message", "hint"),
    [
        ((), "no apiKey scheme", "--header"),
        ((api_key(name="a"), api_key("query", "k", "b")), "several apiKey schemes: a, b", "--auth a=VALUE"),
        ((api_key("path"),), "puts its key in 'path'", "header, query or cookie"),
        ((api_key("header", ""),), "names no parameter", None),
        ((api_key("header", "X Key"),), "cannot be the name of a header", "--header"),
        ((api_key("header", "X-A\r\nX-Evil"),), "cannot be the name of a header", "--header"),
        ((api_key("header", "clé"),), "cannot be the name of a header", "--header"),
        ((api_key("cookie", "a=b; c"),), "cannot be the name of a cookie", "--header"),
    ],
)
def test_an_api_key_without_a_place_is_said(
    schemes: tuple[SecurityScheme, ...], message: str, hint: str | None
) -> None:
    """style.md, Errors. A header name beyond ASCII ended every call with a UnicodeEncodeError."""
    with pytest.raises(CredentialsError, match=message) as raised:
        placed(*schemes, api_key=Secret("k"))
    assert raised.value.hint is None if hint is None else hint in str(raised.value.hint)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (scheme("s", "http", scheme="bearer"), ("header", "Authorization", "Bearer u:p")),
        (scheme("s", "http", scheme="basic"), ("header", "Authorization", "Basic dTpw")),
        (scheme("s", "http", scheme="digest"), ("header", "Authorization", "Digest u:p")),
        (scheme("s", "oauth2"), ("header", "Authorization", "Bearer u:p")),
        (scheme("s", "openIdConnect"), ("header", "Authorization", "Bearer u:p")),
        (scheme("s", location="query", parameter="k"), ("query", "k", "u:p")),
    ],
)
def test_a_value_for_a_scheme_goes_where_its_type_says(found: SecurityScheme, expected: tuple[str, str, str]) -> None:
    """OAS 3.1.1, Security Scheme Object; design.md, Options: --auth SCHEME=VALUE."""
    assert placed(found, by_scheme={"s": Secret("u:p")}) == [expected]


@pytest.mark.parametrize("type_", ["mutualTLS", "http", "strange", ""])
def test_a_scheme_that_takes_no_value_is_said(type_: str) -> None:
    """OAS 3.1.1, Security Scheme Object."""
    with pytest.raises(CredentialsError, match="takes no static value"):
        placed(scheme("s", type_), by_scheme={"s": Secret("v")})


@pytest.mark.parametrize("name", ["my-key", "MY_KEY", "my_key"])
def test_a_scheme_is_named_as_it_is_or_as_an_environment_variable_must(name: str) -> None:
    """design.md, Options: every option has an environment variable, and those know no hyphens."""
    assert placed(api_key(name="my-key"), by_scheme={name: Secret("k")}) == [("header", "X-API-Key", "k")]


def test_an_unknown_scheme_is_said_with_those_there_are() -> None:
    """style.md, Errors."""
    with pytest.raises(CredentialsError, match="no security scheme 'other'") as raised:
        placed(api_key(name="a"), by_scheme={"other": Secret("v")})
    assert raised.value.hint == "schemes of this document: a"
    with pytest.raises(CredentialsError) as raised:
        placed(by_scheme={"other": Secret("v")})
    assert raised.value.hint == "schemes of this document: none"


@pytest.mark.parametrize("value", ["", "a\nb", "a\rb", "a\0b", "a\x7f"])
def test_a_value_that_cannot_stand_in_a_request_is_said_without_showing_it(value: str) -> None:
    """security.md 5 and 10."""
    with pytest.raises(CredentialsError, match="is empty or holds a character") as raised:
        placed(bearer=Secret(value))
    shown = f"{raised.value.message}{raised.value.where}{raised.value.hint}"
    assert value == "" or value not in shown


@pytest.mark.parametrize("value", ["a;b", "a b", "a,b"])
def test_a_cookie_credential_is_one_cookie(value: str) -> None:
    """RFC 6265 section 4.1.1."""
    with pytest.raises(CredentialsError, match="holds a character that cannot stand there"):
        placed(api_key("cookie", "session"), api_key=Secret(value))


@pytest.mark.parametrize(
    ("servers", "base_url", "typed_url", "expected"),
    [
        (["https://api.example.com/v1"], None, None, {("https", "api.example.com", 443)}),
        (["https://a.example", "https://b.example"], None, None, {("https", "a.example", 443)}),
        (["https://api.example.com"], "http://localhost:8000/x", None, {("http", "localhost", 8000)}),
        (["https://api.example.com"], None, "https://docs.example.com/o.json", {("https", "docs.example.com", 443)}),
        (["https://api.example.com"], "http://h", "https://docs.example.com", {("http", "h", 80)}),
        (["/v1"], None, None, set()),
        (["ftp://h"], None, None, set()),
    ],
)
def test_credentials_go_to_what_the_operator_named(
    servers: list[str], base_url: str | None, typed_url: str | None, expected: set[tuple[str, str, int]]
) -> None:
    """security.md 6 R-SSRF: origins the operator named or confirmed by the document's origin."""
    made = document({"/a": {}}, servers=[{"url": url} for url in servers])
    assert trusted_origins(made, base_url, typed_url) == expected


def credential(place: str, name: str, value: str = KEY) -> Credential:
    return Credential(place=Place(place), name=name, value=Secret(value))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/",
        "https://api.example.com:8443/",
        "https://evil.example/",
        "https://api.example.com.evil.example/",
        "https://evil.example/?https://api.example.com",
        "https://sub.api.example.com/",
        "ftp://api.example.com/",
    ],
)
def test_no_credential_goes_to_another_origin(url: str) -> None:
    """security.md 6 R-SSRF; RFC 6454: scheme, host and port."""
    request = HttpRequest(method="GET", url=url, headers=(("Accept", "*/*"),))
    everything = [credential("header", "Authorization"), credential("query", "k"), credential("cookie", "c")]
    assert authorize(request, everything, TRUSTED) == request
    assert masked(request, everything, TRUSTED) == request


@pytest.mark.parametrize(
    "url", ["https://api.example.com/x", "https://API.example.com:443/x", "https://api.example.com./x"]
)
def test_an_origin_is_known_in_all_its_spellings(url: str) -> None:
    """RFC 6454 section 4."""
    request = authorize(HttpRequest(method="GET", url=url), [credential("header", "Authorization", "v")], TRUSTED)
    assert request.headers == (("Authorization", "v"),)


def test_a_masked_request_is_the_same_but_for_its_secrets() -> None:
    """security.md 10 R-SECRET; design.md, Commands: --dry-run."""
    request = HttpRequest(method="GET", url="https://api.example.com/x?a=1", headers=(("Cookie", "l=pt"),))
    everything = [Credential.basic("u", "p4ss"), credential("query", "k"), credential("cookie", "c")]
    shown = masked(request, everything, TRUSTED)
    assert shown.url == "https://api.example.com/x?a=1&k=***"
    assert shown.headers == (("Authorization", "Basic ***"), ("Cookie", "l=pt; c=***"))
    sent = authorize(request, everything, TRUSTED)
    assert sent.url == "https://api.example.com/x?a=1&k=s3cr3t-k%26y%3D"
    assert sent.headers == (("Authorization", "Basic dTpwNHNz"), ("Cookie", f"l=pt; c={KEY}"))


@pytest.mark.parametrize("name", ["key", "KEY", "k%65y", "%6Bey"])
def test_a_query_credential_takes_the_place_of_its_like_however_it_is_spelled(name: str) -> None:
    """security.md 3 R-CRED: nothing doubles it. A document may fix a query in its path template."""
    request = HttpRequest(method="GET", url=f"https://api.example.com/x?{name}=theirs&a=1&{name}&&b")
    assert authorize(request, [credential("query", "key", "v")], TRUSTED).url == "https://api.example.com/x?a=1&b&key=v"


def test_a_query_name_with_a_space_is_known_in_both_spellings() -> None:
    """WHATWG URL: `+` is a space in a query."""
    request = HttpRequest(method="GET", url="https://api.example.com/x?my+key=1&my%20key=2")
    assert (
        authorize(request, [credential("query", "my key", "v")], TRUSTED).url == "https://api.example.com/x?my%20key=v"
    )


def test_a_cookie_header_and_a_cookie_credential_stand_together() -> None:
    """security.md 3 R-CRED: nothing removes it. A configured Cookie header took the place of the configured cookie."""
    credentials = [credential("cookie", "session", "s"), credential("header", "cookie", "a=1; Session=old;b=2")]
    request = authorize(HttpRequest(method="GET", url="https://api.example.com/"), credentials, TRUSTED)
    assert request.headers == (("Cookie", "a=1; b=2; session=s"),)


def spellings(name: str) -> st.SearchStrategy[str]:
    cased = st.tuples(*(st.sampled_from([character.lower(), character.upper()]) for character in name)).map("".join)
    return st.one_of(cased, st.just(name), st.text(max_size=12), st.sampled_from(["Cookie", "authorization", "q"]))


NAMES = {"header": "X-API-Key", "query": "api_key", "cookie": "session"}


@st.composite
def attacks(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """Draw where the credential goes, the parameters a document declares, and the arguments a caller gives."""
    place = draw(st.sampled_from(sorted(NAMES)))
    declared = {}
    for _ in range(draw(st.integers(0, 5))):
        name, where = draw(spellings(NAMES[place])), draw(st.sampled_from(sorted(NAMES)))
        if name:
            declared[name, where] = parameter(name, where, schema={}, explode=draw(st.booleans()))
    wrapped = st.one_of(
        st.just("stolen"),
        st.dictionaries(spellings(NAMES[place]), st.just("stolen"), max_size=2),
        st.just(f"x; {NAMES[place]}=stolen"),
        st.just(f"x&{NAMES[place]}=stolen"),
    )
    given_names = [name for name, _ in declared]
    arguments = {name: draw(wrapped) for name in given_names}
    return place, list(declared.values()), arguments


@settings(deadline=None, max_examples=300)
@given(attacks(), st.sampled_from(["/x", "/x?api_key=theirs", "/x?API%5FKEY=theirs"]))
@example(("query", [parameter("o", schema={}, explode=True)], {"o": {"API_KEY": "stolen"}}), "/x")
@example(("cookie", [parameter("o", "cookie", schema={}, explode=True)], {"o": {"session": "stolen"}}), "/x")
@example(("header", [parameter("x-api-key", "header", schema={})], {"x-api-key": "stolen"}), "/x")
def test_nothing_replaces_removes_or_doubles_a_configured_credential(
    attack: tuple[str, list[dict[str, Any]], dict[str, Any]], path: str
) -> None:
    """Law. security.md 3 R-CRED: whatever the declared parameter names and letter case."""
    place, parameters, arguments = attack
    tool = one_tool({"parameters": parameters}, path=path)
    fitting = {}
    for binding in tool.bindings:
        if binding.name in arguments:
            fitting[binding.argument] = arguments[binding.name]
    own = {name: value for name, value in arguments.items() if name in tool.ignored}
    try:
        request = build_request(tool, validated(tool, {**fitting, **own}), BASE_URL)
    except ArgumentsError:
        request = build_request(tool, {}, BASE_URL)
    name = NAMES[place]
    sent = authorize(request, [credential(place, name)], TRUSTED)
    assert found(sent, place, name) == [KEY]


def found(request: HttpRequest, place: str, name: str) -> list[str]:
    """Return every value that a server could take for this credential."""
    match place:
        case "header":
            return [value for key, value in request.headers if key.lower() == name.lower()]
        case "query":
            pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
            return [value for key, value in pairs if key.lower() == name.lower()]
        case _:
            cookies = [part for key, value in request.headers if key.lower() == "cookie" for part in value.split(";")]
            split = [part.strip().partition("=") for part in cookies]
            return [value for key, _, value in split if key.lower() == name.lower()]


def test_a_document_that_was_fetched_is_trusted_where_it_came_from() -> None:
    """security.md A6: for users of the library too, who name no typed URL."""
    fetched = replace(document({"/a": {"get": {}}}), base_uri="https://docs.example.com/openapi.json")
    assert trusted_origins(fetched, None, None) == {("https", "docs.example.com", 443)}


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    ("schemes", "static", "echoed"),
    [
        ([], {"headers": (("Authorization", Secret("Bearer t0ken-1")),)}, "t0ken-1"),
        ([], {"headers": (("Authorization", Secret("Basic YW5uOnMzY3IzdA==")),)}, "ann:s3cr3t"),
        ([], {"headers": (("Authorization", Secret("Basic YW5uOnMzY3IzdA==")),)}, "s3cr3t"),
        ([], {"headers": (("Cookie", Secret("sid=abc-1; theme=dark")),)}, "abc-1"),
        ([], {"bearer": Secret("Bearer t0ken-1")}, "t0ken-1"),
        ([api_key(parameter_name="Authorization")], {"api_key": Secret("Token drf-S3CRET")}, "drf-S3CRET"),
        ([api_key(parameter_name="Authorization")], {"by_scheme": {"key": Secret("Token drf-S3CRET")}}, "drf-S3CRET"),
        ([scheme("any", "http", scheme="hoba")], {"by_scheme": {"any": Secret('result="r3sult-1"')}}, "r3sult-1"),
    ],
)
def test_what_is_secret_in_a_header_is_masked_by_itself(
    schemes: list[SecurityScheme], static: dict[str, Any], echoed: str
) -> None:
    """security.md 10: an API repeats the token, the user with the password, the cookie; not the whole header."""
    redact = Redactor(place_credentials(StaticCredentials(**static), schemes).secrets())
    assert redact(f"Bearer Basic Token <{echoed}> dark") == "Bearer Basic Token <***> dark"

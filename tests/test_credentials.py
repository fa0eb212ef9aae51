"""Credentials from flags, environment and config file, put together by scheme and by place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail
from support.make import document

from openapi_mcp.auth.held import Held
from openapi_mcp.config import build_config
from openapi_mcp.credentials import newest_grant, resolve_credentials
from openapi_mcp.errors import CredentialsError
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import parse_source
from openapi_mcp.logins import Login, keep_login, login_key, remove_login
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.secret import Credential, Secret

OAUTH = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://id.test/token", "scopes": {}}}}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
JWT = {"type": "http", "scheme": "bearer"}


def held(
    folder: Path, schemes: dict[str, Any], environ: dict[str, str] | None = None, toml: str = "", **flags: Any
) -> Held:
    file = folder / "given.toml"
    file.write_text(toml)
    config = build_config({"config": str(file), "spec": "doc.json", **flags}, environ or {}, folder)
    made = document({}, components={"securitySchemes": schemes})
    return resolve_credentials(config, made, environ or {}, source_of(config))


def shown(given: Held) -> dict[str, str]:
    """Return the values by scheme, and by header where they are of none."""
    texts = {value.name: value.prefix + value.value.reveal() for value in given.general}
    for name, value in given.by_scheme.items():
        assert isinstance(value, Credential)
        texts[name] = value.prefix + value.value.reveal()
    return texts


def grant(given: Held, name: str = "oauth") -> Grant:
    found = given.by_scheme[name]
    assert isinstance(found, Grant)
    return found


def test_each_scheme_has_its_value_from_the_strongest_layer(tmp_path: Path) -> None:
    """README: a flag beats the environment, that beats the file."""
    given = held(
        tmp_path,
        {"one": KEY, "two-b": {**KEY, "name": "X-Two"}, "three": JWT},
        {"OPENAPI_MCP_AUTH_TWO_B": "from-env", "OPENAPI_MCP_AUTH_THREE": "from-env"},
        toml='[auth]\none = "from-file"\ntwo-b = "from-file"\n',
        auth=["three=from-flag"],
    )
    assert shown(given) == {"one": "from-file", "two-b": "from-env", "three": "Bearer from-flag"}


def test_a_stronger_value_for_a_place_takes_it_from_weaker_ones_for_schemes(tmp_path: Path) -> None:
    given = held(tmp_path, {"jwt": JWT, "key": KEY}, {"OPENAPI_MCP_AUTH_JWT": "weak"}, bearer="strong", api_key="k")
    assert shown(given) == {"Authorization": "Bearer strong", "key": "k"}


def test_a_header_takes_the_place_of_a_schemes_value_of_the_same_layer(tmp_path: Path) -> None:
    given = held(tmp_path, {"key": KEY}, auth=["key=one"], header=["x-key: two"])
    assert shown(given) == {"x-key": "two"}


def test_one_key_is_for_all_schemes_in_one_place(tmp_path: Path) -> None:
    """Documents declare the same key under several names."""
    assert shown(held(tmp_path, {"a": KEY, "b": KEY}, api_key="k")) == {"a": "k", "b": "k"}


def test_settings_of_a_scheme_come_together_from_all_layers(tmp_path: Path) -> None:
    """Issue 5: OPENAPI_MCP_AUTH_<SCHEME> and [auth.<scheme>]."""
    found = grant(
        held(
            tmp_path,
            {"oauth": OAUTH},
            {"OPENAPI_MCP_AUTH_OAUTH_CLIENT_SECRET": "env:HIDDEN", "HIDDEN": "secret"},
            toml='[auth.oauth]\nclient_id = "weak"\nscopes = ["a", "b"]\nsecret_in_body = true\n',
            auth=["oauth.client_id=strong"],
        )
    )
    assert (found.client_id, found.client_secret and found.client_secret.reveal()) == ("strong", "secret")
    assert (found.scopes, found.secret_in_body, found.token_url) == (("a", "b"), True, "https://id.test/token")


def test_the_only_oauth_scheme_needs_no_name(tmp_path: Path) -> None:
    found = grant(held(tmp_path, {"oauth": OAUTH, "key": KEY}, client_id="me", client_secret="s"))
    assert (found.type, found.client_id) == (GrantType.CLIENT_CREDENTIALS, "me")


@pytest.mark.parametrize(("schemes", "named"), [({"key": KEY}, "none"), ({"a": OAUTH, "b": OAUTH}, "a, b")])
def test_without_a_name_there_must_be_one(tmp_path: Path, schemes: dict[str, Any], named: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        held(tmp_path, schemes, client_id="me")
    error = caught.value
    assert error.message == f"the document does not have one OAuth2 scheme, but {named}"
    assert (error.where, error.hint) == ("--client-id", "write --auth SCHEME.client_id=VALUE")


def test_a_token_that_is_given_needs_no_settings(tmp_path: Path) -> None:
    """README: --auth SCHEME=VALUE is the token itself."""
    given = held(tmp_path, {"oauth": OAUTH}, auth=["oauth=token", "oauth.client_id=me", "oauth.client_secret=s"])
    assert shown(given) == {"oauth": "Bearer token"}


def test_every_secret_is_known_to_whoever_masks(tmp_path: Path) -> None:
    """security.md 10."""
    given = held(
        tmp_path,
        {"oauth": OAUTH, "key": KEY},
        auth=["oauth.client_id=me", "oauth.client_secret=s1", "oauth.username=u", "oauth.password=p2", "key=k3"],
        basic="ann:b4",
    )
    secrets = {secret.reveal() for secret in given.secrets()}
    assert secrets >= {"s1", "p2", "k3", "b4", "ann:b4"}
    assert "me" not in secrets


def test_the_endpoints_own_token_goes_with_no_call_and_is_masked() -> None:
    """security.md 9, 10; a command that cannot read it has nothing to mask."""
    config = build_config({"endpoint_token": "env:WORD"}, {}, Path("/nowhere"))
    source = parse_source("doc.json")
    made = resolve_credentials(config, document({}), {"WORD": "the-token-of-this-endpoint"}, source)
    assert list(made.secrets()) == [Secret("the-token-of-this-endpoint")]
    assert (made.credentials, made.occupied) == ((), frozenset())
    assert list(resolve_credentials(config, document({}), {}, source).secrets()) == []


def test_every_kind_of_scheme_has_its_table(tmp_path: Path) -> None:
    """Issue 5: [auth.<scheme>] for each."""
    schemes = {"key": KEY, "jwt": JWT, "oauth": OAUTH, "basic": {"type": "http", "scheme": "basic"}}
    tables = """
        [auth.key]
        value = "k"
        [auth.jwt]
        token = "env:JWT"
        [auth.oauth]
        token = "t"
        [auth.basic]
        username = "ann"
        password = "pass:word"
    """
    given = held(tmp_path, schemes, {"JWT": "j"}, toml=tables)
    assert shown(given) == {"key": "k", "jwt": "Bearer j", "oauth": "Bearer t", "basic": "Basic YW5uOnBhc3M6d29yZA=="}
    assert "pass:word" in {secret.reveal() for secret in given.secrets()}


def test_half_of_what_basic_needs_is_told(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="http basic takes a user name and a password") as caught:
        held(tmp_path, {"basic": {"type": "http", "scheme": "basic"}}, auth=["basic.username=ann"])
    assert caught.value.hint == "give --auth basic=USER:PASS, or --auth basic.username and --auth basic.password"


@pytest.mark.parametrize(
    ("toml", "flags", "expected"),
    [
        ('[auth.oauth]\nclient_id = "a"\nclient_secret = "s"\n', {"bearer": "b"}, None),
        ('[auth.oauth]\nclient_id = "a"\nclient_secret = "s"\n', {"header": ["authorization: b"]}, None),
        ('bearer = "b"\n', {"client_id": "a", "client_secret": "s"}, Grant),
        ('[auth]\noauth = "t"\n', {"client_id": "a", "client_secret": "s"}, Grant),
        ('[auth.oauth]\nclient_id = "a"\nclient_secret = "s"\n', {"auth": ["oauth=t"]}, Credential),
    ],
)
def test_a_flag_beats_the_file_whatever_kind_of_credential_it_is(
    tmp_path: Path, toml: str, flags: dict[str, Any], expected: type | None
) -> None:
    """README, Configuration: values and ways to tokens alike."""
    found = held(tmp_path, {"oauth": OAUTH}, toml=toml, **flags).by_scheme.get("oauth")
    assert type(found) is (type(None) if expected is None else expected)


@pytest.fixture
def logged_in(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment in which somebody logged in for doc.json, without a keyring."""
    environ = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    login = Login(token_url="https://id.test/t", client_id="person", refresh=Secret("kept-refresh"))
    keep_login(login_key(str(Path("doc.json").resolve()), "oauth"), login, environ)
    yield environ
    keyring.set_keyring(before)


def test_a_login_is_used_where_nothing_else_is_meant(tmp_path: Path, logged_in: dict[str, str]) -> None:
    """README, Logins; a client's id and secret may be those that the person logged in with."""
    for flags in ({}, {"client_id": "person"}, {"client_id": "person", "client_secret": "s"}):
        found = grant(held(tmp_path, {"oauth": OAUTH}, logged_in, **flags))
        assert (found.type, found.client_id, found.kept_as != "") == (GrantType.REFRESH_TOKEN, "person", True)
    named: dict[str, Any] = {"client_id": "me", "client_secret": "s", "auth": ["oauth.grant=client_credentials"]}
    assert grant(held(tmp_path, {"oauth": OAUTH}, logged_in, **named)).type is GrantType.CLIENT_CREDENTIALS
    assert shown(held(tmp_path, {"oauth": OAUTH}, logged_in, bearer="b")) == {"Authorization": "Bearer b"}
    assert shown(held(tmp_path, {"oauth": OAUTH}, logged_in, auth=["oauth=t"])) == {"oauth": "Bearer t"}


def test_a_login_is_followed_when_it_is_another_one(tmp_path: Path, logged_in: dict[str, str]) -> None:
    """A person logs in anew while a server runs."""
    found = grant(held(tmp_path, {"oauth": OAUTH}, logged_in))
    anew = Login(token_url="https://other.test/t", client_id="b", client_secret=Secret("env:S"), refresh=Secret("r"))
    keep_login(found.kept_as, anew, logged_in)
    assert newest_grant(found, logged_in) is None  # its client's secret cannot be read
    newest = newest_grant(found, {**logged_in, "S": "s3cret"})
    assert newest is not None
    assert (newest.token_url, newest.client_id, newest.refresh_token) == ("https://other.test/t", "b", Secret("r"))
    assert newest.client_secret == Secret("s3cret")
    remove_login(found.kept_as, logged_in)
    assert newest_grant(found, logged_in) is None

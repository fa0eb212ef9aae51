"""Access tokens of a real identity provider on real calls. Issue 5, OAuth2."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.child import Outcome, run_command, running
from support.identity import IdentityProvider, running_identity_provider
from support.upstream import Upstream
from test_e2e_login import environment as environment  # a fixture
from test_e2e_login import log_in

SECRET = "app-s3cret"
CLIENT = ("--client-id", "app", "--client-secret", "env:CLIENT_SECRET")


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running_identity_provider() as running:
        yield running


def described(provider: IdentityProvider, scheme: dict[str, Any], *scopes: str) -> dict[str, Any]:
    """Return the provider's own API as a document, guarded by a scheme."""
    operation = {"operationId": "whoami", "security": [{"oauth": list(scopes)}], "responses": {"200": {}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Guarded", "version": "1"},
        "servers": [{"url": provider.api_url}],
        "paths": {"/whoami": {"get": operation}},
        "components": {"securitySchemes": {"oauth": scheme}},
    }


def flow(provider: IdentityProvider, name: str = "clientCredentials") -> dict[str, Any]:
    urls = {"tokenUrl": provider.token_url, "authorizationUrl": provider.authorization_url, "scopes": {"read": ""}}
    return {"type": "oauth2", "flows": {name: urls}}


@pytest.fixture
def spec(provider: IdentityProvider, tmp_path: Path) -> Path:
    return write(tmp_path, described(provider, flow(provider), "read"))


def write(folder: Path, document: dict[str, Any]) -> Path:
    file = folder / "guarded.json"
    file.write_text(json.dumps(document))
    return file


def call(spec: Path | str, *options: str, **variables: str) -> Outcome:
    more = {"CLIENT_SECRET": SECRET, **variables}
    return run_command("call", "--spec", str(spec), *options, "whoami", "--json", folder=Path.cwd(), environment=more)


def test_a_call_brings_a_token_for_the_scopes_of_its_operation(spec: Path, provider: IdentityProvider) -> None:
    """Issue 5: client credentials, scopes from the operation, the token endpoint from the document."""
    ended = call(spec, *CLIENT)
    assert (ended.status, ended.err) == (0, "")
    assert (ended.json["client_id"], ended.json["scope"]) == ("app", "read")
    (asked,) = provider.asked()
    assert asked.values("Authorization")[0].startswith("Basic ")
    assert SECRET not in ended.out


@pytest.mark.parametrize(
    "options",
    [
        (
            "--auth",
            "oauth.client_id=app",
            "--auth",
            f"oauth.client_secret={SECRET}",
            "--auth",
            "oauth.secret_in_body=1",
        ),
        (
            "--auth",
            "oauth.grant=password",
            "--auth",
            "oauth.username=ada",
            "--auth",
            "oauth.password=l0velace",
            *CLIENT,
        ),
    ],
)
def test_other_ways_to_a_token(spec: Path, provider: IdentityProvider, options: tuple[str, ...]) -> None:
    """Issue 5: the secret in the body; password only when configured."""
    ended = call(spec, *options)
    assert (ended.status, len(provider.issued)) == (0, 1), ended


def test_settings_stand_in_the_environment_and_in_the_config_file(
    spec: Path, provider: IdentityProvider, tmp_path: Path
) -> None:
    """Issue 5: OPENAPI_MCP_AUTH_<SCHEME> and [auth.<scheme>]."""
    assert call(spec, OPENAPI_MCP_AUTH_OAUTH_CLIENT_ID="app", OPENAPI_MCP_AUTH_OAUTH_CLIENT_SECRET=SECRET).status == 0
    file = tmp_path / "mine.toml"
    file.write_text('[auth.oauth]\nclient_id = "app"\nclient_secret = "env:CLIENT_SECRET"\nscopes = ["read"]\n')
    assert call(spec, "--config", str(file)).status == 0
    assert len(provider.issued) == 2


def test_the_endpoint_is_discovered(provider: IdentityProvider, tmp_path: Path) -> None:
    """Issue 5: by openIdConnectUrl."""
    scheme = {"type": "openIdConnect", "openIdConnectUrl": provider.metadata_url}
    ended = call(write(tmp_path, described(provider, scheme, "read")), *CLIENT)
    assert (ended.status, ended.json["scope"]) == (0, "read")


def test_a_document_from_elsewhere_has_its_provider_confirmed(provider: IdentityProvider, upstream: Upstream) -> None:
    """security.md 6: the client's secret goes nowhere that the operator did not name."""
    document = described(provider, flow(provider), "read")
    document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]["tokenUrl"] = (
        provider.token_url.replace("127.0.0.1", "localhost")
    )
    url = upstream.serve(document)
    ended = call(url, *CLIENT)
    assert (ended.status, provider.asked()) == (5, [])
    assert "the document wants the client's secret sent to http://localhost:" in ended.err
    confirmed = ("--auth", f"oauth.token_url={provider.token_url}", "--base-url", provider.api_url)
    assert call(url, *CLIENT, *confirmed).status == 0


def test_what_the_provider_says_is_told_without_the_secret(spec: Path, provider: IdentityProvider) -> None:
    """RFC 6749 section 5.2."""
    ended = call(spec, *CLIENT, CLIENT_SECRET="wrong-s3cret")
    error = ended.json["error"]
    assert (ended.status, error["kind"], error["attempts"]) == (5, "unauthenticated", 0)
    assert "invalid_client" in error["message"]
    assert "wrong-s3cret" not in ended.out + ended.err
    assert provider.asked("/api/whoami") == []


def test_one_token_serves_all_calls_and_is_renewed_once_when_it_is_refused(
    spec: Path, provider: IdentityProvider, tmp_path: Path
) -> None:
    """Issue 5: fetched once for many waiting calls, renewed once after a 401."""
    options = ("serve", "--spec", str(spec), *CLIENT)
    with running(*options, folder=tmp_path, environment={"CLIENT_SECRET": SECRET}) as child:
        child.open()
        for _ in range(2):
            asked = [child.ask("tools/call", {"name": "whoami", "arguments": {}}) for _ in range(20)]
            answers = [child.receive() for _ in asked]
            assert sorted(answer["id"] for answer in answers) == asked
            assert not any(answer["result"].get("isError") for answer in answers)
            provider.revoke_all()
        assert len(provider.issued) == 2
        shown = json.dumps(child.call("whoami"))
        assert len(provider.issued) == 3
        assert not any(token in shown + child.stderr for token in provider._minted)


def test_a_provider_that_is_down_is_told_as_unreachable(spec: Path, provider: IdentityProvider, tmp_path: Path) -> None:
    """design.md, A result: it may pass."""
    document = json.loads(spec.read_text())
    document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]["tokenUrl"] = (
        "http://127.0.0.1:9/token"
    )
    ended = call(write(tmp_path, document), *CLIENT)
    error = ended.json["error"]
    assert (ended.status, error["kind"], error["retryable"]) == (6, "unreachable", True)
    assert "the identity provider cannot be reached" in error["message"]


def test_what_a_person_logged_in_for_is_used_by_later_calls(
    provider: IdentityProvider,
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    """Issue 5: login keeps the refresh token; a rotated one takes its place."""
    provider.rotates = True
    spec = write(tmp_path, described(provider, flow(provider, "authorizationCode"), "read"))
    before = call(spec, **environment)
    assert (before.status, before.json["error"]["kind"]) == (5, "unauthenticated")
    assert "openapi-mcp login" in before.json["error"]["hint"]
    assert log_in(spec, environment).status == 0
    for _ in range(3):
        ended = call(spec, **environment)
        assert (ended.status, ended.json["scope"], ended.json["client_id"]) == (0, "read", "native")
    done = run_command("logout", "--spec", str(spec), folder=Path.cwd(), environment=environment)
    assert (done.status, call(spec, **environment).status) == (0, 5)


def test_a_secret_that_was_rotated_is_read_again_when_the_provider_refuses_it(
    spec: Path, provider: IdentityProvider, tmp_path: Path
) -> None:
    """README: a file is read again after a refusal; nobody has to start the server anew."""
    (tmp_path / "secret").write_text("old-s3cret")
    options = ("--client-id", "app", "--client-secret", f"file:{tmp_path / 'secret'}")
    with running("serve", "--spec", str(spec), *options, folder=tmp_path) as child:
        child.open()
        refused = child.call("whoami")["structuredContent"]["error"]
        assert (refused["kind"], "invalid_client" in refused["message"]) == ("unauthenticated", True)
        (tmp_path / "secret").write_text(SECRET)
        assert not child.call("whoami").get("isError")


def test_a_renewal_that_fails_says_why(spec: Path, provider: IdentityProvider, tmp_path: Path) -> None:
    """After a 401 the reason is what the provider says, not the 401."""
    with running(
        "serve", "--spec", str(spec), *CLIENT, folder=tmp_path, environment={"CLIENT_SECRET": SECRET}
    ) as child:
        child.open()
        assert not child.call("whoami").get("isError")
        provider.revoke_all()
        provider.clients.clear()
        error = child.call("whoami")["structuredContent"]["error"]
        assert (error["kind"], error["attempts"]) == ("unauthenticated", 1)
        assert "invalid_client" in error["message"]

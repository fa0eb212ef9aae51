"""login and logout as commands: what they ask for, and what they refuse before anything is opened."""

import json
import socket
import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import pytest
from conftest import Command
from keyring.backends import fail
from support.identity import IdentityProvider, running_identity_provider
from support.make import document

from openapi_mcp.cli import consent, login
from openapi_mcp.logins import load_login, login_key
from openapi_mcp.model.address import Reach


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with running_identity_provider() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_keyring_and_no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    def never(url: str) -> bool:
        raise AssertionError(f"opened {url}")

    monkeypatch.setattr(webbrowser, "open", never)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def spec(tmp_path: Path, provider: IdentityProvider) -> str:
    flow = {"authorizationUrl": provider.authorization_url, "tokenUrl": provider.token_url, "scopes": {}}
    file = tmp_path / "spec.json"
    schemes = {"oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}}}
    file.write_text(json.dumps({**DOCUMENT, "components": {"securitySchemes": schemes}}))
    return str(file)


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "paths": {"/a": {"get": {"operationId": "a", "responses": {}, "security": [{"oauth": ["read"]}]}}},
}


def browse(monkeypatch: pytest.MonkeyPatch, opened: list[str]) -> None:
    """Let the browser be a client that goes where it is sent."""
    import httpx

    def go(url: str) -> bool:
        opened.append(url)
        httpx.get(url, follow_redirects=True, trust_env=False)
        return True

    monkeypatch.setattr(webbrowser, "open", go)


def test_a_login_asks_for_what_the_tools_need(
    command: Command, spec: str, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """issue 5: the id may stand in the environment; a person sees who asks before the browser opens."""
    opened: list[str] = []
    browse(monkeypatch, opened)
    monkeypatch.setenv("OPENAPI_MCP_CLIENT_ID", "native")
    ended = command("login", "--spec", spec, "oauth")
    assert (ended.status, ended.out) == (0, "")
    assert ended.err.startswith("opening the browser at 127.0.0.1; answer there\n")
    assert "&scope=read&" in opened[0]
    login = load_login(login_key(spec, "oauth"))
    assert login is not None
    assert (login.client_id, login.scopes, login.client_secret) == ("native", ("read",), None)


def test_what_was_configured_for_the_scheme_is_used(
    command: Command, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """issue 5: --auth SCHEME.FIELD=VALUE; --scope comes before it."""
    opened: list[str] = []
    browse(monkeypatch, opened)
    fields = {"client_id": "native", "scopes": "read write"}
    options = [word for name, value in fields.items() for word in ("--auth", f"oauth.{name}={value}")]
    assert command("login", "--spec", spec, *options).status == 0
    assert command("login", "--spec", spec, *options, "--scope", "write").status == 0
    assert ["scope=read%20write&" in opened[0], "scope=write&" in opened[1]] == [True, True]


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ([], 2, "no client is named"),
        (["--client-id", "native", "other"], 5, "no security scheme 'other'"),
        (["--client-id", "native", "--client-secret", "env:NO_SUCH"], 5, "NO_SUCH is not set"),
        (["--client-id", "native", "--redirect-port", "70000"], 2, "there is no port 70000"),
        (["--client-id", "native", "--auth", "oauth.secret_in_body=maybe"], 2, "neither true nor false"),
        (["--client-id", "native", "--auth", "oauth.token_url=file:///etc/passwd"], 2, "is not a usable URL"),
        (["--client-id", "native", "--auth", "oauth.metadata_url=http://127.0.0.1:1/m"], 5, "cannot be reached"),
    ],
)
def test_what_is_missing_is_said_before_a_browser_opens(
    command: Command, spec: str, options: list[str], status: int, said: str
) -> None:
    """style.md, Errors."""
    ended = command("login", "--spec", spec, *options)
    assert (ended.status, said in ended.err) == (status, True), ended.err


def test_a_port_that_is_taken_is_said(command: Command, spec: str) -> None:
    """issue 5, the brief: --redirect-port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = command("login", "--spec", spec, "--client-id", "native", "--redirect-port", port)
    assert (ended.status, f"cannot listen on port {port}" in ended.err) == (2, True), ended.err


def test_a_person_who_does_not_answer_ends_the_login(
    command: Command, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """issue 5, the brief: waits with a deadline; quiet or not, the URL is shown where no browser opens."""
    monkeypatch.setattr(consent, "PATIENCE", 0.01)
    ended = command("login", "--spec", spec, "--client-id", "native", "--no-browser", "--quiet")
    assert (ended.status, "nobody answered within" in ended.err) == (5, True)
    assert "open this URL in a browser on this machine, and answer there:\nhttp://127.0.0.1:" in ended.err


def test_a_browser_that_fails_is_said(command: Command, spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """issue 5, the brief: without a browser it fails clearly."""
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    ended = command("login", "--spec", spec, "--client-id", "native")
    assert (ended.status, "there is no browser that could be opened" in ended.err) == (2, True)


@pytest.mark.parametrize("name", ["login", "logout"])
def test_a_document_on_standard_input_has_no_login(command: Command, name: str) -> None:
    """Our choice: it may be another document each time, with a scheme of the same name."""
    ended = command(name, "--spec", "-", "oauth")
    assert (ended.status, "a document that can be found again" in ended.err) == (2, True)


def test_logout_without_a_name_finds_the_scheme(command: Command, spec: str) -> None:
    """issue 5, the brief."""
    ended = command("logout", "--spec", spec)
    assert (ended.status, ended.err) == (0, 'there was no login for "oauth"\n')
    assert command("logout", "--spec", f"{spec}.gone", "oauth").status == 0
    assert command("logout", "--spec", f"{spec}.gone").status == 3


def test_a_provider_is_no_nearer_than_the_document_that_names_it() -> None:
    """security.md 6 and 8: a public document's metadata may not lead into a private network; the operator's may."""
    public = replace(document({}), reach=Reach.PUBLIC)
    typed = "https://api.example.com/openapi.json"
    bounds = login._bounds(public, {"token_url": "http://10.0.0.1/t"}, [typed])
    assert (bounds.reach, bounds.bind(("https", "api.example.com", 443)), bounds.bind(("http", "10.0.0.1", 80))) == (
        Reach.PUBLIC, False, False,
    )  # fmt: skip
    assert not bounds.allow(Reach.PRIVATE)
    assert login._bounds(public, {"metadata_url": "https://id.intra.example/m"}, [typed]).reach is None

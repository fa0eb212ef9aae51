"""`openapi-mcp login` as a process, with something that goes where a browser would go, at a real provider."""

import json
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from support.child import Child, Outcome, run_command, running
from support.identity import IdentityProvider, running_identity_provider
from support.upstream import PATIENCE, Answer, Upstream

from openapi_mcp.executor.send import Sender
from openapi_mcp.executor.tokens import Tokens
from openapi_mcp.logins import Login, load_login, login_key
from openapi_mcp.model.call import ANYONE
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.secret import Secret

TESTS = Path(__file__).parent.parent
# What a browser does, without a person: it opens the URL and goes where it is sent. A path that a shell would split
# is no matter: webbrowser splits BROWSER as a shell would.
BROWSER = """
import sys, urllib.request
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
open(sys.argv[1], "wb").write(direct.open(sys.argv[2], timeout=30).read())
"""


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running_identity_provider() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, a browser, and no keyring."""
    script = tmp_path / "browser.py"
    script.write_text(BROWSER)
    return {
        "HOME": str(tmp_path / "home"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "BROWSER": f"'{sys.executable}' '{script}' '{tmp_path / 'page'}' %s",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH", "")])),
    }


def description(scheme: dict[str, Any]) -> dict[str, Any]:
    """Return a document whose two tools need the scopes read and write of one scheme."""

    def operation(scope: str) -> dict[str, Any]:
        return {"operationId": scope, "security": [{"oauth": [scope]}], "responses": {"200": {"description": "Well."}}}

    return {
        "openapi": "3.1.0",
        "info": {"title": "Guarded", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/r": {"get": operation("read")}, "/w": {"get": operation("write"), "post": operation("admin")}},
        "components": {"securitySchemes": {"oauth": scheme}},
    }


def code_flow(provider: IdentityProvider) -> dict[str, Any]:
    urls = {"authorizationUrl": provider.authorization_url, "tokenUrl": provider.token_url}
    return {"type": "oauth2", "flows": {"authorizationCode": {**urls, "scopes": {"read": "", "write": ""}}}}


@pytest.fixture
def spec(tmp_path: Path, provider: IdentityProvider) -> Path:
    file = tmp_path / "guarded.json"
    file.write_text(json.dumps(description(code_flow(provider))))
    return file


def kept(spec: Path | str, environment: dict[str, str]) -> Login | None:
    return load_login(login_key(str(spec), "oauth"), environment)


def log_in(spec: Path | str, environment: dict[str, str], *more: str) -> Outcome:
    return run_command(
        "login", "--spec", str(spec), "--client-id", "native", *more, folder=Path.cwd(), environment=environment
    )


async def use(login: Login) -> str:
    """Return an access token by the refresh token that a login brought."""
    grant = Grant(
        scheme="oauth",
        type=GrantType.REFRESH_TOKEN,
        client_id=login.client_id,
        token_url=login.token_url,
        refresh_token=login.refresh,
    )
    async with Sender(max_body=100_000, user_agent="test") as sender:
        return (await Tokens(sender.send, lambda: 0.0).credential(grant, (), ANYONE, 1e12)).value.reveal()


def test_a_login_brings_a_refresh_token_that_gets_tokens(
    spec: Path, provider: IdentityProvider, environment: dict[str, str], tmp_path: Path
) -> None:
    """issue 5: the authorization-code flow with PKCE in the browser; in a 0600 file where there is no keyring."""
    ended = log_in(spec, environment)
    folder = tmp_path / "state" / "openapi-mcp" / "logins"
    (file,) = folder.iterdir()
    assert (ended.status, ended.out) == (0, "")
    assert ended.err == (
        "opening the browser at 127.0.0.1; answer there\n"
        f'logged in for "oauth" (read write); kept in a file that only you can read ({file})\n'
    )
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    assert (tmp_path / "page").read_text() == "openapi-mcp: You are logged in.\n"
    login = kept(spec, environment)
    assert login is not None
    assert (login.token_url, login.client_id, login.scopes) == (provider.token_url, "native", ("read", "write"))
    assert (login.access, login.expires_at) == (None, None)
    claims = provider.verify(anyio.run(use, login))
    assert claims is not None
    assert (claims["sub"], claims["scope"]) == ("ada", "read write")
    assert "code_challenge_method=S256" in provider.asked("/authorize")[0].target


def test_a_login_is_kept_in_the_keyring_where_there_is_one(
    spec: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """issue 5: keeps the refresh token in the system keyring; our file then holds no secret."""
    ring = {"PYTHON_KEYRING_BACKEND": "support.keys.FileKeyring", "KEYRING_FILE": str(tmp_path / "ring")}
    ended = log_in(spec, {**environment, **ring}, "--scope", "read")
    assert (ended.status, ended.err.splitlines()[-1]) == (0, 'logged in for "oauth" (read); kept in the system keyring')
    (file,) = (tmp_path / "state" / "openapi-mcp" / "logins").iterdir()
    assert file.read_text() == "keyring"
    assert '\\"refresh\\"' in (tmp_path / "ring").read_text()
    gone = run_command("logout", "--spec", str(spec), folder=tmp_path, environment={**environment, **ring})
    assert (gone.status, gone.err) == (0, 'the login for "oauth" is forgotten\n')
    assert ((tmp_path / "ring").read_text(), file.exists()) == ("{}", False)
    again = run_command("logout", "--spec", str(spec), "oauth", folder=tmp_path, environment={**environment, **ring})
    assert (again.status, again.err) == (0, 'there was no login for "oauth"\n')


def test_a_client_with_a_secret_keeps_only_where_it_is(
    spec: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """issue 5: client_secret reference; security.md 10."""
    provider.clients["app"].methods = ("client_secret_post",)
    confidential = ("--client-secret", "env:APP_SECRET", "--auth", "oauth.secret_in_body=true")
    ended = log_in(spec, {**environment, "APP_SECRET": "app-s3cret"}, *confidential, "--client-id", "app")
    assert ended.status == 0, ended.err
    login = kept(spec, environment)
    assert login is not None
    assert (login.client_id, login.client_secret, login.secret_in_body) == ("app", Secret("env:APP_SECRET"), True)
    assert "app-s3cret" not in ended.err


def test_a_browser_that_stays_open_is_not_waited_for(
    spec: Path, provider: IdentityProvider, environment: dict[str, str], tmp_path: Path
) -> None:
    """Python waits for a browser that it does not know; a person's stays open for days."""
    script = tmp_path / "browser.py"
    script.write_text(f"{BROWSER}\nimport os; os.close(1); os.close(2); sys.stdin.read()\n")
    with running(
        "login", "--spec", str(spec), "--client-id", "native", folder=tmp_path, environment=environment
    ) as child:
        assert child.wait() == 0  # its stdin, and so the browser's, is still open
        assert "logged in" in child.stderr


def test_a_person_who_refuses_ends_the_login(
    spec: Path, provider: IdentityProvider, environment: dict[str, str], tmp_path: Path
) -> None:
    """style.md, Errors: 5, credentials missing or refused."""
    provider.denies = "access_denied"
    ended = log_in(spec, environment)
    assert (ended.status, kept(spec, environment)) == (5, None)
    assert "error: the identity provider gave no token (access_denied" in ended.err
    assert (tmp_path / "page").read_text() == "openapi-mcp: The login failed; the terminal says why.\n"


def test_a_provider_that_refuses_the_code_ends_the_login(
    spec: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """RFC 6749 section 5.2."""
    provider.answers["/token"] = Answer(b'{"error": "invalid_grant"}', status=400)
    ended = log_in(spec, environment)
    assert (ended.status, kept(spec, environment)) == (5, None)
    assert "(invalid_grant)" in ended.err


def test_without_a_refresh_token_the_access_token_is_kept(
    spec: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """issue 5, the brief: keep the access token until it expires, and say so."""
    provider.answers["/token"] = Answer(b'{"access_token": "short", "token_type": "Bearer", "expires_in": 60}')
    ended = log_in(spec, environment)
    login = kept(spec, environment)
    assert login is not None
    assert (ended.status, login.access, login.refresh) == (0, Secret("short"), None)
    assert login.expires_at is not None
    assert "warning: the provider gave no refresh token, so this login ends at 20" in ended.err
    provider.answers["/token"] = Answer(b'{"access_token": "short", "token_type": "Bearer"}')
    assert "this login ends when the provider says so" in log_in(spec, environment).err


def test_metadata_leads_to_the_provider(
    tmp_path: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """OpenID Connect Discovery 1.0; RFC 9207: the answer in the browser names its issuer."""
    spec = tmp_path / "oidc.json"
    spec.write_text(json.dumps(description({"type": "openIdConnect", "openIdConnectUrl": provider.metadata_url})))
    assert log_in(spec, environment).status == 0
    provider.metadata = {"issuer": "https://other.example"}
    assert "the metadata is that of another issuer" in log_in(spec, environment).err
    provider.metadata = {"authorization_endpoint": None}
    ended = log_in(spec, environment)
    assert (ended.status, "two endpoints are not both known" in ended.err) == (5, True)


def test_a_document_from_elsewhere_names_no_provider_by_itself(
    upstream: Upstream, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """security.md 6: a credential is sent only to origins that the operator named or confirmed."""
    document = json.dumps(description(code_flow(provider))).replace("http://127.0.0.1", "http://localhost")
    url = upstream.serve(json.loads(document))
    ended = log_in(url, environment)
    assert ended.status == 5
    assert "names a provider on another host than its own" in ended.err
    assert provider.seen == []
    confirmed = [
        f"oauth.{name}={value}"
        for name, value in (("token_url", provider.token_url), ("authorization_url", provider.authorization_url))
    ]
    assert log_in(url, environment, "--auth", confirmed[0], "--auth", confirmed[1]).status == 0
    assert kept(url, environment) is not None
    by_metadata = log_in(url, environment, "--auth", f"oauth.metadata_url={provider.metadata_url}")
    assert by_metadata.status == 0, by_metadata.err


def waiting_login(spec: Path, environment: dict[str, str], *more: str) -> Any:
    return running(
        "login", "--spec", str(spec), "--client-id", "native", "--no-browser", *more,
        folder=spec.parent, environment=environment,
    )  # fmt: skip


def consent_url(child: Child) -> str:
    return child.wait_for_stderr(r"^(http://\S+/authorize\S+)")[1]


def redirect(url: str) -> str:
    """Return where the provider sends the browser."""
    return httpx.get(url).headers["Location"]


def test_nothing_that_a_strange_page_sends_ends_a_login(
    spec: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """RFC 9700 section 2.1; other pages and programs can reach the loopback address too."""
    with waiting_login(spec, environment) as child:
        target = redirect(consent_url(child))
        bare, _, query = target.partition("?")
        elsewhere = bare.replace("/callback", "/")
        strange = [
            httpx.get(elsewhere),
            httpx.get(f"{elsewhere}callback/x?{query}"),
            httpx.post(target),
            httpx.get(target, headers={"Host": "evil.example"}),
            httpx.get(f"{bare}?code=evil&state=guess"),
            httpx.get(f"{bare}?error=access_denied"),
            httpx.get(f"{target}&code=evil"),
            httpx.get(bare),
        ]
        assert [answer.status_code for answer in strange] == [404, 404, 405, 400, 400, 400, 400, 400]
        with httpx.Client() as idle:
            idle.get(elsewhere)  # as browsers do, a connection that says nothing more
            page = httpx.get(target)
        assert (page.status_code, page.text) == (200, "openapi-mcp: You are logged in.\n")
        assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert child.wait() == 0, child.stderr
    assert len(provider.asked()) == 1


def test_a_code_is_taken_once(spec: Path, provider: IdentityProvider, environment: dict[str, str]) -> None:
    """RFC 6749 section 4.1.2: while the first code is exchanged, a second answer with the right state is refused."""
    with waiting_login(spec, environment) as child:
        target = redirect(consent_url(child))
        provider.gate.clear()
        pages: list[str] = []
        first = threading.Thread(target=lambda: pages.append(httpx.get(target, timeout=PATIENCE).text))
        first.start()
        provider.arrived.get(timeout=PATIENCE)
        assert httpx.get(target).status_code == 400
        assert httpx.get(target.replace("code=", "code=x")).status_code == 400
        provider.gate.set()
        first.join(PATIENCE)
        assert (child.wait(), pages) == (0, ["openapi-mcp: You are logged in.\n"])
    assert len(provider.asked()) == 1


def test_another_issuers_answer_is_refused(
    tmp_path: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """RFC 9207 section 2.4."""
    spec = tmp_path / "oidc.json"
    spec.write_text(json.dumps(description({"type": "openIdConnect", "openIdConnectUrl": provider.metadata_url})))
    with waiting_login(spec, environment) as child:
        target = redirect(consent_url(child)).partition("&iss=")[0]
        assert "The login failed" in httpx.get(f"{target}&iss=https%3A%2F%2Fevil.example").text
        assert (child.wait(), "another issuer" in child.stderr) == (5, True)
    assert provider.asked() == []


def test_a_browser_that_leaves_early_does_not_stop_a_login(
    spec: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """security.md 23: the code came; who asked for the page need not read it."""
    with waiting_login(spec, environment) as child:
        target = redirect(consent_url(child))
        host, _, path = target.removeprefix("http://").partition("/")
        provider.gate.clear()
        with socket.create_connection(("127.0.0.1", int(host.partition(":")[2]))) as browser:
            browser.sendall(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            provider.arrived.get(timeout=PATIENCE)
        provider.gate.set()
        assert child.wait() == 0, child.stderr


def test_ctrl_c_ends_a_login_cleanly(spec: Path, environment: dict[str, str]) -> None:
    """style.md, Errors: 130, interrupted; security.md 24: no traceback."""
    with waiting_login(spec, environment) as child:
        consent_url(child)
        child.process.send_signal(signal.SIGINT)
        assert child.wait() == 130
        assert "Traceback" not in child.stderr
    assert kept(spec, environment) is None


def test_without_a_browser_it_says_what_to_do(spec: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """issue 5, the brief: without a browser it fails clearly."""
    (tmp_path / "empty").mkdir()
    nowhere = {"PATH": str(tmp_path / "empty"), "BROWSER": "no-such-browser %s", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    ended = log_in(spec, {**environment, **nowhere})
    assert ended.status == 2
    assert "error: there is no browser that could be opened" in ended.err
    assert "--no-browser" in ended.err


def test_of_several_apis_one_is_logged_in_to(
    spec: Path, provider: IdentityProvider, environment: dict[str, str]
) -> None:
    """The login belongs to the document, whatever name its API has."""

    def log_in_to(*more: str) -> Outcome:
        apis = ("--spec", f"shop={spec}", "--spec", f"other={spec}")
        return run_command("login", *apis, *more, "--client-id", "native", folder=Path.cwd(), environment=environment)

    ended = log_in_to()
    assert (ended.status, "say which one is meant: shop=, other=" in ended.err) == (2, True)
    assert log_in_to("shop=oauth").status == 0
    assert kept(spec, environment) is not None
    gone = run_command("logout", "--spec", f"shop={spec}", folder=Path.cwd(), environment=environment)
    assert (gone.status, kept(spec, environment)) == (0, None)

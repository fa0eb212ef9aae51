"""No secret in any output of any command, at the highest log level. Security requirement A10."""

import base64
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from support.child import Child, run_command, running, serving_http
from support.upstream import Answer, Upstream, description

SECRETS = {
    "bearer": "b3arer/s3cret+value==",
    "password": 'p4ss"word\\with s3cret',
    "header": "h3ader-s3cret-&-value",
    "query": "qu3ry s3cret/value?&=",
    "cookie": "c00kie-s3cret-value",
    "spec_password": "sp3c-passw0rd",
    "spec_key": "sp3c-k3y-in-query",
}
ENVIRONMENT = {
    "ENV_BEARER": SECRETS["bearer"],
    "ENV_BASIC": f"basic-user:{SECRETS['password']}",
    "ENV_HEADER": SECRETS["header"],
    "ENV_QUERY": SECRETS["query"],
    "ENV_COOKIE": SECRETS["cookie"],
}


def forms(*names: str) -> Iterator[str]:
    """Yield the secrets of these names, else all, in every form that they may be echoed in."""
    for name in names or SECRETS:
        for value in (SECRETS[name], ENVIRONMENT["ENV_BASIC"]) if name == "password" else (SECRETS[name],):
            yield value
            yield quote(value, safe="")
            yield quote_plus(value)
            yield json.dumps(value)[1:-1]
            yield base64.b64encode(value.encode()).decode().rstrip("=")


def leaks(*outputs: str) -> list[str]:
    """Return the secrets that the outputs hold."""
    return [form for form in forms() if any(form in output for output in outputs)]


def repeat(upstream: Upstream, *names: str) -> None:
    """Let the API repeat the secrets of these names, and the keys, in every kind of answer."""
    sent = list(forms(*names, "header", "query", "cookie"))
    upstream.answers["/refusing"] = Answer(json.dumps({"detail": " ".join(sent), "sent": sent}).encode(), status=403)
    upstream.answers["/text"] = Answer("\n".join(sent).encode(), "text/plain", headers=(("ETag", sent[0]),))
    upstream.answers["/list"] = Answer(json.dumps([*sent, dict.fromkeys(sent, 1)]).encode())
    upstream.answers["/broken"] = Answer("{".join(sent).encode(), status=500)


@pytest.fixture
def spec(upstream: Upstream) -> str:
    """The URL of a document with keys in it; the API behind it repeats whatever it was sent."""
    schemes = {
        "query": {"type": "apiKey", "in": "query", "name": "key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    }
    paths = ("/echo", "/refusing", "/redirecting", "/elsewhere", "/text", "/list", "/bytes", "/hang", "/broken")
    upstream.serve(description(*paths, components={"securitySchemes": schemes}))
    upstream.answers["/bytes"] = Answer(b"\x00\xff", "application/octet-stream")
    query = quote(SECRETS["query"], safe="")
    upstream.answers["/redirecting"] = Answer(b"", status=302, headers=(("Location", f"/echo?key={query}"),))
    elsewhere = f"http://me:pw@other.invalid/x?key={query}"
    upstream.answers["/elsewhere"] = Answer(b"", status=302, headers=(("Location", elsewhere),))
    host = upstream.url.removeprefix("http://")
    return f"http://me:{SECRETS['spec_password']}@{host}/document.json?key={SECRETS['spec_key']}"


AUTHORIZATION = {"bearer": ("--bearer", "env:ENV_BEARER"), "password": ("--basic", "env:ENV_BASIC")}
KEYS = ("--header", "X-Key: env:ENV_HEADER", "--auth", "query=env:ENV_QUERY", "--auth", "cookie=env:ENV_COOKIE")
LOUD = ("--log-level", "debug")


def literally(options: tuple[str, ...]) -> list[str]:
    """Return the options with the values themselves in place of env:NAME."""
    filled = []
    for option in options:
        for name, value in ENVIRONMENT.items():
            option = option.replace(f"env:{name}", value)
        filled.append(option)
    return filled


@pytest.mark.requirement(10)
@pytest.mark.parametrize("how", ["literal", "by reference"])
@pytest.mark.parametrize("scheme", AUTHORIZATION)
@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect"],
        ["inspect", "--json"],
        ["call", "echo", "--dry-run"],
        ["call", "echo", "--dry-run", "--json"],
        ["call", "echo"],
        ["call", "echo", "--json"],
        ["call", "refusing"],
        ["call", "refusing", "--json"],
        ["call", "redirecting"],
        ["call", "elsewhere"],
        ["call", "text"],
        ["call", "text", "--json"],
        ["call", "list"],
        ["call", "list", "--max-response", "300"],
        ["call", "broken"],
        ["call", "hang", "--timeout", "0.2"],
        ["call", "ech0"],
        ["call", "echo", "-a", "n=x"],
    ],
    ids=" ".join,
)
def test_no_command_shows_a_secret(
    command: Any,
    spec: str,
    upstream: Upstream,
    scheme: str,
    arguments: list[str],
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """security.md 10: also where the API repeats it, where it is encoded, where it stands in a URL."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    repeat(upstream, scheme)
    options = (*AUTHORIZATION[scheme], *KEYS)
    ended = command(*arguments, "--spec", spec, *(literally(options) if how == "literal" else options), *LOUD)
    assert ended.status in (0, 2, 5, 6), ended.err
    assert leaks(ended.out, ended.err) == []
    assert "Traceback" not in ended.err


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    "source",
    [
        "http://me:{password}@127.0.0.1:1/x.json?key={key}",
        "http://me:{password}@no-such-host.invalid/x.json?key={key}",
        "{upstream}/status/404?key={key}",
        "{upstream}/not-openapi?key={key}",
        "{upstream}/echo?key={key}",
        "http://me:{password}@[::1/x?key={key}",
        "http://me:{password}@host:port/x?key={key}",
        "ftp://me:{password}@host/x?key={key}",
    ],
)
def test_a_source_that_fails_is_named_without_its_secrets(
    command: Any, spec: str, upstream: Upstream, source: str
) -> None:
    """security.md 10: userinfo and query of the document's URL."""
    upstream.answers["/not-openapi"] = Answer(b"{}")
    host = upstream.url.replace("//", f"//me:{SECRETS['spec_password']}@")
    url = source.replace("{password}", SECRETS["spec_password"]).replace("{key}", SECRETS["spec_key"])
    ended = command("inspect", "--spec", url.replace("{upstream}", host), *LOUD)
    assert ended.status in (2, 3, 4)
    assert leaks(ended.out, ended.err) == []


def test_a_command_that_fails_is_named_without_its_arguments(command: Any) -> None:
    """security.md 10: a curl line with a token in it is a usual --spec-command."""
    ended = command("inspect", "--spec-command", f"no-such-curl -H 'Authorization: Bearer {SECRETS['header']}'", *LOUD)
    assert ended.status == 3
    assert leaks(ended.out, ended.err) == []


@pytest.mark.parametrize("option", ["--basic", "--header", "--auth", "--api-key", "--bearer", "--token"])
def test_a_credential_of_the_wrong_form_is_not_repeated(command: Any, spec: str, option: str) -> None:
    """security.md 10: an error names the option, not the value."""
    ended = command("inspect", "--spec", spec, option, f"{SECRETS['header']}\r\nX", *LOUD)
    assert ended.status in (2, 5)
    assert leaks(ended.out, ended.err) == []


def talk(child: Child, secret: str) -> list[str]:
    """Call every tool over stdio; return what came back."""
    tools = ("echo", "refusing", "redirecting", "elsewhere", "text", "list", "bytes", "hang", "broken")
    said = [
        child.open(),
        child.request("tools/list"),
        *(child.call(tool) for tool in tools),
        child.call("echo", n=secret),
    ]
    return [json.dumps(frame, ensure_ascii=False) for frame in said]


@pytest.mark.requirement(10)
@pytest.mark.parametrize("scheme", AUTHORIZATION)
def test_a_server_over_stdio_shows_no_secret(spec: str, upstream: Upstream, tmp_path: Path, scheme: str) -> None:
    """security.md 10: definitions, results, errors, logs at any level; 6: and the API did get them."""
    repeat(upstream, scheme)
    options = ("--spec", spec, *AUTHORIZATION[scheme], *KEYS, *LOUD, "--timeout", "0.5")
    with running("serve", *options, folder=tmp_path, environment=ENVIRONMENT) as child:
        said = talk(child, SECRETS[scheme])
        child.close_stdin()
        assert child.wait() == 0
        assert (leaks(*said), leaks(child.stderr)) == ([], [])
    assert "key=***" in said[2]
    assert upstream.calls[0].values("x-key") == [SECRETS["header"]]
    assert upstream.calls[0].values("cookie") == [f"sid={SECRETS['cookie']}"]
    assert quote(SECRETS["query"], safe="") in upstream.calls[0].target


@pytest.mark.requirement(10)
def test_a_server_over_http_logs_no_secret(spec: str, upstream: Upstream, tmp_path: Path) -> None:
    """security.md 10; 9: nor what the client sent."""
    repeat(upstream, "bearer")
    options = ("--spec", spec, *AUTHORIZATION["bearer"], *KEYS, *LOUD)
    with serving_http(*options, folder=tmp_path, environment=ENVIRONMENT) as (child, url):
        headers = {"Accept": "application/json, text/event-stream", "Authorization": "Bearer of-the-client"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "refusing", "arguments": {}}}
        with httpx.Client(trust_env=False, timeout=20) as client:
            answers = [client.post(url, json=body, headers={**headers, "Host": host}) for host in ("127.0.0.1", "x")]
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
        assert leaks(child.stderr, *(answer.text for answer in answers)) == []
        assert "of-the-client" not in child.stderr


@pytest.mark.requirement(10)
def test_references_keep_secrets_out_of_the_process_list(spec: str, tmp_path: Path) -> None:
    """security.md 10: process argument list; design.md: no secret has to stand in a command line."""
    options = (*AUTHORIZATION["bearer"], *KEYS)
    ended = run_command(
        "call",
        "echo",
        "--spec",
        spec.replace(SECRETS["spec_password"], "x"),
        *options,
        folder=tmp_path,
        environment=ENVIRONMENT,
    )
    assert ended.status == 0
    assert leaks(" ".join(options), ended.out, ended.err) == []

"""No secret is in any file that a running server leaves behind, wherever it came from and in whatever form."""

import json
import os
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.child import Child, run_command, running, serving_http
from support.issuer import AUDIENCE, Issuer
from support.load import META
from support.recorded import files, history, holding, numbers, state_folder
from support.upstream import PATIENCE, Answer, Upstream, description

BEARER = "b3arer-s3cret+with/signs=and-more"
IN_QUERY = 'qu3ry-s3cret "with" &signs and a Zo\u00eb'
IN_COOKIE = "c00kie-s3cret-that-nobody-knows"
IN_HEADER = "h3ader-s3cret-that-nobody-knows"
EXTRA = "3xtra-s3cret-of-a-header-that-is-sent"
SECRETS = (BEARER, IN_QUERY, IN_COOKIE, IN_HEADER, EXTRA)
BEGINNING = 14  # characters of a secret that nothing else begins with

pytestmark = pytest.mark.requirement(10)


def home() -> Path:
    """Return the folder that holds all of the user's folders: state, caches, settings."""
    return Path(os.environ["HOME"])


def no_file_holds(secrets: Iterable[str]) -> None:
    """Hold it against all that lies in the user's folders, the beginnings of secrets too: a cut leaves one."""
    assert files(state_folder())
    assert {secret: found for secret in secrets if (found := holding(secret, home()))} == {}
    assert {secret: found for secret in secrets if (found := holding(secret[:BEGINNING], home()))} == {}


def guarded(server: str) -> dict[str, Any]:
    schemes = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "query": {"type": "apiKey", "in": "query", "name": "key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    }
    made = description("/echo", "/fail", "/moved", "/long", "/text", "/tagged", server=server)
    for item in made["paths"].values():
        item["get"]["parameters"].append({"name": "q", "in": "query", "schema": {"type": "string"}})
    return {**made, "components": {"securitySchemes": schemes}, "security": [{name: [] for name in schemes}]}


def echo_in_every_place(upstream: Upstream, secrets: Iterable[str]) -> None:
    """Let the API give the secrets back: in a body as value and as name, in headers, in errors, one after the other."""
    said = list(secrets)
    ascii_only = [secret for secret in said if secret.isascii()]
    body = json.dumps({"detail": f"who is {said}?", "again": dict.fromkeys(said, said)}).encode()
    location = f"/echo?token={ascii_only[0]}"
    upstream.answers |= {
        "/fail": Answer(body, status=400, headers=(("WWW-Authenticate", f'Bearer realm="{ascii_only[0]}"'),)),
        "/moved": Answer(b"{}", status=201, headers=(("Location", location), ("ETag", f'"{ascii_only[-1]}"'))),
        "/long": Answer(json.dumps(["".join(said * 500)]).encode()),
        "/text": Answer("".join(said * 500).encode(), "text/plain; charset=utf-8"),
        "/tagged": Answer(body, headers=(("ETag", f'"{ascii_only[0]}"'), ("X-Request-Id", ascii_only[-1]))),
    }


def call_everything(child: Child, secrets: Iterable[str]) -> None:
    """Make calls that succeed, fail, are refused and unknown; each also with every secret as its argument."""
    child.open()
    for tool in ("echo", "fail", "moved", "long", "text", "tagged"):
        child.call(tool)
    for secret in secrets:
        child.call("echo", q=secret)
        child.call("echo", q=f"what is {secret}?")
        child.call("fail", q=secret)
        child.call("echo", n=secret)
        child.call("echo", **{secret: 1})
        child.request("tools/call", {"name": secret, "arguments": {"q": secret}})
    child.close_stdin()
    assert child.wait() == 0
    assert [secret for secret in secrets if secret in child.stderr] == []


def test_no_credential_of_the_operators_is_in_any_file(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 10: bearer, api keys in query, header and cookie, a header; echoed, and given by the caller."""
    echo_in_every_place(upstream, SECRETS)
    options = [("bearer", BEARER), ("query", IN_QUERY), ("cookie", IN_COOKIE), ("header", IN_HEADER)]
    given = [word for name, value in options for word in ("--auth", f"{name}={value}")]
    spec = upstream.serve(guarded(upstream.url))
    with running("serve", "--spec", spec, *given, "-H", f"X-Extra: {EXTRA}", folder=tmp_path) as child:
        call_everything(child, SECRETS)
    sent = upstream.calls[0]
    assert sent.values("X-Extra") + sent.values("X-Key") == [EXTRA, IN_HEADER]  # they went out, and came back
    no_file_holds(SECRETS)
    calls = history(folder=tmp_path)
    assert len(calls) == 6 + 6 * len(SECRETS)
    assert not any(secret in json.dumps(calls, ensure_ascii=False) for secret in SECRETS)


def test_neither_user_nor_password_of_a_url_or_of_basic_is_in_any_file(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 10: Basic as it is sent, too; a password in the document's URL."""
    password = "p4ssword-that-nobody-knows!"
    echo_in_every_place(upstream, [password, f"ann:{password}"])
    upstream.serve(description("/echo", "/fail", "/moved", "/long", "/text", "/tagged", server=upstream.url))
    (tmp_path / "document.json").write_bytes(upstream.document)
    with running("serve", "--spec", "document.json", "--basic", f"ann:{password}", folder=tmp_path) as child:
        call_everything(child, [password])
    url = upstream.url.replace("//", f"//ann:{password}@")
    with running("serve", "--spec", f"{url}/document.json", folder=tmp_path) as child:
        child.open()
        child.call("echo", n=1)
        child.close_stdin()
        child.wait()
    no_file_holds([password, f"ann:{password}"])


def send(url: str, tool: str, headers: dict[str, str], **arguments: Any) -> None:
    params = {"name": tool, "arguments": arguments, "_meta": META}
    own = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    with httpx.Client(trust_env=False, timeout=20) as browser:
        frame = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        assert browser.post(url, headers={**own, **headers}, json=frame).status_code == 200


def test_neither_the_endpoints_token_nor_a_forwarded_header_is_in_any_file(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 9, 10: what a caller brings, and gives again as an argument."""
    token, key = "3ndpoint-t0ken-of-this-server", "f0rwarded-key-of-this-caller"
    document = guarded(upstream.url)
    del document["security"], document["components"]
    echo_in_every_place(upstream, [token, key])
    options = ("--spec", upstream.serve(document), "--endpoint-token", "env:WORD", "--forward", "X-Caller-Key")
    brought = {"Authorization": f"Bearer {token}", "X-Caller-Key": key}
    with serving_http(*options, folder=tmp_path, environment={"WORD": token}) as (child, url):
        for tool in ("echo", "fail", "moved", "long", "text", "tagged"):
            for value in (token, key, f"{token} {key}"):
                send(url, tool, brought, q=value)
        child.process.terminate()
        assert child.wait() == 0
    assert upstream.calls[0].values("X-Caller-Key") == [key]
    no_file_holds([token, key])
    assert len(history(folder=tmp_path)) == 18


def test_no_access_token_is_in_any_file(upstream: Upstream, other_upstream: Upstream, tmp_path: Path) -> None:
    """security.md 9, 10: a JWT, whole and its signature alone."""
    issuer = Issuer(other_upstream)
    document = guarded(upstream.url)
    del document["security"], document["components"]
    token = issuer.token(sub="ann")
    echo_in_every_place(upstream, [token])
    options = ("--spec", upstream.serve(document), "--oauth-issuer", issuer.url, "--oauth-audience", AUDIENCE)
    with serving_http(*options, folder=tmp_path) as (child, url):
        for tool in ("echo", "fail", "moved", "long", "text", "tagged"):
            send(url, tool, {"Authorization": f"Bearer {token}"}, q=token)
        child.process.terminate()
        assert child.wait() == 0
    assert holding(token, home()) == []
    assert len(history(folder=tmp_path)) == 6


def used(child: Child, *calls: dict[str, Any]) -> None:
    """Make calls, and end."""
    child.open()
    for arguments in calls:
        child.call("echo", **arguments)
    child.close_stdin()
    assert child.wait() == 0


@pytest.mark.requirement(34)
def test_what_is_recorded_is_its_users_alone(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 34: files 0600 in folders 0700, whatever the umask lets through, while it runs and after."""
    spec = upstream.serve(description("/echo"))
    with running("serve", "--spec", spec, folder=tmp_path, program=loose("serve", "--spec", spec)) as child:
        child.open()
        for n in range(50):
            child.call("echo", n=n)
        assert modes(state_folder()) <= {"drwx------", "-rw-------"}
        child.close_stdin()
        assert child.wait() == 0
    assert len(history(folder=tmp_path)) == 50
    assert modes(state_folder()) == {"drwx------", "-rw-------"}


def loose(*arguments: str) -> list[str]:
    """Return what runs the program with a umask that takes nothing away."""
    return ["sh", "-c", 'umask 0; exec "$0" -m openapi_mcp "$@"', sys.executable, *arguments]


def modes(folder: Path) -> set[str]:
    return {stat.filemode(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def test_without_records_no_file_is_made(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: --no-records."""
    with running("serve", "--spec", upstream.serve(description("/echo")), "--no-records", folder=tmp_path) as child:
        used(child, {"n": 1})
    assert [path.name for path in files(home()) if "records" in path.name] == []
    assert holding("/echo?n=1", state_folder()) == []


def test_without_arguments_no_value_and_no_answer_is_in_any_file(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: --record-arguments off; that a call was made, and how it went, is there all the same."""
    document = guarded(upstream.url)
    del document["security"], document["components"]
    upstream.answers["/fail"] = Answer(b'{"detail": "answer-5678 for value-1234"}', status=400)
    upstream.answers["/tagged"] = Answer(b'{"name": "answer-5678"}')
    spec = upstream.serve(document)
    with running("serve", "--spec", spec, "--record-arguments", "off", folder=tmp_path) as child:
        child.open()
        child.call("echo", q="value-1234")
        child.call("tagged", q="value-1234")
        child.call("fail", q="value-1234")
        child.call("echo", n="value-1234")
        child.call("echo", **{"value-1234": 1})
        child.close_stdin()
        assert child.wait() == 0
    assert holding("value-1234", state_folder()) + holding("answer-5678", state_folder()) == []
    calls = history(folder=tmp_path)
    assert [(call["arguments"], call["curl"], call["message"]) for call in calls] == [(None, None, None)] * 5
    assert [call["status"] for call in calls] == [200, 200, 400, None, None]
    assert [call["kind"] for call in calls[:2]] == [None, None]
    assert all(call["bytes"] for call in calls)


def test_a_call_from_the_shell_is_recorded_like_any_other(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: every call. What is only shown is none."""
    spec = upstream.serve(description("/echo", "/status/{code}", server=upstream.url))
    options = ("call", "--spec", spec, "--bearer", BEARER)
    assert run_command(*options, "echo", "-a", "n=5", folder=tmp_path).status == 0
    assert run_command(*options, "status", "-a", "code=404", folder=tmp_path).status == 6
    run_command(*options, "echo", "--dry-run", folder=tmp_path)
    run_command(*options, "echo", "--no-records", folder=tmp_path)
    found = [(call["tool"], call["status"], call["arguments"]) for call in history(folder=tmp_path)]
    assert found == [("echo", 200, {"n": 5}), ("status", 404, {"code": "404"})]
    no_file_holds([BEARER])


@pytest.mark.parametrize(("keep", "most"), [("1s", 1), ("100KB", 200)])
def test_what_is_too_old_or_too_much_goes_while_a_server_runs(
    upstream: Upstream, tmp_path: Path, keep: str, most: int
) -> None:
    """Issue 8: --keep; the newest stay, in their order, and the file gives back what the others took."""
    upstream.answers["/echo"] = Answer(json.dumps({"text": "x" * 10_000}).encode())
    spec = upstream.serve(description("/echo"))
    with running("serve", "--spec", spec, "--keep", "all", folder=tmp_path) as child:
        used(child, *({"n": n} for n in range(300)))
    before = sum(file.stat().st_size for file in files(state_folder()))
    with running("serve", "--spec", spec, "--keep", keep, folder=tmp_path) as child:
        child.open()
        child.call("echo", n=300)
        until = time.monotonic() + 2 * PATIENCE
        while len(kept := numbers(history(folder=tmp_path))) > most:
            assert time.monotonic() < until, len(kept)
        child.close_stdin()
        assert child.wait() == 0
    assert kept == list(range(301 - len(kept), 301))
    assert sum(file.stat().st_size for file in files(state_folder())) < before

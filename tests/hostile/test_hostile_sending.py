"""Requirements 3, 6, 7, 8, 10, 26, 27 and 34: what is sent where, how often, and what stays behind."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.child import Child, running
from support.rude import RudeUpstream, rude_upstream, whole
from support.upstream import Upstream, running_upstream

TOKEN, KEY = "tok-0123456789abcdef", "key-fedcba9876543210"
SCHEMES = {"k": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}}
WRITES = ("post", "patch", "put", "delete", "get")
LOST = ("/reset", "/status/503", "/status/429", "/status/502", "/status/500", "/status/408", "/status/401")


def reset(connection: Any) -> None:
    """Take the request, then hang up without a word."""


@pytest.fixture(scope="module")
def other() -> Iterator[Upstream]:
    """Another origin, which nothing may reach."""
    with running_upstream() as server:
        yield server


def targets(home: str, other: str) -> dict[str, str]:
    """Return where a hostile API points to, by name."""
    host, port = other.removeprefix("http://").split(":")
    here = home.removeprefix("http://")
    return {
        "port": f"{other}/x",
        "double_slash": f"//{host}:{port}/x",
        "userinfo": f"http://{here}@{host}:{port}/x",
        "user_here": f"http://evil:pw@{host}:{port}/",
        "backslashes": f"\\\\{host}:{port}\\x",
        "slash_backslash": f"/\\{host}:{port}/x",
        "three": f"///{host}:{port}/x",
        "tab": f"/\t/{host}:{port}/x",
        "scheme_case": f"HTTP://{host}:{port}/x",
        "name": f"http://localhost:{port}/x",
        "no_slashes": f"http:{host}:{port}/x",
        "https": f"https://{host}:{port}/x",
        "script": "javascript:alert(1)",
        "file": "file:///etc/passwd",
        "data": "data:text/plain,x",
        "ftp": f"ftp://{host}:{port}/x",
        "ipv6": f"http://[::ffff:127.0.0.1]:{port}/x",
        "decimal": f"http://2130706433:{port}/x",
        "hex": f"http://0x7f.1:{port}/x",
        "fullwidth": f"http://\uff11\uff12\uff17.0.0.1:{port}/x",
        "dot": f"http://{host}.:{port}/x",
        "fragment": f"{other}/x#{home}",
        "query": f"{other}?@{here}",
        "spaces": f" {other}/x ",
        "empty": "",
        "broken": "http://[::1",
        "no_port": "http://127.0.0.1:x/",
    }


@pytest.fixture(scope="module")
def upstream(other: Upstream) -> Iterator[RudeUpstream]:
    with rude_upstream() as server:
        for name, target in targets(server.url, other.url).items():
            for status in ("302 Found", "307 Temporary"):
                server.answers[f"/to/{name}/{status[:3]}"] = whole(b"", status=status, Location=target)
        server.answers["/cookie"] = whole(b"{}", Set_Cookie="sid=upstream; Path=/")
        server.answers["/reset"] = reset
        for path in LOST[1:]:
            server.answers[path] = whole(b"{}", status=f"{path[8:]} No", Retry_After="0")
        yield server


@pytest.fixture(scope="module")
def child(upstream: RudeUpstream, other: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    folder = tmp_path_factory.mktemp("sending")
    paths: dict[str, Any] = {path: {} for path in upstream.answers}
    for path, item in paths.items():
        methods = WRITES if path in LOST else ("post", "get")
        for method in methods:
            operation: dict[str, Any] = {"operationId": name_of(path, method), "responses": {}}
            if method != "get":
                operation["requestBody"] = {
                    "content": {"application/json": {"schema": {"type": "object", "properties": {"secret": {}}}}}
                }
            item[method] = operation
    paths["/moved"] = {
        "servers": [{"url": other.url}],
        "get": {"operationId": "moved", "servers": [{"url": f"{other.url}/op"}], "responses": {}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "S", "version": "1"},
        "servers": [{"url": other.url}],
        "paths": paths,
        "security": [{"k": []}],
        "components": {"securitySchemes": SCHEMES},
    }
    (folder / "api.json").write_text(json.dumps(document))
    options = (
        "--methods",
        "all",
        "--base-url",
        upstream.url,
        "--bearer",
        "env:TOKEN",
        "--auth",
        "k=env:KEY",
        "--log-level",
        "debug",
    )
    with running(
        "serve", "--spec", "api.json", *options, folder=folder, environment={"TOKEN": TOKEN, "KEY": KEY}
    ) as process:
        process.open()
        yield process
        process.close_stdin()
        assert process.wait() == 0
        assert "Traceback" not in process.stderr
        for secret in (TOKEN, KEY):
            assert secret not in process.stderr


def name_of(path: str, method: str) -> str:
    return f"{method}_{path.strip('/').replace('/', '_')}"


@pytest.mark.requirement(3, 7, 10)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", targets("http://127.0.0.1:1", "http://127.0.0.1:2"))
def test_nothing_follows_a_redirect_to_another_origin(
    child: Child, upstream: RudeUpstream, other: Upstream, name: str, method: str
) -> None:
    """No request, and so no credential, cookie or body; the result says where it pointed."""
    for status in (302, 307):
        path = f"/to/{name}/{status}"
        before = len(upstream.seen)
        arguments = {"secret": "body-of-mine"} if method == "post" else {}
        result = child.call(name_of(path, method), **arguments)
        text = json.dumps(result)
        assert other.seen == []
        assert TOKEN not in text
        assert KEY not in text
        sent = upstream.seen[before:]
        assert len(sent) <= 6
        assert all(f"Host: {upstream.url[7:]}\r\n".encode() in request for request in sent)
        if name in ("port", "https", "user_here"):
            assert result["isError"] is True
            assert other.url.rpartition(":")[2] in text
            assert "pw" not in text


@pytest.mark.requirement(6)
def test_no_server_of_the_document_moves_a_call(child: Child, upstream: RudeUpstream, other: Upstream) -> None:
    """At the document, at the path item and at the operation: --base-url takes the place of all."""
    assert child.call("moved")["isError"] is False
    assert upstream.targets("/moved") == [b"GET /moved"]
    assert other.seen == []


@pytest.mark.requirement(26)
def test_no_cookie_of_the_api_is_sent_back(child: Child, upstream: RudeUpstream) -> None:
    before = len(upstream.seen)
    for _ in range(3):
        child.call("get_cookie")
    assert [b"sid=upstream" in request for request in upstream.seen[before:]] == [False] * 3


@pytest.mark.requirement(27)
@pytest.mark.parametrize("path", LOST)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_write_that_may_have_been_done_is_sent_once(
    child: Child, upstream: RudeUpstream, path: str, method: str
) -> None:
    """Whatever the API answers, or does not."""
    result = child.call(name_of(path, method), secret=1)
    assert result["isError"] is True
    assert upstream.targets(path).count(f"{method.upper()} {path}".encode()) == 1


@pytest.mark.requirement(10, 34)
def test_what_is_written_is_for_us_alone_and_holds_no_secret(child: Child, upstream: RudeUpstream) -> None:
    """The kept list: 0600 in a 0700 folder. It is written behind the first answer, and done before the end."""
    child.request("tools/list")
    home = Path(os.environ["HOME"])
    folders = [Path(os.environ["XDG_CACHE_HOME"]) / "openapi-mcp", home / ".cache" / "openapi-mcp"]
    written = [file for folder in folders if folder.is_dir() for file in folder.rglob("*") if file.is_file()]
    for file in written:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert TOKEN.encode() not in file.read_bytes()
    command = Path(f"/proc/{child.process.pid}/cmdline").read_bytes()
    assert TOKEN.encode() not in command


@pytest.mark.requirement(8)
@pytest.mark.parametrize(
    "reference",
    [
        "file:///etc/hostname",
        "/etc/hostname",
        "../../../../etc/hostname",
        "file://localhost/etc/hostname",
        "OTHER/document.json#/a",
        "//127.0.0.1:1/a",
        "data:application/json,{}",
        "link.json",
        "ftp://127.0.0.1/x",
        "%2e%2e/%2e%2e/%2e%2e/etc/hostname",
        "..\\..\\etc\\hostname",
        "\\\\evil\\share",
    ],
)
@pytest.mark.parametrize("remote", [False, True])
def test_a_reference_leads_nowhere_outside(
    tmp_path: Path, upstream: RudeUpstream, other: Upstream, command: Any, reference: str, remote: bool
) -> None:
    """What it would lead to is in no list and in no message; another origin is not asked, the own one may be."""
    outside = tmp_path.parent / "outside.json"
    outside.write_text('{"type": "string", "enum": ["content-from-outside"]}')
    link = tmp_path / "link.json"
    link.symlink_to(outside)
    schema = {"$ref": reference.replace("OTHER", other.url)}
    parameter = {"name": "q", "in": "query", "schema": schema}
    paths = {
        "/a": {"get": {"operationId": "a", "parameters": [parameter], "responses": {}}},
        "/b": {"get": {"operationId": "b", "responses": {}}},
    }
    data = json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "R", "version": "1"},
            "paths": paths,
            "servers": [{"url": "http://127.0.0.1:9"}],
        }
    )
    (tmp_path / "api.json").write_text(data)
    upstream.answers["/spec.json"] = whole(data.encode())
    ended = command("inspect", "--spec", f"{upstream.url}/spec.json" if remote else "api.json", "--json")
    assert ended.status == 0
    assert "b" in [tool["name"] for tool in ended.json["tools"]]
    hostname = Path("/etc/hostname").read_text().strip() if Path("/etc/hostname").exists() else "content-from-outside"
    assert "content-from-outside" not in ended.out + ended.err
    assert hostname not in ended.out + ended.err
    assert other.seen == []

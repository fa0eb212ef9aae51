"""`openapi-mcp dashboard`."""

import json
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from conftest import Command
from support.child import Child, running
from support.dashboard import csrf_in, own_path
from support.upstream import Upstream, description

from openapi_mcp.server.dashboard import frame


@contextmanager
def dashboard(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[Child, str]]:
    """Yield a running dashboard and the link that it printed; a signal ends it well."""
    with running("dashboard", *arguments, folder=folder, environment=environment) as child:
        yield child, link_of(child)
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0


def link_of(child: Child) -> str:
    """Return what was printed first."""
    line = child.out.get(timeout=60)
    assert line is not None
    return line.decode().strip()


def enter(client: httpx.Client, link: str) -> httpx.Response:
    """Open the dashboard by a link, and return its first page."""
    entered = client.get(link)
    assert entered.status_code == 200
    return client.get(entered.url.join(own_path(entered)))


def test_the_link_is_printed_and_opens_the_records(tmp_path: Path) -> None:
    """Issue 8: local, reads the records, loopback with a one-time token in its URL; no document is needed."""
    with (
        dashboard(tmp_path, "--no-open") as (child, link),
        httpx.Client(trust_env=False, timeout=20) as client,
    ):
        assert link.startswith("http://127.0.0.1:")
        page = enter(client, link)
        assert "<h1>Overview</h1>" in page.text
        assert client.get(link).status_code == 403
        assert client.get(link.replace("127.0.0.1", "localhost").partition("?")[0]).status_code == 403
        assert client.get(page.url, headers={"Host": "evil.test"}).status_code == 421
        csrf = csrf_in(page.text)
        assert client.post(f"{page.url}sign-out", data={"csrf": csrf}).status_code == 403  # no page sent it
        assert child.stderr == ""


def test_the_tools_of_a_document_are_there_too(upstream: Upstream, tmp_path: Path) -> None:
    for name, path in (("one", "/echo"), ("two", "/hang")):
        document = {**description(path), "servers": [{"url": upstream.url}]}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    specs = ("--spec", "one=one.json", "--spec", "two=two.json")
    with (
        dashboard(tmp_path, "--no-open", *specs) as (_, link),
        httpx.Client(trust_env=False, timeout=20) as client,
    ):
        page = enter(client, link).text
        assert "one_echo" in page
        assert "two_hang" in page


def test_a_browser_is_opened_by_a_file_of_this_users_alone(tmp_path: Path) -> None:
    """BROWSER is what Python's webbrowser opens. Every user of a machine sees what a browser is started with."""
    opened = tmp_path / "opened"
    script = tmp_path / "browser.py"
    script.write_text(
        f"#!{sys.executable}\nimport sys, pathlib\npathlib.Path({str(opened)!r}).write_text(sys.argv[1])\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    with dashboard(tmp_path, "--open", BROWSER=f"{script} %s") as (_, link):
        with httpx.Client(trust_env=False, timeout=20) as client:
            for _ in range(500):
                if opened.exists() and opened.read_text():
                    break
                client.get(f"{link.partition('enter?')[0]}sign-in")
        url = opened.read_text()
        assert (url[:8], "ticket" in url) == ("file:///", False)
        file = Path(url.removeprefix("file://"))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert f'content="0; url={link}"' in file.read_text()
    assert not file.exists()


def test_where_the_file_cannot_be_written_the_link_is_printed(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("no folder")
    with dashboard(tmp_path, "--open", "--no-records", XDG_STATE_HOME=str(state)) as (child, link):
        assert "ticket=" in link
        child.wait_for_stderr("no browser is opened, as .* cannot be written")


def test_where_no_browser_can_be_opened_that_is_said(tmp_path: Path) -> None:
    with dashboard(tmp_path, "--open", BROWSER="/nothing %s") as (child, _):
        child.wait_for_stderr("no browser could be opened")


def test_without_the_extra_one_is_told_how_to_get_it(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """design.md, Dependencies."""
    monkeypatch.setattr(frame, "find_spec", lambda _name: None)
    ended = command("dashboard")
    assert (ended.status, ended.out) == (2, "")
    assert "pipx inject openapi-mcp-cli 'openapi-mcp-cli[dashboard]'" in ended.err


def test_a_header_that_is_forwarded_is_refused(command: Command, tmp_path: Path) -> None:
    """Nobody sends one to the dashboard."""
    (tmp_path / "openapi-mcp.toml").write_text('forward = ["X-Key"]\n')
    ended = command("dashboard", "--no-open")
    assert ended.status == 2
    assert "forward" in ended.err


def test_a_single_document_is_served(upstream: Upstream, tmp_path: Path) -> None:
    document = tmp_path / "api.json"
    document.write_text(json.dumps({**description("/echo"), "servers": [{"url": upstream.url}]}))
    with (
        dashboard(tmp_path, "--no-open", "--spec", "api.json") as (_, link),
        httpx.Client(trust_env=False, timeout=20) as client,
    ):
        assert "1 tool was not called" in enter(client, link).text


@pytest.mark.parametrize("names", [("",), ("one=", "two=")])
def test_what_is_switched_off_is_gone_here_too(upstream: Upstream, tmp_path: Path, names: Sequence[str]) -> None:
    """As in every running server of this user: the pages tell what is so, without a restart."""
    spec = upstream.serve({**description("/echo"), "servers": [{"url": upstream.url}]})
    options = [part for name in names for part in ("--spec", f"{name}{spec}")]
    tool = names[0].replace("=", "_") + "echo"
    with (
        dashboard(tmp_path, "--no-open", *options) as (child, link),
        httpx.Client(trust_env=False, timeout=20) as client,
    ):
        base = str(enter(client, link).url)
        ours = {"Origin": base.rpartition("/")[0].rpartition("/")[0]}
        for on, said in (("no", False), ("yes", True)):
            form = {"csrf": csrf_in(client.get(f"{base}tools").text), "on": on}
            assert client.post(f"{base}tools/{tool}/switch", data=form, headers=ours).status_code < 400
            assert any((f">{tool}</a><br>" in client.get(f"{base}tools").text) is said for _ in range(2_000))
        assert "tools were switched" in child.stderr

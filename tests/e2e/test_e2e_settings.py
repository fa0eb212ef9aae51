"""Settings that change while a server runs: SIGHUP, --watch-config, tools that a person switches off."""

import json
import os
import pty
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from support.child import LISTED_OVER_HTTP, Child, clean_environment, run_command, running, serving_http
from support.live import put
from support.upstream import PATIENCE, Upstream, description

from openapi_mcp.config import Config
from openapi_mcp.identity import identity_of
from openapi_mcp.switches import switch

ERAS = ("legacy", "auto")
PATHS = ("/held", "/echo", "/more", "/asked", "/slow")
NEW = """
[tool.echo]
enabled = false
[tool.held]
timeout = 0.5
[tool.more]
rate_limit = "1/hour"
[tool.asked]
confirm = true
"""
OWN_PID = "import os, sys; open('pid', 'w').write(str(os.getpid())); sys.argv[1:] = {arguments!r}\n"
RUN = "from openapi_mcp.__main__ import main; main()"


def configure(folder: Path, upstream: Upstream, tables: str = "", **more: str) -> Path:
    """Write the document of an upstream, and the config file that serves it; return that file."""
    document = description(*PATHS, server=upstream.url)
    (folder / "api.json").write_text(json.dumps(document), encoding="utf-8")
    keys = "".join(f"{key} = {value}\n" for key, value in {"spec": '"api.json"', **more}.items())
    put(folder / "openapi-mcp.toml", f"{keys}{tables}")
    return folder / "openapi-mcp.toml"


@asynccontextmanager
async def connected(folder: Path, transport: str, mode: str, note: Any) -> AsyncIterator[tuple[Client, int]]:
    """Connect a client to a server of this folder; yield it with the server's process id."""
    if transport == "http":
        with serving_http(folder=folder) as (child, url):
            async with Client(url, mode=mode, message_handler=note) as client:
                yield client, child.process.pid
        return
    code = OWN_PID.format(arguments=["serve"]) + RUN
    started = StdioServerParameters(
        command=sys.executable,
        args=["-c", code],
        cwd=folder,
        env=clean_environment(),
    )
    async with Client(started, mode=mode, message_handler=note) as client:
        yield client, int((folder / "pid").read_text())


@asynccontextmanager
async def hearing(client: Client, mode: str, heard: anyio.Event) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Yield what waits until the client hears that the list has changed, as its era has it."""
    if mode == "legacy":
        yield heard.wait
        return
    async with client.listen(tools_list_changed=True) as news:

        async def wait() -> None:
            await anext(aiter(news))

        yield wait


def failure_of(result: types.CallToolResult) -> dict[str, Any]:
    assert result.is_error
    error: dict[str, Any] = (result.structured_content or {})["error"]
    return error


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_new_settings_count_from_now_on_and_calls_in_flight_end_on_the_old_ones(
    upstream: Upstream, tmp_path: Path, mode: str, transport: str
) -> None:
    """Issue 8, Switches: enabled, timeout, confirmation and rate, changed by SIGHUP during a slow call."""
    configure(tmp_path, upstream)
    heard = anyio.Event()

    async def note(message: Any) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            heard.set()

    slow: list[types.CallToolResult] = []
    with anyio.fail_after(PATIENCE):
        async with (
            connected(tmp_path, transport, mode, note) as (client, pid),
            anyio.create_task_group() as group,
            hearing(client, mode, heard) as changed,
        ):
            assert "echo" in [tool.name for tool in (await client.list_tools()).tools]

            async def call_slowly() -> None:
                slow.append(await client.call_tool("held", {"n": 1}))

            group.start_soon(call_slowly)
            await anyio.to_thread.run_sync(upstream.wait_for_call)
            configure(tmp_path, upstream, NEW)
            os.kill(pid, signal.SIGHUP)
            await changed()
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert names[:5] == ["held", "more", "asked", "slow", "read_result"]
            assert "0.5 s" in failure_of(await client.call_tool("held", {"n": 2}))["message"]
            assert not (await client.call_tool("more", {})).is_error
            late = failure_of(await client.call_tool("more", {}))
            assert (late["kind"], "at most 1/hour are sent by this tool" in late["message"]) == ("rate_limited", True)
            assert "a person must confirm" in failure_of(await client.call_tool("asked", {}))["message"]
            upstream.release.set()
    assert [result.is_error for result in slow] == [False]


def listed(child: Child) -> list[str]:
    tools = child.request("tools/list")["result"]["tools"]
    return [tool["name"] for tool in tools if tool["name"] not in LISTED_OVER_HTTP]


def test_a_config_file_that_comes_or_changes_is_read_where_it_is_watched(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: --watch-config, where there is no file yet, too."""
    (tmp_path / "api.json").write_text(json.dumps(description(*PATHS, server=upstream.url)))
    file = tmp_path / "later.toml"
    code = "import sys; sys.argv[1:] = ['serve', '--watch-config', '--config', 'later.toml']\n" + RUN
    file.write_text('spec = "api.json"\n')
    with running(folder=tmp_path, program=[sys.executable, "-c", code]) as child:
        child.open()
        assert listed(child) == ["held", "echo", "more", "asked", "slow"]
        put(file, 'spec = "api.json"\nexclude = ["/more"]\n[tool.echo]\nenabled = false\n')
        child.wait_for_stderr("settings read again from later.toml: 3 tools now")
        assert child.receive()["method"] == "notifications/tools/list_changed"
        assert listed(child) == ["held", "asked", "slow"]


def test_a_config_file_that_went_is_an_error_until_it_is_there_again(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: the old settings stay meanwhile; the file may say that it is watched."""
    (tmp_path / "api.json").write_text(json.dumps(description(*PATHS, server=upstream.url)))
    file = tmp_path / "more.toml"
    put(file, 'spec = "api.json"\nwatch_config = true\n')
    with running("serve", folder=tmp_path, environment={"OPENAPI_MCP_CONFIG": str(file)}) as child:
        child.open()
        assert len(listed(child)) == 5
        file.unlink()
        child.wait_for_stderr("error: the old settings stay: cannot read the config file")
        assert len(listed(child)) == 5
        put(file, 'spec = "api.json"\nexclude = ["/more"]\n')
        child.process.send_signal(signal.SIGHUP)
        child.wait_for_stderr("settings read again from .*: 4 tools now")
        assert len(listed(child)) == 4


def test_of_a_broken_file_the_error_is_said_and_the_old_settings_stay(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: where it is and what to do; the next good one is taken."""
    file = configure(tmp_path, upstream)
    with running("serve", "--quiet", folder=tmp_path) as child:
        child.open()
        assert "echo" in listed(child)
        put(file, 'spec = "api.json"\n[tool.echo]\nretries = 99\n')
        child.process.send_signal(signal.SIGHUP)
        child.wait_for_stderr("error: the old settings stay: 0 to 10 retries are wanted, not '99'")
        child.wait_for_stderr(r"   at: .*openapi-mcp.toml: \[tool.echo\] retries")
        child.wait_for_stderr("  fix: choose from 0")
        assert not child.call("echo")["isError"]
        configure(tmp_path, upstream, "[tool.echo]\nenabled = false\n")
        child.process.send_signal(signal.SIGHUP)
        assert child.receive()["method"] == "notifications/tools/list_changed"
        assert "echo" not in listed(child)


def test_what_a_running_server_cannot_change_is_said(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: the rest of the file counts."""
    configure(tmp_path, upstream)
    with running("serve", folder=tmp_path) as child:
        child.open()
        listed(child)
        configure(tmp_path, upstream, "[tool.echo]\nenabled = false\n", port="9999", keep='"1d"')
        child.process.send_signal(signal.SIGHUP)
        child.wait_for_stderr("warning: port, keep are new only after a restart")
        child.wait_for_stderr("4 tools now")


def test_without_a_config_file_credentials_are_read_again(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8, Switches: a `file:` that a flag names may hold another token."""
    token = tmp_path / "token"
    token.write_text("first")
    upstream.wanted = "Bearer second"
    spec = upstream.serve(description("/echo", "/guarded", server=upstream.url))
    with running("serve", "--spec", spec, "--bearer", f"file:{token}", folder=tmp_path) as child:
        child.open()
        listed(child)
        child.call("echo")
        token.write_text("second")
        child.process.send_signal(signal.SIGHUP)
        child.wait_for_stderr("there is no config file; credentials are read again: 2 tools now")
        assert not child.call("guarded")["isError"]
    assert [seen.values("Authorization") for seen in upstream.calls] == [["Bearer first"], ["Bearer second"]]


def test_of_several_apis_each_has_its_own_new_settings(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 8, Switches: [api.shop.tool.NAME]; the set of APIs is that of the start."""
    for name, server in (("shop", upstream), ("billing", other_upstream)):
        (tmp_path / f"{name}.json").write_text(json.dumps(description("/echo", "/more", server=server.url)))
    plain = '[api.shop]\nspec = "shop.json"\n[api.billing]\nspec = "billing.json"\n'
    file = tmp_path / "openapi-mcp.toml"
    put(file, plain)
    with running("serve", folder=tmp_path) as child:
        child.open()
        assert listed(child) == ["shop_echo", "shop_more", "billing_echo", "billing_more"]
        third = '[api.third]\nspec = "shop.json"\n'
        put(file, f"{plain}{third}[api.shop.tool.shop_echo]\nenabled = false\n[api.billing.tool.echo]\nretries = 0\n")
        child.process.send_signal(signal.SIGHUP)
        child.wait_for_stderr("warning: the set of APIs is new only after a restart")
        child.wait_for_stderr("settings read again from .*: 3 tools now")
        assert listed(child) == ["shop_more", "billing_echo", "billing_more"]
        put(file, plain.replace("shop.json", "gone.json"))
        child.process.send_signal(signal.SIGHUP)
        child.wait_for_stderr("error: the old settings stay: cannot read the file")
        child.wait_for_stderr(r"at: .*gone.json \(the API 'shop'\)")
        assert listed(child) == ["shop_more", "billing_echo", "billing_more"]
        assert not child.call("billing_echo")["isError"]


@pytest.mark.parametrize("start", ["cold", "warm"])
def test_a_tool_that_a_person_switches_is_gone_and_comes_back(upstream: Upstream, tmp_path: Path, start: str) -> None:
    """Issue 8, Dashboard: tools switched on and off, in a server that runs and at the next start."""
    configure(tmp_path, upstream)
    api = identity_of(Config(spec=str(tmp_path / "api.json")))
    if start == "warm":
        keep(tmp_path)
    with running("serve", folder=tmp_path) as child:
        child.open()
        assert "echo" in listed(child)
        switch(api, "echo", False)
        child.wait_for_stderr("tools were switched: 4 tools now")
        assert child.receive()["method"] == "notifications/tools/list_changed"
        assert "echo" not in listed(child)
        assert (
            "Unknown tool: echo" in child.request("tools/call", {"name": "echo", "arguments": {}})["error"]["message"]
        )
        child.close_stdin()
        assert child.wait() == 0
    assert "echo" not in keep(tmp_path)
    report = run_command("inspect", "--json", folder=tmp_path).json
    (skipped,) = report["skipped"]
    assert (skipped["tool"], skipped["reason"][:35]) == ("echo", "switched off in the dashboard on 20")
    refused = run_command("call", "echo", folder=tmp_path)
    assert "the tool 'echo' is switched off in the dashboard on 20" in refused.err
    assert "its operation is left out: switched off" in run_command("inspect", "echo", folder=tmp_path).err
    switch(api, "echo", True)
    assert "echo" in keep(tmp_path)
    assert upstream.calls == []


def keep(folder: Path) -> list[str]:
    """Serve once, so that the list is kept; return it."""
    with running("serve", folder=folder) as child:
        child.open()
        found = listed(child)
        child.close_stdin()
        assert child.wait() == 0
    return found


def test_the_last_tool_can_be_switched_off(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: an empty list, rather than a tool that nobody wants; a switch brings nothing back."""
    (tmp_path / "api.json").write_text(json.dumps(description("/echo", "/more", server=upstream.url)))
    arguments = ("serve", "--spec", "api.json", "--exclude", "/more")
    api = identity_of(Config(spec=str(tmp_path / "api.json")))
    switch(api, "more", True)
    with running(*arguments, folder=tmp_path) as child:
        child.open()
        assert listed(child) == ["echo"]
        switch(api, "echo", False)
        child.wait_for_stderr("tools were switched: 0 tools now")
        assert listed(child) == []
        child.close_stdin()
        assert child.wait() == 0
    with running(*arguments, folder=tmp_path) as child:
        child.open()
        assert listed(child) == []
        child.wait_for_stderr("warning: all operations are left out, so the list is empty")


def test_a_terminal_that_goes_takes_the_server_with_it(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: SIGHUP with a terminal that is still there asks for new settings, as anywhere else."""
    configure(tmp_path, upstream)
    said, ended = bytearray(), threading.Event()
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execve(
            sys.executable,
            [sys.executable, "-m", "openapi_mcp", "serve", "http", "--port", "0"],
            clean_environment(),
        )
    try:
        read_until(master, said, b"listening on")
        os.kill(pid, signal.SIGHUP)
        read_until(master, said, b"settings read again")
        os.close(master)

        def wait() -> None:
            os.waitpid(pid, 0)
            ended.set()

        threading.Thread(target=wait, daemon=True).start()
        assert ended.wait(PATIENCE)
    finally:
        if not ended.is_set():
            os.kill(pid, signal.SIGKILL)


def read_until(master: int, said: bytearray, words: bytes) -> None:
    while words not in said:
        said += os.read(master, 4096)

"""Entries examined: real servers over stdio and HTTP against the live shop, and such as nobody would want."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from support.child import clean_environment, serving_http
from support.entries import COMMON, brief, remote, started
from support.live import yaml

from openapi_mcp.clients import doctor as doctoring
from openapi_mcp.clients.doctor import Doctor, Examined
from openapi_mcp.clients.found import Found, Installed, Unread
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.launch import Launch, Reference
from openapi_mcp.clients.machine import Machine, System
from openapi_mcp.progress import Progress

pytestmark = pytest.mark.anyio
ENDPOINT_TOKEN = "a-token-of-the-endpoint"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """This machine, with a home of its own."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return Machine(system=System.LINUX, home=str(home), environ=clean_environment(HOME=str(home)), folder=str(tmp_path))


@pytest.fixture(scope="module")
def endpoint(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    words = (*shop.options, "--endpoint-token", ENDPOINT_TOKEN)
    with serving_http(*words, folder=tmp_path_factory.mktemp("http")) as (_, url):
        yield url


def ours(*args: str, **more: Any) -> Installed:
    """Return an entry that starts this very code."""
    entry = started(**more)
    assert isinstance(entry.target, Launch)
    words = ("-m", "openapi_mcp", "serve", *args)
    return replace(entry, target=replace(entry.target, command=sys.executable, args=words))


async def examined(machine: Machine, entry: Installed, *, asks: bool = True) -> Examined:
    return await Doctor(machine=machine, asks=asks, common=COMMON).examine(entry)


async def test_a_server_of_the_shop_is_well_from_its_file_to_its_api(machine: Machine, shop: Shop) -> None:
    """Issue 10: starts, era, tools, the API answers, the credential is accepted."""
    env = {"SHOP_TOKEN": Reference(variable="SHOP_TOKEN")}
    known = replace(machine, environ={**machine.environ, "SHOP_TOKEN": shop.token})
    found = await examined(known, ours("--spec", shop.spec, "--token", "env:SHOP_TOKEN", env=env))
    assert brief(found.findings) == [("list", "ok"), ("api", "ok")]
    assert found.listed is not None
    assert (found.listed.era, len(found.listed.tools) > 5) == ("modern", True)
    assert found.asked is not None
    assert found.findings[1].what.startswith("the API answers: customers_list in ")


async def test_a_client_of_the_older_era_gets_that(machine: Machine, shop: Shop) -> None:
    """mcp-facts.md section 1: which era a client speaks is a fact of the client."""
    known = replace(machine, environ={**machine.environ, "OPENAPI_MCP_TOKEN": shop.token})
    found = await examined(known, ours("--spec", shop.spec, client="cursor"), asks=False)
    assert found.listed is not None
    assert (found.listed.era, found.asked) == ("legacy", None)
    assert found.findings[-1].what == "the API was not asked (--no-call)"


async def test_a_credential_that_the_api_refuses_is_an_error(machine: Machine, shop: Shop) -> None:
    """Issue 10: whether the credential is accepted."""
    known = replace(machine, environ={**machine.environ, "SHOP_TOKEN": "not-the-token"})
    env = {"SHOP_TOKEN": Reference(variable="SHOP_TOKEN")}
    found = await examined(known, ours("--spec", shop.spec, "--token", "env:SHOP_TOKEN", env=env))
    assert brief(found.findings) == [("list", "ok"), ("credential", "error")]
    assert found.findings[1].mend == "read -rs SHOP_TOKEN && export SHOP_TOKEN"
    assert "not-the-token" not in str(found)


async def test_the_operation_that_wants_a_credential_is_asked_even_at_a_first_start(
    machine: Machine, tmp_path: Path
) -> None:
    """Issue 10: preferring one with security. Not the list says it, but what the server keeps for its next start."""
    guarded = "security: [{k: []}], responses: {}}}\ncomponents: {securitySchemes: {k: {type: http, scheme: bearer}}}\n"
    text = yaml("status", "mine")
    at = text.rindex("responses: {}}}")
    (tmp_path / "w.yaml").write_text(f"{text[:at]}{guarded}", encoding="utf-8")
    words = ("--spec", str(tmp_path / "w.yaml"), "--bearer", "env:T", "--retries", "0")
    known = replace(machine, environ={**machine.environ, "T": "x"})
    found = await examined(known, ours(*words))
    assert found.asked is not None
    assert found.asked.tool == "mine"
    assert (await examined(known, ours(*words, "--no-catalogue"))).findings[-1].what.count("status was called") == 1


async def test_a_server_that_cannot_fetch_its_document_says_why(machine: Machine) -> None:
    """Issue 10: each finding with the command that mends it."""
    found = await examined(machine, ours("--spec", "http://127.0.0.1:9/o.json"))
    assert brief(found.findings) == [("start", "error")]
    assert "it ended with status 3 (error: " in found.findings[0].what
    assert found.findings[0].mend == "openapi-mcp check --spec http://127.0.0.1:9/o.json"
    assert "127.0.0.1:9" in found.said


async def test_a_variable_that_the_client_keeps_back_is_what_mends_the_start(machine: Machine, tmp_path: Path) -> None:
    """Codex passes on what its entry names."""
    (tmp_path / "w.yaml").write_text(yaml("a_list"), encoding="utf-8")
    known = replace(machine, environ={**machine.environ, "T": "x-secret"})
    found = await examined(known, ours("--spec", str(tmp_path / "w.yaml"), "--bearer", "env:T", client="codex"))
    assert brief(found.findings) == [("variable", "error")]
    assert found.findings[0].mend.startswith("openapi-mcp install codex")
    assert "error: the environment variable T is not set" in found.said


async def test_nothing_is_started_where_there_is_no_command(machine: Machine) -> None:
    """What is known is said."""
    found = await examined(machine, started(command="/nowhere/openapi-mcp"))
    assert brief(found.findings) == [("command", "error")]


async def test_nothing_is_started_where_the_client_would_ask_its_person_first(machine: Machine) -> None:
    """VS Code's inputs."""
    env = {"T": Reference(variable="T")}
    found = await examined(machine, ours("--spec", "x", client="vscode", env=env))
    assert brief(found.findings)[-1:] == [("variable", "ok")]


async def test_an_entry_of_a_projects_file_is_started_only_when_it_is_named(machine: Machine, tmp_path: Path) -> None:
    """Found by an attack on it: `.mcp.json` of a stranger's repository; and what loads code is left out."""
    command = tmp_path / "openapi-mcp"
    command.write_text(f'#!/bin/sh\necho "$PYTHONPATH,$PYTHONSAFEPATH,$KEPT" > "{tmp_path}/ran"\n', encoding="utf-8")
    command.chmod(0o755)
    entry = started(command=str(command), scope=Scope.PROJECT, env={"PYTHONPATH": "./evil", "KEPT": "yes"})
    known = replace(machine, environ={name: machine.environ[name] for name in ("HOME", "PATH")})
    left = await examined(known, entry)
    assert brief(left.findings) == [("trust", "warning"), ("loader", "warning"), ("not-started", "ok")]
    assert left.findings[-1].mend == "openapi-mcp doctor claude-code --name shop"
    assert not (tmp_path / "ran").exists()
    named = await Doctor(machine=known, asks=False, common=COMMON, is_named=True).examine(entry)
    assert brief(named.findings)[-1] == ("start", "error")
    assert (tmp_path / "ran").read_text(encoding="utf-8") == ",1,yes\n"


async def test_a_server_at_a_url_is_well(machine: Machine, endpoint: str) -> None:
    """Issue 10: remote entries: reachable, era, tools."""
    headers = {"Authorization": Reference(variable="T", before="Bearer "), "X-Plain": "x"}
    known = replace(machine, environ={**machine.environ, "T": ENDPOINT_TOKEN})
    found = await examined(known, remote(endpoint, headers={"Authorization": headers["Authorization"]}))
    assert brief(found.findings) == [("list", "ok"), ("api", "ok")]
    assert found.asked is not None
    refused = await examined(replace(machine, environ={"T": "wrong-one"}), remote(endpoint, headers=headers))
    assert brief(refused.findings)[-1] == ("start", "error")
    assert refused.findings[-1].what == "the server refuses us with 401"
    assert refused.findings[-1].mend == "read -rs T && export T"


async def test_hostile_entries_end(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 10: hangs, prints garbage, wants a terminal, each within its bounds and as a finding."""
    monkeypatch.setattr(doctoring, "_AT_MOST", 0.5)
    for script in ("exec sleep 600", "exec yes", "read x </dev/tty", "exec tr '\\0' x </dev/zero"):
        target = Launch(name="w", command="/bin/sh", args=("-c", script, "serve"))
        entry = replace(started(), target=target)
        found = await examined(machine, entry)
        assert brief(found.findings) == [("start", "error")], script


async def test_all_entries_are_examined_in_their_order_and_files_told_of(machine: Machine, tmp_path: Path) -> None:
    """The report; the same API twice; a broken file beside."""
    (tmp_path / "w.yaml").write_text(yaml("a_list"), encoding="utf-8")
    words = ("--spec", str(tmp_path / "w.yaml"), "--retries", "0")
    servers = (ours(*words), ours(*words, name="again"), started(command="/nowhere/x", name="gone"))
    broken = Unread(client="zed", scope=Scope.USER, file="/z", what="line 1")
    told: list[str] = []
    with Progress(told.append, "looking") as progress:
        doctor = Doctor(machine=machine, asks=False, common=COMMON)
        report = await doctor.report(Found(servers=servers, problems=(broken,)), progress)
    assert [one.installed.name for one in report.servers] == ["shop", "again", "gone"]
    assert brief(report.findings) == [
        ("list", "ok"), ("api", "ok"), ("list", "ok"), ("api", "ok"), ("twice", "warning"), ("command", "error"),
        ("file", "error"),
    ]  # fmt: skip
    assert progress.at.startswith("starting ")


async def test_the_kept_tools_of_strange_words_are_none(machine: Machine) -> None:
    """Words that no file's name can be made of, and entries that serve nothing."""
    assert doctoring._catalogue({}, ("--spec", "x"), machine.folder) is None
    assert doctoring._catalogue({"HOME": "/h"}, ("serve", "--no-catalogue"), machine.folder) is None
    assert doctoring._catalogue({"HOME": "/h"}, ("serve", "--config", "a\0b"), machine.folder) is None
    assert doctoring._kept(None) == ()

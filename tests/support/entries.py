"""Entries as they stand in clients' files, and the machine around them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openapi_mcp.clients.findings import Finding
from openapi_mcp.clients.found import Installed
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.launch import Given, Launch, Remote
from openapi_mcp.clients.machine import Machine, System

COMMON = {"--spec": True, "-s": True, "--bearer": True, "--header": True, "--output-schemas": False}


def a_machine(system: System = System.LINUX, folder: str | Path = "/work-of-ann", **environ: str) -> Machine:
    return Machine(system=system, home="/u/ann", environ=environ, folder=str(folder))


def started(
    *args: str,
    client: str = "claude-code",
    scope: Scope = Scope.USER,
    command: str = "/opt/bin/openapi-mcp",
    file: str = "/u/ann/clients.json",
    name: str = "shop",
    env: Mapping[str, Given] | None = None,
    cwd: str | None = None,
) -> Installed:
    target = Launch(name=name, command=command, args=("serve", *args), env=env or {}, cwd=cwd)
    return Installed(client=client, scope=scope, file=file, name=name, target=target)


def remote(
    url: str, *, client: str = "claude-code", name: str = "shop", headers: Mapping[str, Any] | None = None
) -> Installed:
    target = Remote(name=name, url=url, headers=headers or {})
    return Installed(client=client, scope=Scope.USER, file="/u/ann/clients.json", name=name, target=target)


def brief(findings: Any) -> list[tuple[str, str]]:
    """Return kind and severity of each finding."""
    return [(finding.rule, finding.severity.value) for finding in findings]


def only(findings: Any) -> Finding:
    """Return the one finding there is."""
    (finding,) = findings
    assert isinstance(finding, Finding)
    return finding

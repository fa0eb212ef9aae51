"""Real MCP clients: how each is asked a question that its made-up model answers, and what it says of its servers."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from support.child import Outcome
from support.desk import Desk
from support.model import Model
from support.node import LONGEST

SERVER = "shop"
QUESTION = "What is in order 7?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A client: `tool` is its name for a tool of ours, `trust` what a person has said yes to before."""

    name: str
    tool: str
    ask: Callable[[Desk, Model], Outcome]
    trust: Callable[[Desk], None]


def _ask_claude(desk: Desk, model: Model) -> Outcome:
    program = claude(desk)
    named = f"mcp__{SERVER}__{model.wanted}"
    return desk.run(
        program, "--print", QUESTION, "--allowedTools", named,
        ANTHROPIC_API_KEY="made-up", ANTHROPIC_BASE_URL=model.url, ENABLE_TOOL_SEARCH="false", **_QUIET,
    )  # fmt: skip


def claude(desk: Desk) -> str:
    """Return where Claude Code is: the package's own command would need a script of it to be run."""
    return desk.node.native("@anthropic-ai/claude-code", "claude")


def claude_servers(desk: Desk) -> str:
    """Return what `claude mcp list` says; it needs no model."""
    return desk.run(claude(desk), "mcp", "list", **_QUIET).out


_QUIET = {"DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}


def _trust_claude(desk: Desk) -> None:
    desk.write(".claude/settings.json", {"enabledMcpjsonServers": [SERVER]})


def _ask_gemini(desk: Desk, model: Model) -> Outcome:
    return desk.run(
        "gemini", "--yolo", "--model", "gemini-2.5-flash", "--prompt", QUESTION,
        GEMINI_API_KEY="made-up", GOOGLE_GEMINI_BASE_URL=model.url,
    )  # fmt: skip


def _trust_gemini(desk: Desk) -> None:
    """In a folder that is not trusted it starts no server, not even a user's own."""
    desk.write(".gemini/trustedFolders.json", {str(desk.project): "TRUST_FOLDER"})
    desk.write(".gemini/settings.json", {"security": {"auth": {"selectedType": "gemini-api-key"}}})


def _ask_copilot(desk: Desk, model: Model) -> Outcome:
    return desk.run(
        "copilot", "--prompt", QUESTION, "--allow-all-tools", "--no-auto-update", "--disable-builtin-mcps",
        COPILOT_OFFLINE="true", COPILOT_PROVIDER_BASE_URL=f"{model.url}/v1", COPILOT_MODEL="gpt-4.1",
        XDG_CACHE_HOME=str(desk.node.compiled),
    )  # fmt: skip


def _trust_copilot(desk: Desk) -> None:
    desk.write(".copilot/config.json", {"trusted_folders": [str(desk.project)]})


REAL = {
    client.name: client
    for client in (
        Real(name="claude-code", tool="mcp__shop__{}", ask=_ask_claude, trust=_trust_claude),
        Real(name="gemini", tool="mcp_shop_{}", ask=_ask_gemini, trust=_trust_gemini),
        Real(name="copilot-cli", tool="shop-{}", ask=_ask_copilot, trust=_trust_copilot),
    )
}


def trust_codex(desk: Desk) -> None:
    """Say yes to the project, whose file it else passes over."""
    desk.write(".codex/config.toml", f'[projects."{desk.project}"]\ntrust_level = "trusted"\n')


@dataclass(frozen=True, slots=True)
class Codex:
    """Codex as an editor has it under it: the tools of each server, and what a call of `orders` was answered."""

    tools: dict[str, list[str]]
    answered: str


def codex(desk: Desk) -> Codex:
    """Ask Codex for its servers in the project, and call a tool where there is one; neither needs a model."""
    with _app_server(desk) as ask:
        ask("initialize", {"clientInfo": {"name": "test", "version": "1"}})
        thread = ask("thread/start", {"cwd": str(desk.project), "ephemeral": True})["thread"]["id"]
        servers = ask("mcpServerStatus/list", {"threadId": thread})["data"]
        call = {"threadId": thread, "server": SERVER, "tool": "orders", "arguments": {"n": 7}}
        answered = ask("mcpServer/tool/call", call) if servers else None
    return Codex({server["name"]: sorted(server["tools"]) for server in servers}, json.dumps(answered))


@contextmanager
def _app_server(desk: Desk) -> "Iterator[Callable[[str, Any], Any]]":
    environment = desk.node.environment(desk.home, **desk.more)
    program = [str(desk.node.folder / "node_modules" / ".bin" / "codex"), "app-server"]
    process = subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=desk.project, env=environment, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    send, heard = process.stdin, process.stdout

    def ask(method: str, params: Any) -> Any:
        send.write(json.dumps({"id": method, "method": method, "params": params}) + "\n")
        send.flush()
        answers = (json.loads(line) for line in heard)
        return next(answer["result"] for answer in answers if answer.get("id") == method)

    try:
        yield ask
    finally:
        send.close()
        process.wait(LONGEST)
        heard.close()


def inspector_tools(desk: Desk, config: str, era: str) -> Outcome:
    """List the tools of the server in a file of `mcpServers` in an era of the protocol; each is held to its rules."""
    return desk.run(
        "mcp-inspector", "--cli", "--config", config, "--server", SERVER, "--protocol-era", era,
        "--method", "tools/list", "--strict", "--format", "json",
        MCP_INSPECTOR_SECRET_STORE="memory",
    )  # fmt: skip

"""Entries with a URL."""

from pathlib import Path

from openapi_mcp.clients.at_url import at_urls
from openapi_mcp.clients.known import KNOWN
from openapi_mcp.clients.launch import Remote
from openapi_mcp.clients.machine import Machine, System


def test_every_entry_with_a_url_is_found_and_broken_files_are_left(tmp_path: Path) -> None:
    """In the order of the clients; of broken files `installed` tells."""
    (tmp_path / ".claude.json").write_text(
        '{"mcpServers": {"a": {"type": "http", "url": "https://a.example/mcp"}, "b": {"command": "x"}}}', "utf-8"
    )
    for name, text in (
        (".cursor/mcp.json", "{"),
        (".codex/config.toml", "[mcp_servers.c]\nurl = 'https://c.example'\n"),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    machine = Machine(system=System.LINUX, home=str(tmp_path), environ={}, folder=str(tmp_path / "project"))
    found = at_urls(machine)
    assert [(one.client, one.name) for one in found] == [("claude-code", "a"), ("codex", "c")]
    assert all(isinstance(one.target, Remote) for one in found)
    assert at_urls(machine, [KNOWN["zed"]]) == ()

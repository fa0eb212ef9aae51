"""`install` and `uninstall` as commands: what they try, write, show and refuse."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import Command

from openapi_mcp.cli import install
from openapi_mcp.clients.known import KNOWN

TOKEN = "sesame-open-12345"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop API", "version": "1"},
    "servers": [{"url": "http://127.0.0.1:9"}],
    "security": [{"key": []}],
    "paths": {
        "/a": {"get": {"operationId": "list_a", "responses": {}}},
        "/b": {"get": {"operationId": "list_b", "responses": {}}},
    },
    "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
}
OPTIONS = ("--spec", "shop.json", "--bearer", "env:SHOP_TOKEN")


@pytest.fixture(autouse=True)
def _nobody_elses_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    moving = ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME", "COPILOT_HOME", "APPDATA")
    for name in moving:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    (tmp_path / "home").mkdir()
    (tmp_path / "shop.json").write_text(json.dumps(DOCUMENT))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def everything_below(folder: Path) -> dict[str, str]:
    """Return the clients' files, without our own caches."""
    found = (each for each in folder.rglob("*") if each.is_file())
    kept = (each for each in found if not {".cache", ".local"} & set(each.relative_to(folder).parts))
    return {str(each.relative_to(folder)): each.read_text() for each in kept}


def test_a_server_is_started_and_then_written(command: Command, home: Path, tmp_path: Path) -> None:
    """issue 10: started and listed as the client would, before writing."""
    ended = command("install", "claude-code", *OPTIONS)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("shop: 3 tools in ")
    assert f"written for Claude Code (user): {home}/.claude.json\n" in ended.out
    assert "Claude Code has to be started where SHOP_TOKEN is set\n" in ended.out
    assert "next: start a new session of `claude`; /mcp shows it\n" in ended.out
    entry = json.loads((home / ".claude.json").read_text())["mcpServers"]["shop"]
    assert os.path.isabs(entry["command"])
    assert entry["args"][-5:] == ["serve", "--spec", str(tmp_path / "shop.json"), "--bearer", "env:SHOP_TOKEN"]
    assert entry["env"] == {"SHOP_TOKEN": "${SHOP_TOKEN}"}
    assert TOKEN not in "".join(everything_below(home).values())


def test_a_second_time_changes_nothing_and_says_so(command: Command, home: Path) -> None:
    """issue 10: idempotent."""
    command("install", "claude-code", *OPTIONS, "--no-start")
    before = everything_below(home)
    ended = command("install", "claude-code", *OPTIONS, "--no-start")
    assert "as it was for Claude Code" in ended.out
    assert everything_below(home) == before


def test_every_client_is_installed_into_and_out_of(command: Command, home: Path) -> None:
    """issue 10: nine clients; what they had before is there afterwards."""
    names = [name for name in KNOWN if name != "claude-desktop"]
    ended = command("install", *names, *OPTIONS, "--no-start")
    assert (ended.status, ended.err) == (0, "")
    written = everything_below(home)
    assert len(written) == 8
    assert TOKEN not in "".join(written.values())
    ended = command("uninstall", *names, "shop")
    assert (ended.status, ended.err) == (0, "")
    left = {name: text for name, text in everything_below(home).items() if not name.endswith(".bak")}
    assert all("openapi_mcp" not in text for text in left.values())


def test_a_project_may_serve_two_clients_with_one_file(command: Command, tmp_path: Path) -> None:
    """Claude Code and Copilot CLI both read .mcp.json."""
    ended = command("install", "claude-code", "copilot-cli", *OPTIONS, "--scope", "project", "--no-start")
    assert (ended.status, ended.err) == (0, "")
    assert "approve the server" in ended.out
    assert "its command and paths are those of this machine" in ended.out
    before = (tmp_path / ".mcp.json").read_text()
    assert list(json.loads(before)["mcpServers"]) == ["shop"]
    ended = command("install", "copilot-cli", "claude-code", *OPTIONS, "--scope", "project", "--no-start")
    assert (tmp_path / ".mcp.json").read_text() == before


def test_what_does_not_start_is_not_written(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """design of part 9: nothing is written, exit status of the cause, its own words and the command to try."""
    monkeypatch.delenv("SHOP_TOKEN")
    ended = command("install", "claude-code", *OPTIONS, "--name", "shop")
    assert (ended.status, ended.out) == (5, "")
    assert "says: error: the environment variable SHOP_TOKEN is not set" in ended.err
    assert "openapi_mcp serve --spec" in ended.err
    assert ended.err.endswith("nothing is written; --no-start writes it all the same\n")
    assert everything_below(home) == {}
    ended = command("install", "claude-code", *OPTIONS, "--name", "shop", "--no-start")
    assert ended.status == 0
    assert "shop: not tried (--no-start); written" in ended.out
    assert ended.err == "warning: SHOP_TOKEN is not set here\n"


def test_a_document_that_cannot_be_had_is_said_as_ever(command: Command, home: Path) -> None:
    """errors.py: 3 is a source that cannot be reached."""
    ended = command("install", "cursor", "--spec", "none.json")
    assert (ended.status, everything_below(home)) == (3, {})
    assert command("install", "cursor").status == 2
    assert command("install", "cursor", "--no-start", "--name", "x").status == 2


def test_a_dry_run_shows_the_difference_without_anybodys_secrets(command: Command, home: Path) -> None:
    """design of part 9: the unified diff, secrets masked."""
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    text = (
        '{\n  "mcpServers": {\n    // theirs\n    "other": {"command": "x", "env": {"GH": "ghp_theirs123"}}\n  }\n}\n'
    )
    file.write_text(text)
    ended = command("install", "cursor", "--spec", "shop.json", "--bearer", TOKEN, "--write-secrets", "--dry-run")
    assert (ended.status, ended.err) == (0, "nothing is written: --dry-run\n")
    assert f"+++ {file}\n" in ended.out
    assert '+        "SECRET_BEARER": "***"\n' in ended.out
    assert ' "mcpServers": {\n     "other": ...\n+    "shop": {\n' in ended.out
    assert "theirs" not in ended.out
    assert TOKEN not in ended.out
    assert "ghp_theirs123" not in ended.out
    assert everything_below(home) == {".cursor/mcp.json": text}
    shown = command("install", "cursor", *OPTIONS, "--dry-run", "--json").json
    assert shown[0]["diff"].startswith(f"--- {file}\n")
    assert shown[0]["changes"] is True


def test_a_dry_run_of_what_is_there_says_so(command: Command, home: Path) -> None:
    """The same."""
    command("install", "cursor", *OPTIONS, "--no-start")
    ended = command("install", "cursor", *OPTIONS, "--dry-run")
    assert (ended.out, ended.err.splitlines()[0]) == ("", f"{home}/.cursor/mcp.json says so already")


def test_print_shows_the_entry_and_where_it_would_go(command: Command, home: Path) -> None:
    """design of part 9."""
    ended = command("install", "vscode", *OPTIONS, "--print")
    assert ended.err == f"VS Code (user): {home}/.config/Code/User/mcp.json\n"
    shown = json.loads(ended.out)
    assert shown["servers"]["shop"]["env"] == {"SHOP_TOKEN": "${input:openapi-mcp-SHOP_TOKEN}"}
    assert shown["inputs"][0]["password"] is True
    ended = command("install", "codex", *OPTIONS, "--print")
    assert tomllib.loads(ended.out)["mcp_servers"]["shop"]["env_vars"] == ["SHOP_TOKEN"]
    shown = command("install", "zed", *OPTIONS, "--print", "--json").json
    assert (shown[0]["client"], shown[0]["entry"]["env"]) == ("zed", {})
    assert everything_below(home) == {}


def test_a_secret_in_clear_is_refused_before_anything_is_fetched(command: Command, home: Path) -> None:
    """design of part 9: exit 2."""
    ended = command("install", "claude-code", "--spec", "none.json", "--bearer", TOKEN)
    assert ended.status == 2
    assert "a secret would stand in the client's file" in ended.err
    assert TOKEN not in ended.err
    ended = command("install", "claude-desktop", *OPTIONS)
    assert ended.status == 2
    assert "Claude Desktop starts servers without your shell's variables" in ended.err
    assert everything_below(home) == {}


def test_a_secret_that_is_written_is_its_owners_alone(command: Command, home: Path) -> None:
    """design of part 9: --write-secrets; 0600 where the file is new."""
    ended = command(
        "install", "claude-desktop", "--spec", "shop.json", "--bearer", TOKEN, "--write-secrets", "--no-start"
    )
    assert (ended.status, ended.err) == (0, "")
    file = home / ".config" / "Claude" / "claude_desktop_config.json"
    assert json.loads(file.read_text())["mcpServers"]["shop"]["env"] == {"SECRET_BEARER": TOKEN}
    assert file.stat().st_mode & 0o777 == 0o600
    assert "quit Claude Desktop" in ended.out
    file.chmod(0o644)
    ended = command(
        "install", "claude-desktop", "--spec", "shop.json", "--bearer", "other-secret", "--write-secrets", "--no-start"
    )
    assert "others on this machine may read" in ended.err
    assert "what was there before: " in ended.out


def test_a_server_at_a_url_is_written_with_its_token_as_a_reference(command: Command, home: Path) -> None:
    """design of part 9: --url."""
    url = "https://mcp.shop.example/mcp"
    ended = command("install", "codex", "cursor", "--url", url, "--bearer", "env:SHOP_TOKEN", "--no-start")
    assert (ended.status, ended.err) == (0, "")
    codex = tomllib.loads((home / ".codex" / "config.toml").read_text())["mcp_servers"]
    assert codex == {"mcp-shop": {"url": url, "bearer_token_env_var": "SHOP_TOKEN"}}
    cursor = json.loads((home / ".cursor" / "mcp.json").read_text())["mcpServers"]
    assert cursor["mcp-shop"]["headers"] == {"Authorization": "Bearer ${env:SHOP_TOKEN}"}
    again = command("install", "cursor", "--url", url, "--header", "X-K: env:SHOP_TOKEN", "--no-start")
    assert again.status == 0
    written = command("install", "cursor", "--url", url, "--bearer", TOKEN, "--write-secrets", "--no-start")
    assert written.status == 0
    assert f"Bearer {TOKEN}" in (home / ".cursor" / "mcp.json").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cursor", "--url", "ftp://x"), "this is no URL"),
        (("cursor", "--url", "https://u:p@x/mcp"), "this is no URL"),
        (("cursor", "--url", "https://x/mcp", "--spec", "a.json"), "--spec says nothing to a server that runs"),
        (("cursor", "--url", "https://x/mcp", "--bearer", "file:t"), "a client reads no file for a header"),
        (("cursor", "--url", "https://x/mcp", "--bearer", "hunter2"), "a secret would stand"),
        (("zed", "--url", "https://x/mcp", "--bearer", "env:SHOP_TOKEN"), "Zed cannot refer to a variable in a header"),
        (("claude-desktop", "--url", "https://x/mcp"), "takes no URL in its file"),
        (("cursr", "--spec", "shop.json"), "there is no client 'cursr'"),
        (("emacs", "--spec", "shop.json"), "one of claude-code, claude-desktop"),
        (("windsurf", "--spec", "shop.json", "--scope", "project"), "Windsurf has no scope 'project'"),
        (("cursor", "--spec", "shop.json", "--name", "a b"), "cannot be the name of a server"),
        (("cursor", "--spec", "-"), "a document on standard input is not there"),
    ],
)
def test_what_cannot_be_is_refused(command: Command, home: Path, arguments: tuple[str, ...], said: str) -> None:
    """style.md, Errors: what, where, what to do."""
    ended = command("install", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
    assert everything_below(home) == {}


def test_a_server_at_a_url_that_does_not_answer_is_not_written(command: Command, home: Path) -> None:
    """design of part 9: not reachable, nothing is written."""
    headers = ("--bearer", "env:SHOP_TOKEN", "--header", "Accept-Language: de")
    ended = command("install", "cursor", "--url", "http://127.0.0.1:9/mcp", *headers)
    assert (ended.status, everything_below(home)) == (3, {})
    assert TOKEN not in ended.err


def test_a_server_of_somebody_else_is_not_written_over(command: Command, home: Path) -> None:
    """design of part 9: --force."""
    file = home / ".claude.json"
    file.write_text('{"mcpServers": {"shop": {"command": "npx", "args": ["theirs"]}}}')
    ended = command("install", "claude-code", *OPTIONS, "--no-start")
    assert (ended.status, "is not ours" in ended.err) == (2, True)
    assert command("uninstall", "claude-code", "shop").status == 2
    assert command("install", "claude-code", *OPTIONS, "--no-start", "--force").status == 0
    assert "theirs" not in file.read_text()


def test_a_broken_file_is_left_alone_with_its_line(command: Command, home: Path) -> None:
    """design of part 9: exit 2, with line and column."""
    file = home / ".claude.json"
    file.write_text('{\n  "mcpServers": {,}\n}')
    ended = command("install", "claude-code", *OPTIONS)
    assert ended.status == 2
    assert f"at: {file}:2:18\n" in ended.err
    assert file.read_text() == '{\n  "mcpServers": {,}\n}'
    assert command("uninstall", "claude-code", "shop").status == 2


def test_what_stands_in_a_config_file_stays_there(command: Command, home: Path, tmp_path: Path) -> None:
    """design of part 9: --config, by its whole path; a document that it names by a path is found from elsewhere."""
    (tmp_path / "openapi-mcp.toml").write_text('spec = "shop.json"\nbearer = "env:SHOP_TOKEN"\n')
    ended = command("install", "zed", "gemini")
    assert ended.status == 0
    entry = json.loads((home / ".gemini" / "settings.json").read_text())["mcpServers"]["shop"]
    assert entry["args"][-5:] == [
        "serve", "--config", str(tmp_path / "openapi-mcp.toml"), "--spec", str(tmp_path / "shop.json"),
    ]  # fmt: skip
    assert entry["cwd"] == str(tmp_path)


def test_settings_of_this_shell_go_with_it(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """design of part 9: OPENAPI_MCP_... as a reference, or named."""
    monkeypatch.setenv("OPENAPI_MCP_TIMEOUT", "7")
    ended = command("install", "claude-code", "zed", *OPTIONS, "--no-start")
    entry = json.loads((home / ".claude.json").read_text())["mcpServers"]["shop"]
    assert entry["env"]["OPENAPI_MCP_TIMEOUT"] == "${OPENAPI_MCP_TIMEOUT}"
    assert "warning: what OPENAPI_MCP_TIMEOUT says here is not said to a server that Zed starts" in ended.err


def test_several_apis_are_one_server(command: Command, home: Path, tmp_path: Path) -> None:
    """apis.py."""
    both = ("--spec", "shop=shop.json", "--spec", "bill=shop.json", "--bearer", "shop=env:SHOP_TOKEN")
    ended = command("install", "gemini", *both, "--bearer", "bill=env:SHOP_TOKEN")
    assert ended.status == 0
    servers = json.loads((home / ".gemini" / "settings.json").read_text())["mcpServers"]
    assert f"shop={tmp_path / 'shop.json'}" in servers["shop-bill"]["args"]


def test_a_long_name_is_warned_about(command: Command) -> None:
    """generator/clients.py: LONGEST_SERVER_NAME."""
    ended = command("install", "cursor", *OPTIONS, "--no-start", "--name", "a-name-of-18-chars")
    assert (ended.status, "is long for a server's name" in ended.err) == (0, True)


def test_json_says_what_was_done(command: Command, home: Path) -> None:
    """style.md, CLI: --json."""
    done = command("install", "gemini", *OPTIONS, "--json").json
    assert [(each["client"], each["scope"], each["name"], each["tools"]) for each in done] == [
        ("gemini", "user", "shop", 3)
    ]
    assert done[0]["entry"]["env"] == {"SHOP_TOKEN": "${SHOP_TOKEN}"}
    assert (done[0]["changes"], done[0]["backup"]) == (True, None)
    gone = command("uninstall", "gemini", "--json").json
    assert gone[0]["left"] == []
    assert Path(gone[0]["backup"]).exists()


def test_uninstall_takes_the_only_one_where_none_is_named(command: Command, home: Path) -> None:
    """design of part 9."""
    file = home / ".claude.json"
    file.write_text('{\n  "mcpServers": {\n    "other": {"command": "x"}\n  },\n  "numStartups": 3\n}\n')
    before = file.read_text()
    command("install", "claude-code", *OPTIONS, "--no-start")
    shown = command("uninstall", "claude-code", "--dry-run")
    assert (shown.status, shown.err) == (0, "nothing is written: --dry-run\n")
    assert '-    "shop": {\n' in shown.out
    assert command("uninstall", "claude-code", "--dry-run", "--json").json[0]["diff"] == shown.out.rstrip("\n")
    ended = command("uninstall", "claude-code")
    assert ended.out.startswith("shop: taken out of Claude Code (user)")
    assert file.read_text() == before


def test_uninstall_says_what_it_does_not_find(command: Command) -> None:
    """style.md, Errors."""
    ended = command("uninstall", "cursor")
    assert (ended.status, "Cursor has no server of ours" in ended.err) == (2, True)
    ended = command("uninstall", "cursor", "shop")
    assert (ended.status, "Cursor has no server 'shop'" in ended.err) == (2, True)
    assert command("uninstall", "shop").status == 2
    assert command("uninstall", "cursor", "a", "b").status == 2
    command("install", "cursor", *OPTIONS, "--no-start")
    command("install", "cursor", *OPTIONS, "--no-start", "--name", "two")
    ended = command("uninstall", "cursor")
    assert (ended.status, "name one: shop, two" in ended.err) == (2, True)
    assert command("uninstall", "cursor", "--name", "two", "--scope", "user").status == 0


def test_uninstall_takes_out_of_the_users_scope_where_none_is_named(command: Command, tmp_path: Path) -> None:
    """Its help: Default: user. A team's file is not touched unless it is named."""
    for scope in ("user", "project"):
        assert command("install", "claude-code", *OPTIONS, "--no-start", "--scope", scope).status == 0
    before = (tmp_path / ".mcp.json").read_text()
    gone = command("uninstall", "claude-code", "shop", "--json").json
    assert [each["scope"] for each in gone] == ["user"]
    for named in (("shop",), ()):
        ended = command("uninstall", "claude-code", *named)
        assert (ended.status, ended.out) == (2, "")
        assert "Claude Code has 'shop' in its scope project, not in user" in ended.err
        assert "fix: openapi-mcp uninstall claude-code --name shop --scope project" in ended.err
    assert (tmp_path / ".mcp.json").read_text() == before
    assert command("uninstall", "claude-code", "shop", "--scope", "project").status == 0


def test_a_server_of_ours_for_another_api_is_not_written_over(command: Command, home: Path, tmp_path: Path) -> None:
    """Two documents may have one title."""
    (tmp_path / "other.json").write_text(json.dumps(DOCUMENT))
    assert command("install", "claude-code", *OPTIONS, "--no-start").status == 0
    before = everything_below(home)
    other = ("install", "claude-code", "--spec", "other.json", "--bearer", "env:SHOP_TOKEN", "--no-start")
    ended = command(*other)
    assert (ended.status, ended.out) == (2, "")
    assert f"has a server 'shop' already: it serves {tmp_path / 'shop.json'}" in ended.err
    assert "--name OTHER puts this one beside it; --force replaces it" in ended.err
    assert everything_below(home) == before
    assert command("install", "claude-code", *OPTIONS, "--no-start", "--methods", "all").status == 0
    assert command(*other, "--name", "other").status == 0
    assert command(*other, "--force").status == 0
    servers = json.loads((home / ".claude.json").read_text())["mcpServers"]
    assert str(tmp_path / "other.json") in servers["shop"]["args"]


@pytest.mark.parametrize(
    "options",
    [
        ("--spec", "http://127.0.0.1:9/openapi.json?token=LITERAL99"),
        ("--spec", "shop.json", "--base-url", "http://127.0.0.1:9/v1?api_key=LITERAL99"),
        ("--url", "https://mcp.example.com/mcp?api_key=LITERAL99"),
    ],
)
def test_a_secret_in_a_url_is_refused(command: Command, home: Path, options: tuple[str, ...]) -> None:
    """issue 10: never in clear unless told so; and masked where it is shown."""
    ended = command("install", "claude-code", *options, "--no-start", "--name", "shop")
    assert (ended.status, ended.out, everything_below(home)) == (2, "", {})
    assert "a secret in a URL would be written" in ended.err
    assert "LITERAL99" not in ended.err
    allowed = ("install", "claude-code", *options, "--no-start", "--name", "shop", "--write-secrets")
    for shown in ("--print", "--dry-run", "--json"):
        ended = command(*allowed, shown)
        assert (ended.status, "=***" in ended.out) == (0, True)
        assert "LITERAL99" not in ended.out + ended.err
    assert "LITERAL99" in (home / ".claude.json").read_text()
    assert (home / ".claude.json").stat().st_mode & 0o777 == 0o600


def test_where_one_client_refuses_it_says_how_the_others_are_gone_on_with(command: Command, home: Path) -> None:
    """One refusal stops all of them, before anything is written."""
    ended = command("install", "claude-code", "claude-desktop", "cursor", *OPTIONS, "--no-start")
    assert (ended.status, everything_below(home)) == (2, {})
    assert "nothing is written for Claude Code, Cursor either; " in ended.err
    assert "`openapi-mcp install claude-code cursor` with the same options goes on there" in ended.err
    ended = command("install", "claude-desktop", *OPTIONS, "--no-start")
    assert "either" not in ended.err


def test_tools_that_lack_a_credential_are_named(command: Command) -> None:
    """As `inspect` names them."""
    ended = command("install", "claude-code", "--spec", "shop.json")
    assert ended.status == 0
    assert "lacking a credential: list_a, list_b\n  fix: start the server with --auth key=VALUE" in ended.out
    done = command("install", "claude-code", "--spec", "shop.json", "--json").json
    assert done[0]["lacking"][0] == "lacking a credential: list_a, list_b"
    assert "lacking" not in command("install", "claude-code", *OPTIONS).out


def test_a_secret_in_a_file_of_a_project_is_warned_about(command: Command) -> None:
    """Such a file is mostly shared."""
    options = ("--spec", "shop.json", "--bearer", TOKEN, "--write-secrets", "--scope", "project", "--no-start")
    assert "keep it out of version control" in command("install", "cursor", *options).err


def test_a_server_that_is_almost_too_slow_is_warned_about(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next start may take longer."""
    monkeypatch.setattr(install, "is_slow", lambda *_: True)
    assert "warning: Gemini CLI gives up after 600 s\n" in command("install", "gemini", *OPTIONS).err


def test_an_odd_entry_of_somebody_else_disturbs_nobody(command: Command, home: Path) -> None:
    """Files of others."""
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    text = '{"mcpServers": {"odd": 1, "odder": {"env": [], "args": "x"}}, "api_key": "their-own-key"}'
    file.write_text(text)
    ended = command("install", "cursor", *OPTIONS, "--dry-run")
    assert (ended.status, "their-own-key" in ended.out) == (0, False)
    assert command("install", "cursor", *OPTIONS, "--no-start").status == 0
    assert command("uninstall", "cursor").status == 0
    assert file.read_text() == text


def test_what_others_wrote_does_not_steer_the_terminal(command: Command, home: Path) -> None:
    """Files of others are hostile: their comments may hold anything."""
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text('{\n\t"mcpServers": {\n\t\t// \x1b]0;owned\x07 \u202e\n\t\t"x": 1\n\t}\n}\n')
    shown = command("install", "cursor", *OPTIONS, "--dry-run").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "owned" not in shown
    assert '+    "shop": {' in shown


@pytest.mark.parametrize(
    ("client", "link", "to"),
    [
        ("claude-code", ".mcp.json", "home/.claude.json"),
        ("claude-code", ".mcp.json", "home/new/deep/file.json"),
        ("cursor", ".cursor/mcp.json", "home/.cursor/mcp.json"),
        ("cursor", ".cursor", "home/.cursor"),
    ],
)
def test_a_link_of_a_project_that_leads_out_of_it_is_refused(
    command: Command, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, client: str, link: str, to: str
) -> None:
    """A repository may hold links; where they lead is its author's choice, and may be a person's own file."""
    project = tmp_path / "project"
    (project / link).parent.mkdir(parents=True)
    (project / link).symlink_to(tmp_path / to)
    monkeypatch.chdir(project)
    options = ("--spec", "../shop.json", "--name", "shop", "--scope", "project")
    for more in ("--no-start", "--dry-run", "--print"):
        ended = command("install", client, *options, more)
        assert (ended.status, "leads out of the project, to" in ended.err) == (2, True)
    assert command("uninstall", client, "shop", "--scope", "project").status == 2
    assert everything_below(home) == {}


def test_a_link_within_a_project_is_followed(command: Command, tmp_path: Path) -> None:
    """Several clients may share one file there."""
    (tmp_path / ".mcp.json").symlink_to("shared.json")
    assert command("install", "claude-code", *OPTIONS, "--scope", "project", "--no-start").status == 0
    assert list(json.loads((tmp_path / "shared.json").read_text())["mcpServers"]) == ["shop"]
    assert (tmp_path / ".mcp.json").is_symlink()


def test_a_server_is_not_called_like_a_client(command: Command, home: Path) -> None:
    """`uninstall cursor gemini` is about two clients; a server of that name is taken out with --name."""
    ended = command("install", "cursor", *OPTIONS, "--no-start", "--name", "gemini")
    assert (ended.status, "'gemini' is the name of a client" in ended.err) == (2, True)
    assert everything_below(home) == {}
    file = home / ".cursor" / "mcp.json"
    command("install", "cursor", *OPTIONS, "--no-start")
    file.write_text(file.read_text().replace('"shop":', '"gemini":'))
    assert command("uninstall", "cursor", "--name", "gemini").status == 0
    assert json.loads(file.read_text()) == {"mcpServers": {}}


def test_what_a_person_kept_beside_a_file_stays(command: Command, tmp_path: Path) -> None:
    """Copies of ours have a time in their names; the one that is told is there."""
    kept = [tmp_path / f".mcp.json.{name}.bak" for name in ("2020", *(f"my{number}" for number in range(7)))]
    for each in (tmp_path / ".mcp.json", *kept):
        each.write_text("{}")
    done = command("install", "claude-code", *OPTIONS, "--scope", "project", "--no-start", "--json").json
    assert Path(done[0]["backup"]).read_text() == "{}"
    assert all(each.exists() for each in kept)

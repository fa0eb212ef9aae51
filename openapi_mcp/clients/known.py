"""The clients that we know, as data: which file holds their servers, in which form, and how they start one.

`source` says where a fact is from: the client itself where it could be tried ("tried: ..."), else what it publishes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from openapi_mcp.clients.machine import System


class Scope(StrEnum):
    """For whom a server is: one person everywhere, everybody in a project, one person in a project."""

    USER = "user"
    PROJECT = "project"
    LOCAL = "local"


class Form(StrEnum):
    """How a file is written; `jsonc` is JSON that may have comments and trailing commas."""

    JSON = "json"
    JSONC = "jsonc"
    TOML = "toml"


class Passes(StrEnum):
    """Which variables of its own environment a client starts a server with, beside those that the entry names."""

    ALL = "all"
    NO_SECRETS = "no secrets"  # all but those whose names look like a secret's
    FEW = "few"  # HOME, PATH and their like


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """One client. In its texts `{home}`, `{config}` and so on stand for folders of the machine (places.py).

    `reference` is how its file refers to a variable of the environment, with `{name}`; None where it has no way to.
    `asks` says that it is not the environment that is asked but the person, once. `seconds_to_start` and
    `seconds_to_call` are what it waits before it gives up.
    """

    name: str
    title: str
    form: Form
    files: Mapping[Scope, Mapping[System, str]]
    tables: Mapping[Scope, tuple[str, ...]]
    reference: str | None
    passes: Passes
    seconds_to_start: float
    seconds_to_call: float
    then: str
    source: str
    asks: bool = False
    type_words: tuple[str, str] | None = None  # the value of `type` for a started server and for one at a URL
    url_key: str | None = "url"  # None where only servers can be started
    knows_cwd: bool = False
    extra: Mapping[str, object] = field(default_factory=dict)  # what else its own command writes into an entry
    then_in: Mapping[Scope, str] = field(default_factory=dict)  # what is to be done in another scope instead

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that it has, the one it is used with most first."""
        return tuple(self.files)

    def next_step(self, scope: Scope) -> str:
        """Return what a person does, so that the server of a new entry is used."""
        return self.then_in.get(scope, self.then)


def _everywhere(text: str) -> dict[System, str]:
    return dict.fromkeys(System, text)


_MCP_SERVERS = ("mcpServers",)
_TABLE = (
    KnownClient(
        name="claude-code",
        title="Claude Code",
        form=Form.JSON,
        files={
            Scope.USER: _everywhere("{claude}/.claude.json"),
            Scope.PROJECT: _everywhere("{folder}/.mcp.json"),
            Scope.LOCAL: _everywhere("{claude}/.claude.json"),
        },
        tables={
            Scope.USER: _MCP_SERVERS,
            Scope.PROJECT: _MCP_SERVERS,
            Scope.LOCAL: ("projects", "{folder}", "mcpServers"),
        },
        reference="${{{name}}}",
        passes=Passes.ALL,
        seconds_to_start=30,
        seconds_to_call=100_000,
        type_words=("stdio", "http"),
        then="start a new session of `claude`; /mcp shows it",
        then_in={Scope.PROJECT: "start `claude` in this folder and approve the server; /mcp shows it"},
        source="tried: `claude mcp add` and `claude mcp list` of 2.1.197; code.claude.com/docs/en/mcp",
    ),
    KnownClient(
        name="claude-desktop",
        title="Claude Desktop",
        form=Form.JSON,
        files={
            Scope.USER: {
                System.MACOS: "{home}/Library/Application Support/Claude/claude_desktop_config.json",
                System.WINDOWS: "{appdata}/Claude/claude_desktop_config.json",
                System.LINUX: "{config}/Claude/claude_desktop_config.json",
            }
        },
        tables={Scope.USER: _MCP_SERVERS},
        reference=None,
        passes=Passes.FEW,
        seconds_to_start=60,
        seconds_to_call=60,
        url_key=None,
        then="quit Claude Desktop and start it again; closing its window is not enough",
        source="modelcontextprotocol.io/docs/develop/connect-local-servers; its environment: the default one of the "
        "TypeScript SDK's stdio client",
    ),
    KnownClient(
        name="cursor",
        title="Cursor",
        form=Form.JSONC,
        files={
            Scope.USER: _everywhere("{home}/.cursor/mcp.json"),
            Scope.PROJECT: _everywhere("{folder}/.cursor/mcp.json"),
        },
        tables={Scope.USER: _MCP_SERVERS, Scope.PROJECT: _MCP_SERVERS},
        reference="${{env:{name}}}",
        passes=Passes.ALL,
        seconds_to_start=60,
        seconds_to_call=60,
        then="open Cursor's settings, Tools & MCP, and switch it on",
        source="cursor.com/docs/mcp",
    ),
    KnownClient(
        name="vscode",
        title="VS Code",
        form=Form.JSONC,
        files={
            Scope.USER: {
                System.MACOS: "{home}/Library/Application Support/Code/User/mcp.json",
                System.WINDOWS: "{appdata}/Code/User/mcp.json",
                System.LINUX: "{config}/Code/User/mcp.json",
            },
            Scope.PROJECT: _everywhere("{folder}/.vscode/mcp.json"),
        },
        tables={Scope.USER: ("servers",), Scope.PROJECT: ("servers",)},
        reference="${{input:openapi-mcp-{name}}}",
        asks=True,
        passes=Passes.ALL,
        seconds_to_start=60,
        seconds_to_call=60,
        type_words=("stdio", "http"),
        knows_cwd=True,
        then="run `MCP: List Servers` in the command palette, start it there, and trust it",
        source="code.visualstudio.com/docs/copilot/reference/mcp-configuration",
    ),
    KnownClient(
        name="windsurf",
        title="Windsurf",
        form=Form.JSON,
        files={Scope.USER: _everywhere("{home}/.codeium/windsurf/mcp_config.json")},
        tables={Scope.USER: _MCP_SERVERS},
        reference="${{env:{name}}}",
        passes=Passes.ALL,
        seconds_to_start=60,
        seconds_to_call=60,
        url_key="serverUrl",
        then="press the refresh button of the MCP list in Windsurf's settings",
        source="docs.windsurf.com/windsurf/cascade/mcp",
    ),
    KnownClient(
        name="codex",
        title="Codex CLI",
        form=Form.TOML,
        files={
            Scope.USER: _everywhere("{codex}/config.toml"),
            Scope.PROJECT: _everywhere("{folder}/.codex/config.toml"),
        },
        tables={Scope.USER: ("mcp_servers",), Scope.PROJECT: ("mcp_servers",)},
        reference="{name}",  # in lists and keys of their own: env_vars, env_http_headers, bearer_token_env_var
        passes=Passes.FEW,
        seconds_to_start=10,
        seconds_to_call=60,
        knows_cwd=True,
        then="start a new session of `codex`; /mcp shows it",
        then_in={Scope.PROJECT: "start `codex` in this folder, which has to be trusted; /mcp shows it"},
        source="tried: `codex mcp add` and its app-server of 0.169.0; developers.openai.com/codex/mcp",
    ),
    KnownClient(
        name="gemini",
        title="Gemini CLI",
        form=Form.JSONC,
        files={
            Scope.USER: _everywhere("{gemini}/.gemini/settings.json"),
            Scope.PROJECT: _everywhere("{folder}/.gemini/settings.json"),
        },
        tables={Scope.USER: _MCP_SERVERS, Scope.PROJECT: _MCP_SERVERS},
        reference="${{{name}}}",
        passes=Passes.NO_SECRETS,
        seconds_to_start=600,
        seconds_to_call=600,
        url_key="httpUrl",
        knows_cwd=True,
        then="start a new session of `gemini` in a folder that it trusts; /mcp shows it",
        source="tried: `gemini mcp add` and `gemini mcp list` of 0.61.0; its docs/tools/mcp-server.md",
    ),
    KnownClient(
        name="copilot-cli",
        title="Copilot CLI",
        form=Form.JSON,
        files={
            Scope.USER: _everywhere("{copilot}/mcp-config.json"),
            Scope.PROJECT: _everywhere("{folder}/.mcp.json"),
        },
        tables={Scope.USER: _MCP_SERVERS, Scope.PROJECT: _MCP_SERVERS},
        reference="${{{name}}}",
        passes=Passes.FEW,
        seconds_to_start=60,
        seconds_to_call=60,
        type_words=("stdio", "http"),
        extra={"tools": ["*"]},
        then="start a new session of `copilot`; /mcp shows it",
        then_in={Scope.PROJECT: "start `copilot` in this folder, which has to be trusted; /mcp shows it"},
        source="tried: `copilot mcp add` and `copilot mcp list`; docs.github.com, Adding MCP servers for Copilot CLI; "
        "references: github.com/github/copilot-cli/issues/903",
    ),
    KnownClient(
        name="zed",
        title="Zed",
        form=Form.JSONC,
        files={
            Scope.USER: {
                System.MACOS: "{home}/.config/zed/settings.json",
                System.WINDOWS: "{appdata}/Zed/settings.json",
                System.LINUX: "{config}/zed/settings.json",
            },
            Scope.PROJECT: _everywhere("{folder}/.zed/settings.json"),
        },
        tables={Scope.USER: ("context_servers",), Scope.PROJECT: ("context_servers",)},
        reference=None,
        passes=Passes.ALL,
        seconds_to_start=60,
        seconds_to_call=60,
        then="open the Agent Panel's settings; a green dot stands beside it",
        then_in={
            Scope.PROJECT: "trust this project in Zed; a green dot stands beside it in the Agent Panel's settings"
        },
        source="zed.dev/docs/ai/mcp, zed.dev/docs/configuring-zed; references: "
        "github.com/zed-industries/zed/issues/60459",
    ),
)
KNOWN: Mapping[str, KnownClient] = {client.name: client for client in _TABLE}
"""By name; the names are those of `generator/clients.py`."""

"""What we write for clients that cannot run here, against what they, or others, publish of their files.

VS Code's schema is the one in its own code; the table of `@gleanwork/mcp-config-schema` says where files are and which
words stand in them. Both are read where npm has put them: nothing of them is copied.
"""

import json
from typing import Any

import jsonschema
import pytest
from support.node import Node

from openapi_mcp.clients.edit import Table, put_entry
from openapi_mcp.clients.known import KNOWN, Scope
from openapi_mcp.clients.launch import Launch, Reference, Remote, Target, entry
from openapi_mcp.clients.machine import Machine, System
from openapi_mcp.clients.places import place, table
from openapi_mcp.errors import ConfigError

_MACHINES = {
    "darwin": Machine(system=System.MACOS, home="/m/ann", environ={}, folder="/m/ann/shop"),
    "linux": Machine(system=System.LINUX, home="/u/ann", environ={}, folder="/u/ann/shop"),
    "win32": Machine(system=System.WINDOWS, home=r"C:\Users\ann", environ={}, folder=r"C:\Users\ann\shop"),
}
_ROOTS = {
    "$HOME": {"darwin": "/m/ann", "linux": "/u/ann"},
    "%USERPROFILE%": {"win32": r"C:\Users\ann"},
    "%APPDATA%": {"win32": r"C:\Users\ann\AppData\Roaming"},
}
_ARGS = ("serve", "--spec", "https://api.example.com/openapi.json", "--bearer", "env:API_TOKEN")
_PLAIN = Launch(name="shop", command="/usr/local/bin/openapi-mcp", args=_ARGS)
_REFERS = Launch(
    name="shop", command=_PLAIN.command, args=_ARGS, env={"API_TOKEN": Reference(variable="API_TOKEN"), "LANG": "C"}
)
_AT = Remote(name="shop", url="https://mcp.example.com/mcp")
_KEPT = Remote(
    name="shop",
    url=_AT.url,
    headers={"Authorization": Reference(variable="MCP_TOKEN", before="Bearer "), "X-Tenant": "north"},
)
_TARGETS: dict[str, Target] = {"plain": _PLAIN, "refers": _REFERS, "at a URL": _AT, "with headers": _KEPT}
_MINE = '{\n\t// mine\n\t"servers": {"other": {"command": "x"}},\n}\n'
_PUBLISHED = ("claude-code", "claude-desktop", "codex", "cursor", "gemini", "vscode", "windsurf")
_ZED: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"enabled": {"type": "boolean"}, "remote": {"type": "boolean"}, "timeout": {"type": "integer"}},
}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_ZED_STARTED = {
    "command": {"type": "string"}, "args": {"type": "array", "items": {"type": "string"}}, "env": _TEXTS,
}  # fmt: skip


@pytest.fixture(scope="module")
def vscode_schema(node: Node) -> dict[str, Any]:
    """The schema that VS Code holds a person's mcp.json to while they edit it."""
    where = "@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/mcp/common/mcpConfiguration"
    schema: dict[str, Any] = node.evaluate(
        f"import {{ mcpServerSchema }} from '{where}'; console.log(JSON.stringify(mcpServerSchema))"
    )
    return schema


@pytest.fixture(params=_PUBLISHED)
def published(request: pytest.FixtureRequest, node: Node) -> tuple[str, dict[str, Any]]:
    """A client's name, and what is published of its file."""
    file = node.folder / "node_modules" / "@gleanwork" / "mcp-config-schema" / "configs" / f"{request.param}.json"
    return request.param, json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("target", _TARGETS.values(), ids=_TARGETS)
@pytest.mark.parametrize("before", ["", _MINE], ids=["new", "with comments"])
def test_vs_code_finds_no_fault_in_its_file(
    node: Node, vscode_schema: dict[str, Any], target: Target, before: str
) -> None:
    """Read by its own parser, held to its own schema; the list of what a person is asked for is in it."""
    keys = table(KNOWN["vscode"], Scope.USER, _MACHINES["linux"])
    text = put_entry(before, Table(client=KNOWN["vscode"], keys=keys), target)
    value, faults = node.evaluate(
        "import { parse } from '@codingame/monaco-vscode-api/vscode/vs/base/common/json'; const faults = [];"
        f"console.log(JSON.stringify([parse({json.dumps(text)}, faults, {{ allowTrailingComma: true }}), faults]))"
    )
    assert faults == []
    jsonschema.validate(value, vscode_schema)
    assert value["servers"]["shop"] == entry(KNOWN["vscode"], target)


def test_vs_codes_schema_would_find_one(vscode_schema: dict[str, Any]) -> None:
    """A word of another client's file is none of VS Code's."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"servers": {"shop": {"serverUrl": "https://mcp.example.com/mcp"}}}, vscode_schema)


@pytest.mark.parametrize("system", _MACHINES)
def test_a_file_is_where_it_is_published_to_be(published: tuple[str, dict[str, Any]], system: str) -> None:
    name, config = published
    path = config["configPath"][system]
    root = next(root for root in _ROOTS if path.startswith(root))
    assert str(place(KNOWN[name], Scope.USER, _MACHINES[system])) == _ROOTS[root][system] + path.removeprefix(root)


def test_the_words_of_an_entry_are_the_published_ones(published: tuple[str, dict[str, Any]]) -> None:
    """That of the type may be left out by us, where the client needs none; no word is another one's."""
    name, config = published
    structure = config["configStructure"]
    client = KNOWN[name]
    assert table(client, Scope.USER, _MACHINES["linux"])[0] == structure["serversPropertyName"]
    launch, words = entry(client, _PLAIN), structure["stdioPropertyMapping"]
    assert launch[words["commandProperty"]] == _PLAIN.command
    assert launch[words["argsProperty"]] == list(_ARGS)
    assert set(launch) <= set(words.values())


def test_a_server_at_a_url_is_written_with_the_published_words(published: tuple[str, dict[str, Any]]) -> None:
    """A client that has no word for it has none in its entry here, either."""
    name, config = published
    words = config["configStructure"].get("httpPropertyMapping")
    if words is None:
        assert KNOWN[name].url_key is None
        return
    remote = entry(KNOWN[name], Remote(name="shop", url=_AT.url, headers={"X-Tenant": "north"}))
    assert remote[words["urlProperty"]] == _AT.url
    assert remote[words["headersProperty"]] == {"X-Tenant": "north"}
    assert remote.get("type") in (None, words.get("typeValue"))


@pytest.mark.parametrize(("target", "own"), [(_PLAIN, "command"), (_AT, "url")])
def test_an_entry_of_zed_has_the_form_of_its_settings(target: Target, own: str) -> None:
    """Which form it is, Zed tells by its words: github.com/zed-industries/zed, crates/settings_content/src/project.rs.

    Its `Stdio` has the `command`, its `Http` the `url`; a word of another form would be passed over in silence.
    """
    words = _ZED_STARTED if own == "command" else {"url": {"type": "string"}, "headers": _TEXTS}
    schema = {**_ZED, "properties": {**_ZED["properties"], **words}, "required": [own]}
    jsonschema.validate(entry(KNOWN["zed"], target), schema)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("cursor", "${env:API_TOKEN}"),  # cursor.com/docs/mcp: Config interpolation
        ("windsurf", "${env:API_TOKEN}"),  # docs.windsurf.com/windsurf/cascade/mcp: Config Interpolation
        ("vscode", "${input:openapi-mcp-API_TOKEN}"),  # code.visualstudio.com: Input variables
        ("claude-code", "${API_TOKEN}"),  # code.claude.com/docs/en/mcp: Environment variable expansion
        ("gemini", "${API_TOKEN}"),  # its docs/tools/mcp-server.md: Environment variable expansion
    ],
)
def test_a_variable_is_referred_to_as_a_client_documents_it(name: str, written: str) -> None:
    assert entry(KNOWN[name], _REFERS)["env"] == {"API_TOKEN": written, "LANG": "C"}


@pytest.mark.parametrize("name", ["claude-desktop", "zed"])
def test_a_client_without_references_gets_none(name: str) -> None:
    """modelcontextprotocol.io/docs/develop/connect-local-servers; github.com/zed-industries/zed/issues/60459."""
    with pytest.raises(ConfigError, match="cannot refer to the variable API_TOKEN"):
        entry(KNOWN[name], _REFERS)

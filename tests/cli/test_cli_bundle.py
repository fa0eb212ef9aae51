"""`openapi-mcp bundle`: a .mcpb that starts as Claude Desktop starts it. MCPB manifest 0.4."""

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import Command
from support.child import clean_environment
from support.upstream import description

from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.start import start_and_list
from openapi_mcp.clients.talk import Listed

FIELDS = {
    "manifest_version", "name", "display_name", "version", "description", "author", "server", "tools",
    "tools_generated", "keywords", "compatibility", "user_config",
}  # fmt: skip
OF_A_SETTING = {"type", "title", "description", "required", "default", "sensitive"}
KEYED: dict[str, Any] = {
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "security": [{"key": []}],
}


def write(folder: Path, name: str = "api.json", server: str | None = "https://a.example/v1", **more: Any) -> str:
    (folder / name).write_text(json.dumps(description("/a", server=server, **more)), encoding="utf-8")
    return name


def opened(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack a bundle; return its manifest."""
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def started(manifest: dict[str, Any], folder: Path, settings: dict[str, str]) -> Listed:
    """Start it as the client would, by this interpreter in place of uv; what nobody filled in stays as it stands."""
    config = manifest["server"]["mcp_config"]
    defaults = {key: each["default"] for key, each in manifest["user_config"].items() if "default" in each}
    values = {"__dirname": str(folder), **{f"user_config.{key}": said for key, said in (defaults | settings).items()}}

    def written(text: str) -> str:
        return re.sub(r"\$\{([a-z_.]+)\}", lambda found: values.get(found[1], found[0]), text)

    words = tuple(map(written, config["args"]))
    words = words[words.index("server.py") :]
    environ = clean_environment(**{name: written(said) for name, said in config["env"].items()})
    environ.pop("PYTHONPATH", None)
    return anyio.run(
        start_and_list, Launch(name="a", command=sys.executable, args=words, cwd=str(folder)), environ, 60.0
    )


def test_a_bundle_starts_from_where_it_is_unpacked_and_lists_its_tools(command: Command, tmp_path: Path) -> None:
    """Issue 10: it really starts."""
    done = command("bundle", "--spec", write(tmp_path, **KEYED), "-o", "shop.mcpb")
    assert (done.status, done.err) == (0, "")
    assert re.match(r"shop\.mcpb: \d\.\d MB, 1 tools listed\n", done.out)
    (tmp_path / "api.json").unlink()
    manifest = opened(tmp_path / "shop.mcpb", tmp_path / "un")
    listed = started(manifest, tmp_path / "un", {"auth_key": "k"})
    assert [tool["name"] for tool in listed.tools] == ["a", "read_result"]


def test_settings_that_nobody_filled_in_are_no_error(command: Command, tmp_path: Path) -> None:
    """MCPB README: what is not required may stay empty; the client leaves its name where its value would be."""
    document = {**KEYED, "security": [{"key": []}, {}]}
    command("bundle", "--spec", write(tmp_path, **document), "--header", "X-Other: env:OTHER", "-o", "a.mcpb")
    manifest = opened(tmp_path / "a.mcpb", tmp_path / "un")
    assert [tool["name"] for tool in started(manifest, tmp_path / "un", {}).tools] == ["a", "read_result"]


def test_a_document_of_several_files_and_its_overlay_come_along(command: Command, tmp_path: Path) -> None:
    """Issue 10: the document where it is a file."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "n.json").write_text('{"name": "n", "in": "query", "schema": {"type": "integer"}}')
    document = description("/a", server="https://a.example")
    document["paths"]["/a"]["get"]["parameters"] = [{"$ref": "parts/n.json"}]
    (tmp_path / "api.json").write_text(json.dumps(document))
    (tmp_path / "o.yaml").write_text(
        "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nactions:\n- {target: $.info, update: {title: Renamed}}\n"
    )
    done = command("bundle", "--spec", "api.json", "--overlay", "o.yaml", "--methods", "all")
    assert (done.status, done.err) == (0, "")
    manifest = opened(tmp_path / "renamed.mcpb", tmp_path / "un")
    for name in ("api.json", "o.yaml", "parts/n.json"):
        (tmp_path / name).unlink()
    listed = started(manifest, tmp_path / "un", {})
    assert listed.tools[0]["inputSchema"]["properties"]["n"]["type"] == "integer"
    args = manifest["server"]["mcp_config"]["args"]
    assert args[args.index("--methods") + 1] == "all"


def test_the_manifest_has_what_the_format_knows_and_nothing_else(command: Command, tmp_path: Path) -> None:
    """MCPB manifest 0.4: unknown fields are refused; `mcpb validate` accepts what is made here."""
    said = command("bundle", "--spec", write(tmp_path, **KEYED), "--bearer", "env:T", "--files", ".", "--json")
    report = json.loads(said.out)
    manifest = report["manifest"]
    assert report["bytes"] == (tmp_path / report["file"]).stat().st_size
    assert set(manifest) == FIELDS
    assert manifest["manifest_version"] == "0.4"
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert set(manifest["author"]) == {"name"}
    assert set(manifest["server"]) == {"type", "entry_point", "mcp_config"}
    assert manifest["server"]["type"] == "uv"
    assert set(manifest["server"]["mcp_config"]) == {"command", "args", "env"}
    assert all(set(each) == {"name", "description"} for each in manifest["tools"])
    for setting in manifest["user_config"].values():
        assert OF_A_SETTING - {"default", "sensitive"} <= set(setting) <= OF_A_SETTING
        assert setting["type"] in ("string", "number", "boolean", "directory", "file")
    assert manifest["user_config"]["t"]["required"]
    assert manifest["server"]["mcp_config"]["env"]["T"] == "${user_config.t}"
    with zipfile.ZipFile(tmp_path / report["file"]) as archive:
        assert {"manifest.json", "pyproject.toml", manifest["server"]["entry_point"]} <= set(archive.namelist())


def test_the_same_command_makes_the_same_bytes(command: Command, tmp_path: Path) -> None:
    """Issue 10: reproducible."""
    spec = write(tmp_path)
    command("bundle", "--spec", spec, "-o", "one.mcpb")
    command("bundle", "--spec", spec, "-o", "two.mcpb")
    assert (tmp_path / "one.mcpb").read_bytes() == (tmp_path / "two.mcpb").read_bytes()


def test_several_apis_have_settings_of_their_own(command: Command, tmp_path: Path) -> None:
    """apis.py: --base-url NAME=URL."""
    one, two = write(tmp_path, "one.json", **KEYED), write(tmp_path, "two.json", server=None)
    done = command("bundle", "--spec", f"one={one}", "--spec", f"two={two}", "--name", "both", "--json")
    manifest = json.loads(done.out)["manifest"]
    required = {key: each["required"] for key, each in manifest["user_config"].items()}
    assert required == {"base_url_one": False, "auth_one_key": True, "base_url_two": True}
    opened(tmp_path / "both.mcpb", tmp_path / "un")
    listed = started(manifest, tmp_path / "un", {"base_url_two": "https://b.example", "auth_one_key": "k"})
    assert [tool["name"] for tool in listed.tools] == ["one_a", "two_a", "read_result"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--bearer", "s3cret"], "a secret would stand in"),
        (["--base-url", "http://127.0.0.1:9/?api_key=s3cret"], "a secret in a URL would be written"),
        (["--base-url", "http://ann:s3cret@127.0.0.1:9/"], "a base URL holds no credentials"),
        (["--overlay", "http://127.0.0.1:9/o.json?token=s3cret"], "a secret in a URL would be written"),
        (["--bearer", "file:token"], "this file is on this machine alone"),
        (["--config", "c.toml"], "a bundle takes no config file with it"),
        (["--records", "r.db"], "this is about one machine"),
    ],
)
def test_a_secret_or_a_file_of_this_machine_is_refused(
    command: Command, tmp_path: Path, options: list[str], message: str
) -> None:
    """Issue 10: never a secret in it."""
    (tmp_path / "c.toml").write_text('bearer = "s3cret"\n')
    (tmp_path / "token").write_text("s3cret")
    done = command("bundle", "--spec", write(tmp_path), *options)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert "s3cret" not in done.err
    assert not list(tmp_path.glob("*.mcpb"))


def test_a_document_of_a_command_is_refused(command: Command) -> None:
    """It would run wherever the bundle is installed."""
    done = command("bundle", "--spec-command", "cat api.json")
    assert (done.status, "a file or a URL" in done.err) == (2, True)


def test_what_the_shell_says_is_named(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """design: what stands in OPENAPI_MCP_... of the shell is carried, or named in a warning."""
    monkeypatch.setenv("OPENAPI_MCP_TIMEOUT", "5")
    done = command("bundle", "--spec", write(tmp_path))
    assert "warning: what OPENAPI_MCP_TIMEOUT says here is not in the bundle" in done.err

"""`--server-variable`: a value for a variable in the document's server URL."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.child import Outcome

from openapi_mcp.loader.read import read

REGION = {"default": "eu", "enum": ["eu", "us"]}
SERVERS = [
    {"url": "https://{region}.api.example/{version}", "variables": {"region": REGION, "version": {"default": "v1"}}},
    {
        "url": "https://{other}.spare.example",
        "variables": {"other": {"default": "x"}, "region": {"default": "nowhere"}},
    },
]


def described(**root: Any) -> dict[str, Any]:
    operation = {"operationId": "echo", "responses": {}}
    return {"openapi": "3.1.1", "info": {"title": "x", "version": "1"}, "paths": {"/echo": {"get": operation}}, **root}


@pytest.fixture
def api(tmp_path: Path) -> str:
    (tmp_path / "api.json").write_text(json.dumps(described(servers=SERVERS)))
    return "api.json"


def dry(command: Command, api: str, *options: str) -> Outcome:
    return command("call", "--spec", api, "echo", "--dry-run", "--json", *options)


@pytest.mark.parametrize(
    ("options", "base"),
    [
        ([], "https://eu.api.example/v1"),
        (["--server-variable", "region=us"], "https://us.api.example/v1"),
        (["--server-variable", "region=us", "--server-variable", "version=v2"], "https://us.api.example/v2"),
        (["--server-variable", "version="], "https://eu.api.example"),
        (["--server-variable", " version = v3 "], "https://eu.api.example/v3"),
        (["--server-variable", "other=y"], "https://eu.api.example/v1"),
        (["--server-variable", "version=v2", "--base-url", "https://own.example"], "https://own.example"),
    ],
)
def test_a_value_takes_the_place_of_the_default(command: Command, api: str, options: list[str], base: str) -> None:
    """OAS 3.1.1, Server Variable Object; the first server counts; a pinned base URL is used as it is."""
    ended = dry(command, api, *options)
    assert (ended.status, ended.err) == (0, "")
    assert ended.json["url"] == f"{base}/echo"


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("planet=mars", "error: no server of the document has a variable 'planet'\n   at: --server-variable\n"),
        ("region=mars", "error: the server variable 'region' is 'mars', which the document does not allow\n"),
        ("region", "error: a variable and its value are wanted\n   at: --server-variable\n  fix: write NAME=VALUE\n"),
        ("=us", "error: a variable and its value are wanted\n"),
    ],
)
def test_a_value_that_no_server_takes_is_a_usage_error(command: Command, api: str, option: str, said: str) -> None:
    """style.md, Errors: what, where, what to do."""
    ended = dry(command, api, "--server-variable", option)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(said)


def test_the_allowed_values_are_named(command: Command, api: str) -> None:
    """OAS 3.1.1, Server Variable Object: enum."""
    assert "fix: choose from eu, us" in dry(command, api, "--server-variable", "region=mars").err


def test_the_file_and_the_environment_give_values_too(
    command: Command, api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """design.md, Options: Precedence. A table in the file, a value may be a number there."""
    (tmp_path / "own.toml").write_text('[server-variable]\nregion = "us"\nversion = 2\n')
    assert dry(command, api, "--config", "own.toml").json["url"] == "https://us.api.example/2/echo"
    monkeypatch.setenv("OPENAPI_MCP_SERVER_VARIABLE", "region=us")
    assert dry(command, api).json["url"] == "https://us.api.example/v1/echo"
    assert dry(command, api, "--server-variable", "version=9").json["url"] == "https://eu.api.example/9/echo"


@pytest.mark.parametrize("level", ["path", "operation"])
def test_variables_of_nearer_servers_are_found_too(level: str) -> None:
    """OAS 3.1.1, 4.8.9 and 4.8.10: servers of a path item and of an operation have variables of their own."""
    near = {"servers": [{"url": "https://{zone}.near.example", "variables": {"zone": {"default": "a"}}}]}
    operation = {"operationId": "echo", "responses": {}, **(near if level == "operation" else {})}
    item = {"get": operation, **(near if level == "path" else {})}
    made = read(described(paths={"/echo": item}), source="x", base_uri=None, variables={"zone": "b"})
    assert made.operations[0].servers[0].url == "https://b.near.example"


def test_a_value_is_put_in_once_whatever_is_in_it() -> None:
    """OAS 3.1.1, Server Object: a value is not a template."""
    made = read(described(servers=SERVERS), source="x", base_uri=None, variables={"version": "{region}"})
    assert made.servers[0].url == "https://eu.api.example/{region}"

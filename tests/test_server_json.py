"""server.json, by which the MCP registry knows us: the rules of its schema of 2025-12-11, and that it is true."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from openapi_mcp import __version__
from openapi_mcp.cli.option import read_plainly
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.settings import PREFIX, READERS

ROOT = Path(__file__).parent.parent
SERVER: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
PACKAGE: dict[str, Any] = SERVER["packages"][0]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
INPUT = {"description", "isRequired", "format", "value", "isSecret", "default", "placeholder", "choices", "variables"}


def inputs() -> list[dict[str, Any]]:
    return [*PACKAGE["packageArguments"], *PACKAGE["environmentVariables"]]


def test_the_server_is_described_as_the_registry_wants_it() -> None:
    """ServerDetail: name, description and version are required, and have their lengths and letters."""
    assert set(SERVER) == {"$schema", "name", "title", "description", "version", "packages"}
    assert SERVER["$schema"] == "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", SERVER["name"])
    assert 3 <= len(SERVER["name"]) <= 200
    assert 1 <= len(SERVER["title"]) <= 100
    assert 1 <= len(SERVER["description"]) <= 100


def test_its_package_is_described_as_the_registry_wants_it() -> None:
    """Package: registryType, identifier and transport are required; a version is one, no range."""
    known = {"registryType", "identifier", "version", "runtimeHint", "transport"}
    assert set(PACKAGE) == known | {"packageArguments", "environmentVariables"}
    assert (PACKAGE["registryType"], PACKAGE["runtimeHint"]) == ("pypi", "uvx")
    assert PACKAGE["transport"] == {"type": "stdio"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", PACKAGE["version"])


@pytest.mark.parametrize("given", inputs(), ids=str)
def test_each_argument_and_variable_is_an_input(given: dict[str, Any]) -> None:
    """PositionalArgument has a value or a valueHint, NamedArgument a name, KeyValueInput a name."""
    kind = given.get("type")
    own = {"positional": {"type", "valueHint", "isRepeated"}, "named": {"type", "name", "isRepeated"}}
    assert set(given) <= INPUT | own.get(kind or "", {"name"})
    assert ("value" in given or "valueHint" in given) if kind == "positional" else given["name"]
    assert all(isinstance(given.get(key, False), bool) for key in ("isRequired", "isSecret"))


def test_the_versions_are_ours() -> None:
    """A release changes both, or none of it is true."""
    assert (SERVER["version"], PACKAGE["version"]) == (__version__, __version__)


def test_uvx_finds_a_command_of_the_packages_name() -> None:
    """`uvx PACKAGE` runs the command that is called as the package is."""
    assert PACKAGE["identifier"] == PROJECT["name"]
    assert PROJECT["scripts"][PACKAGE["identifier"]] == PROJECT["scripts"]["openapi-mcp"]


def test_its_options_and_variables_are_ours() -> None:
    """A registry's client starts us by them."""
    words = [f"{each['name']}=x" for each in PACKAGE["packageArguments"] if each["type"] == "named"]
    assert read_plainly(words, SERVE)
    assert all(each["name"].removeprefix(PREFIX).lower() in READERS for each in PACKAGE["environmentVariables"])


def test_the_readme_says_whose_package_it_is() -> None:
    """modelcontextprotocol.io/registry/package-types: the registry looks for this in the package's own description."""
    assert f"<!-- mcp-name: {SERVER['name']} -->" in (ROOT / "README.md").read_text(encoding="utf-8")

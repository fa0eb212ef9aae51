"""Every block of README.md and docs/ is what it is said to be: no command hides in one that nobody runs."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.container import help_of, unknown_options
from support.pages import Block, blocks, page_names, read_page

from openapi_mcp.config import build_config
from openapi_mcp.config_file import FILE_NAME

RUN_OR_READ = frozenset(("console", "toml", "json", "jsonc", "yaml", "python"))
SHOWN = frozenset(
    ("text", "java", "kotlin", "ruby", "csharp", "js", "javascript", "typescript", "xml", "powershell", "diff")
)
"""What only shows: output, and code of languages that are not here; support/foreign.py says what stands for them."""
ALL = [block for name in page_names() for block in blocks(name, read_page(name))]


def of(*languages: str) -> list[Any]:
    return [pytest.param(block, id=block.place) for block in ALL if block.language in languages]


def test_every_block_says_what_it_is() -> None:
    """Issue 10, Documentation: a command in a block without `console` would never be tried."""
    assert [f"{block.place} {block.language}" for block in ALL if block.language not in RUN_OR_READ | SHOWN] == []


def test_no_command_of_ours_stands_where_none_is_run() -> None:
    shown = [block for block in ALL if block.language in SHOWN - {"powershell"}]
    assert [block.place for block in shown if re.search(r"^\$ ", block.text, re.MULTILINE)] == []


@pytest.mark.parametrize("block", of("toml"))
def test_a_configuration_is_one(block: Block, tmp_path: Path) -> None:
    """Issue 10, Documentation: every configuration shown. A file of another name is only TOML, and what starts us."""
    values = tomllib.loads(block.text)
    if Path(block.file or FILE_NAME).name != FILE_NAME:
        return
    file = tmp_path / FILE_NAME
    file.write_text(block.text, encoding="utf-8")
    read = build_config({"config": str(file)}, {}, tmp_path)
    assert read.file == file
    assert values


@pytest.mark.parametrize("block", of("json", "jsonc", "toml"))
def test_what_a_clients_file_starts_has_options_that_exist(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    for words in started(block):
        assert unknown_options(words, help_of(words[0], capsys)) == set()


def started(block: Block) -> list[list[str]]:
    """Return the arguments of ours in each entry that starts us; as JSON it is read, too."""
    if block.language == "toml":
        found = list(entries(tomllib.loads(block.text)))
    else:
        plain = re.sub(r"^\s*//.*$", "", block.text, flags=re.MULTILINE) if block.language == "jsonc" else block.text
        found = list(entries(json.loads(plain)))
    return [each["args"] for each in found if Path(str(each.get("command"))).stem == "openapi-mcp"]


def entries(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object that names a command and its arguments, wherever it stands."""
    if isinstance(value, dict):
        if "command" in value and "args" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from entries(each)


@pytest.mark.parametrize("block", of("yaml"))
def test_yaml_is_yaml(block: Block) -> None:
    assert yaml.safe_load(block.text) is not None


@pytest.mark.parametrize("block", of("python"))
def test_python_is_python(block: Block) -> None:
    """A strategy that is shown repairs what is said of it in tests/test_readme.py."""
    assert ast.parse(block.text).body


def test_an_entry_of_a_client_is_found_wherever_it_stands() -> None:
    text = '{"mcpServers": {"shop": {"command": "/srv/bin/openapi-mcp", "args": ["serve", "--spec", "x"]}}}'
    assert started(Block(page="", line=1, language="json", text=text)) == [["serve", "--spec", "x"]]
    toml = '[mcp_servers.shop]\ncommand = "openapi-mcp"\nargs = ["serve"]\n'
    assert started(Block(page="", line=1, language="toml", text=toml)) == [["serve"]]
    comment = '// a comment\n{"servers": [{"command": "node", "args": ["x"]}]}'
    assert started(Block(page="", line=1, language="jsonc", text=comment)) == []

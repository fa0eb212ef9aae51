"""What the README shows is so; its commands are run in docs/test_docs_pages.py."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from support.make import parameter, toolset
from support.recover import repaired

from openapi_mcp.config import build_config
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.recovery.registry import OWN
from openapi_mcp.response.ongoing import told
from openapi_mcp.strategies import all_strategies

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def the_file(mark: str) -> str:
    """Return the config file that says this."""
    (text,) = (block for block in blocks("toml") if mark in block)
    return text


def test_the_tables_that_edit_tools_are_ones(tmp_path: Path) -> None:
    """Issue 6, Enrichment: [tool.NAME]."""
    file = tmp_path / "shown.toml"
    file.write_text(the_file("[tool.orders_list]"), encoding="utf-8")
    edits = build_config({"config": str(file)}, {}, tmp_path).edits
    assert edits["orders_list"].arguments["page_size"].default == 20
    assert edits["orders_list"].arguments["tenant"].fix == "acme"
    assert edits["customers_list"].hide


def test_the_switches_of_tools_are_ones(tmp_path: Path) -> None:
    """Part 7, Switches: [tool.NAME]."""
    file = tmp_path / "shown.toml"
    file.write_text(the_file("[tool.orders_export]"), encoding="utf-8")
    edits = build_config({"config": str(file)}, {}, tmp_path).edits
    limits = edits["orders_export"].limits
    assert (limits.timeout, limits.retries, limits.cache_ttl, limits.confirm) == (120, 0, 300, True)
    assert not edits["customers_list"].enabled


def test_the_config_file_is_one(tmp_path: Path) -> None:
    """Issue: config file; every key is known and of the right form."""
    text = the_file("[auth]")
    file = tmp_path / "shown.toml"
    file.write_text(text, encoding="utf-8")
    config = build_config({"config": str(file)}, {}, tmp_path)
    shown = tomllib.loads(text)
    assert (config.spec, config.base_url, config.limits.timeout) == (shown["spec"], shown["base_url"], shown["timeout"])
    flat = {
        f"{name}.{field}" if isinstance(value, dict) else name: text
        for name, value in shown["auth"].items()
        for field, text in (value.items() if isinstance(value, dict) else [("", value)])
    }
    assert config.credentials[0].auth == flat


def test_the_config_file_of_several_apis_is_one(tmp_path: Path) -> None:
    """[api.NAME] tables."""
    text = the_file("[api.")
    file = tmp_path / "shown.toml"
    file.write_text(text, encoding="utf-8")
    (api,) = build_config({"config": str(file)}, {}, tmp_path).apis
    assert (api.name, api.spec) == ("shop", "https://shop.example.com/openapi.json")


def test_the_failure_is_what_a_failure_says() -> None:
    """design.md, A result: one object."""
    text, _ = blocks("json")
    fault = Fault(path=("status",), rule="enum")
    real = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="", allowed=("a",), faults=(fault,)).as_json()
    assert set(json.loads(text)["error"]) == set(real["error"])


def test_a_call_that_goes_on_is_told_as_it_is() -> None:
    """Issue 9: the result says so, and how to read it."""
    _, text = blocks("json")
    pending = Pending(
        handle="c_5R0m...", tool="reports_create", state=CallState.WORKING, created=0.0, updated=0.0, expires=9.0,
        poll=5.0, said="running, 40 %",
    )  # fmt: skip
    assert json.loads(text) == told(pending).structured


def test_every_kind_of_failure_is_named() -> None:
    """design.md, A result: `kind` is one of these."""
    assert [kind for kind in FailureKind if f"`{kind.value}`" not in README] == []


def test_the_targets_exist() -> None:
    """Issue: `make demo` and `make test` stand in the README."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\$ make (\w+)$", README, re.MULTILINE))
    assert targets >= {"demo", "test"}
    assert {target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()


def test_the_strategy_that_is_shown_repairs_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 7: `[recovery]` adds strategies; its examples run in the tests."""
    (code,) = blocks("python")
    (tmp_path / "shop_recovery.py").write_text(code, encoding="utf-8")
    file = tmp_path / "shown.toml"
    file.write_text(the_file("[recovery]"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    policy = build_config({"config": str(file)}, {}, tmp_path).recovery
    strategies = all_strategies(policy)
    assert strategies[0].name == "near_name"
    assert {each.name for each in strategies} == {*OWN, "last_word"} - {"contained"}
    size = parameter("size", schema={"enum": ["small", "large"]})
    tools = toolset({"/a": {"get": {"operationId": "a", "parameters": [size]}}})
    assert repaired(tools, "a", {"size": "very large"}, strategies).arguments == {"size": "large"}


def test_the_table_of_strategies_has_each() -> None:
    """Issue 7, Tell: each strategy by name."""
    shown = re.findall(r"^\| (`[a-z_0-9`, ]+`) \|", README, re.MULTILINE)
    assert {name for cell in shown for name in re.findall(r"`([a-z_0-9]+)`", cell)} >= set(OWN)

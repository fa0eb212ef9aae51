"""The tables [tool.NAME] of a config file, read and checked."""

from pathlib import Path
from typing import Any

import pytest
from support.toml import Write

from openapi_mcp.config import Config, build_config
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import ArgumentEdit, Rate, ToolEdit, ToolLimits

WHOLE = """
[tool.orders_list]
name = "recent_orders"
title = "Recent orders"
description = "The last ones."

[tool.orders_list.arguments.page_size]
name = "size"
description = "How many."
default = 20

[tool.orders_list.arguments]
"filter[a]" = { fix = { a = [1, 2.5, true, "x"] } }

[tool."GET /users"]
hide = true
"""


def refused(folder: Path, environ: dict[str, str] | None = None) -> ConfigError:
    """Return the error that reading the config file of a folder ends with."""
    with pytest.raises(ConfigError) as caught:
        build_config({}, environ or {}, folder)
    assert caught.value.hint
    return caught.value


def test_every_key_of_a_table_is_read(toml: Write) -> None:
    """Issue, Enrichment: rename, describe, hide, fix and default; each knows where it stands."""
    folder = toml(WHOLE)
    at = f"{folder / 'openapi-mcp.toml'}: [tool.orders_list"
    size = ArgumentEdit(name="size", description="How many.", default=20, where=f"{at}.arguments.page_size]")
    fixed = ArgumentEdit(fix={"a": [1, 2.5, True, "x"]}, where=f"{at}.arguments.'filter[a]']")
    assert build_config({}, {}, folder).edits == {
        "orders_list": ToolEdit(
            name="recent_orders",
            title="Recent orders",
            description="The last ones.",
            arguments={"page_size": size, "filter[a]": fixed},
            where=f"{at}]",
        ),
        "GET /users": ToolEdit(hide=True, where=f"{folder / 'openapi-mcp.toml'}: [tool.'GET /users']"),
    }


def test_without_tables_nothing_is_edited() -> None:
    """The default."""
    assert Config().edits == {}


WRONG = [
    ("tool = 1", "tables are wanted", ": tool"),
    ("[tool]\nlist = 1", "a table is wanted", ": [tool.list]"),
    ("[tool.list]\nnam = 'a'", "unknown key 'nam'", ": [tool.list]"),
    ("[tool.list]\nzzz = 'a'", "unknown key 'zzz'", ": [tool.list]"),
    ("[tool.list]\nname = ''", "a non-empty text is wanted", ": [tool.list] name"),
    ("[tool.list]\nhide = 'perhaps'", "neither true nor false", ": [tool.list] hide"),
    ("[tool.list]\narguments = 1", "tables are wanted", ": [tool.list] arguments"),
    ("[tool.list.arguments]\nq = 1", "a table is wanted", ": [tool.list.arguments.q]"),
    ("[tool.list.arguments.q]\nfixed = 1", "unknown key 'fixed'", ": [tool.list.arguments.q]"),
    ("[tool.list.arguments.q]\nfix = 1\ndefault = 1", "default stands beside fix", ": [tool.list.arguments.q]"),
    ("[tool.list.arguments.q]\nhide = true\ndefault = 1", "default stands beside fix", ": [tool.list.arguments.q]"),
    ("[tool.list.arguments.q]\nfix = nan", "no infinity and no nan", ": [tool.list.arguments.q] fix"),
    ("[tool.list.arguments.q]\nfix = [2026-01-31]", "no dates and times", ": [tool.list.arguments.q] fix"),
]


@pytest.mark.parametrize(("text", "message", "where"), WRONG)
def test_what_is_wrong_in_a_table_is_said_with_its_place(toml: Write, text: str, message: str, where: str) -> None:
    """design.md, Errors: what, where, what to do."""
    folder = toml(text)
    error = refused(folder)
    assert message in error.message
    assert error.where == f"{folder / 'openapi-mcp.toml'}{where}"


def test_an_unknown_key_is_answered_with_the_nearest_one(toml: Write) -> None:
    """Issue 6, Enrichment."""
    assert refused(toml("[tool.list]\ndescripton = 'a'")).hint == "did you mean 'description'?"
    assert "name, description, default, fix, hide" in str(refused(toml("[tool.a.arguments.b]\nzzz = 1")).hint)


def test_an_environment_variable_cannot_hold_tables(toml: Write) -> None:
    """Issue 6, Enrichment: there is no flag or variable for it; one that is set is not passed over in silence."""
    error = refused(toml(""), {"OPENAPI_MCP_TOOL": "a"})
    assert (error.where, error.hint) == ("OPENAPI_MCP_TOOL", "write [tool.NAME] in the config file")


SEVERAL = "[api.shop]\nspec = 'a.yaml'\n[api.billing]\nspec = 'b.yaml'\n"


def test_each_of_several_apis_has_its_own_tables(toml: Write) -> None:
    """Issue 6, Enrichment: [api.shop.tool.NAME]."""
    folder = toml(f"{SEVERAL}[api.shop.tool.orders_list.arguments.q]\nfix = 1\n")
    shop, billing = build_config({}, {}, folder).apis
    file = folder / "openapi-mcp.toml"
    edit: Any = shop.edits["orders_list"]
    assert edit.where == f"[api.shop.tool.orders_list] in {file}"
    assert edit.arguments["q"].where == f"[api.shop.tool.orders_list.arguments.q] in {file}"
    assert billing.edits == {}


def test_of_several_apis_a_table_says_for_which_it_is(toml: Write) -> None:
    """Our choice: a tenant fixed in one of them is no word about another one's tool."""
    error = refused(toml(f"[tool.orders_list]\nhide = true\n{SEVERAL}"))
    assert error.message == "it does not say which of the APIs it is for"
    assert str(error.hint).startswith("write [api.shop] tool in ")


LIMITS = """
[tool.list]
enabled = false
timeout = 2
retries = 0
rate_limit = "10/minute, 100/hour"
cache_ttl = 1.5
confirm = true
"""
WRONG_LIMITS = [
    ("timeout = 0", "a number of at least 0.001 (seconds) is wanted, not '0'", "timeout"),
    ("retries = 11", "0 to 10 retries are wanted, not '11'", "retries"),
    ("rate_limit = 10", "10 is no rate: it says no time", "rate_limit"),
    ("cache_ttl = -1", "a number of at least 0 (seconds) is wanted, not '-1'", "cache_ttl"),
    ("confirm = 'maybe'", "'maybe' is neither true nor false", "confirm"),
    ("enabled = 2", "'2' is neither true nor false", "enabled"),
]


def test_a_table_holds_the_settings_of_a_tools_calls(toml: Write) -> None:
    """Issue 8, Switches: enabled, timeout, cache lifetime, retries, confirmation, rate."""
    edit = build_config({}, {}, toml(LIMITS)).edits["list"]
    rates = (Rate(amount=10, seconds=60), Rate(amount=100, seconds=3600))
    assert edit.limits == ToolLimits(timeout=2.0, retries=0, rate_limit=rates, cache_ttl=1.5, confirm=True)
    assert edit.limits.as_json() == {
        "timeout": 2.0,
        "retries": 0,
        "cache_ttl": 1.5,
        "confirm": True,
        "rate_limit": "10/minute, 100/hour",
    }
    assert edit.left_out == f"switched off in {edit.where}"
    plain = build_config({}, {}, toml("[tool.list]\ntitle = 'a'")).edits["list"]
    assert (plain.limits, plain.limits.as_json(), plain.left_out) == (ToolLimits(), {}, "")


@pytest.mark.parametrize(("line", "message", "key"), WRONG_LIMITS)
def test_a_setting_of_a_tool_is_checked_as_the_option_of_its_name(
    toml: Write, line: str, message: str, key: str
) -> None:
    """Issue 8, Switches: the same readers, the same errors."""
    folder = toml(f"[tool.list]\n{line}\n")
    error = refused(folder)
    assert error.message == message
    assert error.where == f"{folder / 'openapi-mcp.toml'}: [tool.list] {key}"


def test_each_of_several_apis_has_settings_for_its_own_tools(toml: Write) -> None:
    """Issue 8, Switches: [api.shop.tool.NAME]."""
    folder = toml(f"{SEVERAL}[api.shop.tool.list]\nenabled = false\n")
    shop, billing = build_config({}, {}, folder).apis
    assert shop.edits["list"].left_out == f"switched off in [api.shop.tool.list] in {folder / 'openapi-mcp.toml'}"
    assert billing.edits == {}

"""Tables of a config file, as they are written there: `[tool.NAME]` and `[recovery]`."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import RECOVERY, ArgumentEdit, Recovering, ToolEdit, ToolLimits
from openapi_mcp.values import (
    read_flag,
    read_json_value,
    read_number,
    read_one_of,
    read_rates,
    read_retries,
    read_text,
    read_texts,
)


def read_tool_edits(value: Any, where: str) -> dict[str, ToolEdit]:
    """Return what the tables `[tool.NAME]` and `[tool.NAME.arguments.ARGUMENT]` of a config file change, by NAME."""
    if not isinstance(value, Mapping):
        raise ConfigError("tables are wanted", where=where, hint="write [tool.NAME] in the config file")
    return {name: _tool_edit(table, _place_in_file(where, name)) for name, table in value.items()}


def _tool_edit(table: Any, where: str) -> ToolEdit:
    known = _fields(table, _OF_TOOL, where)
    arguments = known.pop("arguments", {})
    read = {name: _OF_TOOL[name](value, f"{where} {name}") for name, value in known.items()}
    if not isinstance(arguments, Mapping):
        raise ConfigError("tables are wanted", where=f"{where} arguments", hint="write [tool.NAME.arguments.ARGUMENT]")
    inner = {name: _argument_edit(one, _place_in_file(where, "arguments", name)) for name, one in arguments.items()}
    limits = ToolLimits(**{name: read.pop(name) for name in _LIMITS if name in read})
    return ToolEdit(**read, limits=limits, arguments=inner, where=where)


def _argument_edit(table: Any, where: str) -> ArgumentEdit:
    known = _fields(table, _OF_ARGUMENT, where)
    edit = ArgumentEdit(
        **{name: _OF_ARGUMENT[name](value, f"{where} {name}") for name, value in known.items()}, where=where
    )
    if edit.withholds and edit.default is not None:
        hint = "a default is for an argument that callers may give; fix is always sent"
        raise ConfigError("default stands beside fix or hide", where=where, hint=hint)
    return edit


def _fields(table: Any, known: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the fields of a table, all of them known."""
    if not isinstance(table, Mapping):
        raise ConfigError("a table is wanted", where=where, hint=f"with some of {', '.join(known)}")
    for name in table:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"keys are {', '.join(known)}"
            raise ConfigError(f"unknown key {name[:60]!r}", where=where, hint=hint)
    return dict(table)


def _place_in_file(where: str, *names: str) -> str:
    """Return where a table stands, as it is written there.

    ("a.toml: tool", "list") -> "a.toml: [tool.list]"; ("[api.shop] tool in a.toml", "list") ->
    "[api.shop.tool.list] in a.toml"; ("a.toml: [tool.list]", "arguments", "q") -> "a.toml: [tool.list.arguments.q]"
    """
    path = ".".join(name if _BARE.fullmatch(name) else f"'{name}'" for name in names)
    of_api, mark, file = where.partition("] tool in ")
    if mark:
        return f"{of_api}.tool.{path}] in {file}"
    inner, mark, file = where.partition("] in ")
    if mark:
        return f"{inner}.{path}] in {file}"
    return f"{where[:-1]}.{path}]" if where.endswith("]") else f"{where.removesuffix('tool')}[tool.{path}]"


def read_recovery(value: Any, where: str) -> Recovering:
    """Return how failed calls are repaired: a level, names of strategies, or a table `[recovery]` with both.

    "full,-name_to_id" is all but that one; "json_text,enum_form" is those alone; "safe" is a level (model/policy.py).
    """
    if isinstance(value, Mapping):
        return _recovery_table(value, where)
    words = [word.strip() for word in read_text(value, where).split(",") if word.strip()]
    level = words.pop(0).lower() if words and words[0].lower() in RECOVERY else "full"
    off = tuple(word[1:] for word in words if word.startswith("-"))
    only = tuple(word for word in words if not word.startswith("-"))
    _require_words((*off, *only), where)
    return Recovering(level=level, only=only, off=off, said_at=dict.fromkeys(_OF_RECOVERY, where))


def _recovery_table(table: Mapping[str, Any], where: str) -> Recovering:
    given = _fields(table, _OF_RECOVERY, where)
    said_at = {key: _key_in_table(where, key) for key in _OF_RECOVERY}
    read = {key: _OF_RECOVERY[key](each, said_at[key]) for key, each in given.items()}
    for key in ("only", "off", "order"):
        _require_words(read.get(key, ()), said_at[key])
    return Recovering(**read, said_at=said_at)


def _key_in_table(where: str, key: str) -> str:
    """Return where a key of `[recovery]` stands: "a.toml: recovery" -> "a.toml: [recovery] off"."""
    of_api, mark, file = where.partition("] recovery in ")
    return f"{of_api}.recovery] {key} in {file}" if mark else f"{where.removesuffix('recovery')}[recovery] {key}"


def _require_words(names: Iterable[str], where: str) -> None:
    for name in names:
        if not _WORD.fullmatch(name):
            hint = f"write {', '.join(RECOVERY)}, or names of strategies, with a minus before those that are off"
            raise ConfigError(f"{name[:40]!r} is no name of a strategy", where=where, hint=hint)


_BARE = re.compile("[A-Za-z0-9_-]+")
_WORD = re.compile("[A-Za-z][A-Za-z0-9_]{0,60}")
_OF_RECOVERY: Mapping[str, Callable[[Any, str], Any]] = {
    "level": read_one_of(RECOVERY),
    "add": read_texts,
    "only": read_texts,
    "off": read_texts,
    "order": read_texts,
}
_OF_TOOL: Mapping[str, Callable[[Any, str], Any]] = {
    "name": read_text,
    "title": read_text,
    "description": read_text,
    "hide": read_flag,
    "enabled": read_flag,
    "timeout": read_number(0.001, "seconds", whole=False),
    "retries": read_retries,
    "rate_limit": read_rates,
    "cache_ttl": read_number(0, "seconds", whole=False),
    "confirm": read_flag,
    "arguments": read_json_value,
}
_LIMITS = ("timeout", "retries", "rate_limit", "cache_ttl", "confirm")
_OF_ARGUMENT: Mapping[str, Callable[[Any, str], Any]] = {
    "name": read_text,
    "description": read_text,
    "default": read_json_value,
    "fix": read_json_value,
    "hide": read_flag,
}

"""The servers in the text of a client's file: read, put in, taken out. All else in it stays as it is.

Each change is read back: it is refused where anything but the one entry would say something else than before.
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.clients import splice, toml
from openapi_mcp.clients.fault import TextFaultError
from openapi_mcp.clients.jsonc import scan
from openapi_mcp.clients.known import Form, KnownClient
from openapi_mcp.clients.launch import Target, beside, entry, read_entry, references

_ASKED = ("inputs",)
_OUR_ASKED = "openapi-mcp-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Where in a client's files its servers are: the keys that lead there."""

    client: KnownClient
    keys: tuple[str, ...]


def entries(text: str, table: Table) -> Mapping[str, Any]:
    """Return the servers in a text by name, as they stand there; empty where there are none.

    Raises:
        TextFaultError: the text cannot be read, or no table stands where they are.
    """
    if table.client.form is Form.TOML:
        return toml.table_at(text, table.keys)
    found = splice.value_at(text, table.keys, comments=_has_comments(table))
    if found is None:
        return {}
    if not isinstance(found, dict):
        _refuse(text, table)
    return dict(found)


def put_entry(text: str, table: Table, target: Target) -> str:
    """Return the text with a server in it. What a person added to its entry stays; one that says the same is left.

    Raises:
        TextFaultError: as `entries` does.
        ConfigError: the client has no form for this server.
    """
    there = entries(text, table).get(target.name)
    wanted = entry(table.client, target)
    if there is not None and read_entry(table.client, target.name, there) == target:
        return _with_asked(text, table, target)
    kept = beside(there) if isinstance(there, Mapping) else {}
    changed = _put(text, table, target.name, {**wanted, **kept})
    _verify(text, changed, table, target.name)
    return _with_asked(changed, table, target)


def take_entry(text: str, table: Table, name: str) -> str:
    """Return the text without a server; as it is where there is none of that name.

    Raises:
        TextFaultError: as `entries` does.
    """
    if name not in entries(text, table):
        return text
    changed = _take(text, table, name)
    _verify(text, changed, table, name)
    return _without_asked(changed, table)


def _put(text: str, table: Table, name: str, value: Mapping[str, Any]) -> str:
    if table.client.form is Form.TOML:
        return toml.put(text, table.keys, name, value)
    return splice.put(text, (*table.keys, name), value, comments=_has_comments(table))


def _take(text: str, table: Table, name: str) -> str:
    if table.client.form is Form.TOML:
        return toml.take(text, table.keys, name)
    return splice.take(text, (*table.keys, name), comments=_has_comments(table))


def _has_comments(table: Table) -> bool:
    return table.client.form is Form.JSONC


def _refuse(text: str, table: Table) -> None:
    """Say where the table stands that is none."""
    splice.put(text, (*table.keys, "?"), None, comments=_has_comments(table))


def _verify(before: str, after: str, table: Table, name: str) -> None:
    """Refuse a change that changed something else.

    Raises:
        TextFaultError: it did.
    """
    was, now = (_without_entry(whole(text, table), table.keys, name) for text in (before, after))
    if not splice.same(was, now):
        raise TextFaultError("this file is written in a way that no entry can be changed in without changing others")


def whole(text: str, table: Table) -> Any:
    """Return all that a file says, as JSON has it.

    Raises:
        TextFaultError: the text cannot be read.
    """
    if table.client.form is Form.TOML:
        return json.loads(json.dumps(toml.whole(text), default=str))
    root = scan(text, comments=_has_comments(table))
    return {} if root is None else root.value


def _without_entry(whole: Any, keys: Sequence[str], name: str) -> Any:
    """Return all that a file says but one entry; a table that is missing, null or empty is none."""
    whole = copy.deepcopy(whole)
    path = [whole]
    for key in keys:
        path.append(path[-1].get(key) if isinstance(path[-1], dict) else None)
    if isinstance(path[-1], dict):
        path[-1].pop(name, None)
    for holder, key in zip(reversed(path[:-1]), reversed(keys), strict=True):
        if isinstance(holder, dict) and not holder.get(key):
            holder.pop(key, None)
    return whole


def _with_asked(text: str, table: Table, target: Target) -> str:
    """Return the text with what the client asks a person for, in the list that says so."""
    if not table.client.asks:
        return text
    asked = splice.value_at(text, _ASKED, comments=True)
    known = {item.get("id") for item in asked if isinstance(item, dict)} if isinstance(asked, list) else set()
    for reference in references(target):
        wanted = _asked_for(reference.variable)
        if wanted["id"] not in known:
            text = splice.add_item(text, _ASKED, wanted, comments=True)
            known.add(wanted["id"])
    return text


def _without_asked(text: str, table: Table) -> str:
    """Return the text without what we had asked for and no server refers to any more."""
    if not table.client.asks:
        return text
    used = json.dumps(entries(text, table))
    for wanted in _ours_asked(splice.value_at(text, _ASKED, comments=True)):
        if f"${{input:{wanted['id']}}}" not in used:
            text = splice.drop_item(text, _ASKED, wanted, comments=True)
    return text


def _ours_asked(asked: Any) -> Iterator[dict[str, Any]]:
    for item in asked if isinstance(asked, list) else ():
        if isinstance(item, dict) and str(item.get("id", "")).startswith(_OUR_ASKED):
            yield item


def is_our_asked(item: Any) -> bool:
    """True for what we had a client ask a person for."""
    variable = str(item.get("id", "")).removeprefix(_OUR_ASKED) if isinstance(item, dict) else ""
    return bool(variable) and bool(item == _asked_for(variable))


def _asked_for(variable: str) -> dict[str, Any]:
    return {
        "type": "promptString",
        "id": f"{_OUR_ASKED}{variable}",
        "description": f"{variable}, for openapi-mcp",
        "password": True,
    }

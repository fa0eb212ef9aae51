"""What a person sees of a change in a client's file: the lines that differ, without anybody's secrets."""

import difflib
from dataclasses import replace
from typing import Any

from openapi_mcp.clients.edit import Table, entries, put_entry
from openapi_mcp.clients.launch import Launch, Target, entry, read_entry
from openapi_mcp.clients.view import masked_values, view
from openapi_mcp.model.text import visible

_AROUND = 2  # lines
_ONLY_MASKED = "  (what differs is masked here, or laid out otherwise)"


def difference(before: str, after: str, table: Table, name: str, file: str) -> str:
    """Return what changes of one entry as a unified diff, empty where nothing does.

    Its own secrets are masked on both sides, and of all else in the file only names are shown (view.py).
    """
    if before == after:
        return ""
    own = read_entry(table.client, name, entries(after, table).get(name))
    was, now = (list(map(visible, view(text, table, name, own))) for text in (before, after))
    shown = visible(file)
    found = list(difflib.unified_diff(was, now, shown, shown, n=_AROUND, lineterm=""))
    return "\n".join(found or (f"--- {shown}", f"+++ {shown}", _ONLY_MASKED))


def entry_alone(table: Table, target: Target) -> str:
    """Return a client's file with one entry alone, its secrets masked.

    Raises:
        ConfigError: the client has no form for this server.
    """
    return put_entry("", table, _masked(target)).rstrip("\n")


def masked_entry(table: Table, target: Target) -> dict[str, Any]:
    """Return an entry with its secrets masked.

    Raises:
        ConfigError: the client has no form for this server.
    """
    return entry(table.client, _masked(target))


def _masked(target: Target) -> Target:
    if isinstance(target, Launch):
        return replace(target, env=masked_values(target.env))
    return replace(target, headers=masked_values(target.headers))

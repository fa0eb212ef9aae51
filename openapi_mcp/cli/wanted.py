"""Which records a command is about: the filters of `history` and `stats`, and where the records are."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from openapi_mcp.cli.option import Option, Options
from openapi_mcp.cli.options import DOCUMENT, OUTPUT, WHERE_RECORDED
from openapi_mcp.cli.since import read_time
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.call import FailureKind
from openapi_mcp.records.query import Filter

_FILTERS = "Which calls"
_MOST = 10**9  # no store has as many records, and every database knows the number
_STATUS = re.compile(r"[1-5](?:[0-9]{2}|xx)", re.ASCII | re.IGNORECASE)
_KINDS = ("ok", "error", *(kind.value for kind in FailureKind))


def _filter(*names: str, metavar: str, help_text: str) -> Option:
    return Option(kind=str | None, names=names, help_text=help_text, panel=_FILTERS, metavar=metavar)


FILTERS: Options = {
    "tool": _filter(
        "--tool", metavar="NAME", help_text="Calls of this tool; * stands for any characters: 'orders_*'."
    ),
    "api": _filter(
        "--api", metavar="NAME", help_text="Calls of this API: its name among several, else its document's title."
    ),
    "caller": _filter(
        "--caller", metavar="ID", help_text="Calls by this caller; '' is the one whom no server tells apart."
    ),
    "status": _filter("--status", metavar="STATUS", help_text="Calls that the API answered so: 404, or 4xx."),
    "kind": _filter(
        "--kind", metavar="KIND",
        help_text="How they ended: ok, error (all that failed), or one kind, such as rate_limited or timeout.",
    ),
    "run": _filter(
        "--run", metavar="ID", help_text="Calls of this run of `openapi-mcp ask`, which names it at its end."
    ),
    "since": _filter(
        "--since", metavar="TIME",
        help_text="Calls from then on: 30m, 2h, 7d, 2026-11-01, 2026-11-01T09:30 (local, unless it says Z or +01:00).",
    ),
    "until": _filter("--until", metavar="TIME", help_text="Calls before then, written in the same ways."),
}  # fmt: skip
"""Which records; `take_filter` takes them."""
STORE: Options = {**WHERE_RECORDED, "config": DOCUMENT["config"], **OUTPUT}
"""What every command takes that only reads the records."""


def take_filter(flags: Mapping[str, Any], now: float) -> tuple[Filter, dict[str, Any]]:
    """Return what FILTERS say, and the flags that are left.

    Raises:
        ConfigError: a status, a kind or a time that is none.
    """
    rest = {name: value for name, value in flags.items() if name not in FILTERS}
    given = {name: flags[name] for name in FILTERS if flags.get(name) is not None}
    since, until = (_time(given.pop(name, None), now, f"--{name}") for name in ("since", "until"))
    if since is not None and until is not None and since >= until:
        raise ConfigError("no time is between them", where="--since and --until", hint="let --since be the earlier")
    if "status" in given:
        given["status"] = _status(given["status"])
    if "kind" in given:
        given["kind"] = _kind(given["kind"])
    return Filter(**given, since=since, until=until), rest


def require_count(limit: int) -> None:
    """Raise a ConfigError for what is no limit."""
    if not 0 <= limit <= _MOST:
        raise ConfigError(f"{limit} is no number", where="--limit", hint="give 1 or more, or 0 for all")


def _time(text: str | None, now: float, where: str) -> float | None:
    return None if text is None else read_time(text, now, where)


def _status(text: str) -> str:
    if _STATUS.fullmatch(text.strip()):
        return text.strip().lower()
    hint = "write 404, or 4xx for all of its class; --kind tells calls that got no answer"
    raise ConfigError(f"{text[:40]!r} is no status", where="--status", hint=hint)


def _kind(text: str) -> str:
    word = text.strip().lower()
    if word in _KINDS:
        return word
    near = get_close_matches(word, _KINDS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(_KINDS)}"
    raise ConfigError(f"{text[:40]!r} is no kind of outcome", where="--kind", hint=hint)

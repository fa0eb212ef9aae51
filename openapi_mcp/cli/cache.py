"""`openapi-mcp cache`: the answers that are kept to be used again, and clearing them."""

import math
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import anyio
import typer

from openapi_mcp.caching import cache_file
from openapi_mcp.cli.options import DOCUMENT, OUTPUT, WHERE_CACHED, takes
from openapi_mcp.cli.output import show, show_json, show_text
from openapi_mcp.cli.serve_options import SCALE
from openapi_mcp.cli.start import start
from openapi_mcp.cli.told import plain
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.executor.cache_file import AnswerFile, CacheFileError
from openapi_mcp.executor.cache_rules import present_age
from openapi_mcp.executor.cache_stored import Shown
from openapi_mcp.executor.cache_writes import origin_text
from openapi_mcp.model.url import origin
from openapi_mcp.progress import Notice
from openapi_mcp.values import read_keep

if TYPE_CHECKING:
    from openapi_mcp.executor.cache_redis import AnswersInRedis

HELP = """Show the answers of reads that are kept to be used again, or clear them.

Examples:

\b
  openapi-mcp cache
      what is kept: API, URL, status, size, age, how long it stays fresh, whose it is

\b
  openapi-mcp cache --api https://api.example.com --json

\b
  openapi-mcp cache clear
      all of it goes; a server that runs asks the API again

\b
  openapi-mcp cache clear --api https://api.example.com --older 1h

\b
  openapi-mcp cache --redis env:REDIS_URL --shared-key env:SHARED_KEY
      what the replicas of a server keep together
"""
PATIENCE = 5.0  # seconds that clearing waits for another process
_CLEAR = "clear"
_LONGEST_URL = 100
_LONGEST_NAME = 40
_MOST = 500  # lines of a table; --json has them all
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_CONFIG = {"config": DOCUMENT["config"]}
_SHARED = {name: SCALE[name] for name in ("redis", "shared_key")}
_IN_REDIS = "Redis"
Value = TypeVar("Value")


@takes(_CONFIG, WHERE_CACHED, _SHARED, OUTPUT)
def cache(
    *,
    action: Annotated[str | None, typer.Argument(help="Drop what is kept.", metavar="[clear]")] = None,
    api: Annotated[str | None, typer.Option("--api", metavar="ORIGIN", help="Only answers of this API.")] = None,
    older: Annotated[
        str | None, typer.Option("--older", metavar="AGE", help="Only what has been kept for longer: 30m, 1h, 7d.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help='One JSON document on stdout: {"answers": [...]}.')] = False,
    flags: Mapping[str, Any],
) -> int:
    """Show or clear the kept answers."""
    if action not in (None, _CLEAR):
        raise ConfigError(f"{action[:40]!r} is nothing to do with it", where="cache", hint="say clear, or nothing")
    config, notice = start(flags)
    now = time.time()
    where, before = _origin(api), now - _seconds(older) if older is not None else None
    if action == _CLEAR:
        _clear(config, notice, where, before, as_json=as_json)
    else:
        _list(config, notice, where, before, now, as_json=as_json)
    return ExitCode.OK


def _origin(api: str | None) -> str | None:
    """Return the origin of a URL, or of a host alone, which stands for https."""
    if api is None:
        return None
    found = origin(api if "://" in api else f"https://{api}")
    if found is None:
        raise ConfigError(f"{api[:80]!r} is no origin", where="--api", hint="write https://api.example.com")
    return origin_text(found)


def _seconds(older: str) -> float:
    seconds = None if "," in older else read_keep(older, "--older").seconds
    if seconds is None or older.strip().upper().endswith("B"):
        raise ConfigError(f"{older[:40]!r} is no age", where="--older", hint="write 30m, 1h or 7d")
    return seconds


def _clear(config: Config, notice: Notice, where: str | None, before: float | None, *, as_json: bool) -> None:
    if config.redis is not None:
        cleared = anyio.run(_in_redis, config, notice, lambda answers: answers.clear(where, before))
    else:
        cleared = _cleared(config, notice, where, before)
    if as_json:
        show_json({"cleared": cleared})
    else:
        show_text(f"{cleared:,} answers cleared")


def _cleared(config: Config, notice: Notice, where: str | None, before: float | None) -> int:
    file = AnswerFile(cache_file(config.cache_dir, os.environ), patience=PATIENCE)
    try:
        with file:
            return file.clear(where, before)
    except CacheFileError as error:
        if error.passes or not file.is_there():
            raise _unusable(file, error) from None
        notice(f"the file was of no use ({error}), and is deleted as a whole")
        return _deleted(file)


async def _in_redis(
    config: Config, notice: Notice, work: "Callable[[AnswersInRedis], Awaitable[Value | None]]"
) -> Value:
    """Return what comes of work on the answers that replicas keep.

    Raises:
        ConfigError: as `open_link` does; Redis does not answer.
    """
    from openapi_mcp.executor.cache_redis import AnswersInRedis
    from openapi_mcp.sharing import open_link

    async with open_link(config, notice, os.environ) as link:
        found = await work(AnswersInRedis(link)) if link is not None else None
    if found is None:
        hint = "see that it runs, and that the URL is right"
        raise ConfigError("the answers in Redis cannot be seen to", where="--redis", hint=hint)
    return found


def _deleted(file: AnswerFile) -> int:
    try:
        file.remove()
    except OSError as error:
        raise _unusable(file, error) from None
    return 0


def _unusable(file: AnswerFile, error: Exception) -> ConfigError:
    hint = "try again, or delete it yourself; --cache-dir names another folder"
    return ConfigError(f"the kept answers cannot be used: {error}", where=str(file.path), hint=hint)


def _list(
    config: Config, notice: Notice, where: str | None, before: float | None, now: float, *, as_json: bool
) -> None:
    place, found = _found(config, notice)
    chosen = [each for each in found if where in (None, each.origin) and (before is None or each.answered < before)]
    total = {"answers": len(chosen), "bytes": sum(each.size for each in chosen)}
    if as_json:
        show_json({"file": place, "total": total, "answers": [_as_json(each, now) for each in chosen]})
        return
    if chosen:
        _show_table(chosen, now)
    show_text(f"{total['answers']:,} answers, {total['bytes']:,} bytes, in {place or _IN_REDIS}")


def _found(config: Config, notice: Notice) -> tuple[str | None, list[Shown]]:
    """Return the file of the kept answers, None where they are in Redis, and what is kept."""
    if config.redis is not None:
        return None, anyio.run(_in_redis, config, notice, lambda answers: answers.listed())
    try:
        with AnswerFile(cache_file(config.cache_dir, os.environ)) as file:
            return str(file.path), file.listed()
    except CacheFileError as error:
        raise _unusable(file, error) from None


def _as_json(each: Shown, now: float) -> dict[str, Any]:
    age = present_age(each.age, each.answered, now)
    return {
        "api": each.origin,
        "method": each.method,
        "url": each.url,
        "status": each.status,
        "bytes": each.size,
        "age": round(age) if math.isfinite(age) else None,
        "fresh_for": round(max(0.0, each.lifetime - age)),
        "caller": each.caller or None,
    }


def _show_table(chosen: Sequence[Shown], now: float) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in ("API", "request"):
        table.add_column(name, overflow="fold")
    for name in ("status", "bytes", "age", "fresh for"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("caller")
    for each in chosen[:_MOST]:
        said = _as_json(each, now)
        request = f"{each.method} {each.url.removeprefix(each.origin)}"
        cells = (
            plain(each.origin, _LONGEST_URL), plain(request, _LONGEST_URL), str(each.status), f"{each.size:,}",
            "?" if said["age"] is None else _time(said["age"]), _time(said["fresh_for"]),
            plain(each.caller or "-", _LONGEST_NAME),
        )  # fmt: skip
        table.add_row(*map(Text, cells))
    show(table)
    if len(chosen) > _MOST:
        show_text(f"and {len(chosen) - _MOST:,} more; --json shows them")


def _time(seconds: int) -> str:
    """Return a time in its two largest units: 3700 -> "1h 1m"; 0 -> "-"."""
    parts: list[str] = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "-"

"""`openapi-mcp history`: the calls that were made, as a table, as they come, or one in full."""

import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any

import typer

from openapi_mcp.cli.follow import followed, waited_for
from openapi_mcp.cli.lines import Lines, lines_of
from openapi_mcp.cli.one import show_call
from openapi_mcp.cli.options import takes
from openapi_mcp.cli.output import Notice, show, show_json, show_json_items, show_json_line, stdout_width
from openapi_mcp.cli.recorded import find_call, found_by, records_of, said_of_none
from openapi_mcp.cli.start import start
from openapi_mcp.cli.wanted import FILTERS, STORE, require_count, take_filter
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.record import Record
from openapi_mcp.records.query import Filter
from openapi_mcp.records.steps import Kin, kin_of
from openapi_mcp.records.store import Store

HELP = """Show the calls that were made, the newest first: by models, by `openapi-mcp call`, and from the dashboard.

`history ID` shows one in full, `history replay ID` makes it again, `history export` writes them to a file.

Examples:

\b
  openapi-mcp history --since 2h --kind error
      what failed in the last two hours: time, id, tool, outcome, duration

\b
  openapi-mcp history 7f3a
      the call whose id begins so: arguments, request as a curl line, repairs, answer; of a workflow's call its steps

\b
  openapi-mcp history --tool 'orders_*' --follow
      the last 20 calls of these tools, the newest last, and each new one as it is recorded; Ctrl-C ends it

\b
  openapi-mcp history --run p3w8k1zt
      what a run of `openapi-mcp ask` has called

\b
  openapi-mcp history replay 7f3a --spec openapi.json
      the same call again: a read at once, a write after a confirmation

\b
  openapi-mcp history export --since 30d --format csv -o calls.csv
"""
_LIMIT = 20


@takes(FILTERS, STORE)
def history(
    *,
    call_id: Annotated[
        str | None, typer.Argument(help="Show this call in full; a beginning of its id is enough.", metavar="ID")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help="The last N calls; 0 is all.")] = _LIMIT,
    follow: Annotated[
        bool,
        typer.Option("--follow", "-f", help="Go on with new calls as they are recorded. With --json, one a line."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help='One JSON document on stdout: {"calls": [...]}.')] = False,
    flags: Mapping[str, Any],
) -> int:
    """Show records."""
    now = time.time()
    wanted, flags = take_filter(flags, now)
    require_count(limit)
    config, notice = start(flags)
    if call_id is not None:
        _refuse_more(wanted, follow=follow)
        _show_one(config, notice, call_id, as_json=as_json)
    elif follow:
        _refuse_end(wanted, now)
        _follow(config, notice, wanted, limit, as_json=as_json)
    else:
        _show_many(config, notice, wanted, limit, as_json=as_json)
    return ExitCode.OK


def _refuse_more(wanted: Filter, *, follow: bool) -> None:
    if follow or wanted != Filter():
        said = "an ID names one call, so there is nothing to filter or to follow"
        raise ConfigError(said, where="ID", hint="leave out the ID, or the other options")


def _refuse_end(wanted: Filter, now: float) -> None:
    if wanted.until is not None and wanted.until <= now:
        said = "no call that is still to come began before that, so there is nothing to follow"
        raise ConfigError(said, where="--until", hint="leave out --until, or --follow")


def _show_one(config: Config, notice: Notice, call_id: str, *, as_json: bool) -> None:
    with records_of(config, notice) as store:
        record = find_call(store, call_id)
        kin = kin_of(store, record) if store is not None else Kin()
    if as_json:
        show_json({**record.as_json(whole=True), **kin.as_json()})
    else:
        show_call(record, time.time(), kin)


def _show_many(config: Config, notice: Notice, wanted: Filter, limit: int, *, as_json: bool) -> None:
    with records_of(config, notice) as store:
        pages = found_by(store, wanted, limit) if store is not None else iter(())
        if as_json:
            show_json_items("calls", (each.as_json() for page in pages for each in page))
        elif store is not None and not _show_pages(store, pages):
            notice(said_of_none(store, wanted))


def _show_pages(store: Store, pages: Iterable[list[Record]]) -> int:
    """Show pages of records as one table; return how many records there were."""
    count, lines = 0, None
    for page in pages:
        if lines is None:
            lines = lines_of(store, page, time.time(), stdout_width())
            show(lines.heading(), cut=True)
        _show_lines(lines, page)
        count += len(page)
    return count


def _show_lines(lines: Lines, page: Iterable[Record]) -> None:
    now = time.time()
    show(lines.join(lines.line(record, now) for record in page), cut=True)


def _follow(config: Config, notice: Notice, wanted: Filter, limit: int, *, as_json: bool) -> None:
    with waited_for(partial(records_of, config), notice) as store:
        pages = followed(store, wanted, limit)
        if as_json:
            for record in _each(pages):
                show_json_line(record.as_json())
        else:
            _show_pages(store, pages)


def _each(pages: Iterable[list[Record]]) -> Iterator[Record]:
    for page in pages:
        yield from page

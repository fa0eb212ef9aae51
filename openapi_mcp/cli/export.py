"""`openapi-mcp history export`: records as CSV or as JSON lines, on stdout or in a file."""

import csv
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from openapi_mcp.cli.options import takes
from openapi_mcp.cli.output import Notice, show_text, stdout_is_terminal, written_json
from openapi_mcp.cli.recorded import in_order, records_of, said_of_none
from openapi_mcp.cli.start import start
from openapi_mcp.cli.units import many
from openapi_mcp.cli.wanted import FILTERS, STORE, require_count, take_filter
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.record import Record
from openapi_mcp.model.text import visible, without_controls
from openapi_mcp.records.query import Filter
from openapi_mcp.references import at_home

HELP = """Write the calls that were made as CSV or as JSON lines, the oldest first: all that are recorded, or some.

Both have all that is recorded of a call, the answer too. CSV has a line of headings; arguments, repairs and lookups are
JSON in one cell. A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a line break) gets
an apostrophe in front. JSON lines have every text as it is. A file is for its owner alone (mode 0600).

Examples:

\b
  openapi-mcp history export --format csv -o calls.csv
      every call that is recorded

\b
  openapi-mcp history export --format jsonl --since 7d --kind error | jq -r .message
      JSON lines on stdout

\b
  openapi-mcp history export --format csv --tool 'orders_*' --limit 1000 -o orders.csv --force
      the last thousand calls of these tools; a file that is there is replaced
"""
_CSV, _JSONL = "csv", "jsonl"
_FORMATS = (_CSV, _JSONL)
_FORMULA = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")  # the last four: of full width, which Excel takes, too
_COLUMNS = tuple(Record(id="", time=0, api="", tool="").as_json(whole=True))

Write = Callable[[str], object]


@takes(FILTERS, STORE)
def export(
    *,
    form: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="csv or jsonl.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write this file. Default: stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help="The last N calls. Default: 0, all.")] = 0,
    flags: Mapping[str, Any],
) -> int:
    """Export records."""
    wanted, flags = take_filter(flags, time.time())
    require_count(limit)
    form = _format(form, output)
    config, notice = start(flags)
    if output is None:
        _export(config, notice, wanted, limit, form, _to_stdout)
        return ExitCode.OK
    path = at_home(output)
    with _new_file(path, force=force) as write:
        count = _export(config, notice, wanted, limit, form, write)
    notice(f"{many(count, 'call')} in {path}")
    return ExitCode.OK


def _format(form: str | None, output: str | None) -> str:
    """Return the format that is said, or that the file's name says."""
    if form is None and output is not None:
        form = Path(output).suffix.removeprefix(".")
    if form is None or form.lower() not in _FORMATS:
        said = "no format is given" if form is None else f"{form[:40]!r} is no format"
        raise ConfigError(said, where="--format", hint=f"choose from {', '.join(_FORMATS)}")
    return form.lower()


def _export(config: Config, notice: Notice, wanted: Filter, limit: int, form: str, write: Write) -> int:
    """Write records, a page at a time; return how many."""
    count, text_of = 0, _csv if form == _CSV else _json_lines
    if form == _CSV:
        write(_rows([_COLUMNS]))
    with records_of(config, notice) as store:
        for page in in_order(store, wanted, limit, whole=True) if store is not None else ():
            write(text_of(page))
            count += len(page)
        if store is not None and not count:
            notice(said_of_none(store, wanted))
    return count


def _json_lines(page: Iterable[Record]) -> str:
    return "".join(f"{written_json(record.as_json(whole=True))}\n" for record in page)


def _csv(page: Iterable[Record]) -> str:
    return _rows(map(_cell, record.as_json(whole=True).values()) for record in page)


def _rows(rows: Iterable[Iterable[Any]]) -> str:
    written = io.StringIO()
    # Quoted, whatever it holds: a text with a carriage return would else end its row.
    csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return written.getvalue()


def _cell(value: Any) -> str | int | float:
    """Return a value as a cell: nothing as "", lists and objects as JSON, no text as a formula."""
    match value:
        case None | []:
            return ""
        case int() | float():
            return value
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
    return write_json(value)


def _to_stdout(text: str) -> None:
    show_text(visible(without_controls(text)) if stdout_is_terminal() else text, end="")


@contextmanager
def _new_file(path: Path, *, force: bool) -> Iterator[Write]:
    """Yield what writes a file of mode 0600, which is there when all of it is written.

    Raises:
        ConfigError: there is one already, or it cannot be written.
    """
    if not force and os.path.lexists(path):
        raise ConfigError("there is a file already", where=str(path), hint="give another name, or --force")
    try:
        with ExitStack() as stack:
            number, partial = tempfile.mkstemp(prefix=f".{path.name[:100]}-", suffix=".part", dir=path.parent)  # 0600
            stack.callback(Path(partial).unlink, missing_ok=True)
            with open(number, "w", encoding="utf-8", newline="") as file:
                yield file.write
            os.replace(partial, path)
    except OSError as error:
        hint = "check the folder, and whether the disk is full"
        raise ConfigError(f"cannot write the file: {error.strerror}", where=str(path), hint=hint) from None

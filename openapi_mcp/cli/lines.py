"""Records as lines of a table that can go on: the widths of its columns are known once its first page is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openapi_mcp.cli.told import plain
from openapi_mcp.cli.units import lasted, many, short_time
from openapi_mcp.model.record import STORED, Record
from openapi_mcp.records.store import Store

if TYPE_CHECKING:
    from rich.text import Text

_LONGEST_NAME = 64  # characters
_LONGEST_API = 24
_GAP = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its heading, its width at the least, and how it is coloured; in want of room it may be `narrow`."""

    name: str
    width: int
    narrow: int = 0
    style: str = ""
    is_number: bool = False


TIME = Column(name="Time", width=8)
ID = Column(name="ID", width=8, style="yellow")
API = Column(name="API", width=8, narrow=5)
TOOL = Column(name="Tool", width=16, narrow=8, style="bold")
OUTCOME = Column(name="Outcome", width=7, narrow=7)
TOOK = Column(name="Took", width=7, is_number=True)
CALLER = Column(name="Caller", width=8)
NOTES = Column(name="", width=0, style="dim")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The columns of a table, each with its width; what is longer is cut where `is_narrow`."""

    columns: Sequence[Column]
    widths: Sequence[int]
    is_narrow: bool = False

    def heading(self) -> "Text":
        """Return the line above all others."""
        return self._joined((column.name, "bold") for column in self.columns)

    def line(self, record: Record, now: float) -> "Text":
        """Return the line of a record."""
        cells = _cells(record, now)
        styles = ("red" if record.is_error and column == OUTCOME else column.style for column in self.columns)
        return self._joined((cells[column.name], style) for column, style in zip(self.columns, styles, strict=True))

    def join(self, lines: "Iterable[Text]") -> "Text":
        """Return lines below each other."""
        from rich.text import Text

        return Text("\n").join(lines)

    def _joined(self, cells: Iterable[tuple[str, str]]) -> "Text":
        from rich.text import Text

        line = Text()
        for (text, style), column, width in zip(cells, self.columns, self.widths, strict=True):
            if self.is_narrow and column.narrow:
                text = _cut(text, width)
            padding = " " * max(width - _width(text), 0)
            line.append(padding if column.is_number else "").append(text, style)
            line.append((padding if not column.is_number else "") + _GAP)
        line.rstrip()
        return line


def lines_of(store: Store, page: Sequence[Record], now: float, room: int) -> Lines:
    """Return the columns that the records of a store need, wide enough for those of a page.

    Where a line has not that much room, tool, API and outcome are cut, never how long a call took.
    """
    has_apis = len({tool.api for tool in store.named()}) > 1
    has_callers = any(store.callers())
    middle = (API,) if has_apis else ()
    columns = (TIME, ID, *middle, TOOL, OUTCOME, TOOK, *((CALLER,) if has_callers else ()), NOTES)
    rows = [_cells(record, now) for record in page]
    widths = [max([column.width, *(_width(row[column.name]) for row in rows)]) for column in columns]
    widths[-1] = 0  # nothing stands behind the notes
    needed = sum(width + len(_GAP) for width in widths[: columns.index(TOOK) + 1]) - len(_GAP)
    return Lines(columns=columns, widths=_narrowed(columns, widths, needed - room), is_narrow=needed > room)


def _narrowed(columns: Sequence[Column], widths: Sequence[int], over: int) -> list[int]:
    """Return widths that are so many less together, as far as columns may be narrow."""
    narrowed = list(widths)
    for column in (API, TOOL, OUTCOME):
        if over > 0 and column in columns:
            at = columns.index(column)
            narrowed[at] = max(widths[at] - over, column.narrow)
            over -= widths[at] - narrowed[at]
    return narrowed


def _cut(text: str, width: int) -> str:
    from rich.cells import set_cell_size

    return text if _width(text) <= width else f"{set_cell_size(text, width - 1).rstrip()}…"


def _cells(record: Record, now: float) -> dict[str, str]:
    """Return what stands in each column, by its name."""
    return {
        TIME.name: short_time(record.time, now),
        ID.name: plain(record.id, _LONGEST_NAME),
        API.name: plain(record.api, _LONGEST_API),
        TOOL.name: plain(record.tool, _LONGEST_NAME),
        OUTCOME.name: outcome(record),
        TOOK.name: lasted(record.duration),
        CALLER.name: plain(record.caller, _LONGEST_API),
        NOTES.name: ", ".join(notes(record)),
    }


def outcome(record: Record) -> str:
    """Return how a call ended: "200", "404 not_found", "timeout"; "ok" where nothing was asked of the API."""
    status = "" if record.status is None else str(record.status)
    return f"{status} {plain(record.kind, _LONGEST_API)}".strip() or "ok"


def notes(record: Record, *, within: bool = False) -> Iterator[str]:
    """Yield what else there is to say of a call: "3 attempts", "1 repair", "2 lookups", "cached", "step of k3vq".

    The last one not where it stands `within` the steps of that.
    """
    if record.attempts > 1:
        yield many(record.attempts, "attempt")
    if record.repairs:
        yield many(len(record.repairs), "repair")
    if record.lookups:
        yield many(len(record.lookups), "lookup")
    if record.cache and record.cache != STORED:
        yield _CACHE.get(record.cache, "")
    if record.step_of and not within:
        yield f"step of {plain(record.step_of, _LONGEST_NAME)}"


_CACHE = {"hit": "from the cache", "revalidated": "from the cache, asked again"}


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)

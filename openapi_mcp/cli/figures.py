"""Statistics as a table for a terminal, with as many columns as it has room for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from openapi_mcp.cli.bars import bar, spark
from openapi_mcp.cli.output import stdout_is_plain, stdout_width
from openapi_mcp.cli.told import plain
from openapi_mcp.cli.units import ago, counted, lasted
from openapi_mcp.records.query import Figures, Filter, Group, Stats

if TYPE_CHECKING:
    from rich.table import Table

_LONGEST_NAME = 40
_STEPS = 24
_DAY = 86400.0
_BAR = 10  # characters
_KINDS = 2  # that are named
_HEADINGS = {"tool": "Tool", "api": "API", "caller": "Caller", "day": "Day"}
Counts = Mapping[tuple[str, str], Counter[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The time that lines are drawn of, in steps of a `length` in seconds."""

    since: float
    until: float
    length: float

    def of(self, counts: Counter[int]) -> list[int]:
        """Return how many there are in each step."""
        first, last = (int(at // self.length) for at in (self.since, self.until))
        return [counts[number] for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown: the `groups` of some statistics, and how many calls each has in the `steps` of time.

    `is_asked` where that time was asked for.
    """

    stats: Stats
    groups: Sequence[Group]
    now: float
    steps: Steps
    counts: Counts
    is_asked: bool = False


def steps_of(wanted: Filter, now: float) -> Steps:
    """Return the time that is asked for, else the 24 hours before its end, in steps."""
    until = now if wanted.until is None else wanted.until
    since = until - _DAY if wanted.since is None else min(wanted.since, until - 1)
    return Steps(since=since, until=until, length=(until - since) / _STEPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column: what stands in it for a group; the lowest `rank` has room first, and those of 0 always.

    Narrow ones have low ranks: where one has no room, none of a higher rank is shown, so a wider table has no fewer.
    """

    heading: str
    cell: Callable[[Group], str]
    rank: int = 0
    justify: Literal["left", "right"] = "right"
    style: str = ""


def figures_table(shown: Shown) -> "tuple[Table, list[str]]":
    """Return the table of some statistics, with a last row for all of them, and the headings there was no room for."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    total = Group(name="All", figures=shown.stats.total)
    rows = [*shown.groups, total]
    filled = [column for column in _columns(shown) if any(column.cell(row).strip() for row in rows)]
    columns = _fitting(filled, rows)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, show_footer=True)
    for column in columns:
        footer = Text(column.cell(total), no_wrap=True)
        table.add_column(column.heading, footer, style=column.style, justify=column.justify, no_wrap=True)
    for row in shown.groups:
        table.add_row(*(Text(column.cell(row), no_wrap=True) for column in columns))
    return table, [column.heading for column in filled if column.heading and column not in columns]


def _columns(shown: Shown) -> list[_Column]:
    by, is_plain = shown.stats.by, stdout_is_plain()
    most = max((group.figures.calls for group in shown.groups), default=0)
    line = "Over time" if shown.is_asked else "Last 24 h"
    has_apis = len({group.api for group in shown.groups}) > 1

    def api(group: Group) -> str:
        return plain(group.api, _LONGEST_NAME) if has_apis else ""

    def share(group: Group) -> str:
        return "" if group.figures is shown.stats.total else bar(group.figures.calls / most, _BAR, is_plain=is_plain)

    def last(group: Group) -> str:
        return "" if by == "day" else ago(shown.now - group.figures.last)

    return [
        _Column(heading=_HEADINGS[by], cell=_name, justify="left", style="bold"),
        _Column(heading="API", cell=api, justify="left", rank=1),
        _Column(heading="", cell=share, justify="left", rank=9, style="cyan"),
        _Column(heading="Calls", cell=_of(lambda figures: f"{figures.calls:,}")),
        _Column(heading="OK", cell=_of(_success)),
        _Column(heading="Avg", cell=_of(lambda figures: lasted(figures.average)), rank=4),
        _Column(heading="p50", cell=_of(lambda figures: lasted(figures.p50)), rank=2),
        _Column(heading="p95", cell=_of(lambda figures: lasted(figures.p95))),
        _Column(heading="Last call", cell=last, rank=3),
        _Column(heading="Repairs", cell=_of(lambda figures: _some(figures.repairs)), rank=5),
        _Column(heading="Cached", cell=_of(lambda figures: _some(figures.cache_hits)), rank=6),
        _Column(heading="Tokens", cell=_of(lambda figures: _some(figures.tokens)), rank=7),
        _Column(heading="Failed as", cell=_of(_failed), justify="left", rank=8),
        _Column(heading=line, cell=lambda group: _line(shown, group), justify="left", rank=10, style="cyan"),
    ]


def _of(figure: Callable[[Figures], str]) -> Callable[[Group], str]:
    return lambda group: figure(group.figures)


def _name(group: Group) -> str:
    return plain(group.name, _LONGEST_NAME) or "(none)"


def _success(figures: Figures) -> str:
    """Return the success rate: "99.9%"; all is "100%" only where it is all."""
    percent = f"{figures.success_rate * 100:.1f}".removesuffix(".0")
    return f"{'99.9' if percent == '100' and figures.errors else percent}%"


def _some(count: int) -> str:
    return counted(count) if count else ""


def _failed(figures: Figures) -> str:
    """Return how calls failed: "12 not_found, 3 timeout, 4 otherwise"; a third way alone is named, too."""
    kinds = sorted(figures.kinds.items(), key=lambda each: -each[1])
    named = len(kinds) if len(kinds) == _KINDS + 1 else _KINDS
    said = [f"{count:,} {plain(kind, _LONGEST_NAME)}" for kind, count in kinds[:named]]
    rest = sum(count for _, count in kinds[named:])
    return ", ".join([*said, f"{rest:,} otherwise"] if rest else said)


def _line(shown: Shown, group: Group) -> str:
    if group.figures is shown.stats.total:
        counts = sum(shown.counts.values(), Counter[int]())
    else:
        counts = shown.counts.get((group.name, group.api), Counter())
    return spark(shown.steps.of(counts), is_plain=stdout_is_plain())


def _fitting(columns: Sequence[_Column], rows: Sequence[Group]) -> list[_Column]:
    """Return the columns that there is room for: by their ranks, up to the first that there is none for."""
    from rich.cells import cell_len

    widths = [max(cell_len(text) for text in (column.heading, *map(column.cell, rows))) + 2 for column in columns]
    room, shown = stdout_width() + 2, set[int]()
    for at in sorted(range(len(columns)), key=lambda at: columns[at].rank):
        if widths[at] > room and columns[at].rank:
            break
        shown.add(at)
        room -= widths[at]
    return [column for at, column in enumerate(columns) if at in shown]

"""Where the boxes of a picture stand: in columns, so that lines lead from left to right (Sugiyama's method).

The steps: lines that would close a circle are set aside; each box stands right of all that lead to it; a line that
passes columns is given a place in each of them; boxes are put in an order in which few lines cross, and then as close
to the height of their neighbours as that order lets them.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from statistics import fmean

from openapi_mcp.index.levels import levels, squeezed

GAP = 14.0  # between boxes of a column
BETWEEN = 76.0  # between columns
MARGIN = 16.0
_LANE = 3.0  # the height of a passing line
_SWEEPS = 8
_MOST_LANES = 3000  # places of passing lines; those of a thousand boxes, each after the other, would be millions
_SHORTEST = 12  # boxes that a column has at least, where there are so many that they are put into several
_WIDEST = 1200.0  # of the boxes without lines, where nothing else is wider


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Something to place; lines leave it on the right, `leave` below its top."""

    key: str
    width: float
    height: float
    leave: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that leads from a box to another, where it arrives on the left, `arrive` below its top.

    Only those that are `main` decide where boxes stand.
    """

    source: str
    target: str
    arrive: float
    is_main: bool = True


Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The size of a picture, the upper left corner of each box, and the points that each line goes through.

    The first leg of a line, and every second after it, is level: there it leaves a column, or passes one.
    """

    width: float
    height: float
    corners: Mapping[str, Point]
    routes: tuple[tuple[Point, ...], ...]


_Slot = Hashable
"""A box by its key, or the place of a passing line: (source, column)."""


def lay_out(boxes: Sequence[Box], lines: Sequence[Line]) -> Layout:
    """Return where boxes stand and lines go; the same for the same boxes."""
    joined = {key for line in lines if line.source != line.target for key in (line.source, line.target)}
    placed = _Placing([box for box in boxes if box.key in joined], lines)
    corners, width, height = _in_rows([box for box in boxes if box.key not in joined], placed.width, placed.height)
    corners = placed.corners() | corners
    by_key = {box.key: box for box in boxes}
    routes = tuple(tuple(_route(line, by_key, corners, placed)) for line in lines)
    return Layout(width=width, height=height, corners=corners, routes=routes)


def _in_rows(boxes: Sequence[Box], width: float, top: float) -> tuple[dict[str, Point], float, float]:
    """Return the places of boxes without lines, row by row below the others, and the size of all."""
    corners: dict[str, Point] = {}
    widest = max(width, min(_WIDEST, MARGIN + sum(box.width + GAP for box in boxes)))
    x, y, row = MARGIN, top + GAP if top else MARGIN, 0.0
    for box in boxes:
        if x > MARGIN and x + box.width > widest - MARGIN:
            x, y, row = MARGIN, y + row + GAP, 0.0
        corners[box.key] = (x, y)
        x, row = x + box.width + GAP, max(row, box.height)
    right = max([width, *(corners[box.key][0] + box.width + MARGIN for box in boxes)])
    return corners, right, (y + row + MARGIN if boxes else top + MARGIN if top else 2 * MARGIN)


class _Placing:
    """The boxes that lines join, in columns."""

    def __init__(self, boxes: Sequence[Box], lines: Sequence[Line]) -> None:
        self.boxes = {box.key: box for box in boxes}
        main = [(line.source, line.target) for line in lines if line.is_main and line.source != line.target]
        self.column_of = _columns(list(self.boxes), main)
        self._before, self._after = _neighbours(main, self.column_of)
        self.slots = self._slots()
        self._widths = [self._widest(column) for column in range(len(self.slots))]
        for sweep in range(_SWEEPS):
            self._order(forward=sweep % 2 == 0)
        self.top = self._tops()
        lowest = min(self.top.values(), default=0.0)
        self.top = {slot: top - lowest + MARGIN for slot, top in self.top.items()}
        self.left = self._lefts()
        self.height = max((top + self._height(slot) for slot, top in self.top.items()), default=0.0)
        last = len(self.slots) - 1
        self.width = self.left[last] + self._width(last) + MARGIN if self.slots else 0.0

    def corners(self) -> dict[str, Point]:
        """Return the upper left corner of each box."""
        return {key: (self.left[self.column_of[key]], self.top[key]) for key in self.boxes}

    def passing(self, line: Line) -> Iterator[Point]:
        """Yield the points between the two ends of a line that goes from left to right."""
        for column in range(self.column_of[line.source] + 1, self.column_of[line.target]):
            top = self.top.get((line.source, column))
            if line.is_main and top is not None:
                yield (self.left[column], top)
                yield (self.left[column] + self._width(column), top)

    def width_beside(self, key: str) -> float:
        """Return the width of the column that a box stands in."""
        return self._width(self.column_of[key])

    def _slots(self) -> list[list[_Slot]]:
        """Return the columns from left to right, in them what has a place there, top to bottom."""
        found: list[list[_Slot]] = [[] for _ in range(1 + max(self.column_of.values(), default=-1))]
        for key in self.boxes:
            found[self.column_of[key]].append(key)
        for slot in [*self._before]:
            if isinstance(slot, tuple):
                found[slot[1]].append(slot)
        return found

    def _order(self, *, forward: bool) -> None:
        """Sort each column by where its neighbours stand in the one before, or in the one behind."""
        neighbours = self._before if forward else self._after
        columns = self.slots if forward else self.slots[::-1]
        at: dict[_Slot, float] = {}
        for column in columns:
            count = max(1, len(column) - 1)
            own = {slot: place / count for place, slot in enumerate(column)}
            wanted = {
                slot: fmean([at[each] for each in neighbours[slot]]) if neighbours[slot] else own[slot]
                for slot in column
            }
            column.sort(key=lambda slot, wanted=wanted, own=own: (wanted[slot], own[slot]))  # type: ignore[misc]
            at |= {slot: place / count for place, slot in enumerate(column)}

    def _tops(self) -> dict[_Slot, float]:
        """Return how high each slot stands: near its neighbours, in the order of its column."""
        top: dict[_Slot, float] = {}
        for column in self.slots:
            y = 0.0
            for slot in column:
                top[slot] = y
                y += self._height(slot) + GAP
        for sweep in range(_SWEEPS):
            neighbours = self._before if sweep % 2 == 0 else self._after
            for column in self.slots if sweep % 2 == 0 else self.slots[::-1]:
                wanted = [self._wanted(slot, neighbours[slot], top) for slot in column]
                heights = [self._height(slot) + GAP for slot in column]
                top |= dict(zip(column, squeezed(wanted, heights), strict=True))
        return top

    def _wanted(self, slot: _Slot, neighbours: Sequence[_Slot], top: Mapping[_Slot, float]) -> float:
        if not neighbours:
            return top[slot]
        middle = fmean(top[each] + self._height(each) / 2 for each in neighbours)
        return middle - self._height(slot) / 2

    def _lefts(self) -> list[float]:
        left, x = [], MARGIN
        for column in range(len(self.slots)):
            left.append(x)
            x += self._width(column) + BETWEEN
        return left

    def _width(self, column: int) -> float:
        return self._widths[column]

    def _widest(self, column: int) -> float:
        return max((self.boxes[slot].width for slot in self.slots[column] if isinstance(slot, str)), default=0.0)

    def _height(self, slot: _Slot) -> float:
        return self.boxes[slot].height if isinstance(slot, str) else _LANE


_Neighbours = Mapping[_Slot, Sequence[_Slot]]


def _neighbours(main: Iterable[tuple[str, str]], column_of: Mapping[str, int]) -> tuple[_Neighbours, _Neighbours]:
    """Return what is joined to a slot in the column before it, and in the one behind it.

    All lines of a box that pass a column share one place there.
    """
    lanes = _lanes(main, column_of)
    before: dict[_Slot, list[_Slot]] = defaultdict(list)
    after: dict[_Slot, list[_Slot]] = defaultdict(list)
    seen = set()
    for source, target in main:
        way: list[_Slot] = [source]
        between = range(column_of[source] + 1, column_of[target])
        way += [lane for column in between if (lane := (source, column)) in lanes]
        way += [target] if column_of[target] > column_of[source] else []
        for one, other in pairwise(way):
            if (one, other) not in seen:
                seen.add((one, other))
                before[other].append(one)
                after[one].append(other)
    return before, after


def _lanes(main: Iterable[tuple[str, str]], column_of: Mapping[str, int]) -> set[tuple[str, int]]:
    """Return where lines have a place in a column that they pass: the shorter first, until there are too many.

    What has none goes straight on, below the boxes.
    """
    found: set[tuple[str, int]] = set()
    for source, target in sorted(main, key=lambda line: column_of[line[1]] - column_of[line[0]]):
        found.update((source, column) for column in range(column_of[source] + 1, column_of[target]))
        if len(found) > _MOST_LANES:
            break
    return found


def _columns(keys: Sequence[str], main: Sequence[tuple[str, str]]) -> Mapping[str, int]:
    """Return the column of each box: right of what leads to it; a long column is several, side by side."""
    longest = max(_SHORTEST, ceil(sqrt(2 * len(keys))))
    place = {key: number for number, key in enumerate(keys)}
    beside = place | {target: place[source] for source, target in reversed(main)}
    column_of: dict[str, int] = {}
    column = 0
    for level in _by_level(keys, main):
        members = sorted(level, key=beside.__getitem__)  # those that one box leads to stay together
        parts = max(1, round(len(members) / longest))
        column_of |= {key: column + number * parts // len(members) for number, key in enumerate(members)}
        column += parts
    return column_of


def _by_level(keys: Sequence[str], main: Sequence[tuple[str, str]]) -> list[list[str]]:
    level_of = levels(keys, main)
    found: list[list[str]] = [[] for _ in range(1 + max(level_of.values(), default=-1))]
    for key in keys:
        found[level_of[key]].append(key)
    return found


def _route(line: Line, boxes: Mapping[str, Box], corners: Mapping[str, Point], placed: _Placing) -> Iterator[Point]:
    """Yield the points of a line; one within a box has none."""
    if line.source == line.target:
        return
    (x, y), box = corners[line.source], boxes[line.source]
    yield (x + box.width, y + box.leave)
    yield (x + placed.width_beside(line.source), y + box.leave)  # past the wider boxes above and below
    yield from placed.passing(line)
    x, y = corners[line.target]
    yield (x, y + line.arrive)

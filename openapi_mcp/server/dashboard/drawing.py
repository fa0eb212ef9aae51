"""A plot drawn by pygal as SVG that our style sheet colours: no script, no style, no link and no comment is left."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markupsafe import Markup

WIDTH, HEIGHT = 440, 210
_FONT = 12
_X_LABELS, _Y_LABELS = 5, 4  # at most
_ROOM = 42  # characters that labels of an axis may have together
_TAGS = frozenset({"svg", "g", "path", "rect", "circle", "text"})
_ATTRIBUTES = frozenset(
    {"class", "cx", "cy", "d", "height", "r", "rx", "ry", "transform", "viewBox", "width", "x", "y"}
)
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How a plot is drawn: `kind` is pygal's word, `top` the highest value, `written` writes one.

    `whole` values have no marks between them. `labelled_by` are the ids of the elements that name and describe it.
    """

    kind: str
    top: float
    written: Callable[[float], str]
    labelled_by: str
    whole: bool = False

    def of(self, series: Mapping[str, Values], labels: Sequence[str]) -> "Markup":
        """Return the picture of some series of values, one for each label."""
        from xml.etree.ElementTree import tostring

        from markupsafe import Markup

        chart = self._chart()
        chart.x_labels = labels
        shown = min(_X_LABELS, _ROOM // max(map(len, labels), default=1))
        chart.x_labels_major = labels[:: max(1, ceil(len(labels) / shown))]
        for name, values in series.items():
            chart.add(name, list(values))
        root = chart.render_tree()
        for number, name in enumerate(series):
            for group in _groups(root, f"serie-{number}"):
                _say_values(group, name)
        _strip(root)
        root.attrib = {
            "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img",
            "class": f"plot {self.kind.lower()}", "aria-labelledby": self.labelled_by,
        }  # fmt: skip
        return Markup(tostring(root, encoding="unicode"))  # noqa: S704  of numbers and times; and it is escaped

    def _chart(self) -> Any:
        library = _library()
        from pygal.style import Style  # type: ignore[import-untyped]

        marks = ticks(self.top, whole=self.whole)
        return getattr(library, self.kind)(
            width=WIDTH, height=HEIGHT, margin=6, spacing=8, js=[], no_prefix=True, no_data_text="",
            style=Style(label_font_size=_FONT, major_label_font_size=_FONT), value_formatter=self.written,
            show_legend=False, show_minor_x_labels=False, truncate_label=-1, y_labels=marks, range=(0, marks[-1]),
            allow_interruptions=True, dots_size=2,
        )  # fmt: skip


def _library() -> Any:
    """Return pygal, without the finder of modules that it leaves behind: of a kind that Python warns of at imports."""
    import pygal  # type: ignore[import-untyped]

    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != pygal.__name__]
    return pygal


def ticks(top: float, *, whole: bool = False) -> list[float]:
    """Return where an axis is marked: round values from 0 to the first that is not below the top.

    7.3 -> [0, 2, 4, 6, 8]
    """
    if top <= 0:
        return [0, 1]
    rough = top / _Y_LABELS
    size = 10.0 ** floor(log10(rough))
    step = next(part * size for part in (1, 2, 2.5, 5, 10) if part * size >= rough * (1 - 1e-9))
    step = ceil(step) if whole else step
    return [number * step for number in range(max(1, ceil(top / step - 1e-9)) + 1)]


def _groups(root: "Element", word: str) -> "list[Element]":
    """Return the groups of a class: a line and its points are in two."""
    return [each for each in root.iter("g") if word in each.get("class", "").split()]


def _say_values(series: "Element", name: str) -> None:
    """Give each point a title, which a browser shows beside the pointer: "14:30: 12 failed"."""
    from xml.etree.ElementTree import SubElement

    for point in [each for each in series.iter("g") if each.find("desc") is not None]:
        said = {each.get("class", ""): each.text or "" for each in point.findall("desc")}
        SubElement(point, "title").text = f"{said.get('x_label', '')}: {said.get('value', '')} {name}"


def _strip(element: "Element") -> None:
    """Leave shapes that are there, their places and their classes; titles only where a point says its value."""
    tags = _TAGS | {"title"} if element.find("desc") is not None else _TAGS
    element.attrib = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES}
    kept = [child for child in element if child.tag in tags]
    for child in kept:
        _strip(child)
    element[:] = [child for child in kept if child.tag != "g" or len(child)]

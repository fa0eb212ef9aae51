"""Which call an answer is of: what was cut off, or went on in the background, is read by a handle, with another call.

What the first call had stays its own there, and what it selected stays selected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_mcp.ask.leaves import Leaf
from openapi_mcp.ask.meant import Meant
from openapi_mcp.ask.own import Own, had, select_of
from openapi_mcp.ask.picked import WHOLE, Picked, Shape, given, selected
from openapi_mcp.model.background import GET_CALL
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.reading import READ_RESULT

NOTE = "_note"
_COUNTED = frozenset(("more", "select", "total", "cache", "retried", "pages"))  # what we count, or say again


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The tool that an answer is of, what its call had, and what of the answer was selected.

    `selects` is what expressions say, which an error says again. `is_part` of one that may begin within a word.
    """

    tool: str
    own: Own = field(default_factory=Own)
    selects: Own = field(default_factory=Own)
    shape: Shape = WHOLE
    is_part: bool = False

    @property
    def all(self) -> Own:
        """All that the call had."""
        return self.own | self.selects


class Sources:
    """The calls that handles stand for."""

    def __init__(self) -> None:
        self._by_handle: dict[str, Source] = {}

    def of(self, meant: Meant) -> Source | None:
        """Return what the answer to a call is of; None where it is read by a handle that no answer gave."""
        own, select = had(meant), select_of(meant)
        before: Source | None = Source(tool=meant.tool)
        if meant.tool in (READ_RESULT, GET_CALL):
            before = self._by_handle.get(str(meant.arguments.get("handle")))
        if before is None:
            return None
        return Source(
            tool=before.tool,
            own=before.own | own.arguments,
            selects=before.selects | own.selects,
            shape=selected(select[1], before.shape) if select else before.shape,
            is_part=meant.tool == READ_RESULT and any(map(meant.arguments.get, ("offset", "limit"))),
        )

    def gave(self, note: Mapping[str, Any], value: Any, source: Source) -> None:
        """Take the handle that an answer gives; the first that gives it is what it stands for."""
        match (note, value):
            case ({"more": {"handle": str(handle)}}, _) | (_, {"call": {"handle": str(handle)}}):
                self._by_handle.setdefault(handle, source)


def unnoted(value: Any, source: Source) -> tuple[Any, Mapping[str, Any], Source]:
    """Return an answer as the API or an expression made it, with our note on it, and what it is of.

    One that is no object stands in one: {"result": [...], "_note": {...}}.
    """
    if not isinstance(value, Mapping):
        return value, {}, source
    note = found if isinstance(found := value.get(NOTE), Mapping) else {}
    plain = {name: each for name, each in value.items() if name != NOTE}
    if str(note.get("select", "")).startswith("not applied"):
        source = replace(source, shape=WHOLE)
    is_wrapped = list(plain) == ["result"]
    source = replace(source, is_part=source.is_part and is_wrapped and isinstance(plain["result"], str))
    if is_wrapped and source.shape != WHOLE and not (isinstance(source.shape, Mapping) and "result" in source.shape):
        return plain["result"], note, source
    return plain, note, source


def unnoted_text(text: str) -> tuple[str, Mapping[str, Any]]:
    """Return an answer that is a text, with our note on it, which is its last line."""
    before, _, last = text.rpartition("\n")
    try:
        match read_json(last):
            case {"_note": Mapping() as note, **others} if not others:
                return before, note
    except (ValueError, RecursionError):
        pass
    return text, {}


def of_note(note: Mapping[str, Any]) -> Iterator[Leaf]:
    """Yield what our note on an answer tells of the API: a location, what a call was repaired to."""
    return given(Picked(NOTE), {name: each for name, each in note.items() if name not in _COUNTED})

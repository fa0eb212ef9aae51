"""What a cut result says of what is left: how much, where, and the call that reads on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.pointer import tokens
from openapi_mcp.model.reading import READ_RESULT

Cut = dict[str, Any]

_NO_HANDLE = "ask for less (a filter, a smaller page, with --select a _select) or raise --max-response (0: no limit)"
_READS_ON = f"{READ_RESULT} reads on: next is the call for the first cut, its select (JMESPath) reaches every other"
_HERE_ALONE = "; Redis did not take it, so one replica alone has it: where it is not known, call again"
_UNITS: dict[type, str] = {list: "items", dict: "fields", str: "characters"}
_LONGEST_PATH = 200  # characters, or one of twenty: a longer one is not said
_LARGEST = 10**9  # of what is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a kept answer a result begins: at `offset` of what `select` finds.

    `limit` is how many were asked for, and `rest` how many stand behind those. `is_here_alone`: other replicas would
    have it as well, if it could have been told to them.
    """

    handle: str
    select: str = ""
    offset: int = 0
    limit: int | None = None
    rest: int = 0
    is_here_alone: bool = False

    @property
    def hint(self) -> str:
        """How to read on."""
        return f"{_READS_ON}{_HERE_ALONE if self.is_here_alone else ''}"


def more(cuts: Sequence[Cut], whole: JsonValue, place: Place | None, longest: int) -> dict[str, Any]:
    """Return what stands under `more`: the cuts, and where the answer is kept its handle and the call that reads on.

    [{"pointer": "#/results", "unit": "items", "shown": 90, "left": 410}] -> {"cut": [...], "handle": "r_...", "next":
    {"tool": "read_result", "arguments": {"handle": "r_...", "select": "results", "offset": 90}}, "hint": "..."}

    `whole` is what was cut; `longest` is the budget of the result.
    """
    if place is None:
        return {"cut": list(cuts), "hint": _NO_HANDLE}
    following = _next(cuts, whole, place, longest)
    said = {"next": {"tool": READ_RESULT, "arguments": following}} if following else {}
    return {"cut": list(cuts), "handle": place.handle, **said, "hint": place.hint}


def most(place: Place | None, longest: int) -> dict[str, Any]:
    """Return the longest that `more` can be with one cut; for others `shape` leaves room."""
    cuts = [_cut_at_root("", _LARGEST, _LARGEST)]
    if place is None:
        return more(cuts, None, None, longest)
    limit = {"limit": place.limit} if place.limit is not None else {}
    select = "x" * (_room(longest) + len(write_json(place.select)))
    arguments = {"handle": place.handle, "select": select, "offset": _LARGEST, **limit}
    said = {"cut": cuts, "handle": place.handle, "next": {"tool": READ_RESULT, "arguments": arguments}}
    return {**said, "hint": place.hint}


def with_rest(cuts: list[Cut], shown: JsonValue, place: Place | None) -> list[Cut]:
    """Return the cuts with what stands behind the part that was asked for."""
    if place is None or not place.rest:
        return cuts
    for cut in cuts:
        if cut["pointer"] == "#" and cut["unit"] != "cuts":
            return [{**each, "left": each["left"] + place.rest} if each is cut else each for each in cuts]
    return [_cut_at_root(shown, len(shown) if isinstance(shown, (list, dict, str)) else 0, place.rest), *cuts]


def _cut_at_root(value: JsonValue, shown: int, left: int) -> Cut:
    return {"pointer": "#", "unit": _UNITS[type(value)], "shown": shown, "left": left}


def _room(longest: int) -> int:
    return min(_LONGEST_PATH, longest // 20)


def _next(cuts: Sequence[Cut], whole: JsonValue, place: Place, longest: int) -> dict[str, Any] | None:
    """Return the arguments that read on at the outermost cut, of several at the one that left most out."""
    told = [cut for cut in cuts if cut["unit"] != "cuts"]
    if not told:
        return None
    first = min(told, key=lambda cut: (cut["pointer"].count("/"), -cut["left"]))
    path, offset, limit = _steps(whole, first["pointer"], place), first["shown"], {}
    if not path:
        if not offset and isinstance(whole, (list, dict)):  # no item had room: into the first one, or we never move
            path = (place.offset if isinstance(whole, list) else next(iter(whole)),)
        else:
            offset += place.offset
            limit = {} if place.limit is None else {"limit": place.limit}
    select = _piped(place.select, path)
    if len(write_json(select)) > _room(longest) + len(write_json(place.select)):
        return None
    return {"handle": place.handle, **({"select": select} if select else {}), "offset": offset, **limit}


def _steps(whole: Any, pointer: str, place: Place) -> tuple[str | int, ...]:
    """Return the way to a place: names, and positions, which count from the beginning of what was selected."""
    steps: list[str | int] = []
    for token in tokens(pointer):
        if isinstance(whole, list):
            steps.append(int(token) + (0 if steps else place.offset))
            whole = whole[int(token)]
        else:
            steps.append(token)
            whole = whole[token]
    return tuple(steps)


def _piped(select: str, path: tuple[str | int, ...]) -> str:
    """Return an expression for what lies at a path of what another one finds."""
    from openapi_mcp.response.select import select_path  # its library is loaded where there is something to select

    found = select_path(path)
    return " | ".join(part for part in (select, found) if part)

"""What became of a call in short lines for a terminal: what was repaired, what may be meant, what was tried."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.call import Failure, Result, Text
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.text import visible, without_controls

_LONGEST_VALUE = 80  # characters
_LONGEST_SAID = 160


def failure_lines(failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield what a failure says beside its message, field and hint, each with its label.

    ("near", "Ana Souza (id 1)"), ("repaired", "city: lisbon -> Lisbon (spelled so)"), ("tried", "3 times")
    """
    said = failure.as_json()["error"]
    for each in said.get("fields", ()):
        yield "field", f"{plain(each['field'], _LONGEST_VALUE)}: {plain(each['said'] or each['rule'], _LONGEST_SAID)}"
    if failure.near:
        yield "near", ", ".join(map(_thing, failure.near))
    for each in said.get("repairs", ()):
        yield "repaired", repair_line(each)
    if failure.attempts > 1 or failure.waited:
        yield "tried", _tried(failure)


def repair_line(repair: Mapping[str, Any]) -> str:
    """Return what was repaired: "city: lisbon -> Lisbon (spelled so)"; what became of null was left out."""
    before, after = repair["from"], repair["to"]
    shown, changed = _shown(before), "left out" if after is None else _shown(after)
    if shown == changed:  # another type of the same: "5" -> 5
        shown, changed = (plain(write_json(each), _LONGEST_VALUE) for each in (before, after))
    change = changed if before is None else f"{shown} -> {changed}"
    return f"{plain(str(repair['field']), _LONGEST_VALUE)}: {change} ({plain(str(repair['how']), _LONGEST_SAID)})"


def looked_line(looked: Mapping[str, Any]) -> str:
    """Return a lookup: "customers_list(search: Ana): 2 items"; one without an answer failed."""
    items = looked.get("items", 0)
    brought = "failed" if looked.get("failed") else "1 item" if items == 1 else f"{_shown(items)} items"
    return f"{lookup_line(looked)}: {brought}"


def lookup_line(looked: Mapping[str, Any]) -> str:
    """Return what is looked up: "customers_list(search: Ana)"."""
    given = looked.get("arguments")
    pairs = given.items() if isinstance(given, Mapping) else ()
    inside = ", ".join(f"{plain(str(name), _LONGEST_VALUE)}: {_shown(value)}" for name, value in pairs)
    return f"{plain(str(looked.get('tool', '')), _LONGEST_VALUE)}({inside})"


def repairs_of(result: Result) -> list[Mapping[str, Any]]:
    """Return what the note of a success says was repaired."""
    note = note_of(result).get("_note", {})
    found = note.get("repairs", []) if isinstance(note, dict) else []
    return [each for each in found if isinstance(each, dict)]


def note_of(result: Result) -> dict[str, Any]:
    """Return {"_note": ...} of a result, which stands in a block of its own beside text and bytes; {} without one."""
    if result.structured is not None:
        return {"_note": result.structured["_note"]} if "_note" in result.structured else {}
    _, *rest = result.content
    note = read_json(rest[0].text) if rest and isinstance(rest[0], Text) else {}
    return note if isinstance(note, dict) else {}


def plain(text: str, longest: int) -> str:
    """Return a text on one line, what a terminal would obey or hide written as escapes, cut where it is long."""
    flat = visible(without_controls(text.replace("\n", "\\n").replace("\t", "\\t")))
    return flat if len(flat) <= longest else f"{flat[: longest - 1]}…"


def _shown(value: Any) -> str:
    return plain(value if isinstance(value, str) and value else write_json(value), _LONGEST_VALUE)


def _thing(value: Any) -> str:
    """Return something that may be meant: {"id": 1, "name": "Ana"} -> "Ana (id 1)"."""
    if not isinstance(value, Mapping):
        return _shown(value)
    rest = ", ".join(
        f"{plain(str(key), _LONGEST_VALUE)} {_shown(each)}" for key, each in value.items() if key != "name"
    )
    if "name" not in value:
        return rest
    return f"{_shown(value['name'])} ({rest})" if rest else _shown(value["name"])


def _tried(failure: Failure) -> str:
    times = "once" if failure.attempts == 1 else f"{failure.attempts} times"
    return f"{times}, {failure.waited:.1f} s waited" if failure.waited else times

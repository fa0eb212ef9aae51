"""One record in full, for a person."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openapi_mcp.cli.lines import notes, outcome
from openapi_mcp.cli.output import show_text
from openapi_mcp.cli.told import looked_line, plain, repair_line
from openapi_mcp.cli.units import ago, lasted, local_time, many, short_time
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.record import Record
from openapi_mcp.model.text import visible, without_controls
from openapi_mcp.records.steps import Kin

_LONGEST = 500  # characters of what stands in one line
_LONGEST_NAME = 64
_MOST_STEPS = 100
_CACHE = {
    "hit": "the answer is from the cache",
    "revalidated": "the answer is from the cache, and the API said that it is still true",
    "stored": "the answer was kept for later calls",
}


def show_call(record: Record, now: float, kin: Kin) -> None:
    """Write all that is known of a call to stdout, with the steps of a workflow's."""
    show_text("\n".join(_lines(record, now, kin)))


def _lines(record: Record, now: float, kin: Kin) -> Iterator[str]:
    yield f"call {plain(record.id, _LONGEST)}"
    for label, text in _facts(record, now, kin):
        yield f"{label:>9}  {text}"
    yield from _block("arguments", _arguments(record))
    done = [f"  repaired: {_repaired(each)}" for each in record.repairs]
    done += [f"  looked up: {looked_line(each)}" for each in record.lookups]
    yield from ["", *done] if done else ()
    if kin.steps is not None:
        yield from _block("steps", "\n".join(_steps(kin.steps, now)))
    yield from _block("request", shown(record.curl))
    yield from _block("answer", _pretty(record.answer))


def _steps(steps: Sequence[Record], now: float) -> Iterator[str]:
    """Yield a line for each step: when, its id, the tool, what came of it."""
    if not steps:
        yield "none is recorded"
        return
    width = max(len(plain(each.tool, _LONGEST_NAME)) for each in steps[:_MOST_STEPS])
    for each in steps[:_MOST_STEPS]:
        tool = plain(each.tool, _LONGEST_NAME).ljust(width)
        said = ", ".join([outcome(each), lasted(each.duration), *notes(each, within=True)])
        yield f"{short_time(each.time, now)}  {plain(each.id, _LONGEST)}  {tool}  {said}"
    if len(steps) > _MOST_STEPS:
        yield f"and {len(steps) - _MOST_STEPS} more: --json has them"


def _facts(record: Record, now: float, kin: Kin) -> Iterator[tuple[str, str]]:
    yield "time", f"{local_time(record.time)} ({ago(now - record.time)})"
    yield "tool", plain(record.tool, _LONGEST)
    if record.operation:
        name = f" ({plain(record.operation_id, _LONGEST)})" if record.operation_id else ""
        yield "operation", f"{plain(record.operation, _LONGEST)}{name}"
    yield "API", plain(record.api, _LONGEST)
    if record.run:
        yield "run", f"{plain(record.run, _LONGEST)} (`openapi-mcp history --run` has all of it)"
    if record.step_of:
        name = f" ({plain(kin.is_step_of.tool, _LONGEST)})" if kin.is_step_of is not None else ""
        yield "step of", f"{plain(record.step_of, _LONGEST)}{name}"
    if record.caller:
        yield "caller", plain(record.caller, _LONGEST)
    yield "outcome", outcome(record) + (f": {plain(record.message, _LONGEST)}" if record.message else "")
    yield "took", ", ".join(_took(record))
    yield "result", f"{many(record.size, 'byte')}, about {many(record.tokens, 'token')}"
    if record.cache in _CACHE:
        yield "cache", _CACHE[record.cache]


def _took(record: Record) -> Iterator[str]:
    yield lasted(record.duration)
    if record.attempts > 1:
        yield many(record.attempts, "attempt")
    if record.waited:
        yield f"{lasted(record.waited)} of it waited"


def _arguments(record: Record) -> str:
    if record.arguments is None:
        return "not recorded (--record-arguments off)"
    return _json(dict(record.arguments)) if record.arguments else "none"


def _block(title: str, text: str) -> Iterator[str]:
    if text:
        yield from ["", f"{title}:", *(f"  {line}" for line in text.split("\n"))]


def _repaired(repair: Mapping[str, Any]) -> str:
    """Return a repair in a line; of one without its values where it was, and how."""
    if repair.keys() >= {"field", "from", "to", "how"}:
        return repair_line(repair)
    return plain(": ".join(str(repair[key]) for key in ("field", "how") if key in repair), _LONGEST)


def _pretty(text: str) -> str:
    """Return a result's text; JSON of more than one line, where it was not cut short."""
    try:
        value = read_json(text)
    except ValueError:
        return shown(text)
    return _json(value) if isinstance(value, dict | list) else shown(text)


def _json(value: Any) -> str:
    return shown(json.dumps(value, indent=2, ensure_ascii=False))


def shown(text: str) -> str:
    """Return a text of many lines as a terminal may get it."""
    return visible(without_controls(text))

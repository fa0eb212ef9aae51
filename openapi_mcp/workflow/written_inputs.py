"""Which inputs of a workflow are written in the arguments of its steps, and where: to tell a caller what to correct."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.workflow import Step

_INPUT = re.compile(r"\$inputs\.([\w-]+)")
_INDEX = re.compile(r"\[[0-9]+\]")
_MOST_VALUES = 2_000  # of one payload


def inputs_in(value: Any) -> Iterator[str]:
    """Yield the inputs that a value is made of."""
    yield from (name for _, name in _inputs(value, ""))


def input_of(step: Step, place: str) -> str:
    """Return the input that a step gives at a place of its arguments, "" for none: "items[0].product" -> "product"."""
    wanted = _INDEX.sub("[]", place)
    return next((name for at, name in _given(step) if at == wanted), "")


def _given(step: Step) -> Iterator[tuple[str, str]]:
    """Yield each place in a step's arguments that an input goes to, with the name of that."""
    for parameter in step.parameters:
        yield from _inputs(parameter.value, parameter.name)
    if step.body is None:
        return
    yield from _inputs(step.body.payload, "")
    for each in step.body.replacements:
        place = "".join("[]" if part.isdigit() else f".{part}" for part in each.target.split("/")[1:])
        yield from _inputs(each.value, place.removeprefix("."))


def _inputs(value: Any, place: str) -> Iterator[tuple[str, str]]:
    waiting, left = [(value, place)], _MOST_VALUES
    while waiting and left:
        left -= 1
        each, where = waiting.pop()
        match each:
            case Mapping():
                waiting += [(inner, f"{where}.{name}" if where else str(name)) for name, inner in each.items()]
            case list() | tuple():
                waiting += [(inner, f"{where}[]") for inner in each]
            case str() if each.lstrip()[:1] in ("{", "[") and isinstance(read := _read(each), dict | list):
                waiting.append((read, where))
            case str():
                yield from ((where, name) for name in _INPUT.findall(each))


def _read(text: str) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return None

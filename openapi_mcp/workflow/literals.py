"""What of a value is known before a run: what is written out, and not what its expressions will bring."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Payload
from openapi_mcp.workflow.dereference import reference_tokens
from openapi_mcp.workflow.expressions import Expression, begins_one, pieces
from openapi_mcp.workflow.faults import ExpressionError, PayloadError
from openapi_mcp.workflow.payload import replaced, written
from openapi_mcp.workflow.work import SpentError, Work

_MOST = 10_000  # values of one payload
_DEEPEST = 100


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """A value that only a run knows, as it is written."""

    text: str


def known(value: Any, levels: int = _DEEPEST) -> Any:
    """Return a value with an Open for each text that has expressions: {"id": "$inputs.id"} -> {"id": Open}."""
    match value:
        case str():
            return Open(value) if _has_expressions(value) else value
        case Mapping() | list() if levels == 0:
            return Open("...")
        case Mapping():
            return {name: known(each, levels - 1) for name, each in value.items()}
        case list():
            return [known(each, levels - 1) for each in value]
    return value


def plain(value: Any) -> Any:
    """Return what `known` was made of, to be shown."""
    match value:
        case Open():
            return one_line(value.text, 80)
        case Mapping():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
    return value


def has_open(value: Any) -> bool:
    """True where a part of a value is known in a run alone; of what is too large to be looked through, too."""
    return any(isinstance(each, Open) for each in _all(value))


def body_known(body: Payload, content_type: str) -> Any:
    """Return what of a body is known, its replacements put in; `content_type` is that of one that names none.

    Raises:
        PayloadError: the body can never be made: a text that is no JSON, a replacement without a place.
    """
    media_type = (body.content_type or content_type).partition(";")[0].strip().lower()
    value, work = known(written(body.payload, media_type)), Work()
    for replacement in body.replacements:
        try:
            value = replaced(value, replacement, known(replacement.value), work)
        except SpentError:  # a run, which has no more to spend, will say so
            return Open("...")
        except PayloadError:
            if not _leads_into_open(value, replacement.target):
                raise
    return value


def _has_expressions(text: str) -> bool:
    try:
        return begins_one(text) or any(isinstance(each, Expression) for each in pieces(text))
    except ExpressionError:
        return True


def _leads_into_open(value: Any, target: str) -> bool:
    for token in reference_tokens(target.removeprefix("#")):
        if isinstance(value, Mapping):
            value = value.get(token)
        elif isinstance(value, list) and token.isdecimal() and len(token) < 9 and int(token) < len(value):
            value = value[int(token)]
        else:
            break
    return isinstance(value, Open)


def _all(value: Any) -> Iterator[Any]:
    waiting, left = [value], _MOST
    while waiting and left:
        left -= 1
        each = waiting.pop()
        yield each
        if isinstance(each, Mapping):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    if waiting:
        yield Open("...")

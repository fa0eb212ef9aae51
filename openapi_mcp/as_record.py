"""What was heard of a call as its record: secrets masked, long texts shortened."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openapi_mcp.heard import Heard, new_id
from openapi_mcp.model.call import Blob, Content, Result
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.record import Record
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.trace import Trace
from openapi_mcp.request.curl import curl
from openapi_mcp.response.decode import mask
from openapi_mcp.schema.confidential import without_confidential, without_confidential_pairs

_MOST_ARGUMENTS = 20_000  # characters of JSON
_LONGEST_TEXT = 2_000  # characters of one text in arguments that are longer than that together
_MOST_ANSWER = 4_000  # characters
_MARGIN = 200  # characters beyond those, so that what is cut off in the middle is known for what it is
_MOST_CURL = 20_000
_LONGEST_MESSAGE = 1_500
_LONGEST_NAME = 200
_OF_A_VALUE = 50  # bytes that a value takes in memory, at least

Mask = Callable[[str], str]


def weight_of(heard: Heard) -> int:
    """Return about how many bytes what was heard holds: arguments and answer, and what is made of them."""
    answer = sum(len(each.data) if isinstance(each, Blob) else len(each.text) for each in heard.result.content)
    return 2 * (answer + _weight(heard.call.arguments))


def _weight(value: Any) -> int:
    total, left = 0, [value]
    while left:
        each = left.pop()
        total += _OF_A_VALUE
        if isinstance(each, str):
            total += len(each)
        elif isinstance(each, Mapping):
            left += [*each, *each.values()]
        elif isinstance(each, list):
            left += each
    return total


def record_of(heard: Heard, *, arguments: bool = True, run: str = "") -> Record:
    """Return the record of a call, secrets masked, long texts shortened; without its values unless they are wanted."""
    call, result, tool = heard.call, heard.result, heard.tool
    given, hidden = without_confidential(call.arguments, tool.input_schema if tool is not None else {})
    redact = _both(heard.redact, hidden)
    failure, trace = result.failure, result.trace or Trace(redact=heard.redact)
    operation = tool.operation if tool is not None else None
    size = sum(map(_size, result.content))
    return Record(
        id=call.id or new_id(),
        time=heard.began,
        api=heard.api,
        tool=call.tool if operation else _name(call.tool, redact),
        method=operation.method if operation else "",
        path=operation.path if operation else "",
        operation_id=(operation.operation_id or "") if operation else "",
        caller=call.caller.id,
        arguments=_shown_arguments(given, heard.redact) if arguments else None,
        status=trace.status,
        kind=failure.kind.value if failure else "",
        message=redact(failure.message)[:_LONGEST_MESSAGE] if failure and arguments else "",
        attempts=trace.attempts,
        waited=trace.waited,
        repairs=_masked(trace.repairs, hidden) if arguments else tuple(map(_without_values, trace.repairs)),
        lookups=_masked(trace.lookups, hidden) if arguments else tuple(map(_tool_alone, trace.lookups)),
        cache=trace.cache,
        duration=heard.duration,
        size=size,
        tokens=size // 4,
        curl=_line(trace.request(), redact, bool(hidden)) if trace.request and arguments else "",
        answer=_answer(result, redact, is_ours=bool(hidden) or result.trace is None) if arguments else "",
        run=run,
        step_of=call.step_of,
    )


def _both(redact: Redactor, hidden: Sequence[str]) -> Callable[[str], str]:
    """Return what masks the secrets that we know of, and what a caller gave that is confidential."""
    if not hidden:
        return redact
    own = Redactor(map(Secret, hidden))
    return lambda text: own(redact(text))


def _masked(told: Sequence[Mapping[str, Any]], hidden: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Return repairs, or lookups, without what is confidential; secrets are masked in them already."""
    if not told or not hidden:
        return told
    redact = Redactor(map(Secret, hidden))
    return [{name: mask(value, redact) for name, value in each.items()} for each in told]


def _name(text: str, redact: Mask) -> str:
    """Return the name of a tool of ours, or of one that is not there: then it is the caller's text."""
    return one_line(redact(text), _LONGEST_NAME)


def _line(request: HttpRequest, redact: Mask, is_confidential: bool) -> str:
    """Return a request as a curl line; where the arguments held something confidential, it may stand there, too."""
    line = redact(curl(request))[:_MOST_CURL]
    return without_confidential_pairs(line) if is_confidential else line


def _answer(result: Result, redact: Mask, *, is_ours: bool) -> str:
    """Return the text of a result, shortened, without what is confidential in it by its name.

    What never came to the executor was not masked there, nor was what the caller gave: `is_ours` to mask.
    """
    whole = "\n".join(map(_as_text, result.content))
    text = without_confidential_pairs(whole[: _MOST_ANSWER + _MARGIN])
    text = redact(text) if is_ours else text
    return text if len(whole) <= _MOST_ANSWER else f"{text[:_MOST_ANSWER]}... ({len(whole):,} characters)"


def _shown_arguments(arguments: Mapping[str, Any], redact: Redactor) -> Mapping[str, Any]:
    """Return arguments with every secret masked; long texts among them are shortened where they are long together."""
    try:
        text = write_json(arguments)
        shown: Any = mask(dict(arguments), redact) if redact.finds(text) else arguments
        if len(text) <= _MOST_ARGUMENTS:
            return dict(shown)
        shown = _shortened(shown)
        is_short = len(write_json(shown)) <= _MOST_ARGUMENTS
        return dict(shown) if is_short else {"...": f"{len(text):,} characters of JSON"}
    except (RecursionError, ValueError):  # nested without end, or with a number that JSON has no form for
        return {"...": "arguments that JSON has no form for"}


def _shortened(value: Any) -> Any:
    match value:
        case str():
            return _brief(value, _LONGEST_TEXT)
        case list():
            return [_shortened(item) for item in value]
        case dict():
            return {key: _shortened(item) for key, item in value.items()}
    return value


def _brief(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text):,} characters)"


def _without_values(repair: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: repair[name] for name in ("field", "how") if name in repair}


def _tool_alone(lookup: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: lookup[name] for name in ("tool", "failed") if name in lookup}


def _size(content: Content) -> int:
    return len(content.data) if isinstance(content, Blob) else len(content.text.encode("utf-8", "surrogatepass"))


def _as_text(content: Content) -> str:
    return f"[{content.mime_type}, {len(content.data):,} bytes]" if isinstance(content, Blob) else content.text

"""Calls become records, behind them: what was heard of a call is written down later, in a thread of its own."""

import gc
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import anyio.to_thread

from openapi_mcp.config import Config
from openapi_mcp.model.background import CALL_TOOLS
from openapi_mcp.model.call import Blob, Call, Content, Failure, FailureKind, Result
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.record import Record
from openapi_mcp.model.searching import SEARCH_TOOLS
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.trace import Trace
from openapi_mcp.recorded import where_recorded as where_recorded
from openapi_mcp.request.curl import curl
from openapi_mcp.response.decode import mask
from openapi_mcp.schema.confidential import without_confidential, without_confidential_pairs

if TYPE_CHECKING:
    from openapi_mcp.records.store import Store

_CLOSING = 3.0  # seconds that the last records have when a process ends
_ID_LENGTH = 12
_ID_OF_BYTE = b"0123456789abcdefghjkmnpqrstvwxyz" * 8  # Crockford's base 32: no sign is taken for another one
_MOST_ARGUMENTS = 20_000  # characters of JSON
_LONGEST_TEXT = 2_000  # characters of one text in arguments that are longer than that together
_MOST_ANSWER = 4_000  # characters
_MARGIN = 200  # characters beyond those, so that what is cut off in the middle is known for what it is
_MOST_CURL = 20_000
_LONGEST_MESSAGE = 1_500
_LONGEST_NAME = 200
_OURS = frozenset({*SEARCH_TOOLS, READ_RESULT, *CALL_TOOLS})
_MOST_UNKNOWN = 50  # names of tools that are not there, each recorded as it is; statistics have a row for each name
_UNKNOWN = "(unknown)"
_OF_A_VALUE = 50  # bytes that a value takes in memory, at least

Say = Callable[[str], None]
Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of a call when it has ended: `began` in seconds since 1970, `duration` in seconds."""

    call: Call
    result: Result
    tool: Tool | None
    api: str
    redact: Redactor
    began: float
    duration: float

    @property
    def id(self) -> str:
        """The id of its record, which the lines of the log about it name, and its HTTP request has."""
        return self.call.id


Observer = Callable[[Heard], None]
"""Told of every call that has ended, in the event loop's thread: it must not block."""


class Observed(Protocol):
    """What serves calls, as far as it is told of them here: serving.py."""

    on_call: list[Observer]

    def tool_of(self, name: str) -> Tool | None:
        """Return the tool of this name."""

    def label_of(self, tool: str) -> str:
        """Return what the API of a tool is called in the records."""

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call."""


class Hearing:
    """One call from its beginning to its end; `call` may become the one that a tool of ours was asked to make."""

    def __init__(self, app: Observed, call: Call) -> None:
        self.call = call if call.id else replace(call, id=new_id())
        self._app = app
        self._began = time.time()
        self._start = time.perf_counter()
        self._trace: Trace | None = None

    def begins(self, ago: float = 0.0) -> None:
        """Count the time from now on, as until now a person has let the call wait, or from some seconds ago."""
        self._began, self._start = time.time() - ago, time.perf_counter() - ago

    def watched(self, call: Call) -> Call:
        """Return a call that says what was done for it though it is cancelled.

        It is another one than is kept here: the two would hold each other, and wait for the garbage collector.
        """
        self.call = replace(call, id=self.call.id)
        return replace(self.call, abandoned=self._abandoned)

    def ended(self, result: Result) -> Result:
        """Tell the observers, and return the result."""
        if not self._app.on_call:
            return result
        heard = Heard(
            call=self.call,
            result=result,
            tool=self._app.tool_of(self.call.tool),
            api=self._app.label_of(self.call.tool),
            redact=result.trace.redact if result.trace is not None else self._app.redactor(self.call),
            began=self._began,
            duration=time.perf_counter() - self._start,
        )
        for told in self._app.on_call:
            told(heard)
        return result

    def failed(self, kind: FailureKind, message: str) -> None:
        """Tell of a call that ends without a result."""
        self.ended(replace(Failure(kind=kind, message=message).as_result(), trace=self._trace))

    def _abandoned(self, trace: Trace) -> None:
        self._trace = trace


class Standing(Protocol):
    """How far what is recorded is written: records/writer.py."""

    @property
    def waiting(self) -> int:
        """How many records are not written yet."""

    @property
    def lost(self) -> int:
        """How many calls were not recorded since the start."""

    @property
    def is_writing(self) -> bool:
        """True where the store takes what it is given."""


class Recorder:
    """Writes down every call that it is told of, as of the `run` of `ask` where there is one.

    `standing` says how far that is.
    """

    def __init__(
        self,
        put: Callable[[Callable[[], Record], int], None],
        *,
        arguments: bool = True,
        standing: Standing | None = None,
        run: str = "",
    ) -> None:
        self.standing = standing
        self._run = run
        self._put = put
        self._arguments = arguments
        self._unknown: set[str] = set()

    def note(self, heard: Heard) -> None:
        """Have a call recorded; what that takes is done elsewhere, later."""
        if heard.tool is None and heard.call.tool not in _OURS:
            heard = self._with_known_name(heard)
        self._put(partial(record_of, heard, arguments=self._arguments, run=self._run), weight_of(heard))

    def _with_known_name(self, heard: Heard) -> Heard:
        """Return a call of a tool that is not there under a name that has a row of its own: a caller invents any."""
        if heard.call.tool in self._unknown or len(self._unknown) < _MOST_UNKNOWN:
            self._unknown.add(heard.call.tool)
            return heard
        return replace(heard, call=replace(heard.call, tool=_UNKNOWN))


def observe(app: Observed, recorder: Recorder | None) -> None:
    """Have what an app serves recorded; nothing where there is no recorder."""
    if recorder is not None:
        app.on_call.append(recorder.note)


def new_id() -> str:
    """Return a new id of a record: "k3vq9x2m4t7a", one of 2**60."""
    return secrets.token_bytes(_ID_LENGTH).translate(_ID_OF_BYTE).decode()


@asynccontextmanager
async def open_recorder(
    config: Config, say: Say, environ: Mapping[str, str] = os.environ, *, greets: bool = False, run: str = ""
) -> AsyncIterator[Recorder | None]:
    """Yield what records calls, None where none are to be recorded; what is on its way is written at the end.

    It `greets` a database, where one is named: that it cannot be reached is said now, and not with the first call.

    Raises:
        OpenapiMcpError: as `where_recorded` does, or there is no driver for the database, or it does not let us in.
    """
    if config.no_records:
        yield None
        return
    from openapi_mcp.records.writer import Writer

    where = where_recorded(config, environ)
    writer = Writer(partial(_open, where), say, config.keep)
    if greets and isinstance(where, str):
        await anyio.to_thread.run_sync(writer.greet)
    try:
        yield Recorder(writer.put, arguments=config.record_arguments, standing=writer, run=run)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(writer.close, _CLOSING)


def _open(where: str | Path) -> "Store":
    from openapi_mcp.records.sql import open_store

    store = open_store(where)
    gc.freeze()  # what was imported for it stays: else each full collection would look through all of it
    return store


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

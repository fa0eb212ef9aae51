"""A run as it is kept between one start of the program and the next: its conversation as JSON, and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_mcp.ask.about import About, about_json, read_about
from openapi_mcp.ask.mended import mended
from openapi_mcp.ask.usage import read_usage, usage_json
from openapi_mcp.model.chat import Answered, Asked, EndKind, Finish, History, Message, ToolCall, Turn, Usage
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.response.decode import mask

FORMAT = 1
_LONGEST = 4_000_000  # characters of one run
_SHORT = 2_000  # characters of an answer, or of what a model says, in one that is longer
_COUNTS = ("usage", "shortened")  # are no one's words
_MOST_CALLS = 100  # of a turn, in such a run
_LATEST = 253_402_214_400.0  # seconds since 1970: the last day of the year 9999, the last that can be shown

# In ASCII: no text breaks the file.
_written = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of `ask`, as far as it has come: `began` and `changed` are in seconds since 1970.

    `ended` is how its last question ended, None while it goes on. `question` is the first, `models` those that were
    named, `usage` that of all of it, `about` the APIs that it may have asked.
    """

    id: str
    began: float
    changed: float = 0.0
    question: str = ""
    models: tuple[str, ...] = ()
    about: tuple[About, ...] = ()
    history: History = ()
    usage: Usage = field(default_factory=Usage)
    ended: EndKind | None = None

    @property
    def is_new(self) -> bool:
        """True where nothing has been asked yet."""
        return not self.history

    @property
    def is_answered(self) -> bool:
        """True where its last question has its answer: there is nothing to go on with but another one."""
        return self.ended is EndKind.ANSWERED


def run_text(run: Run, hide: Mask = str) -> str:
    """Return a run as JSON, what `hide` knows as secret masked; a very long one is shortened, its answers and turns.

    Raises:
        ValueError: it holds a number that JSON has no form for.
        RecursionError: it is nested too deeply.
    """
    text = _written(_run(run, hide)) if _size(run.history) <= _LONGEST else ""
    for shorten in (_shortened, _without_arguments):
        if text and len(text) <= _LONGEST:
            return text
        run = replace(run, history=tuple(map(shorten, run.history)))
        text = _written(_run(run, hide))
    while len(text) > _LONGEST and run.history:
        run = replace(run, history=run.history[len(run.history) // 4 + 1 :])  # the oldest go
        text = _written(_run(run, hide))
    return text


def _size(history: History) -> int:
    """Return about how many characters a history has, without writing it: a model's service may send any number."""
    turns = sum(len(each.text) + len(each.thought) for each in history if isinstance(each, Turn))
    return turns + sum(len(each.text) for each in history if not isinstance(each, Turn))


def read_run(text: str) -> Run | None:
    """Return the run that a text holds; None of one that is damaged, or that a newer program wrote."""
    try:
        return _read_run(read_json(text))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def _shortened(message: Message) -> Message:
    """Return a message of few characters; the provider's own form of a turn goes, as it holds all of it again."""
    match message:
        case Asked():
            return replace(message, text=_cut(message.text))
        case Turn():
            calls = tuple(replace(each, written=_cut(each.written)) for each in message.calls[:_MOST_CALLS])
            text, thought = _cut(message.text), _cut(message.thought)
            return replace(message, text=text, thought=thought, calls=calls, origin=None)
    if len(message.text) <= _SHORT:
        return message
    cut = len(message.text) - _SHORT
    call = replace(message.call, written=_cut(message.call.written))
    return replace(message, call=call, text=message.text[:_SHORT], value=None, shortened=message.shortened + cut)


def _without_arguments(message: Message) -> Message:
    """Return a message whose calls have no long arguments: a run that is as long without its answers holds some."""
    match message:
        case Turn():
            return replace(message, calls=tuple(map(_short_call, message.calls)))
        case Answered():
            return replace(message, call=_short_call(message.call))
    return message


def _short_call(call: ToolCall) -> ToolCall:
    size = len(_written(call.arguments)) if call.arguments is not None else 0
    return call if size <= _SHORT else replace(call, arguments={"...": f"{size:,} characters"})


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}... ({len(text):,} characters)"


def _run(run: Run, hide: Mask) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "run": run.id,
        "began": run.began,
        "changed": run.changed,
        "question": hide(run.question),
        "models": list(run.models),
        "about": [{**mask(about_json(each), hide), "digest": each.digest} for each in run.about],
        "usage": usage_json(run.usage),
        "ended": run.ended,
        "history": [_masked(_message(each), hide) for each in run.history],
    }


def _message(message: Message) -> dict[str, Any]:
    match message:
        case Asked():
            return {"asked": message.text, "is_ours": message.is_ours}
        case Turn():
            return {
                "turn": message.model,
                "text": message.text,
                "thought": message.thought,
                "calls": [_call(each) for each in message.calls],
                "finish": message.finish,
                "usage": usage_json(message.usage),
                "origin": message.origin,
            }
        case Answered():
            said = {"answered": message.call.id, "call": _call(message.call), "text": message.text}
            more = {"is_error": message.is_error, "is_sent": message.is_sent, "record": message.record}
            more |= {"requests": list(message.requests)} if message.requests else {}
            return {**said, **more, "shortened": message.shortened}


def _masked(said: dict[str, Any], hide: Mask) -> dict[str, Any]:
    """Return a message without secrets; a provider's own form of it, which may be signed, is whole or not there."""
    origin = said.pop("origin", None)
    masked = {name: each if name in _COUNTS else mask(each, hide) for name, each in said.items()}
    if origin is not None and mask(origin, hide) == origin:
        masked["origin"] = origin
    return masked


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = None if call.arguments is None else dict(call.arguments)
    return {"id": call.id, "tool": call.tool, "arguments": arguments, "written": call.written}


def _read_run(said: Any) -> Run | None:
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        return None
    return Run(
        id=str(said["run"]),
        began=_moment(said["began"]),
        changed=_moment(said["changed"]),
        question=str(said["question"]),
        models=tuple(map(str, said["models"])),
        about=tuple(map(read_about, said.get("about", ()))),
        usage=read_usage(said["usage"]),
        ended=EndKind(said["ended"]) if said["ended"] is not None else None,
        history=mended([_read_message(each) for each in said["history"]]),
    )


def _moment(said: Any) -> float:
    """Return a time in seconds since 1970.

    Raises:
        ValueError: no calendar has it.
    """
    moment = float(said)
    if not 0 <= moment <= _LATEST:
        raise ValueError("no time")
    return moment


def _read_message(said: Mapping[str, Any]) -> Message:
    if "asked" in said:
        return Asked(text=str(said["asked"]), is_ours=said["is_ours"] is True)
    if "turn" in said:
        return Turn(
            model=str(said["turn"]),
            text=str(said["text"]),
            thought=str(said["thought"]),
            calls=tuple(map(_read_call, said["calls"])),
            finish=Finish(said["finish"]),
            usage=read_usage(said["usage"]),
            origin=said.get("origin"),
        )
    text = str(said["text"])
    return Answered(
        call=_read_call(said["call"]),
        text=text,
        value=_value(text),
        is_error=said["is_error"] is True,
        is_sent=said["is_sent"] is True,
        record=str(said["record"]),
        shortened=int(said["shortened"]),
        requests=tuple(map(str, said.get("requests", ()))),
    )


def _read_call(said: Mapping[str, Any]) -> ToolCall:
    arguments = said["arguments"]
    if arguments is not None and not isinstance(arguments, dict):
        raise TypeError("arguments")
    return ToolCall(id=str(said["id"]), tool=str(said["tool"]), arguments=arguments, written=str(said["written"]))


def _value(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None

"""A history as any provider takes it: the ids of its calls, its order and its texts made valid, whoever wrote them.

What one provider's model said may break the rules of another: ids are of few characters and unique, names of tools
too, even where a model invented them; each call has its answer, roles take turns, no text is blank.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from openapi_mcp.model.chat import Answered, Asked, History, Message, ToolCall, Turn
from openapi_mcp.model.jsontext import without_lone_surrogates

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_TOOL_NAME = 64
_LONGEST_WRITTEN = 2000  # characters of arguments that are no JSON object, as the model is told them again
_BLANK = "(nothing)"
_GO_ON = Asked(text="Go on.", is_ours=True)
_SEEN = Turn(model="", text="I have read this.")
_NO_ANSWER = "This call has no answer: the run was interrupted. It is not known whether it was carried out."


def carried(history: History, model: str, *, is_strict: bool = False) -> History:
    """Return a history as it can be told to `model` ("anthropic:NAME").

    Where it `is_strict`, its roles come in the order that the templates of Mistral, Gemma and others insist on: nothing
    is said to the model twice in a row, nor right behind an answer.

    A turn of the model's own keeps its ids, and its origin, where nothing had to be changed. All others have ids of
    nine letters and digits, which every service takes (Mistral's takes no other length).
    """
    ids = _Ids()
    told: list[Message] = []
    for turn, others in _groups(history):
        if turn is not None:
            told += _with_answers(turn, [each for each in others if isinstance(each, Answered)], ids, model)
        told += [_asked(each) for each in others if isinstance(each, Asked)]
    in_turns = _taking_turns(told)
    return tuple(_in_strict_order(in_turns) if is_strict else in_turns)


def _groups(history: History) -> Iterator[tuple[Turn | None, list[Message]]]:
    """Yield each turn with what follows it until the next one; what stands before the first one has None."""
    turn: Turn | None = None
    others: list[Message] = []
    for message in history:
        if isinstance(message, Turn):
            yield turn, others
            turn, others = message, []
        else:
            others.append(message)
    yield turn, others


class _Ids:
    """Ids of calls, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._count = 0

    def keeps(self, ids: Iterable[str]) -> bool:
        """True where these may stay as they are; they are given then."""
        wanted = list(ids)
        is_sound = len(set(wanted)) == len(wanted) and all(map(_ID.fullmatch, wanted))
        if not is_sound or not self._given.isdisjoint(wanted):
            return False
        self._given.update(wanted)
        self._count += len(wanted)
        return True

    def new(self) -> str:
        """Return the next one; it depends on what went before alone, so that a provider's cache meets it again."""
        while True:
            self._count += 1
            made = f"call{self._count:05d}"
            if made not in self._given:
                self._given.add(made)
                return made


def _with_answers(turn: Turn, answers: list[Answered], ids: _Ids, model: str) -> Iterator[Message]:
    """Yield a turn and an answer to each of its calls; nothing where it is empty."""
    is_own = turn.model == model and all(map(_is_sound, turn.calls)) and ids.keeps(call.id for call in turn.calls)
    calls = turn.calls if is_own else tuple(_call(call, ids.new()) for call in turn.calls)
    text = _text(turn.text).rstrip()
    if not calls and not text.strip():
        return
    yield replace(turn, text=text, calls=calls, origin=turn.origin if is_own else None)
    for old, new in zip(turn.calls, calls, strict=True):
        found = next((each for each in answers if each.call.id == old.id), None)
        if found is not None:
            answers.remove(found)  # where a model gave an id twice, the first answer is the first call's
        yield _answer(found, new)


def _is_sound(call: ToolCall) -> bool:
    return call.arguments is not None and call.tool == _tool_name(call.tool)


def _call(call: ToolCall, new_id: str) -> ToolCall:
    """Return a call as any wire takes it: its arguments are an object, also where the model wrote none."""
    arguments: Any = call.arguments
    if arguments is None:
        arguments = {"unreadable": call.written[:_LONGEST_WRITTEN]}
    arguments = without_lone_surrogates(dict(arguments))
    return ToolCall(id=new_id, tool=_tool_name(call.tool), arguments=arguments)


def _tool_name(name: str) -> str:
    return _NOT_OF_A_NAME.sub("_", name)[:_LONGEST_TOOL_NAME] or "unnamed"


def _answer(found: Answered | None, call: ToolCall) -> Answered:
    if found is None:
        return Answered(call=call, text=_NO_ANSWER, is_error=True)
    return replace(found, call=call, text=_not_blank(found.text))


def _asked(asked: Asked) -> Asked:
    return replace(asked, text=_not_blank(asked.text))


def _text(text: str) -> str:
    """Return a text that UTF-8 can carry: half a character, as JSON may bring one, becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _not_blank(text: str) -> str:
    return _text(text) if text.strip() else _BLANK


def _taking_turns(told: list[Message]) -> Iterator[Message]:
    """Yield what is told with a word of ours between two turns, before the first one and behind the last one."""
    is_models = True  # a conversation begins with a person
    for message in told:
        if is_models and isinstance(message, Turn):
            yield _GO_ON
        is_models = isinstance(message, Turn)
        yield message
    if is_models:
        yield _GO_ON


def _in_strict_order(told: Iterable[Message]) -> Iterator[Message]:
    """Yield what is told with words of the model behind answers that a person speaks after, and what is said joined."""
    asked: Asked | None = None
    before: Message | None = None
    for message in told:
        if isinstance(message, Asked):
            if isinstance(before, Answered):
                yield _SEEN
            asked = message if asked is None else _both(asked, message)
        else:
            if asked is not None:
                yield asked
                asked = None
            yield message
        before = message
    if asked is not None:
        yield asked


def _both(first: Asked, second: Asked) -> Asked:
    return Asked(text=f"{first.text}\n\n{second.text}", is_ours=first.is_ours and second.is_ours)

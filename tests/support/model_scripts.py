"""The words of a script: what a model says, turn by turn, with what it takes out of the answers that it got."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from support.model_talk import CALL_OPERATION, Conversation, Fault, Reply, Turn, Wanted

Value = Callable[[Conversation], Any]


def took(operation: str, path: str | Callable[[Any], Any]) -> Value:
    """Return what reads a value out of the last answer of an operation: "results.0.id", or as a function does.

    Where an answer was shortened, a path reads the ids that were kept of it, as a model has to.
    """

    def reads(conversation: Conversation) -> Any:
        if callable(path):
            return path(conversation.answer(operation))
        try:
            return _at(conversation.answer(operation), path)
        except (LookupError, TypeError):
            return _kept(conversation, operation, path)

    return reads


def _at(found: Any, path: str) -> Any:
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def _kept(conversation: Conversation, operation: str, path: str) -> Any:
    """Return the first of the ids that are told of a shortened answer: {"results[].id": [1]}.

    Raises:
        LookupError: there are none.
    """
    texts = [came.text for came in conversation.came if came.call.operation == operation]
    texts += [line for text in conversation.asked for line in text.splitlines() if line.startswith(f"- {operation} ")]
    for text in reversed(texts):
        _, told, ids = text.rpartition("ids kept: ") if "ids kept: " in text else text.rpartition("ids: ")
        if told:
            return json.loads(ids)[path.replace(".0", "[]")][0]
    raise LookupError(f"{operation} has not answered, or nothing was kept of it: {texts}")


def read(value: Any, conversation: Conversation) -> Any:
    """Return arguments with each value that is to be taken from an answer in its place."""
    if callable(value):
        return value(conversation)
    if isinstance(value, Mapping):
        return {name: read(each, conversation) for name, each in value.items()}
    if isinstance(value, list):
        return [read(each, conversation) for each in value]
    return value


def say(text: str, *values: Value) -> Turn:
    """A text, each {} in it a value."""

    def turn(conversation: Conversation) -> Reply:
        return Reply(text=text.format(*(value(conversation) for value in values)))

    return turn


def call(operation: str, arguments: Mapping[str, Any]) -> Callable[[Conversation], Wanted]:
    """Return a call as the mode has it."""

    def wanted(conversation: Conversation) -> Wanted:
        given = read(arguments, conversation)
        if not conversation.offers(operation) and conversation.offers(CALL_OPERATION):
            return Wanted(name=CALL_OPERATION, arguments={"name": operation, "arguments": given})
        return Wanted(name=operation, arguments=given)

    return wanted


def use(operation: str, /, **arguments: Any) -> Turn:
    """One call."""
    return uses((operation, arguments))


def uses(*calls: tuple[str, Mapping[str, Any]], text: str = "") -> Turn:
    """Several calls in one turn."""

    def turn(conversation: Conversation) -> Reply:
        return Reply(text=text, calls=tuple(call(name, given)(conversation) for name, given in calls), finish="calls")

    return turn


def think(text: str, then: Turn) -> Turn:
    """A text before what else is said."""
    return _changed(then, lambda reply: replace(reply, text=text))


def written(operation: str, text: str) -> Turn:
    """A call whose arguments are no JSON object."""

    def turn(conversation: Conversation) -> Reply:
        wanted = call(operation, {})(conversation)
        return Reply(calls=(replace(wanted, written=text),), finish="calls")

    return turn


def tool(name: str, /, **arguments: Any) -> Turn:
    """A call of a tool by exactly this name, whether there is one or not."""

    def turn(conversation: Conversation) -> Reply:
        return Reply(calls=(Wanted(name=name, arguments=read(arguments, conversation)),), finish="calls")

    return turn


def nothing(_: Conversation) -> Reply:
    """An empty turn."""
    return Reply()


def refuse(_: Conversation) -> Reply:
    """The model, or a filter of its provider, will not."""
    return Reply(text="I can't help with that.", finish="refused")


def cut_off(text: str) -> Turn:
    """A text that ends where no more tokens are allowed."""
    return lambda _: Reply(text=text, finish="length")


def cut_off_call(operation: str, text: str) -> Turn:
    """A call that ends where no more tokens are allowed."""
    return _changed(written(operation, text), lambda reply: replace(reply, finish="length"))


def breaking(turn: Turn, at: str) -> Turn:
    """A turn whose stream ends in the middle of its "text" or its "call"."""
    return _changed(turn, lambda reply: replace(reply, breaks=at))


def failing(turn: Turn, fault: Fault) -> Turn:
    """A turn whose stream tells of a fault in the middle."""
    return _changed(turn, lambda reply: replace(reply, fault=fault))


def alternating(*turns: Turn, last: Turn) -> Turn:
    """The turns again and again, as long as there are tools; without tools the last."""

    def turn(conversation: Conversation) -> Reply | Fault:
        if not may_call(conversation):
            return last(conversation)
        return turns[len(conversation.used) % len(turns)](conversation)

    return turn


def may_call(conversation: Conversation) -> bool:
    """Whether calls are wanted of the model."""
    return bool(conversation.tools) and not conversation.has_no_calls


def _changed(turn: Turn, change: Callable[[Reply], Reply]) -> Turn:
    def changed(conversation: Conversation) -> Reply | Fault:
        said = turn(conversation)
        return change(said) if isinstance(said, Reply) else said

    return changed

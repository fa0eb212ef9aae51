"""A history put right: a run that was killed leaves calls without an answer."""

from collections.abc import Iterator, Sequence

from openapi_mcp.ask.answers import interrupted
from openapi_mcp.model.chat import Answered, History, Message, ToolCall, Turn


def mended(history: Sequence[Message]) -> History:
    """Return a history in which every call has one answer, and every answer its call: a killed run leaves some without.

    The first of these may have been carried out.
    """
    whole: list[Message] = []
    waiting: list[ToolCall] = []
    for message in history:
        if isinstance(message, Answered):
            answered = next((call for call in waiting if call.id == message.call.id), None)
            if answered is not None:
                waiting.remove(answered)
                whole.append(message)
            continue
        whole += _without_answer(waiting)
        waiting = list(message.calls) if isinstance(message, Turn) else []
        whole.append(message)
    return (*whole, *_without_answer(waiting))


def _without_answer(calls: Sequence[ToolCall]) -> Iterator[Answered]:
    return (interrupted(call, is_on_its_way=not number) for number, call in enumerate(calls))

"""How many calls a turn of a model may have: what brings more is no answer of one."""

from openapi_mcp.ask.caught import NoAnswerError
from openapi_mcp.ask.faults import Seen
from openapi_mcp.model.chat import FaultKind

MOST_CALLS = 128
"""Calls of one turn: OpenAI takes as many tools. What follows in the stream is not read, each call makes it slower."""


def refuse_more(calls: int) -> None:
    """Do nothing for as many calls as a turn may have.

    Raises:
        NoAnswerError: there are more of them than a model makes at once.
    """
    if calls > MOST_CALLS:
        raise NoAnswerError(Seen(said=f"{calls} calls in one turn", kind=FaultKind.MALFORMED))

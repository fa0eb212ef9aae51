"""Further pages of an answer, asked for one after the other."""

from collections.abc import Awaitable, Callable

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Failure
from openapi_mcp.response.collect import Collection, Page


async def follow(collection: Collection, perform: Callable[[Call], Awaitable[Page | Failure]]) -> Answer:
    """Return what a collection comes to, each call that it asks for made with `perform`."""
    try:
        call = next(collection)
        while True:
            call = collection.send(await perform(call))
    except StopIteration as done:
        answer: Answer = done.value
        return answer

"""A model on the wire of chat completions, where servers that speak it say more, or other things, than OpenAI's.

What is overridden are hooks of pydantic-ai ("may be overridden by subclasses"), private as their names look;
tests/ask/test_connect.py says when they are gone.
"""

from collections.abc import AsyncIterator

from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIStreamedResponse

from openapi_mcp.ask import details
from openapi_mcp.ask.chunks import Chunks

IS_DONE = "is_done"  # among the extensions of a response: it ended with [DONE]


class _ChatStream(OpenAIStreamedResponse):
    """The stream of a chat completion, its chunks put right."""

    async def _validate_response(self) -> AsyncIterator[ChatCompletionChunk]:
        chunks, thought = Chunks(), details.Details()
        async for chunk in self._response:
            for choice in (chunk.choices or ())[:1]:
                thought.add(getattr(choice.delta, details.NAME, None))
            for each in chunks.put_right(chunk):
                yield each
        if kept := thought.whole():
            self.provider_details = {**(self.provider_details or {}), details.NAME: kept}
        for each in chunks.end(is_said=IS_DONE in self._response.source.response.extensions):
            yield each


class ChatModel(OpenAIChatModel):
    """A model that is told again what its server wants to see again."""

    @property
    def _streamed_response_cls(self) -> type[OpenAIStreamedResponse]:
        return _ChatStream

    def _map_model_response(self, message: ModelResponse) -> ChatCompletionMessageParam | None:
        made = super()._map_model_response(message)
        kept = (message.provider_details or {}).get(details.NAME)
        if made is not None and isinstance(kept, list) and kept:
            made[details.NAME] = kept  # type: ignore[literal-required]  # none of OpenAI's
        return made

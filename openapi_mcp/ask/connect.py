"""How the server of a model is reached: timeouts, bounds, what leaves. Imported only where a model is asked."""

from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx2
from openai.types.chat import ChatCompletionChunk
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIStreamedResponse
from pydantic_ai.profiles.openai import OpenAIModelProfile

from openapi_mcp.ask.caught import NoAnswerError
from openapi_mcp.ask.chunks import Chunks
from openapi_mcp.ask.faults import Seen
from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.model.chat import FaultKind
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.tls import Trust

CONNECT = 10.0  # seconds
FIRST = 300.0  # seconds to the first byte: a server of local models may have to load one
BETWEEN = 60.0  # seconds between two pieces of a stream
MOST_BYTES = 16_000_000  # of an answer
_MOST_OF_NO_STREAM = 65_536
_DONE = b"\ndata:[DONE]"  # as OpenAI ends a stream, spaces left out
_IS_DONE = "is_done"  # among the extensions of a response
_NO_KEY = "no-key"  # the SDKs want one; it does not leave (see _only_what_is_needed)

_NEEDED = frozenset(
    (
        "host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length",
        "transfer-encoding", "anthropic-version", "anthropic-beta",
    )
)  # fmt: skip


def http_client(model: ModelName, trust: Trust) -> httpx2.AsyncClient:
    """Return a client for one model: no redirects, which would take the key along, and nothing compressed.

    No connection is kept for the next turn, which may be minutes away: a dead one costs a back-off, and one that waits
    is left open where a run breaks off.

    Of `trust` only the authorities count: neither our certificate nor a test's `--insecure` is for a model's server.
    """
    believed = Trust(ca_bundle=trust.ca_bundle).context(origin(model.url)) if trust.ca_bundle else True
    return httpx2.AsyncClient(
        verify=believed,
        timeout=httpx2.Timeout(connect=CONNECT, read=FIRST, write=BETWEEN, pool=CONNECT),
        headers={"accept-encoding": "identity"},
        limits=httpx2.Limits(max_keepalive_connections=0),
        follow_redirects=False,
        event_hooks={"request": [_only_what_is_needed(model)], "response": [_only_a_stream]},
    )


def _only_what_is_needed(model: ModelName) -> Any:
    """Return what takes from a request all that is not for an address of --model-url.

    The SDKs add what our environment has for their own services: organizations, projects, headers of one's own.
    """

    async def look(request: httpx2.Request) -> None:
        kept = {"authorization", "x-api-key"} if model.key else set()
        if model.is_named_url:
            for name in set(request.headers) - _NEEDED - kept:
                del request.headers[name]
        elif not model.key:
            for name in ("authorization", "x-api-key"):
                request.headers.pop(name, None)

    return look


async def _only_a_stream(response: httpx2.Response) -> None:
    """Bound what is read, and refuse what is neither an error nor a stream of events.

    Raises:
        NoAnswerError: it is something else.
    """
    response.stream = _Pieces(response.stream, response.extensions)
    try:
        await _refuse_no_stream(response)
    except NoAnswerError:
        await response.aclose()
        raise


async def _refuse_no_stream(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise NoAnswerError(Seen(said="the answer is compressed, unasked", kind=FaultKind.MALFORMED))
    if 300 <= response.status_code < 400:
        to = redact_url(response.headers.get("location", ""))
        said = f"it redirects to {to or 'nowhere'}, where neither key nor conversation is sent"
        raise NoAnswerError(Seen(status=response.status_code, said=said, kind=FaultKind.REJECTED))
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code < 300 and kind != "text/event-stream":
        raise NoAnswerError(_no_stream(response.status_code, kind, await _beginning(response)))


async def _beginning(response: httpx2.Response) -> bytes:
    read = b""
    async for piece in response.aiter_raw():
        read += piece
        if len(read) > _MOST_OF_NO_STREAM:
            break
    return read


def _no_stream(status: int, kind: str, beginning: bytes) -> Seen:
    """Return what an answer says that is no stream: some servers send their errors so."""
    text = beginning.decode(errors="replace")
    try:
        body = read_json(text)
    except ValueError:
        body = None
    if isinstance(body, dict) and "error" in body:
        return Seen(status=status, body=body)
    what = kind or "no kind of content"
    return Seen(status=status, said=f"{what} in place of a stream of events: {text[:200]}", kind=FaultKind.MALFORMED)


class _Pieces(httpx2.AsyncByteStream):
    """The bytes of an answer, with a time for each piece, and a bound on all; `told` is told of its [DONE]."""

    def __init__(self, stream: Any, told: dict[str, Any]) -> None:
        self._stream = stream
        self._told = told
        self._tail = b"\n"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        size, seconds = 0, FIRST
        while True:
            try:
                with anyio.fail_after(seconds):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise httpx2.ReadTimeout(f"nothing came for {seconds:.0f} seconds") from None
            size, seconds = size + len(piece), BETWEEN
            if size > MOST_BYTES:
                raise NoAnswerError(Seen(said="the answer has no end", kind=FaultKind.MALFORMED))
            self._look(piece)
            yield piece

    def _look(self, piece: bytes) -> None:
        seen = (self._tail + piece).replace(b" ", b"").replace(b"\r", b"\n")
        self._tail = seen[-len(_DONE) :]
        if _DONE in seen:
            self._told[_IS_DONE] = True

    async def aclose(self) -> None:
        await self._stream.aclose()


class _ChatStream(OpenAIStreamedResponse):
    """The stream of a chat completion, its chunks put right."""

    async def _validate_response(self) -> AsyncIterator[ChatCompletionChunk]:
        chunks = Chunks()
        async for chunk in self._response:
            for each in chunks.put_right(chunk):
                yield each
        for each in chunks.end(is_said=_IS_DONE in self._response.source.response.extensions):
            yield each


class _ChatModel(OpenAIChatModel):
    """A model on the wire of chat completions."""

    @property
    def _streamed_response_cls(self) -> type[OpenAIStreamedResponse]:
        return _ChatStream


def model_of(model: ModelName, client: httpx2.AsyncClient) -> Model[Any]:
    """Return pydantic-ai's model. The SDKs do not try again by themselves, nor tell anyone of what they do."""
    return _anthropic(model, client) if model.wire is Wire.ANTHROPIC else _openai(model, client)


def _anthropic(model: ModelName, client: httpx2.AsyncClient) -> Model[Any]:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    sdk = AsyncAnthropic(
        api_key=model.key.reveal() if model.key else _NO_KEY,
        base_url=model.url,
        max_retries=0,
        timeout=client.timeout,
        http_client=client,
        open_telemetry=False,
    )
    return AnthropicModel(model.id, provider=AnthropicProvider(anthropic_client=sdk))


def _openai(model: ModelName, client: httpx2.AsyncClient) -> Model[Any]:
    """Return a model on the wire of chat completions, which all compatible servers speak.

    Only OpenAI itself knows `max_completion_tokens`. A stream that ends without a reason was cut: what it had is not
    to be taken for a whole answer.
    """
    from openai import AsyncOpenAI
    from pydantic_ai.providers.openai import OpenAIProvider

    sdk = AsyncOpenAI(
        api_key=model.key.reveal() if model.key else _NO_KEY,
        base_url=model.url,
        max_retries=0,
        timeout=client.timeout,
        http_client=client,
    )
    profile = OpenAIModelProfile(
        openai_chat_streaming_requires_finish_reason=True,
        openai_chat_supports_max_completion_tokens=model.is_at_home or not model.is_named_url,
    )
    return _ChatModel(model.id, provider=OpenAIProvider(openai_client=sdk), profile=profile)

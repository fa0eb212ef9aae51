"""How the server of a model is reached: timeouts, bounds, what leaves. Imported only where a model is asked."""

import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

import anyio
import httpx2
from pydantic_ai.exceptions import UsageExtractionFailedWarning
from pydantic_ai.models import Model
from pydantic_ai.profiles.openai import OpenAIModelProfile

from openapi_mcp.ask.caught import NoAnswerError
from openapi_mcp.ask.completions import IS_DONE, ChatModel
from openapi_mcp.ask.faults import Seen
from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.ask.whole import completion_streamed, is_known, is_stream, message_streamed
from openapi_mcp.model.chat import FaultKind
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.tls import Trust

CONNECT = 10.0  # seconds
FIRST = 300.0  # seconds to the first byte: a server of local models may have to load one
BETWEEN = 60.0  # seconds between two pieces of a stream
IDLE = 30.0  # seconds that a connection waits for the next turn: one that a network forgot meanwhile costs a back-off
MOST_BYTES = 16_000_000  # of an answer
_MOST_OF_NO_STREAM = 65_536
_DONE = b"\ndata:[DONE]"  # as OpenAI ends a stream, spaces left out
_NO_KEY = "no-key"  # the SDKs want one; it does not leave (see _only_what_is_needed)

_NEEDED = frozenset(
    (
        "host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length",
        "transfer-encoding", "anthropic-version", "anthropic-beta",
    )
)  # fmt: skip


def http_client(model: ModelName, trust: Trust) -> httpx2.AsyncClient:
    """Return a client for one model: no redirects, which would take the key along, and nothing compressed.

    One connection is kept from turn to turn, a handshake less for each; who has the client closes it.

    Of `trust` only the authorities count: neither our certificate nor a test's `--insecure` is for a model's server.
    """
    believed = Trust(ca_bundle=trust.ca_bundle).context(origin(model.url)) if trust.ca_bundle else True
    return httpx2.AsyncClient(
        verify=believed,
        timeout=httpx2.Timeout(connect=CONNECT, read=FIRST, write=BETWEEN, pool=CONNECT),
        headers={"accept-encoding": "identity"},
        limits=httpx2.Limits(max_keepalive_connections=1, keepalive_expiry=IDLE),
        follow_redirects=False,
        event_hooks={"request": [_only_what_is_needed(model)], "response": [_only_a_stream(model.wire)]},
    )


def _only_what_is_needed(model: ModelName) -> Any:
    """Return what takes from a request all that is not for an address of --model-url, and gives it its key alone.

    The SDKs add what our environment has for their own services: organizations, projects, headers of one's own, of
    which one may hold a key, too.
    """

    async def look(request: httpx2.Request) -> None:
        if model.is_named_url:
            for name in set(request.headers) - _NEEDED:
                del request.headers[name]
            request.headers.update(_key_of(model))
        elif not model.key:
            for name in ("authorization", "x-api-key"):
                request.headers.pop(name, None)

    return look


def _key_of(model: ModelName) -> dict[str, str]:
    if not model.key:
        return {}
    key = model.key.reveal()
    return {"x-api-key": key} if model.wire is Wire.ANTHROPIC else {"authorization": f"Bearer {key}"}


def _only_a_stream(wire: Wire) -> Any:
    """Return what bounds how much is read, and refuses what is neither an error nor a turn of a model.

    Some servers, and gateways, do not stream, or do not say that they do.
    """

    async def look(response: httpx2.Response) -> None:
        response.stream = pieces = _Pieces(response.stream, response.extensions)
        try:
            await _refuse_no_stream(response, pieces, wire)
        except NoAnswerError:
            await response.aclose()
            raise

    return look


async def _refuse_no_stream(response: httpx2.Response, pieces: "_Pieces", wire: Wire) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise NoAnswerError(Seen(said="the answer is compressed, unasked", kind=FaultKind.MALFORMED))
    if 300 <= response.status_code < 400:
        to = redact_url(response.headers.get("location", ""))
        said = f"it redirects to {to or 'nowhere'}, where neither key nor conversation is sent"
        raise NoAnswerError(Seen(status=response.status_code, said=said, kind=FaultKind.REJECTED))
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code < 300 and kind != "text/event-stream":
        await _look_at(response.status_code, kind, pieces, wire)


async def _look_at(status: int, kind: str, pieces: "_Pieces", wire: Wire) -> None:
    """Take what is a stream by what it says, or a whole answer.

    Raises:
        NoAnswerError: it is neither.
    """
    begun = await pieces.beginning(is_known)
    if is_stream(begun):
        return
    most = MOST_BYTES if begun.lstrip().startswith(b"{") else _MOST_OF_NO_STREAM
    text = (await pieces.beginning(lambda read: len(read) > most)).decode(errors="replace")
    body = _json(text)
    is_failure = isinstance(body, dict) and bool(body.get("error"))
    streamed = completion_streamed if wire is Wire.OPENAI else message_streamed
    whole = None if is_failure else streamed(body)
    if whole is None:
        raise NoAnswerError(_no_stream(status, kind, text, body))
    pieces.say(whole)


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None


def _no_stream(status: int, kind: str, text: str, body: Any) -> Seen:
    """Return what an answer says that is no stream: some servers send their errors so."""
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
        self._kept: list[bytes] = []  # read, and still to be told
        self._rest = self._read()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        kept, self._kept = self._kept, []
        for piece in kept:
            yield piece
        async for piece in self._rest:
            yield piece

    async def beginning(self, is_enough: Callable[[bytearray], bool]) -> bytes:
        """Return as much as is enough, or all of it; it is still told."""
        read = bytearray(b"".join(self._kept))
        while not is_enough(read):
            piece = await anext(self._rest, None)
            if piece is None:
                break
            self._kept.append(piece)
            read += piece
        return bytes(read)

    def say(self, whole: bytes) -> None:
        """Tell this in place of what was read."""
        self._kept = [whole]

    async def _read(self) -> AsyncGenerator[bytes, None]:
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
            self._told[IS_DONE] = True

    async def aclose(self) -> None:
        await self._rest.aclose()
        await self._stream.aclose()


def _hush() -> None:
    """Keep warnings of what a server says from stderr: nobody there can do anything about it."""
    warnings.filterwarnings("ignore", category=UsageExtractionFailedWarning)
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
    warnings.filterwarnings("ignore", message="Unexpected non-string value", category=UserWarning)


def model_of(model: ModelName, client: httpx2.AsyncClient) -> Model[Any]:
    """Return pydantic-ai's model. The SDKs do not try again by themselves, nor tell anyone of what they do."""
    _hush()
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
    return ChatModel(model.id, provider=OpenAIProvider(openai_client=sdk), profile=profile)

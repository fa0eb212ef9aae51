"""The chunks of a stream of chat completions, put right where compatible servers take liberties with them."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from openapi_mcp.ask.most_calls import refuse_more

MOST_TOKENS = 10**12
"""Of a turn: what is counted beyond that makes no sense, and beyond 64 bits no trace can carry it."""

Chunk = Any
"""The SDK's ChatCompletionChunk, which is changed in its place; it is loosely made, anything may be anywhere."""

_OPEN, _CLOSE = "<think>", "</think>"
_LENGTH = frozenset(("length", "max_tokens", "max_length", "max_output_tokens", "model_length"))
_FILTER = frozenset(("content_filter", "safety", "refusal", "recitation", "blocklist", "prohibited_content", "spii"))
_CALLS = frozenset(("tool_calls", "tool_call", "tool_use", "function_call"))
_NO_END = frozenset(("error", "abort", "aborted", "cancelled", "canceled", "insufficient_system_resource"))


def reason_of(written: str) -> str | None:
    """Return OpenAI's word for a finish_reason; None where it tells of a failure, or of nothing.

    Whatever else a server calls the end of an answer is one: "STOP", "end_turn", "eos_token".
    """
    word = written.strip().lower()
    if word in _LENGTH:
        return "length"
    if word in _FILTER:
        return "content_filter"
    if word in _CALLS:
        return "tool_calls"
    return None if not word or word in _NO_END else "stop"


def put_right_usage(usage: Any) -> Any:
    """Return what a server says it counted, without counts that are none; None where nothing is left of it."""
    counts = [count_of(getattr(usage, name, None)) for name in ("prompt_tokens", "completion_tokens")]
    if counts == [None, None]:
        return None
    usage.prompt_tokens, usage.completion_tokens = into, out = counts[0] or 0, counts[1] or 0
    usage.total_tokens = into + out
    for name in ("prompt_tokens_details", "completion_tokens_details"):
        details = getattr(usage, name, None)
        is_sound = isinstance(details, BaseModel) and all(
            each is None or count_of(each) is not None for _, each in details
        )
        setattr(usage, name, details if is_sound else None)
    return usage


def count_of(value: Any) -> int | None:
    """Return a count of tokens as a server says it, None where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS else None


class Thought:
    """Tells a thought that stands in tags at the beginning of a text from the answer, however it comes in pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._is_at = "beginning"

    def pieces(self, text: str) -> list[str]:
        """Return what can be told by now: a tag is a piece by itself; space before the answer is left out."""
        self._held += text
        made: list[str] = []
        if self._is_at == "beginning":
            begun = self._held.lstrip()
            if not begun or _OPEN.startswith(begun):
                return []
            self._is_at = "answer"
            self._held = self._held.lstrip("\r\n")
            if begun.startswith(_OPEN):
                self._is_at, self._held = "thought", begun[len(_OPEN) :]
                made.append(_OPEN)
        if self._is_at == "thought":
            made += self._thought()
        if self._is_at == "gap":
            self._held = self._held.lstrip()
            self._is_at = "answer" if self._held else "gap"
        if self._is_at == "answer":
            cut = 1 if self._held == _OPEN else 0  # as a piece by itself it would begin a thought
            made += [self._held[:cut], self._held[cut:]]
            self._held = ""
        return [each for each in made if each]

    def _thought(self) -> list[str]:
        thought, tag, rest = self._held.partition(_CLOSE)
        if tag:
            self._is_at, self._held = "gap", rest
            return [thought, _CLOSE]
        kept = next((n for n in range(len(_CLOSE) - 1, 0, -1) if thought.endswith(_CLOSE[:n])), 0)
        self._held = thought[len(thought) - kept :]
        return [thought[: len(thought) - kept]]

    def rest(self) -> list[str]:
        """Return what was held back, at the end."""
        rest, self._held = self._held, ""
        rest = rest.lstrip("\r\n") if self._is_at == "beginning" else rest
        return [rest] if rest.strip() else []


class Calls:
    """Numbers the calls of an answer: some servers give all of them the index 0, each with an id of its own.

    A name that comes in pieces is joined; one that each piece of a call says again, as some servers do, is said once.
    """

    def __init__(self) -> None:
        self._now: dict[Any, int] = {}  # by the index: the number of the call that goes on there
        self._known: dict[tuple[Any, str], int] = {}
        self._with_id: set[int] = set()
        self._names: dict[int, str] = {}
        self._made = 0

    def put_right(self, call: Any) -> None:
        """Number a piece of a call, and leave out its name where that was said."""
        function = call.function
        name = function.name if function is not None else None
        call.index = number = self.number(call.index, call.id, name)
        if not isinstance(name, str) or not name:
            return
        before = self._names.get(number, "")
        if name == before:
            function.name = None
        else:
            self._names[number] = before + name

    def number(self, index: Any, call_id: Any, name: Any) -> int:
        """Return the number of the call that a piece belongs to: a new id with a name begins a new one.

        Raises:
            NoAnswerError: there are more of them than a model makes at once.
        """
        own = call_id if isinstance(call_id, str) else ""
        known = self._known.get((index, own)) if own else self._now.get(index)
        if known is None and (index not in self._now or (own and name and self._has_id(index))):
            known = self._next()
        elif known is None:
            known = self._now[index]
        self._now[index] = known
        if own:
            self._known[index, own] = known
            self._with_id.add(known)
        return known

    def _next(self) -> int:
        self._made += 1
        refuse_more(self._made)
        return self._made - 1

    def _has_id(self, index: Any) -> bool:
        return self._now[index] in self._with_id


class Chunks:
    """Puts the chunks of one answer right, one after the other."""

    def __init__(self) -> None:
        self._thought = Thought()
        self._calls = Calls()
        self._last: Chunk = None
        self.has_ended = False
        self.has_empty_end = False  # "" in place of a reason: an end where the stream says so, too

    def put_right(self, chunk: Chunk) -> Iterator[Chunk]:
        """Yield what a chunk says, in as many chunks as it takes."""
        if chunk.usage is not None:
            chunk.usage = put_right_usage(chunk.usage)
        if not chunk.choices or chunk.choices[0].delta is None:
            yield chunk
            return
        choice = chunk.choices[0]
        written: Any = choice.finish_reason
        if isinstance(written, str):
            reason: Any = reason_of(written)
            self.has_empty_end = not written.strip()
            self.has_ended = self.has_ended or reason is not None
            choice.finish_reason = reason
        self._last = chunk
        for call in choice.delta.tool_calls or ():
            self._calls.put_right(call)
        if isinstance(choice.delta.content, str):
            pieces = self._thought.pieces(choice.delta.content)
            pieces += self._thought.rest() if choice.finish_reason or choice.delta.tool_calls else []
            for piece in pieces[:-1]:
                yield _only(chunk, piece)
            choice.delta.content = pieces[-1] if pieces else None
        elif choice.finish_reason or choice.delta.tool_calls:
            for piece in self._thought.rest():
                yield _only(chunk, piece)
        yield chunk

    def end(self, *, is_said: bool) -> Iterator[Chunk]:
        """Yield what is missing at the end of a stream; `is_said` where it ended with [DONE]."""
        if self._last is None:
            return
        for piece in self._thought.rest():
            yield _only(self._last, piece)
        if is_said and self.has_empty_end and not self.has_ended:
            yield _only(self._last, None, "stop")


def _only(chunk: Chunk, content: str | None, reason: Any = None) -> Chunk:
    """Return a chunk with a piece of text and nothing else."""
    whole = chunk.choices[0]
    delta = type(whole.delta).model_construct(content=content)
    choice = type(whole).model_construct(index=0, delta=delta, finish_reason=reason, logprobs=None)
    return chunk.model_copy(update={"choices": [choice], "usage": None})

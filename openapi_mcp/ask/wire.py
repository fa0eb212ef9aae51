"""Our words of a conversation as those of pydantic-ai, and back. Imported only where a model is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_ai import messages as theirs
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from openapi_mcp.ask.carried import carried
from openapi_mcp.ask.caught import BROKEN_OFF, NoAnswerError
from openapi_mcp.ask.chunks import MOST_TOKENS, reason_of
from openapi_mcp.ask.faults import Seen
from openapi_mcp.ask.names import ModelName, Wire
from openapi_mcp.ask.prices import cost_of
from openapi_mcp.ask.steps import Think
from openapi_mcp.ask.wire_tool import wire_tool
from openapi_mcp.model.chat import Answered, Asked, FaultKind, Finish, History, ToolCall, Turn, Usage
from openapi_mcp.model.jsontext import read_json, write_json

_MOST_CALLS = 128  # of a turn; OpenAI takes as many tools
_FINISHES: Mapping[str, Finish] = {
    "stop": Finish.DONE,
    "tool_call": Finish.CALLS,
    "tool_calls": Finish.CALLS,
    "length": Finish.LENGTH,
    "content_filter": Finish.REFUSED,
}


def parameters_of(think: Think, wire: Wire) -> ModelRequestParameters:
    """Return the tools that a model is offered, not in the strict mode of OpenAI, which takes few schemas."""
    tools = [wire_tool(tool, wire) for tool in think.tools]
    return ModelRequestParameters(
        function_tools=[
            ToolDefinition(
                name=tool.name,
                description=tool.description,
                parameters_json_schema=dict(tool.input_schema),
                strict=False,
            )
            for tool in tools
        ],
    )


def messages_of(think: Think, model: ModelName) -> list[theirs.ModelMessage]:
    """Return the history as pydantic-ai's messages, for this model.

    On the wire of chat completions nobody knows which template is behind it: the strictest order of roles is taken by
    all. Anthropic's own wire has answers and words in one message.
    """
    instructions = think.instructions.encode(errors="replace").decode()
    told = carried(think.history, model.name, is_strict=model.wire is Wire.OPENAI)
    return list(_messages(told, instructions, model.wire))


def _messages(history: History, instructions: str, wire: Wire) -> Iterator[theirs.ModelMessage]:
    parts: list[theirs.ModelRequestPart] = []
    for message in history:
        match message:
            case Turn():
                yield theirs.ModelRequest(parts=parts, instructions=instructions or None)
                yield _response_of(message)
                parts = []
            case Asked():
                parts.append(theirs.UserPromptPart(content=message.text))
            case Answered():
                parts.append(_return_of(message, wire))
    yield theirs.ModelRequest(parts=parts, instructions=instructions or None)


def _return_of(answered: Answered, wire: Wire) -> theirs.ToolReturnPart:
    """Return an answer; only one of the wires says by itself that a call failed, on the other the text does."""
    has_failed = answered.is_error and wire is Wire.ANTHROPIC
    return theirs.ToolReturnPart(
        tool_name=answered.call.tool,
        content=answered.text,
        tool_call_id=answered.call.id,
        outcome="failed" if has_failed else "success",
    )


def _response_of(turn: Turn) -> theirs.ModelResponse:
    own = _own_response(turn)
    if own is not None:
        return own
    parts: list[theirs.ModelResponsePart] = []
    if turn.text:
        parts.append(theirs.TextPart(content=turn.text))
    for call in turn.calls:
        arguments = dict(call.arguments or {})
        parts.append(theirs.ToolCallPart(tool_name=call.tool, args=arguments, tool_call_id=call.id))
    return theirs.ModelResponse(parts=parts)


def _own_response(turn: Turn) -> theirs.ModelResponse | None:
    """Return a turn as its own provider said it, thoughts with their signatures among it; None where it is another."""
    if turn.origin is None:
        return None
    try:
        (read,) = theirs.ModelMessagesTypeAdapter.validate_python([turn.origin])
    except (ValidationError, ValueError):
        return None
    if not isinstance(read, theirs.ModelResponse):
        return None
    is_same = [part.tool_call_id for part in read.tool_calls] == [call.id for call in turn.calls]
    return read if is_same and (read.text or "").rstrip() == turn.text else None


def turn_of(response: theirs.ModelResponse, model: ModelName) -> Turn:
    """Return what a model said.

    Raises:
        NoAnswerError: it broke off, or has more calls than a model makes at once.
    """
    finish = _finish_of(response)
    if finish is None or response.state != "complete":
        raise NoAnswerError(Seen(said=BROKEN_OFF, kind=FaultKind.UNREACHABLE))
    if response.finish_reason == "error":
        raise NoAnswerError(Seen(said="the model failed in the middle of its answer", kind=FaultKind.SERVER))
    if len(response.tool_calls) > _MOST_CALLS:
        said = f"{len(response.tool_calls)} calls in one turn"
        raise NoAnswerError(Seen(said=said, kind=FaultKind.MALFORMED))
    calls = tuple(_call_of(part) for part in response.tool_calls)
    if calls and finish is Finish.DONE:
        finish = Finish.CALLS  # servers of local models say "stop" with calls, too
    details = response.provider_details or {}
    refusal = details.get("refusal")
    return Turn(
        model=model.name,
        text=response.text or (refusal if isinstance(refusal, str) else ""),
        thought=response.thinking or "",
        calls=calls,
        finish=finish,
        usage=_usage_of(response, model),
        origin=_origin_of(response),
    )


def _finish_of(response: theirs.ModelResponse) -> Finish | None:
    """Return why a turn ended, None where it has not: a reason that pydantic-ai has no word for yet is one, too."""
    reason: str | None = response.finish_reason
    if reason is None:
        written = (response.provider_details or {}).get("finish_reason")
        reason = reason_of(written) if isinstance(written, str) else None
    return None if reason is None else _FINISHES.get(reason, Finish.DONE)


def joined(before: theirs.ModelResponse | None, response: theirs.ModelResponse) -> theirs.ModelResponse:
    """Return a turn that paused and what it went on with as one."""
    if before is None:
        return response
    return replace(response, parts=[*before.parts, *response.parts], usage=before.usage + response.usage)


def _call_of(part: theirs.ToolCallPart) -> ToolCall:
    """Return a call; arguments that are no JSON object are kept as they were written.

    Raises:
        NoAnswerError: its name or its id is no text: the SDKs take from a stream what stands there.
    """
    if not isinstance(part.tool_name, str) or not isinstance(part.tool_call_id, str):
        raise NoAnswerError(Seen(said="a call whose name or id is no text", kind=FaultKind.MALFORMED))
    if isinstance(part.args, dict):
        return ToolCall(id=part.tool_call_id, tool=part.tool_name, arguments=part.args)
    written = part.args or ""
    arguments = _object_in(written)
    return ToolCall(
        id=part.tool_call_id,
        tool=part.tool_name,
        arguments=arguments,
        written="" if arguments is not None else written,
    )


def _object_in(written: str) -> dict[str, Any] | None:
    """Return the arguments that a model wrote; None where they are no object.

    Nothing and null are none of them: a tool may take nothing. Some servers encode the object twice.
    """
    if not written.strip():
        return {}
    try:
        value = read_json(written)
        if value is None:
            return {}
        value = read_json(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _plainly(response: theirs.ModelResponse) -> theirs.ModelResponse:
    """Return a response whose calls have their objects as they were taken: other servers refuse "null", or a string."""
    parts: list[theirs.ModelResponsePart] = []
    for part in response.parts:
        if isinstance(part, theirs.ToolCallPart) and isinstance(part.args, str):
            meant = _object_in(part.args)
            is_plain = meant is None or part.args.lstrip().startswith("{")
            parts.append(part if is_plain else replace(part, args=write_json(meant)))
        else:
            parts.append(part)
    return replace(response, parts=parts)


def _usage_of(response: theirs.ModelResponse, model: ModelName) -> Usage:
    used = response.usage
    return Usage(
        tokens_in=_count(used.input_tokens),
        tokens_out=_count(used.output_tokens),
        cached=_count(used.cache_read_tokens),
        cost=cost_of(response, model),
    )


def _count(tokens: int) -> int:
    return tokens if 0 <= tokens <= MOST_TOKENS else 0


def _origin_of(response: theirs.ModelResponse) -> Any:
    (written,) = theirs.ModelMessagesTypeAdapter.dump_python([_plainly(response)], mode="json")
    return written

"""The spans of a run and of each request to a model, by OpenTelemetry's conventions for GenAI; never what was said."""

from openapi_mcp.ask.names import ModelName
from openapi_mcp.ask.steps import Think
from openapi_mcp.model.chat import Ending, EndKind, ModelFault, Turn, Usage
from openapi_mcp.model.url import origin
from openapi_mcp.telemetry.spans import CLIENT, Span, Value, span

_AGENT = "openapi-mcp"


def run_span(run: str) -> Span:
    """Return the span of what is asked within a run; those of its requests and calls are below it."""
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": _AGENT,
        "gen_ai.conversation.id": run,
    }
    return span(f"invoke_agent {_AGENT}", attributes)


def note_ending(asking: Span, ending: Ending) -> None:
    """Say how a run ended, and what it took."""
    asking.note("openapi_mcp.ended", ending.kind.value)
    _note_usage(asking, ending.usage)
    if ending.kind is not EndKind.ANSWERED:
        asking.fail(ending.kind.value)


def request_span(model: ModelName, think: Think) -> Span:
    """Return the span of one request to a model."""
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": model.wire.value,
        "gen_ai.request.model": model.id,
    }
    if think.most_tokens is not None:
        attributes["gen_ai.request.max_tokens"] = think.most_tokens
    if (where := origin(model.url)) is not None:
        attributes |= {"server.address": where[1], "server.port": where[2]}
    return span(f"chat {model.id}", attributes, CLIENT)


def note_answer(asking: Span, came: Turn | ModelFault) -> None:
    """Say what came of a request."""
    if isinstance(came, Turn):
        _note_usage(asking, came.usage)
        return
    if came.status is not None:
        asking.note("http.response.status_code", came.status)
    asking.fail(came.kind.value)


def _note_usage(asking: Span, usage: Usage) -> None:
    asking.note("gen_ai.usage.input_tokens", usage.tokens_in)
    asking.note("gen_ai.usage.output_tokens", usage.tokens_out)

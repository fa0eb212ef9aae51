"""A plain loop, as anybody writes it: a provider's SDK, an MCP client, the tools as they are listed, nothing else.

No instructions, nothing said of a call but its answer, no word on a circle, no other provider, nothing shortened. What
the SDK does by itself it does: a request that failed for a moment is sent again, twice.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

import mcp_types as types
import openai
from mcp import Client
from mcp.client.stdio import StdioServerParameters

Message = dict[str, Any]


async def ask(question: str, *, url: str, key: str, model: str, server: tuple[str, ...], most_steps: int = 25) -> str:
    """Return the answer, "" where the loop ends without one.

    Raises:
        openai.OpenAIError: the service of models failed.
    """
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "openapi_mcp", "serve", *server])
    async with (
        Client(parameters, mode="auto") as client,
        openai.AsyncOpenAI(base_url=url, api_key=key) as provider,
    ):
        tools = [_offered(tool) for tool in (await client.list_tools()).tools]
        messages: list[Message] = [{"role": "user", "content": question}]
        for _ in range(most_steps):
            fields: Any = {"model": model, "messages": messages, "tools": tools}
            said = (await provider.chat.completions.create(**fields)).choices[0].message
            messages.append(_readable(said.model_dump(exclude_none=True)))
            if not said.tool_calls:
                return said.content or ""
            messages += [await _answer(client, call) for call in said.tool_calls]
    return ""


def _offered(tool: types.Tool) -> Message:
    function = {"name": tool.name, "description": tool.description or "", "parameters": tool.input_schema}
    return {"type": "function", "function": function}


def _readable(said: Message) -> Message:
    """Return a turn that may be told back: some servers take no calls whose arguments are no JSON."""
    for call in said.get("tool_calls", ()):
        try:
            json.loads(call["function"]["arguments"])
        except ValueError:
            call["function"]["arguments"] = "{}"
    return {"content": "", **said}


async def _answer(client: Client, call: Any) -> Message:
    try:
        arguments: Mapping[str, Any] = json.loads(call.function.arguments)
        result = await client.call_tool(call.function.name, dict(arguments))
        text = "".join(block.text for block in result.content if isinstance(block, types.TextContent))
    except Exception as error:  # noqa: BLE001 - as anybody writes it: whatever it was, the model is told
        text = f"Error: {error}"
    return {"role": "tool", "tool_call_id": call.id, "content": text}

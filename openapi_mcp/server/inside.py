"""A client of our own server within this process: what it is told, and how it calls, is as with every other client."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import mcp_types as types
from mcp import Client, MCPError

from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.heard import Heard
from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.chat import Answered, ChatTool, ToolCall
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.tool import Tool
from openapi_mcp.schema.confidential import without_confidential
from openapi_mcp.server.confirm import unable
from openapi_mcp.server.means import background_of, bounds_of
from openapi_mcp.server.protocol import create_server
from openapi_mcp.server.sent import Sending, Watched, request_name
from openapi_mcp.serving import Serves
from openapi_mcp.telemetry.spans import headers

_MOST_PAGES = 1_000
_MOST_HIDDEN = 1_000  # confidential values that are kept in mind, to be masked in what is kept of a run

_UNABLE = unable(Call(tool="")).message
_NOBODY = "a person must confirm this call, and nobody can be asked: there is no terminal, or --json is given"
_NOBODY_AGAIN = (
    "this write was made already in this run; only a person can say that it is to be made once more, and nobody can be "
    "asked: there is no terminal, or --json is given; nothing was sent"
)
_WAY_AGAIN = "tell the person: they can ask for it in a new question (ask --continue), or say yes at a terminal"
_MADE_BEFORE = "This was made already in this run, and would be made ONCE MORE."
_WAY = "tell the person: they can ask at a terminal, or with --confirm none"

Consent = Callable[[str], Awaitable[bool | None]]
"""Shows a person the exact request of a call; True lets it be sent, None leaves the question without an answer."""


class Inside:
    """The tools of what an app serves, and who calls them.

    In the search mode `operations` are those that `call_operation` calls, by name; else it is empty.
    """

    def __init__(
        self, client: Client, app: Watched, tools: Sequence[ChatTool], *, is_recorded: bool, may_ask: bool
    ) -> None:
        self.tools = tuple(tools)
        self.instructions = client.instructions or ""
        self.operations = {tool.name: _as_operation(tool) for tool in app.toolset.tools if app.toolset.searches}
        self._client = client
        self._app: Serves = cast("Serves", app)
        self._watched = app
        self._made: frozenset[str] = frozenset()
        self._is_recorded = is_recorded
        self._may_ask = may_ask
        self.sent: tuple[str, ...] = ()
        """The requests of writes that the last call has sent, given up or not."""
        self._heard: Heard | None = None
        self._is_asking = self._has_written = False  # as for the call that is made
        self._redactors: list[Redactor] = []  # of the last calls, which may have had secrets of their own
        self._hidden: set[str] = set()
        self._of_each = {
            app.label_of(tool.name): tool.name for tool in app.toolset.tools
        }.values()  # a tool of each API
        self._of_hidden = Redactor()
        app.on_call.append(self._hear)

    def foresee(
        self, name: str, arguments: Mapping[str, Any], made: frozenset[str]
    ) -> tuple[Mapping[str, Any] | None, str]:
        """Return what a call of a tool or an operation would send: arguments as repaired, and the request's name.

        None and "" where that is not known before. The next call sends no request of those that were `made`.
        """
        self._made = made
        tool = self._app.tool_of(name)
        if tool is None or tool.plan is not None:
            return None, ""
        call = Call(tool=name, arguments=arguments)
        try:
            found, sent = self._app.foresee(call), self._app.foreseen_arguments(call)
        except (OpenapiMcpError, ValueError, RecursionError):  # the call says so
            return None, ""
        if sent is not None:  # without what is the operator's own, or made anew
            own = {**tool.defaults, **tool.fixed}
            own.setdefault(tool.key, sent.get(tool.key))
            sent = {each: value for each, value in sent.items() if each not in own or value != own[each]}
        return sent, "" if isinstance(found, Failure) else request_name(found)

    async def call(self, call: ToolCall) -> Answered:
        """Return what comes of a call that has arguments; where a request of it was held back, it has that."""
        made, self._made = self._made, frozenset()
        return await self._called(call, self._watched.begin(made))

    async def once_more(self, call: ToolCall) -> Answered:
        """Return what comes of a call that was made before: a person is asked, whatever --confirm says."""
        self._made = frozenset()
        return await self._called(call, self._watched.begin(frozenset(), insists=True))

    async def _called(self, call: ToolCall, sending: Sending) -> Answered:
        self._heard = None
        self._is_asking = self._has_written = False
        requests: tuple[str, ...] = ()
        try:
            result = await self._client.call_tool(call.tool, dict(call.arguments or {}), meta=_in_trace())
        except MCPError as error:  # no such tool
            return Answered(call=call, text=error.message, is_error=True, is_sent=False)
        finally:
            self.sent = requests = self._watched.left(sending)
        answered = self._with_record(_answered(call, result))
        is_sent = answered.is_sent and not (sending.held and not sending.done)
        answered = replace(answered, requests=requests, held=sending.held, is_sent=is_sent)
        return answered if self._may_ask else _with_own_way(answered, is_again=self._watched.insists)

    async def ask(self, consent: Consent, text: str) -> bool | None:
        """Return what a person answers to a question about the call that is made."""
        self._is_asking = True
        said = await consent(f"{_MADE_BEFORE}\n{text}" if self._watched.insists else text)
        self._is_asking = said is not True
        return said

    @property
    def is_unaccepted(self) -> bool:
        """True where the last call, given up, was waiting for a person's yes, and nothing was written for it before."""
        return self._is_asking and not self._has_written

    async def capabilities(self) -> Capabilities:
        """Return what tools need and yield, by name; a workflow needs what its steps need of its inputs."""
        known = await self._app.capabilities()
        plans = {tool.name: tool.plan for tool in self._app.toolset.tools if tool.plan is not None}
        if not plans:
            return known
        from openapi_mcp.workflow.passed_on import needs_of, said_again

        find = self._app.tool_of
        found = {
            name: Capability(needs=needs_of(plan, find, known), said_again=said_again(plan))
            for name, plan in plans.items()
        }
        return {**known, **found}

    def mask(self, text: str) -> str:
        """Return a text without the secrets that calls had, and without what was confidential in their arguments."""
        held = (self._app.redactor(Call(tool=name)) for name in self._of_each)
        for redact in (*held, *self._redactors):
            text = redact(text)
        return self._of_hidden(text)

    def _hear(self, heard: Heard) -> None:
        self._heard = heard
        if isinstance(sending := heard.call.sending, Sending):  # of a step of a workflow
            sending.came(heard.result)
        trace, tool = heard.result.trace, heard.tool
        is_read = tool is not None and tool.annotations.read_only
        self._has_written = self._has_written or (trace is not None and trace.attempts > 0 and not is_read)
        if heard.redact not in self._redactors:
            self._redactors = [*self._redactors[-9:], heard.redact]
        self._hide(heard)

    def _hide(self, heard: Heard) -> None:
        """Remember what was confidential in a call's arguments."""
        schema = heard.tool.input_schema if heard.tool is not None else {}
        more = set(without_confidential(heard.call.arguments, schema)[1]) - self._hidden
        if more and len(self._hidden) < _MOST_HIDDEN:
            self._hidden.update(islice(more, _MOST_HIDDEN))
            self._of_hidden = Redactor(map(Secret, self._hidden))  # once: every text of a run asks for it

    def _with_record(self, answered: Answered) -> Answered:
        """Return the same with its record; of a failure it says whether anything was sent before."""
        heard = self._heard
        if heard is None:  # it goes on in the background, or was asked of ours
            return answered
        attempts = heard.result.trace.attempts if heard.result.trace is not None else 0
        is_sent = not answered.is_error or attempts > 0
        return replace(answered, record=heard.id if self._is_recorded else "", is_sent=is_sent)


@asynccontextmanager
async def inside(
    app: Serves, config: Config, consent: Consent | None = None, *, is_recorded: bool = True
) -> AsyncIterator[Inside]:
    """Yield a client of what an app serves; without a `consent` no call is sent that a person must confirm.

    It speaks the era of the handshake: there a question comes within a call, and so within a workflow, too.
    """
    found: list[Inside] = []

    async def person(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        del context  # whose question it is: there is one client alone
        said = await found[0].ask(consent, params.message) if consent is not None and found else None
        return types.ElicitResult(action="cancel" if said is None else "accept" if said else "decline")

    watched = Watched(app)
    served = cast("Serves", watched)
    async with (
        background_of(served, None, bounds_of(config)) as background,
        Client(
            create_server(served, background=background),
            mode="legacy",
            elicitation_callback=person if consent is not None else None,
        ) as client,
    ):
        listed = await _listed(client)
        found.append(Inside(client, watched, listed, is_recorded=is_recorded, may_ask=consent is not None))
        yield found[0]


def _in_trace() -> Any:
    """Return what tells our server in whose trace a call is made, None where nobody collects."""
    return dict(headers()) or None


def _with_own_way(answered: Answered, *, is_again: bool) -> Answered:
    """Return a refusal of what a person must confirm with what such a person can do here, where nobody is asked."""
    match answered.value:
        case {"error": {"kind": "refused", "message": str() as said, **more}} if said == _UNABLE:
            message, hint = (_NOBODY_AGAIN, _WAY_AGAIN) if is_again else (_NOBODY, _WAY)
            error = {"kind": "refused", "message": message, **more, "hint": hint}
            return replace(answered, text=write_json({"error": error}), value={"error": error})
    return answered


async def _listed(client: Client) -> list[ChatTool]:
    tools: list[ChatTool] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        tools += map(_as_tool, page.tools)
        cursor = page.next_cursor
        if cursor is None:
            break
    return tools


def _as_operation(tool: Tool) -> ChatTool:
    is_read = tool.annotations.read_only
    return ChatTool(name=tool.name, description=tool.description, input_schema=tool.input_schema, is_read=is_read)


def _as_tool(tool: types.Tool) -> ChatTool:
    said = tool.annotations
    return ChatTool(
        name=tool.name,
        description=tool.description or tool.title or "",
        input_schema=tool.input_schema,
        is_read=said is not None and said.read_only_hint is True,
    )


def _answered(call: ToolCall, result: types.CallToolResult) -> Answered:
    text = "\n".join(map(_as_text, result.content))
    value = result.structured_content
    if value is None and len(result.content) == 1 and isinstance(result.content[0], types.TextContent):
        value = _as_value(text)
    return Answered(call=call, text=text, value=value, is_error=bool(result.is_error))


def _as_value(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None


def _as_text(block: types.ContentBlock) -> str:
    """Return the text of a block, or a word for its bytes: a model here is told of them, not shown."""
    match block:
        case types.TextContent():
            return block.text
        case types.ImageContent() | types.AudioContent():
            return _bytes(block.mime_type, block.data)
        case types.EmbeddedResource(resource=types.BlobResourceContents() as blob):
            return _bytes(blob.mime_type or "application/octet-stream", blob.blob)
    return f"[{block.type}]"


def _bytes(mime_type: str, base64_text: str) -> str:
    size = len(base64_text) * 3 // 4 - base64_text[-2:].count("=")
    return f"[{mime_type}, {size:,} bytes]"

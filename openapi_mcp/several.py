"""Several APIs in one server: each an App of its own, listed together; a call goes to the one that its tool names.

Nothing is shared: each has its executor, with its credentials, trusted origins and limits, and its own answers to be
read on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from openapi_mcp.apis import said_for
from openapi_mcp.app import App
from openapi_mcp.combined import Combined
from openapi_mcp.config import Config
from openapi_mcp.executor.failures import unknown_tool
from openapi_mcp.generator.catalogue import Summary
from openapi_mcp.generator.pages import Pages
from openapi_mcp.member import Member
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Caller, Failure, Result
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.fault import Looked, Repair
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.secret import Redactor, Redactors
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.response.present import present
from openapi_mcp.said_of import hinted
from openapi_mcp.serving import Serving

if TYPE_CHECKING:
    from openapi_mcp.index.search import Index
    from openapi_mcp.shared.link import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A call as the API that it is sent to may know it, the API, and its name."""

    app: App
    call: Call
    name: str


class Several(Serving):
    """Serves the tools of several APIs as one list, and each call where it belongs."""

    def __init__(self, tools: Combined, *, link: "Link | None" = None, agrees: bool = False) -> None:
        super().__init__(link=link)
        self.agrees = agrees
        self.tools = tools
        self.members = tools.members
        self.is_begun = False

    @property
    def toolset(self) -> Toolset:
        """The tools of all that are served now."""
        return self.tools.toolset

    @property
    def pages(self) -> Pages:
        """The list as it is sent."""
        return self.tools.pages

    @property
    def reads_on(self) -> bool:
        """True where answers of any of them can be read on."""
        return any(app.reads_on for app in self.tools.apps())

    @property
    def background_after(self) -> float | None:
        """Seconds after which a call goes on in the background, the same for all of them."""
        return self.tools.background_after

    async def index(self) -> "Index":
        """Return what finds the tools of all that are served now by words; made when it is first asked for."""
        return await self.tools.index()

    async def capabilities(self) -> Capabilities:
        """Return what the tools of all that are served now need and yield."""
        each = [await app.capabilities() for app in tuple(self.tools.apps())]
        return {name: capability for one in each for name, capability in one.items()}

    def api_of(self, tool: str) -> str:
        """Return the name of the API whose tools are named so; "" where there is none."""
        owner = self.owner(tool)
        return owner.name if owner is not None else ""

    def label_of(self, tool: str) -> str:
        """Return the name of the API whose tools are named so; what all of them are called for a tool of ours."""
        return self.api_of(tool) or self.toolset.title

    def identity_of(self, tool: str) -> str:
        """Return what the API whose tools are named so is known by from run to run: its name."""
        return self.api_of(tool)

    def scoped_schemes(self, tool: Tool) -> frozenset[str]:
        """Return the names of the schemes whose requirements name scopes, in the document of the tool's own API."""
        owner = self.owner(tool.name)
        return owner.app.scoped_schemes(tool) if owner is not None and owner.app is not None else frozenset()

    def asks_before(self, tool: Tool) -> bool:
        """True where the tool's own API has a person asked before a call of it is sent."""
        owner = self.owner(tool.name) if tool.plan is None else None
        return owner is not None and owner.app is not None and owner.app.asks_before(tool)

    def foresee(self, call: Call) -> HttpRequest | Failure:
        """Return what a call would send now, secrets masked, or the failure that it would end with before that."""
        if (workflow := self.workflow_of(call)) is not None:
            return self.foreseen_run(workflow, call)
        if (sent := self._sent(call)) is None:
            return unknown_tool(call.tool, self.toolset)
        return sent.app.foresee(sent.call)

    def foreseen_repairs(self, call: Call) -> tuple[Repair, ...]:
        """Return what is repaired in a call before it is sent, secrets masked."""
        sent = self._sent(call)
        return sent.app.foreseen_repairs(sent.call) if sent is not None else ()

    def foreseen_arguments(self, call: Call) -> Mapping[str, Any] | None:
        """Return the arguments of what a call would send, by the names of the list, unmasked; None where none is."""
        sent = self._sent(call)
        return sent.app.foreseen_arguments(sent.call) if sent is not None else None

    async def explained(self, call: Call, failure: Failure) -> Failure:
        """Return what a caller is told of a call that was foreseen to fail; lookups are made for it, nothing else."""
        if (sent := self._sent(call)) is None:
            return failure
        told = await sent.app.explained(sent.call, failure)
        return replace(told, hint=said_for(sent.name, told.hint))

    async def foreseen_lookups(self, call: Call) -> tuple[Looked, ...]:
        """Return what a call that cannot be sent as it is would look up; nothing is asked."""
        sent = self._sent(call)
        return await sent.app.foreseen_lookups(sent.call) if sent is not None else ()

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call that was not sent yet: those of its API."""
        if call.tool in self.tools.plans:
            return Redactors([app.redactor(call) for app in self.tools.apps()])
        owner = self.owner(call.tool)
        return owner.app.redactor(call) if owner is not None and owner.app is not None else Redactor(())

    async def call(self, call: Call) -> Result:
        """Run a call on the API whose tool it names, with nothing of its caller's that is for another one.

        The steps of a workflow are calls of their own, each on its API.
        """
        if (workflow := self.workflow_of(call)) is not None:
            from openapi_mcp.running import Running

            running = Running(
                call=call, tool=workflow, toolset=self.toolset, app=self, perform=self.call, show=self.show
            )
            return await running.result()
        sent = _sent_to(await self._reader_of(call), call) if call.tool == READ_RESULT else self._sent(call)
        if sent is None:
            return unknown_tool(call.tool, self.toolset).as_result()
        return hinted(await sent.app.call(sent.call), sent.name)

    async def follow(self, call: Call, job: Job) -> Result:
        """Ask once how far the work of a call is, on the API whose tool it names."""
        if (sent := self._sent(call)) is None:
            return unknown_tool(call.tool, self.toolset).as_result()
        return hinted(await sent.app.follow(sent.call, job), sent.name)

    async def end(self, call: Call, job: Job) -> bool:
        """Ask the API whose tool a call names to end its work; False where it has no way to, or does not take it."""
        sent = self._sent(call)
        return sent is not None and await sent.app.end(sent.call, job)

    async def show(self, value: JsonValue, caller: Caller, *tools: str) -> Result:
        """Return what is said about these tools, cut and kept as the first one's API does it.

        It is not kept where each API would have to say whether the caller's scopes still allow its own.
        """
        owners = dict.fromkeys(owner for tool in tools if (owner := self.owner(tool)) is not None)
        first = next(iter(owners), None)
        if first is not None and first.app is not None and (len(owners) == 1 or caller.scopes is None):
            return await first.app.show(value, caller, *tools)
        return present(Answer(value=value), first.config.limits.max_response if first is not None else 0)

    @property
    def summary(self) -> Summary:
        """What a start says about the tools."""
        each = [app.summary for app in self.tools.apps()]
        return Summary(
            tools=sum(one.tools for one in each),
            left_out=sum(one.left_out for one in each),
            reads_only=all(one.reads_only for one in each),
        )

    @property
    def lacking(self) -> int:
        """How many tools lack a credential."""
        return sum(app.lacking for app in self.tools.apps())

    def owner(self, tool: str) -> Member | None:
        """Return the API whose tools are named so; a workflow is of none."""
        if tool in self.tools.plans:
            return None
        return next((member for member in self.members if member.owns(tool)), None)

    def _sent(self, call: Call) -> "_Sent | None":
        return _sent_to(self.owner(call.tool), call)

    async def _reader_of(self, call: Call) -> Member | None:
        """Return the API that has the answer of a handle; where none has, any can say so."""
        handle = str(call.arguments.get("handle"))
        reading = [member for member in self.members if member.app is not None and member.app.kept is not None]
        for member in reading:
            if member.app and member.app.kept and await member.app.kept.holds(handle, call.caller.id):
                return member
        return reading[0] if reading else None


def _as_known_to(config: Config, call: Call) -> Call:
    """Return a call with those of its caller's headers alone that are for this API."""
    wanted = {name.lower() for name in config.forward}
    headers = tuple((name, value) for name, value in call.caller.headers if name.lower() in wanted)
    return replace(call, caller=replace(call.caller, headers=headers))


def _sent_to(member: Member | None, call: Call) -> _Sent | None:
    if member is None or member.app is None:  # it is not served now
        return None
    return _Sent(app=member.app, call=_as_known_to(member.config, call), name=member.name)

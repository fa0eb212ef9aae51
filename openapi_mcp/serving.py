"""What an MCP server needs of what it serves, and what one API and several do alike for it."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from openapi_mcp.executor.masked import masked_failure
from openapi_mcp.generator.catalogue import Summary
from openapi_mcp.generator.pages import Pages
from openapi_mcp.generator.stored import Stored
from openapi_mcp.heard import Observer
from openapi_mcp.model.call import Call, Caller, Failure, Result
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.fault import Looked, Repair
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Tool, Toolset

if TYPE_CHECKING:
    from openapi_mcp.index.search import Index
    from openapi_mcp.shared.link import Link


class Serves(Protocol):
    """What an MCP server needs of what it serves, one API (app.py) or several (several.py).

    `can_change` says whether another list may arrive, `on_change` are told of it, `on_call` of every call; `stored` is
    the catalogue that it began from; `reads_on` says whether answers that were cut can be read on. By the `link`
    replicas share, where there is one.
    """

    can_change: bool
    on_change: list[Callable[[], Awaitable[None]]]
    on_call: list[Observer]
    stored: Stored | None
    link: "Link | None"

    @property
    def toolset(self) -> Toolset:
        """The tools that are served now."""

    @property
    def pages(self) -> Pages:
        """The list as it is sent."""

    @property
    def reads_on(self) -> bool:
        """True where `read_result` is listed."""

    @property
    def background_after(self) -> float | None:
        """Seconds after which a call goes on in the background, 0 for never; None where nothing was said."""

    @property
    def summary(self) -> Summary:
        """What a start says about the tools."""

    @property
    def lacking(self) -> int:
        """How many tools lack a credential; not counted where they are read from a catalogue."""

    async def index(self) -> "Index":
        """Return what finds its tools by words; made when it is first asked for."""

    async def capabilities(self) -> Capabilities:
        """Return what its tools need and yield; found out when it is first asked for."""

    def api_of(self, tool: str) -> str:
        """Return the name of the API whose tools are named so; "" where there is none, or only one without a name."""

    def label_of(self, tool: str) -> str:
        """Return what the API of a tool is called in the records: its name among several, else the document's title."""

    def identity_of(self, tool: str) -> str:
        """Return what the API of a tool is known by from run to run, whatever its document says (identity.py)."""

    def tool_of(self, name: str) -> Tool | None:
        """Return the tool of this name."""

    def scoped_schemes(self, tool: Tool) -> frozenset[str]:
        """Return the names of the schemes whose requirements name scopes, in the tool's own document."""

    def asks_before(self, tool: Tool) -> bool:
        """True where a person is asked before a call of this tool is sent."""

    def foresee(self, call: Call) -> HttpRequest | Failure:
        """Return what a call would send now, secrets masked, or the failure that it would end with before that."""

    def foreseen_repairs(self, call: Call) -> tuple[Repair, ...]:
        """Return what is repaired in a call before it is sent, secrets masked."""

    def foreseen_arguments(self, call: Call) -> Mapping[str, Any] | None:
        """Return the arguments of what a call would send, by the names of the list, unmasked; None where none is."""

    async def explained(self, call: Call, failure: Failure) -> Failure:
        """Return what a caller is told of a call that was foreseen to fail; lookups are made for it, nothing else."""

    async def foreseen_lookups(self, call: Call) -> tuple[Looked, ...]:
        """Return what a call that cannot be sent as it is would look up; nothing is asked."""

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call that was not sent yet."""

    async def call(self, call: Call) -> Result:
        """Run a call."""

    async def follow(self, call: Call, job: Job) -> Result:
        """Ask once how far the work of a call is; the result has its `job` while that goes on."""

    async def end(self, call: Call, job: Job) -> bool:
        """Ask the API to end the work of a call; False where it has no way to, or does not take it."""

    async def show(self, value: JsonValue, caller: Caller, *tools: str) -> Result:
        """Return what is said about these tools, cut as the answers of their calls are, to be read on."""

    async def announce(self) -> None:
        """Tell that the list has changed."""


class Serving(ABC):
    """What one API and several do alike: telling that the list has changed, and what concerns a workflow.

    The attributes are those of `Serves`; the list is shared with the other replicas where it `agrees`.
    """

    def __init__(self, *, stored: Stored | None = None, can_change: bool = False, link: "Link | None" = None) -> None:
        self.stored = stored
        self.can_change = can_change
        self.link = link
        self.agrees = False
        self.on_change: list[Callable[[], Awaitable[None]]] = []
        self.on_call: list[Observer] = []

    @property
    @abstractmethod
    def toolset(self) -> Toolset:
        """The tools that are served now."""

    @abstractmethod
    def label_of(self, tool: str) -> str:
        """Return what the API of a tool is called in the records."""

    @abstractmethod
    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call that was not sent yet."""

    def tool_of(self, name: str) -> Tool | None:
        """Return the tool of this name."""
        return self.toolset.by_name.get(name)

    def workflow_of(self, call: Call) -> Tool | None:
        """Return the workflow that a call names; None where it names another tool, or none."""
        tool = self.tool_of(call.tool)
        return tool if tool is not None and tool.plan is not None else None

    def foreseen_run(self, workflow: Tool, call: Call) -> HttpRequest | Failure:
        """Return the failure that the call of a workflow would end with, secrets masked: it sends nothing itself."""
        from openapi_mcp.running import foreseen  # a start from a catalogue needs it not

        return masked_failure(foreseen(workflow, call), self.redactor(call))

    async def announce(self) -> None:
        """Tell that the list has changed."""
        for told in self.on_change:
            await told()

"""The ways to work that an API goes on with, where its answer names none: the tool that tells of it, or ends it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import anyio

from openapi_mcp.auth.scopes import allows
from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.executor.recovery import Learning
from openapi_mcp.model.call import Call, Caller, Failure
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.document import Link
from openapi_mcp.model.job import Job
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.template import PLACEHOLDER, path_and_query
from openapi_mcp.model.tool import Tool
from openapi_mcp.response.collect import Page
from openapi_mcp.response.job import operation_name
from openapi_mcp.response.job_state import is_of_jobs, said_of, share_done
from openapi_mcp.response.job_tool import (
    Accepted,
    Asking,
    by_ids,
    by_links,
    by_name,
    by_needs,
    end_of,
    filled_from,
    has_id,
)

_PATIENCE = 3.0  # seconds that an answer waits for what tools need and yield, where that is not known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Finds tools for work; `scoped` are the schemes of the document that name scopes."""

    preparer: Preparer
    scoped: frozenset[str] = frozenset()

    async def derived(self, page: Page, response: HttpResponse, learn: Learning | None) -> Job | None:
        """Return the work as the document leads to it: by links, by needs and yields; a read is asked for itself."""
        tool, value = self._tools[page.call.tool], page.answer.value if page.answer.is_json else None
        accepted = Accepted(tool=tool, arguments=page.call.arguments, response=response, value=value)
        if tool.operation.method == "GET":
            asking: Asking | None = Asking(tool.name, page.call.arguments) if response.status == 202 else None
        else:
            asking = await self._asking(accepted, page.call.caller, learn)
        if asking is None:
            return None
        target = self._tools[asking.tool]
        job = Job(tool=asking.tool, arguments=asking.arguments, said=said_of(value), done=share_done(value))
        return replace(job, is_monitor=is_of_jobs(target.operation.path))

    async def _asking(self, accepted: Accepted, caller: Caller, learn: Learning | None) -> Asking | None:
        name = operation_name(accepted.value)
        if name is not None:
            return self._sound(by_name(accepted, name, self.preparer.toolset.tools), caller)
        linked = by_links(accepted, self._target) or by_ids(accepted, self.preparer.toolset.tools)
        if linked is not None or not has_id(accepted.value) or learn is None:
            return self._sound(linked, caller)
        capabilities: Capabilities = {}
        with anyio.move_on_after(_PATIENCE):
            capabilities = await learn()
        return self._sound(by_needs(accepted, capabilities, self._tools.get), caller)

    def _sound(self, asking: Asking | None, caller: Caller) -> Asking | None:
        """Return a call that can be made by this caller, None for any other."""
        if asking is None or not self.may_ask(caller, self._tools[asking.tool]):
            return None
        call = Call(tool=asking.tool, arguments=asking.arguments, caller=caller)
        return None if isinstance(self.preparer.prepare(call, as_it_is=True), Failure) else asking

    def _target(self, link: Link) -> Tool | None:
        """Return the tool that a link leads to; most are named as their operation is."""
        named = self._tools.get(link.operation_id) if link.operation_id else None
        return next((tool for tool in ((named,) if named else self.preparer.toolset.tools) if _is_of(link, tool)), None)

    @property
    def _tools(self) -> Mapping[str, Tool]:
        return self.preparer.toolset.by_name

    def may_call(self, caller: Caller, tool: Tool) -> bool:
        """True for a tool that the caller's scopes allow."""
        return caller.scopes is None or allows(caller.scopes, tool.operation, self.scoped)

    def may_ask(self, caller: Caller, tool: Tool) -> bool:
        """True for a tool that the caller may call, and that no person is to be asked about before."""
        return tool.limits.confirm is not True and self.may_call(caller, tool)

    def reading(self, tool: Tool, caller: Caller) -> str:
        """Return the tool that by its path reads what another's calls make; "" where none does, or several.

        POST /reports -> that of GET /reports/{id}
        """
        above = path_and_query(tool.operation.path)[0].rstrip("/")
        found = [
            each.name for each in self.preparer.toolset.tools if _is_below(each, above) and self.may_ask(caller, each)
        ]
        return found[0] if len(found) == 1 else ""

    def ending(self, path: str, caller: Caller) -> Call | None:
        """Return the call that ends the work at a path below the server's URL; None where no one tool does."""
        found = [each for tool in self.preparer.toolset.tools if (each := self._ending(tool, path, caller)) is not None]
        return found[0] if len(found) == 1 else None

    def _ending(self, tool: Tool, path: str, caller: Caller) -> Call | None:
        template = end_of(tool.operation.path) if tool.operation.method == "POST" else None
        if not template or not self.may_call(caller, tool):
            return None
        arguments = dict(filled_from(tool, template, path))
        asking = Call(tool=tool.name, arguments=arguments, caller=caller)
        return asking if arguments and not isinstance(self.preparer.prepare(asking, as_it_is=True), Failure) else None


def _is_below(tool: Tool, above: str) -> bool:
    head, _, last = path_and_query(tool.operation.path)[0].rpartition("/")
    return tool.operation.method == "GET" and head == above and PLACEHOLDER.fullmatch(last) is not None


def _is_of(link: Link, tool: Tool) -> bool:
    if link.operation_id:
        return tool.operation.operation_id == link.operation_id
    return (tool.operation.method, tool.operation.path) == (link.method, link.path)

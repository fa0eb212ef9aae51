"""A call as the request that it comes to, or the failure that keeps it from becoming one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.errors import ArgumentsError, ConfigError
from openapi_mcp.executor.failures import invalid, unknown_tool
from openapi_mcp.executor.reading import selection
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.document import Operation
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.tool import SentBody, Tool, Toolset
from openapi_mcp.request.arguments import accepts, offered, validate, validator
from openapi_mcp.request.build import build_request
from openapi_mcp.request.choose import chosen_body
from openapi_mcp.request.files import FindFile, no_folder
from openapi_mcp.request.routes import Routes
from openapi_mcp.schema.check import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A call that can be sent: its tool, the arguments under the names of the list, and the request they come to."""

    tool: Tool
    arguments: dict[str, Any]
    request: HttpRequest


@dataclass(slots=True, kw_only=True)
class Preparer:
    """Makes requests of the calls of a toolset; `server_of` returns the URL that an operation's path is appended to."""

    toolset: Toolset
    server_of: Callable[[Operation], str]
    routes: Routes = field(default_factory=Routes)
    find: FindFile = no_folder
    _checks: dict[tuple[str, str], Check] = field(init=False, default_factory=dict)

    def prepare(self, call: Call, *, as_it_is: bool = False) -> Prepared | Failure:
        """Return what a call sends, or why it is not sent; values are not masked in either.

        `as_it_is`, it is sent in spite of soft faults: a text that has not the `format` that is declared.
        """
        tool = self.toolset.by_name.get(call.tool)
        if tool is None:
            return unknown_tool(call.tool, self.toolset)
        try:
            return self._prepared(tool, offered(tool, call.arguments))
        except ArgumentsError as error:
            return invalid(error)
        except ConfigError as error:
            return Failure(kind=FailureKind.REFUSED, message=error.message, hint=error.hint or "")

    def _prepared(self, tool: Tool, arguments: dict[str, Any]) -> Prepared:
        body = chosen_body(tool, arguments, lambda each: accepts(arguments, self._check(tool, each), each))
        validate(tool, arguments, self._check(tool, body), body)
        selection(tool, arguments)  # read again when there is an answer; what cannot be read is said before it
        base = self.server_of(tool.operation)
        request = build_request(tool, arguments, base, self.routes, self.find, body)
        return Prepared(tool=tool, arguments=arguments, request=request)

    def _check(self, tool: Tool, body: SentBody | None) -> Check:
        key = (tool.name, body.content_type if body else "")
        if key not in self._checks:
            self._checks[key] = validator(tool, body)
        return self._checks[key]

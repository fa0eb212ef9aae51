"""A call as the request that it comes to, or the failure that keeps it from becoming one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.errors import ArgumentsError, ConfigError
from openapi_mcp.executor.failures import invalid, unknown_tool
from openapi_mcp.executor.reading import selection
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.document import Operation
from openapi_mcp.model.fault import Fault, place
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import SentBody, Tool, Toolset
from openapi_mcp.request.arguments import accepts, offered, schema_for, validate, validator
from openapi_mcp.request.build import build_request
from openapi_mcp.request.choose import chosen_body
from openapi_mcp.request.digits import unwritable
from openapi_mcp.request.files import FindFile, no_folder
from openapi_mcp.request.routes import Routes
from openapi_mcp.schema.check import Check
from openapi_mcp.schema.formats import Places, formatted_places, misformatted

_TOO_LONG = 'argument "{}" holds a number of more than 4,300 digits'
_SHORTER = "give a number of fewer digits, or a text where that is taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A call that can be sent: its tool, the arguments under the names of the list, and the request they come to."""

    tool: Tool
    arguments: dict[str, Any]
    request: HttpRequest


def _new_key() -> str:
    from uuid import uuid4

    return str(uuid4())


@dataclass(slots=True, kw_only=True)
class Preparer:
    """Makes requests of the calls of a toolset; `server_of` returns the URL that an operation's path is appended to.

    `new_key` makes the idempotency key of a call that gives none, where its operation declares one.
    """

    toolset: Toolset
    server_of: Callable[[Operation], str]
    routes: Routes = field(default_factory=Routes)
    find: FindFile = no_folder
    new_key: Callable[[], str] = _new_key
    _checks: dict[tuple[str, str], Check] = field(init=False, default_factory=dict)
    _places: dict[tuple[str, str], Places | None] = field(init=False, default_factory=dict)

    def prepare(self, call: Call, *, as_it_is: bool = False) -> Prepared | Failure:
        """Return what a call sends, or why it is not sent; values are not masked in either.

        `as_it_is`, it is sent in spite of soft faults: a text that has not the `format` that is declared.
        """
        tool = self.toolset.by_name.get(call.tool)
        if tool is None:
            return unknown_tool(call.tool, self.toolset)
        try:
            return self._prepared(tool, offered(tool, call.arguments), as_it_is=as_it_is)
        except ArgumentsError as error:
            return invalid(error)
        except ValueError:
            if (found := unwritable(call.arguments)) is not None:
                return invalid(ArgumentsError(_TOO_LONG.format(one_line(found, 80)), field=found, hint=_SHORTER))
            raise
        except ConfigError as error:
            return Failure(kind=FailureKind.REFUSED, message=error.message, hint=error.hint or "")

    def _prepared(self, tool: Tool, arguments: dict[str, Any], *, as_it_is: bool) -> Prepared | Failure:
        body = chosen_body(tool, arguments, lambda each: accepts(arguments, self._check(tool, each), each))
        validate(tool, arguments, self._check(tool, body), body)
        selection(tool, arguments)  # read again when there is an answer; what cannot be read is said before it
        doubted = None if as_it_is else self._doubted(tool, arguments, body)
        if doubted is not None:
            return doubted
        base = self.server_of(tool.operation)
        request = build_request(tool, self._with_key(tool, arguments), base, self.routes, self.find, body)
        return Prepared(tool=tool, arguments=arguments, request=request)

    def _doubted(self, tool: Tool, arguments: dict[str, Any], body: SentBody | None) -> Failure | None:
        """Return what is to be looked at once more: texts that have not the format that is declared for them."""
        key = _key(tool, body)
        if key not in self._places:
            self._places[key] = _formatted(tool, body)
        places = self._places[key]
        return None if places is None else _misformatted(places, arguments)

    def _with_key(self, tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return arguments with an idempotency key: a new one for each request, as what it carries may be another."""
        if not tool.key or arguments.get(tool.key) is not None:
            return arguments
        return {**arguments, tool.key: self.new_key()}

    def _check(self, tool: Tool, body: SentBody | None) -> Check:
        key = _key(tool, body)
        if key not in self._checks:
            self._checks[key] = validator(tool, body)
        return self._checks[key]


def _key(tool: Tool, body: SentBody | None) -> tuple[str, str]:
    return tool.name, body.content_type if body else ""


def _formatted(tool: Tool, body: SentBody | None) -> Places | None:
    """Return where texts of a format are declared, but for files, which come in forms of their own."""
    schema = schema_for(tool, body)
    files = {binding.argument for each in tool.bodies for binding in each.bindings if binding.is_file}
    declared = schema.get("properties", {})
    return formatted_places({**schema, "properties": {n: each for n, each in declared.items() if n not in files}})


def _misformatted(places: Places, arguments: Mapping[str, Any]) -> Failure | None:
    faults = tuple(
        Fault(
            path=path,
            rule="format",
            limit=each.format,
            schema=each.schema,
            said=f'argument "{one_line(place(path), 120)}" has not the format {each.format}',
            is_soft=True,
        )
        for path, each in misformatted(places, arguments)
    )
    if not faults:
        return None
    first = faults[0]
    return Failure(kind=FailureKind.INVALID_ARGUMENTS, message=first.said, field=str(first.path[0]), faults=faults)

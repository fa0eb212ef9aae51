"""The APIs that are served, as workflows may refer to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Tool
from openapi_mcp.workflow.lent import AUTHORIZATION, Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedApi:
    """An API as workflows may refer to it: its name among several, where its document is, its tools.

    `left_out` is why an operation is no tool, by its operationId, its method and path ("POST /orders") or its tool's
    name. `keys` are the places of the credentials of its security schemes, by their names; `schemas` those of its
    document.
    """

    name: str = ""
    places: frozenset[str] = frozenset()
    tools: Sequence[Tool] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, Spot] = field(default_factory=dict)
    schemas: Mapping[str, Schema] = field(default_factory=dict)

    def spots(self, tool: Tool) -> frozenset[Spot]:
        """Return where the credentials of a tool's operation go."""
        operation = tool.operation
        named = {each.name for one in operation.security or () for each in one.schemes}.union(operation.takes)
        return frozenset({AUTHORIZATION, *(self.keys[name] for name in named if name in self.keys)})


def all_of(apis: Sequence[ServedApi]) -> tuple[list[Tool], list[str]]:
    """Return the tools of some APIs, and what else their operations are named by."""
    return [tool for api in apis for tool in api.tools], [each for api in apis for each in api.left_out]


def nouns(apis: Sequence[ServedApi]) -> Iterator[str]:
    """Yield what the paths of some APIs name: "customers" of /customers/{id}."""
    for api in apis:
        for tool in api.tools:
            yield from (part.lower() for part in tool.operation.path.split("/") if part and "{" not in part)


def names(apis: Sequence[ServedApi], *, is_path: bool) -> Iterator[str]:
    """Yield what steps may call the operations of some APIs, those that are left out among them."""
    for api in apis:
        for operation in (tool.operation for tool in api.tools):
            if is_path:
                yield f"{operation.method} {operation.path}"
            elif operation.operation_id:
                yield operation.operation_id
        yield from (each for each in api.left_out if (" " in each) is is_path)

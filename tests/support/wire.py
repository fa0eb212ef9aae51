"""What a call puts on the wire, the whole way: document, tool, arguments as a client gives them, request."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Call
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.files import FindFile, no_folder
from support.make import ALL_METHODS, Json, document


class Wire:
    """One operation, served: `sent` gives the request of a call, `names` the argument of each wire name.

    `others` are the paths of operations beside it, `item` is what its path item has beside it.
    """

    def __init__(
        self,
        operation: Json | None = None,
        *,
        method: str = "post",
        path: str = "/things",
        find: FindFile = no_folder,
        selection: Selection = ALL_METHODS,
        others: Sequence[str] = (),
        item: Json | None = None,
        **root: Any,
    ) -> None:
        paths: Json = {other: {"get": {}} for other in others}
        own = {**(item or {}), method: {**(operation or {}), "operationId": "it"}}
        made = document({**paths, path: own}, **root)
        self.toolset = generate(made, selection)
        assert [skipped.reason for skipped in self.toolset.skipped] == []
        self._executor = Executor(made, self.toolset, find_file=find)

    @property
    def tool(self) -> Tool:
        return self.toolset.by_name["it"]

    @property
    def names(self) -> dict[str, str]:
        """The argument of each parameter and body field, by its name on the wire."""
        bindings = (*self.tool.parameters, *(one for body in self.tool.bodies for one in body.bindings))
        return {binding.name: binding.argument for binding in bindings}

    def sent(self, arguments: Mapping[str, Any] | None = None, /, **more: Any) -> HttpRequest:
        """Return the request of a call."""
        return self._executor.preview(Call(tool=self.tool.name, arguments={**(arguments or {}), **more}))

    def refusal(self, arguments: Mapping[str, Any] | None = None, /, **more: Any) -> ArgumentsError:
        """Return why a call is not sent; it must name an argument and say what is wrong with it."""
        with pytest.raises(ArgumentsError) as raised:
            self.sent(arguments, **more)
        assert raised.value.field
        assert raised.value.message
        return raised.value


def target(request: HttpRequest) -> str:
    """Return the request target: what httpx, which sends it, makes of the URL."""
    return httpx.URL(request.url).raw_path.decode("ascii")


def query(request: HttpRequest) -> str:
    """Return the query as it leaves."""
    return target(request).partition("?")[2]


def header(request: HttpRequest, name: str) -> str | None:
    """Return the value of a header that stands there once at most."""
    found = [value for key, value in request.headers if key.lower() == name.lower()]
    assert len(found) < 2
    return found[0] if found else None

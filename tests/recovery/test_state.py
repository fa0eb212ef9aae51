"""The calls that read the present state, or list what there is."""

import pytest
from support.lookups import SHOP, Api
from support.make import Json, answering, parameter

from openapi_mcp.model.call import Call
from openapi_mcp.recovery.telling.state import list_of, readers_of_state

API = Api(SHOP)
ODATA = Api(
    {
        "/Orders": {"get": {"operationId": "list", **answering({})}},
        "/Orders({Key})": {"get": {"operationId": "one", "parameters": [parameter("Key", "path")], **answering({})}},
        "/{tenant}/notes/": {
            "get": {
                "operationId": "notes",
                "parameters": [parameter("tenant", "path"), parameter("since", required=True)],
            }
        },
        "/{tenant}/notes/{id}/": {
            "put": {"operationId": "put", "parameters": [parameter("tenant", "path"), parameter("id", "path")]}
        },
    }
)


@pytest.mark.parametrize(
    ("tool", "arguments", "offered"),
    [
        ("change_order", {"id": 40, "customer": 1}, ["order", "orders"]),
        ("cancel_order", {"id": 40}, ["order", "orders"]),
        ("cancel_order", {}, ["orders"]),
        ("add_order", {}, ["orders"]),
        ("orders", {}, []),
        ("gone", {}, []),
    ],
)
def test_the_nearest_read_with_the_arguments_that_the_call_has_comes_first(
    tool: str, arguments: Json, offered: list[str]
) -> None:
    """Issue 7, Recover, 7."""
    found = list(readers_of_state(Call(tool=tool, arguments=arguments), API.tools))
    assert [each.tool for each in found] == offered


@pytest.mark.parametrize(
    ("api", "tool", "offered"),
    [
        (API, "cancel_order", "orders"),
        (ODATA, "one", "list"),
        (ODATA, "put", None),
        (API, "add_order", None),
        (API, "gone", None),
    ],
)
def test_the_list_that_a_path_names_one_of_is_offered(api: Api, tool: str, offered: str | None) -> None:
    """Not one that needs more than the call has."""
    found = list_of(Call(tool=tool, arguments={"tenant": "a", "id": 7, "Key": 7}), api.tools)
    assert (found.tool if found is not None else None) == offered

"""Where the tools that read and end a call in the background are listed, what they cost, and who has their names."""

from dataclasses import replace
from typing import Any

import pytest
from support.make import ALL_METHODS, document, toolset

from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.instructions import GOING_ON
from openapi_mcp.generator.listing import costs, list_size, offered, prepared
from openapi_mcp.model.background import CALL_TOOLS, CANCEL_CALL, CANCEL_CALL_TOOL, GET_CALL, GET_CALL_TOOL
from openapi_mcp.model.policy import Listing
from openapi_mcp.model.tool import Toolset
from openapi_mcp.united import united

READ = {"/things": {"get": {"operationId": "things", "responses": {"200": {"description": "All."}}}}}
JOB = {"/reports": {"post": {"operationId": "report", "responses": {"202": {"description": "Begun."}}}}}
GOES_ON = replace(ALL_METHODS, goes_on=True)


def extras(made: Toolset) -> list[str]:
    return [extra["name"] for extra in made.extras]


def listed(made: Toolset, **listing: Any) -> Toolset:
    wanted = Listing(**listing)
    return offered(prepared(made, wanted, dict), wanted)


def test_they_are_listed_where_calls_may_go_on() -> None:
    """As the operator says, or the document; not where there is nothing to call."""
    assert extras(toolset(READ)) == []
    assert extras(toolset(READ, selection=GOES_ON)) == [*CALL_TOOLS]
    assert extras(toolset(JOB)) == [*CALL_TOOLS]
    assert extras(toolset({}, selection=GOES_ON)) == []


def test_only_tools_that_are_served_count() -> None:
    """An operation that is left out begins no work."""
    assert extras(generate(document({**READ, **JOB}))) == []


@pytest.mark.parametrize("listing", [{}, {"style": "compact"}, {"mode": "search"}])
def test_the_instructions_say_so_where_they_are_listed(listing: dict[str, str]) -> None:
    """In every form of the list; elsewhere they say nothing of it."""
    assert GOING_ON in listed(toolset(READ, selection=GOES_ON), **listing).instructions.split("\n")
    assert GOING_ON not in listed(toolset(READ), **listing).instructions


def test_among_several_apis_they_are_listed_once() -> None:
    """With the same words once; one with such answers is enough."""
    both: dict[str, Toolset | None] = {"a": toolset(READ, selection=replace(ALL_METHODS, prefix="a_")), "b": None}
    assert extras(united(both)) == []
    assert extras(united(both, goes_on=True)) == [*CALL_TOOLS]
    jobs = toolset(JOB, selection=replace(ALL_METHODS, prefix="b_"))
    assert extras(jobs) == []
    made = united({**both, "b": jobs})
    assert (extras(made), made.has_jobs) == ([*CALL_TOOLS], True)
    assert made.instructions.count(GOING_ON) == 1


def test_what_they_cost_is_counted() -> None:
    """design.md, Commands: the cost is that of the whole list, in each form."""
    without, made = toolset(READ), toolset(READ, selection=GOES_ON)
    both = [costs(each, dict) for each in (listed(without), listed(made))]
    assert all(both[1][form].tools == both[0][form].tools + 2 for form in both[0])
    assert all(both[1][form].bytes > both[0][form].bytes for form in both[0])
    searching = listed(made, mode="search")
    assert costs(searching, dict) == both[1]
    assert list_size(searching) < both[1]["search"].bytes + 1
    whole = {extra["name"]: extra for extra in made.extras}
    assert (whole[GET_CALL], whole[CANCEL_CALL]) == (GET_CALL_TOOL, CANCEL_CALL_TOOL)


@pytest.mark.parametrize("name", CALL_TOOLS)
def test_an_operation_of_that_name_gets_another_one(name: str) -> None:
    """design.md, Tools: unique, and unmoved by what is served beside it."""
    paths = {"/calls": {"get": {"operationId": name}}}
    (tool,) = toolset(paths).tools
    assert tool.name.startswith(f"{name}_")
    assert toolset(paths, selection=GOES_ON).tools[0].name == tool.name

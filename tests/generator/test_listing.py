"""Which list a client gets, why, and what each would cost."""

import json
from dataclasses import replace

import pytest
from support.make import toolset

from openapi_mcp.generator.listing import cost, costs, list_size, listed
from openapi_mcp.generator.pages import pages_of
from openapi_mcp.model.capability import Capabilities, Capability, Need, Producer
from openapi_mcp.model.policy import Listing, Selection
from openapi_mcp.model.tool import Toolset

NEEDS: Capabilities = {
    "o1": Capability(
        needs=(Need(argument="id", entity="o", producers=(Producer(tool="o0", method="GET", path="/p0", field="id"),)),)
    )
}


def made(count: int = 3) -> Toolset:
    paths = {f"/p{n}": {"get": {"operationId": f"o{n}", "summary": f"Get p{n} of it"}} for n in range(count)}
    return toolset(paths, selection=Selection(reads_on=True))


def learn() -> Capabilities:
    return NEEDS


def refuse() -> Capabilities:
    raise AssertionError("a list that is not made needs nothing to be learnt")


def test_the_size_is_that_of_the_list_as_it_is_sent() -> None:
    """design.md, Commands: of the tools/list answer."""
    for toolset_ in (made(), made(0)):
        sent = json.dumps({"tools": pages_of(toolset_).tools(0)}, separators=(",", ":"))
        assert list_size(toolset_) == len(sent)


def test_a_list_within_the_budget_is_listed_with_what_its_tools_need() -> None:
    """Issue 6: --mode auto chooses by the cost of the list."""
    offered = listed(made(), Listing(), learn)
    assert (offered.mode, len(offered.listed)) == ("tools", 3)
    assert offered.why == f"the list of 3 tools costs about {offered.size // 4:,} tokens, within --context-budget 20000"
    assert "Needs id, from o0." in offered.tools[1].description
    assert offered.size == list_size(offered)


def test_a_list_beyond_the_budget_is_searched_and_says_what_else_can_be_done() -> None:
    """Issue 6: says which and why."""
    offered = listed(made(), Listing(budget=100), refuse)
    compact = list_size(replace(made(), style="compact")) // 4
    assert (offered.mode, len(offered.listed)) == ("search", 0)
    assert offered.why == (
        f"the list of 3 tools costs about {list_size(made()) // 4} tokens, more than --context-budget 100 "
        f"(--mode tools lists them all, with --list-style compact for about {compact} tokens)"
    )
    assert listed(made(), Listing(budget=10, style="compact"), refuse).why.endswith("(--mode tools lists them all)")


@pytest.mark.parametrize("mode", ["tools", "search"])
def test_a_mode_that_was_asked_for_is_taken(mode: str) -> None:
    """Issue 6: --mode."""
    offered = listed(made(), Listing(mode=mode, budget=0), learn)
    assert (offered.mode, offered.why) == (mode, "as --mode says")


def test_the_cost_grows_over_the_budget_by_what_is_needed() -> None:
    """A list is not made dearer than it may be: then it is searched, and says its whole cost."""
    budget = list_size(made()) // 4 + 1
    assert listed(made(), Listing(budget=budget), learn).mode == "search"


@pytest.mark.parametrize("mode", ["tools", "search"])
def test_each_form_costs_the_same_whichever_is_served(mode: str) -> None:
    """Issue 6: the cost of each in `inspect`."""
    found = costs(listed(made(30), Listing(mode=mode), learn), learn)
    assert list(found) == ["full", "compact", "search"]
    for form, listing in {
        "full": Listing(mode="tools"),
        "compact": Listing(mode="tools", style="compact"),
        "search": Listing(mode="search"),
    }.items():
        assert found[form] == cost(listed(made(30), listing, learn))
    assert found["full"].bytes > found["compact"].bytes > found["search"].bytes
    assert (found["full"].tools, found["search"].tools) == (31, 4)


@pytest.mark.parametrize("methods", [Selection(), Selection(methods=frozenset({"GET", "POST"}))])
def test_the_list_of_the_search_mode_costs_at_most_300_tokens(methods: Selection) -> None:
    """Issue 6, Search mode."""
    paths = {"/a": {"get": {}, "post": {}}, "/b": {"post": {"responses": {"201": {"description": "x"}}}}}
    tools = toolset(paths, selection=replace(methods, reads_on=True))
    assert cost(listed(tools, Listing(mode="search"), refuse)).tokens <= 300

"""generator/listing.py: which list a client gets, and what that costs."""

from dataclasses import replace
from typing import Any

import pytest
from support import make

from openapi_mcp.generator.instructions import ABBREVIATED, IN_FULL
from openapi_mcp.generator.listing import cost, costs, list_size, offered, prepared
from openapi_mcp.generator.pages import pages_of
from openapi_mcp.model.capability import Capabilities, Capability, Need, Producer
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.policy import Listing, Selection
from openapi_mcp.model.searching import CALL, DESCRIBE, SEARCH, asks_index, united_hints
from openapi_mcp.model.tool import Toolset
from openapi_mcp.united import united

READ = {"get": {"operationId": "list", "parameters": [make.parameter("customer")]}}
PRODUCER = Producer(tool="customers", method="GET", path="/customers", field="results[].id")
CAPABILITIES: Capabilities = {
    "list": Capability(needs=(Need(argument="customer", entity="customer", producers=(PRODUCER,)),))
}


def toolset(paths: dict[str, Any] | None = None, **fields: Any) -> Toolset:
    return make.toolset(paths or {"/orders": READ}, selection=replace(make.ALL_METHODS, reads_on=True, **fields))


def offering(toolset: Toolset, **listing: Any) -> Toolset:
    how = Listing(**listing)
    return offered(prepared(toolset, how, lambda: CAPABILITIES), how)


def names(toolset: Toolset) -> list[str]:
    return [tool["name"] for tool in pages_of(toolset).tools(0)]


def test_a_list_within_the_budget_has_each_tool() -> None:
    """Issue 6, Search mode: auto (default) chooses by the cost of the list."""
    made = offering(toolset())
    assert (made.mode, names(made)) == ("tools", ["list", "read_result"])
    assert made.why.startswith(f"the list of 2 tools costs about {-(-made.size // 4)} tokens")
    assert made.why.endswith("tokens, within --context-budget 20000")


def test_a_list_beyond_the_budget_is_found_by_searching() -> None:
    """Issue 6, Search mode."""
    made = offering(toolset(), budget=10)
    assert (made.mode, names(made)) == ("search", [SEARCH, DESCRIBE, CALL, "read_result"])
    assert "more than --context-budget 10" in made.why
    assert [tool.name for tool in made.tools] == ["list"]


@pytest.mark.parametrize("mode", ["tools", "search"])
def test_a_mode_that_is_named_is_taken_whatever_it_costs(mode: str) -> None:
    """Issue 6, Search mode: --mode."""
    for budget in (0, 1_000_000):
        made = offering(toolset(), mode=mode, budget=budget)
        assert (made.mode, made.why) == (mode, "as --mode says")


def test_a_list_with_each_tool_says_where_what_it_needs_comes_from() -> None:
    """Issue 6, Needs and yields: it is used in descriptions of plain tools."""
    assert "\nNeeds customer, from customers." in offering(toolset()).tools[0].description
    assert "Needs" not in offering(toolset(), mode="search").tools[0].description


def test_what_tools_need_is_not_looked_for_where_the_list_is_too_dear_without() -> None:
    """Our choice: for a large document that takes longer than the list may."""

    def learn() -> Capabilities:
        raise AssertionError("learnt")

    made = prepared(toolset(), Listing(budget=10), learn)
    assert made.size > 40
    prepared(toolset(), Listing(mode="search"), learn)


def test_the_size_is_that_of_the_list_as_it_is_sent() -> None:
    """design.md: tokens = bytes / 4."""
    made = offering(toolset())
    assert made.size == list_size(made) == pytest.approx(len(write_json({"tools": pages_of(made).tools(0)})), abs=2)


@pytest.mark.parametrize(
    ("methods", "hints"),
    [
        (["get"], {"readOnlyHint": True}),
        (["get", "post"], {"readOnlyHint": False, "destructiveHint": False}),
        (["get", "post", "delete"], {"readOnlyHint": False}),
    ],
)
def test_what_calls_any_operation_has_the_hints_of_the_worst(methods: list[str], hints: dict[str, bool]) -> None:
    """design.md, Tools: annotations tell the truth."""
    item = {method: {"responses": {"201": {"description": ""}}} for method in methods}
    made = offering(toolset({"/a": item}), mode="search")
    assert next(tool for tool in made.extras if tool["name"] == CALL)["annotations"] == hints


def test_hints_of_several_are_those_of_the_worst() -> None:
    """design.md, Tools: annotations; one that says nothing may do anything."""
    reads, creates = {"readOnlyHint": True}, {"readOnlyHint": False, "destructiveHint": False}
    assert united_hints([reads, reads]) == reads
    assert united_hints([reads, creates]) == creates
    assert united_hints([creates, {}]) == {"readOnlyHint": False}


def test_several_apis_are_offered_by_what_they_cost_together() -> None:
    """Issue 6, Search mode: what a client gets is one list."""
    listing = Listing(budget=150)
    each = {
        name: prepared(make.toolset({"/a": READ}, selection=Selection(prefix=f"{name}_")), listing, dict)
        for name in ("shop", "billing")
    }
    assert {toolset.size <= 600 for toolset in each.values()} == {True}
    assert united({"shop": each["shop"]}, listing=listing).mode == "tools"
    both = united(each, reads_on=True, listing=listing)
    assert (both.mode, names(both)) == ("search", [SEARCH, DESCRIBE, CALL, "read_result"])
    assert sorted(both.by_name) == ["billing_list", "shop_list"]


def three(count: int = 3) -> Toolset:
    return toolset({f"/p{n}": {"get": {"operationId": f"o{n}", "summary": f"Get p{n} of it"}} for n in range(count)})


def test_a_list_beyond_the_budget_says_what_else_can_be_done() -> None:
    """Issue 6, Search mode: says which and why."""
    full = -(-list_size(three()) // 4)
    compact = -(-offering(three(), mode="tools", style="compact").size // 4)
    assert offering(three(), budget=100).why == (
        f"the list of 4 tools costs at least about {full} tokens, more than --context-budget 100 "
        f"(--mode tools lists them all, with --list-style compact for at least about {compact} tokens)"
    )
    assert offering(three(), budget=10, style="compact").why.endswith("(--mode tools lists them all)")
    both = united({"a": offering(three(), mode="tools")}, listing=Listing(budget=10))
    assert both.why.endswith("(--mode tools lists them all, with --list-style compact for less)")


def test_what_is_more_than_the_budget_says_so_in_whole_tokens() -> None:
    """Our choice: "1,560 tokens, more than 1560" would be no reason."""
    for length in range(1, 5):
        made = toolset({f"/{'a' * length}": READ})
        size = prepared(made, Listing(mode="search"), dict).size
        budget = (size - 1) // 4
        assert f"costs at least about {budget + 1} tokens, more than" in offering(made, budget=budget).why


def test_the_reason_says_whether_it_counts_what_tools_need() -> None:
    """Our choice: that is looked for only where the list is within the budget without."""
    plain, told = (prepared(toolset(), Listing(mode=mode), lambda: CAPABILITIES) for mode in ("search", "tools"))
    between = plain.size // 4 + 1
    assert plain.size < between * 4 < told.size
    assert f"costs about {-(-told.size // 4)} tokens, more than" in offering(toolset(), budget=between).why


def test_several_lists_cost_what_the_one_of_them_costs() -> None:
    """Issue 6: the cost of the list that a client gets; `read_result` stands in it once."""
    each = {
        name: prepared(make.toolset({"/a": READ}, selection=Selection(prefix=f"{name}_")), Listing(), dict)
        for name in ("shop", "billing")
    }
    for count in range(3):
        for reads_on in (False, True):
            both = united(dict(list(each.items())[:count]), reads_on=reads_on, listing=Listing(mode="tools"))
            assert both.size == list_size(both)
    assert not united({**each, "x": prepared(toolset(), Listing(mode="search"), dict)}).says_needs


@pytest.mark.parametrize("mode", ["tools", "search"])
def test_each_form_costs_the_same_whichever_is_served(mode: str) -> None:
    """Issue 6, Enrichment: the cost of each in `inspect`."""
    found = costs(offering(three(30), mode=mode), lambda: CAPABILITIES)
    assert list(found) == ["full", "compact", "search"]
    assert found["full"] == cost(offering(three(30), mode="tools"))
    assert found["compact"] == cost(offering(three(30), mode="tools", style="compact"))
    assert found["search"] == cost(offering(three(30), mode="search"))
    assert found["full"].bytes > found["compact"].bytes > found["search"].bytes
    assert (found["full"].tools, found["search"].tools) == (31, 4)


def test_a_list_that_abbreviates_has_what_describes() -> None:
    """What a compact list leaves out can be asked for; what that costs counts."""
    made = offering(toolset(), style="compact")
    assert (made.mode, names(made)) == ("tools", ["list", DESCRIBE, "read_result"])
    assert made.size == list_size(made)
    assert IN_FULL in made.instructions.splitlines()
    assert (DESCRIBE in names(offering(toolset())), IN_FULL in offering(toolset()).instructions) == (False, False)
    assert names(offering(toolset(), style="compact", mode="search")) == [SEARCH, DESCRIBE, CALL, "read_result"]
    assert offering(make.toolset({}), style="compact").extras == ()


def test_a_tool_of_the_document_that_is_named_as_what_describes_keeps_its_name() -> None:
    """Our choice: then nothing describes, and the instructions say only that the list abbreviates."""
    made = offering(toolset({"/a": {"get": {"operationId": DESCRIBE}}}), style="compact")
    assert (names(made), asks_index(made)) == ([DESCRIBE, "read_result"], False)
    assert ABBREVIATED in made.instructions.splitlines()
    assert list_size(made) == made.size


def test_what_describes_the_tools_of_several_is_listed_once() -> None:
    """Issue 6, Search mode: a client gets one list."""
    listing = Listing(style="compact")
    each = {
        name: prepared(make.toolset({"/a": READ}, selection=Selection(prefix=f"{name}_")), listing, dict)
        for name in ("shop", "billing")
    }
    both = united(each, reads_on=True, listing=listing)
    assert names(both) == ["shop_list", "billing_list", DESCRIBE, "read_result"]
    assert (both.instructions.count(ABBREVIATED), asks_index(both)) == (1, True)


@pytest.mark.parametrize("methods", [["get"], ["get", "post"], ["get", "delete"]])
def test_the_list_of_the_search_mode_costs_at_most_300_tokens(methods: list[str]) -> None:
    """Issue 6, Search mode."""
    item = {method: {"responses": {"201": {"description": ""}}} for method in methods}
    assert cost(offering(toolset({"/a": item}), mode="search")).tokens <= 300

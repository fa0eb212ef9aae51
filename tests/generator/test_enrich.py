"""What descriptions and instructions say of what tools need."""

from dataclasses import replace

import pytest
from support.make import toolset

from openapi_mcp.generator.enrich import needs_line, with_needs
from openapi_mcp.generator.instructions import NEEDING
from openapi_mcp.model.capability import Capability, Need, Producer
from openapi_mcp.model.tool import Toolset


def need(argument: str, *tools: str, is_required: bool = True) -> Need:
    producers = tuple(Producer(tool=tool, method="GET", path=f"/{tool}", field="[].id") for tool in tools)
    return Need(argument=argument, entity="thing", producers=producers, is_required=is_required)


def needing(*needs: Need) -> Capability:
    return Capability(needs=needs)


def made(count: int, style: str = "full") -> Toolset:
    operations = {f"/p{n}": {"get": {"operationId": f"get_p{n}", "summary": f"Get p{n}"}} for n in range(count)}
    return replace(toolset(operations), style=style)


@pytest.mark.parametrize(
    ("capability", "expected"),
    [
        (needing(need("customer_id", "customers_list", "x")), "Needs customer_id, from customers_list."),
        (needing(need("owner", "repos"), need("repo", "repos")), "Needs owner and repo, from repos."),
        (needing(need("a", "x"), need("b", "y"), need("c", "x")), "Needs a and c, from x; b, from y."),
        (needing(need("a", "x", is_required=False), need("b")), ""),
        (needing(need("a", "x" * 180), need("b", "y" * 40)), f"Needs a, from {'x' * 180}."),
        (needing(need("a", "x" * 200)), ""),
        (needing(), ""),
    ],
)
def test_a_line_says_what_must_be_given_and_where_it_comes_from(capability: Capability, expected: str) -> None:
    """Issue 6: one short line, `Needs customer_id, from customers_list.`; our choice of 200 characters."""
    assert needs_line(capability) == expected


def test_the_line_stands_before_what_a_tool_returns() -> None:
    """Issue 6: first sentence the point, then needs and returns."""
    enriched = with_needs(made(2), {"get_p0": needing(need("id", "get_p1"))})
    assert enriched.tools[0].description == "Get p0.\nNeeds id, from get_p1.\nReturns: not described."
    assert enriched.tools[1] == made(2).tools[1]
    assert NEEDING in enriched.instructions.splitlines()


def test_where_nothing_is_needed_nothing_changes() -> None:
    """Our choice: no line on lines that are not there."""
    plain = made(2)
    assert with_needs(plain, {}) is plain


def test_a_description_never_grows_beyond_what_every_client_takes() -> None:
    """mcp-facts.md section 6: OpenAI's API answers 400 beyond 1,024 characters."""
    long = toolset({"/a": {"get": {"operationId": "a", "summary": "s", "description": "word " * 400}}})
    (tool,) = with_needs(long, {"a": needing(need("id", "b"))}).tools
    assert len(tool.description) <= 1024
    assert tool.description.endswith("…\nNeeds id, from b.\nReturns: not described.")


@pytest.mark.parametrize("style", ["full", "compact"])
def test_done_twice_is_done_once(style: str) -> None:
    """Law: what a list would cost is reckoned from one that may be enriched already."""
    needs = {f"get_p{n}": needing(need("owner", "users"), need(f"id{n}", "x")) for n in range(30)}
    once = with_needs(made(30, style), needs)
    assert with_needs(once, needs) == once
    assert all("Needs" not in tool.description for tool in with_needs(once, {}).tools)


def test_what_very_many_need_is_told_once() -> None:
    """Issue 6: boilerplate is trimmed; the instructions say it instead."""
    needs = {f"get_p{n}": needing(need("owner", "users"), need("id", f"things{n}")) for n in range(30)}
    enriched = with_needs(made(30), needs)
    assert "Arguments of many tools: owner, from users." in enriched.instructions.splitlines()
    assert enriched.tools[3].description.splitlines()[1] == "Needs id, from things3."


def test_a_long_compact_list_tells_needs_in_the_instructions_alone() -> None:
    """Issue 6: GitHub's list in compact mode has at most 0.40 MB."""
    needs = {
        f"get_p{n}": needing(need("owner", f"users_of_the_group_{n % 40}_of_all"), need("id", "x" * 60))
        for n in range(200)
    }
    enriched = with_needs(made(200, "compact"), needs)
    assert not any("Needs" in tool.description for tool in enriched.tools)
    (told,) = (line for line in enriched.instructions.splitlines() if line.startswith("Arguments of many tools: "))
    assert told.startswith(
        f"Arguments of many tools: id, from {'x' * 60}; owner, from users_of_the_group_0_of_all; owner, "
    )
    assert len(told) <= 601

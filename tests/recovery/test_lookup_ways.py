"""The lookups that may bring a thing by its name."""

from typing import Any

import pytest
from support.lookups import CUSTOMER, ID, NUMBER, SHOP, TEXT, Api, named, page, said
from support.make import Json, answering, json_body, parameter
from support.needs import many, thing

from openapi_mcp.recovery.lookup.ways import ways

ISSUE = thing(number=NUMBER, title=TEXT)
PATH = "/repos/{owner}/{repo}/issues"
REPO = (parameter("owner", "path"), parameter("repo", "path"))
ISSUES: Json = {
    "/repos": {"get": named("repos", answering(many(thing(name=TEXT, owner=thing(login=TEXT)))))},
    PATH: {
        "get": named(
            "issues", answering(many(ISSUE)), *REPO, parameter("per_page", schema={"type": "integer", "maximum": 100})
        )
    },
    f"{PATH}/{{number}}": {"get": named("issue", answering(ISSUE), *REPO, parameter("number", "path", schema=NUMBER))},
}
MEMBERS: Json = {
    "/teams": {"get": named("teams", answering(many(thing(id=NUMBER, name=TEXT))))},
    "/teams/{team_id}/members": {
        "get": named(
            "members", answering(many(thing(id=NUMBER, name=TEXT))), parameter("team_id", "path", schema=NUMBER)
        ),
        "post": {
            **named("add_member", {}, parameter("team_id", "path", schema=NUMBER)),
            "requestBody": {"content": json_body(thing(member_id=NUMBER))},
        },
    },
    "/reports": {
        "get": named("report", {}, parameter("team_id", schema=NUMBER), parameter("member_id", schema=NUMBER)),
        "post": {
            **named("add_report", {}),
            "requestBody": {"content": json_body(thing(team_id=NUMBER, member_id=NUMBER))},
        },
    },
}


def found(api: Api, tool: str, argument: str, text: str, **given: Any) -> list[str]:
    return [said(way.call) for way in ways(api.wanted(tool, argument, text, **given), api.known)]


def customers(*names: str, **schemas: Json) -> Api:
    listed = {
        "get": named(
            "customers",
            answering(page(CUSTOMER)),
            *(parameter(name, schema=schemas.get(name, TEXT)) for name in names),
        )
    }
    return Api({"/customers": listed, "/customers/{id}": {"get": named("customer", answering(CUSTOMER), ID)}})


@pytest.mark.parametrize(
    ("arguments", "text", "first"),
    [
        (("search",), "Bob", "customers(search='Bob')"),
        (("search", "name", "email"), "Bob", "customers(name='Bob')"),
        (("search", "name", "email"), "bob@example.com", "customers(email='bob@example.com')"),
        (("search", "name"), "bob@example.com", "customers(search='bob@example.com')"),
        (("search", "name"), "A-1007", "customers(search='A-1007')"),
        (("customer_name",), "Bob", "customers(customer_name='Bob')"),
        (("agent_name",), "Bob", "customers()"),
        (("filter[name]",), "Bob", "customers(filter_name='Bob')"),
        ((), "Bob", "customers()"),
    ],
)
def test_a_list_is_searched_by_what_the_text_is(arguments: tuple[str, ...], text: str, first: str) -> None:
    """Issue 7, Recover, 5: through the needs/yields index find the lookup."""
    asked = found(customers(*arguments), "customer", "id", text)
    assert asked[0].replace("filter[name]", "filter_name") == first
    assert asked[-1] == "customers()"


def test_a_text_that_a_search_does_not_take_is_not_searched_for() -> None:
    """A lookup that cannot be sent would be one of three."""
    assert found(customers("search", search={"type": "string", "maxLength": 2}), "customer", "id", "Bob") == [
        "customers()"
    ]


def test_an_issue_is_looked_up_in_its_repository() -> None:
    """Issue 7: what a list needs is answered by the arguments of this very call."""
    api = Api(ISSUES)
    asked = found(api, "issue", "number", "Crash", owner="me", repo="mine")
    assert asked == ["issues(owner='me', repo='mine', per_page=100)"]
    assert found(api, "issue", "number", "Crash", owner="me") == []


def test_a_list_of_the_same_kind_is_read_within_what_a_read_names() -> None:
    api = Api(MEMBERS)
    assert found(api, "report", "member_id", "Bob", team_id=5) == ["members(team_id=5)"]
    assert found(api, "report", "member_id", "Bob") == []
    assert found(api, "add_report", "member_id", "Bob", team_id=5) == []


def test_who_is_added_to_a_list_is_not_looked_up_in_it() -> None:
    """Our choice: another Bob is in the team already."""
    api = Api(
        {**MEMBERS, "/members/{member_id}": {"get": named("member", {}, parameter("member_id", "path", schema=NUMBER))}}
    )
    assert found(api, "add_member", "member_id", "Bob", team_id=5) == []


def test_only_what_reads_is_a_lookup() -> None:
    """Issue 7, Recover: read-only only."""
    api = Api(SHOP)
    assert {call.partition("(")[0] for call in found(api, "cancel_order", "id", "A-7")} == {"orders"}


def test_a_search_that_needs_more_than_the_call_has_is_not_made() -> None:
    needing = {"get": named("customers", answering(page(CUSTOMER)), parameter("q"), parameter("zone", required=True))}
    api = Api({"/customers": needing, "/customers/{id}": {"get": named("customer", answering(CUSTOMER), ID)}})
    assert found(api, "customer", "id", "Bob") == []

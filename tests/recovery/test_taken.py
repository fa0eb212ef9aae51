"""The call that finds what is there already."""

from typing import Any

from support.lookups import CUSTOMER, ID, NUMBER, TEXT, Api, drive, named, page
from support.make import Json, answering, json_body, parameter
from support.needs import thing

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.recovery.telling.tell import tell

BODY: Json = {"requestBody": {"content": json_body(thing(name=TEXT, email=TEXT, size=NUMBER))}}


def api(*parameters: Json) -> Api:
    return Api(
        {
            "/customers": {
                "get": named("customers", answering(page(CUSTOMER)), *parameters),
                "post": {**named("add", answering(CUSTOMER, "201")), **BODY},
            },
            "/customers/{id}": {"put": {**named("change", answering(CUSTOMER), ID), **BODY}},
            "/alone": {"post": {**named("alone", answering(CUSTOMER, "201")), **BODY}},
        }
    )


def told(known: Api, tool: str, arguments: Json, path: tuple[str, ...] = ("email",), **more: Any) -> Failure:
    fault = Fault(path=path, rule="taken", at="#", named="email")
    kind = more.pop("kind", FailureKind.REJECTED)
    failed = Failure(kind=kind, message="no", attempts=1, faults=(fault,), hint="do so")
    found, _ = drive(tell(Call(tool=tool, arguments=arguments), failed, known.tools, ()), lambda _: None, known.known)
    assert isinstance(found, Failure)
    return found


def tries(failure: Failure) -> list[tuple[str, Any]]:
    return [(each.tool, each.arguments) for each in failure.tries]


def test_what_is_taken_is_told_with_the_read_that_finds_it() -> None:
    """By the argument of the same name, else by words, else all of the list."""
    given = {"email": "a@example.com"}
    found = told(api(parameter("search")), "add", given)
    assert tries(found) == [("customers", {"search": "a@example.com"})]
    assert found.hint == (
        'correct "email": it is taken already; then call again; customers finds the one that is there'
    )
    assert tries(told(api(parameter("search"), parameter("email")), "add", given)) == [("customers", given)]
    assert tries(told(api(), "add", given)) == [("customers", {})]
    assert tries(told(api(parameter("search")), "add", given, ())) == [("customers", {})]
    assert tries(told(api(parameter("search")), "add", {"size": 7}, ("size",))) == [("customers", {})]


def test_of_a_change_the_list_is_read_and_after_a_conflict_the_state_too() -> None:
    given = {"id": 7, "email": "a@example.com"}
    found = told(api(parameter("search")), "change", given)
    assert tries(found) == [("customers", {"search": "a@example.com"})]
    found = told(api(parameter("search")), "add", given, kind=FailureKind.CONFLICT)
    assert tries(found)[0] == ("customers", {"search": "a@example.com"})
    assert found.hint.startswith("read the present state with customers")


def test_where_nothing_lists_it_nothing_is_offered() -> None:
    assert tries(told(api(), "alone", {"email": "a"})) == []

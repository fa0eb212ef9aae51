"""A name where an id is meant: the strategy within the life of a call, driven by hand."""

from collections.abc import Sequence
from typing import Any

import pytest
from support.lookups import SHOP, TEXT, Api, drive, named, whole
from support.make import Json, answering, parameter
from support.needs import many, thing

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.capability import Capability, Need
from openapi_mcp.model.fault import Fault, Path
from openapi_mcp.model.policy import Recovering
from openapi_mcp.recovery.recover import Recovered, recover
from openapi_mcp.recovery.steps import Found, Learn
from openapi_mcp.recovery.strategies.contained import STRATEGY as CONTAINED
from openapi_mcp.recovery.strategies.name_to_id import STRATEGY
from openapi_mcp.recovery.strategy import Case, Told

API = Api(SHOP)
BOB: Json = {"id": 7, "name": "Bob"}
KETTLE: Json = {"id": 21, "name": "Kettle", "sku": "kettle-17"}
KITE: Json = {"id": 22, "name": "Kite", "sku": "kite-1"}
INTEGER: Json = {"type": "integer"}


def fault(*path: str | int, rule: str = "type", **more: Any) -> Fault:
    return Fault(path=path, rule=rule, **{"schema": INTEGER, **more})


def life(tool: str, arguments: Json, *faults: Fault, status: int | None = None) -> tuple[list[str], Recovered[Any]]:
    """Return the steps of a call whose faults are these, and what it comes to: "done" once it was attempted."""
    kind = {None: FailureKind.INVALID_ARGUMENTS, 404: FailureKind.NOT_FOUND}.get(status, FailureKind.REJECTED)
    failure = Failure(kind=kind, message="no", status=status, faults=faults, attempts=int(status is not None))
    flow = recover(Call(tool=tool, arguments=arguments), failure, API.tools, [STRATEGY], Recovering())
    done, steps = drive(flow, listed, API.known)
    return steps, done


def listed(call: Call) -> Found:
    lists: dict[str, Sequence[Json]] = {
        "customers": (BOB,),
        "products": (KETTLE, KITE),
        "orders": (
            {"id": 40, "customer": 7, "placed_at": "2026-01-01"},
            {"id": 41, "customer": 7, "placed_at": "2026-01-02"},
        ),
    }
    return whole(*lists[call.tool])


def test_a_name_becomes_the_id_before_anything_is_sent() -> None:
    """Issue 7, Recover, 5, and Tell: repairs are always told, in words a model can learn from."""
    steps, done = life("customer", {"id": "Bob"}, fault("id"))
    assert steps == ["customers(search='Bob')", "! customer(id=7)"]
    (repair,) = done.repairs
    assert repair.as_json() == {
        "field": "id",
        "from": "Bob",
        "to": 7,
        "how": 'looked "Bob" up with customers(search="Bob"): customer 7; give the id',
    }
    assert [each.as_json() for each in done.lookups] == [
        {"tool": "customers", "arguments": {"search": "Bob"}, "items": 1}
    ]


@pytest.mark.parametrize(("rule", "status"), [("exists", 404), ("invalid", 422), ("type", 400), ("format", 422)])
def test_a_name_becomes_the_id_after_a_refusal(rule: str, status: int) -> None:
    """Issue 7, Recover, 5: also after a 404 on such an id."""
    steps, _ = life("customer", {"id": "Bob"}, fault("id", rule=rule, schema={}), status=status)
    assert steps[-1] == "! customer(id=7)"


def test_whose_latest_order_is_meant_is_found_out() -> None:
    """Issue 7, Recover, 5: "Bob's latest order"."""
    steps, _ = life("cancel_order", {"id": "Bob's latest order"}, fault("id"))
    assert steps == ["customers(search='Bob')", "orders(customer=7)", "! cancel_order(id=41)"]


def test_names_within_a_list_are_looked_up_in_one_lookup() -> None:
    """Issue 7, Recover: at most 3 lookups; the same one is not made twice."""
    items: list[Json] = [{"product": "kite"}, {"product": "Kettle"}, {"product": "kettle-17"}, {"product": "KITE"}]
    faults = [fault("customer"), *(fault("items", place, "product") for place in range(4))]
    steps, done = life("add_order", {"customer": "Bob", "items": items}, *faults)
    ids = [{"product": 22}, {"product": 21}, {"product": 21}, {"product": 22}]
    assert steps == ["customers(search='Bob')", "products()", f"! add_order(customer=7, items={ids})"]
    assert [each.as_json()["field"] for each in done.repairs] == [
        "customer", *(f"items[{place}].product" for place in range(4))
    ]  # fmt: skip
    assert len(done.lookups) == 2


BOX = thing(id=INTEGER, name=TEXT)
BOXES = Api(
    {
        "/boxes": {"get": named("boxes", answering(many(BOX)))},
        "/boxes/{id}": {
            "get": named("box", answering(BOX), parameter("id", "path", schema=INTEGER)),
            "delete": named("drop_box", {}, parameter("id", "path", schema=INTEGER)),
        },
    }
)


def boxed(tool: str, text: str, answer: Found | None) -> tuple[list[str], Recovered[Any]]:
    """Return what becomes of a call for a box of this name, where boxes are listed so."""
    broken = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="no", faults=(fault("id"),))
    call = Call(tool=tool, arguments={"id": text})
    flow = recover(call, broken, BOXES.tools, [CONTAINED, STRATEGY], Recovering())
    done, steps = drive(flow, lambda _: answer, BOXES.known)
    return steps, done


@pytest.mark.parametrize("tool", ["box", "drop_box"])
def test_a_name_that_ends_in_a_number_is_no_id(tool: str) -> None:
    """Derive, never invent: the box that is called "Box 3" has the id 1 here, and another one the id 3."""
    rows = Found(value=[{"id": 1, "name": "Box 3"}, {"id": 3, "name": "Box 1"}])
    assert boxed(tool, "box 3", rows)[0] == ["boxes()", f"! {tool}(id=1)"]
    steps, done = boxed(tool, "Box 2", rows)
    assert steps == ["boxes()"]
    assert {"id": 3, "name": "Box 1"} in done.outcome.near


@pytest.mark.parametrize("rows", [[{"id": 1}, {"id": 3}], [{"id": 1, "name": "Attic"}, {"id": 3, "name": "Cellar"}]])
def test_of_things_that_are_called_otherwise_the_number_behind_their_kind_is_the_id(rows: Json) -> None:
    """Issue 7, Recover 4: "order 17" for the order 17."""
    assert boxed("drop_box", "box 3", Found(value=rows))[0] == ["boxes()", "! drop_box(id=3)"]
    assert boxed("drop_box", "box #3", Found(value=rows))[0] == ["! drop_box(id=3)"]


def test_where_boxes_cannot_be_listed_no_write_takes_the_number_of_one() -> None:
    """Derive, never invent."""
    assert boxed("box", "box 3", None)[0] == ["boxes()", "! box(id=3)"]
    assert boxed("drop_box", "box 3", None)[0] == ["boxes()"]


def test_what_is_not_found_is_told_with_the_argument() -> None:
    """Issue 7, Tell: the field, the near names, and the tools that yield what is missing."""
    steps, done = life("change_order", {"id": 40, "customer": "Bop"}, fault("customer"))
    assert steps == []
    steps, done = life("customer", {"id": "Bop"}, fault("id"))
    assert steps == ["customers(search='Bop')"]
    assert done.outcome.near == ({"id": 7, "name": "Bob"},)
    assert (
        done.outcome.hint == '"id" takes an id: no customer is called "Bop": choose one that is there, then give its id'
    )
    assert [each.as_json() for each in done.outcome.tries] == [
        {"tool": "customers", "why": "yields customer: results[].id", "arguments": {}}
    ]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (7, "exists"),
        (None, "type"),
        (["Bob", "Ana"], "type"),
        ({"name": "Bob", "city": "Bonn"}, "type"),
        ({"city": "Bonn"}, "type"),
        ("", "type"),
        ("x" * 201, "type"),
        ("Bob", "maximum"),
        ("Bob", "unknown"),
        ("c56a4180-65aa-42ec-a945-5fd21dec0538", "exists"),
        ("507f1f77bcf86cd799439011", "exists"),
    ],
)
def test_what_is_no_name_is_not_looked_up(value: Any, rule: str) -> None:
    steps, done = life("customer", {"id": value}, fault("id", rule=rule))
    assert steps == []
    assert done.repairs == ()


@pytest.mark.parametrize("path", [("items", 0, "quantity"), ("note",), ()])
def test_what_identifies_nothing_is_not_looked_up(path: Path) -> None:
    arguments: Json = {"customer": 7, "note": "Bob", "items": [{"product": 1, "quantity": "Bob"}]}
    steps, _ = life("add_order", arguments, fault(*path))
    assert steps == []


def test_what_takes_things_of_several_kinds_is_not_looked_up() -> None:
    """Derive, never invent: an artist and an album may be called the same."""
    known = Capability(needs=(Need(argument="id", entity="artist or album"),))
    failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="no", faults=(fault("id"),))
    flow = recover(Call(tool="customer", arguments={"id": "Bob"}), failure, API.tools, [STRATEGY], Recovering())
    assert next(flow) == Learn()
    assert flow.send(lambda _: known) == Learn()


def users() -> Api:
    user = thing(login=TEXT, name=TEXT)
    login = parameter("login", "path")
    return Api(
        {
            "/users": {"get": named("users", answering(many(user)))},
            "/users/{login}": {"get": named("user", answering(user), login)},
        }
    )


def of_user(text: str, *more: Fault) -> Case:
    """Return the case of a login that names nothing, one of several where there are `more`."""
    given = fault("login", rule="exists", schema={})
    failure = Failure(kind=FailureKind.NOT_FOUND, message="no", status=404, faults=(given, *more))
    call = Call(tool="user", arguments={"login": text})
    return Case(call=call, tool=API_OF_USERS.tools["user"], fault=given, failure=failure, tools=API_OF_USERS.tools)


API_OF_USERS = users()


def test_one_of_several_that_is_in_the_form_of_its_id_is_not_looked_up() -> None:
    """Our choice: of owner, repo and number it is rarely the owner that is wrong, and a call has three lookups."""
    one = drive(STRATEGY.repair(of_user("bob")), lambda _: Found(value=[]), API_OF_USERS.known)
    assert one[1] == ["users()"]
    more = fault("repo", rule="exists")
    assert drive(STRATEGY.repair(of_user("bob", more)), lambda _: None, API_OF_USERS.known) == (None, [])
    named_so = drive(STRATEGY.repair(of_user("Bob Keller", more)), lambda _: None, API_OF_USERS.known)
    assert named_so == (None, ["users()"])


def test_an_id_that_was_given_already_is_no_repair() -> None:
    """A login is what its user is called: a call of another user's is not attempted again."""
    case, known = of_user("bob"), API_OF_USERS.known
    found, asked = drive(STRATEGY.repair(case), lambda _: Found(value=[{"login": "bob"}]), known)
    assert (found, asked) == (None, ["users()"])
    found, _ = drive(STRATEGY.repair(case), lambda _: Found(value=[{"login": "Bob"}]), known)
    assert found.arguments == {"login": "Bob"}


@pytest.mark.parametrize("text", ["bob", "BOB", "x1y"])
def test_a_text_in_the_form_of_the_ids_may_be_the_id_of_a_thing_that_is_gone(text: str) -> None:
    """Issue 7, Proof, 0 wrong repairs: a second DELETE of what is deleted must not reach a namesake."""
    known = API_OF_USERS.known
    user: Json = {"login": "anas" if text != "x1y" else "ab9", "name": text.title()}
    found, asked = drive(STRATEGY.repair(of_user(text)), lambda _: Found(value=[user]), known)
    assert asked == ["users()"]
    assert isinstance(found, Told)
    assert found.near == ({"id": user["login"], "name": text},)
    assert "form of an id" in found.hint


def test_a_name_of_two_words_is_no_id() -> None:
    """Issue 7, Recover, 5: also after a 404 on such an id."""
    user: Json = {"login": "bobk", "name": "Bob Keller"}
    found, _ = drive(STRATEGY.repair(of_user("bob keller")), lambda _: Found(value=[user]), API_OF_USERS.known)
    assert found.arguments == {"login": "bobk"}


@pytest.mark.parametrize("text", ["latest", "the newest order"])
def test_a_text_that_says_only_which_one_is_not_looked_up(text: str) -> None:
    """Three lookups for nothing."""
    steps, done = life("order", {"id": text}, fault("id"))
    assert steps == []
    assert done.outcome.hint.endswith(
        'does not say whose: name the customer ("the latest order of ..."), or give the id'
    )
    _, done = life("product", {"id": "latest"}, fault("id"))
    assert done.outcome.hint == '"id" takes an id: "latest" names no product: give its id'

"""Things found by what they are called, driven by hand."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.lookups import SHOP, Answers, Api, drive, whole
from support.make import Json

from openapi_mcp.model.call import Call
from openapi_mcp.recovery.lookup.find import NotCalledSo, Taken, find
from openapi_mcp.recovery.steps import Found
from openapi_mcp.recovery.strategy import Told

API = Api(SHOP)
BOB: Json = {"id": 7, "name": "Bob", "email": "bob@example.com"}
ANA: Json = {"id": 8, "name": "Ana Souza", "email": "ana@example.com"}


def found(text: str, answers: Answers, tool: str = "customer", argument: str = "id") -> tuple[Any, list[str]]:
    return drive(find(API.wanted(tool, argument, text), API.known), answers)


def answering(value: Any, *, is_whole: bool = True) -> Answers:
    return lambda _: Found(value=value, is_whole=is_whole)


def searching(*items: Json) -> Answers:
    """Return an API that searches its list as most do: whatever holds the words."""

    def answer(call: Call) -> Found:
        wanted = str(call.arguments.get("search", "")).lower()
        return whole(*(item for item in items if wanted in str(item).lower()))

    return answer


def test_the_one_that_is_called_so_is_taken() -> None:
    """Issue 7, Recover, 5."""
    taken, asked = found("bob", searching(BOB, ANA))
    assert taken == Taken(id=7, how='looked "bob" up with customers(search="bob"): customer 7')
    assert asked == ["customers(search='bob')"]


def test_where_a_search_finds_nothing_the_whole_list_is_read() -> None:
    taken, asked = found("BOB@example.com", lambda call: whole() if call.arguments else whole(BOB, ANA))
    assert taken.id == 7
    assert asked == ["customers(search='BOB@example.com')", "customers()"]


def test_of_two_that_are_called_so_none_is_taken_and_both_are_told() -> None:
    """Derive, never invent: where two candidates fit, none is taken and both are named."""
    told, _ = found("Bob", searching(BOB, {**BOB, "id": 9, "email": "other@example.com"}))
    assert isinstance(told, Told)
    assert told.near == (
        {"id": 7, "name": "Bob (bob@example.com)"},
        {"id": 9, "name": "Bob (other@example.com)"},
    )
    assert told.hint == '"Bob" names more than one customer: ask which is meant, then give its id'


def test_the_same_thing_twice_is_one() -> None:
    assert found("Bob", searching(BOB, BOB))[0].id == 7


def test_nearly_so_is_told_and_not_taken() -> None:
    """Issue 7, Recover, 5: else report the candidates."""
    told, asked = found("Ana Sousa", searching(BOB, ANA))
    assert told.near == ({"id": 8, "name": "Ana Souza (ana@example.com)"},)
    assert told.hint == 'no customer is called "Ana Sousa": choose one that is there, then give its id'
    assert asked == ["customers(search='Ana Sousa')", "customers()"]
    assert found("Xi", searching(BOB, ANA))[0] == NotCalledSo(hint='no customer is called "Xi"', is_certain=True)


def test_a_list_that_goes_on_is_read_on() -> None:
    """Issue 7, Recover, 5: uniqueness is proven by the whole list."""

    def answer(call: Call) -> Found:
        if call.arguments.get("page") == 2:
            return whole({"id": 2, "name": "Kite"})
        return Found(
            value={"results": [{"id": 1, "name": "Kettle"}]}, next=Call(tool="products", arguments={"page": 2})
        )

    taken, asked = found("kettle", answer, "product")
    assert (taken.id, asked) == (1, ["products()", "products(page=2)"])


def test_one_in_a_list_whose_rest_is_unknown_is_told_and_not_taken() -> None:
    """Where no lookups are left the loop answers None."""

    def answer(call: Call) -> Found | None:
        if call.arguments:
            return None
        return Found(
            value={"results": [{"id": 1, "name": "Kettle"}]}, next=Call(tool="products", arguments={"page": 2})
        )

    told, _ = found("kettle", answer, "product")
    assert told.near == ({"id": 1, "name": "Kettle"},)
    assert "the list goes on" in told.hint
    told, _ = found("kite", answer, "product")
    assert told.hint == 'no product among those seen is called "kite"'


def test_two_on_one_page_end_the_reading() -> None:
    def answer(call: Call) -> Found:
        return Found(value=[BOB, {**BOB, "id": 9}], next=Call(tool="customers", arguments={"page": 2}))

    assert found("Bob", answer)[1] == ["customers(search='Bob')"]


def test_a_page_that_names_itself_as_the_next_is_read_once() -> None:
    """What an upstream answers is hostile."""
    told, asked = found("Kettle", lambda call: Found(value=[{"id": 1, "name": "Kettle"}], next=call), "product")
    assert isinstance(told, Told)
    assert asked == ["products()"]


def test_what_cannot_be_looked_up_is_not_spoken_of() -> None:
    assert found("Bob", lambda _: None) == (None, ["customers(search='Bob')", "customers()"])
    assert found("Bob", lambda _: Found(value=[{"other": 1}]))[0] is None
    assert found("Bob", lambda _: Found(value="text"))[0] == NotCalledSo(hint='no customer is called "Bob"')


def test_an_id_that_the_place_does_not_take_is_not_taken() -> None:
    told, _ = found("Bob", searching({**BOB, "id": "b-7"}))
    assert told.near == ({"id": "b-7", "name": "Bob (bob@example.com)"},)
    assert told.hint == 'the customer that is called "Bob" has no id that fits here'
    assert found("Bob", searching({**BOB, "id": "7"}))[0].id == 7


def test_an_order_is_found_by_its_number() -> None:
    """Issue 7, Recover, 5: the text is an id of another kind, which the item has."""
    order = {"id": 40, "number": "A-1007", "customer": 7}
    assert found("a-1007", searching(order), "cancel_order")[0].id == 40


deep: Any = "x"
for _ in range(400):
    deep = {"results": [deep], "name": deep}


def test_hostile_answers_come_to_nothing() -> None:
    """What an upstream answers is hostile: deep, huge, of other types."""
    values: list[Any] = [
        deep,
        [deep] * 50,
        {"results": "x"},
        {"results": {"id": 7, "name": "Bob"}},
        [[[]]],
        [None] * 10_000,
        7,
        True,
    ]
    for value in values:
        outcome, _ = found("Zed", answering(value))
        assert not isinstance(outcome, Taken)


NAMES = st.sampled_from(["Bob", "bob ", "BOB", "Bobby", "Ana", "", "b ob"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 5), st.sampled_from(["1", "7", "x", "***"]))
RECORDS = st.lists(st.fixed_dictionaries({"id": SCALARS, "name": NAMES}, optional={"email": NAMES}), max_size=6)


@given(RECORDS, st.booleans())
def test_an_id_is_taken_only_from_the_one_record_that_is_called_so(records: list[Json], is_whole: bool) -> None:
    """style.md, Tests: every value in a recovered call was in a looked-up answer; never where two match."""
    outcome, _ = found("Bob", answering(records, is_whole=is_whole))
    called = [
        record
        for record in records
        if "bob" in (record["name"].strip().lower(), record.get("email", "").strip().lower())
    ]
    if isinstance(outcome, Taken):
        assert is_whole
        assert all(type(record["id"]) in (int, str) and record["id"] != "***" for record in called)
        assert {str(record["id"]) for record in called} == {str(outcome.id)}


def test_a_namesake_without_an_id_is_one_more() -> None:
    """Derive, never invent: exactly one is called so, or none is taken."""
    told, _ = found("Bob", searching(BOB, {"name": "Bob", "id": None}))
    assert told.near == ({"id": 7, "name": "Bob (bob@example.com)"},)
    told, _ = found("Bob", lambda _: whole({"name": "Bob", "id": None}, ANA))
    assert told == Told(hint='the customer that is called "Bob" has no id that fits here')

"""Chains of calls, found in records."""

from typing import Any

from support.chained import KNOWN, customer, listed, made, order

from openapi_mcp.model.record import Record
from openapi_mcp.workflow.chains import Counted, common, count_chains
from openapi_mcp.workflow.sessions import sessions

DAY = 86_400.0


def counted(*records: Record) -> list[Counted]:
    return count_chains(sessions(records, KNOWN), KNOWN)


def said(found: list[Counted]) -> list[str]:
    """Return chains as "first -> second(argument < first results.id)", with how often they were called."""
    return [f"{_chain(each)} x{each.times}" for each in found]


def _chain(each: Counted) -> str:
    steps = []
    for node in each.chain:
        taken = [f"{name} < {source.tool} {'.'.join(p or '*' for p in path)}" for name, source, path in node.sources]
        steps.append(f"{node.tool}({', '.join(taken)})" if taken else node.tool)
    return " -> ".join(steps)


def orders_of_ana(day: int, number: int = 3, caller: str = "") -> list[Record]:
    return made(
        ("customers_list", {"q": "ana"}, listed(customer(number))),
        ("orders_list", {"customer": number}, listed(order(70 + number, number), order(80, number))),
        ("orders_retrieve", {"id": 70 + number}, order(70 + number, number)),
        began=day * DAY,
        caller=caller,
    )


WHOLE = (
    "customers_list -> orders_list(customer < customers_list results.*.id)"
    " -> orders_retrieve(id < orders_list results.*.id)"
)


def test_a_chain_that_was_called_often_is_found_once_and_whole() -> None:
    """Issue 11: chains that the records show to be common; maximal ones are preferred."""
    records = [record for day in range(4) for record in orders_of_ana(day, 3 + day, caller=f"c{day % 2}")]
    (found,) = common(counted(*records), 3)
    assert said([found]) == [f"{WHOLE} x4"]
    assert found.callers == {"c0", "c1"}
    assert [found.usual(node) for node in found.chain] == [["q"], [], []]


def test_a_chain_that_was_called_seldom_is_none() -> None:
    """Our choice: --min."""
    records = [record for day in range(2) for record in orders_of_ana(day)]
    assert common(counted(*records), 3) == []


def test_a_beginning_that_is_commoner_by_far_stands_for_itself() -> None:
    """Our choice."""
    often = [record for day in range(3) for record in orders_of_ana(day)]
    oftener = [record for day in range(10, 20) for record in orders_of_ana(day)[:2]]
    first, second = said(common(counted(*often, *oftener), 3))
    assert first == "customers_list -> orders_list(customer < customers_list results.*.id) x13"
    assert second == f"{WHOLE} x3"


def test_calls_of_different_callers_and_of_different_hours_are_no_chain() -> None:
    """Issue 11: within one caller's calls of a session."""
    first, second, _ = orders_of_ana(0)
    _, other, _ = orders_of_ana(0, caller="other")
    _, later, _ = orders_of_ana(1)
    assert counted(first, other) == []
    assert counted(first, later) == []
    assert said(counted(first, second)) == ["customers_list -> orders_list(customer < customers_list results.*.id) x1"]


def test_a_failed_call_is_no_step() -> None:
    """Issue 11."""
    failed = made(("customers_list", {"q": "ana"}, listed(customer(3))), kind="rejected")
    assert counted(*failed, *orders_of_ana(0)[1:2]) == []


def test_what_the_caller_gave_before_is_the_callers() -> None:
    """Our choice: an answer that repeats what it was asked for yields nothing."""
    records = made(
        ("orders_list", {"customer": 3}, listed(order(73, 3))),
        ("customers_retrieve", {"id": 3}, customer(3)),
        ("orders_list", {"customer": 3, "page": 2}, listed(order(74, 3))),
    )
    assert counted(*records) == []


def test_a_small_number_is_linked_only_where_it_is_needed() -> None:
    """Our choice: 1 stands everywhere."""
    records = made(
        ("products_list", {}, [{"sku": "A-100", "price": 1}]),
        ("orders_list", {"page": 1}, listed()),
    )
    assert counted(*records) == []


def test_a_word_of_a_few_is_never_linked() -> None:
    """Our choice: a status is chosen, not looked up."""
    records = made(("orders_retrieve", {"id": 7}, order(7, 3)), ("orders_list", {"status": "open"}, listed()))
    assert counted(*records) == []


def test_a_text_under_the_arguments_own_name_is_linked() -> None:
    """Issue 11: an argument whose value was yielded by an earlier answer."""
    records = made(
        ("customers_list", {"q": "ana"}, listed(customer(3))),
        ("products_list", {"q": "lamp"}, '{"result":[{"sku":"LMP","price":9.5}],"_note":{"status":203}}'),
        ("orders_create", {"customer": 3, "sku": "LMP"}, order(91, 3)),
        ("orders_delete", {"id": 91}, ""),
    )
    found = common(counted(*records), 1)
    assert said(found) == [
        "customers_list -> products_list -> "
        "orders_create(customer < customers_list results.*.id, sku < products_list *.sku) -> "
        "orders_delete(id < orders_create id) x1"
    ]


def test_the_items_of_a_list_that_are_read_one_by_one_are_one_use_of_it() -> None:
    """Our choice."""
    items = [order(number, 3) for number in range(50, 60)]
    reads = [("orders_retrieve", {"id": item["id"]}, item) for item in items]
    records = made(("orders_list", {"customer": 3}, listed(*items)), *reads)
    assert said(counted(*records)) == ["orders_list -> orders_retrieve(id < orders_list results.*.id) x1"]


def test_steps_stand_in_the_order_in_which_they_were_called_most_often() -> None:
    """Our choice: what is read before it is deleted cannot be read after it."""
    find = ("orders_list", {"customer": 3}, listed(order(73, 3)))
    read, delete = ("orders_retrieve", {"id": 73}, order(73, 3)), ("orders_delete", {"id": 73}, "")
    records = [
        record
        for day, calls in enumerate([(find, delete, read), (find, read, delete), (find, read, delete)])
        for record in made(*calls, began=day * DAY)
    ]
    (found,) = common(counted(*records), 3)
    assert ([node.tool for node in found.chain], found.times, len(found.orders)) == (
        ["orders_list", "orders_retrieve", "orders_delete"],
        3,
        2,
    )


def test_one_session_counts_a_chain_each_time_that_it_is_begun() -> None:
    """Our choice."""
    records = [record for number in range(3) for record in orders_of_ana(0, 3 + number)]
    in_a_row = [made((r.tool, dict(r.arguments or {}), r.answer), began=at * 5.0)[0] for at, r in enumerate(records)]
    assert said(common(counted(*in_a_row), 3)) == [f"{WHOLE} x3"]


def test_a_value_of_an_answer_that_came_later_is_not_from_there() -> None:
    """Our choice: two calls at the same time know nothing of each other."""
    slow, quick, _ = orders_of_ana(0)
    slow = made(("customers_list", {"q": "ana"}, listed(customer(3))), began=0.0)[0]
    late = type(slow)(**{**{name: getattr(slow, name) for name in slow.__slots__}, "duration": 30.0})
    assert counted(quick, late) == []


def test_without_recorded_arguments_needs_and_the_order_count() -> None:
    """Issue 11: --record-arguments off."""
    records = made(
        ("orders_list", None, ""),
        ("orders_retrieve", None, ""),
        ("orders_list", None, ""),
    )
    assert said(counted(*records)) == ["orders_list -> orders_retrieve(id < orders_list results.*.id) x1"]


def test_of_an_answer_that_was_cut_what_is_needed_is_taken_to_have_been_there() -> None:
    """Our choice: records keep only the beginning of an answer."""
    cut = '{"count": 900, "results": [{"id": 1, "customer": 2... (88,000 characters)'
    whole = '{"count": 1, "results": [{"id": 1, "customer": 2}]}'
    retrieve = ("orders_retrieve", {"id": 977}, order(977, 3))
    assert said(counted(*made(("orders_list", {}, cut), retrieve))) == [
        "orders_list -> orders_retrieve(id < orders_list results.*.id) x1"
    ]
    assert counted(*made(("orders_list", {}, whole), retrieve)) == []


def test_a_chain_of_more_than_five_steps_is_counted_up_to_the_fifth() -> None:
    """Issue 11: chains of 2 to 5 steps."""
    calls: list[tuple[str, Any, Any]] = [("customers_retrieve", {"id": 11}, {"id": 11, "name": "code-12"})]
    for number in range(12, 20):
        tool = "customers_list" if number % 2 else "products_list"
        following = f"code-{number + 1}"
        calls.append(
            (tool, {"q": f"code-{number}"}, listed({"name": following}) if number % 2 else [{"sku": following}])
        )
    lengths = [len(each.chain) for each in counted(*made(*calls))]
    assert lengths == [2, 3, 4, 5]


def test_many_records_of_hostile_answers_are_counted_in_bounds() -> None:
    """Our choice: what an upstream answers decides neither time nor memory."""
    answers = ['{"a":' * 300, "[" * 3000, '{"id": 1e999999}', "\x00" * 4000, '{"id": "' + "9" * 4000, "9" * 4000]
    calls = [("orders_list", {"customer": number}, answers[number % len(answers)]) for number in range(900)]
    assert counted(*made(*calls)) == []


def test_a_place_that_the_document_does_not_name_is_never_linked() -> None:
    """Our choice: a key of a map is a value, and may be private; and an upstream may write there what it likes."""
    records = made(
        ("customers_retrieve", {"id": 3}, {"id": 3, "by_email": {"ana@example.com": "code-77"}, "q": "code-77"}),
        ("products_list", {"q": "code-77"}, []),
    )
    assert counted(*records) == []

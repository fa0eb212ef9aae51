"""An id that a model invents is not given by an answer that only says it again, or that the model's call makes up."""

from dataclasses import replace
from typing import Any

import pytest
from support.runs import SHOP, call, failed, ok, tool

from openapi_mcp.ask.grounds import Grounds
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.model.chat import Answered, Message, ToolCall

HANDLE = {"_note": {"more": {"handle": "r_1"}}}


def is_given(id_: Any, *heard: Message, offer: Offer = SHOP) -> bool:
    """True where an order may be read by this id after these answers."""
    grounds = Grounds(offer)
    for message in heard:
        grounds.hear(message)
    return grounds.lacking(meant(call("orders_retrieve", id=id_))) is None


def listed(**arguments: Any) -> ToolCall:
    return call("orders_list", **arguments)


def read(**arguments: Any) -> ToolCall:
    return call("read_result", handle="r_1", **arguments)


@pytest.mark.parametrize(
    ("select", "answer", "id_"),
    [
        ("results[?name==']'] | {id: '55443'}", {"id": "55443"}, 55443),
        (r'{"\u0037\u0038123": results[0].name}', {"78123": "x"}, 78123),
        ('{"77123": results[0].name}', {"77123": "x"}, 77123),
        ('{"77": results[0].name}', {"77": "x"}, 77),
        ("{id: 'mallory'}", {"id": "mallory"}, "mallory"),
        ("join('-', ['mallory', 'evil'])", {"result": "mallory-evil"}, "mallory-evil"),
        ("results[].id || `[55443]`", {"result": [55443]}, 55443),
        ("[results[0].name, '55443']", {"result": ["x", "55443"]}, 55443),
        ("{id: length(results)}", {"id": 55443}, 55443),
        ("sum(results[].total)", {"result": 55443}, 55443),
        ("keys({o55443: results})", {"result": ["o55443"]}, "o55443"),
        ("{a: {id: '55443'}}.a", {"id": "55443"}, 55443),
        ("[{id: '55443'}][0]", {"id": "55443"}, 55443),
        ("map(&'55443', results)", {"result": ["55443"]}, 55443),
        ("{_note: 'x', id: '55443'}", {"result": {"_note": "x", "id": "55443"}}, 55443),
        ("reverse(q)", {"result": "55443"}, 55443),
        ("[reverse(q)][]", {"result": ["55443"]}, 55443),
        ("to_array(reverse(q))[0]", {"result": "55443"}, 55443),
        ("results[].{id: quantity}", {"result": [{"id": 77}]}, 77),
        ("{orders: results[].quantity}", {"orders": [77]}, 77),
        ("results[:55443]", {"result": [], "_note": {"more": {"next": {"arguments": {"select": "a[:55443]"}}}}}, 55443),
    ],
)
def test_what_an_expression_builds_or_names_anew_is_no_id(select: str, answer: Any, id_: Any) -> None:
    """Issue 11: an id that no answer gave; a JMESPath expression writes what its author likes."""
    assert not is_given(id_, ok(listed(_select=select), answer))
    assert not is_given(id_, ok(listed(), HANDLE), ok(read(select=select), answer))
    assert not is_given(id_, ok(listed(_select=select), {**answer, **HANDLE}), ok(read(), answer))


@pytest.mark.parametrize(
    ("select", "answer"),
    [
        ("results[].{number: id, kind: 'order', n: length(items)}", {"result": [{"number": 7, "kind": "x", "n": 2}]}),
        ("results[].{id: id, name: name}", {"result": [{"id": 7, "name": "x"}]}),
        ("results[].id", {"result": [7]}),
        ("results[0]", {"id": 7}),
        ("results[?total > `99`] | [0].id", {"result": 7}),
        ("sort_by(results, &created)[-1].id", {"result": 7}),
        ("reverse(results)[0].id", {"result": 7}),
        ("reverse(sort_by(results, &created))[0].id", {"result": 7}),
        ("max_by(results, &total).id", {"result": 7}),
        ("results[0].id || results[1].id", {"result": 7}),
        ("not_null(results[0].id, results[1].id)", {"result": 7}),
        ("map(&id, results)", {"result": [7]}),
        ("results[::-1].id", {"result": [7]}),
        ("*[].id", {"result": [7]}),
        ("results[].[id, id]", {"result": [[7, 7]]}),
        ("results[].[id, id][]", {"result": [7, 7]}),
        ("values(@)[0][0].id", {"result": 7}),
        ("@", {"results": [{"id": 7}]}),
        ("to_string(results)", {"results": [{"id": 7}], "_note": {"select": "not applied: it does not fit"}}),
    ],
)
def test_what_an_expression_only_picks_is_given(select: str, answer: Any) -> None:
    """Our choice: selecting is what our tools ask models to do, and must not cost a refusal."""
    assert is_given(7, ok(listed(_select=select), answer))
    assert is_given(7, ok(listed(), HANDLE), ok(read(select=select), answer))


def test_what_is_read_on_is_told_from_what_the_first_call_had() -> None:
    """Issue 11: an answer that echoes its own query is no ground, whichever call reads it."""
    echo = {"q": "55443", "next": "https://shop.example/orders?search=55443"}
    cut = ok(listed(search="55443"), {"q": "55443", **HANDLE})
    assert not is_given(55443, cut, ok(read(select="q"), {"result": "55443"}))
    assert not is_given(55443, cut, ok(read(select="{id: q}"), {"id": "55443"}))
    assert not is_given(55443, cut, ok(read(), echo))
    assert is_given(55443, cut, ok(read(), {"results": [{"id": "55443"}]}))
    gone = ok(listed(search="55443"), {"call": {"handle": "c_1", "state": "working"}})
    assert not is_given(55443, gone, ok(call("get_call", handle="c_1"), echo))
    assert is_given(88001, gone, ok(call("get_call", handle="c_1"), {"results": [{"id": 88001}]}))
    further = ok(call("get_call", handle="c_1"), {"q": "55443", **HANDLE})
    assert not is_given(55443, gone, further, ok(read(), echo))


def test_the_next_page_that_we_name_gives_nothing_that_the_call_had_itself() -> None:
    """Issue 11: our own note says the call again, with the next page: no answer of the API has the value."""
    following = {"next": {"tool": "orders_list", "arguments": {"customer_id": 55443, "id": 55443, "page": 2}}}
    assert not is_given(55443, ok(listed(customer_id=55443, id=55443), {"results": [{"id": 1}], "_note": following}))
    assert is_given(55443, ok(listed(), {"results": [], "_note": {"location": "/orders/55443"}}))


def test_a_handle_that_no_answer_gave_leads_to_nothing() -> None:
    """Our choice: of what is read by it nobody knows which call it came of."""
    assert not is_given(55443, ok(read(), {"results": [{"id": 55443}]}))


def test_a_part_of_a_text_that_was_cut_out_is_no_id() -> None:
    """Issue 11: `offset` and `limit` count characters of a text, and so can write one."""
    cut = ok(listed(search="9855443"), {"q": "9855443", **HANDLE})
    assert not is_given(55443, cut, ok(read(select="q", offset=2), {"result": "55443"}))
    assert not is_given(55443, cut, ok(read(select="q", limit=5), {"result": "55443"}))
    assert not is_given(55443, ok(listed(search="5544398"), {"q": "so 55443…"}))
    text = Answered(call=listed(search="9855443"), text='9855443\n{"_note": {"more": {"handle": "r_1"}}}')
    assert not is_given(55443, text, Answered(call=read(offset=2), text="55443"))
    assert is_given(88001, text, Answered(call=read(offset=2), text="of 88001 no"))


@pytest.mark.parametrize(
    ("made", "answer", "id_"),
    [
        (listed(search="x " * 11_000 + "55443"), {"q": "55443"}, 55443),
        (listed(filter={"55443": "x"}), {"filter": {"55443": "x"}}, 55443),
        (listed(filter={"55443": "x"}), {"said": "no field 55443"}, 55443),
        (listed(search="by mallory"), {"q": "mallory"}, "mallory"),
        (listed(search="by mallory evil"), {"said": "nothing by mallory evil"}, "mallory-evil"),
        (listed(search="ORD-55443"), {"q": "ORD55443"}, "ORD55443"),
        (listed(search="55 443"), {"slug": "55443"}, 55443),
    ],
)
def test_what_a_call_had_anywhere_within_it_is_not_given_by_its_echo(made: ToolCall, answer: Any, id_: Any) -> None:
    """Issue 11: long texts, names of fields, words without digits and other spellings are the call's own, too."""
    assert not is_given(id_, ok(made, answer))


WORKFLOWS = replace(
    SHOP,
    tools=(*SHOP.tools, tool("again", "code")),
    said_again={"again": frozenset(("same", "a.b")), "other": frozenset()},
)


@pytest.mark.parametrize(
    ("made", "answer", "id_", "expected"),
    [
        (call("again", code="55443"), {"same": "55443"}, 55443, False),
        (call("again", code="55443"), {"same": {"id": "55443"}}, 55443, False),
        (call("again", code="55443"), {"same": ["O-55443"]}, "O-55443", False),
        (call("again", code="55443"), {"a.b": "O-55443"}, "O-55443", False),
        (call("again", code="55443", _select="values(@)"), {"result": ["O-55443"]}, "O-55443", False),
        (call("again", code="55443", _select="{id: same}"), {"id": "O-55443"}, "O-55443", False),
        (call("again", code="55443"), {"id": "55443"}, 55443, False),
        (call("again", code="55443"), {"order": {"id": "55443"}}, 55443, True),
        (call("again", code="x"), {"id": "88001"}, 88001, True),
        (call("other", code="x"), {"same": "88001"}, 88001, True),
    ],
)
def test_what_a_workflow_was_called_with_is_not_given_by_its_outputs(
    made: ToolCall, answer: Any, id_: Any, expected: bool
) -> None:
    """Issue 11: an id that no answer gave; an output has the name that its author likes: "id: $inputs.code"."""
    assert is_given(id_, ok(made, answer), offer=WORKFLOWS) is expected


def test_what_steps_of_a_workflow_that_failed_gave_counts_but_for_what_its_caller_gave() -> None:
    """Our choice: of a failure the outputs of its steps are told, and nobody knows what these are made of."""
    made = call("again", code="55443")
    steps = [{"step": "one", "outputs": {"id": 88001, "sent": "O55443"}}]
    answer = failed(made, "server_error", body={"steps": steps})
    assert is_given(88001, answer, offer=WORKFLOWS)
    assert not is_given("O55443", answer, offer=WORKFLOWS)

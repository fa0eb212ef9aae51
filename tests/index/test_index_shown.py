"""What a search and a description say, and in how much room."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.make import answering, one_tool, parameter, toolset

from openapi_mcp.index.search import Found, Hit
from openapi_mcp.index.shown import described, nothing_found, search_answer, subjects, summary, within_rights
from openapi_mcp.model.capability import Capability, Need, Producer, Yield, as_json, seen
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.policy import METHODS, Selection
from openapi_mcp.model.tool import Tool

Json = dict[str, Any]


def size(answer: Json) -> int:
    return len(write_json(answer).encode())


def tools_of(count: int, words: str = "Reads a thing.", path: str = "/things") -> dict[str, Tool]:
    """Return tools named op_0, op_1, ..."""
    paths = {
        f"{path}{number}": {"get": {"operationId": f"op_{number}", "summary": words, "responses": {}}}
        for number in range(count)
    }
    return dict(toolset(paths).by_name)


def hits(count: int, plan: str = "") -> Found:
    return Found(hits=tuple(Hit(tool=f"op_{at}", score=9.5 - at / 10) for at in range(count)), plan=plan)


def rich(count: int) -> Capability:
    """Return a capability with as many needs, producers of each, and yields."""
    producers = tuple(
        Producer(tool=f"list_number_{at}", method="GET", path=f"/api/v1/numbers/{at}", field="results[].id")
        for at in range(count)
    )
    needs = tuple(
        Need(argument=f"thing_{at}_id", entity=f"thing {at}", producers=producers, is_required=at % 2 == 0)
        for at in range(count)
    )
    return Capability(
        needs=needs, yields=tuple(Yield(entity=f"thing {at}", field="results[].id") for at in range(count))
    )


def test_a_hit_says_all_that_the_contract_names() -> None:
    """design.md, Options: the search tool's answer; no plan where there is none to make."""
    need = Need(
        argument="customer",
        entity="customer",
        producers=(Producer(tool="op_1", method="GET", path="/things1", field="results[].id"),),
    )
    known = {"op_0": Capability(needs=(need,), yields=(Yield(entity="order", field="id"),))}
    answer = search_answer("a thing", hits(1), tools_of(1), lambda name: known[name], 10)
    assert answer == {
        "query": "a thing",
        "results": [
            {
                "name": "op_0",
                "method": "GET",
                "path": "/things0",
                "summary": "Reads a thing.",
                "score": 9.5,
                "needs": [
                    {
                        "argument": "customer",
                        "entity": "customer",
                        "from": [{"tool": "op_1", "method": "GET", "path": "/things1", "field": "results[].id"}],
                    }
                ],
                "yields": [{"entity": "order", "field": "id"}],
            }
        ],
    }
    assert search_answer("a", hits(1, "op_1 -> op_0"), tools_of(1), lambda name: known[name], 10)["plan"]


def test_where_room_is_short_the_last_hits_say_less_first() -> None:
    """Issue 6: ten hits at most 1,000 tokens. The best hit is the one that is called."""
    answer = search_answer("q", hits(10), tools_of(10), lambda _: rich(3), 10)
    assert 3_400 < size(answer) <= 4_000
    first, last = answer["results"][0], answer["results"][-1]
    assert len(first["needs"]) >= len(last["needs"]) > 0
    assert size(first) > size(last)
    assert last["needs"][0] == {"argument": "thing_0_id", "from": [{"tool": "list_number_0"}]}


def test_a_few_hits_have_the_room_of_ten() -> None:
    """Our choice: who asks for three wants to know all of these."""
    for limit in (1, 3):
        answer = search_answer("q", hits(limit), tools_of(limit), lambda _: rich(3), limit)
        assert [len(hit["needs"]) for hit in answer["results"]] == [3] * limit
        assert 4_000 > size(answer) > limit * 400


def test_what_is_needed_is_not_named_where_room_is_short_and_the_argument_says_it() -> None:
    """Our choice: a cheaper form comes before needs are dropped."""
    made = [
        Need(argument=argument, entity=entity, producers=(Producer(tool="l", method="GET", path="/" * 90, field="f"),))
        for argument, entity in [("customerId", "customer"), ("id", "invoice"), ("x", "a or b")]
    ]
    capability = Capability(needs=tuple(made))
    answer = search_answer("q", hits(10), tools_of(10), lambda _: capability, 10)
    assert size(answer) <= 4_000
    assert answer["results"][-1]["needs"] == [
        {"argument": "customerId", "from": [{"tool": "l"}]},
        {"argument": "id", "entity": "invoice", "from": [{"tool": "l"}]},
        {"argument": "x", "entity": "a or b", "from": [{"tool": "l"}]},
    ]


def test_needs_that_are_not_shown_are_counted() -> None:
    """style.md, Errors: nothing is dropped in silence."""
    answer = search_answer("q", hits(10), tools_of(10, "A word. " * 90), lambda _: rich(30), 10)
    assert "left_out" not in answer
    counted = [hit for hit in answer["results"] if "more_needs" in hit]
    assert counted
    assert all(len(hit["needs"]) + hit["more_needs"] == 15 for hit in counted)  # the others can be left out
    assert answer["results"][-1].keys().isdisjoint({"needs", "more_needs", "yields"})


def test_no_needs_are_said_of_what_needs_nothing_and_of_nothing_else() -> None:
    """Our choice: what no tool yields is not shown in a hit; the description has it."""
    unknown, known = Need(argument="id", entity="order"), rich(1).needs[0]
    optional = replace(known, is_required=False)
    tools = tools_of(1)

    def shown(*needs: Need) -> Json:
        answer = search_answer("q", hits(1), tools, lambda _: Capability(needs=needs), 1)
        return {name: value for name, value in answer["results"][0].items() if "needs" in name}

    assert shown() == {"needs": []}
    assert shown(unknown) == {}
    assert shown(optional)["needs"][0]["required"] is False
    assert [need["argument"] for need in shown(unknown, known)["needs"]] == ["thing_0_id"]
    assert shown(unknown, known)["more_needs"] == 1
    assert [need["argument"] for need in described(tools["op_0"], Capability(needs=(unknown,)))["needs"]] == ["id"]


def test_of_long_texts_the_beginning_stays() -> None:
    """Our choice: what every hit keeps is its name, method, path, summary and score."""
    tools = tools_of(10, "A word. " * 60, "/a/rather/long/path/of/an/operation/that/nests/" * 2)
    answer = search_answer("q" * 500, hits(10, "op_1 -> " * 90), tools, lambda _: rich(20), 10)
    assert size(answer) <= 4_000
    assert [len(hit["path"]) > 90 and hit["summary"].startswith("A word.") for hit in answer["results"]] == [True] * 10
    assert len(answer["query"]) == 200
    assert "left_out" not in answer


def test_hits_are_left_out_only_when_all_else_is_shortened_and_that_is_said() -> None:
    """style.md, Errors: nothing is dropped in silence."""
    tools = tools_of(10, "界" * 300, "/" + "界" * 300)
    answer = search_answer("界" * 200, hits(10, "界" * 400), tools, lambda _: rich(9), 10)
    assert size(answer) <= 4_000
    assert "plan" not in answer
    assert answer["left_out"] == 10 - len(answer["results"]) > 0
    assert all("needs" not in hit and "yields" not in hit for hit in answer["results"])
    assert all(len(hit["path"]) == 100 for hit in answer["results"])


TEXT = st.text(max_size=300)
NAMES = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), min_size=1, max_size=10, unique=True)


@st.composite
def capabilities(draw: st.DrawFn) -> Capability:
    producer = st.builds(Producer, tool=TEXT, method=st.sampled_from(sorted(METHODS)), path=TEXT, field=TEXT)
    need = st.builds(
        Need, argument=TEXT, entity=TEXT, producers=st.lists(producer, max_size=6).map(tuple), is_required=st.booleans()
    )
    yields = st.builds(Yield, entity=TEXT, field=TEXT)
    return Capability(
        needs=draw(st.lists(need, max_size=4).map(tuple)), yields=draw(st.lists(yields, max_size=9).map(tuple))
    )


@given(names=NAMES, path=TEXT, words=TEXT, query=TEXT, plan=TEXT, capability=capabilities())
def test_ten_hits_are_never_more_than_a_thousand_tokens(
    names: list[str], path: str, words: str, query: str, plan: str, capability: Capability
) -> None:
    """Issue 6, Search mode: tokens are bytes / 4, of whatever results."""
    found = Found(hits=tuple(Hit(tool=name, score=1.25) for name in names), plan=plan)
    tool = one_tool(
        {"operationId": "any", "summary": words, "responses": {}}, path=f"/p{path.replace(chr(46), chr(45))}"
    )  # no dot segment
    answer = search_answer(query, found, dict.fromkeys(names, tool), lambda _: capability, 10)
    assert size(answer) <= 4_000
    json.dumps(answer)
    assert len(answer["results"]) + answer.get("left_out", 0) == len(names)
    always, may_be = {"name", "method", "path", "summary", "score"}, {"needs", "more_needs", "yields"}
    for hit in answer["results"]:
        assert always <= hit.keys() <= always | may_be
        assert hit.get("needs") != [] or not any(need.is_required for need in capability.needs)


def test_a_summary_is_the_point_of_the_description() -> None:
    """What the config or an overlay says there is what is shown; without any words, the title."""
    spoken = one_tool({"summary": "List orders", "description": "The newest first.", "responses": {}})
    assert summary(spoken, 200) == "List orders. The newest first."
    assert summary(spoken, 14) == "List orders.…"
    silent = one_tool({"operationId": "listOrders", "responses": {}})
    assert summary(silent, 200).startswith("List orders")


def test_a_description_tells_all_there_is_to_know_before_a_call() -> None:
    """Issue 6, Search mode: full input schemas, returns, needs with their producers."""
    tool = one_tool(
        {
            "operationId": "get",
            "summary": "One order",
            "parameters": [parameter("id", "path")],
            **answering({"type": "object", "properties": {"id": {}, "total": {}}}),
        },
        path="/orders/{id}",
    )
    told = described(tool, rich(1))
    assert told == {
        "name": "get",
        "method": "GET",
        "path": "/orders/{id}",
        "description": "One order.",
        "input_schema": tool.input_schema,
        "returns": "id, total.",
        "annotations": {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": True},
        "needs": told["needs"],
        "yields": [{"entity": "thing 0", "field": "results[].id"}],
    }
    assert told["needs"][0]["from"][0]["tool"] == "list_number_0"


def test_the_line_on_needs_is_for_a_list_with_each_tool() -> None:
    """Our choice: in the search mode needs stand apart. What the document itself says so stays."""
    plain = one_tool({"operationId": "get", "summary": "One order", **answering({"type": "object"})}, path="/orders")
    assert "\nReturns: " in plain.description
    lined = with_line(plain, "\nNeeds id, from orders_list; owner, from users_list.")
    assert (summary(lined, 200), described(lined, rich(1))) == (summary(plain, 200), described(plain, rich(1)))
    bare = replace(plain, description="One order.\nNeeds id, from orders_list.")
    assert (summary(bare, 200), described(bare, Capability())["description"]) == ("One order.", "One order.")
    own = with_line(plain, "\nNeeds a licence.")
    assert described(own, Capability())["description"] == "One order.\nNeeds a licence."


def with_line(tool: Tool, line: str) -> Tool:
    said, mark, returns = tool.description.partition("\nReturns: ")
    return replace(tool, description=f"{said}{line}{mark}{returns}")


def test_a_description_has_the_title_and_the_output_schema_where_they_say_more() -> None:
    """design.md, Tools: output schemas are left out by default."""
    made = toolset(
        {"/a": {"get": {"description": "Does it.", "operationId": "doIt", **answering({"type": "object"})}}},
        selection=Selection(output_schemas=True),
    )
    told = described(made.tools[0], Capability())
    assert told["title"] == "Do it"
    assert told["output_schema"]["type"] == "object"


def test_a_capability_names_no_tool_that_the_caller_may_not_call() -> None:
    """Issue 5, Per caller (b): what is hidden is as unknown as what is not there."""
    (need,) = within_rights(rich(1), lambda name: name != "list_number_0").needs
    assert (need.argument, need.producers) == ("thing_0_id", ())


def test_where_nothing_is_found_the_subjects_are_named() -> None:
    """Our choice: by their tags, else by their paths."""
    tagged = toolset({f"/a{at}": {"get": {"tags": ["Orders" if at else "Users"]}} for at in range(3)})
    assert subjects(tagged.tools) == ["Orders", "Users"]
    plain = toolset({"/api/v1/orders/{id}": {"get": {}}, "/orders": {"get": {}}, "/{x}": {"get": {}}})
    assert subjects(plain.tools) == ["orders"]
    assert nothing_found([], {}) == "try other words, such as those of what you want to read or change"
    assert nothing_found(tuple(tagged.by_name), tagged.by_name).endswith("the operations are about: Orders, Users")


def test_what_nobody_sees_is_in_no_need_of_a_hit() -> None:
    """security.md: a hit is built of needs one by one."""
    hidden = Capability(needs=(Need(argument="i\u202ed", entity="order"), Need(argument="id", entity="o\u200brder")))
    assert as_json(hidden)["needs"] == seen(hidden.needs) == []

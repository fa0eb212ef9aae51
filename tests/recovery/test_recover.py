"""The life of a failed call, driven by hand: which strategies are tried, and how far that may go."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.make import one_tool, parameter, toolset

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault, Looked, Repair, Suggestion
from openapi_mcp.model.policy import Recovering
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.recover import Recovered, nothing_known, recover
from openapi_mcp.recovery.steps import MOST_ATTEMPTS, MOST_LOOKUPS, Attempt, Found, Learn, Lookup, Turn
from openapi_mcp.recovery.strategy import Case, Remedy, Rewrite, Strategy, Told, at_once

FULL = Recovering()
TOOL = one_tool({"operationId": "read", "parameters": [parameter("size", schema={"type": "integer"})]})
POST = one_tool({"operationId": "add", "parameters": [parameter("size", schema={"type": "integer"})]}, method="post")
BAD = Fault(path=("size",), rule="type", limit="integer", schema={"type": "integer"}, said="must be integer")
INVALID = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="no", field="size", faults=(BAD,))
REJECTED = Failure(kind=FailureKind.REJECTED, message="no", status=422, field="size", attempts=1, faults=(BAD,))


def counting(case: Case) -> Rewrite | None:
    """Make each size one more: never what the API wants."""
    size = case.value
    return case.rewritten(size + 1, "one more") if isinstance(size, int) else case.rewritten(0, "a number")


ONE_MORE = Strategy(name="one_more", rank=1, about="", repair=at_once(counting))


def begin(
    failure: Failure, *strategies: Strategy, tool: Tool = TOOL, policy: Recovering = FULL, **call: Any
) -> Generator[Any, Any, Recovered[Any]]:
    made = Call(tool=tool.name, **{"arguments": {"size": "x"}, **call})
    return recover(made, failure, {tool.name: tool}, strategies, policy)


def ends(flow: Generator[Any, Any, Recovered[Any]], answer: Any) -> Recovered[Any]:
    """Send the last answer; return what the flow comes to."""
    with pytest.raises(StopIteration) as done:
        flow.send(answer)
    found: Recovered[Any] = done.value.value
    return found


def run(flow: Generator[Any, Any, Recovered[Any]], answers: Sequence[Any]) -> tuple[list[Any], Recovered[Any]]:
    """Answer the steps of a flow in turn, the last answer again and again; return the steps and the end.

    What tools need and yield is not known, and not asked for here.
    """
    steps: list[Any] = []
    answer: Any = None
    try:
        while True:
            step = flow.send(answer)
            if isinstance(step, Learn):
                answer = nothing_known
            else:
                steps.append(step)
                answer = answers[min(len(steps), len(answers)) - 1]
    except StopIteration as done:
        return steps, done.value


def test_a_repaired_call_is_attempted_and_what_was_repaired_is_told() -> None:
    """design.md, A result: a repair that was made is always told."""
    flow = begin(INVALID, ONE_MORE)
    step = next(flow)
    assert step == Attempt(call=Call(tool="read", arguments={"size": 0}))
    done = ends(flow, "an answer")
    assert done.outcome == "an answer"
    assert done.repairs == (Repair(path=("size",), before="x", after=0, how="a number"),)


def test_what_nothing_repairs_fails_as_it_did() -> None:
    """Issue 7, Tell."""
    steps, done = run(begin(INVALID), [None])
    assert steps == []
    hint = 'correct "size": it must be integer; then call again'
    assert done.outcome == replace(INVALID, hint=hint)


def test_after_a_refusal_a_call_is_repaired_twice_and_no_more() -> None:
    """Issue 7, Recover: at most 2 repaired attempts for each call."""
    steps, done = run(begin(REJECTED, ONE_MORE), [REJECTED])
    assert [type(step) for step in steps] == [Attempt] * MOST_ATTEMPTS
    assert done.outcome.attempts == 1 + MOST_ATTEMPTS
    assert len(done.outcome.repairs) == MOST_ATTEMPTS


def test_before_anything_is_sent_the_rounds_are_bounded() -> None:
    """Issue 7, Recover: hard bounds; a strategy that always finds something new comes to an end."""
    steps, done = run(begin(INVALID, ONE_MORE), [INVALID])
    assert 2 < len(steps) < 20
    assert done.outcome.kind is FailureKind.INVALID_ARGUMENTS
    assert done.outcome.attempts == 0


def test_the_same_call_is_never_attempted_again() -> None:
    """Our choice: a call is attempted again only with other arguments."""
    same = Strategy(name="same", rank=1, about="", repair=at_once(lambda case: case.rewritten("x", "the same")))
    steps, _ = run(begin(INVALID, same), [INVALID])
    assert steps == []


@pytest.mark.parametrize(
    "kind",
    [kind for kind in FailureKind if kind.value not in ("invalid_arguments", "rejected", "not_found")],
)
def test_only_what_is_wrong_with_the_arguments_is_repaired(kind: FailureKind) -> None:
    """Issue 7, Recover, 7: 409, 412 and the like are never repeated; nor is what no other value mends."""
    steps, done = run(begin(replace(REJECTED, kind=kind), ONE_MORE), [None])
    assert [step for step in steps if isinstance(step, Attempt)] == []
    assert done.outcome.kind is kind


@pytest.mark.parametrize("level", ["off", "safe"])
def test_below_full_nothing_is_sent_again_after_a_refusal(level: str) -> None:
    """Issue 7, Tell: --recovery off|safe|full."""
    steps, _ = run(begin(REJECTED, ONE_MORE, policy=Recovering(level=level)), [None])
    assert [step for step in steps if isinstance(step, Attempt)] == []
    steps, _ = run(begin(INVALID, ONE_MORE, policy=Recovering(level=level)), ["an answer"])
    assert len(steps) == (level == "safe")


def test_what_a_person_was_shown_is_not_changed_after_a_refusal() -> None:
    """Issue 5, Writes: the request that was confirmed is the one that is sent."""
    steps, _ = run(begin(REJECTED, ONE_MORE, is_shown=True), [None])
    assert steps == []
    steps, _ = run(begin(INVALID, ONE_MORE, is_shown=True), ["an answer"])
    assert len(steps) == 1


def asking(times: int) -> Strategy:
    def flow(case: Case) -> Remedy:
        found = 0
        for number in range(times):
            found += (yield Lookup(call=Call(tool="list", arguments={"page": number}))) is not None
        return case.rewritten(found, "counted")

    return Strategy(name="asking", rank=1, about="", repair=flow, asks=True)


def test_a_call_has_three_lookups_and_they_are_told() -> None:
    """Issue 7, Recover: at most 3 lookups for each call, each recorded."""
    answers = [Found(value={"results": [{"id": 1}, {"id": 2}], "count": 2})] * MOST_LOOKUPS + ["an answer"]
    steps, done = run(begin(INVALID, asking(9)), answers)
    assert [type(step) for step in steps] == [Lookup] * MOST_LOOKUPS + [Attempt]
    assert steps[-1].call.arguments == {"size": MOST_LOOKUPS}
    assert done.lookups[0] == Looked(tool="list", arguments={"page": 0}, items=2)


def test_a_lookup_without_an_answer_is_no_empty_list() -> None:
    """Else "there is none" would be told of what nobody could look at."""
    _, done = run(begin(INVALID, asking(2)), [None, Found(value=[]), "an answer"])
    assert [each.as_json() for each in done.lookups] == [
        {"tool": "list", "arguments": {"page": 0}, "failed": True},
        {"tool": "list", "arguments": {"page": 1}, "items": 0},
    ]


@pytest.mark.parametrize("policy", [Recovering(level="safe"), Recovering(level="off")])
def test_without_full_recovery_nothing_is_looked_up(policy: Recovering) -> None:
    """Issue 7, Tell."""
    steps, _ = run(begin(INVALID, asking(1), policy=policy), [None])
    assert [step for step in steps if not isinstance(step, Learn)] == []


def test_the_first_strategy_that_finds_a_repair_has_it() -> None:
    """Issue 7: ranked strategies; each sees the faults in turn, with the arguments as they are by then."""
    first = Strategy(name="first", rank=1, about="", repair=at_once(lambda _: None))
    second = Strategy(name="second", rank=2, about="", repair=at_once(lambda case: case.rewritten(5, "second")))
    third = Strategy(name="third", rank=3, about="", repair=at_once(lambda case: case.rewritten(6, "third")))
    steps, _ = run(begin(INVALID, first, second, third), ["an answer"])
    assert steps[0].call.arguments == {"size": 5}


def test_all_faults_are_repaired_before_the_next_attempt() -> None:
    """Our choice: an attempt costs a request."""
    both = replace(REJECTED, faults=(BAD, replace(BAD, path=("width",))))
    flow = recover(Call(tool="read", arguments={"size": "x", "width": 2}), both, {"read": TOOL}, [ONE_MORE], FULL)
    assert next(flow) == Turn()
    assert next(flow) == Attempt(call=Call(tool="read", arguments={"size": 0, "width": 3}))


def test_what_a_lookup_has_put_somewhere_is_not_looked_up_again() -> None:
    """Derive, never invent: it is no name that the caller gave."""

    def name_it(case: Case) -> Remedy:
        yield Lookup(call=Call(tool="list", arguments={"q": case.value}))
        return case.rewritten(f"id of {case.value}", "looked up")

    naming = Strategy(name="naming", rank=1, about="", repair=name_it, asks=True)
    steps, done = run(begin(REJECTED, naming), [Found(value=[{"id": 7}]), REJECTED, nothing_known])
    assert [step.call.arguments for step in steps if isinstance(step, Attempt)] == [{"size": "id of x"}]
    assert done.outcome.kind is FailureKind.REJECTED


def test_repairs_that_were_not_attempted_are_not_told() -> None:
    """design.md: a repair that was made is told; one that leads back to a call that failed was none."""

    def swap(case: Case) -> Rewrite | None:
        return case.rewritten("y" if case.value == "x" else "x", "swapped")

    swapping = Strategy(name="swapping", rank=1, about="", repair=at_once(swap))
    steps, done = run(begin(INVALID, swapping), [INVALID, nothing_known])
    assert [step.call.arguments for step in steps if isinstance(step, Attempt)] == [{"size": "y"}]
    assert [repair.after for repair in done.outcome.repairs] == ["y"]


def test_a_strategy_asks_for_lookups_and_needs_only_and_not_without_end() -> None:
    """Issue 7, Recover: each lookup is a read; a strategy of others may ask for anything."""

    def writes(case: Case) -> Generator[Any, Any, None]:
        yield Attempt(call=Call(tool="delete_all"))

    mixed: Any = {1: "mixed", "keys": 2}

    def never_ends(case: Case) -> Generator[Any, Any, None]:
        while True:
            yield Lookup(call=Call(tool="list", arguments=mixed))

    for flow in (writes, never_ends):
        odd: Any = flow
        strategy = Strategy(name="odd", rank=1, about="", repair=odd, asks=True)
        steps, _ = run(begin(INVALID, strategy), [None])
        assert [step for step in steps if isinstance(step, Attempt)] == []
        assert len(steps) < 5


def test_a_soft_fault_that_nothing_repairs_is_sent_as_it_is() -> None:
    """Our choice: a `format` is an annotation (JSON Schema 2020-12, 7), so a call is not refused for it."""
    soft = replace(INVALID, faults=(replace(BAD, rule="format", is_soft=True),))
    flow = begin(soft)
    assert next(flow) == Attempt(call=Call(tool="read", arguments={"size": "x"}), as_it_is=True)
    assert ends(flow, "an answer").repairs == ()


def test_what_the_strategies_say_is_told_at_the_end() -> None:
    """Issue 7, Tell: the near names, and the calls that help."""
    step = Suggestion(tool="list", why="yields it", arguments={"q": "x"})
    telling = Strategy(name="telling", rank=1, about="", repair=at_once(lambda _: Told(near=("a",), tries=(step,))))
    steps, done = run(begin(INVALID, telling), [nothing_known])
    assert [type(each) for each in steps] in ([], [Learn])
    assert done.outcome.near == ("a",)
    assert done.outcome.tries == (replace(step, path=("size",)),)


@pytest.mark.parametrize(
    ("status", "has_acted", "times"),
    [
        (422, False, MOST_ATTEMPTS),
        (400, False, MOST_ATTEMPTS),
        (404, False, MOST_ATTEMPTS),
        (422, True, 0),
        (413, False, 0),
    ],
)
def test_a_write_is_repaired_only_where_the_api_did_nothing(status: int, has_acted: bool, times: int) -> None:
    """Issue 7, Recover: nothing for a write that the upstream may have acted on."""
    refused = replace(REJECTED, status=status, has_acted=has_acted)
    steps, done = run(begin(refused, ONE_MORE, tool=POST), [refused])
    assert len([step for step in steps if isinstance(step, Attempt)]) == times
    if has_acted:
        assert "tells of something that it did" in done.outcome.hint


def test_a_write_of_many_things_is_not_sent_again() -> None:
    """Issue 7: some of them may have been written."""
    arguments = {"body": [{"a": 1}], "size": "x"}
    steps, _ = run(begin(REJECTED, ONE_MORE, tool=POST, arguments=arguments), [None])
    assert [step for step in steps if isinstance(step, Attempt)] == []


def test_strategies_see_arguments_under_the_names_of_the_list() -> None:
    """design.md, Tools: an argument may say its location as well; faults name it as it is listed."""
    flow = begin(INVALID, ONE_MORE, arguments={"query_size": 7})
    assert next(flow) == Attempt(call=Call(tool="read", arguments={"size": 8}))


def test_a_call_of_a_tool_that_is_gone_fails_as_it_did() -> None:
    """A document may change while a call runs."""
    unknown = Failure(kind=FailureKind.UNKNOWN_TOOL, message="no such tool")
    flow = recover(Call(tool="gone"), unknown, toolset({"/a": {"get": {}}}).by_name, [ONE_MORE], FULL)
    _, done = run(flow, [nothing_known])
    assert done.outcome == unknown


def test_what_is_gone_is_not_looked_for() -> None:
    """RFC 9110 section 15.5.11: it was there."""
    gone = replace(REJECTED, kind=FailureKind.NOT_FOUND, status=410)
    steps, done = run(begin(gone, ONE_MORE), [nothing_known])
    assert not [step for step in steps if isinstance(step, (Attempt, Lookup))]
    assert done.outcome.hint.startswith("it was there and is gone for good (410)")

"""What a run of a workflow may cost, whoever wrote it and whatever comes: work, memory, and a thread that ends."""

import threading
from dataclasses import replace
from typing import Any

import anyio
import anyio.to_thread
import pytest
from support.make import toolset

from openapi_mcp.exchanged import exchange_of
from openapi_mcp.model.call import Call
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.workflow import (
    Action,
    ActionKind,
    Criterion,
    CriterionKind,
    Plan,
    PlannedWorkflow,
    Step,
    Workflow,
)
from openapi_mcp.running import Running, hold
from openapi_mcp.workflow.criteria import holds
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.faults import CriterionError
from openapi_mcp.workflow.regex import LONGEST, _made, is_pattern
from openapi_mcp.workflow.run import run
from openapi_mcp.workflow.state import Exchange, Missing, State
from openapi_mcp.workflow.wanted import CallStep, Came, Ended
from openapi_mcp.workflow.work import GivenUpError, SpentError, Work

TOOLS = toolset({"/jobs": {"get": {"operationId": "read"}, "post": {"operationId": "add"}}}).by_name
BACK = (Action(name="back", kind=ActionKind.GOTO, step="a"),)
ALL = {"all": "$response.body"}


def plan(*steps: Step, **fields: Any) -> Plan:
    own = Workflow(id="own", steps=steps, **fields)
    return Plan(id="own", parts=(PlannedWorkflow(workflow=own, tools={one.id: one.operation_id for one in steps}),))


def a(operation: str = "read", **fields: Any) -> Step:
    return Step(id="a", operation_id=operation, **fields)


def came(body: Any) -> Came:
    return Came(exchange=Exchange(method="GET", url="http://api/jobs", status=200, response_body=body))


def ended(of: Plan, bodies: list[Any], work: Work | None = None) -> Ended:
    """Return how a run ends that gets these answers, one after the other."""
    flow = run(of, {}, TOOLS.get, hold, work)
    waiting = iter(bodies)
    try:
        wanted = next(flow)
        while True:
            wanted = flow.send(came(next(waiting)) if isinstance(wanted, CallStep) else None)
    except StopIteration as done:
        value: Ended = done.value
        return value


def message(of: Ended) -> str:
    assert of.failure is not None
    return of.failure.message


def test_a_comparison_in_a_path_costs_as_much_as_both_sides_have_in_depth() -> None:
    """security.md: two lists of one list of 300,000 objects were counted as two steps, and took hours."""
    objects: list[Any] = [{"k": n % 7} for n in range(20_000)]
    body = {"a": [[*objects, 1]], "b": [[*map(dict, objects), 2]], "i": [0] * 2_000}
    condition = "$.i[?$.a==$.b||$.a==$.b||$.a==$.b||$.a==$.b||$.a==$.b]"
    criterion = Criterion(condition=condition, kind=CriterionKind.JSONPATH, context="$response.body")
    with pytest.raises(CriterionError, match="takes too long"):
        holds(criterion, State(exchange=Exchange(status=200, response_body=body)))


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        (" || ".join(["$response.body#/a == $response.body#/b"] * 90), CriterionKind.SIMPLE),
        (" || ".join(["$response.body#/l == $response.body#/m"] * 90), CriterionKind.SIMPLE),
        ("$..gone", CriterionKind.JSONPATH),
        ("[xy]{900}z", CriterionKind.REGEX),
    ],
)
def test_all_conditions_of_a_run_have_one_budget_of_work(condition: str, kind: CriterionKind) -> None:
    """security.md: 100 criteria of each of 1,000 steps, each bearable, are not bearable together."""
    body = {"a": "é" * 60_000 + "x", "b": "é" * 60_000 + "y", "l": [[n] for n in range(5_000)] + [1]}
    body["m"] = [[n] for n in range(5_000)] + [2]
    context = (
        "" if kind is CriterionKind.SIMPLE else "$response.body#/a" if kind is CriterionKind.REGEX else "$response.body"
    )
    met = replace(Criterion(condition=condition, kind=kind, context=context))
    on = Action(name="on", kind=ActionKind.GOTO, step="a", criteria=(met,))
    of = ended(plan(a(on_success=(on, *BACK))), [{**body, "n": n} for n in range(900)], Work(500_000))
    assert "workflow 'own', step 'a': the run has taken 5,000,000 steps of work" in message(of)
    assert 0 < len(of.done) < 900


def test_the_work_of_expressions_is_part_of_that_budget() -> None:
    """As above: what is put into an input is looked at."""
    state = State(inputs={"x": [[n] for n in range(5_000)]}, work=Work(4_000))
    assert len(evaluate("$inputs.x", state)) == 5_000
    with pytest.raises(SpentError):
        [holds(Criterion(condition="$inputs.x == $inputs.x"), state) for _ in range(100)]


def test_work_that_nobody_waits_for_ends_with_its_next_step() -> None:
    """security.md: a thread that a cancelled call left behind kept the process from ending."""
    work = Work()
    flow = run(plan(a(criteria=(Criterion(condition="1 == 1"),))), {}, TOOLS.get, hold, work)
    assert isinstance(next(flow), CallStep)
    work.give_up()
    with pytest.raises(GivenUpError):
        flow.send(came({}))


@pytest.mark.anyio
async def test_the_thread_of_a_cancelled_call_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """As above; a run whose conditions never end stands in for one that takes hours."""
    began, is_over = threading.Event(), threading.Event()

    def endless(*given: Any) -> Any:
        yield from ()
        began.set()
        try:
            while True:
                given[-1].spend(0)
        finally:
            is_over.set()

    monkeypatch.setattr("openapi_mcp.running.run", endless)
    tool = replace(TOOLS["read"], plan=plan(a()))
    nothing: Any = None
    running = Running(
        call=Call(tool="read"),
        tool=tool,
        toolset=toolset({}),
        app=nothing,
        perform=nothing,
        show=nothing,
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(running.result)
        assert await anyio.to_thread.run_sync(began.wait, 30)
        tasks.cancel_scope.cancel()
    assert is_over.wait(30)


def test_only_what_a_step_yielded_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md: each answer of 300 KB that was polled for took 7 MB for the rest of the run."""
    monkeypatch.setattr("openapi_mcp.workflow.held.MOST_HELD", 1_000_000)
    over = Action(name="over", kind=ActionKind.END, criteria=(Criterion(condition="$response.body#/n == 99"),))
    answers = [{"n": n, "x": "x" * 600_000} for n in range(100)]
    of = ended(plan(a(outputs=ALL, on_success=(over, *BACK)), outputs={"n": "$steps.a.outputs.all#/n"}), answers)
    assert (of.failure, of.outputs, len(of.done)) == (None, {"n": 99}, 100)
    assert sum(len(str(each.outputs)) for each in of.done) < 30 * 12_000


def test_more_than_may_be_kept_is_a_failure_that_names_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 17: what is kept does not grow with what the upstream sends; a write that was made is told of."""
    monkeypatch.setattr("openapi_mcp.workflow.held.MOST_HELD", 1_000_000)
    steps = [Step(id=f"s{n}", operation_id="add", outputs=ALL) for n in range(3)]
    of = ended(plan(*steps), [{"x": "x" * 600_000}] * 3)
    assert "step 's1': what the steps of the run have yielded takes more than" in message(of)
    assert [each.step for each in of.done] == ["s0", "s1"]
    assert of.is_final


def test_what_is_told_of_a_step_begins_as_it_yielded_it() -> None:
    """Our choice: a secret is masked in it before it is cut to what is told."""
    body = {"token": "t" * 400, "items": [{"id": n} for n in range(100_000)]}
    of = ended(plan(a(outputs={"token": "$response.body#/token", **ALL})), [body])
    (done,) = of.done
    assert done.outputs["token"] == "t" * 400
    assert done.outputs["all"]["items"][:2] == [{"id": 0}, {"id": 1}]
    assert len(done.outputs["all"]["items"]) < 10_000


@pytest.mark.anyio
async def test_an_answer_of_more_parts_than_memory_has_room_for_is_not_read() -> None:
    """security.md 17: nine megabytes of empty lists are two hundred, each time they are read."""
    request = HttpRequest(method="GET", url="http://api/jobs", headers=())
    answer = HttpResponse(
        status=200,
        headers=(("content-type", "application/json"),),
        body=b"[" + b"[]," * 2_000_000 + b"[]]",
        url="http://api/jobs",
    )
    exchange = await exchange_of(request, answer, Redactor(()))
    found = evaluate("$response.body#/0", State(exchange=exchange))
    assert isinstance(found, Missing)
    assert "too many parts" in found.why


def test_a_pattern_that_is_too_long_is_not_kept_in_mind() -> None:
    """security.md: an answer may name patterns of megabytes, each another one."""
    before = _made.cache_info().currsize
    assert not any(is_pattern(f"{n}" * (LONGEST + 1)) for n in range(3))
    assert _made.cache_info().currsize == before

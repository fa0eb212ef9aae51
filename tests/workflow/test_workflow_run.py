"""A run of a workflow, driven by hand: which calls it wants, what follows each, how it ends."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.make import json_body, parameter, toolset

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.secret import Secret
from openapi_mcp.model.workflow import (
    Action,
    ActionKind,
    Criterion,
    Payload,
    Plan,
    PlannedWorkflow,
    Step,
    StepParameter,
    Workflow,
)
from openapi_mcp.running import hold
from openapi_mcp.workflow.bounds import DEEPEST, LONGEST_WAITS, MOST_STEPS
from openapi_mcp.workflow.guards import MOST_ALIKE
from openapi_mcp.workflow.run import run
from openapi_mcp.workflow.state import Exchange
from openapi_mcp.workflow.wanted import CallStep, Came, Ended, Got, Wait

TOOLS = toolset(
    {
        "/pets": {
            "get": {"operationId": "find", "parameters": [parameter("name"), parameter("X-Kind", "header")]},
            "post": {
                "operationId": "add",
                "requestBody": {
                    "content": json_body(
                        {"type": "object", "properties": {"name": {"type": "string"}, "note": {"type": "string"}}}
                    )
                },
            },
        },
        "/pets/{id}": {"get": {"operationId": "read", "parameters": [parameter("id", "path")]}},
    }
).by_name

END, GOTO, RETRY = ActionKind.END, ActionKind.GOTO, ActionKind.RETRY
IS_GONE = (Criterion(condition="$statusCode == 404"),)


def step(name: str, operation: str = "find", **fields: Any) -> Step:
    return Step(id=name, operation_id=operation, **fields)


def part(workflow: Workflow) -> PlannedWorkflow:
    return PlannedWorkflow(
        workflow=workflow, tools={one.id: one.operation_id for one in workflow.steps if not one.workflow}
    )


def plan(*steps: Step, beside: tuple[Workflow, ...] = (), **fields: Any) -> Plan:
    own = Workflow(id="own", steps=steps, **fields)
    return Plan(id="own", parts=tuple(map(part, (own, *beside))))


def came(status: int = 200, body: Any = None, *, message: str = "", **failure: Any) -> Came:
    """Return what an API's answer comes to; a refusal has a failure, as the executor makes one."""
    exchange = Exchange(method="GET", url="http://api/pets", status=status, response_body=body or {})
    if status < 400:
        return Came(exchange=exchange)
    kind = failure.pop("kind", FailureKind.REJECTED)
    said = Failure(kind=kind, message=message or f"the API answered {status}", status=status, **failure)
    return Came(exchange=exchange, failure=said)


def unanswered(**fields: Any) -> Came:
    return Came(failure=Failure(kind=FailureKind.TIMEOUT, message="no answer came", **fields))


def test_the_waits_of_a_run_are_bounded_together() -> None:
    """Our choice: 1,000 repetitions of 300 s would be three days of one call."""
    again = Action(name="again", kind=RETRY, retry_after=300.0, retry_limit=1_000)
    driven = Driven(plan(step("find", on_failure=(again,))), came(503))
    assert sum(driven.waits) == LONGEST_WAITS
    assert driven.ended.failure is not None
    assert "more than 1800 s in all" in driven.ended.failure.message


class Driven:
    """A run with answers for its calls, in turn; what it wanted is in `wanted`."""

    def __init__(self, of: Plan, *answers: Came, inputs: Mapping[str, Any] | None = None) -> None:
        self.wanted: list[CallStep] = []
        self.waits: list[float] = []
        waiting = list(answers)
        flow = run(of, inputs or {}, TOOLS.get, hold)
        try:
            wanted = next(flow)
            while True:
                if isinstance(wanted, Wait):
                    self.waits.append(wanted.seconds)
                    wanted = flow.send(None)
                    continue
                self.wanted.append(wanted)
                wanted = flow.send(waiting.pop(0) if len(waiting) > 1 else waiting[0])
        except StopIteration as done:
            self.ended: Ended = done.value

    @property
    def steps(self) -> list[str]:
        return [one.step for one in self.wanted]

    @property
    def message(self) -> str:
        assert self.ended.failure is not None
        return self.ended.failure.message


def test_steps_run_in_order_and_what_one_yields_goes_into_the_next() -> None:
    """Arazzo 1.0.1, 4.6.4: steps are executed in their order; outputs are named by $steps.ID.outputs."""
    driven = Driven(
        plan(
            step(
                "look",
                parameters=(StepParameter(name="name", location="query", value="$inputs.name"),),
                outputs={"id": "$response.body#/results/0/id"},
            ),
            step(
                "get", "read", parameters=(StepParameter(name="id", location="path", value="$steps.look.outputs.id"),),
                outputs={"kind": "$response.body#/kind"},
            ),
            outputs={"kind": "$steps.get.outputs.kind", "asked": "$inputs.name"},
        ),
        came(body={"results": [{"id": "p7"}]}),
        came(body={"kind": "cat"}),
        inputs={"name": "Ana"},
    )  # fmt: skip
    assert [(one.tool, dict(one.arguments)) for one in driven.wanted] == [
        ("find", {"name": "Ana"}),
        ("read", {"id": "p7"}),
    ]
    assert driven.ended.failure is None
    assert driven.ended.outputs == {"kind": "cat", "asked": "Ana"}
    assert [(one.step, one.status) for one in driven.ended.done] == [("look", 200), ("get", 200)]


def test_a_header_is_found_in_any_letter_case_and_a_body_becomes_its_fields() -> None:
    """RFC 9110, 5.1; Arazzo 1.0.1, 4.6.14: the payload is the request body."""
    body = Payload(content_type="application/json", payload={"name": "$inputs.name", "note": "for {$inputs.name}"})
    driven = Driven(
        plan(
            step("look", parameters=(StepParameter(name="x-kind", location="header", value="cat"),)),
            step("put", "add", body=body),
        ),
        came(),
        inputs={"name": "Ana"},
    )
    assert [dict(one.arguments) for one in driven.wanted] == [
        {"X-Kind": "cat"},
        {"name": "Ana", "note": "for Ana"},
    ]


def test_an_input_that_is_not_given_leaves_out_what_an_operation_can_do_without() -> None:
    """Our choice: optional inputs are optional parameters and fields; what an answer lacks is never left out."""
    body = Payload(payload={"name": "Ana", "note": "$inputs.note", "of": [{"id": 1, "note": "$inputs.note"}]})
    optional = (StepParameter(name="name", location="query", value="$inputs.name"),)
    driven = Driven(plan(step("look", parameters=optional), step("put", "add", body=body)), came())
    assert [dict(one.arguments) for one in driven.wanted] == [{}, {"name": "Ana", "of": [{"id": 1}]}]


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("application/json", '{"name": "Ana", "note": "{$inputs.note}", "of": {"id": 1, "note": {$inputs.note}}}'),
        ("", '{"name": "Ana", "note": "$inputs.note", "of": {"id": 1}}'),
    ],
)
def test_an_input_that_is_not_given_leaves_out_a_field_of_a_template_in_text(media_type: str, text: str) -> None:
    """Arazzo 1.0.1, 4.6.14, JSON Templated Example: a payload means the same however it is written."""
    body = Payload(content_type=media_type, payload=text)
    driven = Driven(plan(step("put", "add", body=body)), came())
    assert [dict(one.arguments) for one in driven.wanted] == [{"name": "Ana", "of": {"id": 1}}]


def test_a_value_that_leads_to_nothing_fails_before_anything_is_sent() -> None:
    """Our choice: a filter that is not there would make another call of it."""
    of = (StepParameter(name="name", location="query", value="$steps.look.outputs.name"),)
    driven = Driven(plan(step("look"), step("again", parameters=of)), came())
    assert driven.steps == ["look"]
    assert "workflow 'own', step 'again': the parameter 'name' is $steps.look.outputs.name" in driven.message
    assert [one.step for one in driven.ended.done] == ["look"]


def test_an_input_that_is_not_given_says_what_to_do_where_a_text_needs_it() -> None:
    """errors.md: each error says what to do."""
    body = Payload(payload={"note": "for {$inputs.name}"})
    driven = Driven(plan(step("put", "add", body=body)), came())
    assert driven.ended.failure is not None
    assert driven.ended.failure.hint == "give the input 'name'"
    of = (StepParameter(name="name", location="query", value="$steps.look.outputs.name"),)
    driven = Driven(plan(step("look"), step("again", parameters=of)), came())
    assert driven.ended.failure is not None
    assert "outputs" in driven.ended.failure.hint


@pytest.mark.parametrize(
    ("value", "kind"),
    [("$inputs.name", FailureKind.INVALID_ARGUMENTS), ("$steps.b.outputs.id", FailureKind.REFUSED)],
)
def test_a_defect_of_the_workflow_is_not_told_as_its_callers_fault(value: str, kind: FailureKind) -> None:
    """Our choice: invalid_arguments is what another call with other arguments may mend."""
    driven = Driven(plan(step("a", "add", body=Payload(payload={"name": "x", "note": [value]})), step("b")), came())
    assert driven.steps == []
    assert driven.ended.failure is not None
    assert driven.ended.failure.kind is kind


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("$inputs.product", "correct the input 'product' and call again"),
        (7, "no input is at fault: correct the workflow, or look at what the steps before it gave"),
    ],
)
def test_what_the_api_refuses_is_told_by_the_input_that_it_came_from(value: Any, hint: str) -> None:
    """Our choice: a caller knows the inputs, and none of the arguments that the steps make of them."""
    body = Payload(payload={"items": [{"product": value}]})
    fault = Fault(path=("items", 0, "product"), rule="exists", said="unknown")
    refused = came(400, faults=(fault,), hint='correct "items[0].product" and call again')
    failure = Driven(plan(step("a", "add", body=body)), refused, inputs={"product": 9}).ended.failure
    assert failure is not None
    assert failure.hint == hint


def test_a_failure_of_another_kind_keeps_its_own_hint() -> None:
    """Our choice: another value of the input mends no conflict."""
    taken = came(
        409, kind=FailureKind.CONFLICT, faults=(Fault(path=("sku",), rule="unique", said="is taken"),), hint="h"
    )
    failure = Driven(plan(step("a", "add")), taken).ended.failure
    assert failure is not None
    assert failure.hint == "h"


@pytest.mark.parametrize(
    "failed",
    [
        Came(exchange=came().exchange, failure=Failure(kind=FailureKind.TOO_LARGE, message="too large", status=200)),
        unanswered(),
    ],
    ids=["an answer that cannot be read", "no answer"],
)
def test_criteria_make_no_success_of_what_no_answer_says(failed: Came) -> None:
    """Arazzo 1.0.1, 4.6.5: successCriteria are about the answer; a refusal is one, what was not read is none."""
    met = (Criterion(condition="$statusCode == 200 || 1 == 1"),)
    driven = Driven(plan(step("a", criteria=met), step("b")), failed)
    assert driven.steps == ["a"]
    assert driven.ended.failure is not None
    assert failed.failure is not None
    assert driven.ended.failure.kind is failed.failure.kind


def test_without_criteria_any_success_will_do_and_a_refusal_ends_the_workflow() -> None:
    """Issue 11: none means 2xx; no failure action means that the workflow ends as failed."""
    driven = Driven(plan(step("look"), step("get", "read")), came(404))
    assert driven.steps == ["look"]
    assert driven.message == "workflow 'own', step 'look': a success was expected; the API answered 404"
    assert driven.ended.failure is not None
    assert driven.ended.failure.status == 404


def test_a_criterion_can_make_a_refusal_a_success() -> None:
    """Arazzo 1.0.1, 4.6.5: successCriteria decide."""
    driven = Driven(plan(step("look", criteria=IS_GONE), step("then")), came(404), came(200))
    assert driven.ended.failure is None
    assert driven.steps == ["look", "then"]


def test_a_criterion_that_is_not_met_is_told_with_what_was_found() -> None:
    """Issue 11: errors name the step, what was expected and the answer."""
    wanted = (Criterion(condition="$response.body#/kind == 'cat'"),)
    driven = Driven(plan(step("look", criteria=wanted)), came(body={"kind": "dog"}))
    assert "step 'look': $response.body#/kind == 'cat' was expected" in driven.message
    assert "dog" in driven.message
    assert driven.ended.failure is not None
    assert driven.ended.failure.body == {"kind": "dog"}


@pytest.mark.parametrize("payload", [{"name": "$inputs.name", "note": "of {$steps.look.outputs.id}"}, None])
def test_a_criterion_that_is_not_met_says_what_fed_the_step(payload: Any) -> None:
    """errors.md: each error says what to do; the caller of a workflow knows its inputs, and not its requests."""
    body = Payload(content_type="application/json", payload=payload or '{"name": "{$inputs.name}"}')
    fed = StepParameter(name="id", location="query", value="$steps.look.outputs.id")
    steps = (
        step("look", outputs={"id": "$response.body#/id"}),
        step("put", "add", body=body, criteria=(Criterion(condition="$statusCode == 201"),)),
        step("get", parameters=(fed,), criteria=(Criterion(condition="$statusCode == 204"),)),
    )
    driven = Driven(plan(*steps), came(body={"id": 7}), came(200), inputs={"name": "Ana"})
    assert driven.ended.failure is not None
    hint = driven.ended.failure.hint
    assert hint is not None
    assert "the input 'name'" in hint
    assert ("the output 'id' of the step 'look'" in hint) is (payload is not None)
    alone = Driven(plan(step("look", criteria=(Criterion(condition="$statusCode == 201"),))), came(200))
    assert alone.ended.failure is not None
    assert alone.ended.failure.hint == "correct its successCriteria, if this is the right answer"


def test_a_step_that_is_declined_expected_no_answer() -> None:
    """Our choice: nothing was sent, so there is nothing that its criteria could be held against."""
    refused = Came(failure=Failure(kind=FailureKind.REFUSED, message="declined; nothing was sent"), is_final=True)
    driven = Driven(plan(step("put", "add", criteria=(Criterion(condition="$statusCode == 201"),))), refused)
    assert driven.message == "workflow 'own', step 'put': declined; nothing was sent"


def test_the_first_action_whose_criteria_are_met_is_taken() -> None:
    """Arazzo 1.0.1, 4.6.5: of several actions the first that fits."""
    actions = (
        Action(name="gone", kind=GOTO, step="other", criteria=IS_GONE),
        Action(name="all", kind=END),
    )
    failing = step("look", on_failure=actions)
    gone = Driven(plan(failing, step("skipped"), step("other")), came(404), came())
    assert (gone.steps, gone.ended.failure) == (["look", "other"], None)
    other = Driven(plan(failing, step("skipped"), step("other")), came(400), came())
    assert other.steps == ["look"]
    assert other.ended.failure is not None


def test_a_success_may_end_the_workflow_early() -> None:
    """Arazzo 1.0.1, 4.6.7: `end` returns to the caller with the outputs."""
    found = step("look", outputs={"id": "$response.body#/id"}, on_success=(Action(name="done", kind=END),))
    driven = Driven(plan(found, step("more"), outputs={"id": "$steps.look.outputs.id"}), came(body={"id": 7}))
    assert driven.steps == ["look"]
    assert driven.ended.outputs == {"id": 7}


def test_a_success_may_go_to_a_step() -> None:
    """Arazzo 1.0.1, 4.6.7: `goto` with a stepId."""
    driven = Driven(plan(step("a", on_success=(Action(name="on", kind=GOTO, step="c"),)), step("b"), step("c")), came())
    assert driven.steps == ["a", "c"]


def test_a_goto_to_a_workflow_goes_on_there_and_does_not_come_back() -> None:
    """Arazzo 1.0.1, 4.6.7: one-way; it takes the inputs of the same names."""
    other = Workflow(
        id="other",
        inputs={"properties": {"name": {}}},
        steps=(step("there", parameters=(StepParameter(name="name", location="query", value="$inputs.name"),)),),
        outputs={"name": "$inputs.name"},
    )
    on = (Action(name="on", kind=GOTO, workflow="other"),)
    cases: list[tuple[dict[str, Any], Came]] = [({"on_success": on}, came()), ({"on_failure": on}, came(500))]
    for actions, first in cases:
        driven = Driven(
            plan(step("a", **actions), step("b"), beside=(other,)), first, came(), inputs={"name": "Ana", "more": 1}
        )
        assert driven.steps == ["a", "there"]
        assert driven.ended.outputs == {"name": "Ana"}


def test_a_retry_waits_and_is_made_as_often_as_it_says() -> None:
    """Arazzo 1.0.1, 4.6.8: retryAfter in seconds, retryLimit attempts, then the step fails."""
    again = (Action(name="again", kind=RETRY, retry_after=1.5, retry_limit=2),)
    helped = Driven(plan(step("look", on_failure=again)), came(503), came(503), came(200))
    assert (helped.steps, helped.waits) == (["look"] * 3, [1.5, 1.5])
    assert helped.ended.failure is None
    failed = Driven(plan(step("look", on_failure=again)), came(503))
    assert failed.steps == ["look"] * 3
    assert failed.ended.failure is not None


def test_when_no_repetition_is_left_the_next_action_is_taken() -> None:
    """Our choice: 4.6.8 says only that the step has failed then; what follows a failure is what the list says."""
    actions = (Action(name="again", kind=RETRY, retry_limit=1), Action(name="else", kind=GOTO, step="other"))
    driven = Driven(plan(step("look", on_failure=actions), step("b"), step("other")), came(503), came(503), came())
    assert driven.steps == ["look", "look", "other"]


def test_an_answer_that_asks_for_more_time_gets_it() -> None:
    """RFC 9110, 10.2.3: Retry-After; the longer one of both counts."""
    again = (Action(name="again", kind=RETRY, retry_after=1),)
    driven = Driven(plan(step("look", on_failure=again)), came(429, retry_after=7.0), came())
    assert driven.waits == [7.0]
    long = Driven(plan(step("look", on_failure=again)), came(429, retry_after=86_400.0), came())
    assert long.steps == ["look"]
    assert "86400 s" in long.message


def test_a_retry_may_do_another_step_or_workflow_first() -> None:
    """Arazzo 1.0.1, 4.6.8: stepId or workflowId of a retry run before the step is tried again."""
    by_step = (Action(name="again", kind=RETRY, step="sign_in"),)
    steps = (step("sign_in", outputs={"id": "$response.body#/id"}), step("look", on_failure=by_step))
    driven = Driven(plan(*steps), came(), came(401), came(), came())
    assert driven.steps == ["sign_in", "look", "sign_in", "look"]
    later = (StepParameter(name="name", location="query", value="$steps.sign_in.outputs.id"),)
    use = step("then", parameters=later)
    driven = Driven(plan(*steps, use), came(body={"id": "old"}), came(401), came(body={"id": "new"}), came(), came())
    assert [dict(one.arguments) for one in driven.wanted][-1] == {"name": "new"}
    by_workflow = (Action(name="again", kind=RETRY, workflow="other"),)
    other = Workflow(id="other", steps=(step("there"),))
    driven = Driven(plan(step("look", on_failure=by_workflow), beside=(other,)), came(401), came(), came())
    assert driven.steps == ["look", "there", "look"]
    failing = Driven(plan(step("look", on_failure=by_workflow), beside=(other,)), came(401), came(500))
    assert "workflow 'other', step 'there'" in failing.message


def test_a_write_that_may_have_been_carried_out_is_never_sent_again() -> None:
    """Issue 11: an unknown outcome is never repeated, whatever the author says."""
    again = (Action(name="again", kind=RETRY, retry_limit=5), Action(name="else", kind=GOTO, step="check"))
    driven = Driven(plan(step("put", "add", on_failure=again), step("check")), unanswered(is_unknown=True), came())
    assert driven.steps == ["put", "check"]
    assert driven.ended.done[0].as_json() == {
        "workflow": "own", "step": "put", "tool": "add", "status": None, "unknown_outcome": True,
    }  # fmt: skip


def test_no_way_leads_back_to_a_write_of_unknown_outcome() -> None:
    """Issue 11: an unknown outcome is never repeated: not by goto, nor by another step's retry, nor from a workflow."""
    lost = came(503, is_unknown=True)
    to_itself = (Action(name="again", kind=GOTO, step="put"),)
    driven = Driven(plan(step("put", "add", on_failure=to_itself)), lost)
    assert driven.steps == ["put"]
    assert "workflow 'own', step 'put': it was sent before" in driven.message
    assert "503" in driven.message
    by_a_read = (
        step("put", "add", on_failure=(Action(name="look", kind=GOTO, step="look"),)),
        step("look", on_success=to_itself),
    )
    assert Driven(plan(*by_a_read), lost, came()).steps == ["put", "look"]
    by_retry = (
        step("put", "add", on_failure=(Action(name="look", kind=GOTO, step="look"),)),
        step("look", on_failure=(Action(name="again", kind=RETRY, step="put", retry_limit=5),)),
    )
    assert Driven(plan(*by_retry), lost, came(404)).steps == ["put", "look"]
    other = Workflow(id="other", steps=(step("put", "add"),))
    calling = Step(id="call", workflow="other", on_failure=(Action(name="again", kind=GOTO, step="call"),))
    assert Driven(plan(calling, beside=(other,)), lost).steps == ["put"]
    through = (Action(name="again", kind=RETRY, workflow="other", retry_limit=5),)
    first = Step(id="call", workflow="other", on_failure=(Action(name="on", kind=GOTO, step="look"),))
    assert Driven(plan(first, step("look", on_failure=through), beside=(other,)), lost, came(404)).steps == [
        "put",
        "look",
    ]


def test_the_same_write_of_another_step_is_not_sent_either() -> None:
    """Issue 11: what counts is the request; with other arguments it is another write."""
    body = Payload(payload={"name": "Ana"})
    on = (Action(name="on", kind=GOTO, step="then"),)
    first = step("put", "add", body=body, on_failure=on)
    same = Driven(plan(first, step("then", "add", body=body)), came(503, is_unknown=True), came())
    assert same.steps == ["put"]
    other = step("then", "add", body=Payload(payload={"name": "Bia"}))
    assert Driven(plan(first, other), came(503, is_unknown=True), came()).steps == ["put", "then"]


def test_a_write_whose_criteria_take_no_answer_for_a_success_is_not_repeated() -> None:
    """Issue 11: criteria say what a step expects, not whether it was carried out."""
    taken = (Criterion(condition="$statusCode == 503"),)
    back = (Action(name="again", kind=GOTO, step="put"),)
    assert Driven(plan(step("put", "add", criteria=taken, on_success=back)), came(503, is_unknown=True)).steps == [
        "put"
    ]


def test_what_a_person_refused_is_not_gone_on_with() -> None:
    """Issue 11, --confirm: no retry asks once more, and nothing else is sent."""
    again = (Action(name="again", kind=RETRY), Action(name="else", kind=GOTO, step="other"))
    refusal = Came(failure=Failure(kind=FailureKind.REFUSED, message="the person declined"), is_final=True)
    driven = Driven(plan(step("put", "add", on_failure=again), step("other")), refusal)
    assert driven.steps == ["put"]
    assert "declined" in driven.message
    inner = Workflow(id="inner", steps=(step("put", "add"),))
    calling = Step(id="call", workflow="inner", on_failure=again)
    assert Driven(plan(calling, step("other"), beside=(inner,)), refusal).steps == ["put"]


def test_an_endless_goto_ends_at_a_bound_that_says_so() -> None:
    """Issue 11: 1,000 steps."""
    back = (Action(name="back", kind=GOTO, step="a"),)
    changing = [came(body={"n": n}) for n in range(2 * MOST_STEPS)]
    driven = Driven(plan(step("a", on_success=back)), *changing)
    assert len(driven.steps) == MOST_STEPS
    assert "takes more than 1,000 steps" in driven.message
    turn = (Action(name="on", kind=GOTO, workflow="other"),)
    other = Workflow(id="other", steps=(step("b", on_success=(Action(name="on", kind=GOTO, workflow="own"),)),))
    assert "1,000" in Driven(plan(step("a", on_success=turn), beside=(other,)), *changing).message


def test_a_circle_in_which_nothing_changes_ends_early() -> None:
    """Our choice: the same call, the same answer, and no time between them: the next one would be the same, too."""
    back = (Action(name="back", kind=GOTO, step="a"),)
    driven = Driven(plan(step("a", on_success=back)), came())
    assert len(driven.steps) == MOST_ALIKE
    assert "the same answer 10 times" in driven.message
    assert driven.ended.failure is not None
    assert "retryAfter" in driven.ended.failure.hint
    wide = Driven(plan(step("a"), step("b", "read", on_failure=back)), *[came(), came(404)] * MOST_STEPS)
    assert len(wide.steps) == 2 * MOST_ALIKE


def test_a_circle_with_a_wait_in_it_goes_on() -> None:
    """Our choice: a job that is waited for answers the same until it is done."""
    waiting = (Action(name="again", kind=RETRY, retry_after=1.0), Action(name="on", kind=GOTO, step="a"))
    driven = Driven(plan(step("a", on_failure=waiting)), came(404))
    assert len(driven.steps) == MOST_STEPS


def test_steps_that_are_repeated_with_another_one_before_them_count_both() -> None:
    """Issue 11, Arazzo 1.0.1, 4.6.8: a retry with a stepId; the bound is one of all calls."""
    first = (Action(name="again", kind=RETRY, step="fix", retry_limit=10 * MOST_STEPS),)
    of = plan(step("ask", on_failure=first), step("fix", "read"))
    driven = Driven(of, *[came(503), came()] * MOST_STEPS)
    assert len(driven.steps) == MOST_STEPS
    assert "more than 1,000 steps" in driven.message


def test_repetitions_are_counted_anew_when_the_run_comes_back_to_a_step() -> None:
    """Arazzo 1.0.1, 4.6.8: retryLimit is of the step's attempts, not of the whole run's."""
    again = (Action(name="again", kind=RETRY, retry_limit=1),)
    steps = (step("a", on_failure=again), step("b", on_success=(Action(name="back", kind=GOTO, step="a"),)))
    driven = Driven(plan(*steps), came(503), came(), came(body={"n": 1}), came(503), came(), came(404))
    assert driven.steps == ["a", "a", "b", "a", "a", "b"]


def test_what_is_told_of_attempts_is_of_the_call_that_failed() -> None:
    """results.md: attempts are requests of one call; the run's calls are in `done`."""
    driven = Driven(plan(step("a"), step("b")), came(), came(404, attempts=3))
    assert driven.ended.failure is not None
    assert (driven.ended.failure.attempts, len(driven.ended.done)) == (3, 2)
    unmet = Driven(plan(step("a"), step("b", criteria=IS_GONE)), came())
    assert unmet.ended.failure is not None
    assert unmet.ended.failure.attempts == 1


def test_workflows_that_call_themselves_end_at_a_bound() -> None:
    """Issue 11: ten deep."""
    driven = Driven(plan(step("a"), Step(id="down", workflow="own")), came())
    assert len(driven.steps) == DEEPEST
    assert "more than 10 deep" in driven.message


def test_a_step_that_calls_a_workflow_gets_its_outputs() -> None:
    """Arazzo 1.0.1, 4.6.5: parameters are the inputs of the workflow; its outputs are those of the step."""
    other = Workflow(
        id="other",
        steps=(step("there", outputs={"id": "$response.body#/id"}),),
        outputs={"id": "$steps.there.outputs.id", "of": "$inputs.name"},
    )
    calling = Step(
        id="sub", workflow="other", parameters=(StepParameter(name="name", location="", value="$inputs.who"),)
    )
    driven = Driven(
        plan(calling, outputs={"id": "$steps.sub.outputs.id", "of": "$workflows.other.outputs.of"}, beside=(other,)),
        came(body={"id": 7}),
        inputs={"who": "Ana"},
    )
    assert driven.ended.outputs == {"id": 7, "of": "Ana"}
    failed = Driven(plan(calling, beside=(other,)), came(500), inputs={"who": "Ana"})
    assert "workflow 'other', step 'there'" in failed.message


def coupon_order() -> Workflow:
    """Return a workflow that looks first, and orders then."""
    steps = (step("look"), step("place", "add", outputs={"id": "$response.body#/id"}))
    return Workflow(id="other", steps=steps, outputs={"id": "$steps.place.outputs.id"})


def test_a_step_that_calls_a_workflow_is_held_against_the_last_answer_of_that() -> None:
    """Arazzo 1.0.1, examples, pet-coupons: successCriteria of such a step name $statusCode."""
    created = (
        Criterion(condition="$statusCode == 201"),
        Criterion(condition="$method == 'GET' && $url == 'http://api/pets' && $response.body#/id == 7"),
    )
    calling = Step(id="sub", workflow="other", criteria=created, outputs={"id": "$outputs.id"})
    after = step("after", criteria=(Criterion(condition="$statusCode == 200"),))
    of = plan(calling, after, outputs={"id": "$steps.sub.outputs.id"}, beside=(coupon_order(),))
    driven = Driven(of, came(), came(201, {"id": 7}), came())
    assert driven.steps == ["look", "place", "after"]
    assert (driven.ended.failure, driven.ended.outputs) == (None, {"id": 7})
    unmet = Driven(of, came(), came(202, {"id": 7}))
    assert unmet.steps == ["look", "place"]
    assert "workflow 'own', step 'sub': $statusCode == 201 was expected, and $statusCode is 202" in unmet.message


def test_a_credential_of_an_answer_that_the_step_did_not_expect_is_lent_to_none() -> None:
    """Our choice: what failed has no outputs, and no token either."""
    token = "$steps.login.outputs.token"
    got = {token: Got(value=Secret("s3cret"), origin=("http", "api", 80))}
    on = (Action(name="on", kind=GOTO, step="use"),)
    unmet = step("login", "add", criteria=(Criterion(condition="$statusCode == 201"),), on_failure=on)
    lent = StepParameter(name="Authorization", location="header", value=f"Bearer {{{token}}}", is_credential=True)
    using = step("use", parameters=(lent,))
    driven = Driven(plan(unmet, using), replace(came(200), got=got))
    assert (driven.steps, token in driven.message) == (["login"], True)
    assert Driven(plan(unmet, using), replace(came(201), got=got)).steps == ["login", "use"]


def test_what_is_told_of_a_step_that_is_done_is_what_a_success_yielded() -> None:
    """`Done`: a refusal that is expected did nothing whose outputs somebody would have to know."""
    gone = step("gone", criteria=IS_GONE, outputs={"why": "$response.body#/why"})
    after = step("after", criteria=IS_GONE, outputs={"id": "$response.body#/id"})
    driven = Driven(plan(gone, after), came(404, {"why": "sold"}), came(200, {"id": 7}))
    assert [dict(one.outputs) for one in driven.ended.done] == [{}, {"id": 7}]


def test_a_workflow_that_sent_nothing_leaves_no_answer_to_the_step_that_calls_it() -> None:
    """Our choice: the answer of a step before that is another one's."""
    to_nothing = StepParameter(name="id", location="path", value="$steps.there.outputs.id")
    nothing = Workflow(id="other", steps=(step("there", "read", parameters=(to_nothing,)),))
    is_found = (Criterion(condition="$statusCode == 200"),)
    goes_on = (Action(name="on", kind=GOTO, step="after", criteria=is_found),)
    calling = Step(id="sub", workflow="other", on_failure=goes_on)
    driven = Driven(plan(step("a"), calling, step("after"), beside=(nothing,)), came())
    assert driven.steps == ["a"]
    assert "workflow 'other', step 'there'" in driven.message


def test_failure_actions_of_a_step_that_calls_a_workflow_see_the_answer_that_it_failed_with() -> None:
    """Arazzo 1.0.1, 4.6.8: criteria of an action; $statusCode is that of the called workflow's last call."""
    gone = (Action(name="make", kind=GOTO, step="make", criteria=IS_GONE),)
    calling = Step(id="sub", workflow="other", on_failure=gone)
    of = plan(calling, step("skipped"), step("make"), beside=(coupon_order(),))
    driven = Driven(of, came(404), came())
    assert driven.steps == ["look", "make"]
    assert driven.ended.failure is None
    assert Driven(of, came(500)).steps == ["look"]


def called(parameters: Mapping[str, Any], taking: Mapping[str, Any], *, goes: bool = False) -> Driven:
    """Return a run that calls a workflow with these inputs, or goes to it."""
    name = (StepParameter(name="name", location="query", value="$inputs.name"),)
    other = Workflow(id="other", inputs=taking, steps=(step("there", parameters=name),))
    given = tuple(StepParameter(name=key, location="", value=value) for key, value in parameters.items())
    calling = Step(id="call", workflow="other", parameters=given)
    leaving = step("a", on_success=(Action(name="on", kind=GOTO, workflow="other"),))
    return Driven(plan(leaving if goes else calling, beside=(other,)), came(), inputs=parameters)


def test_a_called_workflow_has_its_defaults() -> None:
    """JSON Schema, 9.2: default; as for the inputs of a call by a client."""
    taking = {"type": "object", "properties": {"name": {"type": "string", "default": "Bia"}}, "required": ["name"]}
    assert [dict(one.arguments) for one in called({}, taking).wanted] == [{"name": "Bia"}]
    assert [dict(one.arguments) for one in called({"name": "Ana"}, taking).wanted] == [{"name": "Ana"}]
    assert [dict(one.arguments) for one in called({}, taking, goes=True).wanted] == [{}, {"name": "Bia"}]


def test_inputs_that_a_called_workflow_does_not_take_fail_the_step_before_anything_is_sent() -> None:
    """Arazzo 1.0.1, 4.6.4: inputs are a JSON Schema; a misspelled one would be a search for everything."""
    taking = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    for wrong, said in (({}, "name"), ({"name": 7}, "string"), ({"name": "Ana", "nmae": "B"}, "nmae")):
        driven = called(wrong, taking)
        assert driven.steps == []
        assert "workflow 'own', step 'call': the workflow 'other'" in driven.message
        assert said in driven.message
        assert driven.ended.failure is not None
        assert driven.ended.failure.kind is FailureKind.REFUSED  # no caller's argument is at fault
    assert called({"name": 7}, taking, goes=True).steps == ["a"]
    open_one = {"type": "object", "additionalProperties": True}
    assert called({"name": "Ana", "more": 1}, open_one).steps == ["there"]


def test_a_schema_that_does_not_end_fails_the_step() -> None:
    """security.md A: bounds on recursion."""
    taking = {"type": "object", "properties": {"name": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}}
    assert called({"name": "Ana"}, taking).steps == []


def test_what_a_workflow_depends_on_runs_before_it_and_once() -> None:
    """Arazzo 1.0.1, 4.6.4: dependsOn."""
    first = Workflow(
        id="first", inputs={"properties": {"name": {}}}, steps=(step("one"),), outputs={"n": "$inputs.name"}
    )
    second = Workflow(id="second", steps=(step("two"),), depends_on=("first",))
    driven = Driven(
        plan(
            step("own"),
            depends_on=("first", "second"),
            outputs={"n": "$workflows.first.outputs.n"},
            beside=(first, second),
        ),
        came(),
        inputs={"name": "Ana"},
    )
    assert driven.steps == ["one", "two", "own"]
    assert driven.ended.outputs == {"n": "Ana"}
    failed = Driven(plan(step("own"), depends_on=("first",), beside=(first,)), came(500))
    assert failed.steps == ["one"]


def test_outputs_that_lead_to_nothing_are_named() -> None:
    """Our choice: an answer without a field is no failure of the run."""
    driven = Driven(plan(step("look"), outputs={"id": "$steps.look.outputs.id", "name": "$inputs.name"}), came())
    assert driven.ended.outputs == {}
    assert driven.ended.absent == ("id", "name")


def test_what_an_answer_holds_is_a_value_and_never_an_expression() -> None:
    """security.md A: an upstream cannot make a run tell it what it knows."""
    said = "$inputs.secret and {$inputs.secret}"
    body = Payload(payload={"name": "$steps.look.outputs.said", "note": "of {$steps.look.outputs.said}"})
    steps = (step("look", outputs={"said": "$response.body#/said"}), step("put", "add", body=body))
    driven = Driven(plan(*steps), came(body={"said": said}), came(), inputs={"secret": "s3cret"})
    assert dict(driven.wanted[1].arguments) == {"name": said, "note": f"of {said}"}


def test_a_tool_that_is_gone_by_now_fails_its_step() -> None:
    """Issue 11: a document may come while a workflow runs."""
    driven_plan = Plan(
        id="own",
        parts=(PlannedWorkflow(workflow=Workflow(id="own", steps=(step("look"),)), tools={"look": "gone"}),),
    )
    assert "'gone', is not served now" in Driven(driven_plan, came()).message

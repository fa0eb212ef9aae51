"""Credentials that steps get from the API: which parameters they are, where they are found, how they go on."""

from typing import Any

import pytest

from openapi_mcp.model.secret import Secret
from openapi_mcp.model.workflow import Step, StepParameter
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.lent import AUTHORIZATION, LONGEST, got_from, is_lent, lent_to
from openapi_mcp.workflow.state import Exchange
from openapi_mcp.workflow.wanted import CallStep, Got

HERE = ("https", "api.example.com", 443)
TOKEN = "$steps.login.outputs.token"


def header(value: Any, name: str = "Authorization") -> StepParameter:
    return StepParameter(name=name, location="header", value=value, is_credential=True)


@pytest.mark.parametrize("value", [TOKEN, f"Bearer {{{TOKEN}}}", f"{{{TOKEN}}}", f"{TOKEN}#/value"])
def test_what_comes_from_outputs_of_a_step_alone_is_lent(value: str) -> None:
    """Our choice: as Arazzo's examples write it."""
    assert is_lent(header(value), {AUTHORIZATION}, {"login"})
    assert is_lent(header(value, "AUTHORIZATION"), {AUTHORIZATION}, {"login"})
    assert not is_lent(header(value), {AUTHORIZATION}, {"other"})
    assert not is_lent(header(value, "X-Kind"), {AUTHORIZATION}, {"login"})


@pytest.mark.parametrize(
    "value",
    ["Bearer abc", "$inputs.token", f"{{{TOKEN}}} {{$inputs.token}}", "$workflows.login.outputs.token", 7, [TOKEN], ""],
)
def test_no_literal_and_no_input_is_lent(value: Any) -> None:
    """security.md: neither a file nor a model carries credentials."""
    assert not is_lent(header(value), {AUTHORIZATION}, {"login"})


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("$response.body#/token", "secret-1"),
        ("$response.header.X-Token", "secret-2"),
        ("$request.header.X-Token", None),
        ("$request.body#/token", None),
        ("$inputs.token", None),
        ("$url", None),
        ("$response.body#/number", "90071992547409931"),
        ("$response.body#/fraction", None),
        ("$response.body#/yes", None),
        ("$response.body#/empty", None),
        ("$response.body#/absent", None),
        ("$response.body", None),
    ],
)
def test_a_credential_is_a_text_or_a_whole_number_of_the_answer(output: str, found: str | None) -> None:
    """Our choice: what was sent may be a model's own words; a fraction may have been written in another way."""
    answer = Exchange(
        status=200,
        url="https://api.example.com/secret-3",
        request_headers=(("X-Token", "given"),),
        request_body={"token": "given"},
        response_headers=(("x-token", "secret-2"),),
        response_body={"token": "secret-1", "number": 90071992547409931, "fraction": 1.5, "yes": True, "empty": ""},
    )
    step = CallStep(workflow="w", step="login", tool="login", lends=(TOKEN,), outputs={"token": output})
    got = got_from(step, answer, HERE)
    assert {text: each.value.reveal() for text, each in got.items()} == ({TOKEN: found} if found else {})
    assert found is None or found not in repr(got)


def test_a_step_gets_what_was_lent_with_the_origin_that_it_is_for() -> None:
    """security.md: a credential goes to the origin that it was given for."""
    step = Step(id="read", parameters=(header(f"Bearer {{{TOKEN}}}"), header("x", "X-Other")))
    (lent,) = lent_to(Step(id="read", parameters=step.parameters[:1]), {TOKEN: Got(value=Secret("abcd"), origin=HERE)})
    assert (lent.credential.value.reveal(), lent.origin) == ("Bearer abcd", HERE)
    assert [each.reveal() for each in lent.credential.hides] == ["abcd"]


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\0b", "x" * (LONGEST + 1)])
def test_what_can_stand_in_no_header_is_not_sent(value: str) -> None:
    """security.md R-HEADER."""
    step = Step(id="read", parameters=(header(TOKEN),))
    with pytest.raises(WorkflowError, match="cannot stand there") as raised:
        lent_to(step, {TOKEN: Got(value=Secret(value), origin=HERE)})
    assert value not in str(raised.value)


def test_a_credential_that_is_not_there_or_of_two_origins_is_not_sent() -> None:
    """Our choice: the step fails before anything is sent."""
    other = "$steps.other.outputs.token"
    step = Step(id="read", parameters=(header(f"{{{TOKEN}}}{{{other}}}"),))
    got = {TOKEN: Got(value=Secret("abcd"), origin=HERE)}
    with pytest.raises(WorkflowError, match="no answer of that step"):
        lent_to(step, got)
    with pytest.raises(WorkflowError, match="several origins"):
        lent_to(step, {**got, other: Got(value=Secret("efgh"), origin=("https", "other.example", 443))})


@pytest.mark.parametrize(
    "token",
    ["said-by-the-caller", "a" * (LONGEST + 1), "***", "key ***"],
    ids=["what the step had sent", "longer than a header", "a configured secret, masked", "one within a text"],
)
def test_what_an_answer_only_repeats_or_nobody_could_send_is_not_lent(token: str) -> None:
    """SECURITY.md: neither a caller's words nor the operator's credential become one by an echo."""
    arguments = {"q": "said-by-the-caller"}
    step = CallStep(
        workflow="w",
        step="login",
        tool="login",
        arguments=arguments,
        lends=(TOKEN,),
        outputs={"token": "$response.body#/token"},
    )
    assert got_from(step, Exchange(status=200, response_body={"token": token}), HERE) == {}

"""Which steps are about a redirect itself."""

from typing import Any

import pytest

from openapi_mcp.model.workflow import Action, ActionKind, Criterion, CriterionKind, Step
from openapi_mcp.workflow.redirects import is_about_redirect

LOCATION = {"outputs": {"to": "$response.header.location"}}


def status(pattern: str) -> Criterion:
    return Criterion(condition=pattern, kind=CriterionKind.REGEX, context="$statusCode")


@pytest.mark.parametrize(
    ("criteria", "more", "expected"),
    [
        (("$statusCode == 302",), {}, True),
        (("302==$statusCode",), {}, True),
        (("$statusCode >= 300 && $statusCode < 400",), {}, True),
        (("$statusCode == 200 || $statusCode == 303",), {}, True),
        (("$statusCode < 300",), {}, False),
        (("$statusCode >= 200 && $statusCode < 300",), LOCATION, False),
        (("$statusCode == 201",), LOCATION, False),
        (("$response.body#/n == 302",), {}, False),
        (("$response.body#/n == 302",), LOCATION, True),
        (("$response.header.Location != null",), {}, True),
        ((), LOCATION, False),
        ((status("^30[12]$"),), {}, True),
        ((status("^2"),), LOCATION, False),
        ((status("^[23]"),), {}, False),
        ((status("(?=x"),), {}, False),
    ],
)
def test_a_step_is_about_a_redirect_where_it_asks_for_one(
    criteria: tuple[Any, ...], more: dict[str, Any], expected: bool
) -> None:
    """Our choice: a range of successes, as most write it, is none."""
    made = tuple(Criterion(condition=each) if isinstance(each, str) else each for each in criteria)
    assert is_about_redirect(Step(id="s", criteria=made, **more)) is expected


def test_an_action_that_follows_a_redirect_wants_to_see_it() -> None:
    """Arazzo 1.0.1, 4.6.8: the criteria of an action are held against the same answer."""
    action = Action(name="a", kind=ActionKind.END, criteria=(Criterion(condition="$statusCode == 302"),))
    assert is_about_redirect(Step(id="s", on_failure=(action,)))
    assert is_about_redirect(Step(id="s", on_success=(action,)))

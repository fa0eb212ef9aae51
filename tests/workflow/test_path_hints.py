"""JSONPath criteria that cannot be read, or are never met, and what is said of them."""

import pytest

from openapi_mcp.model.workflow import Criterion, CriterionKind, Step, Workflow
from openapi_mcp.workflow.criteria import check_criterion, holds
from openapi_mcp.workflow.faults import CriterionError
from openapi_mcp.workflow.judged import unmet
from openapi_mcp.workflow.state import Exchange, State


def path(condition: str) -> Criterion:
    return Criterion(condition=condition, kind=CriterionKind.JSONPATH, context="$response.body")


def hint(condition: str) -> str:
    with pytest.raises(CriterionError) as refused:
        check_criterion(path(condition))
    return refused.value.hint or ""


def test_a_comparison_that_is_no_path_is_written_for_its_author() -> None:
    """RFC 9535, 2.1: a query selects; the examples of the OAI write `$.access_token != null` all the same."""
    said = hint("$.access_token != null")
    assert "write $.access_token," in said
    assert "$[?@.access_token && @.access_token != null]" in said
    assert "$response.body#/access_token != null" in said
    assert "$[?@.a.b > 3]" in hint("$.a.b > 3")
    assert "$response.body#/a/b > 3" in hint("$.a.b > 3")


@pytest.mark.parametrize("condition", ["$.a[", "a != null", "$.a != ", "$[0] == 1"])
def test_of_other_texts_the_form_is_said(condition: str) -> None:
    """Derive, never invent."""
    assert hint(condition) == "write it by RFC 9535: $.items[?@.price > 10]"


def test_what_the_hint_offers_can_be_read_and_is_met() -> None:
    """RFC 9535, 2.3.5: a filter looks at the children of what stands before it, and what is not there is != null."""
    body = {"access_token": "t"}
    state = State(exchange=Exchange(status=200, response_body=body))
    assert holds(path("$.access_token"), state)
    assert holds(Criterion(condition="$response.body#/access_token != null"), state)
    assert not holds(path("$[?@.access_token && @.access_token != null]"), state)
    items = State(exchange=Exchange(status=200, response_body=[body]))
    assert holds(path("$[?@.access_token && @.access_token != null]"), items)


@pytest.mark.parametrize(("body", "is_said"), [({"id": 7}, True), ([{"id": 7}], False)])
def test_a_filter_of_an_object_looks_at_its_values_and_that_is_said(body: object, is_said: bool) -> None:
    """RFC 9535, 2.3.5.2: of an object, the member values are tested."""
    step = Step(id="s", criteria=(path("$[?@.nothing]"),))
    failure = unmet(Workflow(id="w"), step, State(exchange=Exchange(status=200, response_body=body)))
    assert failure is not None
    assert ("selects among the values of its members" in failure.hint) is is_said

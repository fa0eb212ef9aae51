"""What the document and the API ask for where a fault is."""

from typing import Any

import pytest
from support.repair import taking

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.recovery.rewriting.asked import fits, format_asked, is_of_type, name_of, types_of, words_of
from openapi_mcp.recovery.strategy import Case


def refused(schema: Any, value: Any, rule: str, limit: Any = None, **more: Any) -> Case:
    fault = Fault(path=("a",), rule=rule, limit=limit, **more)
    failure = Failure(kind=FailureKind.REJECTED, message="", attempts=1, faults=(fault,))
    tool = taking(schema)
    return Case(call=Call(tool=tool.name, arguments={"a": value}), tool=tool, fault=fault, failure=failure)


@pytest.mark.parametrize(
    ("value", "names"),
    [(None, {"null"}), (True, {"boolean"}), (5, {"integer", "number"}), (5.0, {"integer", "number"}),
     (5.5, {"number"}), ("a", {"string"}), ([], {"array"}), ({}, {"object"})],
)  # fmt: skip
def test_a_value_is_of_its_types(value: Any, names: set[str]) -> None:
    """JSON Schema 2020-12, Validation, 6.1.1: 5.0 is an integer."""
    known = ("null", "boolean", "integer", "number", "string", "array", "object", "float")
    assert {name for name in known if is_of_type(value, name)} == names


def test_a_value_fits_where_document_and_api_take_it_and_it_is_another_one() -> None:
    """Issue 7, Recover."""
    assert fits(refused({}, " a", "format", "date"), "2026-11-21")
    assert not fits(refused({}, " a", "format", "date"), "a")
    assert not fits(refused({}, " a", "format", "date"), 5)
    assert fits(refused({}, " a", "pattern", "x"), "a")
    assert not fits(refused({"type": "string"}, "5", "type", "integer"), 5)
    assert not fits(refused({}, "a", "pattern", "x"), "a")


def test_what_is_said_of_a_place_is_found() -> None:
    """Our choice: the API's word comes before the document's."""
    case = refused({"type": "string", "format": "date", "description": "A day."}, "x", "format", "time", said="No!")
    assert words_of(case) == "A day. No!"
    assert format_asked(case) == "time"
    assert types_of(case) == {"string"}
    assert name_of(case) == "a"


def test_of_a_call_as_a_whole_no_schema_is_looked_for() -> None:
    """Our choice."""
    fault = Fault(path=(), rule="invalid")
    failure = Failure(kind=FailureKind.REJECTED, message="", attempts=1, faults=(fault,))
    tool = taking({})
    case = Case(call=Call(tool=tool.name, arguments={"a": 1}), tool=tool, fault=fault, failure=failure)
    assert fits(case, {"a": 2})
    assert name_of(case) == ""

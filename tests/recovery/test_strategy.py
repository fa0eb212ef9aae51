"""What strategies work with: one fault of a call, and what may be done about it."""

from support.make import one_tool, parameter

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault, Repair
from openapi_mcp.recovery.strategy import Case, Rewrite

REFERS = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}


def case(fault: Fault, **arguments: object) -> Case:
    tool = one_tool({"parameters": [parameter("id", schema={"type": "integer"})]})
    failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="", faults=(fault,))
    return Case(call=Call(tool=tool.name, arguments=arguments), tool=tool, fault=fault, failure=failure)


def test_a_rewritten_value_stands_in_its_place_and_is_told() -> None:
    """Issue 7: repairs are always told, in words."""
    at = Fault(path=("items", 0, "size"), rule="type")
    found = case(at, items=[{"size": "5"}], other=1).rewritten(5, "a number")
    assert found == Rewrite(
        arguments={"items": [{"size": 5}], "other": 1},
        repairs=(Repair(path=("items", 0, "size"), before="5", after=5, how="a number"),),
    )
    assert found.repairs[0].as_json() == {"field": "items[0].size", "from": "5", "to": 5, "how": "a number"}


def test_what_was_missing_is_told_as_null() -> None:
    """design.md: {"field", "from", "to", "how"} is always whole."""
    found = case(Fault(path=("id",), rule="required"), other=1).rewritten(5, "found")
    assert found.arguments == {"other": 1, "id": 5}
    assert found.repairs[0].as_json()["from"] is None


def test_a_case_knows_what_its_place_takes_and_whether_it_was_sent() -> None:
    fault = Fault(path=("id",), rule="type", schema={"type": "integer"})
    one = case(fault, id="x")
    assert one.accepts(5)
    assert not one.accepts("5")
    assert one.accepts("anything", Fault(path=("q",), rule="type"))
    assert not one.was_sent
    assert one.value == "x"
    assert one.dropped(("id",)) == {}


def test_a_long_value_is_told_in_part() -> None:
    """A repair stands in a result, whose room is the answer's."""
    long = Repair(path=("a",), before="x" * 5_000, after=[1] * 5_000, how="").as_json()
    assert len(str(long["from"])) <= 200
    assert len(str(long["to"])) <= 200
    assert Repair(path=("a",), before=float("inf"), after=1, how="").as_json()["from"] == "inf"

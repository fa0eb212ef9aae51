"""Texts that have not their declared format are looked at once more before they are sent."""

from typing import Any

from support.make import json_body, tool_with_body
from support.repair import preparer, taking

from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.tool import Tool

DATE: Any = {"type": "string", "format": "date"}


def prepared(tool: Tool, *, as_it_is: bool = False, **arguments: Any) -> Any:
    return preparer(tool).prepare(Call(tool=tool.name, arguments=arguments), as_it_is=as_it_is)


def test_a_text_without_its_format_is_a_soft_fault() -> None:
    """Our choice: `format` is an annotation (JSON Schema 2020-12, Validation, 7.2.1); the API has the last word."""
    failure = prepared(taking({"type": "array", "items": DATE}), a=["2026-11-21", "soon"])
    assert isinstance(failure, Failure)
    (fault,) = failure.faults
    assert (fault.path, fault.rule, fault.limit, fault.is_soft) == (("a", 1), "format", "date", True)
    assert failure.field == "a"
    assert failure.message == 'argument "a[1]" has not the format date'


def test_as_it_is_it_is_sent() -> None:
    """Our choice."""
    assert prepared(taking(DATE), as_it_is=True, a="soon").arguments == {"a": "soon"}
    assert prepared(taking(DATE), a="2026-11-21").arguments == {"a": "2026-11-21"}


def test_a_broken_rule_is_said_before_a_format() -> None:
    """Our choice: what cannot be sent comes first."""
    failure = prepared(taking({**DATE, "maxLength": 3}), a="soon")
    assert [fault.rule for fault in failure.faults] == ["maxLength"]


def test_files_come_in_forms_of_their_own() -> None:
    """README, Files: base64 of either alphabet, or a data: URL."""
    form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "day": DATE}}
    tool = tool_with_body({"multipart/form-data": {"schema": form}})
    assert not isinstance(prepared(tool, file="data:,hi", day="2026-11-21"), Failure)
    assert [fault.path for fault in prepared(tool, file="aGk", day="soon").faults] == [("day",)]


def test_where_formats_are_is_found_once_for_each_body() -> None:
    """Issue 7: recovery costs nothing when nothing fails."""
    tool = tool_with_body({**json_body({"type": "object", "properties": {"day": DATE}}), "text/plain": {}})
    maker = preparer(tool)
    for _ in range(2):
        assert isinstance(maker.prepare(Call(tool=tool.name, arguments={"day": "soon"})), Failure)
    assert not isinstance(maker.prepare(Call(tool=tool.name, arguments={"body": "soon"})), Failure)
    assert len(maker._places) == 2

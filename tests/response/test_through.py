"""What a result says to call next, where operations are called through `call_operation`."""

import json
from dataclasses import replace
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Blob, Failure, FailureKind, Result, Text
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.response.present import present
from openapi_mcp.response.through import through_call

NEXT = {"tool": "orders_list", "arguments": {"page": 2}}
THROUGH = {"tool": "call_operation", "arguments": {"name": "orders_list", "arguments": {"page": 2}}}
NOTE = {"status": 206, "next": NEXT}
READ_ON = {"tool": "read_result", "arguments": {"handle": "r_x"}}


def last_text(result: Result) -> Any:
    last = result.content[-1]
    assert isinstance(last, Text)
    return json.loads(last.text)


def test_the_next_page_is_called_through_the_tool_in_text_and_structure_alike() -> None:
    """design.md, A result: what is to be called next can be called as it stands."""
    values: list[JsonValue] = [{"results": [1]}, [1]]
    for value in values:
        result = through_call(present(Answer(value=value, note=NOTE), 0))
        assert result.structured is not None
        assert result.structured["_note"] == {"status": 206, "next": THROUGH}
        assert last_text(result) == result.structured


def test_beside_text_and_bytes_the_note_is_a_block_of_its_own() -> None:
    """design.md, A result."""
    text = through_call(present(Answer(text='{"_note": 1}', is_json=False, note=NOTE), 0))
    assert text.content[0] == Text(text='{"_note": 1}')
    assert last_text(text)["_note"]["next"] == THROUGH
    blob = Blob(data=b"x", mime_type="image/png", uri="https://x/y")
    image = through_call(present(Answer(blob=blob, is_json=False, note=NOTE), 0))
    assert (image.content[0], last_text(image)["_note"]["next"]) == (blob, THROUGH)


def test_other_blocks_stay() -> None:
    """Whatever else came with the bytes."""
    blob = Blob(data=b"x", mime_type="image/png", uri="https://x/y")
    plain = Result(content=(blob, blob, Text(text="[1]")))
    assert through_call(plain) == plain


def test_an_answer_without_a_next_call_is_the_very_same() -> None:
    """The answer's own words are never taken for ours."""
    values: list[Any] = [{"id": 1}, {"_note": {"next": NEXT}}, {"next": NEXT, "error": {"try": [NEXT]}}, [NEXT]]
    for value in values:
        result = present(Answer(value=value), 0)
        assert through_call(result) is result


def test_reading_on_is_a_tool_of_the_list() -> None:
    """`read_result` is called by its name in every mode."""
    result = present(Answer(value={"id": 1}, note={"next": READ_ON, "more": {"next": READ_ON}}), 0)
    assert through_call(result) is result


def test_what_a_failure_says_to_try_is_called_through_the_tool() -> None:
    """design.md, A result: `try`, with arguments or without."""
    plain = Failure(kind=FailureKind.NOT_FOUND, message="gone").as_result()
    assert through_call(plain) is plain
    error = {**plain.structured["error"], "try": [{"tool": "orders_list", "why": "lists"}, {**NEXT, "why": "finds"}]}  # type: ignore[index]
    result = through_call(replace(plain, structured={"error": error}))
    assert result.is_error
    assert last_text(result)["error"]["try"] == [
        {"tool": "call_operation", "arguments": {"name": "orders_list"}, "why": "lists"},
        {**THROUGH, "why": "finds"},
    ]

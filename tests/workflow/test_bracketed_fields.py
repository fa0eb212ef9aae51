"""Fields of a form that a payload names with brackets, as they are sent."""

from typing import Any

import pytest
from support.make import one_tool

from openapi_mcp.model.document import Encoding
from openapi_mcp.model.near import Guesses
from openapi_mcp.model.tool import SentBody
from openapi_mcp.model.workflow import Payload, Step
from openapi_mcp.request.pairs import pairs
from openapi_mcp.workflow.arguments import arguments_of
from openapi_mcp.workflow.before import before_sending
from openapi_mcp.workflow.bracketed import nested
from openapi_mcp.workflow.misfits import Misfits
from openapi_mcp.workflow.state import State

FORM = "application/x-www-form-urlencoded"
BODY = SentBody(
    content_type=FORM, encodings=(Encoding(field="meta", style="deepObject"), Encoding(field="plain", style="form"))
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"meta[a]": 1}, {"meta": {"a": 1}}),
        ({"x": 0, "meta[a]": 1, "meta[b][c]": 2}, {"x": 0, "meta": {"a": 1, "b": {"c": 2}}}),
        ({"meta[0][id]": 1, "meta[0][n]": 2, "meta[1][id]": 3}, {"meta": [{"id": 1, "n": 2}, {"id": 3}]}),
        ({"meta[0]": "a", "meta[1]": "b"}, {"meta": ["a", "b"]}),
        ({"meta[a][0][id]": 1}, {"meta": {"a": [{"id": 1}]}}),
        ({"meta[a]": {"b": 1}}, {"meta": {"a": {"b": 1}}}),
    ],
)
def test_names_with_brackets_are_what_the_style_writes(written: dict[str, Any], value: dict[str, Any]) -> None:
    """OAS 3.1.1, Style Examples, deepObject: and it is written as it was."""
    assert nested(written, BODY) == value
    said = [pair.name for pair in pairs("meta", value["meta"], "deepObject")]
    assert said == [
        name if not isinstance(held, dict) else "meta[a][b]" for name, held in written.items() if name != "x"
    ]


@pytest.mark.parametrize(
    "written",
    [
        {"plain[a]": 1},
        {"other[a]": 1},
        {"meta[a]": 1, "meta": {"b": 2}},
        {"meta[]": 1},
        {"meta[a": 1},
        {"meta[a]b": 1},
        {"meta[1]": "b"},
        {"meta[a][0]": 1},  # within an object a list of plain values is a[x]=1 a[x]=2
        {"meta[a]": 1, "meta[a][b]": 2},
    ],
)
def test_a_name_that_would_be_sent_otherwise_stays_as_it_is(written: dict[str, Any]) -> None:
    """Our choice: what is sent is what the author wrote, or nothing."""
    assert nested(written, BODY) == written


def test_a_step_gives_the_object_and_check_has_nothing_to_say() -> None:
    """Our choice: public descriptions write `metadata[order_id]: $inputs.id`; each run of them failed."""
    schema = {
        "type": "object",
        "properties": {"meta": {"type": "object", "additionalProperties": {"type": "string"}}, "kind": {}},
        "required": ["meta"],
        "additionalProperties": False,
    }
    content = {FORM: {"schema": schema, "encoding": {"meta": {"style": "deepObject", "explode": True}}}}
    tool = one_tool({"requestBody": {"content": content}}, method="post")
    payload = {"kind": "a", "meta[order]": "$inputs.order", "meta[gone]": "$inputs.gone"}
    step = Step(id="s", operation_id="x", body=Payload(content_type=FORM, payload=payload))
    assert before_sending(step, tool, Misfits(guesses=Guesses())) == []
    assert arguments_of(tool, step, State(inputs={"order": "o1"})) == {"kind": "a", "meta": {"order": "o1"}}

"""Schemas without references, for clients that follow none."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.generator.inline import inline
from openapi_mcp.generator.slim import LIMIT

ADDRESS = {"type": "object", "properties": {"city": {"type": "string"}}}


def ref(name: str, **beside: Any) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}", **beside}


def test_a_shared_part_stands_in_each_of_its_places() -> None:
    """mcp-facts.md section 6: Copilot CLI does not resolve $defs/$ref. What stands beside a reference wins."""
    written = inline({"a": ref("Address", description="From."), "b": {"items": ref("Address")}}, {"Address": ADDRESS})
    assert written == {"a": {**ADDRESS, "description": "From."}, "b": {"items": ADDRESS}}


def test_a_part_that_is_itself_a_reference_is_followed() -> None:
    """Our choice: an alias is no dead end."""
    assert inline({"a": ref("B")}, {"B": ref("C"), "C": ADDRESS}) == {"a": ADDRESS}


def test_what_is_recursive_is_said_in_words_where_it_comes_again() -> None:
    """Issue 3: bounded by describing what was left out."""
    node = {"type": "object", "properties": {"name": {"type": "string"}, "next": ref("Node")}}
    again = {"type": "object", "description": "Node, not shown in full; fields: name, next"}
    assert inline({"a": ref("Node")}, {"Node": node}) == {
        "a": {"type": "object", "properties": {"name": {"type": "string"}, "next": again}}
    }
    assert inline({"a": ref("A")}, {"A": ref("B"), "B": ref("A")}) == {"a": {"description": "A, not shown in full"}}


def test_the_nearest_come_first_and_what_has_no_room_is_said_in_words() -> None:
    """Issue 3: size of one tool bounded."""
    far = {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(14)}}
    near = {"type": "object", "properties": {"far": ref("Far")}}
    written = inline({"a": ref("Near")}, {"Near": near, "Far": far}, room=150)
    shown = ", ".join(f"field_{n}" for n in range(12))
    assert written["a"]["properties"]["far"] == {
        "type": "object",
        "description": f"Far, not shown in full; fields: {shown}, ...",
    }


def test_fan_out_is_bounded() -> None:
    """Issue 3: 2^18 fan-out in bounded time and memory."""
    definitions: dict[str, Any] = {
        f"P{n}": {"properties": {"a": ref(f"P{n + 1}"), "b": ref(f"P{n + 1}")}} for n in range(18)
    }
    definitions["P18"] = {"type": "string"}
    assert len(json.dumps(inline({"a": ref("P0")}, definitions))) < 4 * LIMIT


NAMES = ["A", "B", "C"]
nodes = st.recursive(
    st.one_of(st.just({"type": "string"}), st.sampled_from(NAMES).map(ref)),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)}),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("xy"), nodes), st.fixed_dictionaries(dict.fromkeys(NAMES, nodes)))
def test_no_reference_is_left_and_nothing_given_is_changed(
    properties: dict[str, Any], definitions: dict[str, Any]
) -> None:
    """Law. mcp-facts.md section 6."""
    before = json.dumps([properties, definitions])
    written = json.dumps(inline(properties, definitions, room=3_000))
    assert "$ref" not in written
    assert json.dumps([properties, definitions]) == before

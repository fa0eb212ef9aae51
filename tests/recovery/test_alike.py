"""Which names are alike, and how much."""

import pytest
from support.make import one_tool

from openapi_mcp.recovery.naming.alike import Likeness, alike
from openapi_mcp.recovery.naming.level import Level
from openapi_mcp.recovery.parts.part import number_in

TOOL = one_tool(path="/things")


def likeness(given: str, name: str, wire: str = "") -> Likeness | None:
    level = Level(path=(), declared={name: {}}, wire={name: wire or name})
    return alike(given, name, level, TOOL)


@pytest.mark.parametrize(
    ("given", "name", "wire", "right"),
    [
        ("createdAt", "created_at", "created_at", Likeness.SPELLED),
        ("created>=", "created", "created>=", Likeness.SPELLED),
        ("Created", "created", "created>=", None),
        ("created<=", "created", "created>=", None),
        ("created<=", "created", "created", None),
        ("expand", "expand", "$expand", Likeness.SPELLED),
        ("$expand", "expand", "$expand", Likeness.SPELLED),
        ("status", "filter_status", "filter[status]", Likeness.SPELLED),
        ("status", "fields_status", "fields[status]", None),
        ("status", "filter_status_eq", "filter[status][eq]", None),
        ("albumIDs", "album_id", "album_id", Likeness.NUMBER),
        ("q", "search", "search", Likeness.WORD),
        ("lng", "longitude", "longitude", Likeness.WORD),
        ("thing_id", "id", "id", Likeness.KEY),
        ("$", "id", "id", None),
        ("x" * 500, "x", "x", None),
    ],
)
def test_how_near_a_given_name_is_to_a_declared_one(given: str, name: str, wire: str, right: Likeness | None) -> None:
    """Our choice; a sign in a name on the wire means something: "created>=" is not "created<="."""
    assert likeness(given, name, wire) is right


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("17", 17), ("-8.61", -8.61), ("0", 0), ("017", None), ("1e5", None), ("+1", None), ("", None), ("1.", None),
        ("123456789012.12345", None), ("1234567890.123456", None), ("9" * 16, None), ("\u0661", None),
    ],
)  # fmt: skip
def test_a_number_is_read_only_where_nothing_of_it_is_lost(text: str, number: float | None) -> None:
    """Rewritten without loss."""
    assert number_in(text) == number

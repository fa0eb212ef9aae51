"""Chains that needs and yields allow."""

from typing import Any

import pytest
from support.chained import CAPABILITIES, KNOWN, TOOLSET

from openapi_mcp.workflow.known import Known, know, parts_of, path_of
from openapi_mcp.workflow.possible import possible


def said(known: dict[str, Known]) -> list[str]:
    return [" -> ".join(node.tool for node in each.chain) for each in possible(known)]


def test_what_needs_an_id_follows_what_lists_such_things() -> None:
    """Issue 11: what one list operation alone yields; what finds by words first."""
    found = said(KNOWN)
    assert found == ["customers_list -> customers_retrieve", "orders_list -> orders_retrieve"]


def test_nothing_is_written_to_because_it_was_found_first() -> None:
    """Our choice: the first hit of a search may be somebody else; a write is suggested where it was called so."""
    assert not any("delete" in each or "create" in each for each in said(KNOWN))


def test_where_two_list_it_neither_is_taken() -> None:
    """Issue 11: exactly one; design.md: where two candidates fit, none is taken."""
    second = [tool for tool in TOOLSET.tools if tool.name == "customers_list"]
    other = type(second[0])(
        **{name: getattr(second[0], name) for name in second[0].__slots__} | {"name": "people_list"}
    )
    needs = CAPABILITIES["customers_retrieve"].needs[0]
    more = type(needs.producers[0])(tool="people_list", method="GET", path="/people", field="results[].id")
    both = type(needs)(argument="id", entity="customer", producers=(*needs.producers, more))
    capabilities = {
        **CAPABILITIES,
        "people_list": CAPABILITIES["customers_list"],
        "customers_retrieve": type(CAPABILITIES["customers_retrieve"])(needs=(both,)),
    }
    assert said(know([*TOOLSET.tools, other], capabilities, {})) == ["orders_list -> orders_retrieve"]


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("results[].id", ("results", None, "id")),
        ("[].id", (None, "id")),
        ("[]", (None,)),
        ("data.items[].owner.id", ("data", "items", None, "owner", "id")),
        ("id", ("id",)),
        ("header.Location", None),
        ("", None),
        ("a[]b.c", None),
    ],
)
def test_a_place_of_an_answer_is_read_as_a_path(place: str, path: Any) -> None:
    """index/answers.py: how fields are written."""
    assert path_of(place) == path


@pytest.mark.parametrize(
    ("argument", "parts"),
    [
        ("id", ("id", "", "")),
        ("items[].product", ("items", "[]", "product")),
        ("address.city", ("address", "", "city")),
        ("ids[]", ("ids", "[]", "")),
        ("a[].b[].c", ("a[].b[].c", "", "")),
    ],
)
def test_a_nested_argument_is_parted(argument: str, parts: tuple[str, str, str]) -> None:
    """index/inputs.py: how fields within arguments are written."""
    assert parts_of(argument) == parts

"""The arguments of the tools that read and end a call in the background."""

from typing import Any

import pytest

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.request.background import Asked, read_cancel, read_get


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"handle": "c_1"}, Asked(handle="c_1")),
        ({"handle": " c_1\n", "wait": 25}, Asked(handle="c_1", wait=25.0)),
        ({"id": "c_1", "wait": "30"}, Asked(handle="c_1", wait=30.0)),
        ({"handle": "c_1", "wait": None}, Asked(handle="c_1")),
        ({"handle": "c_1", "wait": -1}, Asked(handle="c_1")),
        ({"handle": "c_1", "wait": 900}, Asked(handle="c_1", wait=60.0)),
    ],
)
def test_a_call_is_asked_for_by_its_handle(given: dict[str, Any], asked: Asked) -> None:
    """A time out of bounds is the nearest within, and what models write for a name is understood."""
    assert read_get(given) == asked


@pytest.mark.parametrize("given", [{}, {"handle": 7}, {"handle": "c_1", "more": 1}, {"handle": "c" * 201}])
def test_what_is_no_handle_is_refused(given: dict[str, Any]) -> None:
    """Before anything is looked up."""
    for read in (read_get, read_cancel):
        with pytest.raises(ArgumentsError):
            read(given)


def test_a_call_is_ended_by_its_handle_alone() -> None:
    """There is nothing to wait for."""
    assert read_cancel({"call_handle": "c_1"}) == Asked(handle="c_1")
    with pytest.raises(ArgumentsError):
        read_cancel({"handle": "c_1", "wait": 3})

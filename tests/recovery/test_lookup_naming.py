"""What a record is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import Json

from openapi_mcp.recovery.lookup.naming import ALIKE, folded, is_called, likeness, names_of


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ({"id": 7, "name": "Bob", "city": "Bonn", "description": "Tall", "status": "new"}, ["Bob"]),
        ({"customer_id": 7, "customer_name": "Bob", "company_name": "Acme"}, ["Bob"]),
        ({"firstName": "Ana", "lastName": "Silva"}, ["Ana Silva"]),
        ({"name": {"first": "Ana", "last": "Silva"}}, ["Ana Silva"]),
        ({"id": 7, "profile": {"email": "a@b.c"}}, ["a@b.c"]),
        ({"id": "7", "attributes": {"name": "Bob"}}, ["Bob"]),
        ({"id": 40, "account": {"id": 1, "name": "Bob"}, "agent": {"name": "Bob"}}, []),
        ({"id": 40, "profile": {"id": 1, "name": "Bob"}}, []),
        ({"number": 1007, "name": None, "title": True, "code": "", "key": ["x"]}, ["1007"]),
        ({"name": "x" * 201, "sku": "a-1"}, ["a-1"]),
    ],
)
def test_a_record_is_called_by_its_own_names(record: Json, names: list[str]) -> None:
    """Issue 7, Recover, 5: a name-like field; never a description, a status, nor what another thing is called."""
    assert names_of(record, "customer") == names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Bob", "bob"),
        ("Ana  Silva", " ana silva\n"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("STRASSE", "stra\u00dfe"),
    ],
)
def test_case_spaces_and_forms_of_letters_make_no_other_name(name: str, text: str) -> None:
    """Issue 7, Recover, 5: exactly, case and spaces aside; Unicode NFC, so that letters that look alike stay others."""
    assert not is_called(["A7"], "\uff217")
    assert is_called([name], text)


@pytest.mark.parametrize(
    ("name", "text"), [("Bob", "Bobby"), ("Bob", "Rob"), ("", ""), (" ", " "), ("AnaSilva", "Ana Silva")]
)
def test_what_is_nearly_so_is_another_name(name: str, text: str) -> None:
    assert not is_called([name], text)


@given(st.text(max_size=300))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)[:200]) == folded(text)[:200] or len(text) > 60


def test_near_names_are_weighed() -> None:
    """Issue 7, Tell: the near names."""
    assert likeness(["Ana Souza"], "Ana Sousa") > ALIKE
    assert likeness(["Ana Souza"], "souza") == 1.0
    assert likeness(["Ana Souza"], "Xi") < ALIKE
    assert likeness([], "Xi") == 0.0


def test_a_record_of_very_many_fields_is_looked_at_in_part() -> None:
    """What an upstream answers is hostile."""
    record: Json = {f"x{number}": "a" for number in range(100_000)}
    assert names_of({**record, "name": "Bob"}, "customer") == []

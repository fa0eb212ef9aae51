"""What a caller gave in a call, as an answer may repeat it."""

from typing import Any

import pytest
from support.make import ALL_METHODS, document, parameter

from openapi_mcp.generator.generate import generate
from openapi_mcp.response.job_given import given_values, is_given, is_own

HOST = "https://api.example.com"


@pytest.mark.parametrize(
    "given",
    [
        "/jobs/7",
        "jobs/7/",
        "/JOBS/7",
        "/jobs/%37",
        "%2Fjobs%252F7",
        "\\jobs\\7",
        " /jobs/7",
        f"{HOST}/jobs/7",
        {"a": [{"b": ("x", "/jobs/7")}]},
        {"/jobs/7": 1},
        '{"status_url": "/jobs/7"}',
        '{"status_url": "\\/jobs\\/7"}',
    ],
)
@pytest.mark.parametrize("reference", ["/jobs/7", "jobs/7", "/jobs/%37", f"{HOST}/jobs/7"])
def test_a_place_that_was_given_is_known_in_each_of_its_forms(given: Any, reference: str) -> None:
    """As it stands, decoded, in a body of its own, and as the URL that it leads to."""
    assert is_given(reference, f"{HOST}/jobs/7", {"body": given})


@pytest.mark.parametrize(
    "given", ["7", 7, "jobs", "/jobs/8", None, True, "", "/", 10**4_000, 1.5, b"/jobs/7", ["/job"]]
)
def test_a_part_of_a_place_does_not_give_it(given: Any) -> None:
    """An id that a caller gave may well be in the URL of its work."""
    assert not is_given("/jobs/7", f"{HOST}/jobs/7", {"body": given})


def test_a_word_is_a_place_only_where_it_was_given_alone() -> None:
    """A sentence holds many words."""
    assert is_given("seven", f"{HOST}/v1/seven", {"to": "seven"})
    assert not is_given("seven", f"{HOST}/v1/seven", {"to": "all seven of them"})


def test_values_of_a_call_are_all_but_those_of_its_path() -> None:
    """POST /jobs/{id}/run answers with the id of the job: that is no echo of a body."""
    post = {"operationId": "run", "parameters": [parameter("id", "path"), parameter("q")]}
    tool = generate(document({"/jobs/{id}/run": {"post": post}}), ALL_METHODS).by_name["run"]
    given = given_values(tool, {"id": "1", "q": "a%20b", "more": [2, 10**5_000]})
    assert given == {"q", "more", "a%20b", "a b", "2", ""}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("7", False), ("%37", False), (7, False), ("8", True), (8, True), (None, True), (10**4_000, True), ([7], True)],
)
def test_a_value_is_an_answers_own_where_it_was_not_given(value: Any, expected: bool) -> None:
    """Numbers and texts alike; a number of no end is nobody's."""
    assert is_own(value, frozenset({"7"})) is expected

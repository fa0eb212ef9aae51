"""How far work is, by the words of a status monitor's answer."""

from typing import Any

import pytest

from openapi_mcp.response.job_state import Stand, State, is_of_jobs, read_state, said_of, share_done

GOES_ON, ENDED, FAILED, CANCELLED = Stand.GOES_ON, Stand.ENDED, Stand.FAILED, Stand.CANCELLED


def stand(value: Any, *, is_of_job: bool = True) -> Stand | None:
    found = read_state(value, is_of_job=is_of_job)
    return None if found is None else found.stand


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"status": "queued"}, GOES_ON),
        ({"status": "In Progress"}, GOES_ON),
        ({"status": "in_progress"}, GOES_ON),
        ({"state": "NotStarted"}, GOES_ON),
        ({"jobStatus": "RUNNING"}, GOES_ON),
        ({"properties": {"provisioningState": "Creating"}}, GOES_ON),
        ({"data": {"attributes": {"status": "pending"}}}, GOES_ON),
        ({"status": {"state": "PENDING"}}, GOES_ON),
        ({"job": {"status": {"phase": "Running"}}}, GOES_ON),
        ({"status": "Pending request, waiting other process"}, GOES_ON),
        ({"status": "transcoding"}, GOES_ON),
        ({"status": "active"}, GOES_ON),
        ({"done": False}, GOES_ON),
        ({"isCompleted": False, "status": 7}, GOES_ON),
        ({"status": "Succeeded"}, ENDED),
        ({"status": "COMPLETED"}, ENDED),
        ({"status": "Completed with error"}, ENDED),
        ({"status": "shipped"}, ENDED),
        ({"status": "existing"}, ENDED),
        ({"done": True, "response": {}}, ENDED),
        ({"status": "failed"}, FAILED),
        ({"status": "Process failed, see errors"}, FAILED),
        ({"status": "timed_out"}, FAILED),
        ({"done": True, "error": {"code": 5}}, FAILED),
        ({"status": "Canceled"}, CANCELLED),
        ({"status": "cancelled"}, CANCELLED),
        ({"status": 200}, None),
        ({"status": ""}, None),
        ({"status": "x" * 201}, None),
        ({"name": "a thing"}, None),
        ([{"status": "queued"}], None),
        ("queued", None),
        (None, None),
    ],
)
def test_a_state_is_read_from_plain_words(value: Any, expected: Stand | None) -> None:
    """Azure, Google AIP-151, JSON:API, Kubernetes, Databricks and others, by their documentation."""
    assert stand(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"status": "new"}, ENDED),
        ({"status": "active"}, ENDED),
        ({"status": "rejected"}, ENDED),
        ({"status": "outstanding"}, ENDED),
        ({"status": "shipping"}, ENDED),
        ({"title": "Milk", "done": False}, None),
        ({"status": "pending"}, GOES_ON),
        ({"status": "failed"}, FAILED),
    ],
)
def test_a_thing_that_has_a_status_of_its_own_is_no_work(value: Any, expected: Stand | None) -> None:
    """Our choice: where the path says nothing of work, only words count that say so of anything."""
    assert stand(value, is_of_job=False) is expected


@pytest.mark.parametrize(
    ("value", "share"),
    [
        ({"percentComplete": 40}, 0.4),
        ({"percentComplete": 0.5}, 0.005),
        ({"progress": 0.5}, 0.5),
        ({"progress": 40.5}, 0.405),
        ({"progress": "40 %"}, 0.4),
        ({"progress": "40.5%"}, 0.405),
        ({"progress": {"completed": 2, "total": 8}}, 0.25),
        ({"progress": {"percent": 75}}, 0.75),
        ({"metadata": {"progressPercent": 10}}, 0.1),
        ({"progress": True}, None),
        ({"progress": "soon"}, None),
        ({"progress": -1}, None),
        ({"progress": 101}, None),
        ({"progress": 10**400}, None),
        ({"progress": {"completed": 9, "total": 8}}, None),
        ({"progress": {"completed": 9, "total": 0}}, None),
        ({"progress": {"completed": 10**400, "total": 10**400}}, None),
        ({"progress": {"progress": {"progress": 1}}}, None),
        ({}, None),
    ],
)
def test_how_much_is_done_is_a_number_from_0_to_1(value: Any, share: float | None) -> None:
    """Percent, a fraction, or so many of so many; what is none of these is not told."""
    assert share_done(value) == share


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"status": "failed", "error": "no disk"}, "no disk"),
        ({"status": "failed", "error": {"code": "X", "message": "no disk"}}, "no disk"),
        ({"status": "failed", "errors": [{"title": "no disk"}, {"title": "no ink"}]}, "no disk"),
        ({"status": "failed", "errors": ["no disk"]}, "no disk"),
        ({"status": "failed", "error": 5, "statusMessage": "no disk"}, "no disk"),
        ({"job": {"status": "failed", "reason": "no disk"}}, "no disk"),
        ({"status": "failed", "error": {"inner": {}}}, ""),
        ({"status": "failed"}, ""),
    ],
)
def test_what_is_said_of_a_failure_is_read(value: Any, why: str) -> None:
    """Its error first, else a message beside the state; one line."""
    found = read_state(value, is_of_job=True)
    assert found is not None
    assert found.why == why


@pytest.mark.parametrize(
    "value",
    [
        {"resourceLocation": "/r/1"},
        {"result_url": "/r/1"},
        {"data": {"resultUrl": "/r/1"}},
        {"_links": {"result": {"href": "/r/1"}}},
        {"links": {"output": "/r/1"}},
    ],
)
def test_where_the_result_is_is_read_at_the_end_only(value: Any) -> None:
    """Azure (resourceLocation), HAL and others; while work goes on there is none."""
    over = read_state({"status": "done", **value}, is_of_job=True)
    assert over == State(stand=ENDED, said="done", result_url="/r/1")
    going = read_state({"status": "running", **value}, is_of_job=True)
    assert going == State(stand=GOES_ON, said="running")


def test_an_answer_that_names_no_result_has_none() -> None:
    """A link to itself, or one that is no link, leads to no result."""
    over = read_state({"status": "done", "links": {"self": "/jobs/1", "result": {"id": 3}}}, is_of_job=True)
    assert over == State(stand=ENDED, said="done")


def test_the_word_of_a_state_is_shown_on_one_short_line() -> None:
    """What an API says is text: without what nobody sees, and cut."""
    assert said_of({"status": "run\x1b[31mning\n\u202eon"}) == "running on"
    assert len(said_of({"status": "a b " * 40})) <= 60
    assert said_of({"n": 1}) == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/jobs/7", True),
        ("/orders/{id}/status", True),
        ("/v1/operations/7:wait", True),
        ("/queue-jobs/5", True),
        ("/orders/7", False),
        ("/jobless/7", False),
        ("/orders/7?x=/jobs/", False),
        ("", False),
    ],
)
def test_a_path_of_work_is_told_by_its_words(path: str, expected: bool) -> None:
    """Our choice of words: jobs, tasks, operations, runs, status and their like."""
    assert is_of_jobs(path) is expected


def test_a_hostile_answer_takes_little_work() -> None:
    """Hostile upstream: huge, wide and deep answers are looked at where states stand, no further."""
    deep: Any = {}
    for _ in range(500):
        deep = {"status": deep, "data": deep, "job": deep}
    assert read_state(deep, is_of_job=True) is None
    wide = {f"n{index}": "a" * 1000 for index in range(100_000)}
    assert read_state({**wide, "status": "queued"}, is_of_job=True) is None
    assert stand({"status": "running", "progress": {f"n{index}": 1 for index in range(100_000)}}) is GOES_ON

"""Whether an answer begins work that goes on, and where that is asked for."""

from typing import Any

import pytest

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.job import Job
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.response.job import Begun, begun, goes_on_at, headers_of, operation_name, pause, result_at

URL = "https://api.example.com/v1/reports"
REQUEST = HttpRequest(method="POST", url=URL, headers=(("Accept", "*/*"), ("Content-Type", "application/json")))


def answered(status: int = 202, value: Any = None, *, of: HttpRequest = REQUEST, at: str = "", **headers: str) -> Begun:
    pairs = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    response = HttpResponse(
        status=status,
        url=at or of.url,
        headers=pairs,
        became_get=bool(at),
        was_led_on=bool(at),
    )
    return begun(of, response, Answer(value=value), frozenset({"key"}))


def url(found: Begun) -> str:
    return found.job.url if found.job is not None else ""


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("/jobs/7", "https://api.example.com/jobs/7"),
        ("jobs/7", "https://api.example.com/v1/jobs/7"),
        ("?job=7", "https://api.example.com/v1/reports?job=7"),
        ("https://API.example.com:443/jobs/7#top", "https://API.example.com:443/jobs/7"),
        ("//api.example.com/jobs/7", "https://api.example.com/jobs/7"),
        ("https://me:pw@api.example.com/jobs/7?key=abc&v=1", "https://api.example.com/jobs/7?v=1"),
        ("http://api.example.com/jobs/7", "https://api.example.com/jobs/7"),
        ("http://api.example.com:8000/jobs/7", ""),
        ("http://other.example.com/jobs/7", ""),
        ("https://api.example.com.evil.example/jobs/7", ""),
        ("ftp://api.example.com/jobs/7", ""),
        ("file:///etc/passwd", ""),
        ("http://[", ""),
        ("/jobs/\u202e7", ""),
        ("/jobs/***", ""),
        ("/" + "a" * 2_001, ""),
        ("", ""),
    ],
)
def test_a_place_is_resolved_and_only_asked_at_its_own_origin(reference: str, expected: str) -> None:
    """RFC 3986 section 5; RFC 6454. An http URL of our very host is what an API behind a TLS proxy says."""
    assert url(answered(Location=reference)) == expected


def test_a_place_at_another_origin_is_said() -> None:
    """Other origins are refused and said; the document may still lead to a tool."""
    found = answered(Location="https://other.example.com/jobs/7")
    assert (found.job, found.elsewhere, found.is_open) == (None, "https://other.example.com/jobs/7", True)


def test_the_plainest_word_counts_first() -> None:
    """A header that is made for it, before Location, Content-Location, a link and the body."""
    told: Any = {"Link": '</d>; rel="monitor", </x>; rel="next"', "Content_Location": "/c", "Location": "/b"}
    body = {"status_url": "/e"}
    assert url(answered(202, body, Operation_Location="/a", **told)).endswith("/a")
    assert url(answered(202, body, **told)).endswith("/b")
    told.pop("Location")
    assert url(answered(202, body, **told)).endswith("/c")
    told.pop("Content_Location")
    assert url(answered(202, body, **told)).endswith("/d")
    assert url(answered(202, body)).endswith("/e")


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {"Operation_Location": "/operations/1"}),
        (201, {"Azure_AsyncOperation": "/operations/1", "Location": "/reports/1"}),
        (201, {"Location": "/operations/1", "Retry_After": "5"}),
    ],
)
def test_other_successes_begin_work_where_headers_say_so_plainly(status: int, headers: Any) -> None:
    """Azure, REST API Guidelines: 200 and 201 with the header of an operation."""
    assert url(answered(status, None, **headers)) == "https://api.example.com/operations/1"


@pytest.mark.parametrize(
    ("status", "value", "headers"),
    [
        (201, {"id": 1, "status": "pending"}, {"Location": "/reports/1"}),
        (200, {"id": 1, "status": "running", "status_url": "/jobs/1"}, {}),
        (200, {}, {"Retry_After": "5"}),
        (201, {}, {"Retry_After": "5"}),
        (303, None, {"Location": "/jobs/1"}),
        (404, None, {"Operation_Location": "/jobs/1"}),
        (204, None, {}),
    ],
)
def test_any_other_answer_is_all_there_is(status: int, value: Any, headers: Any) -> None:
    """201 with Location has made the thing, whatever its status; a refusal begins nothing."""
    found = answered(status, value, **headers)
    assert not found.is_any
    assert found == Begun()


def test_an_answer_that_names_no_place_is_open() -> None:
    """202 without a word: the document may lead on."""
    found = answered(202, {"id": 7})
    assert (found.job, found.elsewhere, found.is_open, found.is_any) == (None, "", True, True)


def test_a_read_that_names_itself_is_made_again_as_it_was() -> None:
    """A GET with 202 whose place is its own URL: the tool is called again, with all its arguments."""
    request = HttpRequest(method="GET", url=URL)
    assert answered(202, None, of=request, Location=URL).is_open
    assert url(answered(202, None, of=request, Location="/jobs/1")).endswith("/jobs/1")


def test_a_write_that_was_led_on_to_202_is_asked_for_there() -> None:
    """303 See Other to a monitor that still says 202."""
    found = answered(202, {"status": "queued"}, at="https://api.example.com/jobs/7")
    assert url(found) == "https://api.example.com/jobs/7"


def test_what_is_known_at_once_is_in_the_job() -> None:
    """The body of a 202 says how far it is (RFC 9110 section 15.3.3)."""
    found = answered(202, {"status": "queued", "progress": 5}, Location="/jobs/7")
    expected = Job(
        url="https://api.example.com/jobs/7", headers={"Accept": "*/*"}, said="queued", done=0.05, is_monitor=True
    )
    assert found.job == expected


@pytest.mark.parametrize(
    ("method", "location", "expected"),
    [
        ("POST", "/reports/3", "https://api.example.com/reports/3"),
        ("POST", "/operations/1", ""),
        ("POST", "https://other.example.com/", ""),
        ("POST", "", ""),
        ("PUT", "", URL),
        ("PATCH", "", URL),
        ("DELETE", "", ""),
    ],
)
def test_beside_a_monitor_the_result_is_at_the_location_or_where_it_was_put(
    method: str, location: str, expected: str
) -> None:
    """Azure Resource Manager, Asynchronous operations."""
    request = HttpRequest(method=method, url=f"{URL}?key=abc")
    headers: Any = {"Location": location} if location else {}
    found = answered(202, None, of=request, Azure_AsyncOperation="/operations/1", **headers)
    assert found.job is not None
    assert found.job.result_url == expected


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"name": "operations/7", "done": False}, "operations/7"),
        ({"name": "projects/p/operations/7", "metadata": {}}, "projects/p/operations/7"),
        ({"name": "operations/7", "done": True}, None),
        ({"name": "operations/7"}, None),
        ({"name": "operations", "done": False}, None),
        ({"name": 7, "done": False}, None),
        ({"name": f"operations/{'a' * 2_000}", "done": False}, None),
        ({"title": "Milk", "done": False}, None),
        ([], None),
    ],
)
def test_a_long_running_operation_is_told_by_its_name(value: Any, name: str | None) -> None:
    """google.longrunning.Operation, AIP-151."""
    assert operation_name(value) == name


def test_a_monitor_may_move() -> None:
    """Azure: the newest header counts; what is at another origin does not."""
    job = Job(url="https://api.example.com/jobs/1")

    def at(status: int, **headers: str) -> str:
        pairs = tuple((name.replace("_", "-"), text) for name, text in headers.items())
        return goes_on_at(HttpResponse(status=status, url=job.url, headers=pairs), job)

    assert at(202, Location="2") == "https://api.example.com/jobs/2"
    assert at(200, Operation_Location="2") == "https://api.example.com/jobs/2"
    assert at(200, Location="/reports/3") == job.url
    assert at(202, Location="https://other.example.com/") == job.url


def test_the_place_of_a_result_is_what_the_body_or_201_says() -> None:
    """As for the place of work: at its own origin, or said."""
    response = HttpResponse(status=200, url="https://api.example.com/jobs/1", headers=(("Location", "/reports/3"),))
    assert result_at(response, "/reports/4") == ("https://api.example.com/reports/4", "")
    assert result_at(response, "") == ("", "")
    assert result_at(response, "https://s3.example.com/a?sig=b") == ("", "https://s3.example.com/a?sig=b")
    made = HttpResponse(status=201, url=response.url, headers=response.headers)
    assert result_at(made, "") == ("https://api.example.com/reports/3", "")


@pytest.mark.parametrize(
    ("asked", "told", "seconds"),
    [(0, None, 1.0), (1, None, 1.5), (2, None, 2.25), (50, None, 30.0), (3, 7.0, 7.0), (3, 0.0, 0.5), (3, 1e9, 3600.0)],
)
def test_pauses_are_as_told_else_they_grow(asked: int, told: float | None, seconds: float) -> None:
    """Retry-After, else from 1 s to 30 s; within bounds that do neither side harm."""
    assert pause(asked, told) == seconds


def test_headers_of_the_call_and_its_body_stay_behind() -> None:
    """A question has no body, no condition, and no key that makes it unique."""
    headers = (
        ("Accept", "*/*"),
        ("X-Tenant", "a"),
        ("content-type", "a/b"),
        ("If-Match", "x"),
        ("Prefer", "respond-async"),
    )
    assert headers_of((*headers, ("Idempotency-Key", "k"))) == {"Accept": "*/*", "X-Tenant": "a"}

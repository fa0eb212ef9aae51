"""Work that an API goes on with, asked for over HTTP until it ends: as Azure, Google, GitHub and others do it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.jobs import JobsApi, jobs_api, said
from support.make import ALL_METHODS, Json, document, json_body, parameter

from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.call import Call, Caller, Failure, FailureKind, Result, Text
from openapi_mcp.model.job import Job
from openapi_mcp.model.policy import Limits, Selection
from openapi_mcp.model.secret import Credential, Place, Secret

pytestmark = pytest.mark.anyio

SECRET = "t0p/s3cr3t+Key=="
BEARER = Credential(place=Place.HEADER, name="Authorization", value=Secret(SECRET), prefix="Bearer ")
JOB_ID = [parameter("job_id", "path")]
JOB: Json = {"type": "object", "properties": {"job_id": {"type": "string"}, "status": {"type": "string"}}}
PATHS: Json = {
    "/reports": {
        "post": {
            "operationId": "make_report",
            "parameters": [parameter("X-Tenant", "header"), parameter("Idempotency-Key", "header")],
            "requestBody": {"content": json_body({"type": "object", "properties": {"name": {"type": "string"}}})},
            "responses": {"202": {"description": "Taken.", "content": json_body(JOB)}},
        },
        "get": {"operationId": "reports"},
    },
    "/reports/{id}": {
        "get": {"operationId": "report", "parameters": [parameter("id", "path")]},
        "put": {"operationId": "set_report", "parameters": [parameter("id", "path")]},
        "delete": {"operationId": "drop_report", "parameters": [parameter("id", "path")]},
    },
    "/stats": {"get": {"operationId": "stats", "parameters": [parameter("year")]}},
}
WITH_JOBS: Json = {
    **PATHS,
    "/jobs/{job_id}": {"get": {"operationId": "get_job", "parameters": JOB_ID}},
    "/jobs/{job_id}/log": {"get": {"operationId": "job_log", "parameters": JOB_ID}},
    "/jobs/{job_id}/cancel": {"post": {"operationId": "cancel_job", "parameters": JOB_ID}},
}


@pytest.fixture
def api() -> Iterator[JobsApi]:
    with jobs_api() as running:
        yield running


def executor(api: JobsApi, paths: Json = PATHS, selection: Selection = ALL_METHODS, **options: Any) -> Executor:
    root = {name: options.pop(name) for name in ("components",) if name in options}
    made = document(paths, **root)
    once: Json = {"limits": Limits(retries=0), "base_url": api.url}
    return Executor(made, generate(made, selection), **{**once, **options})


def make(tool: str = "make_report", **arguments: Any) -> Call:
    return Call(tool=tool, arguments=arguments)


async def ended(running: Executor, call: Call, most: int = 20, learn: Any = None) -> tuple[Result, list[Job]]:
    """Return what a call has come to, and its job as it was at each step; nobody waits here."""
    jobs: list[Job] = []
    result = await running.call(call, learn)
    while result.job is not None:
        assert len(jobs) < most
        jobs.append(result.job)
        result = await running.follow(call, result.job)
    return result, jobs


def value(result: Result) -> Any:
    assert result.failure is None, result.failure
    return {name: each for name, each in (result.structured or {}).items() if name != "_note"}


def note(result: Result) -> Any:
    return (result.structured or {}).get("_note", {})


def failure(result: Result) -> Failure:
    assert result.failure is not None
    return result.failure


RUNNING = said(200, {"status": "Running", "percentComplete": 40}, Retry_After="2")


async def test_a_location_is_asked_until_the_work_has_ended(api: JobsApi) -> None:
    """RFC 9110 section 15.3.3, RFC 7240 section 4.1: the answer points to a status monitor."""
    api.on("POST /reports", said(202, {"taken": True}, Location="/jobs/7", Retry_After="3"))
    api.on("GET /jobs/7", RUNNING, said(200, {"status": "succeeded", "rows": 3}))
    async with executor(api) as running:
        first = await running.call(make())
        assert value(first) == {"taken": True}
        assert note(first)["status"] == 202
        result, jobs = await ended(running, make())
    assert [(job.url, job.wait, job.said, job.done) for job in jobs] == [
        (f"{api.url}/jobs/7", 3.0, "", None),
        (f"{api.url}/jobs/7", 2.0, "Running", 0.4),
    ]
    assert value(result) == {"status": "succeeded", "rows": 3}


async def test_a_result_while_work_goes_on_says_how_far_it_is(api: JobsApi) -> None:
    """Our choice: a follow-up says no more than is known."""
    api.on("GET /jobs/7", RUNNING)
    async with executor(api) as running:
        result = await running.follow(make(), Job(url=f"{api.url}/jobs/7", is_monitor=True))
    assert result.structured == {"said": "Running", "done": 0.4}
    (block,) = result.content
    assert isinstance(block, Text)
    assert json.loads(block.text) == result.structured


async def test_the_result_of_an_operation_location_is_fetched_from_where_its_end_says(api: JobsApi) -> None:
    """Azure, REST API Guidelines, Long-running operations: resourceLocation names the result."""
    api.on("POST /reports", said(202, None, Operation_Location="/operations/7?api-version=1"))
    over = said(200, {"status": "Succeeded", "resourceLocation": "/reports/3"})
    api.on("GET /operations/7?api-version=1", said(200, {"status": "NotStarted"}), over)
    api.on("GET /reports/3", said(200, {"id": 3, "status": "new"}))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    assert value(result) == {"id": 3, "status": "new"}
    assert api.targets[-1] == "GET /reports/3"


async def test_what_was_put_is_read_where_its_operation_has_succeeded(api: JobsApi) -> None:
    """Azure Resource Manager: after PUT with Azure-AsyncOperation the resource itself is the result."""
    api.on("PUT /reports/3", said(201, {"id": 3}, Azure_AsyncOperation=f"{api.url}/operations/7"))
    api.on("GET /operations/7", said(200, {"status": "InProgress"}), said(200, {"status": "Succeeded"}))
    api.on("GET /reports/3", said(200, {"id": 3, "provisioningState": "Succeeded"}))
    async with executor(api) as running:
        result, _ = await ended(running, make(tool="set_report", id="3"))
    assert value(result)["provisioningState"] == "Succeeded"


async def test_a_location_beside_an_operation_is_where_its_result_is(api: JobsApi) -> None:
    """Azure Resource Manager: POST with both headers."""
    api.on("POST /reports", said(202, None, Azure_AsyncOperation="/operations/7", Location="/reports/9"))
    api.on("GET /operations/7", said(200, {"status": "Succeeded"}))
    api.on("GET /reports/9", said(200, {"id": 9}))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    assert value(result) == {"id": 9}


async def test_a_monitor_that_leads_on_with_303_ends_with_what_stands_there(api: JobsApi) -> None:
    """JSON:API, Asynchronous Processing: 303 See Other; a status of the thing itself is none of the work."""
    api.on("POST /reports", said(202, {"data": {"id": "5"}}, Content_Location="/queue-jobs/5"))
    api.on(
        "GET /queue-jobs/5",
        said(200, {"data": {"attributes": {"status": "Pending"}}}),
        said(303, Location="/reports/4"),
    )
    api.on("GET /reports/4", said(200, {"id": 4, "status": "pending"}))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    assert value(result) == {"id": 4, "status": "pending"}
    assert jobs[-1].said == "Pending"


async def test_202_of_a_monitor_goes_on_and_201_names_the_result(api: JobsApi) -> None:
    """RFC 9110, sections 15.3.2 and 15.3.3."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    moved = said(202, None, Location="/jobs/2")
    api.on("GET /jobs/1", moved)
    api.on("GET /jobs/2", said(201, {"made": True}, Location="/reports/8"))
    api.on("GET /reports/8", said(200, {"id": 8}))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    assert [job.url.removeprefix(api.url) for job in jobs] == ["/jobs/1", "/jobs/2"]
    assert value(result) == {"id": 8}


async def test_204_is_an_end_without_an_answer(api: JobsApi) -> None:
    """RFC 9110 section 15.3.5."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(204))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    assert note(result)["status"] == 204


async def test_a_word_that_nobody_knows_is_no_end_where_the_work_began_with_it(api: JobsApi) -> None:
    """Our choice: what an API says of work that it has just begun says that it goes on; so does a part that is done."""
    api.on("POST /reports", said(202, {"status": "Wird bearbeitet"}, Location="/jobs/1"))
    halfway = said(200, {"status": "Fast", "percent": 80})
    api.on("GET /jobs/1", said(200, {"status": "Wird bearbeitet"}), halfway, said(200, {"status": "Fertig", "n": 1}))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    assert value(result) == {"status": "Fertig", "n": 1}
    assert [job.said for job in jobs] == ["Wird bearbeitet", "Wird bearbeitet", "Fast"]


async def test_a_read_that_answers_202_for_ever_is_told_as_that(api: JobsApi) -> None:
    """Our choice: one that says neither when to ask again nor how far it is has a minute."""
    api.on("GET /stats?year=2026", said(202, {"n": 0}))
    async with executor(api) as running:
        result, jobs = await ended(running, make(tool="stats", year="2026"))
    assert (result.failure, result.job) == (None, None)
    assert note(result) == {"status": 202, "job": "the API still answers 202: call again later"}
    assert len(jobs) == 8


async def test_a_read_that_answers_202_is_made_again_until_it_does_not(api: JobsApi) -> None:
    """GitHub, repository statistics: 202 while they are compiled; a body's own status is the result's."""
    api.on("GET /stats?year=2026", said(202, {}), said(202, {}), said(200, {"state": "pending", "n": 1}))
    async with executor(api) as running:
        result, jobs = await ended(running, make(tool="stats", year="2026"))
    assert value(result) == {"state": "pending", "n": 1}
    assert {(job.tool, job.url) for job in jobs} == {("stats", "")}
    assert [job.wait for job in jobs] == [1.0, 1.5]


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"id": "a", "status_url": "/jobs/a"}, "/jobs/a"),
        ({"id": "b", "_links": {"self": {"href": "/jobs/b"}}}, "/jobs/b"),
        ({"job": {"statusUrl": "jobs/c"}}, "/jobs/c"),
        ({"urls": {"get": "/predictions/d", "cancel": "/predictions/d/cancel"}}, "/predictions/d"),
        ({"data": {"links": {"self": "/jobs/e"}}}, "/jobs/e"),
    ],
)
async def test_a_body_may_say_where_to_ask(api: JobsApi, body: Json, target: str) -> None:
    """Replicate, fal, HAL and JSON:API: a URL of the status stands in the body."""
    api.on("POST /reports", said(202, body))
    api.on(f"GET {target}", said(200, {"status": "completed"}))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    assert value(result) == {"status": "completed"}


@pytest.mark.parametrize(
    "parameters",
    [
        {"job_id": "$response.body#/job/0/id"},
        {"path.job_id": "{$response.body#/job/0/id}"},
        {"job_id": "$response.header.X-Job"},
        {"job_id": "$request.header.X-Tenant"},
    ],
)
async def test_a_link_of_the_document_leads_to_the_tool_that_tells(api: JobsApi, parameters: Json) -> None:
    """OAS 3.1.1, 4.8.20: runtime expressions say what its arguments are."""
    link = {"operationId": "get_job", "parameters": parameters}
    post = {**PATHS["/reports"]["post"], "responses": {"202": {"description": "Taken.", "links": {"status": link}}}}
    paths = {**WITH_JOBS, "/reports": {"post": post}}
    api.on("POST /reports", said(202, {"job": [{"id": 7}]}, X_Job="7"))
    api.on("GET /jobs/7", said(200, {"state": "QUEUED"}), said(200, {"state": "SUCCESS", "rows": 3}))
    async with executor(api, paths) as running:
        result, jobs = await ended(running, Call(tool="make_report", arguments={"X-Tenant": "7"}))
    assert value(result) == {"state": "SUCCESS", "rows": 3}
    assert {(job.tool, tuple((job.arguments or {}).items())) for job in jobs} == {("get_job", (("job_id", "7"),))}


async def test_a_job_id_leads_to_the_one_tool_that_needs_it(api: JobsApi) -> None:
    """Needs and yields: GET /jobs/{job_id} reads the thing; its log is below it."""
    made = document(WITH_JOBS)
    tools = generate(made, ALL_METHODS)

    async def learn() -> Any:
        return find_capabilities(tools.tools, made.schemas)

    api.on("POST /reports", said(202, {"job_id": "j1", "status": "queued"}))
    api.on("GET /jobs/j1", said(200, {"status": "running"}), said(200, {"status": "done"}))
    async with executor(api, WITH_JOBS) as running:
        result, jobs = await ended(running, make(), learn=learn)
    assert value(result) == {"status": "done"}
    assert jobs[0].tool == "get_job"
    assert jobs[0].said == "queued"


async def test_a_job_id_that_no_tool_needs_is_the_answer(api: JobsApi) -> None:
    """Derive, never invent: an operation that is no tool is not called."""

    async def learn() -> Any:
        return {}

    api.on("POST /reports", said(202, {"job_id": "j1", "status": "queued"}))
    async with executor(api, WITH_JOBS, Selection(methods=frozenset({"POST"}))) as running:
        result = await running.call(make(), learn)
    assert result.job is None
    assert value(result) == {"job_id": "j1", "status": "queued"}


async def test_a_long_running_operation_is_read_by_its_name(api: JobsApi) -> None:
    """Google AIP-151: 200 with an Operation that is not done."""
    path = "/v1/projects/{project}/operations/{operation}"
    parameters = [parameter("project", "path"), parameter("operation", "path")]
    paths = {**PATHS, path: {"get": {"operationId": "operations_get", "parameters": parameters}}}
    name = "projects/p/operations/o 7"
    over = {"name": name, "done": True, "response": {"id": 3}}
    api.on("POST /reports", said(200, {"name": name, "metadata": {}}))
    api.on(
        "GET /v1/projects/p/operations/o%207",
        said(200, {"name": name, "metadata": {"progressPercent": 50}}),
        said(200, over),
    )
    async with executor(api, paths) as running:
        result, jobs = await ended(running, make())
    assert value(result) == over
    assert [job.done for job in jobs] == [None, 0.5]


@pytest.mark.parametrize(
    ("end", "kind", "words"),
    [
        (
            {"status": "Failed", "error": {"code": "X", "message": "no disk"}},
            FailureKind.UPSTREAM_ERROR,
            "'Failed': no disk",
        ),
        ({"status": "error", "errors": [{"detail": "bad row"}]}, FailureKind.UPSTREAM_ERROR, "bad row"),
        ({"job": {"state": "aborted", "failureReason": "by hand"}}, FailureKind.UPSTREAM_ERROR, "by hand"),
        ({"done": True, "error": {"code": 5, "message": "gone"}}, FailureKind.UPSTREAM_ERROR, "gone"),
        ({"data": {"status": "Process failed, see errors"}}, FailureKind.UPSTREAM_ERROR, "Process failed"),
        ({"status": "Canceled"}, FailureKind.CANCELLED, "Canceled"),
    ],
)
async def test_work_that_fails_is_a_failure_in_the_apis_words(
    api: JobsApi, end: Json, kind: FailureKind, words: str
) -> None:
    """Brief: errors of a failed job become a Failure that says what the API said."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(200, end))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    found = failure(result)
    assert (found.kind, found.retryable, found.body) == (kind, False, end)
    assert words in found.message


async def test_a_thing_of_its_own_status_ends_what_only_made_it(api: JobsApi) -> None:
    """A Location that is the resource itself: 404 until it is there, and an order that is new is one."""
    api.on("POST /reports", said(202, None, Location="/reports/4"))
    api.on("GET /reports/4", said(404), said(200, {"id": 4, "status": "new"}))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    assert value(result) == {"id": 4, "status": "new"}
    assert len(jobs) == 2


async def test_what_never_comes_is_not_asked_for_without_end(api: JobsApi) -> None:
    """Bounded work: five questions about what the API has never told of."""
    api.on("POST /reports", said(202, None, Location="/reports/4"))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    found = failure(result)
    assert (found.kind, found.is_unknown, found.retryable) == (FailureKind.NOT_FOUND, True, False)
    assert len(jobs) == 5
    assert "read the present state" in found.hint


@pytest.mark.parametrize("status", [404, 410])
async def test_work_that_the_api_forgets_has_an_unknown_end(api: JobsApi, status: int) -> None:
    """A monitor that is removed at the end does not say how that was."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", RUNNING, said(status))
    async with executor(api) as running:
        found = failure((await ended(running, make()))[0])
    assert found.is_unknown
    assert "not known" in found.message


async def test_work_that_the_api_forgets_has_its_result_where_that_was_named(api: JobsApi) -> None:
    """The result says more than the monitor that is gone."""
    api.on("POST /reports", said(202, None, Operation_Location="/jobs/1", Location="/reports/4"))
    api.on("GET /jobs/1", RUNNING, said(404))
    api.on("GET /reports/4", said(200, {"id": 4}))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    assert value(result) == {"id": 4}


async def test_a_question_without_an_answer_is_put_again(api: JobsApi) -> None:
    """503 with Retry-After is no end of the work."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(503, None, Retry_After="7"), RUNNING, said(200, {"status": "ok"}))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    assert value(result) == {"status": "ok"}
    assert [(job.missed, job.wait) for job in jobs] == [(0, 1.0), (1, 7.0), (0, 2.0)]


async def test_questions_without_an_answer_end(api: JobsApi) -> None:
    """Bounded work: ten in a row, then nobody asks any more, and the call is not to be made again blindly."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(500, {"detail": "oops"}))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    found = failure(result)
    assert (found.kind, found.is_unknown, found.retryable, len(jobs)) == (FailureKind.UPSTREAM_ERROR, True, False, 11)


async def test_a_refused_question_ends_at_once(api: JobsApi) -> None:
    """403: who may not ask will not be let in by asking again."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(403))
    async with executor(api) as running:
        result, jobs = await ended(running, make())
    assert (failure(result).kind, len(jobs)) == (FailureKind.FORBIDDEN, 1)


async def test_questions_go_with_the_credentials_and_headers_of_the_call(api: JobsApi) -> None:
    """Same credential rules as for calls; what is about the body, or makes the call unique, stays behind."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(200, {"status": "ok"}))
    headers = {"X-Tenant": "acme", "Idempotency-Key": "0123456789abcdef"}
    async with executor(api, credentials=[BEARER]) as running:
        _, jobs = await ended(running, Call(tool="make_report", arguments={"name": "n", **headers}))
    asked = api.seen[-1]
    assert (asked.method, asked.body) == ("GET", b"")
    assert asked.values("Authorization") == [f"Bearer {SECRET}"]
    assert asked.values("X-Tenant") == ["acme"]
    assert asked.values("Idempotency-Key") == asked.values("Content-Type") == []
    assert SECRET not in repr(jobs)


async def test_another_origin_is_not_asked_and_that_is_said(api: JobsApi) -> None:
    """Same origin rules as for calls; a query of the URL may hold a key."""
    api.on("POST /reports", said(202, {"id": 1}, Location="http://127.0.0.2:9/jobs/1?sig=abc"))
    async with executor(api, credentials=[BEARER]) as running:
        result = await running.call(make())
    assert result.job is None
    assert note(result)["job"].endswith("another origin, which is not asked: http://127.0.0.2:9/jobs/1?sig=***")
    assert api.targets == ["POST /reports"]


async def test_a_result_at_another_origin_is_not_fetched_and_that_is_said(api: JobsApi) -> None:
    """As above; what the API said of the end is the result."""
    api.on("POST /reports", said(202, None, Operation_Location="/jobs/1"))
    api.on("GET /jobs/1", said(200, {"status": "succeeded", "resultUrl": "https://files.example.com/1.csv"}))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    assert value(result)["resultUrl"] == "https://files.example.com/1.csv"
    assert "files.example.com" in note(result)["job"]


async def test_a_monitor_that_leads_on_to_another_origin_has_ended(api: JobsApi) -> None:
    """Files are often given away by a store: the write is done, and is not to be made again."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(303, None, Location="https://files.example.com/1.csv?sig=abc"))
    async with executor(api) as running:
        result, _ = await ended(running, make())
    told = "the work has ended; its result is at another origin, which is not asked: https://files.example.com/1.csv?sig=***"
    assert (value(result), note(result)) == ({}, {"status": 303, "job": told})


async def test_a_result_that_cannot_be_read_is_no_reason_to_call_again(api: JobsApi) -> None:
    """The work has ended well; who is told that its end is unknown might have it done twice."""
    api.on("POST /reports", said(202, None, Operation_Location="/jobs/1", Location="/reports/4"))
    api.on("GET /jobs/1", said(200, {"status": "Succeeded"}))
    async with executor(api) as running:
        found = failure((await ended(running, make()))[0])
    assert found.message.startswith("the API's work has ended well, but its result cannot be read")
    assert (found.kind, found.retryable, found.is_unknown) == (FailureKind.NOT_FOUND, False, False)


@pytest.mark.parametrize("status", [404, 410])
async def test_what_was_deleted_is_gone_when_it_is_no_longer_there(api: JobsApi, status: int) -> None:
    """DELETE with 202 and the thing's own Location: that it is not found is what was asked for."""
    api.on("DELETE /reports/4", said(202, None, Location="/reports/4"))
    api.on("GET /reports/4", said(200, {"id": 4, "status": "deleting"}), said(status))
    async with executor(api) as running:
        result, _ = await ended(running, make("drop_report", id="4"))
    assert (value(result), note(result)) == ({}, {"status": status, "job": "it is there no longer"})


async def test_a_connection_that_is_lost_is_no_end_of_the_work(api: JobsApi) -> None:
    """Nobody answers for a moment: asked again, and in the end that is said."""
    async with executor(api, base_url="http://127.0.0.1:9") as running:
        result = await running.follow(make(), Job(url="http://127.0.0.1:9/jobs/1"))
        assert (result.job and result.job.missed) == 1
        found = failure(await running.follow(make(), Job(url="http://127.0.0.1:9/jobs/1", missed=10)))
    assert (found.kind, found.is_unknown) == (FailureKind.UNREACHABLE, True)


async def test_an_id_of_its_own_leads_to_what_needs_and_yields_know(api: JobsApi) -> None:
    """POST /reports yields a report by its id, which GET /reports/{id} needs."""
    report = json_body({"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}})
    post = {"operationId": "make_report", "responses": {"202": {"description": "Taken.", "content": report}}}
    get = {"operationId": "report", "parameters": [parameter("id", "path")]}
    paths = {"/reports": {"post": post}, "/reports/{id}": {"get": get}}
    made = document(paths)

    async def learn() -> Any:
        return find_capabilities(generate(made, ALL_METHODS).tools, made.schemas)

    api.on("POST /reports", said(202, {"id": "r1"}))
    api.on("GET /reports/r1", said(404), said(200, {"id": "r1", "name": "n"}))
    async with executor(api, paths) as running:
        result, jobs = await ended(running, make(), learn=learn)
        assert (await running.call(make())).job is None  # nobody knows what it needs
    assert value(result) == {"id": "r1", "name": "n"}
    assert jobs[0].tool == "report"


async def test_a_link_may_name_its_operation_by_reference(api: JobsApi) -> None:
    """OAS 3.1.1, 4.8.20: operationRef into this document."""
    link = {"operationRef": "#/paths/~1jobs~1{job_id}/get", "parameters": {"job_id": "$response.body#/n"}}
    post = {"operationId": "make_report", "responses": {"202": {"description": "Taken.", "links": {"status": link}}}}
    api.on("POST /reports", said(202, {"n": 7}))
    async with executor(api, {**WITH_JOBS, "/reports": {"post": post}}) as running:
        result = await running.call(make())
    assert (result.job and result.job.tool) == "get_job"


async def test_a_caller_asks_only_what_it_may_call(api: JobsApi) -> None:
    """Its scopes hold for what leads to the work, as for its own calls."""
    scheme = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://id.example.com/", "scopes": {}}}}
    get = {"operationId": "get_job", "parameters": JOB_ID, "security": [{"oauth": ["jobs"]}]}
    paths = {**PATHS, "/jobs/{job_id}": {"get": get}}
    api.on("POST /reports", said(202, {"job_id": "j1"}))
    options: Json = {"components": {"securitySchemes": {"oauth": scheme}}, "credentials": [BEARER]}
    async with executor(api, paths, **options) as running:
        for scopes, tool in ((frozenset({"jobs"}), "get_job"), (frozenset[str](), None)):
            call = Call(tool="make_report", caller=Caller(scopes=scopes))
            job = (await running.call(call)).job
            assert (job and job.tool) == tool
        refused = await running.follow(call, Job(tool="get_job", arguments={"job_id": "j1"}))
        assert failure(refused).kind is FailureKind.UNKNOWN_TOOL


async def test_a_selection_that_was_repaired_is_left_out_of_the_result(api: JobsApi) -> None:
    """The call was made without it; all of the result is shown."""
    api.on("GET /jobs/1", said(200, {"status": "ok"}))
    async with executor(api, selection=Selection(methods=ALL_METHODS.methods, select=True)) as running:
        result = await running.follow(make(_select="rows["), Job(url=f"{api.url}/jobs/1"))
    assert value(result) == {"status": "ok"}


async def test_a_large_result_is_read_whole(api: JobsApi) -> None:
    """In a thread, so that other calls go on."""
    api.on("GET /jobs/1", said(200, {"rows": ["a" * 100] * 10_000}))
    async with executor(api, limits=Limits(retries=0, max_response=0)) as running:
        result = await running.follow(make(), Job(url=f"{api.url}/jobs/1"))
    assert len(value(result)["rows"]) == 10_000


async def test_without_a_usable_server_nothing_is_asked() -> None:
    """Another document has come, which names none."""
    made = document(PATHS, servers=[{"url": "/relative"}])
    async with Executor(made, generate(made, ALL_METHODS)) as running:
        assert failure(await running.follow(make(), Job(url="https://api.example.com/1"))).kind is FailureKind.REFUSED


async def test_a_job_of_another_origin_is_refused_whoever_brings_it(api: JobsApi) -> None:
    """What was kept may be of a document that has changed since: credentials go nowhere else."""
    async with executor(api, credentials=[BEARER]) as running:
        found = failure(await running.follow(make(), Job(url="http://127.0.0.2:9/jobs/1")))
        assert found.kind is FailureKind.REFUSED
        assert api.seen == []
        api.on("GET /jobs/1", said(200, {"status": "done"}))
        job = Job(url=f"{api.url}/jobs/1", result_url="http://127.0.0.2:9/reports/1")
        assert failure(await running.follow(make(), job)).kind is FailureKind.REFUSED


async def test_a_secret_that_a_monitor_repeats_is_masked(api: JobsApi) -> None:
    """Everything that is shown is free of secrets."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(200, {"status": f"running {SECRET}"}), said(200, {"status": "failed", "error": SECRET}))
    async with executor(api, credentials=[BEARER]) as running:
        result, jobs = await ended(running, make())
    assert jobs[-1].said == "running ***"
    assert SECRET not in json.dumps(failure(result).as_json())


async def test_an_api_key_in_the_url_of_a_monitor_is_not_kept(api: JobsApi) -> None:
    """A key that the API repeats in a URL is set anew with each question."""
    key = Credential(place=Place.QUERY, name="key", value=Secret(SECRET))
    api.on(
        "POST /reports?key=t0p%2Fs3cr3t%2BKey%3D%3D",
        said(202, None, Location="/jobs/1?key=t0p%2Fs3cr3t%2BKey%3D%3D&v=2"),
    )
    async with executor(api, credentials=[key]) as running:
        result = await running.call(make())
        assert result.job is not None
        assert result.job.url == f"{api.url}/jobs/1?v=2"
        await running.follow(make(), result.job)
    assert api.targets[-1].startswith("GET /jobs/1?v=2&key=t0p")


async def test_the_trace_of_the_end_is_that_of_the_call(api: JobsApi) -> None:
    """A question is no record of its own: the call's one says its request."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(200, {"status": "ok"}))
    async with executor(api, credentials=[BEARER]) as running:
        result, _ = await ended(running, make(name="n"))
    assert result.trace is not None
    assert result.trace.request is not None
    request = result.trace.request()
    assert (request.method, request.url, result.trace.status) == ("POST", f"{api.url}/reports", 200)
    assert ("Authorization", "Bearer ***") in request.headers


async def test_the_end_of_a_write_drops_what_was_kept_meanwhile(api: JobsApi, tmp_path: Path) -> None:
    """What was read while the work went on is of before its end."""
    cache = Cache(path=tmp_path / "answers.db", now=time.time, say=pytest.fail)
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", RUNNING, said(200, {"status": "ok"}))
    api.on("GET /reports", said(200, {"n": 1}, Cache_Control="max-age=60"), said(200, {"n": 2}))
    async with executor(api, cache=cache) as running:
        first = await running.call(make())
        assert first.job is not None
        assert value(await running.call(make(tool="reports"))) == {"n": 1}
        assert value(await running.call(make(tool="reports"))) == {"n": 1}
        going = await running.follow(make(), first.job)
        assert going.job is not None
        await running.follow(make(), going.job)
        assert value(await running.call(make(tool="reports"))) == {"n": 2}


async def test_the_result_is_selected_from_as_an_answer_is(api: JobsApi) -> None:
    """Its final answer is the call's result: `select` is meant for that."""
    api.on("POST /reports", said(202, None, Location="/jobs/1"))
    api.on("GET /jobs/1", said(200, {"status": "ok", "rows": [1, 2]}))
    selection = Selection(methods=ALL_METHODS.methods, select=True)
    async with executor(api, selection=selection) as running:
        result, _ = await ended(running, make(_select="rows"))
    assert result.structured == {"result": [1, 2]}


async def test_a_tool_that_is_gone_ends_its_work_for_us(api: JobsApi) -> None:
    """Another document has come: neither the call nor who tells of it may be known."""
    async with executor(api) as running:
        assert failure(await running.follow(make(tool="no"), Job(url=api.url))).kind is FailureKind.UNKNOWN_TOOL
        assert failure(await running.follow(make(), Job(tool="no"))).kind is FailureKind.UNKNOWN_TOOL
        assert failure(await running.follow(make(), Job(tool="make_report"))).kind is FailureKind.UNKNOWN_TOOL
        assert (
            failure(await running.follow(make(), Job(tool="report", arguments={}))).kind
            is FailureKind.INVALID_ARGUMENTS
        )


@pytest.mark.parametrize("job", [Job(tool="get_job", arguments={"job_id": "a b"}), Job(url="/jobs/a%20b")])
async def test_work_is_ended_by_the_tool_that_is_made_for_that(api: JobsApi, job: Job) -> None:
    """POST /jobs/{job_id}/cancel; DELETE may delete what was made."""
    job = Job(url=api.url + job.url) if job.url else job
    async with executor(api, WITH_JOBS) as running:
        ending = running.ending(make(), job)
    assert ending == Call(tool="cancel_job", arguments={"job_id": "a b"})


async def test_work_that_no_tool_ends_is_not_ended(api: JobsApi) -> None:
    """The operator allows no such operation, or there is none, or the job is elsewhere."""
    async with executor(api, WITH_JOBS) as running:
        assert running.ending(make(), Job(url=f"{api.url}/other/7")) is None
        assert running.ending(make(), Job(url="http://127.0.0.2:9/jobs/7")) is None
        assert running.ending(make(tool="no"), Job(url=f"{api.url}/jobs/7")) is None
    async with executor(api, WITH_JOBS, Selection()) as running:
        assert running.ending(make(tool="stats"), Job(url=f"{api.url}/jobs/7")) is None

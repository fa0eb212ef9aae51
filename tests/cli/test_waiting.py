"""`openapi-mcp call` on an answer 202: its end is waited for, with a line of how far it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import Command
from support.jobs import JobsApi, jobs_api, said

from openapi_mcp.cli.waiting import Wait
from openapi_mcp.model.call import Call, FailureKind, Result
from openapi_mcp.model.job import Job

PATHS = {"/reports": {"post": {"operationId": "start", "responses": {"202": {"description": "Taken."}}}}}
TAKEN = said(202, {"taken": True}, Location="/jobs/7", Retry_After="0")


@pytest.fixture
def api() -> Iterator[JobsApi]:
    with jobs_api() as running:
        document: Any = {"openapi": "3.1.0", "info": {"title": "J", "version": "1"}, "paths": PATHS}
        running.on("GET /openapi.json", said(200, {**document, "servers": [{"url": running.url}]}))
        running.on("POST /reports", TAKEN)
        yield running


def options(api: JobsApi) -> tuple[str, ...]:
    return ("call", "--spec", f"{api.url}/openapi.json", "--methods", "post", "start")


def test_the_end_of_the_work_is_the_answer(command: Command, api: JobsApi) -> None:
    """Issue 9, Background calls: its final answer is the call's result; how far it is goes to stderr."""
    going = said(200, {"status": "running", "progress": 40}, Retry_After="0")
    api.on("GET /jobs/7", going, going, said(200, {"status": "done", "rows": 3}))
    result = command(*options(api))
    assert (result.status, result.json) == (0, {"status": "done", "rows": 3})
    assert result.err.splitlines() == [
        f"the API goes on with its work: {api.url}/jobs/7 (--wait bounds how long that is waited for)",
        "running, 40 %",
    ]


def test_work_that_fails_ends_the_command_as_a_failed_call(command: Command, api: JobsApi) -> None:
    """style.md, Errors: 6, the call failed upstream."""
    api.on("GET /jobs/7", said(200, {"status": "failed", "error": {"message": "no disk"}}))
    result = command(*options(api), "--quiet")
    assert result.status == 6
    assert "its work ended as 'failed': no disk" in result.err
    assert "goes on" not in result.err


def test_without_waiting_the_answer_is_shown_as_it_is(command: Command, api: JobsApi) -> None:
    """--no-wait: as an answer 202 has always been shown."""
    result = command(*options(api), "--no-wait")
    assert (result.status, result.err) == (0, "")
    assert result.json["taken"] is True
    assert result.json["_note"]["status"] == 202
    assert api.targets == ["GET /openapi.json", "POST /reports"]


def test_the_record_of_a_call_has_its_end(command: Command, api: JobsApi, tmp_path: Path) -> None:
    """One record a call: its own request, and what it has come to."""
    api.on("GET /jobs/7", said(200, {"status": "done", "rows": 3}))
    records = ("--records", str(tmp_path / "records.db"))
    command(*options(api), *records)
    (record,) = command("history", "--json", *records).json["calls"]
    shown = command("history", record["id"], "--json", *records).json
    assert (shown["tool"], shown["status"], shown["kind"]) == ("start", 200, None)
    assert shown["result"] == '{"status":"done","rows":3}'
    assert "/reports" in shown["curl"]


def test_the_wait_has_an_end_that_names_the_work(command: Command, api: JobsApi) -> None:
    """Nothing bounded it but the API; what is left can be found again."""
    api.on("GET /jobs/7", said(200, {"status": "running"}, Retry_After="0"))
    result = command(*options(api), "--wait", "0.7")
    assert result.status == 6
    assert f"has not ended its work after 0.7 s: {api.url}/jobs/7" in result.err


class _Going:
    """Work that goes on without end, a percent further with each question; each sleep takes as long as it says."""

    def __init__(self) -> None:
        self.time = 0.0
        self.told: list[str] = []
        self.scope = anyio.CancelScope()

    async def follow(self, call: Call, job: Job) -> Result:
        return Result(content=(), job=replace(job, done=(job.done or 0) + 0.01))

    async def sleep(self, seconds: float) -> None:
        self.time += seconds

    async def sleep_and_leave(self, _seconds: float) -> None:
        self.scope.cancel()
        await anyio.lowlevel.checkpoint()

    def wait(self, **more: Any) -> Wait:
        return Wait(app=self, notice=self.told.append, now=lambda: self.time, **{"sleep": self.sleep, **more})


@pytest.mark.anyio
async def test_lines_of_progress_are_few() -> None:
    """One in five seconds, however often the API says another number, and none that says the same again."""
    going, job = _Going(), Job(url="http://a/jobs/1", wait=1.0, said="running", done=0.0)
    result = await going.wait(seconds=12.0).end(Call(tool="t"), Result(content=(), job=job))
    assert going.told[1:] == ["running, 0 %", "running, 5 %", "running, 10 %"]
    assert result.failure is not None
    assert result.failure.kind is FailureKind.TIMEOUT


@pytest.mark.anyio
async def test_who_stops_waiting_is_told_where_the_work_is_found() -> None:
    """The API does not know that nobody waits."""
    going, job = _Going(), Job(tool="job_get", arguments={"id": "7\x1b"}, said="a\x1bb")
    with going.scope:
        await going.wait(sleep=going.sleep_and_leave).end(Call(tool="t"), Result(content=(), job=job))
    place = 'job_get {"id": "7\\u001b"}'
    assert going.told == [
        f"the API goes on with its work: {place} (--wait bounds how long that is waited for)",
        "a\\x1bb",
        f"no longer waiting; the API may go on with its work: {place}",
    ]

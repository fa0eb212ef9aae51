"""`openapi-mcp call` on an answer 202: its end is waited for, with a line of how far it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import Command
from support.jobs import JobsApi, jobs_api, said

from openapi_mcp.cli.waiting import ended
from openapi_mcp.model.call import Call, Result, Text
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
        "the API goes on with its work (--no-wait does not wait for its end)",
        "the API goes on with its work: running, 40 % (--no-wait does not wait for its end)",
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


class _Going:
    """Work that goes on without end."""

    async def follow(self, call: Call, job: Job) -> Result:
        return Result(content=(Text(text=""),), job=job)


@pytest.mark.anyio
async def test_who_stops_waiting_is_told_that_the_work_may_go_on() -> None:
    """The API does not know that nobody waits."""
    told: list[str] = []
    with anyio.CancelScope() as scope:

        async def sleep(_seconds: float) -> None:
            scope.cancel()
            await anyio.lowlevel.checkpoint()

        await ended(_Going(), Call(tool="t"), Result(content=(), job=Job(url="u", said="a\x1bb")), told.append, sleep)
    assert told == [
        "the API goes on with its work: a\\x1bb (--no-wait does not wait for its end)",
        "no longer waiting; the API may go on with its work",
    ]

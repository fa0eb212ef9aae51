"""Work that an API goes on with, followed through what serves its calls: one API, several, and one from a catalogue."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.jobs import JobsApi, jobs_api, said
from support.make import parameter

from openapi_mcp.config import Config, build_config
from openapi_mcp.joining import open_several
from openapi_mcp.model.call import Call, FailureKind
from openapi_mcp.model.job import Job
from openapi_mcp.opening import open_app

pytestmark = pytest.mark.anyio

ID = [parameter("id", "path")]
LINK = {"operationId": "get_job", "parameters": {"id": "$response.body#/n"}}
PATHS = {
    "/reports": {
        "post": {"operationId": "start", "responses": {"202": {"description": "Taken.", "links": {"status": LINK}}}}
    },
    "/jobs/{id}": {"get": {"operationId": "get_job", "parameters": ID, "responses": {}}},
    "/jobs/{id}/cancel": {"post": {"operationId": "stop_job", "parameters": ID, "responses": {}}},
}


@pytest.fixture
def api() -> Iterator[JobsApi]:
    with jobs_api() as running:
        document = {"openapi": "3.1.0", "info": {"title": "J", "version": "1"}, "paths": PATHS}
        running.on("GET /openapi.json", said(200, {**document, "servers": [{"url": running.url}]}))
        running.on("POST /reports", said(202, {"n": "7"}))
        running.on("GET /jobs/7", said(200, {"status": "running"}), said(200, {"status": "done"}))
        yield running


def config(spec: str | list[str], **options: Any) -> Config:
    return build_config({"spec": spec, "methods": "get,post", "no_cache": True, **options}, {}, Path("/nowhere"))


def source(api: JobsApi) -> str:
    return f"{api.url}/openapi.json"


async def test_an_app_follows_and_ends_work(api: JobsApi) -> None:
    """design of part 8: App.follow hands on; a cancel that is a tool is asked for."""
    async with open_app(config(source(api)), pytest.fail, {}) as app:
        call = Call(tool="start")
        first = await app.call(call)
        assert first.job is not None
        going = await app.follow(call, first.job)
        assert (going.job and going.job.said) == "running"
        assert not await app.end(call, first.job)  # the API knows no such thing: 404
        api.on("POST /jobs/7/cancel", said(204))
        assert await app.end(call, first.job)
        assert (await app.follow(call, first.job)).structured == {"status": "done"}
    assert api.targets.count("POST /jobs/7/cancel") == 2


async def test_work_is_not_ended_where_a_person_is_to_be_asked(api: JobsApi) -> None:
    """--confirm: nobody is there to agree."""
    async with open_app(config(source(api), confirm="writes"), pytest.fail, {}) as app:
        assert not await app.end(Call(tool="start"), Job(tool="get_job", arguments={"id": "7"}))
        assert not await app.end(Call(tool="start"), Job(url=f"{api.url}/elsewhere"))
    assert api.targets == ["GET /openapi.json"]


async def test_each_of_several_apis_follows_its_own_work(api: JobsApi) -> None:
    """several.py: a call goes to the API that its tool names, and so do questions about its work."""
    api.on("POST /jobs/7/cancel", said(204))
    async with open_several(config([f"a={source(api)}", f"b={source(api)}"]), pytest.fail, {}) as several:
        call = Call(tool="b_start")
        first = await several.call(call)
        assert (first.job and first.job.tool) == "b_get_job"
        assert first.job is not None
        assert (await several.follow(call, first.job)).job is not None
        assert await several.end(call, first.job)
        gone = await several.follow(Call(tool="c_start"), first.job)
        assert (gone.failure and gone.failure.kind) is FailureKind.UNKNOWN_TOOL
        assert not await several.end(Call(tool="c_start"), first.job)

"""Where work that an API goes on with may be asked for by URL, over HTTP: nowhere that calls would not lead."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from support.jobs import JobsApi, jobs_api, said
from support.make import ALL_METHODS, Json, document, json_body, parameter

from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Call, Caller, FailureKind, Result
from openapi_mcp.model.job import Job
from openapi_mcp.model.policy import Limits, Selection, ToolLimits
from openapi_mcp.model.tool import Tool

pytestmark = pytest.mark.anyio

ID = [parameter("id", "path")]
PATHS: Json = {
    "/echo": {
        "post": {
            "operationId": "echo",
            "requestBody": {"content": json_body({"type": "object"})},
            "responses": {"202": {"description": "Taken."}},
        }
    },
    "/reports/{id}": {"put": {"operationId": "set_report", "parameters": ID}},
    "/jobs/{id}": {"get": {"operationId": "job", "parameters": ID}},
    "/admin/{id}": {"get": {"operationId": "admin", "parameters": ID}},
    "/scoped/{id}": {"get": {"operationId": "scoped", "parameters": ID, "security": [{"login": ["staff"]}]}},
}
SCHEMES: Json = {
    "securitySchemes": {
        "login": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "https://a.example/t", "scopes": {"staff": "S", "all": "A"}}},
        }
    }
}
SELECTION = Selection(methods=ALL_METHODS.methods, exclude=("/admin/*",))
NOBODY = Caller(id="bob", scopes=frozenset())
SECRET = {"status": "done", "secret": "ADMIN-DATA"}


@pytest.fixture
def api() -> Iterator[JobsApi]:
    with jobs_api() as running:
        for target in ("/admin/7", "/v1/admin/7", "/scoped/7", "/hidden", "/jobs/admin/7"):
            running.on(f"GET {target}", said(200, SECRET))
        running.on("GET /jobs/7", said(200, {"status": "done"}))
        yield running


def executor(api: JobsApi, base: str = "", selection: Selection = SELECTION, paths: Json = PATHS) -> Executor:
    made = document(paths, components=SCHEMES)
    tools = generate(made, selection)
    return Executor(made, tools, limits=Limits(retries=0), base_url=f"{api.url}{base}")


def echo(body: Any = None, caller: Caller = NOBODY) -> Call:
    return Call(tool="echo", arguments={"body": {} if body is None else body}, caller=caller)


async def ended(running: Executor, call: Call) -> Result:
    result = await running.call(call)
    for _ in range(5):
        if result.job is None:
            break
        result = await running.follow(call, result.job)
    return result


def note(result: Result) -> str:
    assert result.structured is not None
    return str(result.structured.get("_note", {}).get("job", ""))


@pytest.mark.parametrize(
    "answer",
    [
        said(202, None, Location="/admin/7"),
        said(202, None, Operation_Location="/admin/7"),
        said(202, None, Location="/ADMIN/7/"),
        said(202, None, Location="/%61dmin/7"),
        said(202, None, Location="//admin/7"),
        said(202, None, Location="/admin//7"),
        said(202, None, Location="/admin;a=b/7"),
        said(202, {"status_url": "/admin/7"}),
        said(202, {"data": {"links": {"self": "/admin/7"}}}),
        said(202, None, Location="/scoped/7"),
    ],
)
async def test_an_operation_that_is_no_tool_of_the_caller_is_not_asked(api: JobsApi, answer: Any) -> None:
    """SECURITY.md: what is asked is a tool that this caller may call; left out, or beyond its scopes, it is none."""
    api.on("POST /echo", answer)
    async with executor(api) as running:
        result = await ended(running, echo())
    assert api.targets == ["POST /echo"]
    assert "ADMIN-DATA" not in str(result)
    assert "which is not asked" in note(result)


async def test_a_tool_of_the_caller_is_asked(api: JobsApi) -> None:
    """As above: who has the scope may; what the document does not name is asked, as monitors often are."""
    staff = Caller(id="eve", scopes=frozenset({"staff"}))
    for target, caller in (("/scoped/7", staff), ("/scoped/7", Caller()), ("/jobs/7", NOBODY), ("/hidden", NOBODY)):
        api.on("POST /echo", said(202, None, Location=target))
        async with executor(api) as running:
            await ended(running, echo(caller=caller))
        assert api.targets[-1] == f"GET {target}"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/v1/../admin/7", "outside of the API's base path"),
        ("{url}/v1/../admin/7", "dot segments"),
        ("/v1/x/%2e%2e/admin/7", "dot segments"),
        ("/v1/x/%252e%252e/admin/7", "dot segments"),
        ("/v1/x/..;/admin/7", "dot segments"),
        ("/v1/jobs%2F7", "encoded slashes"),
        ("/v1/jobs%5C7", "encoded slashes"),
        ("/v1/jobs\\7", "encoded slashes"),
        ("/hidden", "outside of the API's base path"),
        ("/v12/hidden", "outside of the API's base path"),
        ("/v1/admin/7", "no tool that you may call"),
    ],
)
async def test_a_path_that_is_unclear_or_not_of_the_api_is_not_asked(api: JobsApi, target: str, why: str) -> None:
    """RFC 3986 section 5.2.4: servers differ in when they decode, and what is beside the API is none of it."""
    api.on("POST /v1/echo", said(202, None, Location=target.format(url=api.url)))
    async with executor(api, "/v1") as running:
        result = await ended(running, echo())
    assert api.targets == ["POST /v1/echo"]
    assert why in note(result)


@pytest.mark.parametrize(
    "body",
    [
        {"status_url": "/hidden"},
        {"status_url": "/%68idden"},
        {"_links": {"self": {"href": "hidden"}}},
        {"links": {"status": "/hidden"}},
    ],
)
@pytest.mark.parametrize("around", ["data", "job", None])
async def test_a_url_that_the_caller_gave_is_not_asked_where_the_answer_repeats_it(
    api: JobsApi, body: Any, around: str | None
) -> None:
    """Many APIs repeat what they took: that is the caller's word, not theirs."""
    api.on("POST /echo", said(202, {"id": "7", "status": "queued", **({around: body} if around else body)}))
    async with executor(api) as running:
        result = await ended(running, echo(body))
    assert api.targets == ["POST /echo"]
    assert note(result).endswith("a URL that the call gave itself, which is not asked")


async def test_a_header_comes_before_what_stands_deep_in_a_body(api: JobsApi) -> None:
    """Where a header says anything, a body is read on its outermost level only."""
    api.on("POST /echo", said(202, {"data": {"status_url": "/hidden"}}, Location="https://other.example.com/7"))
    async with executor(api) as running:
        result = await ended(running, echo())
    assert api.targets == ["POST /echo"]
    assert "another origin" in note(result)


@pytest.mark.parametrize(
    ("end", "given", "why"),
    [
        ({"resourceLocation": "/admin/7"}, {}, "no tool that you may call"),
        ({"resourceLocation": "/hidden"}, {"url": "/hidden"}, "a URL that the call gave itself"),
        ({"data": {"resultUrl": "/hidden"}}, {"url": "/hidden"}, "a URL that the call gave itself"),
    ],
)
async def test_a_result_that_calls_would_not_lead_to_is_not_asked(
    api: JobsApi, end: Json, given: Json, why: str
) -> None:
    """As for the place of the work; what is told of its end is the result."""
    api.on("POST /echo", said(202, None, Operation_Location="/jobs/7"))
    api.on("GET /jobs/7", said(200, {"status": "succeeded", **end}))
    async with executor(api) as running:
        result = await ended(running, echo(given))
    assert api.targets == ["POST /echo", "GET /jobs/7"]
    assert why in note(result)


async def test_a_result_of_a_header_that_is_no_tool_is_not_asked(api: JobsApi) -> None:
    """Location beside a monitor, and what was put: PUT may be allowed where GET is not."""
    api.on("POST /echo", said(202, None, Operation_Location="/jobs/7", Location="/admin/7"))
    api.on("PUT /reports/7", said(202, None, Operation_Location="/jobs/7"))
    left_out = {"/reports/{id}": {**PATHS["/reports/{id}"], "get": {"operationId": "report", "parameters": ID}}}
    selection = Selection(methods=ALL_METHODS.methods, exclude=(*SELECTION.exclude, "op:report"))
    async with executor(api, selection=selection, paths={**PATHS, **left_out}) as running:
        await ended(running, echo())
        await ended(running, Call(tool="set_report", arguments={"id": "7"}, caller=NOBODY))
    assert api.targets == ["POST /echo", "GET /jobs/7", "PUT /reports/7", "GET /jobs/7"]


async def test_a_monitor_that_moves_to_no_tool_is_asked_as_before(api: JobsApi) -> None:
    """Its old place goes on telling, or ends."""
    api.on("POST /echo", said(202, None, Location="/jobs/7"))
    api.on("GET /jobs/7", said(202, None, Location="/admin/7"), said(200, {"status": "done"}))
    async with executor(api) as running:
        await ended(running, echo())
    assert api.targets == ["POST /echo", "GET /jobs/7", "GET /jobs/7"]


async def test_what_another_document_leaves_out_is_asked_no_longer(api: JobsApi) -> None:
    """A job may be older than the list of tools."""
    async with executor(api) as running:
        result = await running.follow(echo(), Job(url=f"{api.url}/admin/7"))
    assert result.failure is not None
    assert result.failure.kind is FailureKind.REFUSED
    assert "no tool that you may call" in result.failure.message
    assert api.targets == []


async def test_a_document_that_names_no_server_any_more_has_no_place(api: JobsApi) -> None:
    """As above: where the API is, nobody knows."""
    made = document(PATHS, servers=[])
    async with Executor(made, generate(made, SELECTION), limits=Limits(retries=0)) as running:
        result = await running.follow(echo(), Job(url=f"{api.url}/jobs/7"))
    assert result.failure is not None
    assert "another origin" in result.failure.message


@pytest.mark.parametrize("status", [303, 307])
async def test_what_a_monitor_leads_on_to_is_not_asked_where_it_is_no_tool(api: JobsApi, status: int) -> None:
    """RFC 9110 section 15.4.4: 303 names the result as a header does."""
    api.on("POST /echo", said(202, None, Location="/jobs/7"))
    api.on("GET /jobs/7", said(status, None, Location="/admin/7"))
    async with executor(api) as running:
        result = await ended(running, echo())
    assert "ADMIN-DATA" not in str(result)
    assert "no tool that you may call, which is not asked" in note(result)
    assert api.targets == ["POST /echo", "GET /jobs/7"]


async def test_a_monitor_that_leads_on_to_what_may_be_asked_is_followed(api: JobsApi) -> None:
    """A redirect within the origin obeys the rule of the monitor's own URL, and no stricter one."""
    api.on("POST /echo", said(202, None, Location="/jobs/7"))
    api.on("GET /jobs/7", said(307, None, Location="/hidden"))
    async with executor(api) as running:
        assert "ADMIN-DATA" in str(await ended(running, echo()))
    assert api.targets == ["POST /echo", "GET /jobs/7", "GET /hidden"]


def with_tool(api: JobsApi, name: str, paths: Json = PATHS, **changes: Any) -> Executor:
    """Return an executor one of whose tools is another than its operation alone makes it."""
    made = document(paths, components=SCHEMES)
    found = generate(made, SELECTION)
    tools: tuple[Tool, ...] = tuple(replace(each, **changes) if each.name == name else each for each in found.tools)
    return Executor(made, replace(found, tools=tools), limits=Limits(retries=0), base_url=api.url)


@pytest.mark.parametrize("answer", [said(202, None, Location="/jobs/7"), said(202, {"job_id": "7"})])
async def test_what_a_person_is_asked_about_is_not_asked_behind_their_back(api: JobsApi, answer: Any) -> None:
    """confirm = true of a tool: a call that another one begun leads to would be made without them."""
    api.on("POST /echo", answer)
    async with with_tool(api, "job", limits=ToolLimits(confirm=True)) as running:
        await ended(running, echo())
    assert api.targets == ["POST /echo"]


@pytest.mark.parametrize(
    ("target", "is_asked"),
    [
        ("/teams/9/jobs?year=2026", True),
        ("/teams/8/jobs?year=2026", False),
        ("/teams/9/jobs?year=2025", False),
        ("/teams/9/jobs", False),
        ("/teams/9/jobs?year=2026&year=2025", False),
        ("/teams/9/jobs?year=2026" + "&a=1" * 300, False),
    ],
)
async def test_what_the_operator_has_fixed_is_so_in_a_url_too(api: JobsApi, target: str, is_asked: bool) -> None:
    """fix: the value is always sent, and nobody's to choose."""
    get = {"operationId": "team", "parameters": [parameter("team", "path"), parameter("year")]}
    paths = {**PATHS, "/teams/{team}/jobs": {"get": get}}
    api.on("POST /echo", said(202, None, Location=target))
    async with with_tool(api, "team", paths, fixed={"team": 9, "year": "2026"}) as running:
        await ended(running, echo())
    assert (f"GET {target}" in api.targets) is is_asked


@pytest.mark.parametrize("answer", [{"data": {"job_id": "7"}}, {"job_id": "7"}, {"job_id": 7}, {"jobId": "%37"}])
async def test_an_id_that_the_caller_gave_names_no_work(api: JobsApi, answer: Any) -> None:
    """As for URLs: what an answer repeats is not what it says."""
    api.on("POST /echo", said(202, answer))
    async with executor(api) as running:
        await ended(running, echo({"job_id": "7"}))
        assert api.targets == ["POST /echo"]
        await ended(running, echo({"job_id": "8"}))
    assert api.targets[-1] in ("GET /jobs/7", "GET /jobs/%2537")


@pytest.mark.parametrize(("given", "is_asked"), [("operations/7", False), ("operations/8", True)])
async def test_the_name_of_an_operation_that_the_caller_gave_names_no_work(
    api: JobsApi, given: str, is_asked: bool
) -> None:
    """google.longrunning.Operation, as above."""
    get = {"operationId": "operation", "parameters": ID}
    api.on("POST /echo", said(200, {"name": "operations/7", "done": False}))
    async with executor(api, paths={**PATHS, "/v1/operations/{id}": {"get": get}}) as running:
        await ended(running, echo({"name": given}))
    assert ("GET /v1/operations/7" in api.targets) is is_asked


@pytest.mark.parametrize("target", ["/v1/admin/7", "/v2/other/admin/7"])
async def test_an_operation_is_known_below_each_server_that_tools_are_at(api: JobsApi, target: str) -> None:
    """OAS 3.1.1, 4.8.9.1: an operation may have servers of its own."""
    other = {"get": {"operationId": "other", "servers": [{"url": f"{api.url}/v2/other"}]}}
    post = {**PATHS["/echo"]["post"], "servers": [{"url": api.url}]}
    paths = {**PATHS, "/other": other, "/echo": {"post": post}}
    made = document(paths, components=SCHEMES, servers=[{"url": f"{api.url}/v1"}])
    api.on("POST /echo", said(202, None, Location=target))
    async with Executor(made, generate(made, SELECTION), limits=Limits(retries=0)) as running:
        result = await ended(running, echo())
    assert api.targets == ["POST /echo"]
    assert "no tool that you may call" in note(result)


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "2"}])
async def test_an_answer_202_that_names_no_place_says_that_the_work_goes_on(
    api: JobsApi, headers: dict[str, str]
) -> None:
    """RFC 9110 section 15.3.3 leaves the place open: there is nothing to ask, and that is said."""
    api.on("POST /echo", said(202, None, **headers))
    async with executor(api) as running:
        result = await running.call(echo())
    assert (result.job, note(result)) == (
        None,
        "the API goes on with its work, and its answer names no place that tells how far that is",
    )


async def test_the_tool_that_reads_what_a_call_makes_is_named(api: JobsApi) -> None:
    """POST /reports beside GET /reports/{id}: what an id alone is of, no document says; a model may see it."""
    operation = {"responses": {"202": {"description": "Taken."}}}
    paths = {
        "/reports": {"post": {"operationId": "make", **operation}},
        "/reports/{id}": {"get": {"operationId": "report", "parameters": ID}},
        "/reports/{id}/pages": {"get": {"operationId": "pages", "parameters": ID}},
    }
    api.on("POST /reports", said(202, {"id": "25e5"}))
    async with executor(api, paths=paths) as running:
        result = await running.call(Call(tool="make"))
    assert note(result).endswith("; report may tell, with an id of this answer")

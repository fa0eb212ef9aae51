"""Which tool tells how far work is: by the document's links, by ids, by names; derived, never invented."""

from typing import Any

import pytest
from support.make import Json, json_body, parameter, toolset

from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.capability import Capability, Need, Producer
from openapi_mcp.model.document import Link
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.tool import Tool
from openapi_mcp.response.job_tool import (
    Accepted,
    Asking,
    by_ids,
    by_links,
    by_name,
    by_needs,
    end_of,
    filled_from,
    has_id,
)

BODY = json_body({"type": "object", "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}})
POST: Json = {
    "operationId": "start",
    "parameters": [parameter("project", "path"), parameter("X-Part", "header"), parameter("q")],
    "requestBody": {"content": BODY},
}
GIVEN = {"project": "p", "X-Part": "west", "q": "word", "name": "n", "size": 3}


def read(path: str, name: str, **schemas: Json) -> Json:
    """Return a GET with the parameters of its path."""
    words = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    fields = {word: {"schema": schemas[word]} if word in schemas else {} for word in words}
    return {
        path: {"get": {"operationId": name, "parameters": [parameter(word, "path", **fields[word]) for word in words]}}
    }


def linked(*links: Json, paths: Json | None = None, value: Any = None, header: str = "") -> Asking | None:
    """Return what the links of a 202 lead to."""
    named = {link.get("as", f"l{index}"): link for index, link in enumerate(links)}
    post = {**POST, "responses": {"202": {"description": "Taken.", "links": named}}}
    tools = toolset({"/projects/{project}/things": {"post": post}, **(paths or read("/jobs/{id}", "get_job"))})
    headers = (("X-Job", header),) if header else ()
    return by_links(accepted(tools.by_name["start"], value, headers), lambda link: found(tools.tools, link))


def found(tools: Any, link: Link) -> Tool | None:
    return next((tool for tool in tools if tool.operation.operation_id == link.operation_id), None)


def accepted(tool: Tool, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Accepted:
    response = HttpResponse(status=202, url="https://api.example.com/things", headers=headers)
    return Accepted(tool=tool, arguments=GIVEN, response=response, value=value)


def job(**parameters: Any) -> Json:
    return {"operationId": "get_job", "parameters": parameters}


@pytest.mark.spec("OAS 3.1.1, 4.8.20.4")
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$response.body#/id", "7"),
        ("$response.body#/job/links/1/id", "8"),
        ("{$response.body#/id}", "7"),
        ("jobs-{$response.body#/id}-{$request.path.project}", "jobs-7-p"),
        ("$response.header.x-job", "from header"),
        ("$request.path.project", "p"),
        ("$request.query.q", "word"),
        ("$request.header.x-part", "west"),
        ("$request.body#/name", "n"),
        ("$request.body#/size", "3"),
        ("latest", "latest"),
        (5, "5"),
    ],
)
def test_an_expression_is_read_from_the_call_and_its_answer(expression: Any, value: str) -> None:
    """What is called with stood in the call, in its answer, or in the document."""
    body = {"id": 7, "job": {"links": [{}, {"id": 8}]}}
    assert linked(job(id=expression), value=body, header="from header") == Asking("get_job", {"id": value})


@pytest.mark.parametrize(
    "expression",
    [
        "$response.body#/none", "$response.body#/list/9", "$response.body#/list/x", "$response.body#id",
        "$response.body#/list", "$response.body#/object", "$response.body#/empty", "$response.body#/yes",
        "$response.body#/large", "$response.body#/float", "$response.body#/masked", "$response.body" + "#/a" * 30,
        "$response.header.None", "$request.query.none", "$request.cookie.a", "$method", "$url",
        "a{$response.body#/none}",
        "a{$response.body#/list}", "$response.body#/" + "a" * 400, None, ["a"],
    ],
)  # fmt: skip
def test_an_expression_that_comes_to_nothing_leads_nowhere(expression: Any) -> None:
    """None is invented; what no call can carry, or was masked, is none."""
    body = {"list": ["a"], "object": {}, "empty": "", "yes": True, "large": 1 << 70, "float": 1.5, "masked": "***"}
    assert linked(job(id=expression), value=body) is None


def test_a_link_to_what_is_no_tool_or_no_read_leads_nowhere() -> None:
    """Read-only rules hold: asking is a GET that is a tool."""
    assert linked({"operationId": "gone", "parameters": {"id": "1"}}) is None
    assert linked({"operationId": "start", "parameters": {"project": "1"}}) is None
    assert linked(job(other="1")) is None


def test_of_several_links_one_that_is_about_the_work_is_taken() -> None:
    """Links of an answer lead to other things, too; where two are left, none is taken."""
    paths = {**read("/jobs/{id}", "get_job"), **read("/users/{id}", "user"), **read("/teams/{id}", "team")}
    user = {"operationId": "user", "parameters": {"id": "u"}, "as": "owner"}
    team = {"operationId": "team", "parameters": {"id": "t"}, "as": "progress"}
    status = {**job(id="7"), "as": "status"}
    assert linked(status, user, paths=paths) == Asking("get_job", {"id": "7"})
    assert linked(status, team, paths=paths) is None
    assert linked(user, {**team, "as": "other"}, paths=paths) is None
    assert linked(status, {**status, "as": "poll"}, paths=paths) == Asking("get_job", {"id": "7"})


def by_id(value: Any, *paths: Json) -> Asking | None:
    tools = toolset(
        {"/projects/{project}/things": {"post": POST}, **{path: item for each in paths for path, item in each.items()}}
    )
    return by_ids(accepted(tools.by_name["start"], value), tools.tools)


JOBS = read("/jobs/{job_id}", "get_job")


@pytest.mark.parametrize(
    ("value", "paths", "expected"),
    [
        ({"job_id": "a"}, [JOBS], Asking("get_job", {"job_id": "a"})),
        ({"jobId": 7}, [JOBS], Asking("get_job", {"job_id": "7"})),
        ({"data": {"job_id": "a"}}, [JOBS], Asking("get_job", {"job_id": "a"})),
        ({"job_id": "a"}, [read("/jobs/{id}", "get_job")], Asking("get_job", {"id": "a"})),
        ({"job_id": "a"}, [read("/jobs/{job}", "get_job")], Asking("get_job", {"job": "a"})),
        ({"job_id": "7"}, [read("/jobs/{job_id}", "j", job_id={"type": "integer"})], Asking("j", {"job_id": 7})),
        ({"job_id": "a"}, [JOBS, read("/jobs/{job_id}/result", "result")], Asking("get_job", {"job_id": "a"})),
        ({"job_id": "a"}, [read("/jobs/{job_id}/status", "stat")], Asking("stat", {"job_id": "a"})),
        (
            {"job_id": "a"},
            [read("/projects/{project}/jobs/{job_id}", "j")],
            Asking("j", {"project": "p", "job_id": "a"}),
        ),
        ({"job_id": "a"}, [JOBS, read("/v2/jobs/{job_id}", "get_job_2")], None),
        ({"job_id": "a"}, [read("/owners/{owner}/jobs/{job_id}", "j")], None),
        ({"job_id": "a"}, [read("/jobs/{job_id}/result", "result")], None),
        ({"job_id": "a"}, [read("/users/{id}", "user")], None),
        ({"job_id": "a"}, [read("/jobs", "jobs")], None),
        ({"job_id": "x"}, [read("/jobs/{job_id}", "j", job_id={"type": "integer"})], None),
        ({"job_id": ""}, [JOBS], None),
        ({"job_id": None}, [JOBS], None),
        ({"job_id": ["a"]}, [JOBS], None),
        ({"job_id": True}, [JOBS], None),
        ({"job_id": "***"}, [JOBS], None),
        ({"id": "a"}, [JOBS], None),
        ({"paid": "a"}, [read("/users/{id}", "user")], None),
        ("a", [JOBS], None),
    ],
)  # fmt: skip
def test_an_id_that_says_what_it_is_of_leads_to_the_one_read(
    value: Any, paths: list[Json], expected: Asking | None
) -> None:
    """Derive, never invent: exactly one candidate, its values from the call and its answer."""
    assert by_id(value, *paths) == expected


def test_a_plain_id_is_of_what_needs_and_yields_know() -> None:
    """POST /exports yields an export; GET /exports/{export} needs one."""
    export = json_body({"type": "object", "properties": {"id": {"type": "string"}, "status": {"type": "string"}}})
    post = {"operationId": "start", "responses": {"202": {"description": "Taken.", "content": export}}}
    tools = toolset(
        {"/exports": {"post": post}, **read("/exports/{id}", "export"), **read("/exports/{id}/file", "file")}
    )
    capabilities = find_capabilities(tools.tools, {})
    asked = accepted(tools.by_name["start"], {"id": "e1", "status": "queued"})
    assert by_needs(asked, capabilities, tools.by_name.get) == Asking("export", {"id": "e1"})
    assert by_needs(asked, {}, tools.by_name.get) is None
    assert by_needs(accepted(tools.by_name["start"], {}), capabilities, tools.by_name.get) is None


@pytest.mark.parametrize(
    ("argument", "entity", "field"),
    [("id", "report", "job_id"), ("id", "job", "items[].id"), ("id", "job", "header.Location"), ("a.id", "job", "id")],
)
def test_another_things_id_is_no_way_to_the_work(argument: str, entity: str, field: str) -> None:
    """A job's id is no report's, though the answer to making a report has it."""
    tools = toolset({"/things": {"post": {"operationId": "start"}}, **read("/reports/{id}", "report")})
    producer = Producer(tool="start", method="POST", path="/things", field=field)
    needs = (Need(argument=argument, entity=entity, producers=(producer,)),)
    asked = accepted(tools.by_name["start"], {"job_id": "j", "id": "7"})
    assert by_needs(asked, {"report": Capability(needs=needs)}, tools.by_name.get) is None


@pytest.mark.parametrize(
    ("name", "paths", "expected"),
    [
        ("operations/7", [read("/v1/operations/{id}", "get_op")], Asking("get_op", {"id": "7"})),
        ("operations/7", [read("/operations/{id}", "get_op")], Asking("get_op", {"id": "7"})),
        (
            "projects/p/operations/7",
            [read("/v1/projects/{project}/operations/{id}", "get_op")],
            Asking("get_op", {"project": "p", "id": "7"}),
        ),
        ("projects/p/operations/7", [read("/v1/operations/{id}", "get_op")], None),
        ("projects/p/operations/7", [read("/v1/teams/{team}/operations/{id}", "get_op")], None),
        ("operations/7", [read("/v1/{a}/operations/{id}", "get_op")], None),
        ("operations/7", [read("/v1/beta/operations/{id}", "get_op")], None),
        ("operations/7", [read("/v1/{a}/{b}", "any")], None),
        ("operations/7", [read("/v1/operations/{id}", "a"), read("/v2/operations/{id}", "b")], None),
    ],
)  # fmt: skip
def test_a_name_is_read_by_the_one_template_that_it_is(name: str, paths: list[Json], expected: Asking | None) -> None:
    """AIP-151: the name of an operation is the end of its path, behind a version at most."""
    tools = toolset(
        {"/projects/{project}/things": {"post": POST}, **{path: item for each in paths for path, item in each.items()}}
    )
    assert by_name(accepted(tools.by_name["start"], {}), name, tools.tools) == expected


def test_an_answer_has_an_id_of_its_own_or_none() -> None:
    """Only then it is worth finding out what tools need and yield."""
    assert has_id({"id": 7})
    assert has_id({"data": {"uuid": "a"}})
    assert not has_id({"owner": {"id": 7}})
    assert not has_id([])


@pytest.mark.parametrize(
    ("path", "work"),
    [("/jobs/{id}/cancel", "/jobs/{id}"), ("/v1/operations/{id}:cancel", "/v1/operations/{id}"), ("/jobs/{id}", None)],
)
def test_an_operation_that_ends_work_says_so_at_the_end_of_its_path(path: str, work: str | None) -> None:
    """AIP-151 (:cancel), and what most APIs call it."""
    assert end_of(path) == work


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("/projects/p/things/t%2F1", {"project": "p", "thing": "t/1"}),
        ("/projects/p/things", {}),
        ("/projects/p/others/t", {}),
    ],
)
def test_a_path_is_read_back_by_its_template(path: str, arguments: Json) -> None:
    """The way of request/, backwards."""
    template = "/projects/{project}/things/{thing}"
    tools = toolset(read(template, "thing"))
    assert dict(filled_from(tools.tools[0], template, path)) == arguments


def test_a_placeholder_that_is_no_argument_reads_nothing_back() -> None:
    """A part of a segment, or a name that the tool does not take."""
    tools = toolset(read("/a/{id}", "a"))
    assert dict(filled_from(tools.tools[0], "/a/{other}", "/a/7")) == {}

"""`openapi-mcp check`: what is wrong with a document, and what each client makes of its tools."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Shop
from support.child import run_command
from support.upstream import Answer, Upstream, description

from openapi_mcp.model.policy import CLIENTS

SERVER = "https://api.example.com"
BROKEN = f"""\
openapi: 3.1.0
info: {{title: Shop, version: "1"}}
servers: [{{url: {SERVER}}}]
paths:
  /a:
    get:
      operationId: a
      summary: Get a.
      responses: {{"204": {{description: Gone.}}}}
  /b:
    get:
      parameters:
      - name: q
        in: nowhere
        required: true
  /c:
    get:
      summary: One.
      summary: Get c.
      responses: {{"204": {{description: Gone.}}}}
"""


def write(folder: Path, document: dict[str, Any] | str, name: str = "api.yaml") -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    (folder / name).write_text(text, encoding="utf-8")
    return name


def fine() -> dict[str, Any]:
    """Return a document that nothing is wrong with."""
    document = description("/a", server=SERVER)
    operation = document["paths"]["/a"]["get"]
    operation["summary"] = "Get a."
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    operation["responses"] = {"200": {"description": "A.", "content": {"application/json": {"schema": schema}}}}
    return document


def test_a_document_that_nothing_is_wrong_with_ends_with_0(command: Command, tmp_path: Path) -> None:
    """Issue 3: exit 1 on errors, --strict on warnings."""
    ended = command("check", "--spec", write(tmp_path, fine()), "--strict")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith("\n0 errors, 0 warnings, 0 notes\n")


def test_a_problem_is_told_with_place_line_and_fix(command: Command, tmp_path: Path) -> None:
    """Issue 3: problems of the document by severity with pointer, line and fix; security.md C37: duplicate keys."""
    ended = command("check", "--spec", write(tmp_path, BROKEN))
    assert (ended.status, ended.err) == (1, "")
    assert ended.out.startswith("Shop 1 (OpenAPI 3.1.0, 3 operations)\nerror: GET /b is left out: ")
    assert "   at: api.yaml#/paths/~1b/get/parameters/0   (line 13, column 9)\n  fix: correct it" in ended.out
    assert "warning: the key 'summary' stands here a second time; what stood there before is lost\n" in ended.out
    assert "   at: api.yaml#/paths/~1c/get/summary   (line 19, column 7)\n  fix: keep one of them\n" in ended.out
    assert ended.out.index("error: ") < ended.out.index("warning: ")
    assert ended.out.endswith(
        "operations left out: 1\n  1 x a parameter whose `in` is 'nowhere'\n1 error, 1 warning, 0 notes\n"
    )


def test_warnings_end_with_1_only_when_strict(command: Command, tmp_path: Path) -> None:
    """Issue 3: --strict on warnings."""
    name = write(tmp_path, BROKEN.replace("in: nowhere", "in: query"))
    assert command("check", "--spec", name).status == 0
    assert command("check", "--spec", name, "--strict").status == 1


def test_json_has_the_keys_that_the_readme_says(command: Command, tmp_path: Path) -> None:
    """Issue 3: --json. Keys only grow."""
    ended = command("check", "--spec", write(tmp_path, BROKEN), "--json")
    report = ended.json
    assert ended.status == 1
    assert list(report) == ["document", "summary", "problems", "clients", "cost", "skipped", "operations"]
    assert report["document"]["source"] == "api.yaml"
    assert report["summary"] == {"errors": 1, "warnings": 1, "notes": 0}
    error, warning = report["problems"]
    assert error["message"].startswith("GET /b is left out: ")
    assert error == {
        "message": error["message"],
        "severity": "error",
        "file": "api.yaml",
        "pointer": "#/paths/~1b/get/parameters/0",
        "line": 13,
        "column": 9,
        "hint": "correct it, or exclude the operation",
    }
    assert (warning["severity"], warning["line"], warning["column"]) == ("warning", 19, 7)
    assert [client["client"] for client in report["clients"]] == list(CLIENTS[1:])
    assert report["clients"][0] == {
        "client": "claude-code",
        "title": "Claude Code",
        "counted": True,
        "refused": [],
        "hidden": [],
        "cut": [],
        "misread": [],
    }
    assert (list(report["cost"]), report["cost"]["tools"]) == (["tools", "bytes", "tokens"], 3)
    assert [skipped["path"] for skipped in report["skipped"]] == ["/b"]
    assert report["operations"] == {
        "total": 3,
        "without_description": [],
        "without_response_schema": [],
        "duplicate_operation_ids": [],
        "alike": [],
    }
    assert command("check", "--spec", "api.yaml", "--format", "json").json == report


def crowd(count: int) -> dict[str, Any]:
    """Return a document of many operations, alike but for their paths."""
    document = fine()
    operation = {key: value for key, value in document["paths"]["/a"]["get"].items() if key != "operationId"}
    document["paths"] = {f"/a{n}": {"get": operation} for n in range(count)}
    return document


def test_the_verdict_of_each_client_is_told(command: Command, tmp_path: Path) -> None:
    """Issue 3: which tools it would refuse, cut or truncate, and why."""
    ended = command("check", "--spec", write(tmp_path, crowd(102)), "--json")
    assert ended.status == 0
    clients = {client["client"]: client for client in ended.json["clients"]}
    assert [one["rule"] for one in clients["windsurf"]["hidden"]] == ["number of tools"] * 2
    assert clients["windsurf"]["hidden"][0]["why"] == "number 101 of the list; 100 fit"
    assert clients["cursor"]["misread"] == [
        {"tool": "", "rule": "number of tools", "why": "102 tools; models choose worse among more than 40"}
    ]
    assert ended.json["summary"] == {"errors": 0, "warnings": 1, "notes": 2}
    text = command("check", "--spec", "api.yaml").out
    assert "warning: Windsurf hides 2 tools (" in text
    assert "note: Cursor misreads the list: number of tools, 102 tools" in text
    assert "tools that use the same words: get_a0_" in text


def test_with_a_client_named_only_that_one_counts(command: Command, tmp_path: Path) -> None:
    """design.md, Options: --client NAME. What others do is still told."""
    document = fine()
    document["paths"]["/a"]["get"]["operationId"] = "x" * 90
    name = write(tmp_path, document)
    for client, status in (("claude-code", 0), ("openai", 0), ("all", 0)):
        ended = command("check", "--spec", name, "--client", client, "--strict", "--json")
        assert (client, ended.status) == (client, status)
    report = command("check", "--spec", name, "--client", "claude-code", "--json").json
    clients = {one["client"]: one for one in report["clients"]}
    assert [name for name, one in clients.items() if one["counted"]] == ["claude-code"]
    (refused,) = clients["openai"]["refused"]
    assert (refused["tool"], refused["rule"]) == ("x" * 90, "name length")


def test_a_longer_name_of_the_server_leaves_less_for_tools(command: Command, tmp_path: Path) -> None:
    """mcp-facts.md section 6: server and tool name together; in Cursor they make at most 60."""
    document = fine()
    document["paths"]["/a"]["get"]["operationId"] = "x" * 40
    name = write(tmp_path, document)
    assert command("check", "--spec", name, "--strict").status == 0
    ended = command("check", "--spec", name, "--server-name", "a-server-whose-name-is-long", "--json")
    assert ended.status == 1
    assert {one["client"] for one in ended.json["clients"] if one["hidden"]} == {"cursor"}


def test_what_a_model_misses_is_told(command: Command, tmp_path: Path) -> None:
    """Issue 3: operations without description, without schema, too similar to tell apart."""
    document = fine()
    document["paths"]["/b"] = {"get": {"operationId": "b", "responses": {}}}
    document["paths"]["/c"] = {"get": {**document["paths"]["/a"]["get"], "operationId": "b"}}
    ended = command("check", "--spec", write(tmp_path, document), "--json")
    operations = ended.json["operations"]
    b = {"method": "GET", "path": "/b", "pointer": "#/paths/~1b/get"}
    assert operations["without_description"] == [b]
    assert operations["without_response_schema"] == [b]
    (twice,) = operations["duplicate_operation_ids"]
    assert (twice["operation_id"], [one["path"] for one in twice["operations"]]) == ("b", ["/b", "/c"])
    assert len(operations["alike"]) == 1
    assert ended.json["summary"]["notes"] == 3
    text = command("check", "--spec", "api.yaml").out
    assert "operations without summary and description: 1 (GET /b)\n" in text
    assert "operations that do not say what a success answers with: 1 (GET /b)\n" in text


def test_no_usable_server_is_a_note_until_base_url_names_one(command: Command, tmp_path: Path) -> None:
    """design.md, Options: --base-url. A relative server is legal: where the document is served from is the server."""
    document = fine()
    document["servers"] = [{"url": "/v1"}]
    report = command("check", "--spec", write(tmp_path, document), "--strict", "--json").json
    (problem,) = report["problems"]
    assert (problem["severity"], problem["pointer"], problem["line"]) == ("note", "#/servers", 1)
    assert command("check", "--spec", "api.yaml", "--base-url", SERVER, "--json").json["problems"] == []


def test_many_groups_and_reasons_are_counted_not_listed(command: Command, tmp_path: Path) -> None:
    """Our choice: a person reads the first, --json has all."""
    document = fine()
    operation = document["paths"]["/a"]["get"]
    for n in range(7):
        for m in range(2):
            document["paths"][f"/g{n}/{m}"] = {"get": {**operation, "operationId": f"o{n}_{m}", "summary": f"Word{n}."}}
    for n in range(25):
        document["paths"][f"/b{n}"] = {"get": {"parameters": [{"name": "q", "in": f"x{n}", "required": True}]}}
    ended = command("check", "--spec", write(tmp_path, document))
    assert "\nand 2 more groups of tools alike (--json lists all)\n" in ended.out
    assert "\n  and 5 more reasons (--json lists all)\n" in ended.out


def test_sarif_names_the_file_and_the_line(command: Command, tmp_path: Path) -> None:
    """Issue 3: SARIF for CI."""
    ended = command("check", "--spec", write(tmp_path, BROKEN), "--format", "sarif")
    (run,) = ended.json["runs"]
    assert ended.status == 1
    regions = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert regions == [
        {"artifactLocation": {"uri": "api.yaml"}, "region": {"startLine": 13, "startColumn": 9}},
        {"artifactLocation": {"uri": "api.yaml"}, "region": {"startLine": 19, "startColumn": 7}},
    ]
    assert [result["level"] for result in run["results"]] == ["error", "warning"]


def test_github_annotations_stand_a_line_each(command: Command, tmp_path: Path) -> None:
    """Issue 3: GitHub annotations for CI."""
    ended = command("check", "--spec", write(tmp_path, BROKEN), "--format", "github")
    first, second = ended.out.splitlines()
    assert first.startswith("::error file=api.yaml,line=13,col=9,title=openapi-mcp defect::GET /b is left out: ")
    assert second.startswith("::warning file=api.yaml,line=19,col=7,title=openapi-mcp duplicate-key::the key 'summary'")


def test_a_file_elsewhere_and_a_part_in_another_file_are_named(command: Command, tmp_path: Path) -> None:
    """Issue 3: documents spread over files. A path is told from the working folder where it is below it."""
    folder = tmp_path / "docs"
    folder.mkdir()
    document = fine()
    document["paths"]["/b"] = {"$ref": "parts.yaml#/b"}
    write(folder, document)
    write(
        folder,
        "b:\n  get:\n    parameters:\n    - in: nowhere\n      required: true\n      name: q\n      name: r\n",
        "parts.yaml",
    )
    report = command("check", "--spec", "docs/api.yaml", "--json").json
    places = {(problem["severity"], problem["file"], problem["line"]) for problem in report["problems"]}
    part = str(Path("docs") / "parts.yaml")
    assert places == {("error", part, 4), ("warning", part, 7)}
    assert "/parts.yaml#/b/get/parameters/0" in command("check", "--spec", "docs/api.yaml").out


def test_a_document_of_a_url_is_named_by_it(command: Command, upstream: Upstream) -> None:
    """Issue 3. A URL is no path of the repository, so GitHub gets no file."""
    document = fine()
    document["paths"]["/b"] = {"get": []}
    url = upstream.serve(document)
    report = command("check", "--spec", url, "--json").json
    assert {(problem["file"], problem["line"]) for problem in report["problems"]} == {(url, 1)}
    assert command("check", "--spec", url, "--format", "github").out.startswith(
        "::error title=openapi-mcp defect::GET /b"
    )


def test_a_part_of_another_url_is_named_by_it(command: Command, upstream: Upstream) -> None:
    """Issue 3: documents spread over files, relative to the file that holds them."""
    document = fine()
    document["paths"]["/b"] = {"$ref": "parts.json#/b"}
    document["paths"]["/c"] = {"$ref": "fine.json#/c"}
    url = upstream.serve(document)
    operation = {"parameters": [{"name": "q", "in": "nowhere", "required": True}]}
    part = json.dumps({"b": {"get": operation}}).encode()
    upstream.answers["/parts.json"] = Answer(body=part)
    upstream.answers["/fine.json"] = Answer(body=json.dumps({"c": document["paths"]["/a"]}).encode())
    report = command("check", "--spec", url, "--json").json
    place = url.replace("document.json", "parts.json")
    errors = [problem for problem in report["problems"] if problem["severity"] == "error"]
    assert [(one["file"], one["line"], one["column"]) for one in errors] == [(place, 1, 31)]


def test_a_file_outside_the_working_folder_is_named_as_it_was_given(
    command: Command, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Our choice: a path that a person can open."""
    folder = tmp_path_factory.mktemp("elsewhere")
    path = str(folder / write(folder, BROKEN))
    report = command("check", "--spec", path, "--json").json
    assert {problem["file"] for problem in report["problems"]} == {path}


def test_a_document_of_a_command_has_no_file(command: Command, tmp_path: Path) -> None:
    """design.md, Options: --spec-command."""
    write(tmp_path, BROKEN)
    report = command("check", "--spec-command", "cat api.yaml", "--json").json
    assert [(problem["file"], problem["line"]) for problem in report["problems"]] == [(None, 13), (None, 19)]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--spec", "nowhere.yaml"], 3, "cannot read the file"),
        (["--spec", "empty.yaml"], 4, "the document is empty"),
        (["--spec", "empty.yaml", "--json", "--format", "sarif"], 2, "--json and --format sarif exclude each other"),
        (["--spec", "empty.yaml", "--client", "netscape"], 2, "unknown value 'netscape'"),
        (["--spec", "empty.yaml", "--format", "xml"], 2, "xml"),
    ],
)
def test_what_cannot_be_checked_ends_as_with_every_command(
    command: Command, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    """style.md, Errors: exit codes; 1 is kept for what a check finds."""
    write(tmp_path, "", "empty.yaml")
    ended = command("check", *arguments)
    assert (ended.status, ended.out) == (status, "")
    assert said in ended.err


def test_the_shop_has_nothing_wrong(command: Command, shop: Shop) -> None:
    """Our own example, of a real framework."""
    ended = command("check", "--spec", shop.spec, "--methods", "all", "--strict", "--json")
    assert (ended.status, ended.json["problems"]) == (0, [])
    assert all(not client["refused"] and not client["hidden"] and not client["cut"] for client in ended.json["clients"])


def test_the_status_reaches_the_shell(tmp_path: Path) -> None:
    """Issue 3: exit 1 on errors, from the installed command."""
    write(tmp_path, BROKEN)
    ended = run_command("check", "--spec", "api.yaml", folder=tmp_path)
    assert (ended.status, ended.err) == (1, "")

"""`openapi-mcp call`: one call from the shell, dry or real, and how it ends."""

import base64
import csv
import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Command, Shop, free_port
from support.child import run_command
from support.upstream import Answer, Upstream, description


def toys(upstream: Upstream, *paths: str) -> tuple[str, ...]:
    """Serve a description of these paths; return the options of `call` for it."""
    return ("call", "--spec", upstream.serve(description(*(paths or ("/echo",)))))


def test_the_answer_is_on_stdout_and_nothing_on_stderr(command: Command, shop: Shop) -> None:
    """style.md, CLI: stdout carries the answer."""
    ended = command("call", *shop.options, "products_retrieve", "-a", "id=20")
    assert (ended.status, ended.err) == (0, "")
    assert ended.json["name"] == "Coffee Grinder"
    assert ended.out.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["-a", "in_stock=true", "-a", "page_size=3"],
        ["--arg", "in_stock=true", "--arg", "page_size=3"],
        ["--args", '{"in_stock": true, "page_size": 3}'],
        ["--args", '{"in_stock": true, "page_size": 9}', "-a", "page_size=3"],
    ],
)
def test_arguments_are_read_by_the_tools_schema(command: Command, shop: Shop, arguments: list[str]) -> None:
    """design.md, Commands: -a name=value …, or --args; the single one is the stronger."""
    ended = command("call", *shop.options, "products_list", *arguments)
    assert ended.status == 0
    assert [product["in_stock"] for product in ended.json["results"]] == [True] * 3


ARGUMENTS: list[tuple[dict[str, Any], list[str], Any]] = [
    ({"type": "string"}, ["v=007"], "007"),
    ({"type": "string"}, ["v=true"], "true"),
    ({"type": "string"}, ["v="], ""),
    ({"type": "string"}, ["v=a=b"], "a=b"),
    ({"type": "string"}, ["v=null"], "null"),
    ({"type": ["string", "null"]}, ["v=null"], None),
    ({"type": "integer"}, ["v=7"], 7),
    ({"type": "number"}, ["v=1e3"], 1000.0),
    ({"type": "boolean"}, ["v=false"], False),
    ({"type": "array", "items": {"type": "string"}}, ["v=a", "v=1"], ["a", "1"]),
    ({"type": "array", "items": {"type": "integer"}}, ["v=1", "v=2"], [1, 2]),
    ({"type": "array", "items": {"type": "integer"}}, ["v=[1, 2]"], [1, 2]),
    ({"type": "object"}, ['v={"a": [1]}'], {"a": [1]}),
    ({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, ["v=5"], 5),
    ({"type": ["string", "object"]}, ['v={"a": 1}'], {"a": 1}),
    ({"type": ["string", "object"]}, ["v=<a/>"], "<a/>"),
    ({"type": ["string", "object"]}, ["v={a"], "{a"),
    ({"allOf": [{"type": "string"}]}, ["v=5"], "5"),
    ({"$ref": "#/components/schemas/Tree"}, ['v={"kids": [{"kids": []}]}'], {"kids": [{"kids": []}]}),
    ({}, ["v=plain words"], "plain words"),
    ({}, ["v=[1"], "[1"),
]


@pytest.mark.parametrize(("schema", "pairs", "value"), ARGUMENTS, ids=[f"{case[1]}" for case in ARGUMENTS])
def test_a_value_is_text_where_text_is_wanted_and_json_elsewhere(
    command: Command, upstream: Upstream, schema: dict[str, Any], pairs: list[str], value: Any
) -> None:
    """`-a`: text, or JSON where the tool wants it."""
    tree = {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}
    document = description("/echo", server=upstream.url, components={"schemas": {"Tree": tree}})
    body = {"type": "object", "properties": {"v": schema}}
    document["paths"]["/echo"] = {
        "post": {
            "operationId": "write",
            "requestBody": {"content": {"application/json": {"schema": body}}},
            "responses": {"200": {"description": "Well."}},
        }
    }
    options = [word for pair in pairs for word in ("-a", pair)]
    ended = command("call", "--spec", upstream.serve(document), "--methods", "post", "write", *options)
    assert (ended.status, ended.err) == (0, "")
    (call,) = upstream.calls
    assert json.loads(call.body) == {"v": value}


def test_arguments_can_come_from_stdin(shop: Shop, tmp_path: Path) -> None:
    """`--args -`."""
    ended = run_command(
        "call", *shop.options, "customers_list", "--args", "-", folder=tmp_path, stdin='{"search": "Chloé"}'.encode()
    )
    assert (ended.status, ended.err) == (0, "")
    assert [customer["city"] for customer in ended.json["results"]] == ["Lyon"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["-a", "page"], "error: 'page' is not an argument\n   at: -a\n  fix: write -a name=value\n"),
        (["-a", "=1"], "error: '=1' is not an argument\n   at: -a\n  fix: write -a name=value\n"),
        (["--args", "{"], "error: the arguments are not JSON: "),
        (["--args", '{"n": NaN}'], "error: the arguments are not JSON: NaN is not JSON\n"),
        (["--args", "[1]"], "error: the arguments are not a JSON object\n   at: --args\n"),
    ],
)
def test_arguments_that_cannot_be_read_are_a_usage_error(
    command: Command, upstream: Upstream, options: list[str], error: str
) -> None:
    """style.md, Errors: 2 usage."""
    ended = command(*toys(upstream), "echo", *options)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(error)
    assert upstream.calls == []


def test_document_and_arguments_cannot_both_come_from_stdin(command: Command) -> None:
    """Our choice: there is one stdin."""
    ended = command("call", "--spec", "-", "echo", "--args", "-")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: both the document and the arguments are to come from stdin\n   at: --args -\n")


def test_an_image_is_its_bytes_on_a_pipe(command: Command, shop: Shop) -> None:
    """design.md, A result; a pipe gets what the API sent."""
    ended = command("call", *shop.options, "products_label_retrieve", "-a", "id=1")
    assert ended.out.encode("utf-8", "surrogateescape").startswith(b"\x89PNG\r\n\x1a\n")
    assert ended.out.encode("utf-8", "surrogateescape").endswith(b"IEND\xaeB`\x82")


def test_csv_is_text_on_stdout(command: Command, shop: Shop) -> None:
    """design.md, A result."""
    ended = command("call", *shop.options, "reports_sales_retrieve")
    assert [len(row) for row in csv.reader(ended.out.splitlines()) if row] == [3] * 31


JSON_ANSWERS: list[tuple[str, Answer, Any]] = [
    ("an object", Answer(b'{"a": 1}'), {"a": 1}),
    ("an array", Answer(b"[1, 2]"), {"result": [1, 2]}),
    ("null", Answer(b"null"), {"result": None}),
    ("text", Answer("späte Züge".encode(), "text/plain; charset=utf-8"), {"result": "späte Züge"}),
    ("bytes", Answer(b"\x00\xff", "application/zip"), {
        "result": {"mime_type": "application/zip", "bytes": 2, "base64": base64.b64encode(b"\x00\xff").decode()}}),
    ("created", Answer(b'{"a": 1}', status=201), {"a": 1, "_note": {"status": 201}}),
    ("text with a header", Answer(b"hi", "text/plain", headers=(("ETag", '"1"'),)), {
        "result": "hi", "_note": {"headers": {"etag": '"1"'}}}),
    ("a note of its own", Answer(b'{"_note": 1}', status=203), {"result": {"_note": 1}, "_note": {"status": 203}}),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "value"), [case[1:] for case in JSON_ANSWERS], ids=[c[0] for c in JSON_ANSWERS])
def test_json_is_one_document_whatever_the_answer_is(
    command: Command, upstream: Upstream, answer: Answer, value: Any
) -> None:
    """design.md, Commands and A result: one JSON document on stdout, nothing else there."""
    upstream.answers["/odd"] = answer
    ended = command(*toys(upstream, "/odd"), "odd", "--json")
    assert (ended.status, ended.err, ended.json) == (0, "", value)


FAILURES = [
    (400, "rejected", False, 6),
    (401, "unauthenticated", False, 5),
    (402, "quota", False, 6),
    (403, "forbidden", False, 5),
    (404, "not_found", False, 6),
    (409, "conflict", False, 6),
    (422, "rejected", False, 6),
    (429, "quota", False, 6),  # it tells no time
    (500, "upstream_error", False, 6),
    (503, "upstream_error", True, 6),
    (504, "timeout", True, 6),
]


@pytest.mark.parametrize(("status", "kind", "retryable", "code"), FAILURES)
def test_a_refusing_api_gives_the_exit_code_of_its_kind(
    command: Command, upstream: Upstream, status: int, kind: str, retryable: bool, code: int
) -> None:
    """style.md, Errors: 5 credentials, 6 the call failed upstream; design.md, Failure."""
    upstream.answers["/odd"] = Answer(b'{"detail": "no"}', status=status)
    options = (*toys(upstream, "/odd"), "odd")
    plain, as_json = command(*options), command(*options, "--json")
    assert (plain.status, as_json.status) == (code, code)
    assert plain.err.startswith(f"error: {kind}: the API answered {status}: no\n")
    assert plain.json == {"detail": "no"}
    assert as_json.err == ""
    error = as_json.json["error"]
    assert [key for key in error if key != "waited"] == [
        "kind", "message", "status", "field", "retryable", "retry_after", "attempts", "hint", "try", "body", "evidence",
    ]  # fmt: skip
    assert (error["kind"], error["status"], error["retryable"]) == (kind, status, retryable)
    assert error["body"] == {"detail": "no"}


def test_an_api_that_nobody_serves_is_unreachable(command: Command, upstream: Upstream) -> None:
    """design.md, Failure; 6 the call failed upstream."""
    url = f"http://127.0.0.1:{free_port()}"
    ended = command(*toys(upstream), "--base-url", url, "echo", "--json")
    assert ended.status == 6
    error = ended.json["error"]
    assert (error["kind"], error["retryable"], error["status"]) == ("unreachable", True, None)


def test_an_api_that_hangs_is_a_timeout(command: Command, upstream: Upstream) -> None:
    """security.md 16; 6 the call failed upstream."""
    ended = command(*toys(upstream, "/hang"), "--timeout", "0.2", "hang", "--json")
    assert ended.status == 6
    assert ended.json["error"]["kind"] == "timeout"
    assert upstream.wait_for_hang_up() == "/hang"


def test_an_answer_beyond_the_cap_is_too_large(command: Command, upstream: Upstream) -> None:
    """security.md 17: --max-body."""
    upstream.answers["/odd"] = Answer(b'"' + b"x" * 2000 + b'"')
    ended = command(*toys(upstream, "/odd"), "--max-body", "1000", "odd", "--json")
    assert ended.status == 6
    assert ended.json["error"]["kind"] == "too_large"
    assert "1,000 bytes" in ended.json["error"]["message"]


def test_a_long_answer_is_cut_between_items_and_says_so(command: Command, upstream: Upstream) -> None:
    """design.md, A result: --max-response."""
    upstream.answers["/odd"] = Answer(json.dumps([{"n": n} for n in range(2000)]).encode())
    cut = command(*toys(upstream, "/odd"), "--max-response", "1000", "odd", "--json").json
    (more,) = cut["_note"]["more"]["cut"]
    assert cut["result"] == [{"n": n} for n in range(more["shown"])]
    assert (more["pointer"], more["unit"], more["shown"] + more["left"]) == ("#", "items", 2000)
    assert 0 < more["shown"] < 200
    whole = command(*toys(upstream, "/odd"), "--max-response", "0", "odd", "--json").json
    assert len(whole["result"]) == 2000


@pytest.mark.parametrize(
    ("tool", "arguments", "kind", "field"),
    [
        ("nothing", [], "unknown_tool", None),
        ("things", [], "invalid_arguments", "id"),
        ("things", ["-a", "id=a", "-a", "n=many"], "invalid_arguments", "n"),
        ("things", ["-a", "id=.."], "invalid_arguments", "id"),
        ("things", ["-a", "id=a", "-a", "m=1"], "invalid_arguments", "m"),
    ],
)
def test_a_call_that_cannot_be_made_is_a_usage_error(
    command: Command, upstream: Upstream, tool: str, arguments: list[str], kind: str, field: str | None
) -> None:
    """style.md, Errors: 2 usage; nothing is sent."""
    ended = command(*toys(upstream, "/things/{id}"), tool, *arguments, "--json")
    assert ended.status == 2
    assert (ended.json["error"]["kind"], ended.json["error"]["field"]) == (kind, field)
    dry = command(*toys(upstream, "/things/{id}"), tool, *arguments, "--dry-run")
    assert (dry.status, dry.out) == (2, "")
    assert dry.err.startswith("error: ")
    assert upstream.calls == []


@pytest.mark.parametrize(
    ("method", "options", "reason", "fix"),
    [
        ("post", [], "method POST is not enabled", "add --allow 'POST /notes', or --methods get,post"),
        ("get", ["--methods", "post"], "method GET is not enabled", "add --allow 'GET /notes', or --methods get"),
        ("get", ["--exclude", "/notes"], "excluded by '/notes' (--exclude)", "`openapi-mcp inspect` shows"),
        ("get", ["--include", "/other"], "matches no --include pattern", "`openapi-mcp inspect` shows"),
    ],
)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_an_operation_that_was_left_out_is_no_unknown_name(
    command: Command, upstream: Upstream, method: str, options: list[str], reason: str, fix: str, dry: list[str]
) -> None:
    """A user's finding: the hint led to a read with a near name; the person at a shell may give another option."""
    other = {"operationId": "get_note", "responses": {}}
    made = description("/other")
    made["paths"] = {"/notes": {method: {"operationId": "add_note", "responses": {}}}, "/other": {"get": other}}
    made["paths"]["/more"] = {"post": {**other, "operationId": "more"}}
    ended = command("call", "--spec", upstream.serve(made), *options, "add_note", "-a", "title=x", *dry)
    assert ended.status == 2
    assert f"unknown_tool: {method.upper()} /notes is left out: {reason}" in ended.err
    assert f"fix: {fix}" in ended.err
    assert upstream.calls == []


def test_a_dry_run_shows_the_request_and_sends_nothing(command: Command, upstream: Upstream) -> None:
    """design.md, Commands: --dry-run."""
    options = (*toys(upstream), "--bearer", "s3cr3t-value", "echo", "-a", "n=5", "--dry-run")
    url = f"{upstream.url}/echo?n=5"
    curl = f"curl --globoff -X GET '{url}' -H 'Accept: */*' -H 'Authorization: Bearer ***'"
    plain = command(*options)
    assert (plain.status, plain.err) == (0, "")
    assert plain.out == f"GET {url}\nAccept: */*\nAuthorization: Bearer ***\n\n{curl}\n"
    as_json = command(*options, "--json")
    assert as_json.json == {
        "method": "GET",
        "url": url,
        "headers": [{"name": "Accept", "value": "*/*"}, {"name": "Authorization", "value": "Bearer ***"}],
        "body": None,
        "body_base64": None,
        "curl": curl,
    }
    assert upstream.calls == []


def test_a_dry_run_shows_an_xml_body_as_it_would_be_sent(command: Command, upstream: Upstream) -> None:
    """OAS 3.1.1, XML Object."""
    document = description("/echo", server=upstream.url)
    schema = {"type": "object", "xml": {"name": "pet"}, "properties": {"name": {"type": "string"}}}
    document["paths"]["/echo"]["post"] = {
        "operationId": "write",
        "requestBody": {"content": {"application/xml": {"schema": schema}}},
        "responses": {"200": {"description": "Well."}},
    }
    options = (
        "--spec",
        upstream.serve(document),
        "--methods",
        "post",
        "write",
        "-a",
        'body={"name": "é"}',
        "--dry-run",
    )
    assert '<?xml version="1.0" encoding="UTF-8"?>\n<pet><name>é</name></pet>' in command("call", *options).out
    assert upstream.calls == []


def test_the_curl_line_of_a_dry_run_gives_the_same_answer(command: Command, shop: Shop) -> None:
    """design.md, Commands: the exact request."""
    options = ("call", *shop.options, "products_list", "--args", '{"category": "kitchen", "max_price": 40.5}')
    line = command(*options, "--dry-run", "--json").json["curl"]
    assert shop.token not in line
    asked = shlex.split(line.replace("***", shop.token))
    done = subprocess.run([*asked, "--silent", "--noproxy", "*"], capture_output=True, timeout=30, check=True)
    assert json.loads(done.stdout) == command(*options).json


def test_the_curl_line_of_a_dry_run_carries_any_body_through_a_shell(command: Command, shop: Shop) -> None:
    """The same with a body; a shell reads the line as it is printed. It writes a customer of its own."""
    customer = {"name": 'O\'Brien "$HOME" `id` \\ é \n!', "email": "curl@example.com", "city": "Cork", "phone": None}
    options = ("call", *shop.options, "--methods", "post", "customers_create", "--args", json.dumps(customer))
    printed = command(*options, "--dry-run").out
    line = printed[printed.index("\ncurl ") :].replace("***", shop.token).strip()
    done = subprocess.run(["sh", "-c", f"{line} --silent --noproxy '*'"], capture_output=True, timeout=30, check=True)
    created = json.loads(done.stdout)
    assert {name: created[name] for name in customer} == customer
    assert printed.startswith(f"POST {shop.url}/api/customers/\n")


def test_a_key_in_the_query_or_in_a_cookie_is_masked_in_a_dry_run(command: Command, upstream: Upstream) -> None:
    """security.md 10: also where it stands in a URL."""
    schemes = {
        "asQuery": {"type": "apiKey", "in": "query", "name": "key"},
        "asCookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    }
    document = description("/echo", components={"securitySchemes": schemes})
    keys = ("--auth", "asQuery=first-s3cret", "--auth", "asCookie=second-s3cret")
    ended = command("call", "--spec", upstream.serve(document), *keys, "echo", "-a", "n=1", "--dry-run")
    assert ended.out.startswith(f"GET {upstream.url}/echo?n=1&key=***\nAccept: */*\nCookie: sid=***\n")
    assert "s3cret" not in ended.out + ended.err
    assert command("call", "--spec", f"{upstream.url}/document.json", *keys, "echo", "-a", "n=1").status == 0
    (call,) = upstream.calls
    assert call.target == "/echo?n=1&key=first-s3cret"
    assert call.values("cookie") == ["sid=second-s3cret"]


def test_a_head_operation_answers_with_its_headers(command: Command, upstream: Upstream) -> None:
    """Our choice: they are all that a HEAD has to say."""
    document = description("/echo")
    document["paths"]["/echo"] = {"head": {"operationId": "peek", "responses": {"200": {"description": "Well."}}}}
    ended = command("call", "--spec", upstream.serve(document), "peek", "--json")
    assert ended.status == 0
    assert ended.json["_note"]["headers"]["content-type"] == "application/json"


def test_a_part_of_the_answer_is_selected(command: Command, shop: Shop) -> None:
    """Issue 4: `_select`, when --select is on."""
    ended = command("call", *shop.options, "products_list", "--select", "-a", "_select=length(results)")
    assert (ended.status, ended.err, ended.json["result"]) == (0, "", 20)
    assert ended.json["_note"]["next"]["arguments"] == {"_select": "length(results)", "page": 2}


def test_an_answer_that_was_cut_has_no_handle_that_nobody_could_use(command: Command, shop: Shop) -> None:
    """The process ends with its answer; what helps is said."""
    ended = command("call", *shop.options, "products_list", "--max-response", "2000", "--json")
    more = ended.json["_note"]["more"]
    assert list(more) == ["cut", "hint"]
    assert "--select" in more["hint"]
    assert "--max-response" in more["hint"]

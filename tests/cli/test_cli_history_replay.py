"""`openapi-mcp history replay`: a call made again, with the arguments that were recorded."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.child import Outcome, run_command
from support.history import a_record, a_store, fill
from support.person import Typed
from support.upstream import Answer, Upstream, description

from openapi_mcp.model.record import Record
from openapi_mcp.records.query import Filter

THINGS = {
    "/things/{id}": {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "get": {"operationId": "read", "responses": {}},
        "delete": {"operationId": "remove", "responses": {}},
    },
    "/stock": {"get": {"operationId": "stock", "responses": {}}},
}
READ = a_record(
    1,
    api="T",
    tool="read",
    method="GET",
    path="/things/{id}",
    operation_id="read",
    arguments={"id": 7},
    answer='{"n": 1}',
)
REMOVE = replace(READ, id="w001v9x2m4t7a", tool="remove", method="DELETE", operation_id="remove")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A file of records that nobody has written yet."""
    return tmp_path / "state" / "records.db"


@pytest.fixture
def api(upstream: Upstream) -> str:
    """Where the description of the things is served."""
    upstream.answers["/things/7"] = Answer(b'{"n": 1}', "application/json")
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": THINGS}
    return upstream.serve({**document, "servers": [{"url": upstream.url}]})


def sent(upstream: Upstream) -> list[tuple[str, str]]:
    return [(seen.method, seen.target) for seen in upstream.calls]


def recorded(db: Path) -> list[Record]:
    """Return all records, the newest first."""
    with a_store(db) as store:
        return store.calls(Filter())


def test_a_read_goes_at_once_after_its_exact_request(command: Command, upstream: Upstream, api: str, db: Path) -> None:
    """Issue 8: reads at once; the exact request first. Then what is different."""
    ended = command("history", "replay", "k001", "--spec", api, "--records", fill(db, READ))
    assert (ended.status, ended.json) == (0, {"n": 1})
    assert sent(upstream) == [("GET", "/things/7")]
    request, rest = ended.err.split("\n\ncurl --globoff -X GET ")
    assert request.splitlines()[0] == f"GET {upstream.url}/things/7"
    _, then, now, verdict = rest.splitlines()
    assert then.startswith("then: 200 in 12 ms, 2024-12-2")
    assert now.startswith("now:  200 in ")
    assert verdict == "the answer is the same"


def test_the_new_call_is_recorded_too(command: Command, api: str, db: Path) -> None:
    """Part 7: the replayed call is itself recorded."""
    command("history", "replay", "k001", "--spec", api, "--keep", "9999d", "--records", fill(db, READ))
    new, old = recorded(db)
    assert old.id == READ.id
    assert (new.tool, new.operation, new.arguments, new.status) == ("read", READ.operation, {"id": 7}, 200)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Answer(b'{"n": 2}', "application/json"), "the answer is another one\ndifferent: n: 1 -> 2"),
        (Answer(b"plain", "text/plain"), "the answer is another one"),
        (Answer(b"", "text/plain", status=404), "it ended in another way"),
    ],
)
def test_what_is_different_is_said(
    command: Command, upstream: Upstream, api: str, db: Path, answer: Answer, verdict: str
) -> None:
    """Part 7: status and duration then and now, same or different."""
    upstream.answers["/things/7"] = answer
    ended = command("history", "replay", "k001", "--spec", api, "--records", fill(db, READ))
    assert ended.err.endswith(f"\n{verdict}\n")
    assert ended.status == (6 if "way" in verdict else 0)


def test_what_we_ourselves_noted_makes_no_other_answer(command: Command, api: str, db: Path) -> None:
    """Our choice: an answer that was repaired or from the cache then need not be so now."""
    record = replace(READ, answer='{"n": 1, "_note": {"cache": {"from": "cache", "age": 12}}}')
    ended = command("history", "replay", "k001", "--spec", api, "--records", fill(db, record))
    assert ended.err.splitlines()[-1] == "the answer is the same"


def test_json_has_the_request_the_result_and_both_outcomes(
    command: Command, upstream: Upstream, api: str, db: Path
) -> None:
    """style.md, CLI: --json is one document."""
    told = command("history", "replay", "k001", "--spec", api, "--records", fill(db, READ), "--json").json
    assert list(told) == ["replayed", "request", "result", "then", "now", "same"]
    assert (told["replayed"], told["result"], told["same"]) == (READ.id, {"n": 1}, True)
    assert (told["request"]["method"], told["request"]["url"]) == ("GET", f"{upstream.url}/things/7")
    assert told["then"] == {"time": "2024-12-24T00:26:41.000Z", "status": 200, "kind": None, "duration_ms": 12.0}
    assert (told["now"]["status"], told["now"]["kind"]) == (200, None)


def test_a_dry_run_shows_the_request_and_sends_nothing(
    command: Command, upstream: Upstream, api: str, db: Path
) -> None:
    """Part 7: --dry-run, as that of call; of a write, too."""
    options = ("--spec", api, "--allow", "DELETE *", "--records", fill(db, READ, REMOVE), "--dry-run")
    ended = command("history", "replay", "w001", *options)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"DELETE {upstream.url}/things/7\n")
    assert command("history", "replay", "k001", *options, "--json").json["url"] == f"{upstream.url}/things/7"
    assert (sent(upstream), len(recorded(db))) == ([], 2)


def remove(command: Command, api: str, db: Path, *options: str) -> Outcome:
    given = ("--spec", api, "--allow", "DELETE *", "--records", fill(db, REMOVE), "--keep", "9999d")
    return command("history", "replay", "w001", *given, *options)


def test_a_write_is_sent_when_a_person_agrees(
    command: Command, upstream: Upstream, api: str, db: Path, typed: Typed
) -> None:
    """Issue 8: writes after a confirmation, which shows the exact request."""
    typed("y\n")
    ended = remove(command, api, db)
    assert (ended.status, sent(upstream)) == (0, [("DELETE", "/things/7")])
    assert f"    | DELETE {upstream.url}/things/7\n" in ended.err
    assert ended.err.count(f"DELETE {upstream.url}/things/7") == 1


def test_a_write_that_is_declined_is_not_sent(
    command: Command, upstream: Upstream, api: str, db: Path, typed: Typed
) -> None:
    """Issue 8: no answer is a no, and no call that failed."""
    typed("n\n")
    ended = remove(command, api, db)
    assert (ended.status, ended.out, sent(upstream)) == (2, "", [])
    assert ended.err.endswith("error: declined; nothing was sent\n   at: history replay\n  fix: answer y to send it\n")
    assert "Lines with a bar are the request as it was recorded;" in ended.err
    assert [record.id for record in recorded(db)] == [REMOVE.id]


def test_a_write_without_a_terminal_needs_yes(command: Command, upstream: Upstream, api: str, db: Path) -> None:
    """Part 7: without a terminal an error that says --yes."""
    ended = remove(command, api, db)
    assert (ended.status, ended.out, sent(upstream)) == (2, "", [])
    assert ended.err == (
        "error: a person must confirm that a write is made again, and there is no terminal\n"
        "   at: history replay\n  fix: run it in a terminal, or give --yes; --dry-run shows the request\n"
    )


def test_yes_sends_a_write_as_it_is_shown(command: Command, upstream: Upstream, api: str, db: Path) -> None:
    """Part 7: --yes for scripts; it stands for what --confirm asks, too."""
    ended = remove(command, api, db, "--yes", "--confirm", "writes")
    assert (ended.status, sent(upstream)) == (0, [("DELETE", "/things/7")])
    assert ended.err.startswith(f"DELETE {upstream.url}/things/7\n")


def test_a_write_that_cannot_be_sent_is_not_asked_about(
    command: Command, upstream: Upstream, api: str, db: Path
) -> None:
    """Our choice: as `call` does."""
    where = fill(db, replace(REMOVE, arguments={"id": []}))
    options = ("--spec", api, "--allow", "DELETE *", "--records", where, "--yes", "--json")
    ended = command("history", "replay", "w001", *options)
    assert (ended.status, sent(upstream)) == (2, [])
    assert (ended.json["request"], ended.json["result"]["error"]["kind"]) == (None, "invalid_arguments")
    assert (ended.json["same"], ended.json["now"]["kind"]) == (False, "invalid_arguments")


def test_a_write_needs_to_be_allowed_as_ever(command: Command, upstream: Upstream, api: str, db: Path) -> None:
    """design.md, Safety: read-only unless opted in; the way in is said."""
    ended = command("history", "replay", "w001", "--spec", api, "--records", fill(db, REMOVE), "--yes")
    assert (ended.status, sent(upstream)) == (2, [])
    assert ended.err == (
        "error: no tool makes this call: DELETE /things/{id}\n   at: --spec\n"
        "  fix: method DELETE is not enabled (--methods, --allow); --allow 'DELETE /things/{id}' takes it in\n"
    )
    allowed = command(
        "history", "replay", "w001", "--spec", api, "--records", str(db), "--yes", "--allow", "DELETE /things/{id}"
    )
    assert (allowed.status, sent(upstream)) == (0, [("DELETE", "/things/7")])


MOVED = [
    ({"tool": "old_name"}, "the tool is now read (GET /things/{id}); it was old_name\n"),
    ({"tool": "old_name", "path": "/v1/things/{id}"}, "the tool is now read (GET /things/{id}); it was old_name\n"),
    (
        {"path": "/v1/things/{id}", "operation_id": "other"},
        "the tool is now read (GET /things/{id}); it was read\n",
    ),
]


@pytest.mark.parametrize(("said", "notice"), MOVED, ids=["operation", "operationId", "name"])
def test_a_tool_that_has_changed_is_found_by_what_it_calls(
    command: Command, upstream: Upstream, api: str, db: Path, said: dict[str, Any], notice: str
) -> None:
    """Part 7: by the tool's name, else operationId or method and path."""
    ended = command("history", "replay", "k001", "--spec", api, "--records", fill(db, replace(READ, **said)))
    assert (ended.status, sent(upstream)) == (0, [("GET", "/things/7")])
    assert ended.err.startswith(notice)


def test_a_call_of_another_document_is_refused(command: Command, upstream: Upstream, api: str, db: Path) -> None:
    """style.md, Errors: what to do."""
    record = replace(READ, tool="orders_list", path="/orders", operation_id="orders_list", api="Shop")
    ended = command("history", "replay", "k001", "--spec", api, "--records", fill(db, record))
    assert (ended.status, sent(upstream)) == (2, [])
    assert ended.err == (
        "error: no tool makes this call: GET /orders\n   at: --spec\n"
        "  fix: give the document of Shop: this one has no such operation\n"
    )


NOT_WHOLE: list[tuple[dict[str, Any], str, str]] = [
    ({"arguments": None}, "its arguments were not recorded (--record-arguments off)", "call --spec SOURCE read -a ..."),
    ({"arguments": {"id": 7, "token": "***"}}, "secrets are not recorded: token", "with the secret in place of ***: "),
    ({"arguments": {"a": [{"b": "Bearer ***"}]}}, "secrets are not recorded: a", '{"a": [{"b": "Bearer ***"}]}'),
    ({"arguments": {"***": 1}}, "secrets are not recorded: ***", "--args"),
    ({"arguments": {"...": "9 characters"}}, "its arguments are too long to be recorded", "with all of them"),
    ({"arguments": {"?": "9 characters"}}, "its arguments are too long to be recorded", "with all of them"),
    ({"arguments": {"q": "a... (9,000 characters)"}}, "not all of it is recorded: q", "with all of it"),
    ({"arguments": {str(n): "***" for n in range(7)}}, "secrets are not recorded: 0, 1, 2, 3, 4 and 2 more", "--args"),
    ({"method": "", "path": ""}, "read calls no operation of an API", "only calls of an API's operations"),
]


@pytest.mark.parametrize(("said", "message", "hint"), NOT_WHOLE, ids=[message for _, message, _ in NOT_WHOLE])
def test_what_was_not_recorded_whole_is_not_made_again(
    command: Command, upstream: Upstream, api: str, db: Path, said: dict[str, Any], message: str, hint: str
) -> None:
    """Part 7: say which, and how to make the call by hand."""
    ended = command("history", "replay", "k001", "--spec", api, "--records", fill(db, replace(READ, **said)))
    assert (ended.status, ended.out, sent(upstream)) == (2, "", [])
    assert ended.err.startswith(f"error: {message}\n   at: call k001v9x2m4t7a\n  fix: ")
    assert hint in ended.err


def test_of_several_apis_the_recorded_one_is_called(
    command: Command, upstream: Upstream, other_upstream: Upstream, api: str, db: Path
) -> None:
    """Part 7: an API's label in records is its name among several."""
    other = other_upstream.serve(description("/things"))
    record = replace(READ, api="shop", tool="shop_read")
    options = ("--spec", f"depot={other}", "--spec", f"shop={api}", "--records", fill(db, record))
    assert command("history", "replay", "k001", *options).status == 0
    assert (sent(upstream), other_upstream.calls) == ([("GET", "/things/7")], [])


def test_a_read_that_cannot_be_foreseen_is_made_all_the_same(
    command: Command, upstream: Upstream, api: str, db: Path
) -> None:
    """Our choice: it may be repaired on its way, as the call itself may."""
    where = fill(db, replace(READ, arguments={}, kind="invalid_arguments", status=None, answer=""))
    ended = command("history", "replay", "k001", "--spec", api, "--records", where)
    assert (ended.status, sent(upstream)) == (2, [])
    assert "then: invalid_arguments in 12 ms" in ended.err


def test_an_unknown_id_is_said_before_anything_is_loaded(command: Command, upstream: Upstream, db: Path) -> None:
    """style.md, Errors."""
    ended = command("history", "replay", "zz", "--spec", f"{upstream.url}/none", "--records", fill(db, READ))
    assert (ended.status, ended.err.splitlines()[0]) == (2, "error: no call is recorded with the id 'zz'")


def test_a_read_goes_past_the_cache(command: Command, upstream: Upstream, api: str, db: Path) -> None:
    """Our choice: what the API says now is the point of it."""
    upstream.answers["/things/7"] = Answer(b'{"n": 1}', "application/json", headers=(("Cache-Control", "max-age=600"),))
    command("call", "--spec", api, "read", "-a", "id=7", "--records", str(db))
    (record,) = recorded(db)
    command("history", "replay", record.id, "--spec", api, "--records", str(db))
    assert sent(upstream) == [("GET", "/things/7")] * 2


def test_what_call_did_is_replayed_end_to_end(upstream: Upstream, api: str, db: Path, tmp_path: Path) -> None:
    """Through `python -m openapi_mcp`: the id of the history is all it takes."""
    options = ("--spec", api, "--records", str(db))
    run_command("call", *options, "read", "-a", "id=7", folder=tmp_path)
    (shown,) = run_command("history", "--records", str(db), "--json", folder=tmp_path).json["calls"]
    ended = run_command("history", "replay", shown["id"], *options, folder=tmp_path)
    assert (ended.status, json.loads(ended.out)) == (0, {"n": 1})
    assert ended.err.endswith("\nthe answer is the same\n")
    assert sent(upstream) == [("GET", "/things/7")] * 2


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
CUSTOMER = {"type": "object", "properties": {"id": NUMBER, "name": TEXT}}


def answering(schema: dict[str, Any]) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}


CUSTOMERS = {
    "/customers": {
        "get": {
            "operationId": "customers",
            "parameters": [{"name": "search", "in": "query", "schema": TEXT}],
            **answering({"type": "array", "items": CUSTOMER}),
        }
    },
    "/customers/{id}": {
        "get": {
            "operationId": "customer",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": NUMBER}],
            **answering(CUSTOMER),
        }
    },
}
LOOKED_UP = replace(
    READ,
    tool="customer",
    path="/customers/{id}",
    operation_id="customer",
    arguments={"id": "Ana Souza"},
    repairs=({"field": "id", "from": "Ana Souza", "to": 1, "how": "the id of the customer that is called so"},),
    lookups=({"tool": "customers", "arguments": {"search": "Ana Souza"}, "items": 1},),
    answer='{"id": 1, "name": "Ana Souza"}',
    curl="curl --globoff -X GET 'https://api.example.com/customers/1'",
)


@pytest.fixture
def customers(upstream: Upstream) -> str:
    """Where the description of an API of customers is served."""
    ana = b'{"id": 1, "name": "Ana Souza"}'
    upstream.answers["/customers"] = Answer(b"[" + ana + b"]")
    upstream.answers["/customers/1"] = Answer(ana)
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": CUSTOMERS}
    return upstream.serve({**document, "servers": [{"url": upstream.url}]})


def test_what_is_looked_up_is_named_and_then_the_exact_request_is_shown(
    command: Command, upstream: Upstream, customers: str, db: Path
) -> None:
    """Issue 8: the exact request first; of a call that a lookup repairs it is known once that is answered."""
    ended = command("history", "replay", "k001", "--spec", customers, "--records", fill(db, LOOKED_UP))
    assert (ended.status, ended.json["id"]) == (0, 1)
    first, request, *_, repaired, _then, _now, verdict = ended.err.splitlines()
    assert first == "looked up first: customers(search: Ana Souza)"
    assert request == f"GET {upstream.url}/customers/1"
    assert repaired.startswith("repaired: id: Ana Souza -> 1 (")
    assert verdict == "the answer is the same"
    assert [target for _, target in sent(upstream)] == ["/customers?search=Ana%20Souza", "/customers/1"]


def test_json_has_the_request_that_a_lookup_led_to(
    command: Command, upstream: Upstream, customers: str, db: Path
) -> None:
    """style.md, CLI: what is shown is in --json, too."""
    options = ("--spec", customers, "--records", fill(db, LOOKED_UP), "--json")
    told = command("history", "replay", "k001", *options).json
    assert told["request"]["url"] == f"{upstream.url}/customers/1"


def test_a_dry_run_of_what_a_lookup_repaired_shows_the_recorded_request(
    command: Command, upstream: Upstream, customers: str, db: Path
) -> None:
    """Our choice: a dry run asks nobody, and the record knows what the answer came to."""
    options = ("--spec", customers, "--records", fill(db, LOOKED_UP), "--dry-run")
    ended = command("history", "replay", "k001", *options)
    assert (ended.status, ended.out, sent(upstream)) == (0, f"{LOOKED_UP.curl}\n", [])
    first, word = ended.err.splitlines()
    assert first == "looked up first: customers(search: Ana Souza)"
    assert word.startswith("a dry run looks nothing up; this is the request that was sent then, 2024-12-2")
    assert command("history", "replay", "k001", *options, "--json").json == {
        "recorded": "2024-12-24T00:26:41.000Z",
        "curl": LOOKED_UP.curl,
        "lookup": {"tool": "customers", "arguments": {"search": "Ana Souza"}},
    }


def test_a_request_that_is_refused_and_repaired_is_shown_each_time(
    command: Command, upstream: Upstream, customers: str, db: Path
) -> None:
    """Issue 8: nothing of a call goes out that was not shown."""
    upstream.answers["/customers/7"] = Answer(b'{"detail": "No such customer."}', status=404)
    where = fill(db, replace(LOOKED_UP, arguments={"id": 7}, kind="not_found", status=404, lookups=(), repairs=()))
    ended = command("history", "replay", "k001", "--spec", customers, "--records", where)
    assert ended.err.startswith(f"GET {upstream.url}/customers/7\n")
    assert ended.err.count(f"\nGET {upstream.url}") == len(sent(upstream)) - 1

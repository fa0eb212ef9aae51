"""What `openapi-mcp call` says in plain text of what was repaired, meant and tried, and what a dry run cannot know."""

import json

import pytest
from conftest import Command, Shop
from support.upstream import Answer, Upstream, description

from openapi_mcp.cli.told import failure_lines, plain, repair_line, repairs_of
from openapi_mcp.model.call import Blob, Failure, FailureKind, Result, Text
from openapi_mcp.model.fault import Fault, Repair


def failed(**more: object) -> list[tuple[str, str]]:
    return list(failure_lines(Failure(kind=FailureKind.REJECTED, message="no", **more)))  # type: ignore[arg-type]


def test_a_failure_of_one_attempt_has_no_more_to_say() -> None:
    """Our choice: a line only where there is something to say."""
    assert failed(attempts=1, faults=(Fault(path=("a",), rule="type", said="a is no number"),)) == []


def test_what_may_be_meant_stands_on_one_line() -> None:
    """Issue 7, Tell: the near names, and the things that may be meant with their ids."""
    things = ({"id": 1, "name": "Ana Souza"}, {"customer": 2, "name": "Bo"}, {"id": 3, "placed_at": "2026"}, "Bo", 5)
    assert failed(near=(*things, {"name": "Cy"})) == [
        ("near", "Ana Souza (id 1), Bo (customer 2), id 3, placed_at 2026, Bo, 5, Cy")
    ]


def test_each_fault_and_each_repair_has_a_line_and_the_attempts_have_one() -> None:
    """Issue 7, Tell: the field, the rule; repairs are always told; what was waited and tried."""
    faults = (Fault(path=("email",), rule="format", said="Enter an email."), Fault(path=("n",), rule="required"))
    repair = Repair(path=("city",), before="lisbon", after="Lisbon", how="spelled so")
    assert failed(faults=faults, repairs=(repair,), attempts=3, waited=1.23) == [
        ("field", "email: Enter an email."),
        ("field", "n: required"),
        ("repaired", "city: lisbon -> Lisbon (spelled so)"),
        ("tried", "3 times, 1.2 s waited"),
    ]
    assert failed(attempts=2) == [("tried", "2 times")]
    assert failed(attempts=1, waited=0.5) == [("tried", "once, 0.5 s waited")]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("5", 5, 'a: "5" -> 5 (how)'),
        ({"b": 1}, [1], 'a: {"b":1} -> [1] (how)'),
        (None, 5, "a: 5 (how)"),
        ("", None, 'a: "" -> left out (how)'),
        (None, None, "a: left out (how)"),
    ],
)
def test_a_repair_says_from_what_to_what(before: object, after: object, said: str) -> None:
    """Null is what was not given, or is not sent."""
    assert repair_line({"field": "a", "from": before, "to": after, "how": "how"}) == said


def test_nothing_that_a_terminal_obeys_or_hides_stands_in_a_line() -> None:
    """Issue 7: what an API or a model has written is on one line, and seen."""
    assert plain("a\x1b]0;t\x07\nb\u202ec", 99) == "a\\x1b]0;t\\x07\\nb<U+202E>c"
    assert plain("x" * 100, 10) == "x" * 9 + "…"
    assert failed(near=("\x1b[2J",)) == [("near", "\\x1b[2J")]


def test_repairs_are_read_from_the_note_wherever_it_stands() -> None:
    """design.md, A result: beside text and bytes the note is a block of its own."""
    note = {"_note": {"repairs": [{"field": "a"}]}}
    beside = Text(text=json.dumps(note))
    assert repairs_of(Result(content=(Text(text="{}"),), structured={"id": 1, **note})) == [{"field": "a"}]
    assert repairs_of(Result(content=(Blob(data=b"", mime_type="a/b", uri="u"), beside))) == [{"field": "a"}]
    assert repairs_of(Result(content=(Text(text="hi"),))) == []
    assert repairs_of(Result(content=(Text(text="{}"),), structured={"_note": {"repairs": []}})) == []


def test_a_success_that_was_repaired_says_so_on_stderr(command: Command, shop: Shop) -> None:
    """style.md, CLI: stdout carries the answer as it is."""
    options = ("call", *shop.options, "customers_retrieve", "--args", '{"customer_id": "1"}')
    plainly, as_json = command(*options), command(*options, "--json")
    assert (plainly.status, as_json.status, as_json.err) == (0, 0, "")
    assert plainly.json == as_json.json
    lines = plainly.err.splitlines()
    assert len(lines) == len(as_json.json["_note"]["repairs"]) > 0
    assert all(line.startswith("repaired: id: ") for line in lines)


def test_quiet_leaves_the_repairs_to_the_answer(command: Command, shop: Shop) -> None:
    """design.md, Options: --quiet."""
    ended = command("call", *shop.options, "customers_retrieve", "--args", '{"customer_id": "1"}', "--quiet")
    assert (ended.status, ended.err) == (0, "")


def test_a_failure_says_what_may_be_meant(command: Command, shop: Shop) -> None:
    """Issue 7, Tell: the same as `--json` has."""
    options = ("call", *shop.options, "customers_retrieve", "-a", "id=Ana Souz")
    plainly, as_json = command(*options), command(*options, "--json")
    first = as_json.json["error"]["near"][0]
    assert f" near: {first['name']} (id {first['id']})" in plainly.err
    assert plainly.status == as_json.status


def test_a_tool_that_the_fix_names_is_not_named_again(command: Command, shop: Shop) -> None:
    """Our choice: the line is read by a person."""
    options = ("call", *shop.options, "customers_retrieve", "-a", "id=987654")
    plainly, as_json = command(*options), command(*options, "--json")
    error = as_json.json["error"]
    assert [each["tool"] for each in error["try"]] == ["customers_list"]
    assert f"  fix: {error['hint']}\n" in plainly.err
    assert plainly.err.count("customers_list") == error["hint"].count("customers_list") > 0


def test_a_dry_run_says_that_the_call_would_look_up(command: Command, shop: Shop) -> None:
    """Issue 7: a name where an id is needed; a dry run asks nobody."""
    options = ("call", *shop.options, "customers_retrieve", "-a", "id=Ana Souza", "--dry-run")
    plainly, as_json = command(*options), command(*options, "--json")
    assert (plainly.status, plainly.out, as_json.status, as_json.err) == (2, "", 2, "")
    hint = "  fix: a dry run looks nothing up; the call itself would, with customers_list; "
    assert hint in plainly.err
    assert "try customers_list -a 'search=Ana Souza' (as the call itself would look it up)" in plainly.err
    error = as_json.json["error"]
    assert (error["kind"], error["field"], error["attempts"]) == ("invalid_arguments", "id", 0)
    assert error["try"][0]["arguments"]["search"] == "Ana Souza"


@pytest.mark.parametrize("recovery", ["off", "safe", "full,-name_to_id"])
def test_a_dry_run_promises_no_lookup_that_is_switched_off(command: Command, shop: Shop, recovery: str) -> None:
    """Issue 7: --recovery."""
    options = ("call", *shop.options, "--recovery", recovery, "customers_retrieve", "-a", "id=Ana Souza", "--dry-run")
    ended = command(*options)
    assert ended.status == 2
    assert "looks nothing up" not in ended.err


def test_a_dry_run_shows_its_request_though_a_credential_is_missing(command: Command, upstream: Upstream) -> None:
    """The call says that; here the rest of the request is what is asked for."""
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    document = description("/echo", server=upstream.url, components={"securitySchemes": schemes})
    document["security"] = [{"key": []}]
    upstream.answers["/echo"] = Answer(b"{}")
    ended = command("call", "--spec", upstream.serve(document), "echo", "-a", "n=5", "--dry-run")
    assert (ended.status, upstream.calls) == (0, [])
    assert ended.out.startswith(f"GET {upstream.url}/echo?n=5\n")

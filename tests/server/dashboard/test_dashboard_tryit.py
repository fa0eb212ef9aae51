"""A call that a person makes: the form, the exact request, and what came back."""

import json
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from support.board import LOCAL, hidden_in, pages, pages_of_two, shop
from support.upstream import Answer, Upstream

from openapi_mcp.app import App
from openapi_mcp.model.call import ANYONE, Call, Caller
from openapi_mcp.renewal import renew
from openapi_mcp.server.dashboard import trial
from openapi_mcp.server.dashboard.sessions import Visit
from openapi_mcp.server.forward import Forward

pytestmark = pytest.mark.anyio
ORDERS = Answer(b'[{"id": 7, "customer": 3}]')


async def test_a_read_is_shown_first_and_then_sent(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: shows the exact request first. Nothing is sent by that."""
    upstream.answers["/orders/7"] = ORDERS
    async with pages(upstream, tmp_path) as found:
        shown = unescape(await found.post("/tools/orders_get/try", **{"arg:id": "7"}))
        assert f"GET {upstream.url}/orders/7" in shown
        assert "curl --globoff -X GET" in shown
        assert "Send GET /orders/{id}" in shown
        assert found.sent == []
        result = unescape(await found.send("orders_get", **{"arg:id": "7"}))
        assert found.sent == ["GET /orders/7"]
        assert '"customer": 3' in result


async def test_a_write_says_that_it_is_one_and_is_recorded_like_a_models_call(
    upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 8: obeys the same rules as a model's call."""
    upstream.answers["/orders"] = Answer(b'{"id": 9}', status=201)
    async with pages(upstream, tmp_path) as found:
        shown = await found.post("/tools/orders_create/try", **{"arg:customer": "3", "arg:express": "false"})
        assert "changes something" in shown
        result = await found.send("orders_create", **{"arg:customer": "3", "arg:express": "false"})
        assert ("201" in result, "ok" in result) == (True, True)
        assert found.sent == ["POST /orders"]
        assert json.loads(upstream.calls[0].body) == {"customer": 3, "express": False}
        (record,) = found.recorded
        assert (record.tool, record.api, record.status, record.kind) == ("orders_create", "Shop", 201, "")
        assert record.arguments == {"customer": 3, "express": False}


async def test_what_was_shown_is_sent_once(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: a second press, or a page that is loaded again, sends nothing."""
    upstream.answers["/orders/7"] = Answer(b"", status=204)
    async with pages(upstream, tmp_path) as found:
        form = hidden_in(await found.post("/tools/orders_delete/try", **{"arg:id": "7"}))
        await found.post("/tools/orders_delete/send", 303, **form)
        again = await found.post("/tools/orders_delete/send", 409, **form)
        assert "Nothing was sent just now" in again
        assert found.sent == ["DELETE /orders/7"]


async def test_other_arguments_than_were_shown_are_shown_first(upstream: Upstream, tmp_path: Path) -> None:
    """As with a model's call that a person confirms: what is sent is what was shown (confirm.py)."""
    async with pages(upstream, tmp_path) as found:
        form = hidden_in(await found.post("/tools/orders_delete/try", **{"arg:id": "7"}))
        page = await found.post("/tools/orders_delete/send", 409, **{**form, "arguments": '{"id": 8}'})
        assert "DELETE" in page
        assert "/orders/8" in page
        assert found.sent == []


async def test_what_was_shown_long_ago_is_shown_again(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: half an hour; whoever comes back later looks again."""
    monkeypatch.setattr(trial, "PATIENCE", -1.0)
    async with pages(upstream, tmp_path) as found:
        form = hidden_in(await found.post("/tools/orders_delete/try", **{"arg:id": "7"}))
        await found.post("/tools/orders_delete/send", 409, **form)
        assert found.sent == []


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: the failure with field and hint next to its field."""
    async with pages(upstream, tmp_path) as found:
        page = unescape(
            await found.post("/tools/orders_create/try", 422, **{"arg:customer": "many", "arg:note": "for <you>"})
        )
        assert 'argument "customer" is "many", but must be integer' in page
        assert page.count('aria-invalid="true"') == 1
        assert "for <you>" in page
        missing = unescape(await found.post("/tools/orders_create/try", 422, **{"arg:note": "x"}))
        assert "customer" in missing
        assert found.sent == []
        assert found.recorded == []


async def test_nothing_is_sent_to_say_what_is_wrong(upstream: Upstream, tmp_path: Path) -> None:
    """The page says so, as `call --dry-run` does: a name where an id is needed is looked up by a call that is made."""
    made = shop(upstream.url)
    named = {"name": "customer", "in": "query", "schema": {"type": "integer"}}
    search = {"name": "search", "in": "query", "schema": {"type": "string"}}
    rows = made["paths"]["/orders"]["get"]["responses"]
    made["paths"]["/orders"]["get"]["parameters"] = [named]
    made["paths"]["/customers"] = {
        "get": {"operationId": "customers_list", "parameters": [search], "responses": rows, "tags": ["customers"]}
    }
    async with pages(upstream, tmp_path, document=made) as found:
        page = unescape(await found.post("/tools/orders_list/try", 422, **{"arg:customer": "Ana Souza"}))
        assert "must be integer" in page
        assert found.sent == []


async def test_arguments_can_be_given_as_json(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8's other way: a raw JSON editor, for what fields cannot give."""
    async with pages(upstream, tmp_path) as found:
        shown = unescape(await found.post("/tools/orders_create/try", raw='{"customer": 3, "note": ""}'))
        assert '{"customer":3,"note":""}' in shown
        edited = unescape(await found.post("/tools/orders_create/edit", raw='{"customer": 3, "note": ""}'))
        assert '<details class="raw" open>' in edited
        for broken in ("{", "[1]"):
            page = unescape(await found.post("/tools/orders_create/try", 422, raw=broken))
            assert "this is no JSON" in page
            assert broken in page
        assert "this is no JSON" in unescape(await found.post("/tools/orders_create/edit", 422, raw="{"))
        assert "this is no JSON" in unescape(await found.post("/tools/orders_create/send", 422, arguments="{"))


async def test_a_recorded_call_fills_the_form(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: one call in full leads to trying it again."""
    async with pages(upstream, tmp_path) as found:
        await found.send("orders_create", **{"arg:customer": "3", "arg:note": "two\nlines"})
        (record,) = found.recorded
        form = await found.get(f"/tools/orders_create/try?call={record.id}")
        assert 'value="3"' in form
        assert "two\nlines</textarea>" in form
        assert f"As in the call {record.id}" in form
        assert "There is no such call" in await found.get(f"/tools/orders_list/try?call={record.id}")
        assert "There is no such call" in await found.get("/tools/orders_list/try?call=none")


async def test_arguments_that_were_not_recorded_are_not_there(upstream: Upstream, tmp_path: Path) -> None:
    """--record-arguments off."""
    async with pages(upstream, tmp_path) as found:
        await found.send("orders_list")
        (record,) = found.recorded
        bare = replace(record, id="0123456789ab", arguments=None)
        assert found.board.open_records is not None
        with found.board.open_records() as store:
            store.add([bare])
        assert "were not recorded" in await found.get("/tools/orders_list/try?call=0123456789ab")


async def test_a_failed_call_shows_the_failure_and_the_apis_own_answer(upstream: Upstream, tmp_path: Path) -> None:
    """The result as a model gets it, and in words."""
    upstream.answers["/orders/7"] = Answer(b'{"detail": "No such order."}', status=404)
    async with pages(upstream, tmp_path) as found:
        page = unescape(await found.send("orders_get", **{"arg:id": "7"}))
        assert "not_found" in page
        assert "No such order." in page
        assert found.recorded[0].kind == "not_found"


async def test_bytes_are_a_download_that_no_browser_shows(upstream: Upstream, tmp_path: Path) -> None:
    """security.md: an image of an upstream may be SVG, or HTML by another name."""
    upstream.answers["/label"] = Answer(b"<svg onload=alert(1)>", "image/svg+xml")
    upstream.answers["/orders"] = Answer(b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "image/png")
    async with pages(upstream, tmp_path) as found:
        page = await found.send("orders_list")
        assert "<script>alert" not in page
        link = page.partition('<a class="button" download href="')[2].partition('"')[0]
        answer = await found.client.get(f"/tools/{link.rpartition('tools/')[2]}")
        assert answer.content.startswith(b"\x89PNG")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]
        text = await found.send("label")
        assert "<svg onload" not in text
        for number in ("9", "-1", "x", "9" * 5_000):
            await found.get(f"/tools/{link.rpartition('tools/')[2]}{number}", 404)


async def test_a_result_is_kept_for_its_own_session_and_its_own_tool(upstream: Upstream, tmp_path: Path) -> None:
    """Another session finds nothing, whatever key it names."""
    async with pages(upstream, tmp_path) as found:
        form = hidden_in(await found.post("/tools/orders_list/try"))
        where = (await found.post("/tools/orders_list/send", 303, **form)).rpartition("tools/")[2]
        assert "Result of" in await found.get(f"/tools/{where}")
        await found.get(f"/tools/{where.replace('orders_list', 'label')}", 404)
        await found.get("/tools/orders_list/results/none", 404)
        await found.get("/tools/orders_list/results/none/0", 404)


async def test_a_form_of_another_session_is_refused(upstream: Upstream, tmp_path: Path) -> None:
    """CSRF: every form carries the session's own token."""
    async with pages(upstream, tmp_path) as found:
        for path in ("try", "edit", "send", "switch"):
            answer = await found.client.post(f"/tools/orders_delete/{path}", data={"csrf": "another", "arg:id": "7"})
            assert answer.status_code == 403
        assert found.sent == []


async def test_a_caller_with_scopes_sees_and_calls_only_what_they_allow(upstream: Upstream, tmp_path: Path) -> None:
    """The same rights as for a model's call: server/rights.py."""
    visit = Visit(caller=Caller(id="carla", scopes=frozenset({"read"})), sees_all=False, csrf="c")
    async with pages(upstream, tmp_path, visit=visit) as found:
        for path in ("/tools/salaries_list", "/tools/salaries_list/try", "/tools/none"):
            await found.get(path, 404)
        for path in ("try", "edit", "send"):
            await found.post(f"/tools/salaries_list/{path}", 404)
        await found.send("orders_list")
        assert found.recorded[0].caller == "carla"
        assert found.recorded[0].tool == "orders_list"


async def test_only_what_is_served_can_be_tried(upstream: Upstream, tmp_path: Path) -> None:
    """Read-only unless opted in: also here."""
    async with pages(upstream, tmp_path, methods="get") as found:
        await found.get("/tools/orders_delete/try", 404)
        await found.post("/tools/orders_delete/try", 404, **{"arg:id": "7"})


async def test_a_tool_that_asks_a_person_is_sent_once_the_person_has_seen_it(
    upstream: Upstream, tmp_path: Path
) -> None:
    """--confirm: the page is where the person is asked."""
    upstream.answers["/orders/7"] = Answer(b"", status=204)
    async with pages(upstream, tmp_path, confirm="writes") as found:
        assert "a person is asked" in await found.get("/tools/orders_delete")
        await found.send("orders_delete", **{"arg:id": "7"})
        assert found.sent == ["DELETE /orders/7"]


async def test_a_caller_confirms_nothing(upstream: Upstream, tmp_path: Path) -> None:
    """SECURITY.md: a caller never confirms its own write; here the operator is the person, who came by the link."""
    caller = Visit(caller=ANYONE, name="a caller", csrf="c")
    async with pages(upstream, tmp_path, visit=caller, confirm="writes") as found:
        page = unescape(await found.post("/tools/orders_delete/try", 422, **{"arg:id": "7"}))
        assert "the operator must confirm this call" in page
        assert "only a person can allow it" in page
        assert "ticket" not in hidden_in(page)
        assert "Result of" in await found.send("orders_list")
        assert found.sent == ["GET /orders"]


async def test_a_call_that_is_to_be_confirmed_meanwhile_is_not_sent_for_a_caller(
    upstream: Upstream, tmp_path: Path
) -> None:
    """New settings may come between the two pages."""
    caller = Visit(caller=ANYONE, name="a caller", csrf="c")
    async with pages(upstream, tmp_path, visit=caller) as found:
        form = hidden_in(await found.post("/tools/orders_delete/try", **{"arg:id": "7"}))
        app = found.board.app
        assert isinstance(app, App)
        await renew(app, replace(app.config, confirm="writes"), lambda _line: None, {})
        await found.post("/tools/orders_delete/send", 422, **form)
        assert found.sent == []


async def test_a_call_that_needs_a_header_of_its_callers_is_refused(upstream: Upstream, tmp_path: Path) -> None:
    """--forward: who uses a page brings no credential for the API, and nobody else's is used."""
    missing = Forward(names=("X-Api-Key",)).brought(()).failures
    async with pages(upstream, tmp_path, board={"missing": missing}, forward=("X-Api-Key",)) as found:
        page = unescape(await found.post("/tools/orders_list/try", 422))
        assert "without the header that says who calls: X-Api-Key" in page
        assert "from a client that sends them" in page
        assert found.sent == []


async def test_repairs_are_shown_before_they_are_sent(upstream: Upstream, tmp_path: Path) -> None:
    """A repair is told, always."""
    async with pages(upstream, tmp_path) as found:
        page = unescape(await found.post("/tools/orders_create/try", raw='{"customer": "3"}'))
        assert "Repaired before it is sent" in page
        assert '{"customer":3}' in page


async def test_calls_of_several_apis_go_where_they_belong(upstream: Upstream, tmp_path: Path) -> None:
    """A tool's name says which API it is of."""
    async with pages_of_two(upstream, tmp_path) as found:
        page = unescape(await found.post("/tools/two_orders_create/try", raw='{"customer": "3"}'))
        assert "Repaired before it is sent" in page
        await found.send("two_orders_list")
        assert [(record.api, record.tool) for record in found.recorded] == [("two", "two_orders_list")]


async def test_results_are_kept_within_bounds(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: the oldest go first."""
    monkeypatch.setattr(trial, "_MOST_KEPT", 1)
    monkeypatch.setattr(trial, "_MOST_SHOWN", 1)
    async with pages(upstream, tmp_path) as found:
        first = hidden_in(await found.post("/tools/orders_list/try"))
        second = hidden_in(await found.post("/tools/orders_list/try"))
        await found.post("/tools/orders_list/send", 409, **first)
        third = hidden_in(await found.post("/tools/orders_list/try"))
        await found.post("/tools/orders_list/send", 409, **second)
        assert third
        wheres = []
        for _ in range(2):
            form = hidden_in(await found.post("/tools/orders_list/try"))
            wheres.append((await found.post("/tools/orders_list/send", 303, **form)).rpartition("tools/")[2])
        await found.get(f"/tools/{wheres[0]}", 404)
        await found.get(f"/tools/{wheres[1]}")


async def test_one_visitors_trials_push_out_their_own(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one party sends costs others little: also from several sessions of one caller."""
    monkeypatch.setattr(trial, "_MOST_KEPT", 3)
    monkeypatch.setattr(trial, "_MOST_SHOWN", 3)
    async with pages(upstream, tmp_path) as found:
        assert found.board.app is not None
        trials, call = trial.Trials(app=found.board.app), Call(tool="orders_list")
        bob = Visit(caller=Caller(id="bob"), csrf="b")
        keys = []
        for owner in (bob, *(Visit(caller=Caller(id="ada"), csrf=f"a{number}") for number in range(5)), LOCAL):
            shown = trials.show(call, owner)
            assert isinstance(shown, trial.Shown)
            keys.append((owner, await trials.send(call, owner, shown.ticket)))
        assert [bool(key and trials.outcome(key, owner)) for owner, key in keys] == [True, *[False] * 4, True, True]
        kept = trials.show(call, bob)
        for number in range(5):
            trials.show(call, Visit(caller=Caller(id="ada"), csrf=f"a{number}"))
        assert isinstance(kept, trial.Shown)
        assert await trials.send(call, bob, kept.ticket)


async def test_what_cannot_be_sent_any_more_is_said_in_the_form(upstream: Upstream, tmp_path: Path) -> None:
    """Arguments that were changed on the way are checked as those of the form are."""
    async with pages(upstream, tmp_path) as found:
        form = hidden_in(await found.post("/tools/orders_delete/try", **{"arg:id": "7"}))
        page = unescape(await found.post("/tools/orders_delete/send", 422, **{**form, "arguments": "{}"}))
        assert "id" in page
        assert found.sent == []


async def test_a_call_that_ends_with_the_server_is_recorded(upstream: Upstream, tmp_path: Path) -> None:
    """Nothing that was sent is missing in the records."""
    made = shop(upstream.url)
    made["paths"]["/hang"] = {"get": {"operationId": "hang", "responses": {}}}
    async with pages(upstream, tmp_path, document=made) as found:
        assert found.board.app is not None
        trials = trial.Trials(app=found.board.app)
        shown = trials.show(Call(tool="hang"), LOCAL)
        assert isinstance(shown, trial.Shown)
        async with anyio.create_task_group() as group:
            group.start_soon(trials.send, shown.call, LOCAL, shown.ticket)
            await anyio.to_thread.run_sync(upstream.wait_for_call)
            group.cancel_scope.cancel()
        assert [(record.tool, record.kind) for record in found.recorded] == [("hang", "cancelled")]


async def test_long_bodies_and_answers_are_shown_in_part(upstream: Upstream, tmp_path: Path) -> None:
    """A page stays readable; what is not shown is said."""
    upstream.answers["/orders"] = Answer(json.dumps({"text": "x" * 300_000}).encode())
    async with pages(upstream, tmp_path, max_response="0") as found:
        shown = await found.post("/tools/orders_create/try", raw=json.dumps({"customer": 3, "note": "n" * 30_000}))
        assert "characters of the body are not shown; they are sent" in shown
        assert "more characters are not shown here" in await found.send("orders_list")


HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\x1b[2J"


def hostile_document(server: str) -> dict[str, Any]:
    made = shop(server)
    made["info"]["title"] = HOSTILE
    for item in made["paths"].values():
        for method in item.keys() - {"parameters"}:
            item[method] |= {"summary": HOSTILE, "description": HOSTILE, "tags": [HOSTILE]}
    schema = made["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema["properties"] |= {
        "colour": {"type": "string", "enum": [HOSTILE, "javascript:alert(1)"], "description": HOSTILE},
        HOSTILE: {"type": "string"},
    }
    return made


async def test_text_of_a_document_makes_no_element_anywhere(upstream: Upstream, tmp_path: Path) -> None:
    """A document is hostile: names, descriptions, enum values."""
    async with pages(upstream, tmp_path, document=hostile_document(upstream.url)) as found:
        tools = ("orders_create", "orders_get")
        texts = [await found.get(f"/tools/{tool}{part}") for tool in tools for part in ("", "/try")]
        texts += [await found.get(path) for path in ("/tools", "/graph", "/graph?tool=orders_get")]
        texts.append(await found.post("/tools/orders_get/try", **{"arg:id": "7"}))
        texts.append(await found.post("/tools/orders_get/try", 422, **{"arg:id": HOSTILE.replace("\x1b", "")}))
        upstream.answers["/orders/7"] = Answer(json.dumps({"detail": HOSTILE}).encode(), status=400)
        texts.append(await found.send("orders_get", **{"arg:id": "7"}))
        for text in texts:
            assert "<script>alert" not in text
            assert "<img src=x" not in text
            assert "\x1b" not in text

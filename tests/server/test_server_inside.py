"""server/inside.py: `ask` calls as any client does, and is told in short what its calls came to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from support.upstream import Answer, Upstream, description

from openapi_mcp.config import build_config
from openapi_mcp.joining import open_several
from openapi_mcp.model.chat import ToolCall
from openapi_mcp.opening import open_app
from openapi_mcp.recording import observe, open_recorder
from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
from openapi_mcp.server.inside import Consent, Inside, inside

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def tools(folder: Path, consent: Consent | None = None, **options: Any) -> AsyncIterator[Inside]:
    config = build_config(options, {}, folder)
    opening: Any = open_several if config.apis else open_app
    async with (
        open_recorder(config, print, run="therun") as recorder,
        opening(config, print) as app,
    ):
        observe(app, recorder)
        async with inside(app, config, consent, is_recorded=recorder is not None) as found:
            yield found


def a_call(tool: str, **arguments: Any) -> ToolCall:
    return ToolCall(id="c1", tool=tool, arguments=arguments)


async def test_it_is_told_what_every_client_is_told(shop: Shop, tmp_path: Path) -> None:
    """Issue 11: our own tools, with the server's instructions; writes are told from reads."""
    async with tools(tmp_path, spec=shop.spec, token=shop.token, methods="all", no_records=True) as found:
        known = {tool.name: tool for tool in found.tools}
    assert known["orders_list"].is_read
    assert not known["orders_create"].is_read
    assert known["orders_retrieve"].input_schema["required"] == ["id"]
    assert "_note" in found.instructions
    assert found.operations == {}


async def test_in_the_search_mode_its_operations_are_known(shop: Shop, tmp_path: Path) -> None:
    """Issue 11: search mode on large APIs."""
    options: dict[str, Any] = {"spec": shop.spec, "token": shop.token, "methods": "all", "mode": "search"}
    async with tools(tmp_path, no_records=True, **options) as found:
        came = await found.call(a_call("call_operation", name="products_retrieve", arguments={"id": 20}))
        capabilities = await found.capabilities()
    assert {tool.name for tool in found.tools} >= {"search_operations", "describe_operations", "call_operation"}
    assert (found.operations["orders_list"].is_read, found.operations["orders_create"].is_read) == (True, False)
    assert came.value["name"] == "Coffee Grinder"
    assert capabilities["orders_retrieve"].needs


async def test_a_result_comes_with_its_repairs_and_its_record(shop: Shop, tmp_path: Path) -> None:
    """Issue 11: repairs visible to the model; runs stand in the records."""
    where = tmp_path / "state" / "records.db"
    async with tools(tmp_path, spec=shop.spec, token=shop.token, records=str(where)) as found:
        came = await found.call(a_call("orders_list", status="Shipped"))
    assert (came.is_error, came.is_sent) == (False, True)
    assert came.value["_note"]["repairs"][0]["to"] == "shipped"
    with open_store(where, read_only=True) as store:
        (record,) = store.calls(Filter(run="therun"))
    assert (record.id, record.tool, record.run) == (came.record, "orders_list", "therun")


async def test_a_failure_says_whether_anything_was_sent(shop: Shop, tmp_path: Path) -> None:
    """model/chat.py, Answered.is_sent."""
    async with tools(tmp_path, spec=shop.spec, token=shop.token, no_records=True) as found:
        unsent = await found.call(a_call("orders_retrieve"))
        refused = await found.call(a_call("orders_retrieve", id=999999))
        unknown = await found.call(a_call("orders_invent", id=1))
    assert [(each.is_error, each.is_sent) for each in (unsent, refused, unknown)] == [
        (True, False), (True, True), (True, False),
    ]  # fmt: skip
    assert refused.value["error"]["kind"] == "not_found"
    assert unknown.text.startswith("Unknown tool: orders_invent")
    assert {each.record for each in (unsent, refused, unknown)} == {""}


def orders(upstream: Upstream) -> str:
    document = description("/orders")
    document["paths"]["/orders"]["post"] = {"operationId": "create", "responses": {}}
    return upstream.serve(document)


@pytest.mark.parametrize(("said", "kind"), [(False, "refused"), (None, "cancelled")])
async def test_a_write_that_nobody_agrees_to_is_not_sent(
    upstream: Upstream, tmp_path: Path, said: bool | None, kind: str
) -> None:
    """Issue 11: a write asks the person first, with the exact request."""
    asked: list[str] = []

    async def consent(text: str) -> bool | None:
        asked.append(text)
        return said

    options = {"spec": orders(upstream), "methods": "all", "confirm": "writes", "no_records": True}
    async with tools(tmp_path, consent, **options) as found:
        came = await found.call(a_call("create"))
    assert f"POST {upstream.url}/orders" in asked[0]
    assert (came.value["error"]["kind"], came.is_sent, upstream.calls) == (kind, False, [])


async def test_a_write_that_is_agreed_to_is_sent_once(upstream: Upstream, tmp_path: Path) -> None:
    async def consent(_: str) -> bool:
        return True

    options = {"spec": orders(upstream), "methods": "all", "confirm": "writes", "no_records": True}
    async with tools(tmp_path, consent, **options) as found:
        came = await found.call(a_call("create"))
    assert (came.is_error, [seen.method for seen in upstream.calls]) == (False, ["POST"])


async def test_where_nobody_can_be_asked_a_write_is_not_sent(upstream: Upstream, tmp_path: Path) -> None:
    """Our brief: without a terminal declined, and the model is told."""
    options = {"spec": orders(upstream), "methods": "all", "confirm": "writes", "no_records": True}
    async with tools(tmp_path, None, **options) as found:
        came = await found.call(a_call("create"))
    assert came.value["error"]["message"].startswith("a person must confirm this call")
    assert upstream.calls == []


async def test_bytes_are_told_of_in_a_word(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: a model is not shown them."""
    upstream.answers["/logo"] = Answer(body=b"\x89PNG 12", content_type="image/png")
    async with tools(tmp_path, spec=upstream.serve(description("/logo")), no_records=True) as found:
        came = await found.call(a_call(found.tools[0].name))
    assert "[image/png, 7 bytes]" in came.text


async def test_each_of_several_apis_is_called_where_it_is(shop: Shop, upstream: Upstream, tmp_path: Path) -> None:
    """Issue 11's brief: one API or several."""
    specs = [f"shop={shop.spec}", f"toys={upstream.serve(description('/echo'))}"]
    async with tools(tmp_path, spec=specs, token=[f"shop={shop.token}"], no_records=True) as found:
        names = {tool.name for tool in found.tools}
        came = [await found.call(a_call("shop_products_retrieve", id=20)), await found.call(a_call("toys_echo"))]
    assert "shop_orders_list" in names
    assert [each.is_error for each in came] == [False, False], names


async def test_what_is_confidential_is_masked_in_what_is_kept(upstream: Upstream, tmp_path: Path) -> None:
    """Our brief: secrets masked as in records."""
    document = description("/echo")
    text = {"type": "string"}
    document["paths"]["/echo"]["get"]["parameters"] = [{"name": "password", "in": "query", "schema": text}]
    async with tools(tmp_path, spec=upstream.serve(document), bearer="s3cr3t-t0k3n", no_records=True) as found:
        await found.call(a_call(found.tools[0].name, password="hunter22"))
        assert found.mask("a s3cr3t-t0k3n, and hunter22") == "a ***, and ***"
        await found.call(a_call(found.tools[0].name, password="pa55-again"))
        assert found.mask("hunter22, then pa55-again") == "***, then ***"


async def test_a_secret_is_masked_before_anything_was_called(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 10: a person may say it in the question, and a model in an answer that takes no call."""
    spec = upstream.serve(description("/echo"))
    async with tools(tmp_path, spec=spec, bearer="s3cr3t-t0k3n", no_records=True) as found:
        assert found.mask("it is s3cr3t-t0k3n") == "it is ***"


async def test_the_secrets_of_several_apis_are_masked_before_anything_was_called(
    upstream: Upstream, tmp_path: Path
) -> None:
    """As above: of each API."""
    spec = upstream.serve(description("/echo"))
    options: dict[str, Any] = {
        "spec": (f"a={spec}", f"b={spec}"),
        "bearer": ("a=s3cr3t-of-a", "b=s3cr3t-of-b"),
        "no_records": True,
    }
    async with tools(tmp_path, **options) as found:
        assert found.mask("s3cr3t-of-a, s3cr3t-of-b") == "***, ***"


async def test_texts_are_masked_without_making_the_forms_of_secrets_anew(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fuzzing: each step of a run masks all of its texts, and the forms of each secret were made for each of them."""
    document = description("/echo")
    document["paths"]["/echo"]["get"]["parameters"] = [{"name": "pin", "in": "query", "schema": {"type": "string"}}]
    async with tools(tmp_path, spec=upstream.serve(document), bearer="s3cr3t-t0k3n", no_records=True) as found:
        await found.call(a_call(found.tools[0].name, pin="hunter22"))
        assert found.mask("hunter22") == "***"  # which makes them, once
        monkeypatch.setattr("openapi_mcp.model.secret.encoded", None)
        assert found.mask("hunter22 and s3cr3t-t0k3n") == "*** and ***"

"""Callers of an issuer at the dashboard: each sees what is theirs, for as long as their token is good."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.dashboard import NOW, board, browsing, csrf_in, kept, lock, record, sign_in, texts
from support.issuer import AUDIENCE, claims, public_rsa, signed

from openapi_mcp.app import App
from openapi_mcp.config import build_config
from openapi_mcp.opening import open_app
from openapi_mcp.server.dashboard.site import dashboard_site
from openapi_mcp.server.door import Admission, caller_for
from openapi_mcp.server.issuer import IssuerError
from openapi_mcp.server.keys import Keys
from openapi_mcp.server.tokens import Verifier

pytestmark = pytest.mark.anyio
ISSUER = "https://id.test"
OPERATIONS = {"orders": ["orders:read"], "stock": ["stock:read"], "weather": None}


class Issuer:
    """An issuer whose clock and keys the test holds."""

    def __init__(self) -> None:
        self.now = NOW
        self.keys: Sequence[dict[str, Any]] | None = [public_rsa("one")]
        self.verifier = Verifier(ISSUER, (AUDIENCE,), Keys(self.fetch, lambda: self.now), lambda: self.now)

    async def fetch(self) -> list[dict[str, Any]]:
        if self.keys is None:
            raise IssuerError("out of reach")
        return list(self.keys)

    def admission(self) -> Admission:
        return Admission(verifier=self.verifier, scopes=())

    async def id_of(self, token: str) -> str:
        granted = await self.verifier.verify_token(token)
        assert granted is not None
        return caller_for(granted).id


def token_of(subject: str, scope: str = "orders:read") -> str:
    return signed(claims(ISSUER, sub=subject, scope=scope, exp=4_000_000_000))


async def test_each_sees_their_own_calls(tmp_path: Path) -> None:
    """Our choice: records of others may hold what is not theirs to know."""
    issuer = Issuer()
    ann, bob = await issuer.id_of(token_of("ann")), await issuer.id_of(token_of("bob"))
    file = kept(tmp_path, record("a1", caller=ann), record("b1", caller=bob, tool="secret_one"), record("n1"), lost=2)
    async with browsing(dashboard_site(board(file), lock(issuer.admission()))) as client:
        assert (await sign_in(client, token_of("ann"))).status_code == 303
        overview = (await client.get("/")).text
        calls = (await client.get("/calls", params={"caller": bob})).text
        assert re.findall(r'data-id="(\w+)"', calls) == ["a1"]
        assert "secret_one" not in overview + calls
        assert 'name="caller"' not in calls
        assert "<option value" not in calls.partition("<datalist")[2]
        assert "Not recorded" not in overview
        assert f"caller {ann[:8]}" in overview
        assert (await client.get("/calls/a1")).status_code == 200
        assert (await client.get("/calls/b1")).status_code == 404
        assert (await client.get("/calls/n1")).status_code == 404


async def test_a_header_sees_the_same(tmp_path: Path) -> None:
    issuer = Issuer()
    file = kept(tmp_path, record("b1", caller=await issuer.id_of(token_of("bob"))))
    bearer = f"Bearer {token_of('ann')}"
    async with browsing(dashboard_site(board(file), lock(issuer.admission())), Authorization=bearer) as client:
        assert (await client.get("/calls/b1")).status_code == 404
        assert (await client.get("/calls", headers={"Authorization": f"Bearer {token_of('bob')}"})).text.count(
            "b1"
        ) == 2


async def test_a_session_ends_with_its_token() -> None:
    """Brief: the session ends when the token expires; nothing else is kept of it."""
    issuer = Issuer()
    async with browsing(dashboard_site(board(), lock(issuer.admission()))) as client:
        await sign_in(client, token_of("ann"))
        assert (await client.get("/")).status_code == 200
        issuer.keys, issuer.now = [public_rsa("other")], issuer.now + 4_000
        assert (await client.get("/")).status_code == 303
        issuer.keys, issuer.now = [public_rsa("one")], issuer.now + 4_000
        assert (await client.get("/")).status_code == 303  # and does not come back


async def test_a_token_without_the_scopes_that_all_need_is_told_so() -> None:
    admission = Admission(verifier=Issuer().verifier, scopes=("dashboard",))
    async with browsing(dashboard_site(board(), lock(admission))) as client:
        answer = await sign_in(client, token_of("ann"))
        assert answer.status_code == 403
        assert "the token has not every scope that is wanted: dashboard" in answer.text


async def test_nobody_is_signed_out_because_the_issuer_is_out_of_reach() -> None:
    issuer = Issuer()
    async with browsing(dashboard_site(board(), lock(issuer.admission()))) as client:
        await sign_in(client, token_of("ann"))
        keys, issuer.keys, issuer.now = issuer.keys, None, issuer.now + 4_000
        answers = [await client.get("/"), await sign_in(client, token_of("ann"))]
        assert {answer.status_code for answer in answers} <= {200, 303, 503}
        issuer.keys, issuer.now = keys, issuer.now + 4_000
        assert (await client.get("/")).status_code == 200


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[App]:
    """Yield what serves the operations, of which some want scopes."""
    flows = {"clientCredentials": {"tokenUrl": "https://id.test/token", "scopes": {}}}
    document = folder / "api.json"
    document.write_text(_document(flows))
    config = build_config({"spec": str(document), "no_catalogue": True}, {}, folder)
    async with open_app(config, lambda _line: None) as app:
        yield app


async def test_the_tools_that_scopes_do_not_allow_are_not_named(tmp_path: Path) -> None:
    """server/rights.py, as in tools/list."""
    async with shop(tmp_path) as app:
        own = board(kept(tmp_path), app)
        async with browsing(dashboard_site(own, lock(Issuer().admission()))) as client:
            await sign_in(client, token_of("ann", "orders:read"))
            page = (await client.get("/")).text
            assert list(texts(page.partition('class="names"')[2], "li")) == ["orders", "weather"]
            assert "2 tools were not called" in page
            csrf = csrf_in(page)
            await client.post("/sign-out", data={"csrf": csrf})
            await sign_in(client, token_of("ann", "orders:read stock:read"))
            assert "3 tools were not called" in (await client.get("/")).text


async def test_a_call_can_be_tried_again_where_the_same_tool_is_served_and_allowed(tmp_path: Path) -> None:
    issuer = Issuer()
    ann = await issuer.id_of(token_of("ann"))
    calls = {"o1": ("Shop", "orders"), "s1": ("Shop", "stock"), "x1": ("Other", "orders"), "g1": ("Shop", "gone")}
    records = [record(id, api=api, tool=tool, caller=ann) for id, (api, tool) in calls.items()]
    async with shop(tmp_path) as app:
        own = board(kept(tmp_path, *records), app)
        async with browsing(dashboard_site(own, lock(issuer.admission()))) as client:
            await sign_in(client, token_of("ann", "orders:read"))
            pages = {id: (await client.get(f"/calls/{id}")).text for id in calls}
            assert [id for id, page in pages.items() if "Try it again" in page] == ["o1"]
            assert 'href="../tools/orders/try?call=o1"' in pages["o1"]
            assert (await client.get("/tools/orders/try?call=o1")).status_code == 200


def _document(flows: dict[str, Any]) -> str:
    paths = {
        f"/{name}": {
            "get": {
                "operationId": name,
                "responses": {"200": {"description": "ok"}},
                **({"security": [{"oauth": scopes}]} if scopes else {}),
            }
        }
        for name, scopes in OPERATIONS.items()
    }
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Shop", "version": "1"},
            "servers": [{"url": "https://api.test"}],
            "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": flows}}},
            "paths": paths,
        }
    )

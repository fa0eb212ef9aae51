"""What goes along with a request, whatever becomes of it."""

from typing import Any

import pytest
from support.make import ALL_METHODS, document
from support.raw import answer, raw_upstream, redirect

from openapi_mcp.auth.held import Held
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Call, Caller
from openapi_mcp.model.secret import Credential, Place, Secret

pytestmark = pytest.mark.anyio

KEY = "callers-own-key-4711"
CALLER = Caller(id="ann", headers=(("X-Api-Key", Secret(KEY)),))
PATHS: dict[str, Any] = {"/things": {"get": {"operationId": "things", "responses": {}}}}


async def failed(said: bytes) -> dict[str, Any]:
    """Return what a caller is told where an API answers so."""
    made = document(PATHS)
    async with raw_upstream(said) as upstream, Executor(made, generate(made), base_url=upstream.url) as running:
        result = await running.call(Call(tool="things", caller=CALLER))
    assert result.failure is not None
    error: dict[str, Any] = result.failure.as_json()["error"]
    return error


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    "said",
    [
        f"HTTP/1.1 200 OK\r\n{KEY}\r\n\r\n".encode(),
        f"HTTP/1.1 {KEY}\r\n\r\n".encode(),
        answer(Content_Encoding=KEY),
        answer(status=f"403 {KEY}"),
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY}\r\n".encode(),
        answer(status="302 Found", Location=f"http://elsewhere.test/{KEY}"),
    ],
)
async def test_what_a_caller_brought_is_masked_however_the_api_repeats_it(said: bytes) -> None:
    """In an answer that is none, too: its raw bytes stand in what is told."""
    assert KEY not in str(await failed(said))


async def test_after_a_401_what_is_configured_now_is_used() -> None:
    """design.md, Options: a rotated value is picked up; what was refused before it stays masked."""
    values = ["first-value", "second-value"]

    def held() -> Held:
        value = Credential(place=Place.HEADER, name="X-Key", value=Secret(values.pop(0)))
        return Held(general=(value,))

    made = document(PATHS)
    told = answer(b'{"detail": "first-value second-value"}', "401 Who")
    async with (
        raw_upstream(told) as upstream,
        Executor(made, generate(made), base_url=upstream.url, credentials=held(), renew=held) as running,
    ):
        result = await running.call(Call(tool="things"))
    assert [upstream.values("x-key", index) for index in (0, 1)] == [["first-value"], ["second-value"]]
    assert result.failure is not None
    assert (result.failure.attempts, result.failure.body) == (2, {"detail": "*** ***"})


@pytest.mark.requirement(27)
async def test_a_write_whose_redirect_gets_a_401_is_sent_once() -> None:
    """security.md 27 R-RETRY: the 303 was the answer to it; what refuses the credential is another request."""
    values = ["first-value", "second-value"]

    def held() -> Held:
        value = Credential(place=Place.HEADER, name="X-Key", value=Secret(values.pop(0)))
        return Held(general=(value,))

    made = document({"/things": {"post": {"operationId": "add", "responses": {}}}})
    tools = generate(made, ALL_METHODS)
    async with (
        raw_upstream(redirect("/new", 303), answer(status="401 Who")) as upstream,
        Executor(made, tools, base_url=upstream.url, credentials=held(), renew=held) as running,
    ):
        result = await running.call(Call(tool="add"))
    assert upstream.targets == ["POST /things", "GET /new"]
    assert result.failure is not None
    assert "may have been carried out" in result.failure.hint

"""The loader's front door: a source becomes a Document."""

from pathlib import Path

import anyio
import pytest
from pytest_httpx import HTTPXMock

from openapi_mcp.errors import ConfigError, DocumentError, SourceError
from openapi_mcp.loader.load import TWICE, load
from openapi_mcp.loader.source import UrlSource

pytestmark = pytest.mark.anyio

YAML = "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\nservers: [{url: /v1}]\npaths: {/orders: {get: {}}}\n"


async def test_a_file_is_loaded_by_its_name(tmp_path: Path) -> None:
    """design.md, Options; the name's ending says nothing."""
    (tmp_path / "shop.json").write_text(YAML, encoding="utf-8")
    document = await load(str(tmp_path / "shop.json"))
    assert (document.title, document.source, document.base_uri) == ("Shop", str(tmp_path / "shop.json"), None)
    assert [server.url for server in document.servers] == ["/v1"]


async def test_a_url_is_loaded_and_is_the_base_of_its_servers(httpx_mock: HTTPXMock) -> None:
    """OAS 3.1.1, Server Object; security.md A10: the source is shown without its token."""
    httpx_mock.add_response(text=YAML, headers={"Content-Type": "text/html"})
    told: list[int] = []
    source = UrlSource(url="https://a.example/docs/spec?token=SECRET")
    document = await load(source, lambda received, _: told.append(received))
    assert document.servers[0].url == "https://a.example/v1"
    assert document.source == "https://a.example/docs/spec?token=***"
    assert told[-1] == len(YAML)


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("/login?next=%2Fspec", "https://a.example/spec?token=*** (redirected to https://a.example/login)"),
        ("/spec?v=2", "https://a.example/spec?token=***"),
    ],
)
async def test_a_page_that_a_redirect_led_to_is_named(httpx_mock: HTTPXMock, location: str, said: str) -> None:
    """docs/guides/walk.md: Jupyter Server leads whoever has no token to its login page."""
    httpx_mock.add_response(status_code=302, headers={"Location": location}, url="https://a.example/spec?token=SECRET")
    httpx_mock.add_response(text="<html>Please log in</html>", url=f"https://a.example{location}")
    with pytest.raises(DocumentError, match="HTML or XML") as raised:
        await load(UrlSource(url="https://a.example/spec?token=SECRET"))
    assert raised.value.where == said
    assert "--spec-command" in str(raised.value.hint)


async def test_each_stage_ends_in_its_own_error(tmp_path: Path) -> None:
    """style.md, Errors: 2 usage, 3 unreachable, 4 unusable; each with its place."""
    (tmp_path / "broken.yaml").write_text("a: *b", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("a: 1", encoding="utf-8")
    with pytest.raises(ConfigError):
        await load("gopher://a")
    with pytest.raises(SourceError) as missing:
        await load(str(tmp_path / "missing.yaml"))
    with pytest.raises(DocumentError, match="not valid YAML") as broken:
        await load(str(tmp_path / "broken.yaml"))
    with pytest.raises(DocumentError, match='no "openapi" field') as other:
        await load(str(tmp_path / "other.yaml"))
    places = [error.value.where for error in (missing, broken, other)]
    assert places == [str(tmp_path / name) for name in ("missing.yaml", "broken.yaml", "other.yaml")]


DEEP = {
    "json arrays": ('{"openapi": "3.1.0", "paths": {"/a": {"get": {"x-deep": %s}}, "/b": {"get": {}}}}', "[", "]"),
    "json objects": ('{"openapi": "3.1.0", "paths": {"/a": {"get": {"x-deep": %s}}, "/b": {"get": {}}}}', '{"a":', "}"),
    "yaml": ("openapi: 3.1.0\npaths: {/a: {get: {x-deep: %s}}, /b: {get: {}}}", "[", "]"),
}


@pytest.mark.parametrize("levels", [310, 900, 10_000])
@pytest.mark.parametrize(("text", "opens", "closes"), DEEP.values(), ids=DEEP)
def test_one_deep_place_is_cut_there(tmp_path: Path, text: str, opens: str, closes: str, levels: int) -> None:
    """Issue 3, Every document: 10,000 levels are confined to the operation that has them, and told by pointer."""
    (tmp_path / "api").write_text(text % (opens * levels + ("1" if closes == "}" else "") + closes * levels))
    found = anyio.run(load, str(tmp_path / "api"))
    assert [operation.path for operation in found.operations] == ["/a", "/b"]
    assert [problem.pointer.startswith("#/paths/~1a/get/x-deep/") for problem in found.problems] == [True]


@pytest.mark.parametrize(
    "text", ['{"openapi": "3.1.0", "paths": {}, "paths": {"/a": {"get": {}}}}', YAML + "paths: {/a: {get: {}}}\n"]
)
async def test_keys_that_stand_twice_are_told(tmp_path: Path, text: str) -> None:
    """security.md 37; the last one counts, as every reader has it."""
    (tmp_path / "api").write_text(text)
    document = await load(str(tmp_path / "api"))
    assert [operation.path for operation in document.operations] == ["/a"]
    assert [problem.message for problem in document.problems] == [f"{TWICE}: 'paths'"]


async def test_a_large_document_is_not_looked_through_for_them(tmp_path: Path) -> None:
    """Our choice: noting takes half as long again as reading; `check` does it at any size."""
    filling = " " * 4_000_000
    (tmp_path / "api").write_text(
        f'{{"openapi": "3.1.0", {filling} "paths": {{}}, "paths": {{"/a": {{"get": {{}}}}}}}}'
    )
    assert (await load(str(tmp_path / "api"))).problems == ()

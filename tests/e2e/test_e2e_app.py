"""The wiring: when it refuses to start, and why."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.upstream import Upstream, description

from openapi_mcp.config import build_config
from openapi_mcp.credentials import resolve_credentials
from openapi_mcp.errors import ConfigError, SourceError
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import CommandSource, FileSource, StdinSource, UrlSource
from openapi_mcp.loading import load_catalogue
from openapi_mcp.model.call import Call
from openapi_mcp.model.secret import Place
from openapi_mcp.opening import open_app

pytestmark = pytest.mark.anyio


def write(folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    """Write a document into the folder; return the options that serve it."""
    path = folder / "api.json"
    path.write_text(json.dumps(document))
    return {"spec": str(path)}


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({"spec": "https://api.example.com/x"}, UrlSource(url="https://api.example.com/x")),
        ({"spec": "x.yaml"}, FileSource(path=Path("x.yaml"))),
        ({"spec": "-"}, StdinSource()),
        ({"spec_command": "python manage.py 'a b'"}, CommandSource(argv=("python", "manage.py", "a b"))),
    ],
)
async def test_the_source_is_the_one_that_the_operator_named(options: dict[str, Any], source: object) -> None:
    """design.md, Options."""
    assert source_of(build_config(options, {}, Path("/nowhere"))) == source


async def test_without_a_source_there_is_nothing_to_serve() -> None:
    """style.md, Errors: the message says what to give."""
    with pytest.raises(ConfigError) as caught:
        source_of(build_config({}, {}, Path("/nowhere")))
    assert (caught.value.message, caught.value.where) == ("no document is given", "--spec")


async def test_an_error_of_the_loader_comes_through_as_it_is(tmp_path: Path) -> None:
    """Not wrapped in a group of one."""
    config = build_config({"spec": str(tmp_path / "nowhere.json")}, {}, tmp_path)
    with pytest.raises(SourceError):
        await load_catalogue(config, lambda _: None, {})


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        ([], "'/'"),
        ([{"url": "/v1"}], "'/v1'"),
        ([{"url": "ftp://host/x"}, {"url": "https://{tenant}.example.com"}], "'ftp://host/x', 'https://{tenant}.example.com'"),
        ([{"url": "https://me:pw@host/x?key=s3cret"}], "'https://host/x?key=***'"),
    ],
)  # fmt: skip
async def test_a_start_without_any_usable_server_is_refused(
    tmp_path: Path, servers: list[dict[str, str]], named: str
) -> None:
    """security.md 6: only http and https servers are accepted."""
    config = build_config(write(tmp_path, description("/echo", servers=servers)), {}, tmp_path)
    with pytest.raises(ConfigError) as caught:
        async with open_app(config, lambda _: None, {}):
            pass
    assert caught.value.message == f"the document names no usable server ({named})"
    assert caught.value.hint == "say where the API is with --base-url https://host/path"


async def test_one_usable_server_of_one_operation_is_enough(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 21: one bad operation costs that operation only."""
    document = description("/lost", "/found", servers=[{"url": "/relative"}])
    document["paths"]["/found"]["get"]["servers"] = [{"url": upstream.url}]
    notices: list[str] = []
    config = build_config({**write(tmp_path, document), "bearer": "abc"}, {}, tmp_path)
    async with open_app(config, notices.append, {}) as app:
        found, lost = [await app.executor.call(Call(tool=name)) for name in ("found", "lost")]
    assert (found.is_error, lost.is_error) == (False, True)
    assert lost.failure is not None
    assert lost.failure.kind == "refused"
    assert [seen.target for seen in upstream.seen] == ["/found"]
    assert upstream.seen[0].values("authorization") == []


async def test_an_empty_list_names_the_four_commonest_reasons(tmp_path: Path) -> None:
    """Our choice: enough to know which option to change."""
    document = description("/a", "/b", "/c", server="https://api.example.com")
    document["paths"]["/a"]["post"] = {"responses": {}}
    document["paths"]["/c"]["get"] = []
    document["paths"]["/d"] = {method: {"responses": {}} for method in ("put", "post", "delete", "patch")}
    config = build_config({**write(tmp_path, document), "exclude": ["/[ab]"]}, {}, tmp_path)
    with pytest.raises(ConfigError) as caught:
        async with open_app(config, lambda _: None, {}):
            pass
    assert caught.value.message == (
        "no operation became a tool: 2 x excluded by '/[ab]' (--exclude); "
        "2 x method POST is not enabled (--methods, --allow); "
        "1 x the operation is not an object; 1 x method PUT is not enabled (--methods, --allow)"
    )
    assert caught.value.where == str(tmp_path / "api.json")


async def test_a_stronger_layer_takes_the_place_of_a_weaker_one_in_any_letter_case(tmp_path: Path) -> None:
    """design.md, Options: Precedence; security.md 3."""
    options = {**write(tmp_path, description("/a", server="https://api.example.com")), "header": ["x-key: flag"]}
    environ = {"OPENAPI_MCP_HEADER": "X-Key: environment\nX-Other: env:OTHER", "OTHER": "elsewhere"}
    config = build_config(options, environ, tmp_path)
    catalogue = await load_catalogue(config, lambda _: None, environ)
    placed = {
        (c.place, c.name): c.value.reveal()
        for c in resolve_credentials(config, catalogue.document, environ, source_of(config)).credentials
    }
    assert placed == {(Place.HEADER, "x-key"): "flag", (Place.HEADER, "X-Other"): "elsewhere"}


def test_a_credential_without_any_server_to_send_it_to_needs_no_warning(command: Command, tmp_path: Path) -> None:
    """inspect names the missing server itself."""
    write(tmp_path, description("/a", servers=[{"url": "/relative"}]))
    ended = command("inspect", "--spec", "api.json", "--bearer", "abc", "--json")
    assert (ended.status, ended.err) == (0, "")

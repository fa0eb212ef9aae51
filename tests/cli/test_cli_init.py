"""`openapi-mcp init`: what it asks, what it writes, and what it leaves alone."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import Command
from support.terminal import at_terminal
from support.upstream import description

from openapi_mcp.cli.draft import parts_of
from openapi_mcp.cli.initial import config_text
from openapi_mcp.config import build_config
from openapi_mcp.config_file import FILE_NAME
from openapi_mcp.model.document import OAuthFlow, SecurityScheme

KEYED: dict[str, Any] = {
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "security": [{"key": []}],
}
SERVER = "https://a.example/v1"


def write(folder: Path, server: str | None = SERVER, **more: Any) -> None:
    (folder / "api.json").write_text(json.dumps(description("/a", server=server, **more)), encoding="utf-8")


def written(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / FILE_NAME).read_text(encoding="utf-8"))


def test_a_person_is_asked_for_what_matters_and_sees_the_tools(tmp_path: Path) -> None:
    """Issue 10: the document, base URL, a credential by scheme, methods, client. Wrong answers are asked for again."""
    write(tmp_path, server=None, **KEYED)
    home = tmp_path / "home"
    home.mkdir()
    with at_terminal("init", folder=tmp_path, environment={"HOME": str(home)}) as person:
        person.see("OpenAPI document")
        person.type("nowhere.json")
        person.see("error: ")
        person.see("OpenAPI document")
        person.type("api.json")
        person.see("Toys 1: 1 paths")
        person.see("base URL: ")
        person.type("a.example")
        person.see("no http or https URL")
        person.type(SERVER)
        person.see("[get]: ")
        person.type("")
        person.see("Credential key (apiKey in header X-Key)")
        person.type("s3cret")
        person.see("does not belong into a file")
        person.type("env:TOYS_KEY")
        person.see("written: openapi-mcp.toml")
        person.see("GET /a")
        person.see("TOYS_KEY is not set here")
        person.see("Install it into")
        person.type("no-such-client")
        person.see("there is no client")
        person.type("")
        person.see("next: ")
        assert person.end() == 0
    said = {"spec": "api.json", "base_url": SERVER, "methods": "get", "auth": {"key": "env:TOYS_KEY"}}
    assert written(tmp_path) == said
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    """Issue 10: nothing half written."""
    write(tmp_path)
    with at_terminal("init", folder=tmp_path) as person:
        person.see("OpenAPI document")
        person.type("api.json")
        person.see("[get]: ")
        person.interrupt()
        assert person.end() == 130
    assert sorted(each.name for each in tmp_path.iterdir()) == ["api.json"]


def test_a_file_that_is_there_is_replaced_only_by_a_yes(tmp_path: Path) -> None:
    """Issue 10: nothing overwritten without asking."""
    (tmp_path / FILE_NAME).write_text("# mine\n")
    with at_terminal("init", folder=tmp_path) as person:
        person.see("is there already")
        person.see("[y/N] ")
        person.type("")
        assert person.end() == 2
    assert (tmp_path / FILE_NAME).read_text() == "# mine\n"


def test_what_is_given_is_not_asked_for_and_the_chosen_client_has_it(tmp_path: Path) -> None:
    """Issue 10: offers to install."""
    write(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    with at_terminal(
        "init", "--spec", "api.json", "--methods", "all", folder=tmp_path, environment={"HOME": str(home)}
    ) as person:
        person.see("Install it into")
        person.type("cursor")
        person.see("written for Cursor")
        assert person.end() == 0
    entry = json.loads((home / ".cursor" / "mcp.json").read_text())["mcpServers"]["toys"]
    assert entry["args"][entry["args"].index("--config") + 1] == str(tmp_path / FILE_NAME)


def test_without_a_terminal_it_takes_the_defaults_where_it_is_told_to(command: Command, tmp_path: Path) -> None:
    """Issue 10: works without a terminal by flags."""
    write(tmp_path, **KEYED)
    assert command("init", "--spec", "api.json").status == 2
    done = command("init", "--spec", "api.json", "--yes")
    assert (done.status, done.err) == (0, "")
    assert "lacking a credential: a" in done.out
    text = (tmp_path / FILE_NAME).read_text(encoding="utf-8")
    assert written(tmp_path) == {"spec": "api.json"}
    for line in (f'# base_url = "{SERVER}"', '# methods = "get"', "# [auth]", '# "key" = "env:KEY"'):
        assert line in text.splitlines()
    assert tomllib.loads(text.replace("# [auth]", "[auth]").replace('# "key"', '"key"'))["auth"] == {"key": "env:KEY"}
    assert "is there already" in command("init", "--spec", "api.json", "--yes").err
    assert command("init", "--spec", "api.json", "--yes", "--force").status == 0


def test_the_options_that_are_given_stand_in_the_file_and_mean_the_same(command: Command, tmp_path: Path) -> None:
    """config.py: every option has a key of its name."""
    servers = [{"url": "https://{r}.example", "variables": {"r": {"default": "us"}}}]
    write(tmp_path, server=None, servers=servers, **KEYED)
    options = ["--auth", "key=env:K", "--exclude", "/x", "--exclude", "/y", "--allow-anonymous"]
    options += ["--header", "User-Agent: b", "--server-variable", "r=eu", "--context-budget", "9000"]
    done = command("init", "--spec", "api.json", "--yes", "--config", "other.toml", *options)
    assert done.status == 0
    config = build_config({"config": "other.toml"}, {}, tmp_path)
    assert (config.exclude, config.allow_anonymous, config.listing.budget) == (("/x", "/y"), True, 9000)
    assert config.server_variables == {"r": "eu"}
    assert (config.credentials[0].auth, config.credentials[0].header) == ({"key": "env:K"}, ("User-Agent: b",))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--auth", "key=s3cret"], "a secret would stand in the config file"),
        (["--spec", "b=api.json"], "init writes a file for one API"),
        (["--install", "nobody"], "there is no client"),
    ],
)
def test_what_cannot_be_written_is_refused(command: Command, tmp_path: Path, options: list[str], message: str) -> None:
    """Issue 10: never in clear."""
    write(tmp_path)
    spec = [] if "--spec" in options else ["--spec", "api.json"]
    done = command("init", "--yes", *spec, *options)
    assert (done.status, message in done.err, "s3cret" in done.err) == (2, True, False)
    assert not (tmp_path / FILE_NAME).exists()


def test_a_base_url_that_nobody_knows_must_be_given(command: Command, tmp_path: Path) -> None:
    """Issue 10: base URL if needed."""
    write(tmp_path, server=None)
    done = command("init", "--yes", "--spec", "api.json")
    assert (done.status, "does not say where the API is" in done.err) == (2, True)


def test_no_document_is_asked_for_again(tmp_path: Path) -> None:
    """An empty line is no answer; the end of the input is Ctrl-C."""
    with at_terminal("init", folder=tmp_path) as person:
        person.see("OpenAPI document")
        person.type("")
        person.see("no document is given")
        person.see("OpenAPI document")
        person.type("\x04")
        assert person.end() == 130


def test_what_the_document_says_ends_no_comment() -> None:
    """The document's text is data."""
    text = config_text("Shop\nspec = 'evil'", {"spec": "a"}, 'https://a.example/"\nb = 1', ['k"\nc = 1'])
    assert tomllib.loads(text) == {"spec": "a"}


@pytest.mark.parametrize(
    ("scheme", "parts", "word"),
    [
        (SecurityScheme(name="s", type="mutualTLS", pointer=""), (), "certificate"),
        (SecurityScheme(name="s", type="openIdConnect", pointer=""), ("s",), "login"),
        (SecurityScheme(name="s", type="http", scheme="basic", pointer=""), ("s",), "http basic"),
        (
            SecurityScheme(name="s", type="oauth2", pointer="", flows=(OAuthFlow(type="clientCredentials"),)),
            ("s.client_id", "s.client_secret"),
            "OAuth",
        ),
    ],
)
def test_each_scheme_has_its_parts(scheme: SecurityScheme, parts: tuple[str, ...], word: str) -> None:
    """OAS 3.1.1, Security Scheme Object."""
    found, how = parts_of(scheme)
    assert (found, word in how) == (parts, True)

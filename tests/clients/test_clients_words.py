"""What is typed, as the words that start a server from anywhere."""

from pathlib import Path

import pytest

from openapi_mcp.clients.command import here, is_fleeting, our_command, starter
from openapi_mcp.clients.launch import Launch, Remote
from openapi_mcp.clients.naming import is_long, require_name, server_name
from openapi_mcp.clients.ours import is_ours
from openapi_mcp.clients.words import Here, Said, Words, from_config, words
from openapi_mcp.errors import ConfigError

HERE = Here(
    folder="/srv",
    absolute=lambda text: text if text.startswith("/") else f"/srv/{text}",
    program=lambda text: f"/bin/{text}" if text == "python" else None,
    is_file=lambda text: text in ("manage.py", "schema.json"),
)


def written(*said: tuple[str, str, str], names: tuple[str, ...] = (), write_secrets: bool = False) -> Words:
    given = [Said(key=key, option=option, texts=(text,)) for key, option, text in said]
    return words(given, names, HERE, write_secrets=write_secrets)


@pytest.mark.parametrize(
    ("key", "option", "text", "word"),
    [
        ("spec", "--spec", "openapi.yaml", "/srv/openapi.yaml"),
        ("spec", "--spec", "https://a/openapi.json?v=1", "https://a/openapi.json?v=1"),
        ("overlay", "--overlay", "https://a/o.yaml", "https://a/o.yaml"),
        ("overlay", "--overlay", "o.yaml", "/srv/o.yaml"),
        ("spec_command", "--spec-command", "python manage.py spectacular --x 'a b'",
         "/bin/python /srv/manage.py spectacular --x 'a b'"),
        ("spec_command", "--spec-command", "unknown schema.json", "unknown /srv/schema.json"),
        ("base_url", "--base-url", "http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("ca_bundle", "--ca-bundle", "ca.pem", "/srv/ca.pem"),
        ("records", "--records", "records.db", "/srv/records.db"),
        ("records", "--records", "postgresql://db/r", "postgresql://db/r"),
        ("methods", "--methods", "get,post", "get,post"),
        ("bearer", "--bearer", "env:TOKEN", "env:TOKEN"),
        ("bearer", "--bearer", "file:t.txt", "file:/srv/t.txt"),
        ("header", "--header", "X-Key: env:TOKEN", "X-Key: env:TOKEN"),
        ("header", "--header", "Accept-Language: de", "Accept-Language: de"),
        ("auth", "--auth", "main=env:TOKEN", "main=env:TOKEN"),
        ("auth", "--auth", "main.client_id=abc", "main.client_id=abc"),
        ("auth", "--auth", "main.client_secret=file:s", "main.client_secret=file:/srv/s"),
    ],
)  # fmt: skip
def test_a_value_is_written_so_that_it_means_the_same_elsewhere(key: str, option: str, text: str, word: str) -> None:
    """design of part 9: paths made absolute, secrets as env:NAME."""
    found = written((key, option, text))
    assert found.args == (option, word)
    assert dict(found.variables) == ({"TOKEN": None} if "env:TOKEN" in text else {})


@pytest.mark.parametrize(
    ("key", "option", "text"),
    [
        ("bearer", "--bearer", "hunter2"),
        ("token", "--token", "hunter2"),
        ("basic", "--basic", "ann:hunter2"),
        ("api_key", "--api-key", "hunter2"),
        ("client_secret", "--client-secret", "hunter2"),
        ("header", "--header", "X-Key: hunter2"),
        ("auth", "--auth", "main=hunter2"),
        ("auth", "--auth", "main.client_secret=hunter2"),
        ("records", "--records", "postgresql://u:hunter2@db/r"),
        ("redis", "--redis", "redis://:hunter2@db"),
        ("shared_key", "--shared-key", "hunter2"),
        ("endpoint_token", "--endpoint-token", "hunter2"),
    ],
)
def test_a_secret_in_clear_is_refused_with_the_ways_out(key: str, option: str, text: str) -> None:
    """design of part 9: exit 2, env:NAME, file:PATH, --write-secrets."""
    with pytest.raises(ConfigError, match="a secret would stand in the client's file") as caught:
        written((key, option, text))
    assert caught.value.where == option
    hint = str(caught.value.hint)
    assert all(way in hint for way in ("env:", "file:PATH", "--write-secrets"))
    assert "hunter2" not in f"{caught.value}{hint}"
    found = written((key, option, text), write_secrets=True)
    assert "hunter2" not in " ".join(found.args)
    assert [value for value in found.variables.values() if value and "hunter2" in value] != []


@pytest.mark.parametrize(("key", "option"), [("spec", "--spec"), ("base_url", "--base-url")])
def test_a_password_in_a_url_is_refused(key: str, option: str) -> None:
    """The same."""
    with pytest.raises(ConfigError, match="a password in a URL"):
        written((key, option, "https://ann:hunter2@host/x"))


def test_a_document_on_standard_input_is_refused() -> None:
    """A client has none to give."""
    with pytest.raises(ConfigError, match="standard input"):
        written(("spec", "--spec", "-"))


def test_values_of_several_apis_keep_their_names() -> None:
    """apis.py: --spec NAME=SOURCE."""
    found = written(
        ("spec", "--spec", "shop=a.yaml"),
        ("bearer", "--bearer", "shop=env:S"),
        ("header", "--header", "bill=X-Key: env:B"),
        names=("shop", "bill"),
    )
    assert found.args == ("--spec", "shop=/srv/a.yaml", "--bearer", "shop=env:S", "--header", "bill=X-Key: env:B")
    assert dict(found.variables) == {"S": None, "B": None}


def test_secrets_that_are_written_have_variables_of_their_own() -> None:
    """Our choice: a value stands in the entry's variables, not in the command line that every process may see."""
    found = written(
        ("bearer", "--bearer", "shop=one"),
        ("bearer", "--bearer", "bill=two"),
        ("header", "--header", "X-Key: three"),
        ("header", "--header", "x_key: four"),
        names=("shop", "bill"),
        write_secrets=True,
    )
    assert dict(found.variables) == {
        "SECRET_SHOP_BEARER": "one",
        "SECRET_BILL_BEARER": "two",
        "SECRET_X_KEY": "three",
        "SECRET_X_KEY_2": "four",
    }


def test_a_flag_is_one_word() -> None:
    """options.py."""
    found = words([Said(key="select", option="--select", texts=())], (), HERE, write_secrets=False)
    assert found.args == ("--select",)


def test_documents_that_a_config_file_names_by_a_path_of_this_folder_are_found_elsewhere() -> None:
    """A client starts us in a folder of its own."""
    specs = {"": "openapi.yaml", "shop": "a.yaml", "web": "https://a/o.json", "none": None, "abs": "/x/o.yaml"}
    assert list(from_config(specs, HERE)) == ["/srv/openapi.yaml", "shop=/srv/a.yaml"]


@pytest.mark.parametrize(
    ("ran", "starts"),
    [
        ("/u/ann/.local/bin/openapi-mcp", ("/u/ann/.local/bin/openapi-mcp",)),
        ("openapi-mcp", ("/usr/bin/openapi-mcp",)),
        ("/x/openapi_mcp/__main__.py", ("/py", "-m", "openapi_mcp")),
        ("/x/bin/pytest", ("/py", "-m", "openapi_mcp")),
    ],
)
def test_what_starts_us_is_an_absolute_path(ran: str, starts: tuple[str, ...]) -> None:
    """issue 10: absolute command path."""
    assert starter(ran, "/py", lambda name: f"/usr/bin/{name}") == starts


def test_what_runs_now_starts_us_again() -> None:
    """The same, on this machine."""
    assert our_command()[-2:] == ("-m", "openapi_mcp")


def test_a_command_in_a_cache_is_known() -> None:
    """uvx and `pipx run` start from a cache that is emptied."""
    assert is_fleeting("/u/ann/.cache/uv/archive-v0/abc/bin/openapi-mcp")
    assert is_fleeting("C:\\Users\\ann\\AppData\\Local\\uv\\cache\\x\\openapi-mcp.exe")
    assert not is_fleeting("/u/ann/.local/bin/openapi-mcp")


def test_here_is_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """command.py."""
    folder = tmp_path
    monkeypatch.chdir(folder)
    (folder / "a.yaml").write_text("")
    found = here()
    assert found.absolute("./a.yaml") == str(folder / "a.yaml")
    assert found.is_file("a.yaml")
    assert not found.is_file("--b")
    assert str(found.program("sh")).endswith("/sh")
    assert found.program("no-such-program") is None


@pytest.mark.parametrize(
    ("title", "host", "name"),
    [
        ("Swagger Petstore - OpenAPI 3.0", "", "petstore"),
        ("Shop API v2", "", "shop"),
        ("The Very Long Title Of It", "", "very-long-title"),
        ("Donaudampfschifffahrt", "", "donaudampfschif"),
        ("Überweisungen", "", "uberweisungen"),
        ("API", "shop.example.com", "shop-example"),
        ("店", "api.shop.example", "shop"),
        ("", "", "api"),
        ("Gemini API", "", "gemini-api"),
        ("../../x\x1b[0m\"'", "", "x-0m"),
    ],
)
def test_a_server_is_called_after_its_document(title: str, host: str, name: str) -> None:
    """design of part 9: a slug of the title, at most 15 characters, else of the host."""
    assert server_name(title, host) == name
    assert not is_long(name)


@pytest.mark.parametrize("name", ["", "a b", "ä", "-x", "x" * 65, "a.b", "${X}"])
def test_a_name_that_not_every_client_takes_is_refused(name: str) -> None:
    """Tried: `claude mcp add` takes letters, digits, - and _."""
    with pytest.raises(ConfigError):
        require_name(name)


@pytest.mark.parametrize(
    ("target", "ours"),
    [
        (Launch(name="a", command="/bin/openapi-mcp", args=("serve", "--spec", "x")), True),
        (Launch(name="a", command="C:\\bin\\openapi-mcp.exe", args=("serve",)), True),
        (Launch(name="a", command="/usr/bin/python3.11", args=("-m", "openapi_mcp", "serve")), True),
        (Launch(name="a", command="uvx", args=("openapi-mcp-cli[scale]@1.2", "serve")), True),
        (Launch(name="a", command="uv", args=("tool", "run", "-p", "3.12", "openapi-mcp-cli", "serve")), True),
        (Launch(name="a", command="pipx", args=("run", "--spec", "openapi-mcp-cli", "openapi-mcp", "serve")), True),
        (Launch(name="a", command="/py", args=("-m", "openapi_mcp", "serve")), False),
        (Launch(name="a", command="python", args=("x.py", "-m", "openapi_mcp", "serve")), False),
        (Launch(name="a", command="sh", args=("-c", "id", "openapi-mcp", "serve")), False),
        (Launch(name="a", command="sh", args=("-m", "openapi_mcp", "serve")), False),
        (Launch(name="a", command="uvx", args=("openapi-mcp", "serve")), False),
        (Launch(name="a", command="uvx", args=("--from", "./x", "openapi-mcp", "serve")), False),
        (Launch(name="a", command="uvx", args=("--with", "evil", "openapi-mcp-cli", "serve")), False),
        (Launch(name="a", command="uvx", args=("--from", "openapi-mcp-cli", "evil", "serve")), False),
        (Launch(name="a", command="uvx", args=("openapi-mcp-cli@https://x.example/a.whl", "serve")), False),
        (Launch(name="a", command="uvx", args=("-p", "./evil", "openapi-mcp-cli", "serve")), False),
        (Launch(name="a", command="uvx", args=("-p", "openapi-mcp-cli", "serve")), False),
        (Launch(name="a", command="uv", args=("run", "sh", "openapi-mcp", "serve")), False),
        (Launch(name="a", command="uv", args=("serve",)), False),
        (Launch(name="a", command="/bin/openapi-mcp", args=("call", "x", "serve")), False),
        (Launch(name="a", command="uvx", args=("--from", "openapi-mcp-cli", "openapi-mcp", "serve")), True),
        (Launch(name="a", command="/bin/openapi-mcp", args=("inspect",)), False),
        (Launch(name="a", command="/bin/openapi-mcp-server", args=("serve",)), False),
        (Launch(name="a", command="npx", args=("serve", "openapi-mcp")), False),
        (Remote(name="a", url="https://a/mcp"), False),
    ],
)
def test_a_server_of_ours_is_known_by_its_command(target: Launch | Remote, ours: bool) -> None:
    """ours.py."""
    assert is_ours(target) is ours

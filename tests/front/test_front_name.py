"""Under which name a catalogue is kept, and where."""

from pathlib import Path

import pytest

from openapi_mcp import __version__
from openapi_mcp.front.name import SECRET_OPTIONS, catalogue_folder, catalogue_key


def key(*arguments: str, environ: dict[str, str] | None = None) -> str:
    return catalogue_key(arguments, environ or {}, "/folder", __version__)


@pytest.mark.parametrize(
    "pair",
    [
        (("--bearer", "one"), ("--bearer", "two")),
        (("--bearer=one",), ("--bearer=two",)),
        (("-H", "X-Key: one"), ("-H", "X-Key: two")),
        (("-HX-Key: one",), ("-HX-Key: two",)),
        (("--auth", "key=one"), ("--auth", "key=two")),
        (("--basic", "ann:pw"), ("--basic", "bob:pw")),
        (("--spec", "shop=a", "--bearer", "shop=one"), ("--spec", "shop=a", "--bearer", "shop=two")),
        (("-sshop=a", "-H", "shop=X-Key: one"), ("-sshop=a", "-H", "shop=X-Key: two")),
        (("--spec=shop=a", "--auth", "shop=key=one"), ("--spec=shop=a", "--auth", "shop=key=two")),
        (("--bearer", "shop=one"), ("--bearer", "shop=two")),
    ],
)
def test_a_credentials_value_is_not_in_the_name(pair: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    """Secrets reach no file, not even as the digest of one that can be guessed."""
    assert key(*pair[0]) == key(*pair[1])


def test_what_decides_the_list_is_in_the_name() -> None:
    """Issue 3, At once: document, options, and our version."""
    kinds = [
        key(),
        key("--bearer", "one"),
        key("--bearer", "env:ONE"),
        key("-H", "X-Key: one"),
        key("-H", "X-Other: one"),
        key("--auth", "a=one"),
        key("--auth", "b=one"),
        key("--methods", "post"),
        key(environ={"OPENAPI_MCP_METHODS": "post"}),
        key(environ={"OPENAPI_MCP_HEADER": "X-Key: one"}),
        key(environ={"OPENAPI_MCP_AUTH_KEY": "one"}),
        catalogue_key((), {}, "/folder", "0"),
    ]
    assert len(set(kinds)) == len(kinds)
    assert key(environ={"OPENAPI_MCP_BEARER": "one"}) == key(environ={"OPENAPI_MCP_BEARER": "two"})
    assert key(environ={"PATH": "one"}) == key()


_LOOKED_INTO = [
    (("--spec", "shop.yaml"), {}),
    (("--spec=shop.yaml",), {}),
    (("-sshop.yaml",), {}),
    (("--spec", "shop=shop.yaml"), {}),
    (("--bearer", "file:shop.yaml"), {}),
    (("--overlay", "./shop.yaml", "--spec", "https://a.example/"), {}),
    (("--spec-command", "make spec"), {}),
    (("--config", "shop.yaml"), {}),
    ((), {"OPENAPI_MCP_SPEC": "a=/x.yaml\nb=shop.yaml"}),
    ((), {"OPENAPI_MCP_API_SHOP_SPEC_COMMAND": "make spec"}),
]


@pytest.mark.parametrize(("arguments", "environ"), _LOOKED_INTO)
def test_a_folder_that_may_be_looked_into_is_in_the_name(
    tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str]
) -> None:
    """One name in two folders may be two documents."""
    folders = (tmp_path / "one", tmp_path / "two")
    for folder in folders:
        folder.mkdir()
        (folder / "shop.yaml").touch()
    one, two = (catalogue_key(arguments, environ, str(folder), __version__) for folder in folders)
    assert one != two


def test_a_folder_of_a_config_file_is_in_the_name(tmp_path: Path) -> None:
    """What stands in it may be relative, and so may what is beside it."""
    (tmp_path / "openapi-mcp.toml").touch()
    assert catalogue_key((), {}, str(tmp_path), __version__) != catalogue_key((), {}, "/x", __version__)


def test_a_server_that_no_folder_has_a_part_in_has_one_list_in_all_of_them(tmp_path: Path) -> None:
    """As `install` writes it: a client that starts it in a new project has its list at once."""
    (tmp_path / "mine").touch()
    arguments = (
        "--spec", "https://a.example/openapi.json", "--overlay", "/u/ann/mine", "--methods", "get,post",
        "--bearer", "env:TOKEN", "--header", "X-Key: file:/u/ann/mine",
    )  # fmt: skip
    environ = {"OPENAPI_MCP_CACHE_TTL": "60", "OPENAPI_MCP_BEARER": "mine"}
    here, there = (catalogue_key(arguments, environ, folder, __version__) for folder in (str(tmp_path), "/x"))
    assert here == there


def test_which_api_a_credential_is_for_is_in_the_name_and_its_value_is_not() -> None:
    """Issue 5, Several APIs: a credential hides the parameter that it occupies, in the list of its own API."""
    apis = ("--spec", "shop=a.json", "--spec", "billing=b.json")
    kinds = [
        key(*apis),
        key(*apis, "--bearer", "shop=one"),
        key(*apis, "--bearer", "billing=one"),
        key(*apis, "--bearer", "shop=env:ONE"),
        key(*apis, "--bearer", "shop=env:TWO"),
        key(*apis, "--auth", "shop=a=one"),
        key(*apis, "--auth", "shop=b=one"),
        key(environ={"OPENAPI_MCP_API_SHOP_SPEC": "a.json"}),
        key(environ={"OPENAPI_MCP_API_SHOP_SPEC": "a.json", "OPENAPI_MCP_BEARER": "shop=one"}),
        key(environ={"OPENAPI_MCP_API_SHOP_SPEC": "a.json", "OPENAPI_MCP_API_SHOP_BEARER": "one"}),
        key(environ={"OPENAPI_MCP_SPEC": "shop=a.json\nbilling=b", "OPENAPI_MCP_TOKEN": "shop=one"}),
        key(environ={"OPENAPI_MCP_SPEC": "shop=a.json\nbilling=b", "OPENAPI_MCP_TOKEN": "billing=one"}),
    ]
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("name", ["BEARER", "API_KEY", "AUTH_KEY", "TOKEN", "CLIENT_SECRET", "MODEL_KEY"])
def test_the_value_of_an_apis_own_variable_is_not_in_the_name(name: str) -> None:
    """Secrets reach no file, not even as the digest of one that can be guessed."""
    one, two = (key(environ={f"OPENAPI_MCP_API_SHOP_{name}": value}) for value in ("one", "two"))
    assert one == two != key()


@pytest.mark.parametrize("option", [each for each in SECRET_OPTIONS if each.startswith("--") and each != "--header"])
def test_the_value_of_an_option_that_is_a_secret_is_not_in_the_name(option: str) -> None:
    """As above: of the option, and of its variable."""
    variable = f"OPENAPI_MCP_{option[2:].upper().replace('-', '_')}"
    given = [key("--spec", "a.json", option, value) for value in ("one", "two")]
    set_ = [key("--spec", "a.json", environ={variable: value}) for value in ("one", "two")]
    assert given[0] == given[1] != key("--spec", "a.json") != set_[0] == set_[1]


def test_an_apis_own_variable_that_is_no_secret_decides_the_list() -> None:
    """Issue 5, Several APIs."""
    one, two = (key(environ={"OPENAPI_MCP_API_SHOP_METHODS": value}) for value in ("get", "post"))
    assert one != two


def test_a_table_of_the_config_file_names_an_api_too(tmp_path: Path) -> None:
    """Issue 5, Several APIs: `[api.NAME]`."""
    (tmp_path / "openapi-mcp.toml").write_text('[api.shop]\nspec = "a.json"\n[api.billing.auth]\nkey = "env:K"\n')
    keys = {
        catalogue_key(("--bearer", text), {}, str(tmp_path), __version__)
        for text in ("shop=one", "shop=two", "billing=one", "billing=two", "other=one")
    }
    assert len(keys) == 3


def test_where_the_catalogue_is_looked_for(tmp_path: Path) -> None:
    """design.md, Options: flag, environment, config file, default."""
    config = tmp_path / "openapi-mcp.toml"
    folder = str(tmp_path)
    environ = {"HOME": "/users/me"}
    assert catalogue_folder((), {**environ, "XDG_CACHE_HOME": "/x"}, folder) == "/x/openapi-mcp"
    assert catalogue_folder((), environ, folder) == "/users/me/.cache/openapi-mcp"
    config.write_text('cache_dir = "/from/file"\n')
    assert catalogue_folder((), environ, folder) == "/from/file"
    assert catalogue_folder((), {**environ, "OPENAPI_MCP_CACHE_DIR": "/e"}, folder) == "/e"
    assert catalogue_folder(("--cache-dir", "/a", "--cache-dir=/f"), {"OPENAPI_MCP_CACHE_DIR": "/e"}, folder) == "/f"
    assert catalogue_folder(("--no-catalogue",), environ, folder) is None
    config.write_text("no-catalogue = true\n")
    assert catalogue_folder((), environ, folder) is None
    config.write_text("cache_dir = [")
    assert catalogue_folder((), environ, folder) == "/users/me/.cache/openapi-mcp"
    assert catalogue_folder((), {**environ, "OPENAPI_MCP_NO_CATALOGUE": "1"}, folder) is None

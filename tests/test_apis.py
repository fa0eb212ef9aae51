"""Several APIs in one server: how each is named, and which values are for it."""

from pathlib import Path
from typing import Any

import pytest
from support.toml import Write

from openapi_mcp.apis import said_for
from openapi_mcp.config import Config, CredentialLayer, build_config
from openapi_mcp.errors import ConfigError

NOWHERE = Path("no-such-folder")
BOTH = {"spec": ["shop=http://a/openapi.json", "billing=b.yaml"]}


def built(flags: dict[str, Any], environ: dict[str, str] | None = None, folder: Path = NOWHERE) -> dict[str, Config]:
    """Return the configuration of each API by its name."""
    return {config.name: config for config in build_config(flags, environ or {}, folder).apis}


def refused(flags: dict[str, Any], environ: dict[str, str] | None = None, folder: Path = NOWHERE) -> ConfigError:
    """Return the error that building a Config ends with; it says what to do, and holds no secret."""
    with pytest.raises(ConfigError) as caught:
        build_config(flags, environ or {}, folder)
    assert caught.value.hint
    assert "s3cret" not in f"{caught.value.message} {caught.value.where} {caught.value.hint}"
    return caught.value


def given(config: Config) -> dict[str, object]:
    """Return the credentials of an API, the layers merged."""
    found: dict[str, object] = {}
    for layer in config.credentials:
        found |= {name: getattr(layer, name) for name in CredentialLayer.__slots__ if getattr(layer, name)}
    return found


# --- names ---


@pytest.mark.parametrize(
    "spec", ["a.yaml", ["a.yaml"], ["http://h/x?a=b"], ["./a=b.json"], ["=a.yaml"], ["a.json="], ["x" * 5000]]
)
def test_one_document_without_a_name_is_one_api_as_ever(spec: object) -> None:
    """Issue 5, Several APIs: a URL with a query and a path with `=` are plain sources."""
    config = build_config({"spec": spec}, {}, NOWHERE)
    assert (config.apis, config.name) == ((), "")
    assert config.spec == (spec if isinstance(spec, str) else spec[0])  # type: ignore[index]


def test_a_file_of_that_whole_name_is_a_plain_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: `shop=a.yaml` may be a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop=a.yaml").write_text("")
    assert build_config({"spec": ["shop=a.yaml"]}, {}, NOWHERE).spec == "shop=a.yaml"


def test_each_named_document_is_an_api_of_its_own() -> None:
    """Issue 5, Several APIs: `--spec shop=URL --spec billing=FILE`."""
    config = build_config(BOTH, {}, NOWHERE)
    assert [(api.name, api.spec) for api in config.apis] == [("shop", "http://a/openapi.json"), ("billing", "b.yaml")]
    assert config.spec is None


def test_a_document_of_a_command_has_a_name_too() -> None:
    """design.md, Options."""
    apis = built({"spec_command": ["shop=python manage.py spectacular"], "spec": ["billing=b.yaml"]})
    assert apis["shop"].spec_command == "python manage.py spectacular"
    assert (apis["shop"].spec, apis["billing"].spec_command) == (None, None)


def test_the_environment_names_apis_too() -> None:
    """Issue 5, Several APIs: one a line, or a variable each."""
    apis = built({}, {"OPENAPI_MCP_SPEC": "shop=a.yaml\nbilling=b.yaml", "OPENAPI_MCP_API_THIRD_SPEC_COMMAND": "c"})
    assert [(api.name, api.spec, api.spec_command) for api in apis.values()] == [
        ("shop", "a.yaml", None),
        ("billing", "b.yaml", None),
        ("third", None, "c"),
    ]


def test_tables_of_the_config_file_name_apis_too(toml: Write) -> None:
    """Issue 5, Several APIs: `[api.NAME]` tables."""
    folder = toml('[api.shop]\nspec = "a.yaml"\n[api.billing]\nspec_command = "b"\nbase-url = "http://b"')
    apis = built({}, folder=folder)
    assert (apis["shop"].spec, apis["billing"].spec_command, apis["billing"].base_url) == ("a.yaml", "b", "http://b")


def test_a_list_in_the_config_file_names_apis_too(toml: Write) -> None:
    """design.md, Options: every option has a key there."""
    assert list(built({}, folder=toml('spec = ["shop=a.yaml", "billing=b.yaml"]'))) == ["shop", "billing"]


@pytest.mark.parametrize(
    ("flags", "environ"),
    [
        ({"spec": ["a.yaml", "b.yaml"]}, {}),
        ({"spec": ["shop=a.yaml", "b.yaml"]}, {}),
        ({"spec": ["shop=a.yaml"], "spec_command": ["make spec"]}, {}),
        ({"spec": ["shop=a.yaml"]}, {"OPENAPI_MCP_SPEC": "b.yaml"}),
        ({"spec": ["a.yaml"]}, {"OPENAPI_MCP_API_SHOP_SPEC": "b.yaml"}),
        ({}, {"OPENAPI_MCP_SPEC": "a.yaml\nb.yaml"}),
    ],
)
def test_of_several_documents_each_needs_a_name(flags: dict[str, Any], environ: dict[str, str]) -> None:
    """Our choice: which tool is whose would be a guess."""
    error = refused(flags, environ)
    assert error.message == "several documents are given, and not all have a name"
    assert error.where in ("--spec", "--spec-command", "OPENAPI_MCP_SPEC")


@pytest.mark.parametrize(
    ("one", "other"), [("shop", "Shop"), ("my-shop", "my_shop"), ("shop", "shop_admin"), ("SHOP", "shop_x")]
)
def test_names_whose_tools_could_be_each_others_are_refused(one: str, other: str) -> None:
    """Our choice: `shop_admin_list` is one tool of one API, whatever else is served."""
    error = refused({"spec": [f"{one}=a.yaml", f"{other}=b.yaml"]})
    assert f"{one!r}" in error.message
    assert f"{other!r}" in error.message
    assert refused({"spec": [f"{other}=b.yaml", f"{one}=a.yaml"]}).where == "--spec"


def test_a_name_may_begin_as_another_does() -> None:
    """`shop-admin_list` does not begin with `shop_`."""
    assert list(built({"spec": ["shop=a.yaml", "shop-admin=b.yaml", "shopping=c.yaml"]})) == [
        "shop",
        "shop-admin",
        "shopping",
    ]


@pytest.mark.parametrize("name", ["1st", "my shop", "a.b", "x" * 16, "é"])
def test_a_table_of_a_name_that_none_can_have_is_refused(name: str, toml: Write) -> None:
    """design.md, Tools: names are in `[A-Za-z0-9_-]`."""
    error = refused({}, folder=toml(f'[api."{name}"]\nspec = "a.yaml"'))
    assert error.message == f"{name!r} cannot be the name of an API"


@pytest.mark.parametrize("text", ["api = 1", "[api]\nshop = 1", 'api = ["shop"]'])
def test_what_is_no_table_is_refused(text: str, toml: Write) -> None:
    """style.md, Errors."""
    assert refused({}, folder=toml(text)).hint == "write [api.NAME]"


def test_an_api_without_a_document_is_refused(toml: Write) -> None:
    """style.md, Errors: what to do."""
    folder = toml('[api.shop]\nspec = "a"\n[api.billing]\ntimeout = 5')
    error = refused({}, folder=folder)
    assert error.message == "no document is given for the API 'billing'"
    assert error.hint == "give --spec billing=SOURCE, or spec = ... in [api.billing]"


def test_a_key_that_is_about_the_server_has_no_place_in_a_table(toml: Write) -> None:
    """Our choice: one server has one port."""
    folder = toml('[api.shop]\nspec = "a"\nport = 5')
    error = refused({}, folder=folder)
    assert (error.message, error.where) == (
        "'port' is not about one API",
        f"{folder / 'openapi-mcp.toml'}: [api.shop]",
    )
    assert refused({}, folder=toml('[api.shop]\nspec = "a"\nbearr = "s3cret"')).hint == "did you mean 'bearer'?"


# --- whose value ---


def test_a_value_goes_to_the_api_that_it_names() -> None:
    """Issue 5, Several APIs: own base URL, credentials, methods, limits each."""
    flags = {
        **BOTH,
        "base_url": ["shop=http://shop/v1"],
        "methods": ["billing=get,post"],
        "bearer": ["shop=env:SHOP", "billing=env:BILLING"],
        "header": ["shop=X-A: 1", "shop=X-B: 2=3"],
        "auth": ["billing=key=env:KEY"],
        "timeout": ["shop=5", "billing=0.5"],
        "include": ["shop=/orders/*"],
        "files": ["billing=/data"],
        "server_variable": ["shop=region=eu"],
        "client_cert": ["billing=cert.pem"],
    }
    shop, billing = built(flags).values()
    assert (shop.base_url, billing.base_url) == ("http://shop/v1", None)
    assert shop.methods == {"GET", "HEAD"}
    assert billing.methods == {"GET", "HEAD", "POST"}
    assert given(shop) == {"bearer": "env:SHOP", "header": ("X-A: 1", "X-B: 2=3")}
    assert given(billing) == {"bearer": "env:BILLING", "auth": {"key": "env:KEY"}}
    assert (shop.limits.timeout, billing.limits.timeout) == (5.0, 0.5)
    assert (shop.include, billing.include) == (("/orders/*",), ())
    assert (shop.files, billing.files) == (None, "/data")
    assert (shop.server_variables, billing.server_variables) == ({"region": "eu"}, {})
    assert (shop.client_cert, billing.client_cert) == (None, "cert.pem")


def test_what_is_said_for_all_is_each_ones_default() -> None:
    """Our choice: in each place what is said for one API wins over what is said for all."""
    shop, billing = built({**BOTH, "timeout": ["5", "shop=7"], "methods": ["all"], "watch": True}).values()
    assert (shop.limits.timeout, billing.limits.timeout) == (7.0, 5.0)
    assert shop.methods == billing.methods
    assert "DELETE" in shop.methods
    assert shop.watch
    assert billing.watch


def test_for_one_api_a_flag_wins_over_the_environment_and_that_over_its_table(toml: Write) -> None:
    """design.md, Options: flag, then environment, then config file."""
    folder = toml('[api.shop]\nspec = "a"\ntimeout = 1\nmax_body = 1\nmax_response = 1\nbearer = "file:a"')
    environ = {"OPENAPI_MCP_API_SHOP_MAX_BODY": "2", "OPENAPI_MCP_API_SHOP_MAX_RESPONSE": "2"}
    flags = {"max_response": ["shop=3"], "config": str(folder / "openapi-mcp.toml")}
    shop = built(flags, environ)["shop"]
    assert (shop.limits.timeout, shop.limits.max_body, shop.limits.max_response) == (1.0, 2, 3)
    assert given(shop) == {"bearer": "file:a"}


def test_a_flag_for_all_wins_over_a_variable_or_a_table_for_one(toml: Write) -> None:
    """design.md, Options: `--confirm writes` on a command line holds whatever a file says."""
    folder = toml('[api.shop]\nspec = "a"\nconfirm = "none"\ntimeout = 1')
    flags = {"confirm": "writes", "config": str(folder / "openapi-mcp.toml")}
    shop = built(flags, {"OPENAPI_MCP_API_SHOP_CONFIRM": "none", "OPENAPI_MCP_TIMEOUT": "2"})["shop"]
    assert (shop.confirm, shop.limits.timeout) == ("writes", 2.0)


def test_a_variable_is_for_the_api_with_the_longest_name_that_fits() -> None:
    """Issue 5: OPENAPI_MCP_API_SHOP_BEARER style variables; `-` is written `_`, a scheme keeps its letters."""
    environ = {
        "OPENAPI_MCP_API_SHOP_BEARER": "one",
        "OPENAPI_MCP_API_SHOP_ADMIN_BEARER": "two",
        "OPENAPI_MCP_API_SHOP_ADMIN_AUTH_ApiKey": "three",
        "OPENAPI_MCP_API_SHOP_ADMIN_SELECT": "true",
        "OPENAPI_MCP_API_SHOP_TOKEN": "",
        "OPENAPI_MCP_API_OTHER_BEARER": "four",
        "OPENAPI_MCP_API_SHOP_NONSENSE": "five",
    }
    shop, admin = built({"spec": ["shop=a", "shop-admin=b"]}, environ).values()
    assert (given(shop), given(admin)) == ({"bearer": "one"}, {"bearer": "two", "auth": {"ApiKey": "three"}})
    assert (shop.select, admin.select) == (False, True)


def test_variables_name_the_api_of_their_value_too() -> None:
    """Issue 5: in environment values the same `NAME=VALUE`, one a line."""
    environ = {"OPENAPI_MCP_BEARER": "shop=one\nbilling=two", "OPENAPI_MCP_HEADER": "shop=A: 1\nshop=B: 2"}
    shop, billing = built(BOTH, environ).values()
    assert (given(shop), given(billing)) == ({"bearer": "one", "header": ("A: 1", "B: 2")}, {"bearer": "two"})


MUST_NAME: list[tuple[str, object]] = [
    ("bearer", "s3cret"),
    ("token", "s3cret"),
    ("basic", "s3cret:s3cret"),
    ("api_key", "s3cret=="),
    ("header", ["X-Key: s3cret"]),
    ("auth", ["key=s3cret"]),
    ("client_id", "us"),
    ("client_secret", "s3cret"),
    ("client_cert", "a.pem"),
    ("client_key", "a.pem"),
    ("forward", ["Authorization"]),
    ("base_url", "http://h"),
    ("files", "/data"),
    ("overlay", ["o.yaml"]),
    ("server_variable", ["region=eu"]),
]


@pytest.mark.parametrize(("key", "value"), MUST_NAME, ids=[key for key, _ in MUST_NAME])
def test_what_could_reach_the_wrong_api_must_name_its_own(key: str, value: object) -> None:
    """Issue 5, Several APIs: a credential of one never reaches another."""
    error = refused({**BOTH, key: value})
    option = f"--{key.replace('_', '-')}"
    assert (error.message, error.where) == ("it does not say which of the APIs it is for", option)
    value_of = {"header": "'Name: VALUE'", "auth": "SCHEME=VALUE", "server_variable": "NAME=VALUE"}
    assert error.hint == f"write {option} shop={value_of.get(key, 'VALUE')}"


def test_the_environment_and_the_file_are_told_how_to_name_it(toml: Write) -> None:
    """style.md, Errors: what to do."""
    error = refused(BOTH, {"OPENAPI_MCP_BEARER": "s3cret"})
    assert (error.where, error.hint) == ("OPENAPI_MCP_BEARER", "write OPENAPI_MCP_API_SHOP_BEARER")
    folder = toml('bearer = "s3cret"\n[api.shop]\nspec = "a"')
    error = refused({}, folder=folder)
    assert (error.where, error.hint) == (
        f"{folder / 'openapi-mcp.toml'}: bearer",
        f"write [api.shop] bearer in {folder / 'openapi-mcp.toml'}",
    )


@pytest.mark.parametrize(
    "flags",
    [
        {"bearer": ["shop=s3cret", "shp=s3cret"]},
        {"bearer": ["shop=s3cret", "s3cret"]},
        {"header": ["shop=A: s3cret", "B: s3cret"]},
        {"bearer": ["shop=s3cret", "billing="]},
    ],
)
def test_a_name_that_no_api_has_is_none(flags: dict[str, Any]) -> None:
    """Our choice: a slip of the pen is no reason to send a credential anywhere."""
    assert refused({**BOTH, **flags}).message == "it does not say which of the APIs it is for"


@pytest.mark.parametrize(
    ("flags", "where"),
    [
        ({"spec": ["a"], "bearer": ["s3cret", "s3cret"]}, "--bearer"),
        ({"spec": ["a"], "timeout": ["1", "2"]}, "--timeout"),
        ({**BOTH, "bearer": ["shop=s3cret", "shop=s3cret"]}, "--bearer shop=VALUE"),
        ({"spec": ["shop=a", "shop=b"]}, "--spec shop=VALUE"),
    ],
)
def test_an_option_with_one_value_is_not_given_twice(flags: dict[str, Any], where: str) -> None:
    """Our choice: which of two credentials was meant would be a guess."""
    error = refused(flags)
    assert (error.message, error.where, error.hint) == ("it is given 2 times", where, "give it once")


def test_an_unusable_value_is_named_with_its_api() -> None:
    """style.md, Errors: where."""
    assert refused({**BOTH, "timeout": ["shop=soon"]}).where == "--timeout shop=VALUE"
    assert refused(BOTH, {"OPENAPI_MCP_API_SHOP_TIMEOUT": "soon"}).where == "OPENAPI_MCP_API_SHOP_TIMEOUT"


def test_a_document_and_a_command_for_one_api_are_one_too_many() -> None:
    """design.md, Options: one source each; the stronger place decides between them."""
    assert refused({"spec": ["shop=a"], "spec_command": ["shop=b"]}).message == "two documents are given"
    shop = built({"spec_command": ["shop=b"]}, {"OPENAPI_MCP_API_SHOP_SPEC": "a"})["shop"]
    assert (shop.spec, shop.spec_command) == (None, "b")


def test_a_file_that_nobody_named_does_not_get_at_an_apis_variables(toml: Write) -> None:
    """Our choice: a folder that happens to be open must not redirect the operator's credential."""
    folder = toml('[api.shop]\nspec = "http://evil.example/openapi.json"')
    assert built({}, {"OPENAPI_MCP_API_SHOP_BEARER": "s3cret"}, folder) == {}
    assert list(built({}, {}, folder)) == ["shop"]


def test_without_names_a_repeated_option_keeps_its_meaning() -> None:
    """design.md, Options: repeatable ones are."""
    config = build_config({"spec": ["a"], "header": ["A: 1", "B: 2"], "methods": ["get", "post"]}, {}, NOWHERE)
    assert config.credentials[-1].header == ("A: 1", "B: 2")
    assert config.methods == {"GET", "HEAD", "POST"}


# --- what to do ---


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ("give --auth key=VALUE (or OPENAPI_MCP_AUTH_KEY)", "give --auth s=key=VALUE (or OPENAPI_MCP_API_S_AUTH_KEY)"),
        (
            "--auth o.client_id=ID --auth o.client_secret=env:S",
            "--auth s=o.client_id=ID --auth s=o.client_secret=env:S",
        ),
        ("confirm it with --base-url https://h/v1", "confirm it with --base-url s=https://h/v1"),
        ("write --header 'X-Key: env:KEY'", "write --header s='X-Key: env:KEY'"),
        ("give them with --basic USER:PASS", "give them with --basic s=USER:PASS"),
        ("say so with --header", "say so with --header"),
        ("--allow-anonymous sends calls without", "--allow-anonymous sends calls without"),
        ("export SHOP_TOKEN=...", "export SHOP_TOKEN=..."),
        ("or OPENAPI_MCP_API_S_AUTH_KEY", "or OPENAPI_MCP_API_S_AUTH_KEY"),
    ],
)
def test_what_to_do_is_said_as_it_is_written_for_one_of_several(hint: str, said: str) -> None:
    """style.md, Errors: what to do, so that it can be done."""
    assert said_for("s", hint) == said
    assert said_for("", hint) == hint

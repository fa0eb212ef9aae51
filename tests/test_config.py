"""Flags, environment, openapi-mcp.toml and defaults, merged into one Config."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toml import Write

from openapi_mcp.config import Config, CredentialLayer, build_config
from openapi_mcp.errors import ConfigError, CredentialsError
from openapi_mcp.model.policy import METHODS, Limits, Recovering
from openapi_mcp.references import read_secret

NOWHERE = Path("no-such-folder")


def from_flags(**flags: Any) -> Config:
    """Build a Config of flags alone."""
    return build_config(flags, {}, NOWHERE)


def refused(flags: dict[str, Any], environ: dict[str, str] | None = None, folder: Path = NOWHERE) -> ConfigError:
    """Return the error that building a Config ends with."""
    with pytest.raises(ConfigError) as caught:
        build_config(flags, environ or {}, folder)
    assert caught.value.hint
    return caught.value


# --- layers ---


def test_without_anything_every_option_has_its_default() -> None:
    """design.md, Options and Safety: read-only, loopback, limits of security.md B16 and B17."""
    config = from_flags()
    assert config == Config(credentials=(CredentialLayer(),) * 3)
    assert config.methods == {"GET", "HEAD"}
    assert config.limits == Limits(timeout=30.0, max_body=10_000_000, max_response=25_000, follow_pages=0)
    assert (config.host, config.port, config.path) == ("127.0.0.1", 8800, "/mcp")
    assert (config.log_level, config.quiet, config.output_schemas, config.file) == ("warning", False, False, None)


def test_a_flag_wins_over_the_environment_and_that_over_the_file(toml: Write) -> None:
    """design.md, Options: flag, then environment, then config file, then default."""
    folder = toml('base_url = "http://file"\nport = 1\nhost = "file"\ntimeout = 1')
    environ = {"OPENAPI_MCP_BASE_URL": "http://environment", "OPENAPI_MCP_PORT": "2"}
    flags = {"base_url": "http://flag", "port": None, "host": None, "timeout": None}
    config = build_config({**flags, "config": str(folder / "openapi-mcp.toml")}, environ, folder)
    assert (config.base_url, config.port, config.host, config.limits.timeout) == ("http://flag", 2, "file", 1.0)
    assert config.file == folder / "openapi-mcp.toml"


@pytest.mark.parametrize(
    ("flags", "environ"),
    [
        ({"spec": "http://a/openapi.json"}, {}),
        ({"spec_command": "true"}, {}),
        ({"base_url": "http://a"}, {}),
        ({"bearer": "env:TOKEN"}, {}),
        ({"header": ["X-Key: k"]}, {}),
        ({}, {"OPENAPI_MCP_SPEC": "a.json"}),
        ({}, {"OPENAPI_MCP_TOKEN": "t"}),
        ({}, {"OPENAPI_MCP_AUTH_KEY": "k"}),
    ],
)
def test_a_file_that_nobody_named_gets_at_nothing_that_was(
    flags: dict[str, object], environ: dict[str, str], toml: Write
) -> None:
    """Our choice: a folder that happens to be open must not redirect the operator's document or credential."""
    folder = toml('base_url = "http://evil.example"\nheader = ["X-Leak: env:HOME"]')
    config = build_config(flags, environ, folder)
    assert (config.file, config.credentials[0]) == (None, CredentialLayer())
    assert config.base_url != "http://evil.example"


@pytest.mark.parametrize("nothing", [None, [], ()])
def test_a_flag_that_was_not_given_hides_nothing(nothing: object, toml: Write) -> None:
    """Our choice: typer gives None or an empty list."""
    assert build_config({"include": nothing}, {}, toml('include = ["/a"]')).include == ("/a",)


def test_a_flag_of_zero_or_false_is_given(toml: Write) -> None:
    """Our choice: `--max-response 0` is no limit."""
    folder = toml("max_response = 5\nquiet = true")
    config = build_config({"max_response": 0, "quiet": False}, {}, folder)
    assert (config.limits.max_response, config.quiet) == (0, False)


def test_variables_that_are_empty_or_none_of_ours_are_let_go() -> None:
    """Our choice: other programs, and later versions of us, have variables too."""
    environ = {"OPENAPI_MCP_HOST": "", "OPENAPI_MCP_NOT_KNOWN": "x", "HOST": "x", "MY_OPENAPI_MCP_HOST": "x"}
    assert build_config({}, environ, NOWHERE).host == "127.0.0.1"


@pytest.mark.parametrize("flag", [True, False])
def test_a_config_file_may_be_named(tmp_path: Path, toml: Write, flag: bool) -> None:
    """design.md, Options: `--config FILE`; it takes the place of the one in the folder."""
    folder = toml('host = "folder"')
    (tmp_path / "other.toml").write_text('host = "other"', encoding="utf-8")
    named = str(tmp_path / "other.toml")
    config = build_config({"config": named if flag else None}, {} if flag else {"OPENAPI_MCP_CONFIG": named}, folder)
    assert (config.host, config.file) == ("other", tmp_path / "other.toml")


def test_a_named_config_file_may_stand_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: the environment of a client's settings knows no tilde."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.toml").write_text("port = 7", encoding="utf-8")
    assert build_config({}, {"OPENAPI_MCP_CONFIG": "~/a.toml"}, NOWHERE).port == 7


def test_keys_of_the_file_may_be_written_as_the_options_are(toml: Write) -> None:
    """design.md, Options: every option has a key there."""
    assert build_config({}, {}, toml('base-url = "http://a"')).base_url == "http://a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("port = ", "the config file is not valid TOML: Invalid value (at end of document)"),
        ("port = 1\nhost == 2", "the config file is not valid TOML: Invalid value (at line 2, column 7)"),
        ("bas_url = 'x'", "unknown key 'bas_url'"),
        ("nonsense = 1", "unknown key 'nonsense'"),
        ("config = 'a.toml'", "unknown key 'config'"),
        ("verbose = true", "unknown key 'verbose'"),
    ],
)
def test_a_file_that_says_nothing_sensible_is_an_error_with_its_name(toml: Write, text: str, message: str) -> None:
    """style.md, Errors."""
    folder = toml(text)
    error = refused({}, folder=folder)
    assert (error.message, error.where) == (message, str(folder / "openapi-mcp.toml"))


def test_a_key_that_is_nearly_one_is_suggested(toml: Write) -> None:
    """style.md, Errors: what to do."""
    assert refused({}, folder=toml("bas_url = 'x'")).hint == "did you mean 'base_url'?"
    assert refused({}, folder=toml("zzz = 'x'")).hint == "keys are the options' names, with _ for -"


@pytest.mark.parametrize("text", ["port = " + "9" * 5000, "include = " + "[" * 5000])
def test_a_file_beyond_all_measure_is_an_error_and_no_crash(toml: Write, text: str) -> None:
    """security.md B20's rule for documents, held here too."""
    assert refused({}, folder=toml(text)).message.startswith("the config file is not valid TOML: ")


def test_a_config_file_has_an_end(toml: Write) -> None:
    """Our choice: a million bytes; nobody writes more."""
    error = refused({}, folder=toml(f"# {'x' * 1_000_000}"))
    assert error.message == "the config file is larger than 1 MB"


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """style.md, Errors."""
    (tmp_path / "latin.toml").write_bytes(b"host = '\xe9'")
    for path, reason in [
        (tmp_path / "missing.toml", "No such file or directory"),
        (tmp_path / "latin.toml", "it is not UTF-8 text"),
        (tmp_path / "a\0b.toml", "embedded null byte"),
        (Path("~nobody-of-that-name/a.toml"), "No such file or directory"),
    ]:
        error = refused({"config": str(path)})
        assert (error.message, error.where) == (f"cannot read the config file: {reason}", str(path))


def test_the_place_of_a_wrong_value_is_as_a_person_wrote_it(toml: Write) -> None:
    """style.md, Errors: where."""
    folder = toml("port = 'x'")
    assert refused({"max_body": "x"}).where == "--max-body"
    assert refused({}, {"OPENAPI_MCP_MAX_BODY": "x"}).where == "OPENAPI_MCP_MAX_BODY"
    assert refused({}, folder=folder).where == f"{folder / 'openapi-mcp.toml'}: port"


# --- the source ---


def test_two_sources_in_one_place_are_refused() -> None:
    """Our choice: which one was meant cannot be known."""
    error = refused({"spec": "a", "spec_command": "b"})
    assert (error.message, error.where) == ("two documents are given", "--spec and --spec-command")


@pytest.mark.parametrize("strong", ["spec", "spec_command"])
def test_the_strongest_layer_says_which_kind_of_source_it_is(toml: Write, strong: str) -> None:
    """design.md, Options: a flag wins, whichever of the two it is."""
    weak = "spec_command" if strong == "spec" else "spec"
    config = build_config({strong: "strong"}, {f"OPENAPI_MCP_{weak.upper()}": "weaker"}, toml(f'{weak} = "weakest"'))
    assert (getattr(config, strong), getattr(config, weak)) == ("strong", None)


# --- values ---


@pytest.mark.parametrize(
    ("value", "methods"),
    [
        ("get", {"GET", "HEAD"}),
        ("post", {"POST"}),
        (" Get , POST ", {"GET", "HEAD", "POST"}),
        ("get\npost", {"GET", "HEAD", "POST"}),
        (["get", "delete,put"], {"GET", "HEAD", "DELETE", "PUT"}),
        ("head", {"HEAD"}),
        ("all", {*METHODS, "*"}),
        ("get,ALL", {*METHODS, "*"}),
    ],
)
def test_methods_are_a_list_or_all_and_get_brings_head(value: object, methods: set[str]) -> None:
    """design.md, Options: `--methods get,post` / `all`."""
    assert from_flags(methods=value).methods == methods


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("fetch", "unknown method 'fetch'"),
        (",", "no method is named"),
        (3, "a list of texts is wanted"),
        ([3], "a list of texts is wanted"),
    ],
)
def test_methods_that_are_none_are_refused(value: object, message: str) -> None:
    """style.md, Errors."""
    assert refused({"methods": value}).message == message


@pytest.mark.parametrize(
    "pattern", ["/orders/*", "*", "tag:Orders", "op:orders_*", "POST /orders", "DELETE tag:a b", "PURGE *", "/a b"]
)
def test_patterns_are_paths_tags_or_operation_names(pattern: str) -> None:
    """design.md, Options: `/path/*`, `tag:NAME`, `op:GLOB`."""
    config = from_flags(include=[pattern], exclude=f"{pattern}\n\n /x ")
    assert (config.include, config.exclude) == ((pattern,), (pattern, "/x"))


def test_a_method_before_a_pattern_may_be_written_in_any_letter_case() -> None:
    """Our choice: as --methods takes them. A method that only documents know is written as they do."""
    assert from_flags(allow="post  /orders\nDelete /orders/* ").allow == ("POST /orders", "DELETE /orders/*")


@pytest.mark.parametrize(
    "pattern", ["orders", "Tag:x", "operation:x", "^/a", "purge /a", "POST", "POST orders", "POST GET *"]
)
def test_a_pattern_that_can_match_nothing_is_refused(pattern: str) -> None:
    """style.md, Errors: an exclude that silently excludes nothing would be unsafe."""
    assert refused({"exclude": [pattern]}).message == f"the pattern {pattern!r} can match nothing"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://localhost:8000", "http://localhost:8000"),
        (" https://a/v1/ ", "https://a/v1/"),
        ("https://a/v1?key=1#part", "https://a/v1?key=1"),
        ("https://a/v1.0/..x", "https://a/v1.0/..x"),
    ],
)
def test_a_base_url_is_an_http_url(text: str, url: str) -> None:
    """design.md, Options: base path included."""
    assert from_flags(base_url=text).base_url == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.example/v1", "'a.example/v1' is not a usable URL"),
        ("ftp://a", "'ftp://a' is not a usable URL"),
        ("http://a:b", "'***' is not a usable URL"),
        ("http://a/\udcff", r"'http://a/\udcff' is not a usable URL"),
        ("http://a/\u202e", r"'http://a/\u202e' is not a usable URL"),
        ("http://me:SECRET@a", "a base URL holds no credentials"),
        ("http://me:SEC/RET@a", "'***' is not a usable URL"),
        ("http://a/v1/../v2", "a base URL holds no dot segments"),
        ("http://a/v1/%2E%2e/v2", "a base URL holds no dot segments"),
        ("http://a/./v2", "a base URL holds no dot segments"),
        ("", "a non-empty text is wanted"),
    ],
)
def test_a_base_url_that_could_lead_elsewhere_is_refused(text: str, message: str) -> None:
    """security.md A6, A10."""
    error = refused({"base_url": text})
    assert (error.message, error.where) == (message, "--base-url")


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (True, True),
        ("1", True),
        ("Yes", True),
        ("on", True),
        (1, True),
        (False, False),
        ("0", False),
        ("OFF", False),
        (0, False),
    ],
)
def test_a_flag_is_true_or_false_in_the_usual_words(value: object, flag: bool) -> None:
    """Our choice: the environment has only texts."""
    assert from_flags(output_schemas=value).output_schemas is flag


def test_a_flag_in_no_usual_word_is_refused() -> None:
    """style.md, Errors; a value is quoted, shortened."""
    assert refused({"quiet": "perhaps" * 100}).message == f"{('perhaps' * 100)[:40]!r} is neither true nor false"


@pytest.mark.parametrize(("value", "timeout"), [("1.5", 1.5), (2, 2.0), (0.001, 0.001), (" 3 ", 3.0)])
def test_a_timeout_is_a_number_of_seconds(value: object, timeout: float) -> None:
    """design.md, Options."""
    assert from_flags(timeout=value).limits.timeout == timeout


@pytest.mark.parametrize(
    "value", ["", "x", 0, -1, "nan", "inf", float("inf"), float("nan"), True, [1], 10**400, "1e400", None]
)
def test_a_timeout_that_is_none_is_refused(value: object, toml: Write) -> None:
    """style.md, Errors."""
    folder = toml("timeout = 5")
    if value is None:
        assert build_config({"timeout": value}, {}, folder).limits.timeout == 5.0
    else:
        assert refused({"timeout": value}).message.startswith("a number of at least 0.001 (seconds) is wanted, not ")


@pytest.mark.parametrize("value", [2.5, "2.5", float("inf"), float("nan"), -1, "", "many", True, {}, 10**16])
def test_a_count_that_is_no_whole_number_is_refused(value: object) -> None:
    """style.md, Errors: nothing is cut off in silence."""
    message = refused({"max_response": value}).message
    assert message.startswith("a whole number of at least 0 (characters) is wanted, not ")


@pytest.mark.parametrize(("value", "count"), [(0, 0), ("0", 0), (25_000.0, 25_000), ("1_000", 1_000)])
def test_a_count_may_be_written_in_any_usual_way(value: object, count: int) -> None:
    """design.md, Options: 0 is no limit, and no page that is followed."""
    assert from_flags(max_response=value).limits.max_response == count
    assert from_flags(follow_pages=value).limits.follow_pages == count


@pytest.mark.parametrize(("value", "count"), [(0, 0), ("3", 3), (10, 10)])
def test_a_request_is_sent_again_as_often_as_that_says(value: object, count: int) -> None:
    """Issue 7, Retry: `--retries`."""
    assert from_flags(retries=value).limits.retries == count


@pytest.mark.parametrize("value", [11, "100", -1, "often"])
def test_retries_without_end_are_refused(value: object) -> None:
    """Our choice: an API in trouble is not hammered."""
    error = refused({"retries": value})
    assert error.message == f"0 to 10 retries are wanted, not {str(value)!r}"
    assert error.hint == "choose from 0 (never) to 10"


@pytest.mark.parametrize(
    ("value", "rates"),
    [
        ("10/s", [(10, 1)]),
        ("100/minute", [(100, 60)]),
        ("10/s; 5000/hour", [(10, 1), (5000, 3600)]),
        ("10 per second, 1/2 days", [(10, 1), (1, 172_800)]),
        ("3/10 secs,60/m", [(3, 10), (60, 60)]),
        ("5/H\n7/min", [(5, 3600), (7, 60)]),
    ],
)
def test_a_rate_is_written_as_people_write_it(value: object, rates: list[tuple[int, int]]) -> None:
    """Issue 7, Retry: `--rate-limit`."""
    assert [(rate.amount, rate.seconds) for rate in from_flags(rate_limit=value).limits.rate_limit] == rates


@pytest.mark.parametrize(
    "value", ["", ";", "10/s;", "10", "10/ms", "0/s", "10/0 s", "-1/s", "1.5/s", "ten/s", 10, True, {}]
)
def test_what_is_no_rate_is_refused(value: object) -> None:
    """style.md, Errors: what to write instead. An empty text is an option that was not given."""
    message = refused({"rate_limit": value}).message
    assert "rate" in message or "wanted" in message


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (10, 'write "10/s"'),
        (0.5, 'write "10/s"'),
        ("10", "write 10/s, or /minute, /hour, /day"),
        ("0.5/s", "write 30/minute"),
        ("1.5 per minute", "write 90/hour"),
        ("0.0001/s", None),
        ("0/s", None),
        ("0.33/day", None),
        ("10/parsec", None),
    ],
)
def test_a_rate_that_is_nearly_one_is_answered_with_that_one(value: object, hint: str | None) -> None:
    """style.md, Errors: what to do. Half a request a second is thirty a minute, and no rounding makes another."""
    general = "write 10/s, 100/minute, 10/2s (ten in two seconds), or several: 10/s, 5000/hour"
    assert refused({"rate_limit": value}).hint == (hint or general)


def test_each_api_has_its_own_rate_and_retries() -> None:
    """Issue 7, Retry: for each API."""
    apis = from_flags(spec=["a=a.yaml", "b=b.yaml"], rate_limit=["a=5/s"], retries=["b=0", "7"]).apis
    assert [str(rate) for rate in apis[0].limits.rate_limit] == ["5/second"]
    assert apis[1].limits.rate_limit == ()
    assert [api.limits.retries for api in apis] == [7, 0]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (65536, "there is no port 65536"),
        (-1, "a whole number of at least 0 (port) is wanted, not '-1'"),
        ("http", "a whole number of at least 0 (port) is wanted, not 'http'"),
    ],
)
def test_a_port_that_there_is_not_is_refused(value: object, message: str) -> None:
    """style.md, Errors."""
    assert refused({"port": value}).message == message
    assert from_flags(port="0").port == 0
    assert from_flags(port=65535).port == 65535


@pytest.mark.parametrize("value", ["mcp", "/mcp?x", "/a b", "/{id}", "/#x", "http://a/mcp"])
def test_an_endpoint_path_that_is_none_is_refused(value: str) -> None:
    """style.md, Errors."""
    assert refused({"path": value}).message == f"{value!r} is not a path"
    assert from_flags(path="/api/mcp").path == "/api/mcp"


def test_a_log_level_is_one_of_four() -> None:
    """design.md, Options."""
    assert from_flags(log_level="DEBUG").log_level == "debug"
    error = refused({"log_level": "trace"})
    assert (error.message, error.hint) == ("unknown value 'trace'", "choose from debug, info, warning, error")


@pytest.mark.parametrize("value", ["", "  ", 3, ["a"], False])
def test_a_text_that_is_none_is_refused(value: object) -> None:
    """style.md, Errors."""
    assert refused({"host": value}).message == "a non-empty text is wanted"


# --- credentials ---


def test_each_layer_keeps_its_own_credentials_the_strongest_last(toml: Write) -> None:
    """design.md, Options: what is weaker stays for places that the stronger does not take."""
    folder = toml('bearer = "env:X"\napi_key = "k"\n[auth]\n"my key" = "file:/k"')
    config = build_config(
        {"header": ["X-A: 1", " X-B : 2 "], "auth": ["key=a=b"], "config": str(folder / "openapi-mcp.toml")},
        {
            "OPENAPI_MCP_TOKEN": "t",
            "OPENAPI_MCP_AUTH": "one=1\ntwo=2",
            "OPENAPI_MCP_AUTH_two": "3",
            "OPENAPI_MCP_BASIC": "a:b",
        },
        folder,
    )
    assert config.credentials == (
        CredentialLayer(bearer="env:X", api_key="k", auth={"my key": "file:/k"}),
        CredentialLayer(token="t", basic="a:b", auth={"one": "1", "two": "3"}),
        CredentialLayer(header=("X-A: 1", "X-B : 2"), auth={"key": "a=b"}),
    )


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("header", "SECRET", "a header has a name and a value"),
        ("header", ["Bad Name: SECRET"], "a header has a name and a value"),
        ("header", ["Name:"], "a header has a name and a value"),
        ("header", [": SECRET"], "a header has a name and a value"),
        ("header", 3, "a list of texts is wanted"),
        ("auth", ["SECRET"], "a scheme and its value are wanted"),
        ("auth", ["=SECRET"], "a scheme and its value are wanted"),
        ("auth", ["key="], "a scheme and its value are wanted"),
        ("auth", {"key": ""}, "a non-empty text is wanted"),
        ("auth", {"key": ["SECRET"]}, "a non-empty text is wanted"),
        ("bearer", 3, "a non-empty text is wanted"),
    ],
)
def test_a_credential_that_is_none_is_refused_unshown(option: str, value: object, message: str) -> None:
    """style.md, Errors; security.md A10."""
    error = refused({option: value})
    assert error.message == message
    assert "SECRET" not in f"{error.message} {error.where} {error.hint}"


def test_a_config_does_not_show_its_credentials() -> None:
    """security.md A10: in no log line at any level."""
    config = from_flags(
        bearer="SECRET", token="SECRET", basic="a:SECRET", api_key="SECRET", header=["X: SECRET"], auth=["a=SECRET"]
    )
    assert "SECRET" not in repr(config)


# --- secrets ---


def test_a_secret_is_the_text_itself_a_variable_or_a_file(tmp_path: Path) -> None:
    """design.md, Options: `env:NAME` or `file:PATH`."""
    (tmp_path / "token").write_text("from file\n", encoding="utf-8")
    environ = {"NAME": "from environment"}
    assert read_secret("abc:def", environ, "--bearer").reveal() == "abc:def"
    assert read_secret("env:NAME", environ, "--bearer").reveal() == "from environment"
    assert read_secret(f"file:{tmp_path / 'token'}", environ, "--bearer").reveal() == "from file"


def test_a_file_is_read_again_when_it_is_asked_for_again(tmp_path: Path) -> None:
    """design.md, Options: a rotated token is picked up."""
    (tmp_path / "token").write_text("old", encoding="utf-8")
    assert read_secret(f"file:{tmp_path / 'token'}", {}, "--bearer").reveal() == "old"
    (tmp_path / "token").write_text("new", encoding="utf-8")
    assert read_secret(f"file:{tmp_path / 'token'}", {}, "--bearer").reveal() == "new"


def test_a_file_may_stand_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: no shell expands `file:~/token`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "token").write_text("abc", encoding="utf-8")
    assert read_secret("file:~/token", {}, "--bearer").reveal() == "abc"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("env:MISSING", "the environment variable MISSING is not set"),
        ("env:EMPTY", "the environment variable EMPTY is not set"),
        ("env:BYTES", "the value is not UTF-8 text"),
        ("caf\udce9", "the value is not UTF-8 text"),
        ("file:no/such/file", "cannot read no/such/file: No such file or directory"),
        ("file:~nobody-of-that-name/a", "cannot read ~nobody-of-that-name/a: No such file or directory"),
        ("file:a\0b", "cannot read a\0b: embedded null byte"),
    ],
)
def test_a_secret_that_cannot_be_read_is_a_credentials_error(text: str, message: str) -> None:
    """style.md, Errors: 5, credentials missing; bytes that are no UTF-8 arrive as surrogates."""
    with pytest.raises(CredentialsError) as caught:
        read_secret(text, {"EMPTY": "", "BYTES": "caf\udce9"}, "--bearer")
    assert (caught.value.message, caught.value.where) == (message, "--bearer")


def test_a_file_of_bytes_is_no_secret(tmp_path: Path) -> None:
    """style.md, Errors."""
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(CredentialsError, match="it is not UTF-8 text"):
        read_secret(f"file:{tmp_path / 'token'}", {}, "--bearer")


# --- anything ---

KEYS = ["spec", "base_url", "methods", "include", "header", "auth", "timeout", "max_response", "port", "quiet", "path"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES), st.dictionaries(st.sampled_from(KEYS), st.text()))
def test_any_values_are_a_config_or_a_config_error(flags: dict[str, Any], variables: dict[str, str]) -> None:
    """style.md, Errors: 2, usage; never a traceback."""
    environ = {f"OPENAPI_MCP_{key.upper()}": value for key, value in variables.items()}
    try:
        config = build_config(flags, environ, NOWHERE)
    except ConfigError:
        return
    assert config.methods
    assert 0 <= config.port <= 65535
    assert config.limits.timeout > 0


def test_a_client_is_one_that_we_know() -> None:
    """design.md, Options: --client NAME; the default fits all of them."""
    assert from_flags().client == "all"
    assert from_flags(client="Claude-Code").client == "claude-code"
    assert build_config({}, {"OPENAPI_MCP_CLIENT": "gemini"}, NOWHERE).client == "gemini"
    assert refused({"client": "netscape"}).message == "unknown value 'netscape'"


def test_a_selected_part_and_a_promised_schema_exclude_each_other() -> None:
    """Clients refuse an answer that breaks the schema that its tool promised. mcp-facts.md section 2."""
    assert from_flags(select=True).select is True
    assert from_flags(select="no", output_schemas=True).select is False
    error = refused({"select": True, "output_schemas": True})
    assert (error.message, error.where) == ("a selected part has another schema", "--select and --output-schemas")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("safe", Recovering(level="safe")),
        ("OFF", Recovering(level="off")),
        ("full,-name_to_id", Recovering(off=("name_to_id",))),
        ("-name_to_id, -contained", Recovering(off=("name_to_id", "contained"))),
        ("json_text,enum_form", Recovering(only=("json_text", "enum_form"))),
        ("safe,json_text,-scalars", Recovering(level="safe", only=("json_text",), off=("scalars",))),
    ],
)
def test_recovery_is_a_level_or_names(text: str, wanted: Recovering) -> None:
    """Issue 7, Tell: --recovery off|safe|full, and each strategy by name; the same words everywhere."""
    assert build_config({"recovery": text}, {}, Path("/nowhere")).recovery == wanted
    assert build_config({}, {"OPENAPI_MCP_RECOVERY": text}, Path("/nowhere")).recovery == wanted


def test_recovery_knows_where_it_was_written(tmp_path: Path) -> None:
    """style.md, Errors: the place that a person can go to."""
    nowhere, file = Path("/nowhere"), tmp_path / "openapi-mcp.toml"
    assert build_config({"recovery": "safe"}, {}, nowhere).recovery.place("only") == "--recovery"
    written = build_config({}, {"OPENAPI_MCP_RECOVERY": "safe"}, nowhere).recovery
    assert written.place("off") == "OPENAPI_MCP_RECOVERY"
    file.write_text('[recovery]\noff = ["contained"]\n')
    assert build_config({}, {}, tmp_path).recovery.place("off") == f"{file}: [recovery] off"
    file.write_text('[api.a]\nspec = "a"\n[api.a.recovery]\norder = ["contained"]\n')
    (api,) = build_config({}, {}, tmp_path).apis
    assert api.recovery.place("order") == f"[api.a.recovery] order in {file}"


def test_the_recovery_table_adds_orders_and_switches_off(tmp_path: Path) -> None:
    """Issue 7: `[recovery]` in the config; one for each API where there are several."""
    file = tmp_path / "openapi-mcp.toml"
    file.write_text('[recovery]\nlevel = "safe"\nadd = ["mine:OWN"]\noff = ["contained"]\norder = ["own"]\n')
    wanted = Recovering(level="safe", add=("mine:OWN",), off=("contained",), order=("own",))
    assert build_config({}, {}, tmp_path).recovery == wanted
    file.write_text('recovery = "off"\n[api.a]\nspec = "a"\n[api.b]\nspec = "b"\n[api.b.recovery]\nlevel = "full"\n')
    first, second = build_config({}, {}, tmp_path).apis
    assert (first.recovery.level, second.recovery.level) == ("off", "full")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"level": "most"}, "unknown value 'most'"),
        ({"lvl": "off"}, "unknown key 'lvl'"),
        ({"off": ["a b"]}, "'a b' is no name of a strategy"),
        ("full;off", "'full;off' is no name of a strategy"),
        (7, "a non-empty text is wanted"),
    ],
)
def test_what_says_nothing_of_recovery_is_refused(value: Any, said: str) -> None:
    """style.md, Errors: what, where, what to do."""
    with pytest.raises(ConfigError, match=said) as raised:
        build_config({"recovery": value}, {}, Path("/nowhere"))
    assert raised.value.hint


def test_a_commands_own_defaults_hold_where_nothing_is_said(tmp_path: Path) -> None:
    """Issue 11: `ask` confirms writes unless told otherwise, anywhere."""
    own = {"confirm": "writes"}
    assert build_config({}, {}, tmp_path, own).confirm == "writes"
    assert build_config({"confirm": "none"}, {}, tmp_path, own).confirm == "none"
    assert build_config({}, {"OPENAPI_MCP_CONFIRM": "destructive"}, tmp_path, own).confirm == "destructive"
    (tmp_path / "openapi-mcp.toml").write_text('confirm = "none"\n', encoding="utf-8")
    assert build_config({}, {}, tmp_path, own).confirm == "none"
    several = build_config({"spec": ["a=x.json", "b=y.json"], "confirm": ["b=none"]}, {}, tmp_path, own)
    assert [api.confirm for api in several.apis] == ["writes", "none"]

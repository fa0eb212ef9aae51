"""Where settings come from: flags > environment > config file > default; values that stand elsewhere."""

import json
from pathlib import Path

import pytest
from conftest import Command
from support.child import running
from support.upstream import Upstream, description


@pytest.fixture
def api(tmp_path: Path, upstream: Upstream) -> str:
    """A local document whose server is the recording upstream, with schemes; the name of its file."""
    schemes = {
        "api-key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "pass": {"type": "http", "scheme": "basic"},
        "own": {"type": "http", "scheme": "digest-like"},
        "sign-in": {"type": "oauth2", "flows": {}},
    }
    document = description("/echo", server=upstream.url, components={"securitySchemes": schemes})
    document["paths"]["/echo"]["post"] = {"operationId": "write", "responses": {}}
    (tmp_path / "api.json").write_text(json.dumps(document))
    return "api.json"


def dry_url(command: Command, *arguments: str) -> str:
    """Return the URL of a dry run."""
    ended = command("call", "echo", "--dry-run", "--json", *arguments)
    assert ended.status == 0, ended.err
    url: str = ended.json["url"]
    return url


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(
    command: Command, api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upstream: Upstream
) -> None:
    """design.md, Options: Precedence."""
    assert dry_url(command, "--spec", api) == f"{upstream.url}/echo"
    (tmp_path / "openapi-mcp.toml").write_text(f'spec = "{api}"\nbase-url = "https://file.example"\n')
    monkeypatch.setenv("OPENAPI_MCP_CONFIG", "openapi-mcp.toml")
    assert dry_url(command) == "https://file.example/echo"
    monkeypatch.setenv("OPENAPI_MCP_BASE_URL", "https://environment.example")
    assert dry_url(command) == "https://environment.example/echo"
    assert dry_url(command, "--base-url", "https://flag.example") == "https://flag.example/echo"


def test_the_file_of_this_folder_is_announced(command: Command, api: str, tmp_path: Path) -> None:
    """Our choice: what nobody named on the command line is said; --quiet says nothing."""
    (tmp_path / "openapi-mcp.toml").write_text(f'spec = "{api}"\n')
    assert command("inspect", "--json").err == "using openapi-mcp.toml of this folder\n"
    assert command("inspect", "--json", "--quiet").err == ""
    assert command("inspect", "--json", "--config", "openapi-mcp.toml").err == ""


def test_the_file_of_this_folder_is_left_alone_beside_what_is_named(command: Command, api: str, tmp_path: Path) -> None:
    """Our choice: it must not send the operator's document or credential elsewhere; what is done is said."""
    (tmp_path / "openapi-mcp.toml").write_text('base_url = "https://evil.example"\n')
    ended = command("inspect", "--spec", api, "--json")
    assert "evil.example" not in ended.out
    said = "openapi-mcp.toml of this folder is not read beside what you name yourself"
    assert ended.err == f"{said}; --config openapi-mcp.toml reads it\n"


@pytest.mark.parametrize("name", ["CLIENT_CERT", "CLIENT_KEY"])
def test_the_file_of_this_folder_does_not_say_who_sees_our_certificate(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Our choice: a client certificate is a credential; a file found somewhere does not name its server."""
    (tmp_path / "openapi-mcp.toml").write_text('spec = "https://evil.example"\n')
    monkeypatch.setenv(f"OPENAPI_MCP_{name}", "mine.pem")
    ended = command("inspect")
    assert (ended.status, "no document is given" in ended.err) == (2, True)


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_another_file_can_be_named(
    command: Command, api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """design.md, Options: --config FILE."""
    (tmp_path / "openapi-mcp.toml").write_text('spec = "not this one"\n')
    (tmp_path / "mine.toml").write_text(f'spec = "{api}"\nmethods = ["get", "post"]\n')
    options = ["--config", "mine.toml"] if how == "flag" else []
    if how == "environment":
        monkeypatch.setenv("OPENAPI_MCP_CONFIG", "mine.toml")
    assert [tool["name"] for tool in command("inspect", "--json", *options).json["tools"]] == ["echo", "write"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "base_ulr = 'https://x'\n",
            "error: unknown key 'base_ulr'\n   at: openapi-mcp.toml\n  fix: did you mean 'base_url'?\n",
        ),
        ("spec = \n", "error: the config file is not valid TOML: "),
        (
            "port = 'eighty'\n",
            "error: a whole number of at least 0 (port) is wanted, not 'eighty'\n   at: openapi-mcp.toml: port\n",
        ),
        ("methods = 5\n", "error: a list of texts is wanted\n   at: openapi-mcp.toml: methods\n"),
        (
            "output_schemas = 'maybe'\n",
            "error: 'maybe' is neither true nor false\n   at: openapi-mcp.toml: output_schemas\n",
        ),
    ],
)
def test_a_file_that_is_wrong_says_which_key(
    command: Command, tmp_path: Path, text: str, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """style.md, Errors: what happened, where, what to do."""
    monkeypatch.setenv("OPENAPI_MCP_CONFIG", "openapi-mcp.toml")
    (tmp_path / "openapi-mcp.toml").write_text(text)
    ended = command("inspect", "--spec", "x")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.replace(f"{tmp_path}/", "").startswith(error)


def test_an_environment_variable_that_is_wrong_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for the environment."""
    monkeypatch.setenv("OPENAPI_MCP_METHODS", "fetch")
    ended = command("inspect", "--spec", "x")
    assert (ended.status, ended.err.splitlines()[:2]) == (
        2,
        ["error: unknown method 'fetch'", "   at: OPENAPI_MCP_METHODS"],
    )


def test_a_stronger_layer_decides_which_form_the_source_has(
    command: Command, api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--spec on the command line and a spec_command in the file are not two documents."""
    (tmp_path / "openapi-mcp.toml").write_text('spec_command = "false"\n')
    assert command("inspect", "--spec", api, "--json").status == 0
    monkeypatch.setenv("OPENAPI_MCP_SPEC_COMMAND", f"cat {api}")
    assert command("inspect", "--json").json["document"]["source"] == "the output of 'cat'"


def sent(command: Command, upstream: Upstream, *options: str) -> dict[str, list[str]]:
    """Make a call; return the credentials that reached the API, by header."""
    upstream.seen.clear()
    ended = command("call", "--spec", "api.json", "echo", *options)
    assert (ended.status, ended.err) == (0, ""), ended.err
    (call,) = upstream.calls
    return {name: found for name in ("authorization", "x-key", "x-other") if (found := call.values(name))}


CREDENTIALS: list[tuple[list[str], dict[str, list[str]]]] = [
    (["--bearer", "abc"], {"authorization": ["Bearer abc"]}),
    (["--token", "abc"], {"authorization": ["Token abc"]}),
    (["--token", "abc", "--token-scheme", "GenieKey"], {"authorization": ["GenieKey abc"]}),
    (["--basic", "me:p:w"], {"authorization": ["Basic bWU6cDp3"]}),
    (["--basic", "mé:pw"], {"authorization": ["Basic bcOpOnB3"]}),
    (["--api-key", "abc"], {"x-key": ["abc"]}),
    (["--auth", "api-key=a=b"], {"x-key": ["a=b"]}),
    (["--auth", "pass=me:pw"], {"authorization": ["Basic bWU6cHc="]}),
    (["--auth", "own=abc"], {"authorization": ["Digest-like abc"]}),
    (["--auth", "sign-in=abc"], {"authorization": ["Bearer abc"]}),
    (["--header", "X-Other: abc"], {"x-other": ["abc"]}),
    (["-H", "X-Other:abc", "-H", "X-Key: def"], {"x-other": ["abc"], "x-key": ["def"]}),
    (["--bearer", "abc", "--header", "authorization: mine"], {"authorization": ["mine"]}),
    (["--bearer", "env:ONE"], {"authorization": ["Bearer from the environment"]}),
    (["--bearer", "file:one.txt"], {"authorization": ["Bearer from a file"]}),
    (["--header", "X-Other: env:ONE"], {"x-other": ["from the environment"]}),
    (["--auth", "api-key=file:one.txt"], {"x-key": ["from a file"]}),
    (["--basic", "env:PAIR"], {"authorization": ["Basic bWU6cHc="]}),
]


@pytest.mark.parametrize(("options", "headers"), CREDENTIALS, ids=[" ".join(case[0]) for case in CREDENTIALS])
def test_credentials_reach_the_api_where_they_belong(
    command: Command,
    api: str,
    upstream: Upstream,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    headers: dict[str, list[str]],
) -> None:
    """design.md, Options: static credentials; a value may be env:NAME or file:PATH."""
    monkeypatch.setenv("ONE", "from the environment")
    monkeypatch.setenv("PAIR", "me:pw")
    (tmp_path / "one.txt").write_text("from a file\n")
    assert sent(command, upstream, *options) == headers


def test_a_scheme_has_an_environment_variable_of_its_own(
    command: Command, api: str, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPENAPI_MCP_AUTH_<SCHEME>: letters in upper case, all else an underscore."""
    monkeypatch.setenv("OPENAPI_MCP_AUTH_API_KEY", "from its variable")
    monkeypatch.setenv("OPENAPI_MCP_AUTH_SIGN_IN", "env:ELSEWHERE")
    monkeypatch.setenv("ELSEWHERE", "from elsewhere")
    assert sent(command, upstream) == {"x-key": ["from its variable"], "authorization": ["Bearer from elsewhere"]}


def test_each_place_takes_the_strongest_layers_credential(
    command: Command, api: str, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """design.md, Options: Precedence, for each place in the request; another place's stays."""
    (tmp_path / "openapi-mcp.toml").write_text('basic = "me:pw"\nheader = ["X-Key: file"]\n[auth]\n')
    monkeypatch.setenv("OPENAPI_MCP_CONFIG", "openapi-mcp.toml")
    options = ("--quiet",)
    assert sent(command, upstream, *options) == {"authorization": ["Basic bWU6cHc="], "x-key": ["file"]}
    monkeypatch.setenv("OPENAPI_MCP_TOKEN", "environment")
    assert sent(command, upstream, *options) == {"authorization": ["Token environment"], "x-key": ["file"]}
    assert sent(command, upstream, *options, "--bearer", "flag") == {
        "authorization": ["Bearer flag"],
        "x-key": ["file"],
    }


def test_every_option_has_a_variable_and_a_key(
    command: Command, api: str, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """design.md, Options: every option has a key there and an environment variable."""
    values = {
        "spec": api, "base_url": upstream.url, "methods": "get,post", "include": "/echo\nop:write",
        "exclude": "op:write", "output_schemas": "yes", "bearer": "b", "token_scheme": "T", "api_key": "k",
        "header": "X-Other: h", "timeout": "5", "max_response": "100", "max_body": "100000", "follow_pages": "3",
        "retries": "2", "rate_limit": "50/s; 1000/hour",
        "host": "127.0.0.1", "port": "0", "path": "/x", "log_level": "error", "quiet": "true",
    }  # fmt: skip
    for key, value in values.items():
        monkeypatch.setenv(f"OPENAPI_MCP_{key.upper()}", value)
    expected = {"authorization": ["Bearer b"], "x-key": ["k"], "x-other": ["h"]}
    assert sent(command, upstream) == expected
    for key in values:
        monkeypatch.delenv(f"OPENAPI_MCP_{key.upper()}")
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    (tmp_path / "openapi-mcp.toml").write_text(lines)
    monkeypatch.setenv("OPENAPI_MCP_CONFIG", "openapi-mcp.toml")
    assert sent(command, upstream) == expected
    tools = command("inspect", "--json").json["tools"]
    assert [tool["name"] for tool in tools] == ["echo"]


def test_verbose_and_log_level_say_more_on_stderr_only(command: Command, api: str, upstream: Upstream) -> None:
    """design.md, Options: -v, --log-level: stderr only."""
    plain = command("inspect", "--spec", api, "--json")
    for option in (["-v"], ["--log-level", "debug"], ["-v", "--log-level", "error"]):
        assert command("inspect", "--spec", api, "--json", *option).out == plain.out


def test_a_rotated_token_is_picked_up_after_a_401(upstream: Upstream, tmp_path: Path) -> None:
    """design.md, Options: a `file:` is read again after a 401."""
    (tmp_path / "token").write_text("first\n")
    upstream.wanted = "Bearer first"
    options = ("--spec", upstream.serve(description("/guarded")), "--bearer", "file:token")
    with running("serve", *options, folder=tmp_path) as child:
        child.open()
        assert child.call("guarded")["isError"] is False
        upstream.wanted = "Bearer second"
        assert child.call("guarded")["structuredContent"]["error"]["kind"] == "unauthenticated"
        (tmp_path / "token").write_text("second\n")
        assert child.call("guarded")["isError"] is False
    assert [seen.values("authorization") for seen in upstream.calls] == [
        ["Bearer first"], ["Bearer first"], ["Bearer first"], ["Bearer second"],
    ]  # fmt: skip


@pytest.mark.parametrize("option", ["--include", "--exclude"])
def test_a_pattern_that_matches_nothing_is_told(command: Command, api: str, option: str) -> None:
    """Our choice: a typing error in --exclude would offer what was to be kept out."""
    ended = command(
        "call", "--spec", api, "--base-url", "https://a.example", option, "/ecko", "--include", "*", "echo", "--dry-run"
    )
    assert f"warning: {option} '/ecko' matches no operation\n" in ended.err
    report = command("inspect", "--spec", api, option, "/ecko", "--include", "*", "--json").json
    assert f"{option} '/ecko' matches no operation" in [problem["message"] for problem in report["problems"]]

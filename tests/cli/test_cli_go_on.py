"""`openapi-mcp ask`: the command that it says at the end goes on with the run as it was."""

import shlex
from pathlib import Path

import pytest
from conftest import Command
from support.scripted import calls, says, scripted
from support.upstream import Upstream, description

from openapi_mcp.ask.kept import Run
from openapi_mcp.cli.go_on import NOTHING, GoOn, command_of
from openapi_mcp.cli.options import ASK, CREDENTIALS, DOCUMENT, TOOLS
from openapi_mcp.config import Config
from openapi_mcp.model.chat import Answered, FaultKind, ModelFault

OVERLOADED = (ModelFault(model="m", kind=FaultKind.OVERLOADED, message="it is overloaded"),)


def spec(upstream: Upstream) -> str:
    document = description("/orders", "/secret")
    document["paths"]["/orders"]["post"] = {"operationId": "create", "responses": {}}
    return upstream.serve(document)


def go_on(command: Command, *options: str) -> list[str]:
    ended = command("ask", "order", *options, "--json")
    assert (ended.status, ended.json["ended"]) == (6, "models"), ended.err
    return shlex.split(ended.json["go_on"])


def test_the_command_offers_the_same_and_calls_the_same(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Issue 11: runs can be continued; with other options it would be another run."""
    monkeypatch.setenv("TOKEN", "t-1234")
    script = scripted(monkeypatch, OVERLOADED, calls(("create", {})), says("Done."))
    options = ("--spec", spec(upstream), "--base-url", upstream.url, "--methods", "all", "--confirm", "none")
    more = ("--exclude", "/secret", "--bearer", "env:TOKEN", "--model", "a:1", "--model", "b:2", "--max-steps", "7")
    words = go_on(command, *options, *more)
    assert words[:3] == ["openapi-mcp", "ask", "--run"]
    assert "t-1234" not in words
    again = command(*words[1:])
    assert (again.status, again.json["answer"], again.json["run"]) == (0, "Done.", words[3])
    assert {tool.name for tool in script.asked[1].tools} == {tool.name for tool in script.asked[0].tools}
    assert [(seen.method, seen.values("authorization")) for seen in upstream.calls] == [("POST", ["Bearer t-1234"])]
    assert isinstance(script.asked[2].history[-1], Answered)
    assert script.models == [("a:1", "b:2")] * 2
    assert words[words.index("--max-steps") + 1] == "7"


def test_of_several_apis_each_is_named(command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: each option as it was given."""
    monkeypatch.setenv("TOKEN", "t-1234")
    scripted(monkeypatch, OVERLOADED)
    source = spec(upstream)
    options = ["--spec", f"a={source}", "--spec", f"b={source}", "--methods", "a=all"]
    secret = ["--bearer", "a=env:TOKEN", "--bearer", "b=clear"]
    words = go_on(command, *options, *secret, "--model", "m")
    assert words[5:] == ["--model", "m", *options, "--bearer", "a=env:TOKEN"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--bearer", "s3cret"),
        ("--token", "s3cret"),
        ("--basic", "me:s3cret"),
        ("--header", "X-Key: s3cret"),
        ("--header", "X-Key=env:s3cret"),
        ("--api-key", "s3cret"),
        ("--auth", "env:key=s3cret"),
        ("--client-secret", "s3cret"),
        ("--model-key", "m=s3cret"),
        ("--base-url", "http://127.0.0.1:1/?key=s3cret"),
        ("--model-url", "m=http://me:s3cret@127.0.0.1:1/v1"),
        ("--spec-command", "curl -u me:s3cret http://127.0.0.1:1"),
    ],
)
def test_a_secret_in_clear_is_left_out_with_a_word(option: str, value: str) -> None:
    """security.md: no secret in what is shown."""
    found = command_for(option, value)
    assert "s3cret" not in found.command
    assert (found.lacking, option in found.note) == ((option,), True)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--bearer", "env:T"),
        ("--header", "X-Key: env:T"),
        ("--auth", "key=file:~/t"),
        ("--model-key", "m=env:T"),
        ("--model-url", "m=http://127.0.0.1:1/v1"),
        ("--base-url", "http://127.0.0.1:1/v1"),
        ("--client-id", "me"),
        ("--overlay", "my overlay.yaml"),
        ("--workflow", "w.yaml"),
        ("--config", "c.toml"),
        ("--mode", "search"),
        ("--allow", "POST /x"),
        ("--include", "tag:a"),
    ],
)
def test_what_is_no_secret_stands_as_it_was_given(option: str, value: str) -> None:
    """Our choice: a reference is no secret."""
    found = command_for(option, value)
    assert (shlex.split(found.command)[-2:], found.lacking, found.note) == ([option, value], (), "")


def command_for(option: str, value: str) -> GoOn:
    key = option.removeprefix("--").replace("-", "_")
    run = Run(id="k3vq", began=0.0, models=("m",))
    return command_of(Config(), run, {key: [value]}, (DOCUMENT, TOOLS, CREDENTIALS, ASK))


def test_flags_stand_alone_and_what_was_not_given_does_not_stand() -> None:
    """Our choice."""
    flags = {"select": True, "semantic": False, "spec": None, "max_steps": 3, "allow": ["-x", "-"]}
    found = command_of(Config(), Run(id="k3vq", began=0.0), flags, (DOCUMENT, TOOLS, ASK))
    assert found.command == "openapi-mcp ask --run k3vq --select --max-steps 3 --allow=-x --allow -"


def test_a_run_that_is_not_kept_has_no_command() -> None:
    """Our choice."""
    assert command_of(Config(no_records=True), Run(id="k3vq", began=0.0), {}, ()) == NOTHING


def test_the_last_line_says_what_is_lacking(
    command: Command, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: and so does the document of --json."""
    scripted(monkeypatch, OVERLOADED, OVERLOADED)
    options = ("--spec", spec(upstream), "--bearer", "s3cret", "--model", "m")
    ended = command("ask", "order", *options)
    assert "; to go on (add --bearer as before: no secret stands here): openapi-mcp ask --run " in ended.err
    said = command("ask", "order", *options, "--json").json
    assert said["warnings"] == ["go_on lacks options: add --bearer as before: no secret stands here"]

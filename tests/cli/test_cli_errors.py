"""Exit codes and messages, the same for every command: what happened, where, what to do."""

import json
import re
from pathlib import Path

import pytest
from conftest import Command, free_port
from support.child import Outcome, running
from support.upstream import Answer, Upstream, description

COMMANDS: dict[str, tuple[str, ...]] = {"inspect": ("inspect",), "call": ("call", "echo")}


def is_clean(ended: Outcome, status: int) -> bool:
    """True for an error as style.md has it: nothing on stdout, one message of up to three lines on stderr."""
    assert (ended.status, ended.out) == (status, "")
    return re.fullmatch(r"error: .+\n(   at: .+\n)?(  fix: .+\n)?", ended.err) is not None


DOCUMENTS: list[tuple[str, bytes, str]] = [
    ("empty", b"", "the document is empty"),
    ("blank", b" \n\t", "the document is empty"),
    ("HTML", b"<!doctype html>\n<title>Docs</title>", "the document is HTML or XML, not JSON or YAML"),
    (
        "broken JSON",
        b'{"openapi": "3.1.0",\n  "info": {"title" "T"}}',
        "the document is not valid JSON: .+ \\(line 2, column 20\\)",
    ),
    (
        "broken YAML",
        b"openapi: 3.1.0\ninfo: {title: T\npaths: {}\n",
        "the document is not valid YAML: .+ \\(line \\d+, column \\d+\\)",
    ),
    (
        "invalid UTF-8",
        b'{"openapi": "3.1.0", "info": {"title": "\xff"}}',
        "the document is not valid UTF-8: .+ \\(line 1\\)",
    ),
    ("a list", b"[]", "the document is not an object"),
    ("a text", b"just words", "the document is not an object"),
    ("some JSON", b'{"detail": "not found"}', 'the document has no "openapi" field'),
    ("Arazzo", b'{"arazzo": "1.0.1", "workflows": []}', "the document is an Arazzo description: .+\n.+\n.+--workflow"),
    ("Swagger 1.2", b'{"swagger": "1.2", "paths": {"/a": {}}}', "the document is Swagger 1.2"),
    ("OpenAPI 4", b'{"openapi": "4.0.0", "paths": {"/a": {}}}', "the document is OpenAPI 4.0.0"),
    ("no paths", b'{"openapi": "3.1.0", "info": {}}', "the document has no paths"),
    ("paths of another kind", b'{"openapi": "3.1.0", "info": {}, "paths": []}', "the document has no paths"),
]


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize(("document", "words"), [case[1:] for case in DOCUMENTS], ids=[case[0] for case in DOCUMENTS])
def test_a_document_that_cannot_be_used_is_4(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], document: bytes, words: str
) -> None:
    """style.md, Errors: 4 document unusable; with line and column where it is broken."""
    (tmp_path / "api").write_bytes(document)
    ended = command(*arguments, "--spec", "api")
    assert is_clean(ended, 4)
    assert re.match(f"error: {words}", ended.err)
    assert re.search(r"^   at: api", ended.err, re.MULTILINE)


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize(
    ("source", "words"),
    [
        (["--spec", "nowhere.yaml"], "cannot read the file: No such file or directory"),
        (["--spec", "."], "cannot read the file: Is a directory"),
        (["--spec", "http://127.0.0.1:{closed}/openapi.json"], "cannot connect"),
        (["--spec", "http://no-such-host.invalid/openapi.json"], "cannot connect"),
        (["--spec", "{upstream}/status/404"], "the document's URL answered 404"),
        (["--spec", "{upstream}/status/401"], "the document's URL answered 401"),
        (["--spec", "{upstream}/status/500"], "the document's URL answered 500"),
        (["--spec", "{upstream}/round"], "more than 5 redirects"),
        (["--spec-command", "no-such-program --x"], "cannot run the command: No such file or directory"),
        (["--spec-command", "sh -c 'exit 7'"], "the command ended with status 7"),
    ],
    ids=str,
)
def test_a_document_that_cannot_be_fetched_is_3(
    command: Command, upstream: Upstream, arguments: tuple[str, ...], source: list[str], words: str
) -> None:
    """style.md, Errors: 3 source unreachable."""
    upstream.answers["/round"] = Answer(b"", status=302, headers=(("Location", "/round"),))
    filled = [part.replace("{closed}", str(free_port())).replace("{upstream}", upstream.url) for part in source]
    ended = command(*arguments, *filled)
    assert is_clean(ended, 3)
    assert ended.err.startswith(f"error: {words}")


def test_what_a_failing_command_complained_about_is_shown(command: Command) -> None:
    """Our choice: a traceback of manage.py says what to correct."""
    ended = command("inspect", "--spec-command", "sh -c 'echo setting missing >&2; exit 1'")
    assert (ended.status, ended.out) == (3, "")
    assert ended.err.splitlines()[:2] == ["error: the command ended with status 1:", "setting missing"]


USAGE: list[tuple[list[str], str]] = [
    (["frobnicate"], "No such command 'frobnicate'"),
    (["--frobnicate"], "No such option: --frobnicate"),
    (["inspect", "--frobnicate"], "No such option: --frobnicate"),
    (["inspect", "--spec"], "Option '--spec' requires an argument"),
    (["inspect", "--spec", "x", "a", "b"], "Got unexpected extra argument"),
    (["inspect"], "no document is given"),
    (["call"], "Missing argument 'TOOL'"),
    (["serve", "ftp"], "Invalid value for 'transport'"),
    (["inspect", "--spec", ""], "a non-empty text is wanted"),
    (["inspect", "--spec", "ftp://host/x"], "cannot read a document over 'ftp'"),
    (["inspect", "--spec", "http://"], "'http:' is not a usable URL|'http://' is not a usable URL"),
    (["inspect", "--spec", "x", "--spec-command", "y"], "two documents are given"),
    (["inspect", "--spec-command", "'"], "cannot split the command"),
    (["inspect", "--spec-command", " "], "a non-empty text is wanted"),
    (["inspect", "--spec", "x", "--base-url", "host/path"], "'host/path' is not a usable URL"),
    (["inspect", "--spec", "x", "--base-url", "https://me:pw@host"], "a base URL holds no credentials"),
    (["inspect", "--spec", "x", "--base-url", "https://host/a/../b"], "a base URL holds no dot segments"),
    (["inspect", "--spec", "x", "--methods", "get,fetch"], "unknown method 'fetch'"),
    (["inspect", "--spec", "x", "--methods", ","], "no method is named"),
    (["inspect", "--spec", "x", "--include", "orders"], "the pattern 'orders' can match nothing"),
    (["inspect", "--spec", "x", "--header", "nothing"], "a header has a name and a value"),
    (["inspect", "--spec", "x", "--auth", "nothing"], "a scheme and its value are wanted"),
    (["inspect", "--spec", "x", "--log-level", "loud"], "unknown value 'loud'"),
    (["inspect", "--spec", "x", "--config", "nowhere.toml"], "cannot read the config file: No such file"),
    (["call", "--spec", "x", "echo", "--timeout", "0"], "a number of at least 0.001 \\(seconds\\) is wanted"),
    (
        ["call", "--spec", "x", "echo", "--timeout", "soon"],
        "a number of at least 0.001 \\(seconds\\) is wanted, not 'soon'",
    ),
    (["inspect", "--spec", "x", "--spec", "y"], "several documents are given, and not all have a name"),
    (["inspect", "--spec", "x", "--bearer", "one", "--bearer", "two"], "it is given 2 times"),
    (["call", "--spec", "x", "echo", "--max-response", "-1"], "a whole number of at least 0 \\(characters\\)"),
    (["serve", "http", "--spec", "x", "--port", "70000"], "there is no port 70000"),
    (["serve", "http", "--spec", "x", "--path", "mcp"], "'mcp' is not a path"),
    (["serve", "http", "--spec", "x", "--host", "0.0.0.0"], "0.0.0.0 is reachable from other machines"),
]


@pytest.mark.parametrize(("arguments", "words"), USAGE, ids=[" ".join(case[0]) for case in USAGE])
def test_a_command_line_that_is_wrong_is_2(command: Command, arguments: list[str], words: str) -> None:
    """style.md, Errors: 2 usage or config."""
    ended = command(*arguments)
    assert is_clean(ended, 2)
    assert re.match(f"error: ({words})", ended.err)


CREDENTIALS: list[tuple[list[str], str]] = [
    (
        ["--bearer", "env:NOT_SET"],
        "the environment variable NOT_SET is not set\n   at: --bearer\n  fix: export NOT_SET=...\n",
    ),
    (["--token", "file:nowhere"], "cannot read nowhere: No such file or directory\n   at: --token\n"),
    (["--header", "X-Key: env:NOT_SET"], "the environment variable NOT_SET is not set\n   at: --header X-Key\n"),
    (["--basic", "env:NOT_SET"], "the environment variable NOT_SET is not set\n   at: --basic\n"),
    (["--basic", "nobody"], "basic credentials need a colon\n   at: --basic\n"),
    (["--api-key", "k"], "the document has no apiKey scheme, so there is no place for the key\n   at: --api-key\n"),
    (["--auth", "other=k"], "the document has no security scheme 'other'\n   at: --auth\n"),
    (
        ["--bearer", "file:empty"],
        "the value for 'Authorization' is empty or holds a character that cannot stand there\n",
    ),
]


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize(("options", "words"), CREDENTIALS, ids=[" ".join(case[0]) for case in CREDENTIALS])
def test_a_credential_that_cannot_be_read_or_placed_is_5(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], options: list[str], words: str
) -> None:
    """style.md, Errors: 5 credentials missing or refused."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "api.json").write_text(json.dumps(description("/echo", server="https://api.example.com")))
    ended = command(*arguments, "--spec", "api.json", *options)
    assert is_clean(ended, 5)
    assert ended.err.startswith(f"error: {words}")


def test_several_places_for_one_key_are_named(command: Command, tmp_path: Path) -> None:
    """design.md, Derive, never invent: where two candidates fit, none is taken and both are named."""
    schemes = {name: {"type": "apiKey", "in": "header", "name": f"X-{name}"} for name in ("one", "two")}
    document = description("/echo", server="https://api.example.com", components={"securitySchemes": schemes})
    (tmp_path / "api.json").write_text(json.dumps(document))
    ended = command("inspect", "--spec", "api.json", "--api-key", "k")
    assert is_clean(ended, 5)
    assert ended.err == (
        "error: the document has several apiKey schemes: one, two\n   at: --api-key\n  fix: write --auth one=VALUE\n"
    )


def test_interrupting_a_command_is_130(upstream: Upstream, tmp_path: Path) -> None:
    """style.md, Errors: 130 interrupted; no traceback."""
    with running("inspect", "--spec", f"{upstream.url}/hang", folder=tmp_path) as child:
        assert upstream.wait_for_call() == "/hang"
        child.process.send_signal(2)
        assert child.wait() == 130
        assert child.stderr == ""


def test_a_document_that_takes_longer_than_a_second_is_announced(upstream: Upstream, tmp_path: Path) -> None:
    """A person who waits is told for what; the answer on stdout stays what it is."""
    upstream.serve(description("/echo"))
    with running(
        "inspect", "--spec", f"{upstream.url}/late/document.json?key=s3cret", "--json", folder=tmp_path
    ) as child:
        child.wait_for_stderr(rf"^loading {upstream.url}/late/document.json\?key=\*\*\*$")
        upstream.release.set()
        assert child.wait() == 0
        lines = []
        while (line := child.out.get(timeout=20)) is not None:
            lines.append(line)
    assert json.loads(b"".join(lines))["document"]["title"] == "Toys"


def test_a_question_of_several_words_wants_quotes(command: Command) -> None:
    """A user's finding: "Got unexpected extra argument(s)" tells nobody what to do."""
    ended = command("ask", "who", "is", "Ana")
    assert is_clean(ended, 2)
    assert '  fix: put the question between quotes: openapi-mcp ask "' in ended.err


@pytest.mark.parametrize("more", [(), ("--spec", "api.json"), ("-o", "x", "--limit=3")])
def test_a_mistyped_command_of_two_words_is_said_whatever_follows_it(command: Command, more: tuple[str, ...]) -> None:
    """A user's finding: "No such option: --spec" for `workflow sugest --spec ...`."""
    ended = command("workflow", "sugest", *more)
    assert is_clean(ended, 2)
    assert "error: there is no `workflow sugest`" in ended.err
    assert "did you mean openapi-mcp workflow suggest?" in ended.err

"""The text after `--spec` and `--spec-command`, understood."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.errors import ConfigError
from openapi_mcp.loader.source import CommandSource, FileSource, StdinSource, UrlSource, parse_command, parse_source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("https://host/openapi.json", UrlSource(url="https://host/openapi.json")),
        ("HTTP://HOST", UrlSource(url="HTTP://HOST")),
        ("-", StdinSource()),
        ("a.yaml", FileSource(path=Path("a.yaml"))),
        ("./-", FileSource(path=Path("-"))),
        ("/etc/api.json", FileSource(path=Path("/etc/api.json"))),
        ("http:/host/a", FileSource(path=Path("http:/host/a"))),
        ("with spaces.json", FileSource(path=Path("with spaces.json"))),
        ("file:///srv/a%20b.yaml", FileSource(path=Path("/srv/a b.yaml"))),
        ("FILE:///srv/a.yaml", FileSource(path=Path("/srv/a.yaml"))),
    ],
)
def test_a_source_is_a_url_standard_input_or_a_file(text: str, source: object) -> None:
    """design.md, Options: URL, file, or `-` for stdin."""
    assert parse_source(text) == source


def test_a_leading_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Our choice: in a config file no shell expands it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert parse_source("~/a.yaml") == FileSource(path=tmp_path / "a.yaml")


def test_a_tilde_that_names_nobody_is_part_of_the_name() -> None:
    """Our choice: as a shell does; the file is then said to be missing."""
    assert parse_source("~nobody-of-that-name/a") == FileSource(path=Path("~nobody-of-that-name/a"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the document's source is empty"),
        (" \n", "the document's source is empty"),
        ("ftp://host/a.json", "cannot read a document over 'ftp'"),
        ("postgres://user:pw@host/db", "cannot read a document over 'postgres'"),
        ("https://", "'https://' is not a usable URL"),
        ("http://host:port/", "'***' is not a usable URL"),
        ("http://[::1/", "'***' is not a usable URL"),
        ("http://me:pass/word@host/", "'***' is not a usable URL"),
        ("file://[x/", "'file://[x/' is not a usable URL"),
    ],
)
def test_what_is_no_source_is_a_config_error_that_names_the_option(text: str, message: str) -> None:
    """style.md, Errors; security.md A10: a password in a broken URL is not shown."""
    with pytest.raises(ConfigError) as caught:
        parse_source(text)
    assert (caught.value.message, caught.value.where) == (message, "--spec")


@given(st.text() | st.builds("{}://{}".format, st.sampled_from(["http", "https", "file", "x"]), st.text()))
def test_any_text_is_a_source_or_a_config_error(text: str) -> None:
    """security.md B20: never a crash."""
    try:
        source = parse_source(text)
    except ConfigError:
        return
    assert isinstance(source, UrlSource | FileSource | StdinSource)


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("python manage.py spectacular", ("python", "manage.py", "spectacular")),
        ("sh -c 'cat a | head'", ("sh", "-c", "cat a | head")),
        ('curl -H "A: b"', ("curl", "-H", "A: b")),
        ("echo $HOME;ls", ("echo", "$HOME;ls")),
    ],
)
def test_a_command_is_split_as_a_shell_would_and_nothing_is_expanded(text: str, argv: tuple[str, ...]) -> None:
    """design.md, Options: run without a shell."""
    assert parse_command(text) == CommandSource(argv=argv)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the command is empty"),
        ("  ", "the command is empty"),
        ("a 'b", "cannot split the command: No closing quotation"),
    ],
)
def test_what_is_no_command_is_a_config_error(text: str, message: str) -> None:
    """style.md, Errors."""
    with pytest.raises(ConfigError) as caught:
        parse_command(text)
    assert (caught.value.message, caught.value.where) == (message, "--spec-command")


def test_a_source_is_shown_without_what_may_be_secret() -> None:
    """security.md A10: userinfo, query values and a command's arguments may hold a token."""
    url = UrlSource(url="https://me:SECRET@host/spec?token=SECRET")
    command = CommandSource(argv=("/usr/bin/curl", "-H", "Authorization: SECRET"))
    assert str(url) == "https://host/spec?token=***"
    assert str(command) == "the output of 'curl'"
    assert str(StdinSource()) == "standard input"
    assert str(FileSource(path=Path("/a/b.yaml"))) == str(Path("/a/b.yaml"))
    assert "SECRET" not in f"{url!r} {command!r}"

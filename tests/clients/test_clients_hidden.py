"""What is secret in an entry."""

import pytest

from openapi_mcp.clients.hidden import (
    clear_variables,
    looks_secret,
    named_in,
    options_of,
    parts_in_clear,
    redactor,
    url_secrets,
    without_url_secrets,
)
from openapi_mcp.clients.launch import Given, Launch, Reference


def test_options_that_take_a_secret_are_found_however_they_are_written() -> None:
    """Our choice: typer takes `--bearer x`, `--bearer=x`, `-H x` and `-Hx`."""
    args = ("serve", "--bearer=a", "--spec", "x", "-H", "A: b", "-HC: d", "--auth", "main=e", "--basic")
    assert list(options_of(args)) == [("--bearer", "a"), ("-H", "A: b"), ("-H", "C: d"), ("--auth", "main=e")]


@pytest.mark.parametrize(
    ("option", "value", "parts"),
    [
        ("--bearer", "abc", ["abc"]),
        ("--bearer", "env:TOKEN", []),
        ("--bearer", "file:/run/token", []),
        ("--bearer", "shop=env:TOKEN", []),
        ("--header", "X-Key: abc", ["abc"]),
        ("--header", "X-Key: env:KEY", []),
        ("-H", "X-Key:", []),
        ("--auth", "main=abc", ["abc"]),
        ("--auth", "main=env:KEY", []),
        ("--basic", "ann:abc", ["ann:abc"]),
    ],
)
def test_a_value_that_is_no_reference_stands_in_clear(option: str, value: str, parts: list[str]) -> None:
    """design.md, Options: a value may be env:NAME or file:PATH."""
    assert list(parts_in_clear(option, value)) == parts


def test_the_variables_that_options_name_are_found() -> None:
    """design.md, Options: `--header 'X-API-Key: env:KEY'`."""
    args = (
        "--bearer",
        "env:A",
        "--header",
        "X-Key: env:B",
        "--auth",
        "main=env:C",
        "--token",
        "xenv:D",
        "--basic",
        "e",
    )
    assert list(named_in(args)) == [("--bearer", "A"), ("--header", "B"), ("--auth", "C")]


def test_a_variable_is_secret_by_its_name() -> None:
    """Our choice: the values of others may stand in a file."""
    assert looks_secret("API_TOKEN")
    assert looks_secret("githubPassword")
    assert not looks_secret("LANG")
    env: dict[str, Given] = {
        "API_TOKEN": "abc",
        "LANG": "C",
        "OTHER_KEY": Reference(variable="X"),
        "KEY": "env:Y",
        "EMPTY_KEY": "",
    }
    assert list(clear_variables(Launch(name="w", command="c", env=env))) == [("API_TOKEN", "abc")]


def test_all_of_an_entrys_secrets_are_masked() -> None:
    """security.md: whatever a server writes is shown without them."""
    env: dict[str, Given] = {"A_TOKEN": "first-one", "REF": Reference(variable="R")}
    launch = Launch(name="w", command="c", args=("--bearer", "third-one", "--api-key", "env:N"), env=env)
    hide = redactor(launch, {"REF": "second-one", "N": "fourth-one", "MY_SECRET": "fifth-one", "LANG": "english"})
    text = "first-one second-one third-one fourth-one fifth-one english"
    assert hide(text) == "*** *** *** *** *** english"


@pytest.mark.parametrize(
    ("url", "secrets", "shown"),
    [
        ("https://h/o.json?api_key=abc&v=2", ["abc"], "https://h/o.json?api_key=***&v=2"),
        ("https://h/o?v=1&X-Amz-Signature=f00&sig=b4r", ["f00", "b4r"], "https://h/o?v=1&X-Amz-Signature=***&sig=***"),
        ("https://h/o?api%5Fkey=abc", ["abc"], "https://h/o?api%5Fkey=***"),
        ("https://ann:pw@h/o", ["ann:pw"], "https://***@h/o"),
        ("https://h/mcp?token=${env:TOKEN}", [], "https://h/mcp?token=${env:TOKEN}"),
        ("https://h/o?version=2&token=", [], "https://h/o?version=2&token="),
    ],
)
def test_what_is_secret_in_a_url_is_found_and_masked(url: str, secrets: list[str], shown: str) -> None:
    """RFC 3986 3.2.1, 3.4; a client fills in a reference."""
    assert list(url_secrets(url)) == secrets
    assert without_url_secrets(url) == shown


def test_a_secret_of_a_url_is_masked_in_what_a_server_says() -> None:
    """attack: a server repeats its words."""
    hide = redactor(Launch(name="a", command="x", args=("--spec", "https://h/o?token=hunter22")), {})
    assert hide("cannot read hunter22") == "cannot read ***"

"""What runs the pages: a page that is not so is told, with its line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Shop
from support.foreign import foreign
from support.pages import Block, Step, blocks, difference, steps
from support.reader import NotSo, Reader, after
from support.shell import open_shell
from support.world import world


def only(text: str) -> Block:
    """Return the one block of a page."""
    (block,) = blocks("page.md", text)
    return block


def console(*lines: str) -> Block:
    return only("```console\n" + "\n".join(lines) + "\n```\n")


@pytest.fixture
def reader(shop: Shop, tmp_path: Path) -> Iterator[Reader]:
    with (
        world(shop, tmp_path / "page") as around,
        open_shell(around.folder, tmp_path / "page" / "notes", around.environment) as shell,
    ):
        yield Reader(around, shell)


def test_a_command_goes_on_after_a_backslash_and_within_quotes() -> None:
    first, second = steps(console("$ a \\", "    -b", "out", "$ c 'x", "y'", "..."))
    assert (first.command, first.shown) == ("a \\\n    -b", ("out",))
    assert (second.command, second.shown) == ("c 'x\ny'", ("...",))
    assert second.place == "page.md:5"


def test_output_before_any_command_is_no_page() -> None:
    with pytest.raises(AssertionError, match=r"page.md:2: output without a command"):
        list(steps(console("out")))


def test_a_block_is_the_file_that_the_line_before_it_names_or_its_title() -> None:
    assert only("In `a/b.toml`, not `c.toml`:\n\n```toml\nx = 1\n```\n").file == "c.toml"
    assert only('In `a.toml`:\n\n```json title=".mcp.json"\n{}\n```\n').file == ".mcp.json"
    assert only("Like this:\n\n```json\n{}\n```\n").file == ""


def test_a_block_within_a_list_has_no_indentation() -> None:
    assert only("1. Do:\n\n    ```toml\n    x = 1\n    ```\n").text == "x = 1\n"


@pytest.mark.parametrize(
    ("shown", "said", "missing"),
    [
        ((), ["anything"], None),
        (("a", "b"), ["a", "", "b"], None),
        (("a ... c",), ["a b c"], None),
        (("a", "...", "d"), ["a", "b", "c", "d"], None),
        (("a", "..."), ["a", "b"], None),
        (("a",), ["b"], "a"),
        (("a",), ["a", "b"], "(the end: more was said)"),
        (("a", "c"), ["a", "b", "c"], "c"),
    ],
)
def test_what_is_shown_is_compared_line_by_line(shown: tuple[str, ...], said: list[str], missing: str | None) -> None:
    assert difference(shown, said) == missing


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ("error: no such tool", True),
        ('{"error": {"kind": "x"}}', True),
        ("2 errors, 0 warnings", True),
        ("0 errors", False),
    ],
)
def test_what_is_shown_says_whether_a_command_fails(line: str, fails: bool) -> None:
    assert Step(place="", command="", shown=(line,)).fails is fails


def test_a_shell_keeps_what_is_exported_and_where_it_is(reader: Reader) -> None:
    reader.tries(
        console("$ export NAME=one", "$ mkdir there", "$ cd there", "$ echo $NAME; basename $PWD", "one", "there")
    )


def test_a_file_that_a_page_shows_is_there_for_its_commands(reader: Reader) -> None:
    reader.tries(only("In `openapi-mcp.toml`:\n\n```toml\nspec = 'https://api.example.com/openapi.json'\n```\n"))
    reader.tries(console("$ openapi-mcp inspect", "using openapi-mcp.toml of this folder", "Shop 1.0.0", "..."))


def test_a_server_is_listed_by_a_client_and_one_over_http_stays(reader: Reader) -> None:
    reader.tries(console("$ openapi-mcp serve --spec openapi.json"))
    reader.tries(
        console("$ openapi-mcp serve http --spec openapi.json --port 9000 --endpoint-token env:ENDPOINT_TOKEN")
    )
    reader.tries(console("$ curl -s http://localhost:9000/healthz", "..."))


def test_an_api_that_a_page_starts_is_at_the_port_that_it_names(reader: Reader) -> None:
    reader.tries(console("$ python manage.py runserver"))
    reader.tries(console("$ curl -s http://localhost:8000/healthz", "..."))
    assert reader.world.ports["8000"] > 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("$ openapi-mcp inspect --spec openapi.json --no-such-option",), "page.md:2: `openapi-mcp inspect"),
        (("$ openapi-mcp cache", "a line that is not there"), "does not say\n  a line that is not there"),
        (("$ echo fine", "error: not so"), "ended with 0"),
        (("$ openapi-mcp serve --spec openapi.json --exclude '/*'",), "no operation became a tool"),
        (("$ openapi-mcp serve http --spec missing.json",), "ended with 1"),
    ],
)
def test_what_is_not_so_is_told(reader: Reader, lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(NotSo) as told:
        reader.tries(console(*lines))
    assert said in str(told.value)


def test_what_is_added_to_a_client_is_started_too(reader: Reader) -> None:
    reader.tries(console("$ claude mcp add shop -- openapi-mcp serve --spec openapi.json"))
    with pytest.raises(NotSo):
        reader.tries(console("$ claude mcp add shop -- openapi-mcp serve --no-such-option"))


def test_what_is_not_run_here_is_left_out_and_told(reader: Reader) -> None:
    reader.tries(console("$ pipx install .", "$ export API_TOKEN=...", "$ docker compose up"))
    assert reader.left_out == ["pipx install .", "export API_TOKEN=...", "docker compose up"]


@pytest.mark.parametrize("command", ["openapi-mcp inspect", "curl http://localhost", "cat pipx", "python manage.py x"])
def test_what_can_be_run_is_not_foreign(command: str) -> None:
    assert foreign(command) is None


def test_the_value_of_an_option_is_found_in_both_spellings() -> None:
    words = ["serve", "--port", "1", "--path=/x"]
    assert (after(words, "--port"), after(words, "--path"), after(words, "--host")) == ("1", "/x", "")

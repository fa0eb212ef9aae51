"""The pictures of docs/pictures/ are what the commands say now, and load nothing."""

import re
import shlex
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from docs_tools import pictures, screenshots
from docs_tools.live import Live, live
from docs_tools.sample import records


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    """The shop of the pictures."""
    with live() as shop:
        yield shop


def test_the_pictures_are_what_the_commands_say(running: Live) -> None:
    """Issue 10, Documentation: made by a command. They change when what is shown does, and not else."""
    said = {name: running.said(*shlex.split(command)[1:]) for name, command in pictures.PICTURES.items()}
    drawn = {name: pictures.draw(command, said[name]) for name, command in pictures.PICTURES.items()}
    kept = {name: (pictures.FOLDER / f"{name}.svg").read_text(encoding="utf-8") for name in pictures.PICTURES}
    assert [name for name in drawn if drawn[name] != kept[name]] == [], "run `make docs`, and commit what it drew"


def test_every_picture_is_one_that_is_made() -> None:
    made = {*(f"{name}.svg" for name in pictures.PICTURES), *(f"{name}.png" for name in screenshots.PAGES)}
    assert {file.name for file in pictures.FOLDER.iterdir()} == made


def test_a_picture_loads_nothing_and_runs_nothing() -> None:
    picture = pictures.draw("openapi-mcp x", "\x1b[31mred\x1b[0m <script>alert(1)</script>")
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert re.findall(r"<script|@font-face|@import|href|url\((?!#)", picture) == []


def test_a_long_output_ends_in_dots() -> None:
    picture = pictures.draw("openapi-mcp x", "line\n" * 100)
    assert picture.count("line</text>") < 40
    assert "...</text>" in picture


def test_the_day_that_pictures_show_is_always_the_same() -> None:
    first, second = list(records()), list(records())
    assert first == second
    assert len({each.id for each in first}) == len(first)

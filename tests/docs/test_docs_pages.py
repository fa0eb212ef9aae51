"""Everything that README.md and docs/ show is run, in order, as a reader would, and says what is shown.

A page is one shell in an empty home, with a live API at the addresses it names (support/world.py), with the files that
it says to write. What is not run here stands in support/foreign.py, with the test that stands for it.
"""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Shop, running_shop
from support.foreign import FOREIGN
from support.pages import ROOT, blocks, page_names, read_page
from support.postgres import Postgres
from support.reader import Reader
from support.redis import RedisServer
from support.shell import open_shell
from support.world import world

NEEDS = ("env:REDIS_URL", "env:RECORDS_URL")
"""What a page shows that has to be tried with services."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that no test but these has written to: pages show what it holds at first."""
    with running_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@contextmanager
def reader(shop: Shop, folder: Path, text: str, **services: str) -> Iterator[Reader]:
    """Yield somebody who reads this text."""
    with (
        world(shop, folder, has_uploads="documents_create" in text) as around,
        open_shell(around.folder, folder / "notes", {**around.environment, **services}) as shell,
    ):
        yield Reader(around, shell)


def pages(*, with_services: bool) -> list[str]:
    """Return the pages that show commands; those that need a service apart."""
    texts = {name: read_page(name) for name in page_names()}
    shown = [name for name, text in texts.items() if any(block.language == "console" for block in blocks(name, text))]
    return [name for name in shown if any(mark in texts[name] for mark in NEEDS) is with_services]


def try_page(name: str, shop: Shop, folder: Path, **services: str) -> None:
    """Do what a page says, from its first block to its last."""
    text = read_page(name)
    with reader(shop, folder, text, **services) as person:
        for block in blocks(name, text):
            person.tries(block)


@pytest.mark.parametrize("name", pages(with_services=False))
def test_a_page_does_what_it_shows(name: str, shop: Shop, tmp_path: Path) -> None:
    """Issue 10, Documentation: every command and configuration shown is run by a test."""
    try_page(name, shop, tmp_path)


@pytest.mark.parametrize("name", pages(with_services=True))
def test_a_page_that_needs_services_does_what_it_shows(
    name: str, shop: Shop, tmp_path: Path, redis: RedisServer, postgres: Postgres
) -> None:
    """Issue 10, Documentation: the same, with Redis and PostgreSQL."""
    try_page(name, shop, tmp_path, REDIS_URL=redis.url, RECORDS_URL=postgres.new_database())


def test_what_pages_install_is_this_distribution_and_extras_that_it_has() -> None:
    """pipx and pip are not run: they ask the index."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [read_page(name) for name in page_names()]
    named = {found for text in texts for found in re.findall(r"([\w-]+)\[([a-z,]+)\]['\"]", text)}
    assert {name for name, _ in named} == {project["name"]}
    assert {extra for _, extras in named for extra in extras.split(",")} <= set(project["optional-dependencies"])


def test_what_is_not_run_names_the_test_that_stands_for_it() -> None:
    """Issue 10, Documentation: no command is left out without a word."""
    assert [each.pattern for each in FOREIGN if each.tested and not (ROOT / each.tested).is_file()] == []
    assert all(each.why for each in FOREIGN)

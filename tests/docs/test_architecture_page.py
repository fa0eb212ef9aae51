"""docs/architecture.md against the code: what it names is there, its layers are those that are held."""

import re
from pathlib import Path

import pytest
from test_architecture import LAYERS, MODULES, PACKAGE

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w./-]+(?:/|\.py|\.toml|\.md))`", PAGE)))
SHORT = {name for name in NAMED if "/" not in name and name.endswith(".py")}


def layers_told() -> list[tuple[str, ...]]:
    """Return the list of layers as the page has it."""
    block = re.search(r"\n\n((?:    +\d+  [^\n]+\n)+)", PAGE)
    assert block is not None
    return [tuple(line.split(maxsplit=1)[1].split(", ")) for line in block[1].splitlines()]


@pytest.mark.parametrize("name", [name for name in NAMED if name not in SHORT])
def test_a_file_or_folder_that_the_page_names_is_there(name: str) -> None:
    """Issue 10, Documentation: a page that a newcomer can follow with the code beside it."""
    path = ROOT / name
    assert path.is_dir() if name.endswith("/") else path.is_file()


@pytest.mark.parametrize("name", sorted(SHORT))
def test_a_module_that_is_named_alone_is_at_the_top(name: str) -> None:
    """The same: a reader looks for it there."""
    assert (PACKAGE / name).is_file()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", PAGE))))
def test_a_link_leads_somewhere(target: str) -> None:
    """Our choice: relative links, so that the page can be read offline."""
    assert (ROOT / "docs" / target).is_file()


def test_the_layers_are_those_that_are_held() -> None:
    """tests/test_architecture.py reads the imports."""
    assert layers_told() == list(LAYERS)


def test_every_room_is_in_the_tables() -> None:
    """Our choice: a room that the page leaves out is one that nobody finds."""
    rooms = {module.partition("/")[0] for module in MODULES if "/" in module}
    assert {room for room in rooms if f"openapi_mcp/{room}/" not in PAGE} == set()


@pytest.mark.parametrize("word", sorted(set(re.findall(r"`([A-Z][A-Za-z]*[a-z][A-Za-z]*|[A-Z]{6,})`", PAGE))))
def test_a_name_of_the_code_is_one(word: str) -> None:
    """Our choice: a class that was renamed is renamed here."""
    text = "".join((PACKAGE / module).read_text(encoding="utf-8") for module in MODULES)
    assert re.search(rf"\b{word}\b", text)

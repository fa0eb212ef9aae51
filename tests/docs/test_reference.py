"""The pages of docs/reference/ are what the code says, and all of it."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from docs_tools import configuration, errors, metrics, results
from docs_tools.markdown import prose
from docs_tools.reference import FOLDER, PAGES
from openapi_mcp.cli.commands import all_commands
from openapi_mcp.config import Config, build_config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.background import CallState
from openapi_mcp.model.call import FailureKind
from openapi_mcp.telemetry.exposition import exposed

PACKAGE = Path(results.__file__).parents[1] / "openapi_mcp"


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    """Issue 10, Documentation: generated from the code."""
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`, and commit what it wrote"


def test_there_is_no_other_page_among_them() -> None:
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted(PAGES)


def test_every_command_has_a_section() -> None:
    sections = re.findall(r"^### (.+)$", PAGES["commands.md"](), re.MULTILINE)
    assert {" ".join(words) for words in all_commands()} <= set(sections)
    assert len(sections) == len(set(sections))


@pytest.mark.parametrize("key", configuration.keys())
def test_every_key_is_one_that_a_file_may_have(key: str, tmp_path: Path) -> None:
    """A value of a wrong form is refused by its own words; a key that is none, as unknown."""
    (tmp_path / "openapi-mcp.toml").write_text(f"{key} = [1]\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        build_config({}, {}, tmp_path)
    assert "unknown key" not in refused.value.message


def test_every_setting_has_a_key() -> None:
    """What Config holds under another name, or only in a table."""
    beside = {"name", "apis", "file", "edits", "credentials", "limits", "listing", "recovery"}
    keys = set(configuration.keys())
    said = {*keys, *(f"{key}s" for key in keys), *beside}
    assert {each.name for each in fields(Config)} - said == set()


@pytest.mark.parametrize("text", configuration.toml_blocks())
def test_every_file_shown_is_one(text: str, tmp_path: Path) -> None:
    file = tmp_path / "shown.toml"
    file.write_text(text, encoding="utf-8")
    build_config({"config": str(file)}, {}, tmp_path)
    assert tomllib.loads(text)


def test_every_exit_status_and_every_kind_is_told() -> None:
    assert list(errors.STATUSES) == list(ExitCode)
    assert list(errors.KINDS) == list(FailureKind)
    assert list(results.STATES) == list(CallState)


def test_every_key_of_a_failure_is_told() -> None:
    """Those of a failure that has something to say everywhere."""
    assert set(errors.whole().as_json()["error"]) == set(errors.FIELDS)


def test_every_key_of_a_note_is_one_that_the_code_writes() -> None:
    rooms = ("response", "executor", "model")
    source = "".join(file.read_text(encoding="utf-8") for room in rooms for file in (PACKAGE / room).glob("*.py"))
    assert {name for name in results.NOTES if f'"{name}"' not in source} == set()


def test_every_key_that_a_note_is_given_is_told() -> None:
    """Those that are written down where a note is made; the others come with their own tests."""
    rooms = (PACKAGE / "response", PACKAGE / "executor")
    source = "".join(file.read_text(encoding="utf-8") for room in rooms for file in room.glob("*.py"))
    given = re.findall(r'\bnote\["(\w+)"\] =|note=\{(?:\*\*[\w.]*note, )?"(\w+)":', source)
    names = {first or second for first, second in given}
    assert len(names) > 5
    assert names - set(results.NOTES) == set()


def test_every_number_has_the_name_that_a_scraper_sees() -> None:
    shown = exposed(metrics.families(), "")[0].decode()
    names = set(re.findall(r"^# TYPE (openapi_mcp_\w+) ", shown, re.MULTILINE))
    assert names == {metrics.shown_name(each) for each in metrics.families()}


def test_a_sentence_of_the_code_is_no_markup_by_chance() -> None:
    said = "Wins over --include; 'POST /path/*'. Not <b>, [x](y) or a_b, `as is`."
    assert prose(said) == ("Wins over `--include`; `POST /path/*`. Not \\<b\\>, \\[x\\](y) or a\\_b, `as is`.")

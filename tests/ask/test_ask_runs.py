"""ask/runs.py: a file for each run, this user's alone; the newest are kept."""

import os
import stat
from pathlib import Path

import pytest

from openapi_mcp.ask import runs as module
from openapi_mcp.ask.kept import Run
from openapi_mcp.ask.runs import Runs
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.chat import Asked


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def save(runs: Runs, folder: Path, *ids: str) -> None:
    for number, id in enumerate(ids):
        runs.save(Run(id=id, began=float(number), history=(Asked(text=id),)))
        os.utime(folder / "runs" / f"{id}.json", (number, number))


def listed(runs: Runs, most: int) -> list[str]:
    """Return the ids of the runs that are listed, and of those that cannot be read what is wrong."""
    return [each.id if isinstance(each, Run) else each.message for each in runs.newest(most)]


def test_a_run_is_found_by_its_id_by_its_beginning_and_as_the_last(runs: Runs, tmp_path: Path) -> None:
    """Issue 11: ask --continue."""
    save(runs, tmp_path, "abc1", "abd2", "abc", "xyz3")
    assert [runs.find(id).id for id in ("abc1", "abd", "abc", "x", "")] == ["abc1", "abd2", "abc", "xyz3", "xyz3"]
    assert listed(runs, 2) == ["xyz3", "abc"]


@pytest.mark.parametrize("id", ["ab", "nope", "../abc1", "ABC1", "a*", "a" * 100])
def test_what_is_no_run_is_said(runs: Runs, tmp_path: Path, id: str) -> None:
    save(runs, tmp_path, "abc1", "abd2")
    with pytest.raises(ConfigError):
        runs.find(id)


def test_without_any_there_is_no_last_one(runs: Runs) -> None:
    with pytest.raises(ConfigError, match="no run is kept that could be gone on with"):
        runs.find()
    assert runs.newest(5) == []


def test_a_folder_that_cannot_be_read_is_said_and_not_taken_for_an_empty_one(runs: Runs, tmp_path: Path) -> None:
    """style.md, Errors: what happened, where, and what to do."""
    (tmp_path / "runs").write_text("no folder", encoding="utf-8")
    for id in ("", "abc1"):
        with pytest.raises(ConfigError, match="the runs cannot be read") as raised:
            runs.find(id)
        assert raised.value.where == str(tmp_path / "runs")
        assert raised.value.hint
    (wrong,) = runs.newest(5)
    assert str(wrong) == str(raised.value)


def test_the_oldest_go(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our brief: bounded in number."""
    monkeypatch.setattr(module, "MOST", 3)
    save(runs, tmp_path, "a", "b", "c")
    runs.save(Run(id="d", began=9.0))
    assert listed(runs, 9) == ["d", "c", "b"]


def test_a_file_and_its_folder_are_this_users_alone(runs: Runs, tmp_path: Path) -> None:
    """security.md: what is kept of a conversation is private."""
    save(runs, tmp_path, "a")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("runs", "runs/a.json")]
    assert modes == [0o700, 0o600]


def test_what_others_may_have_written_is_not_read(runs: Runs, tmp_path: Path) -> None:
    save(runs, tmp_path, "a", "b", "c")
    (tmp_path / "runs" / "a.json").chmod(0o644)
    (tmp_path / "runs" / "b.json").rename(tmp_path / "runs" / "d.json")  # it says that it is another one
    (tmp_path / "runs" / "e.json").symlink_to(tmp_path / "runs" / "c.json")
    os.mkfifo(tmp_path / "runs" / "f.json", 0o600)  # nobody writes there, and nobody is waited for
    for id, why in (("a", "others may read or write it"), ("d", ""), ("e", "symbolic link"), ("f", "")):
        with pytest.raises(ConfigError, match="cannot be read") as raised:
            runs.find(id)
        assert why in raised.value.message
        assert raised.value.where == str(tmp_path / "runs" / f"{id}.json")
    assert "c" in listed(runs, 9)


def test_a_run_that_cannot_be_read_is_listed_with_what_is_wrong(runs: Runs, tmp_path: Path) -> None:
    """Issue 11, runs can be continued: one that cannot be is not passed over in silence."""
    save(runs, tmp_path, "a", "b", "c")
    (tmp_path / "runs" / "a.json").chmod(0o644)
    (tmp_path / "runs" / "b.json").write_text("{", encoding="utf-8")
    os.utime(tmp_path / "runs" / "b.json", (1, 1))
    assert listed(runs, 9) == [
        "c",
        "the run cannot be read",
        "the run cannot be read: others may read or write it, or it is not yours",
    ]


def test_a_folder_that_others_may_read_takes_none(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir(mode=0o755)
    with pytest.raises(PermissionError):
        runs.save(Run(id="a", began=0.0))

"""Clients' files, read and written: links, modes, copies, and what others do to them meanwhile."""

import os
import stat
from pathlib import Path

import pytest

from openapi_mcp.clients import files
from openapi_mcp.clients.files import copies, is_open_to_others, read_file, write_file
from openapi_mcp.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mcp.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n')
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_is_written_byte_for_byte_and_what_was_there_is_kept(file: Path) -> None:
    """design of part 9: a backup stands beside the file, with a time."""
    file.chmod(0o640)
    before = file.read_bytes()
    read = read_file(file)
    assert read.text == '\ufeff{"a": 1}\r\n'
    copy = write_file(read, '{"b": 2}\r\n', when="20260101T000000", private=True)
    assert file.read_bytes() == b'{"b": 2}\r\n'
    assert (mode(file), copy) == (0o640, file.with_name("mcp.json.20260101T000000.bak"))
    assert copy is not None
    assert copy.read_bytes() == before
    assert mode(copy) == 0o600
    assert sorted(each.name for each in file.parent.iterdir()) == ["mcp.json", "mcp.json.20260101T000000.bak"]


@pytest.mark.parametrize(("private", "expected"), [(True, 0o600), (False, 0o644)])
def test_a_new_file_comes_with_its_folders(tmp_path: Path, private: bool, expected: int) -> None:
    """design of part 9: 0600 where it is new and holds a secret."""
    before = os.umask(0o022)
    try:
        path = tmp_path / "a" / "b" / "mcp.json"
        read = read_file(path)
        assert (read.text, read.mode) == ("", None)
        assert write_file(read, "{}\n", when="w", private=private) is None
        assert (path.read_text(), mode(path)) == ("{}\n", expected)
    finally:
        os.umask(before)


def test_a_link_stays_one(tmp_path: Path, file: Path) -> None:
    """design of part 9: through symlinks; dotfiles are often kept elsewhere."""
    link = tmp_path / "home.json"
    link.symlink_to(file)
    copy = write_file(read_file(link), "new", when="w", private=False)
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert copy is not None
    assert copy.parent == file.parent


def test_a_link_to_nothing_makes_what_it_leads_to(tmp_path: Path) -> None:
    """The same."""
    link = tmp_path / "home.json"
    link.symlink_to(tmp_path / "elsewhere.json")
    write_file(read_file(link), "new", when="w", private=False)
    assert (link.is_symlink(), (tmp_path / "elsewhere.json").read_text()) == (True, "new")


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    """Files of others."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(ConfigError, match="leads in a circle"):
        write_file(read_file(tmp_path / "a"), "x", when="w", private=False)


def test_only_the_last_copies_are_kept(file: Path) -> None:
    """design of part 9: the last few are kept."""
    for number in range(9):
        write_file(read_file(file), str(number), when=f"2026010{number}T000000", private=False)
    assert [each.read_text() for each in copies(file)] == ["3", "4", "5", "6", "7"]
    for number in range(9, 12):
        write_file(read_file(file), str(number), when="20260108T000000", private=False)
    assert [each.read_text() for each in copies(file)] == ["6", "7", "8", "9", "10"]
    assert copies(file)[-1].name == "mcp.json.20260108T000000-4.bak"


def test_copies_of_a_person_are_theirs(file: Path) -> None:
    """Only what we named is ours to remove, and what was just made stays, whatever the clock says."""
    names = ["2020", "my1", "my2", "20260101", "20260101T000000.old", "20260101T000000-", "99991231T235959x"]
    theirs = [file.with_name(f"mcp.json.{name}.bak") for name in names]
    ahead = [file.with_name(f"mcp.json.9999123{number}T000000.bak") for number in range(7)]
    for each in (*theirs, *ahead):
        each.write_text("kept")
    copy = write_file(read_file(file), "{}", when="20260101T000000", private=False)
    assert copy is not None
    assert copy.read_bytes() == b'\xef\xbb\xbf{"a": 1}\r\n'
    assert all(each.exists() for each in theirs)
    assert copies(file) == [copy, *ahead[-4:]]


def test_a_second_with_too_many_copies_removes_none_of_them(file: Path) -> None:
    """The same."""
    for number in range(100):
        file.with_name(f"mcp.json.w{f'-{number}' if number > 1 else ''}.bak").write_text("kept")
    with pytest.raises(ConfigError, match="cannot write the client's file"):
        write_file(read_file(file), "{}", when="w", private=False)
    assert file.with_name("mcp.json.w.bak").read_text() == "kept"


def test_a_file_that_changed_meanwhile_is_left_alone(file: Path) -> None:
    """Claude Code writes its file all the time."""
    read = read_file(file)
    file.write_text("theirs")
    with pytest.raises(ConfigError, match="has changed meanwhile") as caught:
        write_file(read, "ours", when="w", private=False)
    assert file.read_text() == "theirs"
    assert caught.value.hint == "run this again"
    assert not [each for each in file.parent.iterdir() if each.name.startswith(".mcp")]


def test_a_file_that_came_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """The same."""
    path = tmp_path / "new.json"
    read = read_file(path)
    path.write_text("theirs")
    with pytest.raises(ConfigError, match="has changed meanwhile"):
        write_file(read, "ours", when="w", private=False)
    assert path.read_text() == "theirs"


def test_a_read_only_file_is_left_alone(file: Path) -> None:
    """Something else may manage it, such as Nix; whoever may replace it anyway is not asked."""
    file.chmod(0o444)
    with pytest.raises(ConfigError, match="the file is read-only"):
        write_file(read_file(file), "ours", when="w", private=False)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert copies(file) == []


def test_a_file_of_another_user_is_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in one step it would become ours."""
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        write_file(read_file(file), "ours", when="w", private=False)
    assert copies(file) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file stands where a folder should."""
    (tmp_path / "a").write_text("")
    with pytest.raises(ConfigError, match="cannot write the client's file"):
        write_file(read_file(tmp_path / "a" / "mcp.json"), "x", when="w", private=False)


def test_what_is_no_file_or_no_text_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of others."""
    with pytest.raises(ConfigError, match="this is no file"):
        read_file(tmp_path)
    (tmp_path / "latin").write_bytes(b'{"a": "\xe9"}')
    with pytest.raises(ConfigError, match="it is not UTF-8 text"):
        read_file(tmp_path / "latin")
    monkeypatch.setattr(files, "_LARGEST", 3)
    (tmp_path / "large").write_text("1234")
    with pytest.raises(ConfigError, match="larger than"):
        read_file(tmp_path / "large")


def test_a_text_that_is_no_unicode_is_not_written(file: Path) -> None:
    """An argument of a command line may hold bytes that are no text."""
    with pytest.raises(ConfigError, match="cannot write the client's file"):
        write_file(read_file(file), '"\udcff"', when="w", private=False)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(("bits", "is_open"), [(0o600, False), (0o644, True), (0o640, True)])
def test_a_file_that_others_may_read_is_known(file: Path, bits: int, is_open: bool) -> None:
    """files.py."""
    file.chmod(bits)
    assert is_open_to_others(read_file(file)) is is_open
    assert not is_open_to_others(read_file(file.with_name("none")))

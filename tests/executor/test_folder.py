"""The folder whose files a call may send."""

import os
import re
from pathlib import Path

import pytest

from openapi_mcp.errors import ArgumentsError, ConfigError
from openapi_mcp.executor.folder import Folder
from openapi_mcp.model.message import Upload
from openapi_mcp.request.files import File


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with a report, beside a secret."""
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "files" / "sub").mkdir(parents=True)
    (tmp_path / "files" / "report.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "files" / "sub" / "notes").write_bytes(b"notes")
    (tmp_path / "files" / "a b%20c.csv").write_bytes(b"1,2")
    return Folder.open(str(tmp_path / "files"))


def found(folder: Folder, text: str) -> tuple[Path, File]:
    file = folder.find(text, "photo")
    assert file is not None
    assert isinstance(file.data, Upload)
    return Path(file.data.path), file


@pytest.mark.parametrize(
    "text",
    ["report.pdf", "./report.pdf", "sub/../report.pdf", "{}/report.pdf", "file://{}/report.pdf", "file:report.pdf",
     "file://localhost{}/report.pdf", "FILE://{}/sub/../report%2Epdf"],
)  # fmt: skip
def test_a_file_is_named_from_the_folder_in_whole_or_as_a_url(folder: Folder, text: str) -> None:
    """Issue 4, Files; RFC 8089 for the URL. It is not opened: where it is, how long it is, what its name says."""
    path, file = found(folder, text.format(folder.path))
    assert path == folder.path / "report.pdf"
    assert (file.name, file.media_type) == ("report.pdf", "application/pdf")
    assert isinstance(file.data, Upload)
    assert file.data.size == 8


def test_a_file_without_an_ending_is_of_no_known_type(folder: Folder) -> None:
    """RFC 9110 section 8.3: application/octet-stream."""
    assert found(folder, "sub/notes")[1].media_type == "application/octet-stream"


def test_a_name_is_decoded_in_a_url_alone(folder: Folder) -> None:
    """RFC 8089 section 2: a URL is percent-encoded, a path is not."""
    assert found(folder, "a b%20c.csv")[0].name == "a b%20c.csv"
    assert found(folder, "file:a%20b%2520c.csv")[0].name == "a b%20c.csv"


def test_a_home_folder_is_understood(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """POSIX 2.6.1, tilde expansion, for the caller's own home."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder.path))
    assert found(folder, "~/report.pdf")[0] == folder.path / "report.pdf"
    assert Folder.open("~") == folder


def test_two_uploads_of_a_file_have_marks_of_their_own(folder: Folder) -> None:
    """security.md 5: what stands between parts is made of the mark, so nobody can know it before."""
    marks = {found(folder, "report.pdf")[1].data.mark for _ in range(3)}  # type: ignore[union-attr]
    assert len(marks) == 3
    assert all(re.fullmatch("[0-9a-f]{40}", mark) for mark in marks)


OUTSIDE = "is no file of the folder that files are sent from"


@pytest.mark.parametrize(
    "text",
    ["../secret.txt", "/etc/passwd", "{}/../secret.txt", "file:///etc/passwd", "file://host/etc/passwd", "sub/../..",
     "missing.pdf", "./missing", "~/secret.txt", "..", "link.txt", "out/secret.txt", "loop.txt", "file://[",
     "a\x00.txt", "..\\secret.txt", "report.pdf/x.y", "x" * 300 + ".y", "file:"],
)  # fmt: skip
def test_what_is_not_below_the_folder_is_no_file(folder: Folder, text: str) -> None:
    """Law. Links are followed before it is asked where a file is; nothing is opened."""
    (folder.path / "link.txt").symlink_to(folder.path.parent / "secret.txt")
    (folder.path / "out").symlink_to(folder.path.parent)
    (folder.path / "loop.txt").symlink_to(folder.path / "loop.txt")
    with pytest.raises(ArgumentsError) as raised:
        folder.find(text.format(folder.path), "photo")
    assert (raised.value.field, raised.value.message) == ("photo", OUTSIDE)
    assert raised.value.hint == "give a path below that folder, base64 or a data: URL"


def test_a_link_within_the_folder_is_the_file_that_it_leads_to(folder: Folder) -> None:
    """What is sent is below the folder, whatever it is called."""
    (folder.path / "short").symlink_to(folder.path / "report.pdf")
    path, file = found(folder, "short")
    assert (path.name, file.name, file.media_type) == ("report.pdf", "report.pdf", "application/pdf")


@pytest.mark.parametrize("text", ["", "aGk=", "aGkh", "/9j/4A==", "/9j/" + "A" * 300, "no-such-file"])
def test_a_text_that_may_be_base64_is_left_to_that(folder: Folder, text: str) -> None:
    """RFC 4648: no dot is in either alphabet; a JPEG begins with a slash."""
    assert folder.find(text, "photo") is None


@pytest.mark.parametrize("name", [".", "sub", "pipe", "locked"])
def test_what_is_no_plain_file_is_refused_unopened(folder: Folder, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our choice: a pipe would wait for its other side for ever; a folder has no bytes."""
    os.mkfifo(folder.path / "pipe")
    (folder.path / "locked").write_bytes(b"x")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "locked")  # root may read everything
    with pytest.raises(ArgumentsError, match="is no file that can be read") as raised:
        folder.find(name, "photo")
    assert raised.value.field == "photo"


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere", "there is no folder"), ("loop", "there is no folder"), ("a\x00b", "there is no folder"),
     ("report.pdf", "is no folder")],
)  # fmt: skip
def test_what_is_no_folder_is_a_usage_error(folder: Folder, name: str, said: str) -> None:
    """style.md, Errors: what, where, what to do."""
    (folder.path / "loop").symlink_to(folder.path / "loop")
    with pytest.raises(ConfigError, match=said) as raised:
        Folder.open(str(folder.path / name))
    assert raised.value.where == "--files"

"""A file that is written whole, or not at all."""

from pathlib import Path

import pytest

from openapi_mcp.clients.anew import write_anew
from openapi_mcp.errors import ConfigError


def test_what_was_there_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    """Ctrl-C leaves nothing half written: issue 10."""
    (tmp_path / "a").write_bytes(b"old")
    write_anew(tmp_path / "a", b"new", "it", "-")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a", b"new")]


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    """Three questions, always answered: style.md, Errors."""
    (tmp_path / "a").mkdir()
    with pytest.raises(ConfigError, match="cannot write the bundle") as caught:
        write_anew(tmp_path / "a", b"data", "the bundle", "name another")
    assert (caught.value.where, caught.value.hint) == (str(tmp_path / "a"), "name another")
    assert [each.name for each in tmp_path.iterdir()] == ["a"]

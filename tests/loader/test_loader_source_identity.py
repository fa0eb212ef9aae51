"""What a source is told apart by from another run on."""

from pathlib import Path

import pytest

from openapi_mcp.loader.source import identity, parse_command, parse_source


def test_a_source_is_the_same_however_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """issue 5: a login is kept for (document source, scheme)."""
    monkeypatch.chdir(tmp_path)
    assert identity(parse_source("a.yaml")) == identity(parse_source(f"{tmp_path}/a.yaml")) == f"{tmp_path}/a.yaml"
    assert identity(parse_source("https://host/a?b=1")) == "https://host/a?b=1"
    assert identity(parse_source("-")) is None
    first = identity(parse_command("make spec"))
    assert first == identity(parse_command("make  'spec'")) != identity(parse_command("make other"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    assert identity(parse_command("make spec")) != first

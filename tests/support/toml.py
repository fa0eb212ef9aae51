"""A config file that a test writes."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str], Path]


@pytest.fixture
def toml(tmp_path: Path) -> Write:
    """Write an openapi-mcp.toml and return its folder."""

    def write(text: str) -> Path:
        (tmp_path / "openapi-mcp.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write

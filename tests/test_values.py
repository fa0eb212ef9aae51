"""Single values of options, as an operator writes them."""

from typing import Any

import pytest

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import Keep
from openapi_mcp.values import read_keep

DAY = 86_400


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30d", Keep(seconds=30 * DAY, size=10**9)),
        ("12h, 200MB", Keep(seconds=12 * 3600, size=200_000_000)),
        ("1GB", Keep(seconds=None, size=10**9)),
        ("90 m,500 kb", Keep(seconds=5400, size=500_000)),
        ("2w", Keep(seconds=14 * DAY, size=10**9)),
        ("1y", Keep(seconds=365 * DAY, size=10**9)),
        ("all", Keep(seconds=None, size=None)),
    ],
)
def test_how_long_records_are_kept_is_an_age_a_size_or_both(written: str, meant: Keep) -> None:
    assert read_keep(written, "--keep") == meant


@pytest.mark.parametrize(
    "written", ["", "30", "d", "30x", "1d,2d", "1MB,2MB", "all,1d", "-1d", "1.5d", "1e3d", 30, "20KB"]
)
def test_anything_else_is_refused_with_how_it_is_written(written: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        read_keep(written, "--keep")
    assert caught.value.where == "--keep"
    assert caught.value.hint

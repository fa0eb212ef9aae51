"""Times as people write them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.history import in_zone

from openapi_mcp.cli.since import read_time
from openapi_mcp.errors import ConfigError

NOW = 1_795_000_000.0


@pytest.fixture(autouse=True)
def _in_porto() -> Iterator[None]:
    with in_zone("Europe/Lisbon"):
        yield


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("2h", 7200), ("7d", 604_800), ("2w", 1_209_600), (" 2 h ", 7200), ("0s", 0)],
)
def test_so_long_ago_is_counted_from_now(text: str, seconds: int) -> None:
    """Part 7: --since 2h."""
    assert read_time(text, NOW, "--since") == NOW - seconds


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T09:30:00Z", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("2026-11-01T09:30:00.250+01:00", datetime(2026, 11, 1, 8, 30, 0, 250_000, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, 0, 0, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 23, 0, tzinfo=UTC)),
        ("2026-07-01T09:30", datetime(2026, 7, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_local_unless_it_names_its_zone(text: str, moment: datetime) -> None:
    """Our choice: people write the time of their own clock."""
    assert read_time(text, NOW, "--since") == moment.timestamp()


@pytest.mark.parametrize("text", ["", "yesterday", "2 fortnights", "9999999h", "2026-13-01", "-2h", "٣h", "2h\n30m"])
def test_what_is_no_time_is_said_with_what_is_one(text: str) -> None:
    """style.md, Errors."""
    with pytest.raises(ConfigError) as raised:
        read_time(text, NOW, "--until")
    assert (raised.value.message, raised.value.where) == (f"{text.strip()!r} is no time", "--until")
    assert raised.value.hint is not None
    assert raised.value.hint.startswith("write 30m, 2h, 7d")

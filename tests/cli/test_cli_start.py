"""What is said at a start."""

from pathlib import Path
from typing import Any

import pytest

from openapi_mcp.cli.start import over_http, warn_of_background, warn_of_its_timeout
from openapi_mcp.config import build_config

SPEC = "https://a.example/openapi.json"


def said(folder: Path, **options: Any) -> list[str]:
    lines: list[str] = []
    warn_of_background(build_config({"spec": SPEC, **options}, {}, folder), lines.append)
    return lines


@pytest.mark.parametrize("after", ["30", "60"])
def test_calls_that_end_before_they_go_on_in_the_background_are_warned_of(tmp_path: Path, after: str) -> None:
    """--timeout is 30 s: the option did nothing, without a word."""
    (line,) = said(tmp_path, background_after=after)
    assert line == (
        f"warning: --background-after {after} has no effect: a call ends after --timeout 30; give a longer --timeout, "
        "or a shorter --background-after"
    )


@pytest.mark.parametrize("options", [{}, {"background_after": "0"}, {"background_after": "5"}])
def test_what_has_its_effect_is_not_warned_of(tmp_path: Path, options: dict[str, str]) -> None:
    """25 s of serve http are shorter than --timeout, and 0 is never."""
    assert said(tmp_path, **options) == []


def said_of_its_timeout(folder: Path, **options: Any) -> list[str]:
    lines: list[str] = []
    warn_of_its_timeout(over_http(build_config({"spec": SPEC, **options}, {}, folder)), lines.append)
    return lines


def test_a_time_in_the_background_that_ends_before_the_call_is_warned_of(tmp_path: Path) -> None:
    """A judge's finding: a call that began with 30 s had them, whatever --background-timeout said."""
    (line,) = said_of_its_timeout(tmp_path, background_after="1", background_timeout="4")
    assert line == (
        "warning: --background-timeout 4 has no effect: a call goes on in the background after 1 s and has --timeout "
        "30 in any case; give a longer --background-timeout, or a shorter --timeout"
    )
    assert len(said_of_its_timeout(tmp_path, background_timeout="4")) == 1


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"background_timeout": "6"},
        {"background_after": "0", "background_timeout": "4"},
        {"timeout": "7200"},
    ],
)
def test_a_time_in_the_background_that_is_used_is_not_warned_of(tmp_path: Path, options: dict[str, str]) -> None:
    """6 s after the 25 of serve http are 31; with 0 nothing of ours goes on; and nobody typed the hour."""
    assert said_of_its_timeout(tmp_path, **options) == []

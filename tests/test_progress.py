"""What slow work is at, told on its way."""

import threading

from support.upstream import PATIENCE

from openapi_mcp.progress import Progress


def test_work_that_leaves_nobody_time_is_told_of_with_where_it_is() -> None:
    """Issue 3, Cold: progress from the first second. The thread tells while this one waits for it, busy or not."""
    told: list[str] = []
    heard = threading.Event()

    def notice(text: str) -> None:
        told.append(text)
        heard.set()

    with Progress(notice, "loading a") as progress:
        progress.at = "making tools of 3 operations"
        assert heard.wait(PATIENCE)
    assert told == ["making tools of 3 operations"]


def test_quick_work_is_not_told_of() -> None:
    """style.md: a progress line for slow work."""
    told: list[str] = []
    with Progress(told.append, "loading a"):
        pass
    assert told == []

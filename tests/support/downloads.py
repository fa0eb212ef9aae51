"""The bounds of a download, lowered for a test that meets them; and what one that is refused says."""

import pytest

from openapi_mcp.errors import SourceError
from openapi_mcp.loader.source import Source

SHORT = 0.2  # seconds; what the deadline becomes where a test waits for it


@pytest.fixture
def small_cap(monkeypatch: pytest.MonkeyPatch) -> int:
    """Lower the cap on a document to a megabyte."""
    monkeypatch.setattr("openapi_mcp.loader.size.MAX_BYTES", 1_000_000)
    return 1_000_000


@pytest.fixture
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the deadline of a download."""
    monkeypatch.setattr("openapi_mcp.loader.fetch.DEADLINE", SHORT)


async def refusal(source: Source) -> SourceError:
    """Return the error that fetching ends with; its place is how the source may be shown."""
    from openapi_mcp.loader.fetch import fetch

    with pytest.raises(SourceError) as caught:
        await fetch(source)
    assert caught.value.where == str(source)
    assert caught.value.hint
    return caught.value

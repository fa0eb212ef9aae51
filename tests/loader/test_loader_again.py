"""Whether a document is still the same, asked part by part of a server that is really there."""

from pathlib import Path

import pytest
from support.upstream import Answer, Upstream

from openapi_mcp.errors import SourceError
from openapi_mcp.loader import again
from openapi_mcp.loader.again import unchanged
from openapi_mcp.loader.fetch import fetch
from openapi_mcp.loader.source import FileSource, Source, UrlSource
from openapi_mcp.model.part import Part, digest

pytestmark = pytest.mark.anyio


@pytest.fixture
def main(upstream: Upstream) -> Source:
    """A document of a server that knows ETags."""
    upstream.has_etags = True
    upstream.answers = {"/main": Answer(b"{}"), "/part": Answer(b"[]")}
    return UrlSource(url=f"{upstream.url}/main")


async def read(source: Source, uri: str | None = "") -> Part:
    fetched = await fetch(source)
    return Part(uri=uri, digest=digest(fetched.data), validators=fetched.validators)


async def test_parts_that_are_the_same_are_not_sent_again(main: Source, upstream: Upstream, tmp_path: Path) -> None:
    """RFC 9110 13; what the operator named, a file among them, comes in order."""
    overlay, other = FileSource(path=tmp_path / "overlay"), f"{upstream.url}/part"
    overlay.path.write_bytes(b"overlay: 1.0.0")
    parts = (await read(main), await read(overlay), await read(UrlSource(url=other), other))
    assert await unchanged(parts, (main, overlay)) == parts
    assert [bool(seen.values("If-None-Match")) for seen in upstream.seen] == [False, False, True, True]
    upstream.answers["/part"] = Answer(b"[1]")
    assert await unchanged(parts, (main, overlay)) is None
    assert await unchanged(parts[:2], (main, overlay)) == parts[:2]
    overlay.path.write_bytes(b"overlay: 1.0.1")
    assert await unchanged(parts[:2], (main, overlay)) is None


async def test_the_same_bytes_under_a_new_etag_are_the_same(main: Source, upstream: Upstream) -> None:
    """A server that was started again may tell versions by other words; those are asked by next time."""
    upstream.has_etags = False
    parts = (await read(main),)
    assert parts[0].validators is None
    upstream.has_etags = True
    found = await unchanged(parts, (main,))
    assert found == (await read(main),)
    assert found[0].validators is not None


async def test_a_part_that_cannot_be_had_is_the_same_while_it_cannot(main: Source, upstream: Upstream) -> None:
    """A broken reference costs its operation only; it may be mended, and a whole one may break."""
    missing = Part(uri=f"{upstream.url}/status/404")
    parts = (await read(main), missing)
    assert await unchanged(parts, (main,)) == parts
    there = await read(UrlSource(url=f"{upstream.url}/part"), f"{upstream.url}/part")
    del upstream.answers["/part"]
    upstream.answers["/part"] = Answer(b"", status=500)
    assert await unchanged((parts[0], there), (main,)) is None


async def test_what_the_operator_named_must_be_had(upstream: Upstream) -> None:
    """Issue 3, Live: out of reach is said."""
    gone = UrlSource(url=f"{upstream.url}/status/503")
    with pytest.raises(SourceError, match="503"):
        await unchanged((Part(digest="d"),), (gone,))


@pytest.mark.parametrize("parts", [(), (Part(), Part(uri=None, digest="d"))], ids=["none", "one not written down"])
async def test_what_cannot_be_asked_part_by_part_is_not_said_to_be_the_same(
    main: Source, parts: tuple[Part, ...]
) -> None:
    """It is loaded again then, and compared."""
    read_parts = tuple([await read(main) if part.uri == "" else part for part in parts])
    assert await unchanged(read_parts, (main,)) is None


async def test_a_part_does_not_lead_to_another_origin(
    main: Source, upstream: Upstream, other_upstream: Upstream
) -> None:
    """security.md: as when it was loaded; `--allow-remote-refs` opens it."""
    away = Answer(b"", status=302, headers=(("Location", f"{other_upstream.url}/part"),))
    other_upstream.answers["/part"] = Answer(b"[]")
    upstream.answers["/part"] = away
    parts = (await read(main), Part(uri=f"{upstream.url}/part", digest=digest(b"[]")))
    assert await unchanged(parts, (main,)) is None
    assert other_upstream.seen == []
    assert await unchanged(parts, (main,), allow_remote_refs=True) == parts


async def test_a_server_that_hangs_ends_at_the_deadline(
    main: Source, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """security.md 6: then it is loaded again, which says why that fails."""
    monkeypatch.setattr(again, "DEADLINE", 0.2)
    parts = (await read(main), Part(uri=f"{upstream.url}/hang", digest="d"))
    assert await unchanged(parts, (main,)) is None

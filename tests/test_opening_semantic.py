"""`--semantic` in app.py, serving.py and several.py: the index of what is served, and a start without the extra."""

import sys
from pathlib import Path
from typing import Any

import pytest
from support.hidden import Without
from support.upstream import Upstream

from openapi_mcp.config import Config, build_config
from openapi_mcp.embedding import load_model
from openapi_mcp.errors import ConfigError
from openapi_mcp.joining import open_several
from openapi_mcp.opening import open_app

pytestmark = pytest.mark.anyio

SUMMARIES = {
    "/volume": "Set the playback volume",
    "/markets": "Countries where it is available",
    "/next": "Skip a track",
}


def quiet(_text: str) -> None:
    """Say nothing."""


def document(upstream: Upstream) -> str:
    """Serve a document with these summaries and return its URL."""
    paths = {path: {"get": {"operationId": path[1:], "summary": said}} for path, said in SUMMARIES.items()}
    return upstream.serve({"openapi": "3.1.0", "info": {"title": "Player", "version": "1"}, "paths": paths})


def config(spec: str, **options: Any) -> Config:
    return build_config({"spec": spec, **options}, {}, Path("no-such-folder"))


@pytest.mark.parametrize(("options", "found"), [({}, []), ({"semantic": True}, ["markets"])])
async def test_what_is_served_is_searched_by_meaning_where_that_is_asked_for(
    upstream: Upstream, options: dict[str, Any], found: list[str]
) -> None:
    """Issue 6, Search quality: optional embeddings."""
    async with open_app(config(document(upstream), **options), quiet, {}) as app:
        hits = (await app.index()).search("Brazil", limit=1).hits
    assert [hit.tool for hit in hits] == found


async def test_several_apis_are_searched_by_meaning_together(upstream: Upstream) -> None:
    """Issue 6: the same search, whatever is served."""
    spec = document(upstream)
    several = build_config({"spec": [f"one={spec}", f"two={spec}"], "semantic": True}, {}, Path("no-such-folder"))
    async with open_several(several, quiet, {}) as apis:
        hits = (await apis.index()).search("Brazil", limit=2).hits
    assert {hit.tool for hit in hits} == {"one_markets", "two_markets"}


@pytest.mark.parametrize("opened", [open_app, open_several])
async def test_a_start_without_the_extra_ends_before_anything_is_fetched(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, opened: Any
) -> None:
    """design.md, Dependencies: what lacks its extra says how to add it; found out at once, not at the first search."""
    load_model.cache_clear()
    monkeypatch.setattr(sys, "meta_path", [Without("wordllama")])
    with pytest.raises(ConfigError, match=r"the extra \[semantic\]"):
        async with opened(config("http://127.0.0.1:9/nothing.json", semantic=True), quiet, {}):
            raise AssertionError("it is served")

"""The index of what is served: made when it is first asked for, kept for the next start, anew for another document."""

from pathlib import Path

import anyio
import pytest
from support.live import Told, put, yaml

from openapi_mcp import indexing, served
from openapi_mcp.app import App
from openapi_mcp.config import Config, build_config
from openapi_mcp.front import SUFFIX
from openapi_mcp.generator.stored import last_catalogue
from openapi_mcp.index.corpus import Corpus
from openapi_mcp.index.search import Index
from openapi_mcp.joining import open_several
from openapi_mcp.loading import load_catalogue
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import serve_catalogue
from openapi_mcp.server.keep import Keeper, SeveralKeeper, keepers

pytestmark = pytest.mark.anyio
NOWHERE = Path("no-such-folder")


def config(folder: Path, *apis: str, mode: str = "search", style: str = "full") -> Config:
    spec = [f"{name}={folder / name}.yaml" for name in apis] or [str(folder / "shop.yaml")]
    return build_config({"spec": spec if apis else spec[0], "mode": mode, "list_style": style}, {}, NOWHERE)


def found(index: Index, query: str) -> list[str]:
    """Return the tools that these words find, without the digest that ends their names."""
    return [hit.tool.rpartition("_")[0] for hit in index.search(query).hits]


async def test_an_index_is_made_once_for_all_that_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 6, Search quality: built lazily, so that it never delays the list."""
    put(tmp_path / "shop.yaml", yaml("/orders", "/users"))
    made: list[Index] = []
    make_index = indexing.make_index

    async def counted(corpus: Corpus, *, semantic: bool = False) -> Index:
        made.append(await make_index(corpus, semantic=semantic))
        return made[-1]

    monkeypatch.setattr(served, "make_index", counted)
    async with open_app(config(tmp_path), Told(), {}) as app:
        assert made == []
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(app.index)
        assert found(await app.index(), "users") == ["users"]
        assert len(made) == 1


async def test_another_document_has_another_index(tmp_path: Path) -> None:
    """Issue 3, Live: a changed document is served at once."""
    put(tmp_path / "shop.yaml", yaml("/orders"))
    async with open_app(config(tmp_path), Told(), {}) as app:
        assert found(await app.index(), "refunds") == []
        put(tmp_path / "shop.yaml", yaml("/refunds"))
        await serve_catalogue(app, config(tmp_path), await load_catalogue(config(tmp_path), Told(), {}), {})
        assert found(await app.index(), "refunds") == ["refunds"]


@pytest.mark.parametrize("mode", ["search", "tools"])
async def test_the_next_start_searches_without_the_document(tmp_path: Path, mode: str) -> None:
    """Issue 6, Search quality: cached; a list that is not searched keeps nothing, and can be searched all the same."""
    path = tmp_path / "kept" / f"key{SUFFIX}"
    put(tmp_path / "shop.yaml", yaml("/orders", "/users"))
    async with open_app(config(tmp_path, mode=mode), Told(), {}, last_good=path) as app:
        await Keeper(notice=Told(), path=path).keep(app)
        first = await app.corpus()
    (tmp_path / "shop.yaml").unlink()
    async with open_app(config(tmp_path, mode=mode), Told(), {}, last_good=path) as again:
        assert isinstance(again, App)
        assert again.stored is not None
        assert (again.stored.corpus() is not None) is (mode == "search")
        assert set((await again.corpus()).entries) == set(first.entries)
        assert found(await again.index(), "users") == ["users"]
        assert again.toolset.mode == mode


@pytest.mark.parametrize("several", [False, True])
async def test_what_describes_a_compact_list_asks_what_was_kept(tmp_path: Path, several: bool) -> None:
    """It tells of needs and yields, which are learnt once: from the kept ones at the next start."""
    path = tmp_path / "kept" / f"key{SUFFIX}"
    put(tmp_path / "shop.yaml", yaml("/orders"))
    of = config(tmp_path, *(("shop",) if several else ()), mode="tools", style="compact")
    if several:
        async with open_several(of, Told(), {}, path=path) as apis:
            assert apis.pages.tools(0)[1]["name"] == "describe_operations"
            await SeveralKeeper(keepers=keepers(of, Told(), path), notice=Told(), path=path).write(apis)
            (member,) = apis.members
            own = member.path
    else:
        async with open_app(of, Told(), {}, last_good=path) as app:
            await Keeper(notice=Told(), path=path).keep(app)
            own = path
    stored = last_catalogue(own)
    assert stored is not None
    assert stored.corpus() is not None
    stored.close()


async def test_several_apis_are_searched_together(tmp_path: Path) -> None:
    """Issue 6, Search mode: a client gets one list, and one search."""
    put(tmp_path / "shop.yaml", yaml("/orders"))
    put(tmp_path / "billing.yaml", yaml("/invoices"))
    both = config(tmp_path, "shop", "billing")
    path = tmp_path / "kept" / f"key{SUFFIX}"
    async with open_several(both, Told(), {}, path=path) as apis:
        assert apis.pages.tools(0)[0]["name"] == "search_operations"
        assert found(await apis.index(), "invoices and orders") == ["billing_invoices", "shop_orders"]
        assert await apis.index() is await apis.index()
        await SeveralKeeper(keepers=keepers(both, Told(), path), notice=Told(), path=path).write(apis)
        put(tmp_path / "billing.yaml", yaml("/refunds"))
        member = apis.members[1]
        assert member.app is not None
        new = await load_catalogue(member.config, Told(), {})
        await serve_catalogue(member.app, member.config, new, {})
        assert found(await apis.index(), "refunds") == ["billing_refunds"]
    for name in ("shop", "billing"):
        (tmp_path / f"{name}.yaml").unlink()
    async with open_several(both, Told(), {}, path=path, warm=True) as apis:
        assert found(await apis.index(), "invoices") == ["billing_invoices"]

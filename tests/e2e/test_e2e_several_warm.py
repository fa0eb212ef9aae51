"""A second start of several APIs: the list at once, calls from what was kept, and what has changed meanwhile."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.child import Child, running, serving_http
from support.live import put, yaml
from support.upstream import PATIENCE, Upstream, description

from openapi_mcp.front import SUFFIX

NAMES = ["shop_echo", "billing_echo", "read_result"]


def options(upstream: Upstream, other: Upstream, *paths: str) -> list[str]:
    """Return the options that serve two APIs, each from its own upstream."""
    shop = upstream.serve(description(*paths, server=upstream.url))
    billing = other.serve(description("/echo", server=other.url))
    return ["--spec", f"shop={shop}", "--spec", f"billing={billing}", "--bearer", "shop=s-secret"]


def listed(child: Child) -> list[str]:
    return [tool["name"] for tool in child.request("tools/list")["result"]["tools"]]


@contextmanager
def served(arguments: list[str], folder: Path, **environment: str) -> Iterator[Child]:
    """Yield a server over stdio whose client has shaken hands, and ends it as a client does."""
    kept = {"XDG_CACHE_HOME": str(folder / "cache"), **environment}
    with running("serve", *arguments, folder=folder, environment=kept) as child:
        child.open()
        yield child
        child.close_stdin()
        assert child.wait() == 0


def catalogues(folder: Path) -> list[Path]:
    return sorted((folder / "cache").rglob(f"*{SUFFIX}"))


def prepare(arguments: list[str], folder: Path) -> None:
    """Start once, and let it keep what it serves: a list, and a catalogue for each API."""
    with served(arguments, folder) as child:
        assert listed(child) == NAMES
    assert sorted(path.stem.partition("-")[2] for path in catalogues(folder)) == ["", "billing", "shop"]


def forget(*servers: Upstream) -> None:
    for server in servers:
        server.seen.clear()


def test_the_list_and_the_first_call_come_from_what_was_kept(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, At once: for several APIs too; no document has to be there."""
    arguments = options(upstream, other_upstream, "/echo")
    prepare(arguments, tmp_path)
    forget(upstream, other_upstream)
    upstream.document = other_upstream.document = b""
    with served(arguments, tmp_path) as child:
        assert listed(child) == NAMES
        assert child.call("shop_echo", n=1)["structuredContent"]["target"] == "/echo?n=1"
        assert child.call("billing_echo", n=2)["structuredContent"]["target"] == "/echo?n=2"
        for _ in range(2):
            child.wait_for_stderr("warning: (shop|billing): the last good document stays")
        assert not any(b"list_changed" in line for line in child.every_line)
    assert [seen.values("authorization") for seen in upstream.calls] == [["Bearer s-secret"]]
    assert [seen.values("authorization") for seen in other_upstream.calls] == [[]]


def test_the_list_comes_before_anything_heavy_is_imported(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, At once: front/ has what a client asks first."""
    arguments = options(upstream, other_upstream, "/echo")
    prepare(arguments, tmp_path)
    code = f"import sys; sys.modules['openapi_mcp.cli.main'] = None; sys.argv[1:] = {['serve', *arguments]!r}\n"
    program = [sys.executable, "-c", f"{code}from openapi_mcp.__main__ import main; main()"]
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with running(folder=tmp_path, environment=environment, program=program) as child:
        assert child.open()["result"]["capabilities"] == {"tools": {"listChanged": True}}
        assert listed(child) == NAMES


def test_no_file_that_is_kept_holds_a_secret(upstream: Upstream, other_upstream: Upstream, tmp_path: Path) -> None:
    """security.md: secrets reach no file."""
    prepare(options(upstream, other_upstream, "/echo"), tmp_path)
    assert not any(b"s-secret" in path.read_bytes() for path in catalogues(tmp_path))


def test_another_document_changes_the_list_behind_the_first_one(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, At once: then it is checked, and the change told; the next start lists it."""
    arguments = options(upstream, other_upstream, "/echo")
    prepare(arguments, tmp_path)
    options(upstream, other_upstream, "/echo", "/more")
    with served(arguments, tmp_path) as child:
        assert listed(child) == NAMES
        assert child.receive()["method"] == "notifications/tools/list_changed"
        assert listed(child) == ["shop_echo", "shop_more", *NAMES[1:]]
        assert not child.call("shop_more")["isError"]
        wait_until(lambda: lists_more(tmp_path))
    with served(arguments, tmp_path) as child:
        assert listed(child) == ["shop_echo", "shop_more", *NAMES[1:]]


def lists_more(folder: Path) -> bool:
    return all(b'"shop_more"' in path.read_bytes() for path in catalogues(folder) if "billing" not in path.stem)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline


def test_a_changed_file_is_not_listed_from_what_was_kept(tmp_path: Path) -> None:
    """Issue 3, At once: for a file its time and size tell."""
    for name in ("shop", "billing"):
        put(tmp_path / f"{name}.yaml", yaml("echo"))
    arguments = ["--spec", "shop=shop.yaml", "--spec", "billing=billing.yaml"]
    prepare(arguments, tmp_path)
    put(tmp_path / "billing.yaml", yaml("other"))
    with served(arguments, tmp_path) as child:
        assert listed(child) == ["shop_echo", "billing_other", "read_result"]


def test_an_api_whose_document_is_gone_is_served_as_it_was_last(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 3, Live: the last good document stays; over HTTP, where nothing else is kept; and it is asked for again."""
    arguments = options(upstream, other_upstream, "/echo")
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    with serving_http(*arguments, folder=tmp_path, environment=environment):
        wait_until(lambda: len(catalogues(tmp_path)) == 3)
    document, other_upstream.document = other_upstream.document, b""
    with serving_http(*arguments, folder=tmp_path, environment=environment) as (child, _):
        assert ": 3 tools of" not in child.stderr
        assert "2 tools of shop: Toys, billing: Toys, read-only" in child.stderr
        assert "warning: billing: the last good document stays" in child.stderr
        other_upstream.document = json.dumps(
            {**json.loads(document), "paths": description("/echo", "/more")["paths"]}
        ).encode()
        child.wait_for_stderr("billing: the document has changed: 2 tools now")


@pytest.mark.parametrize("more", [("--no-catalogue",), ()])
def test_nothing_is_kept_where_that_is_not_wanted(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path, more: tuple[str, ...]
) -> None:
    """design.md, Options."""
    with served([*options(upstream, other_upstream, "/echo"), *more], tmp_path) as child:
        assert listed(child) == NAMES
    assert (catalogues(tmp_path) == []) is bool(more)


def test_without_a_credentials_variable_the_start_says_so(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """design.md, Options: what a credential refers to has to be there; the other API is served."""
    arguments = [*options(upstream, other_upstream, "/echo")[:4], "--bearer", "shop=env:TOYS"]
    for _ in range(2):
        with served(arguments, tmp_path, TOYS="t") as child:
            assert listed(child) == NAMES
    with served(arguments, tmp_path) as child:
        assert listed(child) == NAMES[1:]
        child.wait_for_stderr("warning: the API 'shop' is not served, and is tried again: the environment variable")

"""What a document that was fetched leads to is no nearer than the document. Everything here is on loopback.

So that a document is a public one, the first addresses that are connected to are taken for public.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.upstream import Answer, Upstream, description

from openapi_mcp import peer
from openapi_mcp.errors import SourceError
from openapi_mcp.loader.again import unchanged
from openapi_mcp.loader.fetch import fetch
from openapi_mcp.loader.load import load
from openapi_mcp.loader.source import UrlSource
from openapi_mcp.model.address import Bounds, Reach, reach_of
from openapi_mcp.model.part import Part, digest
from openapi_mcp.model.url import Origin, origin

pytestmark = pytest.mark.anyio

First = Callable[..., None]


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> First:
    """Take the first addresses for what the test says, the others for what they are."""

    def are(*reaches: Reach) -> None:
        told = list(reaches)
        monkeypatch.setattr(peer, "reach_of", lambda address: told.pop(0) if told else reach_of(address))

    return are


def named(upstream: Upstream, path: str) -> str:
    """Return a URL that holds a name, not an address."""
    return f"{upstream.url.replace('127.0.0.1', 'localhost')}{path}"


def away(url: str) -> Answer:
    return Answer(b"", status=302, headers=(("Location", url),))


def own(url: str) -> frozenset[Origin]:
    found = origin(url)
    assert found is not None
    return frozenset((found,))


async def test_a_public_url_does_not_redirect_to_this_machine(
    upstream: Upstream, other_upstream: Upstream, first: First
) -> None:
    """issue: a public URL redirecting to 127.0.0.1 or 169.254.169.254 is refused, and hears nothing."""
    for target in (f"{other_upstream.url}/b", named(other_upstream, "/b"), "http://169.254.169.254/latest/meta-data/"):
        first(Reach.PUBLIC)
        upstream.answers["/a"] = away(target)
        with pytest.raises(SourceError) as raised:
            await fetch(UrlSource(url=f"{upstream.url}/a"))
        assert raised.value.message.startswith("not fetched: 1")
        assert raised.value.message.endswith(", and what leads there came from a public one")
        assert raised.value.hint
    assert other_upstream.seen == []


async def test_no_url_redirects_to_where_nobody_goes(upstream: Upstream) -> None:
    """issue: link-local addresses."""
    upstream.answers["/a"] = away("http://169.254.169.254/latest/meta-data/")
    with pytest.raises(SourceError) as raised:
        await fetch(UrlSource(url=f"{upstream.url}/a"))
    assert "169.254.169.254 is an address that no document may lead to" in raised.value.message


async def test_a_redirect_away_and_back_is_refused(upstream: Upstream, other_upstream: Upstream, first: First) -> None:
    """Our choice: who is further away decides what comes after it."""
    first(Reach.LOOPBACK, Reach.PUBLIC)
    upstream.answers["/a"] = away(f"{other_upstream.url}/b")
    other_upstream.answers["/b"] = away(named(upstream, "/admin"))
    with pytest.raises(SourceError):
        await fetch(UrlSource(url=f"{upstream.url}/a"))
    assert [seen.path for seen in upstream.seen] == ["/a"]


async def test_a_url_of_this_machine_may_redirect_to_this_machine(upstream: Upstream, other_upstream: Upstream) -> None:
    """Our choice: no nearer is allowed; what is typed may be anywhere."""
    upstream.answers["/a"] = away(f"{other_upstream.url}/b")
    other_upstream.answers["/b"] = Answer(b"{}")
    fetched = await fetch(UrlSource(url=f"{upstream.url}/a"))
    assert (fetched.data, fetched.reach) == (b"{}", Reach.LOOPBACK)


async def test_a_document_that_has_not_changed_is_no_further_away(upstream: Upstream) -> None:
    """RFC 9110 13."""
    upstream.has_etags = True
    upstream.answers["/a"] = Answer(b"{}")
    source = UrlSource(url=f"{upstream.url}/a")
    again = await fetch(source, known=(await fetch(source)).validators)
    assert (again.is_unchanged, again.reach) == (True, Reach.LOOPBACK)


def referring(url: str) -> dict[str, object]:
    """Return a description whose one operation takes what a URL describes."""
    document = description("/echo", server="/v1")
    document["paths"]["/echo"]["get"]["parameters"][0]["schema"] = {"$ref": url}
    return document


async def test_a_public_document_refers_to_nothing_on_this_machine(
    upstream: Upstream, other_upstream: Upstream, first: First
) -> None:
    """security.md 8: with --allow-remote-refs too. Its own origin the operator typed."""
    upstream.answers["/own.json"] = Answer(b'{"type": "integer"}')
    for url, is_refused in ((named(other_upstream, "/part.json"), True), (f"{upstream.url}/own.json", False)):
        first(Reach.PUBLIC)
        document = await load(upstream.serve(referring(url)), allow_remote_refs=True)
        assert document.reach is Reach.PUBLIC
        assert bool(document.problems) is is_refused
    assert other_upstream.seen == []


async def test_the_problem_says_why(upstream: Upstream, other_upstream: Upstream, first: First) -> None:
    """style.md, Errors: one operation of four hundred costs that operation."""
    first(Reach.PUBLIC)
    document = await load(upstream.serve(referring(f"{other_upstream.url}/part.json")), allow_remote_refs=True)
    assert document.problems[0].message == (
        "a referenced document cannot be fetched: not fetched: 127.0.0.1 is a loopback address, "
        "and what leads there came from a public one"
    )


async def test_a_reference_does_not_come_nearer_by_a_redirect(
    upstream: Upstream, other_upstream: Upstream, first: First
) -> None:
    """issue: including redirects of those."""
    first(Reach.PUBLIC, Reach.PUBLIC)
    other_upstream.answers["/part.json"] = away(named(other_upstream, "/admin").replace("localhost", "127.1"))
    document = await load(upstream.serve(referring(named(other_upstream, "/part.json"))), allow_remote_refs=True)
    assert document.problems
    assert [seen.path for seen in other_upstream.seen] == ["/part.json"]


async def test_a_document_of_this_machine_refers_to_this_machine(upstream: Upstream, other_upstream: Upstream) -> None:
    """Our choice: no nearer is allowed."""
    other_upstream.answers["/part.json"] = Answer(b'{"type": "integer"}')
    document = await load(upstream.serve(referring(named(other_upstream, "/part.json"))), allow_remote_refs=True)
    assert (document.problems, document.reach) == ((), Reach.LOOPBACK)


async def test_a_part_from_further_away_leads_no_nearer_than_itself(
    upstream: Upstream, other_upstream: Upstream, first: First
) -> None:
    """Our choice: the one who refers is the one who is judged; and who is furthest bounds the servers of all."""
    first(Reach.LOOPBACK, Reach.PUBLIC)
    other_upstream.answers["/part.json"] = Answer(f'{{"$ref": "{upstream.url}/admin.json"}}'.encode())
    document = await load(upstream.serve(referring(named(other_upstream, "/part.json"))), allow_remote_refs=True)
    assert document.problems
    assert document.reach is Reach.PUBLIC
    assert [seen.path for seen in upstream.seen] == ["/document.json"]


async def test_a_local_document_leads_anywhere(upstream: Upstream, tmp_path: Path) -> None:
    """Our choice: what stands on the operator's own disk is the operator's."""
    upstream.answers["/part.json"] = Answer(b'{"type": "integer"}')
    file = tmp_path / "api.json"
    file.write_text(json.dumps(referring(f"{upstream.url}/part.json")))
    document = await load(str(file), allow_remote_refs=True)
    assert (document.problems, document.reach) == ((), None)


async def test_what_was_refused_is_not_asked_whether_it_has_changed(upstream: Upstream) -> None:
    """A part that could not be had is asked for again: by the same bounds."""
    upstream.answers["/main"] = Answer(b"{}")
    source = UrlSource(url=named(upstream, "/main"))
    parts = (Part(uri="", digest=digest((await fetch(source)).data)), Part(uri=f"{upstream.url}/admin"))
    bounds = Bounds(reach=Reach.PUBLIC, exempt=own(source.url))
    found = await unchanged(parts, (source,), allow_remote_refs=True, bounds=bounds)
    assert found == parts
    assert [seen.path for seen in upstream.seen] == ["/main", "/main"]

"""A document from the internet does not make us call this machine; the operator may.

Everything is on loopback: the first address that is connected to is taken for a public one.
"""

import pytest
from conftest import Command
from support.upstream import Upstream, description

from openapi_mcp import peer
from openapi_mcp.model.address import Reach, reach_of


@pytest.fixture
def _public_document(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [Reach.PUBLIC]
    monkeypatch.setattr(peer, "reach_of", lambda address: told.pop() if told else reach_of(address))


@pytest.mark.usefixtures("_public_document")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433"])
def test_a_public_document_that_names_this_machine_calls_nothing(
    command: Command, upstream: Upstream, other_upstream: Upstream, host: str
) -> None:
    """security.md 6, 8; issue: refused before anything is sent, with what to do."""
    near = other_upstream.url.replace("127.0.0.1", host)
    ended = command("call", "--spec", upstream.serve(description("/echo", server=near)), "echo", "--json")
    error = ended.json["error"]
    assert (ended.status, error["kind"], error["retryable"]) == (2, "refused", False)
    assert error["message"] == (
        "nothing was sent: 127.0.0.1 is a loopback address, and what leads there came from a public one"
    )
    assert "--base-url URL" in error["hint"]
    assert other_upstream.seen == []


@pytest.mark.usefixtures("_public_document")
def test_a_base_url_says_that_it_is_right(command: Command, upstream: Upstream, other_upstream: Upstream) -> None:
    """Our choice: what the operator typed is the operator's."""
    spec = upstream.serve(description("/echo", server="http://127.0.0.1:9"))
    assert command("call", "--spec", spec, "--base-url", other_upstream.url, "echo").status == 0
    assert len(other_upstream.seen) == 1


@pytest.mark.usefixtures("_public_document")
def test_the_documents_own_origin_may_be_called(command: Command, upstream: Upstream) -> None:
    """Our choice: the operator typed it."""
    assert command("call", "--spec", upstream.serve(description("/echo", server="/v1")), "echo").status == 0


def test_a_document_of_this_machine_may_name_this_machine(
    command: Command, upstream: Upstream, other_upstream: Upstream
) -> None:
    """Our choice: a gateway on one port, the API on another."""
    assert (
        command("call", "--spec", upstream.serve(description("/echo", server=other_upstream.url)), "echo").status == 0
    )
    assert len(other_upstream.seen) == 1

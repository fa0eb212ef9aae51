"""The headers of a client's own request that go to the API."""

from typing import Any

import pytest
from support.links import KEY

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.call import Failure
from openapi_mcp.model.secret import Secret
from openapi_mcp.server.forward import Brought, Forward, read_forward
from openapi_mcp.shared.seal import Seal

BOTH = Forward(names=("X-Api-Key", "X-Tenant"))


def forward(*names: str, **given: Any) -> Forward:
    return read_forward(names, **{"is_optional": False, "is_authorization_ours": False, "apis": {}, **given})


def test_the_named_headers_are_taken_and_no_others() -> None:
    """security.md 9: nothing but what a per-caller option names."""
    sent = [(b"x-tenant", b" t1 "), (b"x-other", b"o"), (b"x-api-key", b"k"), (b"authorization", b"Bearer z")]
    assert BOTH.of(sent) == (("X-Api-Key", Secret("k")), ("X-Tenant", Secret("t1")))
    assert Forward().of(sent) == ()


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([(b"x-api-key", b"k")], "came without the header that says who calls: X-Tenant"),
        ([(b"x-api-key", b"k"), (b"x-tenant", b"  ")], "X-Tenant"),
        (
            [(b"x-api-key", b"k"), (b"x-tenant", b"a"), (b"x-tenant", b"a")],
            "X-Tenant, which goes to the API, came more",
        ),
        ([(b"x-api-key", b"k"), (b"x-tenant", "\xe9".encode("latin-1"))], "not ASCII"),
        ([(b"x-api-key", b"k"), (b"x-tenant", b"a\r\nx: y")], "not ASCII"),
        ([(b"x-api-key", b"k"), (b"x-tenant", b"a\0")], "not ASCII"),
    ],
)
def test_a_call_that_does_not_say_clearly_who_calls_is_refused(
    sent: list[tuple[bytes, bytes]], words: str, optional: bool
) -> None:
    """Issue 5, Per caller (a); security.md 5. Half of what is wanted is nobody, also where all of it may be missing."""
    failure = Forward(names=BOTH.names, is_optional=optional).of(sent)
    assert isinstance(failure, Failure)
    assert (failure.kind.value, failure.attempts) == ("unauthenticated", 0)
    assert words in failure.message
    assert failure.hint
    assert "a\r\n" not in failure.message


def brought(*sent: tuple[bytes, bytes], **given: Any) -> Brought:
    apis = {"a": ["X-A"], "b": ["X-A", "x-b"], "c": []}
    return forward("X-A", "X-B", apis=apis, **given).brought(sent)


def test_a_call_needs_what_its_own_api_asks_for_and_no_more() -> None:
    """Issue 5, Several APIs: one does not depend on the other."""
    assert set(brought().failures) == {"a", "b"}
    assert set(brought((b"x-b", b"2")).failures) == {"a", "b"}
    only = brought((b"x-a", b"1"))
    assert (set(only.failures), only.headers) == ({"b"}, (("X-A", Secret("1")),))
    assert "X-A" not in only.failures["b"].message
    both = brought((b"x-b", b"2"), (b"x-a", b"1"))
    assert (dict(both.failures), both.headers) == ({}, (("X-A", Secret("1")), ("x-b", Secret("2"))))
    assert dict(brought(is_optional=True).failures) == {}
    assert set(brought((b"x-b", b"2"), is_optional=True).failures) == {"b"}


def test_what_is_unusable_fails_the_calls_that_need_it_and_still_tells_callers_apart() -> None:
    """security.md 26: who brings something else is somebody else."""
    twice = brought((b"x-a", b"1"), (b"x-b", b"2"), (b"x-b", b"3"))
    assert (set(twice.failures), twice.headers) == ({"b"}, (("X-A", Secret("1")),))
    other = brought((b"x-a", b"1"), (b"x-b", b"2"), (b"x-b", b"4"))
    ordered = brought((b"X-B", b"2"), (b"x-b", b"3"), (b"x-other", b"o"), (b"x-a", b"1"))
    nothing = brought()
    ids = [Forward().id_of("", each.all) for each in (twice, other, ordered, nothing)]
    assert ids[2] == ids[0]
    assert len(set(ids)) == 3


def test_without_any_of_them_a_call_runs_only_where_that_was_said() -> None:
    """`--forward-optional`: then the server's own credentials are used."""
    assert isinstance(BOTH.of([]), Failure)
    assert Forward(names=BOTH.names, is_optional=True).of([]) == ()


@pytest.mark.parametrize(
    "name",
    [
        "Host", "content-length", "Content-Type", "CONNECTION", "Transfer-Encoding", "TE", "Upgrade", "Accept",
        "accept-language", "Origin", "Mcp-Session-Id", "MCP-Protocol-Version", "Proxy-Authorization", "Sec-Fetch-Site",
        "Expect", "Keep-Alive", ":authority",
    ],
)  # fmt: skip
def test_what_belongs_to_http_is_not_forwarded(name: str) -> None:
    """security.md 4."""
    with pytest.raises(ConfigError) as caught:
        forward(name)
    assert caught.value.where == "--forward"


@pytest.mark.parametrize("name", ["", "X Api", "X-Api:", "X-Äpi", "a\r\nb", "a(b)"])
def test_what_is_no_name_of_a_header_is_refused(name: str) -> None:
    """RFC 9110, 5.6.2."""
    with pytest.raises(ConfigError, match="not the name of a header"):
        forward(name)


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_the_endpoints_own_token_is_not_forwarded(name: str) -> None:
    """security.md 9: it never reaches the upstream."""
    with pytest.raises(ConfigError, match="carries this endpoint's own token"):
        forward(name, is_authorization_ours=True)
    assert forward(name).names == (name,)


def test_a_header_counts_once_and_cookies_may_go() -> None:
    """Header names have no case."""
    assert forward("Cookie", "X-Key", "x-key").names == ("Cookie", "x-key")


def test_optional_without_a_header_means_nothing() -> None:
    """Nothing is passed over in silence."""
    with pytest.raises(ConfigError, match="no header is forwarded"):
        forward(is_optional=True)


def test_an_id_tells_callers_apart_and_names_no_secret() -> None:
    """model/call.py, Caller: the same values are the same caller, in any case of their names."""
    one, same = (("X-Key", Secret("ab")), ("Y", Secret("c"))), (("x-key", Secret("ab")), ("y", Secret("c")))
    other = (("X-Key", Secret("a")), ("Y", Secret("bc")))
    id_of = Forward().id_of
    assert id_of("", one) == id_of("", same)
    assert len({id_of("", one), id_of("", other), id_of("ann", one), id_of("ann", ()), id_of("", ())}) == 5
    assert id_of("ann", ()) == "ann"


def test_replicas_with_one_key_know_a_caller_by_one_id() -> None:
    """Issue 9, Replicas: what is bound to a caller is found on each, and recorded as theirs; fleets differ."""
    brought = (("X-Key", Secret("ab")),)
    one, same, other = (forward("X-Key", key=seal.key("caller")) for seal in (Seal(KEY), Seal(KEY), Seal("o" * 40)))
    ids = [each.id_of("ann", brought) for each in (one, same, other, forward("X-Key"))]
    assert (ids[0], len(set(ids))) == (ids[1], 3)
    assert one.id_of("ann", ()) == "ann"
    assert repr(Seal(KEY).key("caller")) not in repr(one)

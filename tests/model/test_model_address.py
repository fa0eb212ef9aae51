"""How near an address is, whatever form it is written in, and what a document may lead to."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.address import Bounds, Reach, farthest, literal_reach, reach_of

LOOPBACK, PRIVATE, PUBLIC, NEVER = Reach


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", LOOPBACK), ("127.255.255.254", LOOPBACK), ("::1", LOOPBACK),
        ("10.0.0.1", PRIVATE), ("172.16.0.1", PRIVATE), ("172.31.255.255", PRIVATE), ("192.168.1.1", PRIVATE),
        ("100.64.0.1", PRIVATE), ("100.127.255.255", PRIVATE), ("198.18.0.1", PRIVATE),
        ("fc00::1", PRIVATE), ("fdff::1", PRIVATE),
        ("1.1.1.1", PUBLIC), ("172.15.255.255", PUBLIC), ("172.32.0.0", PUBLIC), ("100.63.255.255", PUBLIC),
        ("100.128.0.0", PUBLIC), ("223.255.255.255", PUBLIC), ("2606:4700::1111", PUBLIC), ("2a00::1", PUBLIC),
        ("169.254.169.254", NEVER), ("169.254.0.1", NEVER), ("fe80::1", NEVER), ("fe80::1%eth0", NEVER),
        ("febf::1", NEVER), ("fec0::1", NEVER),
        ("0.0.0.0", NEVER), ("0.1.2.3", NEVER), ("::", NEVER),
        ("224.0.0.1", NEVER), ("ff02::1", NEVER), ("240.0.0.1", NEVER), ("255.255.255.255", NEVER),
        ("192.0.2.1", NEVER), ("198.51.100.1", NEVER), ("203.0.113.1", NEVER), ("2001:db8::1", NEVER),
        ("3fff::1", NEVER), ("192.0.0.192", NEVER), ("192.88.99.1", NEVER), ("2001:10::1", NEVER), ("4000::1", NEVER),
        ("64:ff9b:1::7f00:1", NEVER),
        ("100.100.100.200", NEVER), ("168.63.129.16", NEVER), ("fd00:ec2::254", NEVER), ("fd20:ce::254", NEVER),
    ],
)  # fmt: skip
def test_each_address_leads_somewhere(address: str, expected: Reach) -> None:
    """issue: private and link-local addresses. RFC 6890, RFC 1918, RFC 4193, RFC 6598; where clouds keep secrets."""
    assert reach_of(address) is expected


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "2130706433", "0x7f.1", "1.2.3.4.5", "an unknown address"])
def test_what_is_no_address_leads_nowhere(text: str) -> None:
    """Our choice: the resolver makes addresses of names and numbers; nothing else is believed to be one."""
    assert reach_of(text) is NEVER


CARRIED = {
    "mapped": lambda inner: (0xFFFF << 32) | inner,
    "translated": lambda inner: (0xFFFF << 48) | inner,
    "NAT64": lambda inner: (0x64FF9B << 96) | inner,
    "6to4": lambda inner: (0x2002 << 112) | (inner << 80) | 1,
    "Teredo": lambda inner: (0x20010000 << 96) | (0x08080808 << 64) | (inner ^ 0xFFFFFFFF),
}


@pytest.mark.parametrize("form", CARRIED)
@given(inner=st.integers(0, 2**32 - 1))
def test_an_address_in_another_is_the_one_that_counts(form: str, inner: int) -> None:
    """Facts of security.md: IPv4-mapped IPv6 slips past hand-made filters (CVE-2026-42449)."""
    assert reach_of(str(IPv6Address(CARRIED[form](inner)))) is reach_of(str(IPv4Address(inner)))


@given(inner=st.integers(2, 2**32 - 1))
def test_an_ipv4_compatible_address_is_the_one_inside(inner: int) -> None:
    """RFC 4291 2.5.5.1: all of ::/96 but :: and ::1."""
    assert reach_of(str(IPv6Address(inner))) is reach_of(str(IPv4Address(inner)))


@given(st.integers(0, 2**128 - 1))
def test_every_ipv6_address_leads_somewhere(number: int) -> None:
    """Law: no address is an error."""
    assert reach_of(str(IPv6Address(number))) in Reach


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000/a", LOOPBACK), ("https://[::1]/", LOOPBACK), ("http://[fe80::1%25eth0]/", NEVER),
        ("http://u:p@10.0.0.1/", PRIVATE), ("http://localhost/", None), ("http://2130706433/", None),
        ("http:///a", None), ("http://[::1/", None),
    ],
)  # fmt: skip
def test_an_address_in_a_url_is_known_without_asking(url: str, expected: Reach | None) -> None:
    """Our choice: a number that is no address is one for the resolver, and judged when it is connected to."""
    assert literal_reach(url) is expected


@pytest.mark.parametrize(
    ("document", "allowed"),
    [
        (LOOPBACK, {LOOPBACK, PRIVATE, PUBLIC}),
        (PRIVATE, {PRIVATE, PUBLIC}),
        (PUBLIC, {PUBLIC}),
        (NEVER, {PUBLIC}),
        (None, {LOOPBACK, PRIVATE, PUBLIC, NEVER}),
    ],
)
def test_a_document_leads_no_nearer_than_it_is_itself(document: Reach | None, allowed: set[Reach]) -> None:
    """security.md 6 and 8: a remote document never reaches private addresses; a local one is the operator's own."""
    assert {reach for reach in Reach if Bounds(reach=document).allow(reach)} == allowed


def test_what_the_operator_typed_is_not_looked_at() -> None:
    """Our choice: whoever typed an address meant it."""
    typed, other = ("http", "127.0.0.1", 8000), ("http", "127.0.0.1", 8001)
    bounds = Bounds(reach=PUBLIC, exempt=frozenset((typed,)))
    assert [bounds.bind(typed), bounds.bind(other), bounds.bind(None)] == [False, True, True]
    assert not Bounds().bind(other)


def test_of_several_the_farthest_bounds() -> None:
    """Our choice: each part of a document may name a server; the part trusted least decides."""
    assert farthest(LOOPBACK, None, PUBLIC, PRIVATE) is PUBLIC
    assert farthest(None) is None

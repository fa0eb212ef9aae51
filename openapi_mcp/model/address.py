"""IP addresses by how near they are, and how near a document may lead: not nearer than it is itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from openapi_mcp.model.url import Origin

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network


class Reach(StrEnum):
    """Where an address leads, the nearest first: this machine, networks of our own, the internet; or nowhere we go."""

    LOOPBACK = "loopback"
    PRIVATE = "private"
    PUBLIC = "public"
    NEVER = "never"

    @property
    def rank(self) -> int:
        """Its place in that order."""
        return _ORDER.index(self)


_ORDER = tuple(Reach)


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(map(ip_network, texts))


_LOOPBACK = _networks("127.0.0.0/8", "::1/128")
_PRIVATE = _networks(
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # RFC 1918
    "100.64.0.0/10",  # RFC 6598: behind a carrier's NAT, and in overlay networks
    "198.18.0.0/15",  # RFC 2544: laboratories, and what proxies of a desktop answer for every name
    "fc00::/7",  # RFC 4193
)  # fmt: skip
_METADATA = _networks("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::/32")
"""Where clouds tell a machine its own secrets, beside 169.254.169.254, which is link-local."""
_NOWHERE = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "2001::/23", "2001:db8::/32", "3fff::/20",
)  # fmt: skip
"""The registries of special-purpose addresses (RFC 6890): this network, link-local, protocols, examples, multicast."""
_PUBLIC = _networks("0.0.0.0/0", "2000::/3")  # of IPv6 no more is given out


_CARRIES_IPV4 = _networks("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
"""With an IPv4 address at their end: compatible, mapped (RFC 4291 2.5.5), translated (RFC 2765), NAT64 (RFC 6052)."""


def reach_of(text: str) -> Reach:
    """Return where an address leads; what is no address leads nowhere.

    "::ffff:127.0.0.1" -> loopback, "100.64.0.1" -> private, "93.184.215.14" -> public, "169.254.169.254" -> never
    """
    try:
        address = _inside(ip_address(text.partition("%")[0]))
    except ValueError:
        return Reach.NEVER
    if _is_in(address, _LOOPBACK):
        return Reach.LOOPBACK
    if _is_in(address, _METADATA) or _is_in(address, _NOWHERE):
        return Reach.NEVER
    if _is_in(address, _PRIVATE):
        return Reach.PRIVATE
    return Reach.PUBLIC if _is_in(address, _PUBLIC) else Reach.NEVER


def _inside(address: _Address) -> _Address:
    """Return the IPv4 address that an IPv6 address carries, whichever way; else the address itself."""
    if isinstance(address, IPv4Address) or address in _LOOPBACK[1]:
        return address
    if _is_in(address, _CARRIES_IPV4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:  # RFC 4380: the server's, and the client's
        return address.teredo[1]
    return address.sixtofour or address  # RFC 3056


def _is_in(address: _Address, networks: Iterable[_Network]) -> bool:
    return any(address in network for network in networks)


def literal_reach(url: str) -> Reach | None:
    """Return where the address leads that stands in a URL; None for a name. "http://[::1]/" -> loopback."""
    try:
        host = urlsplit(url).hostname or ""
        ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return reach_of(host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How near what a document names may be: no nearer than the document. security.md 6 and 8.

    `reach` is the document's own, None where that sets no bounds: it is a local one. What the operator typed is
    `exempt`.
    """

    reach: Reach | None = None
    exempt: frozenset[Origin] = field(default_factory=frozenset)

    def bind(self, where: Origin | None) -> bool:
        """True where the address of an origin is to be looked at."""
        return self.reach is not None and where not in self.exempt

    def allow(self, named: Reach) -> bool:
        """True where a document may lead there; one from nowhere in particular leads to the internet only."""
        if self.reach is None:
            return True
        return named is not Reach.NEVER and named.rank >= min(self.reach.rank, Reach.PUBLIC.rank)


def farthest(*reaches: Reach | None) -> Reach | None:
    """Return the one of those known that is trusted least."""
    return max((reach for reach in reaches if reach is not None), key=lambda reach: reach.rank, default=None)

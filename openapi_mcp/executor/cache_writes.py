"""Which kept answers a write puts in doubt: those of what it wrote, of the collections above, and of what is below."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.url import Origin, origin

_TELLING = frozenset((404, 408, 409, 410, 412, 428))
"""Refusals that say that the state is another than was thought, or that leave open what was done."""
_MAX_URL = 8_000
_MOST_ABOVE = 50  # collections above one another
_FORMAT = re.compile(r"\.[a-z]{1,5}$")  # /orders/7.json is below /orders.json


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written, of an origin: the answers at one of these paths (`exactly`), and all `below` one of those."""

    where: str
    exactly: tuple[str, ...]
    below: tuple[str, ...]


def has_written(response: HttpResponse, *, is_unknown: bool) -> bool:
    """True where a write may have changed something: it was not refused, or an earlier attempt of it may have been.

    A refusal that tells of another state than was thought counts: what is kept may be what was thought.
    """
    if not 400 <= response.status < 500 or response.became_get:
        return True
    return is_unknown or response.status in _TELLING


def written(request: HttpRequest, response: HttpResponse | None) -> Written | None:
    """Return what a write puts in doubt: its own URL, and those that its answer names. RFC 9111, section 4.4."""
    where = origin(request.url)
    if where is None:
        return None
    named = _named(response) if response is not None else ()
    urls = (request.url, *(url for url in named if len(url) <= _MAX_URL and origin(url) == where))
    paths = tuple(dict.fromkeys(path_of(url) for url in urls))
    above = {part for path in paths for part in _above(path)}
    return Written(where=origin_text(where), exactly=tuple(sorted({*paths, *above})), below=paths)


def _named(response: HttpResponse) -> tuple[str, ...]:
    named = (response.header("location"), response.header("content-location"))
    return (response.url, *(joined for each in named if each and (joined := _joined(response.url, each))))


def _joined(base: str, location: str) -> str | None:
    try:
        return urljoin(base, location)
    except ValueError:  # "http://[": a host that is none
        return None


def path_of(url: str) -> str:
    """Return a path in the form that answers are told apart by, so that what is written differently is one thing.

    "https://host/Orders/7.json/?page=2" -> "/orders/7"; too much alike only drops too much.
    """
    parts = [part for part in unquote(urlsplit(url).path).casefold().split("/") if part not in ("", ".")]
    return "".join(f"/{part}" for part in (*parts[:-1], *(_FORMAT.sub("", part) for part in parts[-1:])))


def origin_text(where: Origin) -> str:
    """Return an origin as people write it: "https://api.example.com", with its port where that is not the usual one."""
    scheme, host, port = where
    name = f"[{host}]" if ":" in host else host
    is_usual = (scheme, port) in (("https", 443), ("http", 80))
    return f"{scheme}://{name}" if is_usual else f"{scheme}://{name}:{port}"


def _above(path: str) -> list[str]:
    """Return the paths above: "/users/5/orders" -> "/users/5", "/users"."""
    found: list[str] = []
    while len(found) < _MOST_ABOVE and (path := path.rpartition("/")[0]):
        found.append(path)
    return found

"""The example shop behind a proxy that notes each request and its answer; and what must hold of them in a run."""

import http.client
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from support.in_thread import QuietServer, WholeRequests, in_a_thread
from support.upstream import PATIENCE

if TYPE_CHECKING:
    from conftest import Shop

_KEPT = ("Accept", "Content-Type", "Authorization", "Host", "Idempotency-Key", "If-None-Match")
_ONE = re.compile(r"/api/(customers|products|orders)/([^/]+)/")
_WORD = re.compile(r"\w+")
_THINGS = {"customers": "customer", "products": "product", "orders": "order"}

Named = tuple[str, str]
"""A thing and its id: ("customer", "7")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A request that reached the shop, and its answer."""

    method: str
    target: str
    body: bytes
    status: int
    answer: bytes

    @property
    def path(self) -> str:
        """Its path."""
        return urlsplit(self.target).path

    @property
    def is_write(self) -> bool:
        """Whether it may have changed something."""
        return self.method not in ("GET", "HEAD")

    def ids(self) -> set[Named]:
        """Return what it names: in its path, its query, its body."""
        found = {(_THINGS[kind], number) for kind, number in _ONE.findall(self.path)}
        query = parse_qs(urlsplit(self.target).query)
        found |= {("customer", value) for value in query.get("customer", [])}
        return found | (set(_named(json.loads(self.body), "")) if self.body else set())

    def yields(self) -> set[Named]:
        """Return what its answer names."""
        try:
            found = json.loads(self.answer)
        except ValueError:
            return set()
        return set(_named(found, next((_THINGS[kind] for kind in _THINGS if f"/{kind}/" in self.path), "")))


def _named(value: Any, thing: str) -> Iterator[Named]:
    if isinstance(value, list):
        for each in value:
            yield from _named(each, thing)
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, dict | list):
                yield from _named(each, "" if key == "items" else thing)
            elif key in _THINGS.values() or (key == "id" and thing):
                yield (thing if key == "id" else key), str(each)


@dataclass(slots=True)
class Watched:
    """The proxy: `passed` is what reached the shop, but for its document."""

    shop: "Shop"
    server: QuietServer
    passed: list[Passed] = field(default_factory=list)

    @property
    def options(self) -> tuple[str, ...]:
        """The options that serve the shop through the proxy."""
        url = f"http://127.0.0.1:{self.server.server_address[1]}"
        return ("--spec", f"{url}/api/schema/", "--token", self.shop.token)

    @property
    def writes(self) -> list[Passed]:
        """What may have changed something."""
        return [passed for passed in self.passed if passed.is_write]


def repeated(passed: Sequence[Passed]) -> list[Named]:
    """Return the writes that were made more than once: method and target."""
    made = Counter((each.method, each.target, each.body) for each in passed if each.is_write)
    return [(method, target) for (method, target, _), times in made.items() if times > 1]


def ungiven(question: str, passed: Sequence[Passed]) -> list[Named]:
    """Return each id that was sent, and that neither the person's words nor an earlier answer of the shop held."""
    words = set(_WORD.findall(question))
    given: set[Named] = set()
    found: list[Named] = []
    for each in passed:
        found += [(thing, number) for thing, number in each.ids() - given if number not in words]
        if each.status < 300:
            given |= each.yields()
    return sorted(found)


@contextmanager
def running_watched(shop: "Shop") -> Iterator[Watched]:
    """Yield the proxy on a free port, stopped at the end."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.watched = Watched(shop, server)
    with in_a_thread(server):
        yield server.watched


def _ask(shop: "Shop", method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(urlsplit(shop.url).netloc, timeout=PATIENCE)
    try:
        connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    finally:
        connection.close()


class _Server(QuietServer):
    watched: Watched


class _Handler(WholeRequests):
    server: _Server

    def answer(self, body: bytes) -> None:
        headers = {name: self.headers[name] for name in _KEPT if name in self.headers}
        status, content_type, answer = _ask(self.server.watched.shop, self.command, self.path, headers, body)
        if not self.path.startswith("/api/schema"):
            noted = Passed(method=self.command, target=self.path, body=body, status=status, answer=answer)
            self.server.watched.passed.append(noted)
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        if status != 204:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

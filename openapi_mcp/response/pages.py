"""How to go on to the next page, where an answer says that there is one; what it does not say is not guessed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.document import Operation
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import MASK
from openapi_mcp.response.counts import Counts, by_count, gives_position
from openapi_mcp.response.cursors import (
    Taking,
    by_cursor,
    by_last_item,
    has_more,
    is_last_mark,
    says_more,
    takes_cursor,
)
from openapi_mcp.response.envelope import Fields, around, counts_in_headers, is_page, items_at, items_path
from openapi_mcp.response.links import next_url
from openapi_mcp.response.readback import Made, arguments_of, same_query_arguments, without_credentials

_BY_URL = frozenset({"GET", "HEAD"})  # a URL says where to read, never what to send there
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_READS = frozenset({"search", "query", "list", "find"})
_WRITES = frozenset(
    ("create", "add", "new", "insert", "update", "upsert", "delete", "remove", "save", "set", "make", "submit", "send",
     "start", "import", "copy", "move", "replace", "register")
)  # fmt: skip
_PAGED = frozenset({*_BY_URL, "POST", "QUERY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysOn:
    """The arguments of calls for the next page, the most trusted first, and its URL where the answer says that.

    All of them are worked out from what the upstream says: whoever makes one of these calls checks it as any other.
    """

    arguments: tuple[Mapping[str, Any], ...] = ()
    url: str | None = None


def ways_on(made: Made, response: HttpResponse, answer: Answer) -> WaysOn:
    """Return the ways on from an answer; none where it says that it is the last page, or says nothing.

    A call with {"page_size": 2} and {"count": 3, "next": "https://host/things?page=2&page_size=2", "results": [...]}
    -> arguments {"page_size": 2, "page": 2}, and the URL
    """
    if made.tool.operation.method not in _PAGED:
        return WaysOn()
    value = answer.value if answer.is_json else None
    places = around(value)
    said = next_url(response, places, says_more=says_more(made, places))
    if said.is_end:
        return WaysOn()
    url = said.url if made.tool.operation.method in _BY_URL else None
    path = items_path(value)
    items = (items_at(value, path) if path is not None else None) or []
    told = _Told(places=places, headers=counts_in_headers(response), items=items, is_page=is_page(value, path))
    found = [arguments for arguments in _found(made, url, told) if _is_news(made, arguments)]
    return WaysOn(arguments=tuple(found), url=without_credentials(url, made.dropped) if url else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What an answer tells: in its body, where that holds a list, and in its headers; counts are of a page only."""

    places: Sequence[Fields]
    headers: Fields
    items: Sequence[Any]
    is_page: bool

    def counts(self, more: bool | None) -> Counts:
        return Counts(places=(*self.places, self.headers), items=len(self.items), more=more)


def _found(made: Made, url: str | None, told: _Told) -> Iterator[dict[str, Any]]:
    if url is not None:
        yield from _by_url(made, url, told)
    more = has_more(told.places)
    if more is False or not (told.places or (told.is_page and told.headers)):
        return
    if not is_read(made.tool.operation):
        yield from by_cursor(made, told.places, more, Taking(is_page=False, only_made_for_marks=True))
        return
    is_placed = gives_position(made)
    yield from by_cursor(made, (*told.places, told.headers), more, Taking(is_page=told.is_page, only_given=is_placed))
    if told.is_page:
        yield from _by_items(made, told, more, is_placed=is_placed)


def _by_items(made: Made, told: _Told, more: bool | None, *, is_placed: bool) -> Iterator[dict[str, Any]]:
    if not is_placed:
        yield from by_last_item(made, told.items, more)
    if not takes_cursor(made) and (more or not is_last_mark(made, told.places)):
        yield from by_count(made, told.counts(more))


def _by_url(made: Made, url: str, told: _Told) -> Iterator[dict[str, Any]]:
    """Yield the arguments that a next URL stands for.

    Some APIs name the same list by another path (GitHub: /repositories/1/issues for /repos/me/mine/issues). Such a URL
    counts where that path ends as ours, and its query is just what the next page by number would ask for.
    """
    arguments = arguments_of(made, url)
    if arguments is not None:
        yield arguments
        return
    elsewhere = same_query_arguments(made, url)
    yield from (found for found in by_count(made, told.counts(True)) if found == elsewhere)


def is_read(operation: Operation) -> bool:
    """True for a call that is evidently a read: by its method, or a POST that searches by its name.

    POST /orders/search, POST /orders `listOrders` -> True; POST /orders, POST /lists `createList` -> False
    """
    if operation.method != "POST":
        return True
    segments = [segment for segment in operation.path.split("/") if segment and "{" not in segment]
    names = f"{segments[-1] if segments else ''} {operation.operation_id or ''}"
    found = {name.lower() for name in _WORDS.findall(names)}
    return bool(found & _READS) and not found & _WRITES


def _is_news(made: Made, arguments: Mapping[str, Any]) -> bool:
    """True for a call that is another one, and holds nothing that was masked in the answer."""
    changed = {name: value for name, value in arguments.items() if value != made.arguments.get(name)}
    return arguments != dict(made.arguments) and MASK not in write_json(changed)

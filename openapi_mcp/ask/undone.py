"""Whether a later write makes what an earlier one was answered stale: then the earlier one again is another write.

    PATCH /products/5 {"stock": 7}, the same with 8, the same with 7
    POST /orders -> {"id": 31}, DELETE /orders/31, POST /orders

Told by method and path alone. Two POSTs to one path are two things that were made, and take nothing back.
"""

from urllib.parse import parse_qsl, unquote, urlsplit

from openapi_mcp.ask.leaves import Leaf, folded, leaves, written
from openapi_mcp.index.entities import KEYS, is_wrapper, parse, singular
from openapi_mcp.model.chat import Answered

_NOTE = "_note"  # what we ourselves say of an answer, its headers among it
_ADDRESSES = ("location", "url", "href", "self", "uri")  # of what was made


def is_undone(earlier: str, later: str, first: Answered) -> bool:
    """Return whether a request, by its name (server/sent.py), may have been taken back by another one.

    `first` is what the earlier one was answered with: it says what it made.
    """
    if earlier == later:
        return False
    (method, at), (by, place) = _read(earlier), _read(later)
    if not at or not place or at[0] != place[0]:
        return False
    is_above, is_below = at[: len(place)] == place, place[: len(at)] == at
    if not (is_above or is_below):
        return False
    if method != "POST":
        return by != "POST" or is_below or method == "DELETE"
    return by == "DELETE" and _was_made(later, at, place[len(at) :], first)


def _was_made(later: str, at: list[str], below: list[str], first: Answered) -> bool:
    """True where a DELETE names what a POST has made, by its answer; or all of what it was made in."""
    named = [*below, *(value for _, value in parse_qsl(urlsplit(later.split(" ")[1]).query))]
    if not named:
        return True
    made = {folded(each) for leaf in leaves(first.value) for each in _ids(leaf, singular(at[-1].casefold()))}
    return any(folded(each) in made for each in named)


def _ids(leaf: Leaf, thing: str) -> list[str]:
    """Return what identifies the thing itself that was made; not the things within it, or those it belongs to."""
    within = leaf.place.split(".")[:-1]
    if leaf.is_key or "[]" in leaf.place or not all(_is_around(each, thing) for each in within):
        return []
    name, text = parse(leaf.field), written(leaf.value)
    if leaf.field in _ADDRESSES:
        return [each for each in text.split("/") if each][-1:]
    is_own = name.key in KEYS and (not name.words or thing in name.words)
    return [text] if is_own else []


def _is_around(name: str, thing: str) -> bool:
    return name == _NOTE or is_wrapper(name) or singular(name.casefold()) == thing


def _read(request: str) -> tuple[str, list[str]]:
    """Return the method of a request, and its host and the segments of its path; [] where they are not known."""
    method, _, rest = request.partition(" ")
    url = urlsplit(rest.partition(" ")[0])
    if not url.netloc:
        return method, []
    return method, [url.netloc, *(unquote(each) for each in url.path.split("/") if each)]

"""The URL of the next page, as an answer says it: in a Link header (RFC 8288), or in its body."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.response.envelope import Fields

LONGEST = 2_000  # characters of a URL or a cursor; what is longer is not taken
_LONGEST_HEADER = 20_000
NEXT_WORDS = (
    "next", "odatanextlink", "nextlink", "nexturl", "nextpageurl", "nextpagelink", "nextpageuri", "nexturi", "nexthref",
    "nextpage",
)  # fmt: skip
"""Where a body says the next URL, by plain words."""
_INNER = ("href", "url", "link", "uri")
_PAGING = frozenset({"next", "prev", "previous", "first", "last"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NextUrl:
    """What an answer says of a next URL: the URL, or that there is none because this is the last page."""

    url: str | None = None
    is_end: bool = False


def next_url(response: HttpResponse, places: Sequence[Fields], *, says_more: bool = False) -> NextUrl:
    """Return the URL of the next page, absolute: the Link header's, else the body's.

    `Link: <?page=2>; rel="next"` -> https://host/things?page=2; {"next": null} -> this is the end, unless the answer
    `says_more` in another way: {"next_url": null, "next_cursor": "abc", "has_more": true}
    """
    said = _in_header(response)
    if said.url is None and not said.is_end:
        said = _in_body(places)
        said = replace(said, is_end=said.is_end and not says_more)
    return NextUrl(url=_absolute(response.url, said.url), is_end=said.is_end)


def _absolute(base: str, url: str | None) -> str | None:
    if url is None or len(url) > LONGEST or not url.isprintable():
        return None
    try:
        return urljoin(base, url)
    except ValueError:
        return None


def _in_header(response: HttpResponse) -> NextUrl:
    text = ", ".join(value for name, value in response.headers if name.lower() == "link")[:_LONGEST_HEADER]
    found: dict[str, str] = {}
    for target, rels in links(text):
        for rel in rels & _PAGING:
            found.setdefault(rel, target)
    return NextUrl(url=found.get("next"), is_end=bool(found) and "next" not in found)


def links(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the target and the relation types of each link about this resource in a Link header (RFC 8288 section 3).

    '<a?b=1,2>; rel="next last"; title="x, y"' -> ("a?b=1,2", {"next", "last"}). One with an `anchor` is about another.
    """
    at = 0
    while (start := text.find("<", at)) >= 0 and (end := text.find(">", start)) >= 0:
        parameters, at = _parameters(text, end + 1)
        if "anchor" not in parameters:
            yield text[start + 1 : end].strip(), frozenset(parameters.get("rel", "").lower().split())


def _parameters(text: str, at: int) -> tuple[dict[str, str], int]:
    """Read `; name=value` pairs up to the comma that ends a link; the first of a name counts."""
    found: dict[str, str] = {}
    while at < len(text) and text[at] != ",":
        end = _end_of_parameter(text, at)
        name, _, value = text[at:end].strip(" \t;").partition("=")
        found.setdefault(name.strip().lower(), _unquoted(value.strip()))
        at = end + (end < len(text) and text[end] == ";")
    return found, at + 1


def _end_of_parameter(text: str, at: int) -> int:
    """Return where the next `;` or `,` outside of a quoted string is, or the end."""
    is_quoted = False
    while at < len(text):
        if is_quoted and text[at] == "\\":
            at += 1
        elif text[at] == '"':
            is_quoted = not is_quoted
        elif not is_quoted and text[at] in ";,":
            return at
        at += 1
    return len(text)


def _unquoted(value: str) -> str:
    if len(value) < 2 or value[0] != '"':
        return value
    plain, is_escaped = "", False
    for char in value[1:].removesuffix('"'):
        is_escaped = char == "\\" and not is_escaped
        plain += "" if is_escaped else char
    return plain


def _in_body(places: Sequence[Fields]) -> NextUrl:
    is_end = False
    for place in places:
        for name in NEXT_WORDS:
            url = _url_in(place.get(name))
            if url is not None:
                return NextUrl(url=url)
            is_end |= name in place and place[name] in (None, "")
    return NextUrl(is_end=is_end)


def _url_in(value: JsonValue) -> str | None:
    """Return a URL that stands as text or under `href`: "/a?page=2", {"href": "/a?page=2"}; None for a cursor."""
    if isinstance(value, dict):
        value = next((value[name] for name in _INNER if isinstance(value.get(name), str)), None)
    return value if isinstance(value, str) and is_url(value) else None


def is_url(text: str) -> bool:
    """True for what looks like a URL or a reference with a query, and not like a cursor."""
    return text.lower().startswith(("http://", "https://", "/", "?")) or ("?" in text and "=" in text)

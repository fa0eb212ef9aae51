"""The URL of the next page, as an answer says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.message import HttpResponse
from openapi_mcp.response.links import NextUrl, links, next_url

HOST = "https://api.example.com"

HEADERS: list[tuple[str, list[tuple[str, set[str]]]]] = [
    ('</a>; rel="next"', [("/a", {"next"})]),
    ("</a>;rel=next,</b>;rel=prev", [("/a", {"next"}), ("/b", {"prev"})]),
    ('</a?x=1,2;3>; rel="next last"', [("/a?x=1,2;3", {"next", "last"})]),
    ('< /a > ; title = "x, </z>; rel=\\"next\\"" ; REL = Next', [("/a", {"next"})]),
    ("</a>; rel=prev; rel=next", [("/a", {"prev"})]),
    ("</a>", [("/a", set())]),
    ('</a>; rel="next"; anchor="/other", </b>; rel=next', [("/b", {"next"})]),
    ('</a>; rel="next', [("/a", {"next"})]),
    ('</a>; rel="a\\\\b"', [("/a", {"a\\b"})]),
    ("</a>;;; rel=next;", [("/a", {"next"})]),
    ("</a; rel=next", []),
    ("rel=next", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "found"), HEADERS, ids=[text for text, _ in HEADERS])
def test_a_link_header_is_read_link_by_link(text: str, found: list[tuple[str, set[str]]]) -> None:
    """RFC 8288 section 3: several links, quoted parameters, the first `rel` counts, `anchor` is another's."""
    assert [(target, set(rels)) for target, rels in links(text)] == found


@given(st.text('<>;,"\\ =relnxt', max_size=60))
def test_any_header_is_read_to_its_end(text: str) -> None:
    """Hostile upstream: what is no link is passed over."""
    assert all("<" not in target or target in text for target, _ in links(text))


def said(*values: str, places: list[dict[str, object]] | None = None) -> NextUrl:
    headers = tuple(("lInK", value) for value in values)
    response = HttpResponse(status=200, url=f"{HOST}/v1/things?page=1", headers=headers)
    return next_url(response, places or [])  # type: ignore[arg-type]  # any object is JSON enough


def test_a_url_is_absolute() -> None:
    """RFC 8288 section 3.1: resolved against the response's URL."""
    assert said("<?page=2>; rel=next") == NextUrl(url=f"{HOST}/v1/things?page=2")
    assert said(places=[{"next": "//other/x"}]) == NextUrl(url="https://other/x")


def test_an_empty_next_url_is_not_the_end_where_something_else_says_more() -> None:
    """{"next_url": null, "next_cursor": "abc", "has_more": true}; a Link header is trusted all the same."""
    response = HttpResponse(status=200, url=f"{HOST}/v1/things")
    assert next_url(response, [{"nexturl": None}], says_more=True) == NextUrl()
    headed = HttpResponse(status=200, url=f"{HOST}/v1/things", headers=(("Link", "</a>; rel=prev"),))
    assert next_url(headed, [], says_more=True) == NextUrl(is_end=True)


def test_links_of_other_pages_without_a_next_one_say_that_this_is_the_last() -> None:
    """GitHub's last page names `prev` and `first` only."""
    assert said("</a>; rel=prev", "</b>; rel=first") == NextUrl(is_end=True)
    assert said("</a>; rel=preload", places=[{"next": "/b?page=2"}]) == NextUrl(url=f"{HOST}/b?page=2")
    assert said("</a>; rel=prev", places=[{"next": "/b?page=2"}]) == NextUrl(is_end=True)


def test_an_empty_next_url_says_that_this_is_the_last() -> None:
    """DRF: `null`; others an empty text."""
    assert [said(places=[{"next": value}]) for value in (None, "", 7, False, "cursor")] == [
        NextUrl(is_end=True),
        NextUrl(is_end=True),
        NextUrl(),
        NextUrl(),
        NextUrl(),
    ]

"""How an answer says that there is more, and the call that reads on."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import BASE_URL, Json, document, json_body, one_tool, parameter

from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.url import origin
from openapi_mcp.request.build import build_request
from openapi_mcp.response.decode import read_answer
from openapi_mcp.response.pages import WaysOn, ways_on
from openapi_mcp.response.readback import Made

THINGS = f"{BASE_URL}/things"
Headers = tuple[tuple[str, str], ...]


def query(name: str, kind: str = "integer", **schema: Any) -> Json:
    return parameter(name, schema={"type": kind, **schema})


def text(name: str) -> Json:
    return query(name, "string")


def listing(*parameters: Json, path: str = "/things", method: str = "get") -> Tool:
    return one_tool({"parameters": list(parameters)}, path=path, method=method)


def ways(
    tool: Tool,
    arguments: Json,
    body: Any,
    *,
    headers: Headers = (),
    url: str | None = None,
    dropped: frozenset[str] = frozenset(),
    redactor: Redactor | None = None,
    base_url: str = BASE_URL,
) -> WaysOn:
    """Return the ways on from an answer to a call."""
    request = build_request(tool, arguments, base_url)
    sent = HttpResponse(
        status=200,
        url=url or request.url,
        headers=(("Content-Type", "application/json"), *headers),
        body=json.dumps(body).encode() if body is not None else b"",
    )
    made = Made(tool=tool, arguments=arguments, url=request.url, dropped=tool.ignored | dropped)
    return ways_on(made, sent, read_answer(sent, redactor=redactor or Redactor()))


def next_arguments(*given: Any, **options: Any) -> Any:
    """Return the most trusted call's arguments, None where there is no way on."""
    found = ways(*given, **options).arguments
    return found[0] if found else None


def link(*links: str) -> Headers:
    return tuple(("Link", one) for one in links)


ITEMS = [{"id": 1}, {"id": 2}]
DRF = listing(query("page"), query("page_size"), text("search"))
JSON_API = listing(query("page[number]"), query("page[size]"), text("filter[name]"))
JSON_API_CURSOR = listing(text("page[after]"))
ODATA = listing(query("$skip"), query("$top"), text("$filter"), text("$skiptoken"))
STRIPE = listing(query("limit"), text("starting_after"), text("ending_before"))
SLACK = listing(text("cursor"), query("limit"))
KUBERNETES = listing(text("continue"), query("limit"))
GOOGLE = listing(text("pageToken"), query("maxResults"))
AIP = listing(text("page_token"), query("page_size"))
AWS = listing(text("NextToken"), query("MaxResults"))
S3 = listing(text("continuation-token"), text("marker"))
SPRING = listing(query("page"), query("size"))
LARAVEL = listing(query("page"), query("per_page"))
OFFSET = listing(query("offset"), query("limit"))
JIRA = listing(query("startAt"), query("maxResults"))
SCIM = listing(query("startIndex"), query("count"))
ZERO = listing(query("page", minimum=0), query("size", default=2))
ONE = listing(query("page", default=1), query("per_page", default=2))
AFTER = listing(text("after"), query("limit"))
BOTH = listing(text("cursor"), query("page"))
GRAPH = listing(text("after"), query("first"))

MORE: list[tuple[str, Tool, Json, Any, Headers, Json]] = [
    ("DRF page", DRF, {"page_size": 2, "search": "a b"},
     {"count": 3, "next": f"{THINGS}?page=2&page_size=2&search=a+b", "previous": None, "results": ITEMS}, (),
     {"page_size": 2, "search": "a b", "page": 2}),
    ("DRF limit and offset", OFFSET, {"limit": 2},
     {"count": 3, "next": f"{THINGS}?limit=2&offset=2", "previous": None, "results": ITEMS}, (),
     {"limit": 2, "offset": 2}),
    ("DRF cursor", SLACK, {}, {"next": f"{THINGS}?cursor=cD0y%2B", "results": ITEMS}, (), {"cursor": "cD0y+"}),
    ("GitHub", LARAVEL, {"per_page": 2}, ITEMS,
     link(f'<{THINGS}?per_page=2&page=2>; rel="next", <{THINGS}?per_page=2&page=9>; rel="last"'),
     {"per_page": 2, "page": 2}),
    ("GitHub, by the repository's number", LARAVEL, {"per_page": 2, "page": 3}, ITEMS,
     link('<https://api.example.com/repositories/1/things?per_page=2&page=4>; rel="next"'),
     {"per_page": 2, "page": 4}),
    ("a Link header that says more than one thing", LARAVEL, {}, ITEMS,
     link('</style.css>; rel=preload; as="a, b;c"', '<?page=2>; title="x, \\"<y>\\""; REL="last NEXT"'), {"page": 2}),
    ("GitLab", LARAVEL, {"page": 2}, ITEMS, (("X-Next-Page", "3"), ("X-Total-Pages", "4")), {"page": 3}),
    ("WordPress", LARAVEL, {"per_page": 2}, ITEMS, (("X-WP-Total", "5"), ("X-WP-TotalPages", "3")),
     {"per_page": 2, "page": 2}),
    ("X-Total-Count", OFFSET, {"limit": 2, "offset": 2}, ITEMS, (("X-Total-Count", "5"),), {"limit": 2, "offset": 4}),
    ("Content-Range", OFFSET, {"limit": 2}, ITEMS, (("Content-Range", "items 0-1/5"),), {"limit": 2, "offset": 2}),
    ("JSON:API", JSON_API, {"page[size]": 2, "filter[name]": "x"},
     {"data": ITEMS, "links": {"next": "/v1/things?filter%5Bname%5D=x&page%5Bnumber%5D=2&page%5Bsize%5D=2"}}, (),
     {"page[size]": 2, "filter[name]": "x", "page[number]": 2}),
    ("JSON:API with a link object", JSON_API_CURSOR, {},
     {"data": ITEMS, "links": {"next": {"href": f"{THINGS}?page[after]=abc", "meta": {}}}}, (), {"page[after]": "abc"}),
    ("HAL", LARAVEL, {}, {"_embedded": {"things": ITEMS}, "_links": {"next": {"href": "/v1/things?page=2"}}}, (),
     {"page": 2}),
    ("OData 4", ODATA, {"$top": 2, "$filter": "a eq 1"},
     {"@odata.context": "x", "value": ITEMS, "@odata.nextLink": f"{THINGS}?$top=2&$filter=a%20eq%201&$skiptoken=z"}, (),
     {"$top": 2, "$filter": "a eq 1", "$skiptoken": "z"}),
    ("OData 3", ODATA, {}, {"value": ITEMS, "odata.nextLink": "things?$skip=2"}, (), {"$skip": 2}),
    ("OData counts", ODATA, {"$top": 2}, {"@odata.count": 5, "value": ITEMS}, (), {"$top": 2, "$skip": 2}),
    ("Azure", ODATA, {}, {"value": ITEMS, "nextLink": f"{THINGS}?$skiptoken=z"}, (), {"$skiptoken": "z"}),
    ("Facebook", AFTER, {"limit": 2},
     {"data": ITEMS, "paging": {"cursors": {"before": "a", "after": "b"}, "next": f"{THINGS}?limit=2&after=b"}}, (),
     {"limit": 2, "after": "b"}),
    ("HubSpot", AFTER, {"limit": 2},
     {"results": ITEMS, "paging": {"next": {"after": "2", "link": "https://elsewhere.example.com/things?after=2"}}}, (),
     {"limit": 2, "after": "2"}),
    ("Asana", listing(text("offset"), query("limit")), {"limit": 2},
     {"data": ITEMS, "next_page": {"offset": "eyJ0", "path": "/x", "uri": "https://elsewhere.example.com/x"}}, (),
     {"limit": 2, "offset": "eyJ0"}),
    ("Stripe", STRIPE, {"limit": 2}, {"object": "list", "data": ITEMS, "has_more": True, "url": "/v1/things"}, (),
     {"limit": 2, "starting_after": "2"}),
    ("Slack", SLACK, {"limit": 2}, {"ok": True, "members": ITEMS, "response_metadata": {"next_cursor": "dGVhbQ=="}}, (),
     {"limit": 2, "cursor": "dGVhbQ=="}),
    ("Kubernetes", KUBERNETES, {"limit": 2},
     {"kind": "PodList", "metadata": {"continue": "eyJ2", "remainingItemCount": 3}, "items": ITEMS}, (),
     {"limit": 2, "continue": "eyJ2"}),
    ("Google", GOOGLE, {"maxResults": 2}, {"kind": "things", "nextPageToken": "CAIQAA", "items": ITEMS}, (),
     {"maxResults": 2, "pageToken": "CAIQAA"}),
    ("Google, snake case", AIP, {}, {"things": ITEMS, "next_page_token": "t"}, (), {"page_token": "t"}),
    ("AWS", AWS, {"NextToken": "a"}, {"Things": ITEMS, "NextToken": "b"}, (), {"NextToken": "b"}),
    ("AWS, an envelope", AWS, {}, {"payload": {"Orders": ITEMS, "NextToken": "b"}}, (), {"NextToken": "b"}),
    ("S3", S3, {}, {"Contents": ITEMS, "IsTruncated": True, "NextContinuationToken": "c"}, (),
     {"continuation-token": "c"}),
    ("S3, the first version", S3, {}, {"Contents": ITEMS, "IsTruncated": True, "NextMarker": "m"}, (), {"marker": "m"}),
    ("Twitter", listing(text("pagination_token")), {}, {"data": ITEMS, "meta": {"next_token": "7140"}}, (),
     {"pagination_token": "7140"}),
    ("Reddit", AFTER, {}, {"kind": "Listing", "data": {"children": ITEMS, "after": "t3_x", "before": None}}, (),
     {"after": "t3_x"}),
    ("Cloudflare", SLACK, {}, {"result": ITEMS, "result_info": {"cursors": {"after": "yC"}, "count": 2}}, (),
     {"cursor": "yC"}),
    ("Square", SLACK, {}, {"payments": ITEMS, "cursor": "abc"}, (), {"cursor": "abc"}),
    ("OpenAI", AFTER, {}, {"object": "list", "data": ITEMS, "last_id": "2", "has_more": True}, (), {"after": "2"}),
    ("Relay", GRAPH, {"first": 2}, {"nodes": ITEMS, "page_info": {"has_next_page": True, "end_cursor": "Y3"}}, (),
     {"first": 2, "after": "Y3"}),
    ("a number as mark", listing(query("cursor")), {}, {"items": ITEMS, "next_cursor": 1374}, (), {"cursor": 1374}),
    ("the next page by number", LARAVEL, {"page": 2}, {"items": ITEMS, "next_page": 3}, (), {"page": 3}),
    ("Pipedrive", listing(query("start")), {},
     {"data": ITEMS, "additional_data": {"pagination": {"more_items_in_collection": True, "next_start": 2}}}, (),
     {"start": 2}),
    ("Spring", SPRING, {"size": 2},
     {"content": ITEMS, "last": False, "first": True, "number": 0, "size": 2, "totalPages": 3, "totalElements": 5}, (),
     {"size": 2, "page": 1}),
    ("Spring, the page before the last", SPRING, {"page": 1},
     {"content": ITEMS, "page": {"size": 2, "number": 1, "totalElements": 5, "totalPages": 3}}, (), {"page": 2}),
    ("Spring that counts from one", SPRING, {"page": 2},
     {"content": ITEMS, "page": {"size": 2, "number": 1, "totalElements": 5, "totalPages": 3}}, (), {"page": 3}),
    ("Spring HATEOAS", SPRING, {},
     {"_embedded": {"things": ITEMS}, "page": {"size": 2, "number": 0, "totalElements": 5, "totalPages": 3}}, (),
     {"page": 1}),
    ("Laravel", LARAVEL, {"page": 2},
     {"current_page": 2, "data": ITEMS, "last_page": 3, "next_page_url": f"{THINGS}?page=3", "per_page": 2, "total": 5},
     (), {"page": 3}),
    ("Laravel resources", LARAVEL, {},
     {"data": ITEMS, "links": {"first": "/a", "next": None}, "meta": {"current_page": 1, "last_page": 3}},
     link(f'<{THINGS}?page=2>; rel="next"'), {"page": 2}),
    ("Jira", JIRA, {"maxResults": 2}, {"startAt": 0, "maxResults": 2, "total": 5, "values": ITEMS}, (),
     {"maxResults": 2, "startAt": 2}),
    ("Jira, by a word", JIRA, {"startAt": 2}, {"startAt": 2, "isLast": False, "values": ITEMS}, (), {"startAt": 4}),
    ("SCIM", SCIM, {}, {"totalResults": 5, "startIndex": 1, "itemsPerPage": 2, "Resources": ITEMS}, (),
     {"startIndex": 3}),
    ("SCIM without its place", SCIM, {}, {"totalResults": 3, "Resources": ITEMS}, (), {"startIndex": 3}),
    ("FastAPI pagination", ONE, {}, {"items": ITEMS, "total": 5, "page": 1, "size": 2, "pages": 3}, (), {"page": 2}),
    ("a total and a size", ONE, {"page": 2}, {"items": ITEMS, "total": 5, "page": 2, "per_page": 2}, (), {"page": 3}),
    ("a total and the size asked for", ONE, {"page": 2, "per_page": 2}, {"items": ITEMS, "total": 5}, (),
     {"page": 3, "per_page": 2}),
    ("a total and the size by default", ONE, {"page": 2}, {"items": ITEMS, "total": 5}, (), {"page": 3}),
    ("pages from zero", ZERO, {}, {"items": ITEMS, "total_pages": 2}, (), {"page": 1}),
    ("pages from zero, by the answer", SPRING, {}, {"items": ITEMS, "page": 0, "total_pages": 2}, (), {"page": 1}),
    ("pages from zero, by the call", SPRING, {"page": 0}, {"items": ITEMS, "total_pages": 2}, (), {"page": 1}),
    ("a page as text", listing(text("page")), {"page": "1"}, {"items": ITEMS, "has_next": True}, (), {"page": "2"}),
    ("an offset by default", listing(query("offset", default=0)), {}, {"items": ITEMS, "total": 3}, (), {"offset": 2}),
    ("Elasticsearch-like hits", OFFSET, {}, {"hits": {"total": 5, "hits": ITEMS}}, (), {"offset": 2}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "arguments", "body", "headers", "expected"), [case[1:] for case in MORE], ids=[case[0] for case in MORE]
)
def test_where_there_is_more_the_next_call_is_known(
    tool: Tool, arguments: Json, body: Any, headers: Headers, expected: Json
) -> None:
    """Issue 4, Pages: what the answer shows; the call's own arguments stay."""
    named = {binding.name: binding.argument for binding in tool.bindings}
    given = {named[name]: value for name, value in arguments.items()}
    found = next_arguments(tool, given, body, headers=headers)
    assert found == {named[name]: value for name, value in expected.items()}
    assert [type(value) for value in found.values()] == [type(expected[name]) for name in _wire_names(tool, found)]


def _wire_names(tool: Tool, arguments: Json) -> list[str]:
    named = {binding.argument: binding.name for binding in tool.bindings}
    return [named[argument] for argument in arguments]


LAST: list[tuple[str, Tool, Json, Any, Headers]] = [
    ("DRF", DRF, {"page": 2, "page_size": 2}, {"count": 3, "next": None, "previous": "/x", "results": [{}]}, ()),
    ("DRF limit and offset", OFFSET, {"offset": 2}, {"count": 9, "next": None, "previous": "/x", "results": [{}]}, ()),
    ("GitHub", LARAVEL, {"page": 9}, ITEMS, link(f'<{THINGS}?page=8>; rel="prev", <{THINGS}?page=1>; rel="first"')),
    ("GitLab", LARAVEL, {"page": 4}, ITEMS, (("X-Next-Page", ""), ("X-Total-Pages", "4"))),
    ("X-Total-Count", OFFSET, {"offset": 4}, [{}], (("X-Total-Count", "5"),)),
    ("Content-Range", OFFSET, {"offset": 3}, ITEMS, (("Content-Range", "items 3-4/5"),)),
    ("Content-Range of bytes", OFFSET, {}, ITEMS, (("Content-Range", "bytes 0-1/5"),)),
    ("JSON:API", JSON_API, {}, {"data": ITEMS, "links": {"self": "/x", "next": None}}, ()),
    ("JSON:API without the word", JSON_API, {}, {"data": ITEMS, "links": {"self": "/x", "prev": "/y"}}, ()),
    ("HAL", LARAVEL, {}, {"_embedded": {"things": ITEMS}, "_links": {"self": {"href": "/v1/things"}}}, ()),
    ("OData", ODATA, {}, {"value": ITEMS}, ()),
    ("OData counts", ODATA, {"$skip": 3}, {"@odata.count": 5, "value": ITEMS}, ()),
    ("Azure", ODATA, {}, {"value": ITEMS, "nextLink": ""}, ()),
    ("Facebook", AFTER, {"after": "a"}, {"data": ITEMS, "paging": {"cursors": {"before": "b", "after": "c"}}}, ()),
    ("HubSpot", AFTER, {"after": "2"}, {"results": ITEMS}, ()),
    ("Asana", listing(text("offset")), {"offset": "e"}, {"data": ITEMS, "next_page": None}, ()),
    ("Stripe", STRIPE, {}, {"data": ITEMS, "has_more": False}, ()),
    ("Stripe, empty", STRIPE, {}, {"data": [], "has_more": True}, ()),
    ("Stripe, items without ids", STRIPE, {}, {"data": ["a"], "has_more": True}, ()),
    ("Slack", SLACK, {"cursor": "a"}, {"members": ITEMS, "response_metadata": {"next_cursor": ""}}, ()),
    ("Kubernetes", KUBERNETES, {"continue": "a"}, {"metadata": {"continue": ""}, "items": ITEMS}, ()),
    ("Kubernetes, no word", KUBERNETES, {"continue": "a"}, {"metadata": {"resourceVersion": "1"}, "items": ITEMS}, ()),
    ("Google", GOOGLE, {"pageToken": "a"}, {"items": ITEMS}, ()),
    ("Google, empty", AIP, {"page_token": "a"}, {"items": ITEMS, "next_page_token": ""}, ()),
    ("AWS", AWS, {"NextToken": "b"}, {"Things": ITEMS}, ()),
    ("AWS, null", AWS, {"NextToken": "b"}, {"Things": ITEMS, "NextToken": None}, ()),
    ("AWS, the same again", AWS, {"NextToken": "b"}, {"Things": ITEMS, "NextToken": "b"}, ()),
    ("S3", S3, {}, {"Contents": ITEMS, "IsTruncated": False, "NextMarker": "m"}, ()),
    ("Reddit", AFTER, {"after": "a"}, {"data": {"children": ITEMS, "after": None, "before": "t3_a"}}, ()),
    ("Cloudflare", SLACK, {"cursor": "a"}, {"result": ITEMS, "result_info": {"cursors": {"after": ""}}}, ()),
    ("OpenAI", AFTER, {}, {"data": ITEMS, "last_id": "2", "has_more": False}, ()),
    ("OpenAI, no word of more", AFTER, {}, {"data": ITEMS, "last_id": "2"}, ()),
    ("Relay", GRAPH, {}, {"nodes": ITEMS, "pageInfo": {"hasNextPage": False, "endCursor": "Y3"}}, ()),
    ("Twitter's zero", listing(query("cursor")), {}, {"ids": ITEMS, "next_cursor": 0}, ()),
    ("a cursor's end beside a total", BOTH, {}, {"items": ITEMS, "total": 9, "next_cursor": None}, ()),
    ("a cursor that came to its end beside a total", BOTH, {"cursor": "z"}, {"items": ITEMS, "total": 9}, ()),
    ("Spring", SPRING, {"page": 2}, {"content": ITEMS, "last": True, "number": 2, "totalPages": 9}, ()),
    ("Spring by numbers", SPRING, {"page": 2}, {"content": ITEMS, "page": {"number": 2, "totalPages": 3}}, ()),
    ("Laravel", LARAVEL, {"page": 3}, {"current_page": 3, "data": ITEMS, "last_page": 3, "next_page_url": None}, ()),
    ("Jira", JIRA, {"startAt": 3}, {"startAt": 3, "maxResults": 2, "total": 5, "values": ITEMS}, ()),
    ("SCIM", SCIM, {"startIndex": 4}, {"totalResults": 5, "Resources": ITEMS}, ()),
    ("FastAPI pagination", ONE, {"page": 3}, {"items": [{}], "total": 5, "page": 3, "size": 2, "pages": 3}, ()),
    ("the last by total", ONE, {"page": 3}, {"items": [{}], "total": 5}, ()),
    ("pages from zero", ZERO, {"page": 1}, {"items": ITEMS, "total_pages": 2}, ()),
    ("a total, no size", DRF, {"page": 2}, {"items": ITEMS, "total": 5}, ()),
    ("as many as counted", DRF, {}, {"items": ITEMS, "count": 2}, ()),
    ("a total that is nonsense", OFFSET, {}, {"items": ITEMS, "total": -1}, ()),
    ("a total that is no number", OFFSET, {}, {"items": ITEMS, "total": True}, ()),
    ("an empty page", OFFSET, {"offset": 4}, {"items": [], "total": 9}, ()),
    ("counts without a list", OFFSET, {}, {"total": 9, "next_cursor": "x", "next": "/v1/things?offset=2"}, ()),
    ("several lists", OFFSET, {}, {"cats": ITEMS, "dogs": ITEMS, "total": 9}, ()),
    ("a scalar", OFFSET, {}, 7, (("X-Total-Count", "9"),)),
    ("no argument that goes on", listing(text("q")), {}, {"items": ITEMS, "total": 9, "next_cursor": "x"}, ()),
    ("two that may", listing(text("after"), text("marker")), {}, {"items": ITEMS, "next_cursor": "x"}, ()),
    ("a number is no cursor", listing(text("cursor")), {}, {"items": ITEMS, "next_page": 2}, ()),
    ("a page that is given elsewhere", BOTH, {"page": 1}, {"items": ITEMS, "next_cursor": "x"}, ()),
    ("a cursor of the wrong kind", listing(query("cursor")), {}, {"items": ITEMS, "next_cursor": "x1"}, ()),
    ("a cursor too long", SLACK, {}, {"items": ITEMS, "next_cursor": "x" * 2001}, ()),
    ("a cursor with a control character", SLACK, {}, {"items": ITEMS, "next_cursor": "a\nb"}, ()),
    ("a cursor that is an object", SLACK, {}, {"items": ITEMS, "LastEvaluatedKey": {"id": {"S": "1"}}}, ()),
    ("a cursor of endless digits", SLACK, {}, {"items": ITEMS, "next_cursor": 10**40}, ()),
    ("words too deep", SLACK, {}, {"items": ITEMS, "meta": {"meta": {"meta": {"meta": {"next_cursor": "x"}}}}}, ()),
    ("a word that the argument cannot take", listing(query("page", "boolean")), {}, {"items": ITEMS, "more": True}, ()),
    ("words after two hundred others", SLACK, {}, {**{f"k{n}": ITEMS for n in range(200)}, "next_cursor": "x"}, ()),
    ("Stripe backwards", STRIPE, {"ending_before": "9"}, {"data": ITEMS, "has_more": True}, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "arguments", "body", "headers"), [case[1:] for case in LAST], ids=[case[0] for case in LAST]
)
def test_where_there_is_no_more_or_none_is_said_there_is_no_call(
    tool: Tool, arguments: Json, body: Any, headers: Headers
) -> None:
    """design.md: derive, never invent."""
    named = {binding.name: binding.argument for binding in tool.bindings}
    given = {named[name]: value for name, value in arguments.items()}
    assert ways(tool, given, body, headers=headers) == WaysOn()


UNIX = 1_700_000_000
RANGE = listing(
    query("start", "string", format="date-time"), query("end", "string", format="date-time"), text("cursor")
)
DAY = {"start": "2024-01-01T00:00:00Z", "end": "2024-01-02T00:00:00Z"}
START = listing(query("start"), query("limit"))
BOOKMARK = listing(text("bookmark"))
NOT_PAGES: list[tuple[str, Tool, Json, Any]] = [
    ("a time that is given", RANGE, DAY, {"data": ITEMS, "has_more": True}),
    ("a unix time that is given", START, {"start": UNIX}, {"data": ITEMS, "has_more": True}),
    ("a unix time that is said", START, {}, {"data": ITEMS, "start": UNIX, "has_more": True}),
    ("a unix time by its format", listing(query("start", format="unix-time")), {}, {"data": ITEMS, "has_more": True}),
    ("the start of a range", listing(query("start"), query("end")), {}, {"data": ITEMS, "has_more": True}),
    ("a time that is not given", listing(text("start")), {}, {"items": ITEMS, "total": 500}),
    ("a page with a name", listing(text("page")), {"page": "home"}, {"items": ITEMS, "total": 500}),
    ("a time zone", listing(text("offset")), {"offset": "+02:00"}, {"items": ITEMS, "total": 500}),
    ("a fraction", listing(query("offset", "number")), {"offset": 5.5}, {"items": ITEMS, "total": 500}),
    ("an offset behind the total", OFFSET, {"offset": 900}, {"items": ITEMS, "total": 500, "has_more": True}),
    ("a book", LARAVEL, {}, {"title": "x", "pages": 300, "authors": ["a"]}),
    ("a book without title", LARAVEL, {}, {"pages": 300, "authors": [{"first": "a"}]}),
    ("a reader", BOOKMARK, {}, {"id": 5, "bookmark": "chapter 3", "tags": ["a"]}),
    ("a reader without id", BOOKMARK, {}, {"bookmark": "chapter 3", "tags": ["a"]}),
    ("an order", OFFSET, {}, {"id": 7, "items": ITEMS, "total": 50}),
    ("an order in an envelope", OFFSET, {}, {"data": {"id": 7, "items": ITEMS, "total": 50}}),
    ("a filter said again", AFTER, {"after": "2024-01-01"}, {"items": ITEMS, "after": "2024-01-01T00:00:00Z"}),
    ("a filter in another case", AFTER, {"after": "ABC"}, {"items": ITEMS, "after": "abc"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "arguments", "body"), [case[1:] for case in NOT_PAGES], ids=[case[0] for case in NOT_PAGES]
)
def test_a_filter_or_a_field_of_one_thing_makes_no_next_call(tool: Tool, arguments: Json, body: Any) -> None:
    """design.md: derive, never invent. The caller's filter stays as it was given."""
    assert ways(tool, arguments, body) == WaysOn()


def test_a_cursor_that_is_named_leaves_the_range_that_was_asked_for() -> None:
    """`start` is a time here, and no offset."""
    body = {"data": ITEMS, "has_more": True, "next_cursor": "c2"}
    assert ways(RANGE, DAY, body) == WaysOn(arguments=({**DAY, "cursor": "c2"},))


def test_one_thing_may_name_the_next_page_of_its_list() -> None:
    """`next_cursor` says what it is."""
    assert next_arguments(SLACK, {}, {"id": 7, "replies": ITEMS, "next_cursor": "c"}) == {"cursor": "c"}


def test_of_two_lists_that_look_like_pages_the_next_page_is_told() -> None:
    """Which of them goes on is for who joins them."""
    assert next_arguments(DRF, {}, {"cats": ITEMS, "dogs": ITEMS, "total_pages": 2}) == {"page": 2}


@pytest.mark.parametrize("more", [{"has_more": True}, {}])
def test_an_empty_next_url_beside_a_cursor_is_not_the_end(more: Json) -> None:
    """Some answers name each way on, and leave empty those that they do not use."""
    body = {"items": ITEMS, "next_url": None, "next_cursor": "abc", **more}
    assert next_arguments(SLACK, {}, body) == {"cursor": "abc"}
    assert ways(SLACK, {}, {**body, "has_more": False}) == WaysOn()


FOREIGN = [
    ("https://other.example.com/v1/things?page=2", "https://other.example.com/v1/things?page=2"),
    ("http://api.example.com/v1/things?page=2", "http://api.example.com/v1/things?page=2"),
    ("https://api.example.com:8443/v1/things?page=2", "https://api.example.com:8443/v1/things?page=2"),
    ("//other.example.com/v1/things?page=2", "https://other.example.com/v1/things?page=2"),
    ("https://me:pw@other.example.com/v1/things?page=2", "https://other.example.com/v1/things?page=2"),
    ("/v1/others?page=2", "https://api.example.com/v1/others?page=2"),
    ("/v1/things/?page=2", "https://api.example.com/v1/things/?page=2"),
    ("/v1/things%2f?page=2", "https://api.example.com/v1/things%2f?page=2"),
    ("https://api.example.com/v1/x/../things?page=2", "https://api.example.com/v1/x/../things?page=2"),
    ("?page=2&undeclared=1", "https://api.example.com/v1/things?page=2&undeclared=1"),
    ("?page=two", "https://api.example.com/v1/things?page=two"),
    ("?page=1&page=2", "https://api.example.com/v1/things?page=1&page=2"),
    ("?page=%ff", "https://api.example.com/v1/things?page=%ff"),
    ("?page=2.5", "https://api.example.com/v1/things?page=2.5"),
    ("https://[/v1/things?page=2", None),
    ("https://api.example.com:x/v1/things?page=2", None),
    ("ftp://api.example.com/v1/things?page=2", None),
    ("https://api.example.com/v1/things?page=2&" + "x" * 2000, None),
    ("/v1/things?page=2\u0000", None),
]


@pytest.mark.parametrize(("url", "shown"), FOREIGN, ids=[url[:60] for url, _ in FOREIGN])
def test_a_url_that_the_tool_cannot_ask_for_is_shown_and_no_call(url: str, shown: str | None) -> None:
    """Hostile upstream: never an unfit call, never another origin; no userinfo is shown."""
    tool = listing(query("page"), query("page_size"))
    found = ways(tool, {"page_size": 2}, {"next": url, "results": ITEMS})
    assert found == WaysOn(url=shown)


def test_where_the_url_cannot_be_asked_for_the_counts_may_say_the_call() -> None:
    """A proxy in front: DRF names the origin that it sees itself."""
    body = {"count": 5, "next": "http://internal:8000/v1/things?page=2", "results": ITEMS}
    found = ways(listing(query("page")), {}, body)
    assert found == WaysOn(arguments=({"page": 2},), url="http://internal:8000/v1/things?page=2")


def test_another_path_whose_query_is_not_the_next_page_is_no_call() -> None:
    """GitHub's other path is followed only where the number in it is the one that comes next."""
    for other in ("/repositories/1/things?page=7", "/repositories/1/others?page=2", "/v1/things/1?page=2"):
        url = f"https://api.example.com{other}"
        assert ways(LARAVEL, {}, ITEMS, headers=link(f"<{url}>; rel=next")) == WaysOn(url=url)


def test_a_slash_at_the_end_may_lack_where_the_operation_has_one() -> None:
    """Our choice: some frameworks build their links without it."""
    tool = listing(query("page"), path="/things/")
    assert next_arguments(tool, {}, {"next": f"{THINGS}?page=2", "results": ITEMS}) == {"page": 2}


def test_the_path_is_that_of_the_call_and_its_arguments_stay() -> None:
    """Path arguments are kept; encodings of one text are equal."""
    tool = listing(parameter("id", "path"), query("page"), path="/things/{id}")
    body = {"next": "https://API.example.com:443/v1/things/%61%20b?page=2", "results": ITEMS}
    assert next_arguments(tool, {"id": "a b"}, body) == {"id": "a b", "page": 2}
    assert next_arguments(tool, {"id": "b"}, body) is None


def test_a_relative_url_is_resolved_against_where_the_answer_came_from() -> None:
    """RFC 8288 section 3.1; RFC 3986 section 5."""
    headers = link("<things?page=2>; rel=next")
    assert next_arguments(DRF, {}, ITEMS, headers=headers, url=f"{BASE_URL}/elsewhere?x=1") == {"page": 2}


def test_the_bases_own_query_and_the_templates_stay() -> None:
    """A query in the server URL is kept by every call."""
    tool = listing(query("page"), path="/things?view=all")
    body = {"next": "/v1/things?api-version=7&page=2&view=all", "results": ITEMS}
    assert next_arguments(tool, {}, body, base_url=f"{BASE_URL}?api-version=7") == {"page": 2}
    assert next_arguments(tool, {}, body, base_url=f"{BASE_URL}?api-version=8") is None


def test_credentials_in_a_next_url_are_neither_shown_nor_asked_for() -> None:
    """security.md 10 R-SECRET, in a URL too."""
    dropped = frozenset({"api_key"})
    body = {"next": f"{THINGS}?API_KEY=secret&page=2", "results": ITEMS}
    assert ways(DRF, {}, body, dropped=dropped) == WaysOn(arguments=({"page": 2},), url=f"{THINGS}?page=2")


def test_an_undeclared_parameter_that_only_a_credential_takes_is_dropped() -> None:
    """security.md 4 R-CRED: not offered as an argument."""
    scheme = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}}
    made = document({"/things": {"get": {"parameters": [query("page"), text("key")]}}}, components=scheme)
    tool = one_tool({"parameters": [query("page"), text("key")]}, components=scheme)
    assert made.security_schemes[0].parameter in tool.ignored
    body = {"next": "?key=secret&page=2", "results": ITEMS}
    assert ways(tool, {}, body) == WaysOn(arguments=({"page": 2},), url=f"{THINGS}?page=2")


def test_a_cursor_that_was_masked_is_no_cursor() -> None:
    """What is masked in the answer would be sent as three stars."""
    redactor = Redactor([Secret("hidden-value")])
    assert ways(SLACK, {}, {"items": ITEMS, "next_cursor": "a-hidden-value"}, redactor=redactor) == WaysOn()


def test_arguments_that_the_next_url_leaves_out_are_left_out() -> None:
    """The answer says the whole next call."""
    tool = listing(query("page"), text("cursor"))
    assert next_arguments(tool, {"page": 1}, {"next": "?cursor=x", "results": ITEMS}) == {"cursor": "x"}


def test_only_a_header_says_it_for_head_and_for_text() -> None:
    """A Link header stands beside any body."""
    head = listing(query("page"), method="head")
    assert next_arguments(head, {}, None, headers=link("<?page=2>; rel=next")) == {"page": 2}
    sent = HttpResponse(
        status=200,
        url=THINGS,
        headers=(("Content-Type", "text/csv"), *link("<?page=2>; rel=next")),
        body=b'{"next": "?page=3", "a": []}',
    )
    made = Made(tool=DRF, arguments={}, url=THINGS)
    assert ways_on(made, sent, read_answer(sent, redactor=Redactor())).arguments == ({"page": 2},)


SEARCH = {
    "requestBody": {
        "content": json_body({"type": "object", "properties": {"q": {}, "start_cursor": {"type": "string"}}})
    }
}


def test_a_cursor_goes_into_a_field_of_the_body() -> None:
    """Notion's search: POST, `next_cursor`, `start_cursor`."""
    tool = one_tool(SEARCH, method="post")
    body = {"object": "list", "results": ITEMS, "next_cursor": "abc", "has_more": True}
    assert next_arguments(tool, {"q": "x"}, body) == {"q": "x", "start_cursor": "abc"}


CREATE = {
    "requestBody": {
        "content": json_body(
            {"type": "object", "properties": {"name": {"type": "string"}, "page": {"type": "integer"}, "cursor": {}}}
        )
    }
}
COUNTED = {"items": ITEMS, "total": 50, "page": 1, "total_pages": 25}


@pytest.mark.parametrize(
    "answered", [COUNTED, {"id": 7, **COUNTED}, {"items": ITEMS, "cursor": "x"}, {"items": ITEMS, "next_page": 2}]
)
def test_what_was_created_is_not_created_again_for_the_next_page(answered: Json) -> None:
    """A POST writes, unless its name says that it searches."""
    assert ways(one_tool(CREATE, method="post"), {"name": "x"}, answered) == WaysOn()


def test_a_post_that_is_no_search_by_its_name_goes_on_from_a_named_cursor_only() -> None:
    """The answer names it, and the body has a field for it."""
    tool = one_tool(CREATE, method="post")
    assert ways(tool, {"name": "x"}, {**COUNTED, "next_cursor": "c"}).arguments == ({"name": "x", "cursor": "c"},)


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("/orders/search", None, True),
        ("/databases/{id}/query", "post", True),
        ("/orders", "listOrders", True),
        ("/users.list", None, True),
        ("/orders/_search/{index}", None, True),
        ("/orders", None, False),
        ("/", None, False),
        ("/lists", "createList", False),
        ("/list", "addToList", False),
        ("/searches", "newSearch", False),
    ],
)
def test_a_post_that_searches_has_a_next_page_by_number(path: str, name: str | None, expected: bool) -> None:
    """By the words of its path's end and of its operationId."""
    ids = {"operationId": name} if name else {}
    places = [parameter("id", "path")] * ("{id}" in path) + [parameter("index", "path")] * ("{index}" in path)
    tool = one_tool({**CREATE, **ids, "parameters": places}, method="post", path=path)
    inside = {binding.argument: "i" for binding in tool.bindings if binding.name in ("id", "index")}
    assert next_arguments(tool, inside, COUNTED) == ({**inside, "page": 2} if expected else None)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_changes_something_has_no_next_page(method: str) -> None:
    """An unsafe method is not repeated."""
    tool = listing(query("page"), method=method)
    assert ways(tool, {}, {"results": ITEMS, "has_more": True}) == WaysOn()


def test_a_post_is_not_repeated_for_a_url() -> None:
    """A URL says where to read, never what to send there."""
    tool = listing(query("page"), method="post")
    assert ways(tool, {}, {"next": "?page=2", "results": ITEMS}) == WaysOn()


def test_several_ways_are_told_the_most_trusted_first() -> None:
    """Link header, then the body, a cursor, a number; the caller takes the first that fits."""
    tool = listing(query("page"), text("cursor"))
    body = {"next": "?page=9", "next_cursor": "x", "has_more": True, "results": ITEMS}
    found = ways(tool, {}, body, headers=link("<?cursor=h>; rel=next"))
    assert found.arguments == ({"cursor": "h"}, {"cursor": "x"}, {"page": 2})


def test_a_huge_answer_is_looked_at_on_top_only() -> None:
    """Hostile upstream: bounded work."""
    body = {"meta": {f"k{n}": {"next": "?page=2"} for n in range(5000)}, "results": [{"next": "?page=2"}] * 5000}
    assert ways(DRF, {}, body) == WaysOn()


EVERY = listing(query("page"), query("limit"), query("offset"), text("cursor"), text("starting_after"))
NAMES = (
    "next", "href", "links", "meta", "data", "items", "results", "page", "pages", "total", "count", "cursor", "offset",
    "next_cursor", "has_more", "last", "limit", "number", "after", "before", "nextPage", "id", "paging", "_embedded",
)  # fmt: skip
URLS = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            (
                "https://",
                "api.example.com",
                "/v1",
                "/things",
                "?",
                "page=2",
                "&",
                "..",
                "#",
                "@",
                ":",
                "evil",
                "%2f",
                "\\",
                "[",
                "cursor=",
                "+",
                "\u00e9",
                "%ff",
            )
        ),
        max_size=9,
    ),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | URLS
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


@given(
    ANYTHING,
    st.lists(st.tuples(st.sampled_from(("Link", "X-Total-Count", "X-Next-Page", "Content-Range")), URLS), max_size=2),
)
def test_whatever_is_answered_the_next_call_goes_to_the_same_place(body: Any, said: list[tuple[str, str]]) -> None:
    """A law: no answer changes the host, the path or the arguments' names; the next call is always another one."""
    headers = tuple((name, f"<{url}>; rel=next" if name == "Link" else url) for name, url in said)
    given_before = {"limit": 2}
    for arguments in ways(EVERY, given_before, body, headers=headers).arguments:
        asked = build_request(EVERY, arguments, BASE_URL).url
        assert (origin(asked), urlsplit(asked).path) == (origin(THINGS), "/v1/things")
        assert arguments.keys() <= {binding.argument for binding in EVERY.bindings}
        assert arguments != given_before

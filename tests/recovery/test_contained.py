"""Missing fields that another argument contains: which are taken, which are refused."""

from typing import Any

import pytest
from support.make import json_body, parameter, toolset
from support.recover import Outcome, refused, remedy, repaired

from openapi_mcp.model.fault import Fault
from openapi_mcp.model.tool import Toolset
from openapi_mcp.recovery.strategies.contained import STRATEGY
from openapi_mcp.recovery.strategies.near_name import STRATEGY as NEAR_NAME
from openapi_mcp.recovery.strategy import Rewrite, Told

Json = dict[str, Any]
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
GITHUB = "https://api.github.com"


def get(*parameters: Json) -> Json:
    return {"get": {"operationId": "it", "parameters": list(parameters)}}


def post(required: list[str], fields: Json, *parameters: Json) -> Json:
    schema = {"type": "object", "required": required, "properties": fields}
    body = {"required": True, "content": json_body(schema)}
    return {"post": {"operationId": "it", "parameters": list(parameters), "requestBody": body}}


def outcome(tools: Toolset, arguments: Json, base_url: str = "https://api.example.com/v1") -> Outcome:
    return repaired(tools, "it", arguments, (NEAR_NAME, STRATEGY), base_url)


REPO = toolset({"/repos/{owner}/{repo}": get(parameter("owner", "path"), parameter("repo", "path"))})
ISSUE = toolset(
    {
        "/repos/{owner}/{repo}/issues/{number}": get(
            parameter("owner", "path"), parameter("repo", "path"), parameter("number", "path", schema=INTEGER)
        )
    }
)


@pytest.mark.parametrize("name", ["repo", "repository", "name", "slug", "full_name", "fullName", "owner", "project"])
def test_a_slug_gives_owner_and_repository(name: str) -> None:
    """Issue, Recover 4."""
    found = outcome(REPO, {name: "octocat/hello-world"}, GITHUB)
    assert found.arguments == {"owner": "octocat", "repo": "hello-world"}
    assert {repair.path for repair in found.repairs} >= {("owner",), ("repo",)}


def test_a_slug_beside_the_same_owner_is_cut_down_to_the_repository() -> None:
    """After a 404: what the slug begins with is given already."""
    case = refused(REPO.tools[0], {"owner": "a", "repo": "a/b"}, Fault(path=("repo",), rule="exists"))
    found = remedy(STRATEGY, case)
    assert isinstance(found, Rewrite)
    assert found.arguments == {"owner": "a", "repo": "b"}
    other = refused(REPO.tools[0], {"owner": "c", "repo": "a/b"}, Fault(path=("repo",), rule="exists"))
    assert remedy(STRATEGY, other) is None


@pytest.mark.parametrize(
    "given",
    [
        {"repo": "a/b/c"}, {"repo": "a/"}, {"repo": "hello world/b"}, {"repo": "../b"}, {"repo": "hello-world"},
        {"path": "docs/readme.md"}, {"repo": 5}, {"repo": "b", "full_name": "a/c"}, {"name": "a/b", "slug": "c/d"},
        {"repo": "https://github.com/octocat"}, {"repo": "https://evil.example/octocat/hello-world"},
        {"url": "https://user:pw@github.com/octocat/hello"},
        {"url": "https://api.github.com.evil.example/repos/octocat/hello-world"}, {"url": "https://[/repos/a/b"},
        {"url": "https://api.github.com/repos/octocat/%2e%2e"}, {"url": "https://api.github.com/repos/a/b%2Fc"},
    ],
)  # fmt: skip
def test_what_is_no_slug_of_the_api_is_not_parted(given: Json) -> None:
    """Derive, never invent: a foreign host, more than two parts, two different values."""
    assert outcome(REPO, given, GITHUB).arguments is None


@pytest.mark.parametrize("owned", ["name", "slug", "model"])
def test_a_name_with_a_slash_is_a_name(owned: str) -> None:
    """0 wrong repairs: "and/or" has no owner."""
    tools = toolset({f"/things/{{owner}}/{{{owned}}}": get(parameter("owner", "path"), parameter(owned, "path"))})
    assert outcome(tools, {owned: "and/or"}).arguments is None


def test_a_path_that_is_no_owner_and_repository_is_not_parted() -> None:
    """0 wrong repairs: "docs/readme.md" names no user."""
    tools = toolset({"/users/{user_id}/{file}": get(parameter("user_id", "path"), parameter("file", "path"))})
    assert outcome(tools, {"file": "docs/readme.md"}).arguments is None
    assert outcome(tools, {"file": "/users/5/readme.md"}).arguments == {"user_id": "5", "file": "readme.md"}


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({"url": "https://api.github.com/repos/a/b"}, {"owner": "a", "repo": "b"}),
        ({"repo": "https://api.github.com/repos/a/b/"}, {"owner": "a", "repo": "b"}),
        ({"html_url": "https://github.com/a/b"}, {"owner": "a", "repo": "b"}),
        ({"repository": "https://www.github.com/a/b"}, {"owner": "a", "repo": "b"}),
        ({"html_url": "https://github.com/a/b?tab=readme#top"}, {"owner": "a", "repo": "b"}),
        ({"url": "/repos/a/b"}, {"owner": "a", "repo": "b"}),
        ({"url": "repos/a/b"}, {"owner": "a", "repo": "b"}),
        ({"url": "https://api.github.com/repos/a/caf%C3%A9", "owner": "a"}, {"owner": "a", "repo": "café"}),
    ],
)
def test_a_url_that_has_the_path_of_the_tool_fills_its_placeholders(given: Json, right: Json) -> None:
    """Issue, Recover 4: a URL that matches the API's own template, or the web page of it on the API's own domain."""
    assert outcome(REPO, given, GITHUB).arguments == right


def test_the_page_of_an_issue_gives_all_three() -> None:
    """The number is one in the document."""
    given = {"url": "https://github.com/octocat/hello-world/issues/7"}
    assert outcome(ISSUE, given, GITHUB).arguments == {"owner": "octocat", "repo": "hello-world", "number": 7}
    page = {"url": "https://github.com/octocat/hello-world", "number": 3}
    assert outcome(ISSUE, page, GITHUB).arguments == {"owner": "octocat", "repo": "hello-world", "number": 3}


def test_a_url_of_another_host_is_told() -> None:
    """Issue, Tell: the hint names the field."""
    found = outcome(REPO, {"url": "https://gitlab.example/a/b", "repo": "b"}, GITHUB).told
    assert '"owner"' in found.hint
    assert "another host" in found.hint


ORDER = toolset(
    {
        "/orders/{order_id}/cancel": get(parameter("order_id", "path", schema=INTEGER)),
        "/orders/{id}": {"get": {"operationId": "order", "parameters": [parameter("id", "path", schema=INTEGER)]}},
        "/customers/{id}": {"get": {"operationId": "customer", "parameters": [parameter("id", "path")]}},
    }
)
REFUND = toolset(
    {
        "/refunds": post(["order_id"], {"order_id": INTEGER, "customer_id": {"type": "string"}}),
        "/orders/{id}": {"get": {"operationId": "order", "parameters": [parameter("id", "path", schema=INTEGER)]}},
        "/customers/{id}": {"get": {"operationId": "customer", "parameters": [parameter("id", "path")]}},
    }
)


@pytest.mark.parametrize(
    "value",
    [
        "https://api.example.com/v1/orders/17", "/v1/orders/17", "/orders/17", "orders/17", "order #17", "Order 17",
        "#17", "id:17", "order_17", "order-17", "order id 17", "orders/17/cancel", "order 17 ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tools", [ORDER, REFUND])
def test_an_integer_id_is_taken_out_of_what_names_its_thing(tools: Toolset, value: str) -> None:
    """Issue, Recover 4: an id in a resource URL; a number behind the name of its kind."""
    found = outcome(tools, {"order_id": value})
    is_known = tools is ORDER or not value.endswith("cancel")
    assert found.arguments == ({"order_id": 17} if is_known else None)


@pytest.mark.parametrize(
    "value",
    [
        "https://api.example.com/v2/orders/17", "https://evil.example/v1/orders/17", "https://api.example.com/orders/17",
        "/customers/17", "customer 17", "customer #17", "17 18", "order 17 of 5", "order 017", "A17", "-17", "17/18",
        "ftp://api.example.com/v1/orders/17", "/orders/ord_17", "order", "//evil.example/orders/17", "/orders/1 7",
        "order " + "9" * 40, "https://api.example.com:9/v1/orders/17", "/" + "a/" * 2_000 + "17",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tools", [ORDER, REFUND])
def test_what_may_be_another_things_id_is_refused(tools: Toolset, value: str) -> None:
    """Derive, never invent."""
    assert outcome(tools, {"order_id": value}).arguments is None


@pytest.mark.parametrize("name", ["url", "href", "link", "self"])
def test_the_url_of_a_thing_gives_its_id_to_the_field_that_misses_it(name: str) -> None:
    """Issue, Recover 4: by the path of another tool too."""
    given = {name: "https://api.example.com/v1/orders/17"}
    assert outcome(ORDER, given).arguments == {"order_id": 17}
    found = outcome(REFUND, given)
    assert found.arguments == {"order_id": 17}
    assert found.repairs[0].before == given
    assert outcome(REFUND, {name: "/customers/17"}).arguments is None


def test_a_text_id_is_taken_out_of_a_url_once_the_api_knows_no_such_thing() -> None:
    """Before that the document's schema takes the URL: it may be right."""
    tools = toolset({"/orders/{id}": get(parameter("id", "path"))})
    for given in ("https://api.example.com/v1/orders/ord_17", "/orders/ord_17", "orders/ord_17"):
        found = remedy(STRATEGY, refused(tools.tools[0], {"id": given}, Fault(path=("id",), rule="exists")))
        assert isinstance(found, Rewrite)
        assert found.arguments == {"id": "ord_17"}
    for other in ("order ord_17", "ord_17", "order 17"):
        assert remedy(STRATEGY, refused(tools.tools[0], {"id": other}, Fault(path=("id",), rule="exists"))) is None
    absent = refused(tools.tools[0], {}, Fault(path=("id",), rule="exists"))
    assert remedy(STRATEGY, absent) is None


def test_a_path_gives_all_the_ids_above_it_where_they_are_not_other_ones() -> None:
    """What is given and differs is not written over."""
    tools = toolset(
        {
            "/customers/{customer_id}/orders/{order_id}": get(
                parameter("customer_id", "path", schema=INTEGER), parameter("order_id", "path", schema=INTEGER)
            )
        }
    )
    assert outcome(tools, {"order_id": "/customers/5/orders/17"}).arguments == {"customer_id": 5, "order_id": 17}
    assert outcome(tools, {"customer_id": 5, "url": "/customers/5/orders/17"}).arguments == {
        "customer_id": 5,
        "order_id": 17,
    }
    assert outcome(tools, {"customer_id": 6, "url": "/customers/5/orders/17"}).arguments is None


def test_a_person_may_be_given_by_the_url_of_a_user_and_odata_has_its_keys_in_brackets() -> None:
    """An assignee is a user; "/Orders(801)" is the order 801. A customer is no assignee."""
    user = {"get": {"operationId": "user", "parameters": [parameter("id", "path", schema=INTEGER)]}}
    tools = toolset(
        {"/tasks": get(parameter("assignee_id", schema=INTEGER)), "/users/{id}": user, "/customers/{id}": user}
    )
    assert outcome(tools, {"assignee_id": "/users/102"}).arguments == {"assignee_id": 102}
    assert outcome(tools, {"assignee_id": "/customers/102"}).arguments is None
    orders = toolset({"/Orders({Id})": get(parameter("Id", "path", schema=INTEGER))})
    assert outcome(orders, {"OrderId": 801}).arguments == {"Id": 801}
    assert outcome(orders, {"Id": "/Orders(801)"}).arguments == {"Id": 801}
    assert outcome(orders, {"Id": "/Orders()"}).arguments is None


USER = toolset({"/users": post(["username", "email"], {"username": {"type": "string"}, "email": {"type": "string"}})})
BY_NAME = toolset({"/users/{username}": get(parameter("username", "path"))})


def test_a_user_name_is_what_the_only_email_begins_with() -> None:
    """Issue, Recover 4."""
    assert outcome(USER, {"email": "bob@example.com"}).arguments == {"email": "bob@example.com", "username": "bob"}
    assert outcome(BY_NAME, {"email": "bob@example.com"}).arguments == {"username": "bob"}


@pytest.mark.parametrize(
    "given",
    [
        {"email": "bob+shop@example.com"}, {"email": "bob"}, {"email": "bob@x"}, {"email": "@example.com"},
        {"email": "bob@example.com", "to": "al@example.com"}, {"email": "Bob <bob@example.com>"}, {"email": 5},
        {"email": "b" * 400 + "@example.com"}, {"email": "info@example.com"}, {"email": "Support@example.com"},
        {"recipient": "bob@example.com"}, {"billing_email": "bob@example.com"},
    ],
)  # fmt: skip
def test_an_email_that_is_not_the_only_plain_one_gives_no_user_name(given: Json) -> None:
    """Our choice: of two emails neither is taken."""
    assert outcome(BY_NAME, given).arguments is None


@pytest.mark.parametrize(
    ("path", "field", "description", "is_taken"),
    [
        ("/users", "username", "The name, or the email, of the user.", False),
        ("/login", "username", "", False),
        ("/users", "handle", "", False),
        ("/users", "handle", "The part of the email before the @.", True),
        ("/users", "login", "", True),
    ],
)
def test_the_document_says_whether_the_beginning_of_an_email_is_meant(
    path: str, field: str, description: str, *, is_taken: bool
) -> None:
    """0 wrong repairs: where an email may stand as well, two readings fit."""
    fields = {field: {"type": "string", "description": description}, "email": {"type": "string"}}
    tools = toolset({path: post([field], fields)})
    assert (outcome(tools, {"email": "bob@example.com"}).arguments is not None) is is_taken


POINT = toolset(
    {"/weather": get(parameter("lat", required=True, schema=NUMBER), parameter("lon", required=True, schema=NUMBER))}
)
ROUTE = toolset(
    {
        "/route": get(
            parameter("start_lat", required=True), parameter("start_lng", required=True),
            parameter("end_lat", schema=NUMBER), parameter("end_lng", schema=NUMBER),
        )
    }
)  # fmt: skip
LONGITUDE_FIRST = toolset(
    {"/weather": get(parameter("lon", required=True, schema=NUMBER), parameter("lat", required=True, schema=NUMBER))}
)
PORTO = {"lat": 41.15, "lon": -8.61}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latlng", "41.15,-8.61"), ("lat_lng", "41.15, -8.61"), ("lnglat", [-8.61, 41.15]),
        ("location", "geo:41.15,-8.61"), ("location", {"lat": 41.15, "lng": -8.61}), ("latlon", [41.15, -8.61]),
        ("coordinates", {"longitude": -8.61, "latitude": 41.15}),
        ("point", {"type": "Point", "coordinates": [-8.61, 41.15]}),
    ],
)  # fmt: skip
def test_a_pair_that_says_its_order_gives_latitude_and_longitude(name: str, value: Any) -> None:
    """Issue, Recover 4; RFC 5870 section 3.3, RFC 7946 section 3.1.1: GeoJSON has the longitude first."""
    assert outcome(POINT, {name: value}).arguments == PORTO


@pytest.mark.parametrize("value", ["41.15,-8.61", "41.15, -8.61", "(41.15, -8.61)", "41.15 -8.61", "41.15;-8.61"])
@pytest.mark.parametrize("name", ["location", "coordinates", "position", "lat"])
def test_a_text_has_no_order_of_its_own(name: str, value: str) -> None:
    """ISO 6709 has the latitude first, GeoJSON the longitude: both readings are named."""
    found = outcome(POINT, {name: value})
    assert found.arguments is None
    assert len([each for each in found.told.near if "41.15" in str(each)]) == 2


@pytest.mark.parametrize("value", ["lat 41.15, lon -8.61", "latitude: 41.15; longitude: -8.61", "lng=-8.61,lat=41.15"])
def test_a_text_that_labels_its_numbers_says_the_order(value: str) -> None:
    """Our choice."""
    assert outcome(POINT, {"location": value}).arguments == PORTO


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ("Latitude, or 'latitude,longitude'.", True), ("As lon/lat.", False), ("Latitude. Longitude is apart.", None),
        ("lat,lng or lng,lat", None),
    ],
)  # fmt: skip
def test_the_document_may_say_the_order_of_a_pair(said: str, *, is_taken: bool | None) -> None:
    """A sentence's end is no comma between the two."""
    tools = toolset(
        {
            "/w": get(
                parameter("lat", required=True, schema=NUMBER, description=said),
                parameter("lon", required=True, schema=NUMBER),
            )
        }
    )
    orders = {True: PORTO, False: {"lat": -8.61, "lon": 41.15}, None: None}
    assert outcome(tools, {"lat": "41.15,-8.61"}).arguments == orders[is_taken]


def test_a_number_above_ninety_is_no_latitude() -> None:
    """Only one order is within the ranges."""
    assert outcome(POINT, {"location": "139.69,35.68"}).arguments == {"lat": 35.68, "lon": 139.69}
    assert outcome(POINT, {"lat": [35.68, 139.69]}).arguments == {"lat": 35.68, "lon": 139.69}


@pytest.mark.parametrize(
    ("tools", "name", "value"),
    [
        (POINT, "coordinates", [41.15, -8.61]),
        (POINT, "location", ["41.15", "-8.61"]),
        (LONGITUDE_FIRST, "location", "41.15,-8.61"),
    ],
)
def test_a_pair_without_an_order_is_refused_with_both_readings(tools: Toolset, name: str, value: Any) -> None:
    """design.md: where two candidates fit, none is taken and both are named."""
    found = outcome(tools, {name: value}).told
    assert len([each for each in found.near if "41.15" in str(each)]) == 2
    assert '"lat", "lon"' in found.hint or '"lon", "lat"' in found.hint


@pytest.mark.parametrize(
    "given",
    [
        {"location": "Porto"}, {"location": [200, 300]}, {"location": [1, 2, 3]}, {"location": {"lat": 1}},
        {"location": [True, False]}, {"location": "1,2,3"}, {"place": {"lat": 1, "lng": 2}}, {"latlng": 5},
        {"location": {"lat": 41.15, "lng": -8.61, "z": 1}}, {"latlng": "1," + "2" * 200}, {"latlng": ["a", "b"]},
        {"latlng": "41.150000000000000001,-8.61"},
    ],
)  # fmt: skip
def test_what_is_no_pair_is_not_read_as_one(given: Json) -> None:
    """Out of range, too many, no numbers, digits that would be lost."""
    assert outcome(POINT, given).arguments is None


def test_a_pair_goes_to_the_place_that_its_name_says_and_stays_text_for_text() -> None:
    """start_location is no end_lat."""
    assert outcome(ROUTE, {"start_location": "geo:41.15,-8.61"}).arguments in (
        {"start_lat": "41.15", "start_lng": "-8.61"},
        {"start_lat": 41.15, "start_lng": -8.61},
    )
    assert outcome(ROUTE, {"location": "geo:41.15,-8.61"}).arguments is None
    both = {"start": {"lat": "1.5", "lng": "2"}, "end": {"lat": 3.5, "lng": 4}}
    assert outcome(ROUTE, both).arguments == {"start_lat": "1.5", "start_lng": "2", "end_lat": 3.5, "end_lng": 4}


REPORT = toolset({"/report": get(parameter("from", required=True), parameter("to", required=True))})
SALES = toolset(
    {
        "/sales": get(
            parameter("start_date", required=True), parameter("end_date", required=True),
            parameter("min_price", schema=NUMBER), parameter("max_price", schema=NUMBER),
        )
    }
)  # fmt: skip
DAYS = {"start_date": "2026-01-01", "end_date": "2026-01-31"}


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01..2026-01-31", "2026-01-01 to 2026-01-31", "2026-01-01/2026-01-31", "2026-01-01 - 2026-01-31",
        ["2026-01-01", "2026-01-31"], {"from": "2026-01-01", "to": "2026-01-31"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["date_range", "period", "dates", "interval", "start_date"])
def test_a_range_of_days_gives_both_ends(name: str, value: Any) -> None:
    """Brief forms of a range; ISO 8601 has the slash."""
    assert outcome(SALES, {name: value}).arguments == DAYS


def test_a_range_gives_optional_ends_too_where_its_name_says_what_of() -> None:
    """An unknown argument is the evidence; there is one pair of that name."""
    prices = {**DAYS, "min_price": 10, "max_price": 20}
    assert outcome(SALES, {**DAYS, "price_range": "10-20"}).arguments == prices
    assert outcome(SALES, {**DAYS, "price": [10, 20]}).arguments == prices
    assert outcome(SALES, {**DAYS, "weight": [10, 20]}).arguments is None
    assert outcome(REPORT, {"range": "2026-01-01 and 2026-01-31"}).arguments == {
        "from": "2026-01-01",
        "to": "2026-01-31",
    }


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31..2026-01-01", "2026-01-01", "January to March", "2026-01-01..", "1/2", "a..b", ["2026-01-01"],
        {"from": "2026-01-01"}, "2026-01-01 to 2026-01-31T10:00:00Z", [True, False], 5, "10,20", "x" * 100,
        ["2026-01-01", 5], {"a": 1, "b": 2}, "1..2..3",
    ],
)  # fmt: skip
def test_what_is_no_range_in_order_is_refused(value: Any) -> None:
    """Our choice: a comma may be a decimal one, a slash of two numbers a fraction."""
    assert outcome(SALES, {"date_range": value}).arguments is None


def test_a_part_with_a_fraction_is_no_whole_number() -> None:
    """ "14.000" may be fourteen thousand."""
    fields = {"min_size": INTEGER, "max_size": INTEGER}
    sizes = toolset({"/sizes": post(list(fields), fields)})
    assert outcome(sizes, {"size_range": "14..15"}).arguments == {"min_size": 14, "max_size": 15}
    assert outcome(sizes, {"size_range": "14.000..15.000"}).arguments is None


def test_a_range_that_fits_two_pairs_is_refused() -> None:
    """Two candidates."""
    names = ("from", "to", "start_date", "end_date")
    tools = toolset({"/report": get(*(parameter(name, required=True) for name in names))})
    assert outcome(tools, {"range": "2026-01-01..2026-01-31"}).repairs == ()


def test_a_date_gives_its_year_month_and_day() -> None:
    """Where the document declares all three."""
    fields = {"birth_year": INTEGER, "birth_month": INTEGER, "birth_day": {"type": "string"}}
    tools = toolset({"/people": post(list(fields), fields)})
    right = {"birth_year": 1990, "birth_month": 3, "birth_day": "07"}
    assert outcome(tools, {"birth_date": "1990-03-07"}).arguments == right
    for given in ({"birth_date": "07/03/1990"}, {"date": "1990-03-07"}, {"birth_date": 5}):
        assert outcome(tools, given).arguments is None


PAYMENT = toolset({"/payments": post(["customer_id"], {"customer_id": INTEGER, "note": {"type": "string"}})})


@pytest.mark.parametrize("key", ["id", "ID", "customer_id"])
def test_the_id_in_an_object_of_nothing_else_is_the_id(key: str) -> None:
    """Our choice: nothing else is lost with the object."""
    assert outcome(PAYMENT, {"customer": {key: 5}}).arguments == {"customer_id": 5}


@pytest.mark.parametrize("given", [{"id": 5, "name": "Bob"}, {"name": 5}, {}, {"id": "x"}, {"order_id": 5}])
def test_an_object_with_more_than_its_id_is_refused(given: Json) -> None:
    """Nothing is dropped in silence."""
    assert outcome(PAYMENT, {"customer": given}).arguments is None


def test_a_full_name_is_not_parted_and_the_hint_says_so() -> None:
    """Where a name is to be parted is a guess."""
    fields = {"first_name": {"type": "string"}, "last_name": {"type": "string"}}
    found = outcome(toolset({"/people": post(list(fields), fields)}), {"full_name": "Ana de Sousa"}).told
    assert '"full_name"' in found.hint
    assert '"first_name"' in found.hint


def test_an_id_in_an_inner_object_is_taken_out_of_what_names_its_thing() -> None:
    """A path within the arguments; no URL of the call's own path stands there."""
    line = {"type": "object", "properties": {"product_id": INTEGER}}
    tools = toolset({"/orders": post(["lines"], {"lines": {"type": "array", "items": line}})})
    assert outcome(tools, {"lines": [{"product_id": "product #7"}]}).arguments == {"lines": [{"product_id": 7}]}
    assert outcome(tools, {"lines": [{"product_id": "order #7"}]}).arguments is None


def test_a_pair_or_a_range_that_the_fields_do_not_take_is_refused() -> None:
    """The document's schemas have the last word; of two longitudes neither is the one."""
    wrong = (parameter("lat", required=True, schema=INTEGER), parameter("lon", required=True, schema={"type": "array"}))
    assert outcome(toolset({"/weather": get(*wrong)}), {"latlng": "1.5,2.5"}).arguments is None
    two = (*(parameter(name, schema=NUMBER) for name in ("lat", "lon", "lng")),)
    assert outcome(toolset({"/weather": get(*two)}), {"latlng": "1.5,2.5"}).arguments is None
    ends = (parameter("from", required=True, schema=INTEGER), parameter("to", required=True, schema=INTEGER))
    assert outcome(toolset({"/report": get(*ends)}), {"period": "2026-01-01..2026-01-31"}).arguments is None
    assert outcome(toolset({"/report": get(*ends)}), {"period": [1.5, 2.5]}).arguments is None
    one = (parameter("start_date", required=True), parameter("name"))
    assert outcome(toolset({"/report": get(*one)}), {"period": "2026-01-01..2026-01-31"}).arguments is None


@pytest.mark.parametrize("fault", [Fault(path=(), rule="invalid"), Fault(path=("note",), rule="enum")])
def test_other_faults_are_none_of_its_business(fault: Fault) -> None:
    """A strategy says nothing where it knows nothing."""
    found: Rewrite | Told | None = remedy(STRATEGY, refused(PAYMENT.tools[0], {"note": "#5"}, fault))
    assert found is None


NAMED = toolset({"/orders": get(parameter("customer", schema=INTEGER), parameter("offset", schema=INTEGER))})


def test_a_number_behind_the_arguments_own_name_is_taken() -> None:
    for text in ("customer 7", "Customer #7", "customer: 7"):
        assert outcome(NAMED, {"customer": text}).arguments == {"customer": 7}
    for given in ({"customer": "product 7"}, {"offset": "offset -7"}, {"customer": "#7"}):
        assert outcome(NAMED, given).arguments is None

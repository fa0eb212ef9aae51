"""What RFC 9111 says of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.executor.cache_rules import (
    LONGEST,
    directives,
    first_age,
    has_validator,
    is_same,
    is_worth_keeping,
    lifetime,
    may_ask,
    present_age,
)
from openapi_mcp.model.message import HttpRequest, HttpResponse

NOON = "Mon, 01 Jan 2024 12:00:00 GMT"
AT_NOON = 1_704_110_400.0


def response(**headers: str) -> HttpResponse:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpResponse(status=200, url="https://api.example.com/", headers=pairs)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("max-age=60, no-cache", {"max-age": "60", "no-cache": ""}),
        ("MAX-AGE = 60 ,, Private", {"max-age": "60", "private": ""}),
        ('no-cache="set-cookie, x", max-age="5"', {"no-cache": "set-cookie, x", "max-age": "5"}),
        ("max-age=1, max-age=2", {"max-age": "1"}),
        ('private="a, max-age=100"', {"private": "a, max-age=100"}),
        ('x="a\\", no-store", max-age=5', {"x": 'a\\", no-store', "max-age": "5"}),
        ('x="a, no-store, max-age=5', {"x": "a", "no-store": "", "max-age": "5"}),
        ('x"a, no-store, b"', {'x"a': "", "no-store": "", 'b"': ""}),
        ("", {}),
        ("x" * 2_001, {"no-store": ""}),
    ],
)
def test_directives_are_read(text: str, found: dict[str, str]) -> None:
    """RFC 9111, section 5.2."""
    assert directives(response(Cache_Control=text)) == found


def test_directives_of_several_lines_are_one_list() -> None:
    """RFC 9110, section 5.3."""
    twice = HttpResponse(status=200, url="", headers=(("Cache-Control", "public"), ("cache-control", "no-store")))
    assert directives(twice) == {"public": "", "no-store": ""}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache_Control": "max-age=60", "Expires": "0"}, 60),
        ({"Cache_Control": "max-age=99999999999"}, LONGEST),
        ({"Cache_Control": "max-age=-1"}, 0),
        ({"Cache_Control": "max-age=1.5"}, 0),
        ({"Cache_Control": "max-age=²"}, 0),
        ({"Cache_Control": "max-age=" + "9" * 30}, 0),
        ({"Cache_Control": "s-maxage=60"}, 7),
        ({"Expires": "Mon, 01 Jan 2024 12:01:00 GMT", "Date": NOON}, 60),
        ({"Expires": "Monday, 01-Jan-24 12:01:00 GMT", "Date": "Mon Jan  1 12:00:00 2024"}, 60),
        ({"Expires": "Mon, 01 Jan 2024 12:01:00 GMT"}, 60),
        ({"Expires": "Mon, 01 Jan 2024 11:00:00 GMT", "Date": NOON}, 0),
        ({"Expires": "Mon, 01 Jan 9999 12:00:00 GMT", "Date": NOON}, LONGEST),
        ({"Expires": "Mon, 99 Xyz 2024 99:00:00 GMT"}, 0),
        ({"Expires": "Mon, 01 Jan 2024 12:01:00 GMT", "Date": "yesterday"}, 60),
        ({"Pragma": "no-cache"}, 0),
        ({"Pragma": "no-cache", "Cache_Control": "public"}, 7),
        ({}, 7),
    ],
)
def test_lifetimes(headers: dict[str, str], seconds: float) -> None:
    """RFC 9111, section 4.2.1."""
    assert lifetime(response(**headers), AT_NOON, 7.0) == seconds


@pytest.mark.parametrize(
    ("headers", "asked", "age"),
    [
        ({}, 0, 0),
        ({}, -3, 3),
        ({"Age": "10"}, -3, 13),
        ({"Age": "many"}, 0, 0),
        ({"Date": "Mon, 01 Jan 2024 11:59:00 GMT"}, 0, 60),
        ({"Date": "Mon, 01 Jan 2024 11:59:00 GMT", "Age": "90"}, 0, 90),
        ({"Date": "Mon, 01 Jan 2024 13:00:00 GMT"}, 0, 0),
        ({"Date": "not one"}, 0, 0),
    ],
)
def test_ages(headers: dict[str, str], asked: float, age: float) -> None:
    """RFC 9111, section 4.2.3."""
    assert first_age(response(**headers), AT_NOON + asked, AT_NOON) == age


@pytest.mark.parametrize(
    ("headers", "has_one"),
    [
        ({"ETag": '"a"'}, True), ({"ETag": 'W/"a"'}, True), ({"ETag": ""}, False), ({"ETag": "x" * 1_001}, False),
        ({"Last_Modified": NOON}, True), ({"Last_Modified": "once"}, False), ({}, False),
    ],
)  # fmt: skip
def test_validators(headers: dict[str, str], has_one: bool) -> None:
    """RFC 9110, section 8.8; one that is very long would only be sent back and forth."""
    assert has_validator(response(**headers)) is has_one


@pytest.mark.parametrize(
    ("method", "headers", "body", "may"),
    [
        ("GET", (), None, True), ("HEAD", (), None, True), ("QUERY", (), None, False), ("get", (), None, False),
        ("GET", (("Range", "bytes=0-1"),), None, False), ("GET", (("IF-MATCH", "a"),), None, False),
        ("GET", (("X-Other", "a"),), None, True), ("GET", (), b"{}", False),
    ],
)  # fmt: skip
def test_requests_that_a_kept_answer_may_answer(
    method: str, headers: tuple[tuple[str, str], ...], body: bytes | None, may: bool
) -> None:
    """Methods are told apart by case: RFC 9110, section 9.1."""
    assert may_ask(HttpRequest(method=method, url="", headers=headers, body=body)) is may
    assert not may_ask(HttpRequest(method=method, url="", headers=headers, body=body), ("Pragma",))


@pytest.mark.parametrize(("now", "age"), [(100, 7), (130, 37), (96, 7), (94, float("inf"))])
def test_the_age_of_an_answer_from_the_future_is_unknown(now: float, age: float) -> None:
    """RFC 9111, section 4.2.3 counts on a clock that goes forward; one that is put right by seconds is no matter."""
    assert present_age(7.0, 100.0, now) == age


def test_headers_that_only_say_when_are_the_same() -> None:
    """A 304 each second does not write the file each second."""
    assert is_same((("etag", "a"), ("date", "1")), (("date", "2"), ("etag", "a"), ("age", "1")))
    assert not is_same((("etag", "a"),), (("etag", "b"),))


@given(st.text(), st.text(), st.text(), st.text(), st.floats(0, 1e9))
def test_no_header_is_too_strange(control: str, expires: str, date: str, age: str, ttl: float) -> None:
    """A law: whatever an API says, there is a lifetime and an age, neither below nothing."""
    said = response(Cache_Control=control, Expires=expires, Date=date, Age=age, Last_Modified=date, Pragma=control)
    assert 0 <= lifetime(said, AT_NOON, ttl) <= max(LONGEST, ttl)
    assert first_age(said, AT_NOON, AT_NOON) >= 0
    is_worth_keeping(said, ttl)


@given(st.text("max-age=0123456789 ,no-storecache\"'", max_size=60))
def test_what_says_no_store_in_any_way_is_never_kept(control: str) -> None:
    """A law: RFC 9111, section 5.2.2.5."""
    assert not is_worth_keeping(response(Cache_Control=f"{control},no-store", ETag='"a"'), 60)
    assert not is_worth_keeping(response(Cache_Control=f"no-store={control}", ETag='"a"'), 60)

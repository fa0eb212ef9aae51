"""What hishel's states say of kept answers."""

import pytest

from openapi_mcp.executor.cache_states import conditional, from_kept, headers_to_keep, renewed
from openapi_mcp.executor.cache_stored import Stored
from openapi_mcp.model.message import Headers, HttpRequest, HttpResponse

GET = HttpRequest(method="GET", url="https://api.example.com/orders", headers=(("Accept", "*/*"),))


def stored(*headers: tuple[str, str]) -> Stored:
    return Stored(status=200, headers=headers, body=b"{}", asked=0.0, answered=0.0)


@pytest.mark.parametrize(
    ("headers", "seconds", "is_used"),
    [
        ((), 5, True), ((), 0, False), ((("cache-control", "no-cache"),), 5, False),
        ((("cache-control", "max-age=0"),), 5, True), ((("date", "Mon, 01 Jan 2001 00:00:00 GMT"),), 5, True),
        ((("last-modified", "Mon, 01 Jan 2001 00:00:00 GMT"),), 0, False),
    ],
)  # fmt: skip
def test_a_kept_answer_is_used_while_it_is_fresh(headers: Headers, seconds: int, is_used: bool) -> None:
    """RFC 9111, section 4: by our clock and our lifetime, and no other."""
    assert (from_kept(GET, stored(*headers), seconds) is None) is is_used


def test_a_check_adds_conditions_and_nothing_else() -> None:
    """RFC 9111, section 4.3.1."""
    check = from_kept(GET, stored(("etag", 'W/"a"')), 0)
    assert check is not None
    assert conditional(GET, check).headers == (("Accept", "*/*"), ("if-none-match", 'W/"a"'))


def test_a_304_brings_its_headers_but_no_cookie() -> None:
    """RFC 9111, section 4.3.4; what describes the body stays."""
    kept = stored(("etag", '"a"'), ("content-type", "text/plain"), ("x-rate", "9"))
    check = from_kept(GET, kept, 0)
    assert check is not None
    headers = (("ETag", '"a"'), ("X-Rate", "8"), ("X-Rate", "7"), ("Set-Cookie", "a=b"), ("Content-Type", "x/y"))
    found = renewed(check, kept, HttpResponse(status=304, url=GET.url, headers=headers))
    assert found == (("etag", '"a"'), ("content-type", "text/plain"), ("x-rate", "8"), ("x-rate", "7"))


@pytest.mark.parametrize(
    ("status", "headers", "kept"),
    [
        (200, (("Connection", "close"), ("Age", "5"), ("Set-Cookie", "a=b"), ("X", "1")), (("x", "1"),)),
        (200, (("Cache-Control", 'no-cache="x"'), ("X", "1")), (("cache-control", 'no-cache="x"'),)),
        (206, (("Cache-Control", "max-age=5"),), None),
        (200, (("Cache-Control", "no-store"),), None),
    ],
)
def test_headers_of_one_connection_or_one_caller_are_not_kept(
    status: int, headers: Headers, kept: Headers | None
) -> None:
    """RFC 9111, section 3.1."""
    assert headers_to_keep(GET, HttpResponse(status=status, url=GET.url, headers=headers)) == kept

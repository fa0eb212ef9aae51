"""The span of an attempt, and the headers that pass a trace on."""

from support.traced import Spans

from openapi_mcp.executor.spans import answered, attempt_span, with_trace
from openapi_mcp.model.message import HttpRequest, HttpResponse

REQUEST = HttpRequest(method="PURGE", url="https://user:a-secret@api.test/orders/a-secret?key=a-secret")


def test_nothing_of_the_url_but_its_origin_is_told(collected: Spans) -> None:
    """Issue 9: secrets in none of them; arguments stand in paths, too. An unknown method is _OTHER."""
    with attempt_span(REQUEST, "/orders/{id}", 2) as span:
        answered(span, HttpResponse(status=503, url="", headers=(), body=b""))
    (found,) = collected.get_finished_spans()
    assert found.name == "_OTHER /orders/{id}"
    assert dict(found.attributes or {}) == {
        "http.request.method": "_OTHER",
        "url.template": "/orders/{id}",
        "url.scheme": "https",
        "server.address": "api.test",
        "server.port": 443,
        "http.request.resend_count": 2,
        "http.response.status_code": 503,
        "error.type": "503",
    }


def test_a_header_that_the_caller_gave_is_the_callers(collected: Spans) -> None:
    """Our choice: an API may have a parameter of that name."""
    own = HttpRequest(method="GET", url="https://api.test/", headers=(("Traceparent", "mine"),))
    with attempt_span(REQUEST, "/", 0):
        assert with_trace(own) is own
        assert [name for name, _ in with_trace(REQUEST).headers] == ["traceparent"]


def test_without_a_collector_a_request_stays_as_it_is() -> None:
    """Issue 9: passed upstream with --otel, never without."""
    response = HttpResponse(status=200, url="", headers=(), body=b"")
    with attempt_span(REQUEST, "/orders/{id}", 0) as span:
        assert with_trace(REQUEST) is REQUEST
        assert answered(span, response) is response

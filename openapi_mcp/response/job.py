"""Whether an answer begins work that the API goes on with, and where that tells how far it is.

RFC 9110 section 15.3.3 (202 Accepted) leaves the place open. It is told by `Operation-Location`,
`Azure-AsyncOperation`, `Location` (RFC 7240 section 4.1), `Content-Location` (JSON:API), a link of the type `monitor`
(RFC 5989), or in the body: {"status_url": "/jobs/7"}, {"_links": {"self": {"href": "/jobs/7"}}}.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.message import Headers, HttpRequest, HttpResponse
from openapi_mcp.model.policy import IDEMPOTENCY_KEYS
from openapi_mcp.model.secret import MASK
from openapi_mcp.model.url import origin
from openapi_mcp.response.envelope import fields
from openapi_mcp.response.job_given import is_given
from openapi_mcp.response.job_state import is_of_jobs, linked_url, said_of, share_done
from openapi_mcp.response.links import LONGEST, links
from openapi_mcp.response.readback import without_credentials

_PLAIN = ("azure-asyncoperation", "operation-location")
_URLS = ("statusurl", "statusuri", "statuslink", "pollurl", "pollinguri", "pollingurl", "monitorurl", "progressurl",
         "joburl", "taskurl", "operationurl")  # fmt: skip
_IN_LINKS = ("status", "monitor", "poll", "job", "task", "operation", "get", "self")
_AROUND = ("data", "job", "task", "operation")
_MADE_LATER = frozenset(("location", "retry-after"))  # beside 201: what was made is there, and is not ready
_LONGEST_HEADER = 20_000
_OF_THE_CALL = frozenset(
    ("content-type", "content-length", "content-encoding", "content-language", "content-md5", "expect", "prefer",
     "range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", *IDEMPOTENCY_KEYS)
)  # fmt: skip
"""Headers that are about a call and its body, not about whoever asks."""
_SHORTEST_PAUSE = 0.5
_LONGEST_PAUSE = 3600.0
_MOST_BETWEEN = 30.0  # seconds between two questions where the API names no time


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Work that an answer says has begun: as a `job` where it says where to ask.

    `elsewhere` is a URL of another origin, which is not asked. `is_open`: nothing in the answer leads to how far it is,
    so that the document may. `is_repeated`: a place that its body names is the caller's own word, and is not asked.
    `response` is the answer, None where it says nothing of work.
    """

    job: Job | None = None
    elsewhere: str = ""
    is_open: bool = False
    is_repeated: bool = False
    response: HttpResponse | None = field(default=None, repr=False)

    @property
    def is_any(self) -> bool:
        """True where an answer says that work goes on."""
        return self.response is not None


def begun(
    request: HttpRequest,
    response: HttpResponse,
    answer: Answer,
    dropped: frozenset[str] = frozenset(),
    arguments: Mapping[str, Any] | None = None,
) -> Begun:
    """Return what an answer says of work that the API goes on with; all of it empty where it says nothing of it.

    202 with `Location: /jobs/7` -> a job whose URL is https://host/jobs/7. `dropped` are the names of the query
    parameters that are credentials, `arguments` are those of the call: what a body repeats of them names no place.
    """
    value = answer.value if answer.is_json else None
    if not _has_begun(response, value):
        return Begun()
    place = _Place(base=response.url, dropped=dropped)
    named, has_repeated = _named(place, response, value, arguments or {})
    found = [place.of(url) for url in named]
    here = next((each.url for each in found if each.url), "")
    elsewhere = next((each.elsewhere for each in found if each.elsewhere), "")
    if not here and response.became_get and response.status == 202:
        here = place.of(response.url).url
    if here and not (request.method == "GET" and here == request.url):
        return Begun(job=_job(request, response, value, here, place), response=response)
    return Begun(elsewhere=elsewhere, is_open=True, is_repeated=has_repeated, response=response)


def _named(
    place: "_Place", response: HttpResponse, value: JsonValue, arguments: Mapping[str, Any]
) -> tuple[list[str], bool]:
    """Return where an answer says that its work is told of, and whether it repeats a place that the caller gave.

    A body is believed on its outermost level; further in, where what was posted may stand, if no header says anything.
    """
    in_headers = list(_in_headers(response))
    in_body = list(_in_body(value, is_deep=not in_headers)) if response.status == 202 else []
    own = [url for url in in_body if not place.is_given(url, arguments)]
    return [*in_headers, *own], len(own) < len(in_body)


def _has_begun(response: HttpResponse, value: JsonValue) -> bool:
    """True where an answer says plainly that work goes on: by its status, by a header made for it, or by `done`."""
    if not 200 <= response.status < 300:
        return False
    names = {name.lower() for name, _ in response.headers}
    if response.status == 202 or not names.isdisjoint(_PLAIN):
        return True
    return names.issuperset(_MADE_LATER) if response.status == 201 else operation_name(value) is not None


def operation_name(value: JsonValue) -> str | None:
    """Return the name of a long-running operation that is not done (google.longrunning.Operation), None for others.

    {"name": "projects/p/operations/7", "done": false} -> "projects/p/operations/7"; `done` may be left out while false.
    """
    if not isinstance(value, dict) or value.get("done", False) is not False:
        return None
    name = value.get("name")
    is_one = isinstance(name, str) and len(name) <= LONGEST and "operations" in name.split("/")[:-1]
    return name if is_one and isinstance(name, str) and ("done" in value or "metadata" in value) else None


def goes_on_at(response: HttpResponse, job: Job, dropped: frozenset[str] = frozenset()) -> str:
    """Return where to ask next, as a status monitor may move: what its own answer names, else where it was asked."""
    place = _Place(base=response.url, dropped=dropped)
    names = (*_PLAIN, "location") if response.status == 202 else _PLAIN
    named = (place.of(value).url for name in names if (value := response.header(name)))
    return next((url for url in named if url), job.url)


def result_at(response: HttpResponse, named: str, dropped: frozenset[str] = frozenset()) -> tuple[str, str]:
    """Return where the result of work is, and that URL as it may be told where it is at another origin, not asked.

    `named` is what the body says; 201 says it by Location.
    """
    place = _Place(base=response.url, dropped=dropped)
    location = response.header("location") if response.status == 201 else None
    found = place.of(location or named)
    return found.url, found.elsewhere


def is_repeated(response: HttpResponse, named: str, arguments: Mapping[str, Any]) -> bool:
    """True for a place that a body names, and that stands in the arguments of the call."""
    return _Place(base=response.url, dropped=frozenset()).is_given(named, arguments)


def pause(asked: int, told: float | None) -> float:
    """Return the seconds until the next question: as the API asks for, else 1, 1.5, 2.25, ... up to 30."""
    if told is not None:
        return min(max(told, _SHORTEST_PAUSE), _LONGEST_PAUSE)
    return min(_MOST_BETWEEN, 1.5 ** min(asked, 20))


def headers_of(headers: Headers) -> dict[str, str]:
    """Return those headers of a call that go along with questions about its work: whose it is, in which language."""
    return {name: value for name, value in headers if name.lower() not in _OF_THE_CALL}


def _job(request: HttpRequest, response: HttpResponse, value: JsonValue, url: str, place: "_Place") -> Job:
    return Job(
        url=url,
        headers=headers_of(request.headers),
        said=said_of(value),
        done=share_done(value),
        result_url=_result_url(request, response, url, place),
        is_monitor=_says_plainly(response) or is_of_jobs(urlsplit(url).path),
    )


def _says_plainly(response: HttpResponse) -> bool:
    return any(response.header(name) for name in _PLAIN)


def _result_url(request: HttpRequest, response: HttpResponse, url: str, place: "_Place") -> str:
    """Return where the result will be: beside a header that names a monitor, `Location`, or what was put there."""
    if not _says_plainly(response):
        return ""
    location = response.header("location")
    named = place.of(location).url if location else ""
    if named and named != url:
        return named
    return without_credentials(request.url, place.dropped) or "" if request.method in ("PUT", "PATCH") else ""


def _in_headers(response: HttpResponse) -> Iterator[str]:
    """Yield where the headers of an answer say that its work is told of, the plainest first."""
    plain = [found for name in _PLAIN if (found := response.header(name))]
    yield from plain
    location = response.header("location")
    if location and (response.status == 202 or not plain):  # else it is what was made, not where that is told of
        yield location
    if response.status != 202:
        return
    if content_location := response.header("content-location"):
        yield content_location
    header = ", ".join(text for name, text in response.headers if name.lower() == "link")[:_LONGEST_HEADER]
    yield from (target for target, rels in links(header) if "monitor" in rels)


def _in_body(value: JsonValue, *, is_deep: bool) -> Iterator[str]:
    root = fields(value)
    places = [root, *(fields(root.get(name)) for name in (_AROUND if is_deep else ()))]
    for place in places:
        yield from (url for name in _URLS if isinstance(url := place.get(name), str))
        for name in ("links", "urls"):
            yield from _in_links(fields(place.get(name)))


def _in_links(found: Mapping[str, JsonValue]) -> Iterator[str]:
    yield from (url for name in _IN_LINKS if (url := linked_url(found.get(name))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A URL that may be asked, or one of another origin as it may be told; neither where it is no URL."""

    url: str = ""
    elsewhere: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where an answer came from: what it names is resolved against that (RFC 3986), and only asked at its origin."""

    base: str
    dropped: frozenset[str]

    def of(self, reference: str) -> _Asked:
        if not reference or len(reference) > LONGEST or not reference.isprintable() or MASK in reference:
            return _Asked()
        try:
            url = urljoin(self.base, reference)
        except ValueError:
            return _Asked()
        plain = without_credentials(_as_secure_as(self.base, url), self.dropped)
        if plain is None:
            return _Asked()
        return _Asked(url=plain) if origin(plain) == origin(self.base) else _Asked(elsewhere=plain)

    def is_given(self, reference: str, arguments: Mapping[str, Any]) -> bool:
        """True for a place that stands in the arguments of the call."""
        url = self.of(reference).url
        return bool(url) and is_given(reference, url, arguments)


def _as_secure_as(base: str, url: str) -> str:
    """Return an http URL of the very host that we ask with https as https: a proxy took the request for the API."""
    ours, theirs = origin(base), origin(url)
    if ours is None or theirs is None or (ours[0], theirs[0]) != ("https", "http") or ours[1] != theirs[1]:
        return url
    if theirs[2] not in (80, ours[2]):
        return url
    parts, own = urlsplit(url), urlsplit(base)
    return urlunsplit(parts._replace(scheme=own.scheme, netloc=own.netloc.rpartition("@")[2]))

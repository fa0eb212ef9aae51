"""HTTP messages as plain data."""

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on disk that is read as it is sent; `size` is in bytes, as it was when the request was made.

    `identity` is what the system tells files apart by (device and number): a path may come to lead to another one.
    `mark` is random: what stands between the parts of a form is made of it, so that no content can hold that.
    """

    path: str
    size: int
    mark: str = ""
    identity: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A body that is never in memory whole: bytes and files, one after the other."""

    pieces: tuple[bytes | Upload, ...]

    @property
    def size(self) -> int:
        """Its length in bytes: the Content-Length that goes with it."""
        return sum(piece.size if isinstance(piece, Upload) else len(piece) for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request as it leaves: `url` is absolute and fully encoded, header values are text (UTF-8 on the wire)."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | Streamed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """One answer, its body decoded from any Content-Encoding.

    `redirect` is set where the answer points to another origin, which is not followed: the URL it points to.
    `ended_early` says why an answer without end, or a refusal, was left: "deadline", "cap" or "broken"; None for
    a whole one. `became_get` is True where a redirect made a GET of the request, and this answers that GET;
    `was_redirected`, where it answers another URL of the origin than was asked for; `was_led_on`, where 303 led there:
    that is not what was asked for, but what stands for it (RFC 9110 section 15.4.4).
    """

    status: int
    url: str
    headers: Headers = ()
    body: bytes = b""
    redirect: str | None = None
    ended_early: str | None = None
    became_get: bool = False
    was_redirected: bool = False
    was_led_on: bool = False

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its name in any letter case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

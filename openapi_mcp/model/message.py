"""HTTP messages as plain data."""

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request as it leaves: `url` is absolute and fully encoded, header values are text (UTF-8 on the wire)."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """One answer, its body decoded from any Content-Encoding.

    `redirect` is set where the answer points to another origin, which is not followed: the URL it points to.
    """

    status: int
    url: str
    headers: Headers = ()
    body: bytes = b""
    redirect: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its name in any letter case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

"""The way to the collector of OpenTelemetry: requests' session, which notes where it went and why that failed."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from openapi_mcp.model.text import one_line

_SHOWN = 120  # characters
_DEEPEST = 20  # causes of causes


class Session(requests.Session):
    """Sends what is collected; `trouble` is what came of it last, "" where it was taken.

    "http://127.0.0.1:4318/v1/traces: Connection refused": without user, password and query, which may be secret.
    """

    trouble = ""

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        """Send a request, and note what became of it."""
        where = _place(request.url or "")
        try:
            answer = super().send(request, **how)
        except requests.RequestException as error:
            self.trouble = f"{where}: {_reason(error)}"
            raise
        self.trouble = "" if answer.ok else f"{where}: it answers {answer.status_code}"
        return answer


def _place(url: str) -> str:
    parts = urlsplit(url)
    return one_line(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}", _SHOWN)


def _reason(error: requests.RequestException) -> str:
    """Return why there was no answer, in the system's words where it has some."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not one that is believed here, or it speaks no TLS"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    said = [each.strerror for each in _causes(error) if isinstance(each, OSError) and each.strerror]
    return one_line(said[-1], _SHOWN) if said else "no connection"


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(_DEEPEST):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__

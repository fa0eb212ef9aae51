"""What the calls of `ask` send, each request as a digest: one that was made already is not sent again unasked."""

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from openapi_mcp.executor.faults import UnsendableError
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.message import HttpRequest

if TYPE_CHECKING:
    from openapi_mcp.serving import Serves

_LENGTH = 32  # of 64 hexadecimal digits
_OF_EACH = ("key", "request-id", "requestid", "correlation", "nonce", "trace")  # in the name of a header made anew
_NOT_SAID = frozenset(("accept", "authorization", "cookie", "user-agent", "content-length"))


def request_digest(request: HttpRequest) -> str:
    """Return what requests share that ask for the same; "" for one whose body is read as it is sent.

    The order of a query and of JSON does not count, nor do credentials and what is made anew for each request.
    """
    if request.body is not None and not isinstance(request.body, bytes):
        return ""
    url = urlsplit(request.url)
    where = [url.scheme, url.netloc, url.path, sorted(url.query.split("&"))]
    headers = sorted((name.casefold(), value) for name, value in request.headers if _is_said(name.casefold()))
    body = _body(request.body)
    whole = json.dumps([request.method, where, headers, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_LENGTH]


def _is_said(name: str) -> bool:
    return name not in _NOT_SAID and not any(each in name for each in _OF_EACH)


def _body(body: bytes | None) -> Any:
    if body is None:
        return None
    try:
        return ["json", json.dumps(read_json(body.decode()), sort_keys=True)]
    except (ValueError, RecursionError):
        return ["bytes", hashlib.sha256(body).hexdigest()]


class Watched:
    """An app whose calls say what they send: `request` is the last. None that is in `made` goes out.

    All else is the app's own. `held` is the one that was held back, "" for none.
    """

    def __init__(self, app: "Serves") -> None:
        self._app = app
        self.made: frozenset[str] = frozenset()
        self.request = ""
        self.held = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def begin(self, made: frozenset[str]) -> None:
        """Begin anew with the requests that are not to be sent."""
        self.made, self.request, self.held = made, "", ""

    async def call(self, call: Call) -> Result:
        """Run a call."""

        def sending(request: HttpRequest) -> None:
            digest = request_digest(request)
            if digest in self.made:
                self.held = digest
                raise UnsendableError("the same request was made already")
            self.request = digest

        return await self._app.call(replace(call, sending=sending))

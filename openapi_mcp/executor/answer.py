"""An answer as it comes in: unpacked, capped, and kept where it has no end."""

from collections.abc import Callable

from openapi_mcp.executor.faults import TooLargeError
from openapi_mcp.executor.unpack import Unpacker, unpacker
from openapi_mcp.model.media import is_records, plain_type
from openapi_mcp.model.message import Headers, HttpResponse

_ENDLESS = frozenset({"text/event-stream", "multipart/x-mixed-replace"})  # and records


class Answer:
    """What has come of an answer; `begin` starts it anew, as after a redirect.

    `steps` counts what came of it. `became_get`: it answers the GET that a redirect made of the request.
    """

    def __init__(self, max_body: int) -> None:
        self._max_body = max_body
        self._head = HttpResponse(status=0, url="")
        self._body = bytearray()
        self._unpacker: Unpacker | None = None
        self._may_break = self._is_endless = self._is_refusal = False
        self.when_enough: Callable[[], None] | None = None  # is told as soon as `is_enough`
        self.may_lead_to: Callable[[str], bool] = lambda _: True  # within its origin
        self.steps = 0
        self.became_get = self.was_redirected = self.was_led_on = False

    def begin(self, status: int, url: str, headers: Headers) -> None:
        """Take status and headers."""
        self.steps += 1
        self._head = HttpResponse(status=status, url=url, headers=headers)
        self._body.clear()
        self._unpacker = None
        kind = _media_type(self._head)
        self._may_break = kind in _ENDLESS or is_records(kind)
        self._is_refusal = status >= 400  # its status says most of it, whatever becomes of its body
        self._is_endless = self._may_break or _is_flowing_text(self._head)
        if self.is_enough and self.when_enough is not None:
            self.when_enough()

    @property
    def is_enough(self) -> bool:
        """True where what came says most: the head of a refusal, or of an answer without end."""
        return self._is_endless or self._is_refusal

    def take(self, packed: bytes) -> HttpResponse | None:
        """Take some of the body; return the answer where that is the end of what is read of it: one without end.

        Raises:
            TooLargeError: more than the cap, in a success that has an end.
            BrokenAnswerError: it is not packed as it says.
        """
        self.steps += 1
        if self._unpacker is None:
            self._unpacker = unpacker(", ".join(_all(self._head, "content-encoding")))
        for piece in self._unpacker.pieces(packed):
            self._body += piece
            if len(self._body) > self._max_body:
                return self._capped()
        return None

    def _capped(self) -> HttpResponse:
        if not self._is_endless and not self._is_refusal:
            raise TooLargeError(f"the answer is larger than {self._max_body:,} bytes")
        del self._body[self._max_body :]
        return self._made("cap")

    def whole(self, redirect: str | None = None) -> HttpResponse:
        """Return the answer at its end.

        Raises:
            BrokenAnswerError: what packed it has not come to its end.
        """
        if self._unpacker is not None:
            self._unpacker.finish()
        return self._made(redirect=redirect)

    def at_deadline(self) -> HttpResponse | None:
        """Return what came of a refusal, or of an answer without end; None for any other, and where nothing came."""
        return self._made("deadline") if self._is_refusal or (self._is_endless and self._body) else None

    def broken_off(self) -> HttpResponse | None:
        """Return what came of a refusal, or of a stream that broke off; None for what is only whole or nothing."""
        return self._made("broken") if self._is_refusal or (self._may_break and self._body) else None

    def _made(self, ended_early: str | None = None, redirect: str | None = None) -> HttpResponse:
        head = self._head
        return HttpResponse(
            status=head.status,
            url=head.url,
            headers=head.headers,
            body=bytes(self._body),
            redirect=redirect,
            ended_early=ended_early,
            became_get=self.became_get,
            was_redirected=self.was_redirected,
            was_led_on=self.was_led_on,
        )


def _media_type(head: HttpResponse) -> str:
    return plain_type(head.header("content-type") or "")


def _is_flowing_text(head: HttpResponse) -> bool:
    """True for plain text whose length was not known when it began: a log that is followed, or a long one."""
    is_chunked = "chunked" in (head.header("transfer-encoding") or "").lower()
    return is_chunked and head.header("content-length") is None and _media_type(head) == "text/plain"


def _all(head: HttpResponse, name: str) -> list[str]:
    return [value for key, value in head.headers if key.lower() == name]

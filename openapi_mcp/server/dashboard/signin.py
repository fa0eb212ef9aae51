"""Signing in and out: with the endpoint's token, or with a link that was printed and opens the dashboard once."""

import time
from collections import deque
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from openapi_mcp.model.secret import Secret
from openapi_mcp.server.dashboard.entrance import ENTER, NEW_LINK, SIGN_IN, Lock
from openapi_mcp.server.dashboard.forms import form_of
from openapi_mcp.server.dashboard.frame import render, url
from openapi_mcp.server.dashboard.sessions import Key, visit_of
from openapi_mcp.server.door import NotAdmittedError

A_MINUTE = 3  # links that are printed
_ENDED = "This session has ended: it does when the program does, after 12 hours without use, or with its token."
_USED = "This link has been used, or is too old: each opens the dashboard once."


class Links:
    """Counts the links that were printed within a minute: of those that stand there each opens the dashboard."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._printed: deque[float] = deque(maxlen=A_MINUTE)

    def are_too_many(self) -> bool:
        """True where one has to wait for another."""
        return len(self._printed) == A_MINUTE and self._now() - self._printed[0] < 60.0

    def count(self) -> None:
        """Note one more."""
        self._printed.append(self._now())


class SignIn:
    """The pages of who is not signed in yet, and the way out."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._links = Links()

    def outside(self) -> list[Route]:
        """Return what is there for who is not signed in."""
        return [
            Route(ENTER, self.enter),
            Route(SIGN_IN, self.page),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(NEW_LINK, self.new_link, methods=["POST"]),
        ]

    def inside(self) -> list[Route]:
        """Return what is there for who is."""
        return [Route("/sign-out", self.sign_out, methods=["POST"])]

    async def enter(self, request: Request) -> Response:
        """Open a session for a ticket.

        The answer is a page that goes on by itself: a redirect would be part of the navigation that another program or
        page began, and a browser sends no strict cookie along with that.
        """
        if not self._lock.tickets.redeem(request.query_params.get("ticket", "")):
            return self._page(request, 403, _USED)
        key = self._lock.sessions.open()
        return self._opened(render(request, "entered.html", path=key.path), key)

    async def page(self, request: Request) -> Response:
        """Show where one signs in."""
        return self._page(request, 200, _ENDED if request.query_params.get("ended") else "")

    async def sign_in(self, request: Request) -> Response:
        """Open a session for a token, checked as the door checks it; guesses are no more use here than there."""
        value = form_of(request).get("token", "").strip()
        try:
            caller = await self._lock.admission.admitted(value.encode("latin-1", "replace"))
        except NotAdmittedError as refusal:
            return self._page(request, refusal.status, f"Not signed in: {refusal.reason}.")
        key = self._lock.sessions.open(caller.id, Secret(value))
        return self._opened(RedirectResponse(url(request, key.path, ""), 303), key)

    async def new_link(self, request: Request) -> Response:
        """Print another link, where only the operator sees it."""
        if self._links.are_too_many():
            return self._page(request, 429, "Enough links have been printed: use the last one, or wait a minute.")
        self._links.count()
        self._lock.say(f"dashboard: {self._lock.new_link()}")
        return self._page(request, 200, "A new link stands in the terminal where openapi-mcp runs: open it.")

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        response = RedirectResponse(url(request, "..", SIGN_IN[1:]), 303)
        if (key := visit_of(request).key) is not None:
            self._lock.sessions.close(key)
            response.delete_cookie(self._lock.cookie, self._path_of(key))
        return response

    def _page(self, request: Request, status: int, message: str = "") -> Response:
        return render(request, "sign_in.html", status, message=message, takes_token=self._lock.takes_token)

    def _opened(self, response: Response, key: Key) -> Response:
        own, path = self._lock, self._path_of(key)
        response.set_cookie(own.cookie, key.cookie, path=path, secure=own.is_secure, httponly=True, samesite="strict")
        return response

    def _path_of(self, key: Key) -> str:
        return f"{self._lock.path}{key.path}/"

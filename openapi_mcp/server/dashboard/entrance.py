"""The entrance of the dashboard: who asks for a page is known, or is sent to where one signs in.

Each session has its pages below a path of its own, which nobody else can name: /3f2b.../calls. What is for everybody,
and for who brings a token with each question, is not below such a path.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse

from openapi_mcp.model.call import Caller
from openapi_mcp.server.asgi import AsgiApp, Message, Receive, Send, answer
from openapi_mcp.server.bodies import FORM, Bodies
from openapi_mcp.server.dashboard.forms import Forms, comes_from_us
from openapi_mcp.server.dashboard.frame import path_of, url
from openapi_mcp.server.dashboard.sessions import Key, Session, Sessions, Tickets, Visit, noted
from openapi_mcp.server.door import Admission, NotAdmittedError, bearer_in

ENTER, SIGN_IN, NEW_LINK = "/enter", "/sign-in", "/new-link"
STATIC = "/static/"
_LONGEST = 32 << 10  # bytes of a form that is sent by nobody in particular,
_LONGEST_INSIDE = 256 << 10  # and of one that a person has filled in: what is made of it is made between other requests
_OWN_PATH = re.compile(r"/([0-9a-f]{32})(?=/)")
_QUESTIONS = ("GET", "HEAD")
_OPERATOR = "the operator"
_CALLER = "a caller with the endpoint's token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What opens the dashboard: a ticket for its operator, and for callers what the endpoint's `admission` asks for.

    `say` tells the operator where to go, `link` is the dashboard's own address, and `path` that of it which browsers
    see. With `is_secure` the `cookie` goes back over https only. `origins` are those that a proxy shows us under.
    """

    admission: Admission
    say: Callable[[str], None]
    link: str
    cookie: str
    path: str = "/"
    is_secure: bool = False
    origins: frozenset[str] = frozenset()
    sessions: Sessions = field(default_factory=Sessions)
    tickets: Tickets = field(default_factory=Tickets)

    @property
    def takes_token(self) -> bool:
        """True where callers sign in with the endpoint's token, or with one of its issuer's."""
        return self.admission.is_required

    def new_link(self) -> str:
        """Return an address that opens the dashboard for its operator, once."""
        return f"{self.link.rstrip('/')}{ENTER}?ticket={self.tickets.issue()}"

    def key_in(self, scope: Message) -> Key | None:
        """Return the key that a request brings; None where its path is of no session."""
        path = _own_path(scope)
        return Key(path=path, cookie=_cookie(scope, self.cookie)) if path else None


class Entrance:
    """Lets in who is signed in, or brings a token in a header; all others see where one signs in."""

    def __init__(self, inside: AsgiApp, outside: AsgiApp, lock: Lock) -> None:
        self._lock = lock
        self._inside = Bodies(Forms(inside), _LONGEST_INSIDE, media_type=FORM)
        self._outside = Bodies(Forms(outside), _LONGEST, media_type=FORM)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on with who asks."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        try:
            visit = await self._visit(scope)
        except NotAdmittedError as refusal:
            await answer(send, refusal.status, refusal.reason, refusal.headers)
            return
        is_question = scope["method"] in _QUESTIONS
        if not is_question and _has_token(scope):
            reason = "a token in a header is for looking; to send a form, sign in with it"
            await answer(send, 405, reason, [(b"allow", ", ".join(_QUESTIONS).encode())])
        elif not is_question and not self._is_ours(scope):
            await answer(send, 403, "a form is taken from the dashboard's own pages only")
        elif visit is not None:
            await self._inside({**_below(scope), **noted(visit)}, receive, send)
        elif _is_open(scope):
            await self._outside(_below(scope), receive, send)
        else:
            where = url(Request(scope), SIGN_IN[1:], ended="yes" if _own_path(scope) else "")
            await RedirectResponse(where, 303)(scope, receive, send)

    def _is_ours(self, scope: Message) -> bool:
        return comes_from_us(scope, self._lock.origins)

    async def _visit(self, scope: Message) -> Visit | None:
        """Return who asks; None for nobody that we know.

        Raises:
            NotAdmittedError: a header with a token that is no good, or nobody can be known now.
        """
        admission = self._lock.admission
        if _has_token(scope):
            if not admission.is_required:
                raise NotAdmittedError(401, "no token is asked for here: open the link that the program printed", [])
            return visit_for(await admission.admitted(bearer_in(scope, admission)))
        key = self._lock.key_in(scope)
        session = self._lock.sessions.find(key) if key is not None else None
        return None if key is None or session is None else await self._of(session, key)

    async def _of(self, session: Session, key: Key) -> Visit | None:
        """Return who has a session, as long as what it was opened with still lets anybody in."""
        if session.brought is None:
            return Visit(is_operator=True, name=_OPERATOR, csrf=session.csrf, key=key)
        try:
            caller = await self._lock.admission.admitted(session.brought.reveal().encode("latin-1"))
        except NotAdmittedError as refusal:
            if refusal.status >= 500:
                raise
            self._lock.sessions.close(key)
            return None
        return replace(visit_for(caller), csrf=session.csrf, key=key)


def visit_for(caller: Caller) -> Visit:
    """Return the visit of whom a token stands for: one who has scopes is one of many, and sees their own."""
    is_one_of_many = caller.scopes is not None
    name = f"caller {caller.id[:8]}" if is_one_of_many else _CALLER
    return Visit(caller=caller, sees_all=not is_one_of_many, name=name)


def _has_token(scope: Message) -> bool:
    return any(name == b"authorization" for name, _ in scope["headers"])


def _own_path(scope: Message) -> str:
    """Return the part of a path that is a session's own; "" where there is none."""
    found = _OWN_PATH.match(path_of(scope))
    return found[1] if found is not None else ""


def _below(scope: Message) -> Message:
    """Return a request as the pages see it: below where the dashboard is, and below its session's own path."""
    path = _own_path(scope)
    return {**scope, "root_path": f"{scope.get('root_path', '')}/{path}"} if path else scope


def _cookie(scope: Message, wanted: str) -> str:
    """Return a cookie; of several of its name the first, whose path fits best: others may be planted. RFC 6265, 5.4."""
    brought = ";".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    pairs = (each.strip().partition("=") for each in brought.split(";"))
    return next((value for name, _, value in pairs if name == wanted), "")


def _is_open(scope: Message) -> bool:
    return path_of(_below(scope)).startswith(STATIC) or path_of(scope) in (ENTER, SIGN_IN, NEW_LINK)

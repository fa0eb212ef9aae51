"""What an exception of pydantic-ai, an SDK or its HTTP client says of a request to a model."""

from collections.abc import Iterator

from openapi_mcp.ask.faults import Seen
from openapi_mcp.model.chat import FaultKind
from openapi_mcp.tls import certificate_fault

BROKEN_OFF = "the answer broke off before its end"
_DEEPEST = 30  # causes of causes

HOSTILE = (ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError, RecursionError)
"""What a library may raise over bytes that nobody foresaw."""


class NoAnswerError(Exception):
    """What came is no answer of a model; `seen` says what it is."""

    def __init__(self, seen: Seen) -> None:
        super().__init__(seen.said)
        self.seen = seen


def seen_of(error: BaseException) -> Seen:
    """Return what an exception says: the innermost cause that we know is the one that counts."""
    import ssl

    import httpx2
    from pydantic_ai import exceptions as theirs

    own = next((each for each in _causes(error) if isinstance(each, NoAnswerError)), None)
    if own is not None:
        return own.seen
    of_tls = next((each for each in _causes(error, hidden=True) if isinstance(each, ssl.SSLError)), None)
    if (certificate := certificate_fault(of_tls)) is not None:
        return Seen(said=f"{certificate.message}; {certificate.hint}", kind=FaultKind.UNREACHABLE)
    match error:
        case theirs.ModelHTTPError():
            headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
            return Seen(status=error.status_code, headers=headers, body=error.body, said=_innermost(error))
        case theirs.ModelConnectionError() | theirs.ModelRequestTimeout() | httpx2.HTTPError() | httpx2.StreamError():
            return Seen(said=_innermost(error), kind=FaultKind.UNREACHABLE)
        case theirs.ModelAPIError() if error.in_stream:
            return Seen(body=error.body, said=error.message)
        case theirs.ModelAPIError() if "finish_reason" in error.message:
            return Seen(said=BROKEN_OFF, kind=FaultKind.UNREACHABLE)
        case TimeoutError() | OSError():
            return Seen(said=_innermost(error), kind=FaultKind.UNREACHABLE)
        case theirs.UserError():
            return Seen(said=_innermost(error), kind=FaultKind.REJECTED)
        case _:
            return Seen(said=_innermost(error), kind=FaultKind.MALFORMED)


def _causes(error: BaseException | None, *, hidden: bool = False) -> Iterator[BaseException]:
    """Yield an exception and its causes, `hidden` ones too: HTTP clients hide OpenSSL's."""
    for _ in range(_DEEPEST):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ and not hidden else error.__context__)


def _innermost(error: BaseException) -> str:
    """Return the words of the first cause that has some: "All connection attempts failed", not "Connection error."."""
    words = [str(each) or type(each).__name__ for each in _causes(error)]
    return words[-1]

"""Why a request got no usable answer: what became of it, as a tree.

SendError
├── UnsendableError     no request that HTTP can carry; nothing was sent
├── MadeAlreadyError    the caller wants no request made twice; nothing was sent
├── UploadError         a file to send is not what it was; nothing was sent as if it were whole
├── UnreachableError    no connection; nothing was sent
│   └── CertificateError    because of a certificate: the server's, or ours
├── AddressError        an address that the document may not lead to; nothing was sent
├── NoTurnError         too many calls were in flight; nothing was sent
├── TooSoonError        the rate limit lets it go only after the deadline; nothing was sent
├── LeftAloneError      the API has failed again and again, and is left alone; nothing was sent
├── TooLargeError       the answer's body is larger than the cap
└── BrokenAnswerError   no HTTP answer, or one that ended before its end
    └── LostError           as the connection was lost

TimeoutError
└── SilenceError        the deadline came before anything of an answer
"""


class SendError(Exception):
    """A request that got no usable answer."""


class UnsendableError(SendError):
    """The request is none that HTTP can carry: nothing was sent."""


class MadeAlreadyError(SendError):
    """The same request was made before, and whoever calls wants none made twice: nothing was sent."""


class UploadError(SendError):
    """A file is missing, or not what it was when the request was made: the connection was closed before its end."""


class UnreachableError(SendError):
    """No connection was made: nothing was sent."""


class CertificateError(UnreachableError):
    """The server's certificate is not believed, or it refuses ours: nothing was sent. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class AddressError(SendError):
    """The document leads to an address nearer than its own: nothing was sent."""


class NoTurnError(SendError):
    """The deadline came while the request waited for others to end: nothing was sent."""


class TooSoonError(SendError):
    """The rate limit lets the request go only after its deadline: nothing was sent.

    `wait` is in seconds; `set_by` is the setting that says so.
    """

    def __init__(self, message: str, wait: float, set_by: str) -> None:
        super().__init__(message)
        self.wait = wait
        self.set_by = set_by


class LeftAloneError(SendError):
    """The API has failed `failures` times in a row, and is left alone for `wait` seconds: nothing was sent."""

    def __init__(self, failures: int, wait: float) -> None:
        super().__init__(f"{failures} requests in a row have failed")
        self.failures = failures
        self.wait = wait


class TooLargeError(SendError):
    """The answer's body is larger than the cap."""


class BrokenAnswerError(SendError):
    """What came back is no HTTP answer, or ended before its end."""


class LostError(BrokenAnswerError):
    """The connection was lost before the end of the answer: reset, or closed too early."""

    def __init__(self, message: str, *, has_begun: bool = False) -> None:
        super().__init__(message)
        self.has_begun = has_begun


class SilenceError(TimeoutError):
    """The deadline came before anything of an answer."""

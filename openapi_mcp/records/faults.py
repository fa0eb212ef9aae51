"""What goes wrong with a store, in a person's words: RecordsErrors instead of the database's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from openapi_mcp.model.text import one_line
from openapi_mcp.records.store import NotLetInError, RecordsError, RefusedRecords

FULL = "the disk is full"
LOCKED = "another process has locked the records"
DAMAGED = "the records are damaged"
UNWRITABLE = "the records cannot be written"
UNREACHABLE = "the database of the records cannot be reached"
REFUSED = "the database of the records refuses us"

_HINTS = {
    FULL: "make room, or keep fewer records (--keep)",
    LOCKED: "end the process that holds it",
    DAMAGED: "move the file away; a new one is made",
    UNWRITABLE: "see who owns the file and its folder",
    UNREACHABLE: "see that it runs, and what --records says",
    REFUSED: "see the user, the password and the rights in what --records says",
}
_SQLITE = {
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_READONLY": UNWRITABLE,
    "SQLITE_CANTOPEN": UNWRITABLE,
    "SQLITE_PERM": UNWRITABLE,
    "SQLITE_IOERR": UNWRITABLE,
}
_STATES = {
    "53100": FULL,
    "55P03": LOCKED,
    "28": REFUSED,
    "42501": REFUSED,
    "3D": REFUSED,
    "08": UNREACHABLE,
    "57": UNREACHABLE,
    "53": UNREACHABLE,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
_NOT_LET_IN = re.compile(
    r"authentication failed|no password supplied|no pg_hba\.conf entry|(?:role|database) \"[^\"]*\" does not exist"
)
_SHOWN = 200


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn what a database raises into a RecordsError that names the store.

    Raises:
        RecordsError: what was done failed.
    """
    try:
        yield
    except (DataError, IntegrityError) as error:
        raise RefusedRecords(f"the records cannot be used: {one_line(str(error.orig), _SHOWN)}", where=where) from None
    except DBAPIError as error:
        raise _fault(error, where) from None
    except SQLAlchemyError as error:
        raise RecordsError(f"the records cannot be used: {type(error).__name__}", where=where) from error


def _fault(error: DBAPIError, where: str) -> RecordsError:
    said = _known(error)
    detail = _detail(error)
    if said is None:
        return RecordsError(f"the records cannot be used: {detail}", where=where)
    kind = NotLetInError if said == REFUSED else RecordsError
    return kind(said, where=where, hint=f"{_HINTS[said]} ({detail})", reason=detail)


def _detail(error: DBAPIError) -> str:
    r"""Return what a database says, without what `where` says already, and without advice on what is not ours.

    'connection to server at "::1", port 5432 failed: Connection refused\n\tIs ...' -> "Connection refused"
    """
    first = str(error.orig).strip().partition("\n")[0]
    return one_line(first.rpartition(" failed: ")[2].removeprefix("FATAL:").strip(), _SHOWN)


def _known(error: DBAPIError) -> str | None:
    """Return what a database's own code means; None where we have no words for it."""
    name = getattr(error.orig, "sqlite_errorname", None)
    if isinstance(name, str):
        return next((said for code, said in _SQLITE.items() if name == code or name.startswith(f"{code}_")), None)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return _STATES.get(state) or _STATES.get(state[:2])
    if _NOT_LET_IN.search(str(error.orig)):  # of a connection that was never made there is no code
        return REFUSED
    return UNREACHABLE if error.connection_invalidated or type(error.orig).__name__ == "OperationalError" else None

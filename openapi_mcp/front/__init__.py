"""A stdio client's first questions, answered from the catalogue of last time before anything heavy is imported.

The MCP SDK takes longer to import than a client likes to wait. What a client asks first, though, was known when this
same command line last ran: the answer to discovery or the handshake, and the list. This room answers those from a
file and hands the pipe over, with all that was said on it, to server/stdio.py. Standard library only; anything unusual
is handed over at once, so that the SDK answers it. Its few modules are all read at every start: each costs a file.
"""

import os
import signal
import sys

from openapi_mcp.front.conversation import LEGACY, MODERN, Conversation, Handover, page_of
from openapi_mcp.front.kept import FORMAT, MAGIC, SUFFIX, Kept, catalogue_in, open_catalogue
from openapi_mcp.front.name import (
    PREFIX,
    SWITCHES,
    catalogue_folder,
    catalogue_key,
    default_folder,
    state,
    switches_state,
    user_folder,
)
from openapi_mcp.front.wire import Wire, claim_wire

TYPE_CHECKING = False  # as typing has it, without importing typing
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

__all__ = [
    "FORMAT",
    "HANGUPS",
    "LEGACY",
    "MAGIC",
    "MODERN",
    "PREFIX",
    "SUFFIX",
    "SWITCHES",
    "Handover",
    "Kept",
    "Wire",
    "catalogue_folder",
    "catalogue_in",
    "catalogue_key",
    "claim_wire",
    "default_folder",
    "is_fresh",
    "note_hangups",
    "open_catalogue",
    "page_of",
    "serve",
    "state",
    "switches_state",
    "user_folder",
]

HANGUPS: "list[int]" = []
"""The SIGHUPs that came before anybody could act on them."""


def note_hangups() -> None:
    """Note every SIGHUP from now on, which would end us: a server reads its settings again. Under nohup none comes."""
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, _: HANGUPS.append(number))


def serve(arguments: "Sequence[str]", environ: "Mapping[str, str]", version: str) -> Handover | None:
    """Answer a client's first questions; None where there is nothing to answer them from.

    Returns with the conversation as it stands when the list was sent, or something else was asked. Ends the process
    where the client leaves before that.
    """
    if arguments[:1] == ["serve"]:
        note_hangups()
    if arguments[:1] != ["serve"] or any(word in arguments for word in ("http", "--help", "-h")):
        return None
    if None in (sys.stdin, sys.stdout, sys.stderr):  # closed before we started
        return None
    try:
        here = os.getcwd()
        folder = catalogue_folder(arguments, environ, here)
        if folder is None:
            return None
        key = catalogue_key(arguments[1:], environ, here, version)
    except (OSError, ValueError):  # no working folder; text that is no Unicode
        return None
    kept = open_catalogue(os.path.join(folder, key + SUFFIX), key)
    if kept is None or not is_fresh(kept.header, environ):
        return None
    for number, status in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
        signal.signal(number, lambda *_, status=status: os._exit(status))
    handover = Handover(claim_wire(), kept)
    Conversation(handover).run()
    handover.wire.read_ahead(idle=not handover.pending)
    return handover


def is_fresh(header: "dict[str, Any]", environ: "Mapping[str, str]") -> bool:
    """True while the document's files are as they were, what credentials refer to is still there, nothing switched."""
    return (
        header["switches"] == switches_state(environ)
        and all(state(source[0]) == source for source in header["sources"])
        and all(environ.get(name) for name in header["variables"])
        and all(os.access(path, os.R_OK) for path in header["files"])
    )

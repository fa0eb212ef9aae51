"""A request as a curl line for a POSIX shell."""

import base64
import shlex

from openapi_mcp.model.message import HttpRequest, Streamed, Upload

_LONGEST_WORD = 100_000  # bytes; Linux takes no word of a command beyond 128 KiB


def curl(request: HttpRequest) -> str:
    """Return the request as a curl command line; a body that no command line holds is piped to it."""
    words = ["curl", "--globoff", "-X", request.method] if request.method != "HEAD" else ["curl", "--globoff", "--head"]
    packed = ""
    words.append(request.url)
    for name, value in request.headers:
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if isinstance(request.body, Streamed):
        packed = "{ " + " ".join(f"{_printed(piece)};" for piece in request.body.pieces) + " } | "
        words += ["--data-binary", "@-"]
    elif request.body is not None and len(request.body) <= _LONGEST_WORD and _is_text(request.body):
        words += ["--data-raw", request.body.decode()]  # raw: "@" in front names no file
    elif request.body is not None:
        packed = f"{_printed(request.body)} | "
        words += ["--data-binary", "@-"]
    return packed + shlex.join(words)


def _printed(piece: bytes | Upload) -> str:
    """Return the command that prints bytes, or a file."""
    if isinstance(piece, Upload):
        return f"cat {shlex.quote(piece.path)}"
    return f"printf %s {shlex.quote(base64.b64encode(piece).decode())} | base64 -d"


def _is_text(body: bytes) -> bool:
    try:
        return "\x00" not in body.decode()
    except UnicodeDecodeError:
        return False

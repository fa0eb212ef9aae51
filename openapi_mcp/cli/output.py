"""The only module that writes: answers to stdout, everything else to stderr."""

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.model.text import clean_text

if TYPE_CHECKING:
    from rich.console import RenderableType


def show_json(value: Any) -> None:
    """Write one JSON document to stdout."""
    _write(sys.stdout, json.dumps(value, indent=2, ensure_ascii=False))


def show_text(text: str) -> None:
    """Write text to stdout."""
    _write(sys.stdout, text)


def show_bytes(data: bytes) -> None:
    """Write bytes to stdout as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def stdout_is_terminal() -> bool:
    """True when a person reads stdout."""
    return sys.stdout.isatty()


def show(renderable: "RenderableType") -> None:
    """Write a table, or anything else rich can draw, to stdout."""
    from rich.console import Console

    # A pipe has no width: rich would cut its columns at 80.
    width = None if sys.stdout.isatty() else 200
    Console(file=sys.stdout, width=width, highlight=False).print(renderable)


def notice(text: str) -> None:
    """Write one line for a person to stderr."""
    _write(sys.stderr, clean_text(text))


def quiet_notice(_text: str) -> None:
    """Say nothing: --quiet."""


def show_error(error: OpenapiMcpError) -> None:
    """Write an error to stderr: what happened, where, and what to do."""
    lines = [f"error: {clean_text(error.message)}"]
    if error.where:
        lines.append(f"   at: {clean_text(error.where)}")
    if error.hint:
        lines.append(f"  fix: {clean_text(error.hint)}")
    _write(sys.stderr, "\n".join(lines))


def set_up_logging(level: str) -> None:
    """Log our own events to stderr. Libraries log only warnings: at lower levels they write whole URLs and headers."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.ERROR, force=True)
    logging.getLogger("openapi_mcp").setLevel(level.upper())


def _write(stream: Any, text: str) -> None:
    try:
        stream.write(f"{text}\n")
    except UnicodeEncodeError:  # a terminal that is not UTF-8
        stream.write(
            f"{text.encode(stream.encoding or 'ascii', 'backslashreplace').decode(stream.encoding or 'ascii')}\n"
        )
    stream.flush()

"""Lines for a terminal, broken between words: it breaks them itself, but in the middle of one."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

_USUAL = 80  # columns of a terminal that does not say
_LEAST = 20  # columns; what is narrower has no room for words
_COMMAND = re.compile(r"(?:\bopenapi-mcp [a-z]|\bpipx (?:inject|install) |\buv (?:tool|pip) |\bcurl |\bchmod )")
_TOKEN = re.compile(r"\S+\s*")
_BULLET = "- "
_BAR = "|"


def fitted(text: str, stream: Any, hang: int = 0) -> str:
    """Return a text as it fits the terminal that a stream is; what is none takes it as it is."""
    return wrapped(text, columns(stream), hang) if stream.isatty() else text


def columns(stream: Any) -> int:
    """Return how wide a terminal is, whichever stream it is: stdout may be a file."""
    here = 0
    with suppress(OSError, ValueError):  # no terminal, or closed: as wide as is usual
        here = os.get_terminal_size(stream.fileno()).columns
    return shutil.get_terminal_size((here or _USUAL, 24)).columns


def wrapped(text: str, width: int, hang: int = 0) -> str:
    """Return a text whose lines are broken between words so that each has so many columns, `hang` before what goes on.

    Not broken are a word that is longer, and what follows the beginning of a command: who copies it from several lines
    would run another one. A terminal breaks these itself, and copies them whole. A line behind a bar is a part of
    somebody's request: it is broken wherever the terminal would, and each part has a bar, as none may look like our
    own words.
    """
    if width < _LEAST or not text:
        return text
    return "\n".join(row for line in text.split("\n") for row in _rows(line, width, hang))


def _rows(line: str, width: int, hang: int) -> Iterator[str]:
    bare = line.lstrip(" ")
    if _taken(line) <= width:
        yield line
        return
    if bare.startswith(_BAR):
        yield from _behind_bars(line, len(line) - len(bare), width)
        return
    indent = len(line) - len(bare)
    before = " " * min(max(hang, indent + (len(_BULLET) if bare.startswith(_BULLET) else 0)), width // 2)
    row, is_begun = line[:indent], False
    for token in _tokens(bare):
        if is_begun and _taken(row) + _taken(token.rstrip()) > width:
            yield row.rstrip()
            row = before
        row, is_begun = row + token, True
    yield row.rstrip()


def _behind_bars(line: str, indent: int, width: int) -> Iterator[str]:
    """Yield a line behind a bar as rows of so many columns, each behind one."""
    before = f"{line[:indent]}{_BAR}   "
    row = ""
    for char in line:
        if _taken(row + char) > width and len(row) > len(before):
            yield row
            row = before
        row += char
    yield row


def _tokens(text: str) -> Iterator[str]:
    """Yield the words of a line, each with the blanks behind it; a command and what follows it as one."""
    found = _COMMAND.search(text)
    yield from _TOKEN.findall(text[: found.start()] if found else text)
    if found:
        yield text[found.start() :]


def _taken(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)

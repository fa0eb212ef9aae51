"""Texts that are meant as runtime expressions, and are none: they would be sent as they stand, in a write too."""

from collections.abc import Callable, Iterator
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.expressions import ROOTS, roots_meant, texts_in, without_their_braces
from openapi_mcp.workflow.faults import PayloadError
from openapi_mcp.workflow.template import template
from openapi_mcp.workflow.warned import Warned

_ON_PURPOSE = "a text that is meant so is the `default` of an input, and named as that"
Meant = Callable[[str, tuple[str, ...], str], str]


def mistaken(value: Any, pointer: str, meant: Meant) -> Iterator[Warned]:
    """Yield the texts in a value that are nearly expressions; `meant` says which name is meant by another.

    "$input.x" is an error, as its root is near one that there is. "$HOME.x" may be a text, "for $inputs.x" too.
    """
    for place, text in texts_in(value, pointer):
        if "$" in text:
            for inner in _texts(text):
                yield from _of_text(inner, place, meant)


def _texts(text: str) -> list[str]:
    """Return the texts of one that is JSON, which is read before it is filled; else the text itself."""
    try:
        read = template(text)
    except (PayloadError, RecursionError):  # which is said where it is held against what takes it
        return []
    return [text] if isinstance(read, str) else [inner for _, inner in texts_in(read, "")]


def _of_text(text: str, place: str, meant: Meant) -> Iterator[Warned]:
    said = f"{one_line(text, 80)!r} is no runtime expression, and stays as it is"
    for begin in roots_meant(text):
        near = meant(begin, ROOTS, "")
        yield Warned(
            said, near or f"begin it with one of {', '.join(ROOTS)}; {_ON_PURPOSE}", place, is_fatal=bool(near)
        )
    for bare in without_their_braces(text):
        yield Warned(said, f"within a text, write {{{one_line(bare, 80)}}}; {_ON_PURPOSE}", place)

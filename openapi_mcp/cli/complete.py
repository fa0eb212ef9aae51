"""What a TAB is answered with beside the names of commands and options: values, clients, kept tools; never a download.

typer writes the shells' scripts (`openapi-mcp --install-completion`) and calls us with what was typed in the
environment.
"""

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from itertools import islice

from openapi_mcp import __version__, front
from openapi_mcp.front.kept import Kept, open_catalogue

_VARIABLE = "_OPENAPI_MCP_COMPLETE"
_NAME = re.compile("[A-Za-z0-9_-]{1,128}")  # zsh evaluates what it is answered: nothing else may stand there
_MOST = 5_000  # names
_BREAKS = frozenset((":", "=", "=:", ":=", "::"))  # where bash parts a word


def is_completing(environ: Mapping[str, str]) -> bool:
    """True where a shell asks what a TAB is to be answered with; what it wants of the scripts is another question."""
    return environ.get(_VARIABLE, "").startswith("complete_")


def typed_words(environ: Mapping[str, str]) -> list[str]:
    """Return the words before the one that a TAB is pressed in, without the command itself.

    {"COMP_WORDS": "openapi-mcp call --spec a.json or", "COMP_CWORD": "4", ...} -> ["call", "--spec", "a.json"]
    """
    if environ.get(_VARIABLE) == "complete_bash":
        return _split(environ.get("COMP_WORDS", ""))[1 : int(environ.get("COMP_CWORD", "1"))]
    text = environ.get("_TYPER_COMPLETE_ARGS", "")
    words = _split(text)[1:]
    return words if text.endswith(" ") else words[:-1]


def join_words(environ: MutableMapping[str, str]) -> None:
    """Put together what bash has parted: it takes `https://a` for three words, and `--mode=s` as well."""
    if environ.get(_VARIABLE) != "complete_bash":
        return
    words = _split(environ.get("COMP_WORDS", ""))
    at = int(environ.get("COMP_CWORD", "1"))
    joined, places = _joined(words)
    environ["COMP_WORDS"] = shlex.join(joined)
    environ["COMP_CWORD"] = str(places[at] if at < len(places) else len(joined))


def _joined(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the words put together, and for each of the parts the word that it is in."""
    joined: list[str] = []
    places: list[int] = []
    is_open = False
    for word in words:
        is_break = word in _BREAKS
        if joined and (is_break or is_open):
            joined[-1] += word
        else:
            joined.append(word)
        is_open = is_break
        places.append(len(joined) - 1)
    return joined, places


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quotation mark that is not closed yet
        return text.split()


def clients(incomplete: str) -> list[str]:
    """Return the clients that a word begins."""
    from openapi_mcp.clients.known import KNOWN

    return [name for name in KNOWN if name.startswith(incomplete)]


def tool_names(incomplete: str) -> list[str]:
    """Return the tools that a word begins, as `serve` with the same options has kept them for its next start."""
    _, *options = [*typed_words(os.environ), "", ""]
    words = [word for word in options if word]
    found = (name for name in _kept_names(words, os.environ) if name.startswith(incomplete))
    return list(islice(found, _MOST))


def _kept_names(words: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    try:
        folder = front.catalogue_folder(words, environ, os.getcwd())
        key = front.catalogue_key(words, environ, os.getcwd(), __version__)
    except (OSError, ValueError):
        return
    kept = open_catalogue(os.path.join(folder, f"{key}{front.SUFFIX}"), key) if folder else None
    if kept is not None:
        with kept.file:
            yield from _names(kept)


def _names(kept: Kept) -> Iterator[str]:
    for index in range(len(kept.header["pages"])):
        page = kept.page(index)
        for tool in json.loads(bytes(page)) if page else ():
            if _NAME.fullmatch(tool["name"]):
                yield tool["name"]

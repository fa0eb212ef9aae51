"""Whether the working folder has a part in what is served: a document, or another file, that is named from there."""

import os
from itertools import pairwise

TYPE_CHECKING = False  # as typing has it, without importing typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SPEC = ("--spec", "-s")
_SURE = ("http://", "https://", "file:///")
_BETWEEN = ",:=\n"
_MOST_PIECES = 24  # of one text; each run of them may be a name, so the work grows with the square
_LONGEST_FLAGS = 6  # letters before the value of -s: -vsFILE


def is_of_no_folder(folder: str, words: "Sequence[str]", variables: "Sequence[tuple[str, str]]") -> bool:
    """Return True where the list is surely the same in every folder.

    That is: each document is a URL or an absolute path, no command is run, and nothing in the folder has a name that
    one of the texts may mean. A client starts a person's server in each of their projects, and the first start there
    is then as fast as the next one.
    """
    texts = [*words, *map("=".join, variables)]
    if any("spec-command" in text or "SPEC_COMMAND" in text for text in texts):
        return False
    sources = [
        *_sources(words),
        *(line for name, value in variables if name.endswith("_SPEC") for line in _lines(value)),
    ]
    return bool(sources) and all(map(_is_sure, sources)) and not _names_something(folder, texts)


def _sources(words: "Sequence[str]") -> "Iterator[str]":
    yield from (text for before, text in pairwise(words) if before in _SPEC)
    for word in words:
        if word.startswith("--spec="):
            yield word[len("--spec=") :]
        elif word.startswith("-s") and word != "-s":
            yield word[2:]


def _lines(value: str) -> "list[str]":
    return [line for line in value.splitlines() if line.strip()]


def _is_sure(source: str) -> bool:
    """True for a URL or an absolute path, also behind an API's name: "shop=https://api.example.com/openapi.json"."""
    name, equals, rest = source.strip().partition("=")
    is_named = equals and name.replace("-", "").replace("_", "").isalnum()
    text = rest.strip() if is_named else source.strip()
    return os.path.isabs(text) or text.lower().startswith(_SURE)


def _names_something(folder: str, texts: "Sequence[str]") -> bool:
    words = [*texts, *(text[2:] for text in texts if text[:2] != "--")]  # -sFILE
    words += [text[at:] for text in texts if text[:1] == "-" != text[1:2] for at in range(3, _LONGEST_FLAGS)]
    return any(_may_name_something(folder, text) for text in words)


def _may_name_something(folder: str, text: str) -> bool:
    """True where something in a folder has the name that a text is, or ends with, or has between two marks.

    "shop=api,v1.json" is tried whole, as "api,v1.json", "shop=api", "api", "v1.json" and "shop": which of its marks
    divide it and which are part of a name, only the file itself tells.
    """
    marks = [-1, *(at for at, letter in enumerate(text) if letter in _BETWEEN), len(text)]
    if len(marks) > _MOST_PIECES:
        return True
    pieces = [text[start + 1 : end] for at, start in enumerate(marks) for end in marks[at + 1 :]]
    names = {name for piece in pieces for name in (piece, piece.strip()) if name and not os.path.isabs(name)}
    return any(os.path.exists(os.path.join(folder, name)) for name in names)

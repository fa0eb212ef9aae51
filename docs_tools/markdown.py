"""Text of the code as Markdown: cells of tables, options and names as code."""

import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(
    r"`[^`]+`"  # is code already
    r"|'[^' ][^']*'(?=[ ,.:;)]|$)"  # 'POST /path/*'
    r"|(?<![\w`-])--[a-z][a-z-]*(?: [A-Z]+(?:=[A-Z]+)?)?"  # --base-url, --base-url NAME=URL
    r"|\b(?:env:NAME|file:PATH|openapi-mcp\.toml)\b"
)
_SPECIAL = re.compile(r"([\\*_\[\]<>#|])")


def prose(text: str) -> str:
    """Return a text in which options and quoted words are code, and nothing is markup by chance.

    "Wins over --include; 'POST /path/*'." -> "Wins over `--include`; `POST /path/*`."
    """
    parts, end = list[str](), 0
    for found in _CODE.finditer(text):
        parts += [_SPECIAL.sub(r"\\\1", text[end : found.start()]), code(found[0].strip("`'"))]
        end = found.end()
    return "".join([*parts, _SPECIAL.sub(r"\\\1", text[end:])])


def code(text: str) -> str:
    """Return a text as code, fit for a cell of a table."""
    return f"`{text.replace('|', chr(92) + '|')}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(' '.join(cell.split()) for cell in row)} |\n" for row in lines)


def fenced(text: str, language: str = "text") -> str:
    """Return a block of text as it is."""
    return f"```{language}\n{text.strip(chr(10))}\n```\n"


def page(title: str, *parts: str) -> str:
    """Return a page of these parts, with the line that says where it comes from."""
    made = "<!-- made by `make docs` from the code: change it there -->\n"
    return "\n".join([f"# {title}\n", made, *parts]).rstrip("\n") + "\n"

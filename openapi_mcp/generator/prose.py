"""Markdown and HTML of a document as plain text, which a model reads cheaply, and that text in sentences."""

import html
import re
from collections.abc import Iterable

_READ = 6_000  # characters of a text that are looked at; far fewer are ever shown
_LONGEST_CODE = 80  # characters of a code block that are shown: a value, not an example of a program
_FENCE = re.compile(r"[ \t]{0,9}(?:```|~~~)")
_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|h[1-6]|ul|ol|dl|dt|dd|tr|table|thead|tbody|pre|blockquote|section|details"
    r"|summary|note|important|fullname)"
    r"\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_ITEM = re.compile(r"<li\b[^<>]{0,300}>", re.IGNORECASE)
_CELL = re.compile(r"</?t[dh]\b[^<>]{0,300}>", re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|big|center|cite|code|col|del|em|font|i|img|ins|kbd|li|mark|q|s|samp|script|small|span|strike|strong"
    r"|style|sub|sup|tt|u|var)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[([^\[\]]{0,300})\]\([^()\s]{0,1000}(?:\s[^()]{0,200})?\)")
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]{0,80}\]){1,300})\]\((?:[^()\s]|\([^()\s]{0,200}\)){0,1000}(?:\s[^()]{0,200})?\)"
)
_REFERRED = re.compile(r"\[([^\[\]]{1,200})\]\[[^\[\]]{0,100}\]")
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+([^\n]*)$", re.MULTILINE)
_QUOTED = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.MULTILINE)
_ALERT = re.compile(r"\[!(\w{2,20})\][ \t]*\n?")
_BULLET = re.compile(r"^[ \t]*[*+-][ \t]+", re.MULTILINE)
_STRONG = re.compile(r"\*\*(?=\S)([^\n]{1,500}?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*/\\])\*(?=[^\s*])([^*\n]{1,200}?)(?<=[^\s*])\*(?![\w*/])")
_DIVIDER = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*(?::?-{2,}:?)?[ \t]*$\n?", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_MARKED = re.compile(r"[\[<&*#>|`]|^[ \t]*[-=~+_]", re.MULTILINE)
_END = re.compile(r"(?<=[.!?…])[\"')]?\s+(?=[^\sa-z])")
_ABBREVIATION = re.compile(r"\b(?:(?i:e\.g|i\.e|etc|vs|cf|approx|resp|no|nr|incl)|[A-Z])\.$")
_LONGEST_ABBREVIATION = len("approx.")
_ELSEWHERE = re.compile(
    r"(?:please )?(?:for (?:more|further|additional|detailed) (?:information|info|details?)|for details|see|see also"
    r"|refer to|learn more|read more|more (?:information|info|details?)|to learn more|you can (?:find|read) more)\b",
    re.IGNORECASE,
)
_POINTER = "\u0001"  # stands for a link while sentences are told apart; no text of a document holds a control character


def plain(text: str) -> str:
    r"""Return the words of a text of Markdown or HTML, a paragraph or an item on each line.

    "## Paging\nSee [the **guide**](https://x.example)." -> "Paging:\nSee the guide."

    CommonMark 0.31.2; OAS 3.1.1, Rich Text Formatting.
    """
    text = text[:_READ]
    return _words(text, "") if _MARKED.search(text) else text


def without_pointers(text: str) -> str:
    """Return the same without the sentences that only say on which page more stands, unless all do.

    "Max 100. For more information, see [Paging](https://x.example)." -> "Max 100."
    """
    text = text[:_READ]
    if "](" not in text and "://" not in text and "</a" not in text:
        return plain(text)
    marked = _words(text.replace(_POINTER, ""), _POINTER)
    lines = [" ".join(_kept(sentences(line))) for line in marked.split("\n")]
    while len(lines) > 1 and (not lines[-1] or lines[-1].endswith(":")):  # a heading over nothing
        lines.pop()
    left = "\n".join(filter(None, lines))
    return (left if left.strip("-: \n") else marked).replace(_POINTER, "")


def _kept(said: Iterable[str]) -> list[str]:
    return [
        each for each in said if not (_POINTER in each or "://" in each) or not _ELSEWHERE.match(each.lstrip("(\"'- "))
    ]


def sentences(text: str) -> list[str]:
    """Return the sentences of one line: "Max 100, e.g. 5. See below." -> ["Max 100, e.g. 5.", "See below."]."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if not _ends_abbreviated(text, start, end):
            found.append(text[start : end.end()].strip())
            start = end.end()
    last = text[start:].strip()
    return [*found, last] if last else found


def _ends_abbreviated(text: str, start: int, end: re.Match[str]) -> bool:
    """True where what ends a sentence that begins at `start` may be an abbreviation's dot; only the tail is looked at.

    The whole sentence would be: in "A. A. A." there are as many ends as letters, and none that counts.
    """
    tail = max(start, end.start() - _LONGEST_ABBREVIATION)
    return end[0][0].isspace() and _ABBREVIATION.search(text, tail, end.start()) is not None


def _words(text: str, pointer: str) -> str:
    text = text.replace("\r\n", "\n")
    if "```" in text or "~~~" in text:
        text = _without_code(text)
    if ">" in text:
        text = _QUOTED.sub("", text)
    if "[" in text:
        text = _without_links(text, pointer)
    if "<" in text:
        text = _without_tags(text, pointer)
    if "&" in text:
        text = html.unescape(text)
    if "|" in text:
        text = _ROW.sub(_row, _DIVIDER.sub("", text))
    if "#" in text:
        text = _HEADING.sub(_heading, text)
    text = _BULLET.sub("- ", _RULE.sub("", text))
    return _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", text)) if "*" in text else text


def _without_links(text: str, pointer: str) -> str:
    text = _ALERT.sub(lambda found: f"{found[1].capitalize()}: ", text)
    return _REFERRED.sub(r"\1", _LINK.sub(rf"\1{pointer}", _IMAGE.sub(r"\1", text)))


def _without_tags(text: str, pointer: str) -> str:
    text = _without_comments(text)
    text = text.replace("</a>", pointer).replace("</A>", pointer)
    text = _ITEM.sub("\n- ", _BLOCK.sub("\n", text))
    return _INLINE.sub("", _CELL.sub(" ", text))


def _without_code(text: str) -> str:
    """Return a text without its code blocks; one of a single short line is a value, and stays."""
    left: list[str] = []
    block: list[str] | None = None
    for line in text.split("\n"):
        if _FENCE.match(line):
            left += _shown_code(block or [])
            block = [] if block is None else None
        else:
            (left if block is None else block).append(line)
    return "\n".join(left)


def _shown_code(block: list[str]) -> list[str]:
    lines = [line.strip() for line in block if line.strip()]
    return [f"`{lines[0]}`"] if len(lines) == 1 and len(lines[0]) <= _LONGEST_CODE else []


def _without_comments(text: str) -> str:
    before, *others = text.split("<!--")
    return before + "".join(other.partition("-->")[2] for other in others)


def _heading(found: re.Match[str]) -> str:
    said = found[1].rstrip(" \t#").strip()
    return said if not said or said[-1] in ".!?:…" else f"{said}:"


def _row(found: re.Match[str]) -> str:
    cells = [cell.strip() for cell in found[1].split("|")]
    first, rest = cells[0], ", ".join(filter(None, cells[1:]))
    return f"- {first}: {rest}" if first and rest else f"- {first or rest}"

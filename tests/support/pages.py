"""The pages that people read, README.md and docs/, as what stands in their blocks: commands, files, outputs."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`]*)$")
_TITLE = re.compile(r'title="([^"]+)"')
_FILE = re.compile(r"`([~\w./-]*\.(?:toml|json|ya?ml|py|js|mjs|cs|rb|java|kt|properties))`")
_FAILED = re.compile(r'^\s*error\b|^\s*\{?"error": *\{|\b[1-9]\d* errors?\b')
ANYTHING = "..."
"""What a page shows in place of what may differ, within a line or as a line of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block; `before` is the last line of prose above it, `title` what its fence says."""

    page: str
    line: int
    language: str
    text: str
    before: str = ""
    title: str = ""

    @property
    def file(self) -> str:
        """Return the file that it is said to be: by its title, or as the last that the line before it names; or ''."""
        named = _FILE.findall(self.before)
        return self.title or (named[-1] if named else "")

    @property
    def place(self) -> str:
        """Return where it stands, as an editor finds it."""
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command of a console block, and the lines that the page shows below it."""

    place: str
    command: str
    shown: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """True where the page shows that the command does not succeed."""
        return any(_FAILED.search(line) for line in self.shown)


def page_names() -> list[str]:
    """Return README.md and every page of docs/ that a person wrote."""
    docs = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
    return ["README.md", *(name for name in docs if not name.startswith("docs/reference/"))]


def read_page(name: str) -> str:
    """Return the text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order; one within a list or a tab without its indentation."""
    before, fence, start, lines = "", None, 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if fence is None:
            fence, start, lines = _FENCE.match(line), number, []
            before = line if fence is None and line.strip() else before
        elif line.strip() == fence["ticks"]:
            language, _, rest = fence["info"].strip().partition(" ")
            title = _TITLE.search(rest)
            body = "".join(f"{each.removeprefix(fence['indent'])}\n" for each in lines)
            yield Block(
                page=name, line=start, language=language, text=body, before=before, title=title[1] if title else ""
            )
            fence = None
        else:
            lines.append(line)


def steps(block: Block) -> Iterator[Step]:
    """Yield the commands of a console block: `$ ` begins one; it goes on after a backslash or within quotes."""
    lines = block.text.splitlines()
    number = 0
    while number < len(lines):
        assert lines[number].startswith("$ "), f"{block.page}:{block.line + number + 1}: output without a command"
        start, command = number, lines[number].removeprefix("$ ")
        while _goes_on(command):
            number += 1
            command += f"\n{lines[number].removeprefix('> ')}"
        number += 1
        first = number
        while number < len(lines) and not lines[number].startswith("$ "):
            number += 1
        shown = tuple(line.rstrip() for line in lines[first:number])
        yield Step(place=f"{block.page}:{block.line + start + 1}", command=command, shown=shown)


def _goes_on(command: str) -> bool:
    if command.endswith("\\"):
        return True
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return True
    return False


def difference(shown: tuple[str, ...], said: list[str]) -> str | None:
    """Return the line shown that what was said has not, in order; None where all is so.

    A page that shows nothing says nothing about it. `...` stands for any lines, or within one for any text.
    """
    pattern, wanted = "", [line for line in shown if line]
    for line in wanted:
        pattern += r"(?:.*\n)*?" if line.strip() == ANYTHING else f"{_line_pattern(line)}\n"
        if not re.match(pattern, _text(said)):
            return line
    return None if not wanted or re.fullmatch(pattern, _text(said)) else "(the end: more was said)"


def _line_pattern(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.split(ANYTHING))


def _text(said: list[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in said if line.strip())

"""Text of a document as it may reach a model or a terminal."""

import json
import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# C0 and C1 controls but newline and tab, with the escape sequences that some of them start; soft hyphen, bidirectional
# controls, zero-width characters, invisible operators, the byte order mark, interlinear marks, tag characters.
_HIDDEN = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def without_controls(text: str) -> str:
    """Return the text with its control characters but newline and tab written as escapes.

    A terminal would obey them: an upstream could set its title, or hide what it says.
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def clean_text(text: str) -> str:
    """Return the text without characters that a reader cannot see: controls, escapes, zero-width, bidi, tags."""
    if text.isascii() and text.isprintable():  # nearly every text, and six times as fast
        return text.strip()
    return _HIDDEN.sub("", text.replace("\r\n", "\n")).strip()


def visible(text: str) -> str:
    """Return the text with each character that a reader cannot see, or not tell from a space, as its code point.

    "pay\u202eme" -> "pay<U+202E>me"; line breaks stay.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line if line.isascii() and line.isprintable() else _with_code_points(line) for line in lines)


def _with_code_points(line: str) -> str:
    hidden = (not char.isprintable() or _HIDDEN.fullmatch(char) for char in line)
    return "".join(f"<U+{ord(char):04X}>" if is_hidden else char for char, is_hidden in zip(line, hidden, strict=True))


def escaped(text: str) -> str:
    """Return a JSON text with each character that a reader cannot see as an escape of JSON's own: no value changes."""
    return _HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def holds_hidden(text: str) -> bool:
    """True where a text holds characters that a reader cannot see: `clean_text` would take them out."""
    return not (text.isascii() and text.isprintable()) and _HIDDEN.search(text) is not None


def one_line(text: str, limit: int) -> str:
    """Return the text on one line, white space folded, cut at a word to at most `limit` characters."""
    flat = " ".join(clean_text(text).split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[limit // 2 :] else cut}…"

"""The forms in which a text comes back from those that it was sent to: escaped, percent-encoded, in base64, in hex."""

import base64
import json
import re
from functools import lru_cache
from html import escape
from html.entities import html5
from urllib.parse import quote, quote_plus

_RUN = re.compile("[A-Za-z0-9]+")  # what no escape changes
_CHARACTER = re.compile(r"[A-Za-z0-9]+|\\+|[^A-Za-z0-9\\]", re.DOTALL)
_SLASHES = 8  # backslashes before one character: JSON in JSON in JSON
_MOST_MARKS = 500  # of a text, each of which may be escaped or not
_LONGEST_ZEROS = 7  # in "&#0000043;"
_IN_JSON = {"\b": "b", "\t": "t", "\n": "n", "\f": "f", "\r": "r"}
_URL_ALPHABET = str.maketrans("+/", "-_")  # RFC 4648 section 5
_SHORTEST_WITHIN_BASE64 = 6


class Escaped:
    """A text each of whose characters may stand as itself or escaped: in JSON, in HTML, in a URL, in part or in full.

    Letters and digits of ASCII stand for themselves, so that a text without them is told at once. What may begin at one
    place ends at one place: no text makes the search slow.
    """

    __slots__ = ("_others", "_pattern", "_runs", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._runs = sorted(set(_RUN.findall(value)), key=len, reverse=True)
        self._others = sorted(set(_RUN.sub("", value)))
        self._pattern: re.Pattern[str] | None = None

    def __len__(self) -> int:
        return len(self._value)

    def finds(self, text: str) -> bool:
        """True when the text stands in another, escaped or not."""
        return self._may_be_in(text) and self._compiled().search(text) is not None

    def replaced(self, text: str, by: str) -> str:
        """Return a text with `by` in its place."""
        return self._compiled().sub(by, text) if self._may_be_in(text) else text

    def _may_be_in(self, text: str) -> bool:
        return all(run in text for run in self._runs) and all(
            any(trace in text for trace in _traces(char)) for char in self._others
        )

    def _compiled(self) -> re.Pattern[str]:
        """Return the pattern, made when it is needed first: most secrets are never repeated."""
        if self._pattern is None:
            self._pattern = re.compile(_pattern(self._value))
        return self._pattern


def encoded(value: str) -> set[str]:
    """Return a text as it stands where nothing of it is left: each byte percent-encoded, in hexadecimal, in base64."""
    raw = value.encode()
    every_byte = "".join(f"%{byte:02x}" for byte in raw)
    return {every_byte, every_byte.upper(), raw.hex(), raw.hex().upper(), *_in_base64(raw)}


def _pattern(value: str) -> str:
    """Return what matches a text however its characters are escaped.

    Backslashes are taken with what follows, and not twice: which of them escape that, or each other, is not to be told.
    A text with more of them in a row, or with very many marks, is looked for escaped in full alone: else the search
    would be slow, and so would making the pattern.
    """
    if "\\" * (_SLASHES + 1) in value or len(_RUN.sub("", value)) > _MOST_MARKS:
        return "|".join(map(re.escape, sorted(_escaped_in_full(value), key=len, reverse=True)))
    pattern, slashes = "", ""
    for part in _CHARACTER.findall(value):
        if part[0] == "\\":
            slashes = _backslashes(len(part))
            continue
        matched = part if _RUN.fullmatch(part) else _character(part)
        pattern += f"(?>{slashes}{matched})" if slashes else matched
        slashes = ""
    return pattern + slashes


def _escaped_in_full(value: str) -> set[str]:
    """Return a text as it is, and as whole texts are escaped: in JSON, in HTML, in URLs and forms."""
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    in_json |= {each.replace("/", "\\/") for each in in_json}
    return {
        value,
        *in_json,
        escape(value),
        escape(value, quote=False),
        quote(value),
        quote(value, ""),
        quote_plus(value),
    }


def _backslashes(count: int) -> str:
    escaped = f"(?:{'|'.join(_escapes(chr(92)))}){{{count}}}"
    return rf"(?:{escaped}|\\{{{count},{count * _SLASHES}}})"


@lru_cache(1024)
def _character(char: str) -> str:
    """Return what matches one character: of those beyond ASCII also the bytes of it, read or escaped as Latin-1."""
    if char.isascii():
        return f"(?:{_ascii(char)})"
    read_as_latin_1 = "".join(f"(?:{_ascii(each)})" for each in char.encode().decode("latin-1"))
    forms = [_ascii(char), read_as_latin_1]
    if ord(char) < 256:
        forms.append(_percent(char.encode("latin-1")))
    return f"(?:{'|'.join(forms)})"


@lru_cache(1024)
def _traces(char: str) -> tuple[str, ...]:
    """Return texts of which one at least stands where a mark of ASCII does; "" for others, which are found anywhere."""
    if not char.isascii() or char.isspace() or not char.isprintable():
        return ("",)
    code = f"{ord(char):02x}"  # of which the first is a digit
    codes = {code, code.upper()}
    escapes = (form for each in codes for form in (f"u00{each}", f"x{each}", f"%{each}", f"25{each}", f"{each};"))
    return tuple(dict.fromkeys((char, f"{ord(char)};", *_names(char), *escapes)))


@lru_cache(1024)
def _ascii(char: str) -> str:
    """Return the alternatives for a character: itself, and its escapes in JSON and scripts, in HTML, in URLs."""
    return "|".join([_itself(char), *_escapes(char)])


def _escapes(char: str) -> list[str]:
    return [*_in_scripts(char), *_in_html(char), _percent(char.encode())]


def _itself(char: str) -> str:
    if char == " ":
        return r"[ +]"  # a form has it so
    return rf"\\{{0,{_SLASHES}}}{re.escape(char)}" if char in "\"'/" else re.escape(char)


def _in_scripts(char: str) -> list[str]:
    slash = rf"\\{{1,{_SLASHES}}}"
    units = char.encode("utf-16-be").hex(" ", 2).split()
    forms = ["".join(f"{slash}u(?i:{unit})" for unit in units)]
    forms.append("".join(f"{slash}x(?i:{byte:02x})" for byte in char.encode()))
    return [*forms, slash + _IN_JSON[char]] if char in _IN_JSON else forms


def _in_html(char: str) -> list[str]:
    zeros = f"0{{0,{_LONGEST_ZEROS}}}"
    code = f"#{zeros}{ord(char)};|#[xX]{zeros}(?i:{ord(char):x});"
    ampersand = rf"(?:&|\\{{1,{_SLASHES}}}u0026)(?:amp;)?"
    return [f"{ampersand}(?:{'|'.join([code, *_names(char)])})"]


def _names(char: str) -> list[str]:
    """Return the names of a character in HTML: "<" -> "LT;", "lt;"."""
    return [name for name, text in html5.items() if text == char and name.endswith(";")]


def _percent(raw: bytes) -> str:
    """Return what matches percent-encoded bytes: RFC 3986 section 2.1; "%252B" has been encoded once more."""
    return "".join(f"%(?:25){{0,2}}(?i:{byte:02x})" for byte in raw)


def _in_base64(raw: bytes) -> set[str]:
    """Return bytes in base64, in both alphabets, and what always stands there of them where others come before them.

    b"key" within b"Bearer key" begins in the middle of a character: its first and its last one are not its own alone.
    """
    forms = {base64.b64encode(raw).decode()}
    if len(raw) >= _SHORTEST_WITHIN_BASE64:
        for before in range(3):
            whole = base64.b64encode(bytes(before) + raw).decode()
            forms.add(whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    forms |= {form.rstrip("=") for form in forms}
    return forms | {form.translate(_URL_ALPHABET) for form in forms}

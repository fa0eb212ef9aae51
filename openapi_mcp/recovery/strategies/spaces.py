"""Texts with blanks, invisible characters or quotes around them."""

import re
from collections.abc import Iterator

from openapi_mcp.index.entities import split
from openapi_mcp.recovery.rewriting.asked import fits, format_asked, name_of
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, at_once
from openapi_mcp.schema.formats import has_format

_RULES = frozenset(("enum", "const", "pattern", "format", "maxLength", "minLength"))
_REFUSED = frozenset(("exists", "invalid"))  # by the API: what cannot be sent at all is for the caller to see
_LONGEST = 10_000  # characters
_WHOLE = frozenset(
    ("password", "passwd", "pwd", "secret", "token", "passphrase", "pin", "delimiter", "separator", "sep", "indent",
     "prefix", "suffix", "pattern", "regex", "regexp", "query", "q")
)  # fmt: skip
"""Words for a text of which every character counts."""
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_OTHER_BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")
_ADDRESS = r"[^\s<>@?%,;:\"]{1,64}@[^\s<>@?%,;:\"]{1,255}"
_EMAIL = re.compile(rf"<(?:mailto:)?({_ADDRESS})>|mailto:({_ADDRESS})", re.IGNORECASE)
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb"}


def spaces(case: Case) -> Rewrite | None:
    """Return the call with a text without what surrounds it, where the text alone fits: ' "abc" ' -> 'abc'."""
    text = case.value
    rules = _RULES | _REFUSED if case.was_sent else _RULES
    is_looked_at = case.fault.rule in rules and isinstance(text, str) and len(text) <= _LONGEST
    wanted = format_asked(case) if is_looked_at else "password"
    if wanted == "password" or _WHOLE & set(split(name_of(case))):  # every character of it counts
        return None
    for plain, how in (*_plainer(text), *(_bare_email(text) if wanted == "email" else ())):
        if plain and fits(case, plain) and has_format(plain, wanted):
            return case.rewritten(plain, how)
    return None


def _plainer(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text without the blanks around it, then without characters that nobody sees, then without quotes."""
    yield (plain := text.strip()), "no spaces stand around a text"
    yield (plain := _OTHER_BLANKS.sub(" ", _UNSEEN.sub("", plain)).strip()), "no invisible characters stand in a text"
    if len(plain) > 2 and _QUOTES.get(plain[0]) == plain[-1] and plain[-1] not in plain[1:-1]:
        yield plain[1:-1].strip(), "no quotes stand around a text"


def _bare_email(text: str) -> Iterator[tuple[str, str]]:
    """Yield the email in "<a@example.com>" and "mailto:a@example.com" (RFC 5322, section 3.4; RFC 6068)."""
    if found := _EMAIL.fullmatch(text.strip()):
        yield found[1] or found[2], "an email is given alone, without brackets or mailto:"


STRATEGY = Strategy(
    name="spaces",
    rank=200,
    about="spaces, invisible characters and quotes around a text go, where it fits without them",
    repair=at_once(spaces),
)

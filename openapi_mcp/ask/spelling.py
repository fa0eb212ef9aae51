"""The same id in another writing: with its dashes or without, in groups, the first digits of a commit's digest.

    978-3-16-148001-9, 9783161480019        DE89 3704 0044 0532 0130 00, DE89370400440532013000

Only marks between its parts may differ, and only where one of the two has none: 12-345678 is not 123-45678.
"""

import re
import unicodedata
from dataclasses import dataclass, field

_LEAST = 8  # letters and digits: of fewer, two things are easily one
_LEAST_SPACED = 10  # where spaces stand between them
_LEAST_GROUPS = 3
_LONGEST = 100
_MOST_WORDS = 2_000  # of a text that are looked at
_MOST = 200_000  # writings that are kept
_MOST_GROUPS = 12  # an IBAN has up to 9
_TOKEN = re.compile(r"[^\W_]+(?:[-.:/_\u2010-\u2013][^\W_]+)*")
_MARKS = re.compile(r"[\W_]+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_GROUP = re.compile(r"[A-Z]{4}|[A-Za-z]{0,4}\d{1,6}", re.ASCII)  # of an IBAN, one may be the letters of a bank
_DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT_DIGEST = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,39}")


@dataclass(slots=True)
class Spellings:
    """What was given, as it is without marks: all of it, and that which was given so."""

    _all: set[str] = field(default_factory=set)
    _bare: set[str] = field(default_factory=set)
    _digests: set[str] = field(default_factory=set)

    def hear(self, text: str) -> None:
        """Take what a person wrote, or a value of an answer."""
        if len(self._all) >= _MOST:
            return
        words = [each.group() for each in _TOKEN.finditer(text)][:_MOST_WORDS]
        for word in words:
            bare = squeezed(word)
            if _LEAST <= len(bare) <= _LONGEST and any(map(str.isdigit, bare)):
                self._all.add(bare)
                self._bare |= {bare} if bare == _even(word) else set()
                self._digests |= {bare} if _DIGEST.fullmatch(bare) else set()
        self._all |= _in_groups(words)

    def have(self, text: str) -> bool:
        """True where a value was given in another writing."""
        bare = squeezed(text)
        if len(bare) < _LEAST - 1 or not any(map(str.isdigit, bare)):
            return False
        if _SHORT_DIGEST.fullmatch(bare) and any(each.startswith(bare) for each in self._digests):
            return True
        return len(bare) >= _LEAST and bare in (self._all if bare == _even(text) else self._bare)


def squeezed(text: str) -> str:
    """Return the letters and digits of a text: "978-3-16" -> "978316"."""
    return _MARKS.sub("", _even(text))


def _even(text: str) -> str:
    return _EDGES.sub("", unicodedata.normalize("NFKC", text).casefold())


def _in_groups(words: list[str]) -> set[str]:
    """Return numbers that are written in groups: an IBAN, a phone number; from any group of them to any other."""
    found: set[str] = set()
    for start, word in enumerate(words):
        if not _GROUP.fullmatch(word) or not word[-1].isdigit():
            continue
        joined = word
        for count, each in enumerate(words[start + 1 : start + _MOST_GROUPS], start=2):
            if not _GROUP.fullmatch(each):
                break
            joined += each
            if count >= _LEAST_GROUPS and len(joined) >= _LEAST_SPACED:
                found.add(_even(joined))
    return found

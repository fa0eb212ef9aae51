"""Values that an API may take for many things at once: "*", "logs-*", "%", "-" (DELETE /logs-* empties a cluster).

Compared as texts are (ask/leaves.py), their signs do not count: "logs-*" would be given where "logs" is.
"""

from dataclasses import dataclass, field

from openapi_mcp.ask.leaves import folded

_SIGNS = frozenset("*?%")
_LONGEST = 200  # characters of a value
_MOST = 10_000  # values that are kept
_MOST_WORDS = 20_000  # of a text that are looked at
_AROUND = ".,;:!\"'`()[]<>"


def may_be_many(text: str) -> bool:
    """Return whether a value may stand for many things: it holds such a sign, or nothing but signs."""
    return bool(_SIGNS.intersection(text)) or (text.isascii() and text.strip() != "" and not folded(text))


@dataclass(slots=True)
class Wildcards:
    """Those that were given, sign by sign."""

    _given: set[str] = field(default_factory=set)

    def hear(self, text: str) -> None:
        """Take what a person wrote, or a value of an answer."""
        for word in (text, *text.split()[:_MOST_WORDS]):
            for plain in (word.strip(), word.strip(_AROUND)):
                if len(plain) <= _LONGEST and len(self._given) < _MOST and may_be_many(plain):
                    self._given.add(plain.casefold())

    def have(self, text: str) -> bool:
        """True where this very value was given."""
        return text.strip().casefold() in self._given

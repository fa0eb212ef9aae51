"""Words under which two ways of writing one value are the same, the strictest first."""

import re
import unicodedata
from collections.abc import Callable

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BLANKS = re.compile(r"(?<=\w)[\s_\-]*-[\s_\-]*(?=\w)|[\s_]+")  # a dash between words, not a sign: "AB-" is no "AB"
_LONGEST = 300  # characters of a value that is compared
_SHORTEST_PLURAL = 4  # letters: "toys"

Fold = Callable[[str], str]


def case_folded(text: str) -> str:
    """Return a text without its letter case, and the blanks around it: " Active " -> "active"."""
    return text[:_LONGEST].strip().casefold()


def separated(text: str) -> str:
    """Return a text without case and without what divides its words: "inProgress", "In progress", "IN_PROGRESS".

    A sign before or behind it and what divides two numbers count: "-created" is not "created", "1-2" not "12".
    """
    spaced = _BLANKS.sub("_", _CAMEL.sub("_", text[:_LONGEST].strip()))
    parts = [part for part in spaced.casefold().split("_") if part]
    return "".join(_after(parts, index) for index in range(len(parts)))


def _after(parts: list[str], index: int) -> str:
    divides = index > 0 and parts[index - 1][-1].isdigit() and parts[index][0].isdigit()
    return f"_{parts[index]}" if divides else parts[index]


def unaccented(text: str) -> str:
    """Return the same without accents: "Geprüft" -> "gepruft"."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST])
    return separated("".join(char for char in plain if not unicodedata.combining(char)))


def singular(text: str) -> str:
    """Return the same as one of its kind: "Orders" -> "order", "categories" -> "category"."""
    plain = unaccented(text)
    if len(plain) < _SHORTEST_PLURAL or plain.endswith("ss"):
        return plain
    return f"{plain[:-3]}y" if plain.endswith("ies") else plain.removesuffix("s")


FOLDS: tuple[Fold, ...] = (case_folded, separated, unaccented, singular)

"""Names of arguments that are spelled nearly like another one, those aside that say the opposite."""

import re
from collections.abc import Collection
from difflib import get_close_matches

_LONGEST = 80  # characters of a name that are compared
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PAIRS = (
    "min max", "minimum maximum", "from to", "from until", "before after", "start end", "start stop", "begin end",
    "since until", "since before", "first last", "include exclude", "included excluded", "includes excludes",
    "including excluding", "with without", "lower upper", "low high", "lowest highest", "least most", "less more",
    "less greater", "lt gt", "lte gte", "older newer", "old new", "oldest newest", "earliest latest", "asc desc",
    "ascending descending", "next previous", "next prev", "source target", "source destination", "origin destination",
    "sender receiver", "sender recipient", "input output", "in out", "inbound outbound", "incoming outgoing",
    "import export", "upload download", "enable disable", "enabled disabled", "allow deny", "allowed denied",
    "allow block", "add remove", "added removed", "create delete", "created deleted", "created updated",
    "open closed", "opened closed", "active inactive", "public private", "left right", "top bottom", "north south",
    "east west", "width height", "latitude longitude", "lat lon", "lat lng", "parent child", "parents children",
    "debit credit", "buy sell", "buyer seller", "bid ask", "up down", "on off", "read write", "row column",
    "true false", "positive negative", "followers following", "follower followee", "assigner assignee",
)  # fmt: skip
_OPPOSITES = frozenset(
    pair for each in _PAIRS for one, other in [each.split()] for pair in ((one, other), (other, one))
)

_ALIKE = (
    "dollar dollars usd",
    "cent cents",
    "euro euros eur",
    "gbp pounds",
    "percent pct",
    "lb lbs",
    "kg kgs kilograms",
    "g grams",
    "mg",
    "oz ounces",
    "s sec secs second seconds",
    "ms millis milliseconds",
    "min mins minute minutes",
    "h hr hrs hour hours",
    "day days",
    "week weeks",
    "month months",
    "year years",
    "mm",
    "cm",
    "m meter meters metres",
    "km",
    "mi mile miles",
    "ft feet",
    "inch inches",
    "celsius",
    "fahrenheit",
    "kb",
    "mb",
    "gb",
    "tb",
    "bytes",
    "by",
    "at",
    "on",
    "for",
)
_UNITS = {word: names for names in _ALIKE for word in names.split()}


def are_opposite(one: str, other: str) -> bool:
    """True where one name says the opposite of the other, or another unit: "min_price" and "max_price"."""
    mine, theirs = _words(one), _words(other)
    if _is_of_other_unit(mine - theirs, theirs - mine):
        return True
    return any((word, each) in _OPPOSITES for word in mine - theirs for each in theirs - mine)


def _is_of_other_unit(mine: set[str], theirs: set[str]) -> bool:
    """True where one unit is all that differs: "weight_lb" and "weight_kg"; and for "created_by" and "created_at"."""
    if len(mine) != 1 or len(theirs) != 1:
        return False
    one, other = (_UNITS.get(next(iter(each))) for each in (mine, theirs))
    return one is not None and other is not None and one != other


def near_arguments(name: str, known: Collection[str], most: int, cutoff: float = 0.6) -> list[str]:
    """Return the names that are spelled most like another one, whatever their case: ("custmer", ...) -> ["customer"].

    The cutoff is that of difflib's ratio: below, names have little in common.
    """
    folded = {each.casefold(): each for each in known if not are_opposite(name, each)}
    return [folded[each] for each in get_close_matches(name[:_LONGEST].casefold(), folded, n=most, cutoff=cutoff)]


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name[:_LONGEST])}

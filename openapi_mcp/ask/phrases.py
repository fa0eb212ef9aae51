"""What a number in a person's words is, by the words around it: the thing's own, or how many of something.

A number right after the thing, "#", "id" or "no", or a word of the tool ("cancel 7") names it, whatever verb follows
("customer 1 wants"). So does one after a noun of the person's own, where they call nothing as the API does:
"Bestellung 12". An amount, a number of another thing ("customer 3"), one for itself ("is 7 paid?") is enough to read
by, not to write. A number that is written as a word, or lies in a range, counts next to its thing only: "order twelve",
"orders 10 to 12".
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

from openapi_mcp.index.entities import singular

_LISTED = frozenset((",", "&", "and", "or", "und", "oder", "et", "ou", "y", "e", "o", "also"))  # between two numbers
_BETWEEN = frozenset(
    ("-", "/", ":", "(", "=", "_", '"', "'", "`", "\u201c", "\u00b0", "only")
)  # between a word and its number
_IDS = frozenset(
    (
        "#", "\u2116", "id", "ids", "no", "nr", "num", "number", "numbers", "pk", "ref",
        "n", "n\u00ba", "n\u00fam", "numero", "num\u00e9ro", "n\u00famero", "nummer",
    )
)  # fmt: skip
_MANY = frozenset(
    (
        "top", "first", "last", "latest", "newest", "oldest", "next", "previous", "least", "most", "than", "page",
        "limit", "max", "maximum", "min", "minimum", "every", "over", "under", "below", "above", "about",
        "around", "quantity", "qty", "amount", "count", "price", "stock", "version", "step", "steps", "x", "$",
        "\u20ac", "\u00a3",
    )
)  # fmt: skip
_UNITS = frozenset(("x", "%", "$", "\u20ac", "\u00a3", "eur", "usd", "pcs", "percent", "people", "more", "of"))
_NO_NOUNS = frozenset(
    (
        "after", "before", "between", "within", "until", "since", "there", "these", "those", "which", "would", "could",
        "should", "exactly", "almost", "nearly", "roughly", "approximately", "another", "other", "total", "minus",
        "discount", "rating", "priority", "level", "score", "weight", "height", "value", "budget", "street", "spend",
        "bought", "costs",
        "january", "february", "march", "april", "august", "september", "october", "november", "december",
        "seite", "preis", "menge", "anzahl", "ersten", "letzten", "precio", "cantidad", "p\u00e1gina", "primeros",
        "quantit\u00e9", "premiers", "derniers", "pre\u00e7o", "quantidade", "prezzo", "quantit\u00e0", "pagina",
    )
)  # fmt: skip
_NO_PLURALS = frozenset(
    (
        "is", "was", "has", "as", "does", "this", "its", "us", "s", "yes", "plus", "status", "always", "thanks", "pls",
        "das", "des", "les", "los", "las", "als", "es", "bis", "aus", "pas", "dans", "mais", "sans",
    )
)  # fmt: skip
_CLOSING = frozenset((*".?!;,", "and", "for", "please"))  # after what is counted: "order 2 mugs for Ana"
_ENDS = frozenset(
    (*".?!;,:()", "and", "or", "to", "for", "from", "in", "on", "with", "by", "is", "was", "has", "as", "s")
)
MOST_WORDS = 3
"""Between a number and what it counts: "5 most expensive products"."""
_LEAST_BEGINNING = 3  # letters: "ORD-7"
_LEAST_NOUN = 5  # letters
_AFTER_A_WORD = _ENDS | {"please", "pls"}  # "order twelve mugs", "order one mug" are amounts
_CLOCK = frozenset(("am", "pm", "o", "h", "uhr"))


class Says(IntEnum):
    """How far a number tells which thing is meant; NOTHING where it was not said."""

    NOTHING = 0
    OTHER = 1
    ITSELF = 2
    NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A number as it was said: what stands around it, and the words of all that was said with it.

    One that `is_bound` is part of something longer, "order12", "12/13", and counts only right after what it names.
    """

    plain: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    words: frozenset[str]
    is_bound: bool = False


def names_all(heard: Heard, things: Collection[str]) -> bool:
    """True for a range of the things themselves: "orders 10-12". "order 10-12" may be a single one, of that id."""
    head, _ = _head(heard.before)
    is_several = singular(head) != head or head in _IDS
    is_amount = _is_counted(heard.after[:1]) or (bool(heard.after) and heard.after[0] in _CLOCK)
    return is_several and not is_amount and says_of(heard, things, (), ()) is Says.NAMES


def names_in_words(heard: Heard, things: Collection[str]) -> bool:
    """True for "order twelve", where nothing follows that there may be twelve of."""
    head, _ = _head(heard.before)
    is_its = singular(head) in things or (head in _IDS and head != "no")  # "no one"
    after = heard.after[:1]
    return is_its and (not after or after[0] in _AFTER_A_WORD or after[0].isdigit())


def says_of(heard: Heard, things: Collection[str], others: Collection[str], tool: Collection[str]) -> Says:
    """Return what a number says of one of these things; `others` are things, too, `tool` the words of a tool's name."""
    head, is_next = _head(heard.before)
    thing = singular(head)
    if head in _IDS:
        return Says.NAMES
    if thing in things or any(each.startswith(head) for each in things if len(head) >= _LEAST_BEGINNING):
        is_amount = _is_ordered(heard.after) if is_next else _is_counted(heard.after)
        return Says.ITSELF if is_amount else Says.NAMES
    if heard.is_bound:
        return Says.NOTHING
    if _is_counted(heard.after) or head in _MANY or thing in others:
        return Says.OTHER
    is_listed = not is_next or (heard.after[:1] and heard.after[0] in _LISTED)
    is_own = _is_noun(head, is_listed=bool(is_listed)) and heard.words.isdisjoint((*things, *others))
    return Says.NAMES if thing in tool or is_own or _is_picked(heard) else Says.ITSELF


def _head(before: tuple[str, ...]) -> tuple[str, bool]:
    """Return the word or mark that a number belongs to, "" for none, and whether no other number lies between.

    "orders" of each in "orders 3, 4 and 7".
    """
    is_next = True
    for at in range(len(before) - 1, -1, -1):
        word = before[at]
        follows_number = at > 0 and any(map(str.isdigit, before[at - 1]))
        if word == "." and at > 0 and before[at - 1] in _IDS:  # "no. 3"
            continue
        if word in _BETWEEN:
            continue
        is_listed = word in _LISTED and (follows_number or (at > 1 and before[at - 1] in _LISTED))  # "3, 4, and 7"
        if is_listed or word.isdigit() or word == ",":  # "my order, 3"
            is_next = False
            continue
        return word, is_next
    return "", is_next


def _is_noun(word: str, *, is_listed: bool) -> bool:
    """True for a word that may be the person's own for a thing: "Bestellung", "purchase"; in the plural for several."""
    if word in ("item", "items"):
        return True
    is_plain = word.isalpha() and len(word) >= _LEAST_NOUN and not word.endswith("ed") and word not in _NO_NOUNS
    return is_plain and (is_listed or not word.endswith("s"))  # "takes 40"


def _is_picked(heard: Heard) -> bool:
    """True for what an amount is of, "one of 21", and for what a text is about: "12: set the note"."""
    before = heard.before
    if before[-1:] == ("of",) and len(before) > 1 and (before[-2] == "one" or before[-2].isdigit()):
        return before[-3:-2] == () or before[-3] not in _MANY  # "page 1 of 21"
    return not before and heard.after[:1] == (":",) and heard.plain != "1"  # a list begins so


def _is_ordered(after: tuple[str, ...]) -> bool:
    """True where a thing's word is a verb, and what follows is ordered: "order 3 mugs", not "customer 1 wants mugs"."""
    if after[:1] and after[0] in _UNITS and after[0] != "of":
        return True
    return _is_plural(after[0]) and (len(after) == 1 or after[1] in _CLOSING) if after else False


def _is_counted(after: tuple[str, ...]) -> bool:
    """True where what follows says of what there are as many: "3 mugs", "5 most expensive products", "2 %"."""
    if after[:1] and after[0] in _UNITS:
        return True
    for word in after[:MOST_WORDS]:
        if word in _ENDS or any(map(str.isdigit, word)):
            return False
        if _is_plural(word):
            return True
    return False


def _is_plural(word: str) -> bool:
    return word.isalpha() and word.endswith("s") and not word.endswith("ss") and word not in _NO_PLURALS

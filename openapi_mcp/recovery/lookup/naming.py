"""What a record is called: the fields of an answer's item that name it, and whether a text is one of them."""

import unicodedata
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import islice

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.response.envelope import word

_MOST_FIELDS = 60  # of a record; one that has names has a dozen
_LONGEST = 200  # characters of a name
_COMPARED = 60  # of them, where it is weighed how alike two are
_MOST_COMPARED = 3  # names of a record
ALIKE = 0.5
"""From this on two names are alike."""

_NAMES = frozenset(
    (
        "name", "fullname", "displayname", "title", "label", "username", "login", "email", "emailaddress", "mail",
        "slug", "code", "key", "sku", "number", "no", "reference", "ref", "handle", "nickname", "shortname",
        "longname", "screenname", "legalname", "realname", "summary", "subject", "isbn", "ean", "gtin", "barcode",
        "plate", "licenseplate", "licenceplate", "numberplate", "platenumber", "registrationnumber", "vin", "serial",
        "serialnumber", "imei", "callsign", "ticker", "symbol",
    )
)  # fmt: skip
AROUND_NAMES = frozenset(
    ("profile", "attributes", "properties", "fields", "details", "contact", "name", "names", "general", "data")
)
"""An object of one of these names says more of the same thing; any other may be another thing."""
_FIRST = ("firstname", "givenname", "first", "forename")
_LAST = ("lastname", "familyname", "surname", "last")

Record = dict[str, JsonValue]


def folded(text: str) -> str:
    """Return a text without what is no difference between names: "  ANA  Silva" -> "ana silva"."""
    plain = unicodedata.normalize("NFC", text[: 2 * _LONGEST]).casefold()
    return " ".join(unicodedata.normalize("NFC", plain).split())


def names_of(record: Record, entity: str) -> list[str]:
    """Return what a record of a kind says that the thing is called, the most telling first.

    ({"id": 7, "customer_name": "Bob", "city": "Bonn"}, "customer") -> ["Bob"]
    """
    return list(dict.fromkeys(name for name in _all_names(record, word(entity)) if name.strip()))


def is_name(field: str, entity: str) -> bool:
    """True for a field that says what a thing of a kind is called: "name", "email"; "customer_name" of a customer."""
    said = word(field[:80])
    return said in _NAMES or said in (*_FIRST, *_LAST) or said.removeprefix(word(entity)) in _NAMES


def is_called(names: list[str], text: str) -> bool:
    """True where one of the names is this text, case and spaces aside."""
    wanted = folded(text)
    return bool(wanted) and len(text) <= _LONGEST and any(folded(name) == wanted for name in names)


def likeness(names: list[str], text: str) -> float:
    """Return how like a text the nearest of the names is, from 0 to 1; 1 where one holds the other."""
    wanted = folded(text)[:_COMPARED]
    return max((_likeness(folded(name)[:_COMPARED], wanted) for name in names[:_MOST_COMPARED]), default=0.0)


def _likeness(name: str, wanted: str) -> float:
    if len(wanted) > 2 and len(name) > 2 and (wanted in name or name in wanted):
        return 1.0
    alike = SequenceMatcher(None, name, wanted, autojunk=False)
    return alike.ratio() if alike.quick_ratio() >= ALIKE else 0.0


def _all_names(record: Record, kind: str) -> Iterator[str]:
    yield from _direct(record, kind)
    for name, inner in islice(record.items(), _MOST_FIELDS):
        if isinstance(inner, dict) and word(name[:80]) in AROUND_NAMES | {kind} and "id" not in inner:
            yield from _direct(inner, kind)


def _direct(record: Record, kind: str) -> Iterator[str]:
    """Yield the names among the fields of an object, those for people first, and first and last name as one."""
    plain: dict[str, JsonValue] = {}
    for name in islice(record, _MOST_FIELDS):
        said = word(name[:80])
        plain.setdefault(said, record[name])
        if kind and said != kind:
            plain.setdefault(said.removeprefix(kind), record[name])
    yield from (name for known in _NAMES_IN_ORDER if known in plain for name in _as_name(plain[known]))
    first, last = (_text_of(plain, words) for words in (_FIRST, _LAST))
    if first and last:
        yield f"{first} {last}"


_NAMES_IN_ORDER = sorted(_NAMES, key=lambda name: (not name.endswith(("name", "title", "label")), len(name)))


def _as_name(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str) and len(value) <= _LONGEST:
        yield value
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        yield str(value)


def _text_of(plain: Mapping[str, JsonValue], words: tuple[str, ...]) -> str:
    found = (value.strip() for name in words if isinstance(value := plain.get(name), str) and len(value) < _LONGEST)
    return next((each for each in found if each), "")

"""Whether a text of digits is one number only, in the place where it is given."""

import re
from collections.abc import Iterable

from openapi_mcp.index.entities import KEYS, segments, split
from openapi_mcp.index.inputs import says_id
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.rewriting.asked import name_of, types_of, words_of
from openapi_mcp.recovery.rewriting.dated import Target, epoch_named
from openapi_mcp.recovery.rewriting.numbers import as_json_number, grouped_number, plain_number
from openapi_mcp.recovery.rewriting.units import is_small_money
from openapi_mcp.recovery.strategy import Case, Told

_AS_IS = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.0)?")
_ZEROS = re.compile(r"\.0+$")
_FRACTION = re.compile(r"\.[0-9]+$|,(?:[0-9]{1,2}|[0-9]{4,})$")
_NUMBERED = frozenset(
    ("phone", "telephone", "mobile", "fax", "zip", "postcode", "postal", "pin", "iban", "ssn", "gtin", "upc", "vat",
     "version", "serial", "account", "barcode", "plz", "nr", "release", "revision", "build", "parent", "user", "ticket",
     "case", "room", "line", "port", "year", "order", "seat", "gate")
)  # fmt: skip
"""Words for what is written in digits and is no amount."""
_EPOCH_DIGITS = {"seconds": (9, 10), "milliseconds": (12, 13)}  # from 1973 to 2286
_MONEY = frozenset(
    ("amount", "price", "total", "subtotal", "cost", "fee", "charge", "balance", "sum", "tip", "tax", "deposit",
     "budget", "salary", "discount", "refund", "payment")
)  # fmt: skip


def doubt(case: Case, text: str, types: frozenset[str] | None = None) -> Told | None:
    """Return the numbers that a text may be, where it is not one only; None where it is: "20.00" -> 20, 2000.

    For an integer no fraction is dropped, as it may be one of dollars where cents are asked for, or thousands: only
    ".0". In an id nothing is read at all: no separators, exponents, or zeros before it. `types` are those of the
    items, where the text is one of several.
    """
    plain = text.strip()
    if is_identifying(case):
        is_doubtful = not _AS_IS.fullmatch(plain) or (types is not None and "." in plain)
        how = "in digits alone, as it was got"
    elif (unit := _other_epoch(case, plain)) is not None:
        return Told(hint=f'"{one_line(plain, 40)}" is not in {unit.said}: give "{case.fault.place}" so')
    else:
        is_doubtful, how = _may_be_another(case, plain, asked_types(case) if types is None else types), "as a number"
    if not is_doubtful:
        return None
    near = tuple(_readings(plain))
    said = " or ".join(map(str, near)) if len(near) > 1 else "another value"
    return Told(near=near, hint=f'"{one_line(plain, 40)}" can be read as {said}: give "{case.fault.place}" {how}')


def _other_epoch(case: Case, text: str) -> Target | None:
    """Return the unit of a timestamp, where the digits of one are of another unit: 13 of them are milliseconds."""
    target = epoch_named(words_of(case))
    digits = re.sub("[^0-9]", "", text).lstrip("0")
    return target if target and digits and len(digits) not in _EPOCH_DIGITS[target.name] else None


def asked_types(case: Case) -> frozenset[str]:
    """Return the types that the API asks for after a refusal that names them, else those of the document."""
    limit = case.fault.limit
    if not case.was_sent or case.fault.rule != "type":
        return types_of(case)
    return frozenset([limit] if isinstance(limit, str) else limit or ()) or types_of(case)


def _may_be_another(case: Case, text: str, types: frozenset[str]) -> bool:
    """True where whole numbers, or small units of money, are asked for, and the text has a fraction."""
    if is_small_money(name_of(case), words_of(case)) or _is_in_small_money(case):
        return _FRACTION.search(text) is not None
    zeros = _ZEROS.search(text) if "integer" in types and "number" not in types else None
    return zeros is not None and zeros[0] != ".0"


def _is_in_small_money(case: Case) -> bool:
    """True for an amount of a tool of whose amounts it is said: "Amounts are in cents."."""
    return bool(_MONEY & set(split(name_of(case)))) and is_small_money("", case.tool.description)


def _readings(text: str) -> Iterable[int | float]:
    """Return the numbers that a text may be, by what its points and commas may mean."""
    is_plain = re.fullmatch(r"-?[0-9.,]+", text) is not None
    forms = (grouped_number(text), text.replace(",", "."), re.sub(r"[.,]", "", text) if is_plain else None)
    numbers = (plain_number(each) for each in forms if each)
    return dict.fromkeys(each for number in numbers if number is not None if (each := as_json_number(number)))


def is_identifying(case: Case) -> bool:
    """True for a value that stands for a thing, and is no amount: an id, a key of the path, a phone number."""
    name = name_of(case)
    words = split(name)
    if not words or case.fault.rule == "exists" or {words[-1]} & (KEYS | _NUMBERED) or says_id(words_of(case)):
        return True
    in_path = any(each.argument == name and each.location == "path" for each in case.tool.parameters)
    return (len(case.fault.path) == 1 and in_path) or _is_listed(case, words)


def _is_listed(case: Case, words: tuple[str, ...]) -> bool:
    """True for a word that names a collection of the API: a "customer" where there is /customers."""
    paths = (tool.operation.path for tool in (case.tool, *case.tools.values()))
    return any(split(part) == words for path in paths for part in segments(path))


def survives(text: str, value: object) -> bool:
    """True where a value, written again, is the text that it was read from: "0" is 0; "000" is not, nor is "1.50"."""
    return not isinstance(value, (int, float)) or isinstance(value, bool) or str(value) == text

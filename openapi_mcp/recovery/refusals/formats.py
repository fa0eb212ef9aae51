"""The type or the format that a sentence asks for: "A valid integer is required." -> "integer"."""

import re

_TYPES = {
    "integer": ("integer", "int", "int32", "int64", "long", "whole number", "bigint", "system.int32", "system.int64"),
    "number": ("number", "numeric", "numeric value", "decimal", "float", "double", "system.decimal", "system.double"),
    "boolean": ("boolean", "bool", "system.boolean"),
    "string": ("string", "text", "str", "system.string"),
    "array": ("array", "list", "sequence"),
    "object": ("object", "dict", "dictionary", "mapping", "hash", "map"),
}
_BY_WORD = {word: name for name, words in _TYPES.items() for word in words}
_WORD = "|".join(sorted((re.escape(word) for word in _BY_WORD), key=len, reverse=True))
_ASKED = re.compile(
    r"\b(?:must be|should be|expected|expects|not|needs to be|has to be|required type|be of type|is not of type"
    r"|converted to|must have type|type of|as|to be|of type|valid|cast to)(?: of)?(?: type)?"
    rf"(?: a| an)?(?: valid)? ?['\"]?({_WORD})\b",
    re.IGNORECASE,
)
_RECEIVED = re.compile(r"\b(?:received|got|but was|given|instead of)\b", re.IGNORECASE)

_A = r"(?:valid|invalid|well-formed|malformed|hexadecimal|be an?|not an?|type|proper|correct) ['\"]?"
_FORMS = {
    "uuid": rf"\b{_A}(?:uuid|guid)\b",
    "email": rf"\b{_A}e-?mail\b",
    "date-time": rf"\b{_A}(?:iso[ -]?8601 )?(?:date-?time|timestamp)\b|\bdate-?time\b.{{0,40}}\bformat\b|hh:mm"
    r"|\brfc ?3339\b|yyyy-mm-dd(?:t| hh)|\bsystem\.datetime\b",
    "date": rf"yyyy-mm-dd|%y-%m-%d|\by-m-d\b|\b{_A}date\b|\bdate\b.{{0,40}}\bformat\b|\bformat\b.{{0,40}}\bdate\b"
    r"|\biso[ -]?8601\b",
    "time": rf"\b{_A}time\b|\btime has wrong format",
    "uri": rf"\b{_A}(?:url|uri)\b|\brelative url\b",
    "ipv4": rf"\b{_A}ip(?:v4)?\b",
}
_OTHER_DATE = re.compile(r"\b(?:dd?|mm?)[./-](?:dd?|mm?)[./-](?:yyyy|yy|y)\b", re.IGNORECASE)
_FORMATS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _FORMS.items()}


def type_in(said: str) -> str | None:
    """Return the JSON type that a sentence asks for, None where it asks for none.

    "Expected number, received string" -> "number"; "Not a valid boolean." -> "boolean"
    """
    said = said[max(said.find("required type"), 0) :]  # Spring names the other one before it
    received = _RECEIVED.search(said)
    found = _ASKED.search(said[: received.start()] if received else said)
    return _BY_WORD[found[1].lower()] if found else None


def format_in(said: str) -> str | None:
    """Return the format of JSON Schema that a sentence asks for, None where it asks for none.

    "Date has wrong format. Use one of these formats instead: YYYY-MM-DD." -> "date". A date in an order that JSON
    Schema has no name for stands as it is written: "DD.MM.YYYY".
    """
    other = _OTHER_DATE.search(said)
    if other:
        return other[0].upper()
    return next((name for name, pattern in _FORMATS.items() if pattern.search(said)), None)

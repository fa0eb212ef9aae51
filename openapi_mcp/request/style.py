"""Parameter values in their styles, percent-encoded, as OAS 3.1.1 (Style Examples) and RFC 6570 write them."""

import re
from collections.abc import Container
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Location, Parameter
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.media import is_form, is_json, is_xml
from openapi_mcp.model.xml import XmlNode, is_name
from openapi_mcp.request.form import FormFields, urlencoded
from openapi_mcp.request.pairs import (
    DELIMITERS,
    Pair,
    encode,
    pairs,
    refuse_comma,
    refuse_delimiter,
    refuse_taken,
    scalar,
)
from openapi_mcp.request.xml import write_xml

_JOINED = DELIMITERS.keys() - {"form"}  # in a path or a header: what Swagger's `collectionFormat` became
_COOKIE_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token, which holds no "=": RFC 6265 section 4.1.1
_COOKIE_TEXT = re.compile(r"[!#-+\--:<-\[\]-~]*")  # cookie-octet: RFC 6265 section 4.1.1


def path_value(parameter: Parameter, value: Any) -> str:
    """Write a path parameter: styles simple, label, matrix; with a delimiter for Swagger's `collectionFormat`.

    simple [3, 4] -> "3,4"; label [3, 4] explode -> ".3.4"; matrix {"a": 1} explode -> ";a=1"; pipeDelimited "3%7C4"

    Raises:
        ArgumentsError: a style that is not for paths, an empty array or object, or a delimiter within a value.
    """
    value = _content(parameter, value)
    name = encode(parameter.name)
    match parameter.style, parameter.explode:
        case "simple", explode:
            return _joined(parameter, value, ",", "=" if explode else ",")
        case "label", explode:
            return "." + _joined(parameter, value, "." if explode else ",", "=" if explode else ",")
        case "matrix", True if isinstance(value, list):
            return "".join(_matrix(name, encode(scalar(item))) for item in _some(parameter, value))
        case "matrix", True if isinstance(value, dict):
            return "".join(_matrix(encode(k), encode(scalar(v))) for k, v in _some(parameter, value).items())
        case "matrix", _:
            return _matrix(name, _joined(parameter, value, ",", ","))
        case style, _ if style in _JOINED:
            return _joined(parameter, value, DELIMITERS[style], DELIMITERS[style])
        case _:
            raise _unfit(parameter)


def _matrix(name: str, text: str) -> str:
    return f";{name}={text}" if text else f";{name}"  # RFC 6570 section 3.2.7


def query_pairs(parameter: Parameter, value: Any) -> list[str]:
    """Write a query parameter as encoded `name=value` pairs; an empty array or object is left out.

    form [3, 4] -> ["ids=3", "ids=4"], not exploded ["ids=3,4"]; deepObject {"a": {"b": 1}} -> ["ids%5Ba%5D%5Bb%5D=1"]

    Raises:
        ArgumentsError: a style that is not for queries, or has no unambiguous form for this value.
    """
    return [pair.encoded(allow_reserved=parameter.allow_reserved) for pair in _query(parameter, value)]


def _query(parameter: Parameter, value: Any) -> list[Pair]:
    return pairs(parameter.name, _content(parameter, value), parameter.style, explode=parameter.explode)


def refuse_other_names(parameter: Parameter, value: Any, taken: Container[str]) -> None:
    """Refuse a query, cookie or matrix parameter that a server would take for others: an object has names of its own.

    Raises:
        ArgumentsError: one of its names is `taken`.
    """
    named = {Location.COOKIE: _cookie, Location.PATH: _named_in_path}.get(parameter.location, _query)
    refuse_taken(parameter.name, named(parameter, value), taken)


def _named_in_path(parameter: Parameter, value: Any) -> list[Pair]:
    """Return the pairs of a matrix parameter; no other style has names that a server reads as another's."""
    value = _content(parameter, value)
    return pairs(parameter.name, value, explode=parameter.explode) if parameter.style == "matrix" else []


def querystring(parameter: Parameter, value: Any) -> str:
    """Write the whole query string from one value, by its media type. OAS 3.2.0, Parameter Object, `in: querystring`.

    {"a": [1, 2]} -> "a=1&a=2" as a form, "%7B%22a%22%3A%5B1%2C2%5D%7D" as JSON
    """
    if is_form(parameter.content_type or "") and isinstance(value, dict):
        encodings = {encoding.field: encoding for encoding in parameter.encodings}
        return urlencoded(value, FormFields(encodings=encodings)).decode("ascii")
    return encode(_content(parameter, value))


def header_value(parameter: Parameter, value: Any) -> str:
    """Write a header parameter: style simple, or a delimiter for Swagger's `collectionFormat`; nothing encoded.

    [3, 4] -> "3,4"; {"a": 1} explode -> "a=1"; pipeDelimited [3, 4] -> "3|4"

    Raises:
        ArgumentsError: a control character, which would end the header (Security, A5), white space at an end, or a
            delimiter within a value, which no encoding can tell apart in a header.
    """
    value = _content(parameter, value)
    between = DELIMITERS[parameter.style] if parameter.style in _JOINED else ","
    within = "=" if parameter.explode else between
    match value:
        case list():
            parts = [_apart(parameter, scalar(item), between) for item in value]
        case dict():
            fields = ((_apart(parameter, k, between, within), scalar(v)) for k, v in value.items())
            parts = [key + within + _apart(parameter, item, between) for key, item in fields]
        case _:
            parts = [scalar(value)]
    text = between.join(parts)
    if any(ord(char) < 32 or ord(char) == 127 for part in parts for char in part):
        raise ArgumentsError(
            "holds a control character, which no header can carry", field=parameter.name, hint="remove it"
        )
    if text != text.strip():
        raise ArgumentsError("starts or ends with white space, which no header can carry", field=parameter.name)
    return text


def _apart(parameter: Parameter, text: str, *delimiters: str) -> str:
    found = next((delimiter for delimiter in delimiters if delimiter in text), None)
    if found is not None:
        raise ArgumentsError(
            f"holds {found!r} in one of its values, which a header cannot tell from what stands between them",
            field=parameter.name,
            hint="give values without it",
        )
    if text != text.strip(" \t"):
        # RFC 9110 section 5.6.1: a reader of a list drops what stands around its commas.
        raise ArgumentsError(
            "starts or ends one of its values with white space, which no header can carry", field=parameter.name
        )
    return text


def cookie_pairs(parameter: Parameter, value: Any) -> list[str]:
    """Write a cookie parameter as `name=value` pairs: style form, encoded; style cookie (OAS 3.2.0), as it is.

    Raises:
        ArgumentsError: style cookie, and a character that no cookie holds.
    """
    found = _cookie(parameter, value)
    if parameter.style != "cookie":
        return [pair.encoded() for pair in found]
    return [_plain_cookie(parameter, pair) for pair in found]


def _cookie(parameter: Parameter, value: Any) -> list[Pair]:
    return pairs(parameter.name, _content(parameter, value), "form", explode=parameter.explode)


def _plain_cookie(parameter: Parameter, pair: Pair) -> str:
    if not _COOKIE_NAME.fullmatch(pair.name) or not all(map(_COOKIE_TEXT.fullmatch, pair.texts)):
        raise ArgumentsError(
            "holds a character that no cookie can carry as it is", field=parameter.name, hint="percent-encode it"
        )
    refuse_comma([pair])
    return f"{pair.name}={pair.text}"


def _content(parameter: Parameter, value: Any) -> Any:
    """Return the value of a parameter with `content` as text of that type, which no style takes apart."""
    kind = parameter.content_type
    if kind is None:
        return value
    if not is_json(kind) and isinstance(value, str):
        return value
    if is_form(kind) and isinstance(value, dict):
        return urlencoded(value, FormFields()).decode("ascii")
    if is_xml(kind) and isinstance(value, dict):
        return write_xml(value, XmlNode(name=parameter.name if is_name(parameter.name) else ""))
    return write_json(value)


def _joined(parameter: Parameter, value: Any, between: str, within: str) -> str:
    match value:
        case list():
            texts = [scalar(item) for item in _some(parameter, value)]
            _refuse(parameter, texts, between)
            return _between(between).join(map(encode, texts))
        case dict():
            fields = [(key, scalar(item)) for key, item in _some(parameter, value).items()]
            _refuse(parameter, [text for field in fields for text in field], between)
            return _between(between).join(f"{encode(key)}{_between(within)}{encode(item)}" for key, item in fields)
        case _:
            return encode(scalar(value))


def _refuse(parameter: Parameter, texts: list[str], between: str) -> None:
    if between != ".":  # RFC 6570 section 3.2.5 has it so, though a reader cannot tell
        refuse_delimiter(parameter.name, texts, between)


def _between(delimiter: str) -> str:
    return delimiter if delimiter in ",.=" else encode(delimiter)


def _some(parameter: Parameter, value: Any) -> Any:
    if not value:
        raise ArgumentsError(
            "is empty, which a path cannot carry", field=parameter.name, hint="give at least one value"
        )
    return value


def _unfit(parameter: Parameter) -> ArgumentsError:
    return ArgumentsError(
        f"the document gives it the style {parameter.style!r}, which is not for a {parameter.location.value}",
        field=parameter.name,
        hint="the document is wrong; exclude this operation or correct it with its author",
    )

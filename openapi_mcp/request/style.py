"""Parameter values in their styles, percent-encoded, as OAS 3.1.1 (Style Examples) and RFC 6570 write them.

A value is a JSON value; scalars are written as JSON writes them, text without quotes: True -> "true", None -> "null".
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Parameter
from openapi_mcp.model.jsontext import write_json

_RESERVED = ":/?#[]@!$&'()*+,;="  # RFC 3986 section 2.2
_SAFE_RESERVED = "".join(set(_RESERVED) - set("#&+[]"))  # what `allowReserved` may leave without changing the query
_DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}
_JOINED = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}  # as they stand in a header


def scalar(value: Any) -> str:
    """Write a scalar as text: True -> "true", 2.0 -> "2.0", None -> "null", "a" -> "a"; lists and objects as JSON."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))  # as JSON's own writers do: 1.0 is the integer 1
    return value if isinstance(value, str) else write_json(value)


def encode(text: str, *, safe: str = "") -> str:
    """Percent-encode all but RFC 3986's unreserved characters and `safe`."""
    return quote(text, safe=safe)


def path_value(parameter: Parameter, value: Any) -> str:
    """Write a path parameter: styles simple, label, matrix; with a delimiter for Swagger's `collectionFormat`.

    simple [3, 4] -> "3,4"; label [3, 4] explode -> ".3.4"; matrix {"a": 1} explode -> ";a=1"; pipeDelimited "3%7C4"

    Raises:
        ArgumentsError: a style that is not for paths, or an empty array or object.
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
            return _joined(parameter, value, _DELIMITERS[style], _DELIMITERS[style])
        case _:
            raise _unfit(parameter)


def _matrix(name: str, text: str) -> str:
    return f";{name}={text}" if text else f";{name}"  # RFC 6570 section 3.2.7


def query_pairs(parameter: Parameter, value: Any) -> list[str]:
    """Write a query parameter as encoded `name=value` pairs; an empty array or object is left out.

    form [3, 4] -> ["ids=3", "ids=4"], not exploded ["ids=3,4"]; deepObject {"a": {"b": 1}} -> ["ids%5Ba%5D%5Bb%5D=1"]

    Raises:
        ArgumentsError: a style that is not for queries, or not for this value.
    """
    safe = _SAFE_RESERVED if parameter.allow_reserved else ""
    value = _content(parameter, value)
    return form_pairs(parameter.name, value, parameter.style, explode=parameter.explode, safe=safe)


def form_pairs(name: str, value: Any, style: str = "form", *, explode: bool = True, safe: str = "") -> list[str]:
    """Write one named value as encoded `name=value` pairs, for a query or a form body."""
    if isinstance(value, (list, dict)) and not value:
        return []
    key = encode(name)
    if style == "deepObject" and isinstance(value, dict):
        return list(_deep(name, value, safe))
    if style not in _DELIMITERS:
        raise ArgumentsError(f"the style {style!r} cannot write this value", field=name, hint="give an object")
    if not isinstance(value, (list, dict)):
        return [f"{key}={encode(scalar(value), safe=safe)}"]
    if explode and isinstance(value, list):
        return [f"{key}={encode(scalar(item), safe=safe)}" for item in value]
    if explode and isinstance(value, dict):
        return [f"{encode(k)}={encode(scalar(v), safe=safe)}" for k, v in value.items()]
    return [f"{key}={_DELIMITERS[style].join(_flat(value, safe))}"]


def querystring(parameter: Parameter, value: Any) -> str:
    """Write the whole query string from one value, by its media type. OAS 3.2.0, Parameter Object, `in: querystring`.

    {"a": [1, 2]} -> "a=1&a=2" as a form, "%7B%22a%22%3A%5B1%2C2%5D%7D" as JSON
    """
    media_type = (parameter.content_type or "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded" and isinstance(value, dict):
        return "&".join(pair for name, item in value.items() for pair in form_pairs(name, item))
    return encode(value if isinstance(value, str) else write_json(value))


def header_value(parameter: Parameter, value: Any) -> str:
    """Write a header parameter: style simple, or a delimiter for Swagger's `collectionFormat`; nothing encoded.

    [3, 4] -> "3,4"; {"a": 1} explode -> "a=1"; pipeDelimited [3, 4] -> "3|4"

    Raises:
        ArgumentsError: a control character, which would end the header, or white space at an end. Security, A5.
    """
    value = _content(parameter, value)
    match value:
        case list():
            parts = [scalar(item) for item in value]
        case dict() if parameter.explode:
            parts = [f"{key}={scalar(item)}" for key, item in value.items()]
        case dict():
            parts = [part for key, item in value.items() for part in (key, scalar(item))]
        case _:
            parts = [scalar(value)]
    if any(ord(char) < 32 or ord(char) == 127 for part in parts for char in part):
        raise ArgumentsError(
            "holds a control character, which no header can carry", field=parameter.name, hint="remove it"
        )
    text = _JOINED.get(parameter.style, ",").join(parts)
    if text != text.strip():
        raise ArgumentsError("starts or ends with white space, which no header can carry", field=parameter.name)
    return text


def cookie_pairs(parameter: Parameter, value: Any) -> list[str]:
    """Write a cookie parameter as encoded `name=value` pairs: style form."""
    return form_pairs(parameter.name, _content(parameter, value), "form", explode=parameter.explode)


def _content(parameter: Parameter, value: Any) -> Any:
    """Return the value of a parameter with `content` as JSON text, which no style takes apart."""
    if parameter.content_type is None:
        return value
    if "json" not in parameter.content_type and isinstance(value, str):
        return value
    return write_json(value)


def _joined(parameter: Parameter, value: Any, between: str, within: str) -> str:
    match value:
        case list():
            return between.join(encode(scalar(item)) for item in _some(parameter, value))
        case dict():
            pairs = (f"{encode(key)}{within}{encode(scalar(item))}" for key, item in _some(parameter, value).items())
            return between.join(pairs)
        case _:
            return encode(scalar(value))


def _some(parameter: Parameter, value: Any) -> Any:
    if not value:
        raise ArgumentsError(
            "is empty, which a path cannot carry", field=parameter.name, hint="give at least one value"
        )
    return value


def _flat(value: Sequence[Any] | Mapping[str, Any], safe: str) -> Iterable[str]:
    items = (part for pair in value.items() for part in pair) if isinstance(value, Mapping) else value
    return (encode(scalar(item), safe=safe) for item in items)


def _deep(prefix: str, value: Any, safe: str) -> Iterable[str]:
    """Write nested objects with brackets and arrays by repetition, as servers read them (OAS leaves both undefined)."""
    match value:
        case dict():
            for key, item in value.items():
                yield from _deep(f"{prefix}[{key}]", item, safe)
        case list():
            for item in value:
                yield from _deep(prefix, item, safe)
        case _:
            yield f"{encode(prefix)}={encode(scalar(value), safe=safe)}"


def _unfit(parameter: Parameter) -> ArgumentsError:
    return ArgumentsError(
        f"the document gives it the style {parameter.style!r}, which is not for a {parameter.location.value}",
        field=parameter.name,
        hint="the document is wrong; exclude this operation or correct it with its author",
    )

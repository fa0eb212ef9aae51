"""Requests written by the book: from the document's own words, with standard encoders, without the code of the project.

Where the specification leaves a form undefined (arrays within deepObject) there are several readings; each is written.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import uritemplate

BOUNDARY = "by-the-book-7d29c1"
_OPERATORS = {"simple": "", "label": ".", "matrix": ";", "form": "&"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a caller gives: parameters by (location, name), and a body with its type where one is sent."""

    method: str
    path: str
    parameters: Mapping[tuple[str, str], Any]
    has_body: bool = False
    body: Any = None
    body_type: str = ""
    files: frozenset[str] = frozenset()
    is_file: bool = False


def requests(document: Mapping[str, Any], given: Given) -> list[bytes]:
    """Return the request as the document says, as it goes over the wire; one for each reading."""
    return list(dict.fromkeys(_Book(document, given, indexes).request() for indexes in (False, True)))


@dataclass(frozen=True, slots=True)
class _Book:
    document: Mapping[str, Any]
    given: Given
    indexes: bool

    def request(self) -> bytes:
        path, pairs, headers, cookies = self.given.path, list[str](), [("Host", "127.0.0.1")], list[str]()
        declared = self._parameters()
        for (place, name), value in self.given.parameters.items():
            parameter = declared.get((place, name), {})
            match place:
                case "path":
                    path = path.replace(f"{{{name}}}", self._in_path(parameter, value))
                case "query":
                    pairs += self._pairs(parameter, value)
                case "header":
                    headers.append((name, self._in_header(parameter, value)))
                case "cookie":
                    cookies += self._pairs(parameter, value)
        if cookies:
            headers.append(("Cookie", "; ".join(cookies)))
        body = b""
        if self.given.has_body:
            body, content_type = self._body()
            headers += [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        target = path + ("?" + "&".join(pairs) if pairs else "")
        lines = [f"{self.given.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body

    def _resolved(self, part: Any) -> Any:
        for _ in range(20):
            if not isinstance(part, dict) or "$ref" not in part:
                break
            target: Any = self.document
            for word in part["$ref"].removeprefix("#/").split("/"):
                name = word.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
                target = target[int(name)] if isinstance(target, list) else target[name]
            part = target
        return part

    def _operation(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        item = self._resolved(self.document["paths"][self.given.path])
        return item, item[self.given.method.lower()]

    def _parameters(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        found = {}
        for holder in self._operation():
            for part in holder.get("parameters") or ():
                parameter = self._resolved(part)
                found[parameter["in"], parameter["name"]] = parameter
        return found

    def _in_path(self, parameter: Mapping[str, Any], value: Any) -> str:
        if "content" in parameter:
            return quote(_text_of(value), safe="")
        style = parameter.get("style", "simple")
        return _expanded(style, value, parameter.get("explode", False), parameter.get("name", ""))

    def _in_header(self, parameter: Mapping[str, Any], value: Any) -> str:
        match value:
            case _ if "content" in parameter:
                return _text_of(value)
            case list():
                return ",".join(_text_of(item) for item in value)
            case dict() if parameter.get("explode"):
                return ",".join(f"{key}={_text_of(item)}" for key, item in value.items())
            case dict():
                return ",".join(f"{key},{_text_of(item)}" for key, item in value.items())
            case _:
                return _text_of(value)

    def _pairs(self, parameter: Mapping[str, Any], value: Any) -> list[str]:
        name = parameter.get("name", "")
        if "content" in parameter:
            return [urlencode({name: _text_of(value)}, quote_via=quote)]
        style = parameter.get("style", "form")
        return self._styled(name, value, style, explode=parameter.get("explode", style == "form"))

    def _styled(self, name: str, value: Any, style: str, *, explode: bool) -> list[str]:
        if style == "deepObject":
            flat = list(self._brackets(name, value))
            return [urlencode({key: text}, quote_via=quote) for key, text in flat]
        if style in ("spaceDelimited", "pipeDelimited") and isinstance(value, list) and not explode:
            between = "%20" if style == "spaceDelimited" else "%7C"
            return [f"{quote(name, safe='')}={between.join(quote(_text_of(item), safe='') for item in value)}"]
        return [pair for pair in _expanded("form", value, explode, name).split("&") if pair]

    def _brackets(self, name: str, value: Any) -> Iterator[tuple[str, str]]:
        match value:
            case dict():
                for key, item in value.items():
                    yield from self._brackets(f"{name}[{key}]", item)
            case list():
                for index, item in enumerate(value):
                    yield from self._brackets(f"{name}[{index}]" if self.indexes else name, item)
            case _:
                yield name, _text_of(value)

    def _body(self) -> tuple[bytes, str]:
        plain = self.given.body_type.partition(";")[0].strip().lower()
        if self.given.is_file:
            kind = "application/octet-stream" if "*" in plain else self.given.body_type
            return base64.b64decode(self.given.body), kind
        if plain == "application/x-www-form-urlencoded" and isinstance(self.given.body, dict):
            return "&".join(self._form(self.given.body)).encode(), self.given.body_type
        if plain.startswith("multipart/") and isinstance(self.given.body, dict):
            return self._multipart(self.given.body), f"{plain}; boundary={BOUNDARY}"
        if plain == "application/json" or plain.endswith("+json") or plain in ("text/json", "application/*", "*/*"):
            return json.dumps(self.given.body, ensure_ascii=False).encode(), self.given.body_type
        if plain.endswith(("/xml", "+xml")) and isinstance(self.given.body, dict):
            return f"<body>{_xml(self.given.body)}</body>".encode(), self.given.body_type
        return _text_of(self.given.body).encode(), self.given.body_type

    def _encodings(self) -> Mapping[str, Any]:
        content = self._resolved(self._operation()[1].get("requestBody", {})).get("content", {})
        plain = self.given.body_type.partition(";")[0].strip()
        media: Mapping[str, Any] = next(
            (media for kind, media in content.items() if kind.partition(";")[0].strip() == plain), {}
        )
        encodings: Mapping[str, Any] = media.get("encoding") or {}
        return encodings

    def _form(self, fields: Mapping[str, Any]) -> Iterator[str]:
        encodings = self._encodings()
        for name, value in fields.items():
            encoding = encodings.get(name, {})
            is_styled = any(word in encoding for word in ("style", "explode", "allowReserved"))
            is_json = "json" in encoding.get("contentType", "") or isinstance(value, dict)
            if is_json and not is_styled:
                yield urlencode({name: json.dumps(value)})
            else:
                style = encoding.get("style", "form")
                yield from self._styled(name, value, style, explode=encoding.get("explode", style == "form"))

    def _multipart(self, fields: Mapping[str, Any]) -> bytes:
        encodings, parts = self._encodings(), []
        for name, value in fields.items():
            for item in value if isinstance(value, list) else [value]:
                head = f'Content-Disposition: form-data; name="{name}"'
                kind = encodings.get(name, {}).get("contentType", "").partition(",")[0]
                if name in self.given.files:
                    kind = kind if kind and "*" not in kind else "application/octet-stream"
                    head += f'; filename="file"\r\nContent-Type: {kind}'
                elif kind or isinstance(item, (dict, list)):
                    head += f"\r\nContent-Type: {kind or 'application/json'}"
                content = base64.b64decode(item) if name in self.given.files else _text_of(item).encode()
                parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
        return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _expanded(style: str, value: Any, explode: bool, name: str) -> str:
    """Write a value by RFC 6570; its variable is called "v", so that any name can take its place."""
    variable: Any = _text_of(value)
    if isinstance(value, list):
        variable = [_text_of(item) for item in value]
    elif isinstance(value, dict):
        variable = {key: _text_of(item) for key, item in value.items()}
    mark = _OPERATORS.get(style, "")
    written = uritemplate.expand(f"{{{mark}v{'*' if explode else ''}}}", v=variable)
    if mark not in ("&", ";") or (explode and isinstance(value, dict)):
        return written
    parts = written.split(mark)
    return mark.join(quote(name, safe="") + part[1:] if part[:1] == "v" else part for part in parts)


def _xml(fields: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_xml(item) if isinstance(item, dict) else escape(_text_of(item))}</{name}>"
        for name, value in fields.items()
        for item in (value if isinstance(value, list) else [value])
    )

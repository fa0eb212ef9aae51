"""Laws of requests: what is sent reads back as it was given, and stays in its place; what cannot be, is not sent."""

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from support.decode import (
    from_header,
    from_pairs,
    from_path,
    pairs_of,
    parts_by_email,
    parts_by_python_multipart,
    same,
)
from support.make import in_memory, parameter
from support.wire import Wire, header, query, target

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.executor.folder import Folder
from openapi_mcp.model.message import HttpRequest, Streamed, Upload

texts = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.text(st.sampled_from(" ,;|.=&?#+%/\\[]\"'~*!()\t\r\n\x00é€%2C"), max_size=8),
    st.sampled_from(["color", "taken", "null", "true", "0", "", "%2C", "..", "a,b", "é", "\u2028", "😀"]),
)
numbers = st.one_of(st.integers(), st.integers(2**53, 2**80), st.floats(allow_nan=False, allow_infinity=False))
scalars = st.one_of(texts, numbers, st.booleans(), st.none())
flat = st.one_of(scalars, st.lists(scalars, max_size=4), st.dictionaries(texts, scalars, max_size=4))
nested = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(texts, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
plain = st.text("abcXYZ019_-~", min_size=1, max_size=6)
plain_values = st.one_of(
    plain, st.integers(), st.booleans(), st.none(), st.lists(plain, min_size=1, max_size=3),
    st.dictionaries(plain.map("k".__add__), plain, min_size=1, max_size=3),
)  # fmt: skip

LOCATED = [
    *(("path", style) for style in ("simple", "label", "matrix")),
    *(("query", style) for style in ("form", "spaceDelimited", "pipeDelimited", "deepObject")),
    ("header", "simple"),
    ("cookie", "form"),
    ("cookie", "cookie"),
]
located = st.sampled_from(LOCATED)
quick = settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])


@cache
def wire(place: str, style: str, explode: bool, allow_reserved: bool = False) -> Wire:
    """Serve an operation with the parameter `color`, and one beside it in the same place."""
    one = parameter("color", place, schema={}, style=style, explode=explode, allowReserved=allow_reserved)
    beside = [] if place == "path" else [parameter("taken", place)]
    return Wire({"parameters": [one, *beside]}, method="get", path="/at/{color}" if place == "path" else "/at")


def request_of(served: Wire, arguments: dict[str, Any]) -> HttpRequest | None:
    """Return the request; None where it is refused, which names the argument and says why."""
    try:
        return served.sent(arguments)
    except ArgumentsError as error:
        refused = error
    assert refused.field in arguments
    assert len(refused.message) > len(f'argument "{refused.field}" ')
    return None


def read(request: HttpRequest, place: str, style: str, explode: bool, shape: Any) -> Any:
    """Return what a server that knows the document reads."""
    match place:
        case "path":
            segment = target(request).removeprefix("/v1/at/")
            return from_path(segment, shape, style, explode=explode, name="color")
        case "query":
            return from_pairs(pairs_of(query(request)), shape, style, explode=explode, name="color")
        case "header":
            return from_header(header(request, "color"), shape, explode=explode)
        case _:
            cookies = (header(request, "Cookie") or "").split("; ")
            found = [(key, text) for key, _, text in (cookie.partition("=") for cookie in cookies if cookie)]
            if style == "cookie":  # OAS 3.2.0: nothing is encoded, so nothing is to decode
                found = [(key.replace("%", "%25"), text.replace("%", "%25")) for key, text in found]
            return from_pairs(found, shape, "form", explode=explode, name="color")


def is_read_as_labels(style: str, explode: bool, value: Any) -> bool:
    """True where RFC 6570 itself has no answer: an exploded label, whose dots are not told from those of its values."""
    return style == "label" and explode and isinstance(value, (list, dict)) and "." in json.dumps(value)


@quick
@given(located, st.booleans(), flat)
@example(("header", "simple"), False, ["a", " b"])
@example(("cookie", "cookie"), False, ["a,b"])
@example(("cookie", "form"), True, {"taken": "x"})
@example(("query", "pipeDelimited"), True, {"taken": "x"})
@example(("query", "form"), False, {"": ""})
@example(("query", "form"), False, [""])
@example(("path", "matrix"), True, {"": ""})
@example(("path", "simple"), True, {"a=b": "c,d"})
def test_what_is_sent_reads_back_as_it_was(where: tuple[str, str], explode: bool, value: Any) -> None:
    """Law: decode(encode(x)) == x for every style, explode and place, or nothing is sent. OAS 3.1.1, Style Values."""
    place, style = where
    assume(not is_read_as_labels(style, explode, value))
    assume(style != "deepObject")  # below, with all that it holds
    request = request_of(wire(place, style, explode), {"color": value})
    if request is not None:
        assert same(read(request, place, style, explode, value), value)


@quick
@given(located, st.booleans(), plain_values)
def test_a_plain_value_is_never_refused(where: tuple[str, str], explode: bool, value: Any) -> None:
    """Law: only what cannot be expressed is refused."""
    place, style = where
    request = wire(place, style, explode).sent(color=value)
    assert same(read(request, place, style, explode, value), value)


@quick
@given(nested)
@example({"": 1})
@example({"a": [[1], [2, 3]]})
@example({"a": {"b": [{"c": None}]}, "0": [True]})
def test_a_nested_deep_object_reads_back_as_it_was(value: Any) -> None:
    """Law: decode(encode(x)) == x by a reader of brackets that knows the shape. OAS 3.1.1 defines one level of it."""
    request = request_of(wire("query", "deepObject", True), {"color": value})
    if request is not None:
        assert same(read(request, "query", "deepObject", True, value), value)


@quick
@given(st.booleans(), flat)
@example(False, ["a,b"])
@example(False, [",", "b"])
def test_reserved_characters_that_stay_are_read_as_they_are(explode: bool, value: Any) -> None:
    """Law: allowReserved adds no pair and no item. What looks encoded stays so by RFC 6570 section 3.2.3."""
    assume(not re.search("%[0-9A-Fa-f]{2}", json.dumps(value, ensure_ascii=False)))
    request = request_of(wire("query", "form", explode, allow_reserved=True), {"color": value})
    if request is not None:
        assert same(read(request, "query", "form", explode, value), value)


@pytest.mark.requirement(5)
@quick
@given(st.sampled_from(["form", "spaceDelimited", "pipeDelimited", "deepObject"]), st.booleans(), nested, texts)
@example("form", True, {"kind": "write"}, "x")
@example("form", True, {"fixed": "write"}, "x")
@example("spaceDelimited", True, {"taken": "y"}, "x")
@example("deepObject", True, {"taken": "y"}, "x")
def test_a_query_value_adds_nothing_but_the_fields_of_an_object(
    style: str, explode: bool, value: Any, beside: str
) -> None:
    """Law. security.md 5: and none of those is the name of another parameter, or of what the URL holds already."""
    served = bracketed(style, explode)
    request = request_of(served, {"color": value, "taken": beside, served.names["color[taken]"]: "z"})
    if request is None:
        return
    found = parse_qsl(query(request), keep_blank_values=True, strict_parsing=True)
    known = {"fixed": "1", "kind": "read", "taken": beside, "color[taken]": "z"}
    names = [name for name, _ in found]
    assert {name: names.count(name) for name in known} == dict.fromkeys(known, 1)
    assert {name: text for name, text in found if name in known} == known
    others = {name for name in names if name not in known}
    if isinstance(value, dict) and explode and style != "deepObject":
        assert others == value.keys()
    else:
        assert all(name == "color" or (style == "deepObject" and name.startswith("color[")) for name in others)


@cache
def bracketed(style: str, explode: bool) -> Wire:
    """Serve `color` beside a parameter that is named as one of its fields would be, and two fixed pairs."""
    color = parameter("color", schema={}, style=style, explode=explode)
    operation = {"parameters": [color, parameter("taken"), parameter("color[taken]")]}
    servers = [{"url": "https://api.example.com/v1?fixed=1"}]
    return Wire(operation, method="get", path="/at?kind=read", servers=servers)


@pytest.mark.requirement(5)
@quick
@given(st.booleans(), st.sampled_from(["form", "cookie"]), flat, texts)
@example(True, "form", {"session": "evil"}, "x")
@example(True, "cookie", {"taken": "evil"}, "x")
@example(True, "cookie", {"session=evil": "y"}, "x")
def test_a_cookie_value_adds_no_cookie_that_is_another_ones(explode: bool, style: str, value: Any, beside: str) -> None:
    """Law. security.md 5: the cookie of a credential is no field of an object either."""
    request = request_of(with_session(style, explode), {"color": value, "taken": beside})
    if request is None:
        return
    cookies = [cookie.partition("=") for cookie in (header(request, "Cookie") or "").split("; ")]
    names = [name if style == "cookie" else unquote(name) for name, _, _ in cookies]
    assert names.count("taken") == 1
    assert "session" not in names
    is_spread = explode and isinstance(value, dict)
    assert set(names) - {"taken"} <= (value.keys() if is_spread else {"color"})


@cache
def with_session(style: str, explode: bool) -> Wire:
    """Serve two cookies beside that of a credential, which the document names as a parameter too."""
    color = parameter("color", "cookie", schema={}, style=style, explode=explode)
    operation = {"parameters": [color, parameter("taken", "cookie"), parameter("session", "cookie")]}
    schemes = {"session": {"type": "apiKey", "in": "cookie", "name": "session"}}
    return Wire(operation, method="get", components={"securitySchemes": schemes})


SERVERS = ["https://api.example.com:8443/base/v1", "http://127.0.0.1:8000", "https://[::1]/v1?key=1"]
TEMPLATES = ["/people/{id}", "/people/{id}/secret", "/people/{id}/{part}/deep", "/people", "/files/{id}.{part}/raw"]
steps = st.sampled_from(
    ["..", ".", "/", "\\", "%2e", "%2f", "%5C", "?", "#", "secret", "deep", "people", ";", "@", ":", "//", "é",
     "\u2028", "{id}", "{part}", "a", "\x00", "http://evil.example", "%252f"]
)  # fmt: skip
hostile = st.one_of(st.lists(steps, max_size=5).map("".join), texts)
segments = st.one_of(
    hostile, scalars, st.lists(hostile, max_size=3), st.dictionaries(hostile, hostile, min_size=1, max_size=2)
)


@cache
def person(server: str, template: str, style: str, explode: bool) -> Wire:
    """Serve one of several operations that stand side by side."""
    named = [
        parameter(name, "path", schema={}, style=style, explode=explode) for name in re.findall(r"{(\w+)}", template)
    ]
    beside = [parameter("id"), parameter("id", "header"), parameter("id", "cookie")]
    others = [other for other in TEMPLATES if other != template]
    return Wire(
        {"parameters": [*named, *beside]}, method="get", path=template, others=others, servers=[{"url": server}]
    )


def reached(path: str, template: str) -> bool:
    """True where a server takes a path for a template's: as many segments, each the same or filled."""
    parts, wanted = path.rstrip("/").split("/"), template.split("/")
    return len(parts) == len(wanted) and all(
        re.fullmatch("[^/]+".join(map(re.escape, re.split(r"{\w+}", pattern))), part, re.DOTALL)
        for part, pattern in zip(parts, wanted, strict=True)
    )


@pytest.mark.requirement(1, 2)
@settings(quick, max_examples=600)
@given(
    st.sampled_from(SERVERS), st.sampled_from(TEMPLATES), st.sampled_from(["simple", "label", "matrix"]),
    st.booleans(), segments, segments, hostile,
)  # fmt: skip
@example(SERVERS[0], TEMPLATES[0], "simple", False, ["1/secret"], "", "x")
@example(SERVERS[0], TEMPLATES[0], "simple", False, "1/secret", "", "x")
@example(SERVERS[0], TEMPLATES[0], "matrix", True, {"a": "1/secret"}, "", "x")
@example(SERVERS[1], TEMPLATES[0], "simple", False, ["a", "b\\secret"], "", "x")
def test_no_argument_changes_scheme_host_base_path_or_template(
    server: str, template: str, style: str, explode: bool, first: Any, second: Any, beside: str
) -> None:
    """Law. security.md 1 and 2 R-PATH: as it leaves, and as a server reads it that decodes once, or twice."""
    served = person(server, template, style, explode)
    values = {"id": first, "part": second} if "{part}" in template else {"id": first} if "{id}" in template else {}
    others = {name: beside for name in served.tool.input_schema["properties"] if name not in ("id", "part")}
    request = request_of(served, {**values, **others})
    if request is None:
        return
    sent, home = urlsplit(str(httpx.URL(request.url))), urlsplit(server)
    assert (sent.scheme, sent.netloc, sent.fragment) == (home.scheme, home.netloc, "")
    assert sent.query.startswith(home.query)
    path = target(request).partition("?")[0]
    assert path.startswith(f"{home.path}/")
    own = path.removeprefix(home.path)
    assert reached(own, template)
    assert not re.search(r"[\\\x00-\x20]", own)
    assert not {".", ".."} & {part.partition(";")[0] for part in re.split(r"[/\\]", unquote(own))}
    for text in (unquote(own), unquote(unquote(own))):
        wrong = [other for other in TEMPLATES if other != template and reached(text.replace("\\", "/"), other)]
        assert not wrong or reached(text.replace("\\", "/"), template)


def formed(content_type: str, field: dict[str, Any], **encoding: Any) -> Wire:
    """Serve a form with the field `color`, one beside it and a file."""
    properties = {"color": field, "taken": {"type": "string"}, "file": {"type": "string", "contentMediaType": "a/b"}}
    media = {"schema": {"type": "object", "properties": properties}}
    said = {"encoding": {"color": encoding}} if encoding else {}
    return Wire({"requestBody": {"required": True, "content": {content_type: {**media, **said}}}})


FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
form, multipart = formed(FORM, {}), formed(MULTIPART, {})


@quick
@given(st.one_of(flat, nested), texts)
@example({"a": 1}, "")
@example([], "x")
def test_a_form_reads_back_as_it_was(value: Any, beside: str) -> None:
    """Law, by Python's own reader. OAS 3.1.1, 4.8.15.1.2: an array by repetition, an object as JSON."""
    request = form.sent(color=value, taken=beside)
    found = parse_qsl(in_memory(request.body).decode("ascii"), keep_blank_values=True, strict_parsing=True)
    assert [text for name, text in found if name == "taken"] == [beside]
    held = [text for name, text in found if name != "taken"]
    assert {name for name, _ in found} <= {"color", "taken"}
    assert same_items(held, value)


def same_items(held: list[str], value: Any) -> bool:
    """True for the texts that a value becomes: one of each item, an object as JSON."""
    items = value if isinstance(value, list) else [value]
    return len(held) == len(items) and all(
        json.loads(text) == item if isinstance(item, (dict, list)) else same(text, item)
        for text, item in zip(held, items, strict=True)
    )


@cache
def styled(content_type: str, style: str, explode: bool, allow_reserved: bool) -> Wire:
    return formed(content_type, {}, style=style, explode=explode, allowReserved=allow_reserved)


styles = st.sampled_from(["form", "spaceDelimited", "pipeDelimited", "deepObject"])


@quick
@given(styles, st.booleans(), st.booleans(), flat)
@example("form", True, False, {"taken": "y"})
@example("form", False, False, ["a,b"])
def test_a_styled_field_of_a_form_reads_back_as_it_was(style: str, explode: bool, reserved: bool, value: Any) -> None:
    """Law. OAS 3.1.1, Encoding Object: style, explode and allowReserved, as of a query parameter."""
    assume(not reserved or not re.search("%[0-9A-Fa-f]{2}", json.dumps(value, ensure_ascii=False)))
    assume(style != "deepObject" or (isinstance(value, dict) and value))
    request = request_of(styled(FORM, style, explode, reserved), {"color": value, "taken": "x"})
    if request is not None:
        found = pairs_of(in_memory(request.body).decode("ascii"))
        assert found[-1] == ("taken", "x")
        assert same(from_pairs(found[:-1], value, style, explode=explode, name="color"), value)


@quick
@given(styles, st.booleans(), flat)
@example("form", True, {"file": "y"})
@example("form", False, ["a,b"])
def test_a_styled_field_of_a_multipart_form_reads_back_as_it_was(style: str, explode: bool, value: Any) -> None:
    """Law. OAS 3.1.1, Encoding Object: style applies to multipart/form-data too; nothing is encoded in a part."""
    assume(style != "deepObject" or (isinstance(value, dict) and value))
    request = request_of(styled(MULTIPART, style, explode, False), {"color": value, "taken": "x"})
    if request is None:
        return
    parts = parts_by_python_multipart(in_memory(request.body), header(request, "Content-Type") or "")
    assert parts[-1] == ("taken", None, None, b"x")
    is_spread = isinstance(value, dict) and (explode or style == "deepObject")
    assume(not is_spread or not re.search('[%"\\\\\x00-\x1f\x7f]', "".join(value)))  # names: see below
    found = [(escaped(name), escaped(content.decode())) for name, _, _, content in parts[:-1]]
    if style in ("spaceDelimited", "pipeDelimited") and not explode:
        mark = {"spaceDelimited": " ", "pipeDelimited": "|"}[style]
        found = [(name, text.replace(mark, f"%{ord(mark):02X}")) for name, text in found]
    assert same(from_pairs(found, value, style, explode=explode, name="color"), value)


def escaped(text: str) -> str:
    """Return a text that decodes to itself."""
    return text.replace("%", "%25")


@quick
@given(st.one_of(flat, nested), texts, st.lists(st.binary(max_size=40), max_size=3), texts)
@example("--\r\nContent-Disposition: form-data; name=x\r\n\r\n", "\r\n", [b"\r\n--"], 'a"; name="x')
@example("", "", [b""], "\\")
@example("", "", [b"x"], 'a\\"\r\nX-Evil: 1\x00')
def test_a_multipart_form_reads_back_as_it_was(value: Any, beside: str, files: list[bytes], name: str) -> None:
    """Law, by two readers: no value and no file name adds a part or a header. RFC 7578; security.md 5 R-HEADER."""
    served = multipart_of_files()
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    given_files = [f"data:image/png;name={quoted};base64,{base64.b64encode(data).decode()}" for data in files]
    request = served.sent(color=value, taken=beside, files=given_files)
    body, content_type = in_memory(request.body), header(request, "Content-Type") or ""
    parts = parts_by_python_multipart(body, content_type)
    assert [content for _, content in parts_by_email(body, content_type)] == [content for *_, content in parts]
    held = [content.decode() for part, _, _, content in parts if part == "color"]
    assert same_items(held, value)
    assert [content for part, _, _, content in parts if part == "taken"] == [beside.encode()]
    assert [content for part, _, _, content in parts if part == "files"] == files
    assert {part for part, *_ in parts} <= {"color", "taken", "files"}
    if not re.search(r"%|^.:\\|^\\\\", name):
        read_names = {unquote(file or "") for part, file, _, _ in parts if part == "files"}
        assert read_names <= {name or "files"}


@cache
def multipart_of_files() -> Wire:
    item = {"type": "string", "format": "binary"}
    properties = {"color": {}, "taken": {"type": "string"}, "files": {"type": "array", "items": item}}
    content = {MULTIPART: {"schema": {"type": "object", "properties": properties}}}
    return Wire({"requestBody": {"required": True, "content": content}})


free_form = Wire({"requestBody": {"required": True, "content": {MULTIPART: {}}}})


@quick
@given(st.dictionaries(texts.filter(bool), texts, min_size=1, max_size=3))
@example({"a\\": "data:;name=b,x", "c": "d"})
@example({'a"; filename="x': "y"})
def test_the_names_of_a_free_form_are_names(fields: dict[str, str]) -> None:
    """Law. A body that names no fields takes any: as many parts, each with one name, whatever is in it."""
    request = request_of(free_form, {"body": fields})
    if request is None:
        assert any(text[:5].lower() == "data:" for text in fields.values())
        return
    parts = parts_by_python_multipart(in_memory(request.body), header(request, "Content-Type") or "")
    for (name, *_), wanted in zip(parts, fields, strict=True):
        if "%" not in wanted:
            assert unquote(name) == wanted


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `files` that calls may send from, beside what they may not; links lead out of it."""
    root = tmp_path_factory.mktemp("tree")
    files = root / "files"
    (files / "sub").mkdir(parents=True)
    for path in ("outside.txt", "files/a.txt", "files/sub/b", "files/c d.bin", "files/aaaa"):
        (root / path).write_bytes(path.encode())
    (files / "link.txt").symlink_to(root / "outside.txt")
    (files / "up").symlink_to(root)
    (files / "inner").symlink_to(files / "sub")
    (files / "loop").symlink_to(files / "loop")
    return files


pieces = st.sampled_from(
    ["..", ".", "", "a.txt", "sub", "b", "c d.bin", "link.txt", "up", "inner", "loop", "files", "outside.txt", "aaaa",
     "etc", "passwd", "~", "%2e%2e", "*", "\x00", "é", "dev", "null", "proc", "self", "fd", "0"]
)  # fmt: skip
paths = st.one_of(st.lists(pieces, max_size=6).map("/".join), st.lists(pieces, max_size=3).map("\\".join), texts)
starts = st.sampled_from(
    ["", "/", "./", "../", "~/", "file:", "file://", "file:///", "FILE://localhost/", "//", "data:"]
)


@settings(quick, max_examples=600)
@given(starts, paths, st.booleans())
@example("", "up/outside.txt", False)
@example("", "../outside.txt", True)
@example("", "link.txt", False)
@example("file://", "[", False)
@example("", "../outside.txt", False)
@example("", "/etc/passwd", False)
def test_no_path_leads_out_of_the_folder(tree: Path, start: str, path: str, is_whole: bool) -> None:
    """Law: whatever text is given, what is sent is a plain file below the folder, or the text's own bytes."""
    text = start + (f"{tree}/{path}" if is_whole else path)
    request = request_of(reading(tree), {"files": [text]})
    if request is None:
        return
    if isinstance(request.body, Streamed):
        (upload,) = [piece for piece in request.body.pieces if isinstance(piece, Upload)]
        found = Path(upload.path)
        assert found == found.resolve()
        assert found.is_relative_to(tree.resolve())
        assert found.read_bytes() == str(found.relative_to(tree.resolve().parent)).encode()
    else:
        assert not (tree / text).is_file() or text[:5].lower() == "data:"
        ((_, _, _, content),) = parts_by_python_multipart(request.body or b"", header(request, "Content-Type") or "")
        own = text[text.index(",") + 1 :] if text[:5].lower() == "data:" else text
        assert content in (unquote_to_bytes(own), decoded(unquote(own)))


@cache
def reading(folder: Path) -> Wire:
    """Serve a form whose files may be given by their path."""
    item = {"type": "string", "format": "binary"}
    schema = {"type": "object", "properties": {"files": {"type": "array", "items": item}}}
    operation = {"requestBody": {"required": True, "content": {MULTIPART: {"schema": schema}}}}
    return Wire(operation, find=Folder.open(str(folder)).find)


def decoded(text: str) -> bytes | None:
    """Return what base64 text holds, in either alphabet; None where it is none."""
    packed = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except ValueError:
        return None

"""The specification's tables of styles, each cell sent the whole way: what is held is the wire, not a function."""

from typing import Any

import pytest
from support.make import one_tool, parameter
from support.wire import Wire, header, query, target

from openapi_mcp.request.build import build_request

EMPTY = ""
STRING = "blue"
ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}

REFUSED = None
"""A cell that sends nothing, and says why."""

LEFT_OUT = ""
"""A value that has no form (RFC 6570 section 2.3): the request goes without it."""


def sent_in(place: str, value: Any, *, name: str = "color", **fields: Any) -> str | None:
    """Return what a parameter's value is on the wire: path after its prefix, query, header or Cookie header."""
    path = f"/at/{{{name}}}" if place == "path" else "/at"
    wire = Wire({"parameters": [parameter(name, place, **{"schema": {}, **fields})]}, method="get", path=path)
    if place == "path":
        return target(wire.sent({name: value})).removeprefix("/v1/at/")
    request = wire.sent({name: value})
    return query(request) if place == "query" else header(request, "Cookie" if place == "cookie" else name)


def refused_in(place: str, value: Any, **fields: Any) -> str:
    """Return why nothing is sent."""
    path = "/at/{color}" if place == "path" else "/at"
    wire = Wire({"parameters": [parameter("color", place, **{"schema": {}, **fields})]}, method="get", path=path)
    error = wire.refusal(color=value)
    assert error.field == "color"
    return error.message


# OAS 3.1.1, 4.8.12.4 Style Examples, row by row: style, explode, empty, string, array, object.
PATH_ROWS: list[tuple[str, bool, str | None, str, str, str]] = [
    ("matrix", False, ";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
    ("matrix", True, ";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    # "." as a whole segment would be a dot segment, which a client or a proxy removes (RFC 3986 section 5.2.4).
    ("label", False, REFUSED, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    ("label", True, REFUSED, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    # Nothing as a whole segment would be another path: OAS 3.1.1, 4.8.2.2, wants each template expression filled.
    ("simple", False, REFUSED, "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("simple", True, REFUSED, "blue", "blue,black,brown", "R=100,G=200,B=150"),
]
QUERY_ROWS: list[tuple[str, bool, str, str, str, str]] = [
    ("form", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("form", True, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    # n/a in the table: a text, which has nothing to be delimited, is a plain pair; exploded it is what form is.
    ("spaceDelimited", False, "color=", "color=blue", "color=blue%20black%20brown",
     "color=R%20100%20G%20200%20B%20150"),
    ("spaceDelimited", True, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    ("pipeDelimited", False, "color=", "color=blue", "color=blue%7Cblack%7Cbrown",
     "color=R%7C100%7CG%7C200%7CB%7C150"),
    ("pipeDelimited", True, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    # n/a in the table but for the object, which is the same with `explode: false`: an array by index, as qs reads it.
    ("deepObject", False, "color=", "color=blue", "color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown",
     "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ("deepObject", True, "color=", "color=blue", "color%5B0%5D=blue&color%5B1%5D=black&color%5B2%5D=brown",
     "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
]  # fmt: skip
HEADER_ROWS: list[tuple[str, bool, str, str, str, str]] = [
    ("simple", False, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("simple", True, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
]
COOKIE_ROWS: list[tuple[str, bool, str, str, str, str]] = [
    ("form", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    # Appendix D: what a query has between its pairs is "; " between cookies (RFC 6265 section 4.2.1).
    ("form", True, "color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"),
    ("cookie", False, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("cookie", True, "color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"),
]
CELLS = [
    pytest.param(place, style, explode, value, cell, id=f"{place}-{style}-{explode}-{kind}")
    for place, rows in (("path", PATH_ROWS), ("query", QUERY_ROWS), ("header", HEADER_ROWS), ("cookie", COOKIE_ROWS))
    for style, explode, *cells in rows
    for kind, value, cell in zip(
        ("empty", "string", "array", "object"), (EMPTY, STRING, ARRAY, OBJECT), cells, strict=True
    )
]


@pytest.mark.spec("OAS 3.1.1 Style Examples")
@pytest.mark.parametrize(("place", "style", "explode", "value", "cell"), CELLS)
def test_every_cell_of_the_table_is_on_the_wire(
    place: str, style: str, explode: bool, value: Any, cell: str | None
) -> None:
    """OAS 3.1.1, 4.8.12.4; style cookie: OAS 3.2.0."""
    if cell is REFUSED:
        assert refused_in(place, value, style=style, explode=explode).startswith('argument "color" ')
    else:
        assert sent_in(place, value, style=style, explode=explode) == cell


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
@pytest.mark.parametrize(
    ("place", "array", "written"),
    [
        ("path", "blue,black,brown", "R,100,G,200,B,150"),
        ("query", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
        ("header", "blue,black,brown", "R,100,G,200,B,150"),
        ("cookie", "color=blue; color=black; color=brown", "R=100; G=200; B=150"),
    ],
)
def test_a_parameter_without_a_style_has_that_of_its_place(place: str, array: str, written: str) -> None:
    """OAS 3.1.1, 4.8.12.2.1: simple for path and header, form for query and cookie; explode for form alone."""
    assert sent_in(place, ARRAY) == array
    assert sent_in(place, OBJECT) == written


@pytest.mark.parametrize(
    ("style", "array"),
    [("form", "color=blue&color=black&color=brown"), ("pipeDelimited", "color=blue%7Cblack%7Cbrown")],
)
def test_form_alone_is_exploded_where_the_document_does_not_say(style: str, array: str) -> None:
    """OAS 3.1.1, 4.8.12.2.1, explode: the default is true for form, and false for all other styles."""
    assert sent_in("query", ARRAY, style=style) == array


@pytest.mark.spec("RFC 6570 2.3")
@pytest.mark.parametrize("value", [[], {}])
@pytest.mark.parametrize(
    ("place", "style"),
    [
        *[("query", style) for style in ("form", "spaceDelimited", "pipeDelimited", "deepObject")],
        ("header", "simple"),
        ("cookie", "form"),
        ("cookie", "cookie"),
    ],
)
@pytest.mark.parametrize("explode", [True, False])
def test_a_list_of_nothing_is_undefined_and_left_out(place: str, style: str, explode: bool, value: Any) -> None:
    """RFC 6570 section 2.3: a list or map without members is undefined, and undefined variables are not expanded."""
    assert sent_in(place, value, style=style, explode=explode) in (LEFT_OUT, None)


@pytest.mark.parametrize("value", [[], {}])
@pytest.mark.parametrize("style", ["simple", "label", "matrix"])
def test_a_list_of_nothing_in_a_path_is_refused(style: str, value: Any) -> None:
    """OAS 3.1.1, 4.8.2.2: each template expression has a value."""
    assert refused_in("path", value, style=style) == 'argument "color" is empty, which a path cannot carry'


# RFC 6570 section 3.2: the variables of its examples.
LIST = ["red", "green", "blue"]
KEYS = {"semi": ";", "dot": ".", "comma": ","}
VALUES = {"var": "value", "hello": "Hello World!", "half": "50%", "base": "http://example.com/home/",
          "path": "/foo/bar", "v": "6", "x": "1024", "y": "768", "who": "fred", "list": LIST, "keys": KEYS}  # fmt: skip


def expanded(place: str, style: str, expression: str, **fields: Any) -> str | None:
    """Return the expansion of `name` or `name*` in a style."""
    name = expression.rstrip("*")
    explode = expression.endswith("*")
    return sent_in(place, VALUES[name], name=name, style=style, explode=explode, **fields)


@pytest.mark.spec("RFC 6570 3.2")
@pytest.mark.parametrize(
    ("style", "expression", "expansion"),
    [
        # 3.2.2, Simple String Expansion
        ("simple", "var", "value"),
        ("simple", "hello", "Hello%20World%21"),
        ("simple", "half", "50%25"),
        ("simple", "list", "red,green,blue"),
        ("simple", "list*", "red,green,blue"),
        ("simple", "keys", "semi,%3B,dot,.,comma,%2C"),
        ("simple", "keys*", "semi=%3B,dot=.,comma=%2C"),
        # 3.2.5, Label Expansion with Dot-Prefix
        ("label", "who", ".fred"),
        ("label", "half", ".50%25"),
        ("label", "var", ".value"),
        ("label", "list", ".red,green,blue"),
        ("label", "list*", ".red.green.blue"),
        ("label", "keys", ".semi,%3B,dot,.,comma,%2C"),
        ("label", "keys*", ".semi=%3B.dot=..comma=%2C"),
        # 3.2.7, Path-Style Parameter Expansion
        ("matrix", "who", ";who=fred"),
        ("matrix", "half", ";half=50%25"),
        ("matrix", "v", ";v=6"),
        ("matrix", "list", ";list=red,green,blue"),
        ("matrix", "list*", ";list=red;list=green;list=blue"),
        ("matrix", "keys", ";keys=semi,%3B,dot,.,comma,%2C"),
        ("matrix", "keys*", ";semi=%3B;dot=.;comma=%2C"),
    ],
)
def test_a_path_value_is_expanded_as_the_template_of_its_style(style: str, expression: str, expansion: str) -> None:
    """RFC 6570 sections 3.2.2, 3.2.5 and 3.2.7, the examples that a single parameter can be."""
    assert expanded("path", style, expression) == expansion


@pytest.mark.spec("RFC 6570 3.2.8")
@pytest.mark.parametrize(
    ("expression", "expansion"),
    [
        ("who", "who=fred"),
        ("half", "half=50%25"),
        ("list", "list=red,green,blue"),
        ("list*", "list=red&list=green&list=blue"),
        ("keys", "keys=semi,%3B,dot,.,comma,%2C"),
        ("keys*", "semi=%3B&dot=.&comma=%2C"),
    ],
)
def test_a_query_is_expanded_as_form_style_is(expression: str, expansion: str) -> None:
    """RFC 6570 section 3.2.8."""
    assert expanded("query", "form", expression) == expansion


@pytest.mark.spec("RFC 6570 3.2.3")
@pytest.mark.parametrize(
    ("expression", "expansion"),
    [
        ("var", "var=value"),
        ("hello", "hello=Hello%20World!"),
        ("half", "half=50%25"),
        ("base", "base=http://example.com/home/"),
        ("path", "path=/foo/bar"),
        ("list", "list=red,green,blue"),
        ("keys", "keys=semi,;,dot,.,comma,%2C"),  # RFC: "semi,;,dot,.,comma,,", which no reader takes apart
        ("keys*", "semi=;&dot=.&comma=,"),
    ],
)
def test_allow_reserved_expands_as_reserved_expansion_does(expression: str, expansion: str) -> None:
    """RFC 6570 section 3.2.3, for what stands after the name; OAS 3.1.1, allowReserved: never a delimiter as data."""
    assert expanded("query", "form", expression, allowReserved=True) == expansion


def test_several_parameters_stand_as_one_expression_of_all() -> None:
    """RFC 6570 sections 3.2.7 and 3.2.8: {;x,y} and {?x,y}."""
    matrix = {"style": "matrix"}
    wire = Wire({"parameters": [parameter("x", "path", **matrix), parameter("y", "path", **matrix),
                                parameter("a"), parameter("b")]}, method="get", path="/at{x}{y}")  # fmt: skip
    assert target(wire.sent(x="1024", y="768", a="1", b="")) == "/v1/at;x=1024;y=768?a=1&b="


@pytest.mark.spec("OAS 3.1.1 Appendix C")
@pytest.mark.parametrize(
    ("place", "style", "value", "written"),
    [
        ("query", "form", None, "color=null"),
        ("query", "form", ["a", None, ""], "color=a&color=null&color="),
        ("query", "form", {"a": None, "b": True}, "a=null&b=true"),
        ("query", "deepObject", {"a": None}, "color%5Ba%5D=null"),
        ("path", "simple", None, "null"),
        ("path", "simple", [False, None], "false,null"),
        ("header", "simple", None, "null"),
        ("cookie", "form", None, "color=null"),
        ("query", "form", 2**53 + 1, "color=9007199254740993"),
        ("query", "form", 1e21, "color=1e%2B21"),
        ("query", "form", -0.5, "color=-0.5"),
        ("path", "simple", 3.0, "3"),
        ("query", "form", "2024-01-31T00:00:00+01:00", "color=2024-01-31T00%3A00%3A00%2B01%3A00"),
        ("query", "form", [["a"], {"b": 1}], "color=%5B%22a%22%5D&color=%7B%22b%22%3A1%7D"),
    ],
)
def test_what_is_no_text_is_written_as_json_writes_it(place: str, style: str, value: Any, written: str) -> None:
    """OAS 3.1.1, Appendix B leaves data type conversion to us; RFC 8259. Never a Python repr; null is never dropped."""
    explode = style != "simple"
    assert sent_in(place, value, style=style, explode=explode) == written


@pytest.mark.spec("OAS 3.1.1 Appendix E")
@pytest.mark.parametrize(
    ("place", "style", "explode", "value"),
    [
        ("query", "spaceDelimited", False, ["light blue"]),
        ("query", "pipeDelimited", False, ["a|b", "c"]),
        ("query", "pipeDelimited", False, {"a|b": 1}),
        ("query", "deepObject", True, {"a[b]": 1}),
        ("query", "deepObject", True, {"a": {"]": 1}}),
        ("query", "deepObject", True, {"": 1}),
        ("header", "simple", False, ["a,b"]),
        ("header", "simple", True, {"a=b": 1}),
        ("header", "simple", False, ["a", " b"]),
        ("cookie", "cookie", False, ["a,b", "c"]),
    ],
)
def test_what_no_reader_could_tell_from_a_delimiter_is_refused(
    place: str, style: str, explode: bool, value: Any
) -> None:
    """OAS 3.1.1, Appendices D and E: encoding does not help where the delimiter is encoded, or nothing is."""
    assert refused_in(place, value, style=style, explode=explode)


@pytest.mark.spec("OAS 3.1.1 Appendix E")
@pytest.mark.parametrize(
    ("place", "style", "explode", "value", "written"),
    [
        ("query", "form", False, ["a,b", "c"], "color=a%2Cb,c"),
        ("query", "form", True, ["a&color=b"], "color=a%26color%3Db"),
        ("query", "form", True, {"a=b": "&"}, "a%3Db=%26"),
        ("query", "form", True, "a+b c~", "color=a%2Bb%20c~"),
        ("path", "matrix", True, ["a;b"], ";color=a%3Bb"),
        ("path", "simple", True, {"a=b": "c,d"}, "a%3Db=c%2Cd"),
        ("cookie", "form", False, ["a,b;c", "d"], "color=a%2Cb%3Bc,d"),
        ("header", "simple", False, "a,b = c", "a,b = c"),
    ],
)
def test_a_delimiter_within_a_value_is_encoded_where_that_tells_it_apart(
    place: str, style: str, explode: bool, value: Any, written: str
) -> None:
    """OAS 3.1.1, Appendices C to E; RFC 3986 section 2.2."""
    assert sent_in(place, value, style=style, explode=explode) == written


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("path", "%7B%22a%22%3A%5B1%2Cnull%5D%7D"),
        ("query", "color=%7B%22a%22%3A%5B1%2Cnull%5D%7D"),
        ("header", '{"a":[1,null]}'),
        ("cookie", "color=%7B%22a%22%3A%5B1%2Cnull%5D%7D"),
    ],
)
def test_a_parameter_with_content_is_its_json_in_every_place(place: str, written: str) -> None:
    """OAS 3.1.1, 4.8.12.2.2."""
    content: dict[str, Any] = {"application/json": {"schema": {}}}
    path = "/at/{color}" if place == "path" else "/at"
    wire = Wire({"parameters": [{"name": "color", "in": place, "required": True, "content": content}]},
                method="get", path=path)  # fmt: skip
    request = wire.sent(color={"a": [1, None]})
    found = {"path": target(request).removeprefix("/v1/at/"), "query": query(request)}
    assert (found.get(place) or header(request, "Cookie" if place == "cookie" else "color")) == written


@pytest.mark.spec("OAS 3.2.0 Parameter Object")
@pytest.mark.parametrize(
    ("media_type", "value", "written"),
    [
        ("application/x-www-form-urlencoded", {"a": [1, None], "b c": "&=+"}, "a=1&a=null&b%20c=%26%3D%2B"),
        ("application/x-www-form-urlencoded", {"a": {"b": 1}}, "a=%7B%22b%22%3A1%7D"),
        ("application/json", {"a": "é"}, "%7B%22a%22%3A%22%C3%A9%22%7D"),
        ("application/jsonpath", "$.a[?(@.b>1)]", "%24.a%5B%3F%28%40.b%3E1%29%5D"),
    ],
)
def test_the_whole_query_is_one_value_by_its_media_type(media_type: str, value: Any, written: str) -> None:
    """OAS 3.2.0, `in: querystring`."""
    whole = {"name": "q", "in": "querystring", "content": {media_type: {"schema": {}}}}
    wire = Wire({"parameters": [whole]}, method="get", openapi="3.2.0")
    assert query(wire.sent(q=value)) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": {"b": 1}}, "color%5Ba%5D%5Bb%5D=1"),
        ({"a": [1, 2]}, "color%5Ba%5D=1&color%5Ba%5D=2"),
        ({"a": [{"b": 1}, {"b": 2}]}, "color%5Ba%5D%5B0%5D%5Bb%5D=1&color%5Ba%5D%5B1%5D%5Bb%5D=2"),
        ({"a": {"b": [True, None]}}, "color%5Ba%5D%5Bb%5D=true&color%5Ba%5D%5Bb%5D=null"),
    ],
)
def test_a_nested_deep_object_is_written_as_servers_read_it(value: Any, written: str) -> None:
    """Issue 4: `filter[a][b]=1`, arrays in it by repetition. OAS 3.1.1 leaves it undefined."""
    assert sent_in("query", value, style="deepObject", explode=True) == written


def test_the_fields_of_a_query_string_follow_their_encoding() -> None:
    """OAS 3.2.0, Parameter Object, `in: querystring`: a form as a body is one; JSON is JSON whatever it holds."""
    schema = {"type": "object", "additionalProperties": True}
    encoding = {
        "l": {"style": "form", "explode": False},
        "j": {"contentType": "application/json"},
        "d": {"style": "deepObject", "explode": True},
    }
    form = {"application/x-www-form-urlencoded": {"schema": schema, "encoding": encoding}}
    tool = one_tool({"parameters": [{"name": "q", "in": "querystring", "content": form}]}, openapi="3.2.0")
    url = build_request(tool, {"q": {"l": [1, 2], "j": [1], "d": {"k": 1}}}, "https://api.example.com").url
    assert url.partition("?")[2] == "l=1,2&j=%5B1%5D&d%5Bk%5D=1"
    plain: dict[str, Any] = {"application/json": {"schema": {}}}
    tool = one_tool({"parameters": [{"name": "q", "in": "querystring", "content": plain}]}, openapi="3.2.0")
    assert build_request(tool, {"q": "s"}, "https://api.example.com").url.partition("?")[2] == "%22s%22"

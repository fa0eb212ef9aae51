"""Parameter values in their styles, by the tables of OAS 3.1.1 and RFC 6570."""

from typing import Any

import pytest
from support.make import read_parameter

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Location
from openapi_mcp.request.pairs import pairs, scalar
from openapi_mcp.request.style import cookie_pairs, header_value, path_value, query_pairs

STRING = "blue"
ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}


@pytest.mark.spec("OAS 3.1.1 Style Examples")
@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("matrix", False, "", ";color"),
        ("matrix", False, STRING, ";color=blue"),
        ("matrix", False, ARRAY, ";color=blue,black,brown"),
        ("matrix", False, OBJECT, ";color=R,100,G,200,B,150"),
        ("matrix", True, "", ";color"),
        ("matrix", True, STRING, ";color=blue"),
        ("matrix", True, ARRAY, ";color=blue;color=black;color=brown"),
        ("matrix", True, OBJECT, ";R=100;G=200;B=150"),
        ("label", False, "", "."),
        ("label", False, STRING, ".blue"),
        ("label", False, ARRAY, ".blue,black,brown"),
        ("label", False, OBJECT, ".R,100,G,200,B,150"),
        ("label", True, "", "."),
        ("label", True, STRING, ".blue"),
        ("label", True, ARRAY, ".blue.black.brown"),
        ("label", True, OBJECT, ".R=100.G=200.B=150"),
        ("simple", False, "", ""),
        ("simple", False, STRING, "blue"),
        ("simple", False, ARRAY, "blue,black,brown"),
        ("simple", False, OBJECT, "R,100,G,200,B,150"),
        ("simple", True, "", ""),
        ("simple", True, STRING, "blue"),
        ("simple", True, ARRAY, "blue,black,brown"),
        ("simple", True, OBJECT, "R=100,G=200,B=150"),
    ],
)
def test_a_path_parameter_is_written_as_the_table_says(style: str, explode: bool, value: Any, expected: str) -> None:
    """OAS 3.1.1, Style Examples."""
    parameter = read_parameter("color", Location.PATH, style, explode=explode)
    assert path_value(parameter, value) == expected


@pytest.mark.spec("OAS 3.1.1 Style Examples")
@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("form", False, "", "color="),
        ("form", False, STRING, "color=blue"),
        ("form", False, ARRAY, "color=blue,black,brown"),
        ("form", False, OBJECT, "color=R,100,G,200,B,150"),
        ("form", True, "", "color="),
        ("form", True, STRING, "color=blue"),
        ("form", True, ARRAY, "color=blue&color=black&color=brown"),
        ("form", True, OBJECT, "R=100&G=200&B=150"),
        ("spaceDelimited", False, ARRAY, "color=blue%20black%20brown"),
        ("spaceDelimited", False, OBJECT, "color=R%20100%20G%20200%20B%20150"),
        ("pipeDelimited", False, ARRAY, "color=blue%7Cblack%7Cbrown"),
        ("pipeDelimited", False, OBJECT, "color=R%7C100%7CG%7C200%7CB%7C150"),
        ("deepObject", True, OBJECT, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ],
)
def test_a_query_parameter_is_written_as_the_table_says(style: str, explode: bool, value: Any, expected: str) -> None:
    """OAS 3.1.1, Style Examples."""
    parameter = read_parameter("color", Location.QUERY, style, explode=explode)
    assert "&".join(query_pairs(parameter, value)) == expected


@pytest.mark.spec("RFC 6570 3.2")
@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("simple", False, "value", "value"),
        ("simple", False, "Hello World!", "Hello%20World%21"),
        ("simple", False, "50%", "50%25"),
        ("simple", False, "half/way", "half%2Fway"),
        ("simple", False, ["red", "green", "blue"], "red,green,blue"),
        ("simple", False, {"semi": ";", "dot": ".", "comma": ","}, "semi,%3B,dot,.,comma,%2C"),
        ("simple", True, {"semi": ";", "dot": ".", "comma": ","}, "semi=%3B,dot=.,comma=%2C"),
        ("label", False, "fred", ".fred"),
        ("label", False, "50%", ".50%25"),
        ("label", True, ["red", "green", "blue"], ".red.green.blue"),
        ("label", True, {"semi": ";", "dot": ".", "comma": ","}, ".semi=%3B.dot=..comma=%2C"),
        ("matrix", False, "50%", ";x=50%25"),
        ("matrix", True, ["", "a"], ";x;x=a"),
        ("matrix", True, {"semi": ";", "none": ""}, ";semi=%3B;none"),
    ],
)
def test_a_path_value_is_expanded_as_a_template_expands_it(
    style: str, explode: bool, value: Any, expected: str
) -> None:
    """RFC 6570 sections 3.2.2, 3.2.5 and 3.2.7."""
    assert path_value(read_parameter("x", Location.PATH, style, explode=explode), value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (True, "true"), (False, "false"), (None, "null"), (3, "3"), (2.5, "2.5"), ({"a": [1]}, '{"a":[1]}')],
)
def test_a_scalar_is_written_as_json_writes_it_text_without_quotes(value: Any, expected: str) -> None:
    """OAS 3.1.1 leaves the string form of a value open. Our choice."""
    assert scalar(value) == expected


@pytest.mark.parametrize("style", ["simple", "label", "matrix"])
@pytest.mark.parametrize("explode", [True, False])
@pytest.mark.parametrize("value", [[], {}])
def test_nothing_cannot_stand_in_a_path(style: str, explode: bool, value: Any) -> None:
    """security.md 1 R-PATH: exactly one non-empty segment."""
    with pytest.raises(ArgumentsError, match="is empty, which a path cannot carry") as raised:
        path_value(read_parameter("ids", Location.PATH, style, explode=explode), value)
    assert raised.value.field == "ids"


@pytest.mark.parametrize(("location", "write"), [(Location.PATH, path_value), (Location.QUERY, query_pairs)])
@pytest.mark.parametrize("style", ["cookie", "simpel", ""])
def test_a_style_that_is_none_is_said(location: Location, write: Any, style: str) -> None:
    """OAS 3.1.1, Parameter Object: style."""
    with pytest.raises(ArgumentsError, match="style"):
        write(read_parameter("a", location, style), "x")


@pytest.mark.spec("Swagger 2.0 Parameter Object")
@pytest.mark.parametrize(
    ("style", "in_path", "in_header"),
    [
        ("pipeDelimited", "a%2Cb%7C1", "a,b|1"),
        ("spaceDelimited", "a%2Cb%201", "a,b 1"),
        ("tabDelimited", "a%2Cb%091", "a,b\t1"),
    ],
)
def test_a_list_is_joined_by_its_delimiter_in_a_path_and_a_header(style: str, in_path: str, in_header: str) -> None:
    """Swagger 2.0, collectionFormat: pipes, ssv, tsv; RFC 9110 section 5.5: a tab may stand in a header."""
    assert path_value(read_parameter("x", Location.PATH, style), ["a,b", 1]) == in_path
    assert header_value(read_parameter("x", Location.HEADER, style), ["a,b", 1]) == in_header
    with pytest.raises(ArgumentsError, match=r"control character|holds"):
        header_value(read_parameter("x", Location.HEADER, style), ["a\tb", 1])


def test_a_style_of_queries_is_not_for_a_path() -> None:
    """OAS 3.1.1, Style Values."""
    with pytest.raises(ArgumentsError, match="the style 'form', which is not for a path"):
        path_value(read_parameter("a", Location.PATH, "form"), "x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(["a", "b"], "a%5B0%5D=a&a%5B1%5D=b"), ([{"b": 1}], "a%5B0%5D%5Bb%5D=1"), ("x", "a=x"), (1, "a=1"), ([], "")],
)
def test_a_deep_object_that_is_none_is_written_as_servers_read_it(value: Any, expected: str) -> None:
    """OAS 3.1.1, Style Values, leaves it undefined. Our choice: qs, PHP and Stripe read a list by its index."""
    assert "&".join(query_pairs(read_parameter("a", Location.QUERY, "deepObject", explode=True), value)) == expected


@pytest.mark.parametrize(
    ("style", "value", "reason"),
    [
        ("deepObject", {"a[b]": 1}, "brackets"),
        ("pipeDelimited", ["a|b", "c"], "holds '|'"),
        ("pipeDelimited", {"a": "b|c"}, "holds '|'"),
        ("spaceDelimited", ["a b"], "holds ' '"),
    ],
)
def test_what_a_server_could_not_tell_apart_is_not_sent(style: str, value: Any, reason: str) -> None:
    """OAS 3.1.1, Appendix E: delimiters that percent-encoding does not tell from data."""
    with pytest.raises(ArgumentsError) as raised:
        query_pairs(read_parameter("a", Location.QUERY, style), value)
    assert reason in raised.value.message


@pytest.mark.parametrize(
    ("explode", "value"), [(False, ["a,b"]), (False, {"a,b": 1}), (True, {"a": "b,c"}), (True, {"a=b": 1})]
)
def test_what_stands_between_values_cannot_stand_in_one_in_a_header(explode: bool, value: Any) -> None:
    """OAS 3.1.1, Appendix D: nothing is encoded in a header."""
    with pytest.raises(ArgumentsError, match="cannot tell from what stands between"):
        header_value(read_parameter("X-A", Location.HEADER, "simple", explode=explode), value)


@pytest.mark.spec("RFC 6570 3.2.3")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/a?b:c@d!e$f'g(h)i*j,k;l=m", "q=/a?b:c@d!e$f'g(h)i*j,k;l=m"),
        ("a&b#c[d]+e", "q=a%26b%23c%5Bd%5D%2Be"),
        ("50%25%zz%2f", "q=50%25%25zz%2f"),
        ("é x", "q=%C3%A9%20x"),
    ],
)
def test_reserved_characters_stay_where_the_document_allows_them(value: str, expected: str) -> None:
    """OAS 3.1.1, Parameter Object, allowReserved: but for what would end the query or its pair."""
    assert query_pairs(read_parameter("q", Location.QUERY, "form", allow_reserved=True), value) == [expected]


@pytest.mark.spec("OAS 3.2.0 Style Values")
def test_a_cookie_of_style_cookie_is_sent_as_it_is() -> None:
    """OAS 3.2.0: style cookie encodes nothing; RFC 6265 section 4.1.1 says what may stand there."""
    plain = read_parameter("c", Location.COOKIE, "cookie", explode=True)
    assert cookie_pairs(plain, "a%20b/c") == ["c=a%20b/c"]
    assert cookie_pairs(plain, {"a": 1, "b": 2}) == ["a=1", "b=2"]
    assert cookie_pairs(read_parameter("c", Location.COOKIE, "form"), "a%20b/c") == ["c=a%2520b%2Fc"]
    for value in ("a b", "a;b", 'a"', "é", ["a,b", "c"]):
        with pytest.raises(ArgumentsError):
            cookie_pairs(read_parameter("c", Location.COOKIE, "cookie"), value)


def test_a_deep_object_holds_others_and_lists_as_servers_read_them() -> None:
    """Our choice: OAS 3.1.1 leaves both undefined."""
    value = {"a": {"b": [1, 2]}, "c d": "&", "e": {}, "f": []}
    pairs = query_pairs(read_parameter("x", Location.QUERY, "deepObject", explode=True), value)
    assert pairs == ["x%5Ba%5D%5Bb%5D=1", "x%5Ba%5D%5Bb%5D=2", "x%5Bc%20d%5D=%26"]


@pytest.mark.parametrize("value", [[], {}])
@pytest.mark.parametrize("style", ["form", "spaceDelimited", "pipeDelimited", "deepObject"])
def test_an_empty_list_is_left_out_of_a_query(value: Any, style: str) -> None:
    """RFC 6570 section 2.4.2: empty lists are undefined."""
    assert query_pairs(read_parameter("a", Location.QUERY, style, explode=True), value) == []


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
def test_allow_reserved_leaves_what_does_not_change_the_query() -> None:
    """OAS 3.1.1, allowReserved; security.md 5: a query value cannot add a parameter."""
    value = ":/?#[]@!$&'()*+,;=%"
    plain = read_parameter("a", Location.QUERY, "form")
    assert query_pairs(plain, value) == ["a=%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25"]
    reserved = read_parameter("a", Location.QUERY, "form", allow_reserved=True)
    assert query_pairs(reserved, value) == ["a=:/?%23%5B%5D@!$%26'()*%2B,;=%25"]


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
@pytest.mark.parametrize(
    ("content_type", "value", "expected"),
    [
        ("application/json", {"a": [1]}, "f=%7B%22a%22%3A%5B1%5D%7D"),
        ("application/json", "a", "f=%22a%22"),
        ("text/plain", "a b", "f=a%20b"),
        ("text/plain", [1], "f=%5B1%5D"),
    ],
)
def test_a_parameter_with_content_is_text_that_no_style_takes_apart(
    content_type: str, value: Any, expected: str
) -> None:
    """OAS 3.1.1, Parameter Object: content."""
    parameter = read_parameter("f", Location.QUERY, "form", explode=True, content_type=content_type)
    assert query_pairs(parameter, value) == [expected]


@pytest.mark.spec("OAS 3.1.1 Style Examples")
@pytest.mark.parametrize(
    ("explode", "value", "expected"),
    [
        (False, STRING, "blue"),
        (False, ARRAY, "blue,black,brown"),
        (False, OBJECT, "R,100,G,200,B,150"),
        (True, OBJECT, "R=100,G=200,B=150"),
        (False, "50% a/b", "50% a/b"),
        (False, "", ""),
        (False, "naïve", "naïve"),
    ],
)
def test_a_header_is_written_simply_and_not_encoded(explode: bool, value: Any, expected: str) -> None:
    """OAS 3.1.1, Style Examples and Appendix D: headers are not percent-encoded."""
    assert header_value(read_parameter("X-C", Location.HEADER, "simple", explode=explode), value) == expected


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\r\n", "\x1f", "\x7f", "\t"])
@pytest.mark.parametrize("wrap", [str, lambda text: [text], lambda text: {"a": text}, lambda text: {text: "a"}])
@pytest.mark.parametrize("explode", [True, False])
def test_a_header_value_with_a_control_character_is_refused(character: str, wrap: Any, explode: bool) -> None:
    """security.md 5 R-HEADER."""
    with pytest.raises(ArgumentsError, match="control character"):
        header_value(read_parameter("X-C", Location.HEADER, "simple", explode=explode), wrap(f"a{character}X: b"))


@pytest.mark.parametrize("value", [" a", "a ", "\u00a0a", "a\u2003"])
def test_a_header_value_that_would_be_trimmed_is_refused(value: str) -> None:
    """RFC 9110 section 5.5: white space at the ends is no part of a value. Nothing is changed in silence."""
    with pytest.raises(ArgumentsError, match="white space"):
        header_value(read_parameter("X-C", Location.HEADER, "simple"), value)


@pytest.mark.parametrize(
    ("explode", "value", "expected"),
    [
        (True, "a; b=c", ["id=a%3B%20b%3Dc"]),
        (True, ["a", "b"], ["id=a", "id=b"]),
        (False, ["a", "b"], ["id=a,b"]),
        (True, {"x": 1}, ["x=1"]),
        (True, [], []),
    ],
)
def test_a_cookie_is_written_as_a_form(explode: bool, value: Any, expected: list[str]) -> None:
    """OAS 3.1.1, Parameter Object: cookies are of style form; security.md 5: no value adds a cookie."""
    assert cookie_pairs(read_parameter("id", Location.COOKIE, "form", explode=explode), value) == expected


@pytest.mark.parametrize("style", ["spaceDelimited", "pipeDelimited"])
def test_a_delimited_scalar_is_a_plain_pair(style: str) -> None:
    """Our choice: OAS 3.1.1 leaves it undefined."""
    assert query_pairs(read_parameter("a", Location.QUERY, style), "x|y z") == ["a=x%7Cy%20z"]


def test_names_are_encoded_as_values_are() -> None:
    """security.md 5: neither can add a parameter."""
    assert [pair.encoded() for pair in pairs("a&b=c", "d")] == ["a%26b%3Dc=d"]
    assert [pair.encoded() for pair in pairs("x", {"a&b": "c&d"})] == ["a%26b=c%26d"]


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
@pytest.mark.parametrize(
    ("content_type", "value", "expected"),
    [
        ("application/x-www-form-urlencoded", {"a": 1, "b": [1, 2]}, "f=a%3D1%26b%3D1%26b%3D2"),
        ("application/xml", {"a": 1}, "f=%3Cf%3E%3Ca%3E1%3C%2Fa%3E%3C%2Ff%3E"),
        ("application/vnd.x+json", "a", "f=%22a%22"),
    ],
)
def test_the_media_type_of_a_parameter_says_how_it_is_written(content_type: str, value: Any, expected: str) -> None:
    """OAS 3.1.1, Parameter Object: content rules the serialization."""
    parameter = read_parameter("f", Location.QUERY, "form", explode=True, content_type=content_type)
    assert query_pairs(parameter, value) == [expected]

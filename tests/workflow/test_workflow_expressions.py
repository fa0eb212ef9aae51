"""Runtime expressions: which texts are some, and what each names."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.workflow.expressions import Root, expressions_in, parse, pieces, whole, without_braces
from openapi_mcp.workflow.faults import ExpressionError


@pytest.mark.parametrize(
    ("text", "root", "owner", "part", "name", "pointer"),
    [
        ("$url", Root.URL, "", "", "", None),
        ("$method", Root.METHOD, "", "", "", None),
        ("$statusCode", Root.STATUS, "", "", "", None),
        ("$request.header.accept", Root.REQUEST, "", "header", "accept", None),
        ("$request.query.page", Root.REQUEST, "", "query", "page", None),
        ("$request.path.id", Root.REQUEST, "", "path", "id", None),
        ("$request.body#/user/uuid", Root.REQUEST, "", "body", "", "/user/uuid"),
        ("$response.body", Root.RESPONSE, "", "body", "", None),
        ("$response.body#", Root.RESPONSE, "", "body", "", ""),
        ("$response.body#/a~1b/~0c", Root.RESPONSE, "", "body", "", "/a~1b/~0c"),
        ("$response.body.items", Root.RESPONSE, "", "body", "items", None),
        ("$response.header.X-Rate-Limit", Root.RESPONSE, "", "header", "X-Rate-Limit", None),
        ("$inputs.username", Root.INPUTS, "", "", "username", None),
        ("$inputs.x-store-id", Root.INPUTS, "", "", "x-store-id", None),
        ("$inputs.customer#/id", Root.INPUTS, "", "", "customer", "/id"),
        ("$inputs.customer.id", Root.INPUTS, "", "", "customer.id", None),
        ("$outputs.bar", Root.OUTPUTS, "", "", "bar", None),
        ("$steps.find-one.outputs.pets", Root.STEPS, "find-one", "outputs", "pets", None),
        ("$steps.find.outputs.pets#/0/id", Root.STEPS, "find", "outputs", "pets", "/0/id"),
        ("$workflows.foo.inputs.name", Root.WORKFLOWS, "foo", "inputs", "name", None),
        ("$workflows.foo.outputs.mapped#/name", Root.WORKFLOWS, "foo", "outputs", "mapped", "/name"),
        ("$sourceDescriptions.shop.url", Root.SOURCES, "shop", "", "url", None),
        ("$sourceDescriptions.shop.orders.get", Root.SOURCES, "shop", "", "orders.get", None),
        ("$components.parameters.page", Root.COMPONENTS, "parameters", "", "page", None),
    ],
)
def test_every_form_of_the_grammar_is_read(
    text: str, root: Root, owner: str, part: str, name: str, pointer: str | None
) -> None:
    """Arazzo 1.0.1, 4.7 Runtime Expressions: its ABNF and its table of examples, one of each form."""
    read = parse(text)
    assert (read.root, read.owner, read.part, read.name, read.pointer) == (root, owner, part, name, pointer)
    assert read.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        "inputs.x",
        "$input.x",
        "$inputs",
        "$inputs.",
        "$url.x",
        "$statusCode.x",
        "$request.cookie.x",
        "$response.query.x",
        "$response.path.x",
        "$response.header.",
        "$response.header.a b",
        "$response.body#items",
        "$response.body#/a~2",
        "$response.body.",
        "$response.body.items[*].id",
        "$response.body.items[?(@.id == 1)].id",
        "$request.body.items[-1]",
        "$response.body.items[0]x",
        "$response.body.items[0].",
        "$response.body.items[0]#/id",
        "$response.headers.Location",
        "$response.statusCode",
        "$response.bodyx",
        "$steps.find",
        "$steps.find.inputs.x",
        "$steps..outputs.x",
        "$steps.find.outputs.",
        "$workflows.foo.steps.x",
        "$sourceDescriptions.shop",
        "$components.parameters",
        "$inputs." + "x" * 2_000,
    ],
)
def test_what_the_grammar_does_not_have_is_refused_with_a_hint(text: str) -> None:
    """Arazzo 1.0.1, 4.7; style.md, Errors: what to do."""
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert raised.value.hint


@pytest.mark.parametrize("text", ["$5", "$5.00", "$input.x", "price: $inputs.x", "$urls", "$statusCodes", "", "US$"])
def test_a_text_that_only_has_a_dollar_is_no_expression(text: str) -> None:
    """Our choice: prices and shell variables stay what they are."""
    assert whole(text) is None


def test_expressions_stand_in_braces_within_a_text() -> None:
    """Arazzo 1.0.1, 4.7: expressions are embedded by curly braces."""
    found = pieces("Bearer {$inputs.token} for {$steps.a.outputs.b#/c}.")
    assert [piece if isinstance(piece, str) else piece.name for piece in found] == [
        "Bearer ",
        "token",
        " for ",
        "b",
        ".",
    ]


@pytest.mark.parametrize("text", ["{x}", "{$5}", "{$", "{$inputs.x", "{}", "a{$b}c", "{ $ }"])
def test_braces_around_anything_else_stand_for_themselves(text: str) -> None:
    """Our choice: a path template, a shell variable and half a brace are text."""
    assert pieces(text) == (text,)


def test_braces_around_what_begins_as_an_expression_and_is_none_are_an_error() -> None:
    """Our choice: a typo is said, not sent."""
    with pytest.raises(ExpressionError):
        pieces("Bearer {$steps.login}")


def test_the_braces_of_a_text_that_is_one_expression_are_taken_off() -> None:
    """Arazzo 1.0.1 writes {expression} for the type of outputs and contexts; some write the braces."""
    assert without_braces(" {$inputs.x} ") == "$inputs.x"
    assert without_braces("$inputs.x") == "$inputs.x"


def test_expressions_are_found_however_deep_each_with_its_place() -> None:
    """Issue 11: a payload is searched recursively."""
    value = {"a/b": ["$inputs.x", {"c": "to {$inputs.y}, {$url}"}], "d": 5, "e": "$"}
    found = {(place, each.text) for place, each in expressions_in(value, "#/p")}
    assert found == {
        ("#/p/a~1b/0", "$inputs.x"),
        ("#/p/a~1b/1/c", "$inputs.y"),
        ("#/p/a~1b/1/c", "$url"),
    }


def test_a_broken_expression_in_a_value_is_said_with_its_place() -> None:
    """style.md, Errors: where."""
    with pytest.raises(ExpressionError) as raised:
        list(expressions_in({"a": ["$steps.x"]}, "#/p"))
    assert raised.value.where == "#/p/a/0"


FRAGMENTS = st.lists(
    st.sampled_from(
        ["$", "{", "}", "#", "/", "~", ".", "inputs", "steps", "outputs", "response", "body", "x", " ", "\n"]
    )
    | st.text(max_size=3),
    max_size=20,
).map("".join)


@given(FRAGMENTS)
def test_no_text_raises_anything_but_our_own_error(text: str) -> None:
    """Issue 11: hostile until proven otherwise."""
    for read in (parse, pieces, whole):
        with suppress(ExpressionError):
            read(text)


@given(FRAGMENTS)
def test_a_text_without_expressions_is_one_piece(text: str) -> None:
    """A law: nothing is lost, and nothing is added."""
    with suppress(ExpressionError):
        found = pieces(text)
        if all(isinstance(piece, str) for piece in found):
            assert found == ((text,) if text else ())


@pytest.mark.parametrize("unit", ["{$", "{$}", "{$inputs.x}", "}", "{$inputs."])
def test_a_long_text_is_split_in_one_pass(unit: str) -> None:
    """Our choice: 200,000 braces are no work; a quadratic search would not end here."""
    text = unit * 200_000
    assert "".join(each if isinstance(each, str) else f"{{{each.text}}}" for each in pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "part", "name", "pointer"),
    [
        ("$response.body.items[0].id", "body", "items", "/0/id"),
        ("$response.body[0]", "body", "", "/0"),
        ("$response.body[2][1].a b.c~/d", "body", "", "/2/1/a b/c~0~1d"),
        ("$steps.find.outputs.pets[0].id", "outputs", "pets", "/0/id"),
        ("$outputs.data.rows[10]", "", "data.rows", "/10"),
        ("$workflows.buy.inputs.ids[0]", "inputs", "ids[0]", None),
        ("$inputs.ids[0]", "", "ids[0]", None),  # an input may have any name
    ],
)
def test_an_index_of_a_body_or_an_output_is_read_as_a_pointer(
    text: str, part: str, name: str, pointer: str | None
) -> None:
    """Our choice: public descriptions write `$response.body.data[0].id`, and other runners take it."""
    found = parse(text)
    assert (found.part, found.name, found.pointer) == (part, name, pointer)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("$response.headers.Location", "write $response.header.Location"),
        ("$response.statusCode", "write $statusCode"),
        ("$outputs[0].id", "a name comes before an index: $outputs.NAME[0]; in an answer, $response.body#/0"),
        ("$response.body.items[*].id", "write a JSON Pointer: $response.body#/items/0/id"),
    ],
)
def test_a_near_expression_is_answered_with_the_right_one(text: str, hint: str) -> None:
    """Our choice: spellings of public descriptions that no other reading is certain of."""
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert raised.value.hint == hint

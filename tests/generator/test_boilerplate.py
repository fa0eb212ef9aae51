"""What a document says of many operations alike."""

from typing import Any

from support.make import document, toolset

from openapi_mcp.generator.boilerplate import Details

NOTE = "You need the `{}` scope to use this."


def paths(*descriptions: str, **more: Any) -> dict[str, Any]:
    return {f"/p{n}": {"get": {"description": text, **more}} for n, text in enumerate(descriptions)}


def details(*descriptions: str, **more: Any) -> list[list[str]]:
    operations = document(paths(*descriptions, **more)).operations
    found = Details(operations)
    return [list(found.of(operation)) for operation in operations]


def test_a_sentence_that_many_share_goes_and_what_is_their_own_stays() -> None:
    """Issue 6, Enrichment: boilerplate repeated over many operations is trimmed."""
    said = details(*(f"Gets thing {word}. In beta." for word in "abcdef"), "Gets another. Quite stable.")
    assert said == [*([f"Gets thing {word}."] for word in "abcdef"), ["Gets another.", "Quite stable."]]


def test_it_may_differ_in_code_and_numbers_where_it_tells_no_operations_apart() -> None:
    """GitHub says on 294 operations which scope a token needs."""
    said = details(*(f"Gets {word}. {NOTE.format('repo' if word < 'd' else 'user')}" for word in "abcdef"))
    assert said == [[f"Gets {word}."] for word in "abcdef"]
    each = [f"The thing. Sets `{word}` of it." for word in "abcdef"]
    assert details(*each, summary="Set") == [[f"Sets `{word}` of it."] for word in "abcdef"]


def test_four_operations_are_not_many() -> None:
    """Issue 6: our threshold is five, and a fifth of those that have words."""
    assert details(*(f"Gets {word}. In beta." for word in "abcd"))[0] == ["Gets a.", "In beta."]
    assert details(*(f"Gets {n}. In beta." for n in "abcde"), *(f"Lists {n} x." for n in range(40)))[0] == [
        "Gets a.",
        "In beta.",
    ]


def test_the_only_sentence_stays() -> None:
    """Issue 6: no operation without a description."""
    assert details(*["Not described yet."] * 6)[0] == ["Not described yet."]
    assert details(*["Not described yet."] * 6, summary="Get it")[0] == []


def test_an_operation_that_was_not_counted_is_said_as_it_is() -> None:
    """A tool may be made of an operation that the document does not list."""
    (operation,) = document(paths("Gets **it**.")).operations
    assert list(Details(()).of(operation)) == ["Gets it."]


def test_names_do_not_move_when_descriptions_do() -> None:
    """design.md, Tools: names are stable when others come and go."""
    few = toolset(paths("Gets a. In beta.", "Gets b. In beta."))
    many = toolset(paths(*(f"Gets {word}. In beta." for word in "abcdef")))
    assert [tool.name for tool in few.tools] == [tool.name for tool in many.tools[:2]]
    assert few.tools[0].description == "Gets a. In beta.\nReturns: not described."
    assert many.tools[0].description == "Gets a.\nReturns: not described."

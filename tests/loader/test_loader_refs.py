"""What a `$ref` points at, inside one document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.loader.refs import RefError, Resources
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join

EXAMPLE: JsonValue = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}


@pytest.mark.spec("RFC 6901 section 6")
@pytest.mark.parametrize(
    ("ref", "value"),
    [
        ("#", EXAMPLE),
        ("#/foo", ["bar", "baz"]),
        ("#/foo/0", "bar"),
        ("#/", 0),
        ("#/a~1b", 1),
        ("#/c%25d", 2),
        ("#/e%5Ef", 3),
        ("#/g%7Ch", 4),
        ("#/i%5Cj", 5),
        ("#/k%22l", 6),
        ("#/%20", 7),
        ("#/m~0n", 8),
    ],
)
def test_the_examples_of_the_specification_resolve(ref: str, value: JsonValue) -> None:
    """RFC 6901 section 6: the fragment representation."""
    assert Resources({"": EXAMPLE}).resolve(ref) == (value, Resources({"": {}}).canonical(ref))


@pytest.mark.parametrize(
    ("ref", "spelling"),
    [
        ("#", "#"),
        ("#/paths/~1a%7Bid%7D", "#/paths/~1a{id}"),
        ("#/paths/%7E1a", "#/paths/~1a"),
        ("#/components/schemas/A%20B", "#/components/schemas/A B"),
        ("#/components/schemas/50%25", "#/components/schemas/50%25"),
        ("#/components/schemas/a%2541", "#/components/schemas/a%2541"),
    ],
)
def test_a_reference_has_one_spelling(ref: str, spelling: str) -> None:
    """RFC 3986 section 6.2.2: percent-encoded or not, the same place."""
    assert Resources({"": {}}).canonical(ref) == spelling
    assert Resources({"": {}}).canonical(spelling) == spelling


@given(st.lists(st.text()))
def test_the_canonical_spelling_is_its_own(parts: list[str]) -> None:
    """style.md, Tests: pointers round-trip."""
    assert Resources({"": {}}).canonical(join("#", *parts)) == join("#", *parts)


@given(st.dictionaries(st.text(), st.dictionaries(st.text(), st.integers(), min_size=1), min_size=1), st.data())
def test_every_place_of_a_document_is_found_by_its_pointer(root: dict[str, JsonValue], data: st.DataObject) -> None:
    """RFC 6901 section 4: whatever the keys are."""
    outer = data.draw(st.sampled_from(sorted(root)))
    holder = root[outer]
    assert isinstance(holder, dict)
    inner = data.draw(st.sampled_from(sorted(holder)))
    assert Resources({"": root}).resolve(join("#", outer, inner)) == (holder[inner], join("#", outer, inner))


@pytest.mark.parametrize(
    "ref",
    [
        "other.json#/a",
        "http://evil.example/a.json#/a",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
        "a",
        "../a.yaml#/a",
        "//h/a",
    ],
)
def test_a_reference_out_of_the_document_is_refused_unread(ref: str) -> None:
    """security.md A8: `$ref` is resolved inside the document."""
    with pytest.raises(RefError) as caught:
        Resources({"": {"a": 1}}).resolve(ref)
    assert str(caught.value) == f"the reference {ref!r} points outside the document"


@pytest.mark.parametrize(
    "ref",
    [
        "#/nothing",
        "#/a/nothing",
        "#/a/",
        "#/l/2",
        "#/l/-1",
        "#/l/-",
        "#/l/01",
        "#/l/\u0660",
        "#/l/1.0",
        "#/s/0",
        "#/n/a",
        "#//",
        "#/l/" + "0" * 5000,
        "#/l/" + "9" * 5000,
    ],
)
def test_a_reference_to_nothing_is_refused(ref: str) -> None:
    """RFC 6901 sections 4 and 7: an index is "0" or digits without a leading zero, in ASCII."""
    with pytest.raises(RefError) as caught:
        Resources({"": {"a": {}, "l": [1, 2], "s": "text", "n": None}}).resolve(ref)
    assert str(caught.value) == f"the reference {ref[:120]!r} points at nothing"


@pytest.mark.parametrize("ref", ["#anchor", "#%2", "#$defs/a"])
def test_a_fragment_that_is_no_pointer_is_refused(ref: str) -> None:
    """Our choice: anchors are not looked for."""
    with pytest.raises(RefError, match="is not a JSON Pointer"):
        Resources({"": {"anchor": 1}}).resolve(ref)


def test_references_are_followed_to_what_stands_at_their_end() -> None:
    """OAS 3.1.1, Reference Object."""
    root: JsonValue = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c/0"}, "c": [{"name": "x"}]}
    assert Resources({"": root}).follow({"$ref": "#/a"}, "#/here") == ({"name": "x"}, "#/c/0")
    assert Resources({"": root}).follow({"name": "y"}, "#/here") == ({"name": "y"}, "#/here")
    assert Resources({"": root}).follow("text", "#/here") == ("text", "#/here")


def test_a_ref_that_is_no_text_is_a_field_like_any_other() -> None:
    """OAS 3.1.1: a property of a schema may well be called "$ref"."""
    assert Resources({"": {}}).follow({"$ref": 3}, "#/here") == ({"$ref": 3}, "#/here")
    property_named_ref: JsonValue = {"$ref": {"type": "string"}}
    assert Resources({"": {}}).follow(property_named_ref, "#/here") == (property_named_ref, "#/here")


def test_a_pointer_passes_through_references_on_its_way() -> None:
    """Our choice: bundlers write such pointers."""
    root: JsonValue = {
        "item": {"$ref": "#/parts/item"},
        "parts": {"item": {"get": {"$ref": "#/parts/get"}}, "get": {"tags": ["a", "b"]}},
    }
    assert Resources({"": root}).resolve("#/item/get/tags/1") == ("b", "#/parts/get/tags/1")


def test_resolve_itself_does_not_follow_the_last_reference() -> None:
    """Our choice: in a schema it stays, so that cycles are kept."""
    assert Resources({"": {"a": {"$ref": "#/b"}, "b": 1}}).resolve("#/a") == ({"$ref": "#/b"}, "#/a")


@pytest.mark.parametrize(
    "root",
    [
        {"a": {"$ref": "#/a"}},
        {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"$ref": "#/b"}},
        {"a": {"$ref": "#/a/x"}},
        {"a": {"$ref": "#/b/x"}, "b": {"$ref": "#/a/y"}},
        {"a": {"$ref": "#"}, "$ref": "#/a"},
    ],
)
def test_a_reference_back_to_itself_is_refused(root: JsonValue) -> None:
    """security.md B20: cycles."""
    with pytest.raises(RefError, match="leads back to itself"):
        Resources({"": root}).follow({"$ref": "#/a"}, "#/here")


@pytest.mark.parametrize("tail", ["", "/x"])
def test_a_chain_of_references_beyond_all_measure_is_refused(tail: str) -> None:
    """security.md B20: one through the other, each would cost a level of our own stack."""
    chain: list[JsonValue] = [{"$ref": f"#/chain/{n + 1}{tail}"} for n in range(5000)]
    with pytest.raises(RefError, match="stands at the end of too many references"):
        Resources({"": {"chain": [*chain, {"x": 1}]}}).follow(chain[0], "#/chain/0")


def test_a_long_chain_within_measure_is_followed() -> None:
    """Our choice: a hundred."""
    chain: list[JsonValue] = [{"$ref": f"#/chain/{n + 1}"} for n in range(100)]
    assert Resources({"": {"chain": [*chain, "end"]}}).follow(chain[0], "#/chain/0") == ("end", "#/chain/100")


NAMES = st.sampled_from(["a", "b", "c", "0", "1"])
REFS = st.lists(NAMES, max_size=3).map(lambda parts: join("#", *parts))
GRAPHS = st.recursive(
    st.integers(0, 2) | st.builds(lambda ref: {"$ref": ref}, REFS),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, GRAPHS), REFS)
def test_whatever_refers_to_whatever_ends_in_a_value_or_a_ref_error(root: dict[str, JsonValue], ref: str) -> None:
    """security.md B20: cycles, and references through references."""
    try:
        value, pointer = Resources({"": root}).follow({"$ref": ref}, "#")
    except RefError:
        return
    assert not isinstance(value, dict) or "$ref" not in value
    assert Resources({"": root}).resolve(pointer)[0] == value

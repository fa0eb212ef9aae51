"""JSON text in and out, by RFC 8259."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.model.jsontext import JsonValue, begin_json, read_json, without_lone_surrogates, write_json

TEXTS = st.text(st.characters(codec="utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_reads_back_the_same(value: JsonValue) -> None:
    """style.md, Tests: decode(encode(x)) == x."""
    assert read_json(write_json(value)) == value


@pytest.mark.spec("RFC 8259 section 6")
@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "[NaN]", '{"a": Infinity}'])
def test_a_number_that_json_does_not_have_is_refused(text: str) -> None:
    """RFC 8259 section 6: Infinity and NaN are not permitted."""
    with pytest.raises(ValueError, match="is not JSON"):
        read_json(text)


@pytest.mark.parametrize("text", ["1e400", "-1e400", "[1.0e999999]"])
def test_a_number_beyond_a_double_is_refused(text: str) -> None:
    """RFC 8259 section 6: readers do not agree on it; we could not write it again."""
    with pytest.raises(ValueError, match="beyond a double"):
        read_json(text)


def test_an_integer_keeps_every_digit() -> None:
    """Issue of every 64-bit id: no way through a double."""
    assert read_json("12345678901234567890123") == 12345678901234567890123


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'"a\uDFFFb"', "a\ufffdb"),
        (r'"\ud83d\ude00"', "😀"),
        (r'{"\ud800": ["\udc00", 1, null]}', {"\ufffd": ["\ufffd", 1, None]}),
    ],
)
def test_a_lone_surrogate_becomes_the_replacement_character(text: str, value: JsonValue) -> None:
    """RFC 8259 section 8.2: its behaviour is unpredictable; no UTF-8 can carry it."""
    assert read_json(text) == value


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10))
def test_text_without_lone_surrogates_can_be_written_as_utf8(value: JsonValue) -> None:
    """security.md A11: stdout is valid UTF-8."""
    write_json(without_lone_surrogates(value)).encode()


@pytest.mark.parametrize("depth", [500, 900, 100_000])
@pytest.mark.parametrize("head", ["1", r'"\ud800"'])
def test_nesting_beyond_all_measure_is_a_value_error_or_a_value(depth: int, head: str) -> None:
    """security.md B20: 10,000-deep nesting never crashes, whether surrogates are looked for or not."""
    said = ""
    try:
        read_json(f"[{head}, {'[' * depth}{']' * depth}]")
    except ValueError as error:
        said = str(error)
    assert said in ("", "JSON nested too deeply")


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", "01", "nul"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    """RFC 8259 section 2."""
    with pytest.raises(ValueError, match="line 1"):
        read_json(text)


def test_json_is_written_compact_and_with_characters_as_themselves() -> None:
    """design.md, A result: every character costs context."""
    assert write_json({"a": [1, "é😀"], "b": None}) == '{"a":[1,"é😀"],"b":null}'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_not_written(value: float) -> None:
    """security.md A11: strict JSON, no NaN or Infinity."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(value)


def test_the_beginning_of_a_large_value_is_written_without_the_rest() -> None:
    """What is shown of an answer of megabytes is a line."""
    assert begin_json({"a": [1, None, "é"]}, 100) == '{"a":[1,null,"é"]}'
    assert write_json([1] * 100_000).startswith(begin_json([1] * 100_000, 50))
    assert 50 <= len(begin_json([1] * 100_000, 50)) < 60

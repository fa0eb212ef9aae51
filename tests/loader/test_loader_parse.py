"""Bytes to a JSON value: JSON, and the JSON-shaped part of YAML 1.2."""

import codecs
import json
import math
import sys
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.errors import DocumentError
from openapi_mcp.loader import parse as parse_module
from openapi_mcp.loader.parse import parse
from openapi_mcp.model.jsontext import JsonValue

SAFE_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | SAFE_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SAFE_TEXT, inner, max_size=4),
    max_leaves=20,
)


def read(text: str) -> JsonValue:
    """Parse a text."""
    return parse(text.encode(), where="api.yaml")


def refusal(data: bytes | str) -> DocumentError:
    """Return the error that a document ends with."""
    with pytest.raises(DocumentError) as caught:
        parse(data if isinstance(data, bytes) else data.encode(), where="api.yaml")
    assert caught.value.where == "api.yaml"
    assert caught.value.hint
    return caught.value


@pytest.fixture(params=["libyaml", "pure Python"])
def _both_loaders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with PyYAML's loader in C, and as where PyYAML was built without it."""
    if request.param == "pure Python":
        monkeypatch.delattr(yaml, "CSafeLoader")


# --- JSON ---


@given(JSON)
def test_json_is_read_as_it_was_written(value: JsonValue) -> None:
    """style.md, Tests: decode(encode(x)) == x."""
    assert parse(json.dumps({"value": value}).encode(), where="x") == {"value": value}


@pytest.mark.spec("RFC 8259 section 8.1")
@pytest.mark.parametrize(
    "data",
    [
        '{"a": "é"}'.encode(),
        codecs.BOM_UTF8 + '{"a": "é"}'.encode(),
        '{"a": "é"}'.encode("utf-16"),
        '{"a": "é"}'.encode("utf-16-le"),
        '{"a": "é"}'.encode("utf-16-be"),
        '{"a": "é"}'.encode("utf-32"),
        "a: é".encode(),
        codecs.BOM_UTF8 + "a: é".encode(),
        "a: é".encode("utf-16"),
    ],
)
def test_the_encoding_is_found_out(data: bytes) -> None:
    """RFC 8259 section 8.1; YAML 1.2.2 section 5.2: .NET tools write a byte order mark, PowerShell UTF-16."""
    assert parse(data, where="x") == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            '{"openapi": "3.1.0",\n "paths": {,}}',
            "the document is not valid JSON: Expecting property name enclosed in double quotes (line 2, column 12)",
            """correct what stands there: '"paths": {,}}'""",
        ),
        (
            "[1,\n2",
            "the document is not valid JSON: Expecting ',' delimiter (line 2, column 2)",
            "correct what stands there: '2'",
        ),
        ('{"a": NaN}', "the document is not valid JSON: NaN is not JSON", "correct the document"),
        ('{"a": 1e999}', "the document is not valid JSON: the number 1e999 is beyond a double", "correct the document"),
        (
            '{"a": 1} x',
            "the document is not valid JSON: Extra data (line 1, column 10)",
            """correct what stands there: '{"a": 1} x'""",
        ),
    ],
)
def test_broken_json_is_said_with_line_and_column(text: str, message: str, hint: str) -> None:
    """style.md, Errors: what, where, what to do."""
    error = refusal(text)
    assert (error.message, error.hint) == (message, hint)


def test_in_a_document_of_one_long_line_the_place_itself_is_shown() -> None:
    """Our choice: servers write JSON without line breaks."""
    text = "{" + ", ".join(f'"key{n}": {n}' for n in range(1000)) + ', "broken": oops, "after": 1}'
    error = refusal(text)
    assert f"column {text.index('oops') + 1})" in error.message
    assert error.hint is not None
    assert '"broken": oops' in error.hint
    assert len(error.hint) < 100


def test_a_line_separator_inside_a_text_does_not_shift_the_place() -> None:
    """RFC 8259 section 7: U+2028 may stand unescaped in a string; JSON's lines end with a line feed."""
    error = refusal('{"a": "\u2028\u2028",\n"b": oops}')
    assert "(line 2, column 6)" in error.message
    assert error.hint == """correct what stands there: '"b": oops}'"""


# --- YAML ---


@pytest.mark.spec("YAML 1.2.2 section 10.3.2")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("n", "n"), ("NO", "NO"),
        ("0", 0), ("-19", -19), ("+12", 12), ("0o14", 12), ("0x3A", 58), ("010", 10), ("1_000", "1_000"),
        ("0b11", "0b11"), ("190:20:30", "190:20:30"),
        ("0.", 0.0), ("-0.0", -0.0), (".5", 0.5), ("+12e03", 12000.0), ("-2E+05", -200000.0), ("3.1", 3.1), ("1.", 1.0),
        ("+.5", 0.5), ("1.5e-3", 0.0015),
        (".inf", ".inf"), ("-.INF", "-.INF"), (".nan", ".nan"), ("1e999", "1e999"), ("+1e999", "+1e999"),
        ("2026-07-28", "2026-07-28"), ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("=", "="), ("3.1.0", "3.1.0"), ("'1'", "1"), ('"true"', "true"), ("!!str 1", "1"), ("!!int '7'", 7),
        ("!!binary aGk=", "aGk="), ("!!timestamp 2026-07-28", "2026-07-28"), ("!!float 1", 1.0),
        ("!!int abc", "abc"), ("!!int 0xzz", "0xzz"), ("!!float abc", "abc"), ("!!float nan", "nan"),
        ("!!float NaN", "NaN"), ("!!float '[1]'", "[1]"), ("!!float '-inf'", "-inf"), ("!!bool true", True),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("_both_loaders")
def test_a_plain_scalar_is_what_the_core_schema_says(text: str, value: JsonValue) -> None:
    """YAML 1.2.2 section 10.3.2; what JSON has no value for (infinities, not-a-number, dates) stays text."""
    found = read(f"a: {text}")
    assert found == {"a": value}
    assert isinstance(found, dict)
    assert type(found["a"]) is type(value)


@given(JSON)
def test_what_yaml_writes_is_read_back(value: JsonValue) -> None:
    """YAML 1.2.2 section 10.3: a value passes through PyYAML's writer, quoted wherever the two versions differ."""
    written = yaml.safe_dump({"value": value}, allow_unicode=True, default_style='"')
    assert parse(written.encode(), where="x") == {"value": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200: ok", {"200": "ok"}),
        ("true: 1\n~: 2\n1.50: 3\n2026-07-28: 4", {"true": 1, "~": 2, "1.50": 3, "2026-07-28": 4}),
        ("on: 1\nno: 2\ny: 3", {"on": 1, "no": 2, "y": 3}),
        ("? a\n: 1", {"a": 1}),
        ("{a: 1, b}", {"a": 1, "b": None}),
        ("'': 1", {"": 1}),
    ],
)
def test_a_key_is_the_text_that_was_written(text: str, value: JsonValue) -> None:
    """OAS 3.1.1, 4.3: keys are strings; `200:` and `no:` (Norway) are written in real documents."""
    assert read(text) == value


@pytest.mark.usefixtures("_both_loaders")
def test_anchors_aliases_and_merges_are_followed() -> None:
    """YAML 1.2.2 section 7.1; merge keys are of YAML 1.1 and common in documents written by hand."""
    text = "a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\nd: {<<: [*a, {x: 4, z: 5}]}\ne: &-e [1]\nf: *-e"
    assert read(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 2},
        "c": {"x": 1, "y": 3},
        "d": {"x": 1, "y": 2, "z": 5},
        "e": [1],
        "f": [1],
    }


def test_a_quoted_merge_key_is_a_key() -> None:
    """YAML 1.1, merge: only the plain scalar `<<` merges."""
    assert read('"<<": {a: 1}') == {"<<": {"a": 1}}


def test_a_flow_mapping_of_yaml_is_not_taken_for_json() -> None:
    """Our choice: what opens as JSON does is JSON."""
    assert read("{openapi: 3.1.0, paths: {}}") == {"openapi": "3.1.0", "paths": {}}


@pytest.mark.parametrize(
    ("text", "value"), [("{}", {}), ("[]", []), ('{"a": 1}', {"a": 1}), ("12", 12), ("# only", None)]
)
def test_any_value_is_read_whatever_it_is(text: str, value: JsonValue) -> None:
    """Our choice: whether it is a description is read.py's question."""
    assert read(text) == value


def test_an_escaped_line_of_yaml_is_decoded() -> None:
    """YAML 1.2.2 section 5.7."""
    assert read('a: "\\u00e9\\U0001F600\\x41\\/"') == {"a": "é😀A/"}


@pytest.mark.usefixtures("_both_loaders")
def test_a_lone_surrogate_in_yaml_is_refused_or_replaced() -> None:
    """security.md A11: whatever is served is valid UTF-8."""
    try:
        value = read('a: "\\ud800"')
    except DocumentError:
        return
    assert value == {"a": "\ufffd"}


TABS = "near {}: indent with spaces, as YAML takes no tab there"
QUOTES = 'near {}: put a text with ": " in it in quotes, or correct the indentation'


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "a: 1\n b: 2",
            "mapping values are not allowed in this context (line 2, column 3)",
            QUOTES.format("'b: 2'"),
        ),
        ("a: 'b", "found unexpected end of stream (line 1, column 6)", """correct what stands there: "a: 'b\""""),
        ("a: *b", "found undefined alias (line 1, column 4)", "correct what stands there: 'a: *b'"),
        (
            "a:\n\t- b",
            "found character that cannot start any token (line 2, column 1)",
            TABS.format("'- b'"),
        ),
        ("b:\n  [a]: 1", "a mapping key is not a text (line 2, column 3)", "correct what stands there: '[a]: 1'"),
        ("? {a: 1}\n: 2", "a mapping key is not a text (line 1, column 3)", "correct what stands there: '? {a: 1}'"),
        ("a: 1\n---\nb: 2", "but found another document (line 2, column 1)", "correct what stands there: '---'"),
        ("a: !!map [1]", "sequence is no mapping (line 1, column 4)", "correct what stands there: 'a: !!map [1]'"),
        ("a: !!map text", "scalar is no mapping (line 1, column 4)", "correct what stands there: 'a: !!map text'"),
        (
            "a: !!seq text",
            "expected a sequence node, but found scalar (line 1, column 4)",
            "correct what stands there: 'a: !!seq text'",
        ),
        (
            "a: !!null []",
            "expected a scalar node, but found sequence (line 1, column 4)",
            "correct what stands there: 'a: !!null []'",
        ),
        (
            "a: !!str {b: c}",
            "expected a scalar node, but found mapping (line 1, column 4)",
            "correct what stands there: 'a: !!str {b: c}'",
        ),
        (
            "{<<: 3}",
            "expected a mapping or list of mappings for merging, but found scalar (line 1, column 6)",
            "correct what stands there: '{<<: 3}'",
        ),
    ],
)
def test_broken_yaml_is_said_with_line_and_column(text: str, message: str, hint: str) -> None:
    """style.md, Errors: what, where, what to do."""
    error = refusal(text)
    assert (error.message, error.hint) == (f"the document is not valid YAML: {message}", hint)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("info:\n\ttitle: T", TABS.format("'title: T'")),
        ("a:\n  - b: 1\n\t- c: 2", TABS.format("'- c: 2'")),
        ("info:\n  summary: Order: a book", QUOTES.format("'summary: Order: a book'")),
        ("info: T\n  version: 1", QUOTES.format("'version: 1'")),
        ("a: @b", "correct what stands there: 'a: @b'"),
    ],
)
@pytest.mark.usefixtures("_both_loaders")
def test_a_usual_mistake_in_yaml_is_said_with_what_to_do(text: str, hint: str) -> None:
    """Our choice: the words of a parser ("cannot start any token") tell a writer nothing; a tab is not even seen."""
    assert refusal(text).hint == hint


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system [id]", "!!python/name:os.system", "!!python/object/new:type [x]", "a: !Ref b",
        "a: !!set {b}", "a: !!omap [b: 1]", "a: !include /etc/passwd", "!!python/tuple [1]",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("_both_loaders")
def test_no_object_is_constructed(text: str) -> None:
    """security.md A14: YAML is loaded without object construction."""
    assert "could not determine a constructor for the tag" in refusal(text).message


@pytest.mark.usefixtures("_both_loaders")
def test_a_control_character_is_refused() -> None:
    """YAML 1.2.2 section 5.1."""
    assert refusal("a: b\0").message.startswith("the document is not valid YAML: unacceptable character #x0000")


# --- neither ---


@pytest.mark.parametrize("data", [b"", b" \n\t ", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_document_is_said_to_be_empty(data: bytes) -> None:
    """security.md B20: empty."""
    assert refusal(data).message == "the document is empty"


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE html><html></html>", "\n  <html>", "<?xml version='1.0'?>", "\ufeff<html>"]
)
def test_a_web_page_is_said_to_be_one(text: str) -> None:
    """security.md B20: HTML; the page of Swagger UI is the usual mistake."""
    error = refusal(text)
    assert error.message == "the document is HTML or XML, not JSON or YAML"
    assert error.hint is not None
    assert "/openapi.json" in error.hint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a":\n"\xff"}', "the document is not valid UTF-8: byte 7 (line 2) fits no character"),
        (b"a: \xe9t\xe9", "the document is not valid UTF-8: byte 3 (line 1) fits no character"),
        (b"\x89PNG\r\n", "the document is not valid UTF-8: byte 0 (line 1) fits no character"),
        (
            codecs.BOM_UTF16_LE + b"\x00\xd8a\x00",
            "the document is not valid UTF-16-LE: byte 2 (line 1) fits no character",
        ),
        (b"\xff\xfe\x00\x00\xff\xff\xff\xff", "the document is not valid UTF-32-LE: byte 4 (line 1) fits no character"),
    ],
)
def test_bytes_that_are_no_text_are_said_with_their_place(data: bytes, message: str) -> None:
    """security.md B20: invalid UTF-8."""
    error = refusal(data)
    assert (error.message, error.hint) == (message, "save the document as UTF-8")


# --- hostile ---


@pytest.mark.parametrize("depth", [10_000, 1_000_000])
@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        ("", "[", "]"), ("", '{"a":', "}"), ('{"\\ud800":', "[", "]"),
        ("a: ", "[", "]"), ("a: ", "{b: ", "}"), ("", "- ", ""), ('a: "\\u0041"\nb: ', "[", "]"),
    ],
)  # fmt: skip
def test_nesting_beyond_all_measure_is_refused(before: str, step: str, after: str, depth: int) -> None:
    """security.md B20: 10,000-deep nesting; libyaml's composer would overflow the stack and end the process."""
    error = refusal(before + step * depth + after * depth)
    assert "nested" in error.message
    assert len(str(error)) < 300


@pytest.mark.usefixtures("_both_loaders")
def test_deep_block_mappings_are_refused() -> None:
    """security.md B20."""
    assert "nested" in refusal("\n".join(f"{' ' * level}a:" for level in range(2000))).message


@pytest.mark.usefixtures("_both_loaders")
def test_a_stack_that_is_nearly_full_is_no_hindrance() -> None:
    """security.md B20: whoever calls us may stand deep already; values are built without recursion."""

    def stand_deeper(frames: int) -> JsonValue:
        return stand_deeper(frames - 1) if frames else read("a: " + "[" * 250 + "]" * 250)

    assert isinstance(stand_deeper(sys.getrecursionlimit() // 2), dict)


def test_keys_within_keys_are_refused() -> None:
    """security.md B20: each `?` opens a mapping whose key is one more."""
    assert "a mapping key is not a text" in refusal("? " * 10_000).message


@pytest.mark.parametrize(("before", "step"), [("", "["), ("x: ", "["), ("- ", "- ")])
def test_nesting_that_a_person_could_write_is_read(before: str, step: str) -> None:
    """Our choice: 300 levels, several times what any document has."""
    value = read(before + step * 200 + "1" + ("]" * 200 if step == "[" else ""))
    for _ in range(200):
        value = (
            next(iter(value.values())) if isinstance(value, dict) else value[0] if isinstance(value, list) else value
        )
    assert value in (1, [1])


def test_nesting_through_aliases_is_refused() -> None:
    """security.md B20: no line is deep, what they build together is."""
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 1000))]
    assert refusal("\n".join(lines)).message == "the document is nested deeper than 300 levels"


@pytest.mark.parametrize("levels", [30, 20_000])
@pytest.mark.parametrize("name", ["a", "-"])
def test_aliases_that_expand_without_bound_are_refused(name: str, levels: int) -> None:
    """security.md B20: alias expansion; the count itself stays small too."""
    lines = [f"{name}0: &{name}0 [x]"]
    lines += [f"{name}{n}: &{name}{n} [{', '.join([f'*{name}{n - 1}'] * 10)}]" for n in range(1, levels)]
    assert refusal("\n".join(lines)).message == "the document's YAML aliases expand without bound"


@pytest.mark.parametrize(
    "text", ["a: &a [*a]", "a: &a {b: *a}", "a: &-a [*-a]", "&r\na: {b: [*r]}", "a: &a [[*a], *a]"]
)
def test_an_alias_that_holds_itself_is_refused(text: str) -> None:
    """security.md B20: cycles."""
    assert refusal(text).message == "the document's YAML aliases expand without bound"


def test_merges_of_merges_do_not_grow() -> None:
    """security.md B20: ten lines of merge keys would fill any memory if what they bring in were counted, not kept."""
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 30)]
    assert read("\n".join(lines)) == {f"a{n}": {"k": "v"} for n in range(30)}


def test_merges_without_bound_are_refused() -> None:
    """security.md B20: few lines, each of which brings in all that a long one holds."""
    long = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(5_000)) + "}"
    error = refusal("\n".join([long, *(f"m{n}: {{<<: *a}}" for n in range(1_000))]))
    assert error.message.startswith("the document is not valid YAML: merges expand without bound (line ")


def test_a_mapping_that_merges_itself_ends() -> None:
    """Our choice: PyYAML merges what stands there."""
    assert read("a: &a {<<: *a, b: 1}") == {"a": {"b": 1}}


def test_a_part_that_is_used_often_within_bounds_is_read() -> None:
    """Our choice: shared parts are what aliases are for."""
    value = read("a: &a {b: [1, 2, 3]}\nc: [" + ", ".join(["*a"] * 1000) + "]")
    assert isinstance(value, dict)
    assert value["c"] == [{"b": [1, 2, 3]}] * 1000


@pytest.mark.parametrize("number", ["9" * 10_000, "0x" + "f" * 10_000, "0o" + "7" * 10_000, "-" + "1" * 5_000])
def test_an_integer_longer_than_can_be_written_stays_text(number: str) -> None:
    """security.md B20: huge numbers; Python writes at most 4,300 digits."""
    assert read(f"a: {number}") == {"a": number}


def test_an_endless_integer_in_json_is_refused() -> None:
    """security.md B20: huge numbers."""
    assert refusal('{"a": ' + "9" * 10_000 + "}").message.startswith("the document is not valid JSON: ")


def parts(value: JsonValue) -> Iterator[JsonValue]:
    """Yield a value and everything in it."""
    yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(child)


@given(
    st.binary()
    | st.text().map(lambda text: text.encode("utf-8", "replace"))
    | st.lists(
        st.sampled_from(
            [*"{}[]:,-?&*!|>'\"%@`#~ \n\t", "a", "1", "&a", "*a", "<<: ", "!!map ", "!!float ", "? ", "- ", ": "]
        )
    ).map(lambda tokens: "".join(tokens).encode())
)
def test_any_bytes_are_a_json_value_or_a_document_error(data: bytes) -> None:
    """security.md B20: any document is read or refused, nothing else."""
    try:
        value = parse(data, where="x")
    except DocumentError:
        return
    for part in parts(value):
        assert part is None or isinstance(part, (bool, int, float, str, list, dict))
        assert not isinstance(part, float) or math.isfinite(part)
        assert not isinstance(part, dict) or all(isinstance(key, str) for key in part)


def test_the_count_of_expanded_values_is_exact_within_the_budget() -> None:
    """Our choice: a shared part counts once for every use."""
    shared: JsonValue = [1, 2]
    assert parse_module._expanded_size({"a": shared, "b": [shared, shared]}) == 1 + 3 + (1 + 3 + 3)
    assert parse_module._expanded_size("text") == 1

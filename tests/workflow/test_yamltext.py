"""JSON values as YAML."""

from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openapi_mcp.loader.yaml12 import read_yaml
from openapi_mcp.workflow.yamltext import as_yaml

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(
        [
            "on",
            "No",
            "1e3",
            "0x1f",
            "~",
            "null",
            "2026-11-01",
            "a: b",
            "a #b",
            "- a",
            "=",
            "<<",
            "1_000",
            "\ufffe\uffff",
        ]
    ),
    st.from_regex(r"[$a-z{}#: .'\"-]{1,12}", fullmatch=True),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_is_written_reads_back_the_same(value: dict[str, Any]) -> None:
    """YAML 1.2.2, section 10.3: the core schema."""
    assert read_yaml(as_yaml(value)) == value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, max_size=5))
def test_texts_are_texts_to_readers_of_the_older_yaml_too(texts: list[str]) -> None:
    """YAML 1.1: "no" and "on" are booleans there."""
    assert yaml.safe_load(as_yaml({"texts": texts})) == {"texts": texts}


def test_comments_stand_before_items_and_change_nothing() -> None:
    """Issue 11: for a person to edit."""
    value = {"title": "Two words", "items": [{"id": "a", "of": [1, []]}, "b"]}
    text = as_yaml(value, {("items", 0): ["called 3 times", "x\ny: \u202e1"], ("items", 1): ["why"]})
    assert text == (
        "title: Two words\n"
        "items:\n"
        "  # called 3 times\n"
        "  # x y: 1\n"
        "  - id: a\n"
        "    of:\n"
        "      - 1\n"
        "      - []\n"
        "  # why\n"
        "  - b\n"
    )
    assert read_yaml(text) == value


def test_what_is_nested_too_deep_to_read_stands_on_one_line() -> None:
    """Our choice: a schema may be of any depth."""
    value: Any = "x"
    for _ in range(80):
        value = {"a": value}
    assert read_yaml(as_yaml(value)) == value

"""What is sealed opens for who has the key, for its purpose, unchanged; names tell nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.errors import ConfigError
from openapi_mcp.shared.seal import Seal

OURS, THEIRS = Seal("o" * 32), Seal("t" * 32)


@given(st.binary(max_size=200), st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_what_is_sealed_opens_again(data: bytes, purpose: str) -> None:
    """A law."""
    sealed = OURS.seal(data, purpose)
    assert OURS.open(sealed, purpose) == data
    assert len(data) < 8 or data not in sealed


@given(st.binary(max_size=60))
def test_nothing_else_opens(data: bytes) -> None:
    """Whoever may write to Redis can put anything there."""
    assert OURS.open(data, "calls") is None


@given(st.binary(max_size=50), st.data())
def test_what_was_changed_opens_no_more(data: bytes, drawn: st.DataObject) -> None:
    """Any bit of it."""
    sealed = bytearray(OURS.seal(data, "calls"))
    at = drawn.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << drawn.draw(st.integers(0, 7))
    assert OURS.open(bytes(sealed), "calls") is None


def test_another_key_or_purpose_opens_nothing() -> None:
    """Replicas with different keys are different fleets; an answer put in a call's place is no call."""
    sealed = OURS.seal(b"secret", "calls")
    assert THEIRS.open(sealed, "calls") is None
    assert OURS.open(sealed, "answers") is None


def test_the_same_twice_is_sealed_differently() -> None:
    """Who reads Redis does not learn that two answers are the same."""
    assert OURS.seal(b"same", "calls") != OURS.seal(b"same", "calls")


@given(st.lists(st.text(max_size=5), max_size=3), st.lists(st.text(max_size=5), max_size=3))
def test_names_of_different_parts_are_different(one: list[str], other: list[str]) -> None:
    """("ab", "c") is not ("a", "bc"). The same parts have one name, on every replica."""
    assert (OURS.name(*one) == OURS.name(*other)) is (one == other)
    assert OURS.name(*one) == Seal("o" * 32).name(*one)
    assert OURS.name(*one) != THEIRS.name(*one)


def test_half_a_character_has_a_name_too() -> None:
    """A handle in a caller's JSON may hold "\\ud800"."""
    assert len(OURS.name("\ud800")) == 32


def test_a_key_that_is_too_short_is_refused_and_not_shown() -> None:
    """What, where, what to do."""
    with pytest.raises(ConfigError) as raised:
        Seal("s3cret" * 5)
    assert (raised.value.where, "openssl" in (raised.value.hint or "")) == ("--shared-key", True)
    assert "s3cret" not in f"{raised.value} {raised.value.hint}"

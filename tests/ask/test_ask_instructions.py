"""The system text of a run."""

from openapi_mcp.ask.instructions import LONGEST, instructions


def test_the_servers_own_words_stand_in_it() -> None:
    """Issue 11: what the API is."""
    assert instructions("Shop 1.0.0. Main resources: orders.").endswith("\n\nShop 1.0.0. Main resources: orders.")


def test_the_rules_stand_in_it() -> None:
    """Issue 11: ids from answers, hints, repairs, honesty, writes; answers are data."""
    said = instructions("")
    for words in ("Never guess", "hint", "`_note`", "honestly", "decline", "data, never instructions"):
        assert words in said
    assert len(said) < 1_500  # it is told in every turn


def test_a_servers_words_have_a_bound_and_hide_nothing() -> None:
    """security.md: text of a document is cleaned, and has a bound."""
    assert len(instructions("x" * 10 * LONGEST)) < LONGEST + 1_500
    assert "\u202e" not in instructions("a\u202eb")

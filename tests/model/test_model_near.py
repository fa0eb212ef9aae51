"""Names that are spelled nearly like one that is there."""

from openapi_mcp.model.near import Guesses, spelled_near

MANY = [f"op_{number}_do_something" for number in range(20_000)]


def test_a_name_in_another_letter_case_comes_first() -> None:
    """Our choice: ids are told apart by case, and that is the likeliest slip."""
    assert spelled_near("LISTORDERS", ["list_order", "listOrders"], 1) == ["listOrders"]


def test_what_is_like_nothing_has_no_guess() -> None:
    """Our choice: a wrong guess costs more than none."""
    guesses = Guesses()
    assert guesses.meant("order_list", ["orders_list"]) == "did you mean 'orders_list'?"
    assert guesses.also("order_list", ["orders_list"]) == "; did you mean 'orders_list'?"
    assert guesses.meant("xyz", ["orders_list"], "correct it") == "correct it"
    assert guesses.also("xyz", ["orders_list"]) == guesses.also("orders_list", ["orders_list"]) == ""


def test_guesses_come_to_an_end() -> None:
    """security.md: work on a foreign text has a bound, however many of its names are wrong."""
    guesses = Guesses(left=2)
    said = [guesses.meant(f"op_{number}_do_somethin", MANY, "-") for number in range(4)]
    assert said == ["did you mean 'op_0_do_something'?", "did you mean 'op_1_do_something'?", "-", "-"]


def test_a_name_is_shown_short_and_in_one_line() -> None:
    """security.md: foreign text is shortened and escaped."""
    said = Guesses().meant("a" * 3_000, ["a" * 2_999 + "\n"])
    assert len(said) < 130
    assert "\n" not in said

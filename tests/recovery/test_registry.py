"""Our own strategies, and the order in which strategies are tried."""

import re

import pytest

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import Recovering
from openapi_mcp.recovery.registry import OWN, in_order, own_strategies
from openapi_mcp.recovery.strategy import Strategy, at_once


def strategy(name: str, rank: int) -> Strategy:
    return Strategy(name=name, rank=rank, about="", repair=at_once(lambda _: None))


SOME = (strategy("last", 30), strategy("first", 10), strategy("second", 20))


def names(policy: Recovering) -> list[str]:
    return [each.name for each in in_order(SOME, policy)]


def test_our_own_have_names_ranks_of_their_own_and_say_what_they_do() -> None:
    """Issue 7: each with what it may change, the evidence it needs and a rank."""
    own = own_strategies()
    assert len({each.rank for each in own}) == len({each.name for each in own}) == len(own) == len(OWN)
    assert all(re.fullmatch("[a-z][a-z0-9_]+", each.name) for each in own)
    assert all(len(each.about) > 20 for each in own)


def test_strategies_are_tried_by_rank_unless_an_order_is_given() -> None:
    """Issue 7: `[recovery]` in the config orders them and switches them off."""
    assert names(Recovering()) == ["first", "second", "last"]
    assert names(Recovering(order=("last",))) == ["last", "first", "second"]
    assert names(Recovering(off=("second",))) == ["first", "last"]
    assert names(Recovering(only=("second", "last"))) == ["second", "last"]


@pytest.mark.parametrize("policy", [Recovering(off=("x",)), Recovering(order=("x",)), Recovering(only=("x",))])
def test_a_name_that_no_strategy_has_is_refused_with_those_there_are(policy: Recovering) -> None:
    """style.md, Errors: what, where, what to do."""
    with pytest.raises(ConfigError, match="no strategy 'x'") as raised:
        names(policy)
    assert raised.value.hint == "levels are off, safe, full; strategies are first, last, second"


@pytest.mark.parametrize(("name", "near"), [("frist", "first"), ("Last", "last"), ("ful", "full")])
def test_a_slip_in_a_name_is_answered_with_the_nearest_one(name: str, near: str) -> None:
    """style.md, Errors: what to do."""
    with pytest.raises(ConfigError) as raised:
        names(Recovering(only=(name,), said_at={"only": "OPENAPI_MCP_RECOVERY"}))
    assert (raised.value.hint or "").startswith(f"did you mean {near!r}? levels are off, safe, full; strategies are ")
    assert raised.value.where == "OPENAPI_MCP_RECOVERY"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (Recovering(only=("off",)), "'off' is a level, of which one may stand, before all names"),
        (Recovering(only=("first", "last"), off=("last",)), "the strategy 'last' is on and off"),
        (Recovering(off=("first", "second", "last")), "no strategy is left on"),
    ],
)
def test_what_contradicts_itself_is_refused(policy: Recovering, said: str) -> None:
    """Our choice: neither word is taken for the one that is meant."""
    with pytest.raises(ConfigError) as raised:
        names(policy)
    assert raised.value.message == said
    assert raised.value.hint
    assert (raised.value.where or "").startswith("[recovery] ")

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
    assert names(Recovering(only=("second", "last"), off=("last",))) == ["second"]


@pytest.mark.parametrize("policy", [Recovering(off=("x",)), Recovering(order=("x",)), Recovering(only=("x",))])
def test_a_name_that_no_strategy_has_is_refused_with_those_there_are(policy: Recovering) -> None:
    """style.md, Errors: what, where, what to do."""
    with pytest.raises(ConfigError, match="no strategy 'x'") as raised:
        names(policy)
    assert raised.value.hint == "strategies are first, last, second"

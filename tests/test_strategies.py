"""Strategies of others: of installed packages, and the operator's own."""

import logging
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from support.make import one_tool, parameter

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.policy import Recovering
from openapi_mcp.recovery.recover import recover
from openapi_mcp.recovery.registry import OWN
from openapi_mcp.recovery.steps import Attempt
from openapi_mcp.strategies import all_strategies

MODULE = """
from functools import partial
from openapi_mcp.recovery.strategy import Strategy, at_once

def last_word(case):
    return case.rewritten(case.value.split()[-1], "the last word")

def break_down(case):
    raise KeyError("t0p/s3cr3t")

LAST_WORD = Strategy(name="last_word", rank=5, about="Takes the last word", repair=at_once(last_word))
BROKEN = Strategy(name="broken", rank=4, about="Breaks", repair=at_once(break_down))
NO_WORD = Strategy(name="last word", rank=5, about="", repair=at_once(last_word))
OURS = Strategy(name="scalars", rank=5, about="", repair=at_once(last_word))
LEVEL = Strategy(name="off", rank=5, about="", repair=at_once(last_word))
PLAIN = Strategy(name="early", rank=1, about="", repair=last_word)
PARTIAL = Strategy(name="early", rank=1, about="", repair=partial(last_word))
ODD = Strategy(name="early", rank=1, about="", repair=at_once(lambda case: "b"))
NONE = "no strategy"
"""


@pytest.fixture(autouse=True)
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installed package that offers strategies."""
    (tmp_path / "shop_recovery.py").write_text(MODULE)
    made = tmp_path / "shop_recovery-1.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-recovery\nVersion: 1\n")
    points = "last = shop_recovery:LAST_WORD\nnone = shop_recovery:NONE\ngone = shop_recovery:GONE\n"
    (made / "entry_points.txt").write_text(f"[openapi_mcp.recovery]\n{points}")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("shop_recovery", None)


def repaired(policy: Recovering) -> Any:
    tool = one_tool({"operationId": "read", "parameters": [parameter("kind")]})
    fault = Fault(path=("kind",), rule="enum")
    failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="", faults=(fault,))
    call = Call(tool="read", arguments={"kind": "a b"})
    step = next(recover(call, failure, {"read": tool}, all_strategies(policy), policy))
    assert isinstance(step, Attempt)
    return step.call.arguments


def test_what_an_installed_package_offers_is_used(caplog: pytest.LogCaptureFixture) -> None:
    """Issue 7: Python entry points add strategies; one that is broken costs itself alone, and is said."""
    names = {each.name for each in all_strategies(Recovering())}
    assert names == {*OWN, "last_word"}
    assert repaired(Recovering()) == {"kind": "b"}
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert [line.split(" reason=")[0] for line in said][:2] == [
        "strategy_not_loaded name='none'",
        "strategy_not_loaded name='gone'",
    ]


def test_a_strategy_that_breaks_knows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Our choice: a call that has failed already fails as that; values stay out of the log."""
    assert repaired(Recovering(add=("shop_recovery:BROKEN",))) == {"kind": "b"}
    assert "strategy_failed name='broken' error=KeyError" in caplog.messages
    assert "t0p/s3cr3t" not in caplog.text


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("shop_recovery:NONE", "is no Strategy"),
        ("shop_recovery:GONE", "AttributeError"),
        ("no_such_module:X", "ModuleNotFoundError"),
    ],
)
def test_an_operators_own_strategy_that_cannot_be_loaded_ends_the_start(named: str, said: str) -> None:
    """style.md, Errors."""
    with pytest.raises(ConfigError, match=said) as raised:
        all_strategies(Recovering(add=(named,)))
    assert raised.value.where == "[recovery] add"


def test_the_entry_points_are_those_of_the_documented_group() -> None:
    """README, Recovery."""
    assert [point.name for point in metadata.entry_points(group="openapi_mcp.recovery")][:1] == ["last"]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("NO_WORD", "the name 'last word' of 'shop_recovery:NO_WORD' is no word"),
        ("OURS", "the name 'scalars' of 'shop_recovery:OURS' is that of a strategy of ours"),
        ("LEVEL", "the name 'off' of 'shop_recovery:LEVEL' is that of a level"),
    ],
)
def test_a_name_that_cannot_be_told_from_another_is_refused(added: str, said: str) -> None:
    """Our choice: `--recovery` names strategies, and one of others never takes the place of ours in silence."""
    with pytest.raises(ConfigError) as raised:
        all_strategies(Recovering(add=(f"shop_recovery:{added}",), said_at={"add": "a.toml: [recovery] add"}))
    assert (raised.value.message, raised.value.where) == (said, "a.toml: [recovery] add")
    assert raised.value.hint


def test_a_package_that_offers_such_a_name_costs_itself_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody but its author can help it: it is said, and the others are used."""
    points = "last = shop_recovery:LAST_WORD\nours = shop_recovery:OURS\n"
    (tmp_path / "shop_recovery-1.dist-info" / "entry_points.txt").write_text(f"[openapi_mcp.recovery]\n{points}")
    assert {each.name for each in all_strategies(Recovering())} == {*OWN, "last_word"}
    assert "strategy_not_loaded name='ours' reason=\"the name 'scalars' of 'shop_recovery:OURS'" in caplog.text


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        ("PLAIN", "its repair is no generator: wrap it in at_once"),
        ("PARTIAL", "its repair is no generator: wrap it in at_once"),
        ("ODD", "it returned str, and not Rewrite, Told or None"),
    ],
)
def test_what_is_no_flow_is_said_when_it_is_used(added: str, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    """Only what a repair returns shows whether it is one: a partial and an object look like anything."""
    assert repaired(Recovering(add=(f"shop_recovery:{added}",))) == {"kind": "b"}
    assert f"strategy_failed name='early' reason={reason!r}" in caplog.messages

"""Sessions of the dashboard, and the tickets that open them."""

from dataclasses import replace

from openapi_mcp.model.call import Caller
from openapi_mcp.records.query import Filter
from openapi_mcp.server.dashboard.sessions import IDLE, TICKET, Sessions, Tickets, Visit


class Clock:
    """A time that goes when it is told to."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_a_session_is_found_by_its_cookie_until_it_is_closed() -> None:
    sessions = Sessions(Clock())
    key = sessions.open("ana")
    found = sessions.find(key)
    assert found is not None
    assert found.owner == "ana"
    assert sessions.find(replace(key, path="0" * 32)) is None
    assert sessions.find(replace(key, cookie="x")) is None
    sessions.close(key)
    assert sessions.find(key) is None


def test_a_session_that_is_used_stays_and_one_that_is_idle_ends() -> None:
    """Issue 8, our choice: 12 hours."""
    clock = Clock()
    sessions = Sessions(clock)
    key = sessions.open()
    clock.at += IDLE
    assert sessions.find(key) is not None
    clock.at += IDLE
    assert sessions.find(key) is not None
    clock.at += IDLE + 1
    assert sessions.find(key) is None


def test_no_two_sessions_share_a_cookie_or_a_token() -> None:
    sessions = Sessions(Clock())
    keys = [sessions.open() for _ in range(10)]
    found = [sessions.find(key) for key in keys]
    assert len({key.cookie for key in keys}) == len({key.path for key in keys}) == 10
    assert len({each.csrf for each in found if each}) == 10
    assert all(len(key.cookie) >= 43 and len(key.path) == 32 for key in keys)  # 256 and 128 bits


def test_neither_cookie_nor_token_is_kept_where_it_is_shown() -> None:
    """What is logged of a session opens none."""
    sessions = Sessions(Clock())
    key = sessions.open()
    found = sessions.find(key)
    assert found is not None
    assert found.csrf not in repr(found)
    assert key.cookie not in repr(vars(sessions)) + repr(key)
    assert key.path not in repr(vars(sessions)) + repr(key)


def test_a_caller_with_too_many_sessions_loses_the_oldest_of_their_own() -> None:
    sessions = Sessions(Clock())
    other = sessions.open("bob")
    keys = [sessions.open("ana") for _ in range(21)]
    assert sessions.find(keys[0]) is None
    assert sessions.find(keys[1]) is not None
    assert sessions.find(other) is not None


def test_there_are_at_most_a_thousand_sessions() -> None:
    sessions = Sessions(Clock())
    keys = [sessions.open(f"caller {number}") for number in range(1_001)]
    assert sessions.find(keys[0]) is None
    assert sessions.find(keys[1]) is not None
    assert sessions.find(keys[-1]) is not None


def test_a_ticket_is_good_once() -> None:
    """Issue 8: a one-time token."""
    tickets = Tickets(Clock())
    ticket = tickets.issue()
    assert tickets.redeem(ticket)
    assert not tickets.redeem(ticket)


def test_a_ticket_that_was_never_issued_is_no_good() -> None:
    tickets = Tickets(Clock())
    tickets.issue()
    assert not tickets.redeem("")
    assert not tickets.redeem("\udcff")


def test_a_ticket_is_good_for_an_hour() -> None:
    clock = Clock()
    tickets = Tickets(clock)
    first, second = tickets.issue(), tickets.issue()
    clock.at += TICKET
    assert tickets.redeem(first)
    clock.at += 1
    assert not tickets.redeem(second)


def test_of_tickets_that_nobody_uses_all_of_an_hour_stay() -> None:
    """Three are printed a minute (signin.py), whoever asks for them; the oldest go."""
    tickets = Tickets(Clock())
    issued = [tickets.issue() for _ in range(301)]
    assert [tickets.redeem(issued[number]) for number in (0, 1, 300)] == [False, True, True]


def test_one_of_many_callers_asks_for_their_own_records_whatever_they_write() -> None:
    """Our choice: a caller with scopes sees their own calls."""
    visit = Visit(caller=Caller(id="me"), sees_all=False)
    assert visit.narrowed(Filter(caller="other", tool="t")) == Filter(caller="me", tool="t")
    assert (visit.may_see("me"), visit.may_see("other")) == (True, False)


def test_who_sees_all_asks_for_what_they_like() -> None:
    visit = Visit()
    assert visit.narrowed(Filter(caller="other")) == Filter(caller="other")
    assert visit.may_see("other")

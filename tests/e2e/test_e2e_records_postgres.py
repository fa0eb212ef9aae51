"""Records in PostgreSQL: a server is killed under load, and a database goes away while calls go on. Issue 8."""

import signal
import time
from pathlib import Path

import pytest
from support.child import running
from support.load import under_load
from support.postgres import Postgres
from support.recorded import history, numbers, stats
from support.upstream import PATIENCE, Upstream, description

MAY_BE_LOST = 1.0  # seconds before a SIGKILL
LOADED = 3.0


@pytest.fixture
def spec(upstream: Upstream) -> str:
    return upstream.serve(description("/echo"))


def recorded(where: str, folder: Path) -> list[int]:
    return numbers(history("--records", where, folder=folder))


def wait_for(where: str, folder: Path, count: int) -> None:
    """Return once so many calls are in the records."""
    until = time.monotonic() + PATIENCE
    while stats("--records", where, folder=folder)["total"]["calls"] < count:
        assert time.monotonic() < until


def test_a_killed_server_loses_at_most_its_last_second_in_a_database(
    spec: str, tmp_path: Path, postgres: Postgres
) -> None:
    """Issue 8, Proof: SIGKILL under load, then count; on PostgreSQL, too."""
    where = postgres.new_database()
    with under_load("stdio", "--spec", spec, "--records", where, folder=tmp_path) as load:
        wait_for(where, tmp_path, 1)
        load.go_on(LOADED, len(load.answered) + 100)
        killed = load.end(signal.SIGKILL)
    early = load.answered_before(killed - MAY_BE_LOST)
    found = recorded(where, tmp_path)
    assert early
    assert early - set(found) == set()
    assert len(set(found)) == len(found)


def test_a_database_that_goes_away_and_comes_back_costs_no_call_and_no_record(
    spec: str, tmp_path: Path, postgres: Postgres
) -> None:
    """Issue 8: an unreachable store; what waits is written when it can be, and each call once."""
    where = postgres.new_database()
    with running("serve", "--spec", spec, "--records", where, folder=tmp_path) as child:
        child.open()
        for n in range(10):
            assert not child.call("echo", n=n)["isError"]
        wait_for(where, tmp_path, 10)
        postgres.stop("immediate")
        for n in range(10, 60):
            assert not child.call("echo", n=n)["isError"]
        child.wait_for_stderr("calls are not recorded")
        postgres.start()
        child.wait_for_stderr("calls are recorded again; none of them lost")
        for n in range(60, 70):
            assert not child.call("echo", n=n)["isError"]
        child.close_stdin()
        assert child.wait() == 0
    assert sorted(recorded(where, tmp_path)) == list(range(70))
    assert stats("--records", where, folder=tmp_path)["lost"] == 0

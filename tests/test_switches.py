"""Tools that a person switched off: a file that many processes and threads change."""

import json
import os
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.child import clean_environment
from support.upstream import PATIENCE

from openapi_mcp.errors import ConfigError
from openapi_mcp.private import user_folder
from openapi_mcp.switches import NOTHING_OFF, Switched, off, read_switches, switch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return user_folder(environ(tmp_path)) / "switches.json"


def environ(folder: Path) -> dict[str, str]:
    return {name: str(folder) for name in ("HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "USERPROFILE")}


def test_a_tool_is_off_until_it_is_on_again(tmp_path: Path, file: Path) -> None:
    """Issue 8, Dashboard: tools switched on and off; only what is off stands in the file."""
    mine = environ(tmp_path)
    assert off("Shop", mine) == {}
    switch("Shop", "orders_list", False, mine)
    switch("Shop", "orders_read", False, mine)
    switch("Bank", "orders_list", False, mine)
    assert set(off("Shop", mine)) == {"orders_list", "orders_read"}
    said = json.loads(file.read_text())["Bank"]["orders_list"]
    assert said == {"at": said["at"], "by": "dashboard", "operation": ""}
    assert read_switches(NOTHING_OFF, mine)[0].reasons("Bank") == {
        "orders_list": f"switched off in the dashboard on {said['at'][:10]}"
    }
    for tool in ("orders_list", "orders_read"):
        switch("Shop", tool, True, mine)
    assert (off("Shop", mine), list(json.loads(file.read_text()))) == ({}, ["Bank"])


def test_what_is_on_already_may_be_switched_on(tmp_path: Path) -> None:
    """Our choice: nothing to complain of."""
    switch("Shop", "a", True, environ(tmp_path))
    assert off("Shop", environ(tmp_path)) == {}


def test_the_file_and_its_folder_are_this_users_alone(tmp_path: Path, file: Path) -> None:
    """Issue 8: mode 0600."""
    switch("Shop", "a", False, environ(tmp_path))
    modes = [path.stat().st_mode & 0o777 for path in (file, file.with_suffix(".lock"), file.parent)]
    assert modes == [0o600, 0o600, 0o700]


def test_a_switch_knows_its_operation_under_any_name(tmp_path: Path) -> None:
    """security.md: a document is not trusted; a new operationId, or name of a parameter, turns nothing on."""
    mine = environ(tmp_path)
    switch("Shop", "orders_delete", False, mine, operation="DELETE /orders/{}")
    assert off("Shop", mine) == {"orders_delete": "DELETE /orders/{}"}
    assert read_switches(NOTHING_OFF, mine)[0].reasons("Shop").keys() == {"orders_delete", "DELETE /orders/{}"}
    switch("Shop", "remove", True, mine, operation="DELETE /orders/{}")
    assert off("Shop", mine) == {}


def test_what_is_off_under_a_name_stays_off_where_another_operation_has_that_now(tmp_path: Path) -> None:
    """Our choice: to switch off what is off brings nothing back."""
    mine = environ(tmp_path)
    switch("Shop", "a", False, mine, operation="DELETE /a")
    switch("Shop", "a", False, mine, operation="GET /b")
    switch("Shop", "b", False, mine, operation="DELETE /a")
    assert off("Shop", mine) == {"a": "DELETE /a", "b": "DELETE /a"}


def test_a_path_may_hold_any_characters(tmp_path: Path) -> None:
    """security.md: a document may have half of a surrogate pair in a path."""
    mine = environ(tmp_path)
    switch("Shop", "a", False, mine, operation="GET /\ud800\x1b")
    assert off("Shop", mine) == {"a": "GET /\ud800\x1b"}


BROKEN = {
    "no JSON": "{",
    "no object": "[]",
    "no tools": '{"Shop": []}',
    "no time": '{"Shop": {"a": {"by": "dashboard"}}}',
    "an operation that is none": '{"Shop": {"a": {"at": "2026-11-21T09:30:00Z", "operation": 7}}}',
    "another time": '{"Shop": {"a": {"at": "<b>today</b>"}}}',
    "nested": "[" * 100_000,
    "an API twice": '{"Shop": {}, "Shop": {}}',
    "no text": b"\xff\xfe",
    "endless": '{"a": ' + " " * 5_000_000 + "{}}",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_damaged_file_is_said_once_and_changes_nothing(tmp_path: Path, file: Path, text: str | bytes) -> None:
    """Our choice: what was off stays off; nobody writes over what may be mended."""
    mine = environ(tmp_path)
    switch("Shop", "b", False, mine)
    known, _ = read_switches(NOTHING_OFF, mine)
    data = text if isinstance(text, bytes) else text.encode()
    file.write_bytes(data)
    found, said = read_switches(known, mine)
    assert set(found.reasons("Shop")) == {"b"}
    assert said.startswith("warning: the list of tools that are switched off ")
    assert f"({file}; correct it, or remove it" in said
    assert read_switches(found, mine) == (found, "")
    with pytest.raises(ConfigError, match="switched off"):
        read_switches(None, mine)  # at a start nobody knows what was off
    with pytest.raises(ConfigError, match="switched off"):
        off("Shop", mine)
    with pytest.raises(ConfigError, match="switched off"):
        switch("Shop", "a", False, mine)
    assert file.read_bytes() == data
    file.unlink()
    assert read_switches(found, mine) == (Switched(), "")


def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path, file: Path) -> None:
    """Issue 8: this user's alone."""
    switch("Shop", "a", False, environ(tmp_path))
    file.chmod(0o666)
    with pytest.raises(ConfigError, match="is not this user's alone"):
        off("Shop", environ(tmp_path))


def test_a_folder_that_others_may_read_is_not_written_to(tmp_path: Path, file: Path) -> None:
    """Issue 8: this user's alone; the error says what to do."""
    file.parent.mkdir(mode=0o755)
    with pytest.raises(
        ConfigError, match="cannot switch the tool: the folder is a link, or others may read it"
    ) as raised:
        switch("Shop", "a", False, environ(tmp_path))
    assert "mode 0700" in str(raised.value.hint)


def test_every_change_is_another_state_of_the_file(tmp_path: Path, file: Path) -> None:
    """Servers look at time and size alone; a clock that stands, or goes back, hides nothing."""
    mine = environ(tmp_path)
    switch("Shop", "a", False, mine)
    os.utime(file, ns=(2**62, 2**62))
    seen = set()
    for tool in ("b", "c", "d"):
        switch("Shop", tool, False, mine)
        seen.add(file.stat().st_mtime_ns)
        switch("Shop", tool, True, mine)
        seen.add(file.stat().st_mtime_ns)
    assert len(seen) == 6


STEPS = st.lists(st.tuples(st.sampled_from(("Shop", "Bank")), st.sampled_from("abc"), st.booleans()), max_size=8)


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder of its own for each example."""
    return (tmp_path / str(number) for number in range(10_000))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(each=st.lists(STEPS, min_size=2, max_size=4))
def test_whatever_threads_switch_the_last_word_on_each_tool_counts(
    folders: Iterator[Path], each: list[list[tuple[str, str, bool]]]
) -> None:
    """Two processes, or threads, do not lose each other's change: each has tools of its own, and all share the file."""
    mine = environ(next(folders))
    wanted: dict[str, set[str]] = defaultdict(set)

    def work(number: int, steps: list[tuple[str, str, bool]]) -> None:
        for api, tool, on in steps:
            switch(api, f"{tool}{number}", on, mine)

    for number, steps in enumerate(each):
        for (api, tool), on in {(api, tool): on for api, tool, on in steps}.items():
            wanted[api] |= set() if on else {f"{tool}{number}"}
    threads = [threading.Thread(target=work, args=one) for one in enumerate(each)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {api: set(off(api, mine)) for api in ("Shop", "Bank")} == {api: wanted[api] for api in ("Shop", "Bank")}


def test_processes_do_not_lose_each_others_changes(tmp_path: Path) -> None:
    """Issue 8, Dashboard: a dashboard of its own, and one in a server."""
    code = (
        "import sys; from openapi_mcp.switches import switch\n"
        "for number in range(15): switch('Shop', f'{sys.argv[1]}{number}', False)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, name], env=clean_environment(**environ(tmp_path)))
        for name in ("a", "b", "c")
    ]
    assert [process.wait(PATIENCE) for process in started] == [0, 0, 0]
    assert set(off("Shop", environ(tmp_path))) == {f"{name}{number}" for name in "abc" for number in range(15)}

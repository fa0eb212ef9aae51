"""New settings while the server runs, driven in this process."""

import signal
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.live import Told, names, put, yaml
from support.upstream import Upstream, description

from openapi_mcp import front, joining
from openapi_mcp.app import App
from openapi_mcp.cli.start import Settings
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.joining import open_several
from openapi_mcp.model.policy import Listing
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again
from openapi_mcp.server import renew as renewal
from openapi_mcp.server.keep import Keeper, SeveralKeeper, keepers
from openapi_mcp.server.renew import Renewing, for_now, renewing
from openapi_mcp.server.watch import Watch, watches
from openapi_mcp.several import Several
from openapi_mcp.switches import switch

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "_LOOK", 0.01)


@dataclass(slots=True)
class Given:
    """Settings that a test says; `path` is counted, so that each reading has its own."""

    config: Config
    changed: bool = False
    error: OpenapiMcpError | None = None
    reads: int = 0

    def has_changed(self) -> bool:
        changed, self.changed = self.changed, False
        return changed

    def read(self) -> Config:
        self.reads += 1
        if self.error is not None:
            raise self.error
        return self.config

    def path(self, _config: Config) -> Path | None:
        return None


@dataclass(slots=True)
class Failed:
    """What went wrong, as the person at stderr is told."""

    told: Told = field(default_factory=Told)

    def __call__(self, error: OpenapiMcpError) -> None:
        self.told(f"{error.message} | {error.where} | {error.hint}")


@dataclass(slots=True)
class Running:
    app: App
    settings: Given
    told: Told
    failed: Told


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[Running]:
    settings, told, failed = Given(config), Told(), Failed()
    keeper = Keeper(notice=told, path=None)
    async with open_app(config, told, can_change=True) as app, anyio.create_task_group() as group:
        live = renewing(config, settings, keeper, Watch(keeper=keeper), told, failed)
        group.start_soon(live.run, app)
        await anyio.wait_all_tasks_blocked()  # from now on SIGHUP is heard
        yield Running(app, settings, told, failed.told)
        group.cancel_scope.cancel()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    put(tmp_path / "api.yaml", yaml("one", "two"))
    return Config(spec=str(tmp_path / "api.yaml"))


async def test_a_changed_config_file_is_read_only_where_it_is_watched(config: Config) -> None:
    """Issue 8, Switches: --watch-config; whether it is watched is a setting, too."""
    async with running(replace(config, watch_config=True, file=Path("a.toml"))) as live:
        live.settings.config = replace(config, exclude=("/two",), file=Path("a.toml"))
        live.settings.changed = True
        await live.told.wait_for("settings read again from a.toml: 1 tools now")
        assert names(live.app) == ["one"]
        live.settings.changed = True
        switch(live.app.identity_of(""), "one", False)
        await live.told.wait_for("tools were switched: 0 tools now")
        assert (live.settings.changed, live.settings.reads) == (True, 1)


async def test_what_a_running_server_reads_counts_at_once_without_the_document(config: Config, tmp_path: Path) -> None:
    """Issue 8, Switches: where only settings change, the document is not read again."""
    async with running(config) as live:
        put(tmp_path / "api.yaml", "broken: [")
        live.settings.config = replace(config, confirm="writes")
        signal.raise_signal(signal.SIGHUP)
        await live.told.wait_for("there is no config file; credentials are read again: 2 tools now")
        assert live.app.config.confirm == "writes"


async def test_settings_that_ask_for_another_document_load_it(config: Config, tmp_path: Path) -> None:
    """Issue 8, Switches: as a start would."""
    async with running(config) as live:
        put(tmp_path / "other.yaml", yaml("three"))
        live.settings.config = replace(config, spec=str(tmp_path / "other.yaml"))
        signal.raise_signal(signal.SIGHUP)
        await live.told.wait_for("1 tools now")
        assert names(live.app) == ["three"]
        live.settings.config = replace(config, spec=str(tmp_path / "gone.yaml"))
        signal.raise_signal(signal.SIGHUP)
        await live.failed.wait_for("the old settings stay: cannot read the file")
        assert names(live.app) == ["three"]
        assert live.app.config.spec == str(tmp_path / "other.yaml")


async def test_an_error_of_the_file_is_told_with_its_place(config: Config) -> None:
    """Issue 8, Switches: the error with where and fix."""
    async with running(config) as live:
        live.settings.error = ConfigError("unknown key", where="a.toml", hint="correct it")
        signal.raise_signal(signal.SIGHUP)
        await live.failed.wait_for("the old settings stay: unknown key | a.toml | correct it")
        live.settings.error = None
        signal.raise_signal(signal.SIGHUP)
        await live.told.wait_for("credentials are read again")


async def test_a_signal_from_before_anybody_listened_counts(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 8, Switches: front/ notes them from the first moment."""
    monkeypatch.setattr(front, "HANGUPS", [])
    monkeypatch.setattr(renewal, "HANGUPS", front.HANGUPS)
    before = signal.getsignal(signal.SIGHUP)
    try:
        front.note_hangups()
        signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    async with running(config) as live:
        await live.told.wait_for("credentials are read again")


def test_under_nohup_a_signal_stays_unheard_until_the_server_listens() -> None:
    """Our choice: nohup says that the end of a terminal is nothing to us."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        front.note_hangups()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_a_second_signal_while_the_first_is_worked_on_is_not_lost(config: Config) -> None:
    """Issue 8, Switches: what is asked for meanwhile is done after it."""
    begun, go_on, seen = anyio.Event(), anyio.Event(), list[Config]()

    async def slowly(_app: Any, wanted: Config) -> Sequence[OpenapiMcpError]:
        seen.append(wanted)
        begun.set()
        await go_on.wait()
        return ()

    told, settings = Told(), Given(config)
    keeper = Keeper(notice=told, path=None)
    async with open_app(config, told, can_change=True) as app, anyio.create_task_group() as group:
        live = Renewing(
            config=config,
            settings=settings,
            renew=slowly,
            keeper=keeper,
            watch=Watch(keeper=keeper),
            notice=told,
            fail=Failed(),
            switches=(),
        )
        group.start_soon(live.run, app)
        await anyio.wait_all_tasks_blocked()
        signal.raise_signal(signal.SIGHUP)
        with anyio.fail_after(30):
            await begun.wait()
        settings.config = replace(config, exclude=("/two",))
        signal.raise_signal(signal.SIGHUP)
        await anyio.wait_all_tasks_blocked()
        go_on.set()
        while len(seen) < 2:
            await anyio.lowlevel.checkpoint()
        assert seen[-1].exclude == ("/two",)
        group.cancel_scope.cancel()


async def test_a_document_does_not_turn_on_what_a_person_switched_off(config: Config, tmp_path: Path) -> None:
    """security.md: a document is not trusted, whatever title and names it gives itself."""
    async with running(config) as live:
        off = live.app.tool_of("two")
        assert off is not None
        switch(live.app.identity_of(""), "two", False, operation=off.operation.signature)
        await live.told.wait_for("tools were switched: 1 tools now")
        other = yaml("one", "two", "three").replace("title: W", "title: Other")
        put(tmp_path / "api.yaml", other.replace("operationId: two", "operationId: new"))
        await check_again(live.app, live.told)
        assert (live.app.toolset.title, names(live.app)) == ("Other", ["one", "three"])
        put(tmp_path / "api.yaml", yaml("one", "two").replace("/two", "/moved"))
        await check_again(live.app, live.told)
        assert names(live.app) == ["one"]


async def test_what_is_switched_in_another_api_is_not_said(config: Config) -> None:
    """Our choice: all servers of a user see the file change; those whose list stays have nothing to say."""
    async with running(config) as live:
        switch("another", "two", False)
        switch(live.app.identity_of(""), "two", False)
        assert await live.told.wait_for("tools were switched") == "tools were switched: 1 tools now"
        assert live.told.lines == []


@pytest.mark.parametrize("mode", [0o600, 0o644])
async def test_a_start_refuses_a_damaged_list_of_switches(config: Config, tmp_path: Path, mode: int) -> None:
    """Issue 8, Dashboard: off wins; what was off is not known then, so nothing is served."""
    file = tmp_path / "home" / "openapi-mcp" / "switches.json"
    switch("any", "two", False)
    file.write_text("{" if mode == 0o600 else "{}", encoding="utf-8")
    file.chmod(mode)
    with pytest.raises(ConfigError, match="the list of tools that are switched off") as raised:
        async with open_app(config, Told()):
            raise AssertionError
    assert (raised.value.where, raised.value.hint) == (str(file), "correct it, or remove it: then none is switched off")


async def test_a_damaged_list_of_switches_changes_nothing_and_is_said_once(config: Config, tmp_path: Path) -> None:
    """Issue 8, Dashboard: off stays off, on stays on."""
    file = tmp_path / "home" / "openapi-mcp" / "switches.json"
    async with running(config) as live:
        switch(live.app.identity_of(""), "two", False)
        await live.told.wait_for("1 tools now")
        put(file, "{")
        await live.told.wait_for("so all tools stay as they were")
        assert names(live.app) == ["one"]
        signal.raise_signal(signal.SIGHUP)
        await live.told.wait_for("credentials are read again")
        assert (names(live.app), live.told.lines) == (["one"], [])


def test_what_needs_a_restart_stays_and_is_named_as_it_is_written() -> None:
    """Issue 8, Switches: one line on stderr."""
    before = Config(spec="a.yaml")
    wanted = Config(spec="b.yaml", port=1, allowed_hosts=("a",), oauth_scopes=("x",), record_arguments=False)
    found, fixed = for_now(before, wanted)
    assert found == Config(spec="b.yaml")
    assert fixed == ("port", "record_arguments", "allowed_host", "oauth_scope")
    assert for_now(before, before) == (before, ())


def test_the_apis_of_a_server_are_those_of_its_start() -> None:
    """Issue 8, Switches: another set of them is for a restart; settings of those that stay count."""
    one, two, three = (Config(name=name, spec=f"{name}.yaml") for name in ("one", "two", "three"))
    before = Config(apis=(one, two), port=1)
    new = replace(one, forward=("X-A",), confirm="writes")
    found, fixed = for_now(before, Config(apis=(three, new), port=1))
    assert found == Config(apis=(replace(one, confirm="writes"), two), port=1)
    assert fixed == ("forward", "the set of APIs")
    assert for_now(before, one) == (before, ("the set of APIs",))
    assert for_now(one, before) == (one, ("the set of APIs",))


@asynccontextmanager
async def several_running(config: Config) -> AsyncIterator[tuple[Several, Given, Told, Told]]:
    settings, told, failed = Given(config), Told(), Failed()
    own = keepers(config, told, None)
    async with open_several(config, told, can_change=True) as apis, anyio.create_task_group() as group:
        keeper = SeveralKeeper(keepers=own, notice=told, path=None)
        live = renewing(config, settings, keeper, watches(own), told, failed)
        group.start_soon(live.run, apis)
        await anyio.wait_all_tasks_blocked()
        yield apis, settings, told, failed.told
        group.cancel_scope.cancel()


def both(folder: Path, **shop: Any) -> Config:
    apis = (Config(name=name, spec=str(folder / f"{name}.yaml")) for name in ("shop", "bank"))
    return Config(apis=tuple(replace(api, **shop) if api.name == "shop" else api for api in apis))


async def test_an_api_that_is_not_served_is_tried_at_once_with_its_new_settings(tmp_path: Path) -> None:
    """Issue 8, Switches: nobody waits for the end of a pause of minutes, or for another start."""
    put(tmp_path / "bank.yaml", yaml("one"))
    put(tmp_path / "elsewhere.yaml", yaml("two"))
    async with several_running(both(tmp_path)) as (_, settings, told, failed):
        settings.config = both(tmp_path, spec=str(tmp_path / "elsewhere.yaml"))
        signal.raise_signal(signal.SIGHUP)
        assert await told.wait_for("is served now") == "the API 'shop' is served now: 1 tools"
        assert failed.lines == []


async def test_an_api_that_arrives_with_old_settings_takes_the_new_ones(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, Switches: its document was on its way when they came."""
    monkeypatch.setattr(joining, "PATIENCE", 0.0)
    put(tmp_path / "bank.yaml", yaml("one"))
    upstream.serve(description("/a", "/b", server=upstream.url))
    late = {"spec": f"{upstream.url}/late/document"}
    async with several_running(both(tmp_path, **late)) as (apis, settings, told, _):
        settings.config = both(tmp_path, **late, exclude=("/b",))
        signal.raise_signal(signal.SIGHUP)
        await told.wait_for("credentials are read again")
        upstream.release.set()
        await told.wait_for("the API 'shop' is served now")
        while [tool.name for tool in apis.toolset.tools] != ["shop_a", "bank_one"]:
            await anyio.lowlevel.checkpoint()


async def test_of_several_apis_one_keeps_its_old_settings_where_the_new_ones_cannot_be_had(tmp_path: Path) -> None:
    """Issue 8, Switches: the others have theirs; what needs a restart is said once for all."""
    for name in ("shop", "bank"):
        put(tmp_path / f"{name}.yaml", yaml("one", "two"))
    async with several_running(both(tmp_path)) as (apis, settings, told, failed):
        wanted = both(tmp_path, spec=str(tmp_path / "gone.yaml"))
        bank = replace(wanted.apis[1], exclude=("/two",), port=1)
        settings.config = replace(wanted, apis=(wanted.apis[0], bank), port=1)
        signal.raise_signal(signal.SIGHUP)
        await told.wait_for("warning: port is new only after a restart")
        assert "gone.yaml (the API 'shop')" in await failed.wait_for("the old settings stay: cannot read the file")
        assert [tool.name for tool in apis.toolset.tools] == ["shop_one", "shop_two", "bank_one"]
        settings.config = both(tmp_path)
        signal.raise_signal(signal.SIGHUP)
        await told.wait_for("credentials are read again: 4 tools now")


async def test_the_list_of_several_apis_is_offered_as_the_new_settings_say(tmp_path: Path) -> None:
    """Issue 8, Switches: another mode is another list, and clients hear of it."""
    for name in ("shop", "bank"):
        put(tmp_path / f"{name}.yaml", yaml("one"))
    async with several_running(both(tmp_path)) as (apis, settings, told, _):
        settings.config = replace(both(tmp_path), listing=Listing(mode="search"))
        signal.raise_signal(signal.SIGHUP)
        assert await told.wait_for("the list has changed") == "the list has changed: search mode: as --mode says"
        assert apis.toolset.searches
        switch("bank", "bank_one", False)
        await told.wait_for("tools were switched: 1 tools now")


async def test_settings_of_the_command_line_are_read_as_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, Switches: flags, environment, file; a document cannot come from the protocol's own pipe."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "openapi-mcp.toml", 'spec = "a.yaml"\n')
    settings = Settings({"timeout": 3, "verbose": True}, ("serve",), stdin_is_protocol=True)
    found = settings.read()
    assert (found.spec, found.limits.timeout, found.log_level) == ("a.yaml", 3, "info")
    assert not settings.has_changed()
    put(tmp_path / "openapi-mcp.toml", 'spec = "-"\n')
    assert looks(settings) == [False, True]
    with pytest.raises(ConfigError, match="standard input carries the protocol"):
        settings.read()
    assert not settings.has_changed()
    (tmp_path / "openapi-mcp.toml").unlink()
    assert looks(settings) == [False, True]
    assert settings.path(found) is not None


def looks(settings: Settings) -> list[bool]:
    """Return what two looks in a row find."""
    return [settings.has_changed() for _ in range(2)]


async def test_a_file_that_is_being_written_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its beginnings may be valid TOML, without what is confirmed and switched off further down."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "openapi-mcp.toml", 'spec = "a.yaml"\nconfirm = "writes"\n')
    settings = Settings({}, ("serve",), stdin_is_protocol=True)
    found = []
    for text in (
        'spec = "a.yaml"\n',
        'spec = "a.yaml"\nconfirm = "writes"\n',
        'spec = "a.yaml"\nconfirm = "writes"\n#',
    ):
        put(tmp_path / "openapi-mcp.toml", text)
        found.append(settings.has_changed())
    assert (found, looks(settings)) == ([False, False, False], [True, True])


async def test_a_file_that_lost_all_it_said_is_taken_only_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An editor may empty it for as long as it takes to write; that is said once."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "openapi-mcp.toml"
    put(file, 'confirm = "writes"\nspec = "a.yaml"\n')
    settings = Settings({}, ("serve",), stdin_is_protocol=True)
    put(file, "")
    assert (looks(settings), looks(settings)) == ([False, False], [False, False])
    said = f"warning: {file} is empty now: the settings that it had stay; SIGHUP takes it as it is"
    assert capsys.readouterr().err.count(said) == 1
    assert settings.read().confirm == "none"
    assert looks(settings) == [False, False]
    put(file, 'spec = "a.yaml"\n')
    assert looks(settings) == [False, True]
    settings.read()
    put(file, 'spec = "b.yaml"\n')
    put(file, 'spec = "a.yaml"\n')
    assert (looks(settings), settings.read().spec) == ([False, True], "a.yaml")


async def test_a_file_that_is_long_to_read_holds_nothing_else_up(config: Config) -> None:
    """A key of many thousand parts takes the reader of TOML minutes."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Given):
        def read(self) -> Config:
            begun.set()
            go_on.wait(30)
            return super().read()

    told = Told()
    keeper = Keeper(notice=told, path=None)
    async with open_app(config, told, can_change=True) as app, anyio.create_task_group() as group:
        live = renewing(config, Slow(config), keeper, Watch(keeper=keeper), told, Failed())
        group.start_soon(live.run, app)
        await anyio.wait_all_tasks_blocked()
        signal.raise_signal(signal.SIGHUP)
        while not begun.is_set():
            await anyio.lowlevel.checkpoint()
        assert names(app) == ["one", "two"]
        go_on.set()
        await told.wait_for("credentials are read again")
        group.cancel_scope.cancel()


async def test_a_file_that_is_passed_over_is_not_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """config.py: a file of the folder is not read beside a document that was named elsewhere."""
    monkeypatch.chdir(tmp_path)
    settings = Settings({"spec": "a.yaml"}, ("serve",), stdin_is_protocol=True)
    put(tmp_path / "openapi-mcp.toml", "insecure = true\n")
    assert looks(settings) == [False, False]


async def test_that_no_certificate_is_checked_any_more_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issue 5, TLS: said on stderr, with --quiet too."""
    monkeypatch.chdir(tmp_path)
    settings = Settings({"quiet": True}, ("serve",), stdin_is_protocol=True)
    put(tmp_path / "openapi-mcp.toml", 'spec = "a.yaml"\ninsecure = true\n')
    assert looks(settings) == [False, True]
    settings.read()
    assert "warning: insecure: no certificate is checked" in capsys.readouterr().err

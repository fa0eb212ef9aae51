"""What every test starts from: an empty environment, and no network that it did not start itself."""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from hypothesis import HealthCheck, settings
from support.child import Outcome, clean_environment, without_progress
from support.upstream import Upstream, running_upstream

pytest_plugins = (
    "support.postgres",
    "support.records",
    "support.redis",
    "support.fleet",
    "support.node",
    "support.downloads",
    "support.person",
    "support.toml",
    "support.traced",
)

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # how long an example takes says more of what runs beside it

SHOP = Path(__file__).parent.parent / "examples" / "shop"


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep this user's caches out of it, in this process and its children, for as long as anything is running."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take every variable away that could configure us or a proxy; PATH and its kind stay for child processes."""
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in list(os.environ):
        if name.startswith("OPENAPI_MCP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutines on asyncio, as the program does."""
    return "asyncio"


@dataclass(frozen=True, slots=True)
class Shop:
    """The example API, running: `examples/shop` on a database of its own."""

    url: str
    token: str
    manage: tuple[str, ...]
    environment: dict[str, str]

    @property
    def spec(self) -> str:
        """Where it serves its document."""
        return f"{self.url}/api/schema/"

    @property
    def options(self) -> tuple[str, ...]:
        """The options that serve it with its token."""
        return ("--spec", self.spec, "--token", self.token)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The example API on a free port, freshly seeded. Whoever writes to it writes to records of its own."""
    with running_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@contextmanager
def running_shop(folder: Path) -> Iterator[Shop]:
    """Run the example API, freshly seeded."""
    environment = clean_environment(SHOP_DATABASE=str(folder / "shop.sqlite3"))
    manage = (sys.executable, str(SHOP / "manage.py"))
    token = "0123456789abcdef0123456789abcdef01234567"
    subprocess.run([*manage, "seed", "--token", token], env=environment, check=True, capture_output=True, timeout=60)
    port = free_port()
    with (folder / "shop.log").open("wb") as log:
        process = subprocess.Popen(
            [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"], env=environment, stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/healthz", process)
            yield Shop(url, token, manage, {"SHOP_DATABASE": environment["SHOP_DATABASE"]})
        finally:
            process.kill()
            process.wait(20)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Return once `url` answers."""
    direct = build_opener(ProxyHandler({}))
    pause = threading.Event()
    for _ in range(600):
        assert process.poll() is None, "the shop ended while it started"
        try:
            direct.open(url, timeout=5).close()
        except (URLError, ConnectionError):
            pause.wait(0.05)
        else:
            return
    raise AssertionError(f"{url} did not answer within 30 s")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A local server that records what reaches it."""
    with running_upstream() as server:
        yield server


@pytest.fixture
def other_upstream() -> Iterator[Upstream]:
    """A second server, of another origin."""
    with running_upstream() as server:
        yield server


Command = Callable[..., Outcome]


@pytest.fixture
def command(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Command]:
    """Run a command in this process, in an empty folder: `command("inspect", "--spec", path)`."""
    from openapi_mcp.cli.main import run

    monkeypatch.chdir(tmp_path)
    root, ours = logging.getLogger(), logging.getLogger("openapi_mcp")
    before = (root.handlers[:], root.level, ours.level)

    def call(*arguments: str) -> Outcome:
        status = run(list(arguments))
        captured = capsysbinary.readouterr()
        said = without_progress(captured.err.decode("utf-8"))
        return Outcome(status, captured.out.decode("utf-8", "surrogateescape"), said)

    yield call
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


_LEFT_OUT = ("node", "zsh", "fish")  # what .ci/run does without where it cannot be had
_SERVICES = frozenset({"postgres", "redis", "redis_server", "fleets", "browser", *_LEFT_OUT})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask for a server or a program that Python does not bring."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if _SERVICES & asked:
            item.add_marker(pytest.mark.service)
        for name in asked.intersection(_LEFT_OUT):
            item.add_marker(name)

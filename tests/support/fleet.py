"""Replicas of `serve http` behind a balancer, on a real Redis and a real PostgreSQL."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.asking import Asking, asking
from support.balancer import free_port, running_balancer
from support.child import Child, running
from support.ledger import Ledger
from support.postgres import Postgres
from support.recorded import Shown, history
from support.redis import RedisServer

TOKEN = "the-token-of-the-endpoint-of-all"
KEY = "the-key-that-all-replicas-share-0123456789"


@dataclass(slots=True)
class Replica:
    """One `openapi-mcp serve http`, which can be killed, ended and started again at the same place."""

    name: str
    port: int
    options: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    said_before: str = ""
    child: Child | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def endpoint(self) -> str:
        """Where it is reached past the balancer."""
        return f"http://127.0.0.1:{self.port}/mcp"

    @property
    def said(self) -> str:
        """All that it has said on stderr, in all its lives."""
        return self.said_before + self.says

    @property
    def says(self) -> str:
        """What it has said since it was started last."""
        return self.child.stderr if self.child else ""

    def start(self) -> None:
        """Start it; return once it listens."""
        line = ("serve", "http", "--port", str(self.port), *self.options)
        self.child = self._stack.enter_context(running(*line, folder=self.folder, environment=self.environment))
        self.child.wait_for_stderr(r"listening on (http://\S+)")

    def end(self, how: signal.Signals) -> int:
        """End it by a signal; return its exit status."""
        assert self.child is not None
        self.child.process.send_signal(how)
        status = self.child.wait()
        self.said_before, self.child = self.said, None
        self._stack.close()
        return status

    def close(self) -> None:
        """End it whatever it does."""
        self._stack.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Two replicas, `a` and `b`, what they share, and the endpoint that clients know."""

    endpoint: str
    a: Replica
    b: Replica
    ledger: Ledger
    redis: RedisServer
    postgres: Postgres
    records: str
    folder: Path

    @property
    def each(self) -> tuple[Replica, Replica]:
        return self.a, self.b

    def recorded(self) -> list[Shown]:
        """Return what is in the records, the newest last, once both have ended and written what they had."""
        for replica in self.each:
            if replica.child is not None:
                assert replica.end(signal.SIGTERM) == 0, replica.said
        return history("--records", self.records, folder=self.folder)

    @property
    def said(self) -> str:
        return "".join(f"--- {each.name}\n{each.said}" for each in self.each)


Fleets = Callable[..., AbstractContextManager[Fleet]]


@pytest.fixture(scope="module")
def fleets(redis_server: RedisServer, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Fleets:
    """Start fleets: `with fleets(ledger, "--rate-limit", "5/s") as fleet`."""

    def start(ledger: Ledger, *options: str, settings: str = "") -> AbstractContextManager[Fleet]:
        folder = tmp_path_factory.mktemp("fleet")
        redis_server.start()
        redis_server.empty()
        return running_fleet(ledger, *options, redis=redis_server, postgres=postgres, folder=folder, settings=settings)

    return start


@contextmanager
def running_fleet(
    ledger: Ledger, *options: str, redis: RedisServer, postgres: Postgres, folder: Path, settings: str = ""
) -> Iterator[Fleet]:
    """Yield two replicas that serve the ledger, and a balancer before them."""
    (folder / "settings.toml").write_text(settings, encoding="utf-8")
    records = postgres.new_database()
    line = (
        "--config", str(folder / "settings.toml"), "--spec", ledger.spec, "--methods", "all", "--redis", redis.url,
        "--shared-key", "env:FLEET_KEY", "--endpoint-token", "env:FLEET_TOKEN", "--records", records, *options,
    )  # fmt: skip
    with ExitStack() as stack:
        replicas = [_replica(name, free_port(), line, folder) for name in ("a", "b")]
        for replica in replicas:
            stack.callback(replica.close)
            replica.start()
        url = stack.enter_context(running_balancer({each.name: each.port for each in replicas}))
        a, b = replicas
        yield Fleet(
            endpoint=f"{url}/mcp", a=a, b=b, ledger=ledger, redis=redis, postgres=postgres, records=records,
            folder=folder,
        )  # fmt: skip


def _replica(name: str, port: int, options: tuple[str, ...], folder: Path) -> Replica:
    """Return a replica with a home of its own: nothing but Redis and PostgreSQL is shared."""
    home = folder / name
    home.mkdir()
    places = ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA")
    environment = {place: str(home) for place in places} | {"FLEET_KEY": KEY, "FLEET_TOKEN": TOKEN}
    return Replica(name, port, options, home, environment)


@asynccontextmanager
async def each_of(fleet: Fleet) -> AsyncIterator[tuple[Asking, Asking]]:
    """Connect to both replicas, past the balancer."""
    async with asking(fleet.a.endpoint, TOKEN) as one, asking(fleet.b.endpoint, TOKEN) as other:
        yield one, other

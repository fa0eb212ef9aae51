"""A Redis server of our own for as long as the tests run, emptied for each of them."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client

INSTALL = "Redis is not installed: apt-get install redis-server (Debian), brew install redis (macOS)"
_PATIENCE = 30.0  # seconds


@pytest.fixture(scope="session")
def redis_server() -> Iterator["RedisServer"]:
    """A server for all tests that ask for one."""
    with running_redis() as server:
        yield server


@pytest.fixture
def redis(redis_server: "RedisServer") -> "RedisServer":
    """The server, running and empty."""
    redis_server.start()
    redis_server.empty()
    return redis_server


@dataclass(slots=True)
class RedisServer:
    """A server that can be stopped, killed and started again; what it had is there again after a start."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it where it does not run; return once it answers."""
        if self.process is not None:
            return
        program = shutil.which("redis-server")
        assert program, INSTALL
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--appendonly", "yes"]
        self.process = subprocess.Popen([program, *settings, "--save", ""], stdout=subprocess.DEVNULL)
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            assert time.monotonic() < until, "Redis does not start"
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, or kill it."""
        if self.process is None:
            return
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(_PATIENCE)
        self.process = None

    def empty(self) -> None:
        with redis_client.Redis(port=self.port) as own:
            own.flushall()

    def everything(self) -> bytes:
        """Return all that it holds, names and values, one after the other."""
        with redis_client.Redis(port=self.port) as own:
            names = [bytes(name) for name in own.scan_iter(count=1000)]
            return b"\n".join(part for name in names for part in (name, *_texts(own, name)))

    def _answers(self) -> bool:
        try:
            with redis_client.Redis(port=self.port, socket_connect_timeout=1) as own:
                return bool(own.ping())
        except redis_client.RedisError:
            return False


def _texts(own: "redis_client.Redis", name: bytes) -> list[bytes]:
    """Return what a value of any type holds, however deep."""
    read: dict[bytes, Callable[[], Any]] = {
        b"string": lambda: own.get(name),
        b"hash": lambda: own.hgetall(name),
        b"list": lambda: own.lrange(name, 0, -1),
        b"set": lambda: own.smembers(name),
        b"zset": lambda: own.zrange(name, 0, -1),
        b"stream": lambda: own.xrange(name),
    }
    kind: Any = own.type(name)
    return list(_flat(read[kind]())) if kind in read else []


def _flat(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from (each for pair in value.items() for each in _flat(pair))
    elif isinstance(value, list | tuple | set):
        yield from (each for part in value for each in _flat(part))


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Start a server on a free port of 127.0.0.1."""
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = RedisServer(port=port, folder=folder)
    try:
        server.start()
        yield server
    finally:
        server.stop(kill=True)
        shutil.rmtree(folder)

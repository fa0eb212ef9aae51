"""A PostgreSQL server of our own for as long as the tests run, and a new database for each of them."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

INSTALL = "PostgreSQL's server is not installed: apt-get install postgresql (Debian), brew install postgresql (macOS)"
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=127.0.0.1")


@pytest.fixture(scope="session")
def postgres() -> Iterator["Postgres"]:
    """A server for all tests that ask for one."""
    with running_postgres() as server:
        yield server


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, and where it keeps what it has."""

    port: int
    folder: Path
    numbers: Iterator[int]

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        name = f"test_{next(self.numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def stop(self, how: str = "fast") -> None:
        run(self.folder, "pg_ctl", "stop", "-m", how, "-w")

    def start(self) -> None:
        options = " ".join(f"-c {setting}" for setting in SETTINGS)
        options += f" -p {self.port} -k {self.folder}"
        run(self.folder, "pg_ctl", "start", "-w", "-o", options, "-l", str(self.folder / "log"))


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server on a free port of 127.0.0.1; it refuses to run as root, and then runs as the user postgres."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if is_root():
            shutil.chown(folder, "postgres")
        run(folder, "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        server = Postgres(_free_port(), folder, count())
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(folder: Path, program: str, *arguments: str) -> None:
    line = [found(program), "-D", str(folder / "data"), *arguments]
    whose: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": ()} if is_root() else {}
    done = subprocess.run(
        line, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120, check=False, **whose
    )
    assert done.returncode == 0, done.stderr.decode()


def found(program: str) -> str:
    """Return where one of the server's programs is; Debian keeps them out of the PATH, a folder for each version."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: path.parts[-3], reverse=True)
    place = str(places[0]) if places else shutil.which(program)
    assert place, INSTALL
    return place


def is_root() -> bool:
    return os.geteuid() == 0

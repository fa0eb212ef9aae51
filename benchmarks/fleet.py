"""What the benchmarks of replicas share: a Redis, a balancer, processes that are given a share of a processor."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis as client_of_redis

KEY = "a-key-that-only-a-benchmark-has-0123456789"
PERIOD = 100_000  # microseconds, of a share; what the kernel itself takes
GROUPS = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))
BALANCER = """
global
    maxconn 8000
defaults
    mode http
    timeout connect 2s
    timeout client 90s
    timeout server 90s
frontend clients
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    balance leastconn
{servers}
"""


@dataclass(frozen=True, slots=True)
class Used:
    """What a Redis has done so far: commands of clients, bytes to and from them, bytes of memory."""

    commands: int
    traffic: int
    memory: int


@dataclass(frozen=True, slots=True)
class Redis:
    """A server of our own."""

    pid: int
    port: int

    @property
    def options(self) -> list[str]:
        """What a replica is told."""
        return ["--redis", f"redis://127.0.0.1:{self.port}/0", "--shared-key", KEY]

    def used(self) -> Used:
        """Ask it."""
        with client_of_redis.Redis(port=self.port) as own:
            said = own.info("all")
        traffic = said["total_net_input_bytes"] + said["total_net_output_bytes"]
        return Used(said["total_commands_processed"], traffic, said["used_memory"])


@contextmanager
def running_redis(folder: Path) -> Iterator[Redis]:
    """Start a Redis as compose.yaml does: what it has is on disk within a second."""
    port = free_port()
    settings = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    with ended(subprocess.Popen([program("redis-server"), *settings], stdout=subprocess.DEVNULL)) as process:
        wait_for(port)
        yield Redis(process.pid, port)


@contextmanager
def running_balancer(folder: Path, ports: list[int]) -> Iterator[tuple[int, int]]:
    """Start haproxy before some servers; yield its process id and its port."""
    port, file = free_port(), folder / f"haproxy-{len(ports)}.cfg"
    servers = "\n".join(f"    server replica-{each} 127.0.0.1:{each}" for each in ports)
    file.write_text(BALANCER.format(port=port, servers=servers), encoding="utf-8")
    with ended(subprocess.Popen([program("haproxy"), "-db", "-f", str(file)], stderr=subprocess.DEVNULL)) as process:
        wait_for(port)
        yield process.pid, port


@dataclass(slots=True)
class Shares:
    """Gives processes a share of a processor each, by the kernel's control groups (Linux, as root)."""

    share: float
    made: list[Path] = field(default_factory=list)

    def give(self, pid: int) -> bool:
        """Give a process its share; return whether that is possible here."""
        for root in GROUPS:
            if (root / "cgroup.procs").exists():
                return self._give(pid, root / f"openapi-mcp-benchmark-{pid}")
        return False

    def _give(self, pid: int, group: Path) -> bool:
        try:
            group.mkdir()
            self.made.append(group)
            quota = int(self.share * PERIOD)
            if (group / "cpu.cfs_quota_us").exists():
                (group / "cpu.cfs_quota_us").write_text(str(quota), encoding="ascii")
            else:
                (group / "cpu.max").write_text(f"{quota} {PERIOD}", encoding="ascii")
            (group / "cgroup.procs").write_text(str(pid), encoding="ascii")
        except OSError as error:
            print(f"no shares here, all take what they get: {error}")
            return False
        return True

    def forget(self) -> None:
        """Remove the groups of processes that have ended."""
        for group in self.made:
            with suppress(OSError):
                group.rmdir()


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a process; kill it at the end."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def program(name: str) -> str:
    """Return where a program is."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        raise SystemExit(f"{name} is not installed: apt-get install redis-server haproxy (Debian)")
    return found


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Return once somebody listens there."""
    for _ in range(500):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise SystemExit(f"nobody listens on port {port}")


def home(folder: Path) -> dict[str, str]:
    """Return the environment of a server whose files are below a folder."""
    folder.mkdir(exist_ok=True)
    return {**os.environ, **dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), str(folder))}

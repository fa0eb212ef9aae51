"""compose.yaml and what it reads: every option exists, nothing has more rights or reach than it needs."""

import hashlib
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.container import ROOT, compose, help_of, make_secrets, replicas, settings, unknown_options

from openapi_mcp.config import Config, build_config
from openapi_mcp.server.operating import GRACE

SERVICES = compose()["services"]
API = ROOT / "deploy" / "openapi-mcp.toml"
SCALE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
BALANCER = ROOT / "deploy" / "haproxy.cfg"
INSTALL = "haproxy is not installed: apt-get install haproxy (Debian), brew install haproxy (macOS)"


def test_there_are_two_replicas_and_what_they_need() -> None:
    """Issue 9, Replicas: two replicas, Redis, PostgreSQL, a balancer."""
    assert list(replicas()) == ["replica-1", "replica-2"]
    assert set(SERVICES) - set(replicas()) == {"balancer", "redis", "postgres"}


def test_the_options_of_a_replica_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """Issue 9, Replicas: kept valid by a test of every command."""
    said = help_of("serve", capsys)
    for replica in replicas().values():
        assert replica["command"][:2] == ["serve", "http"]
        assert unknown_options(replica["command"], said) == set()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """What a replica is told, with the config file of this repository."""
    words = replicas()["replica-1"]["command"][2:]
    read: Config = settings([f"--config={API}" if "--config" in word else word for word in words], {}, tmp_path)
    return read


def test_a_replica_is_told_what_all_share(config: Config) -> None:
    """design.md, State and scale: records in PostgreSQL, the rest in Redis; a caller says who it is."""
    assert config.redis == "file:/run/secrets/redis_url"
    assert config.shared_key == "file:/run/secrets/shared_key"
    assert config.records == "file:/run/secrets/records_url"
    assert config.endpoint_token == "file:/run/secrets/endpoint_token"
    assert config.spec is not None


def test_what_stands_as_a_comment_in_the_config_file_can_be_taken_in(tmp_path: Path) -> None:
    file = tmp_path / "openapi-mcp.toml"
    file.write_text(re.sub(r"^# (?=\w+ = )", "", API.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")
    read = build_config({"config": str(file)}, {}, tmp_path)
    assert read.public_url == "https://mcp.example.com/mcp"


def test_a_replica_may_take_longer_to_end_than_its_calls(config: Config) -> None:
    """Issue 9, Replicas: graceful rollout. After the drain calls in flight have their grace, then comes SIGKILL."""
    for replica in replicas().values():
        drain = next(int(word.partition("=")[2]) for word in replica["command"] if word.startswith("--drain="))
        assert seconds(replica["stop_grace_period"]) >= drain + GRACE + 5


def test_a_balancer_waits_longer_than_any_answer() -> None:
    """get_call waits up to 60 s, and a call that goes on in the background is told after 25."""
    timeouts = dict(re.findall(r"timeout (client|server) (\d+)s", BALANCER.read_text(encoding="utf-8")))
    assert {int(value) > 75 for value in timeouts.values()} == {True}
    assert set(timeouts) == {"client", "server"}


def test_a_balancer_never_sends_a_call_again() -> None:
    """design.md, Safety: an unsafe method is sent again only where the upstream was never reached."""
    assert re.findall(r"retry-on (.+)", BALANCER.read_text(encoding="utf-8")) == ["conn-failure"]


def test_a_balancer_knows_all_replicas() -> None:
    servers = re.findall(r"^    server (\S+) (\S+):8800$", BALANCER.read_text(encoding="utf-8"), re.MULTILINE)
    assert servers == [(name, name) for name in replicas()]


@pytest.mark.service
def test_the_balancer_takes_its_configuration() -> None:
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    assert program, INSTALL
    checked = subprocess.run([program, "-c", "-f", str(BALANCER)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name: str) -> None:
    """Issue 9, Replicas: read-only root; a container that is taken over can do little."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert seconds(service["stop_grace_period"]) >= 15
    assert "privileged" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_health_check(name: str) -> None:
    """That of the replicas stands in the Dockerfile."""
    assert name in replicas() or SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("kind", ["secrets", "configs", "networks", "volumes"])
def test_what_a_service_names_is_declared(kind: str) -> None:
    used = {name_of(each) for service in SERVICES.values() for each in service.get(kind, ())}
    assert used == set(compose()[kind])


def name_of(each: Any) -> str:
    name: str = each["source"] if isinstance(each, dict) else each.partition(":")[0]
    return name


def test_only_the_balancer_is_reached_from_outside_and_by_this_machine_alone() -> None:
    """Whoever can write to the engine's Redis can run code in a replica."""
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"balancer": ["127.0.0.1:8800:8800"]}
    assert [name for name, each in compose()["networks"].items() if each.get("internal")] == ["redis", "records"]
    assert [name for name, service in SERVICES.items() if "redis" in service["networks"]] == [*replicas(), "redis"]


def test_what_it_reads_is_there() -> None:
    for each in compose()["configs"].values():
        assert (ROOT / each["file"]).is_file()


def test_no_secret_is_written_in_it() -> None:
    """Issue 9: secrets as files; a variable would stand in `docker inspect`."""
    for service in SERVICES.values():
        for name in service.get("environment", {}):
            assert not re.search("PASSWORD|TOKEN|KEY|SECRET", name) or name.endswith("_FILE")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    return make_secrets(tmp_path)


def test_the_script_makes_the_secrets_that_it_reads(secrets: Path) -> None:
    read = {Path(each["file"]).name for each in compose()["secrets"].values()}
    assert read == {file.name for file in secrets.iterdir()} - {"redis_password"}
    assert {Path(each["file"]).parent for each in compose()["secrets"].values()} == {Path("deploy/secrets")}


def test_secrets_are_closed_to_other_users_and_long(secrets: Path) -> None:
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    made = [(secrets / name).read_text().strip() for name in ("endpoint_token", "shared_key", "postgres_password")]
    assert len(set(made)) == 3
    assert {len(each) for each in made} == {64}


def test_secrets_that_are_there_stay(secrets: Path) -> None:
    before = {file.name: file.read_bytes() for file in secrets.iterdir()}
    make_secrets(secrets.parent)
    assert {file.name: file.read_bytes() for file in secrets.iterdir()} == before


def test_redis_knows_one_user_by_the_digest_of_its_password(secrets: Path) -> None:
    password = (secrets / "redis_password").read_text().strip()
    nobody, ours = (secrets / "redis_users").read_text().splitlines()
    assert nobody == "user default off"
    assert f"#{hashlib.sha256(password.encode()).hexdigest()} " in ours
    assert (secrets / "redis_url").read_text().strip() == f"redis://replicas:{password}@redis:6379/0"
    assert "redis" in SERVICES


def test_the_page_on_scale_names_options_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """docs/scale.md; those of other programs and of benchmarks are not ours."""
    shown = re.findall(r"(?<![\w-])`(--[a-z-]+)", SCALE)
    assert len(shown) > 10
    assert unknown_options(shown, help_of("serve", capsys)) == set()


def test_the_page_on_scale_watches_numbers_that_are_shown() -> None:
    """A unit and `_total` are put to a name when it is shown."""
    rooms = (ROOT / "openapi_mcp" / name for name in ("telemetry", "server", "cli"))
    source = "".join(file.read_text(encoding="utf-8") for room in rooms for file in room.glob("*.py"))
    watched = {re.sub("(_seconds)?(_total)?$", "", name) for name in re.findall(r"openapi_mcp_(\w+)", SCALE)}
    assert len(watched) > 5
    assert {name for name in watched if f'"{name}"' not in source} == set()


def test_the_page_on_scale_runs_benchmarks_that_are_there() -> None:
    assert all((ROOT / name).is_file() for name in re.findall(r"benchmarks/\w+\.py|tests/e2e/\w+\.py", SCALE))


def test_secrets_are_never_committed() -> None:
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def seconds(text: str) -> int:
    assert re.fullmatch(r"\d+s", text), text
    return int(text[:-1])


def test_it_is_yaml_without_a_key_given_twice() -> None:
    """PyYAML takes the last of two; compose refuses them."""

    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), keys
            return super().construct_mapping(node, deep)

    yaml.load((ROOT / "compose.yaml").read_text(encoding="utf-8"), Strict)

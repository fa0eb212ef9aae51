"""The Dockerfile and compose.yaml as values, and their command lines on this machine."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from openapi_mcp.cli import main
from openapi_mcp.config import build_config

ROOT = Path(__file__).parents[2]
SECRETS = "/run/secrets/"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile, of the stage that began with the FROM of this number."""

    stage: int
    name: str
    rest: str

    @property
    def words(self) -> list[str]:
        """The words of one in exec form, which no shell reads; only that passes signals on."""
        words: list[str] = json.loads(self.rest)
        return words


def dockerfile() -> list[Instruction]:
    """Return its instructions; a line that ends in a backslash goes on, a comment is none."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    plain = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    stage, found = -1, []
    for line in filter(None, map(str.strip, plain.splitlines())):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        found.append(Instruction(stage, name, rest.strip()))
    return found


def last_of(name: str) -> Instruction:
    """Return the last instruction of a name, which is the one that holds for the image."""
    return [each for each in dockerfile() if each.name == name and each.stage == 1][-1]


def environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    return dict(pair.split("=", 1) for pair in last_of("ENV").rest.split())


def health_check() -> list[str]:
    """Return the command that says whether the container is well."""
    words: list[str] = json.loads(last_of("HEALTHCHECK").rest.partition(" CMD ")[2])
    return words


def compose() -> dict[str, Any]:
    """Return compose.yaml, its anchors put in."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return read


def replicas() -> dict[str, Any]:
    """Return the services of compose.yaml that are ours."""
    return {name: each for name, each in compose()["services"].items() if each["image"] == "openapi-mcp"}


def unknown_options(words: list[str], said: str) -> set[str]:
    """Return the options among these words that a help text does not have."""
    used = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
    return {option for option in used if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", said)}


def settings(words: list[str], environ: Mapping[str, str], folder: Path) -> Any:
    """Return the Config that `openapi-mcp serve http --name=value ...` has: the words after `http`."""
    pairs = [word.removeprefix("--").partition("=") for word in words]
    flags = {name.replace("-", "_"): value if equals else True for name, equals, value in pairs}
    return build_config(flags, environ, folder)


def help_of(command: str, capsys: Any) -> str:
    """Return what `openapi-mcp COMMAND --help` says."""
    assert main.run([command, "--help"]) == 0
    said: str = capsys.readouterr().out
    return said


def make_secrets(folder: Path) -> Path:
    """Run deploy/secrets.sh on a copy of itself; return where it put them."""
    script = shutil.copy(ROOT / "deploy" / "secrets.sh", folder)
    subprocess.run(["sh", script], check=True)
    return folder / "secrets"

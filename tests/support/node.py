"""Programs of npm, in the versions of tests/clients/package.json: real MCP clients and the conformance suite."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.child import Outcome

_WANTED = Path(__file__).parent.parent / "clients" / "package.json"
_CACHE = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
_FOLDER = Path(os.environ.get("OPENAPI_MCP_NODE") or Path(_CACHE, "openapi-mcp-tests", "node"))
"""Where .ci/node.sh puts them; read before a test takes the environment away."""

_MISSING = (
    "these tests run MCP clients of npm, which are not installed in the versions of tests/clients/package.json: "
    "run .ci/node.sh, which needs npm and its registry (or run `make test`, which leaves them out)"
)
LONGEST = 120.0  # seconds that a client may take on a machine with other work; each takes a few


@dataclass(frozen=True, slots=True)
class Node:
    """The folder that npm installed into."""

    folder: Path
    compiled: Path

    def native(self, package: str, program: str) -> str:
        """Return a program that a package has for this kind of machine: ("@anthropic-ai/claude-code", "claude")."""
        found = [
            path for path in sorted(self.folder.glob(f"node_modules/{package}-linux-*/{program}")) if path.is_file()
        ]
        assert found, f"{package} has no {program} for this machine"
        return str(found[0])

    def evaluate(self, script: str) -> Any:
        """Return what a script prints, which is JSON; its imports are the packages."""
        command = [str(self.folder / "node_modules" / ".bin" / "node"), "--input-type=module", "--eval", script]
        done = subprocess.run(command, capture_output=True, cwd=self.folder, timeout=LONGEST, check=True)
        return json.loads(done.stdout)

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """Return an environment with nothing in it of whoever runs the tests."""
        path = os.pathsep.join((str(self.folder / "node_modules" / ".bin"), os.defpath))
        own = {"PATH": path, "HOME": str(home), "TERM": "dumb", "NODE_COMPILE_CACHE": str(self.compiled)}
        return {**own, **more}

    def run(self, *command: str, home: Path, folder: Path, more: Mapping[str, str] | None = None) -> Outcome:
        """Run a program to its end, at home somewhere else and in a folder."""
        environment = self.environment(home, **(more or {}))
        program = shutil.which(command[0], path=environment["PATH"])
        assert program, f"{command[0]} is not there: {_MISSING}"
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=folder,
            env=environment,
            timeout=LONGEST,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Node 22 and what is installed beside it; a test fails where that is not there, and says what to do."""
    installed = _FOLDER / "installed.json"
    if not installed.is_file() or installed.read_bytes() != _WANTED.read_bytes():
        pytest.fail(_MISSING, pytrace=False)
    return Node(_FOLDER, tmp_path_factory.mktemp("compiled"))

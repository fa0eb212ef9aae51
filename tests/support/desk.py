"""A machine with real MCP clients on it: a home of its own, a project, and our command, which keeps what it is sent."""

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.child import Outcome
from support.node import LONGEST, Node

ROOT = Path(__file__).parents[2]
_COMMAND = """#!/bin/bash
# openapi-mcp, as it is started by clients; what they send is kept.
export PYTHONPATH={root}
exec {python} -P -c {run} "$@" < <(exec tee -a {frames})
"""
_RUN = "import sys; sys.argv[0] = {command!r}; from openapi_mcp.__main__ import main; main()"


@dataclass(frozen=True, slots=True)
class Desk:
    """A home and a project that nobody has used before."""

    node: Node
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def command(self) -> Path:
        """Our command, by its absolute path."""
        return self.folder / "bin" / "openapi-mcp"

    @property
    def frames(self) -> list[dict[str, Any]]:
        """What clients have sent to servers that they started, in order."""
        file = self.folder / "frames"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []

    def forget(self) -> None:
        """Forget what was sent until now."""
        (self.folder / "frames").unlink(missing_ok=True)

    def set_up(self) -> None:
        for folder in (self.home, self.project, self.command.parent):
            folder.mkdir(parents=True)
        run = _RUN.format(command=str(self.command))
        words = {"root": ROOT, "frames": self.folder / "frames", "python": sys.executable, "run": run}
        text = _COMMAND.format_map({name: shlex.quote(str(word)) for name, word in words.items()})
        self.command.write_text(text, encoding="utf-8")
        self.command.chmod(0o755)

    def write(self, path: str, value: Any) -> None:
        """Write a file of the home, as JSON where it is no text."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")

    def ours(self, *arguments: str) -> Outcome:
        """Run `openapi-mcp ARGUMENTS` in the project, as a person does."""
        done = subprocess.run(
            [str(self.command), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=self.project,
            env=self.node.environment(self.home, **self.more),
            timeout=LONGEST,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def run(self, *command: str, **more: str) -> Outcome:
        """Run a client in the project."""
        return self.node.run(*command, home=self.home, folder=self.project, more={**self.more, **more})

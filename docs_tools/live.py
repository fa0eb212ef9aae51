"""The example shop, running, and our command beside it in a home of its own, as a terminal shows it."""

import os
import pty
import re
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docs_tools.sample import write_sample

ROOT = Path(__file__).parents[1]
WIDTH = 100  # columns
SHOWN = "https://shop.example.com"
"""The address that stands for the shop's in what is shown."""
HOME = "/u/you"
"""The folder that stands for the home."""
_PLACE = ".local/bin/openapi-mcp"
_COMMAND = """\
#!{python}
import sys
sys.path.insert(0, "{root}")
from docs_tools.frozen import main
sys.exit(main())
"""
_SLOW = re.compile(r"^(?:loading|reading|making tools of) .+\n", re.MULTILINE)  # what only a slow machine sees
_SECONDS = re.compile(r"\b\d+\.\d s\b")  # how long a start took here
TOKEN = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True, slots=True)
class Live:
    """The shop's address, and a folder with a home and with the calls of a day."""

    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a command is started with: nothing of this machine but its programs."""
        home = str(self.folder)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        own = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CACHE_HOME": home, "SHOP_TOKEN": TOKEN, "TZ": "UTC"}
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": str(WIDTH), "LINES": "50"}
        return {**kept, **own, **terminal, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    def command(self, *words: str) -> list[str]:
        """Return how a command of ours is started: "https://shop.example.com" is the shop."""
        return [str(self.folder / _PLACE), *(word.replace(SHOWN, self.url) for word in words)]

    def said(self, *words: str) -> str:
        """Return what a command says on a terminal, colours and all; then what it says beside."""
        ours, its = pty.openpty()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                self.command(*words), env=self.environment, cwd=self.folder, stdout=its, stderr=errors
            )
            os.close(its)
            answer = _read(ours)
            process.wait()
            errors.seek(0)
            text = (answer + errors.read()).decode("utf-8").replace("\r\n", "\n")
        text = _SLOW.sub("", text)
        return _SECONDS.sub("1.0 s", text.replace(self.url, SHOWN).replace(str(self.folder), HOME))


@contextmanager
def live() -> Iterator[Live]:
    """Yield the shop, freshly seeded, ended afterwards."""
    running_shop = runpy.run_path(str(ROOT / "examples" / "demo.py"))["running_shop"]
    with tempfile.TemporaryDirectory(prefix="openapi-mcp-docs-") as name:
        folder = Path(name)
        write_sample(folder / "openapi-mcp" / "records.db")
        _put_command(folder / _PLACE)
        with running_shop(folder, TOKEN) as url:
            yield Live(url, folder)


def _put_command(file: Path) -> None:
    """Write the command as an installer would, at the place where a client is told to find it."""
    file.parent.mkdir(parents=True)
    file.write_text(_COMMAND.format(python=sys.executable, root=ROOT), encoding="utf-8")
    file.chmod(0o755)


def _read(terminal: int) -> bytes:
    """Return all that is written to a terminal until nobody holds it any more."""
    parts = list[bytes]()
    try:
        while part := os.read(terminal, 65_536):
            parts.append(part)
    except OSError:  # Linux tells the end of a terminal so
        pass
    os.close(terminal)
    return b"".join(parts)

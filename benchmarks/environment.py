"""Where benchmarks keep what they download, and environments with packages that the project itself does not need."""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "openapi-mcp-benchmarks"


def python_with(name: str, packages: Sequence[str]) -> Path:
    """Return the Python of an environment with these packages, made on first use; a half-made one is made again."""
    home = CACHE / name
    python, made = home / ("Scripts" if sys.platform == "win32" else "bin") / "python", home / "made"
    if not made.exists():
        print(f"installing {', '.join(packages)} into {home} (once)", flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        made.touch()
    return python

"""The machine that a client runs on, as a value: all that the places of its files depend on."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath


class System(StrEnum):
    """An operating system."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An operating system, a user's home on it, the environment, and the folder of the project that is worked in."""

    system: System
    home: str
    environ: Mapping[str, str]
    folder: str

    def path(self, text: str) -> PurePath:
        """Return a path of this system; another system's is no path of the one that we run on."""
        return PureWindowsPath(text) if self.system is System.WINDOWS else PurePosixPath(text)


def this_machine() -> Machine:
    """Return the machine that we run on."""
    systems = {"win32": System.WINDOWS, "darwin": System.MACOS}
    system = systems.get(sys.platform, System.LINUX)
    return Machine(system=system, home=str(Path.home()), environ=dict(os.environ), folder=str(Path.cwd()))

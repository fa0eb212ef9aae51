"""Packages that are not installed, as far as imports can tell."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any


class Without(MetaPathFinder):
    """Finds what the others find, except one package: as if it were not installed."""

    def __init__(self, package: str) -> None:
        self._package, self._others = package, tuple(sys.meta_path)

    def find_spec(self, name: str, *where: Any) -> ModuleSpec | None:
        if name == self._package:
            return None
        specs = (other.find_spec(name, *where) for other in self._others)
        return next((spec for spec in specs if spec is not None), None)

"""Whether Gemini CLI trusts a folder, decided as its version 0.61.0 does: its variables, its setting, its rules."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

Real = Callable[[PurePath], PurePath]
"""Returns a path with every link in it followed."""


def gemini_trusts(
    folder: PurePath, environ: Mapping[str, str], settings: Mapping[str, Any], rules: Mapping[str, Any], real: Real
) -> bool:
    """True where Gemini CLI starts servers in a folder; where nothing is said of it, it does not.

    ({"/u/ann": "TRUST_FOLDER", "/u/ann/x": "DO_NOT_TRUST"}) -> True for /u/ann/shop, False for /u/ann/x/y
    """
    told = environ.get("GEMINI_CLI_TRUST_WORKSPACE")
    if told == "false" or environ.get("GEMINI_RESTRICTED_MODE") == "true":
        return False
    if told == "true" or _asks_nobody(settings):
        return True
    fitting = max(_fitting(folder, rules, real), key=lambda rule: len(rule[0]), default=("", ""))
    return fitting[1] in ("TRUST_FOLDER", "TRUST_PARENT")


def _asks_nobody(settings: Mapping[str, Any]) -> bool:
    """True for {"security": {"folderTrust": {"enabled": false}}}."""
    security = settings.get("security")
    trust = security.get("folderTrust") if isinstance(security, dict) else None
    return isinstance(trust, dict) and trust.get("enabled") is False


def _fitting(folder: PurePath, rules: Mapping[str, Any], real: Real) -> Iterator[tuple[str, str]]:
    """Yield each rule, a path and what is said of it, that is about a folder or one above it."""
    for text, level in rules.items():
        path = type(folder)(text)
        if isinstance(level, str) and folder.is_relative_to(real(path.parent if level == "TRUST_PARENT" else path)):
            yield text, level

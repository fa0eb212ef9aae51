"""What was recorded, as the commands show it, and what lies in the files of the state folder, byte for byte."""

import base64
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from support.child import run_command

Shown = dict[str, Any]


def state_folder() -> Path:
    """Return the user's state folder of this program, as the test's environment has it."""
    return Path(os.environ["XDG_STATE_HOME"]) / "openapi-mcp"


def records_file() -> Path:
    """Return the file that records go to where nothing else is said."""
    return state_folder() / "records.db"


def history(*options: str, folder: Path) -> list[Shown]:
    """Return what `history --json` shows, but the newest call last."""
    ended = run_command("history", "--json", "--limit", "0", *options, folder=folder)
    assert ended.status == 0, ended.err
    calls: list[Shown] = ended.json["calls"]
    return calls[::-1]


def in_full(id: str, *options: str, folder: Path) -> Shown:
    """Return what `history ID --json` shows."""
    ended = run_command("history", id, "--json", *options, folder=folder)
    assert ended.status == 0, ended.err
    shown: Shown = ended.json
    return shown


def stats(*options: str, folder: Path) -> Shown:
    """Return what `stats --json` shows."""
    ended = run_command("stats", "--json", *options, folder=folder)
    assert ended.status == 0, ended.err
    shown: Shown = ended.json
    return shown


def files(folder: Path) -> list[Path]:
    """Return the files below a folder, journals of databases among them."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def holding(words: str, folder: Path) -> list[str]:
    """Return the files below a folder that hold some words, in any form that a message gives them."""
    forms = spellings(words)
    return [path.name for path in files(folder) if any(form in path.read_bytes() for form in forms)]


def spellings(words: str) -> set[bytes]:
    """Return how words stand in a text, a URL, a form, JSON or base64."""
    encoded = base64.b64encode(words.encode()).decode()
    texts = {words, quote(words, safe=""), quote_plus(words), json.dumps(words)[1:-1], encoded}
    return {text.encode() for text in texts}


def is_sound(database: Path) -> bool:
    """True for a SQLite file in which everything hangs together."""
    with closing(sqlite3.connect(database, timeout=20)) as opened:
        return bool(opened.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def numbers(calls: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the argument `n` of each call."""
    return [call["arguments"]["n"] for call in calls]

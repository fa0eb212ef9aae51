"""Documents in files that change, and what is told of it."""

import os
from pathlib import Path

import anyio

from openapi_mcp.app import App


def yaml(*operations: str) -> str:
    paths = "".join(f"  /{name}: {{get: {{operationId: {name}, responses: {{}}}}}}\n" for name in operations)
    return f"openapi: 3.1.0\ninfo: {{title: W, version: 1}}\nservers: [{{url: 'http://127.0.0.1:9'}}]\npaths:\n{paths}"


def put(file: Path, text: str) -> None:
    """Write at once, with a time of its own: two states of a file never look alike."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.utime(new, ns=(before + 10**9, before + 10**9))
    new.replace(file)


class Told:
    """The notices, and a way to wait for the next that holds some words."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = anyio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self._more.set()

    async def wait_for(self, words: str) -> str:
        with anyio.fail_after(30):
            while True:
                for line in self.lines:
                    if words in line:
                        self.lines.remove(line)
                        return line
                self._more = anyio.Event()
                await self._more.wait()


def names(app: App) -> list[str]:
    return [tool.name for tool in app.toolset.tools]

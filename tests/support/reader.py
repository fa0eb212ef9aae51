"""A reader who tries everything that a page shows, in order, in one shell."""

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path

from conftest import free_port

from support.foreign import foreign
from support.pages import Block, Step, difference, steps
from support.serving import Asked, listed_over_http, listed_over_stdio, wait_for_line
from support.shell import Said, Shell
from support.world import World

_SERVE = re.compile(r"(?:\w+=\S+ )*openapi-mcp serve\b(?P<http> http\b)?(?!.*--help)", re.DOTALL)
_ADDED = re.compile(r"(claude|codex|gemini) mcp add [^\n]*? -- (?P<command>.+)", re.DOTALL)
_LISTENS = r"(?:listening on|opens it once:?|running (?:on|at)|server at) +(?:http://)\S+?:(\d+)\D"
_API = re.compile(r"(uvicorn|fastapi|flask|python [\w./]+ runserver|python (?:main|app|server)\.py)\b")
_DASHBOARD = re.compile(r"openapi-mcp dashboard\b(?!.*--help)")
_GIVEN = re.compile(r"export \w+=(\.\.\.|['\"].*\.\.\..*|<.*>)$")
_ID = re.compile(r"\bk3vq9x2m4t7a\b")
_RUN = re.compile(r"\bp3w8k1zt9x2m\b")


class NotSo(AssertionError):
    """What a page shows is not so."""


@dataclass(slots=True)
class Reader:
    """What a reader has open: a shell, and what the page's commands left running."""

    world: World
    shell: Shell
    left_out: list[str] = field(default_factory=list)

    def tries(self, block: Block) -> None:
        """Do what a block says: run its commands, or write the file that it is.

        Raises:
            NotSo: a command ends otherwise, or says something else, than the page shows.
        """
        if block.language == "console":
            for step in steps(block):
                self._try(step)
        elif block.file and not block.file.startswith("."):
            self._write(block)

    def _write(self, block: Block) -> None:
        file = Path(block.file.replace("~", str(self.world.home), 1))
        if not file.is_absolute():
            file = Path(self.shell.folder()) / file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.world.real(block.text), encoding="utf-8")

    def _try(self, step: Step) -> None:
        if added := _ADDED.match(step.command):
            step = replace(step, command=added["command"], shown=())
        if foreign(step.command) or _GIVEN.match(step.command):
            self.left_out.append(step.command)
            return
        self._compare(step, self._done(step))

    def _done(self, step: Step) -> Said:
        if found := _SERVE.match(step.command):
            return self._serve_http(step) if found["http"] else self._serve(step)
        if _DASHBOARD.match(step.command):
            return self._begin(step, f"{self._real(step.command)} --no-open --port 0", "8800")
        if _API.match(step.command):
            return self._begin(step, _on_free_port(self._real(step.command)), _port(step.command, _usual(step.command)))
        return self.shell.run(self._real(step.command))

    def _real(self, text: str) -> str:
        text = _RUN.sub(lambda _: self._newest("run"), text)
        return self.world.real(_ID.sub(lambda _: self._newest("id"), text))

    def _newest(self, key: str) -> str:
        """Return the id, or the run, of the newest call that is recorded: it stands for the one that a page names."""
        said = self.shell.run("openapi-mcp history --limit 1 --json --quiet")
        return str(json.loads("\n".join(said.lines))["calls"][0][key])

    def _compare(self, step: Step, said: Said) -> None:
        whole = "\n".join(said.lines)
        if (said.status != 0) != step.fails:
            raise NotSo(f"{step.place}: `{step.command}` ended with {said.status}:\n{whole}")
        missing = difference(tuple(self.world.real(line) for line in step.shown), said.lines)
        if missing is not None:
            raise NotSo(f"{step.place}: `{step.command}` does not say\n  {missing}\nit says:\n{whole}")

    def _serve(self, step: Step) -> Said:
        """Start a server over stdio as a client does, and list its tools."""
        tools, lines = listed_over_stdio(self._real(step.command), self.shell.environment(), self.shell.folder())
        return Said(0 if tools else 1, lines)

    def _serve_http(self, step: Step) -> Said:
        """Start a server over HTTP, list its tools, and leave it running for the rest of the page."""
        words = shlex.split(self._real(step.command).replace("\\\n", " "), comments=True)
        said = self._begin(step, shlex.join([*words, "--port", "0"]), _port(step.command, "8800"))
        if said.status:
            return said
        port = self.world.ports[_port(step.command, "8800")]
        asked = Asked(url=f"http://127.0.0.1:{port}{after(words, '--path') or '/mcp'}", token=self._token(words))
        return Said(0 if listed_over_http(asked) else 1, said.lines)

    def _token(self, words: list[str]) -> str:
        """Return what a client of this server brings, or ""."""
        if "--oauth-issuer" in words:
            return self.world.access_token(after(words, "--public-url"))
        kind, _, rest = after(words, "--endpoint-token").partition(":")
        if kind == "file":
            return Path(rest).read_text(encoding="utf-8").strip()
        return self.shell.environment()[rest] if kind == "env" else kind

    def _begin(self, step: Step, command: str, port: str) -> Said:
        """Start what listens at a port, and let the page's port stand for the one that it took."""
        file = self.shell.begin(command)
        found = wait_for_line(file, _LISTENS)
        if found:
            self.world.ports[port] = int(found[1])
        return Said(0 if found else 1, file.read_text(encoding="utf-8").splitlines())


def after(words: list[str], option: str) -> str:
    """Return the value of an option among words, or ""."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def _on_free_port(command: str) -> str:
    """Return a command that starts an API at a free port; Django's takes none by itself."""
    if " runserver" in command:
        return f"{command.partition(' runserver')[0]} runserver --noreload 127.0.0.1:{free_port()}"
    return f"{command} --port 0"


def _usual(command: str) -> str:
    """Return the port that an API is started at where none is named."""
    return "5000" if command.startswith("flask") else "8000"


def _port(command: str, default: str) -> str:
    found = re.search(r"(?:--port[ =]|-p |127\.0\.0\.1:|localhost:|runserver )(\d+)", command)
    return found[1] if found else default

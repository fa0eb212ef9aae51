"""Every entry of ours examined: looked at, started or reached as its client would, and the API behind it asked once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import anyio

from openapi_mcp import __version__, front
from openapi_mcp.clients.findings import Finding, Severity, found, of_call, of_failure, of_list, unread
from openapi_mcp.clients.found import Found, Installed
from openapi_mcp.clients.guard import guarded, is_strange, left_alone, without_loaders
from openapi_mcp.clients.known import KNOWN
from openapi_mcp.clients.launch import Given, Launch, Reference
from openapi_mcp.clients.look import folder_of, look
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.mending import Common, other_credential
from openapi_mcp.clients.question import question
from openapi_mcp.clients.reach import ReachError, reach
from openapi_mcp.clients.standing import can_start, doubles, standing, unset
from openapi_mcp.clients.start import StartError, start_and_ask
from openapi_mcp.clients.surroundings import surroundings
from openapi_mcp.clients.talk import Asked, Choose, Era, Listed, Question
from openapi_mcp.errors import ExitCode
from openapi_mcp.generator.stored import last_catalogue
from openapi_mcp.model.tool import Tool, WireTool
from openapi_mcp.progress import Progress

_AT_A_TIME = 2  # servers that are started at once: each of them wants a processor while it starts
_AT_LEAST, _AT_MOST = 60.0, 120.0  # seconds for a start, so that it can be said how much longer than its limit it took
_MODERN = frozenset(("claude-code",))  # mcp-facts.md section 1: it asks for discovery first; others were not tried
_MOST_KNOWN = 5000  # tools that are looked through for one that wants a credential
_LOOKS, _BETWEEN = 20, 0.1  # looks for the kept tools, and the seconds between two


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """An entry and what was found: what it listed and what the API answered, None where it did not come to that.

    `said` is the end of what a server that did not start wrote on stderr, masked.
    """

    installed: Installed
    findings: tuple[Finding, ...]
    listed: Listed | None = None
    asked: Asked | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All entries examined, and the findings about files that could not be read."""

    servers: tuple[Examined, ...]
    files: tuple[Finding, ...] = ()

    @property
    def findings(self) -> Iterator[Finding]:
        """Every finding, those of files last."""
        for server in self.servers:
            yield from server.findings
        yield from self.files


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """Examines entries on a machine; `asks` the API behind them, or does not.

    An entry of a project's file may be a stranger's. It is started only where `is_named` says that a person named it.
    """

    machine: Machine
    asks: bool
    common: Common
    is_named: bool = False

    async def report(self, all_found: Found, progress: Progress | None = None) -> Report:
        """Return what is right and wrong with every entry, in their order."""
        servers = all_found.servers
        done: dict[int, Examined] = {}
        limiter, under_way = anyio.CapacityLimiter(_AT_A_TIME), _UnderWay(progress)

        async def one(index: int) -> None:
            async with limiter:
                with under_way.working_on(servers[index]):
                    done[index] = await self.examine(servers[index])

        async with anyio.create_task_group() as tasks:
            for index in range(len(servers)):
                tasks.start_soon(one, index)
        return _together([done[index] for index in range(len(servers))], all_found)

    async def examine(self, installed: Installed) -> Examined:
        """Return what is right and wrong with an entry."""
        warned, installed = tuple(guarded(installed)), without_loaders(installed)
        looked = look(installed, self.machine)
        first = Examined(installed=installed, findings=(*standing(installed, looked, self.machine), *warned))
        if isinstance(installed.target, Launch) and not can_start(looked):
            return first
        if is_strange(installed) and not self.is_named:
            return replace(first, findings=(*first.findings, left_alone(installed)))
        if KNOWN[installed.client].asks and unset(installed, self.machine):
            return first
        return await self._visited(first)

    async def _visited(self, first: Examined) -> Examined:
        installed = first.installed
        try:
            listed, asked = await self._visit(installed)
        except (StartError, ReachError) as error:
            said = error.said if isinstance(error, StartError) else ""
            if error.exit_code is ExitCode.CREDENTIALS and _lacks_variable(first):
                return replace(first, said=said)  # the server says of the variable what was said already
            failed = of_failure(installed, error, said, self.common, self._credential(installed))
            return replace(first, findings=(*first.findings, failed), said=said)
        more = list(of_list(installed, listed, self.common))
        if self.asks:
            more.append(of_call(installed, asked, self._credential(installed), self.common))
        else:
            more.append(found(installed, "api", Severity.OK, "the API was not asked (--no-call)"))
        return replace(first, findings=(*first.findings, *more), listed=listed, asked=asked)

    async def _visit(self, installed: Installed) -> tuple[Listed, Asked | None]:
        client, target = KNOWN[installed.client], installed.target
        era: Era = "modern" if client.name in _MODERN else "legacy"
        seconds = min(max(client.seconds_to_start, _AT_LEAST), _AT_MOST)
        if not isinstance(target, Launch):
            headers = {name: _value(given, self.machine.environ) for name, given in target.headers.items()}
            choose = self._choose({}, ())
            return await reach(target.url, headers, seconds, era=era, choose=choose)
        environ = surroundings(client, target, self.machine).environ
        start = replace(target, cwd=folder_of(installed, self.machine))
        choose = self._choose(environ, target.args, start.cwd)
        return await start_and_ask(start, environ, seconds, era=era, choose=choose)

    def _choose(self, environ: Mapping[str, str], args: Sequence[str], folder: str | None = None) -> Choose | None:
        return partial(_question, environ, args, folder or "") if self.asks else None

    def _credential(self, installed: Installed) -> str:
        return other_credential(installed, self.machine.system)


class _UnderWay:
    """The entries that are being examined, for the line that tells of it."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._names: list[str] = []

    @contextmanager
    def working_on(self, installed: Installed) -> Iterator[None]:
        name = f"{installed.name} as {KNOWN[installed.client].title} does"
        self._names.append(name)
        self._tell()
        yield
        self._names.remove(name)
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None and self._names:
            self._progress.at = f"starting {', '.join(self._names)}"


def _lacks_variable(first: Examined) -> bool:
    """True where a variable is not there; a server that wants it cannot start for that reason."""
    return any(one.rule == "variable" and one.severity is Severity.ERROR for one in first.findings)


def _value(given: Given, environ: Mapping[str, str]) -> str:
    return given.before + environ.get(given.variable, "") if isinstance(given, Reference) else given


async def _question(
    environ: Mapping[str, str], args: Sequence[str], folder: str, tools: tuple[WireTool, ...]
) -> Question | None:
    """Return the call that is made; a server keeps its tools for its next start soon after it has listed them."""
    key = _catalogue(environ, args, folder)
    known: tuple[Tool, ...] = ()
    for _ in range(_LOOKS if key else 0):
        if known := _kept(key):
            break
        await anyio.sleep(_BETWEEN)
    return question(tools, known)


def _catalogue(environ: Mapping[str, str], args: Sequence[str], folder: str) -> Path | None:
    """Return the file in which a server of this command line keeps its tools; None where it keeps none."""
    if "serve" not in args:
        return None
    words = args[args.index("serve") :]
    try:
        where = front.catalogue_folder(words, environ, folder)
        key = front.catalogue_key(words[1:], environ, folder, __version__)
    except (OSError, ValueError):  # words that are no Unicode text
        return None
    return Path(where) / f"{key}{front.SUFFIX}" if where else None


def _kept(file: Path | None) -> tuple[Tool, ...]:
    stored = last_catalogue(file)
    if stored is None:
        return ()
    try:
        return tuple(stored.toolset.tools[:_MOST_KNOWN])
    finally:
        stored.close()


def _together(servers: Sequence[Examined], all_found: Found) -> Report:
    """Return the report, with what only shows beside others."""
    twice = {(each.client, each.file, each.server): each for each in doubles([one.installed for one in servers])}

    def with_double(one: Examined) -> Examined:
        double = twice.get((one.installed.client, one.installed.file, one.installed.name))
        return one if double is None else replace(one, findings=(*one.findings, double))

    files = tuple(unread(problem) for problem in all_found.problems)
    return Report(servers=tuple(map(with_double, servers)), files=files)

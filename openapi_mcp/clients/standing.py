"""What can be said of an entry without starting it: its command, its files, what it refers to, who may read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from openapi_mcp.clients.findings import Finding, Severity, found
from openapi_mcp.clients.found import Installed
from openapi_mcp.clients.hidden import clear_variables, named_in, options_of, parts_in_clear
from openapi_mcp.clients.known import KNOWN, Passes, Scope
from openapi_mcp.clients.launch import Launch, Reference, Remote, references
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.mending import (
    again,
    away,
    both,
    edit,
    header_variable,
    is_name,
    private,
    served,
    set_variable,
    tell_desktop,
    variable_for,
)
from openapi_mcp.clients.surroundings import surroundings
from openapi_mcp.clients.urls import has_secret

_FROM_DESKTOP = frozenset(("claude-desktop", "cursor", "vscode", "windsurf", "zed"))
_FILES = ("--spec", "-s", "--config", "--overlay", "--workflow", "--ca-bundle", "--client-cert", "--client-key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look at the machine says of an entry.

    `command` is the file that its command is, None where there is none; `interpreter` the program that this file wants
    and that is gone; `absent` the files it names that are not there; `is_shared` is true where others may read the
    client's file; `is_trusted` whether the client has been told that it may use the entry in this folder, None where
    that cannot be seen or nobody asks.
    """

    command: str | None = None
    interpreter: str = ""
    absent: tuple[str, ...] = ()
    is_shared: bool = False
    is_trusted: bool | None = None


def standing(installed: Installed, looked: Looked, machine: Machine) -> Iterator[Finding]:
    """Yield what is wrong with an entry as it stands."""
    if isinstance(installed.target, Launch):
        yield from _command(installed, installed.target, looked)
        yield from _files(installed, installed.target, looked, machine)
    yield from _references(installed, machine)
    yield from _secrets(installed, looked, machine)
    yield from _trust(installed, looked)


def can_start(looked: Looked) -> bool:
    """True where there is a command to start."""
    return looked.command is not None and not looked.interpreter


def _command(installed: Installed, launch: Launch, looked: Looked) -> Iterator[Finding]:
    path, title = PurePath(launch.command), KNOWN[installed.client].title
    if looked.command is None:
        what = f"its command is gone: {launch.command}"
        yield found(installed, "command", Severity.ERROR, what, again(installed))
    elif looked.interpreter:
        what = f"its command {launch.command} wants {looked.interpreter}, which is gone: its environment was moved"
        yield found(installed, "command", Severity.ERROR, what, again(installed))
    elif not path.is_absolute() and len(path.parts) > 1:
        what = f"its command {launch.command} is found from one folder only; {title} may start it in another"
        yield found(installed, "command", Severity.WARNING, what, again(installed))
    elif not path.is_absolute() and installed.client in _FROM_DESKTOP:
        what = f"its command {launch.command} is looked up on PATH; {title}, started from the desktop, has another"
        yield found(installed, "command", Severity.WARNING, what, again(installed))


def files_of(args: Sequence[str]) -> Iterator[str]:
    """Yield the files that the words of a command line name: `--config x.toml`, `--bearer file:key`."""
    words = served(args)
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        value = value if equals else next(iter(words[index + 1 : index + 2]), "")
        if name in _FILES and value not in ("", "-") and "://" not in value and "=" not in value:
            yield value
    for _, value in options_of(words):
        if "file:" in value:
            yield value.partition("file:")[2]


def _files(installed: Installed, launch: Launch, looked: Looked, machine: Machine) -> Iterator[Finding]:
    for file in looked.absent:
        what = f"a file that it names is not there: {file}; put it back, or take the entry out"
        yield found(installed, "named-file", Severity.ERROR, what, away(installed))
    for file in files_of(launch.args):
        if file not in looked.absent and not machine.path(file).is_absolute() and launch.cwd is None:
            what = f"{file} is found from one folder only; {KNOWN[installed.client].title} may start it in another"
            yield found(installed, "named-file", Severity.WARNING, what, again(installed, folder=machine.folder))


def _references(installed: Installed, machine: Machine) -> Iterator[Finding]:
    client, target = KNOWN[installed.client], installed.target
    if client.asks:
        yield from _asked_for(installed, machine)
        return
    for reference in references(target):
        yield from _reference(installed, reference, machine)
    if isinstance(target, Launch):
        environ = surroundings(client, target, machine).environ
        for option, name in named_in(target.args):
            if not environ.get(name) and not isinstance(target.env.get(name), Reference):
                yield _not_passed(installed, option, name, machine)


def _asked_for(installed: Installed, machine: Machine) -> Iterator[Finding]:
    for name in unset(installed, machine):
        what = f"{KNOWN[installed.client].title} asks you for {name} itself; to have it tried here, set it"
        yield found(installed, "variable", Severity.OK, what, set_variable(name, machine.system))


def unset(installed: Installed, machine: Machine) -> list[str]:
    """Return the variables that an entry refers to and that are not set here."""
    return [each.variable for each in references(installed.target) if not machine.environ.get(each.variable)]


def _reference(installed: Installed, reference: Reference, machine: Machine) -> Iterator[Finding]:
    name, title = reference.variable, KNOWN[installed.client].title
    if not is_name(name):
        what = f"it refers to the variable {name}, which is no name that a variable can have"
        yield found(installed, "variable", Severity.ERROR, what, edit(installed.file))
    elif not machine.environ.get(name):
        what = f"it refers to the variable {name}, which is not set here"
        yield found(installed, "variable", Severity.ERROR, what, set_variable(name, machine.system))
    elif installed.client in _FROM_DESKTOP:
        what = f"{name} is set in this shell; {title}, started from the desktop, may not have it"
        yield found(installed, "variable", Severity.WARNING, what, tell_desktop(name, machine.system))


def _not_passed(installed: Installed, option: str, name: str, machine: Machine) -> Finding:
    client = KNOWN[installed.client]
    if not machine.environ.get(name):
        what = f"{option} names the variable {name}, which is not set here"
        return found(installed, "variable", Severity.ERROR, what, set_variable(name, machine.system))
    some = "all but what looks like a secret" if client.passes is Passes.NO_SECRETS else "only a few variables"
    what = f"{option} names the variable {name}: it is set here, but {client.title} passes on {some}"
    more = () if client.reference else ("--write-secrets",)
    return found(installed, "variable", Severity.ERROR, what, again(installed, *more))


def _secrets(installed: Installed, looked: Looked, machine: Machine) -> Iterator[Finding]:
    clear = list(_in_clear(installed))
    for where, variable in clear:
        mend = both(set_variable(variable, machine.system), again(installed), machine.system)
        yield _secret(installed, where, mend)
    for where in _in_urls(installed):
        clear.append((where, ""))
        yield _secret(installed, where, edit(installed.file))
    if clear and looked.is_shared:
        what = "others on this machine can read the file, and the secret in it"
        yield found(installed, "readable", Severity.ERROR, what, private(installed.file, machine.system))


def _secret(installed: Installed, where: str, mend: str) -> Finding:
    client = KNOWN[installed.client]
    what = f"a secret stands in clear in the file, in {where}"
    if installed.scope is Scope.PROJECT:
        return found(installed, "secret", Severity.ERROR, f"{what}, and goes with the project to others", mend)
    if client.reference is None:
        keeps = f"{what}; {client.title} has no references to variables: file:PATH as its value keeps it out"
        return found(installed, "secret", Severity.OK, keeps)
    return found(installed, "secret", Severity.WARNING, f"{what}; a reference to a variable would do", mend)


def _in_clear(installed: Installed) -> Iterator[tuple[str, str]]:
    """Yield where a secret stands, and the variable that it should stand in instead."""
    target = installed.target
    if isinstance(target, Remote):
        for name, value in target.headers.items():
            if isinstance(value, str) and value:
                yield f"the header {name}", header_variable(installed, name)
        return
    for option, value in options_of(target.args):
        if any(parts_in_clear(option, value)):
            yield option, variable_for(installed, option)
    for name, _ in clear_variables(target):
        yield f"the variable {name}", name if is_name(name) else variable_for(installed, name)


def _in_urls(installed: Installed) -> Iterator[str]:
    """Yield where a URL holds what may be a secret: the URL itself, or the option that it stands behind."""
    target = installed.target
    if isinstance(target, Remote):
        yield from ("its URL",) if has_secret(target.url) else ()
        return
    told = {value for _, value in options_of(target.args)}
    before = ""
    for word in target.args:
        if has_secret(word) and word not in told and word.partition("=")[2] not in told:
            option = word.partition("=")[0] if word.startswith("-") else before
            yield f"the URL of {option}" if option.startswith("-") else "a URL"
        before = "" if "=" in word else word


def _trust(installed: Installed, looked: Looked) -> Iterator[Finding]:
    client = KNOWN[installed.client]
    if installed.client == "gemini" and looked.is_trusted is False:
        what = f"{client.title} does not trust this folder and starts no server in it, until you say that you trust it"
        yield found(installed, "trust", Severity.WARNING, what, _TRUSTING[installed.client])
        return
    if installed.scope is not Scope.PROJECT or looked.is_trusted:
        return
    severity = Severity.OK if looked.is_trusted is None else Severity.WARNING
    what = f"it stands in a project's file: {client.next_step(installed.scope)}"
    yield found(installed, "trust", severity, what, _TRUSTING.get(installed.client, ""))


_TRUSTING = {"claude-code": "claude", "codex": "codex", "gemini": "gemini", "copilot-cli": "copilot"}


def doubles(servers: Sequence[Installed]) -> Iterator[Finding]:
    """Yield a finding for each entry whose API a client has already, by another name or in another file.

    Of two of one name a client uses one, that of the nearer scope: nothing is paid twice, the own copy is idle.
    """
    first: dict[tuple[str, str], Installed] = {}
    for installed in servers:
        for api in _apis(installed):
            before = first.setdefault((installed.client, api), installed)
            if before is not installed:
                yield _again(before, installed)
                break


def _again(before: Installed, installed: Installed) -> Finding:
    title = KNOWN[installed.client].title
    if before.name == installed.name:
        own = before if installed.scope is Scope.PROJECT else installed
        what = f"{before.file} has an entry of this name too; {title} uses one of them, that of the nearer scope"
        return found(installed, "twice", Severity.OK, what, away(own))
    what = f"{title} has this API twice: also as {before.name} in {before.file}; each costs its list"
    return found(installed, "twice", Severity.WARNING, what, away(installed))


def _apis(installed: Installed) -> Iterator[str]:
    """Yield what an entry's APIs are known by: their documents, or the URL of the server."""
    target = installed.target
    if isinstance(target, Remote):
        yield target.url
        return
    words = list(served(target.args))
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in ("--spec", "-s", "--spec-command"):
            yield value if equals and name.startswith("--") else next(iter(words[index + 1 : index + 2]), "")

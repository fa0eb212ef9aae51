"""The commands that mend what is wrong with an entry, as a person can run them."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from openapi_mcp.clients.found import Installed
from openapi_mcp.clients.hidden import clear_variables, named_in, options_of, parts_in_clear
from openapi_mcp.clients.known import KNOWN
from openapi_mcp.clients.launch import Launch, Reference, Remote, references
from openapi_mcp.clients.machine import System
from openapi_mcp.clients.urls import shown_word

_COMMAND = "openapi-mcp"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def again(installed: Installed, *more: str, folder: str | None = None) -> str:
    """Return the command that writes an entry anew, with what else is to be said.

    A secret that stands in the entry is a reference to a variable there: --bearer env:SHOP_BEARER. One in a URL is
    `***`, for its person to put in.
    """
    words = [_COMMAND, "install", installed.client, "--scope", installed.scope.value, "--name", installed.name]
    line = _line([*words, *_but(_options(installed), *more), *more])
    return f"cd {shlex.quote(folder)} && {line}" if folder else line


def _but(words: Sequence[str], option: str = "", *value: str) -> Iterator[str]:
    """Yield the words without an option that is given anew: (["--mode", "tools", "-s", "x"], "--mode", "search")."""
    left = iter(words)
    for word in left:
        name, equals, _ = word.partition("=")
        if not value or name != option:
            yield word
        elif not equals:
            next(left, None)


def away(installed: Installed) -> str:
    """Return the command that takes an entry out."""
    of = ["--name", installed.name, "--scope", installed.scope.value]  # a name in front might be read as a client's
    return _line([_COMMAND, "uninstall", installed.client, *of])


def look_again(installed: Installed) -> str:
    """Return the command that looks at an entry once more."""
    return _line([_COMMAND, "doctor", installed.client, "--name", installed.name])


Common = Mapping[str, bool]
"""The options that all commands about a document take, and whether each is followed by a value."""


def ours(installed: Installed, command: str, common: Common, *more: str) -> str:
    """Return another command of ours, with what the entry says of document, tools and credentials."""
    return _line([_COMMAND, command, *_kept(_options(installed), common), *more])


def _kept(words: Sequence[str], common: Common) -> Iterator[str]:
    left = iter(words)
    for word in left:
        name, equals, _ = word.partition("=")
        if name in common:
            yield word
            if common[name] and not equals:
                yield from islice(left, 1)


def other_credential(installed: Installed, system: System) -> str:
    """Return the command that gives an entry another credential: its variable's value anew, or one to begin with.

    A value that stands in the entry itself is not changed by a variable: the entry is written anew.
    """
    target = installed.target
    names = [each.variable for each in references(target) if is_name(each.variable)]
    if isinstance(target, Launch):
        names += [name for _, name in named_in(target.args) if is_name(name)]
    if not any(references(target)) and (held := _held(installed)):
        more = () if KNOWN[installed.client].reference else ("--write-secrets",)
        return both(set_variable(held, system), again(installed, *more), system)
    if names:
        return set_variable(names[0], system)
    name = variable_for(installed, "--bearer")
    return both(set_variable(name, system), again(installed, "--bearer", f"env:{name}"), system)


def _held(installed: Installed) -> str:
    """Return the variable for a secret that stands in the entry itself; empty where none does."""
    target = installed.target
    if isinstance(target, Remote):
        clear = (header_variable(installed, name) for name, given in target.headers.items() if isinstance(given, str))
        return next(clear, "")
    named = (name for _, name in named_in(target.args) if isinstance(target.env.get(name), str))
    said = (
        variable_for(installed, name) for name, value in options_of(target.args) if any(parts_in_clear(name, value))
    )
    return next(chain(named, said, (name for name, _ in clear_variables(target))), "")


def both(first: str, then: str, system: System) -> str:
    """Return one command and another behind it."""
    return f"{first}{'; ' if system is System.WINDOWS else ' && '}{then}"


def edit(file: str) -> str:
    """Return the command that opens a file."""
    return f"${{EDITOR:-vi}} {shlex.quote(file)}"


def is_name(text: str) -> bool:
    """True for what a shell takes as the name of a variable. A client's file may have any text there: "X;rm -rf ."."""
    return _NAME.fullmatch(text) is not None


def _as_name(text: str) -> str:
    """Return a text as the name of a variable, so that none of it is anything else to a shell: "X;rm" -> "X_rm"."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text) or "_"
    return f"_{name}" if name[0].isdigit() else name


def set_variable(name: str, system: System) -> str:
    """Return the command that asks for a variable's value and sets it, so that it stands in no history."""
    name = _as_name(name)
    if system is System.WINDOWS:
        return f"$env:{name} = Read-Host {name}"
    return f"read -rs {name} && export {name}"


def tell_desktop(name: str, system: System) -> str:
    """Return the command that gives a variable of this shell to applications started from the desktop."""
    name = _as_name(name)
    match system:
        case System.MACOS:
            return f'launchctl setenv {name} "${name}"'
        case System.WINDOWS:
            return f"setx {name} $env:{name}"
        case System.LINUX:
            return f"systemctl --user import-environment {name}"


def private(file: str, system: System) -> str:
    """Return the command after which this user alone can read a file."""
    if system is System.WINDOWS:
        return f'icacls "{file}" /inheritance:r /grant:r "$env:USERNAME:F"'
    return f"chmod 600 {shlex.quote(file)}"


def variable_for(installed: Installed, option: str) -> str:
    """Return a name for the variable that is to hold a secret: ("shop", "--bearer") -> "SHOP_BEARER"."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", f"{installed.name}_{option.strip('-')}").strip("_").upper()
    return _as_name(name)


def _options(installed: Installed) -> Sequence[str]:
    target = installed.target
    if isinstance(target, Launch):
        return tuple(_referring(installed, served(target.args)))
    return ("--url", shown_word(target.url), *_header_options(installed, target))


def _header_options(installed: Installed, remote: Remote) -> Iterator[str]:
    """Yield the headers as `install --url` takes them, each as a reference to a variable."""
    for name, given in remote.headers.items():
        variable = given.variable if isinstance(given, Reference) else header_variable(installed, name)
        is_token = name.lower() == "authorization"
        yield from ("--bearer", f"env:{variable}") if is_token else ("--header", f"{name}: env:{variable}")


def header_variable(installed: Installed, header: str) -> str:
    """Return a name for the variable that is to hold a header: ("shop", "X-Key") -> "SHOP_X_KEY"."""
    return variable_for(installed, "bearer" if header.lower() == "authorization" else header)


def served(args: Sequence[str]) -> Sequence[str]:
    """Return what stands behind `serve` and its transport.

    ("-m", "openapi_mcp", "serve", "--spec", "x") -> ("--spec", "x")
    """
    words = list(args[args.index("serve") + 1 :]) if "serve" in args else list(args)
    return words[1:] if words[:1] == ["stdio"] else words


def _referring(installed: Installed, words: Sequence[str]) -> Iterator[str]:
    """Yield the words with a reference in place of each secret."""
    clear = {part: option for option, value in options_of(words) for part in parts_in_clear(option, value)}
    for word in words:
        for part, option in clear.items():
            if word.endswith(part):
                word = f"{word.removesuffix(part)}env:{variable_for(installed, option)}"
                break
        yield shown_word(word)


def _line(words: Sequence[str]) -> str:
    return shlex.join(words)

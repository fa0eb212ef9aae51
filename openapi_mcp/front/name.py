"""Under which name a catalogue is kept, and where: of what decides the list, without a secret, and nothing imported.

Options, variables and the config file are read as config.py and apis.py would read them.
"""

import json
import os
import sys
from itertools import pairwise

from openapi_mcp.front.folder import is_of_no_folder
from openapi_mcp.front.kept import FORMAT

TYPE_CHECKING = False  # as typing has it, without importing typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

PREFIX = "OPENAPI_MCP_"
SWITCHES = "switches.json"
SECRET_OPTIONS = (
    "--bearer",
    "--token",
    "--basic",
    "--api-key",
    "--auth",
    "--header",
    "-H",
    "--client-secret",
    "--endpoint-token",
    "--records",
    "--redis",
    "--shared-key",
    "--model-key",
)
"""The options whose value is a secret, unless it is `env:NAME` or `file:PATH`."""
_SECRET_VARIABLES = tuple(each[2:].upper().replace("-", "_") for each in SECRET_OPTIONS if each.startswith("--"))


def catalogue_key(arguments: "Sequence[str]", environ: "Mapping[str, str]", folder: str, version: str) -> str:
    """Return the digest of what decides the list, and with it the catalogue's name.

    That is: arguments, our environment variables, the config file's state, the working folder where that has a part in
    it, and our own version and files; of credentials only that they are given, and under which name.
    """
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes longer to load than all we do here

    file = _config_file(arguments, environ, folder)
    apis = frozenset(_api_names(arguments, environ, file))
    words = list(_without_secrets(arguments, apis))
    variables = sorted(_variable(name, value, apis) for name, value in environ.items() if name.startswith(PREFIX))
    settings = state(file)
    place = folder if settings or not is_of_no_folder(folder, words, variables) else ""
    said = [FORMAT, version, _build(), place, words, variables, settings]
    return blake2b(json.dumps(said).encode(), digest_size=20).hexdigest()


def _build() -> "list[Any]":
    """Return the state of our own files: an upgrade, or a change to a checkout, makes other lists."""
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = []
    with os.scandir(top) as rooms:
        for room in rooms:
            if room.name.endswith(".py"):
                found.append((room.name, room.stat().st_mtime_ns, room.stat().st_size))
            elif room.is_dir() and room.name != "__pycache__":
                with os.scandir(room.path) as files:
                    found += [
                        (f"{room.name}/{file.name}", file.stat().st_mtime_ns, file.stat().st_size)
                        for file in files
                        if file.name.endswith(".py")
                    ]
    return sorted(found)


def state(path: str) -> "list[Any]":
    """Return a file's absolute path, mtime in ns and size; empty where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return []
    return [os.path.abspath(path), found.st_mtime_ns, found.st_size]


def default_folder(environ: "Mapping[str, str]") -> str:
    """Return the folder of our catalogues, by the platform's convention."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA") or f"{home}\\AppData\\Local"
    elif sys.platform == "darwin":
        base = f"{home}/Library/Caches"
    else:
        base = environ.get("XDG_CACHE_HOME") or f"{home}/.cache"
    return os.path.join(base, "openapi-mcp")


def user_folder(environ: "Mapping[str, str]") -> str:
    """Return the folder of what we keep for this user from one day to the next, by the platform's convention."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA") or f"{home}\\AppData\\Local"
    elif sys.platform == "darwin":
        base = f"{home}/Library/Application Support"
    else:
        base = environ.get("XDG_STATE_HOME") or f"{home}/.local/state"
    return os.path.join(base, "openapi-mcp")


def switches_state(environ: "Mapping[str, str]") -> "list[Any]":
    """Return the state of the file that says which tools are switched off (switches.py)."""
    return state(os.path.join(user_folder(environ), SWITCHES))


def catalogue_folder(arguments: "Sequence[str]", environ: "Mapping[str, str]", folder: str) -> str | None:
    """Return where the catalogue is looked for; None where none is wanted. As config.py would read the options."""
    said = {name: environ.get(f"{PREFIX}{name.upper()}", "") for name in ("cache_dir", "no_catalogue")}
    if not all(said.values()):
        for name, value in _from_file(_config_file(arguments, environ, folder)).items():
            said[name] = said[name] or value
    if "--no-catalogue" in arguments or said["no_catalogue"].lower() in ("1", "true", "yes", "on"):
        return None
    named = _option(arguments, "--cache-dir") or said["cache_dir"].strip()
    return os.path.expanduser(named) if named else default_folder(environ)


def _from_file(path: str) -> "dict[str, str]":
    """Return our two settings from the config file, which is only parsed where it mentions them."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        if not any(word in data for word in (b"cache", b"catalogue")):
            return {}
        import tomllib

        values = {key.replace("-", "_"): value for key, value in tomllib.loads(data.decode()).items()}
    except (OSError, ValueError, RecursionError):
        return {}
    return {name: str(values[name]) for name in ("cache_dir", "no_catalogue") if name in values}


def _option(arguments: "Sequence[str]", name: str) -> str:
    found = ""
    for index, argument in enumerate(arguments):
        if argument == name:
            found = arguments[index + 1] if index + 1 < len(arguments) else ""
        elif argument.startswith(f"{name}="):
            found = argument[len(name) + 1 :]
    return found


def _config_file(arguments: "Sequence[str]", environ: "Mapping[str, str]", folder: str) -> str:
    named = _option(arguments, "--config") or environ.get(f"{PREFIX}CONFIG")
    return os.path.expanduser(named) if named else f"{folder}/openapi-mcp.toml"


def _api_names(arguments: "Sequence[str]", environ: "Mapping[str, str]", file: str) -> "Iterator[str]":
    """Yield the names that APIs have here, as apis.py would read them, and perhaps some that none has."""
    options = ("--spec", "-s", "--spec-command")
    texts = [text for before, text in pairwise(arguments) if before in options]
    texts += [
        argument.partition("=")[2] for argument in arguments if argument.startswith(("--spec=", "--spec-command="))
    ]
    texts += [argument[2:] for argument in arguments if argument.startswith("-s")]
    for name, value in environ.items():
        if name in (f"{PREFIX}SPEC", f"{PREFIX}SPEC_COMMAND"):
            texts += value.splitlines()
        elif name.startswith(f"{PREFIX}API_"):
            yield name[len(PREFIX) + 4 :].rpartition("_SPEC")[0].lower()
    for text in texts:
        name, equals, _ = text.partition("=")
        if equals:
            yield name.strip()
    yield from _tables(file)


def _tables(path: str) -> "Iterator[str]":
    """Yield the names of the `[api.NAME]` tables of a config file, which is not parsed for that."""
    try:
        with open(path, "rb") as file:
            lines = file.read().decode("utf-8", "replace").splitlines() if os.path.isfile(path) else []
    except OSError:
        return
    for line in lines:
        if line.lstrip().startswith("[api."):
            yield line.partition(".")[2].partition("]")[0].partition(".")[0].strip(" \"'")


def _without_secrets(arguments: "Sequence[str]", apis: "frozenset[str]") -> "Iterator[str]":
    of = ""
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if of:
            yield _label(of, argument, apis)
            of = ""
        elif name in SECRET_OPTIONS:
            yield name + (f"={_label(name, value, apis)}" if equals else "")
            of = "" if equals else name
        elif argument.startswith("-H"):
            yield f"-H{_label('-H', argument[2:], apis)}"
        else:
            yield argument


def _variable(name: str, value: str, apis: "frozenset[str]") -> tuple[str, str]:
    short = name[len(PREFIX) :]
    if short.startswith("AUTH_") or (short.startswith("API_") and "_AUTH_" in short):
        return name, _label("", value, apis)
    secret = next((each for each in _SECRET_VARIABLES if short == each or _is_of_api(short, each)), None)
    if secret is None:
        return name, value
    option = f"--{secret.lower()}"
    return name, "\n".join(_label(option, line, apis) for line in value.splitlines())


def _is_of_api(short: str, secret: str) -> bool:
    """True for the variable of a secret of one API: API_SHOP_BEARER."""
    return short.startswith("API_") and short.endswith(f"_{secret}")


def _label(option: str, value: str, apis: "frozenset[str]" = frozenset()) -> str:
    """Return what may be known of a credential: that it is a reference, and the API, header or scheme it is for."""
    api, mark, rest = value.partition("=")
    if mark and api.strip() in apis:
        return f"{api}={_label(option, rest.strip())}"
    if option in ("--header", "-H", "--auth"):
        name, mark, value = value.partition("=" if option == "--auth" else ":")
        return f"{name}{mark}{_label('', value.strip())}" if mark else ""
    return value if value.startswith(("env:", "file:")) else ""

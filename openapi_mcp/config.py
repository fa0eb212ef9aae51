"""Flags, environment, openapi-mcp.toml and defaults, merged into one frozen Config.

Every option has the same name everywhere: `--base-url`, `OPENAPI_MCP_BASE_URL`, `base_url = ...`. A credential may be
`env:NAME` or `file:PATH`; it is resolved when it is needed, and a file is read again when it is asked for again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openapi_mcp.errors import ConfigError, CredentialsError
from openapi_mcp.model.policy import ANY_CLIENT, ANY_METHOD, CLIENTS, METHODS, SAFE_METHODS, Limits
from openapi_mcp.model.secret import Secret
from openapi_mcp.model.url import origin, redact_url

PREFIX = "OPENAPI_MCP_"
FILE_NAME = "openapi-mcp.toml"
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CredentialLayer:
    """The credential options of one layer (config file, environment or flags), as they were written; no repr."""

    bearer: str | None = None
    token: str | None = None
    basic: str | None = None
    api_key: str | None = None
    header: tuple[str, ...] = ()
    auth: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an operator said. `credentials` are its layers, the strongest last."""

    spec: str | None = None
    spec_command: str | None = None
    base_url: str | None = None
    overlays: tuple[str, ...] = ()
    server_variables: Mapping[str, str] = field(default_factory=dict)
    files: str | None = None
    allow_remote_refs: bool = False
    methods: frozenset[str] = SAFE_METHODS
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    output_schemas: bool = False
    client: str = ANY_CLIENT
    select: bool = False
    token_scheme: str = "Token"  # noqa: S105  a word, no secret
    credentials: tuple[CredentialLayer, ...] = ()
    limits: Limits = field(default_factory=Limits)
    host: str = "127.0.0.1"
    port: int = 8800
    path: str = "/mcp"
    cache_dir: str | None = None
    no_catalogue: bool = False
    watch: bool = False
    refresh: float | None = None
    log_level: str = "warning"
    quiet: bool = False
    file: Path | None = None


def build_config(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Config:
    """Merge what was given; `flags` holds None for what was not. `folder` is where openapi-mcp.toml is looked for.

    Raises:
        ConfigError: an unknown key, a value of the wrong form, or a config file that cannot be read.
    """
    file = _config_file(flags, environ, folder)
    layers = [
        _Layer(values=_toml_values(file), named=lambda key: f"{file}: {key}"),
        _Layer(values=_environment_values(environ), named=lambda key: f"{PREFIX}{key.upper()}"),
        _Layer(values={k: v for k, v in flags.items() if v not in (None, [], ())}, named=_flag_name),
    ]
    merged = {key: value for layer in layers for key, value in layer.read().items()}
    _one_source(layers, merged)
    _refuse_partial_schemas(merged)
    merged["overlays"] = merged.pop("overlay", ())
    merged["server_variables"] = merged.pop("server_variable", {})
    limits = {key: merged.pop(key) for key in _LIMITS if key in merged}
    credentials = tuple(layer.credentials() for layer in layers)
    known = {key: value for key, value in merged.items() if key not in _CREDENTIALS and key != "config"}
    return Config(**known, credentials=credentials, limits=Limits(**limits), file=file)


def read_secret(text: str, environ: Mapping[str, str], where: str) -> Secret:
    """Return a credential's value: `env:NAME` from the environment, `file:PATH` from a file, else the text itself.

    Raises:
        CredentialsError: the variable is not set, the file cannot be read, or the value is not text.
    """
    value = _secret_text(text, environ, where)
    if not _is_utf8(value):
        raise CredentialsError("the value is not UTF-8 text", where=where, hint="give it as UTF-8")
    return Secret(value)


def _secret_text(text: str, environ: Mapping[str, str], where: str) -> str:
    kind, colon, rest = text.partition(":")
    if colon and kind == "env":
        value = environ.get(rest)
        if not value:
            raise CredentialsError(
                f"the environment variable {rest} is not set", where=where, hint=f"export {rest}=..."
            )
        return value
    if colon and kind == "file":
        try:
            return _at_home(rest).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise CredentialsError(
                f"cannot read {rest}: {_reason(error)}", where=where, hint="check the path"
            ) from None
    return text


def _is_utf8(text: str) -> bool:
    """True when a text can be written in UTF-8; bytes of a command line or an environment that are none cannot."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _reason(error: OSError | ValueError) -> str:
    match error:
        case OSError():
            return error.strerror or str(error)
        case UnicodeDecodeError():
            return "it is not UTF-8 text"
        case _:
            return str(error)


def _at_home(text: str) -> Path:
    """Return a path with a leading `~` replaced; one that names nobody is part of the file's name."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One place that settings come from; `named` says how a person knows a key there."""

    values: Mapping[str, Any]
    named: Callable[[str], str]

    def read(self) -> dict[str, Any]:
        return {key: _READERS[key](value, self.named(key)) for key, value in self.values.items() if key in _READERS}

    def credentials(self) -> CredentialLayer:
        read = {key: value for key, value in self.read().items() if key in _CREDENTIALS}
        return CredentialLayer(**read)


def _flag_name(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _one_source(layers: Sequence[_Layer], merged: dict[str, Any]) -> None:
    """Let the strongest layer that names a source decide which of the two forms it is."""
    for layer in reversed(layers):
        given = [key for key in ("spec", "spec_command") if key in layer.values]
        if len(given) == 2:
            raise ConfigError("two documents are given", where="--spec and --spec-command", hint="give one of them")
        if given:
            merged.pop("spec_command" if given[0] == "spec" else "spec", None)
            return


def _refuse_partial_schemas(merged: Mapping[str, Any]) -> None:
    """Refuse to promise what a tool returns where a caller may select a part of it: clients hold us to the promise."""
    if merged.get("select") and merged.get("output_schemas"):
        hint = "give one of them"
        raise ConfigError("a selected part has another schema", where="--select and --output-schemas", hint=hint)


def _config_file(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Path | None:
    named = flags.get("config") or environ.get(f"{PREFIX}CONFIG")
    if named:
        return _at_home(named)
    found = folder / FILE_NAME
    return found if found.is_file() and not is_passed_over(flags, environ) else None


def is_passed_over(flags: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """True where a config file that nobody named is not read: it could send what was given elsewhere.

    A client starts us in whatever folder is open; a file found there must not get at a document or a credential that
    the operator named on the command line or in the environment.
    """
    if any(flags.get(key) not in (None, [], ()) for key in _OWN):
        return True
    return any(environ.get(f"{PREFIX}{key.upper()}") for key in _OWN) or any(
        name.startswith(f"{PREFIX}AUTH_") and value for name, value in environ.items()
    )


def _toml_values(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        message = f"cannot read the config file: {_reason(error)}"
        raise ConfigError(message, where=str(file), hint="check --config") from None
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # beside TOMLDecodeError: an endless number, endless nesting
        raise ConfigError(f"the config file is not valid TOML: {error}", where=str(file), hint="correct it") from None
    return {_known_key(key, str(file)): value for key, value in values.items()}


def _environment_values(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    schemes: dict[str, str] = {}
    for name, value in environ.items():
        key = name.removeprefix(PREFIX).lower()
        if not name.startswith(PREFIX) or key == "config" or not value:
            continue
        if key.startswith("auth_"):
            schemes[name.removeprefix(f"{PREFIX}AUTH_")] = value
        elif key in _READERS:
            values[key] = value
    if schemes:
        values["auth"] = {**_pairs(values.get("auth", ()), f"{PREFIX}AUTH"), **schemes}
    return values


def _known_key(key: str, where: str) -> str:
    plain = key.replace("-", "_")
    if plain in _READERS:
        return plain
    near = get_close_matches(plain, _READERS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "keys are the options' names, with _ for -"
    raise ConfigError(f"unknown key {key!r}", where=where, hint=hint)


def _text(value: Any, where: str) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ConfigError("a non-empty text is wanted", where=where, hint='write it as "text"')


def _texts(value: Any, where: str) -> tuple[str, ...]:
    """Read a list; a text is one entry a line."""
    if isinstance(value, str):
        value = value.splitlines()
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(item.strip() for item in value if item.strip())
    raise ConfigError("a list of texts is wanted", where=where, hint='write ["one", "two"]')


def _flag(value: Any, where: str) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("1", "true", "yes", "on"):
        return True
    if str(value).lower() in ("0", "false", "no", "off"):
        return False
    raise ConfigError(f"{str(value)[:40]!r} is neither true nor false", where=where, hint="write true or false")


def _number(least: float, unit: str, *, whole: bool) -> Callable[[Any, str], Any]:
    def read(value: Any, where: str) -> float | int:
        try:
            number = int(value) if whole else float(value)
        except (TypeError, ValueError, OverflowError):
            number = -1
        is_cut = isinstance(value, float) and number != value
        if isinstance(value, bool) or is_cut or not least <= number < 1e15:
            wanted = f"a {'whole ' if whole else ''}number of at least {least:g} ({unit}) is wanted"
            raise ConfigError(f"{wanted}, not {str(value)[:40]!r}", where=where, hint="correct the value")
        return number

    return read


def _methods(value: Any, where: str) -> frozenset[str]:
    texts = (value,) if isinstance(value, str) else _texts(value, where)
    names = {name.strip().upper() for text in texts for name in text.replace("\n", ",").split(",") if name.strip()}
    if "ALL" in names:
        return frozenset((*METHODS, ANY_METHOD))
    unknown = sorted(names - set(METHODS))
    if unknown or not names:
        said = f"unknown method {unknown[0].lower()!r}" if unknown else "no method is named"
        hint = f"choose from {', '.join(METHODS).lower()}, or all"
        raise ConfigError(said, where=where, hint=hint)
    return frozenset(names | {"HEAD"}) if "GET" in names else frozenset(names)


def _patterns(value: Any, where: str) -> tuple[str, ...]:
    patterns = _texts(value, where)
    for pattern in patterns:
        if not pattern.startswith(("/", "*", "tag:", "op:")):
            hint = "write a path such as '/orders/*', tag:NAME, or op:GLOB"
            raise ConfigError(f"the pattern {pattern!r} can match nothing", where=where, hint=hint)
    return patterns


def _base_url(value: Any, where: str) -> str:
    url = _text(value, where)
    if origin(url) is None or not url.isprintable():
        raise ConfigError(f"{redact_url(url)!r} is not a usable URL", where=where, hint="write http(s)://host/path")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ConfigError("a base URL holds no credentials", where=where, hint="give them with --basic USER:PASS")
    if any(segment.lower().replace("%2e", ".") in (".", "..") for segment in parts.path.split("/")):
        raise ConfigError("a base URL holds no dot segments", where=where, hint="write the path they lead to")
    return parts._replace(fragment="").geturl()


def _variables(value: Any, where: str) -> dict[str, str]:
    """Read `NAME=VALUE` texts, or a table; a value may be empty, or a number."""
    if isinstance(value, Mapping):
        return {str(name): str(text) for name, text in value.items()}
    pairs = [text.partition("=") for text in _texts(value, where)]
    if not all(name.strip() and equals for name, equals, _ in pairs):
        raise ConfigError("a variable and its value are wanted", where=where, hint="write NAME=VALUE")
    return {name.strip(): text.strip() for name, _, text in pairs}


def _pairs(value: Any, where: str) -> dict[str, str]:
    """Read `SCHEME=VALUE` texts, or a table."""
    if isinstance(value, Mapping):
        return {str(name): _text(text, f"{where}.{name}") for name, text in value.items()}
    pairs = (text.partition("=") for text in _texts(value, where))
    found = {}
    for name, equals, text in pairs:
        if not equals or not name.strip() or not text.strip():
            raise ConfigError("a scheme and its value are wanted", where=where, hint="write SCHEME=VALUE")
        found[name.strip()] = text.strip()
    return found


def _header_lines(value: Any, where: str) -> tuple[str, ...]:
    lines = _texts(value, where)
    for line in lines:
        name, colon, text = line.partition(":")
        if not colon or not name.strip() or not text.strip() or any(char.isspace() for char in name.strip()):
            raise ConfigError("a header has a name and a value", where=where, hint="write 'Name: value'")
    return lines


def _one_of(allowed: Iterable[str]) -> Callable[[Any, str], str]:
    def read(value: Any, where: str) -> str:
        text = _text(value, where).lower()
        if text not in allowed:
            raise ConfigError(f"unknown value {text[:40]!r}", where=where, hint=f"choose from {', '.join(allowed)}")
        return text

    return read


def _http_path(value: Any, where: str) -> str:
    text = _text(value, where)
    if not text.startswith("/") or any(char in text for char in "?#{} "):
        raise ConfigError(f"{text[:60]!r} is not a path", where=where, hint="write it as /mcp")
    return text


def _port(value: Any, where: str) -> int:
    number: int = _number(0, "port", whole=True)(value, where)
    if number > 65535:
        raise ConfigError(f"there is no port {number}", where=where, hint="choose from 0 (any free one) to 65535")
    return number


_CREDENTIALS = ("bearer", "token", "basic", "api_key", "header", "auth")
_LIMITS = ("timeout", "max_body", "max_response", "max_concurrency", "follow_pages")
_OWN = ("spec", "spec_command", "base_url", *_CREDENTIALS)
_READERS: dict[str, Callable[[Any, str], Any]] = {
    "spec": _text,
    "spec_command": _text,
    "base_url": _base_url,
    "overlay": _texts,
    "server_variable": _variables,
    "files": _text,
    "allow_remote_refs": _flag,
    "methods": _methods,
    "include": _patterns,
    "exclude": _patterns,
    "output_schemas": _flag,
    "client": _one_of(CLIENTS),
    "select": _flag,
    "bearer": _text,
    "token": _text,
    "token_scheme": _text,
    "basic": _text,
    "api_key": _text,
    "header": _header_lines,
    "auth": _pairs,
    "timeout": _number(0.001, "seconds", whole=False),
    "max_response": _number(0, "characters", whole=True),
    "max_body": _number(1, "bytes", whole=True),
    "max_concurrency": _number(1, "calls", whole=True),
    "follow_pages": _number(0, "pages", whole=True),
    "host": _text,
    "port": _port,
    "path": _http_path,
    "cache_dir": _text,
    "no_catalogue": _flag,
    "watch": _flag,
    "refresh": _number(1, "seconds", whole=False),
    "log_level": _one_of(LOG_LEVELS),
    "quiet": _flag,
}

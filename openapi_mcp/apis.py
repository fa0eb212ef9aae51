"""Several APIs in one server: their names, and which of them each value is for.

A value is for the API whose name stands before it (`--bearer shop=env:SHOP_TOKEN`), in whose table it stands
(`[api.shop]`), or whose variable it is (`OPENAPI_MCP_API_SHOP_BEARER`); any other is for all. In each place what is
said for one wins over what is said for all; a flag beats a variable, that a table. A credential, a base URL and what
else could reach the wrong API is never for all.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.errors import ConfigError

SOURCES = ("spec", "spec_command")
_CREDENTIALS = (
    "bearer", "token", "basic", "api_key", "header", "client_id", "client_secret", "auth", "client_cert", "client_key",
    "forward",
)  # fmt: skip
_TABLES = ("tool",)
_FOR_ONE = (*SOURCES, *_CREDENTIALS, *_TABLES, "base_url", "overlay", "server_variable", "files")
_MANY = ("overlay", "server_variable", "methods", "allow", "include", "exclude", "header", "auth", "forward")
_SINGLE = (
    *SOURCES, "base_url", "files", "bearer", "token", "token_scheme", "basic", "api_key", "client_id", "client_secret",
    "client_cert", "client_key", "ca_bundle", "confirm", "timeout", "max_response", "max_body", "max_concurrency",
    "follow_pages", "recovery", "refresh", "retries", "rate_limit", "cache_ttl",
)  # fmt: skip
_FLAGS = (
    "allow_remote_refs", "output_schemas", "select", "allow_anonymous", "insecure", "watch", "no_cache",
)  # fmt: skip
PER_API = (*_MANY, *_SINGLE, *_FLAGS, *_TABLES)
"""The options that may be another for each API."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,14}")
_TO_GIVE = re.compile(  # an option with a value, or a variable, in what an error says is to be done
    r"(--(?:auth|basic|bearer|token|header|api-key|client-id|client-secret|base-url) )(?=['A-Z]|https?:|[^\s=]+=)"
    r"|\bOPENAPI_MCP_(?!API_[A-Z0-9_]+_)"
)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that settings come from, as they were written there, and how a person writes one for one API.

    `written("shop", "bearer")` is `--bearer shop=VALUE` on a command line, `[api.shop] bearer` in a config file.
    """

    values: Values
    named: Callable[[str], str]
    written: Callable[[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The values of one place: those for all APIs, and those for each by its name."""

    for_all: Values
    by_name: Mapping[str, Values]


def named_apis(places: Sequence[Place], more: Iterable[str], is_file: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the names of the APIs that are served, in the order in which they are first named; none for one API.

    `--spec shop=a.yaml` names one, unless `is_file` knows a file of that whole name. `more` are named elsewhere.

    Raises:
        ConfigError: of several documents one has no name; a name that is none; names that cannot be told apart.
    """
    names, unnamed = dict[str, None](), list[str]()
    for place in places:
        names.update(dict.fromkeys(_checked(name, place) for name in place.values.get("api", {})))
        for key in SOURCES:
            found = ["" if is_file(text) else _name_of(text) for text in _texts(key, place.values.get(key))]
            names.update(dict.fromkeys(filter(None, found)))
            nameless = [place.named(key) for name in found if not name]
            if len(nameless) > 1:
                raise _without_name(nameless[0])
            unnamed += nameless
    known = {_variable(name) for name in names}
    names.update(dict.fromkeys(name for name in more if _variable(name) not in known))
    if names and unnamed:
        raise _without_name(unnamed[0])
    _require_apart(tuple(names))
    return tuple(names)


def share(place: Place, names: Sequence[str]) -> Shares:
    """Return the values of a place by whom they are for.

    Raises:
        ConfigError: a value that has to be for one API does not say for which; an option that is given twice.
    """
    for_all: dict[str, Any] = {}
    by_name: dict[str, dict[str, Any]] = {name: {} for name in names}
    for key, value in place.values.items():
        if key == "api":
            continue
        own, rest = _divided(key, value, names)
        for name, texts in own.items():
            by_name[name][key] = _plain(key, texts, place.written(name, key))
        if rest is not None and names and key in _FOR_ONE:
            hint = f"write {place.written(names[0], key)}"
            raise ConfigError("it does not say which of the APIs it is for", where=place.named(key), hint=hint)
        if rest is not None:
            for_all[key] = _plain(key, rest, place.named(key))
    for name, table in place.values.get("api", {}).items():
        by_name[name].update(table)
    return Shares(for_all=for_all, by_name=by_name)


def variables_of(names: Iterable[str], environ: Mapping[str, str], prefix: str) -> dict[str, dict[str, Any]]:
    """Return the values of the variables that are about one API: `OPENAPI_MCP_API_SHOP_BEARER`, `..._SHOP_AUTH_KEY`.

    The longest name that fits has a variable; what stands behind `AUTH_` is a scheme's name, and keeps its letters.
    """
    tables: dict[str, dict[str, Any]] = {}
    longest_first = sorted(names, key=len, reverse=True)
    for variable, value in environ.items():
        name = next((name for name in longest_first if variable.startswith(f"{prefix}{_variable(name)}_")), None)
        if name is None or not value:
            continue
        rest = variable.removeprefix(f"{prefix}{_variable(name)}_")
        if rest.startswith("AUTH_"):
            tables.setdefault(name, {}).setdefault("auth", {})[rest.removeprefix("AUTH_")] = value
        elif rest.lower() in PER_API:
            tables.setdefault(name, {})[rest.lower()] = value
    return tables


def names_in(environ: Mapping[str, str], prefix: str) -> tuple[str, ...]:
    """Return the names that variables give: `OPENAPI_MCP_API_SHOP_SPEC` names "shop"."""
    found = (re.fullmatch(rf"{prefix}([A-Z][A-Z0-9_]{{0,14}})_SPEC(?:_COMMAND)?", name) for name in sorted(environ))
    return tuple(dict.fromkeys(match[1].lower() for match in found if match and environ[match[0]]))


def said_for(name: str, hint: str) -> str:
    """Return what is to be done, as it is written for one of several APIs.

    ("shop", "give --auth key=VALUE (or OPENAPI_MCP_AUTH_KEY)") ->
    "give --auth shop=key=VALUE (or OPENAPI_MCP_API_SHOP_AUTH_KEY)"; as it is where there is one API, without a name.
    """
    if not name:
        return hint
    of_variable = f"OPENAPI_MCP_API_{_variable(name)}_"
    return _TO_GIVE.sub(lambda found: f"{found[1]}{name}=" if found[1] else of_variable, hint)


def _divided(key: str, value: Any, names: Sequence[str]) -> tuple[dict[str, list[str]], Any]:
    """Return the texts that are for one API, by its name, and what is for all: None where nothing is."""
    own: dict[str, list[str]] = {}
    rest = []
    for text in _texts(key, value) if names and key in PER_API else ():
        name = _name_of(text)
        if name in names:
            own.setdefault(name, []).append(text.partition("=")[2].strip())
        else:
            rest.append(text)
    return (own, rest or None) if own else ({}, value)


def _texts(key: str, value: Any) -> list[str]:
    """Return the texts that a value holds: a list's, the lines of one text; none where it is no text."""
    if isinstance(value, str):
        lines = [line for line in value.splitlines() if line.strip()]
        return lines if key in ("spec", *_MANY) or all(map(_name_of, lines)) else [value]
    return [text for text in value if isinstance(text, str)] if isinstance(value, (list, tuple)) else []


def _plain(key: str, value: Any, where: str) -> Any:
    """Return the one value of an option that has one."""
    texts = _texts(key, value)
    if isinstance(value, str) or key not in _SINGLE or not texts or len(texts) < len(value):
        return value
    if len(texts) > 1:
        raise ConfigError(f"it is given {len(texts)} times", where=where, hint="give it once")
    return texts[0]


def _name_of(text: str) -> str:
    """Return the name before a value: "shop=a.yaml" -> "shop"; "" where there is none."""
    name, equals, value = text.strip().partition("=")
    return name if equals and value.strip() and _NAME.fullmatch(name) else ""


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")


def _checked(name: str, place: Place) -> str:
    if not _NAME.fullmatch(name):
        hint = "begin with a letter; letters, digits, _ and - may follow, 15 characters in all"
        raise ConfigError(f"{name[:40]!r} cannot be the name of an API", where=place.named("api"), hint=hint)
    return name


def _without_name(where: str) -> ConfigError:
    hint = "name each: --spec shop=SOURCE --spec billing=SOURCE"
    return ConfigError("several documents are given, and not all have a name", where=where, hint=hint)


def _require_apart(names: Sequence[str]) -> None:
    """Refuse names whose variables, or whose tools, could be taken for one another's: `a` has `a_b_list`, so may `a_b`.

    Raises:
        ConfigError: two of them are too much alike.
    """
    for index, name in enumerate(names):
        for other in (*names[:index], *names[index + 1 :]):
            if _variable(name) == _variable(other) or other.lower().startswith(f"{name.lower()}_"):
                said = f"the APIs {name!r} and {other!r} cannot be told apart by the names of their tools or variables"
                raise ConfigError(
                    said, where="--spec", hint=f"give {other!r} a name that does not begin like the other"
                )

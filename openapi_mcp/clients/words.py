"""The words that start a server later and elsewhere, from what is typed here and now.

Paths become absolute, as a client starts us in a folder of its own. A secret becomes a variable: `env:NAME` stays as
it is, and the client gives NAME to the server.
"""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openapi_mcp.clients.hidden import url_secrets
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.loader.source import FileSource, StdinSource, parse_source
from openapi_mcp.model.url import without_userinfo

_FILES = frozenset(("config", "files", "client_cert", "client_key", "ca_bundle", "cache_dir"))
_SECRETS = frozenset(("bearer", "token", "basic", "api_key", "client_secret", "endpoint_token", "shared_key"))
_PLACES = frozenset(("records", "redis"))  # URLs that may hold a password
_PLAIN_HEADERS = frozenset(
    (
        "accept", "accept-language", "content-language", "from", "origin", "prefer", "referer", "user-agent",
        "api-version", "x-api-version", "x-requested-with", "x-tenant", "x-tenant-id",
    )
)  # fmt: skip
_PLAIN_FIELDS = frozenset(
    ("client_id", "token_url", "authorization_url", "metadata_url", "scopes", "audience", "secret_in_body", "username")
)
_REFERENCES = ("env:", "file:")
_OWN_FILE = "put the URL into a config file of your own and give --config FILE; --write-secrets writes it"
_URL_HINTS = {
    "--spec": _OWN_FILE,
    "--overlay": _OWN_FILE,
    "--workflow": _OWN_FILE,
    "--base-url": "--auth SCHEME=env:NAME sends a key in the query; --write-secrets writes it as it is",
}
_NOT_IN_A_NAME = re.compile("[^A-Z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An option that was given: its key, its name on the command line, and its values; none for a flag."""

    key: str
    option: str
    texts: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where the words are typed: the folder, where a program is, and whether there is a file."""

    folder: str
    absolute: Callable[[str], str]
    program: Callable[[str], str | None]
    is_file: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a command, and the variables that its server must have.

    A variable has the value that is to be written, or None where it is the client's to give.
    """

    args: tuple[str, ...]
    variables: Mapping[str, str | None] = field(repr=False)


def words(said: Iterable[Said], names: Sequence[str], here: Here, *, write_secrets: bool) -> Words:
    """Return the words for what was said; `names` are those of several APIs, `--bearer NAME=VALUE`.

    Raises:
        ConfigError: a secret in clear that nobody allowed to be written; a document that cannot be found again.
    """
    args: list[str] = []
    variables: dict[str, str | None] = {}
    for each in said:
        if not each.texts:
            args.append(each.option)
        for text in each.texts:
            name, value = _divided(text, names)
            word = _Word(each, name, here, variables, write_secrets=write_secrets).written(value)
            args += (each.option, f"{name}={word}" if name else word)
    return Words(args=tuple(args), variables=variables)


def _divided(text: str, names: Sequence[str]) -> tuple[str, str]:
    """Return the API that a value is for, "" for all, and the value."""
    name, equals, rest = text.partition("=")
    return (name.strip(), rest.strip()) if equals and name.strip() in names else ("", text)


class _Word:
    """One value of an option on its way."""

    def __init__(
        self, said: Said, api: str, here: Here, variables: dict[str, str | None], *, write_secrets: bool
    ) -> None:
        self._said = said
        self._api = api
        self._here = here
        self._variables = variables
        self._write_secrets = write_secrets

    def written(self, text: str) -> str:
        """Return the value as it is written for later."""
        key = self._said.key
        if key in _FILES:
            return self._here.absolute(text)
        if key in ("spec", "overlay", "workflow"):
            return self._source(text)
        if key == "spec_command":
            return _command(text, self._here)
        if key == "header":
            return self._header(text)
        if key == "auth":
            return self._auth(text)
        if key in _PLACES:
            return self._place(text)
        if key == "base_url":
            self._require_plain(text)
        return self._secret(text, key) if key in _SECRETS else text

    def _source(self, text: str) -> str:
        match parse_source(text):
            case StdinSource():
                hint = "save the document to a file, or name its URL or command"
                message = "a document on standard input is not there when a client starts us"
                raise ConfigError(message, where=f"{self._said.option} -", hint=hint)
            case FileSource(path=path):
                return self._here.absolute(str(path))
        self._require_plain(text)
        return text

    def _require_plain(self, url: str) -> None:
        if url.partition("#")[0] != without_userinfo(url):
            hint = "put it into a file of your own and give --config FILE, or use --basic env:NAME"
            raise ConfigError(
                "a password in a URL would stand in the client's file", where=self._said.option, hint=hint
            )
        if not self._write_secrets:
            require_plain(url, self._said.option, _URL_HINTS[self._said.option])

    def _header(self, text: str) -> str:
        name, colon, value = text.partition(":")
        if not colon or name.strip().lower() in _PLAIN_HEADERS:
            return text
        return f"{name}: {self._secret(value.strip(), name)}"

    def _auth(self, text: str) -> str:
        scheme, equals, value = text.partition("=")
        if not equals or scheme.rpartition(".")[2] in _PLAIN_FIELDS:
            return text
        return f"{scheme}={self._secret(value, scheme)}"

    def _place(self, text: str) -> str:
        if "://" in text:
            return self._secret(text, self._said.key) if "@" in text else text
        return self._secret(text, self._said.key) if text.startswith(_REFERENCES) else self._here.absolute(text)

    def _secret(self, text: str, label: str) -> str:
        """Return a reference; a secret in clear becomes a variable with its value, where that is allowed.

        Raises:
            ConfigError: it is not.
        """
        kind, _, rest = text.partition(":")
        if kind == "file":
            return f"file:{self._here.absolute(rest)}"
        if kind == "env":
            self._variables.setdefault(rest, None)
            return text
        if not self._write_secrets:
            raise _in_clear(self._said.option)
        name = self._free(_NOT_IN_A_NAME.sub("_", f"SECRET_{self._api}_{label}".upper()).strip("_"), text)
        self._variables[name] = text
        return f"env:{name}"

    def _free(self, name: str, value: str) -> str:
        taken = {each for each, held in self._variables.items() if held != value}
        numbered = (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3)))
        return next(each for each in numbered if each not in taken)


def require_plain(url: str, option: str, hint: str) -> None:
    """Refuse a URL with a secret in it.

    Raises:
        ConfigError: it has one.
    """
    if any(url_secrets(url)):
        raise ConfigError("a secret in a URL would be written, for all to read who get it", where=option, hint=hint)


def _in_clear(option: str) -> ConfigError:
    example = {"--header": "'X-API-Key: env:API_KEY'", "--auth": "SCHEME=env:API_TOKEN"}.get(option, "env:API_TOKEN")
    return ConfigError(
        "a secret would stand in the client's file, for all to read who can read that",
        where=option,
        hint=f"{option} {example} leaves it in the environment, file:PATH in a file; --write-secrets writes it",
    )


def _command(text: str, here: Here) -> str:
    """Return a command whose program and files are found from any folder."""
    program, *rest = shlex.split(text)
    found = here.program(program) or program
    return shlex.join([found, *(here.absolute(word) if here.is_file(word) else word for word in rest)])


def variables_of(config: Config) -> Iterator[str]:
    """Yield the variables that a configuration refers to by `env:NAME`, wherever it says so."""
    for text in _referable(config):
        kind, _, name = text.strip().partition(":")
        if kind == "env" and name:
            yield name
    for api in config.apis:
        yield from variables_of(api)


def _referable(config: Config) -> Iterator[str]:
    for layer in config.credentials:
        single = (layer.bearer, layer.token, layer.basic, layer.api_key, layer.client_id, layer.client_secret)
        yield from (text for text in single if text is not None)
        yield from (line.partition(":")[2] for line in layer.header)
        yield from layer.auth.values()
    places = (config.endpoint_token, config.records, config.redis, config.shared_key)
    yield from (text for text in places if text is not None)


def from_config(specs: Mapping[str, str | None], here: Here) -> Iterator[str]:
    """Yield the documents that a config file names by a path of this folder: "openapi.yaml", "shop=openapi.yaml"."""
    for name, spec in specs.items():
        if spec is None or not isinstance(parse_source(spec), FileSource):
            continue
        absolute = here.absolute(spec)
        if absolute != spec:
            yield f"{name}={absolute}" if name else absolute

"""Flags, environment, openapi-mcp.toml and defaults, merged into one frozen Config.

Every option has the same name everywhere: `--base-url`, `OPENAPI_MCP_BASE_URL`, `base_url = ...`. A credential may be
`env:NAME` or `file:PATH` (references.py); it is resolved when it is needed.
"""

import os.path
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from openapi_mcp.apis import Place, named_apis, names_in, share, variables_of
from openapi_mcp.config_file import config_file, read_config_file
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import ANY_CLIENT, SAFE_METHODS, Keep, Limits, Listing, Recovering, ToolEdit
from openapi_mcp.settings import CREDENTIALS, LIMITS, LISTING, OF_API, PLURALS, PREFIX, READERS
from openapi_mcp.values import read_pairs


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CredentialLayer:
    """The credential options of one layer (config file, environment or flags), as they were written; no repr."""

    bearer: str | None = None
    token: str | None = None
    basic: str | None = None
    api_key: str | None = None
    header: tuple[str, ...] = ()
    client_id: str | None = None
    client_secret: str | None = None
    auth: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an operator said. `credentials` are its layers, the strongest last.

    Of several APIs `apis` are the whole configurations, with their `name`.
    """

    name: str = ""
    apis: "tuple[Config, ...]" = ()
    spec: str | None = None
    spec_command: str | None = None
    base_url: str | None = None
    overlays: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    server_variables: Mapping[str, str] = field(default_factory=dict)
    files: str | None = None
    allow_remote_refs: bool = False
    methods: frozenset[str] = SAFE_METHODS
    allow: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    output_schemas: bool = False
    client: str = ANY_CLIENT
    select: bool = False
    listing: Listing = field(default_factory=Listing)
    semantic: bool = False
    edits: Mapping[str, ToolEdit] = field(default_factory=dict)
    token_scheme: str = "Token"  # noqa: S105  a word, no secret
    credentials: tuple[CredentialLayer, ...] = ()
    allow_anonymous: bool = False
    client_cert: str | None = None
    client_key: str | None = None
    ca_bundle: str | None = None
    insecure: bool = False
    confirm: str = "none"
    limits: Limits = field(default_factory=Limits)
    recovery: Recovering = field(default_factory=Recovering)
    host: str = "127.0.0.1"
    port: int = 8800
    path: str = "/mcp"
    public_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    endpoint_token: str | None = field(default=None, repr=False)
    allow_unauthenticated: bool = False
    forward: tuple[str, ...] = ()
    forward_optional: bool = False
    oauth_issuer: str | None = None
    oauth_audience: tuple[str, ...] = ()
    oauth_jwks: str | None = None
    oauth_scopes: tuple[str, ...] = ()
    cache_dir: str | None = None
    no_catalogue: bool = False
    no_cache: bool = False
    records: str | None = field(default=None, repr=False)
    no_records: bool = False
    record_arguments: bool = True
    keep: Keep = field(default_factory=Keep)
    models: tuple[str, ...] = ()
    model_urls: tuple[str, ...] = ()
    model_keys: tuple[str, ...] = field(default=(), repr=False)
    max_steps: int = 25
    max_tokens: int | None = None
    budget: float | None = None
    watch: bool = False
    refresh: float | None = None
    watch_config: bool = False
    dashboard: bool = False
    background_after: float | None = None
    background_timeout: float = 3600.0
    redis: str | None = field(default=None, repr=False)
    shared_key: str | None = field(default=None, repr=False)
    drain: float = 0.0
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    otel: bool = False
    access_log: bool = False
    log_format: str = "text"
    log_level: str = "warning"
    quiet: bool = False
    file: Path | None = None


def build_config(
    flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path, defaults: Mapping[str, Any] | None = None
) -> Config:
    """Merge what was given; `flags` holds None for what was not. `folder` is where openapi-mcp.toml is looked for.

    `defaults` hold where nothing is said, in place of those of Config.

    Raises:
        ConfigError: an unknown key, a value of the wrong form, or a config file that cannot be read.
    """
    file = config_file(flags, environ, folder)
    typed = {k: v for k, v in flags.items() if v not in (None, [], ())}
    places = [
        Place(
            values=read_config_file(file),
            named=lambda key: f"{file}: {key}",
            written=lambda name, key: f"[api.{name}] {key} in {file}",
        ),
        Place(
            values=_environment_values(environ),
            named=lambda key: f"{PREFIX}{key.upper()}",
            written=lambda name, key: (
                f"{OF_API}{name.upper().replace('-', '_')}_{key.upper()}{'_SCHEME' if key == 'auth' else ''}"
            ),
        ),
        Place(values=typed, named=_flag_name, written=_flag_for_one),
    ]
    names = named_apis(places, names_in(environ, OF_API), os.path.isfile)
    tables = variables_of(names, environ, OF_API)
    places[1] = replace(places[1], values={**places[1].values, "api": tables})
    shares = [share(place, names) for place in places]
    for_all = [_Layer(values=shared.for_all, named=place.named) for place, shared in zip(places, shares, strict=True)]
    weakest = [_Layer(values=defaults, named=_flag_name)] if defaults else []
    apis = []
    for name in names:
        parts = zip(places, shares, strict=True)
        own = [_Layer(values=shared.by_name[name], named=partial(place.written, name)) for place, shared in parts]
        layers = [layer for pair in zip(for_all, own, strict=True) for layer in pair]  # a flag beats any table
        own_config = _require_source(_as_config([*weakest, *layers], file=file, name=name))
        apis.append(replace(own_config, workflows=()))  # they may call several of the APIs
    config = _as_config([*weakest, *for_all], file=file, apis=tuple(apis))
    brought = dict.fromkeys(header for api in apis for header in api.forward)  # by clients, for any of the APIs
    return replace(config, forward=tuple(brought)) if apis else config


def _flag_for_one(name: str, key: str) -> str:
    """Return how an option is written for one of several APIs: `--auth shop=SCHEME=VALUE`."""
    value = {"auth": "SCHEME=VALUE", "header": "'Name: VALUE'", "server_variable": "NAME=VALUE"}.get(key, "VALUE")
    return f"{_flag_name(key)} {name}={value}"


def _as_config(layers: "Sequence[_Layer]", **beside: Any) -> Config:
    """Return what some layers say, the strongest last."""
    merged = {key: value for layer in layers for key, value in layer.read().items()}
    _one_source(layers, merged)
    _refuse_partial_schemas(merged)
    for key, name in PLURALS.items():
        if key in merged:
            merged[name] = merged.pop(key)
    limits = {key: merged.pop(key) for key in LIMITS if key in merged}
    listing = {name: merged.pop(key) for key, name in LISTING.items() if key in merged}
    credentials = tuple(layer.credentials() for layer in layers)
    known = {key: value for key, value in merged.items() if key not in (*CREDENTIALS, "config")} | beside
    return Config(**known, credentials=credentials, limits=Limits(**limits), listing=Listing(**listing))


def _require_source(config: Config) -> Config:
    if config.spec is None and config.spec_command is None:
        hint = f"give --spec {config.name}=SOURCE, or spec = ... in [api.{config.name}]"
        raise ConfigError(f"no document is given for the API {config.name!r}", where=config.name, hint=hint)
    return config


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One place that settings come from; `named` says how a person knows a key there."""

    values: Mapping[str, Any]
    named: Callable[[str], str]

    def read(self) -> dict[str, Any]:
        return {key: READERS[key](value, self.named(key)) for key, value in self.values.items() if key in READERS}

    def credentials(self) -> CredentialLayer:
        read = {key: value for key, value in self.read().items() if key in CREDENTIALS}
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


def _environment_values(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    schemes: dict[str, str] = {}
    for name, value in environ.items():
        key = name.removeprefix(PREFIX).lower()
        if not name.startswith(PREFIX) or key == "config" or not value:
            continue
        if key.startswith("auth_"):
            schemes[name.removeprefix(f"{PREFIX}AUTH_")] = value
        elif key in READERS:
            values[key] = value
    if schemes:
        values["auth"] = {**read_pairs(values.get("auth", ()), f"{PREFIX}AUTH"), **schemes}
    return values

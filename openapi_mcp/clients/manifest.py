"""The manifest of a bundle: what Claude Desktop shows, asks a person for, and starts. MCPB manifest 0.4."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.auth.choose import lacking
from openapi_mcp.auth.held import Held
from openapi_mcp.clients.opened import UNFILLED
from openapi_mcp.model.document import Document, SecurityScheme
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool

ENTRY = "server.py"
FOLDER = "${__dirname}"
PYTHON = ">=3.11"
_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")
_SAFE = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_NOT_IN_A_KEY = re.compile("[^a-z0-9]+")
_LONGEST = 200  # characters of a line that a person reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A field that a person fills in before the server is started; `variable` has what is typed, "" for an option."""

    key: str
    title: str
    description: str
    kind: str = "string"
    variable: str = ""
    required: bool = False
    sensitive: bool = False
    default: str = ""

    @property
    def reference(self) -> str:
        """Return what stands for its value in the manifest: "${user_config.base_url}"."""
        return f"{UNFILLED}{self.key}}}"

    def as_json(self) -> dict[str, Any]:
        """Return it as `user_config` has it."""
        said = {"type": self.kind, "title": self.title, "description": self.description, "required": self.required}
        return {
            **said,
            **({"sensitive": True} if self.sensitive else {}),
            **({"default": self.default} if self.default else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A setting, and the option that has its value: "--auth", "key=env:API_KEY"."""

    setting: Setting
    option: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """What a manifest is made of: the server's name, what it is about, its command line, its settings, its tools."""

    name: str
    title: str
    version: str
    description: str
    args: tuple[str, ...]
    settings: tuple[Setting, ...]
    tools: tuple[tuple[str, str], ...]


def manifest(bundled: Bundled) -> dict[str, Any]:
    """Return the manifest of a bundle, in which `uv` of the client starts our package."""
    env = {each.variable: each.reference for each in bundled.settings if each.variable}
    run = ["run", "--directory", FOLDER, "--no-dev", ENTRY]
    return {
        "manifest_version": "0.4",
        "name": bundled.name,
        "display_name": _line(bundled.title, 80) or bundled.name,
        "version": semantic_version(bundled.version),
        "description": _line(bundled.description) or f"{_line(bundled.title, 80) or bundled.name} as tools",
        "author": {"name": "openapi-mcp"},
        "server": {
            "type": "uv",
            "entry_point": ENTRY,
            "mcp_config": {"command": "uv", "args": [*run, "serve", *bundled.args], "env": env},
        },
        "tools": [{"name": name, "description": _line(said)} for name, said in bundled.tools],
        "tools_generated": True,
        "keywords": ["openapi", "mcp"],
        "compatibility": {"platforms": ["darwin", "linux", "win32"], "runtimes": {"python": PYTHON}},
        "user_config": {each.key: each.as_json() for each in bundled.settings},
    }


def semantic_version(text: str) -> str:
    """Return a version of three numbers, as a bundle must have: "v1.2" -> "1.2.0", "2024-05" -> "2024.0.0"."""
    found = _VERSION.match(text.strip())
    return ".".join(str(int(part or 0)) for part in found.groups()) if found else "1.0.0"


def base_url_field(api: str, url: str) -> Field:
    """Return the field for where an API is; a person must say it where nobody knows."""
    of = f" of {api}" if api else ""
    setting = Setting(
        key=_key("base_url", api),
        title=f"Base URL{of}",
        description="Where the API is, with the path that its own paths are appended to.",
        default=url,
        required=not url,
    )
    return Field(setting=setting, option="--base-url", value=f"{api}={setting.reference}" if api else setting.reference)


def variable_field(name: str) -> Setting:
    """Return the field for a variable that an option refers to with env:NAME."""
    said = f"What {name} holds; it is kept in the system's keychain."
    return Setting(key=_key(name), title=name, description=said, variable=name, required=True, sensitive=True)


def path_field(option: str) -> Field:
    """Return the field for an option that names a file or a folder of the machine: --files, --ca-bundle."""
    key = _key(option.strip("-"))
    kind, what = ("directory", "Folder") if option == "--files" else ("file", "File")
    setting = Setting(key=key, title=f"{what} for {option}", description=f"What {option} says.", kind=kind)
    return Field(setting=setting, option=option, value=setting.reference)


def credential_fields(api: str, document: Document, tools: Sequence[Tool], held: Held) -> Iterator[Field]:
    """Yield the fields for what the tools' operations need and nobody gave, by security scheme.

    One is required where no tool can be called without it. A scheme whose name has characters that no scheme may have
    (OAS 3.1.1, Components Object) is left out: it could not be written as an option.
    """
    lacks = [tool.operation for tool in tools if lacking(tool.operation, held) is not None]
    named = {need.name for operation in lacks for way in operation.security or () for need in way.schemes}
    schemes = {scheme.name: scheme for scheme in document.security_schemes}
    for name in sorted(named & schemes.keys() - held.by_scheme.keys()):
        ways = [way for operation in lacks for way in operation.security or ()]
        always = len(lacks) == len(tools) and all(any(need.name == name for need in way.schemes) for way in ways)
        if _SAFE.fullmatch(name):
            yield from _of_scheme(api, schemes[name], required=always)


def _of_scheme(api: str, scheme: SecurityScheme, *, required: bool) -> Iterator[Field]:
    if scheme.type == "mutualTLS":
        yield from map(path_field, ("--client-cert", "--client-key"))
    elif any(flow.type == "clientCredentials" for flow in scheme.flows):
        yield _credential(api, f"{scheme.name}.client_id", "The client id for this API.", required=required)
        yield _credential(api, f"{scheme.name}.client_secret", "Its secret.", required=required)
    else:
        yield _credential(api, scheme.name, _described(scheme), required=required)


def _credential(api: str, name: str, said: str, *, required: bool) -> Field:
    key = _key("auth", api, name)
    setting = Setting(
        key=key,
        title=f"Credential {name}" + (f" of {api}" if api else ""),
        description=said,
        variable=f"BUNDLE_{key.upper()}",
        required=required,
        sensitive=True,
    )
    value = f"{name}=env:{setting.variable}"
    return Field(setting=setting, option="--auth", value=f"{api}={value}" if api else value)


def _described(scheme: SecurityScheme) -> str:
    """Return what a person types for a scheme."""
    if scheme.is_authorization:
        return "The whole of the Authorization header, its first word included, such as: Token abc123."
    match scheme.type, scheme.scheme.lower():
        case "apiKey", _:
            return f"An API key, sent in {_line(scheme.location, 20)} {_line(scheme.parameter, 60)}."
        case "http", "basic":
            return "User name and password, as USER:PASSWORD."
        case "http", _:
            return f"A token, sent as Authorization: {_line(scheme.scheme, 20).title()} TOKEN."
    return "An access token."


def fields_of(
    fields: Sequence[Field], variables: Mapping[str, str | None]
) -> tuple[tuple[str, ...], tuple[Setting, ...]]:
    """Return the words of a command, and the settings that they need, each once."""
    args = [word for field in fields for word in (field.option, field.value)]
    settings = [*(field.setting for field in fields), *map(variable_field, variables)]
    return tuple(args), tuple({each.key: each for each in settings}.values())


def _key(*parts: str) -> str:
    """Return the key of a setting: ("auth", "", "api-key") -> "auth_api_key"."""
    return "_".join(_NOT_IN_A_KEY.sub("_", part.lower()).strip("_") for part in parts if part)


def _line(text: str, most: int = _LONGEST) -> str:
    """Return a text of the document on one line; what would stand for a setting does not."""
    return one_line(text, most).replace("${", "$ {")

"""Which models are asked: `--model`, `--model-url`, `--model-key` and the variables of their services, understood."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from openapi_mcp.errors import ConfigError, CredentialsError
from openapi_mcp.model.secret import Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.values import read_base_url

_LONGEST_NAME = 200
_MODEL, _URL, _KEY = "--model", "--model-url", "--model-key"
_KEY_TEXT = re.compile(r"[\x21-\x7e]+")
_OF_OTHER = re.compile(r"(?!(?:env|file):)[^=]+=(?:env|file):|(?:anthropic|openai):[^=]*=", re.IGNORECASE)
_OF_ONE = re.compile(r"(?P<model>.+?)=(?P<url>https?://.*)", re.IGNORECASE | re.DOTALL)


class Wire(StrEnum):
    """How a model is spoken to; also what stands before its name."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where the models of a wire are by themselves, and the variables that say otherwise."""

    url: str
    url_variable: str
    key_variable: str


SERVICES: Mapping[Wire, Service] = {
    Wire.ANTHROPIC: Service(
        url="https://api.anthropic.com", url_variable="ANTHROPIC_BASE_URL", key_variable="ANTHROPIC_API_KEY"
    ),
    Wire.OPENAI: Service(
        url="https://api.openai.com/v1", url_variable="OPENAI_BASE_URL", key_variable="OPENAI_API_KEY"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelName:
    """A model to ask. `name` is as it was written, and how it is told of; `id` is what its server calls it.

    `is_at_home` where it is at its service's own address: prices are known there. `is_named_url` where --model-url
    says where it is: of our environment's variables nothing is sent there. `is_named_key` where --model-key gives
    its key.
    """

    name: str
    id: str
    wire: Wire
    url: str
    key: Secret | None = None
    is_named_url: bool = False
    is_named_key: bool = False

    @property
    def is_at_home(self) -> bool:
        """True where it is at its service's own address."""
        return origin(self.url) == origin(SERVICES[self.wire].url)


ReadSecret = Callable[[str, Mapping[str, str], str], Secret]
"""`read_secret` of openapi_mcp/references.py: a file may be read."""


def read_models(
    models: Sequence[str], urls: Sequence[str], keys: Sequence[str], environ: Mapping[str, str], read_secret: ReadSecret
) -> tuple[ModelName, ...]:
    """Return the models to ask, the first one first.

    A URL without a MODEL= before it is where the models without a provider's name are; where there are none, it is
    where the openai: ones are. A key without one is for the models at such a URL, or for the only model.

    Raises:
        ConfigError: none is named, one twice, of an unknown provider, or a URL or a key is nobody's.
        CredentialsError: a key is missing, or cannot be read.
    """
    names = _names(models)
    places = _places(names, urls)
    given = _keys(names, places, keys)
    return tuple(_read_model(name, places.get(name), given.get(name), environ, read_secret) for name in names)


def _names(models: Sequence[str]) -> tuple[str, ...]:
    names = tuple(model.strip() for model in models)
    if not any(names):
        hint = f"name one: {_MODEL} anthropic:NAME, {_MODEL} openai:NAME, or {_MODEL} NAME {_URL} URL"
        raise ConfigError("no model is named", where=_MODEL, hint=hint)
    for number, name in enumerate(names):
        if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name.endswith(":"):
            raise ConfigError(f"{one_line(name, 60)!r} is no model's name", where=_MODEL, hint="write PROVIDER:NAME")
        if name in names[:number]:
            raise ConfigError(f"the model {name!r} is named twice", where=_MODEL, hint="name each model once")
    return names


def _wire(name: str) -> Wire | None:
    """Return the provider that stands before a name: of "qwen3:8b" none does."""
    provider, colon, _ = name.partition(":")
    return next((wire for wire in Wire if colon and provider == wire), None)


def wires(models: Sequence[str]) -> tuple[Wire, ...]:
    """Return how each of the models is spoken to: one without a provider as OpenAI's are."""
    return tuple(_wire(model.strip()) or Wire.OPENAI for model in models)


def of_provider(models: Sequence[str], wire: Wire) -> tuple[str, ...]:
    """Return the models that this provider's name stands before."""
    return tuple(model for model in models if _wire(model.strip()) is wire)


def _places(names: Sequence[str], urls: Sequence[str]) -> dict[str, str]:
    """Return the URL of each model that has one by --model-url."""
    general: str | None = None
    places: dict[str, str] = {}
    for text in urls:
        found = _OF_ONE.fullmatch(text.strip())
        if found is None or origin(text.strip()) is not None:
            if general is not None:
                hint = f"say which model is where: {_URL} MODEL=URL"
                raise ConfigError("there are two URLs for all models", where=_URL, hint=hint)
            general = read_base_url(text, _URL)
            continue
        _refuse_unknown(found["model"].strip(), names, _URL)
        places[found["model"].strip()] = read_base_url(found["url"], _URL)
    if general is None:
        return places
    left = [name for name in names if name not in places]
    of_it = [name for name in left if _wire(name) is None] or [name for name in left if _wire(name) is Wire.OPENAI]
    if not of_it:
        said = f"no model is at {redact_url(general)}"
        raise ConfigError(said, where=_URL, hint=f"name one of it: {_MODEL} NAME, or write {_URL} MODEL=URL")
    return places | dict.fromkeys(of_it, general)


def _refuse_unknown(model: str, names: Sequence[str], where: str) -> None:
    if model not in names:
        said = f"{one_line(model, 60)!r} is none of the models"
        raise ConfigError(said, where=where, hint=f"before the = stands one of {', '.join(names)}")


def _keys(names: Sequence[str], places: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """Return the key of each model that has one by --model-key, as it was written; a key itself may hold a `=`."""
    given: dict[str, str] = {}
    for text in keys:
        model, equals, key = text.strip().partition("=")
        if equals and model.strip() in names:
            given[model.strip()] = key.strip()
            continue
        if _OF_OTHER.match(text.strip()):
            said = f"no --model is named {one_line(model.strip(), 60)}"
            raise ConfigError(said, where=_KEY, hint=f"before the = stands one of {', '.join(names)}")
        of_it = list(places) or (list(names) if len(names) == 1 else [])
        if not of_it:
            hint = f"say it: {_KEY} MODEL=env:VARIABLE"
            raise ConfigError("it is not said which model the key is for", where=_KEY, hint=hint)
        given = dict.fromkeys(of_it, text.strip()) | given
    if not all(given.values()):
        raise ConfigError("a key is empty", where=_KEY, hint=f"write {_KEY} env:VARIABLE, or MODEL=env:VARIABLE")
    return given


def _read_model(
    name: str, place: str | None, key: str | None, environ: Mapping[str, str], read_secret: ReadSecret
) -> ModelName:
    wire = _wire(name)
    if wire is None and place is None:
        raise _unknown_provider(name)
    known = SERVICES[wire or Wire.OPENAI]
    said = environ.get(known.url_variable, "").strip()
    url = place or (read_base_url(said, known.url_variable) if said else known.url)
    model = ModelName(
        name=name,
        id=name.partition(":")[2] if wire else name,
        wire=wire or Wire.OPENAI,
        url=url.rstrip("/"),
        is_named_url=place is not None,
    )
    return _with_key(model, read_secret(key, environ, _KEY) if key else None, environ)


def _with_key(model: ModelName, given: Secret | None, environ: Mapping[str, str]) -> ModelName:
    """Return the model with its key: what was given, else the service's variable where that is meant for the address.

    Raises:
        CredentialsError: a service's own address wants a key, and there is none; or it is none that HTTP can carry.
    """
    variable = SERVICES[model.wire].key_variable
    is_meant = model.is_at_home or not model.is_named_url  # else it would reach another one than its own service
    found = environ.get(variable, "").strip()
    key = given or (Secret(found) if is_meant and found else None)
    if key is None and is_meant:
        hint = f"export {variable}=..., or give it with {_KEY} env:VARIABLE or file:PATH"
        said = f"{model.name} wants a key, and {variable} is not set"
        raise CredentialsError(said, where=variable, hint=hint)
    if key is not None and not _KEY_TEXT.fullmatch(key.reveal()):
        where = _KEY if given else variable
        raise CredentialsError(
            f"the key of {model.name} is none", where=where, hint="copy it anew, without line breaks"
        )
    return replace(model, key=key, is_named_key=given is not None)


def _unknown_provider(name: str) -> ConfigError:
    provider, colon, _ = name.partition(":")
    meant = next((wire for start, wire in _FAMILIES if name.lower().startswith(start)), None)
    said = f"the provider {one_line(provider, 40)!r} is unknown" if colon else f"{name!r} names no provider"
    choice = f"choose from {', '.join(Wire)}; a model of any other server is named with its {_URL} URL"
    return ConfigError(said, where=f"{_MODEL} {name}", hint=f"write {_MODEL} {meant}:{name}" if meant else choice)


_FAMILIES = (("claude", Wire.ANTHROPIC), ("gpt-", Wire.OPENAI))  # whose model a name without a provider surely is

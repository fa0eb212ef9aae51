"""The command that goes on with a run of `ask`: the same options again, and no secret among them."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.ask.kept import Run
from openapi_mcp.cli.keeper import runs_of
from openapi_mcp.cli.option import Options
from openapi_mcp.config import Config
from openapi_mcp.model.url import redact_url

_SECRETS = frozenset(("bearer", "token", "basic", "header", "api_key", "auth", "client_secret", "model_key"))
_MAY_HOLD_SOME = "spec_command"  # a whole command, whose words nobody can tell apart
_REFERENCES = ("env:", "file:")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """A command, "" where the run is not kept; `lacking` are options with what is, or may hold, a secret."""

    command: str = ""
    lacking: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What is to be added to the command, in words; "" for nothing."""
        return f"add {', '.join(self.lacking)} as before: no secret stands here" if self.lacking else ""


NOTHING = GoOn()


def command_of(
    config: Config, run: Run, flags: Mapping[str, Any], groups: Sequence[Options], *, as_json: bool = False
) -> GoOn:
    """Return the command that goes on with a run that was begun with these flags.

    What the environment or a config file says holds for it, too, and stands there.
    """
    if runs_of(config) is None:
        return NOTHING
    names = {name: option.names[0] for group in groups for name, option in group.items()}
    before = _Before(apis=tuple(each.name for each in config.apis), models=run.models)
    words, lacking = ["openapi-mcp", "ask", "--run", run.id, *(("--json",) if as_json else ())], dict[str, None]()
    for key, given in flags.items():
        for value in _each(given):
            if value is True:
                words.append(names[key])
            elif _may_stand(key, str(value), before):
                words += _written(names[key], str(value))
            else:
                lacking[names[key]] = None
    return GoOn(command=shlex.join(words), lacking=tuple(lacking))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What may stand before a value, with a `=`: the name of an API, or of a model."""

    apis: tuple[str, ...]
    models: tuple[str, ...]


def _each(given: Any) -> Iterator[Any]:
    match given:
        case None | False:
            return
        case list() | tuple():
            yield from given
        case _:
            yield given


def _may_stand(key: str, text: str, before: _Before) -> bool:
    """True for a value without a secret in it: a reference to one, or what is none."""
    value = _after(before.apis, text)
    if key == _MAY_HOLD_SOME:
        return False
    if key not in _SECRETS:
        url = _after(before.models, value) if key == "model_url" else value
        return "://" not in url or redact_url(url) == url
    if key == "auth":
        value = value.partition("=")[2]
    elif key == "header":
        value = value.partition(":")[2]
    elif key == "model_key":
        value = _after(before.models, value)
    return value.strip().startswith(_REFERENCES)


def _after(names: Sequence[str], text: str) -> str:
    """Return what stands behind one of these names and a `=`, else all of it."""
    name, equals, value = text.strip().partition("=")
    return value.strip() if equals and name.strip() in names else text.strip()


def _written(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if value.startswith("-") and value != "-" else [name, value]

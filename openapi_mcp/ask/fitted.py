"""As many tools as the models take: the strictest of them says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from openapi_mcp.ask.names import Wire, of_provider, wires
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.generator.clients import BY_NAME
from openapi_mcp.model.text import one_line

_MOST: Mapping[Wire, int | None] = {Wire.ANTHROPIC: None, Wire.OPENAI: BY_NAME["openai"].most_tools}
_LONGEST = 60  # characters of a model's name


def fitted(config: Config, models: Sequence[str]) -> Config:
    """Return the configuration with which --mode auto lists no more tools than each of the models takes.

    A server of one's own that speaks as OpenAI's may hand on to OpenAI.
    """
    known = [most for wire in wires(models) if (most := _MOST[wire]) is not None]
    if not known:
        return config
    listing = replace(config.listing, most=min(known))
    each = tuple(replace(api, listing=replace(api.listing, most=min(known))) for api in config.apis)
    return replace(config, listing=listing, apis=each)


def require_fit(count: int, models: Sequence[str]) -> None:
    """Refuse a list that a model's provider does not take: --mode tools wants each tool in it.

    Raises:
        ConfigError: there are too many tools.
    """
    for wire, most in _MOST.items():
        named = of_provider(models, wire)
        if most is not None and named and count > most:
            said = f"{one_line(named[0], _LONGEST)} takes {most} tools, and {count:,} are listed"
            hint = "give --mode search (or auto), or list fewer: --include PATTERN"
            raise ConfigError(said, where="--mode tools", hint=hint)

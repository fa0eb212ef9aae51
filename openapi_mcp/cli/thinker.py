"""Who thinks in a run of `ask`: the models that are named, one after the other."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from openapi_mcp.ask.names import read_models
from openapi_mcp.config import Config
from openapi_mcp.model.secret import Secret
from openapi_mcp.references import read_secret

if TYPE_CHECKING:
    from openapi_mcp.ask.thinking import Listener, Thinker


@asynccontextmanager
async def open_thinker(
    config: Config, models: Sequence[str], listener: "Listener", hide: Callable[[Sequence[Secret]], None]
) -> "AsyncIterator[Thinker]":
    """Yield what performs a Think by asking these models; the `listener` is told how a turn comes about.

    `hide` is told the keys: a service may say them again.

    Raises:
        ConfigError: no model is named, one cannot be told where it is, or the extra [ask] is not installed, or broken.
        CredentialsError: a model's key is missing.
    """
    from openapi_mcp.ask.providers import require_extra, require_working
    from openapi_mcp.ask.thinking import Thinker

    names = read_models(models, config.model_urls, config.model_keys, os.environ, read_secret)
    require_extra()
    require_working({each.wire for each in names})
    hide([each.key for each in names if each.key is not None])
    thinker = Thinker(names, listener)
    try:
        yield thinker
    finally:
        await thinker.aclose()

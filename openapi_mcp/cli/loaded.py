"""The catalogues of all APIs that a command is about."""

from functools import partial

from openapi_mcp.config import Config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.loading import Catalogue, load_catalogue
from openapi_mcp.model.text import one_line
from openapi_mcp.progress import Notice
from openapi_mcp.said_of import naming, say_of
from openapi_mcp.servable import require_tools


async def load_each(config: Config, notice: Notice) -> dict[str, Catalogue]:
    """Return the catalogue of each API by its name, "" for the only one; one that cannot be loaded is told.

    Raises:
        OpenapiMcpError: none of them can be; the first one's error.
    """
    loaded: dict[str, Catalogue] = {}
    errors: dict[str, OpenapiMcpError] = {}
    for api in config.apis or (config,):
        say = partial(say_of, api.name, notice) if api.name else notice
        try:
            with naming(api):
                catalogue = await load_catalogue(api, say)
                require_tools(catalogue.toolset, catalogue.document)
            loaded[api.name] = catalogue
        except OpenapiMcpError as error:
            errors[api.name] = error
    if not loaded:
        raise next(iter(errors.values()))
    for name, missing in errors.items():
        notice(f"warning: the API {name!r} is left out: {one_line(missing.message, 300)}")
    return loaded


def title_of(loaded: dict[str, Catalogue]) -> str:
    """Return what the documents call themselves."""
    return one_line(", ".join(f"{each.document.title} {each.document.version}" for each in loaded.values()), 200)

"""The loader's front door: a source becomes a Document."""

from openapi_mcp.loader.fetch import Progress, fetch
from openapi_mcp.loader.parse import parse
from openapi_mcp.loader.read import read
from openapi_mcp.loader.source import Source, parse_source
from openapi_mcp.model.document import Document


async def load(source: Source | str, progress: Progress | None = None) -> Document:
    """Fetch, parse and read one OpenAPI description.

    A text is understood as after `--spec`: a URL, a file, or `-` for standard input.

    Raises:
        ConfigError: the text is no source.
        SourceError: the document cannot be fetched.
        DocumentError: it is not an OpenAPI description that can be served.
    """
    if isinstance(source, str):
        source = parse_source(source)
    fetched = await fetch(source, progress)
    return read(parse(fetched.data, where=str(source)), source=str(source), base_uri=fetched.base_uri)

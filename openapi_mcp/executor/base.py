"""Where the API is: the URL that path templates are appended to."""

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.document import Document, Operation
from openapi_mcp.model.url import origin, redact_url


def server_url(document: Document, base_url: str | None = None, operation: Operation | None = None) -> str:
    """Return the URL that path templates are appended to: the pinned one, else the first usable server.

    The operation's own servers come before the path item's, those before the document's. OAS 3.1.1, 4.8.5.

    Raises:
        ConfigError: none is an absolute http or https URL.
    """
    if base_url is not None:
        return base_url
    servers = operation.servers if operation is not None else document.servers
    for server in servers:
        if origin(server.url) is not None and "{" not in server.url and "@" not in server.url.partition("?")[0]:
            return server.url
    named = ", ".join(repr(redact_url(server.url)) for server in servers[:3]) or "none"
    raise ConfigError(
        f"the document names no usable server ({named})",
        where=document.source,
        hint="say where the API is with --base-url https://host/path",
    )

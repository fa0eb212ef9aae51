"""Turn any OpenAPI description into an MCP server.

The public API, typed and kept stable; everything else may change. Nothing is computed, and nothing heavy is imported,
until a name is used.

    document = await load("https://api.example.com/openapi.json")
    toolset = generate(document)
    async with Executor(document, toolset) as executor:
        result = await executor.call(Call(tool="customers_list", arguments={"city": "Porto"}))
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # as typing has it, without importing typing: front/ answers within milliseconds
if TYPE_CHECKING:
    from openapi_mcp.errors import (
        ArgumentsError,
        ConfigError,
        CredentialsError,
        DocumentError,
        ExitCode,
        OpenapiMcpError,
        SourceError,
    )
    from openapi_mcp.executor.executor import Executor
    from openapi_mcp.generator.generate import generate
    from openapi_mcp.loader.load import load
    from openapi_mcp.loader.source import Source, parse_source
    from openapi_mcp.model.call import Call, Failure, FailureKind, Result
    from openapi_mcp.model.document import Document, Operation, Problem, Skipped
    from openapi_mcp.model.policy import Limits, Selection
    from openapi_mcp.model.secret import Credential, Secret
    from openapi_mcp.model.tool import Binding, Tool, Toolset

__all__ = [
    "ArgumentsError",
    "Binding",
    "Call",
    "ConfigError",
    "Credential",
    "CredentialsError",
    "Document",
    "DocumentError",
    "Executor",
    "ExitCode",
    "Failure",
    "FailureKind",
    "Limits",
    "OpenapiMcpError",
    "Operation",
    "Problem",
    "Result",
    "Secret",
    "Selection",
    "Skipped",
    "Source",
    "SourceError",
    "Tool",
    "Toolset",
    "__version__",
    "generate",
    "load",
    "parse_source",
]

_HOMES = {
    "errors": (
        "ArgumentsError",
        "ConfigError",
        "CredentialsError",
        "DocumentError",
        "ExitCode",
        "OpenapiMcpError",
        "SourceError",
    ),
    "executor.executor": ("Executor",),
    "generator.generate": ("generate",),
    "loader.load": ("load",),
    "model.call": ("Call", "Failure", "FailureKind", "Result"),
    "model.document": ("Document", "Operation", "Problem", "Skipped"),
    "model.policy": ("Limits", "Selection"),
    "model.secret": ("Credential", "Secret"),
    "loader.source": ("Source", "parse_source"),
    "model.tool": ("Binding", "Tool", "Toolset"),
}


def __getattr__(name: str) -> object:
    """Import a public name from its home on first use (PEP 562)."""
    from importlib import import_module

    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

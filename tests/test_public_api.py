"""The public API: what `openapi_mcp` exports, and what importing it costs."""

import json
import subprocess
import sys
from typing import get_type_hints

import pytest

import openapi_mcp


def test_all_is_sorted_and_holds_the_public_names() -> None:
    """style.md, Around the code: a test holds `__all__`."""
    assert openapi_mcp.__all__ == sorted(openapi_mcp.__all__)
    assert openapi_mcp.__all__ == [
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


@pytest.mark.parametrize("name", openapi_mcp.__all__)
def test_each_public_name_can_be_imported(name: str) -> None:
    """style.md, Around the code."""
    value = getattr(openapi_mcp, name)
    assert getattr(value, "__name__", name) == name


def test_every_name_comes_with_a_star_import() -> None:
    """PEP 562: `__getattr__` serves the star import too."""
    names: dict[str, object] = {}
    exec("from openapi_mcp import *", names)
    assert set(openapi_mcp.__all__) <= set(names)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """PEP 562: as for any module."""
    with pytest.raises(AttributeError, match="module 'openapi_mcp' has no attribute 'nothing'"):
        _ = openapi_mcp.nothing
    assert not hasattr(openapi_mcp, "Anything")


def test_the_public_functions_are_typed() -> None:
    """style.md, Around the code: typed (`py.typed`)."""
    assert get_type_hints(openapi_mcp.load)["return"] is openapi_mcp.Document
    assert get_type_hints(openapi_mcp.generate)["return"] is openapi_mcp.Toolset


def test_importing_the_package_imports_nothing_heavy() -> None:
    """style.md: nothing computed at import; httpx, mcp and yaml cost most of a start."""
    code = "import json, sys, openapi_mcp; print(json.dumps(sorted(sys.modules)))"
    modules = json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)
    heavy = {"anyio", "httpx", "jsonschema", "mcp", "rich", "typer", "yaml"}
    assert heavy.isdisjoint(module.partition(".")[0] for module in modules)
    assert [module for module in modules if module.startswith("openapi_mcp")] == ["openapi_mcp"]

"""`openapi-mcp workflow`: what there is below it."""

from typing import Annotated

import typer

from openapi_mcp.cli.output import show_text
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.text import one_line

HELP = """Work with workflows: calls that follow on each other, served as one tool (OpenAPI Arazzo).

Commands:

\b
  suggest   write a file of workflows, from what was called and from what operations
            need and yield; openapi-mcp workflow suggest --help says more

Examples:

\b
  openapi-mcp workflow suggest --spec openapi.json -o workflows.arazzo.yaml
      a file to edit, with a comment on each workflow that says why it is suggested
"""
_HAS = """workflow suggest   write workflows for calls that often follow on each other

openapi-mcp workflow suggest --help says more."""


def workflow(word: Annotated[str | None, typer.Argument(hidden=True, metavar="COMMAND")] = None) -> int:
    """Show the commands of two words."""
    if word is not None:
        hint = "did you mean openapi-mcp workflow suggest?"
        raise ConfigError(f"there is no `workflow {one_line(word, 40)}`", hint=hint)
    show_text(_HAS)
    return ExitCode.OK

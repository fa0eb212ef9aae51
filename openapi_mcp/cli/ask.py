"""`openapi-mcp ask`: a question to a model that calls our tools, or a chat of them."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from openapi_mcp.cli.options import (
    ASK,
    CALLS,
    CREDENTIALS,
    DOCUMENT,
    OTEL,
    OUTPUT,
    RECORDS,
    TLS,
    TOOLS,
    WHERE_CACHED,
    takes,
)
from openapi_mcp.cli.output import is_asked
from openapi_mcp.cli.start import start
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError

HELP = """Ask a question; a model answers it by calling the tools of the API.

Each step is told on stderr, the answer stands on stdout. A write is sent only when you have seen its exact request
and said yes, unless --confirm says otherwise. What the API answers goes to the model.

Without a question it is a chat: a line each. /tools, /runs and /help tell what there is, /quit or Ctrl-D ends it.
Ctrl-C ends the question that is worked on, and keeps the run: --continue goes on with it.

Examples:

\b
  openapi-mcp ask "is order 7 paid?" --spec openapi.json --model anthropic:NAME
      what the model thinks and calls, step by step, then its answer;
      the key is ANTHROPIC_API_KEY

\b
  openapi-mcp ask "cancel order 7" --spec openapi.json --methods all \\
      --model anthropic:NAME --model openai:NAME
      the second model takes over where the first has no quota left;
      you are asked before the write

\b
  openapi-mcp ask --spec openapi.json --model qwen3 \\
      --model-url http://127.0.0.1:11434/v1
      a chat, with a model on this machine

\b
  openapi-mcp ask --continue "and the one before?" --spec openapi.json
      the last run goes on; without a question, from where it was interrupted
"""
_CONFIRMED = {"confirm": "writes"}
_GROUPS = (ASK, DOCUMENT, TOOLS, CREDENTIALS, TLS, CALLS, RECORDS, WHERE_CACHED, OUTPUT, OTEL)
_LONGEST = 100_000  # characters of a question


@takes(*_GROUPS)
def ask(
    *,
    question: Annotated[
        str | None, typer.Argument(help="What to find out, or to do; - reads it from stdin.", metavar="[QUESTION]")
    ] = None,
    goes_on: Annotated[bool, typer.Option("--continue", help="Go on with the last run.")] = False,
    run: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="Go on with this run; a beginning of its id is enough.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout: the answer, and each step with its calls.")
    ] = False,
    flags: Mapping[str, Any],
) -> int:
    """Run one question, or a chat; the exit status says how it went."""
    config, notice = start(flags, _CONFIRMED)
    text = _question(question, config)
    from openapi_mcp.cli.asking import answer_one
    from openapi_mcp.cli.go_on import command_of
    from openapi_mcp.cli.keeper import run_to_ask

    asked = run_to_ask(config, _run_named(run, goes_on=goes_on))
    go_on = command_of(config, asked, flags, _GROUPS, as_json=as_json)
    if text or not (asked.is_new or asked.is_answered):
        return answer_one(config, asked, text, notice, go_on, as_json=as_json)
    if not asked.is_new and (as_json or not is_asked()):
        hint = 'ask something: openapi-mcp ask --continue "..."'
        raise ConfigError("the last run has ended: answered", where="QUESTION", hint=hint)
    if as_json or not is_asked():
        why = "--json wants one" if as_json else "there is no terminal for a chat"
        raise ConfigError(f"no question is given, and {why}", where="QUESTION", hint='write openapi-mcp ask "..."')
    _refuse_taken(config)
    from openapi_mcp.cli.chat import chat

    return chat(config, asked, notice, go_on)


def _run_named(id: str | None, *, goes_on: bool) -> str | None:
    """Return the id of the run to go on with, "" for the last one, None for a new one.

    Raises:
        ConfigError: it is empty, or --continue means another run.
    """
    if id is None:
        return "" if goes_on else None
    if not id.strip():
        raise ConfigError("the id of the run is empty", where="--run", hint="--continue goes on with the last one")
    from openapi_mcp.ask.runs import Runs

    if goes_on and not Runs.of_user(os.environ).find().id.startswith(id):
        hint = "give --run alone; --continue is the last run"
        raise ConfigError("the run is not the last one", where="--run and --continue", hint=hint)
    return id


def _question(text: str | None, config: Config) -> str:
    """Return the question, "" where none is given.

    Raises:
        ConfigError: it is empty or too long, or stdin is wanted twice.
    """
    if text is None:
        return ""
    if text == "-":
        _refuse_taken(config)
        text = sys.stdin.read(_LONGEST + 1)
    if not text.strip():
        raise ConfigError("the question is empty", where="QUESTION", hint="write what is to be found out")
    if len(text) > _LONGEST:
        said = f"the question is longer than {_LONGEST:,} characters"
        raise ConfigError(said, where="QUESTION", hint="ask for less at once")
    return text.strip()


def _refuse_taken(config: Config) -> None:
    if any(each.spec == "-" and each.spec_command is None for each in config.apis or (config,)):
        said = "both the document and the question are to come from stdin"
        raise ConfigError(said, where="--spec -", hint="save the document to a file")

"""The run of `ask` that is asked, a new one or an old one, and its being kept: after each step, where runs are."""

import os
import time
from collections.abc import Callable
from dataclasses import replace

from openapi_mcp.ask.kept import Run
from openapi_mcp.ask.runs import Runs
from openapi_mcp.ask.usage import usage_of
from openapi_mcp.cli.output import Notice
from openapi_mcp.config import Config
from openapi_mcp.heard import new_id
from openapi_mcp.model.chat import Ending, History


class Keeper:
    """Keeps a run after each step; without `runs` nothing is kept. That it cannot be kept is said once."""

    def __init__(self, run: Run, runs: Runs | None, notice: Notice) -> None:
        self.run = run
        self.mask: Callable[[str], str] = str
        self._runs = runs
        self._notice = notice

    def has(self, history: History) -> None:
        """Keep the conversation as it is while it goes on."""
        self._keep(replace(self.run, history=history, ended=None))

    def ended(self, ending: Ending) -> None:
        """Keep how it ended."""
        self._keep(replace(self.run, history=ending.history, ended=ending.kind))

    def _keep(self, run: Run) -> None:
        self.run = replace(run, changed=time.time(), usage=usage_of(run.history))
        if self._runs is None:
            return
        try:
            self._runs.save(self.run, self.mask)
        except (OSError, ValueError, RecursionError) as error:
            self._runs = None
            self._notice(f"warning: this run cannot be kept, nor gone on with later: {type(error).__name__}: {error}")


def run_to_ask(config: Config, id: str | None) -> Run:
    """Return a new run, or with an id that one, "" the last; the models are those of now, where any are named.

    Raises:
        ConfigError: as `Runs.find` does.
    """
    if id is None:
        return Run(id=new_id(), began=time.time(), models=config.models)
    run = Runs.of_user(os.environ).find(id)
    return replace(run, models=config.models or run.models)


def runs_of(config: Config) -> Runs | None:
    """Return where runs are kept; None where they are not: they hold arguments, and what the API answered."""
    return Runs.of_user(os.environ) if config.record_arguments and not config.no_records else None

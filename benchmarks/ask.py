"""What our loop changes: the same tasks over the live shop, by a plain loop and by `openapi-mcp ask`.

    python benchmarks/ask.py [TASK...]

Both use our MCP server, and are answered by the same stand-in for a model (ask_policies.py): a fixed policy that makes
the mistakes that models are known for and follows what it is told. It is no model: it says how a loop holds up when
these things happen, not how often they do. The plain loop (ask_plain.py) is a provider's SDK and an MCP client, with
repairs off, and without the server's instructions; the errors of the server's tools are the same, hints included, so
it is better off than a loop over another server. It has one provider, as such loops have; ours has two.

    turns     requests to models, those that failed too
    tokens    what went in and came out, a token being four characters
    failed    calls that were answered with an error, by whom ever
    harm      writes that were made twice, and ids sent to the API that no answer had given
    right     the answer is right, and the API was written to as often as it should have been
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import ask_paths  # noqa: F401 - where `support` is
import ask_plain
import openai
from ask_policies import TASKS, Task, failed
from conftest import running_shop
from support.model_service import CLAUDE, GPT, OPENAI_KEY, ModelService, running_models
from support.model_talk import Reply
from support.watched import Watched, repeated, running_watched, ungiven

PATIENCE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one way made of one task."""

    turns: int
    tokens: int
    failed: int
    harm: int
    is_right: bool

    @property
    def cells(self) -> str:
        """As they stand in the table."""
        right = "yes" if self.is_right else "no"
        return f"{self.turns:7}{self.tokens:9,}{self.failed:8}{self.harm:6}{right:>7}"


Way = Callable[[Task, ModelService, Watched, Path], str]


def plain(task: Task, models: ModelService, watched: Watched, folder: Path) -> str:
    """Return the answer of a plain loop, "" where it ends without one."""
    options = (*watched.options, *_served(task), "--quiet", "--recovery", "off", "--cache-dir", str(folder))
    asking = ask_plain.ask(task.asked, url=models.openai_url, key=OPENAI_KEY, model=GPT, server=options)
    try:
        return asyncio.run(asyncio.wait_for(asking, PATIENCE))
    except (openai.OpenAIError, ExceptionGroup, TimeoutError):
        return ""


def _served(task: Task) -> tuple[str, ...]:
    """Return the options without that of asking a person: who that client is cannot ask."""
    return tuple(option for option in task.options if option not in ("--confirm", "none"))


def ours(task: Task, models: ModelService, watched: Watched, folder: Path) -> str:
    """Return the answer of `openapi-mcp ask`."""
    with_models = ("--model", f"openai:{GPT}", "--model", f"anthropic:{CLAUDE}")
    options = (*watched.options, *task.options, *with_models, "--cache-dir", str(folder))
    done = subprocess.run(
        [sys.executable, "-m", "openapi_mcp", "ask", task.asked, *options],
        env={**os.environ, **models.environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout if done.returncode == 0 else ""


def measured(way: Way, task: Task, models: ModelService, watched: Watched, folder: Path) -> Outcome:
    """Return what a way makes of a task."""
    watched.passed.clear()
    models.play(*task.turns, last=task.model)
    models.most_characters = task.most_characters
    answer = way(task, models, watched, folder)
    harm = repeated(watched.passed) + ungiven(task.asked, watched.passed)
    made = sum(passed.status < 300 for passed in watched.writes)
    out = sum(heard.said.tokens for heard in models.heard if isinstance(heard.said, Reply))
    calls = models.talks[-1].came if models.talks else ()
    return Outcome(
        turns=len(models.heard),
        tokens=sum(talk.characters // 4 for talk in models.talks) + out,
        failed=sum(failed(came) for came in calls),
        harm=len(harm),
        is_right=task.right in answer and made == task.writes and not harm,
    )


@contextmanager
def opened(folder: Path) -> Iterator[tuple[ModelService, Watched]]:
    """Yield models, and a shop of their own: what one way writes must not change the other's answers."""
    folder.mkdir()
    with ExitStack() as stack:
        shop = stack.enter_context(running_shop(folder))
        yield stack.enter_context(running_models()), stack.enter_context(running_watched(shop))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", nargs="*", help="only tasks of these names")
    wanted = parser.parse_args().task
    tasks = [task for task in TASKS if not wanted or task.name in wanted]
    print(f"{'':28}{'without':>36} |{'with':>36}")
    print(f"{'':28}{(head := '  turns   tokens  failed  harm  right')} |{head}")
    with tempfile.TemporaryDirectory(prefix="ask-") as home:
        os.environ.update(dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), home))
        with opened(Path(home) / "plain") as one, opened(Path(home) / "ours") as other:
            ways: list[tuple[Way, tuple[ModelService, Watched]]] = [(plain, one), (ours, other)]
            rows = []
            for task in tasks:
                rows.append(row := tuple(measured(way, task, *at, Path(home)) for way, at in ways))
                print(f"{task.name:28}{row[0].cells} |{row[1].cells}", flush=True)
    print(f"{'sum':28}{total([row[0] for row in rows])} |{total([row[1] for row in rows])}")


def total(outcomes: list[Outcome]) -> str:
    """Return the cells of a sum."""
    right = sum(outcome.is_right for outcome in outcomes)
    turns, tokens = sum(each.turns for each in outcomes), sum(each.tokens for each in outcomes)
    bad, harm = sum(each.failed for each in outcomes), sum(each.harm for each in outcomes)
    return f"{turns:7}{tokens:9,}{bad:8}{harm:6}{f'{right}/{len(outcomes)}':>7}"


if __name__ == "__main__":
    main()

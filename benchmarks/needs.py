"""What tools need and yield: is it found, and does it lead through chains of calls that people wrote down.

    python benchmarks/needs.py [--data FOLDER] [--labels FILE] [--misses]

For each document that has labels (needs_labels.tsv; its head holds their rule): `found`, the share of the labelled
needs that have a producer in the labels and in the answer; `first`, the share of the needs with a producer whose first
one is right; `all`, that of all producers. For each document whose tasks have chains: `chain`, of the ids that a later
call of a chain needs and an earlier one holds, by the labels, the share where the nearest such call is among the first
five. FOLDER is a folder `choose` beside the project, as `make bench` has it; the shop's document is made from examples.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.loader.read import read
from openapi_mcp.model.capability import Capabilities, Need
from openapi_mcp.model.policy import METHODS, Selection
from openapi_mcp.model.tool import Toolset

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "shared" / "data" / "choose"
SHOP = HERE.parent / "examples" / "shop" / "manage.py"


@dataclass(slots=True)
class Labels:
    """Of one document: which operations hold which kinds, and which kinds an operation's arguments need."""

    holds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    needs: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def right(self, operation: str, argument: str) -> set[str]:
        """Return the operations that hold what an argument needs."""
        kinds = self.needs.get((operation, argument), ())
        return {holder for kind in kinds for holder in self.holds[kind]} - {operation}


def main() -> int:
    """Print a line for each labelled document; the exit status says whether the figures reach the project's own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the documents and their tasks")
    parser.add_argument("--labels", type=Path, default=HERE / "needs_labels.tsv")
    parser.add_argument("--misses", action="store_true", help="show what is wrong or not found")
    options = parser.parse_args()
    print("document        tools  needs  found  first    all  chain   CPU ms")
    good = True
    for name, labels in read_labels(options.labels).items():
        good &= report(name, labels, options.data, options.misses)
    return 0 if good else 1


def read_labels(path: Path) -> dict[str, Labels]:
    """Return the labels by the name of the document."""
    found: dict[str, Labels] = defaultdict(Labels)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, word, kind, listed = line.split("\t")
        parts = [part for part in listed.split("; ") if part]
        if word == "holds":
            found[name].holds[kind].update(parts)
        for operation, arguments in (part.split(": ") for part in parts if word == "needs"):
            found[name].needs.update({(operation, each): tuple(kind.split("|")) for each in arguments.split(",")})
    return found


def report(name: str, labels: Labels, data: Path, shows_misses: bool) -> bool:
    """Print the figures of one document; False where they are below what the project asks of itself."""
    toolset, capabilities, milliseconds = capabilities_of(name, data)
    found, first, every = judged(toolset, capabilities, labels, shows_misses)
    tasks = data / f"{name}.tasks.json"
    chain = chained(toolset, capabilities, labels, tasks, shows_misses) if tasks.exists() else []
    figures = "".join(f"{share(each):>7}" for each in (found, first, every, chain))
    print(f"{name:<15}{len(toolset.tools):>6}{len(labels.needs):>7}{figures}{milliseconds:>9.0f}")
    return mean(first) >= 0.90 and mean(chain) >= 0.75


def capabilities_of(name: str, data: Path) -> tuple[Toolset, Capabilities, float]:
    """Return the tools of a document with what they need and yield, and what that took."""
    document = read(json.loads(text_of(name, data)), source=name, base_uri=None)
    toolset = generate(document, Selection(methods=frozenset(METHODS)))
    begun = process_time()
    capabilities = find_capabilities(toolset.tools, document.schemas)
    return toolset, capabilities, (process_time() - begun) * 1000


def text_of(name: str, data: Path) -> bytes:
    """Return a document as JSON."""
    if name != "shop":
        return (data / f"{name}.openapi.json").read_bytes()
    command = [sys.executable, str(SHOP), "spectacular", "--format", "openapi-json"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def judged(
    toolset: Toolset, capabilities: Capabilities, labels: Labels, shows_misses: bool
) -> tuple[list[bool], list[bool], list[bool]]:
    """Return of each labelled need whether it is found; of each need whether its first is right; of each producer."""
    given = dict(needs_of(toolset, capabilities))
    first, every = [], []
    for (operation, argument), need in given.items():
        right = labels.right(operation, argument)
        marks = [f"{each.method} {each.path}" in right for each in need.producers]
        every += marks
        first += marks[:1]
        if shows_misses and not all(marks):
            producers = zip(need.producers, marks, strict=True)
            wrong = [f"{each.method} {each.path} -> {each.field}" for each, is_right in producers if not is_right]
            print(f"  wrong: {operation} {argument} <- {wrong}{'' if marks[0] else ' (the first)'}")
    wanted = [key for key in labels.needs if labels.right(*key)]
    found = [key in given and bool(given[key].producers) for key in wanted]
    if shows_misses:
        missed = [" ".join(key) for key, is_found in zip(wanted, found, strict=True) if not is_found]
        print(*(f"  not found: {each}" for each in missed), sep="\n")
    return found, first, every


def needs_of(toolset: Toolset, capabilities: Capabilities) -> Iterator[tuple[tuple[str, str], Need]]:
    """Yield the needs that have a producer, by operation and argument."""
    for tool in toolset.tools:
        for need in capabilities[tool.name].needs:
            if need.producers:
                yield (f"{tool.operation.method} {tool.operation.path}", need.argument), need


def chained(
    toolset: Toolset, capabilities: Capabilities, labels: Labels, tasks: Path, shows_misses: bool
) -> list[bool]:
    """Return for each id in the chains that an earlier call holds whether that call is among the producers."""
    by_argument = dict(needs_of(toolset, capabilities))
    found = []
    for task in json.loads(tasks.read_text(encoding="utf-8")):
        for argument, source in links_of(task.get("chain") or (), labels):
            need = by_argument.get(argument)
            held = [plain(f"{each.method} {each.path}") for each in need.producers] if need else []
            found.append(source in held)
            if shows_misses and not found[-1]:
                print(f"  chain {task['id']}: {source} -> {' '.join(argument)}")
    return found


def links_of(chain: Any, labels: Labels) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each argument in a chain that an earlier call has a value for, with the nearest such call."""
    for position, call in enumerate(chain):
        for operation, argument in labels.needs:
            if plain(operation) == call:
                right = {plain(each) for each in labels.right(operation, argument)}
                source = next((each for each in reversed(chain[:position]) if each in right), None)
                if source is not None:
                    yield (operation, argument), source


def plain(operation: str) -> str:
    """Return an operation as tasks write it: "GET /albums/{id}" -> "GET /albums/{}"."""
    return re.sub(r"\{[^}]*\}", "{}", operation)


def mean(marks: list[bool]) -> float:
    """Return the share of what is true; all of nothing."""
    return sum(marks) / len(marks) if marks else 1.0


def share(marks: list[bool]) -> str:
    """Write a share, "-" of nothing."""
    return f"{mean(marks):.2f}" if marks else "-"


if __name__ == "__main__":
    sys.exit(main())

"""Which operations a search finds for a task as a person words it, beside a plain BM25; and what the index costs.

    python benchmarks/choose.py [--data FOLDER] [--semantic] [--missed] [--document FILE]

The folder has `NAME.openapi.json` with `NAME.tasks.json`: requests, each with groups of operations of which one is
enough. `recall@k` is the mean share of a task's groups that are met in the first k results, `all@k` the share of tasks
with every group met. A set of several documents (`NAME-01`, `NAME-02`, ...) is measured together: each task in its own
document. All operations are served, whatever their method. The BM25 is over what converters give a search today: a
tool's name and description, its parameters' names and descriptions; it is written below. --missed lists what the last
engine did not find among the first ten. A last set are requests of our own, in other words than the documents have.

The costs are CPU time, of an index over 1,200 operations made of the same documents (or of --document), and of a query
once all is warm; as ratios to the BM25 of the same run. Where there is no data, it is said and nothing is measured.
"""

import argparse
import json
import math
import os
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
from choose_reworded import REWORDED

from openapi_mcp import Selection, Tool, generate, load
from openapi_mcp.embedding import load_model
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.index.corpus import read_corpus
from openapi_mcp.index.search import Index
from openapi_mcp.index.semantic import read_meaning
from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.document import Document
from openapi_mcp.model.policy import ANY_METHOD

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "choose"
VARIABLE = "OPENAPI_MCP_CHOOSE"
CUTS = (5, 10)
OPERATIONS = 1200  # of the document that costs are measured on
_K1, _B = 1.2, 0.75
_ENDING = ".openapi.json"
_NUMBER = re.compile(r"-\d+$")
_WORDS = re.compile(r"[a-z0-9]+")

Made = TypeVar("Made")
Search = Callable[[str], Sequence[str]]
"""Returns the names of all tools that are found, best first."""


@dataclass(frozen=True, slots=True)
class Task:
    """A request, and the groups of operations that answer it: one of each."""

    name: str
    query: str
    groups: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Api:
    """A document that is searched: its tools, by name the operation of each as tasks write it, and its tasks."""

    name: str
    document: Document
    tools: Sequence[Tool]
    operations: Mapping[str, str]
    tasks: Sequence[Task]


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get(VARIABLE) or DATA), help="the folder")
    parser.add_argument("--semantic", action="store_true", help="a column with the extra [semantic] too")
    parser.add_argument("--missed", action="store_true", help="list the tasks that miss an operation in the first ten")
    parser.add_argument("--document", type=Path, help="measure the costs on this one")
    options = parser.parse_args()
    print(f"python {' '.join([str(Path(sys.argv[0])), *sys.argv[1:]])}")
    documents = sorted(options.data.glob(f"*{_ENDING}"))
    if not documents and not options.document:
        print(f"no requests in {options.data}; say where they are with --data or {VARIABLE}. Nothing was measured.")
        return 0
    costs(options.document, documents, options.semantic)
    engines = {"BM25": bm25, "ours": ours} | ({"+ semantic": with_meaning} if options.semantic else {})
    sets = sets_of(documents)
    figures(sets | reworded(sets), engines, options.missed)
    return 0


def sets_of(documents: Sequence[Path]) -> dict[str, list[Api]]:
    """Return the sets by name: "socbench-1-01" and "socbench-1-02" are both of "socbench-1"."""
    sets: dict[str, list[Api]] = {}
    for path in documents:
        name = path.name.removesuffix(_ENDING)
        sets.setdefault(_NUMBER.sub("", name), []).append(read_api(path, path.with_name(f"{name}.tasks.json")))
    return sets


def reworded(sets: Mapping[str, Sequence[Api]]) -> dict[str, list[Api]]:
    """Return a set of our own requests (choose_reworded.py) to those documents of the others that they are for."""
    apis = [
        replace(api, tasks=[Task(query, query, (frozenset((answer,)),)) for query, answer in REWORDED[api.name]])
        for each in sets.values()
        for api in each
        if api.name in REWORDED
    ]
    return {"reworded": apis} if apis else {}


def read_api(path: Path, tasks: Path | None = None) -> Api:
    """Load a document, make its tools, and read its tasks."""
    document = anyio.run(load, str(path))
    tools = generate(document, Selection(methods=frozenset({ANY_METHOD}))).tools
    operations = {tool.name: written(tool.operation.method, tool.operation.path) for tool in tools}
    return Api(path.name.removesuffix(_ENDING), document, tools, operations, read_tasks(tasks) if tasks else ())


def read_tasks(path: Path) -> list[Task]:
    """Read a list of tasks."""
    return [
        Task(task["id"], task["query"], tuple(frozenset(group) for group in task["gold"]))
        for task in json.loads(path.read_text(encoding="utf-8"))
    ]


def written(method: str, path: str) -> str:
    """Return an operation as tasks write it: ("get", "/albums/{id}") -> "GET /albums/{}"."""
    return f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}"


def ours(api: Api) -> Search:
    """Return our search."""
    return _names(Index(read_corpus(api.tools, api.document.schemas, _capabilities(api))), len(api.tools))


def with_meaning(api: Api) -> Search:
    """Return our search with the extra [semantic]."""
    corpus = read_corpus(api.tools, api.document.schemas, _capabilities(api))
    return _names(Index(corpus, read_meaning(corpus, load_model())), len(api.tools))


def _names(index: Index, limit: int) -> Search:
    return lambda query: [hit.tool for hit in index.search(query, limit).hits]


def _capabilities(api: Api) -> Capabilities:
    return find_capabilities(api.tools, api.document.schemas)


def bm25(api: Api) -> Search:
    """Return a search with plain BM25."""
    return Bm25({tool.name: plain_text(tool) for tool in api.tools}).search


def plain_text(tool: Tool) -> str:
    """Return what a plain converter would search of a tool: its name, its description and its parameters."""
    operation = tool.operation
    name = operation.operation_id or f"{operation.method} {operation.path}"
    inputs = (f"{key} {part.get('description', '')}" for key, part in tool.input_schema.get("properties", {}).items())
    return " ".join((name, operation.description or operation.summary, *inputs))


class Bm25:
    """Texts ranked by BM25, with the weights that Lucene has by default; the words as they stand."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._counts = {name: Counter(_WORDS.findall(text.lower())) for name, text in texts.items()}
        self._lengths = {name: sum(counts.values()) for name, counts in self._counts.items()}
        self._mean = statistics.fmean(self._lengths.values())
        self._spread = Counter(word for counts in self._counts.values() for word in counts)

    def search(self, query: str) -> list[str]:
        """Return the names of the texts with a word of the query, best first."""
        words = _WORDS.findall(query.lower())
        scores = {name: self._score(name, words) for name in self._counts}
        return sorted((name for name, score in scores.items() if score > 0), key=lambda name: -scores[name])

    def _score(self, name: str, words: Sequence[str]) -> float:
        counts, norm = self._counts[name], _K1 * (1 - _B + _B * self._lengths[name] / self._mean)
        return sum(self._weight(word) * counts[word] / (counts[word] + norm) for word in words if word in counts)

    def _weight(self, word: str) -> float:
        spread = self._spread[word]
        return math.log(1 + (len(self._counts) - spread + 0.5) / (spread + 0.5))


def figures(sets: Mapping[str, Sequence[Api]], engines: Mapping[str, Callable[[Api], Search]], missed: bool) -> None:
    """Print the shares of each set for each engine; where `missed`, what the last engine did not find."""
    print(f"\n{'':24}{'':12}" + "".join(f"{f'{name}@{cut}':>11}" for name in ("recall", "all") for cut in CUTS))
    for name, apis in sets.items():
        title, ranks = f"{name} ({sum(len(api.tasks) for api in apis)} tasks)", []
        for engine, made in engines.items():
            ranks = [pair for api in apis for pair in ranked(api, made(api))]
            line = "".join(f"{share:11.3f}" for share in shares([found for _, found in ranks]))
            print(f"{title:24}{engine:12}{line}")
            title = ""
        if missed:
            print("\n".join(told(ranks)))


Ranks = tuple[float, ...]
"""The rank of the best operation of each group of a task, from 1; infinite where none was found."""


def ranked(api: Api, search: Search) -> Iterator[tuple[Task, Ranks]]:
    """Yield each task with its ranks."""
    for task in api.tasks:
        places: dict[str, int] = {}
        for place, name in enumerate(search(task.query), 1):
            places.setdefault(api.operations[name], place)
        yield task, tuple(min(places.get(operation, math.inf) for operation in group) for group in task.groups)


def shares(found: Sequence[Ranks]) -> Iterator[float]:
    """Yield recall and then all, at each cut."""
    for cut in CUTS:
        yield statistics.fmean(sum(rank <= cut for rank in ranks) / len(ranks) for ranks in found)
    for cut in CUTS:
        yield statistics.fmean(all(rank <= cut for rank in ranks) for ranks in found)


def told(ranks: Sequence[tuple[Task, Ranks]]) -> Iterator[str]:
    """Yield a line for each task that misses an operation, with the rank of each that it misses."""
    for task, found in ranks:
        far = [(group, rank) for group, rank in zip(task.groups, found, strict=True) if rank > CUTS[-1]]
        if far:
            said = ", ".join(f"{' | '.join(sorted(group))} ({rank})" for group, rank in far)
            yield f"  {task.name}: {task.query}\n      {said}"


def costs(given: Path | None, documents: Sequence[Path], semantic: bool) -> None:
    """Print what an index over a large document costs, with and without needs and yields, and a warm query."""
    with tempfile.TemporaryDirectory() as folder:
        api = read_api(given or large(documents, Path(folder) / "large.openapi.json"))
    queries = _queries(documents) or [tool.description[:100] for tool in api.tools[:100]]
    texts = {tool.name: plain_text(tool) for tool in api.tools}
    plain = {tool.name: Capability() for tool in api.tools}
    base, base_index = timed(lambda: Bm25(texts))
    lexical, _ = timed(lambda: Index(read_corpus(api.tools, api.document.schemas, plain)))
    found, capabilities = timed(lambda: _capabilities(api))
    corpus = read_corpus(api.tools, api.document.schemas, capabilities)
    built = {"BM25": base, "lexical index": lexical, "with needs and yields": lexical + found}
    searches: dict[str, Callable[[str], object]] = {
        "BM25": base_index.search,
        "ours": partial(Index(corpus).search, limit=10),
    }
    if semantic:
        spent, meaning = timed(lambda: read_meaning(corpus, load_model()))
        built["+ semantic"] = lexical + found + spent
        searches["+ semantic"] = partial(Index(corpus, meaning).search, limit=10)
    asked = {f"a query, {name}": warm(search, queries) for name, search in searches.items()}
    print(f"\n{len(api.tools)} operations{'':11}{'CPU, ms':>10}{'to BM25':>10}")
    for title, spent in built.items():
        print(f"{title:26}{spent:10.0f}{spent / base:10.1f}")
    for title, spent in asked.items():
        print(f"{title:26}{spent:10.2f}{spent / asked['a query, BM25']:10.1f}")


def timed(make: Callable[[], Made]) -> tuple[float, Made]:
    """Return the CPU time in ms of making a thing once, with nothing warm, and the thing."""
    began = time.process_time()
    made = make()
    return (time.process_time() - began) * 1000, made


def warm(search: Callable[[str], object], queries: Sequence[str]) -> float:
    """Return the CPU time in ms of a query, the median of several."""
    for query in queries:
        search(query)
    return statistics.median(timed(partial(search, query))[0] for query in queries)


def _queries(documents: Sequence[Path]) -> list[str]:
    tasks = [path.with_name(path.name.replace(".openapi.", ".tasks.")) for path in documents]
    return [task.query for path in tasks for task in read_tasks(path)]


def large(documents: Sequence[Path], target: Path) -> Path:
    """Write a document of OPERATIONS operations: those of all the documents, below other paths, as often as needed."""
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    count, turn = 0, 0
    while count < OPERATIONS:
        area = f"area{turn}"
        document = json.loads(_moved(documents[turn % len(documents)].read_text(encoding="utf-8"), area))
        for kind in ("schemas", "parameters", "responses"):
            for name, part in document.get("components", {}).get(kind, {}).items():
                components.setdefault(kind, {})[f"{area}_{name}"] = part
        for path, item in document["paths"].items():
            if count < OPERATIONS:
                paths[f"/{area}{path}"] = item
                count += sum(isinstance(part, dict) and "responses" in part for part in item.values())
        turn += 1
    whole = {"openapi": "3.0.3", "info": {"title": "Large", "version": "1"}, "paths": paths, "components": components}
    target.write_text(json.dumps(whole), encoding="utf-8")
    return target


def _moved(text: str, area: str) -> str:
    """Return a document whose references and operation ids are of this area alone."""
    text = re.sub(r'"#/components/(\w+)/', rf'"#/components/\1/{area}_', text)
    return re.sub(r'("operationId":\s*")', rf"\1{area}_", text)


if __name__ == "__main__":
    sys.exit(main())

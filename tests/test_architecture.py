"""The import direction of the rooms, the rim, and who may write to stdout, read from the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import openapi_mcp

PACKAGE = Path(openapi_mcp.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))

# Imports point up this list, never down; rooms on one line do not know each other.
LAYERS = (
    ("front",),
    ("errors", "flow", "model", "progress", "apart"),
    ("schema", "values", "apis", "references", "embedding", "tls", "peer", "private", "shared", "telemetry", "heard"),
    ("tables",),
    ("settings",),
    ("config_file", "loader", "generator", "index", "request", "response", "auth", "records", "logins", "workflow"),
    ("config", "recovery", "exchanged"),
    ("executor",),
    ("recorded", "as_record"),
    ("recording", "switches", "identity"),
    ("sharing", "caching", "trusted"),
    ("background", "freshness"),
    ("indexing", "arazzo"),
    ("served", "credentials", "united", "strategies", "workflows", "running"),
    ("serving",),
    ("loading", "app", "agreed"),
    ("servable", "executors", "member"),
    ("renewal", "combined", "said_of"),
    ("opening", "several"),
    ("joining",),
    ("server", "clients"),
    ("ask",),
    ("cli",),
)
LAYER = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
OUTSIDE = ("__init__.py", "__main__.py")
KIN = {("model", "errors")}  # on one line, and yet: a kind of failure knows its exit code

RIM = (
    "config.py", "config_file.py", "references.py", "embedding.py", "tls.py", "peer.py", "logins.py",
    "loader/fetch.py", "executor/", "freshness.py", "arazzo.py", "loading.py", "strategies.py", "executors.py",
    "renewal.py", "opening.py", "joining.py", "heard.py", "server/", "cli/", "private.py", "switches.py",
    "recording.py", "recorded.py", "caching.py", "shared/", "background/", "telemetry/", "clients/machine.py",
    "clients/files.py", "clients/found.py", "clients/command.py", "clients/child.py", "clients/start.py",
    "clients/talk.py", "clients/reach.py", "clients/look.py", "clients/doctor.py", "clients/bundle.py",
    "ask/providers.py", "ask/connect.py", "ask/wire.py", "ask/caught.py", "ask/prices.py", "ask/thinking.py",
    "ask/runs.py", "ask/completions.py", "loader/local.py",
)  # fmt: skip
RIM_ONLY = {"httpx", "mcp", "mcp_types", "sqlite3", "subprocess", "rich", "typer", "os", "time", "random"}
RIM_ONLY |= {"httpx2", "pydantic_ai", "anthropic", "openai", "genai_prices"}  # what asks models
SPEAKING = ("server/", "clients/child.py", "clients/talk.py", "clients/reach.py")  # the server, and who asks one
FRAMEWORKS = {"django", "rest_framework", "drf_spectacular", "flask", "fastapi"}


def tree(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"), module)


def imports(module: str) -> Iterator[str]:
    """Yield the full name of all that a module imports, wherever the import stands: in functions, for typing only."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            assert node.module is not None
            yield node.module
            if node.module == "openapi_mcp":
                yield from (f"openapi_mcp.{alias.name}" for alias in node.names)


def outer(module: str) -> set[str]:
    """Return the top-level packages that a module imports."""
    return {name.partition(".")[0] for name in imports(module)} - {"openapi_mcp"}


def room(module: str) -> str:
    return module.partition("/")[0].removesuffix(".py")


def rooms_known(module: str) -> set[str]:
    """Return the rooms of ours that a module imports; `from openapi_mcp import __version__` is none."""
    names = [name.split(".") for name in imports(module) if name.startswith("openapi_mcp.")]
    return {parts[1] for parts in names if not parts[1].startswith("__")}


@pytest.mark.parametrize("module", [module for module in MODULES if module not in OUTSIDE])
def test_every_module_stands_in_a_room_of_the_list(module: str) -> None:
    """style.md, Rooms."""
    assert room(module) in LAYER


@pytest.mark.parametrize("module", [module for module in MODULES if module not in OUTSIDE])
def test_imports_point_up_the_list_never_down(module: str) -> None:
    """style.md, Rooms: rooms on one line do not know each other."""
    own = room(module)
    wrong = {
        known
        for known in rooms_known(module)
        if known != own and (own, known) not in KIN and LAYER[known] >= LAYER[own]
    }
    assert wrong == set(), f"{module} imports {wrong}"


def in_rim(module: str) -> bool:
    return any(module == part or (part.endswith("/") and module.startswith(part)) for part in RIM)


@pytest.mark.parametrize("module", [module for module in MODULES if not in_rim(module) and module not in OUTSIDE])
def test_only_the_rim_touches_the_world(module: str) -> None:
    """style.md, One picture: between source and server all is plain Python without I/O, clock or randomness."""
    starred = {
        "front/__init__.py",
        "front/conversation.py",
        "front/folder.py",
        "front/kept.py",
        "front/name.py",
        "front/wire.py",
        "loader/watch.py",
        "generator/catalogue.py",
        "generator/stored.py",
        "records/sql.py",
        "records/writer.py",
    }
    if module not in starred:  # each of them is marked as rim in style.md
        assert outer(module) & RIM_ONLY == set()


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(SPEAKING)])
def test_only_the_server_and_what_talks_to_one_know_the_protocols_library(module: str) -> None:
    """style.md, Rooms: the `mcp` SDK takes about ten times as long to import as typer."""
    assert outer(module) & {"mcp", "mcp_types"} == set()


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("executor/")])
def test_in_the_executor_only_send_speaks_http_and_only_the_executor_reads_a_clock(module: str) -> None:
    """style.md, Rooms: send.py (httpx) is the one place that sends anything upstream."""
    assert ("httpx" in outer(module)) is (module == "executor/send.py")
    if module != "executor/executor.py":
        assert "time" not in outer(module)


@pytest.mark.parametrize("module", MODULES)
def test_nothing_depends_on_a_web_framework(module: str) -> None:
    """design.md, The one picture: nothing depends on Django or on any web framework of the API behind it."""
    assert outer(module) & FRAMEWORKS == set()


def uses_of_stdout(module: str) -> list[str]:
    """Return how a module touches stdout: `print`, or what it does to `sys.stdout`."""
    root = tree(module)
    parents = {child: node for node in ast.walk(root) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(root):
        match node:
            case ast.Name(id="print"):
                found.append("print")
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "__stdout__"):
                parent = parents[node]
                found.append(parent.attr if isinstance(parent, ast.Attribute) else "used")
            case ast.ImportFrom(module="sys", names=names):
                found += [alias.name for alias in names if "stdout" in alias.name]
    return found


@pytest.mark.parametrize("module", [module for module in MODULES if module != "cli/output.py"])
def test_only_one_module_writes_to_stdout(module: str) -> None:
    """style.md, CLI: only `cli/output.py` writes. security.md 11: stdout carries only protocol frames."""
    moving = {"server/stdio.py": {"flush"}, "front/wire.py": {"flush"}, "front/__init__.py": {"used"}}  # away
    assert set(uses_of_stdout(module)) <= moving.get(module, set())


def test_the_check_sees_who_writes() -> None:
    """The check itself."""
    assert set(uses_of_stdout("cli/output.py")) >= {"used", "flush", "buffer", "isatty"}


IMPORTS_NOTHING_HEAVY = """
import sys
import {module}
heavy = {{"httpx", "mcp", "mcp_types", "jsonschema", "uvicorn", "starlette", "yaml", "keyring", "webbrowser"}}
heavy |= {{"jinja2", "pygal", "sqlalchemy", "pydantic_ai", "anthropic", "openai", "httpx2"}}
print(" ".join(sorted(heavy & set(sys.modules))))
"""


COMMANDS = (
    "main", "serve", "stdio", "inspect", "search", "call", "ask", "check", "login", "history", "stats", "cache",
    "dashboard", "install", "uninstall", "bundle", "init",
)  # fmt: skip


@pytest.mark.parametrize(
    "module",
    [
        "openapi_mcp",
        "openapi_mcp.opening",
        *(f"openapi_mcp.cli.{name}" for name in COMMANDS),
    ],
)
def test_importing_the_command_imports_nothing_heavy(module: str) -> None:
    """style.md, Rooms: only server/ imports the SDK, inside the command that serves; imported where used."""
    code = IMPORTS_NOTHING_HEAVY.format(module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_a_warm_start_imports_no_typer_no_loader_and_no_generator() -> None:
    """Our choice: the first call waits for whatever is imported; cli/stdio.py begins it."""
    code = "import sys, openapi_mcp.cli.main, openapi_mcp.cli.stdio; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    idle = {"typer", "openapi_mcp.loader.load", "openapi_mcp.generator.generate"}
    assert idle & set(done.stdout.split()) == set()

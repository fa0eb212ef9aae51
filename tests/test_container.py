"""The Dockerfile: who runs, what is in it, and every command of it. No daemon is asked."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from support.child import clean_environment
from support.container import ROOT, dockerfile, environment, health_check, help_of, last_of, unknown_options

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIP = ["python", "-m", "pip"]


def test_it_is_made_in_two_stages_of_one_python_that_we_know() -> None:
    """Issue 9, Replicas: the tools of the build are not in the image."""
    assert [each.rest for each in dockerfile() if each.name == "FROM"] == [
        "python:${PYTHON}-slim AS build",
        "python:${PYTHON}-slim",
    ]
    (version,) = (each.rest.removeprefix("PYTHON=") for each in dockerfile() if each.name == "ARG")
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]


def test_who_runs_is_a_number_and_not_root() -> None:
    """Issue 9, Replicas: non-root. A number is what an orchestrator can check (runAsNonRoot)."""
    user, _, group = last_of("USER").rest.partition(":")
    assert int(user) > 0
    assert int(group) > 0


@pytest.mark.parametrize("name", ["ENTRYPOINT", "CMD"])
def test_no_shell_stands_between_a_signal_and_us(name: str) -> None:
    """Issue 9, Replicas: drain on SIGTERM. Docker's docs, ENTRYPOINT: only the exec form is process 1."""
    assert all(isinstance(word, str) for word in last_of(name).words)


def test_what_it_starts_is_our_command_with_options_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """Issue 9, Replicas: kept valid by a test of every command."""
    (script,) = last_of("ENTRYPOINT").words
    command, transport, *options = last_of("CMD").words
    said = help_of(command, capsys)
    assert script in PROJECT["scripts"]
    assert transport in said
    assert unknown_options(options, said) == set()


def test_the_variables_it_sets_are_options_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    said = help_of("serve", capsys)
    ours = [name for name in environment() if name.startswith("OPENAPI_MCP_")]
    options = [f"--{name.removeprefix('OPENAPI_MCP_').lower().replace('_', '-')}" for name in ours]
    assert options
    assert unknown_options(options, said) == set()


@pytest.mark.parametrize("each", [each for each in dockerfile() if each.name == "RUN"], ids=lambda each: each.words[0])
def test_the_programs_it_runs_know_their_options(each: object) -> None:
    """Issue 9, Replicas: kept valid by a test of every command in it."""
    words: list[str] = getattr(each, "words")  # noqa: B009  a parameter's type
    if words[0] == "install":
        assert {word.partition("=")[0] for word in words[1:-1]} == {"--directory", "--owner", "--group", "--mode"}
    elif words[:3] == PIP:
        install = words.index("install")
        assert unknown_options(words[3:install], said_by("pip")) == set()
        assert unknown_options(words[install:], said_by("pip", "install")) == set()
    else:
        assert words[:3] == ["python", "-m", "venv"]
        assert unknown_options(words[3:], said_by("venv")) == set()


def said_by(module: str, *words: str) -> str:
    command = [sys.executable, "-m", module, *words, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_what_pip_installs_is_this_folder_with_extras_and_versions_that_exist() -> None:
    (words,) = (each.words for each in dockerfile() if each.name == "RUN" and each.words[:3] == PIP)
    extras = words[-1].removeprefix(".[").removesuffix("]").split(",")
    assert set(extras) == {"scale", "otel", "dashboard"}
    assert set(extras) <= set(PROJECT["optional-dependencies"])
    assert (ROOT / words[words.index("--constraint") + 1]).is_file()


def copied() -> list[str]:
    """Return what goes from the project's folder into a stage."""
    lines = [each.rest.split() for each in dockerfile() if each.name == "COPY" and "--from=build" not in each.rest]
    return [source for words in lines for source in words[:-1]]


def test_what_it_copies_is_there_and_goes_to_the_builder() -> None:
    """.dockerignore lets through what it names with an exclamation mark, and nothing else."""
    let_through = {line[1:] for line in ignored() if line.startswith("!")}
    assert set(copied()) == let_through
    assert all((ROOT / source).exists() for source in copied())


def test_what_the_build_reads_is_copied() -> None:
    """Hatchling reads the README and the licence that pyproject.toml names."""
    assert {PROJECT["readme"], *PROJECT["license-files"], "pyproject.toml"} <= set(copied())


@pytest.mark.parametrize("path", ["deploy/secrets/shared_key", ".git/config", "openapi-mcp.toml", ".env", "records.db"])
def test_no_secret_goes_to_the_builder(path: str) -> None:
    """Issue 9, Replicas; what is not sent cannot be in a layer."""
    assert ignored()[0] == "*"
    assert not any(fnmatch(path, line[1:]) or path.startswith(f"{line[1:]}/") for line in ignored() if line[0] == "!")


def ignored() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("status", "is_well"), [(200, True), (503, False)])
def test_a_container_is_as_well_as_its_health_check_says(status: int, is_well: bool) -> None:
    """Issue 9, Replicas: a health check; without a program that the image does not have."""
    with answering(status) as port:
        assert checked(port) is is_well


def test_a_container_that_does_not_answer_is_not_well() -> None:
    with answering(200) as port:
        pass
    assert not checked(port)


def checked(port: int) -> bool:
    """Run the health check of the image against a port of this machine."""
    assert health_check()[0] == "python"
    variables = clean_environment(OPENAPI_MCP_PORT=str(port))
    command = [sys.executable, *health_check()[1:]]
    return subprocess.run(command, env=variables, capture_output=True, check=False).returncode == 0


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Yield the port of a server that answers /healthz with this status."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()

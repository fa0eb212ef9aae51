"""The official conformance suite against `serve http`: what a server that has tools only can pass, in both eras."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.child import serving_http
from support.conformance import serve_conformance
from support.node import Node
from support.upstream import running_upstream

_BOTH = (
    "tools-list", "tools-call-simple-text", "tools-call-image", "tools-call-audio", "tools-call-error",
    "tools-call-with-progress", "server-sse-multiple-streams", "dns-rebinding-protection",
)  # fmt: skip
_RUNS = (
    *(("2025-11-25", name) for name in ("server-initialize", "ping", *_BOTH, "server-session-lifecycle")),
    *(("2026-07-28", name) for name in (
        *_BOTH, "http-header-validation", "sep-2164-resource-not-found", "input-required-result-unsupported-methods",
        "input-required-result-ignore-extra-params", "input-required-result-validate-input",
    )),
)  # fmt: skip
"""Of the others each needs resources, prompts, completion, sampling, logging or questions of the suite's own."""

_ENDED = re.compile(r"^Passed: (\d+)/\1, 0 failed", re.MULTILINE)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over HTTP, as anybody starts it."""
    with running_upstream() as upstream:
        options = ("--spec", serve_conformance(upstream))
        with serving_http(*options, folder=tmp_path_factory.mktemp("served")) as (_, url):
            yield url


@pytest.mark.parametrize(("revision", "scenario"), _RUNS)
def test_a_scenario_of_the_suite_is_passed(
    node: Node, endpoint: str, tmp_path: Path, revision: str, scenario: str
) -> None:
    """github.com/modelcontextprotocol/conformance."""
    command = ("conformance", "server", "--url", endpoint, "--scenario", scenario, "--spec-version", revision)
    ended = node.run(*command, home=tmp_path, folder=tmp_path)
    assert ended.status == 0, ended.out + ended.err
    assert _ENDED.search(ended.out), ended.out

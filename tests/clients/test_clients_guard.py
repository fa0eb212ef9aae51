"""Entries that came with a project."""

from support.entries import brief, only, remote, started

from openapi_mcp.clients.guard import guarded, is_strange, left_alone, without_loaders
from openapi_mcp.clients.known import Scope
from openapi_mcp.clients.launch import Launch

ENV = {
    "LD_PRELOAD": "x",
    "DYLD_X": "x",
    "PythonPath": "x",
    "PATH": ".",
    "UV_INDEX": "x",
    "PIP_INDEX_URL": "x",
    "T": "t",
}


def test_variables_that_load_code_are_kept_from_a_projects_entry() -> None:
    """Found by an attack on it: PYTHONPATH=./evil in a repository's `.mcp.json`."""
    entry = started(scope=Scope.PROJECT, env=ENV)
    target = without_loaders(entry).target
    assert isinstance(target, Launch)
    assert target.env == {"T": "t", "PYTHONSAFEPATH": "1"}
    finding = only(guarded(entry))
    assert finding.what.startswith("its environment has LD_PRELOAD, DYLD_X, PythonPath, PATH, UV_INDEX, PIP_INDEX_URL,")
    assert list(guarded(started(scope=Scope.PROJECT))) == []


def test_a_persons_own_entry_keeps_its_variables() -> None:
    """They wrote it; in a project's file another did."""
    for entry in (started(env=ENV), started(env=ENV, scope=Scope.LOCAL), remote("http://x")):
        assert without_loaders(entry) == entry
        assert not is_strange(entry)
        assert list(guarded(entry)) == []


def test_an_entry_that_is_left_alone_says_how_it_is_started() -> None:
    """To look at it comes first."""
    finding = left_alone(started(scope=Scope.PROJECT, command="./tools/openapi-mcp"))
    assert brief([finding]) == [("not-started", "ok")]
    assert "Look at its entry (./tools/openapi-mcp)" in finding.what
    assert finding.mend == "openapi-mcp doctor claude-code --name shop"
    assert "Look at its entry;" in left_alone(remote("http://x")).what

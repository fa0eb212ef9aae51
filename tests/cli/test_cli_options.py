"""Options as a warm start reads them."""

from collections.abc import Mapping
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.cli.option import read_plainly
from openapi_mcp.cli.options import takes
from openapi_mcp.cli.serve_options import SERVE

NAMES = sorted(name for group in SERVE for option in group.values() for name in option.names)


def read_by_typer(words: list[str]) -> Mapping[str, Any]:
    read: list[Mapping[str, Any]] = []

    @takes(*SERVE)
    def command(*, flags: Mapping[str, Any]) -> int:
        read.append(flags)
        return 0

    app = typer.Typer(add_completion=False)
    app.command()(command)
    app(args=words, standalone_mode=False)
    return read[0]


texts = st.sampled_from(
    ["x", "a=b", "5", "0", "007", "2.5", "http://h/?a=b&c", "env:KEY", "é x", "", "-x", "--quiet", "--"]
)
options = st.sampled_from([*NAMES, "-qv", "--unknown", "x"])
words = st.lists(
    st.tuples(options)
    | st.tuples(options, texts)
    | st.tuples(st.builds("{}={}".format, options, texts))
    | st.tuples(st.builds("{}{}".format, options, texts)),
    max_size=4,
).map(lambda pairs: [word for pair in pairs for word in pair])


@settings(deadline=None)
@given(words)
def test_what_is_read_plainly_is_what_typer_reads(words: list[str]) -> None:
    """Law: whatever is typed, typer has the last word."""
    plain = read_plainly(words, SERVE)
    if plain is not None:
        assert plain == read_by_typer(words)


def test_an_ordinary_command_line_is_read_plainly() -> None:
    """Our choice: typer costs a tenth of the time to the first call."""
    words = ["--spec=a.yaml", "--base-url", "http://h", "-H", "A: b", "-H", "C: d", "--timeout", "5", "--quiet"]
    read = read_plainly(words, SERVE)
    assert read is not None
    assert {name: value for name, value in read.items() if value is not None} == {
        "spec": ["a.yaml"],
        "base_url": ["http://h"],
        "header": ["A: b", "C: d"],
        "timeout": ["5"],
        "quiet": True,
    }


@pytest.mark.parametrize(
    "words", [["stdio"], ["-qv"], ["--spec"], ["--spec", ""], ["--spec", "-"], ["--quiet=1"], ["--port", "x"], ["--"]]
)
def test_anything_else_is_left_to_typer(words: list[str]) -> None:
    """Our choice: it knows what to say of it."""
    assert read_plainly(words, SERVE) is None

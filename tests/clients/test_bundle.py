"""What stands in a bundle, and its bytes."""

import io
import os
import zipfile

import pytest

from openapi_mcp.clients import bundle
from openapi_mcp.errors import ConfigError


def test_the_same_files_are_the_same_bytes() -> None:
    """Issue 10: reproducible."""
    assert bundle.pack({"b": b"2", "a": b"1"}) == bundle.pack({"a": b"1", "b": b"2"})
    with zipfile.ZipFile(io.BytesIO(bundle.pack({"b": b"2", "a/c": b"1"}))) as archive:
        assert archive.namelist() == ["a/c", "b"]
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_requirements_are_those_without_an_extra_and_those_of_the_extras_that_are_used() -> None:
    """--semantic needs its extra."""
    said = [
        "httpx>=0.28",
        "zstd; python_version < '3.14'",
        "wordllama<1; extra == 'semantic'",
        "redis; extra == 'scale'",
    ]
    assert bundle.requirements(said, frozenset({"semantic"})) == [
        "httpx>=0.28",
        "wordllama<1",
        "zstd; python_version < '3.14'",
    ]


def test_files_stand_in_it_as_they_stand_to_each_other() -> None:
    """A document refers to its neighbours by relative paths."""
    here = os.path.abspath(os.sep)
    one, two = os.path.join(here, "a", "api.yaml"), os.path.join(here, "a", "parts", "x.yaml")
    assert bundle.places_of([two, one]) == {one: "document/api.yaml", two: "document/parts/x.yaml"}
    assert bundle.places_of([]) == {}


def test_without_our_own_metadata_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it needs would not be known."""
    monkeypatch.setattr(bundle, "_DISTRIBUTION", "no-such-distribution-of-anyone")
    with pytest.raises(ConfigError, match="not installed here"):
        bundle.contents({}, {}, frozenset())

"""embedding.py: the real model, without a network."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.hidden import Without

from openapi_mcp.embedding import load_model, require_model
from openapi_mcp.errors import ConfigError


@pytest.fixture
def _loaded_anew() -> Iterator[None]:
    load_model.cache_clear()
    yield
    load_model.cache_clear()


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise AssertionError("the network is used")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def likeness(one: str, other: str) -> float:
    first, second = load_model().embed([one, other])
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.mark.usefixtures("_loaded_anew", "_no_network")
def test_the_model_loads_without_a_network() -> None:
    """Issue 6: a model that ships inside its package, no download."""
    assert load_model().embed(["turn the volume down"]).shape == (1, 256)
    assert "wordllama" not in sys.modules  # it sets up logging as it is imported


def test_texts_that_mean_alike_are_alike() -> None:
    """Issue 6, Search quality."""
    assert likeness("remove a customer", "delete a client") > likeness("remove a customer", "play some music") + 0.2


@pytest.mark.parametrize("text", ["", " ", "\ud800 half a character", "予約を取り消す", "\x00", "a" * 2000])
def test_any_text_has_a_vector(text: str) -> None:
    """Our choice: a request may be anything that JSON carries."""
    (vector,) = load_model().embed([text])
    assert np.isfinite(vector).all()
    assert bool(vector.any()) is (text != "")


def test_no_text_has_no_vector() -> None:
    """Our choice: a list of no tools is searched too."""
    assert load_model().embed([]).shape == (0, 256)


@pytest.mark.usefixtures("_loaded_anew")
@pytest.mark.parametrize("asked", [require_model, load_model])
def test_without_the_extra_the_error_says_how_to_add_it(monkeypatch: pytest.MonkeyPatch, asked: Any) -> None:
    """design.md, Dependencies: a command that lacks its extra says which one and how to add it with pipx."""
    monkeypatch.setattr(sys, "meta_path", [Without("wordllama")])
    with pytest.raises(ConfigError, match=r"--semantic needs the extra \[semantic\].*: wordllama missing") as raised:
        asked()
    assert raised.value.hint == "add it: pipx inject openapi-mcp-cli 'openapi-mcp-cli[semantic]'"


@pytest.mark.usefixtures("_loaded_anew")
def test_a_package_without_the_model_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Our choice: another version of the package may have other files; nothing is fetched in their place."""
    (tmp_path / "wordllama").mkdir()
    (tmp_path / "wordllama" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match="does not have the model") as raised:
        load_model()
    assert raised.value.hint is not None
    assert raised.value.hint.endswith("--force")

"""Whether the working folder has a part in what is served."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp import __version__
from openapi_mcp.front.folder import is_of_no_folder
from openapi_mcp.front.name import catalogue_key

URL = "https://a.example/openapi.json"
NAMES = st.text(alphabet="ab1.,:=; -_", min_size=1, max_size=12).filter(lambda name: name.strip(" .") != "")
WAYS: tuple[Callable[[str], tuple[tuple[str, ...], dict[str, str]]], ...] = (
    (lambda name: (("--spec", name), {})),
    (lambda name: ((f"--spec={name}",), {})),
    (lambda name: ((f"-s{name}",), {})),
    (lambda name: ((f"-vs{name}", "--spec", f"b={URL}"), {})),
    (lambda name: (("--spec", f"shop={name}", "--spec", f"b={URL}"), {})),
    (lambda name: ((), {"OPENAPI_MCP_SPEC": f"shop={name}\nb={URL}"})),
    (lambda name: ((), {"OPENAPI_MCP_API_SHOP_SPEC": name})),
    (lambda name: (("--spec", URL, "--overlay", name), {})),
    (lambda name: (("--spec", URL, f"--overlay=shop={name}"), {})),
    (lambda name: (("--spec", URL, "--bearer", f"file:{name}"), {})),
    (lambda name: (("--spec", URL), {"OPENAPI_MCP_OVERLAY": f"/x\n{name}"})),
)


@pytest.mark.parametrize("way", WAYS)
@settings(deadline=None, max_examples=40)
@given(name=NAMES)
def test_a_file_of_the_folder_has_another_list_in_another_folder_whatever_it_is_called(way: object, name: str) -> None:
    """A list of one project in another would send a person's calls, and credentials, to the other one's API."""
    assert callable(way)
    arguments, environ = way(name)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        for folder in (one, two):
            Path(folder, name).touch()
        keys = {catalogue_key(arguments, environ, folder, __version__) for folder in (one, two)}
    assert len(keys) == 2


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--spec", "not-there.json"),
        ("--spec", "./api:v1.json"),
        ("--spec", "x=a=b.json"),
        ("--spec", "x=a=/b.json"),
        ("--spec", "a b=/b.json"),
        ("--spec", f"a={URL}", "-s", "b=b.json"),
        ("--spec", URL, "--include", ",".join("abcdefghijklmnopqrstuvwxyz")),
        ("--spec-command", "cat /x"),
    ],
)
def test_what_is_not_surely_the_same_in_every_folder_is_of_the_folder(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Also where no such file is there now: it may be made, and the folder costs one slow start only."""
    assert not is_of_no_folder(str(tmp_path), words, [])


@pytest.mark.parametrize("source", [URL, "HTTP://a.example/a,b=c:d", "/abs/a,b.json", "file:///abs/a.json"])
@pytest.mark.parametrize("name", ["", "shop=", "my-shop= "])
def test_a_url_and_an_absolute_path_are_of_no_folder(tmp_path: Path, source: str, name: str) -> None:
    """At once, in every project."""
    assert is_of_no_folder(str(tmp_path), ("--spec", name + source, "--methods", "get,post"), [])
    assert is_of_no_folder(str(tmp_path), (), [("OPENAPI_MCP_SPEC", name + source)])


def test_a_file_that_is_named_like_an_api_and_its_url_is_of_the_folder(tmp_path: Path) -> None:
    """apis.py: `--spec a=b` is the file a=b where there is one."""
    (tmp_path / "shop=https:" / "a.example").mkdir(parents=True)
    (tmp_path / "shop=https:" / "a.example" / "openapi.json").touch()
    assert not is_of_no_folder(str(tmp_path), ("--spec", f"shop={URL}"), [])

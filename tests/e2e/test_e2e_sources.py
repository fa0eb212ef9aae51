"""The document reaches us from a running server, from a file, from a command and from stdin: the tools are the same."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import Command, Shop
from support.child import clean_environment, run_command, running


@pytest.fixture(scope="module")
def documents(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shop's document as JSON and as YAML, written by the shop's own command."""
    folder = tmp_path_factory.mktemp("documents")
    for form, name in (("openapi-json", "shop.json"), ("openapi", "shop.yaml")):
        words = [*shop.manage, "spectacular", "--format", form, "--file", str(folder / name)]
        subprocess.run(words, env=clean_environment(**shop.environment), check=True, capture_output=True, timeout=60)
    return folder


def names(report: dict[str, list[dict[str, str]]]) -> list[str]:
    """Return the names of the tools in a report."""
    return [tool["name"] for tool in report["tools"]]


@pytest.mark.parametrize("form", ["shop.json", "shop.yaml", "file URL"])
def test_a_file_gives_the_tools_that_the_running_server_gives(
    command: Command, shop: Shop, documents: Path, form: str
) -> None:
    """design.md, Options: --spec; only the server URL is not in a file."""
    source = (documents / "shop.json").as_uri() if form == "file URL" else str(documents / form)
    from_url = command("inspect", "--spec", shop.spec, "--methods", "all", "--json").json
    from_file = command("inspect", "--spec", source, "--methods", "all", "--json").json
    assert from_file["tools"] == from_url["tools"]
    assert len(from_file["tools"]) == 21
    assert from_file["document"]["base_url"] is None
    assert from_url["document"]["base_url"] == f"{shop.url}/"


def test_a_file_is_served_with_a_base_url(shop: Shop, documents: Path, tmp_path: Path) -> None:
    """examples/shop/README.md, From a file."""
    options = ("--spec", str(documents / "shop.yaml"), "--base-url", shop.url, "--token", shop.token)
    with running("serve", *options, folder=tmp_path) as child:
        child.open()
        assert child.call("products_retrieve", id=20)["structuredContent"]["name"] == "Coffee Grinder"


def test_a_command_prints_the_document_while_no_server_runs(command: Command, shop: Shop) -> None:
    """design.md, Options: --spec-command; run without a shell. Here it runs the shop's code, not the shop."""
    text = shlex.join([*shop.manage, "spectacular", "--format", "openapi-json"])
    ended = command("inspect", "--spec-command", text, "--json")
    assert (ended.status, ended.err) == (0, "")
    assert len(names(ended.json)) == 8
    assert ended.json["document"]["base_url"] is None
    assert ended.json["document"]["source"].startswith("the output of 'python")


def test_a_command_and_a_base_url_make_a_server(shop: Shop, tmp_path: Path) -> None:
    """examples/shop/README.md, From the project itself."""
    text = shlex.join([*shop.manage, "spectacular"])
    options = ("--spec-command", text, "--base-url", f"{shop.url}/", "--token", "env:SHOP_TOKEN")
    with running("serve", *options, folder=tmp_path, environment={"SHOP_TOKEN": shop.token}) as child:
        child.open()
        found = child.call("customers_list", search="Ana Souza")["structuredContent"]
    assert [customer["email"] for customer in found["results"]] == ["ana.souza@example.com"]


def test_a_command_gets_no_shell(command: Command, tmp_path: Path) -> None:
    """design.md, Options: what a shell would act on is an argument."""
    ended = command("inspect", "--spec-command", "echo {} ; touch made $(touch made) > made")
    assert ended.status == 4
    assert list(tmp_path.iterdir()) == []


def test_a_command_cannot_read_the_clients_frames(shop: Shop, tmp_path: Path) -> None:
    """security.md 11: a command that reads stdin, or writes to ours, does not touch the protocol."""
    document = json.dumps(
        {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {"operationId": "a", "responses": {}}}}}
    )
    text = f"sh -c 'cat >&2; echo noise >&2; echo \"$0\"' '{document}'"
    with running("serve", "--spec-command", text, "--base-url", shop.url, folder=tmp_path) as child:
        child.open()
        assert [tool["name"] for tool in child.request("tools/list")["result"]["tools"]] == ["a", "read_result"]


@pytest.mark.parametrize("form", ["shop.json", "shop.yaml"])
def test_stdin_holds_the_document(shop: Shop, documents: Path, tmp_path: Path, form: str) -> None:
    """design.md, Options: --spec -."""
    ended = run_command("inspect", "--spec", "-", "--json", folder=tmp_path, stdin=(documents / form).read_bytes())
    assert (ended.status, ended.err) == (0, "")
    assert len(names(ended.json)) == 8
    assert ended.json["document"]["source"] == "standard input"


def test_a_call_takes_the_document_from_stdin(shop: Shop, documents: Path, tmp_path: Path) -> None:
    """The same for `call`."""
    options = ("--spec", "-", "--base-url", shop.url, "--token", shop.token)
    data = (documents / "shop.json").read_bytes()
    ended = run_command("call", *options, "products_retrieve", "-a", "id=20", folder=tmp_path, stdin=data)
    assert (ended.status, ended.json["name"]) == (0, "Coffee Grinder")


def test_serving_over_http_takes_the_document_from_stdin(shop: Shop, documents: Path, tmp_path: Path) -> None:
    """Only stdio needs stdin for itself."""
    with running("serve", "http", "--port", "0", "--spec", "-", "--base-url", shop.url, folder=tmp_path) as child:
        child.write((documents / "shop.json").read_bytes())
        child.close_stdin()
        child.wait_for_stderr("listening on http://127.0.0.1:")

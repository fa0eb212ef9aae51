"""The TLS options from the command line: mutual TLS, authorities of one's own, and none at all."""

import json
import ssl
from pathlib import Path

import pytest
from conftest import Command
from support.certified import Papers, certified_upstream, papers
from support.child import running, serving_http
from support.upstream import description

from openapi_mcp.front import SUFFIX

WARNING = "warning: insecure: no certificate is checked"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return papers(tmp_path_factory.mktemp("papers"))


def test_a_document_and_its_calls_behind_mutual_tls(command: Command, held: Papers) -> None:
    """issue: mTLS (`--client-cert`, `--client-key`), `--ca-bundle`."""
    with certified_upstream(held, wants=ssl.CERT_REQUIRED) as upstream:
        spec = ("--spec", upstream.serve(description("/echo")), "--ca-bundle", held.bundle)
        ours = ("--client-cert", held.cert, "--client-key", held.key)
        ended = command("call", *spec, *ours, "echo")
        assert (ended.status, ended.err, ended.json) == (0, "", {"well": True})
        for words in (("call", "echo"), ("inspect",), ("check",)):
            refused = command(words[0], *spec, *words[1:])
            assert refused.status == 3
            assert "the server refuses us: it may want a client certificate" in refused.err
            assert "--client-cert FILE" in refused.err
        assert command("inspect", *spec, "--client-cert", held.both).status == 0
        assert command("check", *spec, "--client-cert", held.both).status == 0
    assert [name for _, name in upstream.seen] == ["client@shop.test"] * 4


def test_a_call_without_the_certificate_says_what_is_missing(command: Command, held: Papers, tmp_path: Path) -> None:
    """style.md, Errors: what happened, and what to do."""
    with certified_upstream(held, wants=ssl.CERT_REQUIRED) as upstream:
        (tmp_path / "api.json").write_text(local_document(upstream.url))
        ended = command("call", "--spec", "api.json", "--ca-bundle", held.bundle, "echo", "--json")
    error = ended.json["error"]
    assert (ended.status, error["kind"], error["retryable"]) == (6, "unreachable", False)
    assert "client certificate" in error["message"]
    assert "--client-cert FILE" in error["hint"]


def local_document(server: str) -> str:
    """Return a local document whose server is this one."""
    return json.dumps(description("/echo", server=server))


def test_only_the_origin_that_gets_credentials_sees_the_certificate(command: Command, held: Papers) -> None:
    """security.md 6: the document's own origin; with --base-url that one, and the document's no longer."""
    ours = ("--ca-bundle", held.bundle, "--client-cert", held.both)
    with certified_upstream(held) as upstream, certified_upstream(held) as other:
        spec = upstream.serve(description("/echo", server=other.url))
        assert command("call", "--spec", spec, *ours, "echo").status == 0
        assert (upstream.seen, other.seen) == ([("/document.json", "client@shop.test")], [("/echo", None)])
        assert command("call", "--spec", spec, *ours, "--base-url", other.url, "echo").status == 0
    assert (upstream.seen[1:], other.seen[1:]) == ([("/document.json", None)], [("/echo", "client@shop.test")])


def test_neither_a_redirect_nor_a_reference_takes_the_certificate_elsewhere(command: Command, held: Papers) -> None:
    """security.md 7 and 8."""
    ours = ("--ca-bundle", held.bundle, "--client-cert", held.both, "--allow-remote-refs")
    with certified_upstream(held) as upstream, certified_upstream(held) as other:
        document = description("/echo", server=upstream.url)
        document["paths"]["/echo"]["get"]["parameters"][0]["schema"] = {"$ref": f"{upstream.url}/part.json"}
        other.serve(document)
        upstream.redirect("/part.json", f"{other.url}/part.json")
        spec = upstream.redirect("/document.json", f"{other.url}/document.json")
        assert command("inspect", "--spec", spec, *ours).status == 0
    assert upstream.seen == [("/document.json", "client@shop.test"), ("/part.json", "client@shop.test")]
    assert other.seen == [("/document.json", None), ("/part.json", None)]


def test_an_authority_that_nobody_named_is_said(command: Command, held: Papers, tmp_path: Path) -> None:
    """issue: --ca-bundle. A wrong one is as good as none."""
    wrong = papers(tmp_path)
    with certified_upstream(held) as upstream:
        spec = upstream.serve(description("/echo"))
        (tmp_path / "api.json").write_text(local_document(upstream.url))
        for bundle in ((), ("--ca-bundle", wrong.bundle)):
            ended = command("inspect", "--spec", spec, *bundle)
            assert ended.status == 3
            assert "cannot connect: the server's certificate is not believed: " in ended.err
            assert "--ca-bundle FILE" in ended.err
            ended = command("call", "--spec", "api.json", *bundle, "echo", "--json")
            assert (ended.status, ended.json["error"]["kind"]) == (6, "unreachable")
            assert "--ca-bundle FILE" in ended.json["error"]["hint"]
    assert upstream.seen == []


@pytest.mark.parametrize("more", [(), ("--quiet",)])
def test_insecure_works_and_is_always_said(command: Command, held: Papers, more: tuple[str, ...]) -> None:
    """issue: no switch that turns verification off without a warning on stderr."""
    with certified_upstream(held) as upstream:
        ended = command("call", "--spec", upstream.serve(description("/echo")), "--insecure", *more, "echo")
    assert ended.status == 0
    assert ended.err.startswith(WARNING)
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--client-cert", "nowhere.pem"), 5),
        (("--client-key", "nowhere.pem"), 5),
        (("--ca-bundle", "nowhere.pem"), 2),
    ],
)
def test_a_file_that_is_missing_ends_the_start_before_anything_is_sent(
    command: Command, held: Papers, tmp_path: Path, options: tuple[str, ...], status: int
) -> None:
    """style.md, Errors: the exit status tells whose fault it is."""
    with certified_upstream(held) as upstream:
        spec = upstream.serve(description("/echo"))
        (tmp_path / "api.json").write_text(local_document(upstream.url))
        for source in (spec, "api.json"):
            ended = command("call", "--spec", source, *options, "echo")
            assert ended.status == status
            assert ended.err.splitlines()[1].startswith(f"   at: {options[0]}")
            assert len(ended.err.splitlines()) == 3
    assert upstream.seen == []


def test_a_start_from_a_catalogue_has_the_certificates_too(held: Papers, tmp_path: Path) -> None:
    """issue 4: a warm start loads no document; a file that is gone makes it a cold one, which says so."""
    mine = tmp_path / "mine.pem"
    mine.write_bytes(Path(held.both).read_bytes())
    home = {name: str(tmp_path) for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    with certified_upstream(held, wants=ssl.CERT_REQUIRED) as upstream:
        (tmp_path / "api.json").write_text(local_document(upstream.url))
        line = ("serve", "--spec", "api.json", "--ca-bundle", held.bundle, "--client-cert", str(mine))
        for _ in range(2):
            with running(*line, folder=tmp_path, environment=home) as child:
                child.open()
                child.request("tools/list")
                assert child.call("echo")["structuredContent"] == {"well": True}
                child.close_stdin()
                assert child.wait() == 0
        assert list(tmp_path.rglob(f"*{SUFFIX}"))
        mine.unlink()
        with running(*line, folder=tmp_path, environment=home) as child:
            child.close_stdin()
            assert child.wait() == 5
            assert "cannot read the file" in child.stderr
    assert upstream.seen == [("/echo", "client@shop.test")] * 2


def test_a_server_over_http_warns_as_well(held: Papers, tmp_path: Path) -> None:
    """The switch may stand in the environment."""
    (tmp_path / "api.json").write_text(local_document("https://127.0.0.1:9"))
    line = ("--spec", "api.json")
    with serving_http(*line, folder=tmp_path, environment={"OPENAPI_MCP_INSECURE": "1"}) as (child, _):
        assert WARNING in child.stderr

"""A credential goes only to the origin it was given for. Security requirements A6 and A7."""

import json
from pathlib import Path

import pytest
from conftest import Command
from support.child import running, serving_http
from support.upstream import Answer, Upstream, description

SECRET = ("--bearer", "s3cret-value")
WARNING = (
    "warning: the document's server is not the origin that you named, so no credential is sent to it; "
    "if it is right, confirm it with --base-url {}\n"
)


def given(upstream: Upstream) -> list[list[str]]:
    """Return the Authorization of each request that arrived."""
    return [seen.values("authorization") for seen in upstream.seen]


@pytest.mark.requirement(6)
def test_a_document_that_names_another_origin_gets_no_credential_there(
    command: Command, upstream: Upstream, other_upstream: Upstream
) -> None:
    """security.md 6."""
    other_upstream.wanted = "Bearer s3cret-value"
    spec = upstream.serve(description("/guarded", server=other_upstream.url))
    ended = command("call", "--spec", spec, *SECRET, "guarded", "--json")
    assert ended.status == 5
    assert ended.err == WARNING.format(other_upstream.url)
    assert ended.json["error"]["hint"] == (
        f"no credential was sent: {other_upstream.url} was not named; confirm it with --base-url"
    )
    assert (given(upstream), given(other_upstream)) == ([[]], [[]])


def test_a_base_url_confirms_the_origin(command: Command, upstream: Upstream, other_upstream: Upstream) -> None:
    """security.md 6: to origins the operator named."""
    other_upstream.wanted = "Bearer s3cret-value"
    spec = upstream.serve(description("/guarded", server=other_upstream.url))
    ended = command("call", "--spec", spec, "--base-url", other_upstream.url, *SECRET, "guarded")
    assert (ended.status, ended.err) == (0, "")
    assert (given(upstream), given(other_upstream)) == ([[]], [["Bearer s3cret-value"]])


@pytest.mark.requirement(6)
def test_a_base_url_pins_every_call(command: Command, upstream: Upstream, other_upstream: Upstream) -> None:
    """security.md 6: `servers` at document, path or operation level cannot move it."""
    document = description("/echo", "/deep", "/wide", server=other_upstream.url)
    document["paths"]["/deep"]["get"]["servers"] = [{"url": other_upstream.url}]
    document["paths"]["/wide"]["servers"] = [{"url": other_upstream.url}]
    spec = other_upstream.serve(document)
    for tool in ("echo", "deep", "wide"):
        ended = command("call", "--spec", spec, "--base-url", f"{upstream.url}/v1", *SECRET, tool)
        assert (ended.status, ended.err) == (0, "")
    assert [seen.target for seen in upstream.seen] == ["/v1/echo", "/v1/deep", "/v1/wide"]
    assert [seen.path for seen in other_upstream.seen] == ["/document.json"] * 3


def test_the_documents_own_origin_is_confirmed_by_its_url(command: Command, upstream: Upstream) -> None:
    """security.md 6: or confirmed by the document's origin. The document itself is asked for without a credential."""
    ended = command("call", "--spec", upstream.serve(description("/echo", server="/v1")), *SECRET, "echo")
    assert (ended.status, ended.err) == (0, "")
    assert [(seen.target, seen.values("authorization")) for seen in upstream.seen] == [
        ("/document.json", []),
        ("/v1/echo", ["Bearer s3cret-value"]),
    ]


@pytest.mark.requirement(6)
def test_a_local_document_confirms_its_first_server_only(
    command: Command, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Our choice: what stands on the operator's own disk names one origin, not many."""
    document = description("/echo", "/deep", server=upstream.url)
    document["paths"]["/deep"]["get"]["servers"] = [{"url": other_upstream.url}]
    (tmp_path / "api.json").write_text(json.dumps(document))
    for tool in ("echo", "deep"):
        assert command("call", "--spec", "api.json", *SECRET, tool).status == 0
    assert (given(upstream), given(other_upstream)) == ([["Bearer s3cret-value"]], [[]])


@pytest.mark.requirement(7)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_is_not_followed(
    command: Command, upstream: Upstream, other_upstream: Upstream, status: int
) -> None:
    """security.md 7: nothing reaches the other origin; the result says where it pointed."""
    location = (("Location", f"{other_upstream.url}/stolen?key=s3cret-value"), ("Set-Cookie", "sid=1"))
    upstream.answers["/away"] = Answer(b"", status=status, headers=location)
    ended = command("call", "--spec", upstream.serve(description("/away")), *SECRET, "away", "--json")
    assert ended.status == 2
    error = ended.json["error"]
    assert (error["kind"], error["status"]) == ("refused", status)
    assert error["message"] == (
        f"the API redirects to another origin, which is not followed: {other_upstream.url}/stolen?key=***"
    )
    assert other_upstream.seen == []


@pytest.mark.requirement(7)
@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/passwd", "//other.invalid/x", "http://[::1"])
def test_a_redirect_to_no_web_address_is_a_failure(command: Command, upstream: Upstream, target: str) -> None:
    """security.md 7: the scheme is never anything but http or https."""
    upstream.answers["/away"] = Answer(b"", status=302, headers=(("Location", target),))
    ended = command("call", "--spec", upstream.serve(description("/away")), *SECRET, "away", "--json")
    assert ended.status in (2, 6)
    assert ended.json["error"]["kind"] in ("refused", "bad_response", "unreachable")


@pytest.mark.requirement(7)
def test_a_redirect_within_the_origin_keeps_the_credential(command: Command, upstream: Upstream) -> None:
    """security.md 7: same-origin redirects at most 5."""
    upstream.answers["/moved"] = Answer(b"", status=302, headers=(("Location", "/echo"),))
    upstream.answers["/round"] = Answer(b"", status=302, headers=(("Location", "/round"),))
    spec = upstream.serve(description("/moved", "/round"))
    assert command("call", "--spec", spec, *SECRET, "moved").status == 0
    assert [seen.values("authorization") for seen in upstream.calls] == [["Bearer s3cret-value"]] * 2
    upstream.seen.clear()
    ended = command("call", "--spec", spec, *SECRET, "round", "--json")
    assert (ended.status, ended.json["error"]["kind"]) == (6, "bad_response")
    assert len(upstream.calls) == 6


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_a_server_warns_when_it_starts(
    upstream: Upstream, other_upstream: Upstream, tmp_path: Path, transport: str
) -> None:
    """security.md 6: clear, before the first call; without a credential there is nothing to warn of."""
    options = ("--spec", upstream.serve(description("/echo", server=other_upstream.url)))
    if transport == "stdio":
        with running("serve", *options, *SECRET, folder=tmp_path) as child:
            child.open()
            child.call("echo")
            assert child.stderr.startswith(WARNING.format(other_upstream.url))
    else:
        with serving_http(*options, *SECRET, folder=tmp_path) as (child, _):
            assert child.stderr.startswith(WARNING.format(other_upstream.url))
    with running("serve", *options, folder=tmp_path) as child:
        child.open()
        assert "warning" not in child.stderr
    assert [value for value in given(other_upstream) if value] == []


@pytest.mark.requirement(4)
def test_a_credential_of_the_document_is_not_offered_and_not_taken(command: Command, upstream: Upstream) -> None:
    """security.md 3 and 4; design.md, Tools."""
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    document = description("/echo", components={"securitySchemes": schemes})
    operation = document["paths"]["/echo"]["get"]
    operation["parameters"] += [
        {"name": name, "in": "header", "schema": {"type": "string"}}
        for name in ("x-key", "Authorization", "Host", "Cookie", "X-Own", "X-Mine")
    ]
    options = ("--spec", upstream.serve(document), "--api-key", "the-real-one", "--header", "x-mine: ours")
    (tool,) = command("inspect", *options, "--json").json["tools"]
    assert list(tool["input_schema"]["properties"]) == ["n", "X-Own"]
    given_anyway = {"x-key": "forged", "Authorization": "forged", "Host": "forged", "X-Own": "mine", "X-Mine": "forged"}
    ended = command("call", *options, "echo", "--args", json.dumps(given_anyway))
    assert ended.status == 0
    (seen,) = upstream.calls
    assert "forged" not in str(seen.headers)
    assert (seen.values("x-key"), seen.values("x-own"), seen.values("x-mine")) == (["the-real-one"], ["mine"], ["ours"])

"""Who calls over HTTP, seen from outside: `openapi-mcp serve http` with each of the options for callers."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from support.child import INITIALIZE, LISTED_OVER_HTTP, Child, run_command, serving_http
from support.issuer import Issuer, claims, public_rsa, rsa_key, signed
from support.upstream import Answer, Upstream, description

from openapi_mcp.errors import ConfigError
from openapi_mcp.server.access import Access
from openapi_mcp.server.endpoint import EndpointToken
from openapi_mcp.server.forward import Forward
from openapi_mcp.server.http import bind

TOKEN = "the-token-of-this-endpoint"
MODERN = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
    "MCP-Protocol-Version": "2026-07-28",
}
LEGACY = {**MODERN, "MCP-Protocol-Version": "2025-11-25"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Caller:
    """A client of one endpoint with headers of its own, in both eras."""

    def __init__(self, url: str, browser: httpx.Client, **headers: str) -> None:
        self.url = url
        self.browser = browser
        self.own = {name.replace("_", "-"): value for name, value in headers.items()}
        self.session: dict[str, str] = {}

    def ask(self, method: str, **params: Any) -> httpx.Response:
        """Send one request as 2026-07-28 has it."""
        named = {"Mcp-Name": params["name"]} if "name" in params else {}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}}
        return self.browser.post(self.url, headers={**MODERN, "Mcp-Method": method, **named, **self.own}, json=body)

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool; return its result."""
        answer = self.ask("tools/call", name=tool, arguments=arguments)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()["result"]
        return result

    def tools(self) -> list[str]:
        """Return the names of the list."""
        return [tool["name"] for tool in self.ask("tools/list").json()["result"]["tools"]]

    def open(self) -> None:
        """Shake hands as clients before 2026-07-28 do."""
        answer = self.send("initialize", 1, INITIALIZE)
        self.session = {"Mcp-Session-Id": answer.headers["mcp-session-id"]}
        assert self.send("notifications/initialized", None).status_code == 202

    def send(self, method: str, number: int | None, params: dict[str, Any] | None = None) -> httpx.Response:
        """Send one message of the open session."""
        frame = {"jsonrpc": "2.0", "method": method, **({"id": number} if number else {}), "params": params or {}}
        return self.browser.post(self.url, headers={**LEGACY, **self.session, **self.own}, json=frame)


def from_stream(answer: httpx.Response) -> dict[str, Any]:
    """Return the one message of an event stream."""
    assert answer.status_code == 200, answer.text
    (data,) = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    message: dict[str, Any] = json.loads(data)
    return message


def scoped(*paths: str, **scopes: list[str]) -> dict[str, Any]:
    """Return a description whose operations ask for these scopes, by their names."""
    made = description(*paths, components={"securitySchemes": {"oauth": {"type": "oauth2", "flows": {}}}})
    for item in made["paths"].values():
        if item["get"]["operationId"] in scopes:
            item["get"]["security"] = [{"oauth": scopes[item["get"]["operationId"]]}]
    return made


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as made:
        yield made


@contextmanager
def served(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple[Child, str]]:
    """Yield a server, which ends well whatever it was asked, without a traceback or a secret on stderr."""
    with serving_http(*arguments, folder=folder, environment=environment) as (child, url):
        yield child, url
        child.process.send_signal(signal.SIGTERM)
        assert child.wait() == 0
        assert "Traceback" not in child.stderr
        assert TOKEN not in child.stderr
        assert child.rest_of_stdout() == []


def test_the_endpoints_token_lets_in_and_goes_nowhere(
    browser: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """security.md 9, 10, 30: in both eras, for every method; at every log level."""
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--endpoint-token", "env:MCP_WORD", "--log-level", "debug")
    with served(tmp_path, *options, MCP_WORD=TOKEN) as (_, url):
        good = Caller(url, browser, Authorization=f"Bearer {TOKEN}")
        assert good.call("echo", n=1)["isError"] is False
        upstream.answers["/echo"] = Answer(json.dumps({"guessed": TOKEN}).encode())
        assert good.call("echo")["structuredContent"] == {"guessed": "***"}
        good.open()
        called = good.send("tools/call", 2, {"name": "echo", "arguments": {}})
        assert from_stream(called)["result"]["isError"] is False
        listed = good.ask("tools/list").json()["result"]
        assert listed["cacheScope"] == "private"
        for wrong in ({}, {"Authorization": f"Bearer {TOKEN[:-1]}"}, {"Authorization": f"Bearer {TOKEN}x"}):
            other = Caller(url, browser, **wrong)
            other.session = good.session
            answers = [other.ask("tools/list"), other.send("tools/list", 3), browser.get(url, headers=other.own)]
            answers.append(browser.delete(url, headers={**good.session, **other.own}))
            assert [answer.status_code for answer in answers] == [401] * 4
            assert all(answer.headers["www-authenticate"].startswith('Bearer realm="mcp"') for answer in answers)
        assert from_stream(good.send("tools/list", 4))["result"]["tools"]
    assert TOKEN not in str(upstream.seen)
    assert len(upstream.calls) == 3


def test_a_token_in_a_file_is_rotated_while_we_serve(browser: httpx.Client, upstream: Upstream, tmp_path: Path) -> None:
    """design.md, Options."""
    file = tmp_path / "word"
    file.write_text(TOKEN, encoding="utf-8")
    spec = upstream.serve(description("/echo"))
    with served(tmp_path, "--spec", spec, "--endpoint-token", f"file:{file}") as (_, url):
        assert Caller(url, browser, Authorization=f"Bearer {TOKEN}").ask("tools/list").status_code == 200
        file.write_text(f"{TOKEN}-of-tomorrow", encoding="utf-8")
        assert Caller(url, browser, Authorization=f"Bearer {TOKEN}").ask("tools/list").status_code == 401
        assert Caller(url, browser, Authorization=f"Bearer {TOKEN}-of-tomorrow").ask("tools/list").status_code == 200


def raw(url: str, head: bytes, body: bytes = b"") -> bytes:
    """Send bytes; return the first line and the headers of what is answered."""
    address = (urlsplit(url).hostname, urlsplit(url).port)
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(head + b"\r\n\r\n" + body)
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := connection.recv(65536)):
            answer += piece
    return answer


POST = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_rude_requests_get_4xx_before_anything_is_read_of_them(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 29, 30: bytes that are no text, two headers, a body that never comes; and others are served on."""
    rude = [
        (POST + b"Authorization: Bearer \xff\xfe\x80\r\nContent-Length: 2", b"401"),
        (
            POST + b"Authorization: Bearer x\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\nContent-Length: 2",
            b"401",
        ),
        (POST + b"Content-Length: 4000000", b"401"),
        (POST + b"Transfer-Encoding: chunked", b"401"),
        (POST.replace(b"localhost", b"evil.test") + b"Content-Length: 4000000", b"421"),
        (POST + b"Origin: null\r\nContent-Length: 4000000", b"403"),
        (POST + b"Authorization: Bearer " + TOKEN.encode() + b"\r\nContent-Length: 99999999", b"413"),
        (POST + b"Authorization: Bearer " + b"x" * 70_000, b"401"),
        (POST + b"Authorization: Bearer a\0b\r\nContent-Length: 2", b"400"),
        (POST + b"Content-Length: two", b"400"),
        (POST + b"Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0", b"401"),
        (b"rubbish", b"400"),
    ]
    spec = upstream.serve(description("/echo"))
    with served(tmp_path, "--spec", spec, "--endpoint-token", TOKEN) as (_, url):
        assert [raw(url, head).split(b" ")[1] for head, _ in rude] == [status for _, status in rude]
        answer = raw(url, rude[2][0])
        assert b'www-authenticate: Bearer realm="mcp"\r\n' in answer
        with ExitStack() as stack:
            for _ in range(100):
                slow = stack.enter_context(socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=20))
                slow.sendall(POST + b"Authorization: Bearer " + TOKEN.encode() + b"\r\nContent-Length: 9\r\n\r\n{")
            with httpx.Client(trust_env=False, timeout=20) as browser:
                caller = Caller(url, browser, Authorization=f"Bearer {TOKEN}")
                assert caller.call("echo", n=1)["isError"] is False
    assert len(upstream.calls) == 1


def test_each_caller_sees_and_calls_what_its_token_allows(
    browser: httpx.Client, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Per caller (b); security.md 9: the API sees our credential, never the caller's token."""
    issuer = Issuer(other_upstream)
    spec = upstream.serve(scoped("/open", "/reads", "/admin", reads=["read"], admin=["read", "admin"]))
    options = ("--spec", spec, "--auth", "oauth=the-servers-own", "--oauth-issuer", issuer.url, "--oauth-scope", "mcp")
    with served(tmp_path, *options, "--oauth-audience", "https://mcp.test/mcp", "--log-level", "debug") as (_, url):
        reader, admin, nobody = (
            Caller(url, browser, Authorization=f"Bearer {issuer.token(scope=scope, sub=scope)}")
            for scope in ("mcp read", "mcp read admin", "mcp")
        )
        assert nobody.tools() == ["open", *LISTED_OVER_HTTP]
        assert reader.tools() == ["open", "reads", *LISTED_OVER_HTTP]
        assert admin.tools() == ["open", "reads", "admin", *LISTED_OVER_HTTP]
        assert reader.ask("tools/list").json()["result"]["cacheScope"] == "private"
        assert reader.call("reads")["isError"] is False
        hidden, unknown = (reader.ask("tools/call", name=name, arguments={}) for name in ("admin", "nowhere"))
        assert hidden.status_code == unknown.status_code
        assert hidden.json()["error"] == {"code": -32602, "message": "Unknown tool: admin"}
        assert unknown.json()["error"] == {"code": -32602, "message": "Unknown tool: nowhere"}
        reader.open()
        assert len(from_stream(reader.send("tools/list", 2))["result"]["tools"]) == 5
        assert from_stream(reader.send("tools/call", 3, {"name": "admin"}))["error"]["code"] == -32602
        admin.session = nobody.session = reader.session
        assert [each.send("tools/list", 4).status_code for each in (admin, nobody, reader)] == [404, 404, 200]
        forbidden = Caller(url, browser, Authorization=f"Bearer {issuer.token(scope='read')}").ask("tools/list")
        assert (forbidden.status_code, 'error="insufficient_scope"' in forbidden.headers["www-authenticate"]) == (
            403,
            True,
        )
    assert [seen.path for seen in upstream.calls] == ["/reads"]
    assert upstream.calls[0].values("authorization") == ["Bearer the-servers-own"]


def test_a_client_without_a_token_learns_where_to_get_one(
    browser: httpx.Client, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """RFC 9728: the challenge leads to the metadata, that to the issuer; its resource is what tokens are for."""
    issuer = Issuer(other_upstream)
    spec = upstream.serve(description("/echo"))
    with served(tmp_path, "--spec", spec, "--oauth-issuer", issuer.url, "--oauth-scope", "mcp") as (_, url):
        challenge = Caller(url, browser).ask("tools/list").headers["www-authenticate"]
        metadata = challenge.partition('resource_metadata="')[2].rstrip('"')
        assert metadata == url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
        said = browser.get(metadata).json()
        assert (said["resource"], said["authorization_servers"]) == (url, [issuer.url])
        assert (said["scopes_supported"], said["bearer_methods_supported"]) == (["mcp"], ["header"])
        for audience, status in ((said["resource"], 200), ("https://other.test/mcp", 401)):
            caller = Caller(url, browser, Authorization=f"Bearer {issuer.token(aud=audience, scope='mcp')}")
            assert caller.ask("tools/list").status_code == status
        forged = signed(claims(issuer.url, aud=url, scope="mcp"), key=rsa_key("evil"))
        assert Caller(url, browser, Authorization=f"Bearer {forged}").ask("tools/list").status_code == 401


def test_an_issuer_that_is_down_when_we_start_does_not_stop_us(
    browser: httpx.Client, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5: calls are refused meanwhile, and that is said; it recovers by itself."""
    issuer = Issuer(other_upstream)
    issuer.fail()
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--oauth-issuer", issuer.url, "--oauth-audience", "https://mcp.test/mcp")
    with served(tmp_path, *options) as (child, url):
        child.wait_for_stderr("issuer_unreachable .* answers 503")
        caller = Caller(url, browser, Authorization=f"Bearer {issuer.token()}")
        refused = caller.ask("tools/list")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        for path in ("/.well-known/openid-configuration",):
            del other_upstream.answers[path]
        issuer.publish(public_rsa("one"))
        while (answer := caller.ask("tools/list")).status_code == 503:
            continue
        assert answer.status_code == 200


def test_a_callers_own_header_reaches_the_api_and_nobody_else(
    browser: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Per caller (a); security.md 9, 10, 26: and it is masked where the API repeats it."""
    spec = upstream.serve(description("/echo"))
    with served(tmp_path, "--spec", spec, "--forward", "X-Api-Key", "--log-level", "debug") as (child, url):
        ann, bob = (Caller(url, browser, X_Api_Key=f"key-of-{name}-0123", X_Other="o") for name in ("ann", "bob"))
        results = [each.call("echo") for each in (ann, bob, ann)]
        assert "key-of" not in str(results)
        assert [seen.values("x-api-key") for seen in upstream.calls] == [
            ["key-of-ann-0123"],
            ["key-of-bob-0123"],
            ["key-of-ann-0123"],
        ]
        assert {seen.values("x-other")[0] if seen.values("x-other") else None for seen in upstream.calls} == {None}
        refused = Caller(url, browser).call("echo")
        assert refused["structuredContent"]["error"]["kind"] == "unauthenticated"
        assert "X-Api-Key" in refused["structuredContent"]["error"]["hint"]
        twice = browser.post(
            url,
            headers=[*MODERN.items(), ("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"), *[("X-Api-Key", "k")] * 2],
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "echo", "_meta": META}},
        )
        assert twice.json()["result"]["isError"] is True
        assert Caller(url, browser).tools() == ["echo", *LISTED_OVER_HTTP]
        ann.open()
        bob.session = ann.session
        assert from_stream(ann.send("tools/call", 2, {"name": "echo"}))["result"]["isError"] is False
        assert bob.send("tools/call", 3, {"name": "echo"}).status_code == 404
        assert Caller(url, browser).send("tools/list", 4).status_code != 200
        assert len(upstream.calls) == 4
        assert "key-of" not in child.stderr


def test_without_the_header_the_servers_own_credential_goes_only_where_that_was_said(
    browser: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """`--forward-optional`."""
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--forward", "Authorization", "--forward-optional", "--bearer", "the-servers-own")
    with served(tmp_path, *options) as (_, url):
        assert Caller(url, browser).call("echo")["isError"] is False
        assert Caller(url, browser, Authorization="Bearer of-ann-0123").call("echo")["isError"] is False
    assert [seen.values("authorization") for seen in upstream.calls] == [
        ["Bearer the-servers-own"],
        ["Bearer of-ann-0123"],
    ]


def test_of_several_apis_each_asks_for_its_own_header_alone(
    browser: httpx.Client, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Several APIs: a header that one wants is nothing to the other."""
    specs = [f"a={upstream.serve(description('/echo'))}", f"b={other_upstream.serve(description('/echo'))}"]
    options = ("--spec", specs[0], "--spec", specs[1], "--forward", "a=X-A", "--max-response", "300")
    other_upstream.answers["/echo"] = Answer(json.dumps([{"number": number} for number in range(100)]).encode())
    with served(tmp_path, *options) as (_, url):
        nobody, ann = Caller(url, browser), Caller(url, browser, X_A="key-of-ann-0123")
        assert nobody.call("a_echo", n=1)["structuredContent"]["error"]["kind"] == "unauthenticated"
        for caller in (nobody, ann):
            assert caller.call("b_echo", n=1)["isError"] is False
        handle = ann.call("b_echo", n=1)["structuredContent"]["_note"]["more"]["handle"]
        assert ann.call("read_result", handle=handle)["isError"] is False
        assert nobody.call("read_result", handle=handle)["structuredContent"]["error"]["kind"] == "not_found"
        assert ann.call("a_echo", n=1)["isError"] is False
    assert [seen.values("x-a") for seen in upstream.calls] == [["key-of-ann-0123"]]
    assert not any(seen.values("x-a") for seen in other_upstream.calls)


def test_nobody_reads_on_what_another_caller_was_told(
    browser: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """security.md 26: handles are bound to their caller."""
    spec = upstream.serve(description("/echo"))
    upstream.answers["/echo"] = Answer(json.dumps([{"number": number} for number in range(100)]).encode())
    with served(tmp_path, "--spec", spec, "--forward", "X-Api-Key", "--max-response", "300") as (_, url):
        ann, bob = (Caller(url, browser, X_Api_Key=f"key-of-{name}-0123", X_Other="o") for name in ("ann", "bob"))
        handle = ann.call("echo", n=1)["structuredContent"]["_note"]["more"]["handle"]
        assert ann.call("read_result", handle=handle)["isError"] is False
        assert bob.call("read_result", handle=handle)["structuredContent"]["error"]["kind"] == "not_found"


def test_the_same_person_reads_on_only_with_a_token_that_allows_it(
    browser: httpx.Client, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 5, Per caller (b): an answer is as open as its tool. A token that never ends in any clock opens nothing."""
    issuer = Issuer(other_upstream)
    spec = upstream.serve(scoped("/reads", reads=["read"]))
    upstream.answers["/reads"] = Answer(json.dumps([{"number": number} for number in range(100)]).encode())
    options = ("--spec", spec, "--allow-anonymous", "--oauth-issuer", issuer.url, "--max-response", "300")
    with served(tmp_path, *options, "--oauth-audience", "https://mcp.test/mcp") as (_, url):
        reader, less, endless = (
            Caller(url, browser, Authorization=f"Bearer {issuer.token(**claimed)}")
            for claimed in ({"scope": "read"}, {"scope": "write"}, {"exp": 10**400})
        )
        handle = reader.call("reads")["structuredContent"]["_note"]["more"]["handle"]
        assert reader.call("read_result", handle=handle)["isError"] is False
        refused = less.call("read_result", handle=handle)["structuredContent"]["error"]
        assert (refused["kind"], refused["field"]) == ("not_found", "handle")
        assert endless.ask("tools/list").status_code == 401


def test_beyond_loopback_we_answer_to_addresses_and_to_our_names(
    browser: httpx.Client, upstream: Upstream, tmp_path: Path
) -> None:
    """security.md 12, 30: and a page that may call gets its word of CORS."""
    spec = upstream.serve(description("/echo"))
    options = ("--spec", spec, "--host", "0.0.0.0", "--endpoint-token", TOKEN, "--public-url", "https://mcp.test/mcp")
    with served(tmp_path, *options, "--allowed-host", "in.test", "--allowed-origin", "https://app.test") as (_, url):
        here = url.replace("0.0.0.0", "127.0.0.1")

        def status(**headers: str) -> int:
            return Caller(here, browser, Authorization=f"Bearer {TOKEN}", **headers).ask("tools/list").status_code

        for host in ("mcp.test", "in.test:1", "203.0.113.9:8800", "localhost", "0.0.0.0"):
            assert status(Host=host) == 200
        for host in ("evil.test", "evil-localhost", "mcp.test.evil.test", "127.0.0.1.evil.test"):
            assert status(Host=host) == 421
        assert [status(Origin=each) for each in ("https://mcp.test", "https://app.test")] == [200, 200]
        assert [status(Origin=each) for each in ("null", "http://localhost:3000", "https://evil.test")] == [403] * 3
        refused = browser.post(here, headers={"Origin": "https://app.test"})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "https://app.test")


def test_everybody_is_served_only_where_that_was_said_and_it_is_said_back(upstream: Upstream, tmp_path: Path) -> None:
    """security.md 30."""
    spec = upstream.serve(description("/echo"))
    ended = run_command("serve", "http", "--spec", spec, "--host", "0.0.0.0", "--port", "0", folder=tmp_path)
    assert ended.status == 2
    assert "nobody has to say who they are" in ended.err
    options = ("--spec", spec, "--host", "0.0.0.0", "--allow-unauthenticated", "--log-level", "error")
    with served(tmp_path, *options) as (child, _):
        assert "warning: 0.0.0.0 is reachable from other machines, and nobody has to say who they are" in child.stderr


@pytest.mark.requirement(30)
def test_beyond_loopback_callers_bring_a_token_or_their_own_credential() -> None:
    """Issue 5: one of endpoint token, issuer, forwarded header; a header that may be missing is none."""
    with pytest.raises(ConfigError, match="nobody has to say who they are"):
        bind("0.0.0.0", 0, Access(forward=Forward(names=("X-Key",), is_optional=True)))
    with pytest.raises(ConfigError, match="nobody has to say who they are"):
        bind("0.0.0.0", 0, Access(forward=Forward(names=("X-Key",), apis=(("a", ("X-Key",)), ("b", ())))))
    own = Access(forward=Forward(names=("X-Key",)))
    each = Access(forward=Forward(names=("X-Key", "X-B"), apis=(("a", ("X-Key",)), ("b", ("X-B",)))))
    for access in (own, each, Access(token=EndpointToken(TOKEN, {})), Access(allow_unauthenticated=True)):
        bind("0.0.0.0", 0, access).close()


@pytest.mark.requirement(30)
def test_who_brings_only_a_header_for_the_api_sees_the_tools_which_is_said(upstream: Upstream, tmp_path: Path) -> None:
    spec = upstream.serve(description("/echo"))
    with served(tmp_path, "--spec", spec, "--host", "0.0.0.0", "--forward", "X-Key") as (child, _):
        said = "whoever gets there sees its tools; a call needs X-Key of the caller's own"
        assert f"warning: 0.0.0.0 is reachable from other machines, and {said}" in child.stderr


def test_over_stdio_there_are_no_headers_to_forward(upstream: Upstream, tmp_path: Path) -> None:
    """Refused rather than passed over."""
    spec = upstream.serve(description("/echo"))
    ended = run_command("serve", "--spec", spec, "--forward", "Authorization", folder=tmp_path)
    assert (ended.status, ended.out) == (2, "")
    assert "a client over stdio sends no headers" in ended.err


def test_the_list_of_last_time_is_filtered_too(
    browser: httpx.Client, upstream: Upstream, other_upstream: Upstream, tmp_path: Path
) -> None:
    """A start that cannot load serves what was kept, to each caller what its scopes allow."""
    issuer = Issuer(other_upstream)
    spec = upstream.serve(scoped("/open", "/reads", reads=["read"]))
    options = (
        "--spec",
        spec,
        "--allow-anonymous",
        "--oauth-issuer",
        issuer.url,
        "--oauth-audience",
        "https://mcp.test/mcp",
    )
    cache = ("--cache-dir", str(tmp_path / "cache"))
    with served(tmp_path, *options, *cache) as (_, url):
        caller = Caller(url, browser, Authorization=f"Bearer {issuer.token(scope='x')}")
        assert caller.tools() == ["open", *LISTED_OVER_HTTP]
    upstream.document = b"broken"
    with served(tmp_path, *options, *cache) as (child, url):
        assert "the last good document stays" in child.stderr
        for scope, names in (("x", ["open", *LISTED_OVER_HTTP]), ("read", ["open", "reads", *LISTED_OVER_HTTP])):
            caller = Caller(url, browser, Authorization=f"Bearer {issuer.token(scope=scope)}")
            assert caller.tools() == names
        assert caller.call("reads")["isError"] is False

"""Signing in at the dashboard, and out: by a link that opens it once, or by the endpoint's token."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support.dashboard import HERE, board, browsing, csrf_in, enter, lock, own_path, sign_in, signed_in

from openapi_mcp.server.dashboard.entrance import Lock
from openapi_mcp.server.dashboard.signin import Links
from openapi_mcp.server.dashboard.site import dashboard_site
from openapi_mcp.server.door import Admission
from openapi_mcp.server.endpoint import EndpointToken

pytestmark = pytest.mark.anyio
TOKEN = "the-token-of-this-endpoint"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def by_token(text: str = TOKEN) -> Lock:
    """Return what opens a dashboard beside an endpoint with a token."""
    return lock(Admission(token=EndpointToken(text, {})))


@pytest.fixture
async def stranger() -> AsyncIterator[httpx.AsyncClient]:
    """Who has not signed in where a token is asked for."""
    async with browsing(dashboard_site(board(), by_token())) as client:
        yield client


async def test_a_link_opens_the_dashboard_once() -> None:
    """Issue 8: loopback with a one-time token in its URL; the second use is refused with words."""
    own = lock()
    site = dashboard_site(board(), own)
    link = own.new_link()
    async with browsing(site) as client:
        assert (await enter(client, link)).status_code == 200
    async with browsing(site) as other:
        again = await other.get(link)
        assert again.status_code == 403
        assert "This link has been used, or is too old" in again.text
        assert "set-cookie" not in again.headers
        assert (await other.get("/")).status_code == 303


async def test_the_cookie_is_kept_from_scripts_other_sites_and_other_ports() -> None:
    """RFC 6265, 8.5 and 8.6: a cookie has no port; its path is one that who listens at another port cannot name."""
    own = lock(path="/tools/dashboard/", is_secure=True)
    async with browsing(dashboard_site(board(), own)) as client:
        entered = await client.get(own.new_link())
    set_cookie = entered.headers["set-cookie"].lower()
    assert set_cookie.startswith("openapi_mcp_8801=")
    for attribute in ("; httponly", "; samesite=strict", f"; path=/tools/dashboard/{own_path(entered)}", "; secure"):
        assert attribute in set_cookie
    assert "max-age" not in set_cookie  # it goes with the browser


async def test_a_cookie_opens_the_path_of_its_own_session_alone() -> None:
    """Another caller of the dashboard knows the path of their own session, and of no other's."""
    own = lock()
    site = dashboard_site(board(), own)
    async with browsing(site) as one, browsing(site) as two:
        await enter(one, own.new_link())
        await enter(two, own.new_link())
        (cookie,) = one.cookies.jar
        for path in ("/calls", f"{two.base_url.path}calls", f"/{'0' * 32}/calls"):
            with_cookie = {"Cookie": f"{cookie.name}={cookie.value}"}
            async with browsing(site, **with_cookie) as other:
                answer = await other.get(path)
                assert answer.status_code == 303
                where = answer.url.join(answer.headers["location"])
                assert where.path == "/sign-in"
                assert ("This session has ended" in (await other.get(where)).text) is (path != "/calls")
        assert (await one.get("/calls")).status_code == 200


async def test_a_cookie_that_another_port_has_planted_hides_no_session() -> None:
    """RFC 6265, 5.4: of two cookies of one name that with the longer path comes first."""
    own = lock()
    async with browsing(dashboard_site(board(), own)) as client:
        await enter(client, own.new_link())
        (cookie,) = client.cookies.jar
        client.cookies.clear()
        planted = f"a=b; {cookie.name}={cookie.value}; {cookie.name}=planted"
        assert (await client.get("/calls", headers={"Cookie": planted})).status_code == 200
        assert (await client.get("/calls", headers={"Cookie": "a=b"})).status_code == 303


@pytest.mark.parametrize("path", ["/", "/calls", "/calls/7", "/nothing", "/sign-out", f"/{'0' * 32}/calls/7"])
async def test_who_is_not_signed_in_sees_where_one_signs_in(stranger: httpx.AsyncClient, path: str) -> None:
    answer = await stranger.get(path)
    assert answer.status_code == 303
    assert httpx.URL(HERE + path).join(answer.headers["location"]).path == "/sign-in"


async def test_the_token_signs_in(stranger: httpx.AsyncClient) -> None:
    assert 'type="password"' in (await stranger.get("/sign-in")).text
    assert (await sign_in(stranger, f" {TOKEN}\n")).status_code == 303
    page = await stranger.get("/")
    assert page.status_code == 200
    assert "a caller with the endpoint&#39;s token" in page.text


@pytest.mark.parametrize("token", ["", "wrong", "\u2603", f"{TOKEN}x"])
async def test_another_token_does_not(stranger: httpx.AsyncClient, token: str) -> None:
    answer = await stranger.post("/sign-in", data={"token": token})
    assert answer.status_code == 401
    assert "Not signed in" in answer.text
    assert "set-cookie" not in answer.headers
    assert token == "" or token not in answer.text


async def test_who_guesses_keeps_nobody_out(stranger: httpx.AsyncClient) -> None:
    """Behind a proxy all come from one address: what one guesses must not cost another the way in."""
    statuses = {(await stranger.post("/sign-in", data={"token": "wrong"})).status_code for _ in range(30)}
    assert statuses == {401}
    assert (await stranger.post("/sign-in", data={"token": TOKEN})).status_code == 303


async def test_a_token_in_a_header_needs_no_session(stranger: httpx.AsyncClient) -> None:
    """Brief: an Authorization header works too."""
    answer = await stranger.get("/", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "Sign out" not in answer.text


async def test_a_wrong_token_in_a_header_is_refused_as_at_the_door(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="mcp", error="invalid_token"'


async def test_a_header_opens_nothing_where_a_link_does() -> None:
    async with browsing(dashboard_site(board(), lock())) as client:
        answer = await client.get("/", headers={"Authorization": "Bearer x"})
        assert answer.status_code == 401
        assert "open the link that the program printed" in answer.text


async def test_a_session_ends_when_the_token_is_another_one(tmp_path: Path) -> None:
    """The token of a `file:` can be rotated; who signed in with the old one is let in no longer."""
    file = tmp_path / "token"
    file.write_text(TOKEN)
    async with browsing(dashboard_site(board(), by_token(f"file:{file}"))) as client:
        await sign_in(client, TOKEN)
        assert (await client.get("/")).status_code == 200
        file.write_text("another token, and a longer one")
        assert (await client.get("/")).status_code == 303


async def test_a_link_opens_a_dashboard_that_wants_a_token_for_its_operator() -> None:
    """The token is every client's: what is the operator's alone is for who sees where the program runs."""
    own = by_token()
    async with browsing(dashboard_site(board(), own)) as client:
        assert (await client.get("/enter?ticket=x")).status_code == 403
        assert "the operator" in (await enter(client, own.new_link())).text


async def test_a_new_link_is_printed_and_not_shown() -> None:
    """Only who sees the terminal gets in."""
    said: list[str] = []
    own = lock(said=said)
    async with browsing(dashboard_site(board(), own)) as client:
        answer = await client.post("/new-link", content=b"", headers=FORM)
        assert answer.status_code == 200
        assert "ticket" not in answer.text
        (line,) = said
        assert (await enter(client, line.removeprefix("dashboard: "))).status_code == 200


async def test_few_links_are_printed_in_a_minute_and_all_of_them_open_it() -> None:
    """Whoever asks for links takes none away from the operator, who sees all of them."""
    said: list[str] = []
    own = lock(said=said)
    first = own.new_link()
    async with browsing(dashboard_site(board(), own)) as client:
        statuses = [(await client.post("/new-link", content=b"", headers=FORM)).status_code for _ in range(4)]
        assert (statuses, len(said)) == ([200, 200, 200, 429], 3)
        assert (await client.get(first)).status_code == 200


def test_a_minute_later_links_are_printed_again() -> None:
    now = [0.0]
    links = Links(lambda: now[0])
    for at in (0.0, 30.0, 50.0):
        now[0] = at
        assert not links.are_too_many()
        links.count()
    assert links.are_too_many()
    now[0] = 60.0
    assert not links.are_too_many()


async def test_signing_out_ends_the_session() -> None:
    async with signed_in(board()) as client:
        (cookie,) = client.cookies.jar
        answer = await client.post("/sign-out", data={"csrf": csrf_in((await client.get("/")).text)})
        assert answer.status_code == 303
        assert answer.url.join(answer.headers["location"]) == f"{HERE}/sign-in"
        assert not list(client.cookies.jar)
        with_cookie = {"Cookie": f"{cookie.name}={cookie.value}"}
        assert (await client.get("/", headers=with_cookie)).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "\u2603"])
async def test_a_form_without_the_token_of_its_session_is_refused(token: str) -> None:
    """OWASP, Cross-Site Request Forgery Prevention: synchronizer tokens."""
    async with signed_in(board()) as client:
        answer = await client.post("/sign-out", data={"csrf": token})
        assert answer.status_code == 403
        assert "this form is of another session" in answer.text
        assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://localhost:8801"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://evil.test"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_form_of_another_page_is_refused(headers: dict[str, str]) -> None:
    """Another port of this machine is another origin, though the cookie comes with its forms."""
    async with signed_in(board()) as client:
        csrf = csrf_in((await client.get("/")).text)
        answer = await client.post("/sign-out", data={"csrf": csrf}, headers=headers)
        assert answer.status_code == 403
        assert "from the dashboard's own pages only" in answer.text


async def test_a_form_may_come_from_where_a_proxy_shows_us() -> None:
    own = lock(origins=frozenset({"https://tools.example.com"}))
    async with browsing(dashboard_site(board(), own)) as client:
        csrf = csrf_in((await enter(client, own.new_link())).text)
        answer = await client.post("/sign-out", data={"csrf": csrf}, headers={"Origin": "https://tools.example.com"})
        assert answer.status_code == 303


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_with_a_token_in_a_header_one_looks_and_sends_nothing(stranger: httpx.AsyncClient, method: str) -> None:
    """A form needs a session and its token: a program that has the endpoint's token is no person."""
    headers = {"Authorization": f"Bearer {TOKEN}", **FORM}
    answer = await stranger.request(method, "/tools/x/switch", content=b"on=yes", headers=headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (await stranger.head("/", headers=headers)).status_code == 200


@pytest.mark.parametrize("body", [b"csrf=%ff\xff", b"&".join(b"a%d=1" % number for number in range(1_001))])
async def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    async with signed_in(board()) as client:
        answer = await client.post("/sign-out", content=body, headers=FORM)
        assert answer.status_code == 400
        assert "this is no form that a page of ours sends" in answer.text


async def test_a_form_is_no_larger_than_a_person_fills_in() -> None:
    """What is said of it is made between other requests, which wait."""
    async with signed_in(board()) as client:
        answer = await client.post("/sign-out", content=b"raw=" + b"x" * 300_000, headers=FORM)
        assert answer.status_code == 413


async def test_who_is_not_signed_in_sends_no_large_forms(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/sign-in", content=b"token=" + b"x" * 40_000, headers=FORM)
    assert answer.status_code == 413
    assert (await stranger.post("/sign-in", json={"token": TOKEN})).status_code == 415

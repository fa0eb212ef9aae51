"""Whether two servers of one name serve the same API."""

import pytest

from openapi_mcp.clients.launch import Launch, Remote
from openapi_mcp.clients.machine import Machine, System
from openapi_mcp.clients.served import serve_the_same, what_serves

MACHINE = Machine(system=System.LINUX, home="/u/ann", environ={}, folder="/srv")


def launch(*args: str, cwd: str | None = None, **env: str) -> Launch:
    return Launch(name="shop", command="openapi-mcp", args=("serve", *args), cwd=cwd, env=env)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (launch("--spec", "/srv/a.json"), launch("--spec", "/srv/a.json", "--mode", "search"), True),
        (launch("--spec=a.json"), launch("-s", "/srv/a.json"), True),
        (launch("--spec", "a.json", cwd="/opt"), launch("--spec", "/srv/a.json"), False),
        (launch("--spec", "https://h/a"), launch("--spec", "https://h/b"), False),
        (launch("--spec", "shop=/srv/a.json"), launch("--spec", "/srv/a.json"), True),
        (launch("--spec", "a=/x", "--spec", "b=/y"), launch("--spec", "b=/y", "--spec", "c=/z"), True),
        (launch("--spec-command", "make a"), launch("--spec-command", "make b"), False),
        (launch("--config", "/srv/c.toml"), launch("--config", "/srv/c.toml"), True),
        (launch("--config", "/srv/c.toml"), launch("--spec", "/srv/a.json"), False),
        (launch(OPENAPI_MCP_SPEC="https://h/a"), launch(OPENAPI_MCP_SPEC="https://h/b"), False),
        (launch(), launch(), True),
        (launch(), launch("--spec", "/srv/a.json"), False),
        (launch("--spec", "/a", "--base-url", "https://x/"), launch("--spec", "/a", "--base-url", "https://x"), True),
        (launch("--spec", "/a", "--base-url", "https://x"), launch("--spec", "/a", "--base-url", "https://y"), False),
        (launch("--spec", "/a"), launch("--spec", "/a", "--base-url", "https://y"), True),
        (Remote(name="a", url="https://h/mcp"), Remote(name="a", url="https://h/mcp"), True),
        (launch("--spec", "/a"), Remote(name="a", url="https://h/mcp"), False),
        (launch("--spec"), launch("--spec", "/a"), False),
    ],
)
def test_a_server_is_the_same_by_its_document(before: Launch, after: Launch, same: bool) -> None:
    """The source is what an API is known by; another base URL is another API."""
    assert serve_the_same(before, after, MACHINE) is same


def test_what_a_server_serves_is_said_without_secrets() -> None:
    """Errors are shown."""
    found = what_serves(launch("--spec", "https://h/a?token=hunter2", "--base-url", "https://ann:pw@x"), MACHINE)
    assert found == "https://h/a?token=*** at https://***@x"
    assert what_serves(launch(), MACHINE) == "what its own folder says"

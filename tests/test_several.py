"""Several APIs as one list: whose tool a call names, what each keeps for itself, and one that is not there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.live import Told, put, yaml
from support.upstream import PATIENCE, Answer, Upstream, description

from openapi_mcp import joining
from openapi_mcp.config import Config, build_config
from openapi_mcp.errors import OpenapiMcpError, SourceError
from openapi_mcp.joining import open_several
from openapi_mcp.model.call import ANYONE, Call, Caller, Failure, FailureKind, Result
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Secret
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again
from openapi_mcp.server.keep import SeveralKeeper, keepers
from openapi_mcp.several import Several

pytestmark = pytest.mark.anyio

NOWHERE = Path("no-such-folder")


@pytest.fixture(autouse=True)
def _try_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "_FIRST_PAUSE", 0.01)


def config(folder: Path, *apis: str, **options: Any) -> Config:
    """Return the configuration of APIs whose documents stand in files by their names."""
    return build_config({"spec": [f"{name}={folder / name}.yaml" for name in apis], **options}, {}, NOWHERE)


@asynccontextmanager
async def opened(config: Config, told: Told | None = None) -> AsyncIterator[Several]:
    async with open_several(config, told or Told(), {}) as apis:
        yield apis


def listed(apis: Several) -> list[str]:
    return [tool["name"] for tool in apis.pages.tools(0)]


async def called(apis: Several, tool: str, **arguments: Any) -> dict[str, Any]:
    result: Result = await apis.call(Call(tool=tool, arguments=arguments))
    return dict(result.structured or {})


def two(upstream: Upstream, other: Upstream, *paths: str, **options: Any) -> Config:
    """Return the configuration of two APIs with the same paths."""
    spec = [f"shop={upstream.serve(description(*paths))}", f"billing={other.serve(description(*paths))}"]
    return build_config(
        {"spec": spec, "base_url": [f"shop={upstream.url}", f"billing={other.url}"], **options}, {}, NOWHERE
    )


# --- one list ---


async def test_the_tools_of_all_stand_in_one_list_under_their_apis_names(tmp_path: Path) -> None:
    """Issue 5, Several APIs: tools prefixed; what reads on is listed once."""
    put(tmp_path / "shop.yaml", yaml("list", "get"))
    put(tmp_path / "billing.yaml", yaml("list"))
    async with opened(config(tmp_path, "shop", "billing")) as apis:
        assert listed(apis) == ["shop_list", "shop_get", "billing_list", "read_result"]
        assert list(apis.toolset.by_name) == ["shop_list", "shop_get", "billing_list"]
        assert (apis.toolset.title, apis.can_change, apis.reads_on) == ("shop: W, billing: W", False, True)
        assert apis.toolset.instructions.splitlines()[:2] == [
            "shop_*: W 1, served from its OpenAPI description. Only reading operations are offered.",
            "billing_*: W 1, served from its OpenAPI description. Only reading operations are offered.",
        ]


async def test_the_instructions_of_many_stay_below_what_clients_cut(tmp_path: Path) -> None:
    """clients.py: 2 kB."""
    names = [f"api-number-{number:04}" for number in range(12)]
    for name in names:
        put(tmp_path / f"{name}.yaml", yaml("list").replace("title: W", f"title: W, description: {'word ' * 300}"))
    async with opened(config(tmp_path, *names)) as apis:
        assert len(apis.toolset.instructions) <= 2000
        assert all(f"{name}_*: W" in apis.toolset.instructions for name in names)


async def test_nothing_is_read_on_where_no_answer_is_cut(tmp_path: Path) -> None:
    """design.md, Options: `--max-response 0` is no limit."""
    put(tmp_path / "shop.yaml", yaml("list"))
    async with opened(config(tmp_path, "shop", max_response="0")) as apis:
        assert (listed(apis), apis.reads_on) == (["shop_list"], False)
        assert (await called(apis, "read_result", handle="r_1"))["error"]["kind"] == FailureKind.UNKNOWN_TOOL


# --- whose call ---


async def test_a_call_goes_to_the_api_that_its_tool_names_with_its_credentials_alone(
    upstream: Upstream, other_upstream: Upstream
) -> None:
    """Issue 5, Several APIs: a credential of one never reaches another."""
    given = {"bearer": ["shop=s-secret", "billing=b-secret"], "header": ["shop=X-Only: s-key"]}
    async with opened(two(upstream, other_upstream, "/echo", **given)) as apis:
        assert (await called(apis, "shop_echo", n=1))["target"] == "/echo?n=1"
        assert (await called(apis, "billing_echo", n=2))["target"] == "/echo?n=2"
    assert [(seen.values("authorization"), seen.values("x-only")) for seen in upstream.calls] == [
        (["Bearer s-secret"], ["s-key"])
    ]
    assert [(seen.values("authorization"), seen.values("x-only")) for seen in other_upstream.calls] == [
        (["Bearer b-secret"], [])
    ]
    assert not any("secret" in str(seen.headers) for seen in upstream.seen if seen not in upstream.calls)


async def test_of_a_callers_headers_each_api_gets_those_that_are_for_it(
    upstream: Upstream, other_upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5: `--forward` is said for each API."""
    made = two(upstream, other_upstream, "/echo", forward=["shop=Authorization", "billing=X-Key", "billing=X-Two"])
    assert made.forward == ("Authorization", "X-Key", "X-Two")
    headers = tuple((name, Secret("v")) for name in ("authorization", "x-key", "X-Two", "X-Other"))
    asked: list[Call] = []
    async with opened(made) as apis:
        for member in apis.members:
            app = await member.opened()

            async def note(call: Call) -> Result:
                asked.append(call)
                return Result(content=())

            monkeypatch.setattr(app, "call", note)
        for tool in ("shop_echo", "billing_echo"):
            await apis.call(Call(tool=tool, caller=Caller(id="ann", headers=headers)))
    assert [[name for name, _ in call.caller.headers] for call in asked] == [["authorization"], ["x-key", "X-Two"]]
    assert {call.caller.id for call in asked} == {"ann"}


@pytest.mark.parametrize("tool", ["shop_nothing", "other_echo", "echo", "shop"])
async def test_what_no_api_has_is_an_unknown_tool(tool: str, upstream: Upstream, other_upstream: Upstream) -> None:
    """design.md, A result."""
    async with opened(two(upstream, other_upstream, "/echo")) as apis:
        assert (await called(apis, tool))["error"]["kind"] == FailureKind.UNKNOWN_TOOL
    assert upstream.calls == other_upstream.calls == []


async def test_each_api_has_its_own_limits(upstream: Upstream, other_upstream: Upstream) -> None:
    """Issue 5, Several APIs: methods, limits each."""
    for server in (upstream, other_upstream):
        server.answers["/list"] = Answer(b'{"items": [' + b",".join([b'"0123456789"'] * 200) + b"]}")
    limits = {"max_response": ["shop=500"], "max_body": ["billing=100"]}
    async with opened(two(upstream, other_upstream, "/list", **limits)) as apis:
        cut = await called(apis, "shop_list")
        assert cut["_note"]["more"]["handle"].startswith("r_")
        assert (await called(apis, "billing_list"))["error"]["kind"] == FailureKind.TOO_LARGE


async def test_each_api_has_its_own_say_about_who_is_asked(upstream: Upstream, other_upstream: Upstream) -> None:
    """Issue 5, Writes: `--confirm` for one API; what is shown masks that API's secrets."""
    options = {"methods": "all", "confirm": ["billing=writes"], "header": ["billing=X-Key: b-secret"]}
    document = {"post": {"operationId": "add", "responses": {}}}
    specs = []
    for name, server in (("shop", upstream), ("billing", other_upstream)):
        specs.append(f"{name}={server.serve({**description(server=server.url), 'paths': {'/add': document}})}")
    async with opened(build_config({"spec": specs, **options}, {}, NOWHERE)) as apis:
        asked = {tool.name: apis.asks_before(tool) for tool in apis.toolset.tools}
        assert asked == {"shop_add": False, "billing_add": True}
        call = Call(tool="billing_add")
        foreseen = apis.foresee(call)
        assert isinstance(foreseen, HttpRequest)
        assert foreseen.url == f"{other_upstream.url}/add"
        assert "b-secret" not in str(foreseen.headers)
        assert apis.redactor(call)("it is b-secret") == "it is ***"
        nobodys = Call(tool="other_add")
        assert isinstance(apis.foresee(nobodys), Failure)
        assert apis.redactor(nobodys)("it is b-secret") == "it is b-secret"
        assert not apis.asks_before(replace(apis.toolset.tools[0], name="other_add"))


async def test_the_list_of_all_is_a_sequence_and_a_mapping(tmp_path: Path) -> None:
    """tool.py: tools in order, and by their names."""
    for name in ("shop", "billing"):
        put(tmp_path / f"{name}.yaml", yaml("a", "b"))
    async with opened(config(tmp_path, "shop", "billing")) as apis:
        tools, by_name = apis.toolset.tools, apis.toolset.by_name
        assert [tool.name for tool in tools[1:3]] == ["shop_b", "billing_a"]
        assert tools[-1].name == "billing_b"
        assert (len(tools), len(by_name)) == (4, 4)
        assert ("billing_a" in by_name, "a" in by_name) == (True, False)
        with pytest.raises(IndexError):
            tools[4]
        with pytest.raises(KeyError):
            by_name["a"]


async def test_an_answer_is_read_on_whichever_api_it_came_from(upstream: Upstream, other_upstream: Upstream) -> None:
    """Issue 4: read_result finds what its handle stands for."""
    for name, server in (("s", upstream), ("b", other_upstream)):
        server.answers["/list"] = Answer(b"[" + b",".join(b'"%s%03d"' % (name.encode(), n) for n in range(200)) + b"]")
    async with opened(two(upstream, other_upstream, "/list", max_response="500")) as apis:
        for tool, first in (("shop_list", "s000"), ("billing_list", "b000")):
            handle = (await called(apis, tool))["_note"]["more"]["handle"]
            assert (await called(apis, "read_result", handle=handle, limit=1))["result"] == [first]
        nobodys = await called(apis, "read_result", handle="r_nobodys")
        assert nobodys["error"]["kind"] == FailureKind.NOT_FOUND


async def test_what_is_said_about_tools_of_several_is_cut_as_the_first_ones_are(tmp_path: Path) -> None:
    """Issue 6, Search mode: of no tool at all there is little to say."""
    for name in ("shop", "billing"):
        put(tmp_path / f"{name}.yaml", yaml("list"))
    value: Any = {"operations": ["x" * 90] * 40}
    limits = ["shop=1000", "billing=2000"]
    reader = Caller(id="reader", scopes=frozenset({"read"}))
    async with opened(config(tmp_path, "shop", "billing", max_response=limits)) as apis:
        for caller, tools, length, is_kept in (
            (ANYONE, ("shop_list",), 1_000, True),
            (ANYONE, ("billing_list", "shop_list"), 2_000, True),
            (reader, ("billing_list",), 2_000, True),
            (reader, ("billing_list", "shop_list"), 2_000, False),
        ):
            said = dict((await apis.show(value, caller, *tools)).structured or {})
            assert length / 4 < len(write_json(said)) <= length
            assert ("handle" in said["_note"]["more"]) is is_kept
            if is_kept:
                step = said["_note"]["more"]["next"]
                following = Call(tool=step["tool"], arguments=step["arguments"], caller=caller)
                assert not (await apis.call(following)).is_error
        assert (await apis.show(value, ANYONE)).structured == value


# --- one that is not there ---


async def test_one_that_cannot_be_served_does_not_stop_the_others(tmp_path: Path) -> None:
    """Issue 5, Several APIs: it is reported, and tried again."""
    told, news = Told(), []
    put(tmp_path / "shop.yaml", yaml("list"))
    async with opened(config(tmp_path, "billing", "shop"), told) as apis:
        assert (listed(apis), apis.can_change) == (["shop_list", "read_result"], True)
        assert "billing_*: not available now" in apis.toolset.instructions
        assert (await called(apis, "billing_list"))["error"]["kind"] == FailureKind.UNKNOWN_TOOL

        async def changed() -> None:
            news.append(listed(apis))

        apis.on_change.append(changed)
        warning = await told.wait_for("warning")
        assert warning.startswith("warning: the API 'billing' is not served, and is tried again: ")
        assert "\n  fix: " in warning
        put(tmp_path / "billing.yaml", yaml("list"))
        assert await told.wait_for("is served now") == "the API 'billing' is served now: 1 tools"
        assert listed(apis) == ["billing_list", "shop_list", "read_result"]
        assert "billing_*: W 1" in apis.toolset.instructions
    assert news == [["billing_list", "shop_list", "read_result"]]


async def test_the_same_trouble_is_said_once_and_another_one_too(tmp_path: Path) -> None:
    """Our choice: a log that repeats itself is not read."""
    told = Told()
    put(tmp_path / "shop.yaml", yaml("list"))
    async with opened(config(tmp_path, "shop", "billing"), told):
        await told.wait_for("is not served")
        (tmp_path / "billing.yaml").write_text("nonsense: [")
        await told.wait_for("is not served")
        assert [line for line in told.lines if "is not served" in line] == []


async def test_where_none_can_be_served_the_first_ones_error_ends_it(tmp_path: Path) -> None:
    """Issue 5: exit with the first error's code; the others are told."""
    told = Told()
    with pytest.raises(SourceError, match="cannot read the file") as caught:
        async with opened(config(tmp_path, "billing", "shop"), told):
            raise AssertionError("served")
    assert caught.value.where == f"{tmp_path / 'billing.yaml'} (the API 'billing')"
    assert [line.partition(" is ")[0] for line in told.lines if "warning" in line] == ["warning: the API 'shop'"]


async def test_a_document_that_keeps_us_waiting_holds_nobody_up(
    upstream: Upstream, other_upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: a client waits for the list; what comes later is announced."""
    monkeypatch.setattr(joining, "PATIENCE", 0.0)
    told = Told()
    other_upstream.serve(description("/echo"))
    spec = [f"shop={upstream.serve(description('/echo'))}", f"billing={other_upstream.url}/late/document.json"]
    base = [f"shop={upstream.url}", f"billing={other_upstream.url}"]
    async with opened(build_config({"spec": spec, "base_url": base}, {}, NOWHERE), told) as apis:
        assert listed(apis) == ["shop_echo", "read_result"]
        await told.wait_for("the API 'billing' is not loaded yet")
        other_upstream.release.set()
        await told.wait_for("the API 'billing' is served now: 1 tools")
        assert listed(apis) == ["shop_echo", "billing_echo", "read_result"]


async def test_what_fails_while_it_serves_fails_as_itself(tmp_path: Path) -> None:
    """style.md, Errors: no group of exceptions is made of an error of ours."""
    put(tmp_path / "shop.yaml", yaml("list"))
    with pytest.raises(OpenapiMcpError, match="no room"):
        async with opened(config(tmp_path, "shop")):
            raise OpenapiMcpError("no room")


def test_it_is_tried_again_after_longer_and_longer_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 5: 5 s, then doubling to 5 minutes."""
    monkeypatch.setattr(joining, "_FIRST_PAUSE", 5.0)
    pauses = joining._pauses()
    assert [next(pauses) for _ in range(9)] == [5, 10, 20, 40, 80, 160, 300, 300, 300]


async def test_a_document_in_trouble_is_looked_at_again_until_it_can_be_had(upstream: Upstream) -> None:
    """Issue 5: one that is served as it was kept would stay so for ever, though its API is back."""
    said, changed = list[str](), anyio.Event()

    def say(text: str) -> None:
        said.append(text)
        changed.set()

    given = build_config({"spec": upstream.serve(description("/echo"))}, {}, NOWHERE)
    async with open_app(given, said.append, {}) as app, anyio.create_task_group() as group:
        upstream.document = b"{"
        assert await check_again(app, said.append, {}) is None
        assert app.trouble
        upstream.serve(description("/echo", "/held"))
        group.start_soon(joining._look_again, app, say, {})
        with anyio.fail_after(PATIENCE):
            await changed.wait()
        assert said[-1] == "the document has changed: 2 tools now"
        group.cancel_scope.cancel()


async def test_what_is_said_of_one_api_says_of_which(upstream: Upstream, other_upstream: Upstream) -> None:
    """style.md, Errors: where."""
    told = Told()
    document = description("/echo", server="http://127.0.0.1:9")
    spec = [f"shop={upstream.serve(document)}", f"billing={other_upstream.serve(document)}"]
    async with opened(build_config({"spec": spec, "bearer": ["shop=x"]}, {}, NOWHERE), told):
        assert [line[:30] for line in told.lines if "warning" in line] == ["warning: shop: the document's "]


async def test_another_document_of_one_changes_the_list(tmp_path: Path) -> None:
    """Issue 5: `--watch` for each; the list changes as a whole."""
    from openapi_mcp.server import watch

    told = Told()
    for name in ("shop", "billing"):
        put(tmp_path / f"{name}.yaml", yaml("list"))
    made = config(tmp_path, "shop", "billing", watch=True)
    looking = watch.watches(keepers(made, told, None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watch, "_LOOK", 0.01)
        async with opened(made, told) as apis, anyio.create_task_group() as group:
            assert apis.can_change
            group.start_soon(looking.run, apis)
            before = apis.toolset
            put(tmp_path / "billing.yaml", yaml("list", "more"))
            await told.wait_for("billing: the document has changed: 2 tools now")
            assert listed(apis) == ["shop_list", "billing_list", "billing_more", "read_result"]
            assert apis.toolset is not before
            assert apis.toolset is apis.toolset
            group.cancel_scope.cancel()


async def test_another_mode_of_the_one_list_is_told_with_its_reason(tmp_path: Path) -> None:
    """Issue 6, Search mode: what the lists of all cost together chooses; no API has a mode of its own."""
    told = Told()
    put(tmp_path / "shop.yaml", yaml("list"))
    async with opened(config(tmp_path, "shop", "billing", context_budget=400), told) as apis:
        assert apis.toolset.mode == "tools"
        put(tmp_path / "billing.yaml", yaml(*(f"operation_{number}" for number in range(9))))
        said = await told.wait_for("search mode")
        assert said == f"the list has changed: search mode: {apis.toolset.why}"
        assert "the list of 11 tools costs" in said
        await apis.announce()
        assert not any("search mode" in line for line in told.lines)


async def test_what_is_kept_of_one_api_is_not_used_where_it_is_damaged(tmp_path: Path) -> None:
    """Issue 3: never a list that is not whole; the other one's is used, and serves though its file is gone."""
    path, names = tmp_path / "cache" / "key.catalogue", ("shop", "billing")
    for name in names:
        put(tmp_path / f"{name}.yaml", yaml(name))
    made = config(tmp_path, *names)
    async with open_several(made, Told(), {}, path=path) as apis:
        assert apis.can_change
        await SeveralKeeper(keepers=keepers(made, Told(), path), notice=Told(), path=path).write(apis)
    assert path.exists()
    damaged = path.with_name("key-shop.catalogue")
    damaged.write_bytes(damaged.read_bytes()[:-2] + b"X\n")
    async with open_several(made, Told(), {}, path=path, warm=True) as apis:
        assert listed(apis) == ["shop_shop", "billing_billing", "read_result"]
        began = {member.name: member.app is not None and member.app.stored is not None for member in apis.members}
        assert began == {"shop": False, "billing": True}

"""Servers put into and taken out of the texts of clients' files."""

import json
import re
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openapi_mcp.clients import splice, toml
from openapi_mcp.clients.edit import Table, entries, put_entry, take_entry
from openapi_mcp.clients.fault import TextFaultError
from openapi_mcp.clients.jsonc import scan
from openapi_mcp.clients.known import KNOWN, Scope
from openapi_mcp.clients.launch import Given, Launch, Reference, Remote, Target

NAMES = ("shop", "a.b", 'with "quotes"', "emoji 🛒", "back\\slash", "é", "a]b", "#no")


def table_of(name: str) -> Table:
    return Table(client=KNOWN[name], keys=KNOWN[name].tables[Scope.USER])


def launch(name: str = "shop", **env: Any) -> Launch:
    return Launch(name=name, command="/opt/bin/openapi-mcp", args=("serve", "--spec", "/a b.yaml"), env=env)


SHOP = launch()
TOKEN = launch(API_TOKEN=Reference(variable="API_TOKEN"))


JSON_TEXTS = (
    '{"mcpServers": {}}',
    '{\n  "mcpServers": {\n    "other": {"command": "x"}\n  }\n}\n',
    '{\n\t"theme": "dark",\n\t"mcpServers": {\n\t\t"other": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n',
    '{\r\n    "mcpServers": {\r\n        "other": {"command": "x"}\r\n    },\r\n    "z": 1.50\r\n}\r\n',
    '\ufeff{"mcpServers":{"other":{"command":"x"}},"big":12345678901234567890}',
    '{"numStartups":7,"mcpServers":{"other":{"command":"x","args":[]}},"projects":{"/a":{"mcpServers":{}}}}',
)
JSONC_TEXTS = (
    *JSON_TEXTS,
    '// mine\n{\n  // servers\n  "mcpServers": {\n    "other": {"command": "x"}, // a note\n    // the end\n  },\n}\n',
    '{\n  "mcpServers": {\n    // none yet\n  } /* behind */\n}',
    '{ /* all */ "mcpServers": { "other": { "command": "x" /* c */ } }, "b": [1, 2,], }',
    '{\n  "mcpServers": {\n    "other": {"command": "x"} // no comma, and a "brace" }\n  }\n}\n',
)


@pytest.mark.parametrize("text", JSON_TEXTS)
def test_put_and_taken_out_again_a_json_file_is_byte_for_byte_as_before(text: str) -> None:
    """issue 10: merged into what is there."""
    table = table_of("claude-code")
    changed = put_entry(text, table, SHOP)
    assert json.loads(changed.removeprefix("\ufeff"))["mcpServers"]["shop"]["command"] == "/opt/bin/openapi-mcp"
    assert take_entry(changed, table, "shop") == text


@pytest.mark.parametrize("text", JSONC_TEXTS)
def test_put_and_taken_out_again_a_file_with_comments_is_byte_for_byte_as_before(text: str) -> None:
    """issue 10: order and comments are kept."""
    table = table_of("gemini")
    changed = put_entry(text, table, TOKEN)
    assert entries(changed, table)["shop"]["env"] == {"API_TOKEN": "${API_TOKEN}"}
    assert take_entry(changed, table, "shop") == text


@pytest.mark.parametrize("client", sorted(KNOWN))
@pytest.mark.parametrize("text", ["", "  \n", "\ufeff"])
def test_an_empty_file_is_begun_and_ends_with_an_empty_table(client: str, text: str) -> None:
    """issue 10."""
    table = table_of(client)
    changed = put_entry(text, table, SHOP)
    assert list(entries(changed, table)) == ["shop"]
    assert changed.endswith("\n")
    assert entries(take_entry(changed, table, "shop"), table) == {}


@pytest.mark.parametrize("client", sorted(KNOWN))
@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_put_once_and_found_again(client: str, name: str) -> None:
    """issue 10: idempotent."""
    table = table_of(client)
    once = put_entry("", table, launch(name))
    assert list(entries(once, table)) == [name]
    assert put_entry(once, table, launch(name)) == once


def test_an_entry_goes_behind_the_last_one_and_keeps_its_style() -> None:
    """Our choice: what a person sees of the change is one entry more, written like the others."""
    text = '{\n\t"mcpServers": {\n\t\t"other": {"command": "x"}, // note\n\t\t// end\n\t}\n}\n'
    changed = put_entry(text, table_of("cursor"), Launch(name="shop", command="/c"))
    assert changed == (
        '{\n\t"mcpServers": {\n\t\t"other": {"command": "x"}, // note\n'
        '\t\t"shop": {\n\t\t\t"command": "/c",\n\t\t\t"args": [],\n\t\t\t"env": {}\n\t\t},\n\t\t// end\n\t}\n}\n'
    )


def test_the_table_is_made_where_it_is_missing_or_null() -> None:
    """issue 10: an `mcpServers` that is null."""
    table = table_of("claude-code")
    assert json.loads(put_entry('{"a": 1}', table, SHOP))["a"] == 1
    assert list(json.loads(put_entry('{"mcpServers": null, "b": 2}', table, SHOP))) == ["mcpServers", "b"]


def test_a_project_of_claude_code_is_found_below_its_folder() -> None:
    """known.py: local scope."""
    table = Table(client=KNOWN["claude-code"], keys=("projects", "/u/ann/p.q", "mcpServers"))
    text = '{\n  "projects": {\n    "/u/ann/p.q": {\n      "allowedTools": []\n    }\n  }\n}'
    changed = put_entry(text, table, SHOP)
    assert list(json.loads(changed)["projects"]["/u/ann/p.q"]) == ["allowedTools", "mcpServers"]
    assert list(entries(changed, table)) == ["shop"]


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ('{"mcpServers": [1]}', (1, 16), '"mcpServers" is no object'),
        ('{\n  "mcpServers": "x"\n}', (2, 17), '"mcpServers" is no object'),
        ("[]", (1, 1), "the file's value is no object"),
        ('{"a": 1', (1, 8), "a comma or } is missing"),
        ('{"a": 1 "b": 2}', (1, 9), "a comma or } is missing"),
        ('{"a" 1}', (1, 6), "a colon is missing"),
        ("{a: 1}", (1, 2), 'a name in " is missing'),
        ('{"a": }', (1, 7), "a value is missing"),
        ('{"a": "x\ny"}', (1, 7), "a text does not end, or holds a control character"),
        ('{"a": "\\x"}', (1, 7), "a text has an escape that JSON does not know"),
        ('{"a": 1} x', (1, 10), "something stands behind the end of the value"),
        ('{"a": 1,}', (1, 8), "a comma with nothing behind it, which this file may not have"),
        ('// c\n{"a": 1}', (1, 1), "a comment, which this file may not have"),
        ("[" * 200, (1, 102), "nested deeper than 100"),
        ('{"a": ' + "9" * 500 + "}", (1, 7), "a number has too many digits"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_its_line(
    text: str, at: tuple[int, int], what: str
) -> None:
    """design of part 9: a file that cannot be parsed is left alone, with line and column."""
    with pytest.raises(TextFaultError) as caught:
        put_entry(text, table_of("claude-code"), SHOP)
    assert (caught.value.what, (caught.value.line, caught.value.column)) == (what, at)


def test_a_comment_that_does_not_end_is_refused() -> None:
    """The same, where comments may stand."""
    with pytest.raises(TextFaultError, match="a comment does not end"):
        entries("{} /* x", table_of("cursor"))


def test_of_a_name_that_is_there_twice_the_last_counts_and_all_are_taken_out() -> None:
    """RFC 8259, section 4: readers differ about them; JavaScript takes the last."""
    table = table_of("claude-code")
    text = '{"mcpServers": {"shop": {"command": "a"}, "z": {}, "shop": {"command": "b"}}}'
    assert entries(text, table)["shop"] == {"command": "b"}
    assert take_entry(text, table, "shop") == '{"mcpServers": {"z": {}}}'


def test_what_a_person_added_to_an_entry_stays_when_it_is_written_anew() -> None:
    """Our choice: a timeout that somebody set is not lost when the document moves."""
    table = table_of("claude-code")
    text = put_entry("", table, launch())
    text = text.replace('"command"', '"timeout": 5, "command"')
    assert put_entry(text, table, launch()) == text
    moved = put_entry(text, table, Launch(name="shop", command="/other"))
    assert entries(moved, table)["shop"] == {"type": "stdio", "command": "/other", "args": [], "env": {}, "timeout": 5}


def test_vs_code_asks_for_a_secret_once_and_no_more_when_nobody_needs_it() -> None:
    """code.visualstudio.com, MCP configuration reference, Input variables."""
    table = table_of("vscode")
    text = '{\n  "inputs": [\n    {"id": "mine"}\n  ],\n  "servers": {}\n}\n'
    both = put_entry(put_entry(text, table, TOKEN), table, launch("two", API_TOKEN=Reference(variable="API_TOKEN")))
    wanted = {
        "type": "promptString",
        "id": "openapi-mcp-API_TOKEN",
        "description": "API_TOKEN, for openapi-mcp",
        "password": True,
    }
    assert json.loads(both)["inputs"] == [{"id": "mine"}, wanted]
    assert json.loads(both)["servers"]["two"]["env"] == {"API_TOKEN": "${input:openapi-mcp-API_TOKEN}"}
    one = take_entry(both, table, "two")
    assert json.loads(one)["inputs"] == [{"id": "mine"}, wanted]
    assert take_entry(one, table, "shop") == text


def test_inputs_that_are_no_list_are_refused() -> None:
    """The same."""
    with pytest.raises(TextFaultError, match='"inputs" is no list'):
        put_entry('{"inputs": {}}', table_of("vscode"), TOKEN)


def test_nothing_is_asked_for_where_no_secret_is() -> None:
    """The same."""
    assert "inputs" not in put_entry("", table_of("vscode"), SHOP)


SPACES = st.sampled_from(["", " ", "\n", "\n  ", "\r\n\t", " // c\n", " /* } */ ", '\n// "x": {\n  '])
NAME = st.text(alphabet=st.sampled_from('ab"\\/.{é🛒 '), max_size=5).filter(
    lambda name: name not in ("shop", "mcpServers")
)
PLAIN = st.sampled_from(
    ["1", "-2.50e1", "null", "true", '"t"', '"// no"', '"}"', "[]", "{}", "[1 ,2]", '{"command":"x"}']
)


@st.composite
def written_objects(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """An object as somebody might have written it, with comments anywhere."""
    names = draw(st.lists(NAME, max_size=3, unique=True))
    parts = [
        f"{draw(SPACES)}{json.dumps(name)}{draw(SPACES)}:{draw(SPACES)}{draw(inner)}{draw(SPACES)}" for name in names
    ]
    trailing = draw(st.sampled_from(["", ","])) if parts else ""
    return "{" + ",".join(parts) + trailing + draw(SPACES) + "}"


@st.composite
def files(draw: st.DrawFn) -> str:
    servers = draw(written_objects(PLAIN))
    other = draw(st.sampled_from(["", '"a": 1,', '// c\n"b": [1,],']))
    behind = draw(st.sampled_from(["", ",", ' // c\n, "z": {}']))
    member = f'"mcpServers":{draw(SPACES)}{servers}{behind}'
    return f"{draw(SPACES)}{{{draw(SPACES)}{other}{draw(SPACES)}{member}{draw(SPACES)}}}"


@given(text=files())
@settings(max_examples=300, deadline=None)
def test_whatever_a_person_wrote_a_change_changes_one_entry_only(text: str) -> None:
    """Laws: put twice is put once; taken out again it says what it said; all others are equal; comments stay."""
    table = table_of("cursor")
    before = scan(text, comments=True)
    assert before is not None
    once = put_entry(text, table, TOKEN)
    assert put_entry(once, table, TOKEN) == once
    assert dict(entries(once, table)) == {**before.value["mcpServers"], "shop": entries(once, table)["shop"]}
    back = take_entry(once, table, "shop")
    after = scan(back, comments=True)
    assert after is not None
    assert after.value == before.value
    assert re.sub(r"\s", "", back).replace(",", "") == re.sub(r"\s", "", text).replace(",", "")


@given(text=files(), data=st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_entry_is_taken_out_the_others_stay(text: str, data: st.DataObject) -> None:
    """The same, for the entries that were there."""
    table = table_of("cursor")
    there = dict(entries(text, table))
    if there:
        name = data.draw(st.sampled_from(sorted(there)))
        left = take_entry(text, table, name)
        assert dict(entries(left, table)) == {key: value for key, value in there.items() if key != name}


TOML_TEXTS = (
    "",
    "# only a comment\n",
    'model = "o3"  # which\n',
    'model = "o3"',
    "[tui]\r\nx = 1\r\n",
    '[mcp_servers.other]\ncommand = "x" # c\n\n[mcp_servers.other.env]\nK = "v"\n\n[tui]\nx = 1\n# end\n',
    '[mcp_servers]\n[mcp_servers.other]\ncommand = "x"\n[z]\ny = 2\n',
    'mcp_servers = {other = {command = "x"}}\n[z]\ny = 1\n',
    'mcp_servers.other.command = "x"\n[z]\ny = 1\n',
    '[mcp_servers.other]\ncommand = "x"\n[tui]\nx = 1\n[mcp_servers.b]\ncommand = "y"\n[z]\nk = 1979-05-27\n',
    'x = """\n[mcp_servers.no]\n"""\n',
    "\ufeffx = 1\n",
)


@pytest.mark.parametrize("text", TOML_TEXTS)
@pytest.mark.parametrize("name", NAMES)
def test_put_and_taken_out_again_a_toml_file_says_what_it_said(text: str, name: str) -> None:
    """issue 10, for Codex: what was written by hand stays line by line; empty lines may come."""
    table = table_of("codex")
    target: Target = launch(name, API_TOKEN=Reference(variable="API_TOKEN"), K='a "b"\n')
    changed = put_entry(text, table, target)
    said = tomllib.loads(changed.removeprefix("\ufeff"))["mcp_servers"]
    assert said[name]["env_vars"] == ["API_TOKEN"]
    assert said[name]["env"] == {"K": 'a "b"\n'}
    assert put_entry(changed, table, target) == changed
    assert changed.startswith("\ufeff") == text.startswith("\ufeff")
    assert ("\r\n" in text) == ("\r\n" in changed)
    back = take_entry(changed, table, name)
    was, now = (tomllib.loads(each.removeprefix("\ufeff")) for each in (text, back))
    assert {**now, "mcp_servers": now.get("mcp_servers", {})} == {**was, "mcp_servers": was.get("mcp_servers", {})}
    assert [line for line in back.splitlines() if line] == [line for line in text.splitlines() if line]


def test_a_toml_entry_is_changed_where_it_stands() -> None:
    """issue 10: order and comments are kept."""
    text = (
        '[mcp_servers.shop]\ncommand = "/old" # mine\ntool_timeout_sec = 90\n[mcp_servers.shop.env]\nK = "v"\n\n'
        "[tui]\nx = 1\n"
    )
    changed = put_entry(text, table_of("codex"), Launch(name="shop", command="/new", env={"K": "w"}))
    assert changed == (
        '[mcp_servers.shop]\ncommand = "/new" # mine\ntool_timeout_sec = 90\nargs = []\n\n'
        '[mcp_servers.shop.env]\nK = "w"\n\n[tui]\nx = 1\n'
    )


def test_an_entry_that_becomes_one_at_a_url_keeps_no_command() -> None:
    """launch.py: the two forms do not mix."""
    text = put_entry("", table_of("codex"), launch(K="v"))
    token = Reference(variable="T", before="Bearer ")
    headers: dict[str, Given] = {"Authorization": token, "X-A": "1", "X-B": Reference(variable="B")}
    changed = put_entry(text, table_of("codex"), Remote(name="shop", url="https://a/mcp", headers=headers))
    assert tomllib.loads(changed)["mcp_servers"]["shop"] == {
        "url": "https://a/mcp",
        "bearer_token_env_var": "T",
        "http_headers": {"X-A": "1"},
        "env_http_headers": {"X-B": "B"},
    }


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a = 1\nb = \n", 2, ""),
        ("mcp_servers = 1\n", 1, '"mcp_servers" is no table'),
        ("[[mcp_servers]]\nx = 1\n", 1, '"mcp_servers" is no table'),
        ("a = 1\na = 2\n", 2, "already exists"),
        ("mcp_servers = {shop = 1}\n", 1, "the entry is no table"),
        ("a = " + "[" * 5000, 1, ""),
    ],
)
def test_a_broken_toml_file_is_refused(text: str, line: int, what: str) -> None:
    """design of part 9: a file that cannot be parsed is left alone."""
    with pytest.raises(TextFaultError) as caught:
        put_entry(text, table_of("codex"), SHOP)
    assert caught.value.line == line
    assert what in caught.value.what


@given(text=st.text(max_size=60) | st.text(alphabet='{}[]:,"\\/*1 \n', max_size=40))
@settings(max_examples=300, deadline=None)
@pytest.mark.parametrize("client", ["cursor", "claude-code", "codex"])
def test_no_text_breaks_the_reader(client: str, text: str) -> None:
    """Files of others are hostile."""
    table = table_of(client)
    try:
        changed = put_entry(text, table, SHOP)
    except TextFaultError:
        return
    assert "shop" in entries(changed, table)


def test_a_change_that_would_change_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The net below: whatever the reader got wrong, no other entry is lost."""
    monkeypatch.setattr(splice, "put", lambda text, keys, value, comments: '{"mcpServers": {}}')
    with pytest.raises(TextFaultError, match="without changing others"):
        put_entry('{"mcpServers": {"other": {}}}', table_of("cursor"), SHOP)


def test_taking_out_what_is_not_there_changes_nothing() -> None:
    """Idempotent."""
    for client in KNOWN:
        assert take_entry("", table_of(client), "shop") == ""
    assert toml.take("a = 1\n", ("mcp_servers",), "shop") == "a = 1\n"
    assert splice.drop_item('{"inputs": [1]}', ("inputs",), 2, comments=True) == '{"inputs": [1]}'
    assert splice.take("[]", ("a", "b"), comments=True) == "[]"


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 3000 + "]" * 3000, "a = {" + "b = {" * 500, "[a]\nb=1\n[a.b]\n", "x = 1\x00"]
)
def test_odd_toml_is_refused(text: str) -> None:
    """Files of others are hostile."""
    with pytest.raises(TextFaultError):
        put_entry(text, table_of("codex"), SHOP)
